//! Wakes the workers of this process when one of its commits gives them something to do.

use super::Partition;
use crate::engine::Changes;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// The workers of one open store.
#[derive(Debug)]
pub(crate) struct Hub {
    /// What tells this opening of the store from every other: the first half of its members' ids.
    pub(crate) incarnation: u64,
    listeners: Mutex<Vec<Weak<Listener>>>,
    /// How many there are, so that a commit without workers costs nothing.
    count: AtomicUsize,
}

/// What one worker has been told and has not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    news: Mutex<News>,
    pub(crate) wake: Notify,
}

/// What happened since a worker looked last.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Partitions with new events, and the commit that must be durable before they are handled.
    pub(crate) partitions: HashMap<Partition, u64>,
    /// Delayed events were published.
    pub(crate) delayed: bool,
    /// A worker of this process came or went.
    pub(crate) members: bool,
    /// A group was told to pause, to go on, or to be somewhere else.
    pub(crate) steered: bool,
}

/// What a commit has for workers.
#[derive(Debug)]
pub(crate) struct Notice {
    partitions: Vec<Partition>,
    delayed: bool,
}

impl Default for Hub {
    fn default() -> Self {
        let (incarnation, _) = crate::Uuid::new_v4().as_u64_pair();
        Self {
            incarnation,
            listeners: Mutex::default(),
            count: AtomicUsize::new(0),
        }
    }
}

impl Hub {
    /// A new worker.
    pub(crate) fn listen(&self) -> Arc<Listener> {
        let listener = Arc::new(Listener::default());
        let mut listeners = self.listeners();
        listeners.retain(|listener| listener.strong_count() > 0);
        listeners.push(Arc::downgrade(&listener));
        self.count.store(listeners.len(), Ordering::Release);
        listener
    }

    /// What workers must hear of if these changes are committed.
    pub(crate) fn notice(&self, changes: &Changes) -> Option<Notice> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let delayed = changes
            .writes
            .range(vec![b'u']..vec![b'u' + 1])
            .next()
            .is_some();
        let logs = changes.appends.iter();
        let partitions: Vec<_> = logs
            .filter_map(|append| Partition::of_name(&append.log))
            .collect();
        (delayed || !partitions.is_empty()).then_some(Notice {
            partitions,
            delayed,
        })
    }

    /// Commit `number` is done.
    pub(crate) fn committed(&self, number: u64, notice: &Notice) {
        self.tell(|news| {
            for partition in &notice.partitions {
                let latest = news.partitions.entry(*partition).or_default();
                *latest = number.max(*latest);
            }
            news.delayed |= notice.delayed;
        });
    }

    /// A worker came, went, or gave something back.
    pub(crate) fn members_changed(&self) {
        self.tell(|news| news.members = true);
    }

    /// A group was told to pause, to go on, or to be somewhere else.
    pub(crate) fn steered(&self) {
        self.tell(|news| news.steered = true);
    }

    fn tell(&self, change: impl Fn(&mut News)) {
        for listener in self.listeners().iter().filter_map(Weak::upgrade) {
            change(&mut listener.news());
            listener.wake.notify_one();
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Weak<Listener>>> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Takes what has been told.
    pub(crate) fn take(&self) -> News {
        std::mem::take(&mut self.news())
    }

    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
