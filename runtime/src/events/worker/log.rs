//! What a drain knows of its log, so that it need not look again for each batch.

use crate::{
    Error, Result,
    engine::log::{Head, head_key},
    events::{
        Partition,
        logs::{decode_trimmed, entries, trimmed_key},
    },
    transaction::Reader,
};
use std::collections::VecDeque;

/// Bytes that are read ahead, about.
const AHEAD: usize = 128 << 10;
/// Batches that are read at once, at most.
const BATCHES: usize = 8;

/// The events of a log that cannot change any more, as of the last look.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Where the cursor is expected.
    pub(super) next: u64,
    /// Offset of the first event that is still there.
    pub(super) first: u64,
    /// Offset of the first event that is not there, or not durable.
    pub(super) end: u64,
    /// Whether there are events that are not durable.
    pub(super) lags: bool,
    /// The attempt that was counted here after another one failed: it was not cut off.
    pub(super) counted: u32,
    /// Events that were read and not handled.
    ahead: VecDeque<(u64, Vec<u8>)>,
    /// Bytes of an event, about.
    size: usize,
}

impl Log {
    /// Whether every event that is known has been handled.
    pub(super) fn is_behind(&self) -> bool {
        self.next >= self.end
    }

    /// Reads where the log begins and ends, and a key beside: one batch of reads, and one more where `durable` lags behind.
    pub(super) async fn look(
        &mut self,
        partition: Partition,
        reader: &Reader,
        durable: Option<&Reader>,
        beside: Vec<u8>,
    ) -> Result<Option<Vec<u8>>> {
        let keys = [head_key(&partition.log()), trimmed_key(partition), beside];
        let next = |stored: Option<Vec<u8>>| {
            let head = Head::decode(&keys[0], stored.as_deref());
            head.map(|head| head.next).map_err(Error::from_engine)
        };
        self.end = match durable {
            Some(durable) => next(durable.get(&keys[0]).await?)?,
            None => 0,
        };
        let found = reader.get_many(&keys).await?;
        let [head, trimmed, beside] = <[_; 3]>::try_from(found).unwrap_or_default();
        let newest = next(head)?;
        if durable.is_none() {
            self.end = newest;
        }
        self.lags = newest > self.end;
        self.first = decode_trimmed(reader, &keys[1], trimmed)?;
        Ok(beside)
    }

    /// Events from an offset on, at most `limit`; several batches are read at once if they are small.
    pub(super) async fn take(
        &mut self,
        reader: &Reader,
        partition: Partition,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>> {
        if self.ahead.front().is_none_or(|(offset, _)| *offset != from) {
            let many = AHEAD.checked_div(self.size).unwrap_or(limit);
            let many = many.clamp(limit, limit * BATCHES);
            self.ahead = entries(reader, partition, from, self.end, many)
                .await?
                .into();
            let bytes: usize = self.ahead.iter().map(|(_, bytes)| bytes.len()).sum();
            self.size = bytes.checked_div(self.ahead.len()).unwrap_or(0);
        }
        let count = limit.min(self.ahead.len());
        Ok(self.ahead.drain(..count).collect())
    }
}
