//! Events of the application's own.

use super::{
    Entry, EventId,
    outbox::{order, partition, publish_entry},
    worker::delay,
};
use crate::{
    Error, Model, Record, Result, Timestamp, Write,
    descriptor::OwnEvent,
    record::record_key,
    transaction::{Target, Transaction, View},
    value::Encoder,
};
use std::time::Duration;

/// An event of the application's own about an `M`: the struct that holds its payload.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{M}`",
    note = "declare it in the schema: `events {{ my_event {{ field type }} }}`"
)]
pub trait Payload<M>: Record + Send + Sync {
    #[doc(hidden)]
    const EVENT: &'static OwnEvent;
}

/// What an event of the application's own is about: a record, or its key.
#[diagnostic::on_unimplemented(message = "`{Self}` is neither a `{M}` nor the key of one")]
pub trait Subject<M: Model>: Send + Sync {
    #[doc(hidden)]
    fn key(&self) -> M::Key;

    /// The record, if it is at hand: it saves a read where a field chooses the partition.
    #[doc(hidden)]
    fn record(&self) -> Option<&M> {
        None
    }
}

/// Publishes an event of the application's own.
pub async fn publish<M: Model, E: Payload<M>>(
    writer: &impl Write,
    of: &impl Subject<M>,
    event: &E,
) -> Result<()> {
    publish_when(writer, of, event, None).await
}

/// Publishes an event of the application's own once a time has passed.
pub async fn publish_after<M: Model, E: Payload<M>>(
    writer: &impl Write,
    of: &impl Subject<M>,
    event: &E,
    pause: Duration,
) -> Result<()> {
    publish_when(writer, of, event, Some(pause)).await
}

async fn publish_when<M: Model, E: Payload<M>>(
    writer: &impl Write,
    of: &impl Subject<M>,
    event: &E,
    pause: Option<Duration>,
) -> Result<()> {
    match writer.target() {
        Target::Transaction(tx) => publish_in(&tx, of, event, pause).await,
        Target::Store(store) => {
            store
                .transaction(async |tx| publish_in(&tx, of, event, pause).await)
                .await
        }
    }
}

async fn publish_in<M: Model, E: Payload<M>>(
    tx: &Transaction,
    of: &impl Subject<M>,
    event: &E,
    pause: Option<Duration>,
) -> Result<()> {
    if !tx.publishes() {
        return Ok(());
    }
    let entry = entry(tx, of, event).await?;
    let table = tx.store().binding().table(M::TABLE)?;
    let topic = table.topic.as_ref().ok_or_else(|| unknown::<M, E>())?;
    let partition = partition(topic, &entry);
    match pause {
        None => publish_entry(tx, partition, &entry),
        Some(pause) => delay(tx, partition, &entry, pause),
    }
}

async fn entry<M: Model, E: Payload<M>>(
    tx: &Transaction,
    of: &impl Subject<M>,
    event: &E,
) -> Result<Entry> {
    let binding = tx.store().binding();
    let table = binding.table(M::TABLE)?;
    let topic = table.topic.as_ref().ok_or_else(|| unknown::<M, E>())?;
    let bound = topic.own(E::EVENT).ok_or_else(|| unknown::<M, E>())?;
    let key = record_key::<M>(binding, table, &of.key())?;
    let mut out = Encoder::new(binding, bound.layout_bytes.clone());
    event.encode(&mut out);
    let payload = out.finish().map_err(|fault| Error::Invalid {
        place: format!("{}.{}.{}", M::TABLE.model, E::EVENT.name, fault.field),
        reason: fault.reason,
    })?;
    let order = if topic.topic.partition_by.is_none() {
        None
    } else {
        let stored = if let Some(record) = of.record() {
            let mut out = Encoder::new(binding, table.layout_bytes.clone());
            record.encode(&mut out);
            out.finish().map_err(|fault| Error::Invalid {
                place: format!("{}.{}", M::TABLE.model, fault.field),
                reason: fault.reason,
            })?
        } else {
            let reader = View::Transaction(tx.clone()).open().await?;
            reader.get(&key).await?.ok_or_else(|| Error::NotFound {
                model: M::TABLE.model,
                key: table.describe_key(binding, &key),
            })?
        };
        order(binding, table, topic, &stored).map_err(|error| binding.corrupt(&key, &error))?
    };
    Ok(Entry {
        id: EventId::random(),
        kind: bound.kind,
        time: Timestamp::now().as_microsecond(),
        key: key[table.records.len()..].to_vec(),
        order,
        before: None,
        after: Some(payload),
    })
}

fn unknown<M: Model, E: Payload<M>>() -> Error {
    Error::Schema(format!(
        "`{}` is not an event of `{}` in the schema that this store was opened with",
        E::EVENT.name,
        M::TABLE.name
    ))
}
