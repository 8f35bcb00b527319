//! Consumer groups from outside: how far they are, and moving them.

mod letters;
mod moving;
mod progress;
mod removing;

pub use letters::SetAside;
pub(crate) use letters::{letters, letters_page};
pub(crate) use progress::{Progress, progress};

use super::{
    GroupId, Partition,
    group::{self, GroupRow, readers_of, row},
};
use crate::{
    Error, Result, Store,
    catalogue::{Described, TopicRef},
    engine::ScanOptions,
    suggest::meant,
    transaction::Reader,
};
use std::collections::BTreeMap;

const ALL: ScanOptions = ScanOptions {
    limit: usize::MAX,
    reverse: false,
    keys_only: false,
};

/// A consumer group, to be looked at and moved. Its workers follow at once in this process, and within a third of their lease
/// in others.
#[derive(Debug, Clone)]
pub struct Group {
    store: Store,
    name: String,
}

/// How far a group is in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// The table.
    pub topic: String,
    /// The partition.
    pub partition: u16,
    /// Offset of the next event that the group handles.
    pub next: u64,
    /// Offset of the next event that is published.
    pub head: u64,
    /// Attempts at the next event so far; 0 if there is none.
    pub failed_attempts: u32,
    /// Events that are parked.
    pub parked: u64,
    /// Parked events and dead letters that are to be handled again.
    pub redriven: u64,
}

impl Lag {
    /// Events that have not been handled.
    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.head.saturating_sub(self.next) + self.redriven
    }
}

impl Store {
    /// A consumer group by its name.
    #[must_use]
    pub fn group(&self, name: impl Into<String>) -> Group {
        Group {
            store: self.clone(),
            name: name.into(),
        }
    }

    /// The names of all consumer groups.
    pub async fn groups(&self) -> Result<Vec<String>> {
        let rows = group::groups(&self.reader().await?).await?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    }
}

impl Group {
    async fn row(&self, reader: &Reader) -> Result<GroupRow> {
        let rows = group::groups(reader).await?;
        let found = rows.iter().find(|row| row.name == self.name);
        found.cloned().ok_or_else(|| {
            let known = rows.iter().map(|row| row.name.as_str());
            let reason = format!(
                "there is no consumer group `{}`{}",
                self.name,
                meant(&self.name, known, "; its first worker makes it")
            );
            Error::invalid("group", reason)
        })
    }

    /// Its number, and the topics that it reads.
    pub(crate) async fn plan(&self, reader: &Reader) -> Result<(GroupId, Vec<TopicRef>)> {
        let id = GroupId(self.row(reader).await?.id);
        Ok((id, topics_of(reader, id).await?))
    }

    fn topic(topics: Vec<TopicRef>, table: &str) -> Result<TopicRef> {
        let known = topics.iter().map(|topic| topic.name.as_str());
        let meant = meant(table, known, "");
        let found = topics.into_iter().find(|topic| topic.name == table);
        found.ok_or_else(|| {
            let reason = format!("the group does not read events of `{table}`{meant}");
            Error::invalid("topic", reason)
        })
    }

    /// How far it is in every partition that has events.
    pub async fn lag(&self) -> Result<Vec<Lag>> {
        let reader = self.store.reader().await?;
        let (group, topics) = self.plan(&reader).await?;
        let mut lags = Vec::new();
        for topic in topics {
            let partitions: Vec<Partition> = topic.all().collect();
            let progress = progress(&reader, group, &partitions).await?;
            let filled = progress.iter().filter(|it| it.extent.next > 0);
            lags.extend(filled.map(|it| Lag {
                topic: topic.name.clone(),
                partition: it.partition.number,
                next: it.next(),
                head: it.extent.next,
                failed_attempts: it.failed_attempts(),
                parked: it.cursor.parked,
                redriven: it.cursor.redrive,
            }));
        }
        Ok(lags)
    }

    /// Its workers take no more events until [`Group::resume`].
    pub async fn pause(&self) -> Result<()> {
        self.set_paused(true).await
    }

    /// Its workers go on.
    pub async fn resume(&self) -> Result<()> {
        self.set_paused(false).await
    }

    async fn set_paused(&self, paused: bool) -> Result<()> {
        self.store
            .transaction(async |tx| {
                let known = self.row(&tx.reader()).await?;
                tx.write(BTreeMap::from([row(&GroupRow { paused, ..known })?]))
            })
            .await?;
        self.store.hub().steered();
        Ok(())
    }
}

/// The topics that a group reads.
async fn topics_of(reader: &Reader, group: GroupId) -> Result<Vec<TopicRef>> {
    let mut topics = Vec::new();
    for topic in Described::read(reader).await?.topics() {
        if readers_of(reader, topic.id).await?.contains(&group) {
            topics.push(topic);
        }
    }
    Ok(topics)
}
