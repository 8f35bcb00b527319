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
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{
    options::Durability,
    view::{EmbeddedSnapshot, Register},
    writer::{Job, Published, Reach, Writer},
};
use crate::engine::{Changes, EngineError, Outcome};

/// Transactions of one group at most: the first one waits for the last.
const GROUP: usize = 1024;

/// Groups that a task writes, for itself and for others, before the thread takes over.
const TURNS: usize = 8;

/// Changes that are too many for a task to write: the thread does.
const LARGE: usize = 512;

/// How commits reach the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Each before its answer.
    Durable,
    /// All together, from time to time.
    Relaxed(Duration),
    /// There is no disk, so no thread either: with one task at a time everything happens in its own calls.
    Memory,
}

impl Pace {
    pub(super) fn of(durability: Durability) -> Self {
        match durability {
            Durability::Durable => Self::Durable,
            Durability::Relaxed { flush } => Self::Relaxed(flush),
        }
    }

    fn reach(self) -> Reach {
        match self {
            Self::Durable => Reach::Disk,
            Self::Relaxed(_) => Reach::Memory,
            Self::Memory => Reach::Backend,
        }
    }
}

type Closed = oneshot::Sender<Result<(), EngineError>>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Nothing is taken any more.
    closing: bool,
    /// Who wants to hear of the end.
    closers: Vec<Closed>,
    /// The thread is to write what waits.
    relieve: bool,
    /// The thread waits to be woken.
    idle: bool,
}

impl Queue {
    /// Leaves what waits to the thread; whether it must be woken.
    fn relieve(&mut self) -> bool {
        self.relieve = true;
        std::mem::take(&mut self.idle)
    }
}

/// Everything that the handles of a store and its thread share.
pub(super) struct Committer {
    pace: Pace,
    queue: Mutex<Queue>,
    wake: Condvar,
    writer: Mutex<Writer>,
    published: Arc<Published>,
    register: Arc<Register>,
    /// Something is committed that the disk does not have.
    unflushed: AtomicBool,
}

impl Committer {
    pub(super) fn new(writer: Writer, pace: Pace) -> Result<Self, EngineError> {
        if pace == Pace::Relaxed(Duration::ZERO) {
            return Err(EngineError::Unavailable {
                message: "relaxed durability needs a flush time above zero; for none, use durable"
                    .into(),
            });
        }
        Ok(Self {
            pace,
            queue: Mutex::default(),
            wake: Condvar::new(),
            published: writer.published(),
            register: writer.register(),
            writer: Mutex::new(writer),
            unflushed: AtomicBool::new(false),
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

    /// Hands a transaction over. From here on it is committed whether or not anyone waits for the answer.
    pub(super) fn submit(
        &self,
        base: &EmbeddedSnapshot,
        changes: Changes,
    ) -> Result<oneshot::Receiver<Outcome>, EngineError> {
        self.register.health.check()?;
        let base = base.view().clone();
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
                Pace::Durable => std::mem::take(&mut queue.idle),
                Pace::Relaxed(_) if large => queue.relieve(),
                _ => false,
            }
        };
        if wake {
            self.wake.notify_one();
        }
        match self.pace {
            Pace::Durable => {}
            Pace::Relaxed(_) if large => {}
            Pace::Relaxed(_) => self.combine(TURNS),
            Pace::Memory => self.combine(usize::MAX),
        }
        Ok(answered)
    }

    /// Writes what waits, for everyone, if nobody else is at it.
    fn combine(&self, turns: usize) {
        for _ in 0..turns {
            let Some(mut writer) = self.try_writer() else {
                return;
            };
            self.write_group(&mut writer);
            drop(writer);
            if self.queue().jobs.is_empty() {
                return;
            }
        }
        let wake = self.queue().relieve();
        if wake {
            self.wake.notify_one();
        }
    }

    /// Writes one group; whether there was one.
    fn write_group(&self, writer: &mut Writer) -> bool {
        let group = self.take_group();
        if group.is_empty() {
            return false;
        }
        let wrote = writer.run(group, self.pace.reach());
        // The thread counts the time to the next flush from the first commit that needs it.
        if wrote
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
    fn drain(&self) {
        loop {
            self.write_group(&mut self.writer());
            if self.queue().jobs.is_empty() {
                return;
            }
        }
    }

    /// The thread.
    fn serve(&self) {
        let mut flush_at = None;
        loop {
            let duty = self.wait(flush_at);
            match duty {
                Duty::Write => self.drain(),
                Duty::Schedule => {}
                Duty::Flush => {
                    self.flush();
                    // Those who came meanwhile found the lock taken.
                    self.drain();
                }
                Duty::Close => break,
            }
            flush_at = match (self.pace, self.unflushed.load(Ordering::Acquire)) {
                (Pace::Relaxed(flush), true) => flush_at
                    .filter(|_| duty != Duty::Flush)
                    .or_else(|| Instant::now().checked_add(flush)),
                _ => None,
            };
        }
        let _ = self.close_here();
    }

    /// Waits until there is something to do.
    fn wait(&self, flush_at: Option<Instant>) -> Duty {
        let mut queue = self.queue();
        loop {
            if queue.closing {
                return Duty::Close;
            }
            let write = match self.pace {
                Pace::Durable => !queue.jobs.is_empty(),
                _ => std::mem::take(&mut queue.relieve),
            };
            if write {
                queue.idle = false;
                return Duty::Write;
            }
            match flush_at.map(|at| at.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => {
                    queue.idle = false;
                    return Duty::Flush;
                }
                Some(left) => {
                    queue.idle = true;
                    queue = self
                        .wake
                        .wait_timeout(queue, left)
                        .map_or_else(|error| error.into_inner().0, |(queue, _)| queue);
                }
                None if self.unflushed.load(Ordering::Acquire) => {
                    queue.idle = false;
                    return Duty::Schedule;
                }
                None => {
                    queue.idle = true;
                    queue = self
                        .wake
                        .wait(queue)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn flush(&self) {
        let mut writer = self.writer();
        // Before the write: whoever commits after it needs the next one.
        self.unflushed.store(false, Ordering::Release);
        // A failure has stopped the engine and is in the log; the next caller is told.
        let _ = writer.flush();
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
        let mut writer = self.writer();
        while self.write_group(&mut writer) {}
        let closed = writer.close();
        drop(writer);
        let closers = std::mem::take(&mut self.queue().closers);
        for closer in closers {
            let _ = closer.send(closed.clone());
        }
        closed
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
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

/// What the thread has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duty {
    /// Write what waits.
    Write,
    /// Set a time for the next flush.
    Schedule,
    /// Bring what is committed to the disk.
    Flush,
    /// End.
    Close,
}
