//! The trait of generated models.

use super::{Counts, Entries, ReferenceKeys};
use crate::{
    Timestamp,
    catalogue::check_extras,
    descriptor::{Reference, Table},
    key::KeyValue,
    value::{DecodeError, Decoder, Encoder},
};

/// A generated struct whose fields are stored one after another: a model, or a struct inside one.
pub trait Record: Sized {
    /// Writes the fields in layout order.
    #[doc(hidden)]
    fn encode(&self, out: &mut Encoder<'_>);

    /// Reads the fields in layout order.
    #[doc(hidden)]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}

/// A generated struct that is kept in a table.
pub trait Model: Record + Clone + Send + Sync + Sized + 'static {
    /// Its primary key.
    type Key: KeyValue + Clone + Send + Sync + 'static;

    #[doc(hidden)]
    const TABLE: &'static Table;

    /// Whether it has `on-update` fields or a `version`.
    #[doc(hidden)]
    const STAMPED: bool = false;

    /// Whether its key is numbered by the store.
    #[doc(hidden)]
    const NUMBERED: bool = false;

    /// The primary key of this record.
    fn key(&self) -> Self::Key;

    /// Adds the index entries of this record.
    #[doc(hidden)]
    fn entries(&self, _out: &mut Entries<'_>) {}

    /// Adds the keys that this record refers to.
    #[doc(hidden)]
    fn references(&self, _out: &mut ReferenceKeys<'_>) {}

    /// Adds what this record counts for.
    #[doc(hidden)]
    fn counts(&self, _out: &mut Counts<'_>) {}

    /// Empties the optional fields of a reference.
    #[doc(hidden)]
    fn clear(&mut self, _reference: &Reference) {}

    /// The optimistic lock, if there is one.
    #[doc(hidden)]
    fn version(&mut self) -> Option<&mut u64> {
        None
    }

    /// Takes over the `on-update` fields of another record.
    #[doc(hidden)]
    fn keep_stamps(&mut self, _of: &Self) {}

    /// Sets the `on-update` fields.
    #[doc(hidden)]
    fn stamp(&mut self, _now: Timestamp) {}

    /// The number that is its key; sets it first, if one is given and fits.
    #[doc(hidden)]
    fn number(&mut self, _number: Option<u64>) -> Option<u64> {
        None
    }
}

/// Decodes a record's fields, and gives the extras behind them: fields that this build's layout lacks.
pub(crate) fn decode_fields<M: Record>(mut from: Decoder<'_>) -> Result<(M, &[u8]), DecodeError> {
    let record = M::decode(&mut from)?;
    let extras = from.rest();
    check_extras(extras)?;
    Ok((record, extras))
}
