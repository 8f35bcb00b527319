//! Consumer groups in the catalogue, and how one is registered for topics.

use super::{
    Cursor, Partition, TopicId,
    keys::topic_prefix,
    logs::{Extent, extents, offset_at},
};
use crate::{
    Error, Result, Store, Timestamp,
    engine::ScanOptions,
    key::prefix_range,
    transaction::{Reader, Transaction},
    value::put_varint,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A group's number in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct GroupId(pub(crate) u32);

/// `m g GROUP`: a consumer group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupRow {
    pub(crate) id: u32,
    pub(crate) name: String,
    /// Its workers take nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) paused: bool,
    /// It is no group any more: its number is not given out again while something of it may be left, and that of the newest
    /// group never.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) removed: bool,
}

/// Where a group begins that the store does not know yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// At the first event that is still in the log.
    #[default]
    Earliest,
    /// At the first event published after it registered.
    Latest,
    /// At the first event written at this time or later, by its writer's clock.
    Time(Timestamp),
}

/// A topic and its partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TopicPlan {
    pub(crate) id: TopicId,
    pub(crate) name: &'static str,
    pub(crate) partitions: u32,
    /// Seconds.
    pub(crate) retain: u64,
    pub(crate) retain_max: Option<u64>,
}

impl TopicPlan {
    /// Its partitions.
    pub(crate) fn all(self) -> impl Iterator<Item = Partition> {
        Partition::all(self.id, self.partitions)
    }

    /// The topics of the schema that a store was opened with.
    pub(crate) fn of(store: &Store) -> Vec<Self> {
        let tables = store.binding().schema.tables.iter();
        let bound = tables.filter_map(|table| store.binding().table(table).ok());
        bound
            .filter_map(|table| {
                let topic = table.topic.as_ref()?;
                Some(Self {
                    id: topic.id,
                    name: table.table.name,
                    partitions: topic.topic.partitions,
                    retain: topic.topic.retain,
                    retain_max: topic.topic.retain_max,
                })
            })
            .collect()
    }
}

impl GroupId {
    /// An area byte and the group.
    pub(crate) fn prefix(self, area: u8) -> Vec<u8> {
        let mut key = vec![area];
        put_varint(&mut key, u64::from(self.0));
        key
    }

    pub(crate) fn row_key(self) -> Vec<u8> {
        let mut key = vec![b'm', b'g'];
        put_varint(&mut key, u64::from(self.0));
        key
    }

    /// Says that the group reads a topic.
    pub(crate) fn registration(self, topic: TopicId) -> Vec<u8> {
        let mut key = topic_prefix(b'g', topic);
        put_varint(&mut key, u64::from(self.0));
        key
    }
}

/// Bytes of a group's name at most.
const NAME: usize = 200;

/// Refuses a name that people could not tell from another's, such as that of a setting nobody set.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let reason = if name.trim().is_empty() {
        "it has no name; workers of one name share the events".to_owned()
    } else if name.len() > NAME {
        format!(
            "its name has {} bytes, at most {NAME} are allowed",
            name.len()
        )
    } else if name.contains(char::is_control) {
        format!("its name {name:?} has a control character")
    } else {
        return Ok(());
    };
    Err(Error::invalid("group", reason))
}

/// What every change of a topic's groups and every trim of it writes, so that no two of them pass each other.
pub(crate) fn fence_key(topic: TopicId) -> Vec<u8> {
    topic_prefix(b'g', topic)
}

/// Writes that change the fence of a topic.
pub(crate) fn touch(topic: TopicId) -> (Vec<u8>, Option<Vec<u8>>) {
    (
        fence_key(topic),
        Some(Timestamp::now().as_microsecond().to_be_bytes().to_vec()),
    )
}

const EVERYTHING: ScanOptions = ScanOptions {
    limit: usize::MAX,
    reverse: false,
    keys_only: false,
};

