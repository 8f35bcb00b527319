//! The embedded engine: one folder, one process, [`redb`] below, and a committer of ours in between.
//!
//! | file | what it is |
//! | --- | --- |
//! | `options` | where a store lies and how it is kept |
//! | `folder` | the files of a store, and the lock that makes one process its owner |
//! | `view` | what a snapshot reads |
//! | `conflicts` | which keys changed lately |
//! | `group` | a group of transactions: how it waits, what it comes to in the file, how it is answered |
//! | `writer` | one group of transactions as one write to the file |
//! | `committer` | the queue before the writer, and who drains it |
//! | `thread` | writes what waits, and flushes |
//! | `value` | the checksum at the end of each stored value |
//! | `fault` | what redb answers, or panics with, as an [`EngineError`] |
//!
//! **Invariant:** a commit is written first, then published with its number, then answered. A snapshot never carries a
//! number whose commit it does not see, so no update is lost; the worst that this order allows is a needless conflict.

mod committer;
mod conflicts;
mod fault;
mod folder;
mod group;
mod options;
mod thread;
mod value;
mod view;
mod writer;

#[cfg(test)]
mod tests;

use std::{sync::Arc, thread::JoinHandle};

use redb::{StorageBackend, backends::InMemoryBackend};

pub use folder::{DATA_FILE, FORMAT_FILE, LOCK_FILE, NEW_DATA_FILE};
pub use options::{Durability, EmbeddedOptions, Location};
pub use view::EmbeddedSnapshot;

use super::{Changes, Engine, EngineError, Limits, Outcome};
use committer::Committer;
use options::Pace;
use view::Mark;
use writer::Writer;

/// The embedded engine has one process, so counters have one shard.
const SHARD: u16 = 0;

/// What the embedded engine refuses.
///
/// redb would take values up to 3 GiB; a group of transactions is held in memory until it is written, and that sets
/// these.
pub const LIMITS: Limits = Limits {
    key: 64 * 1024 - 1,
    value: 64 * 1024 * 1024,
    transaction: 256 * 1024 * 1024,
};

/// A store in a folder of this machine, or in memory.
///
/// Cheap to clone; all clones are the same open store. When the last one is dropped, everything committed is made
/// durable and the folder is let go, which waits for the disk: inside a runtime prefer [`Engine::close`].
#[derive(Clone)]
pub struct EmbeddedEngine {
    handle: Arc<Handle>,
}

impl std::fmt::Debug for EmbeddedEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedEngine").finish_non_exhaustive()
    }
}

/// What the user's handles share; the committing thread holds only the committer, so that the last handle is noticed.
struct Handle {
    committer: Arc<Committer>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Nobody is left to be told of a failure; the committer has put it in the log.
        if let Some(thread) = self.thread.take() {
            self.committer.begin_closing(None);
            let _ = thread.join();
        } else {
            let _ = self.committer.close_here();
        }
    }
}

impl EmbeddedEngine {
    /// Opens the store at `location`, and creates it where there is none.
    ///
    /// A store that another process or an earlier call holds open is refused, and so is a folder that holds other
    /// things.
    pub async fn open(location: Location, options: EmbeddedOptions) -> Result<Self, EngineError> {
        match location {
            // No disk to wait for.
            Location::Memory => Self::open_blocking(&Location::Memory, &options),
            Location::Folder(_) => {
                tokio::task::spawn_blocking(move || Self::open_blocking(&location, &options))
                    .await
                    .unwrap_or_else(|failed| {
                        Err(EngineError::Unavailable {
                            message: format!(
                                "opening the store was interrupted ({failed}); open it again"
                            ),
                        })
                    })
            }
        }
    }

    /// The same as [`EmbeddedEngine::open`], for callers outside a runtime: waits for the disk.
    pub fn open_blocking(
        location: &Location,
        options: &EmbeddedOptions,
    ) -> Result<Self, EngineError> {
        match location {
            Location::Memory => Self::over(InMemoryBackend::new(), Pace::Memory, options),
            Location::Folder(path) => {
                let folder = folder::Folder::own(path)?;
                let database = folder.database(options)?;
                let writer = Writer::open(database, Some(folder), options.max_snapshot_age)?;
                Self::start(writer, Pace::of(options.durability))
            }
        }
    }

