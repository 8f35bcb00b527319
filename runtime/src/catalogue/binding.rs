//! A build's schema bound to a store: the numbers that the store gave to tables, indexes, layouts and variants.

use super::{
    carry, dynamic,
    rows::{IndexState, LayoutRow},
    topics::BoundTopic,
};
use crate::{
    Error, Result,
    descriptor::{Enum, Index, OnDelete, Reference, Schema, Table},
    key::describe,
    value::{DecodeError, Decoder, VariantOf, put_varint},
};
use std::{borrow::Cow, collections::HashMap};

/// A build's schema bound to a store.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) schema: &'static Schema,
    pub(super) tables: Vec<BoundTable>,
    pub(super) enums: Vec<BoundEnum>,
    /// Key of page cursors.
    pub(crate) cursor_secret: [u8; 32],
}

/// A table and what the store calls it.
#[derive(Debug)]
pub(crate) struct BoundTable {
    pub(crate) table: &'static Table,
    pub(crate) id: u32,
    /// What every key of its records starts with.
    pub(crate) records: Vec<u8>,
    /// What every record of that layout starts with.
    pub(crate) layout_bytes: Vec<u8>,
    pub(super) layouts: HashMap<u64, LayoutRow>,
    /// Numbers of this build's fields, by place.
    pub(super) numbers: Vec<u32>,
    pub(crate) indexes: Vec<BoundIndex>,
    /// What is counted.
    pub(crate) counts: Vec<BoundIndex>,
    /// References to it that its deletes look at.
    pub(crate) incoming: Vec<&'static Reference>,
    /// Its events.
    pub(crate) topic: Option<BoundTopic>,
}

/// An index and what the store calls it.
#[derive(Debug)]
pub(crate) struct BoundIndex {
    pub(crate) index: &'static Index,
    /// What every key of its entries starts with.
    pub(crate) entries: Vec<u8>,
    pub(crate) state: IndexState,
}

/// An enum and the numbers of its variants.
#[derive(Debug)]
pub(crate) struct BoundEnum {
    pub(super) id: u32,
    pub(super) descriptor: &'static Enum,
    /// By place in this build.
    pub(super) numbers: Vec<u16>,
    /// By number: the place in this build, and the name.
    pub(super) variants: HashMap<u16, (Option<usize>, String)>,
}

/// What every key of a table's records starts with.
pub(super) fn record_prefix(table: u32) -> Vec<u8> {
    let mut prefix = vec![b'r'];
    put_varint(&mut prefix, u64::from(table));
    prefix
}

/// What every counter of a count starts with.
pub(super) fn count_prefix(table: u32, count: u32) -> Vec<u8> {
    let mut prefix = index_prefix(table, count);
    prefix[0] = b'n';
    prefix
}

/// What every key of an index's entries starts with.
pub(super) fn index_prefix(table: u32, index: u32) -> Vec<u8> {
    let mut prefix = vec![b'i'];
    put_varint(&mut prefix, u64::from(table));
    put_varint(&mut prefix, u64::from(index));
    prefix
}

/// The references to a table that its deletes look at.
pub(super) fn incoming(schema: &Schema, table: &Table) -> Vec<&'static Reference> {
    let references = schema.tables.iter().flat_map(|other| other.references);
    let acting = references.filter(|it| it.on_delete != OnDelete::Unchecked);
    let incoming = acting.filter(|it| std::ptr::eq(it.target, table));
    incoming.copied().collect()
}

impl Binding {
    /// The binding of a schema without enums and tables: what tools open a store with.
    pub(crate) fn empty() -> Self {
        static EMPTY: Schema = Schema {
            name: "empty",
            tables: &[],
            enums: &[],
        };
        Self {
            schema: &EMPTY,
            tables: Vec::new(),
            enums: Vec::new(),
            cursor_secret: [0; 32],
        }
    }

    /// The enum at `place` in the schema.
    pub(crate) fn enumeration(&self, place: usize) -> &BoundEnum {
        // Places come from the schema that this binding was made of: `table` refuses any other.
        &self.enums[place]
    }

    /// What the store calls `table`; an error if it belongs to another schema.
    pub(crate) fn table(&self, table: &'static Table) -> Result<&BoundTable> {
        self.tables
            .get(table.place)
            .filter(|bound| std::ptr::eq(bound.table, table))
            .ok_or_else(|| {
                Error::Schema(format!(
                    "`{}` is not a table of the schema `{}` that this store was opened with",
                    table.name, self.schema.name
                ))
            })
    }

    /// The table and index that a key belongs to, for messages.
    pub(crate) fn owner_of(&self, key: &[u8]) -> String {
        for bound in &self.tables {
            // Existence keys differ from records in the area byte only.
            let exists = key.starts_with(b"x") && key[1..].starts_with(&bound.records[1..]);
            if exists || key.starts_with(&bound.records) {
                return format!("a record of `{}`", bound.table.name);
            }
            for index in &bound.indexes {
                if key.starts_with(&index.entries) {
                    return format!("the index `{}` of `{}`", index.index.name, bound.table.name);
                }
            }
            for count in &bound.counts {
                if key.starts_with(&count.entries) {
                    return format!("the count `{}` of `{}`", count.index.name, bound.table.name);
                }
            }
        }
        "the catalogue".to_owned()
    }

