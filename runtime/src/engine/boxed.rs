//! A dynamic door to any engine, for those who choose theirs at run time.
//!
//! It costs an allocation a call. The built-in engines are reached without it.

use std::{any::Any, future::Future, pin::Pin, sync::Arc};

use super::{
    Changes, Engine, EngineError, KeyRange, Limits, Outcome, Page, PageSize, Pair, ScanOptions,
    Snapshot,
};

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An engine behind a pointer; cheap to clone, all clones are the same engine.
#[derive(Clone)]
pub struct BoxedEngine(Arc<dyn DynEngine>);

/// A snapshot of a [`BoxedEngine`].
#[derive(Clone)]
pub struct BoxedSnapshot(Arc<dyn DynSnapshot>);

impl BoxedEngine {
    /// Puts `engine` behind the door.
    pub fn new(engine: impl Engine) -> Self {
        Self(Arc::new(engine))
    }
}

impl std::fmt::Debug for BoxedEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxedEngine").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BoxedSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxedSnapshot").finish_non_exhaustive()
    }
}

impl Engine for BoxedEngine {
    type Snapshot = BoxedSnapshot;

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn stripes(&self) -> u8 {
        self.0.stripes()
    }

    fn is_shared(&self) -> bool {
        self.0.is_shared()
    }

    fn reads_ahead(&self) -> bool {
        self.0.reads_ahead()
    }

    fn lags(&self) -> bool {
        self.0.lags()
    }

    async fn snapshot(&self) -> Result<BoxedSnapshot, EngineError> {
        self.0.snapshot().await.map(BoxedSnapshot)
    }

    async fn durable_snapshot(&self) -> Result<BoxedSnapshot, EngineError> {
        self.0.durable_snapshot().await.map(BoxedSnapshot)
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.0.durable(number).await
    }

    async fn commit(&self, base: &BoxedSnapshot, changes: Changes) -> Outcome {
        self.0.commit(&*base.0, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.0.close().await
    }
}

impl Snapshot for BoxedSnapshot {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.0.get(key).await
    }

    async fn get_many(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        self.0.get_many(keys).await
    }

    async fn scan(&self, range: &KeyRange, options: ScanOptions) -> Result<Vec<Pair>, EngineError> {
        self.0.scan(range, options).await
    }

    async fn page(&self, range: &KeyRange, size: PageSize) -> Result<Page, EngineError> {
        self.0.page(range, size).await
    }
}

/// [`Engine`] in a form that a pointer can have.
trait DynEngine: Send + Sync {
    fn limits(&self) -> Limits;
    fn stripes(&self) -> u8;
    fn is_shared(&self) -> bool;
    fn reads_ahead(&self) -> bool;
    fn lags(&self) -> bool;
    fn snapshot(&self) -> Answer<'_, Result<Arc<dyn DynSnapshot>, EngineError>>;
    fn durable_snapshot(&self) -> Answer<'_, Result<Arc<dyn DynSnapshot>, EngineError>>;
    fn durable(&self, number: u64) -> Answer<'_, Result<(), EngineError>>;
    fn commit<'a>(&'a self, base: &'a dyn DynSnapshot, changes: Changes) -> Answer<'a, Outcome>;
    fn close(&self) -> Answer<'_, Result<(), EngineError>>;
}

/// [`Snapshot`] in a form that a pointer can have.
trait DynSnapshot: Send + Sync {
    /// The snapshot itself, for the engine that made it.
    fn concrete(&self) -> &dyn Any;
    fn get<'a>(&'a self, key: &'a [u8]) -> Answer<'a, Result<Option<Vec<u8>>, EngineError>>;
    fn get_many<'a>(
        &'a self,
        keys: &'a [Vec<u8>],
    ) -> Answer<'a, Result<Vec<Option<Vec<u8>>>, EngineError>>;
    fn scan<'a>(
        &'a self,
        range: &'a KeyRange,
        options: ScanOptions,
    ) -> Answer<'a, Result<Vec<Pair>, EngineError>>;
    fn page<'a>(
        &'a self,
        range: &'a KeyRange,
        size: PageSize,
    ) -> Answer<'a, Result<Page, EngineError>>;
}

impl<E: Engine> DynEngine for E {
    fn limits(&self) -> Limits {
        Engine::limits(self)
    }

    fn stripes(&self) -> u8 {
        Engine::stripes(self)
    }

    fn is_shared(&self) -> bool {
        Engine::is_shared(self)
    }

    fn reads_ahead(&self) -> bool {
        Engine::reads_ahead(self)
    }

    fn lags(&self) -> bool {
        Engine::lags(self)
    }

    fn snapshot(&self) -> Answer<'_, Result<Arc<dyn DynSnapshot>, EngineError>> {
        Box::pin(async {
            let snapshot = Engine::snapshot(self).await?;
            Ok(Arc::new(snapshot) as Arc<dyn DynSnapshot>)
        })
    }

    fn durable_snapshot(&self) -> Answer<'_, Result<Arc<dyn DynSnapshot>, EngineError>> {
        Box::pin(async {
            let snapshot = Engine::durable_snapshot(self).await?;
            Ok(Arc::new(snapshot) as Arc<dyn DynSnapshot>)
        })
    }

    fn durable(&self, number: u64) -> Answer<'_, Result<(), EngineError>> {
        Box::pin(Engine::durable(self, number))
    }

    fn commit<'a>(&'a self, base: &'a dyn DynSnapshot, changes: Changes) -> Answer<'a, Outcome> {
        Box::pin(async move {
            match base.concrete().downcast_ref::<E::Snapshot>() {
                Some(base) => Engine::commit(self, base, changes).await,
                None => Outcome::Failed(EngineError::Unavailable {
                    message: "the snapshot is another engine's; commit with one of the same engine"
                        .into(),
                }),
            }
        })
    }

    fn close(&self) -> Answer<'_, Result<(), EngineError>> {
        Box::pin(Engine::close(self))
    }
}

impl<S: Snapshot> DynSnapshot for S {
    fn concrete(&self) -> &dyn Any {
        self
    }

    fn get<'a>(&'a self, key: &'a [u8]) -> Answer<'a, Result<Option<Vec<u8>>, EngineError>> {
        Box::pin(Snapshot::get(self, key))
    }

    fn get_many<'a>(
        &'a self,
        keys: &'a [Vec<u8>],
    ) -> Answer<'a, Result<Vec<Option<Vec<u8>>>, EngineError>> {
        Box::pin(Snapshot::get_many(self, keys))
    }

    fn scan<'a>(
        &'a self,
        range: &'a KeyRange,
        options: ScanOptions,
    ) -> Answer<'a, Result<Vec<Pair>, EngineError>> {
        Box::pin(Snapshot::scan(self, range, options))
    }

    fn page<'a>(
        &'a self,
        range: &'a KeyRange,
        size: PageSize,
    ) -> Answer<'a, Result<Page, EngineError>> {
        Box::pin(Snapshot::page(self, range, size))
    }
}
