//! The thread of a store on a disk: writes what waits, and brings relaxed commits to the disk.

use std::{
    sync::{PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{committer::Committer, options::Pace};

impl Committer {
    /// The thread.
    pub(super) fn serve(&self) {
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

    /// Waits until as many transactions wait as the last group had, at most for `patience`. A lone writer waits for none.
    pub(super) fn gather(&self, patience: Duration) {
        let wanted = self.last_group.load(Ordering::Relaxed);
        let mut queue = self.queue();
        if wanted < 2 || queue.jobs.len() >= wanted {
            return;
        }
        queue.gathering = wanted;
        queue.idle = true;
        let (mut queue, _) = self
            .wake
            .wait_timeout_while(queue, patience, |queue| {
                queue.jobs.len() < wanted && !queue.closing
            })
            .unwrap_or_else(PoisonError::into_inner);
        queue.gathering = 0;
        queue.idle = false;
    }

    fn flush(&self) {
        let mut writer = self.writer();
        // Before the write: whoever commits after it needs the next one.
        self.unflushed.store(false, Ordering::Release);
        // A failure has stopped the engine and is in the log; the next caller is told.
        self.flushed.send_replace(writer.flush().ok());
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
