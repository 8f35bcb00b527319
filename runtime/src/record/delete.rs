//! Deletes, one by one and by query.

use super::{
    Model,
    cascade::{Cascade, Reach},
    read::record_key,
};
use crate::{
    Error, Query, Result, Write,
    descriptor::Table,
    key::Exact,
    transaction::{Target, Transaction, View, Writing},
};
use std::collections::HashSet;

/// Records that `delete_by` deletes in one transaction of its own.
pub(crate) const BATCH: usize = 1_000;

/// Records that one delete takes with it, or changes, in one transaction.
pub(crate) const CASCADE: usize = 10_000;

/// Removes a record; whether there was one.
pub async fn delete<M: Model>(writer: &impl Write, key: impl Exact<M::Key>) -> Result<bool> {
    let key = &key;
    let body = async |tx: Transaction| {
        let binding = tx.store().binding();
        let key = record_key::<M>(binding, binding.table(M::TABLE)?, key)?;
        remove(&tx, &tx.writing().await, M::TABLE, vec![key]).await
    };
    let removed = match writer.target() {
        Target::Transaction(tx) => body(tx).await?,
        Target::Store(store) => store.transaction(body).await?,
    };
    Ok(removed > 0)
}

/// Removes every record of a query; how many there were. Without a limit it ends when the query finds none.
///
/// On a store, in transactions of a thousand records each: a failure in the middle leaves the rest. On a transaction, all in
/// that one.
pub async fn delete_by<M: Model, K: 'static>(
    writer: &impl Write,
    query: Query<M, K>,
) -> Result<u64> {
    let (query, target) = (&query, writer.target());
    let mut total = 0;
    let mut pass = Pass::default();
    loop {
        let before = &pass;
        let body = async |tx: Transaction| batch(&tx, query, total, before).await;
        let (removed, next) = match &target {
            Target::Transaction(tx) => body(tx.clone()).await?,
            Target::Store(store) => store.transaction(body).await?,
        };
        total += removed;
        let removed = pass.removed + removed;
        pass = match next {
            Some(_) => Pass {
                from: next,
                removed,
            },
            None if removed == 0 => return Ok(total),
            // What the deletes moved into the query may lie further to the front.
            None => Pass::default(),
        };
    }
}

/// A walk over the records of a query, from its front to its end.
#[derive(Default)]
struct Pass {
    /// The boundary behind what was removed.
    from: Option<Vec<u8>>,
    removed: u64,
}

/// Removes the first records that are left of a pass: how many, and the boundary behind them if there are more.
async fn batch<M: Model, K: 'static>(
    tx: &Transaction,
    query: &Query<M, K>,
    removed_before: u64,
    pass: &Pass,
) -> Result<(u64, Option<Vec<u8>>)> {
    let writing = tx.writing().await;
    let from = pass.from.as_deref();
    let (keys, next) = query.first_keys(tx, from, BATCH, removed_before).await?;
    let removed = remove(tx, &writing, M::TABLE, keys).await?;
    Ok((removed, next))
}

/// Removes the records of these whole keys, with their entries and all that goes with them; how many of them there were.
async fn remove(
    tx: &Transaction,
    _writing: &Writing<'_>,
    table: &'static Table,
    keys: Vec<Vec<u8>>,
) -> Result<u64> {
    let reader = View::Transaction(tx.clone()).open().await?;
    let reach = Reach {
        bound: CASCADE,
        spared: &HashSet::new(),
    };
    let cascade = Cascade::of(&reader, table, keys, &reach).await?;
    if !cascade.is_whole {
        let (schema, name) = (reader.store.binding().schema.name, table.name);
        return Err(Error::invalid(
            format!("{name}::delete"),
            format!(
                "more than {CASCADE} records would go or change with it; \
                 `{name}::delete_cascade(&{schema}, id).batched()` takes any number, in several transactions"
            ),
        ));
    }
    let asked = cascade.asked;
    cascade.apply(tx, &reader).await?;
    Ok(asked)
}