/// Every group.
pub(crate) async fn groups(reader: &Reader) -> Result<Vec<GroupRow>> {
    let mut rows = rows(reader).await?;
    rows.retain(|row| !row.removed);
    Ok(rows)
}

/// Every group, those among them that were removed.
pub(crate) async fn rows(reader: &Reader) -> Result<Vec<GroupRow>> {
    let rows = reader
        .scan(&prefix_range(vec![b'm', b'g']), EVERYTHING)
        .await?;
    rows.into_iter()
        .map(|(key, value)| {
            serde_json::from_slice(&value)
                .map_err(|error| reader.store.binding().corrupt(&key, &error))
        })
        .collect()
}

/// The group of a name.
pub(crate) async fn find(reader: &Reader, name: &str) -> Result<Option<GroupRow>> {
    Ok(groups(reader)
        .await?
        .into_iter()
        .find(|row| row.name == name))
}

/// The groups that read a topic.
pub(crate) async fn readers_of(reader: &Reader, topic: TopicId) -> Result<Vec<GroupId>> {
    let prefix = topic_prefix(b'g', topic);
    let rows = reader
        .scan(&prefix_range(prefix.clone()), EVERYTHING)
        .await?;
    Ok(rows
        .iter()
        .filter_map(|(key, _)| {
            crate::value::Input(key.strip_prefix(prefix.as_slice())?)
                .varint()
                .ok()
        })
        .filter_map(|group| u32::try_from(group).ok().map(GroupId))
        .collect())
}

/// Writes a group's row.
pub(crate) fn row(row: &GroupRow) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
    let json = serde_json::to_vec_pretty(row).map_err(|error| Error::Schema(error.to_string()))?;
    Ok((GroupId(row.id).row_key(), Some(json)))
}

/// Makes sure that a group exists and reads these topics; a topic that it does not read yet begins at `start`.
///
/// Its row and its cursors are written from one snapshot; a trim of the topic meanwhile is a conflict.
pub(crate) async fn register(
    store: &Store,
    name: &str,
    topics: &[TopicPlan],
    start: Start,
) -> Result<GroupId> {
    store
        .transaction(async |tx| register_in(&tx, name, topics, start).await)
        .await
}

async fn register_in(
    tx: &Transaction,
    name: &str,
    topics: &[TopicPlan],
    start: Start,
) -> Result<GroupId> {
    let reader = tx.reader();
    let known = rows(&reader).await?;
    let mut writes = BTreeMap::new();
    let group = if let Some(row) = known.iter().find(|it| it.name == name && !it.removed) {
        GroupId(row.id)
    } else {
        let id = known.iter().map(|row| row.id + 1).max().unwrap_or(1);
        let name = name.to_owned();
        writes.extend([row(&GroupRow {
            id,
            name,
            paused: false,
            removed: false,
        })?]);
        GroupId(id)
    };
    for topic in topics {
        let registration = group.registration(topic.id);
        if reader.get(&registration).await?.is_some() {
            continue;
        }
        let partitions: Vec<_> = topic.all().collect();
        let extents = extents(&reader, &partitions).await?;
        for (partition, extent) in partitions.into_iter().zip(extents) {
            let next = offset_of(&reader, partition, extent, start).await?;
            if next > 0 {
                let cursor = Cursor::default().at(next);
                writes.insert(Cursor::key(partition, group), Some(cursor.encode()));
            }
        }
        writes.insert(registration, Some(Vec::new()));
        writes.extend([touch(topic.id)]);
    }
    tx.write(writes)?;
    Ok(group)
}

/// The offset that a start means in a partition.
pub(crate) async fn offset_of(
    reader: &Reader,
    partition: Partition,
    extent: Extent,
    start: Start,
) -> Result<u64> {
    match start {
        Start::Earliest => Ok(extent.first),
        Start::Latest => Ok(extent.next),
        Start::Time(time) => offset_at(reader, partition, extent, time.as_microsecond()).await,
    }
}
