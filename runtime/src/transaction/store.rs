//! A store: an engine with a schema bound to it.

use super::{AnyEngine, AnySnapshot, OpenOptions, Reader, lanes::Lanes, numbers::Numbers};
use crate::{
    Error, Result, admin,
    catalogue::{self, Binding},
    descriptor::Schema,
    engine::{Changes, EngineError, Limits, Outcome},
    events::Hub,
};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU8, Ordering},
    },
};

/// A database. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) engine: AnyEngine,
    pub(super) binding: Binding,
    pub(super) numbers: Numbers,
    pub(super) hub: Hub,
    /// Whose turn it is to append, where appends conflict.
    pub(super) lanes: Lanes,
    /// Whose turn it is to take which stripe.
    pub(super) turns: AtomicU8,
    /// Where its files are, if it has any.
    folder: Option<PathBuf>,
    /// Answers tools while it is there.
    admin: Mutex<Option<admin::Server>>,
}

/// A store that may be gone.
#[derive(Clone)]
pub(crate) struct WeakStore(Weak<Shared>);

impl WeakStore {
    /// The store, if it is still open.
    pub(crate) fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(Store)
    }
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
    pub(super) async fn bind(
        engine: AnyEngine,
        schema: &'static Schema,
        folder: Option<PathBuf>,
    ) -> Result<Self> {
        let binding = catalogue::open(&engine, schema).await?;
        Ok(Self::of(engine, binding, folder))
    }

    fn of(engine: AnyEngine, binding: Binding, folder: Option<PathBuf>) -> Self {
        Self(Arc::new(Shared {
            engine,
            binding,
            numbers: Numbers::default(),
            hub: Hub::default(),
            lanes: Lanes::default(),
            turns: AtomicU8::new(fastrand::u8(..)),
            folder,
            admin: Mutex::default(),
        }))
    }

    /// A store that was opened with a schema before, without one: for what is said in the catalogue alone.
    pub(crate) async fn without_schema(options: OpenOptions) -> Result<Self> {
        let place = options.place_shown();
        let engine = match options.open_engine().await {
            // Somebody else has it, or it is not one: that is not the engine's fault.
            Err(Error::Engine(EngineError::Unavailable { message })) => {
                return Err(Error::Open(message));
            }
            other => other?,
        };
        let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
        let Some((format, _)) = catalogue::identity(&snapshot).await? else {
            return Err(Error::Open(format!(
                "{place} holds no store that was ever opened with a schema"
            )));
        };
        catalogue::check_format(format)?;
        Ok(Self::of(engine, Binding::empty(), None))
    }

    /// Where its files are, if it has any.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref()
    }

    /// Replaces what answers tools.
    pub(crate) fn set_admin(&self, server: Option<admin::Server>) {
        let mut admin = self.0.admin.lock().unwrap_or_else(PoisonError::into_inner);
        *admin = server;
    }

    /// A handle that does not keep the store open.
    pub(crate) fn downgrade(&self) -> WeakStore {
        WeakStore(Arc::downgrade(&self.0))
    }

    pub(crate) fn binding(&self) -> &Binding {
        &self.0.binding
    }

    /// Over how many keys a guard that many transactions take at once is spread; at least 1.
    pub(crate) fn stripes(&self) -> u8 {
        self.0.engine.stripes().max(1)
    }

    /// A stripe that the transactions of this process that began to guard just before do not take.
    pub(super) fn next_stripe(&self) -> u8 {
        self.0.turns.fetch_add(1, Ordering::Relaxed) % self.stripes()
    }

    pub(crate) fn engine(&self) -> &AnyEngine {
        &self.0.engine
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.engine.limits()
    }

    /// What wakes the workers of this process.
    pub(crate) fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Waits until commit `number` is durable.
    pub(crate) async fn durable(&self, number: u64) -> Result<()> {
        self.0
            .engine
            .durable(number)
            .await
            .map_err(Error::from_engine)
    }

    /// Waits until everything that is committed by now is durable.
    pub(crate) async fn settle(&self) -> Result<()> {
        let engine = &self.0.engine;
        let base = engine.snapshot().await.map_err(Error::from_engine)?;
        // A commit of nothing tells the number of the last one.
        match engine.commit(base, Changes::default()).await {
            Outcome::Committed { number, .. } => self.durable(number).await,
            Outcome::Conflict { .. } => Ok(()),
            Outcome::Unknown(error) | Outcome::Failed(error) => Err(Error::from_engine(error)),
        }
    }

    /// A reader of what no crash can take back.
    pub(crate) async fn durable_reader(&self) -> Result<Reader> {
        let engine = self.0.engine.durable_snapshot().await;
        Ok(Reader::new(
            self.clone(),
            engine.map_err(Error::from_engine)?,
            None,
        ))
    }

    /// A reader of everything committed so far.
    pub(crate) async fn reader(&self) -> Result<Reader> {
        self.clone().into_reader().await
    }

    /// Whether other processes may write to it.
    pub(crate) fn is_shared(&self) -> bool {
        self.0.engine.is_shared()
    }

    /// Whether commits are answered before they are durable.
    pub(crate) fn lags(&self) -> bool {
        self.0.engine.lags()
    }

    /// Whether a write reads the keys that it is about to write, beside those that it must read.
    pub(crate) fn reads_ahead(&self) -> bool {
        self.0.engine.reads_ahead()
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
        self.set_admin(None);
        self.0.engine.close().await.map_err(Error::from_engine)
    }
}