    /// A damaged value, as an error that names the table and the key.
    pub(crate) fn corrupt(&self, key: &[u8], reason: &impl ToString) -> Error {
        let owner = self.tables.iter().find(|bound| {
            key.starts_with(&bound.records)
                || bound
                    .indexes
                    .iter()
                    .chain(&bound.counts)
                    .any(|index| key.starts_with(&index.entries))
        });
        let (table, key) = match owner {
            Some(bound) if key.starts_with(&bound.records) => {
                (bound.table.name, bound.describe_key(self, key))
            }
            Some(bound) => (bound.table.name, crate::key::hex(key)),
            None => ("the catalogue", crate::key::hex(key)),
        };
        Error::Corrupt {
            table: table.to_owned(),
            key,
            reason: reason.to_string(),
        }
    }
}

impl BoundTable {
    /// The record key of the whole key `key`, readable.
    pub(crate) fn describe_key(&self, binding: &Binding, key: &[u8]) -> String {
        let parts = key.get(self.records.len()..).unwrap_or_default();
        describe(binding, self.table.key, parts)
    }

    /// The index at a place of the table; an error if it is not ready to be read.
    pub(crate) fn ready(&self, index: &'static Index) -> Result<&BoundIndex> {
        self.checked(&self.indexes[index.place])
    }

    /// The count at a place of the table; an error if it is not ready to be read.
    pub(crate) fn ready_count(&self, count: &'static Index) -> Result<&BoundIndex> {
        self.checked(&self.counts[count.place])
    }

    fn checked<'b>(&self, bound: &'b BoundIndex) -> Result<&'b BoundIndex> {
        let state = match &bound.state {
            IndexState::Ready => return Ok(bound),
            IndexState::Building => "it is being filled".to_owned(),
            IndexState::Pending(duplicate) => {
                format!(
                    "it is unique, but two records have {duplicate}; change one and open the store again"
                )
            }
            IndexState::Dropping => "it is being dropped".to_owned(),
        };
        Err(Error::IndexNotReady {
            table: self.table.name.to_owned(),
            index: bound.index.name.to_owned(),
            state,
        })
    }

    /// The bytes of a stored record behind its layout number, in the layout that this build reads.
    pub(crate) fn current<'a>(
        &self,
        binding: &Binding,
        stored: &'a [u8],
    ) -> Result<Cow<'a, [u8]>, DecodeError> {
        if let Some(fields) = stored.strip_prefix(self.layout_bytes.as_slice()) {
            return Ok(Cow::Borrowed(fields));
        }
        let layouts = (self.table.fields, self.numbers.as_slice(), &self.layouts);
        dynamic::translate(binding, layouts, stored).map(Cow::Owned)
    }

    /// The extras of a record whose fields are written anew, both in the layout that this build writes.
    pub(crate) fn carry_extras(
        &self,
        binding: &Binding,
        fields: (&[u8], &[u8]),
        extras: &[u8],
    ) -> Result<Vec<u8>, DecodeError> {
        if extras.is_empty() {
            return Ok(Vec::new());
        }
        let number = Decoder::new(binding, &self.layout_bytes).varint()?;
        let layout = self
            .layouts
            .get(&number)
            .ok_or(DecodeError::UnknownLayout(number))?;
        carry::carry(binding, &layout.fields, fields, extras)
    }
}

impl BoundIndex {
    /// Whether it holds an entry for every record that belongs in it.
    pub(crate) fn is_ready(&self) -> bool {
        self.state == IndexState::Ready
    }
}

impl BoundEnum {
    /// The number of the variant at `place` of this build.
    pub(crate) fn number(&self, place: usize) -> u16 {
        self.numbers[place]
    }

    /// The number of the variant called `name`, also one that this build does not know.
    pub(crate) fn number_of(&self, name: &str) -> Option<u16> {
        self.variants
            .iter()
            .find(|(_, (_, stored))| stored == name)
            .map(|(number, _)| *number)
    }

    /// The variant of a stored number.
    pub(crate) fn variant(&self, number: u16) -> Result<VariantOf<'_>, DecodeError> {
        match self.variants.get(&number) {
            Some((Some(place), _)) => Ok(VariantOf::Known(
                *place,
                self.descriptor.variants[*place].name,
            )),
            Some((None, name)) if self.descriptor.open => Ok(VariantOf::Other(name)),
            Some((None, name)) => Err(DecodeError::UnknownVariant {
                enumeration: self.descriptor.name,
                name: name.clone(),
            }),
            None => Err(DecodeError::Malformed(format!(
                "number {number} of the enum `{}`",
                self.descriptor.name
            ))),
        }
    }
}
