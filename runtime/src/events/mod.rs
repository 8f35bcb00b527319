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
//! | `logs` | reading of logs |
//! | `group`, `control` | consumer groups: registered, looked at, moved |
//! | `cursor`, `letter` | how far a group is, and what it has set aside |
//! | `lease` | who of a group works on what |
//! | `hub` | wakes the workers of this process |
//! | `worker` | runs handlers |
//!
//! **Invariant:** an event is an append of the transaction that made it: it is there if and only if that transaction is,
//! and whoever sees an offset can see every one before it.

mod change;
pub(crate) mod control;
mod cursor;
mod entry;
pub(crate) mod group;
mod handler;
mod hub;
mod keys;
mod lease;
mod letter;
pub(crate) mod logs;
mod outbox;
mod publish;
mod worker;

pub use change::{Change, Event, Happened};
pub use control::{Group, Lag, SetAside};
pub use entry::EventId;
pub use group::Start;
pub use handler::{EventContext, HandlerError, HandlerResult, Retry};
pub use publish::{Payload, Subject, publish, publish_after};
pub use worker::{Poison, Worker, WorkerBuilder};

pub(crate) use cursor::{Cursor, Wait};
pub(crate) use entry::{Entry, Kind};
pub(crate) use group::GroupId;
pub(crate) use hub::{Hub, Listener};
pub(crate) use keys::{Partition, TopicId, topic_prefix};
pub(crate) use lease::{Lease, MemberId, SLOTS, Share};
pub(crate) use letter::{Letter, LetterState};
pub(crate) use outbox::{Outbox, publish_entry};
