//! Deletes, one by one and by query.

use super::{Entries, Model, read::record_key};
use crate::{
    Query, Result, Write,
    catalogue::{Binding, BoundTable},
    descriptor::Table,
    events::Outbox,
    key::Exact,
    transaction::{Target, Transaction, View},
    value::Decoder,
};
use std::collections::BTreeMap;

/// Records that `delete_by` deletes in one transaction of its own.
pub(crate) const BATCH: usize = 1_000;

/// Removes a record; whether there was one.
pub async fn delete<M: Model>(writer: &impl Write, key: impl Exact<M::Key>) -> Result<bool> {
    let key = &key;
    let body = async |tx: Transaction| {
        let binding = tx.store().binding();
        let key = record_key::<M>(binding, binding.table(M::TABLE)?, key)?;
        remove(&tx, M::TABLE, vec![key]).await
    };
    let removed = match writer.target() {
        Target::Transaction(tx) => body(tx).await?,
        Target::Store(store) => store.transaction(body).await?,
    };
    Ok(removed > 0)
}

/// Removes every record of a query; how many there were.
///
/// On a store, in transactions of a thousand records each: a failure in the middle leaves the rest. On a transaction, all in
/// that one.
pub async fn delete_by<M: Model, K: 'static>(
    writer: &impl Write,
    query: Query<M, K>,
) -> Result<u64> {
    let query = &query;
    match writer.target() {
        Target::Transaction(tx) => {
            let mut total = 0;
            loop {
                let removed = batch(&tx, query, total).await?;
                total += removed;
                if removed == 0 {
                    return Ok(total);
                }
            }
        }
        Target::Store(store) => {
            let mut total = 0;
            loop {
                let removed = store
                    .transaction(async |tx| batch(&tx, query, total).await)
                    .await?;
                total += removed;
                if removed == 0 {
                    return Ok(total);
                }
            }
        }
    }
}

/// Removes the first records of the query; what is left starts at the front again.
async fn batch<M: Model, K: 'static>(
    tx: &Transaction,
    query: &Query<M, K>,
    removed_before: u64,
) -> Result<u64> {
    let keys = query.first_keys(tx, BATCH, removed_before).await?;
    remove(tx, M::TABLE, keys).await
}

/// Removes the records of these whole keys, with their entries.
async fn remove(tx: &Transaction, table: &'static Table, mut keys: Vec<Vec<u8>>) -> Result<u64> {
    keys.sort_unstable();
    keys.dedup();
    let _writing = tx.writing().await;
    let reader = View::Transaction(tx.clone()).open().await?;
    let binding = reader.store.binding();
    let table = binding.table(table)?;
    let found = reader.get_many(&keys).await?;
    let mut writes = BTreeMap::new();
    let mut removed = 0;
    let mut outbox = Outbox::new(tx, binding, table);
    for (key, stored) in keys.into_iter().zip(found) {
        let Some(stored) = stored else { continue };
        for entry in stored_entries(binding, table, &key, &stored)? {
            writes.insert(entry, None);
        }
        outbox.changed(&key, Some(&stored), None)?;
        writes.insert(key, None);
        removed += 1;
    }
    tx.write(writes)?;
    outbox.publish()?;
    Ok(removed)
}

/// Keys of the entries of a stored record, in indexes that are ready.
fn stored_entries(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    stored: &[u8],
) -> Result<Vec<Vec<u8>>> {
    let fields = table
        .current(binding, stored)
        .map_err(|error| binding.corrupt(key, &error))?;
    let mut out = Entries::new(binding, table, &key[table.records.len()..], &[]);
    (table.table.erased.entries)(&mut Decoder::new(binding, &fields), &mut out)
        .map_err(|error| binding.corrupt(key, &error))?;
    let entries = out.finish()?.into_iter();
    Ok(entries
        .filter(|entry| table.indexes[entry.place].is_ready())
        .map(|entry| entry.key)
        .collect())
}
