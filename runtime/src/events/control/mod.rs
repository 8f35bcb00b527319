//! Consumer groups from outside: how far they are, and moving them.

mod letters;

pub use letters::SetAside;

use super::{
    Cursor, GroupId, Letter, Partition, Wait,
    group::{self, GroupRow, Start, TopicPlan, fence_key, offset_of, readers_of, row, touch},
    lease::{Lease, MemberId},
    logs::{self, extents},
};
use crate::{Error, Result, Store, engine::ScanOptions, key::prefix_range, transaction::Reader};
use std::collections::BTreeMap;

const ALL: ScanOptions = ScanOptions {
    limit: usize::MAX,
    reverse: false,
    keys_only: false,
};

/// A consumer group, to be looked at and moved. Its workers follow at once in this process, and within a third of their lease
/// in others.
#[derive(Debug, Clone)]
pub struct Group {
    store: Store,
    name: String,
}

/// How far a group is in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// The table.
    pub topic: &'static str,
    /// The partition.
    pub partition: u16,
    /// Offset of the next event that the group handles.
    pub next: u64,
    /// Offset of the next event that is published.
    pub head: u64,
    /// Attempts at the next event so far; 0 if there is none.
    pub failed_attempts: u32,
    /// Events that are parked.
    pub parked: u64,
    /// Parked events and dead letters that are to be handled again.
    pub redriven: u64,
}

impl Lag {
    /// Events that have not been handled.
    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.head.saturating_sub(self.next) + self.redriven
    }
}

impl Store {
    /// A consumer group by its name.
    #[must_use]
    pub fn group(&self, name: impl Into<String>) -> Group {
        Group {
            store: self.clone(),
            name: name.into(),
        }
    }

    /// The names of all consumer groups.
    pub async fn groups(&self) -> Result<Vec<String>> {
        let rows = group::groups(&self.reader().await?).await?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    }
}

/// How far a group is in all partitions of topics.
pub(crate) async fn lags(store: &Store, group: GroupId, topics: &[TopicPlan]) -> Result<Vec<Lag>> {
    // Cursors first: a head that is read later can only be further.
    let partitions: Vec<Partition> = topics.iter().flat_map(|topic| topic.all()).collect();
    let reader = store.reader().await?;
    let keys: Vec<_> = partitions
        .iter()
        .map(|it| Cursor::key(*it, group))
        .collect();
    let cursors = logs::get_all(&reader, &keys).await?;
    let extents = extents(&reader, &partitions).await?;
    let mut lags = Vec::with_capacity(partitions.len());
    for (((partition, extent), key), stored) in
        partitions.iter().zip(extents).zip(&keys).zip(cursors)
    {
        let cursor = Cursor::decode(stored.as_deref())
            .map_err(|error| store.binding().corrupt(key, &error))?;
        let topic = topics.iter().find(|topic| topic.id == partition.topic);
        let next = cursor.next.max(extent.first);
        let failed = match cursor.wait {
            Wait::Failed(_) => cursor.attempts,
            Wait::No | Wait::Snoozed(_) => cursor.attempts.saturating_sub(1),
        };
        lags.push(Lag {
            topic: topic.map_or("", |topic| topic.name),
            partition: partition.number,
            next,
            head: extent.next,
            failed_attempts: if next < extent.next { failed } else { 0 },
            parked: cursor.parked,
            redriven: cursor.redrive,
        });
    }
    Ok(lags)
}

impl Group {
    fn unknown(&self) -> Error {
        Error::invalid(
            "group",
            format!(
                "there is no consumer group `{}`; its first worker makes it",
                self.name
            ),
        )
    }

    async fn row(&self, reader: &Reader) -> Result<GroupRow> {
        group::find(reader, &self.name)
            .await?
            .ok_or_else(|| self.unknown())
    }

    /// Its number, and the topics that it reads.
    async fn plan(&self, reader: &Reader) -> Result<(GroupId, Vec<TopicPlan>)> {
        let id = GroupId(self.row(reader).await?.id);
        let mut topics = Vec::new();
        for topic in TopicPlan::of(&self.store) {
            if readers_of(reader, topic.id).await?.contains(&id) {
                topics.push(topic);
            }
        }
        Ok((id, topics))
    }

    fn topic(topics: Vec<TopicPlan>, table: &str) -> Result<TopicPlan> {
        let found = topics.into_iter().find(|topic| topic.name == table);
        found.ok_or_else(|| {
            Error::invalid(
                "topic",
                format!("the group does not read events of `{table}`"),
            )
        })
    }

    /// How far it is in every partition that has events.
    pub async fn lag(&self) -> Result<Vec<Lag>> {
        let (group, topics) = self.plan(&self.store.reader().await?).await?;
        let mut lags = lags(&self.store, group, &topics).await?;
        lags.retain(|lag| lag.head > 0);
        Ok(lags)
    }

    /// Its workers take no more events until [`Group::resume`].
    pub async fn pause(&self) -> Result<()> {
        self.set_paused(true).await
    }

    /// Its workers go on.
    pub async fn resume(&self) -> Result<()> {
        self.set_paused(false).await
    }

