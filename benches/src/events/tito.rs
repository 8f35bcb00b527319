//! The same events in Tito's queue: by its worker, and by a bare loop of pull and acknowledge.

use super::{Requests, Scale, Times, folder::Folder, micros, store};
use crate::Fault;
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tito::{
    Queue, TitoEngine, TitoError, WorkerConfig,
    queue::{QueueConfig, QueueEvent, QueueHandlerOutcome, run_worker},
};
use tokio::sync::broadcast;

/// Events that Tito reads at once, as its worker does.
const PAGE: u32 = 50;
/// Events that one transaction publishes before anything is measured.
const BATCH: usize = 250;

/// What our events hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Payload {
    id: u64,
    owner: String,
    text: String,
}

/// Tito on an engine.
pub(super) struct Peer<E>(pub(super) E);

impl Peer<Folder> {
    pub(super) async fn in_folder(path: &Path) -> Result<Self, Fault> {
        Folder::open(path).await.map(Self)
    }
}

impl<E: TitoEngine + 'static> Peer<E> {
    pub(super) async fn round(
        &self,
        round: usize,
        scale: Scale,
        suffix: &str,
        requests: Option<Requests<'_>>,
        times: &mut Times,
    ) -> Result<(), Fault> {
        for (partitions, worker) in [
            (1, scale.worker[0]),
            (8, scale.worker[1]),
            (64, scale.events),
        ] {
            let work = format!("drain-{partitions}{suffix}");
            // What is a second a page for its worker is the same in every round: the first is enough.
            if round == 0 {
                let queue = self.filled(partitions, worker).await?;
                let before = super::counted(requests)?;
                let taken = work_through(queue, partitions, worker).await?;
                times.add(&work, "tito-worker", micros(taken, worker));
                times.requests(&work, "tito-worker", before, requests, worker)?;
            }
            let events = scale.events / 10;
            let queue = self.filled(partitions, events).await?;
            let before = super::counted(requests)?;
            let taken = bare_loop(queue, partitions).await?;
            times.add(&work, "tito-loop", micros(taken, events));
            times.requests(&work, "tito-loop", before, requests, events)?;
        }
        Ok(())
    }

    /// An empty queue with so many events that are due.
    async fn filled(&self, partitions: u32, events: usize) -> Result<Arc<Queue<E>>, Fault> {
        let config = QueueConfig::new(partitions, Duration::from_hours(1));
        let queue = Arc::new(Queue::new(self.0.clone(), config));
        queue.clear().await?;
        for first in (0..events).step_by(BATCH) {
            let last = events.min(first + BATCH);
            let queue = queue.clone();
            let publish = move |tx| {
                let queue = queue.clone();
                async move {
                    for id in first..last {
                        queue.publish_in_tx(event(id as u64), &tx).await?;
                    }
                    Ok::<(), TitoError>(())
                }
            };
            self.0.transaction(publish).await?;
        }
        Ok(queue)
    }
}

/// Its worker, from its start to the last event.
async fn work_through<E: TitoEngine + 'static>(
    queue: Arc<Queue<E>>,
    partitions: u32,
    events: usize,
) -> Result<Duration, Fault> {
    let counter = store::Counter::of(events);
    let seen = counter.clone();
    let (stop, stopped) = broadcast::channel(1);
    let begun = Instant::now();
    let handler = move |_: QueueEvent<Payload>| {
        seen.count();
        async { Ok(QueueHandlerOutcome::Acknowledge) }.boxed()
    };
    let worker = run_worker(queue, WorkerConfig::new(0..partitions), handler, stopped).await;
    counter.wait().await;
    let taken = begun.elapsed();
    let _ = stop.send(());
    worker.await?;
    Ok(taken)
}

/// Pull and acknowledge, a task a partition, without a pause.
async fn bare_loop<E: TitoEngine + 'static>(
    queue: Arc<Queue<E>>,
    partitions: u32,
) -> Result<Duration, Fault> {
    let begun = Instant::now();
    let tasks = (0..partitions).map(|partition| {
        let queue = queue.clone();
        tokio::spawn(async move {
            loop {
                let page = queue.pull::<Payload>(partition, None, PAGE).await?;
                if page.events.is_empty() {
                    return Ok::<(), TitoError>(());
                }
                for (key, _) in page.events {
                    queue.ack(&key).await?;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(begun.elapsed())
}

fn event(id: u64) -> QueueEvent<Payload> {
    let payload = Payload {
        id,
        owner: format!("owner {}", id % 100),
        text: "a text of some words ".repeat(5),
    };
    QueueEvent::new(format!("many:{id}"), payload, 0)
}
