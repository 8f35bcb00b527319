//! Moving a group forward and back.

use super::Group;
use crate::{
    Error, Result, Start,
    events::{
        Cursor, GroupId, Partition,
        group::{offset_of, touch},
        logs::extents,
    },
    transaction::Reader,
};
use std::collections::BTreeMap;

impl Group {
    /// Moves the group in all partitions of a table's events, forward or back. Events that are handled again keep their
    /// idempotency keys: effects outside the store are not repeated.
    pub async fn seek(&self, table: &str, to: Start) -> Result<()> {
        self.go(table, None, to, false).await
    }

    /// Moves the group to a place from which it handles a table's events again, with new idempotency keys: effects outside
    /// the store are repeated.
    pub async fn replay(&self, table: &str, from: Start) -> Result<()> {
        self.go(table, None, from, true).await
    }

    /// Moves the group in one partition or in all.
    pub(crate) async fn go(
        &self,
        table: &str,
        only: Option<u16>,
        to: Start,
        again: bool,
    ) -> Result<()> {
        self.store
            .transaction(async |tx| {
                let reader = tx.reader();
                let (group, topics) = self.plan(&reader).await?;
                let topic = Self::topic(topics, table)?;
                let partitions = topic.only(only)?;
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
                let partition = topic.only(Some(number))?[0];
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
}
