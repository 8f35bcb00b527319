//! Events as JSON: of a topic, and what groups have set aside.

use super::protocol::{EventShown, LetterShown, Reply, TailFrom, Which};
use crate::{
    Error, Result, Store, Timestamp,
    catalogue::{Described, TopicRef},
    engine::KeyRange,
    events::{
        Entry, GroupId, Letter, LetterState, Partition,
        control::letters as stored_letters,
        logs::{entries, extents, offset_at},
    },
    key::prefix_range,
    suggest::meant,
    transaction::Reader,
};
use std::collections::BTreeMap;

/// Events of one reply at most.
const MOST: usize = 1_000;

/// Events of a table, by the time of writing; of one partition in their order.
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
    let mut found = Vec::new();
    let mut next = BTreeMap::new();
    for (partition, extent) in partitions.iter().zip(extents(&reader, &partitions).await?) {
        let wanted = match &from {
            TailFrom::Earliest => extent.first,
            TailFrom::Time(time) => {
                offset_at(&reader, *partition, extent, time.as_microsecond()).await?
            }
            TailFrom::Last(count) => extent.next.saturating_sub((*count).min(limit) as u64),
            TailFrom::Offsets(offsets) => offsets
                .get(&partition.number)
                .copied()
                .unwrap_or(extent.first),
        };
        let wanted = wanted.max(extent.first);
        next.insert(partition.number, wanted);
        let mut latest = i64::MIN;
        for (offset, bytes) in entries(&reader, *partition, wanted, extent.next, limit).await? {
            next.insert(partition.number, offset + 1);
            // A partition keeps its order also where its writers' clocks disagree.
            latest = Entry::decode(&bytes).map_or(latest, |entry| entry.time.max(latest));
            found.push((latest, *partition, offset, bytes));
        }
    }
    found.sort_by_key(|(time, ..)| *time);
    let surplus = found.len().saturating_sub(limit);
    if matches!(from, TailFrom::Last(_)) {
        found.drain(..surplus);
    } else {
        // What is left out comes next time.
        for (_, partition, offset, _) in found.drain(limit.min(found.len())..) {
            let first = next.entry(partition.number).or_insert(offset);
            *first = offset.min(*first);
        }
    }
    let shown = found
        .iter()
        .map(|(_, partition, offset, bytes)| {
            shown(&reader, &described, &topic, (*partition, *offset), bytes)
        })
        .collect();
    Ok(Reply::Events {
        events: shown,
        next,
    })
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
    let mut last = None;
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
            for (key, letter) in stored_letters(&reader, &range, limit - found.len()).await? {
                let at = (partition, Letter::offset(&key).unwrap_or_default());
                let event = shown(&reader, &described, topic, at, &letter.entry);
                found.push(shown_letter(letter, event));
                last = Some(key);
            }
            if found.len() == limit {
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
