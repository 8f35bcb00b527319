//! Opening: read the catalogue, register what is new, bind the schema, bring the indexes up to date.

use super::{
    binding::{
        Binding, BoundEnum, BoundIndex, BoundTable, count_prefix, incoming, index_prefix,
        record_prefix,
    },
    maintenance,
    reconcile::{Reconciled, index_definition, is_registered, reconcile, same_layout},
    rows::{self, EnumRow, IndexRow, Item, LayoutField, LayoutRow, Rows, STORE_KEY, TableRow},
    topics::{BoundEvent, BoundTopic, bind_layout},
};
use crate::{
    Error, Result,
    descriptor::{Index, Schema, Table, Topic},
    engine::{Changes, EngineError, Outcome, ScanOptions},
    events::{Kind, TopicId},
    key::prefix_range,
    transaction::{AnyEngine, AnySnapshot},
    value::put_varint,
};
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Registrations that collide are tried so often.
const ATTEMPTS: usize = 20;

/// Binds `schema` to the store behind `engine`.
pub(crate) async fn open(engine: &AnyEngine, schema: &'static Schema) -> Result<Binding> {
    let rows = register(engine, schema).await?;
    let rows = maintenance::bring_up_to_date(engine, schema, rows).await?;
    bind(schema, &rows)
}

/// Adds to the catalogue what is new in the schema; gives the rows as they are then.
async fn register(engine: &AnyEngine, schema: &'static Schema) -> Result<Rows> {
    for _ in 0..ATTEMPTS {
        let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
        let stored = read(&snapshot).await?;
        let empty = if is_registered(schema, &stored) {
            BTreeSet::new()
        } else {
            empty_tables(&snapshot, &stored).await?
        };
        let is_empty = |table: u32| empty.contains(&table);
        let Reconciled { rows, warnings } = reconcile(schema, &stored, &is_empty, &new_secret)?;
        if rows == stored {
            return Ok(rows);
        }
        let mut changes = Changes {
            writes: difference(&stored, &rows)?,
            ..Changes::default()
        };
        if stored.store.is_none() {
            // No dump may be loaded into the store that is begun here.
            changes.guards.insert(rows::LOAD_KEY.to_vec());
        }
        match engine.commit(snapshot, changes).await {
            Outcome::Committed { .. } => {
                for warning in warnings {
                    tracing::warn!(schema = schema.name, "{warning}");
                }
                return Ok(rows);
            }
            Outcome::Conflict { .. } => {}
            Outcome::Unknown(error) | Outcome::Failed(error) => {
                return Err(Error::from_engine(error));
            }
        }
    }
    Err(Error::Schema(
        "other processes keep changing the catalogue; try again".to_owned(),
    ))
}

fn new_secret() -> String {
    // Two random UUIDs hold 244 random bits; hashing spreads them over the key.
    let (one, two) = (crate::Uuid::new_v4(), crate::Uuid::new_v4());
    let mut hasher = blake3::Hasher::new();
    hasher.update(one.as_bytes()).update(two.as_bytes());
    hasher.finalize().to_hex().to_string()
}

pub(super) async fn read(snapshot: &AnySnapshot) -> Result<Rows> {
    let range = prefix_range(vec![rows::AREA]);
    let options = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: false,
    };
    let pairs = snapshot
        .scan(&range, options)
        .await
        .map_err(Error::from_engine)?;
    let mut rows = Rows::default();
    for (key, value) in pairs {
        match key.get(1) {
            Some(b's') => rows.store = Some(parse(&key, &value)?),
            Some(b'n') => rows.enums.push(parse(&key, &value)?),
            Some(b't') => rows.tables.push(parse(&key, &value)?),
            Some(&rows::FILL) => {
                let item = Item::of_fill(&key)?;
                rows.fills.insert(item, parse(&key, &value)?);
            }
            Some(b'l') => {
                return Err(Error::Schema(
                    "a dump is being loaded into the store, or a load was interrupted; load the same dump again to end it"
                        .to_owned(),
                ));
            }
            _ => {}
        }
    }
    if rows.store.is_none() && !(rows.tables.is_empty() && rows.enums.is_empty()) {
        return Err(damaged(&STORE_KEY, "the row of the store is missing"));
    }
    Ok(rows)
}

