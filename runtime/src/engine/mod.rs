//! The engine contract: bytes, ranges and transactions, and nothing of records.
//!
//! Whatever is true of one engine is true of all; the conformance suite runs every case on each of them.
//!
//! **Invariant:** an engine knows no table, no index and no schema. Keys and values are opaque bytes; order is byte order.

mod assign;
pub mod boxed;
pub mod counter;
pub mod embedded;
pub mod log;
pub(crate) mod page;
#[cfg(feature = "tikv")]
pub mod tikv;
pub(crate) mod units;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

pub use page::{Page, PageSize};

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// What an engine refuses, so that callers can refuse it earlier and with a better message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest key, in bytes.
    pub key: usize,
    /// Longest value, in bytes.
    pub value: usize,
    /// Keys and values of one transaction together, in bytes.
    pub transaction: usize,
}

/// Keys from `start` up to, not including, `end`; without `end`, to the last key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// First key that may be in the range.
    pub start: Vec<u8>,
    /// First key past the range.
    pub end: Option<Vec<u8>>,
}

/// How a range is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanOptions {
    /// At most so many pairs.
    pub limit: usize,
    /// From the end of the range to its start.
    pub reverse: bool,
    /// Values are left empty.
    pub keys_only: bool,
}

/// What a transaction changes, handed over as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Puts (`Some`) and deletes (`None`), by key.
    pub writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Keys that must not have changed since the snapshot, though they are not written. Guards do not conflict with each
    /// other; a guard conflicts with a write, whichever commits first. How many transactions may guard one key side by side
    /// without waiting is the engine's affair: see [`Engine::stripes`].
    pub guards: BTreeSet<Vec<u8>>,
    /// Entries for logs, in order. They get their offsets at commit.
    pub appends: Vec<Append>,
    /// What is added to counters; see [`counter`].
    pub adds: BTreeMap<Vec<u8>, i64>,
}

impl Changes {
    /// Whether the store would be the same after it. Guards are checked all the same.
    #[must_use]
    pub fn writes_nothing(&self) -> bool {
        self.writes.is_empty() && self.appends.is_empty() && self.adds.is_empty()
    }
}

/// An entry for a log: a sequence with offsets 0, 1, 2 … in the order of commits, without a gap.
///
/// Its offset is decided at commit, so that whoever sees an entry sees every one before it. [`log`] says under which
/// keys it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The log's name: the beginning of all its keys.
    pub log: Vec<u8>,
    /// The entry.
    pub value: Vec<u8>,
    /// A key to put, with an empty value, unless the log's head says that it is there.
    pub ready: Option<Vec<u8>>,
}

/// How a commit ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is in the store, durable as far as the engine was told to be.
    Committed {
        /// Grows with every commit of the store.
        number: u64,
        /// The offsets of the appends, in their order.
        offsets: Vec<u64>,
    },
    /// Nothing was written: another transaction committed this key after the snapshot was taken.
    Conflict {
        /// The key, or empty if the engine no longer knows which.
        key: Vec<u8>,
    },
    /// Nobody can say whether it was written.
    Unknown(EngineError),
    /// Nothing was written.
    Failed(EngineError),
}

/// What can go wrong inside an engine, apart from conflicts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Stored bytes are not what was written.
    #[error("stored bytes are damaged: {reason}")]
    Corrupt {
        /// The key whose value is damaged; empty if the damage is in the file's own structure.
        key: Vec<u8>,
        /// What was found.
        reason: String,
    },
    /// The store cannot be opened, read or written.
    #[error("{message}")]
    Unavailable {
        /// What happened, and what to do.
        message: String,
    },
    /// An earlier failure left the engine in doubt about its files; it refuses work until it is opened again.
    #[error("the engine stopped after an earlier failure and must be opened again: {message}")]
    Poisoned {
        /// The earlier failure.
        message: String,
    },
    /// The snapshot was held longer than the engine keeps old states; begin again on a new one.
    #[error("the snapshot is older than the store keeps: begin again on a new one")]
    SnapshotTooOld,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}

