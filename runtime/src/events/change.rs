//! An event as typed code sees it.

use super::{Entry, EventId, Kind, Payload};
use crate::{
    Error, Model, Result, Store, Timestamp,
    key::{KeyReader, KeyValue},
    record::decode,
    value::Decoder,
};

/// What happened to a record: the enum of generated code.
pub trait Event: Sized + Send + 'static {
    /// The model whose events these are.
    type Model: Model;

    /// Reads an event.
    #[doc(hidden)]
    fn decode(change: &Change) -> Result<Self>;
}

/// The kinds of an event.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A record was added.
    Created,
    /// A record was changed.
    Updated,
    /// A record was removed.
    Deleted,
    /// The event of the application's own at this place.
    Own(usize),
    /// An event that this build does not know.
    Unknown,
}

/// An event with the store that it is from.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Change {
    store: Store,
    entry: Entry,
}

impl Change {
    pub(crate) const fn new(store: Store, entry: Entry) -> Self {
        Self { store, entry }
    }

    /// The kind, for events of `M`.
    pub fn happened<M: Model>(&self) -> Result<Happened> {
        Ok(match self.entry.kind {
            Kind::CREATED => Happened::Created,
            Kind::UPDATED => Happened::Updated,
            Kind::DELETED => Happened::Deleted,
            own => {
                let topic = self.store.binding().table(M::TABLE)?.topic.as_ref();
                let bound = topic.and_then(|topic| topic.by_kind(own));
                bound.map_or(Happened::Unknown, |event| Happened::Own(event.place()))
            }
        })
    }

    /// The record as it was.
    pub fn before<M: Model>(&self) -> Result<M> {
        self.record(self.entry.before.as_deref())
    }

    /// The record as it is.
    pub fn after<M: Model>(&self) -> Result<M> {
        self.record(self.entry.after.as_deref())
    }

    fn record<M: Model>(&self, stored: Option<&[u8]>) -> Result<M> {
        let binding = self.store.binding();
        let table = binding.table(M::TABLE)?;
        let stored = stored.ok_or_else(|| self.damaged::<M>("it holds no record"))?;
        decode(binding, table, &self.record_key::<M>()?, stored)
    }

    /// The whole key of the record.
    fn record_key<M: Model>(&self) -> Result<Vec<u8>> {
        let table = self.store.binding().table(M::TABLE)?;
        Ok([&table.records, &self.entry.key]
            .map(Vec::as_slice)
            .concat())
    }

    /// The key of the record that an own event is about, and the payload.
    pub fn own<M: Model, E: Payload<M>>(&self) -> Result<(M::Key, E)> {
        let binding = self.store.binding();
        let topic = binding.table(M::TABLE)?.topic.as_ref();
        let bound = topic.and_then(|topic| topic.own(E::EVENT));
        let bound = bound.ok_or_else(|| self.unknown::<M>())?;
        let payload = self.entry.after.as_deref();
        let payload = payload.ok_or_else(|| self.damaged::<M>("it holds no payload"))?;
        let corrupt = |error: crate::value::DecodeError| self.damaged::<M>(&error.to_string());
        let key = M::Key::take(&mut KeyReader::new(binding, &self.entry.key)).map_err(corrupt)?;
        let fields = bound.current(binding, payload).map_err(corrupt)?;
        let payload = E::decode(&mut Decoder::new(binding, &fields)).map_err(corrupt)?;
        Ok((key, payload))
    }

    /// The error for an event that this build has no variant for.
    #[must_use]
    pub fn unknown<M: Model>(&self) -> Error {
        Error::Schema(format!(
            "the event {} of `{}` is of a kind that this build does not declare; \
             deploy a build whose schema has it",
            self.entry.id,
            M::TABLE.name
        ))
    }

    fn damaged<M: Model>(&self, reason: &str) -> Error {
        Error::Corrupt {
            table: M::TABLE.name.to_owned(),
            key: format!("event {}", self.entry.id),
            reason: reason.to_owned(),
        }
    }

    /// What tells it from every other event.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.entry.id
    }

    /// When it was written, by its writer's clock.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp::from_microsecond(self.entry.time).unwrap_or(Timestamp::constant(0))
    }
}
