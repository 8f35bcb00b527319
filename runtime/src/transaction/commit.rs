//! Transactions: begin, run, commit, run again.

use super::{AnySnapshot, Reader, Store};
use crate::{
    Error, Result,
    engine::{Append, Changes, EngineError, KeyRange, Outcome},
    key::Exact,
    record::Model,
};
use std::{
    collections::BTreeMap,
    fmt,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A handle on a transaction: owned, cheap to clone, `Send`. Reads on it may run side by side.
#[derive(Clone)]
pub struct Transaction(Arc<Inner>, Publishing);

/// Whether writes through a handle publish events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Publishing {
    Events,
    Nothing,
}

struct Inner {
    store: Store,
    base: AnySnapshot,
    /// `None` once the transaction ended.
    buffer: Mutex<Option<Changes>>,
    /// Held by one write at a time, so that two writes side by side cannot both pass a check.
    writing: tokio::sync::Mutex<()>,
}

/// What a transaction does to a key: puts a value, or deletes it.
pub(super) type Written = Option<Vec<u8>>;

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("store", &self.0.store)
            .field("ended", &self.buffer().is_none())
            .finish_non_exhaustive()
    }
}

/// How a transaction is run.
#[derive(Debug, Clone)]
#[must_use]
pub struct TransactionOptions {
    max_attempts: u32,
    backoff: Duration,
    max_backoff: Duration,
}

impl Default for TransactionOptions {
    fn default() -> Self {
        Self {
            max_attempts: 100,
            backoff: Duration::from_millis(1),
            max_backoff: Duration::from_millis(100),
        }
    }
}

impl TransactionOptions {
    /// 100 attempts, with a random pause of up to 1 ms after the first, twice that after the next, and at most 100 ms.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs the closure at most so often; 0 counts as 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Longest pause after the first conflict; doubled after each further one.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = first;
        self.max_backoff = longest;
        self
    }

    /// Full jitter: anything between nothing and the bound, which doubles.
    fn pause(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        let bound = self.backoff.saturating_mul(factor).min(self.max_backoff);
        bound.mul_f64(fastrand::f64())
    }
}

impl Store {
    /// Runs `body` in a transaction and commits it; on a conflict, runs it again from the start on a fresh snapshot.
    ///
    /// Write `async |tx| …` (it borrows what it needs, and may run again) or `|tx| async move { … }`. An error of `body`
    /// rolls back and is returned as it is.
    pub async fn transaction<T, F>(&self, body: impl Fn(Transaction) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.try_transaction_with(&TransactionOptions::default(), body)
            .await
    }

    /// [`Store::transaction`] with options.
    pub async fn transaction_with<T, F>(
        &self,
        options: TransactionOptions,
        body: impl Fn(Transaction) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.try_transaction_with(&options, body).await
    }

    /// [`Store::transaction`] with the caller's own error type.
    pub async fn try_transaction<T, E, F>(&self, body: impl Fn(Transaction) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        self.try_transaction_with(&TransactionOptions::default(), body)
            .await
    }

    async fn try_transaction_with<T, E, F>(
        &self,
        options: &TransactionOptions,
        body: impl Fn(Transaction) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let mut attempt = 1;
        loop {
            let transaction = self.begin().await?;
            // Ends the transaction also if the caller drops this future in the middle of `body`.
            let ending = Ending(transaction.clone());
            let outcome = body(transaction.clone()).await;
            let Ok(value) = outcome else {
                return outcome;
            };
            match transaction.finish(attempt).await {
                Ok(()) => return Ok(value),
                Err(error) if error.is_retryable() && attempt < options.max_attempts => {}
                Err(error) => return Err(error.into()),
            }
            drop(ending);
            tokio::time::sleep(options.pause(attempt)).await;
            attempt += 1;
        }
    }

    /// Begins a transaction that the caller commits; dropping it before [`Transaction::commit`] rolls back.
    pub async fn begin(&self) -> Result<Transaction> {
        let base = self.0.engine.snapshot().await.map_err(Error::from_engine)?;
        let inner = Inner {
            store: self.clone(),
            base,
            buffer: Mutex::new(Some(Changes::default())),
            writing: tokio::sync::Mutex::new(()),
        };
        Ok(Transaction(Arc::new(inner), Publishing::Events))
    }
}

/// Ends a transaction when it is dropped.
struct Ending(Transaction);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.buffer().take();
    }
}

impl Transaction {
    /// Commits. Later use of any clone of this handle is [`Error::TransactionEnded`].
    ///
    /// [`Error::Conflict`] if another transaction changed the same data first: nothing is written.
    pub async fn commit(self) -> Result<()> {
        self.finish(1).await
    }

    /// Commits only if the record of this key, or its absence, is still as this transaction's snapshot saw it.
    ///
    /// For promises that span records: what was read and relied on, but not written, is checked too.
    pub fn guard<M: Model>(&self, key: impl Exact<M::Key>) -> Result<()> {
        let binding = self.0.store.binding();
        let key = crate::record::record_key::<M>(binding, binding.table(M::TABLE)?, &key)?;
        let mut buffer = self.buffer();
        let buffer = buffer.as_mut().ok_or(Error::TransactionEnded)?;
        buffer.guards.insert(key);
        Ok(())
    }

