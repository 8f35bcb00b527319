//! What redb answers, or panics with, as an [`EngineError`]; and whether the engine can still be trusted.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
    sync::atomic::{AtomicU8, Ordering},
};

use crate::engine::EngineError;

/// Runs `work` on redb. Some damaged pages make it panic: that becomes an error like any other.
///
/// What `work` touched may be left half-changed, so callers poison the engine on every error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, EngineError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(translate(error)),
        Err(panic) => Err(EngineError::Corrupt {
            key: Vec::new(),
            reason: format!("the storage library gave up on the file: {}", text(&*panic)),
        }),
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}

fn translate(error: redb::Error) -> EngineError {
    let in_file = |reason: String| EngineError::Corrupt {
        key: Vec::new(),
        reason,
    };
    match error {
        redb::Error::Corrupted(reason) => in_file(reason),
        redb::Error::DatabaseClosed => EngineError::Closed,
        redb::Error::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                in_file("the file ends before the page that is read".into())
            }
            io::ErrorKind::InvalidData => in_file(error.to_string()),
            _ => EngineError::Unavailable {
                message: format!(
                    "the disk failed ({error}); check its space and health, then open the store again"
                ),
            },
        },
        redb::Error::PreviousIo | redb::Error::LockPoisoned(_) => EngineError::Poisoned {
            message: error.to_string(),
        },
        redb::Error::DatabaseAlreadyOpen => EngineError::Unavailable {
            message: "the data file is in use by another program; close it there first".into(),
        },
        redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TableIsNotMultimap(_)
        | redb::Error::TypeDefinitionChanged { .. }
        | redb::Error::TableDoesNotExist(_) => in_file(error.to_string()),
        other => EngineError::Unavailable {
            message: other.to_string(),
        },
    }
}

/// An error met while a store was opened: nothing is open that could be poisoned.
pub(super) fn opening(error: EngineError) -> EngineError {
    match error {
        EngineError::Poisoned { message } => EngineError::Unavailable { message },
        other => other,
    }
}

const OPEN: u8 = 0;
const POISONED: u8 = 1;
const CLOSED: u8 = 2;

/// Whether the engine takes work.
#[derive(Debug, Default)]
pub(super) struct Health {
    state: AtomicU8,
    failure: OnceLock<String>,
}

impl Health {
    pub(super) fn check(&self) -> Result<(), EngineError> {
        match self.state.load(Ordering::Acquire) {
            OPEN => Ok(()),
            CLOSED => Err(EngineError::Closed),
            _ => Err(self.poisoned()),
        }
    }

    /// Refuses all work from now on; the first failure is the one that later callers are told.
    pub(super) fn poison(&self, error: &EngineError) {
        if matches!(error, EngineError::Closed) {
            return;
        }
        if self.failure.set(error.to_string()).is_ok() {
            tracing::error!(%error, "the embedded engine stopped and must be opened again");
        }
        let _ = self
            .state
            .compare_exchange(OPEN, POISONED, Ordering::AcqRel, Ordering::Acquire);
    }

    pub(super) fn close(&self) {
        self.state.store(CLOSED, Ordering::Release);
    }

    fn poisoned(&self) -> EngineError {
        EngineError::Poisoned {
            message: self.failure.get().cloned().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_damage_of_the_file() {
        let answer = guarded::<()>(|| panic!("page {} is odd", 7));
        assert_eq!(
            answer,
            Err(EngineError::Corrupt {
                key: Vec::new(),
                reason: "the storage library gave up on the file: page 7 is odd".into(),
            })
        );
    }

    #[test]
    fn the_first_failure_is_the_one_that_is_told() {
        let health = Health::default();
        assert_eq!(health.check(), Ok(()));
        for message in ["first", "second"] {
            health.poison(&EngineError::Unavailable {
                message: message.into(),
            });
        }
        assert_eq!(
            health.check(),
            Err(EngineError::Poisoned {
                message: "first".into()
            })
        );
        health.close();
        assert_eq!(health.check(), Err(EngineError::Closed));
    }
}
