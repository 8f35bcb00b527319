//! Deletes of any number of records that refer to one another, in bounded transactions.

use super::{
    Model,
    cascade::{Cascade, Reach},
    delete::BATCH,
    read::record_key,
};
use crate::{Result, Store, descriptor::Table, key::Exact, transaction::View};
use std::{collections::HashSet, fmt, marker::PhantomData};

/// Records that one transaction deletes or changes besides those that it was to delete.
const STEP: usize = 2 * BATCH;

/// A delete of a record with all that goes with it; run it with [`DeleteCascade::batched`].
#[must_use = "nothing is deleted until it is run, with `.batched()`"]
pub struct DeleteCascade<M> {
    store: Store,
    /// The record's whole key.
    key: Result<Vec<u8>>,
    model: PhantomData<fn(M)>,
}

impl<M> fmt::Debug for DeleteCascade<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteCascade").finish_non_exhaustive()
    }
}

/// A delete of a record with all that goes with it.
#[doc(hidden)]
pub fn delete_cascade<M: Model>(store: &Store, key: impl Exact<M::Key>) -> DeleteCascade<M> {
    let binding = store.binding();
    let table = binding.table(M::TABLE);
    DeleteCascade {
        key: table.and_then(|table| record_key::<M>(binding, table, &key)),
        store: store.clone(),
        model: PhantomData,
    }
}

/// How one transaction ended.
enum Step {
    /// All of it is done, so many records are gone.
    Done(u64),
    /// Some references were emptied; there is more.
    Cleared,
    /// Nothing was done: these go with it, and there may be more.
    More(Vec<(&'static Table, Vec<u8>)>),
}

impl<M: Model> DeleteCascade<M> {
    /// Deletes it in transactions of some thousand records each, children before their parents; how many went, of all
    /// tables.
    ///
    /// Takes any number of records. A failure in the middle leaves the record itself and a part of what refers to it; call
    /// it again to go on. `restrict` is checked by each transaction for what it deletes.
    pub async fn batched(self) -> Result<u64> {
        let mut total = 0;
        // A stack: what lies above goes first.
        let mut open: Vec<(&'static Table, Vec<u8>)> = vec![(M::TABLE, self.key?)];
        // Those that wait for what lies above them. References in a circle lead back to them.
        let mut waiting = HashSet::new();
        let mut at_once = 1;
        while let Some((table, _)) = open.last() {
            let table = *table;
            let last = open.iter().rev().take(at_once);
            let count = last
                .take_while(|(other, _)| std::ptr::eq(*other, table))
                .count();
            let keys: Vec<_> = open[open.len() - count..]
                .iter()
                .map(|(_, key)| key.clone())
                .collect();
            match step(&self.store, table, &keys, &waiting).await? {
                Step::Done(gone) => {
                    total += gone;
                    open.truncate(open.len() - count);
                    for key in &keys {
                        waiting.remove(key);
                    }
                    at_once = (2 * at_once).min(BATCH);
                }
                Step::Cleared => {}
                Step::More(_) if count > 1 => at_once = count / 2,
                Step::More(more) => {
                    waiting.extend(keys);
                    open.extend(more);
                }
            }
        }
        Ok(total)
    }
}

async fn step(
    store: &Store,
    table: &'static Table,
    keys: &[Vec<u8>],
    waiting: &HashSet<Vec<u8>>,
) -> Result<Step> {
    let reach = &Reach {
        bound: STEP,
        spared: waiting,
    };
    store
        .transaction(async |tx| {
            let _writing = tx.writing().await;
            let reader = View::Transaction(tx.clone()).open().await?;
            let mut cascade = Cascade::of(&reader, table, keys.to_vec(), reach).await?;
            if cascade.is_whole {
                let gone = cascade.order.len() as u64;
                cascade.apply(&tx, &reader).await?;
                return Ok(Step::Done(gone));
            }
            if cascade.only_clears() {
                cascade.keep_clears();
                cascade.apply(&tx, &reader).await?;
                return Ok(Step::Cleared);
            }
            let asked = usize::try_from(cascade.asked).unwrap_or(usize::MAX);
            Ok(Step::More(cascade.order.split_off(asked)))
        })
        .await
}
