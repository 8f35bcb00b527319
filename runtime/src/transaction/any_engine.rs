//! Static dispatch over the engines that come with the runtime, and a boxed door for others.

use crate::engine::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, Pair, ScanOptions, Snapshot,
    boxed::{BoxedEngine, BoxedSnapshot},
    embedded::{EmbeddedEngine, EmbeddedSnapshot},
};

/// An engine of any kind.
#[derive(Debug)]
pub(crate) enum AnyEngine {
    Embedded(EmbeddedEngine),
    Boxed(BoxedEngine),
}

/// A snapshot of an engine of any kind.
#[derive(Debug, Clone)]
pub(crate) enum AnySnapshot {
    Embedded(EmbeddedSnapshot),
    Boxed(BoxedSnapshot),
}

impl AnyEngine {
    pub(crate) fn limits(&self) -> Limits {
        match self {
            Self::Embedded(engine) => engine.limits(),
            Self::Boxed(engine) => engine.limits(),
        }
    }

    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Embedded(engine) => engine.is_shared(),
            Self::Boxed(engine) => engine.is_shared(),
        }
    }

    pub(crate) async fn snapshot(&self) -> Result<AnySnapshot, EngineError> {
        match self {
            Self::Embedded(engine) => engine.snapshot().await.map(AnySnapshot::Embedded),
            Self::Boxed(engine) => engine.snapshot().await.map(AnySnapshot::Boxed),
        }
    }

    /// A view of what no crash can take back any more.
    #[expect(dead_code, reason = "workers on a relaxed store read from it")]
    pub(crate) async fn durable_snapshot(&self) -> Result<AnySnapshot, EngineError> {
        match self {
            Self::Embedded(engine) => engine.durable_snapshot().await.map(AnySnapshot::Embedded),
            Self::Boxed(engine) => engine.durable_snapshot().await.map(AnySnapshot::Boxed),
        }
    }

    /// Waits until commit `number` is durable.
    #[expect(dead_code, reason = "workers on a relaxed store wait for it")]
    pub(crate) async fn durable(&self, number: u64) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.durable(number).await,
            Self::Boxed(engine) => engine.durable(number).await,
        }
    }

    pub(crate) async fn commit(&self, base: &AnySnapshot, changes: Changes) -> Outcome {
        match (self, base) {
            (Self::Embedded(engine), AnySnapshot::Embedded(base)) => {
                engine.commit(base, changes).await
            }
            (Self::Boxed(engine), AnySnapshot::Boxed(base)) => engine.commit(base, changes).await,
            _ => Outcome::Failed(EngineError::Unavailable {
                message: "the snapshot is of another engine".to_owned(),
            }),
        }
    }

    pub(crate) async fn close(&self) -> Result<(), EngineError> {
        match self {
            Self::Embedded(engine) => engine.close().await,
            Self::Boxed(engine) => engine.close().await,
        }
    }
}

impl AnySnapshot {
    pub(crate) async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        match self {
            Self::Embedded(snapshot) => snapshot.get(key).await,
            Self::Boxed(snapshot) => snapshot.get(key).await,
        }
    }

    pub(crate) async fn get_many(
        &self,
        keys: &[Vec<u8>],
    ) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        match self {
            Self::Embedded(snapshot) => snapshot.get_many(keys).await,
            Self::Boxed(snapshot) => snapshot.get_many(keys).await,
        }
    }

    pub(crate) async fn scan(
        &self,
        range: &KeyRange,
        options: ScanOptions,
    ) -> Result<Vec<Pair>, EngineError> {
        if range.end.as_ref().is_some_and(|end| *end <= range.start) {
            return Ok(Vec::new());
        }
        match self {
            Self::Embedded(snapshot) => snapshot.scan(range, options).await,
            Self::Boxed(snapshot) => snapshot.scan(range, options).await,
        }
    }
}
