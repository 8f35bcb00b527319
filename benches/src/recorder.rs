//! An engine that remembers what was committed to it: how many pairs a call writes, and which bytes.

use keyloom::engine::{
    Changes, Engine, EngineError, Limits, Outcome,
    embedded::{EmbeddedEngine, EmbeddedOptions, EmbeddedSnapshot, Location},
};
use std::sync::{Arc, Mutex, PoisonError};

/// A store in memory, and the changes of its commits.
#[derive(Clone)]
pub(crate) struct Recorder {
    engine: EmbeddedEngine,
    seen: Arc<Mutex<Vec<Changes>>>,
}

impl Recorder {
    pub(crate) async fn open() -> Result<Self, EngineError> {
        Ok(Self {
            engine: EmbeddedEngine::open(Location::Memory, EmbeddedOptions::default()).await?,
            seen: Arc::default(),
        })
    }

    /// The changes since the last call, a commit each.
    pub(crate) fn take(&self) -> Vec<Changes> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Engine for Recorder {
    type Snapshot = EmbeddedSnapshot;

    fn limits(&self) -> Limits {
        self.engine.limits()
    }

    fn is_shared(&self) -> bool {
        self.engine.is_shared()
    }

    async fn snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.engine.snapshot().await
    }

    async fn durable_snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.engine.durable_snapshot().await
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.engine.durable(number).await
    }

    async fn commit(&self, base: &EmbeddedSnapshot, changes: Changes) -> Outcome {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(changes.clone());
        self.engine.commit(base, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.engine.close().await
    }
}
