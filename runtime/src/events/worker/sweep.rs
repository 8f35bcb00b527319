//! Heads against cursors: what there is to do, whatever anyone told, and how far the group is behind.

use super::{Inner, lag::Behind};
use crate::{
    Result,
    events::{
        Partition, Share, TopicId,
        control::{Progress, progress},
        logs,
    },
    transaction::Reader,
};
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

/// How often the metrics of the lag are renewed while there is one: with jitter.
const EVERY: Duration = Duration::from_secs(4);
/// More partitions with something to do are left to the sweep.
const MOST: usize = 2_048;

/// What a sweep found.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Partitions with something to do.
    pub(super) behind: Vec<Partition>,
    /// Partitions whose log holds an event.
    pub(super) filled: Vec<Partition>,
}

/// When the metrics of the lag are renewed between sweeps. It reads nothing while there is nothing to do.
#[derive(Debug)]
pub(super) struct Gauges {
    at: Instant,
    /// Whether the last values were above zero.
    raised: bool,
}

impl Gauges {
    pub(super) fn new() -> Self {
        Self {
            at: Instant::now(),
            raised: true,
        }
    }

    /// When to renew them; `busy` if there are partitions with something to do.
    pub(super) fn next(&self, busy: bool) -> Option<Instant> {
        (busy || self.raised).then_some(self.at)
    }

    /// Looks at the partitions with something to do: three batches of reads at most.
    pub(super) async fn renew(&mut self, inner: &Inner, busy: Vec<Partition>) -> Result<()> {
        self.at = Instant::now() + EVERY.mul_f64(0.75 + 0.5 * fastrand::f64());
        self.raised = !busy.is_empty();
        if busy.len() <= MOST {
            let reader = inner.store.reader().await?;
            let progress = progress(&reader, inner.group, &busy).await?;
            gauge(inner, &reader, &progress).await?;
        }
        Ok(())
    }
}

/// Looks through the partitions of these shares, in batches of reads.
pub(super) async fn sweep(inner: &Inner, shares: &[Share]) -> Result<Swept> {
    let (_, progress) = look(inner, shares).await?;
    Ok(Swept::of(&progress))
}

/// The same, for all shares that are held: sets the metrics of the lag.
pub(super) async fn sweep_and_measure(inner: &Inner, shares: &[Share]) -> Result<Swept> {
    let (reader, progress) = look(inner, shares).await?;
    gauge(inner, &reader, &progress).await?;
    Ok(Swept::of(&progress))
}

async fn look(inner: &Inner, shares: &[Share]) -> Result<(Reader, Vec<Progress>)> {
    let partitions = shares.iter().flat_map(|share| inner.partitions_of(*share));
    let partitions: Vec<Partition> = partitions.collect();
    // What is not durable yet is work too: it is waited for where it is handled.
    let reader = inner.store.reader().await?;
    let progress = progress(&reader, inner.group, &partitions).await?;
    Ok((reader, progress))
}

impl Swept {
    fn of(progress: &[Progress]) -> Self {
        let those = |wanted: fn(&Progress) -> bool| {
            let found = progress.iter().filter(|it| wanted(it));
            found.map(|it| it.partition).collect()
        };
        Self {
            behind: those(|it| it.waiting() > 0),
            filled: those(|it| it.extent.first < it.extent.next),
        }
    }
}

/// Sets the metrics of the lag: of every topic, zero where none of these partitions is behind.
async fn gauge(inner: &Inner, reader: &Reader, progress: &[Progress]) -> Result<()> {
    let behind = progress.iter().filter(|it| it.next() < it.extent.next);
    let nexts: Vec<_> = behind.map(|it| (it.partition, it.next())).collect();
    let ages = logs::ages(reader, &nexts).await?;
    let mut lags: HashMap<TopicId, Behind> = HashMap::new();
    for it in progress {
        let events = it.extent.next.saturating_sub(it.next());
        lags.entry(it.partition.topic).or_default().events += events;
    }
    for ((partition, _), age) in nexts.iter().zip(ages) {
        let behind = lags.entry(partition.topic).or_default();
        behind.oldest = behind.oldest.max(age.unwrap_or_default());
    }
    for topic in &inner.topics {
        let behind = lags.get(&topic.id).copied().unwrap_or_default();
        inner.lag.set(&inner.name, topic.name, behind);
    }
    Ok(())
}
