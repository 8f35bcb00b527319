//! Removing a group.

use super::{ALL, Group};
use crate::{
    Result,
    catalogue::Described,
    engine::{KeyRange, ScanOptions},
    events::{
        Cursor, GroupId, Letter, Partition,
        group::{self, GroupRow, fence_key, row, touch},
        lease::{Lease, MemberId},
    },
    key::prefix_range,
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
        let interrupted = rows
            .into_iter()
            .find(|it| it.removed && it.name == self.name);
        let id = match interrupted {
            Some(row) => row.id,
            None => self.end().await?,
        };
        self.store.hub().steered();
        let group = GroupId(id);
        let topics = Described::read(&reader).await?.topics();
        for topic in &topics {
            let partitions: Vec<Partition> = topic.all().collect();
            for batch in partitions.chunks(BATCH) {
                let keys = batch.iter().map(|it| Cursor::key(*it, group));
                self.delete(keys.collect()).await?;
            }
            for partition in partitions {
                self.clear(Letter::parked_prefix(partition, group)).await?;
                self.clear(Letter::dead_prefix(partition, group)).await?;
            }
        }
        self.forget(id).await
    }

    /// Makes it no group: its number.
    async fn end(&self) -> Result<u32> {
        self.store
            .transaction(async |tx| {
                let reader = tx.reader();
                let known = self.row(&reader).await?;
                let (group, topics) = self.plan(&reader).await?;
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

    /// Deletes everything with a prefix.
    async fn clear(&self, prefix: Vec<u8>) -> Result<()> {
        let range: KeyRange = prefix_range(prefix);
        let options = ScanOptions {
            limit: BATCH,
            reverse: false,
            keys_only: true,
        };
        loop {
            let rows = self.store.reader().await?.scan(&range, options).await?;
            let (count, keys) = (rows.len(), rows.into_iter().map(|(key, _)| key));
            self.delete(keys.collect()).await?;
            if count < BATCH {
                return Ok(());
            }
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
