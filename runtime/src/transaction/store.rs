//! A store: an engine with a schema bound to it.

use super::{AnyEngine, AnySnapshot, Reader, numbers::Numbers};
use crate::{
    Error, Result,
    catalogue::{self, Binding},
    descriptor::Schema,
    engine::Limits,
};
use std::{fmt, sync::Arc};

/// A database. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) engine: AnyEngine,
    pub(super) binding: Binding,
    pub(super) numbers: Numbers,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("schema", &self.binding().schema.name)
            .finish_non_exhaustive()
    }
}

/// One consistent view for many reads. It keeps what it sees from being reclaimed: do not hold it for long.
#[derive(Clone)]
pub struct Snapshot {
    store: Store,
    engine: AnySnapshot,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Snapshot {
    pub(super) fn into_reader(self) -> Reader {
        Reader::new(self.store, self.engine, None)
    }
}

impl Store {
    /// Binds `schema` to what `engine` holds.
    pub(super) async fn bind(engine: AnyEngine, schema: &'static Schema) -> Result<Self> {
        let binding = catalogue::open(&engine, schema).await?;
        Ok(Self(Arc::new(Shared {
            engine,
            binding,
            numbers: Numbers::default(),
        })))
    }

    pub(crate) fn binding(&self) -> &Binding {
        &self.0.binding
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.engine.limits()
    }

    /// Whether other processes may write to it.
    pub(crate) fn is_shared(&self) -> bool {
        self.0.engine.is_shared()
    }

    /// A consistent view of everything committed so far.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let engine = self.0.engine.snapshot().await.map_err(Error::from_engine)?;
        Ok(Snapshot {
            store: self.clone(),
            engine,
        })
    }

    /// A reader of everything committed so far.
    pub(super) async fn into_reader(self) -> Result<Reader> {
        let engine = self.0.engine.snapshot().await.map_err(Error::from_engine)?;
        Ok(Reader::new(self, engine, None))
    }

    /// Makes everything durable and lets go of the files, so that the folder can be opened again. Later calls fail.
    pub async fn close(&self) -> Result<()> {
        self.0.engine.close().await.map_err(Error::from_engine)
    }
}
