//! Rows of the catalogue, and their keys.

use super::{
    binding::{count_prefix, index_prefix},
    open::damaged,
    stored_type::StoredType,
    topics::TopicRow,
};
use crate::{
    Result,
    descriptor::Schema,
    value::{Input, put_varint},
};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::collections::{BTreeMap, BTreeSet};

/// Area byte of catalogue rows.
pub(super) const AREA: u8 = b'm';
/// Kind byte of rows that say how far a fill is.
pub(super) const FILL: u8 = b'f';
/// Format of everything below; a store of a higher one is refused.
pub(super) const FORMAT: u32 = 1;

/// Everything the catalogue holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) store: Option<StoreRow>,
    pub(super) enums: Vec<EnumRow>,
    pub(super) tables: Vec<TableRow>,
    pub(super) fills: BTreeMap<Item, Fill>,
}

/// An index or a count of a table, by the numbers of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    pub(super) table: u32,
    pub(super) is_count: bool,
    pub(super) id: u32,
}

/// `m f …`: how far the fill of an index or a count is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Fill {
    /// The key of the last record that is in it, in hexadecimal.
    behind: String,
}

/// `m s`: the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoreRow {
    /// Version of the byte formats.
    pub(super) format: u32,
    /// Name of the schema.
    pub(super) schema: String,
    /// Key of page cursors, in hexadecimal.
    pub(super) cursor_secret: String,
    /// Fingerprints of the schemas that opened the store, oldest first.
    pub(super) fingerprints: Vec<String>,
}

/// `m n ENUM`: an enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct EnumRow {
    #[serde(deserialize_with = "countable")]
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) variants: Vec<VariantRow>,
}

/// A variant and the number that stands for it in records and keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct VariantRow {
    #[serde(deserialize_with = "countable")]
    pub(super) number: u16,
    pub(super) name: String,
}

/// `m t TABLE`: a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TableRow {
    #[serde(deserialize_with = "countable")]
    pub(super) id: u32,
    pub(super) name: String,
    /// Names of the fields of the key.
    pub(super) key: Vec<String>,
    /// Every field that the table ever had.
    pub(super) fields: Vec<FieldRow>,
    /// Every layout that the table ever had, oldest first; numbers from 1.
    pub(super) layouts: Vec<LayoutRow>,
    pub(super) indexes: Vec<IndexRow>,
    /// Number of the next index; never used twice.
    #[serde(deserialize_with = "countable")]
    pub(super) next_index: u32,
    /// What is counted: rows as of indexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) counts: Vec<IndexRow>,
    /// Number of the next count; never used twice.
    #[serde(
        default = "one",
        skip_serializing_if = "is_one",
        deserialize_with = "countable"
    )]
    pub(super) next_count: u32,
    /// Its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) topic: Option<TopicRow>,
}

/// A number that has a next one: others are counted on from it.
pub(super) fn countable<'de, D, N>(deserializer: D) -> std::result::Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: Deserialize<'de> + Copy + Into<u64> + TryFrom<u64>,
{
    let number = N::deserialize(deserializer)?;
    let next = number.into().checked_add(1).map(N::try_from);
    match next {
        Some(Ok(_)) => Ok(number),
        _ => Err(de::Error::custom("a number without a next one")),
    }
}

const fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
const fn is_one(number: &u32) -> bool {
    *number == 1
}

impl TableRow {
    /// A table without anything.
    pub(super) fn new(id: u32, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            key: Vec::new(),
            fields: Vec::new(),
            layouts: Vec::new(),
            indexes: Vec::new(),
            next_index: 1,
            counts: Vec::new(),
            next_count: 1,
            topic: None,
        }
    }
}

/// A field, with the number that stands for it in extras.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FieldRow {
    #[serde(deserialize_with = "countable")]
    pub(super) number: u32,
    pub(super) name: String,
    /// Tools do not show its values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) secret: bool,
}

/// The order and types of a record's fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LayoutRow {
    #[serde(deserialize_with = "countable")]
    pub(super) number: u64,
    pub(super) fields: Vec<LayoutField>,
}

/// A field of a layout or of a struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LayoutField {
    /// The field's number in its table; 0 inside a struct.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) number: u32,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) ty: StoredType,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) optional: bool,
    /// Inside a struct: tools do not show its values. Of a field of a record, its row says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) secret: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// An index of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct IndexRow {
    pub(super) id: u32,
    pub(super) name: String,
    /// The schema's text of it, in canonical form.
    pub(super) definition: String,
    pub(super) state: IndexState,
}

/// How far an index is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IndexState {
    /// Holds an entry for every record that belongs in it.
    Ready,
    /// Is being filled with the records that were there before it.
    Building,
    /// A unique index that cannot be filled: two records have this value.
    Pending(String),
    /// Is no longer in the schema; its entries are being deleted.
    Dropping,
}

impl Item {
    const INDEX: u8 = b'i';
    const COUNT: u8 = b'n';

