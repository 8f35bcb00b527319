//! What the client's errors mean.

use crate::engine::EngineError;
use tikv_client::{Error, ProtoKeyError, ProtoLockInfo};

/// What to do about an error of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It may pass: a busy store, a lock, an election.
    Passing,
    /// The connection, or the client itself, may be at fault.
    Connection,
    /// The answer is larger than the client takes.
    TooLarge,
    /// Trying again gives the same.
    Definite,
}

pub(super) fn kind(error: &Error) -> Kind {
    match error {
        Error::Grpc(_)
        | Error::Io(_)
        | Error::Channel(_)
        | Error::Canceled(_)
        | Error::InternalError { .. } => Kind::Connection,
        Error::GrpcAPI(status) if status.message().contains("message length too large") => {
            Kind::TooLarge
        }
        Error::KeyError(error) if error.txn_not_found.is_some() || !error.retryable.is_empty() => {
            Kind::Passing
        }
        Error::KeyError(_) => Kind::Definite,
        Error::MultipleKeyErrors(errors) | Error::ExtractedErrors(errors) => errors
            .iter()
            .map(kind)
            .find(|kind| *kind != Kind::Passing)
            .unwrap_or(Kind::Passing),
        _ => Kind::Passing,
    }
}

/// When the transaction began whose lock a read has met.
pub(super) fn lock(error: &Error) -> Option<u64> {
    match error {
        Error::ResolveLockError(locks) => locks.first().map(|lock| lock.lock_version),
        Error::MultipleKeyErrors(errors) | Error::ExtractedErrors(errors) => {
            errors.iter().find_map(lock)
        }
        _ => None,
    }
}

/// A lock of another transaction.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) key: Vec<u8>,
    /// When the transaction began.
    pub(super) version: u64,
}

impl From<&ProtoLockInfo> for Lock {
    fn from(lock: &ProtoLockInfo) -> Self {
        Self {
            key: lock.key.clone(),
            version: lock.lock_version,
        }
    }
}

/// How an error ends a commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Another transaction changed this key after the snapshot; nothing is committed, and no request to commit was sent.
    Conflict(Vec<u8>),
    /// A lock of another transaction stands in the way; nothing is committed, and no request to commit was sent.
    Locked(Lock),
    /// The servers say that it is not committed; run again it may be.
    RolledBack,
    /// The servers say that it is not committed, and why.
    Refused(String),
    /// Nobody can say.
    Unknown,
}

/// What an error means for the commit of the transaction that began at `start`. Only an error about a key is definite: it
/// is an answer, every other is the lack of one.
pub(super) fn ending(error: &Error, start: u64) -> Ending {
    match error {
        Error::KeyError(error) => key_ending(error, start),
        Error::MultipleKeyErrors(errors) | Error::ExtractedErrors(errors) => {
            let mut endings: Vec<Ending> =
                errors.iter().map(|error| ending(error, start)).collect();
            if endings.is_empty() || endings.contains(&Ending::Unknown) {
                return Ending::Unknown;
            }
            let conflict = endings
                .iter()
                .position(|ending| matches!(ending, Ending::Conflict(_)));
            endings.swap_remove(conflict.unwrap_or(0))
        }
        // Only the first phase waits for locks.
        Error::ResolveLockError(locks) => locks
            .iter()
            .max_by_key(|lock| lock.lock_version)
            .map_or(Ending::Unknown, |lock| Ending::Locked(lock.into())),
        _ => Ending::Unknown,
    }
}

