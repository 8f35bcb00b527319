//! Transactions: begin, run, commit, run again.

use super::{AnySnapshot, Reader, Store};
use crate::{
    Error, Result,
    engine::{Append, Changes, EngineError, KeyRange, Outcome, ScanOptions},
    key::Exact,
    record::{Check, Model},
};
use std::{
    collections::BTreeMap,
    fmt,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// A handle on a transaction: owned, cheap to clone, `Send`. Reads on it may run side by side; writes on it take turns, each
/// with what it reads.
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
    /// Held by one write at a time, so that of two writes side by side one sees what the other did.
    writing: tokio::sync::Mutex<()>,
    /// What must hold at commit.
    checks: Mutex<Vec<Check>>,
    stripe: OnceLock<u8>,
}

/// The turn of a write among those of its transaction.
pub(crate) type Writing<'tx> = tokio::sync::MutexGuard<'tx, ()>;

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

impl Store {
    /// Begins a transaction that the caller commits; dropping it before [`Transaction::commit`] rolls back.
    pub async fn begin(&self) -> Result<Transaction> {
        let base = self.0.engine.snapshot().await.map_err(Error::from_engine)?;
        let inner = Inner {
            store: self.clone(),
            base,
            buffer: Mutex::new(Some(Changes::default())),
            writing: tokio::sync::Mutex::new(()),
            checks: Mutex::default(),
            stripe: OnceLock::new(),
        };
        Ok(Transaction(Arc::new(inner), Publishing::Events))
    }
}

impl Transaction {
    /// Commits. Later use of any clone of this handle is [`Error::TransactionEnded`].
    ///
    /// [`Error::Conflict`] if another transaction changed the same data first: nothing is written.
    pub async fn commit(self) -> Result<()> {
        let changes = self.end().await?;
        self.hand_over(changes, 1).await
    }

    /// Commits only if the record of this key, or its absence, is still as this transaction's snapshot saw it.
    ///
    /// For promises that span records: what was read and relied on, but not written, is checked too.
    pub fn guard<M: Model>(&self, key: impl Exact<M::Key>) -> Result<()> {
        let binding = self.0.store.binding();
        self.guard_key(crate::record::record_key::<M>(
            binding,
            binding.table(M::TABLE)?,
            &key,
        )?)
    }

    /// Looks at commit whether this holds.
    pub(crate) fn check_at_commit(&self, check: Check) {
        self.checks().push(check);
    }

    fn checks(&self) -> MutexGuard<'_, Vec<Check>> {
        self.0.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the checks that were put off to the commit. Nothing is written meanwhile.
    async fn check(&self) -> Result<()> {
        let checks = std::mem::take(&mut *self.checks());
        let reader = self.reader();
        for check in checks {
            check.run(&reader).await?;
        }
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

    /// The stripe that this transaction guards of whatever is spread over several.
    pub(crate) fn stripe(&self) -> u8 {
        *self.0.stripe.get_or_init(|| self.0.store.next_stripe())
    }

    /// [`Transaction::guard`] of any key.
    pub(crate) fn guard_key(&self, key: Vec<u8>) -> Result<()> {
        let mut buffer = self.buffer();
        let buffer = buffer.as_mut().ok_or(Error::TransactionEnded)?;
        buffer.guards.insert(key);
        Ok(())
    }

    /// Ends without writing. Dropping every clone of the handle does the same.
    pub fn roll_back(self) {
        self.buffer().take();
    }

    /// Ends the transaction, with what it would write.
    pub(super) async fn end(&self) -> Result<Changes> {
        let writing = self.writing().await;
        if let Err(violation) = self.check().await {
            self.buffer().take();
            return Err(violation);
        }
        let changes = self.buffer().take().ok_or(Error::TransactionEnded)?;
        drop(writing);
        Ok(changes)
    }

    /// Commits what it would have written. The last handle lets go of what it read from.
    pub(super) async fn hand_over(self, changes: Changes, attempt: u32) -> Result<()> {
        if changes.writes_nothing() && changes.guards.is_empty() {
            return Ok(());
        }
        let (store, base) = match Arc::try_unwrap(self.0) {
            Ok(last) => (last.store, last.base),
            Err(shared) => (shared.store.clone(), shared.base.clone()),
        };
        check_size(&changes, store.limits().transaction)?;
        let notice = store.hub().notice(&changes);
        match store.0.engine.commit(base, changes).await {
            Outcome::Committed { number, .. } => {
                if let Some(notice) = notice {
                    store.hub().committed(number, &notice);
                }
                Ok(())
            }
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

    pub(crate) fn reader(&self) -> Reader {
        Reader::new(
            self.0.store.clone(),
            self.0.base.clone(),
            Some(self.clone()),
        )
    }

    /// Lets one write read, check and buffer at a time.
    pub(crate) async fn writing(&self) -> Writing<'_> {
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

    /// What this transaction wrote to a range, in the order of the scan, up to the last pair that the scan may give.
    pub(super) fn buffered_range(
        &self,
        range: &KeyRange,
        options: ScanOptions,
    ) -> Result<Vec<(Vec<u8>, Written)>> {
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
        Ok(if options.reverse {
            up_to(options.limit, pairs.rev())
        } else {
            up_to(options.limit, pairs)
        })
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
    pub(crate) fn add(&self, counter: Vec<u8>, delta: i64) -> Result<()> {
        let mut buffer = self.buffer();
        let buffer = buffer.as_mut().ok_or(Error::TransactionEnded)?;
        let sum = buffer.adds.entry(counter).or_default();
        *sum = sum.saturating_add(delta);
        Ok(())
    }

    /// What this transaction has added to a counter so far.
    pub(crate) fn added(&self, counter: &[u8]) -> Result<i64> {
        let buffer = self.buffer();
        let buffer = buffer.as_ref().ok_or(Error::TransactionEnded)?;
        Ok(buffer.adds.get(counter).copied().unwrap_or_default())
    }
}

/// The pairs up to the one that makes so many puts.
fn up_to<'b>(
    puts: usize,
    pairs: impl Iterator<Item = (&'b Vec<u8>, &'b Written)>,
) -> Vec<(Vec<u8>, Written)> {
    let mut left = puts;
    let mut found = Vec::new();
    for (key, written) in pairs {
        if left == 0 {
            break;
        }
        left -= usize::from(written.is_some());
        found.push((key.clone(), written.clone()));
    }
    found
}

fn check_size(changes: &Changes, limit: usize) -> Result<()> {
    let written = changes.writes.iter();
    let written = written.map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len));
    let appended = changes.appends.iter();
    let appended = appended.map(|it| it.log.len() + it.value.len());
    let added = changes.adds.keys().map(Vec::len);
    let size = written.sum::<usize>() + appended.sum::<usize>() + added.sum::<usize>();
    if size > limit {
        return Err(Error::invalid(
            "transaction",
            format!("it writes {size} bytes, at most {limit} are allowed; split it"),
        ));
    }
    Ok(())
}
