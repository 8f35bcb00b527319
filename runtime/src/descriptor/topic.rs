//! Topics: the events of a table.

use super::Field;

/// Seconds that events are kept unless the schema says otherwise: seven days.
const RETAIN: u64 = 7 * 24 * 60 * 60;

/// The events of a table, as generated code describes them.
#[derive(Debug)]
pub struct Topic {
    /// How many logs share the events.
    pub partitions: u32,
    /// Seconds that an event is kept at least.
    pub retain: u64,
    /// Seconds after which an event is dropped though a group has not handled it.
    pub retain_max: Option<u64>,
    /// Place of the field whose value chooses the partition; the key does without it.
    pub partition_by: Option<usize>,
    /// Whether a new record is an event.
    pub created: bool,
    /// Places of the fields whose change is an event.
    pub updated: Option<&'static [usize]>,
    /// Whether a removed record is an event.
    pub deleted: bool,
    /// In declaration order.
    pub own: &'static [&'static OwnEvent],
}

/// An event of the application's own.
#[derive(Debug)]
pub struct OwnEvent {
    /// Its place among the topic's own events.
    pub place: usize,
    /// Its name.
    pub name: &'static str,
    /// Its payload, in declaration order.
    pub fields: &'static [Field],
    /// Earlier names.
    pub was: &'static [&'static str],
}

impl Topic {
    /// A topic of so many partitions without events.
    #[must_use]
    pub const fn new(partitions: u32) -> Self {
        Self {
            partitions,
            retain: RETAIN,
            retain_max: None,
            partition_by: None,
            created: false,
            updated: None,
            deleted: false,
            own: &[],
        }
    }

    /// Keeps events at least so many seconds.
    #[must_use]
    pub const fn retain(mut self, seconds: u64) -> Self {
        self.retain = seconds;
        self
    }

    /// Keeps events at most so many seconds.
    #[must_use]
    pub const fn retain_max(mut self, seconds: u64) -> Self {
        self.retain_max = Some(seconds);
        self
    }

    /// The field at this place chooses the partition.
    #[must_use]
    pub const fn partition_by(mut self, field: usize) -> Self {
        self.partition_by = Some(field);
        self
    }

    /// A new record is an event.
    #[must_use]
    pub const fn created(mut self) -> Self {
        self.created = true;
        self
    }

    /// A change of one of the fields at these places is an event.
    #[must_use]
    pub const fn updated(mut self, fields: &'static [usize]) -> Self {
        self.updated = Some(fields);
        self
    }

    /// A removed record is an event.
    #[must_use]
    pub const fn deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// Its events of the application's own.
    #[must_use]
    pub const fn own(mut self, events: &'static [&'static OwnEvent]) -> Self {
        self.own = events;
        self
    }
}

impl OwnEvent {
    /// The event at `place`, with its payload.
    #[must_use]
    pub const fn new(place: usize, name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            place,
            name,
            fields,
            was: &[],
        }
    }

    /// It had these names before.
    #[must_use]
    pub const fn was(mut self, names: &'static [&'static str]) -> Self {
        self.was = names;
        self
    }
}
