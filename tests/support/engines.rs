//! Looks into the engine below a store.

use keyloom::engine::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, ScanOptions, Snapshot,
    embedded::{EmbeddedEngine, EmbeddedOptions, EmbeddedSnapshot, Location},
};
use keyloom::testing::{Counting, Tally};

use crate::below::engine;

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
