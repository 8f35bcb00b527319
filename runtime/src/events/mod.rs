//! The event log: what happened to records, written in their transactions, in order by key.
//!
//! | file | what it is |
//! | --- | --- |
//! | `keys` | topics, partitions, and the keys of everything below |
//! | `entry` | the bytes of an event |
//! | `outbox` | the events of a write, collected while it is checked |
//! | `publish` | events of the application's own |
//! | `change` | an event as typed code sees it |
//! | `handler` | what a handler is given, and what it answers |
//!
//! **Invariant:** an event is an append of the transaction that made it: it is there if and only if that transaction is,
//! and whoever sees an offset can see every one before it.

mod change;
mod entry;
mod handler;
mod keys;
mod outbox;
mod publish;

pub use change::{Change, Event, Happened};
pub use entry::EventId;
pub use handler::{EventContext, HandlerError, HandlerResult, Retry};
pub use publish::{Payload, Subject, publish};

pub(crate) use entry::{Entry, Kind};
pub(crate) use keys::{Partition, TopicId, topic_prefix};
pub(crate) use outbox::Outbox;
