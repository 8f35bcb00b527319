//! The events of a write, collected while it is checked and handed over when nothing can refuse it any more.

use super::{Entry, EventId, Kind, Partition};
use crate::{
    Result, Timestamp,
    catalogue::{Binding, BoundTable, BoundTopic},
    engine::{Append, log},
    transaction::Transaction,
    value::DecodeError,
};

/// Events that are not in the transaction yet.
pub(crate) struct Outbox<'a> {
    tx: &'a Transaction,
    binding: &'a Binding,
    table: &'a BoundTable,
    /// `None` if the table has no events, or the transaction publishes none.
    topic: Option<&'a BoundTopic>,
    appends: Vec<Append>,
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(tx: &'a Transaction, binding: &'a Binding, table: &'a BoundTable) -> Self {
        let topic = table.topic.as_ref();
        Self {
            tx,
            binding,
            table,
            topic: topic.filter(|_| tx.publishes()),
            appends: Vec::new(),
        }
    }

    /// Takes note of a change of the record `key`: its stored bytes before and after, `None` where there is no record.
    pub(crate) fn changed(
        &mut self,
        key: &[u8],
        before: Option<&[u8]>,
        after: Option<&[u8]>,
    ) -> Result<()> {
        let Some(topic) = self.topic else {
            return Ok(());
        };
        self.note(topic, key, before, after)
            .map_err(|error| self.binding.corrupt(key, &error))
    }

    fn note(
        &mut self,
        topic: &BoundTopic,
        key: &[u8],
        before: Option<&[u8]>,
        after: Option<&[u8]>,
    ) -> Result<(), DecodeError> {
        let declared = topic.topic;
        let (kind, stored) = match (before, after) {
            (None, Some(after)) if declared.created => (Kind::CREATED, after),
            (Some(before), None) if declared.deleted => (Kind::DELETED, before),
            (Some(before), Some(after)) => match declared.updated {
                Some(fields) if self.differ(before, after, fields)? => (Kind::UPDATED, after),
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        let order = self.order(topic, stored)?;
        let entry = Entry {
            id: EventId::random(),
            kind,
            time: Timestamp::now().as_microsecond(),
            key: key[self.table.records.len()..].to_vec(),
            order,
            before: before.map(<[u8]>::to_vec),
            after: after.map(<[u8]>::to_vec),
        };
        self.appends.push(append(self.tx, topic, &entry));
        Ok(())
    }

    /// The head of the log that the creation of this record is appended to; none if it makes no event.
    pub(crate) fn head(&self, key: &[u8], stored: &[u8]) -> Option<Vec<u8>> {
        let topic = self.topic.filter(|topic| topic.topic.created)?;
        let order = self.order(topic, stored).ok()?;
        let order = order.as_deref().unwrap_or(&key[self.table.records.len()..]);
        let partition = Partition::of(topic.id, topic.topic.partitions, order);
        Some(log::head_key(&partition.log()))
    }

    /// Whether one of the fields at these places is not the same in both.
    fn differ(&self, before: &[u8], after: &[u8], places: &[usize]) -> Result<bool, DecodeError> {
        let before = self.table.current(self.binding, before)?;
        let after = self.table.current(self.binding, after)?;
        Ok(self.table.values_at(self.binding, &before, places)?
            != self.table.values_at(self.binding, &after, places)?)
    }

    /// What chooses the partition of a record's event, if it is not the key.
    fn order(&self, topic: &BoundTopic, stored: &[u8]) -> Result<Option<Vec<u8>>, DecodeError> {
        order(self.binding, self.table, topic, stored)
    }

    /// Puts the events into the transaction.
    pub(crate) fn publish(self) -> Result<()> {
        self.appends
            .into_iter()
            .try_for_each(|append| self.tx.append(append))
    }
}

/// What chooses the partition of a record's event, if it is not the key: the stored bytes of a field.
pub(super) fn order(
    binding: &Binding,
    table: &BoundTable,
    topic: &BoundTopic,
    stored: &[u8],
) -> Result<Option<Vec<u8>>, DecodeError> {
    let Some(place) = topic.topic.partition_by else {
        return Ok(None);
    };
    let fields = table.current(binding, stored)?;
    let value = table.values_at(binding, &fields, &[place])?;
    // The checker lets no optional field choose a partition.
    Ok(Some(value[0].unwrap_or_default().to_vec()))
}

/// The append that publishes an event.
pub(super) fn append(tx: &Transaction, topic: &BoundTopic, entry: &Entry) -> Append {
    append_to(tx, partition(topic, entry), entry)
}

/// The partition where an event goes.
pub(super) fn partition(topic: &BoundTopic, entry: &Entry) -> Partition {
    Partition::of(topic.id, topic.topic.partitions, entry.order())
}

/// Puts an event into the log of a partition.
pub(crate) fn publish_entry(tx: &Transaction, partition: Partition, entry: &Entry) -> Result<()> {
    tx.append(append_to(tx, partition, entry))
}

fn append_to(tx: &Transaction, partition: Partition, entry: &Entry) -> Append {
    Append {
        log: partition.log(),
        value: entry.encode(),
        // Where all who write and read are in one process, a commit wakes them.
        ready: tx.store().is_shared().then(|| partition.ready()),
    }
}