/// The format and the schema that a store gives itself; none if it was never opened with a schema.
pub(crate) async fn identity(snapshot: &AnySnapshot) -> Result<Option<(u32, String)>> {
    let row = snapshot.get(&STORE_KEY).await.map_err(Error::from_engine)?;
    row.map(|row| {
        let row: rows::StoreRow = parse(&STORE_KEY, &row)?;
        Ok((row.format, row.schema))
    })
    .transpose()
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(key: &[u8], value: &[u8]) -> Result<T> {
    serde_json::from_slice(value).map_err(|error| damaged(key, error))
}

pub(super) fn damaged(key: &[u8], reason: impl ToString) -> Error {
    Error::Corrupt {
        table: "the catalogue".to_owned(),
        key: crate::key::hex(key),
        reason: reason.to_string(),
    }
}

/// The tables without records; one read each, side by side.
async fn empty_tables(snapshot: &AnySnapshot, rows: &Rows) -> Result<BTreeSet<u32>> {
    let options = ScanOptions {
        limit: 1,
        reverse: false,
        keys_only: true,
    };
    let looks = rows.tables.iter().map(async |table| {
        let range = prefix_range(record_prefix(table.id));
        let first = snapshot.scan(&range, options).await;
        first.map(|first| first.is_empty().then_some(table.id))
    });
    let found = try_join_all(looks).await.map_err(Error::from_engine)?;
    Ok(found.into_iter().flatten().collect())
}

pub(super) type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The writes that turn one catalogue into another. The store's row is always among them: it is what two registrations
/// at once conflict on.
pub(super) fn difference(old: &Rows, new: &Rows) -> Result<Writes> {
    fn json(row: &impl serde::Serialize) -> Result<Option<Vec<u8>>> {
        serde_json::to_vec_pretty(row)
            .map(Some)
            .map_err(|error| Error::Schema(error.to_string()))
    }
    let mut writes = Writes::new();
    if let Some(store) = &new.store {
        writes.insert(STORE_KEY.to_vec(), json(store)?);
    }
    for row in &new.enums {
        if !old.enums.contains(row) {
            writes.insert(rows::enum_key(row.id), json(row)?);
        }
    }
    for row in &new.tables {
        if !old.tables.contains(row) {
            writes.insert(rows::table_key(row.id), json(row)?);
        }
    }
    for (item, fill) in &new.fills {
        if old.fills.get(item) != Some(fill) {
            writes.insert(item.fill_key(), json(fill)?);
        }
    }
    for item in old.fills.keys().filter(|it| !new.fills.contains_key(it)) {
        writes.insert(item.fill_key(), None);
    }
    Ok(writes)
}

/// Binds the schema to rows that hold all of it.
pub(super) fn bind(schema: &'static Schema, rows: &Rows) -> Result<Binding> {
    let store = rows
        .store
        .as_ref()
        .ok_or_else(|| damaged(&STORE_KEY, "the row of the store is missing"))?;
    let secret = blake3::Hash::from_hex(&store.cursor_secret).map_err(|_| {
        damaged(
            &STORE_KEY,
            "the key of cursors is not 64 hexadecimal digits",
        )
    })?;
    let enums = schema
        .enums
        .iter()
        .map(|enumeration| {
            let row = rows.enums.iter().find(|row| row.name == enumeration.name);
            bind_enum(enumeration, row.ok_or_else(|| older(enumeration.name))?)
        })
        .collect::<Result<Vec<_>>>()?;
    let ids: Vec<u32> = enums.iter().map(|bound| bound.id).collect();
    let tables = schema
        .tables
        .iter()
        .map(|table| {
            let row = rows.tables.iter().find(|row| row.name == table.name);
            bind_table(schema, table, row.ok_or_else(|| older(table.name))?, &ids)
        })
        .collect::<Result<_>>()?;
    Ok(Binding {
        schema,
        tables,
        enums,
        cursor_secret: *secret.as_bytes(),
    })
}

fn older(name: &str) -> Error {
    Error::Schema(format!(
        "a newer build renamed or removed `{name}`; this older build can no longer open the store"
    ))
}

fn bind_enum(enumeration: &'static crate::descriptor::Enum, row: &EnumRow) -> Result<BoundEnum> {
    let place_of = |name: &str| enumeration.variants.iter().position(|v| v.name == name);
    let numbers = enumeration
        .variants
        .iter()
        .map(|variant| {
            let known = row.variants.iter().find(|known| known.name == variant.name);
            known
                .map(|known| known.number)
                .ok_or_else(|| older(variant.name))
        })
        .collect::<Result<_>>()?;
    Ok(BoundEnum {
        id: row.id,
        descriptor: enumeration,
        numbers,
        variants: row
            .variants
            .iter()
            .map(|known| (known.number, (place_of(&known.name), known.name.clone())))
            .collect(),
    })
}

fn bind_table(
    schema: &'static Schema,
    table: &'static Table,
    row: &TableRow,
    enums: &[u32],
) -> Result<BoundTable> {
    let (numbers, layout) = bind_layout(table.fields, &row.fields, enums).map_err(older)?;
    let layout_bytes = layout_number(&row.layouts, &layout).ok_or_else(|| older(table.name))?;
    let bind = |index: &&'static Index, rows: &[IndexRow], prefix: fn(u32, u32) -> Vec<u8>| {
        let definition = index_definition(index, enums);
        let known = rows
            .iter()
            .find(|known| known.name == index.name && known.definition == definition)
            .ok_or_else(|| older(index.name))?;
        Ok(BoundIndex {
            index,
            entries: prefix(row.id, known.id),
            state: known.state.clone(),
        })
    };
    let indexes = table.indexes.iter();
    let indexes = indexes.map(|index| bind(index, &row.indexes, index_prefix));
    let counts = table.counts.iter();
    let counts = counts.map(|count| bind(count, &row.counts, count_prefix));
    Ok(BoundTable {
        table,
        id: row.id,
        records: record_prefix(row.id),
        layout_bytes,
        layouts: by_number(&row.layouts),
        numbers,
        indexes: indexes.collect::<Result<_>>()?,
        counts: counts.collect::<Result<_>>()?,
        incoming: incoming(schema, table),
        topic: table
            .topic
            .map(|topic| bind_topic(table, topic, row, enums))
            .transpose()?,
    })
}