    /// The same transaction; what is written through this handle publishes no events. For imports.
    #[must_use]
    pub fn without_events(&self) -> Self {
        Self(self.0.clone(), Publishing::Nothing)
    }

    /// Whether writes through this handle publish events.
    pub(crate) fn publishes(&self) -> bool {
        self.1 == Publishing::Events
    }

    /// Ends without writing. Dropping every clone of the handle does the same.
    pub fn roll_back(self) {
        self.buffer().take();
    }

    async fn finish(&self, attempt: u32) -> Result<()> {
        let changes = self.buffer().take().ok_or(Error::TransactionEnded)?;
        if changes.writes_nothing() && changes.guards.is_empty() {
            return Ok(());
        }
        let store = &self.0.store;
        check_size(&changes, store.limits().transaction)?;
        match store.0.engine.commit(&self.0.base, changes).await {
            Outcome::Committed { .. } => Ok(()),
            Outcome::Conflict { key } => Err(Error::Conflict {
                what: if key.is_empty() {
                    "something it read".to_owned()
                } else {
                    store.binding().owner_of(&key)
                },
                attempts: attempt,
            }),
            Outcome::Unknown(error) => Err(Error::CommitUnknown {
                reason: error.to_string(),
            }),
            Outcome::Failed(EngineError::Corrupt { key, reason }) => {
                Err(store.binding().corrupt(&key, &reason))
            }
            Outcome::Failed(error) => Err(Error::from_engine(error)),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn reader(&self) -> Reader {
        Reader::new(
            self.0.store.clone(),
            self.0.base.clone(),
            Some(self.clone()),
        )
    }

    /// Lets one write check and buffer at a time.
    pub(crate) async fn writing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.writing.lock().await
    }

    fn buffer(&self) -> MutexGuard<'_, Option<Changes>> {
        // The buffer is whole at every instruction that can panic.
        self.0.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this transaction wrote to a key: `None` if nothing, `Some(None)` if it deleted it.
    pub(super) fn buffered(&self, key: &[u8]) -> Result<Option<Written>> {
        let buffer = self.buffer();
        let buffer = buffer.as_ref().ok_or(Error::TransactionEnded)?;
        Ok(buffer.writes.get(key).cloned())
    }

    /// What this transaction wrote to a range, in byte order.
    pub(super) fn buffered_range(&self, range: &KeyRange) -> Result<Vec<(Vec<u8>, Written)>> {
        let buffer = self.buffer();
        let buffer = buffer.as_ref().ok_or(Error::TransactionEnded)?;
        if range.end.as_ref().is_some_and(|end| *end <= range.start) {
            return Ok(Vec::new());
        }
        let end = match &range.end {
            Some(end) => Bound::Excluded(end),
            None => Bound::Unbounded,
        };
        let bounds = (Bound::Included(&range.start), end);
        let pairs = buffer.writes.range::<Vec<u8>, _>(bounds);
        Ok(pairs.map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// Adds whole checked writes to the buffer.
    pub(crate) fn write(&self, writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>) -> Result<()> {
        let mut buffer = self.buffer();
        let buffer = buffer.as_mut().ok_or(Error::TransactionEnded)?;
        buffer.writes.extend(writes);
        Ok(())
    }

    /// Adds an entry for a log; its offset is decided at commit.
    pub(crate) fn append(&self, append: Append) -> Result<()> {
        let mut buffer = self.buffer();
        let buffer = buffer.as_mut().ok_or(Error::TransactionEnded)?;
        buffer.appends.push(append);
        Ok(())
    }

    /// Adds to a counter.
    #[expect(dead_code, reason = "counts are kept through it")]
    pub(crate) fn add(&self, counter: Vec<u8>, delta: i64) -> Result<()> {
        let mut buffer = self.buffer();
        let buffer = buffer.as_mut().ok_or(Error::TransactionEnded)?;
        let sum = buffer.adds.entry(counter).or_default();
        *sum = sum.saturating_add(delta);
        Ok(())
    }

    /// What this transaction has added to a counter so far.
    #[expect(dead_code, reason = "counts are read through it")]
    pub(crate) fn added(&self, counter: &[u8]) -> Result<i64> {
        let buffer = self.buffer();
        let buffer = buffer.as_ref().ok_or(Error::TransactionEnded)?;
        Ok(buffer.adds.get(counter).copied().unwrap_or_default())
    }
}

fn check_size(changes: &Changes, limit: usize) -> Result<()> {
    let written = changes.writes.iter();
    let written = written.map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len));
    let appended = changes.appends.iter();
    let appended = appended.map(|it| it.log.len() + it.value.len());
    let size = written.sum::<usize>() + appended.sum::<usize>();
    if size > limit {
        return Err(Error::invalid(
            "transaction",
            format!("it writes {size} bytes, at most {limit} are allowed; split it"),
        ));
    }
    Ok(())
}