fn key_ending(error: &ProtoKeyError, start: u64) -> Ending {
    if let Some(conflict) = &error.conflict {
        return Ending::Conflict(conflict.key.clone());
    }
    // A lock was met whose transaction has not, or not yet, locked its primary key.
    if let Some(other) = &error.txn_not_found
        && other.start_ts != start
    {
        return Ending::Locked(Lock {
            key: other.primary_key.clone(),
            version: other.start_ts,
        });
    }
    let rolled_back = !error.retryable.is_empty()
        || error.txn_not_found.is_some()
        || error.commit_ts_expired.is_some()
        || error
            .abort
            .to_lowercase()
            .replace(' ', "")
            .contains("locknotfound");
    if rolled_back {
        return Ending::RolledBack;
    }
    if let Some(lock) = &error.locked {
        return Ending::Locked(lock.into());
    }
    Ending::Refused(shortened(&format!("{error:?}")))
}

/// Whether PD has no keyspace of the name that was asked for.
pub(super) fn is_missing_keyspace(error: &Error) -> bool {
    match error {
        Error::KeyspaceNotFound(_) => true,
        Error::GrpcAPI(status) => {
            let text = status.message().to_lowercase();
            text.contains("keyspace") && (text.contains("not exist") || text.contains("not found"))
        }
        _ => false,
    }
}

/// An error in a line.
pub(super) fn describe(error: &Error) -> String {
    match error {
        Error::GrpcAPI(status) => {
            let text = format!("{}: {}", status.code(), status.message());
            with_causes(text, status)
        }
        Error::Grpc(error) => with_causes(error.to_string(), error),
        Error::ResolveLockError(locks) => {
            format!("{} keys stayed locked by another transaction", locks.len())
        }
        Error::UndeterminedError(cause) => describe(cause),
        // It begins with the place in the client's source.
        Error::InternalError { message } => match message.split_once("]: ") {
            Some((_, message)) => shortened(message),
            None => shortened(message),
        },
        other => shortened(&other.to_string()),
    }
}

fn with_causes(mut text: String, error: &dyn std::error::Error) -> String {
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    shortened(&text)
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(super) fn unavailable(message: String) -> EngineError {
    EngineError::Unavailable { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_error(change: impl FnOnce(&mut ProtoKeyError)) -> Error {
        let mut error = ProtoKeyError::default();
        change(&mut error);
        Error::KeyError(Box::new(error))
    }

    fn conflict() -> Error {
        key_error(|error| error.conflict.get_or_insert_default().key = b"k".to_vec())
    }

    #[test]
    fn only_an_answer_about_a_key_is_definite() {
        assert_eq!(ending(&conflict(), 7), Ending::Conflict(b"k".to_vec()));
        let aborted = key_error(|error| error.abort = "TxnLockNotFound { .. }".into());
        assert_eq!(ending(&aborted, 7), Ending::RolledBack);
        let refused = key_error(|error| error.abort = "disk full".into());
        assert!(matches!(ending(&refused, 7), Ending::Refused(_)));
        for error in [
            Error::StringError("x".into()),
            Error::UndeterminedError(Box::new(conflict())),
            Error::RegionError(Box::default()),
            Error::MultipleKeyErrors(vec![]),
        ] {
            assert_eq!(ending(&error, 7), Ending::Unknown, "{error:?}");
        }
    }

    #[test]
    fn a_missing_transaction_is_ones_own_or_that_of_a_lock() {
        let missing = |start_ts| {
            let error =
                key_error(|error| error.txn_not_found.get_or_insert_default().start_ts = start_ts);
            ending(&Error::MultipleKeyErrors(vec![error]), 7)
        };
        assert_eq!(missing(7), Ending::RolledBack);
        let key = Vec::new();
        assert_eq!(missing(8), Ending::Locked(Lock { key, version: 8 }));
    }

    #[test]
    fn among_several_errors_doubt_wins_then_the_conflict() {
        let aborted = || key_error(|error| error.retryable = "again".into());
        assert_eq!(
            ending(&Error::MultipleKeyErrors(vec![aborted(), conflict()]), 7),
            Ending::Conflict(b"k".to_vec())
        );
        let doubtful = vec![conflict(), Error::StringError("lost".into())];
        assert_eq!(
            ending(&Error::ExtractedErrors(doubtful), 7),
            Ending::Unknown
        );
    }
}
