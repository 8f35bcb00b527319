//! How far a group is in partitions.

use crate::{
    Result,
    events::{
        Cursor, GroupId, Partition, Wait,
        logs::{self, Extent, extents},
    },
    transaction::Reader,
};

/// How far a group is in a partition, and what its log holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) partition: Partition,
    pub(crate) cursor: Cursor,
    pub(crate) extent: Extent,
}

impl Progress {
    /// Offset of the next event that the group handles.
    pub(crate) fn next(&self) -> u64 {
        self.cursor.next.max(self.extent.first)
    }

    /// Events that have not been handled.
    pub(crate) fn waiting(&self) -> u64 {
        self.extent.next.saturating_sub(self.next()) + self.cursor.redrive
    }

    /// Attempts at the next event so far; 0 if there is none.
    pub(crate) fn failed_attempts(&self) -> u32 {
        if self.next() >= self.extent.next {
            return 0;
        }
        match self.cursor.wait {
            Wait::Failed(_) => self.cursor.attempts,
            Wait::No | Wait::Snoozed(_) => self.cursor.attempts.saturating_sub(1),
        }
    }
}

/// How far a group is in partitions.
pub(crate) async fn progress(
    reader: &Reader,
    group: GroupId,
    partitions: &[Partition],
) -> Result<Vec<Progress>> {
    let keys: Vec<_> = partitions
        .iter()
        .map(|it| Cursor::key(*it, group))
        .collect();
    let cursors = logs::get_all(reader, &keys).await?;
    let extents = extents(reader, partitions).await?;
    let rows = partitions.iter().zip(extents).zip(keys.iter().zip(cursors));
    rows.map(|((partition, extent), (key, stored))| {
        let cursor = Cursor::decode(stored.as_deref())
            .map_err(|error| reader.store.binding().corrupt(key, &error))?;
        Ok(Progress {
            partition: *partition,
            cursor,
            extent,
        })
    })
    .collect()
}