    /// What every key of it starts with.
    pub(super) fn prefix(self) -> Vec<u8> {
        let prefix = if self.is_count {
            count_prefix
        } else {
            index_prefix
        };
        prefix(self.table, self.id)
    }

    /// The key of the row that says how far its fill is.
    pub(super) fn fill_key(self) -> Vec<u8> {
        let kind = if self.is_count {
            Self::COUNT
        } else {
            Self::INDEX
        };
        let mut key = vec![AREA, FILL, kind];
        put_varint(&mut key, u64::from(self.table));
        put_varint(&mut key, u64::from(self.id));
        key
    }

    /// The item of such a key.
    pub(super) fn of_fill(key: &[u8]) -> Result<Self> {
        let read = || {
            let mut from = Input(key.strip_prefix(&[AREA, FILL])?);
            let is_count = match from.array().ok()? {
                [Self::INDEX] => false,
                [Self::COUNT] => true,
                _ => return None,
            };
            let mut number = || u32::try_from(from.varint().ok()?).ok();
            Some(Self {
                is_count,
                table: number()?,
                id: number()?,
            })
        };
        read().ok_or_else(|| damaged(key, "it is of no index and no count"))
    }
}

impl Fill {
    /// A fill that has come to the record of this key.
    pub(super) fn up_to(key: &[u8]) -> Self {
        Self {
            behind: HEXLOWER.encode(key),
        }
    }

    /// The key of the last record that is in it.
    pub(super) fn behind(&self, item: Item) -> Result<Vec<u8>> {
        HEXLOWER
            .decode(self.behind.as_bytes())
            .map_err(|error| damaged(&item.fill_key(), error))
    }
}

impl Rows {
    /// The next index or count that opening has work to do on: one that is dropped, or that this schema has and that is not
    /// ready. Those that were tried are passed over.
    pub(super) fn work(&self, schema: &Schema, tried: &BTreeSet<Item>) -> Option<Item> {
        let items = self.tables.iter().flat_map(|table| {
            let declared = schema.tables.iter().find(|it| it.name == table.name);
            let indexes = declared.map_or(&[][..], |it| it.indexes);
            let counts = declared.map_or(&[][..], |it| it.counts);
            let indexes = table.indexes.iter().map(move |row| (row, indexes, false));
            let counts = table.counts.iter().map(move |row| (row, counts, true));
            indexes
                .chain(counts)
                .filter_map(move |(row, declared, is_count)| {
                    let wanted = match row.state {
                        IndexState::Ready => false,
                        IndexState::Dropping => true,
                        IndexState::Building | IndexState::Pending(_) => {
                            declared.iter().any(|it| it.name == row.name)
                        }
                    };
                    wanted.then_some(Item {
                        table: table.id,
                        is_count,
                        id: row.id,
                    })
                })
        });
        let mut items = items.filter(|item| !tried.contains(item));
        items.next()
    }

    /// How far an index or a count is.
    pub(super) fn state(&self, item: Item) -> Option<&IndexState> {
        let table = self.tables.iter().find(|table| table.id == item.table)?;
        let mut rows = if item.is_count {
            table.counts.iter()
        } else {
            table.indexes.iter()
        };
        rows.find(|row| row.id == item.id).map(|row| &row.state)
    }

    /// Ends a fill.
    pub(super) fn end_fill(&mut self, item: Item, state: IndexState) {
        self.fills.remove(&item);
        let rows = self.listed(item);
        if let Some(row) = rows.and_then(|rows| rows.iter_mut().find(|row| row.id == item.id)) {
            row.state = state;
        }
    }

    /// Forgets an index or a count that is emptied.
    pub(super) fn remove(&mut self, item: Item) {
        self.fills.remove(&item);
        if let Some(rows) = self.listed(item) {
            rows.retain(|row| row.id != item.id);
        }
    }

    /// The rows among which that of an item is.
    fn listed(&mut self, item: Item) -> Option<&mut Vec<IndexRow>> {
        let mut tables = self.tables.iter_mut();
        let table = tables.find(|table| table.id == item.table)?;
        Some(if item.is_count {
            &mut table.counts
        } else {
            &mut table.indexes
        })
    }
}

/// Key of the row of the store itself.
pub(crate) const STORE_KEY: [u8; 2] = [AREA, b's'];
/// Key of the row that says that a dump is being loaded: see [`crate::transfer`].
pub(crate) const LOAD_KEY: &[u8] = &[AREA, b'l'];

pub(super) fn enum_key(id: u32) -> Vec<u8> {
    row_key(b'n', id)
}

pub(super) fn table_key(id: u32) -> Vec<u8> {
    row_key(b't', id)
}

/// Key of the row that hands out the numbers of a table's `default=next`.
pub(crate) fn number_key(table: u32) -> Vec<u8> {
    row_key(b'q', table)
}

fn row_key(kind: u8, id: u32) -> Vec<u8> {
    let mut key = vec![AREA, kind];
    put_varint(&mut key, u64::from(id));
    key
}
