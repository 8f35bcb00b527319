//! Workers: tasks that run handlers for a group, each event in the transaction that moves the group's cursor.
//!
//! | file | what it is |
//! | --- | --- |
//! | `settings` | how a group works |
//! | `builder` | what the typed builder of generated code wraps |
//! | `handlers` | running one handler |
//! | `manager` | which partition is handled when |
//! | `members`, `holding` | who of the group works where |
//! | `drain`, `log`, `pace` | one partition, batch by batch |
//! | `failure`, `redrive` | what becomes of an event that fails, and how it comes back |
//! | `chores` | what is done beside, and must not hold up the handling |
//! | `poll` | looking for events that other processes published |
//! | `sweep`, `upkeep`, `delayed` | what is done from time to time: sweeps, trimming, events that are due |
//! | `lag` | the metrics of the lag |
//!
//! **Invariant:** a cursor moves only in a transaction that read it under the epoch of the worker's lease.

mod builder;
mod chores;
mod delayed;
mod drain;
mod failure;
mod handlers;
mod holding;
mod lag;
mod log;
mod manager;
mod members;
mod pace;
mod poll;
mod redrive;
mod settings;
mod sweep;
mod upkeep;

pub use builder::WorkerBuilder;
pub(crate) use delayed::delay;
pub use settings::Poison;

use super::{GroupId, Partition, Share, TopicId, group::TopicPlan};
use crate::{Error, Result, Store};
use handlers::Handlers;
use settings::Settings;
use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle, time::Instant};

/// What the tasks of a worker share.
pub(crate) struct Inner {
    store: Store,
    group: GroupId,
    name: String,
    topics: Vec<TopicPlan>,
    handlers: Handlers,
    settings: Settings,
    paused: AtomicBool,
    /// Grows with every step: what waits for an effect looks again.
    progress: watch::Sender<u64>,
    last_failure: Mutex<Option<String>>,
    lag: lag::Lag,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("group", &self.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn topic_name(&self, id: TopicId) -> &'static str {
        let topic = self.topics.iter().find(|topic| topic.id == id);
        topic.map_or("", |topic| topic.name)
    }

    /// The partitions of a share, in all topics that this worker handles.
    fn partitions_of(&self, share: Share) -> impl Iterator<Item = Partition> {
        self.topics.iter().flat_map(move |topic| {
            share.numbers(topic.partitions).map(|number| Partition {
                topic: topic.id,
                number,
            })
        })
    }

    fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    /// Counts something that happened in a partition.
    fn count(&self, metric: &'static str, partition: Partition, times: u64) {
        let topic = self.topic_name(partition.topic);
        metrics::counter!(metric, "group" => self.name.clone(), "topic" => topic).increment(times);
    }

    fn handled(&self, partition: Partition, count: usize) {
        self.count("keyloom_events_handled_total", partition, count as u64);
        self.moved();
    }

    fn failed(&self, error: &str) {
        let mut last = self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(error.to_owned());
        drop(last);
        self.moved();
    }

    /// Something happened that someone may be waiting for.
    fn moved(&self) {
        self.progress
            .send_modify(|steps| *steps = steps.wrapping_add(1));
    }
}

/// How long a wait for other processes lasts before it looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Running workers of a group. Dropping it lets them finish what they are at and end.
#[derive(Debug)]
#[must_use = "the workers end when this is dropped"]
pub struct Worker {
    inner: std::sync::Arc<Inner>,
    /// The deadline, once the worker is to end.
    stop: watch::Sender<Option<Instant>>,
    task: Option<JoinHandle<()>>,
}

impl Worker {
    /// Takes no more events, finishes what runs, gives the partitions back and returns. After the deadline, handlers that
    /// still run are cancelled; their events are left to others, and no attempt is counted.
    pub async fn shutdown(mut self, deadline: Duration) -> Result<()> {
        let at = Instant::now() + deadline;
        self.stop.send_replace(Some(at));
        let Some(task) = self.task.take() else {
            return Ok(());
        };
        task.await
            .map_err(|error| Error::abort(format!("the worker ended badly: {error}")))
    }

    /// Waits until the group has handled every event that is published by then. For tests, and for jobs that end.
    ///
    /// Reads the heads and cursors of all partitions each time it looks.
    pub async fn caught_up(&self) -> Result<()> {
        let mut progress = self.inner.progress.subscribe();
        while !self.is_caught_up().await? {
            // Another process may do the work, and tells nobody here.
            let _ = tokio::time::timeout(LOOK_AGAIN, progress.changed()).await;
        }
        Ok(())
    }

    async fn is_caught_up(&self) -> Result<bool> {
        let inner = &self.inner;
        let reader = inner.store.reader().await?;
        let partitions: Vec<Partition> = inner.topics.iter().flat_map(|it| it.all()).collect();
        let progress = super::control::progress(&reader, inner.group, &partitions).await?;
        Ok(progress.iter().all(|it| it.waiting() == 0))
    }

    /// What the last handler that failed here said.
    #[must_use]
    pub fn last_failure(&self) -> Option<String> {
        let last = self.inner.last_failure.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a step of this worker.
    pub(crate) async fn step(&self) {
        let mut progress = self.inner.progress.subscribe();
        let _ = tokio::time::timeout(LOOK_AGAIN, progress.changed()).await;
    }

    /// [`Worker::caught_up`], without waiting.
    pub(crate) async fn has_caught_up(&self) -> Result<bool> {
        self.is_caught_up().await
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.task.is_some() {
            // A day: what runs may finish.
            let at = Instant::now() + Duration::from_hours(24);
            self.stop.send_replace(Some(at));
        }
    }
}
