//! Reads by key.

use super::{Model, decode_fields};
use crate::{
    Error, Read, Result,
    catalogue::{Binding, BoundTable},
    key::{Exact, KeyWriter},
    value::{DecodeError, Decoder},
};

/// The whole key of a record.
pub(crate) fn record_key<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    key: &impl Exact<M::Key>,
) -> Result<Vec<u8>> {
    let mut out = KeyWriter::behind(binding, &table.records);
    key.put_value(&mut out);
    out.finish()
        .map_err(|reason| Error::invalid(format!("key of {}", M::TABLE.model), reason))
}

/// Decodes a stored record of any layout.
pub(crate) fn decode<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    stored: &[u8],
) -> Result<M> {
    read(binding, table, stored).map_err(|error| binding.corrupt(key, &error))
}

/// [`decode`] where only the parts of the key are at hand.
pub(crate) fn decode_parts<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    parts: &[u8],
    stored: &[u8],
) -> Result<M> {
    read(binding, table, stored)
        .map_err(|error| binding.corrupt(&[&table.records, parts].concat(), &error))
}

fn read<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    stored: &[u8],
) -> std::result::Result<M, DecodeError> {
    let fields = table.current(binding, stored)?;
    let (record, _) = decode_fields(Decoder::new(binding, &fields))?;
    Ok(record)
}

/// One record by its key. One read.
pub async fn get<M: Model>(reader: &impl Read, key: impl Exact<M::Key>) -> Result<Option<M>> {
    let reader = reader.view().open().await?;
    let binding = reader.store.binding();
    let table = binding.table(M::TABLE)?;
    let key = record_key::<M>(binding, table, &key)?;
    reader
        .get_with(&key, |stored| {
            stored
                .map(|stored| decode(binding, table, &key, stored))
                .transpose()
        })
        .await?
}

/// Many records by their keys, in the order of the keys; a missing one is `None`. One batch.
pub async fn get_many<M: Model>(
    reader: &impl Read,
    keys: impl IntoIterator<Item = impl Exact<M::Key>>,
) -> Result<Vec<Option<M>>> {
    // The keys' iterator need not be `Send`: it is used up before the first wait.
    let keys: Vec<_> = keys.into_iter().collect();
    let reader = reader.view().open().await?;
    let binding = reader.store.binding();
    let table = binding.table(M::TABLE)?;
    let keys: Vec<_> = keys
        .iter()
        .map(|key| record_key::<M>(binding, table, key))
        .collect::<Result<_>>()?;
    let found = reader.get_many(&keys).await?;
    found
        .into_iter()
        .zip(&keys)
        .map(|(stored, key)| {
            stored
                .map(|stored| decode(binding, table, key, &stored))
                .transpose()
        })
        .collect()
}
