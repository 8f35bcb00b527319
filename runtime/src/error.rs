//! One error type for everything the runtime does.

use crate::engine::EngineError;
use std::fmt;

/// What a call gives: a value or an [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. Messages name the model, the index and the value, and say what to do where something can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no record with this key.
    #[error("no {model} has the key {key}")]
    NotFound {
        /// The model.
        model: &'static str,
        /// The key, shortened.
        key: String,
    },
    /// The key is taken; `put` replaces, `insert` does not.
    #[error("a {model} with the key {key} exists already; `put` replaces it")]
    AlreadyExists {
        /// The model.
        model: &'static str,
        /// The key, shortened.
        key: String,
    },
    /// Another record has this value of a unique index.
    #[error("another {model} has {value} in the unique index `{index}`")]
    UniqueViolation {
        /// The model.
        model: &'static str,
        /// The index.
        index: &'static str,
        /// The value, shortened.
        value: String,
    },
    /// A record refers to one that is missing, or would be left referring to one.
    #[error("`{relation}` of {model} {key} refers to {target} {target_key}, which {reason}")]
    ReferenceViolation {
        /// The model that refers.
        model: &'static str,
        /// The relation by which it refers.
        relation: &'static str,
        /// The key of the record that refers, shortened.
        key: String,
        /// The model that is referred to.
        target: &'static str,
        /// The key that is referred to, shortened.
        target_key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The record was changed since it was read: its `version` moved on.
    #[error(
        "the {model} {key} was changed meanwhile: it has version {found}, the write expected {expected}; \
         read it again and decide"
    )]
    VersionMismatch {
        /// The model.
        model: &'static str,
        /// The key, shortened.
        key: String,
        /// The version of the record that was to be written.
        expected: u64,
        /// The version in the store.
        found: u64,
    },
    /// Another transaction changed the same data first, and the attempts that were allowed are used up. Nothing was
    /// written.
    #[error(
        "another transaction changed {what} first (attempt {attempts}); nothing was written, and the whole \
         transaction may be run again"
    )]
    Conflict {
        /// The table or index that both changed.
        what: String,
        /// How often the transaction was tried.
        attempts: u32,
    },
    /// Nobody can say whether the transaction was written. Do not run it again blindly: look first.
    #[error(
        "it is unknown whether the transaction was committed ({reason}); read before you run it again"
    )]
    CommitUnknown {
        /// What happened.
        reason: String,
    },
    /// The transaction was written before, by an earlier run under the same idempotency token. Nothing was written now.
    #[error("the transaction {token} was committed by an earlier run; nothing was written now")]
    AlreadyCommitted {
        /// The token.
        token: crate::Uuid,
    },
    /// A value that the schema or the format does not allow.
    #[error("{place}: {reason}")]
    Invalid {
        /// The model and field, or the argument.
        place: String,
        /// What is wrong, and what is allowed.
        reason: String,
    },
    /// A page cursor that cannot be used here.
    #[error("{0}; start again from the first page")]
    Cursor(CursorFault),
    /// The store was written by another schema, or the schema changed in a way that its records cannot follow.
    #[error("{0}")]
    Schema(String),
    /// The index is still being built.
    #[error("the index `{index}` of `{table}` is not ready: {state}")]
    IndexNotReady {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// How far it is, and what is in the way.
        state: String,
    },
    /// Stored bytes are not what was written. Nothing is repaired silently.
    #[error("the record or entry {key} of `{table}` is damaged: {reason}")]
    Corrupt {
        /// The table.
        table: String,
        /// The key, shortened.
        key: String,
        /// What was found.
        reason: String,
    },
    /// The snapshot was held longer than the store keeps old states. Take a new one, or run the transaction again.
    #[error(
        "the snapshot is older than the store keeps; take a new one, or run the transaction again"
    )]
    SnapshotTooOld,
    /// The engine below failed.
    #[error("the store's engine failed: {0}")]
    Engine(EngineError),
    /// The address given to `open` names no store that this build can open.
    #[error("{0}")]
    Open(String),
    /// A dump, or the store that takes it, is not what it should be; says what to do.
    #[error("{0}")]
    Transfer(String),
    /// A transaction's handle was used after its end.
    #[error("the transaction has ended; its handle must not outlive the closure or the commit")]
    TransactionEnded,
    /// An error of the caller's own, carried out of a transaction by [`Error::abort`].
    #[error("{0}")]
    Abort(Box<dyn std::error::Error + Send + Sync>),
}

/// Why a cursor cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CursorFault {
    /// It is not a cursor at all.
    Malformed,
    /// It was altered, or it is from another store.
    Foreign,
    /// It belongs to another query of this store: another index, direction or other arguments.
    OtherQuery,
}

impl fmt::Display for CursorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "this is not a page cursor",
            Self::Foreign => "the page cursor was altered or is from another store",
            Self::OtherQuery => {
                "the page cursor belongs to another query: index, direction and arguments must be the same"
            }
        })
    }
}

impl Error {
    /// Ends a transaction with an error of the caller's own, unchanged in [`Error::Abort`].
    pub fn abort(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Abort(error.into())
    }

    /// Whether running the whole transaction again, unchanged, may succeed.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::SnapshotTooOld)
    }

    /// Whether the transaction may have been written in spite of the error.
    #[must_use]
    pub const fn is_undetermined(&self) -> bool {
        matches!(self, Self::CommitUnknown { .. })
    }

    pub(crate) fn invalid(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            place: place.into(),
            reason: reason.into(),
        }
    }
}
