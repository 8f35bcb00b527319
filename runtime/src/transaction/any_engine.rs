//! Static dispatch over the engines that come with the runtime, and a boxed door for others.

#[cfg(feature = "tikv")]
use crate::engine::tikv::{TikvEngine, TikvSnapshot};
use crate::engine::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, Page, PageSize, Pair, ScanOptions,
    Snapshot,
    boxed::{BoxedEngine, BoxedSnapshot},
    embedded::{EmbeddedEngine, EmbeddedSnapshot},
};

/// An engine of any kind.
#[derive(Debug)]
pub(crate) enum AnyEngine {
    Embedded(EmbeddedEngine),
    #[cfg(feature = "tikv")]
    Tikv(TikvEngine),
    Boxed(BoxedEngine),
}

/// A snapshot of an engine of any kind.
#[derive(Debug, Clone)]
pub(crate) enum AnySnapshot {
    Embedded(EmbeddedSnapshot),
    #[cfg(feature = "tikv")]
    Tikv(TikvSnapshot),
    Boxed(BoxedSnapshot),
}

/// The same call on whichever engine or snapshot it is; `as Kind` wraps what it gives in that of `Kind`.
macro_rules! on_each {
    ($any:expr, $one:ident => $call:expr) => {
        match $any {
            Self::Embedded($one) => $call,
            #[cfg(feature = "tikv")]
            Self::Tikv($one) => $call,
            Self::Boxed($one) => $call,
        }
    };
    ($any:expr, $one:ident => $call:expr, as $kind:ident) => {
        match $any {
            Self::Embedded($one) => $call.map($kind::Embedded),
            #[cfg(feature = "tikv")]
            Self::Tikv($one) => $call.map($kind::Tikv),
            Self::Boxed($one) => $call.map($kind::Boxed),
        }
    };
}

impl AnyEngine {
    pub(crate) fn limits(&self) -> Limits {
        on_each!(self, engine => engine.limits())
    }

    pub(crate) fn is_shared(&self) -> bool {
        on_each!(self, engine => engine.is_shared())
    }

    pub(crate) fn reads_ahead(&self) -> bool {
        on_each!(self, engine => engine.reads_ahead())
    }

    pub(crate) fn lags(&self) -> bool {
        on_each!(self, engine => engine.lags())
    }

    pub(crate) fn stripes(&self) -> u8 {
        on_each!(self, engine => engine.stripes())
    }

    pub(crate) async fn snapshot(&self) -> Result<AnySnapshot, EngineError> {
        on_each!(self, engine => engine.snapshot().await, as AnySnapshot)
    }

    /// A view of what no crash can take back any more.
    pub(crate) async fn durable_snapshot(&self) -> Result<AnySnapshot, EngineError> {
        on_each!(self, engine => engine.durable_snapshot().await, as AnySnapshot)
    }

    /// Waits until commit `number` is durable.
    pub(crate) async fn durable(&self, number: u64) -> Result<(), EngineError> {
        on_each!(self, engine => engine.durable(number).await)
    }

    pub(crate) async fn commit(&self, base: AnySnapshot, changes: Changes) -> Outcome {
        match (self, base) {
            (Self::Embedded(engine), AnySnapshot::Embedded(base)) => {
                engine.commit_last(base, changes).await
            }
            #[cfg(feature = "tikv")]
            (Self::Tikv(engine), AnySnapshot::Tikv(base)) => {
                engine.commit_last(base, changes).await
            }
            (Self::Boxed(engine), AnySnapshot::Boxed(base)) => {
                engine.commit_last(base, changes).await
            }
            _ => Outcome::Failed(EngineError::Unavailable {
                message: "the snapshot is of another engine".to_owned(),
            }),
        }
    }

    pub(crate) async fn close(&self) -> Result<(), EngineError> {
        on_each!(self, engine => engine.close().await)
    }
}

impl AnySnapshot {
    pub(crate) async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        on_each!(self, snapshot => snapshot.get(key).await)
    }

    pub(crate) async fn get_with<T: Send>(
        &self,
        key: &[u8],
        look: impl FnOnce(Option<&[u8]>) -> T + Send,
    ) -> Result<T, EngineError> {
        on_each!(self, snapshot => snapshot.get_with(key, look).await)
    }

    pub(crate) async fn get_many(
        &self,
        keys: &[Vec<u8>],
    ) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        on_each!(self, snapshot => snapshot.get_many(keys).await)
    }

    pub(crate) async fn scan(
        &self,
        range: &KeyRange,
        options: ScanOptions,
    ) -> Result<Vec<Pair>, EngineError> {
        if range.end.as_ref().is_some_and(|end| *end <= range.start) {
            return Ok(Vec::new());
        }
        on_each!(self, snapshot => snapshot.scan(range, options).await)
    }

    pub(crate) async fn page(&self, range: &KeyRange, size: PageSize) -> Result<Page, EngineError> {
        on_each!(self, snapshot => snapshot.page(range, size).await)
    }
}
