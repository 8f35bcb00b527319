//! Heads against cursors: what there is to do, whatever anyone told.

use super::Inner;
use crate::{
    Result, Timestamp,
    events::{Cursor, Partition, Share, logs},
};
use std::{collections::HashMap, time::Duration};

/// What a sweep found.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// Partitions with something to do.
    pub(super) behind: Vec<Partition>,
    /// Partitions whose log holds an event.
    pub(super) filled: Vec<Partition>,
}

/// How far a group is behind in a topic.
#[derive(Debug, Clone, Copy, Default)]
struct Behind {
    events: u64,
    /// Microseconds.
    oldest: i64,
}

/// Looks through the partitions of these shares, in batches of reads, and sets the metrics of the lag.
pub(super) async fn sweep(inner: &Inner, shares: &[Share]) -> Result<Swept> {
    let partitions = shares.iter().flat_map(|share| inner.partitions_of(*share));
    let partitions: Vec<Partition> = partitions.collect();
    // What is not durable yet is work too: it is waited for where it is handled.
    let reader = inner.store.reader().await?;
    let extents = logs::extents(&reader, &partitions).await?;
    let keys = partitions.iter().map(|it| Cursor::key(*it, inner.group));
    let keys: Vec<_> = keys.collect();
    let cursors = logs::get_all(&reader, &keys).await?;
    let now = Timestamp::now().as_microsecond();
    let mut swept = Swept::default();
    let mut lags: HashMap<&'static str, Behind> = HashMap::new();
    for (((partition, extent), key), stored) in
        partitions.into_iter().zip(extents).zip(&keys).zip(cursors)
    {
        let cursor = Cursor::decode(stored.as_deref())
            .map_err(|error| inner.store.binding().corrupt(key, &error))?;
        let next = cursor.next.max(extent.first);
        let lag = extent.next.saturating_sub(next);
        let behind = lags.entry(inner.topic_name(partition.topic)).or_default();
        behind.events += lag;
        if lag > 0 {
            let written = logs::time_at(&reader, partition, next).await?;
            let age = written.map_or(0, |written| now.saturating_sub(written));
            behind.oldest = behind.oldest.max(age);
        }
        if lag > 0 || cursor.redrive > 0 {
            swept.behind.push(partition);
        }
        if extent.first < extent.next {
            swept.filled.push(partition);
        }
    }
    for (topic, behind) in lags {
        gauge(inner, topic, behind);
    }
    Ok(swept)
}

fn gauge(inner: &Inner, topic: &'static str, behind: Behind) {
    let labels = [("group", inner.name.clone()), ("topic", topic.to_owned())];
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("keyloom_events_lag", &labels).set(behind.events as f64);
    let age = Duration::from_micros(u64::try_from(behind.oldest).unwrap_or_default());
    metrics::gauge!("keyloom_events_oldest_seconds", &labels).set(age.as_secs_f64());
}
