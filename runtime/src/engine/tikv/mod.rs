//! The TiKV engine: a store in a cluster, by `tikv-client` 0.4.
//!
//! | file | what it is |
//! | --- | --- |
//! | `options`, `address` | where a cluster is, and how a store in it is kept |
//! | `prefix` | the keys of one store among others |
//! | `claim` | the row that makes a prefix a store's |
//! | `link`, `pause` | the connection, and trying again |
//! | `fault` | what the client's errors mean |
//! | `orphans` | locks whose transaction has lost its primary key |
//! | `read`, `snapshot` | reads at a timestamp |
//! | `regions`, `pd` | where regions end, so that a scan asks one at a time |
//! | `register` | the snapshots that are held, and how long they may be read |
//! | `gc` | the job that lets the cluster give back what nobody reads |
//! | `limits` | what is refused before it is sent |
//! | `write_set`, `counters` | appends and adds as writes |
//! | `commit` | how a write set is sent |
//! | `prove`, `repair` | proof and repair of what the client reports as committed |
//!
//! **Invariant:** a commit is answered as a success only after every write was seen at its timestamp (unless that is
//! switched off), as a conflict or failure only if nothing of it can ever appear, and as unknown otherwise.
//!
//! **Invariant:** after a request to commit was sent, nothing is rolled back.

mod address;
mod claim;
mod commit;
mod counters;
mod fault;
mod gc;
mod limits;
mod link;
mod options;
mod orphans;
mod pause;
mod pd;
mod prefix;
mod prove;
mod read;
mod regions;
mod register;
mod repair;
mod snapshot;
mod write_set;

pub use limits::LIMITS;
pub use options::TikvOptions;
pub use snapshot::TikvSnapshot;

use super::{Changes, Engine, EngineError, Limits, Outcome};
use counters::Counters;
use link::Link;
use prefix::Prefix;
use register::Register;
use snapshot::Base;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    sync::{Notify, RwLock},
    task::JoinHandle,
};

/// A store in a TiKV cluster. Cheap to clone; all clones are the same open store.
#[derive(Clone)]
pub struct TikvEngine(Arc<Inner>);

struct Inner {
    link: Link,
    prefix: Prefix,
    verify_commits: bool,
    register: Arc<Register>,
    counters: Arc<Counters>,
    /// Held for reading by each commit, so that closing can wait for them.
    running: Arc<RwLock<()>>,
    job: Mutex<Option<JoinHandle<()>>>,
    closing: Arc<Notify>,
}

impl std::fmt::Debug for TikvEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TikvEngine").finish_non_exhaustive()
    }
}

impl TikvEngine {
    /// Connects to a cluster, and claims the prefix for a store if nobody has.
    ///
    /// Fails within `connect=` if no PD server answers, and refuses a prefix that holds another program's keys.
    pub async fn open(options: TikvOptions) -> Result<Self, EngineError> {
        options.check().map_err(fault::unavailable)?;
        let name = options.prefix.as_deref().unwrap_or_default();
        let prefix = Prefix::new(name);
        let link = Link::connect(&options, prefix.clone()).await?;
        claim::claim(&link, &prefix, name, options.must_exist).await?;
        let engine = Arc::new(Inner {
            link,
            prefix,
            verify_commits: options.verify_commits,
            register: Register::new(gc::ages(options.gc, options.age())),
            counters: Counters::new(),
            running: Arc::default(),
            job: Mutex::default(),
            closing: Arc::default(),
        });
        if let Some(keep) = options.gc {
            *engine.job() = Some(gc::Job::start(&engine, keep));
        }
        Ok(Self(engine))
    }
}

impl Inner {
    fn job(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(job) = self.job().take() {
            job.abort();
        }
    }
}

impl Engine for TikvEngine {
    type Snapshot = TikvSnapshot;

    fn limits(&self) -> Limits {
        LIMITS
    }

    /// A write of one key waits for another's lock, so that what many touch at once is spread.
    /// The commit looks each region up before it sends anything.
    fn reads_ahead(&self) -> bool {
        true
    }

    fn stripes(&self) -> u8 {
        16
    }

    async fn snapshot(&self) -> Result<TikvSnapshot, EngineError> {
        self.0.link.check_open()?;
        Base::take(self.0.clone())
            .await
            .map(|base| TikvSnapshot(Arc::new(base)))
    }

    /// What a cluster has answered is durable.
    fn lags(&self) -> bool {
        false
    }

    async fn durable_snapshot(&self) -> Result<TikvSnapshot, EngineError> {
        self.snapshot().await
    }

    async fn durable(&self, _: u64) -> Result<(), EngineError> {
        self.0.link.check_open()
    }

    async fn commit(&self, base: &TikvSnapshot, changes: Changes) -> Outcome {
        let refused = self
            .0
            .link
            .check_open()
            .and_then(|()| limits::check(&changes));
        if let Err(error) = refused {
            return Outcome::Failed(error);
        }
        if !Arc::ptr_eq(&self.0, &base.0.engine) {
            return Outcome::Failed(fault::unavailable(
                "the snapshot is another engine's; commit with one of the same engine".to_owned(),
            ));
        }
        let Ok(running) = self.0.running.clone().try_read_owned() else {
            return Outcome::Failed(EngineError::Closed);
        };
        let base = base.0.clone();
        // In a task of its own: whoever drops the answer does not stop it half way.
        let task = tokio::spawn(async move {
            let outcome = commit::commit(base, changes).await;
            drop(running);
            outcome
        });
        task.await.unwrap_or_else(|ended| {
            Outcome::Unknown(fault::unavailable(format!(
                "the commit's task ended: {ended}"
            )))
        })
    }

    async fn close(&self) -> Result<(), EngineError> {
        if !self.0.link.close() {
            return Err(EngineError::Closed);
        }
        // Each commit ends within its deadline.
        drop(self.0.running.write().await);
        let job = self.0.job().take();
        if let Some(job) = job {
            self.0.closing.notify_one();
            // It has ended, or has failed; there is nothing left to do about it.
            let _ = job.await;
        }
        Ok(())
    }
}
