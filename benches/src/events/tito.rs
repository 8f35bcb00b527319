//! The same events in Tito's queue, on the same cluster as ours.

use super::{Scale, Times, drain, latency, micros, publish, store};
use crate::{Fault, queue::Queue};
use futures_util::FutureExt;
use keyloom_cluster::Cluster;
use serde::{Deserialize, Serialize};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tito::{
    TiKV, TitoEngine, WorkerConfig,
    backend::tikv::TiKVBackend,
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

/// A cluster with a store of ours and a queue of Tito's.
pub(super) struct OnCluster {
    // Ends with this value.
    _cluster: Cluster,
    address: String,
    store: Queue,
    tito: TiKVBackend,
}

type TitoQueue = tito::Queue<TiKVBackend>;

impl OnCluster {
    pub(super) async fn start(scale: Scale) -> Result<Self, Fault> {
        let cluster = tokio::task::spawn_blocking(Cluster::start).await??;
        let address = format!("tikv://{}?prefix=bench&gc=off", cluster.pd());
        let store = Queue::open(&address).await?;
        eprintln!(
            "loading {} events of each kind on the cluster …",
            scale.events
        );
        store::fill(&store, scale.events).await?;
        let tito = TiKV::connect(vec![cluster.pd()]).await.map_err(fault)?;
        Ok(Self {
            _cluster: cluster,
            address,
            store,
            tito,
        })
    }

    pub(super) async fn round(
        &self,
        round: usize,
        scale: Scale,
        times: &mut Times,
    ) -> Result<(), Fault> {
        drain::round(&self.store, round, scale.events, "", times).await?;
        for (partitions, worker) in [
            (1, scale.worker[0]),
            (8, scale.worker[1]),
            (64, scale.events),
        ] {
            // What is a second a page for its worker is the same in every round: the first is enough.
            if round == 0 {
                let taken = self.worker(partitions, worker).await?;
                times.add(format!("drain-{partitions}"), "tito-worker", taken);
            }
            let taken = self.bare_loop(partitions, scale.events / 10).await?;
            times.add(format!("drain-{partitions}"), "tito-loop", taken);
        }
        publish::round(&self.store, round, scale.calls, "", times).await
    }

    pub(super) async fn end(&self, scale: Scale, times: &mut Times) -> Result<(), Fault> {
        latency::local(&self.store, scale.calls, "", times).await?;
        latency::far(&self.store, &self.address, scale.calls / 2, times).await?;
        self.store.close().await?;
        Ok(())
    }

    /// An empty queue with so many events that are due.
    async fn filled(&self, partitions: u32, events: usize) -> Result<Arc<TitoQueue>, Fault> {
        let config = QueueConfig::new(partitions, Duration::from_hours(1));
        let queue = Arc::new(TitoQueue::new(self.tito.clone(), config));
        queue.clear().await.map_err(fault)?;
        for first in (0..events).step_by(BATCH) {
            let last = events.min(first + BATCH);
            let queue = queue.clone();
            let publish = move |tx| {
                let queue = queue.clone();
                async move {
                    for id in first..last {
                        queue.publish_in_tx(event(id as u64), &tx).await?;
                    }
                    Ok::<(), tito::TitoError>(())
                }
            };
            self.tito.transaction(publish).await.map_err(fault)?;
        }
        Ok(queue)
    }

    /// Its worker: microseconds an event.
    async fn worker(&self, partitions: u32, events: usize) -> Result<f64, Fault> {
        let queue = self.filled(partitions, events).await?;
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
        Ok(micros(taken, events))
    }

    /// Pull and acknowledge, a task a partition, without a pause: microseconds an event.
    async fn bare_loop(&self, partitions: u32, events: usize) -> Result<f64, Fault> {
        let queue = self.filled(partitions, events).await?;
        let begun = Instant::now();
        let tasks = (0..partitions).map(|partition| {
            let queue = queue.clone();
            tokio::spawn(async move {
                loop {
                    let page = queue.pull::<Payload>(partition, None, PAGE).await?;
                    if page.events.is_empty() {
                        return Ok::<(), tito::TitoError>(());
                    }
                    for (key, _) in page.events {
                        queue.ack(&key).await?;
                    }
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await?.map_err(fault)?;
        }
        Ok(micros(begun.elapsed(), events))
    }
}

fn event(id: u64) -> QueueEvent<Payload> {
    let payload = Payload {
        id,
        owner: format!("owner {}", id % 100),
        text: "a text of some words ".repeat(5),
    };
    QueueEvent::new(format!("many:{id}"), payload, 0)
}

/// Its error is not `Sync`.
fn fault(error: tito::TitoError) -> Fault {
    error.to_string().into()
}
