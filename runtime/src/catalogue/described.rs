//! Topics and their events as the catalogue describes them: what tools read without the schema.

use super::{
    Binding,
    json::Shown,
    open::parse,
    rows::{AREA, EnumRow, TableRow},
};
use crate::{
    Error, Json, Result,
    engine::ScanOptions,
    events::{Entry, Kind, Partition, TopicId},
    key::prefix_range,
    transaction::Reader,
};
use serde_json::Map;

/// The tables and enums of a store.
#[derive(Debug)]
pub(crate) struct Described {
    tables: Vec<TableRow>,
    enums: Vec<EnumRow>,
}

/// A topic as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopicRef {
    pub(crate) id: TopicId,
    /// The table.
    pub(crate) name: String,
    pub(crate) partitions: u32,
}

impl TopicRef {
    /// Its partitions.
    pub(crate) fn all(&self) -> impl Iterator<Item = Partition> + use<> {
        Partition::all(self.id, self.partitions)
    }

    /// One of its partitions, or all of them.
    pub(crate) fn only(&self, number: Option<u16>) -> Result<Vec<Partition>> {
        let Some(number) = number else {
            return Ok(self.all().collect());
        };
        if u32::from(number) >= self.partitions {
            let reason = format!(
                "`{}` has the partitions 0 to {}; there is no {number}",
                self.name,
                self.partitions.saturating_sub(1)
            );
            return Err(Error::invalid("partition", reason));
        }
        let topic = self.id;
        Ok(vec![Partition { topic, number }])
    }
}

impl Described {
    /// Two scans of the catalogue.
    pub(crate) async fn read(reader: &Reader) -> Result<Self> {
        Ok(Self {
            tables: rows(reader, b't').await?,
            enums: rows(reader, b'n').await?,
        })
    }

    /// The tables that have events, or had some.
    pub(crate) fn topics(&self) -> Vec<TopicRef> {
        let topics = self.tables.iter().filter_map(|table| {
            Some(TopicRef {
                id: TopicId(table.id),
                name: table.name.clone(),
                partitions: table.topic.as_ref()?.partitions,
            })
        });
        topics.collect()
    }

    fn table(&self, topic: TopicId) -> Option<&TableRow> {
        self.tables.iter().find(|table| table.id == topic.0)
    }

    /// What a kind of event is called.
    pub(crate) fn kind(&self, topic: TopicId, kind: Kind) -> String {
        match kind {
            Kind::CREATED => return "created".to_owned(),
            Kind::UPDATED => return "updated".to_owned(),
            Kind::DELETED => return "deleted".to_owned(),
            _ => {}
        }
        let topic = self.table(topic).and_then(|table| table.topic.as_ref());
        let own = topic.and_then(|topic| topic.events.iter().find(|own| own.kind == kind.0));
        own.map_or_else(|| format!("kind {}", kind.0), |own| own.name.clone())
    }

    /// The key of an event's record and what the event holds, without what is secret. What does not decode is a text that
    /// says why.
    pub(crate) fn show(
        &self,
        binding: &Binding,
        topic: TopicId,
        entry: &Entry,
    ) -> (Json, Map<String, Json>) {
        let mut out = Map::new();
        let Some(table) = self.table(topic) else {
            return (Json::String(crate::key::hex(&entry.key)), out);
        };
        let shown = Shown::of_table(binding, table, &self.enums);
        let key = shown.key(&table.key, &entry.key);
        if entry.kind.0 >= Kind::OWN {
            let events = table.topic.iter().flat_map(|topic| &topic.events);
            let own = events.into_iter().find(|own| own.kind == entry.kind.0);
            if let (Some(own), Some(payload)) = (own, &entry.after) {
                let shown = Shown::of_event(binding, own, &self.enums);
                out.insert("payload".to_owned(), shown.record(payload));
            }
            return (key, out);
        }
        for (name, stored) in [("before", &entry.before), ("after", &entry.after)] {
            if let Some(stored) = stored {
                out.insert(name.to_owned(), shown.record(stored));
            }
        }
        (key, out)
    }
}

async fn rows<T: serde::de::DeserializeOwned>(reader: &Reader, kind: u8) -> Result<Vec<T>> {
    let all = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: false,
    };
    let rows = reader.scan(&prefix_range(vec![AREA, kind]), all).await?;
    rows.into_iter()
        .map(|(key, value)| parse(&key, &value))
        .collect()
}
