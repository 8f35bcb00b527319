//! Removing a group.

use super::{ALL, Group, topics_of};
use crate::{
    Result,
    catalogue::{Described, TopicRef},
    engine::ScanOptions,
    events::{
        Cursor, GroupId, Letter, Partition,
        group::{self, GroupRow, fence_key, row, touch},
        lease::{Lease, MemberId},
    },
    key::prefix_range,
    transaction::Reader,
};
use std::collections::BTreeMap;

/// Keys that are deleted in one transaction.
const BATCH: usize = 1_000;

impl Group {
    /// Removes the group: its cursors, leases, parked events and dead letters. Events are no longer kept for it.
    ///
    /// First it ends to be a group, in one transaction: whatever its workers are at, none of them begins anything more. What
    /// is left of it then goes piece by piece; a removal that was interrupted is ended by another one.
    pub async fn remove(&self) -> Result<()> {
        let reader = self.store.reader().await?;
        let rows = group::rows(&reader).await?;
        let (interrupted, named): (Vec<_>, Vec<_>) = rows
            .iter()
            .filter(|it| it.name == self.name)
            .partition(|it| it.removed);
        let mut ended: Vec<u32> = interrupted.into_iter().map(|row| row.id).collect();
        if ended.is_empty() || !named.is_empty() {
            ended.push(self.end().await?);
        }
        self.store.hub().steered();
        let topics = Described::read(&reader).await?.topics();
        for id in ended {
            self.clear_away(GroupId(id), &topics).await?;
            self.forget(id).await?;
        }
        Ok(())
    }

    /// Deletes what is left of a group that ended.
    async fn clear_away(&self, group: GroupId, topics: &[TopicRef]) -> Result<()> {
        let partitions: Vec<Partition> = topics.iter().flat_map(TopicRef::all).collect();
        for batch in partitions.chunks(BATCH) {
            let keys = batch.iter().map(|it| Cursor::key(*it, group));
            self.delete(keys.collect()).await?;
        }
        // Events are set aside in transactions that move a cursor: none is from here on.
        let reader = self.store.reader().await?;
        for partition in partitions {
            let parked = Letter::parked_prefix(partition, group);
            self.clear(&reader, parked).await?;
        }
        self.clear(&reader, Letter::dead_of_group(group)).await
    }

    /// Makes it no group: its number.
    async fn end(&self) -> Result<u32> {
        self.store
            .transaction(async |tx| {
                let reader = tx.reader();
                let known = self.row(&reader).await?;
                let group = GroupId(known.id);
                let topics = topics_of(&reader, group).await?;
                let mut writes = BTreeMap::from([row(&GroupRow {
                    removed: true,
                    ..known
                })?]);
                for topic in &topics {
                    writes.insert(group.registration(topic.id), None);
                    writes.extend([touch(topic.id)]);
                    tx.guard_key(fence_key(topic.id))?;
                }
                for prefix in [Lease::prefix(group), MemberId::prefix(group)] {
                    let rows = reader.scan(&prefix_range(prefix), ALL).await?;
                    writes.extend(rows.into_iter().map(|(key, _)| (key, None)));
                }
                tx.write(writes)?;
                Ok(group.0)
            })
            .await
    }

    /// Deletes everything with a prefix that the reader sees.
    async fn clear(&self, reader: &Reader, prefix: Vec<u8>) -> Result<()> {
        let mut range = prefix_range(prefix);
        let options = ScanOptions {
            limit: BATCH,
            reverse: false,
            keys_only: true,
        };
        loop {
            let rows = reader.scan(&range, options).await?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            range.start = [last.as_slice(), &[0]].concat();
            let keys = rows.into_iter().map(|(key, _)| key);
            self.delete(keys.collect()).await?;
        }
    }

    async fn delete(&self, keys: Vec<Vec<u8>>) -> Result<()> {
        self.store
            .transaction(async |tx| tx.write(keys.iter().map(|key| (key.clone(), None)).collect()))
            .await
    }

    /// The row stays without a name, until a newer group keeps the number from being given out again.
    async fn forget(&self, id: u32) -> Result<()> {
        self.store
            .transaction(async |tx| {
                let rows = group::rows(&tx.reader()).await?;
                let nameless = rows.iter().filter(|it| it.removed && it.name.is_empty());
                let done = nameless.map(|it| it.id).chain([id]);
                let mut writes: BTreeMap<_, _> =
                    done.map(|id| (GroupId(id).row_key(), None)).collect();
                if rows.iter().all(|it| it.id <= id) {
                    writes.extend([row(&GroupRow {
                        id,
                        name: String::new(),
                        paused: false,
                        removed: true,
                    })?]);
                }
                tx.write(writes)
            })
            .await
    }
}