    /// A store over any storage of redb's: the memory engine, and the failing disks of the tests.
    fn over(
        storage: impl StorageBackend,
        pace: Pace,
        options: &EmbeddedOptions,
    ) -> Result<Self, EngineError> {
        let builder = options.builder();
        let database =
            fault::guarded(|| Ok(builder.create_with_backend(storage)?)).map_err(fault::opening)?;
        Self::start(
            Writer::open(database, None, options.max_snapshot_age)?,
            pace,
        )
    }

    fn start(writer: Writer, pace: Pace) -> Result<Self, EngineError> {
        let committer = Arc::new(Committer::new(writer, pace)?);
        let thread = committer.clone().spawn()?;
        Ok(Self {
            handle: Arc::new(Handle { committer, thread }),
        })
    }
}

impl Engine for EmbeddedEngine {
    type Snapshot = EmbeddedSnapshot;

    fn limits(&self) -> Limits {
        LIMITS
    }

    /// One process owns a folder, and one engine in it.
    fn is_shared(&self) -> bool {
        false
    }

    fn lags(&self) -> bool {
        self.handle.committer.lags()
    }

    async fn snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.handle.committer.snapshot()
    }

    async fn durable_snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.handle.committer.durable_snapshot()
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.handle.committer.durable(number).await
    }

    async fn commit(&self, base: &EmbeddedSnapshot, changes: Changes) -> Outcome {
        self.commit_after(base.mark().clone(), changes).await
    }

    async fn commit_last(&self, base: EmbeddedSnapshot, changes: Changes) -> Outcome {
        let mark = base.mark().clone();
        drop(base);
        self.commit_after(mark, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.handle.committer.close().await
    }
}

impl EmbeddedEngine {
    async fn commit_after(&self, base: Arc<Mark>, changes: Changes) -> Outcome {
        if let Err(error) = check_limits(&changes) {
            return Outcome::Failed(error);
        }
        let committer = &self.handle.committer;
        let submitted = committer.submit(base, changes);
        {
            // Also if this future is dropped while it waits for the others.
            let _combining = committer.combining();
            if submitted.is_ok() && committer.crowded() {
                tokio::task::yield_now().await;
            }
        }
        match submitted {
            Ok(answer) => answer.await.unwrap_or_else(|_| {
                Outcome::Unknown(EngineError::Poisoned {
                    message: "the committer ended without an answer".into(),
                })
            }),
            Err(error) => Outcome::Failed(error),
        }
    }
}

/// What the key of an entry has after its log.
const LOG_SUFFIX: usize = 9;

fn check_limits(changes: &Changes) -> Result<(), EngineError> {
    let mut total = 0;
    for (key, value) in &changes.writes {
        let value = value.as_ref().map_or(0, Vec::len);
        refuse_past("key", key.len(), LIMITS.key)?;
        refuse_past("value", value, LIMITS.value)?;
        total += key.len() + value;
    }
    for append in &changes.appends {
        let key = append.log.len() + LOG_SUFFIX;
        refuse_past("key", key, LIMITS.key)?;
        refuse_past("value", append.value.len(), LIMITS.value)?;
        total += key + append.value.len();
    }
    for key in changes.guards.iter().chain(changes.adds.keys()) {
        refuse_past("key", key.len(), LIMITS.key)?;
        total += key.len();
    }
    refuse_past("transaction", total, LIMITS.transaction)
}

fn refuse_past(what: &str, size: usize, limit: usize) -> Result<(), EngineError> {
    if size <= limit {
        return Ok(());
    }
    Err(EngineError::Unavailable {
        message: format!(
            "a {what} of {size} bytes is past the embedded engine's limit of {limit}; nothing was written"
        ),
    })
}