fn bind_topic(
    table: &'static Table,
    topic: &'static Topic,
    row: &TableRow,
    enums: &[u32],
) -> Result<BoundTopic> {
    let stored = row.topic.as_ref().ok_or_else(|| older(table.name))?;
    let own = topic.own.iter().map(|event| {
        let row = stored.events.iter().find(|row| row.name == event.name);
        let row = row.ok_or_else(|| older(event.name))?;
        let (numbers, layout) = bind_layout(event.fields, &row.fields, enums).map_err(older)?;
        Ok(BoundEvent {
            event,
            kind: Kind(row.kind),
            layout_bytes: layout_number(&row.layouts, &layout).ok_or_else(|| older(event.name))?,
            layouts: by_number(&row.layouts),
            numbers,
        })
    });
    Ok(BoundTopic {
        topic,
        id: TopicId(row.id),
        own: own.collect::<Result<_>>()?,
    })
}

/// The number of a layout as every value of it begins.
fn layout_number(layouts: &[LayoutRow], layout: &[LayoutField]) -> Option<Vec<u8>> {
    let known = layouts
        .iter()
        .find(|known| same_layout(&known.fields, layout))?;
    let mut bytes = Vec::new();
    put_varint(&mut bytes, known.number);
    Some(bytes)
}

fn by_number(layouts: &[LayoutRow]) -> HashMap<u64, LayoutRow> {
    let layouts = layouts.iter();
    layouts
        .map(|layout| (layout.number, layout.clone()))
        .collect()
}

impl Error {
    /// An engine's error where no key of a table is at hand.
    pub(crate) fn from_engine(error: EngineError) -> Self {
        match error {
            EngineError::Corrupt { key, reason } => damaged_key(&key, reason),
            EngineError::SnapshotTooOld => Self::SnapshotTooOld,
            other => Self::Engine(other),
        }
    }
}

fn damaged_key(key: &[u8], reason: String) -> Error {
    if key.first() == Some(&rows::AREA) {
        return damaged(key, reason);
    }
    Error::Corrupt {
        table: "the store".to_owned(),
        key: crate::key::hex(key),
        reason,
    }
}
