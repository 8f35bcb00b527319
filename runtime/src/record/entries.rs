//! Index entries of records.

use crate::{
    Error, Result,
    catalogue::{Binding, BoundIndex, BoundTable},
    descriptor::{Include, Index},
    engine::Pair,
    key::{KeyPart, KeyWriter, parts_length},
    value::{DecodeError, Decoder, Encoder, FieldValue, put_varint},
};

/// One index entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The whole key.
    pub(crate) key: Vec<u8>,
    /// The record's key if the entry is exclusive, then what the index includes.
    pub(crate) value: Vec<u8>,
    /// Place of the index in its table.
    pub(crate) place: usize,
    /// Whether no other record may have it: a unique index, and no part that is absent.
    pub(crate) exclusive: bool,
}

/// Collects the index entries of one record.
#[derive(Debug)]
pub struct Entries<'a> {
    binding: &'a Binding,
    table: &'a BoundTable,
    /// The record's key, without the table's prefix.
    key: &'a [u8],
    /// The fields of the record, for indexes that include it.
    fields: &'a [u8],
    found: Vec<Entry>,
    fault: Option<Error>,
}

impl<'a> Entries<'a> {
    pub(crate) const fn new(
        binding: &'a Binding,
        table: &'a BoundTable,
        key: &'a [u8],
        fields: &'a [u8],
    ) -> Self {
        Self {
            binding,
            table,
            key,
            fields,
            found: Vec::new(),
            fault: None,
        }
    }

    /// The entries in key order, each once; an error if a value cannot stand in a key.
    pub(crate) fn finish(mut self) -> Result<Vec<Entry>> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.found.sort_unstable();
        self.found.dedup_by(|left, right| left.key == right.key);
        Ok(self.found)
    }

    /// Adds an entry of `index`.
    pub fn add(&mut self, index: &'static Index, parts: &[&dyn KeyPart]) {
        self.covering(index, parts, &[]);
    }

    /// Adds an entry that carries fields of the record.
    pub fn covering(
        &mut self,
        index: &'static Index,
        parts: &[&dyn KeyPart],
        include: &[&dyn FieldValue],
    ) {
        let bound = &self.table.indexes[index.place];
        let mut out = KeyWriter::behind(self.binding, &bound.entries);
        let mut exclusive = index.unique;
        for (value, part) in parts.iter().zip(index.parts) {
            let start = out.bytes.len();
            value.put(&mut out);
            let absent = part.optional && out.bytes.get(start) == Some(&0);
            exclusive &= !absent || index.nulls_equal;
            out.arrange(start, part);
        }
        let mut key = match out.finish() {
            Ok(key) => key,
            Err(reason) => {
                let place = format!("{}, index `{}`", self.table.table.model, index.name);
                self.fault.get_or_insert(Error::Invalid { place, reason });
                return;
            }
        };
        let mut value = Vec::new();
        if exclusive {
            put_varint(&mut value, self.key.len() as u64);
            value.extend_from_slice(self.key);
        } else {
            key.extend_from_slice(self.key);
        }
        match index.include {
            Include::None => {}
            Include::Record => {
                value.extend_from_slice(&self.table.layout_bytes);
                value.extend_from_slice(self.fields);
            }
            Include::Fields(fields) => {
                let mut out = Encoder::new(self.binding, value);
                let outer = out.open(fields);
                for field in include {
                    out.field(*field);
                }
                out.close(outer);
                // Their limits were checked with the record's own.
                value = out.finish().unwrap_or_default();
            }
        }
        self.found.push(Entry {
            key,
            value,
            place: index.place,
            exclusive,
        });
    }
}

/// The entry of this key among those of a record, which stand in key order.
pub(super) fn find<'e>(entries: &'e [Entry], key: &[u8]) -> Option<&'e Entry> {
    let place = entries.binary_search_by(|entry| entry.key.as_slice().cmp(key));
    place.ok().map(|place| &entries[place])
}

/// The parts of the key of the record that an index entry belongs to.
pub(crate) fn entry_record_parts<'p>(
    binding: &'p Binding,
    index: &BoundIndex,
    (key, value): &'p Pair,
) -> Result<&'p [u8]> {
    let read = || {
        let behind = key
            .get(index.entries.len()..)
            .ok_or(DecodeError::Truncated)?;
        let suffix = &behind[parts_length(index.index.parts, behind)?..];
        if suffix.is_empty() {
            Decoder::new(binding, value).sized()
        } else {
            Ok(suffix)
        }
    };
    read().map_err(|error: DecodeError| binding.corrupt(key, &error))
}

/// The whole key of the record that an index entry belongs to.
pub(crate) fn entry_record_key(
    binding: &Binding,
    table: &BoundTable,
    index: &BoundIndex,
    pair: &Pair,
) -> Result<Vec<u8>> {
    let parts = entry_record_parts(binding, index, pair)?;
    Ok([&table.records, parts].concat())
}
