//! Delayed events: kept by the time at which they are due, and moved into their log then.

use crate::{
    Error, Result, Store, Timestamp,
    engine::{KeyRange, ScanOptions},
    events::{Entry, Partition, publish_entry},
    key::prefix_range,
    transaction::Transaction,
    value::Input,
};
use std::{collections::BTreeMap, time::Duration};

/// How often they are looked for where other processes publish.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// Shards that they are spread over.
const SHARDS: u16 = 4;
/// Events that are moved in one transaction.
const BATCH: usize = 100;

/// The writes that keep an event until it is due.
pub(crate) fn delay(
    tx: &Transaction,
    partition: Partition,
    entry: &Entry,
    delay: Duration,
) -> Result<()> {
    let delay = i64::try_from(delay.as_micros()).unwrap_or(i64::MAX);
    let due = Timestamp::now().as_microsecond().saturating_add(delay);
    let mut key = shard(partition.number % SHARDS);
    // A time before 1970 would sort last; it is due at once, and so is 1970.
    key.extend_from_slice(&due.max(0).to_be_bytes());
    key.extend_from_slice(&entry.id.0);
    let (place, entry) = (partition.ready(), entry.encode());
    let mut bytes = Vec::with_capacity(place.len() + entry.len() + 1);
    crate::value::put_varint(&mut bytes, place.len() as u64);
    bytes.extend_from_slice(&place);
    bytes.extend_from_slice(&entry);
    tx.write(BTreeMap::from([(key, Some(bytes))]))
}

fn shard(number: u16) -> Vec<u8> {
    let [_, low] = number.to_be_bytes();
    vec![b'u', low]
}

/// Moves what is due into its log, in the order of the due times of a shard; how long until there is more to move.
pub(super) async fn release(store: &Store) -> Result<Option<Duration>> {
    let mut next: Option<i64> = None;
    for number in 0..SHARDS {
        let mut first = first_due(store, number).await?;
        while first.is_some_and(|due| due <= Timestamp::now().as_microsecond()) {
            release_batch(store, number).await?;
            first = first_due(store, number).await?;
        }
        next = [next, first].into_iter().flatten().min();
    }
    let now = Timestamp::now().as_microsecond();
    Ok(next.map(|due| Duration::from_micros(u64::try_from(due - now).unwrap_or_default())))
}

/// When the first delayed event of a shard is due.
async fn first_due(store: &Store, number: u16) -> Result<Option<i64>> {
    let options = ScanOptions {
        limit: 1,
        reverse: false,
        keys_only: true,
    };
    let reader = store.reader().await?;
    let first = reader.scan(&prefix_range(shard(number)), options).await?;
    Ok(first.first().and_then(|(key, _)| due_of(key)))
}

fn due_of(key: &[u8]) -> Option<i64> {
    let due = key.get(2..10)?.try_into().ok()?;
    Some(i64::from_be_bytes(due))
}

async fn release_batch(store: &Store, number: u16) -> Result<()> {
    let tx = store.begin().await?;
    let now = Timestamp::now().as_microsecond();
    let end = [
        shard(number).as_slice(),
        &now.saturating_add(1).to_be_bytes(),
    ]
    .concat();
    let range = KeyRange {
        start: shard(number),
        end: Some(end),
    };
    let options = ScanOptions {
        limit: BATCH,
        reverse: false,
        keys_only: false,
    };
    let rows = tx.reader().scan(&range, options).await?;
    let mut writes = BTreeMap::new();
    for (key, value) in rows {
        let mut from = Input(&value);
        let corrupt = |reason: &dyn ToString| store.binding().corrupt(&key, &reason.to_string());
        let place = from.sized().map_err(|error| corrupt(&error))?;
        let partition =
            Partition::of_ready(place).ok_or_else(|| corrupt(&"it names no partition"))?;
        let mut entry = Entry::decode(from.0).map_err(|error| corrupt(&error))?;
        // The log's times are when its events came into it.
        entry.time = now;
        publish_entry(&tx, partition, &entry)?;
        writes.insert(key, None);
    }
    tx.write(writes)?;
    match tx.commit().await {
        // Another worker moved them.
        Err(Error::Conflict { .. }) => Ok(()),
        other => other,
    }
}
