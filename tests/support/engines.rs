//! Looks into the engine below a store.

use keyloom::engine::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, Page, PageSize, Pair, ScanOptions,
    Snapshot,
    embedded::{EmbeddedEngine, EmbeddedOptions, EmbeddedSnapshot, Location},
};
use keyloom::testing::{Counting, Tally};

use crate::below::engine;
use std::sync::{Arc, Mutex};

/// An empty engine in memory, and the tally of what is read from it.
pub async fn counted() -> (Counting<EmbeddedEngine>, Tally) {
    Counting::over(engine().await)
}

/// An engine in memory that others may write to beside it: stores that are opened on its clones are to each other as those of
/// several processes.
///
/// Each call lets others have a turn, as a call over a network does.
#[derive(Debug, Clone)]
pub struct Shared(EmbeddedEngine);

impl Shared {
    /// Lets others write to an engine.
    #[must_use]
    pub fn over(engine: EmbeddedEngine) -> Self {
        Self(engine)
    }
}

impl Engine for Shared {
    type Snapshot = EmbeddedSnapshot;

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        tokio::task::yield_now().await;
        self.0.snapshot().await
    }

    async fn durable_snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.0.durable_snapshot().await
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.0.durable(number).await
    }

    async fn commit(&self, base: &EmbeddedSnapshot, changes: Changes) -> Outcome {
        tokio::task::yield_now().await;
        self.0.commit(base, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.0.close().await
    }
}

/// An empty engine of several processes, and the tally of what is read from it.
pub async fn shared() -> (Counting<Shared>, Tally) {
    Counting::over(Shared(engine().await))
}

/// The most that passed through an engine at once, in bytes of keys and values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weights {
    /// Of a page, a scan or a batch of values.
    pub page: usize,
    /// Of what one commit wrote.
    pub commit: usize,
}

/// What a [`Weighed`] engine and its owner share.
#[derive(Debug, Clone, Default)]
pub struct Scale(Arc<Mutex<Weights>>);

impl Scale {
    /// The most since the last call.
    #[must_use]
    pub fn take(&self) -> Weights {
        std::mem::take(&mut *self.0.lock().expect("no test panics here"))
    }

    fn page(&self, bytes: usize) {
        let mut most = self.0.lock().expect("no test panics here");
        most.page = most.page.max(bytes);
    }
}

/// An engine in memory that says how much passes through it at once.
#[derive(Debug, Clone)]
pub struct Weighed(EmbeddedEngine, Scale);

impl Weighed {
    /// Weighs what passes through an engine.
    #[must_use]
    pub fn over(engine: EmbeddedEngine) -> (Self, Scale) {
        let scale = Scale::default();
        (Self(engine, scale.clone()), scale)
    }
}

impl Engine for Weighed {
    type Snapshot = WeighedSnapshot;

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    async fn snapshot(&self) -> Result<WeighedSnapshot, EngineError> {
        let inner = self.0.snapshot().await?;
        Ok(WeighedSnapshot(inner, self.1.clone()))
    }

    async fn durable_snapshot(&self) -> Result<WeighedSnapshot, EngineError> {
        let inner = self.0.durable_snapshot().await?;
        Ok(WeighedSnapshot(inner, self.1.clone()))
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.0.durable(number).await
    }

    async fn commit(&self, base: &WeighedSnapshot, changes: Changes) -> Outcome {
        let bytes = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| {
            key.len() + value.as_ref().map_or(0, Vec::len)
        };
        let bytes = changes.writes.iter().map(bytes).sum();
        {
            let mut most = self.1.0.lock().expect("no test panics here");
            most.commit = most.commit.max(bytes);
        }
        self.0.commit(&base.0, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.0.close().await
    }
}

/// A snapshot of a [`Weighed`] engine.
#[derive(Debug, Clone)]
pub struct WeighedSnapshot(EmbeddedSnapshot, Scale);

fn weight(pairs: &[Pair]) -> usize {
    let bytes = pairs.iter().map(|(key, value)| key.len() + value.len());
    bytes.sum()
}

impl Snapshot for WeighedSnapshot {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.0.get(key).await
    }

    async fn get_many(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        let values = self.0.get_many(keys).await?;
        self.1.page(values.iter().flatten().map(Vec::len).sum());
        Ok(values)
    }

    async fn scan(&self, range: &KeyRange, options: ScanOptions) -> Result<Vec<Pair>, EngineError> {
        let pairs = self.0.scan(range, options).await?;
        self.1.page(weight(&pairs));
        Ok(pairs)
    }

    async fn page(&self, range: &KeyRange, size: PageSize) -> Result<Page, EngineError> {
        let page = self.0.page(range, size).await?;
        self.1.page(weight(&page.pairs));
        Ok(page)
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
