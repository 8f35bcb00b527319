//! One row as it was read.

use super::scan::Place;
use crate::{
    Error, Result,
    catalogue::{Binding, BoundTable},
    descriptor::Part,
    key::{KeyReader, KeyValue, part_length},
    record::{Model, decode_parts},
    value::{DecodeError, Decoder, FieldValue},
};

/// A row of an index that is read without the record.
pub trait Covered: Clone + Send + Sync + Sized + 'static {
    /// Reads it from an index entry.
    #[doc(hidden)]
    fn read(row: &mut CoveredRow<'_>) -> Result<Self, DecodeError>;
}

/// One row as it was read.
pub(super) struct Row<'a> {
    pub(super) place: &'a Place<'a>,
    /// The pair that was scanned: a record or an index entry.
    pub(super) pair: &'a (Vec<u8>, Vec<u8>),
    /// The parts of the record's key.
    pub(super) record_parts: &'a [u8],
    /// The stored record, if it was asked for.
    pub(super) record: Option<&'a [u8]>,
}

impl Row<'_> {
    /// The record.
    pub(super) fn record<M: Model>(&self) -> Result<M> {
        let place = self.place;
        let stored = self.record.ok_or_else(|| {
            place.binding.corrupt(
                &self.pair.0,
                &format!(
                    "the index entry has no record ({} is missing)",
                    place.table.describe_key(place.binding, &self.record_key())
                ),
            )
        })?;
        decode_parts(place.binding, place.table, self.record_parts, stored)
    }

    /// The whole key of the record.
    pub(super) fn record_key(&self) -> Vec<u8> {
        [&self.place.table.records, self.record_parts].concat()
    }

    /// The record's key.
    pub(super) fn key<K: KeyValue>(&self) -> Result<K> {
        K::take(&mut KeyReader::new(self.place.binding, self.record_parts))
            .map_err(|error| self.corrupt(&error))
    }

    /// What the index holds.
    pub(super) fn covered<C: Covered>(&self) -> Result<C> {
        let place = self.place;
        let read = || {
            let (parts, value) = place.split_entry(self.pair)?;
            C::read(&mut CoveredRow {
                binding: place.binding,
                table: place.table,
                parts: place.parts,
                rest: parts,
                key: KeyReader::new(place.binding, self.record_parts),
                key_parts: place.table.table.key,
                value,
                fields: place.include_decoder(value)?,
            })
        };
        read().map_err(|error| self.corrupt(&error))
    }

    fn corrupt(&self, error: &DecodeError) -> Error {
        self.place.binding.corrupt(&self.pair.0, error)
    }
}

/// An index entry being read: its parts, then the record's key, then what it includes, each in order.
pub struct CoveredRow<'a> {
    binding: &'a Binding,
    table: &'a BoundTable,
    parts: &'static [Part],
    rest: &'a [u8],
    key: KeyReader<'a>,
    key_parts: &'static [Part],
    value: &'a [u8],
    fields: Decoder<'a>,
}

impl std::fmt::Debug for CoveredRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoveredRow").finish_non_exhaustive()
    }
}

impl<'a> CoveredRow<'a> {
    fn next_part(&mut self) -> Result<(&'static Part, &'a [u8]), DecodeError> {
        let (part, parts) = self.parts.split_first().ok_or(DecodeError::Truncated)?;
        let length = part_length(part, self.rest)?;
        let (bytes, rest) = self.rest.split_at(length);
        self.parts = parts;
        self.rest = rest;
        Ok((part, bytes))
    }

    /// The next part of the index.
    pub fn part<T: KeyValue>(&mut self) -> Result<T, DecodeError> {
        let (part, bytes) = self.next_part()?;
        if !part.desc {
            return T::take(&mut KeyReader::new(self.binding, bytes));
        }
        let inverted: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
        T::take(&mut KeyReader::new(self.binding, &inverted))
    }

    /// Passes over the next part.
    pub fn skip_part(&mut self) -> Result<(), DecodeError> {
        self.next_part().map(drop)
    }

    /// The next part of the record's key.
    pub fn key<T: KeyValue>(&mut self) -> Result<T, DecodeError> {
        self.key_parts = self.key_parts.get(1..).unwrap_or_default();
        T::take(&mut self.key)
    }

    /// Passes over the next part of the record's key.
    pub fn skip_key(&mut self) -> Result<(), DecodeError> {
        let (part, parts) = self.key_parts.split_first().ok_or(DecodeError::Truncated)?;
        self.key_parts = parts;
        let length = part_length(part, self.key.rest())?;
        self.key.take(length).map(drop)
    }

    /// The next included field.
    pub fn field<T: FieldValue>(&mut self) -> Result<T, DecodeError> {
        self.fields.field()
    }

    /// Passes over the next included field.
    pub fn skip_field<T: FieldValue>(&mut self) -> Result<(), DecodeError> {
        self.fields.field::<T>().map(drop)
    }

    /// The whole record that the index includes.
    pub fn record<M: Model>(&mut self) -> Result<M, DecodeError> {
        let fields = self.table.current(self.binding, self.value)?;
        M::decode(&mut Decoder::new(self.binding, &fields))
    }
}
