//! An engine that counts what is read from it.

use keyloom::engine::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, Pair, ScanOptions, Snapshot,
    embedded::{EmbeddedEngine, EmbeddedOptions, EmbeddedSnapshot, Location},
};
use std::sync::{Arc, Mutex};

/// Reads of an engine: how many calls of each kind, and how many keys the batches asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    /// Calls of `get`.
    pub gets: usize,
    /// Calls of `get_many`.
    pub batches: usize,
    /// Keys of all `get_many` together.
    pub keys: usize,
    /// Calls of `scan`.
    pub scans: usize,
}

/// A tally that the engine and its owner share.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Mutex<Reads>>);

impl Tally {
    fn count(&self, change: impl FnOnce(&mut Reads)) {
        change(&mut self.0.lock().expect("no count panics"));
    }

    /// What was read since the last call.
    #[must_use]
    pub fn take(&self) -> Reads {
        std::mem::take(&mut *self.0.lock().expect("no count panics"))
    }
}

/// How many pairs the store in a folder holds in an area of keys. Nobody else has it open.
pub async fn area(folder: &str, area: u8) -> usize {
    let engine = EmbeddedEngine::open(Location::Folder(folder.into()), EmbeddedOptions::default());
    let engine = engine.await.expect("the folder opens");
    let snapshot = engine.snapshot().await.expect("it is open");
    let range = KeyRange {
        start: vec![area],
        end: Some(vec![area + 1]),
    };
    let options = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: true,
    };
    let pairs = snapshot.scan(&range, options).await.expect("it reads");
    engine.close().await.expect("it closes");
    pairs.len()
}

/// An engine in memory that counts what is read from it. Clones are one engine: stores opened on them are to each other as
/// those of several processes.
#[derive(Debug, Clone)]
pub struct Counting {
    inner: EmbeddedEngine,
    tally: Tally,
}

/// A snapshot of a [`Counting`] engine.
#[derive(Debug, Clone)]
pub struct CountingSnapshot {
    inner: EmbeddedSnapshot,
    tally: Tally,
}

impl Counting {
    /// An empty engine, and its tally.
    pub async fn new() -> (Self, Tally) {
        let inner = EmbeddedEngine::open(Location::Memory, EmbeddedOptions::default()).await;
        let tally = Tally::default();
        let engine = Self {
            inner: inner.expect("memory opens"),
            tally: tally.clone(),
        };
        (engine, tally)
    }

    fn counted(&self, inner: EmbeddedSnapshot) -> CountingSnapshot {
        CountingSnapshot {
            inner,
            tally: self.tally.clone(),
        }
    }
}

impl Engine for Counting {
    type Snapshot = CountingSnapshot;

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    async fn snapshot(&self) -> Result<CountingSnapshot, EngineError> {
        self.inner.snapshot().await.map(|it| self.counted(it))
    }

    async fn durable_snapshot(&self) -> Result<CountingSnapshot, EngineError> {
        let inner = self.inner.durable_snapshot().await;
        inner.map(|it| self.counted(it))
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.inner.durable(number).await
    }

    async fn commit(&self, base: &CountingSnapshot, changes: Changes) -> Outcome {
        self.inner.commit(&base.inner, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.inner.close().await
    }
}

impl Snapshot for CountingSnapshot {
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
