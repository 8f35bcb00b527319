//! An engine that counts what is read from it.

use crate::engine::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, Pair, ScanOptions, Snapshot,
};
use std::sync::{Arc, Mutex, PoisonError};

/// Reads of an engine: how many calls of each kind, and how many keys the batches asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    /// Reads of one key.
    pub gets: usize,
    /// Reads of many keys at once.
    pub batches: usize,
    /// Keys of all batches together.
    pub keys: usize,
    /// Scans of a range.
    pub scans: usize,
}

/// A tally that a [`Counting`] engine and its owner share.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Mutex<Reads>>);

impl Tally {
    fn count(&self, change: impl FnOnce(&mut Reads)) {
        // Numbers are whole at every instruction that can panic.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was read since the last call.
    #[must_use]
    pub fn take(&self) -> Reads {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An engine that counts what is read from it: to tell in a test what a call costs. Open a store on it with `open_on`.
///
/// Clones are one engine.
#[derive(Debug, Clone)]
pub struct Counting<E> {
    inner: E,
    tally: Tally,
}

/// A snapshot of a [`Counting`] engine.
#[derive(Debug, Clone)]
pub struct CountingSnapshot<S> {
    inner: S,
    tally: Tally,
}

impl<E: Engine> Counting<E> {
    /// Counts what is read from `engine`; the tally says it.
    pub fn over(engine: E) -> (Self, Tally) {
        let tally = Tally::default();
        let counting = Self {
            inner: engine,
            tally: tally.clone(),
        };
        (counting, tally)
    }

    fn counted(&self, inner: E::Snapshot) -> CountingSnapshot<E::Snapshot> {
        CountingSnapshot {
            inner,
            tally: self.tally.clone(),
        }
    }
}

impl<E: Engine> Engine for Counting<E> {
    type Snapshot = CountingSnapshot<E::Snapshot>;

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    fn stripes(&self) -> u8 {
        self.inner.stripes()
    }

    fn reads_ahead(&self) -> bool {
        self.inner.reads_ahead()
    }

    fn lags(&self) -> bool {
        self.inner.lags()
    }

    async fn snapshot(&self) -> Result<Self::Snapshot, EngineError> {
        self.inner.snapshot().await.map(|it| self.counted(it))
    }

    async fn durable_snapshot(&self) -> Result<Self::Snapshot, EngineError> {
        let inner = self.inner.durable_snapshot().await;
        inner.map(|it| self.counted(it))
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.inner.durable(number).await
    }

    async fn commit(&self, base: &Self::Snapshot, changes: Changes) -> Outcome {
        self.inner.commit(&base.inner, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.inner.close().await
    }
}

impl<S: Snapshot> Snapshot for CountingSnapshot<S> {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.tally.count(|reads| reads.gets += 1);
        self.inner.get(key).await
    }

    async fn get_many(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        self.tally.count(|reads| {
            reads.batches += 1;
            reads.keys += keys.len();
        });
        self.inner.get_many(keys).await
    }

    async fn scan(&self, range: &KeyRange, options: ScanOptions) -> Result<Vec<Pair>, EngineError> {
        self.tally.count(|reads| reads.scans += 1);
        self.inner.scan(range, options).await
    }
}
