//! What is done from time to time: a sweep, and the trimming of logs.

use super::{Inner, sweep::sweep_and_measure};
use crate::{
    Result, Timestamp,
    engine::{PageSize, log::entry_key},
    events::{
        Cursor, Entry, GroupId, Partition, Share,
        group::{self, TopicPlan},
        logs::{self, trimmed_key},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};
use tokio::time::Instant;

/// How often: with jitter.
const EVERY: Duration = Duration::from_mins(1);
/// Events that are looked at and trimmed in one transaction.
const TRIM: PageSize = PageSize {
    pairs: 1_000,
    bytes: 4 * 1024 * 1024,
};
const SECOND: i64 = 1_000_000;

#[derive(Debug)]
pub(super) struct Upkeep {
    at: Instant,
    /// When the first event of a partition may be old enough to be trimmed, in microseconds since 1970.
    expiry: HashMap<Partition, i64>,
    /// The groups and topics that the metric of kept events shows.
    shown: BTreeSet<(String, &'static str)>,
}

/// What became of the front of a log.
#[derive(Debug, Default)]
struct Trimmed {
    /// Whether everything that was looked at is deleted, and the log goes on.
    more: bool,
    /// The groups for which the next one is kept past its time, and its age in microseconds.
    held: Vec<(GroupId, i64)>,
}

/// The greatest age of an event that is kept past its time, by topic and group.
type Held = BTreeMap<(&'static str, GroupId), i64>;

impl Upkeep {
    pub(super) fn new() -> Self {
        Self {
            at: Instant::now() + EVERY.mul_f64(fastrand::f64()),
            expiry: HashMap::new(),
            shown: BTreeSet::new(),
        }
    }

    pub(super) fn next(&self) -> Instant {
        self.at
    }

    /// Looks through the partitions of these shares, and trims them; those with something to do.
    pub(super) async fn run(&mut self, inner: &Inner, shares: &[Share]) -> Result<Vec<Partition>> {
        self.at = Instant::now() + EVERY.mul_f64(0.8 + 0.4 * fastrand::f64());
        let swept = sweep_and_measure(inner, shares).await?;
        let mut held = Held::new();
        for partition in swept.filled {
            let topic = inner
                .topics
                .iter()
                .find(|topic| topic.id == partition.topic);
            if let Some(topic) = topic {
                for (group, age) in self.trim(inner, *topic, partition).await? {
                    let oldest = held.entry((topic.name, group)).or_default();
                    *oldest = age.max(*oldest);
                }
            }
        }
        self.show(inner, held).await?;
        Ok(swept.behind)
    }

    /// Sets the metric of events that are kept past their time for a group: a group that nobody runs any more shows there.
    async fn show(&mut self, inner: &Inner, held: Held) -> Result<()> {
        let mut before = std::mem::take(&mut self.shown);
        if !held.is_empty() {
            let reader = inner.store.reader().await?;
            for row in group::groups(&reader).await? {
                let own = held.iter().filter(|((_, group), _)| group.0 == row.id);
                for ((topic, _), age) in own {
                    let age = u64::try_from(*age).unwrap_or_default();
                    show_held(&row.name, topic, Duration::from_micros(age));
                    self.shown.insert((row.name.clone(), topic));
                }
            }
        }
        before.retain(|it| !self.shown.contains(it));
        for (group, topic) in before {
            show_held(&group, topic, Duration::ZERO);
        }
        Ok(())
    }

    /// Deletes what every group has passed and what is older than the topic keeps; the groups that keep what is too old.
    async fn trim(
        &mut self,
        inner: &Inner,
        topic: TopicPlan,
        partition: Partition,
    ) -> Result<Vec<(GroupId, i64)>> {
        let now = Timestamp::now().as_microsecond();
        while self
            .expiry
            .get(&partition)
            .is_none_or(|expiry| *expiry <= now)
        {
            let durable = inner.store.durable_reader().await?;
            let extent = logs::extents(&durable, &[partition]).await?[0];
            let Some(time) = logs::time_at(&durable, partition, extent.first).await? else {
                return Ok(Vec::new());
            };
            let expiry = time.saturating_add(micros(topic.retain));
            self.expiry.insert(partition, expiry);
            if expiry > now {
                break;
            }
            let trimmed = trim(inner, topic, partition, now).await?;
            if !trimmed.more {
                return Ok(trimmed.held);
            }
        }
        Ok(Vec::new())
    }
}

fn show_held(group: &str, topic: &'static str, age: Duration) {
    let labels = [("group", group.to_owned()), ("topic", topic.to_owned())];
    metrics::gauge!("keyloom_events_held_seconds", &labels).set(age.as_secs_f64());
}

fn micros(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(SECOND)
}

/// Deletes events from the front of a log.
async fn trim(inner: &Inner, topic: TopicPlan, partition: Partition, now: i64) -> Result<Trimmed> {
    let store = &inner.store;
    // What is not durable may still be taken back, and be handled again then.
    let durable = store.durable_reader().await?;
    let extent = logs::extents(&durable, &[partition]).await?[0];
    store
        .transaction(async |tx| {
            let reader = tx.reader();
            let groups = group::readers_of(&reader, topic.id).await?;
            let keys: Vec<_> = groups
                .iter()
                .map(|group| Cursor::key(partition, *group))
                .collect();
            let mut nexts = Vec::with_capacity(keys.len());
            for (key, stored) in keys.iter().zip(logs::get_all(&reader, &keys).await?) {
                let cursor = Cursor::decode(stored.as_deref())
                    .map_err(|error| store.binding().corrupt(key, &error))?;
                nexts.push(cursor.next);
            }
            let passed = nexts.iter().copied().fold(extent.next, u64::min);
            let mut held = Vec::new();
            let mut to = extent.first;
            let mut writes = BTreeMap::new();
            let page = logs::page(&reader, partition, (to, extent.next), TRIM).await?;
            let last = page.last().map(|(offset, _)| *offset);
            for (offset, bytes) in page {
                // What does not decode has no age; it goes once every group has passed it.
                let age = Entry::decode(&bytes).map_or(i64::MAX, |it| now.saturating_sub(it.time));
                let too_old = topic
                    .retain_max
                    .is_some_and(|longest| age > micros(longest));
                if age < micros(topic.retain) {
                    break;
                }
                if offset >= passed && !too_old {
                    let groups = groups
                        .iter()
                        .zip(&nexts)
                        .filter(|(_, next)| **next <= offset);
                    held = groups.map(|(group, _)| (*group, age)).collect();
                    break;
                }
                writes.insert(entry_key(&partition.log(), offset), None);
                to = offset + 1;
            }
            if to > extent.first {
                let bytes = to.to_be_bytes().to_vec();
                writes.insert(trimmed_key(partition), Some(bytes));
                // Whoever registers or moves a group meanwhile conflicts with this.
                writes.extend([group::touch(topic.id)]);
            }
            tx.write(writes)?;
            Ok(Trimmed {
                more: last.is_some_and(|last| last < to) && to < extent.next,
                held,
            })
        })
        .await
}
