//! Events as JSON: of a topic, and what groups have set aside.

use super::{
    merge::{self, Merged},
    protocol::{EventShown, LetterShown, Reply, TailFrom, Which},
};
use crate::{
    Error, Result, Store, Timestamp,
    catalogue::{Described, TopicRef},
    engine::{KeyRange, PageSize},
    events::{
        Entry, GroupId, Letter, LetterState, Partition,
        control::letters_page,
        logs::{Extent, extents, offset_at},
    },
    key::prefix_range,
    suggest::meant,
    transaction::Reader,
};
use std::collections::BTreeMap;

/// Events of one reply at most.
const MOST: usize = 1_000;
/// Bytes of stored events with which a reply is full.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Events of a table, by the time of writing; of one partition in their order. A reply may hold fewer than there are: `next`
/// says where to go on.
pub(super) async fn events(
    store: &Store,
    topic: &str,
    partition: Option<u16>,
    from: TailFrom,
    limit: usize,
) -> Result<Reply> {
    let reader = store.reader().await?;
    let described = Described::read(&reader).await?;
    let topic = find(&described, topic)?;
    let partitions = topic.only(partition)?;
    let limit = limit.min(MOST);
    let extents = extents(&reader, &partitions).await?;
    let parts: Vec<_> = partitions.into_iter().zip(extents).collect();
    let begins = begins(&reader, &parts, &from, limit).await?;
    let mut next: BTreeMap<u16, u64> = BTreeMap::new();
    let mut wanted = Vec::with_capacity(parts.len());
    for ((partition, extent), begin) in parts.iter().zip(begins) {
        let begin = begin.max(extent.first);
        next.insert(partition.number, begin);
        wanted.push((*partition, begin, extent.next));
    }
    let mut merged = Merged::of(&reader, &wanted).await?;
    let (mut events, mut bytes) = (Vec::new(), 0);
    // What is left out comes next time.
    while events.len() < limit && bytes < MOST_BYTES {
        let Some(event) = merged.next().await? else {
            break;
        };
        let at = (event.partition, event.offset);
        next.insert(event.partition.number, event.offset + 1);
        bytes += event.bytes.len();
        events.push(shown(&reader, &described, &topic, at, &event.bytes));
    }
    Ok(Reply::Events { events, next })
}

/// Where the events of each partition begin.
async fn begins(
    reader: &Reader,
    parts: &[(Partition, Extent)],
    from: &TailFrom,
    limit: usize,
) -> Result<Vec<u64>> {
    if let TailFrom::Last(count) = from {
        return merge::last(reader, parts, (*count).min(limit)).await;
    }
    let mut begins = Vec::with_capacity(parts.len());
    for (partition, extent) in parts {
        begins.push(match from {
            TailFrom::Time(time) => {
                offset_at(reader, *partition, *extent, time.as_microsecond()).await?
            }
            TailFrom::Offsets(offsets) => offsets
                .get(&partition.number)
                .copied()
                .unwrap_or(extent.first),
            TailFrom::Earliest | TailFrom::Last(_) => extent.first,
        });
    }
    Ok(begins)
}

fn find(described: &Described, name: &str) -> Result<TopicRef> {
    let topics = described.topics();
    let known = topics.iter().map(|topic| topic.name.as_str());
    let meant = meant(name, known, "; no table of this store has any");
    let found = topics.into_iter().find(|topic| topic.name == name);
    found.ok_or_else(|| {
        let reason = format!("there are no events of `{name}`{meant}");
        Error::invalid("topic", reason)
    })
}

fn shown(
    reader: &Reader,
    described: &Described,
    topic: &TopicRef,
    at: (Partition, u64),
    bytes: &[u8],
) -> EventShown {
    let entry = Entry::decode(bytes).ok();
    let entry = entry.as_ref();
    let binding = reader.store.binding();
    let (key, content) = entry
        .map(|entry| described.show(binding, topic.id, entry))
        .unwrap_or_default();
    EventShown {
        topic: topic.name.clone(),
        partition: at.0.number,
        offset: at.1,
        id: entry.map(|entry| entry.id.to_string()),
        kind: entry.map_or_else(
            || "damaged".to_owned(),
            |entry| described.kind(topic.id, entry.kind),
        ),
        time: entry.and_then(|entry| Timestamp::from_microsecond(entry.time).ok()),
        key,
        content,
    }
}

/// What a group has set aside, partition by partition.
pub(super) async fn letters(
    store: &Store,
    group: &str,
    which: Which,
    after: Option<String>,
    limit: usize,
) -> Result<Reply> {
    let reader = store.reader().await?;
    let (group, topics) = store.group(group).plan(&reader).await?;
    let described = Described::read(&reader).await?;
    let limit = limit.clamp(1, MOST);
    let prefix: fn(Partition, GroupId) -> Vec<u8> = match which {
        Which::Dead => Letter::dead_prefix,
        Which::Parked => Letter::parked_prefix,
    };
    let mut after = after.map(|key| position(&key)).transpose()?;
    let mut found = Vec::new();
    let (mut last, mut bytes) = (None, 0);
    for topic in &topics {
        for partition in topic.all() {
            let prefix = prefix(partition, group);
            let mut range = prefix_range(prefix.clone());
            // Partitions before the last letter of the page before have been shown.
            match &after {
                Some(key) if !key.starts_with(&prefix) => continue,
                Some(key) => range = behind(key, range),
                None => {}
            }
            after = None;
            let size = PageSize {
                pairs: limit - found.len(),
                bytes: MOST_BYTES.saturating_sub(bytes),
            };
            let (letters, ended) = letters_page(&reader, &range, size).await?;
            for (key, letter) in letters {
                bytes += letter.entry.len();
                let at = (partition, Letter::offset(&key).unwrap_or_default());
                let event = shown(&reader, &described, topic, at, &letter.entry);
                found.push(shown_letter(letter, event));
                last = Some(key);
            }
            if !ended || found.len() == limit || bytes >= MOST_BYTES {
                return Ok(Reply::Letters {
                    letters: found,
                    after: last.map(|key| data_encoding::HEXLOWER.encode(&key)),
                });
            }
        }
    }
    Ok(Reply::Letters {
        letters: found,
        after: None,
    })
}

fn position(after: &str) -> Result<Vec<u8>> {
    data_encoding::HEXLOWER
        .decode(after.as_bytes())
        .map_err(|_| Error::invalid("after", "it is not what an earlier reply gave"))
}

fn behind(key: &[u8], range: KeyRange) -> KeyRange {
    KeyRange {
        start: [key, &[0]].concat(),
        ..range
    }
}

fn shown_letter(letter: Letter, event: EventShown) -> LetterShown {
    let state = match letter.state {
        LetterState::Failed => "failed",
        LetterState::Waiting => "waiting",
        LetterState::Redriven => "redriven",
    };
    LetterShown {
        state: state.to_owned(),
        attempts: letter.attempts,
        set_aside: letter.time(),
        error: letter.error,
        event,
    }
}