    async fn set_paused(&self, paused: bool) -> Result<()> {
        self.store
            .transaction(async |tx| {
                let known = self.row(&tx.reader()).await?;
                tx.write(BTreeMap::from([row(&GroupRow { paused, ..known })?]))
            })
            .await?;
        self.store.hub().steered();
        Ok(())
    }

    /// Moves the group in all partitions of a table's events, forward or back. Events that are handled again keep their
    /// idempotency keys: effects outside the store are not repeated.
    pub async fn seek(&self, table: &str, to: Start) -> Result<()> {
        self.go(table, to, false).await
    }

    /// Moves the group to a place from which it handles a table's events again, with new idempotency keys: effects outside
    /// the store are repeated.
    pub async fn replay(&self, table: &str, from: Start) -> Result<()> {
        self.go(table, from, true).await
    }

    async fn go(&self, table: &str, to: Start, again: bool) -> Result<()> {
        self.store
            .transaction(async |tx| {
                let reader = tx.reader();
                let (group, topics) = self.plan(&reader).await?;
                let topic = Self::topic(topics, table)?;
                let partitions: Vec<_> = topic.all().collect();
                let extents = extents(&reader, &partitions).await?;
                let mut writes = BTreeMap::from([touch(topic.id)]);
                for (partition, extent) in partitions.into_iter().zip(extents) {
                    if extent.next > 0 {
                        let next = offset_of(&reader, partition, extent, to).await?;
                        writes.extend([self.moved(&reader, group, partition, next, again).await?]);
                    }
                }
                tx.write(writes)
            })
            .await?;
        self.store.hub().steered();
        Ok(())
    }

    /// Moves the group to an offset of one partition of a table's events: past an event that blocks it, for example.
    pub async fn seek_partition(&self, table: &str, partition: u16, offset: u64) -> Result<()> {
        self.go_to(table, partition, offset, false).await
    }

    /// [`Group::replay`] from an offset of one partition.
    pub async fn replay_partition(&self, table: &str, partition: u16, offset: u64) -> Result<()> {
        self.go_to(table, partition, offset, true).await
    }

    async fn go_to(&self, table: &str, number: u16, offset: u64, again: bool) -> Result<()> {
        self.store
            .transaction(async |tx| {
                let reader = tx.reader();
                let (group, topics) = self.plan(&reader).await?;
                let topic = Self::topic(topics, table)?;
                let partition = Partition { topic: topic.id, number };
                let extent = extents(&reader, &[partition]).await?[0];
                if !(extent.first..=extent.next).contains(&offset) {
                    let reason = format!(
                        "partition {number} of `{table}` holds the offsets {} to {}; {offset} is not among them",
                        extent.first, extent.next
                    );
                    return Err(Error::invalid("offset", reason));
                }
                let cursor = self.moved(&reader, group, partition, offset, again).await?;
                tx.write(BTreeMap::from([cursor, touch(topic.id)]))
            })
            .await?;
        self.store.hub().steered();
        Ok(())
    }

    async fn moved(
        &self,
        reader: &Reader,
        group: GroupId,
        partition: Partition,
        next: u64,
        again: bool,
    ) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let key = Cursor::key(partition, group);
        let stored = reader.get(&key).await?;
        let cursor = Cursor::decode(stored.as_deref())
            .map_err(|error| self.store.binding().corrupt(&key, &error))?;
        let moved = Cursor {
            generation: cursor.generation + u64::from(again),
            ..cursor.at(next)
        };
        Ok((key, Some(moved.encode())))
    }

    /// Removes the group: its cursors, leases, parked events and dead letters. Events are no longer kept for it.
    pub async fn remove(&self) -> Result<()> {
        let reader = self.store.reader().await?;
        let (group, topics) = self.plan(&reader).await?;
        for topic in &topics {
            for partition in topic.all() {
                self.store
                    .transaction(async |tx| {
                        let parked = prefix_range(Letter::parked_prefix(partition, group));
                        let dead = prefix_range(Letter::dead_prefix(partition, group));
                        let mut writes = BTreeMap::from([(Cursor::key(partition, group), None)]);
                        for range in [parked, dead] {
                            let rows = tx.reader().scan(&range, ALL).await?;
                            writes.extend(rows.into_iter().map(|(key, _)| (key, None)));
                        }
                        tx.write(writes)
                    })
                    .await?;
            }
        }
        self.store
            .transaction(async |tx| {
                let mut writes = BTreeMap::from([(group.row_key(), None)]);
                for topic in &topics {
                    writes.insert(group.registration(topic.id), None);
                    writes.extend([touch(topic.id)]);
                    tx.guard_key(fence_key(topic.id))?;
                }
                for prefix in [Lease::prefix(group), MemberId::prefix(group)] {
                    let rows = tx.reader().scan(&prefix_range(prefix), ALL).await?;
                    writes.extend(rows.into_iter().map(|(key, _)| (key, None)));
                }
                tx.write(writes)
            })
            .await?;
        self.store.hub().steered();
        Ok(())
    }
}
