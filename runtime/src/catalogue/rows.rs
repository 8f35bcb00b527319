//! Rows of the catalogue, and their keys.

use super::{stored_type::StoredType, topics::TopicRow};
use crate::value::put_varint;
use serde::{Deserialize, Serialize};

/// Area byte of catalogue rows.
pub(super) const AREA: u8 = b'm';
/// Format of everything below; a store of a higher one is refused.
pub(super) const FORMAT: u32 = 1;

/// Everything the catalogue holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) store: Option<StoreRow>,
    pub(super) enums: Vec<EnumRow>,
    pub(super) tables: Vec<TableRow>,
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
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) variants: Vec<VariantRow>,
}

/// A variant and the number that stands for it in records and keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct VariantRow {
    pub(super) number: u16,
    pub(super) name: String,
}

/// `m t TABLE`: a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TableRow {
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
    pub(super) next_index: u32,
    /// What is counted: rows as of indexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) counts: Vec<IndexRow>,
    /// Number of the next count; never used twice.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(super) next_count: u32,
    /// Its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) topic: Option<TopicRow>,
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
    pub(super) number: u32,
    pub(super) name: String,
    /// Tools do not show its values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) secret: bool,
}

/// The order and types of a record's fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LayoutRow {
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

pub(super) const STORE_KEY: [u8; 2] = [AREA, b's'];
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
