//! Reading of logs: heads, what is trimmed, entries.

use super::{Entry, Partition};
use crate::{
    Result, Timestamp,
    engine::{
        KeyRange, PageSize, ScanOptions,
        log::{Head, entry_key, entry_offset, head_key},
    },
    transaction::Reader,
};
use std::time::Duration;

/// Keys that are read in one batch.
const BATCH: usize = 2_048;
/// Events of which only the time is wanted: so many in the first batch, and bytes that a later one should have.
const FIRST: usize = 64;
const LOOKED_AT: usize = 1024 * 1024;
/// Writers' clocks may differ by so much: microseconds.
const SKEW: i64 = 60_000_000;

/// Where a log begins and ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Offset of the first event that is still there.
    pub(crate) first: u64,
    /// Offset of the next event.
    pub(crate) next: u64,
    /// Whether the log is in the ready list.
    pub(crate) listed: bool,
}

/// The key of the offset up to which a log is trimmed.
pub(crate) fn trimmed_key(partition: Partition) -> Vec<u8> {
    let mut key = partition.log();
    key.push(b't');
    key
}

pub(crate) fn decode_trimmed(reader: &Reader, key: &[u8], stored: Option<Vec<u8>>) -> Result<u64> {
    let Some(stored) = stored else { return Ok(0) };
    let bytes = stored.as_slice().try_into();
    bytes
        .map(u64::from_be_bytes)
        .map_err(|_| reader.store.binding().corrupt(key, &"it is not an offset"))
}

/// Reads many keys in batches.
pub(crate) async fn get_all(reader: &Reader, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
    let mut found = Vec::with_capacity(keys.len());
    for batch in keys.chunks(BATCH) {
        found.extend(reader.get_many(batch).await?);
    }
    Ok(found)
}

/// Where logs begin and end, in the order of the partitions.
pub(crate) async fn extents(reader: &Reader, partitions: &[Partition]) -> Result<Vec<Extent>> {
    let keys: Vec<_> = partitions
        .iter()
        .flat_map(|it| [head_key(&it.log()), trimmed_key(*it)])
        .collect();
    let mut found = get_all(reader, &keys).await?.into_iter();
    let mut extents = Vec::with_capacity(partitions.len());
    for pair in keys.chunks(2) {
        let head = Head::decode(&pair[0], found.next().flatten().as_deref())
            .map_err(crate::Error::from_engine)?;
        let first = decode_trimmed(reader, &pair[1], found.next().flatten())?;
        extents.push(Extent {
            first,
            next: head.next,
            listed: head.listed,
        });
    }
    Ok(extents)
}

/// The entries of a log from an offset on, up to another, at most `limit`: offsets and bytes.
pub(crate) async fn entries(
    reader: &Reader,
    partition: Partition,
    from: u64,
    to: u64,
    limit: usize,
) -> Result<Vec<(u64, Vec<u8>)>> {
    let log = partition.log();
    let range = KeyRange {
        start: entry_key(&log, from),
        end: Some(entry_key(&log, to)),
    };
    let options = ScanOptions {
        limit,
        reverse: false,
        keys_only: false,
    };
    let found = reader.scan(&range, options).await?;
    let entries = found
        .into_iter()
        .filter_map(|(key, value)| Some((entry_offset(&log, &key)?, value)));
    Ok(entries.collect())
}

/// The first entries of a log from an offset on, up to another: offsets and bytes.
pub(crate) async fn page(
    reader: &Reader,
    partition: Partition,
    (from, to): (u64, u64),
    size: PageSize,
) -> Result<Vec<(u64, Vec<u8>)>> {
    let log = partition.log();
    let range = KeyRange {
        start: entry_key(&log, from),
        end: Some(entry_key(&log, to)),
    };
    let found = reader.page(&range, size).await?.pairs.into_iter();
    let entries = found.filter_map(|(key, value)| Some((entry_offset(&log, &key)?, value)));
    Ok(entries.collect())
}

/// When the events at these places were written; none where no event is that decodes. However many they are, the memory
/// that it takes is that of a few.
pub(crate) async fn times(reader: &Reader, at: &[(Partition, u64)]) -> Result<Vec<Option<i64>>> {
    let mut times = Vec::with_capacity(at.len());
    let (mut bytes, mut many) = (0, FIRST);
    while times.len() < at.len() {
        let some = at[times.len()..].iter().take(many);
        let keys: Vec<_> = some
            .map(|(partition, offset)| entry_key(&partition.log(), *offset))
            .collect();
        for stored in reader.get_many(&keys).await? {
            bytes += stored.as_ref().map_or(0, Vec::len);
            // An event that does not decode has no time, and must not hide those of others.
            times.push(stored.and_then(|stored| Some(Entry::decode(&stored).ok()?.time)));
        }
        many = (times.len() * LOOKED_AT / bytes.max(1)).clamp(1, (many * 4).min(BATCH));
    }
    Ok(times)
}

/// When the event at an offset was written; `None` if there is none.
pub(crate) async fn time_at(
    reader: &Reader,
    partition: Partition,
    offset: u64,
) -> Result<Option<i64>> {
    let key = entry_key(&partition.log(), offset);
    let Some(stored) = reader.get(&key).await? else {
        return Ok(None);
    };
    let entry =
        Entry::decode(&stored).map_err(|error| reader.store.binding().corrupt(&key, &error))?;
    Ok(Some(entry.time))
}

/// How long ago the events at these places were written, in seconds; none where no event is that decodes.
pub(crate) async fn ages(reader: &Reader, at: &[(Partition, u64)]) -> Result<Vec<Option<f64>>> {
    let now = Timestamp::now().as_microsecond();
    let age = |time: i64| {
        let micros = u64::try_from(now.saturating_sub(time)).unwrap_or_default();
        Duration::from_micros(micros).as_secs_f64()
    };
    let times = times(reader, at).await?;
    Ok(times.into_iter().map(|time| time.map(age)).collect())
}

/// The first offset whose event was written at `time` or later.
///
/// A binary search, which trusts that times grow with offsets but for a minute by which writers' clocks may differ, and then
/// a walk over that minute.
pub(crate) async fn offset_at(
    reader: &Reader,
    partition: Partition,
    extent: Extent,
    time: i64,
) -> Result<u64> {
    let (mut low, mut high) = (extent.first, extent.next);
    while low < high {
        let middle = low + (high - low) / 2;
        match time_at(reader, partition, middle).await? {
            Some(found) if found >= time.saturating_sub(SKEW) => high = middle,
            _ => low = middle + 1,
        }
    }
    while low < extent.next {
        if time_at(reader, partition, low)
            .await?
            .is_some_and(|found| found >= time)
        {
            break;
        }
        low += 1;
    }
    Ok(low)
}
