//! The queue before the writer, and who drains it.
//!
//! Durable: one thread. It takes all that waits as one group, so that one sync serves many.
//!
//! Relaxed and in memory: whoever comes. A transaction is put into the queue, and its task then tries to become the
//! writer itself; if it cannot, the one who is the writer will find the transaction. That holds because the writer looks
//! into the queue once more *after* it let go: a task whose attempt failed had queued before it, and the attempt failed
//! while the lock was held. A thread brings the relaxed mode's commits to the disk from time to time, and relieves a task
//! that has written for others long enough.
//!
//! **Invariant:** no task waits for a sync, and no task waits for the writer's lock.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::sync::{oneshot, watch};

use super::{
    group::Job,
    options::Pace,
    view::{EmbeddedSnapshot, Mark, Register, View},
    writer::{Published, Writer},
};
use crate::engine::{Changes, EngineError, Outcome};

/// Transactions of one group at most: the first one waits for the last.
const GROUP: usize = 1024;

/// Groups that a task writes, for itself and for others, before the thread takes over.
const TURNS: usize = 8;

/// The part of a group's time that the thread waits for the next group to become as large: 1/4. Tasks that were just
/// answered queue again within it, and one sync serves them all instead of only the first.
pub(super) const PATIENCE: u32 = 4;

/// Of so many transactions of a task that is alone one lets others queue theirs first.
const PROBE: usize = 8;

/// Changes that are too many for a task to write: the thread does.
const LARGE: usize = 512;

type Closed = oneshot::Sender<Result<(), EngineError>>;

#[derive(Default)]
pub(super) struct Queue {
    pub(super) jobs: VecDeque<Job>,
    /// Nothing is taken any more.
    pub(super) closing: bool,
    /// Who wants to hear of the end.
    closers: Vec<Closed>,
    /// The thread is to write what waits.
    pub(super) relieve: bool,
    /// The thread waits to be woken.
    pub(super) idle: bool,
    /// So many transactions the thread waits for before it is woken; 0 and 1 are any.
    pub(super) gathering: usize,
}

impl Queue {
    /// Leaves what waits to the thread; whether it must be woken.
    fn relieve(&mut self) -> bool {
        self.relieve = true;
        std::mem::take(&mut self.idle)
    }
}

/// Writes what waits when it is dropped.
pub(super) struct Combining<'a>(&'a Committer);

impl Drop for Combining<'_> {
    fn drop(&mut self) {
        self.0.combine();
    }
}

/// Everything that the handles of a store and its thread share.
pub(super) struct Committer {
    pub(super) pace: Pace,
    queue: Mutex<Queue>,
    pub(super) wake: Condvar,
    writer: Mutex<Writer>,
    published: Arc<Published>,
    register: Arc<Register>,
    /// Something is committed that the disk does not have.
    pub(super) unflushed: AtomicBool,
    /// How many transactions the last group had.
    pub(super) last_group: AtomicUsize,
    /// About how many transactions came side by side lately.
    crowd: AtomicUsize,
    /// Transactions that were written at once because none came beside them.
    alone: AtomicUsize,
    /// What the disk has, of a relaxed store.
    pub(super) flushed: watch::Sender<Option<Arc<View>>>,
}

impl Committer {
    pub(super) fn new(writer: Writer, pace: Pace) -> Result<Self, EngineError> {
        if pace == Pace::Relaxed(Duration::ZERO) {
            return Err(EngineError::Unavailable {
                message: "relaxed durability needs a flush time above zero; for none, use durable"
                    .into(),
            });
        }
        let first = match pace {
            Pace::Relaxed(_) => Some(writer.kept()?),
            Pace::Durable | Pace::Memory => None,
        };
        let (flushed, _) = watch::channel(first);
        Ok(Self {
            pace,
            queue: Mutex::default(),
            wake: Condvar::new(),
            published: writer.published(),
            register: writer.register(),
            writer: Mutex::new(writer),
            unflushed: AtomicBool::new(false),
            last_group: AtomicUsize::new(0),
            crowd: AtomicUsize::new(0),
            alone: AtomicUsize::new(0),
            flushed,
        })
    }

    /// Starts the thread, where there is one.
    pub(super) fn spawn(self: Arc<Self>) -> Result<Option<JoinHandle<()>>, EngineError> {
        if self.pace == Pace::Memory {
            return Ok(None);
        }
        std::thread::Builder::new()
            .name("keyloom-commit".into())
            .spawn(move || self.serve())
            .map(Some)
            .map_err(|error| EngineError::Unavailable {
                message: format!("cannot start the committing thread: {error}"),
            })
    }

