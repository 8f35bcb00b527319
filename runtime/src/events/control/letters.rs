//! What a group has set aside: looked at, and handled again.

use super::Group;
use crate::{
    Result, Timestamp,
    catalogue::{Described, TopicRef},
    engine::{KeyRange, PageSize, Pair, ScanOptions},
    events::{Cursor, Entry, EventId, GroupId, Letter, LetterState, Partition},
    key::prefix_range,
    transaction::{Reader, Transaction},
};
use std::collections::{BTreeMap, VecDeque};

/// Letters that are read at once.
const PAGE: PageSize = PageSize {
    pairs: 256,
    bytes: 1024 * 1024,
};

/// The letters of a range, at most `limit`.
pub(crate) async fn letters(
    reader: &Reader,
    range: &KeyRange,
    limit: usize,
) -> Result<Vec<(Vec<u8>, Letter)>> {
    let options = ScanOptions {
        limit,
        reverse: false,
        keys_only: false,
    };
    decoded(reader, reader.scan(range, options).await?)
}

/// The first letters of a range, and whether they are all.
pub(crate) async fn letters_page(
    reader: &Reader,
    range: &KeyRange,
    size: PageSize,
) -> Result<(Vec<(Vec<u8>, Letter)>, bool)> {
    let page = reader.page(range, size).await?;
    Ok((decoded(reader, page.pairs)?, page.ended))
}

fn decoded(reader: &Reader, rows: Vec<Pair>) -> Result<Vec<(Vec<u8>, Letter)>> {
    rows.into_iter()
        .map(|(key, value)| {
            let letter = Letter::decode(&value)
                .map_err(|error| reader.store.binding().corrupt(&key, &error))?;
            Ok((key, letter))
        })
        .collect()
}

/// An event that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The table.
    pub topic: String,
    /// The partition.
    pub partition: u16,
    /// Its offset.
    pub offset: u64,
    /// What tells it from others, unless its bytes are damaged.
    pub id: Option<EventId>,
    /// `created`, `updated`, `deleted`, or the name of an event of the application's own.
    pub kind: String,
    /// Attempts; 0 if it only waits for an earlier one of its key.
    pub attempts: u32,
    /// When it was set aside.
    pub time: Timestamp,
    /// What its handler said.
    pub error: String,
}

/// A letter in a partition of a topic, without the event's bytes.
fn set_aside(
    described: &Described,
    (topic, partition): (&TopicRef, u16),
    (key, letter): (Vec<u8>, Letter),
) -> SetAside {
    let entry = Entry::decode(&letter.entry).ok();
    let kind = entry.as_ref().map(|it| described.kind(topic.id, it.kind));
    SetAside {
        topic: topic.name.clone(),
        partition,
        offset: Letter::offset(&key).unwrap_or_default(),
        id: entry.map(|entry| entry.id),
        kind: kind.unwrap_or_default(),
        attempts: letter.attempts,
        time: letter.time(),
        error: letter.error,
    }
}

impl Group {
    /// The events that became dead letters, in their order.
    pub async fn dead_letters(&self) -> Result<Vec<SetAside>> {
        self.set_aside(Letter::dead_prefix).await
    }

    /// The events that are parked, key by key.
    pub async fn parked(&self) -> Result<Vec<SetAside>> {
        self.set_aside(Letter::parked_prefix).await
    }

    /// The letters under a prefix of each partition.
    async fn set_aside(&self, prefix: fn(Partition, GroupId) -> Vec<u8>) -> Result<Vec<SetAside>> {
        let reader = self.store.reader().await?;
        let (group, topics) = self.plan(&reader).await?;
        let described = Described::read(&reader).await?;
        let mut found = Vec::new();
        for topic in &topics {
            for partition in topic.all() {
                let mut range = prefix_range(prefix(partition, group));
                loop {
                    let (letters, ended) = letters_page(&reader, &range, PAGE).await?;
                    if let Some((last, _)) = letters.last() {
                        range.start = [last.as_slice(), &[0]].concat();
                    }
                    let at = (topic, partition.number);
                    let shown = letters.into_iter().map(|it| set_aside(&described, at, it));
                    found.extend(shown);
                    if ended {
                        break;
                    }
                }
            }
        }
        Ok(found)
    }

    /// Has parked events and dead letters handled again, in their order among themselves; how many. What waits behind a
    /// parked event of its key follows it.
    pub async fn redrive(&self) -> Result<u64> {
        let (group, topics) = self.plan(&self.store.reader().await?).await?;
        let mut total = 0;
        for topic in topics {
            for partition in topic.all() {
                let prefixes = [Letter::parked_prefix, Letter::dead_prefix];
                let ranges = prefixes.map(|prefix| prefix_range(prefix(partition, group)));
                let mut left = ranges.to_vec();
                while !left.is_empty() {
                    let (count, rest) = self
                        .store
                        .transaction(async |tx| {
                            self.redrive_page(&tx, group, partition, &left).await
                        })
                        .await?;
                    total += count;
                    left = rest;
                }
            }
        }
        self.store.hub().steered();
        Ok(total)
    }

    /// The first page of these ranges that has letters to drive again: how many, and what is left. No more than that goes into a
    /// transaction, however many there are.
    async fn redrive_page(
        &self,
        tx: &Transaction,
        group: GroupId,
        partition: Partition,
        ranges: &[KeyRange],
    ) -> Result<(u64, Vec<KeyRange>)> {
        let reader = tx.reader();
        let mut left = VecDeque::from(ranges.to_vec());
        let mut writes = BTreeMap::new();
        while writes.is_empty()
            && let Some(range) = left.front_mut()
        {
            let (found, ended) = letters_page(&reader, range, PAGE).await?;
            if let Some((last, _)) = found.last() {
                range.start = [last.as_slice(), &[0]].concat();
            }
            if ended {
                left.pop_front();
            }
            let failed = found.into_iter();
            let failed = failed.filter(|(_, letter)| letter.state == LetterState::Failed);
            writes.extend(failed.map(|(key, letter)| {
                let state = LetterState::Redriven;
                (key, Some(Letter { state, ..letter }.encode()))
            }));
        }
        let count = writes.len() as u64;
        if count > 0 {
            let key = Cursor::key(partition, group);
            let stored = reader.get(&key).await?;
            let cursor = Cursor::decode(stored.as_deref())
                .map_err(|error| self.store.binding().corrupt(&key, &error))?;
            let redrive = cursor.redrive + count;
            writes.insert(key, Some(Cursor { redrive, ..cursor }.encode()));
            tx.write(writes)?;
        }
        Ok((count, left.into()))
    }
}