/// A transactional, ordered key-value store.
pub trait Engine: Send + Sync + 'static {
    /// A consistent view of the store.
    type Snapshot: Snapshot;

    /// What it refuses.
    fn limits(&self) -> Limits;

    /// Whether others may write to the store beside this engine. Where nobody can, a commit of this engine wakes the
    /// workers of its events, and they need not look for events of others.
    fn is_shared(&self) -> bool {
        true
    }

    /// Over how many keys the guard of one thing is spread, if many transactions take it at once. 1 where guards never stand
    /// in each other's way. With more, a guard is a write of one of them, and the thing itself a write of all.
    fn stripes(&self) -> u8 {
        1
    }

    /// Whether a transaction should read what it is about to write in the batch in which it reads anything at all: where a
    /// commit would otherwise have to look at those keys in a round trip of its own.
    fn reads_ahead(&self) -> bool {
        false
    }

    /// A view of everything committed so far.
    fn snapshot(&self) -> impl Future<Output = Result<Self::Snapshot, EngineError>> + Send;

    /// Whether [`Engine::durable_snapshot`] may lag behind [`Engine::snapshot`], because commits are answered before they are
    /// durable. Where it never does, one snapshot serves as both.
    fn lags(&self) -> bool {
        true
    }

    /// A view of what no crash can take back any more. It is there to be read: where it lags, a transaction that commits on it
    /// may find a conflict with anything committed since.
    fn durable_snapshot(&self) -> impl Future<Output = Result<Self::Snapshot, EngineError>> + Send;

    /// Waits until commit `number` and all before it are in every [`Engine::durable_snapshot`] taken from then on.
    fn durable(&self, number: u64) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Writes all of `changes` or nothing: snapshot isolation, first committer wins. A key of `changes`, written or
    /// guarded, that another transaction committed after `base` was taken is a conflict; so is a key that this one writes and
    /// another has guarded. Appends and adds count as writes
    /// of the log's head and the counter's shard to others; whether they conflict with each other is the engine's affair.
    ///
    /// Dropping the future does not take the commit back.
    fn commit(
        &self,
        base: &Self::Snapshot,
        changes: Changes,
    ) -> impl Future<Output = Outcome> + Send;

    /// [`Engine::commit`] after the last read of its base, which the engine may let go of before it writes.
    fn commit_last(
        &self,
        base: Self::Snapshot,
        changes: Changes,
    ) -> impl Future<Output = Outcome> + Send {
        async move { self.commit(&base, changes).await }
    }

    /// Finishes what was begun, makes it durable and lets go of the files. Later calls answer [`EngineError::Closed`].
    fn close(&self) -> impl Future<Output = Result<(), EngineError>> + Send;
}

/// A consistent view of a store; cheap to clone. It sees what was committed before it was taken, and nothing else.
pub trait Snapshot: Clone + Send + Sync + 'static {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, EngineError>> + Send;

    /// What `look` makes of the value of a key, which it sees where it lies: without a copy, where the engine can.
    fn get_with<T: Send>(
        &self,
        key: &[u8],
        look: impl FnOnce(Option<&[u8]>) -> T + Send,
    ) -> impl Future<Output = Result<T, EngineError>> + Send {
        async move { Ok(look(self.get(key).await?.as_deref())) }
    }

    /// The values of many keys, in the order of the keys; one round trip where the engine is far away.
    fn get_many(
        &self,
        keys: &[Vec<u8>],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, EngineError>> + Send;

    /// The pairs of a range, in byte order or in reverse.
    fn scan(
        &self,
        range: &KeyRange,
        options: ScanOptions,
    ) -> impl Future<Output = Result<Vec<Pair>, EngineError>> + Send;

    /// The first pairs of a range, by what they weigh as well: the memory that a page takes does not depend on how large
    /// values are, but for the one with which it is full. An engine that is asked over a network may give what it was
    /// answered beyond that.
    fn page(
        &self,
        range: &KeyRange,
        size: PageSize,
    ) -> impl Future<Output = Result<Page, EngineError>> + Send {
        page::by_keys(self, range, size)
    }
}