    pub(super) fn snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.register.health.check()?;
        self.published
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .map(EmbeddedSnapshot::new)
            .ok_or(EngineError::Closed)
    }

    /// Whether commits are answered before they are on the disk.
    pub(super) fn lags(&self) -> bool {
        matches!(self.pace, Pace::Relaxed(_))
    }

    pub(super) fn durable_snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.register.health.check()?;
        match self.pace {
            Pace::Durable | Pace::Memory => self.snapshot(),
            Pace::Relaxed(_) => {
                let flushed = self.flushed.borrow().clone();
                flushed
                    .map(EmbeddedSnapshot::new)
                    .ok_or(EngineError::Closed)
            }
        }
    }

    /// Waits until commit `number` is on the disk, where there is one. It was answered, so the other paces are done.
    pub(super) async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.register.health.check()?;
        if !self.lags() {
            return Ok(());
        }
        let mut flushed = self.flushed.subscribe();
        let reached = flushed
            .wait_for(|view| view.as_ref().is_none_or(|view| view.number() >= number))
            .await;
        match reached {
            Ok(view) if view.is_some() => Ok(()),
            // The last flush failed, or closing made it durable and let go.
            _ => self.register.health.check(),
        }
    }

    /// Hands a transaction over. From here on it is committed whether or not anyone waits for the answer.
    pub(super) fn submit(
        &self,
        base: Arc<Mark>,
        changes: Changes,
    ) -> Result<oneshot::Receiver<Outcome>, EngineError> {
        self.register.health.check()?;
        if !base.belongs_to(&self.register) {
            return Err(EngineError::Unavailable {
                message: "the snapshot is another store's; commit with one of this store".into(),
            });
        }
        let large = changes.writes.len() > LARGE;
        let (answer, answered) = oneshot::channel();
        let wake = {
            let mut queue = self.queue();
            if queue.closing {
                return Err(EngineError::Closed);
            }
            queue.jobs.push_back(Job {
                base,
                changes,
                answer,
            });
            match self.pace {
                Pace::Durable if queue.jobs.len() < queue.gathering => false,
                Pace::Durable => std::mem::take(&mut queue.idle),
                Pace::Relaxed(_) if large => queue.relieve(),
                _ => false,
            }
        };
        if wake {
            self.wake.notify_one();
        }
        Ok(answered)
    }

    /// What a task that queued a transaction holds and lets go: then it is written, if nobody else does it first.
    pub(super) fn combining(&self) -> Combining<'_> {
        Combining(self)
    }

    /// Whether transactions come side by side, so that it pays to let others queue theirs before writing. A task that is
    /// alone looks now and then whether it still is.
    pub(super) fn crowded(&self) -> bool {
        if self.pace == Pace::Durable {
            return false;
        }
        self.crowd.load(Ordering::Relaxed) > 1
            || self
                .alone
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(PROBE)
    }

    /// Writes what waits, for everyone, if that is a task's business and nobody else is at it.
    fn combine(&self) {
        let turns = match self.pace {
            Pace::Durable => return,
            Pace::Relaxed(_) => TURNS,
            Pace::Memory => usize::MAX,
        };
        // The thread was asked to, and does it.
        if self.queue().relieve {
            return;
        }
        for _ in 0..turns {
            let Some(writer) = self.try_writer() else {
                return;
            };
            self.write_group(writer);
            if self.queue().jobs.is_empty() {
                return;
            }
        }
        let wake = self.queue().relieve();
        if wake {
            self.wake.notify_one();
        }
    }

    /// Writes one group, lets go of the writer, and answers; whether there was a group.
    fn write_group(&self, mut writer: MutexGuard<'_, Writer>) -> bool {
        let group = self.take_group();
        if group.is_empty() {
            return false;
        }
        self.last_group.store(group.len(), Ordering::Relaxed);
        // A few of those who come side by side often make a group of their own: it says little.
        let crowd = self.crowd.load(Ordering::Relaxed) / 2;
        self.crowd.store(crowd.max(group.len()), Ordering::Relaxed);
        let written = writer.run(group, self.pace.reach());
        drop(writer);
        // The thread counts the time to the next flush from the first commit that needs it.
        if written.anything
            && matches!(self.pace, Pace::Relaxed(_))
            && !self.unflushed.swap(true, Ordering::AcqRel)
        {
            let wake = std::mem::take(&mut self.queue().idle);
            if wake {
                self.wake.notify_one();
            }
        }
        true
    }

    fn take_group(&self) -> Vec<Job> {
        let mut queue = self.queue();
        let size = queue.jobs.len().min(GROUP);
        queue.jobs.drain(..size).collect()
    }

    /// Writes until nothing waits. Looks once more after each time it let go: who queued meanwhile relies on it.
    pub(super) fn drain(&self) {
        loop {
            let begun = Instant::now();
            self.write_group(self.writer());
            if self.pace == Pace::Durable {
                self.gather(begun.elapsed() / PATIENCE);
            }
            if self.queue().jobs.is_empty() {
                return;
            }
        }
    }

    /// Refuses new transactions and tells the thread to end; `closed` is told how it went.
    pub(super) fn begin_closing(&self, closed: Option<Closed>) {
        let mut queue = self.queue();
        queue.closing = true;
        queue.closers.extend(closed);
        drop(queue);
        self.wake.notify_one();
    }

    /// Closes the store; answers when its files are let go.
    pub(super) async fn close(&self) -> Result<(), EngineError> {
        let (closed, told) = oneshot::channel();
        {
            let mut queue = self.queue();
            if queue.closing {
                return Err(EngineError::Closed);
            }
            queue.closing = true;
            queue.closers.push(closed);
        }
        if self.pace == Pace::Memory {
            return self.close_here();
        }
        self.wake.notify_one();
        told.await.unwrap_or(Err(EngineError::Closed))
    }

    #[cfg(test)]
    pub(super) fn has_unflushed(&self) -> bool {
        self.unflushed.load(Ordering::Acquire) || self.try_writer().is_none()
    }

    /// Finishes what waits and closes the files, on the calling thread.
    pub(super) fn close_here(&self) -> Result<(), EngineError> {
        self.queue().closing = true;
        while self.write_group(self.writer()) {}
        let mut writer = self.writer();
        self.flushed.send_replace(None);
        let closed = writer.close();
        drop(writer);
        let closers = std::mem::take(&mut self.queue().closers);
        for closer in closers {
            let _ = closer.send(closed.clone());
        }
        closed
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_writer(&self) -> Option<MutexGuard<'_, Writer>> {
        match self.writer.try_lock() {
            Ok(writer) => Some(writer),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
