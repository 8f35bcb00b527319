//! What a handler is given, and what it answers.

use super::{EventId, Partition};
use crate::{Timestamp, transaction::Transaction};
use std::{error::Error, fmt, time::Duration};

/// What a handler answers.
pub type HandlerResult = Result<(), HandlerError>;

/// Why a handler failed: whatever `?` takes, or a [`Retry`].
#[derive(Debug)]
pub struct HandlerError(Box<dyn Error + Send + Sync>);

// Not an `Error` itself, so that this covers every error type.
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl HandlerError {
    /// How long the handler wants to be left alone, if that is what it says.
    pub(crate) fn snooze(&self) -> Option<Duration> {
        self.0.downcast_ref::<Retry>().map(|retry| retry.after)
    }
}

/// A handler's wish to be asked again later. It counts as no attempt: `return Err(Retry::after(pause).into())`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    after: Duration,
}

impl Retry {
    /// Not before this much time has passed.
    #[must_use]
    pub const fn after(pause: Duration) -> Self {
        Self { after: pause }
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to be handled again after {:?}", self.after)
    }
}

impl Error for Retry {}

/// An event's place and history, and the transaction in which its group moves on.
#[derive(Debug, Clone)]
pub struct EventContext {
    pub(crate) tx: Transaction,
    pub(crate) group: String,
    pub(crate) topic: &'static str,
    pub(crate) partition: Partition,
    pub(crate) offset: u64,
    pub(crate) id: EventId,
    pub(crate) time: Timestamp,
    pub(crate) attempt: u32,
    pub(crate) generation: u64,
}

impl EventContext {
    /// The transaction in which the group's cursor moves: what is written with it happens exactly once.
    #[must_use]
    pub const fn tx(&self) -> &Transaction {
        &self.tx
    }

    /// The consumer group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The table whose event it is.
    #[must_use]
    pub const fn topic(&self) -> &'static str {
        self.topic
    }

    /// The partition that it stands in.
    #[must_use]
    pub const fn partition(&self) -> u16 {
        self.partition.number
    }

    /// Its place in the partition; the next event has the next number.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// What tells it from every other event.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// When it was written, by its writer's clock.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.time
    }

    /// 1 at first; 2 and more after failures and crashes. A transaction that runs again after a conflict, and a snooze,
    /// count as no attempt.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The same whenever this group handles this event, unless it is replayed: for effects outside the store, which may
    /// happen more than once.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        format!("{}-{}-{}", self.id, self.group, self.generation)
    }
}
