//! Requests and replies: values here, JSON on a socket.

use crate::{Json, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::collections::BTreeMap;

/// What is asked of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Request {
    /// Topics and groups: [`Reply::Status`].
    Status,
    /// Events of a table: [`Reply::Events`].
    Tail {
        /// The table.
        topic: String,
        /// Only this partition.
        partition: Option<u16>,
        /// Where to begin.
        from: TailFrom,
        /// At most so many; a thousand at most in any case.
        limit: usize,
    },
    /// The group's workers take no more events: [`Reply::Done`].
    Pause {
        /// The group.
        group: String,
    },
    /// The group's workers go on: [`Reply::Done`].
    Resume {
        /// The group.
        group: String,
    },
    /// Moves a group: [`Reply::Done`].
    Move {
        /// The group.
        group: String,
        /// The table.
        topic: String,
        /// Only this partition; all of the table's without it.
        partition: Option<u16>,
        /// Where the group goes on.
        to: Place,
        /// Whether idempotency keys are new, so that effects outside the store are repeated: a replay.
        again: bool,
    },
    /// What a group has set aside: [`Reply::Letters`].
    Letters {
        /// The group.
        group: String,
        /// Which of it.
        which: Which,
        /// Goes on behind the last reply: its `after`.
        after: Option<String>,
        /// At most so many; a thousand at most in any case.
        limit: usize,
    },
    /// Has parked events and dead letters of a group handled again: [`Reply::Done`] with their number.
    Redrive {
        /// The group.
        group: String,
    },
    /// Removes a group, and everything it has set aside: [`Reply::Done`].
    Remove {
        /// The group.
        group: String,
    },
}

/// Where events are read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TailFrom {
    /// The last so many, by the time of writing.
    Last(usize),
    /// The first that are kept.
    Earliest,
    /// The first written then or later.
    Time(Timestamp),
    /// Offsets by partition, as `next` of an earlier reply; a partition that is not named from its first event.
    Offsets(BTreeMap<u16, u64>),
}

/// A place in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The first event that is kept.
    Earliest,
    /// Behind the last event.
    Latest,
    /// The first event written then or later.
    Time(Timestamp),
    /// This offset; of one partition only.
    Offset(u64),
}

/// What a group has set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Dead letters.
    Dead,
    /// Parked events, and those that wait behind them.
    Parked,
}

/// What a store answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reply {
    /// Topics and groups.
    Status(Status),
    /// Events, by the time of writing.
    Events {
        /// The events.
        events: Vec<EventShown>,
        /// Where the next ones will stand, by partition.
        next: BTreeMap<u16, u64>,
    },
    /// Events that a group has set aside.
    Letters {
        /// The events.
        letters: Vec<LetterShown>,
        /// There are more behind this.
        after: Option<String>,
    },
    /// It is done.
    Done {
        /// To how many events, where that is known.
        count: Option<u64>,
    },
}

/// Topics and groups of a store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Tables with events.
    pub topics: Vec<TopicStatus>,
    /// Consumer groups.
    pub groups: Vec<GroupStatus>,
}

/// The events of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicStatus {
    /// The table.
    pub topic: String,
    /// Partitions.
    pub partitions: u32,
    /// Events that were ever published.
    pub published: u64,
    /// Events that are still in the log.
    pub kept: u64,
    /// Age of the oldest of them, in seconds.
    pub oldest_seconds: Option<f64>,
}

/// A consumer group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// The group.
    pub group: String,
    /// Its workers take nothing.
    pub paused: bool,
    /// Workers that have registered and not left: one that was killed counts until its lease runs out.
    pub workers: u64,
    /// What it reads.
    pub topics: Vec<GroupTopic>,
}

/// How far a group is in a topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupTopic {
    /// The table.
    pub topic: String,
    /// Events that have not been handled.
    pub lag: u64,
    /// Age of the oldest of them, in seconds.
    pub oldest_seconds: Option<f64>,
    /// Partitions whose next event has failed at least once.
    pub failing: u64,
    /// Parked events, and those that wait behind them.
    pub parked: u64,
    /// Dead letters.
    pub dead: u64,
    /// Partitions in which it is behind, has failed or has parked something.
    pub partitions: Vec<PartitionStatus>,
}

/// How far a group is in a partition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartitionStatus {
    /// The partition.
    pub partition: u16,
    /// Offset of the next event that the group handles.
    pub next: u64,
    /// Offset of the next event that is published.
    pub head: u64,
    /// Attempts at the next event that have failed.
    pub failed_attempts: u32,
    /// Parked events, and those that wait behind them.
    pub parked: u64,
    /// Age of the next event, in seconds.
    pub oldest_seconds: Option<f64>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventShown {
    /// The table.
    pub topic: String,
    /// The partition.
    pub partition: u16,
    /// Its offset.
    pub offset: u64,
    /// What tells it from others.
    pub id: Option<String>,
    /// `created`, `updated`, `deleted`, or the name of an event of the application's own.
    pub kind: String,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// The key of the record that it is about: a list if it has several parts.
    pub key: Json,
    /// `before`, `after` or `payload`: decoded by the catalogue, without what is secret.
    #[serde(flatten)]
    pub content: Map<String, Json>,
}

/// An event that a group has set aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterShown {
    /// `failed`, `waiting` behind an earlier one of its key, or `redriven`: to be handled again.
    pub state: String,
    /// Attempts.
    pub attempts: u32,
    /// When it was set aside.
    pub set_aside: Timestamp,
    /// What its handler said.
    pub error: String,
    /// The event.
    pub event: EventShown,
}
