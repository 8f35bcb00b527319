//! The queue checks: producers write (key, n) while groups of worker processes are killed and stopped past their lease.

use super::process::{LEASE, Process};
use crate::world::{Ledger, SHORT, ledger, produce};
use keyloom::{EventContext, HandlerResult, Result, testing::published};
use keyloom_tests::{
    queue::Queue,
    tikv_address,
    wide::{NewOne, One, OneEvent, OneEventHandler, OneId, Wide, one},
};
use std::collections::{BTreeMap, BTreeSet};

/// Keys of each producer, and how often each is written.
const KEYS: usize = 2;
const LAST: u64 = 30;
const PRODUCERS: usize = 4;
/// How often a worker is killed, and another stopped past its lease.
const TURNS: usize = 3;

/// Where the group is in each partition, looked at from time to time: it never goes back.
struct Watch(BTreeMap<u16, u64>);

impl Watch {
    async fn look(&mut self, queue: &Queue) -> Result<()> {
        for lag in queue.group("queue").lag().await? {
            let before = self.0.insert(lag.partition, lag.next).unwrap_or_default();
            assert!(
                lag.next >= before,
                "partition {}: {lag:?} after {before}",
                lag.partition
            );
            assert!(lag.next <= lag.head, "{lag:?}");
        }
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn effects_are_exact_though_processes_are_killed_and_stopped_past_their_lease() -> Result<()>
{
    let address = tikv_address();
    let queue = Queue::open(&address).await?;
    let start = || {
        let address = address.clone();
        blocking(move || Process::start(&address, "ledger"))
    };
    let mut processes = vec![start().await, start().await, start().await];
    let producers = (0..PRODUCERS).map(|producer| {
        let queue = queue.clone();
        tokio::spawn(async move {
            for key in 0..KEYS {
                produce(&queue, &format!("{producer}-{key}"), LAST)
                    .await
                    .unwrap();
            }
        })
    });
    let producers: Vec<_> = producers.collect();
    let mut watch = Watch(BTreeMap::new());
    for _ in 0..TURNS {
        let killed = processes.remove(0);
        blocking(move || killed.kill()).await;
        let stopped = processes.remove(0);
        stopped.stop();
        watch.look(&queue).await?;
        processes.push(start().await);
        // Nothing tells when its lease is gone but time.
        tokio::time::sleep(LEASE * 2).await;
        watch.look(&queue).await?;
        stopped.go_on();
        processes.push(stopped);
        watch.look(&queue).await?;
    }
    for producer in producers {
        producer.await.unwrap();
    }
    // One of this process waits for the rest with them.
    let workers = queue.workers("queue").handle_tasks(Ledger);
    let worker = workers.backoff(SHORT, SHORT).lease(LEASE).start().await?;
    worker.caught_up().await?;
    watch.look(&queue).await?;
    assert_eq!(worker.last_failure(), None);
    let mut expected = Vec::new();
    for producer in 0..PRODUCERS {
        expected.extend((0..KEYS).map(|key| (format!("{producer}-{key}"), LAST, LAST)));
    }
    assert_eq!(ledger(&queue, "queue").await?, expected);
    worker.shutdown(crate::world::END).await?;
    for process in processes {
        blocking(move || process.end()).await;
    }
    Ok(())
}

/// Writers, and inserts of each: 8,000 together, over 1,024 partitions.
const WRITERS: u64 = 80;
const INSERTS: u64 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_thousand_inserts_at_once_are_eight_thousand_gapless_events() -> Result<()> {
    let wide = Wide::open(tikv_address()).await?;
    let writers = (0..WRITERS).map(|writer| {
        let wide = wide.clone();
        tokio::spawn(async move {
            for n in 0..INSERTS {
                let id = OneId(writer * INSERTS + n);
                one::insert(&wide, &One::new(NewOne { id })).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let events = published::<OneEvent>(&wide).await?;
    let ids: BTreeSet<u64> = events
        .iter()
        .map(|OneEvent::Created(one)| one.id.0)
        .collect();
    assert_eq!(events.len() as u64, WRITERS * INSERTS);
    assert!(ids.into_iter().eq(0..WRITERS * INSERTS));
    // As many offsets were given out as there are events: none is left out.
    let worker = wide.workers("all").handle_one(Nothing).start().await?;
    let lag = wide.group("all").lag().await?;
    assert_eq!(
        lag.iter().map(|lag| lag.head).sum::<u64>(),
        WRITERS * INSERTS
    );
    worker.shutdown(crate::world::END).await
}

struct Nothing;

impl OneEventHandler for Nothing {
    async fn created(&self, _: &EventContext, _: One) -> HandlerResult {
        Ok(())
    }
}
