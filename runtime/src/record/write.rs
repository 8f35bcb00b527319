//! Insert, update, put and modify.
//!
//! **Invariant:** a write reads everything it needs in one batch, checks everything, and only then touches the transaction's
//! buffer, so that a refused write leaves no trace. Only what changed is written.

use super::{Entries, Entry, Model, decode_fields, read::decode, read::record_key};
use crate::{
    Error, Result, Timestamp, Write,
    catalogue::{Binding, BoundTable},
    engine::Limits,
    events::Outbox,
    key::{Exact, describe},
    transaction::{Target, Transaction, View},
    value::{Decoder, Encoder},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Insert,
    Update,
    Put,
}

/// Adds a record and returns it as stored: with its number and its version. [`Error::AlreadyExists`] if its key is taken.
pub async fn insert<M: Model>(writer: &impl Write, record: &M) -> Result<M> {
    one(save(writer.target(), Mode::Insert, std::slice::from_ref(record)).await?)
}

/// Adds many records, all or none, with one batch of reads.
pub async fn insert_many<M: Model>(writer: &impl Write, records: &[M]) -> Result<Vec<M>> {
    save(writer.target(), Mode::Insert, records).await
}

/// Replaces a record and returns it as stored. [`Error::NotFound`] if there is none, [`Error::VersionMismatch`] if it was
/// changed since it was read.
pub async fn update<M: Model>(writer: &impl Write, record: &M) -> Result<M> {
    one(save(writer.target(), Mode::Update, std::slice::from_ref(record)).await?)
}

/// Adds or replaces a record and returns it as stored.
pub async fn put<M: Model>(writer: &impl Write, record: &M) -> Result<M> {
    one(save(writer.target(), Mode::Put, std::slice::from_ref(record)).await?)
}

/// Reads a record, changes it, writes it, and returns it as stored. [`Error::NotFound`] if there is none.
pub async fn modify<M: Model>(
    writer: &impl Write,
    key: impl Exact<M::Key>,
    change: impl Fn(&mut M) + Send + Sync,
) -> Result<M> {
    let (key, change) = (&key, &change);
    let body = async |tx: Transaction| {
        let reader = View::Transaction(tx.clone()).open().await?;
        let binding = reader.store.binding();
        let table = binding.table(M::TABLE)?;
        let at = record_key::<M>(binding, table, key)?;
        let stored = reader
            .get(&at)
            .await?
            .ok_or_else(|| not_found(binding, table, &at))?;
        let mut record: M = decode(binding, table, &at, &stored)?;
        change(&mut record);
        if record_key::<M>(binding, table, &record.key())? != at {
            return Err(Error::invalid(
                M::TABLE.model,
                "`modify` must not change the key; insert a new record and delete the old one",
            ));
        }
        one(save_in(&tx, Mode::Update, vec![record]).await?)
    };
    match writer.target() {
        Target::Transaction(tx) => body(tx).await,
        Target::Store(store) => store.transaction(body).await,
    }
}

/// Reads or sets a numbered key; `None` if the number does not fit the key's type.
pub fn number<T: TryFrom<u64> + Copy>(field: &mut T, number: Option<u64>) -> Option<u64>
where
    u64: TryFrom<T>,
{
    if let Some(number) = number {
        *field = T::try_from(number).ok()?;
    }
    // A negative number is the caller's own, so not 0, which asks for one.
    Some(u64::try_from(*field).unwrap_or(u64::MAX))
}

fn one<M>(saved: Vec<M>) -> Result<M> {
    saved
        .into_iter()
        .next()
        .ok_or_else(|| Error::invalid("write", "it gave no record"))
}

fn not_found(binding: &Binding, table: &BoundTable, key: &[u8]) -> Error {
    Error::NotFound {
        model: table.table.model,
        key: table.describe_key(binding, key),
    }
}

async fn save<M: Model>(target: Target, mode: Mode, records: &[M]) -> Result<Vec<M>> {
    match target {
        Target::Transaction(tx) => save_in(&tx, mode, records.to_vec()).await,
        Target::Store(store) => {
            store
                .transaction(async |tx| save_in(&tx, mode, records.to_vec()).await)
                .await
        }
    }
}

/// A record taken apart.
struct Image {
    key: Vec<u8>,
    /// The fields in the current layout, without extras.
    fields: Vec<u8>,
    /// Entries of indexes that are ready.
    entries: Vec<Entry>,
}

fn image<M: Model>(binding: &Binding, table: &BoundTable, record: &M) -> Result<Image> {
    let key = record_key::<M>(binding, table, &record.key())?;
    let mut out = Encoder::new(binding, Vec::with_capacity(128));
    record.encode(&mut out);
    let fields = out.finish().map_err(|fault| Error::Invalid {
        place: format!("{}.{}", M::TABLE.model, fault.field),
        reason: fault.reason,
    })?;
    let entries = entries(binding, table, &key, &fields, record)?;
    Ok(Image {
        key,
        fields,
        entries,
    })
}

/// The entries of a record in indexes that are ready; the others are filled when the store is opened.
fn entries<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    fields: &[u8],
    record: &M,
) -> Result<Vec<Entry>> {
    let stored = [table.layout_bytes.as_slice(), fields].concat();
    let mut out = Entries::new(binding, table, &key[table.records.len()..], &stored);
    record.entries(&mut out);
    let mut entries = out.finish()?;
    entries.retain(|entry| table.indexes[entry.place].is_ready());
    Ok(entries)
}

/// What the store holds under the keys that a write looks at, with the writes of the batch so far on top.
struct Known {
    stored: HashMap<Vec<u8>, Option<Vec<u8>>>,
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Known {
    fn get(&self, key: &[u8]) -> Option<&Vec<u8>> {
        match self.writes.get(key) {
            Some(written) => written.as_ref(),
            None => self.stored.get(key).and_then(Option::as_ref),
        }
    }
}

async fn save_in<M: Model>(tx: &Transaction, mode: Mode, mut records: Vec<M>) -> Result<Vec<M>> {
    let _writing = tx.writing().await;
    let store = tx.store();
    let binding = store.binding();
    let table = binding.table(M::TABLE)?;
    if M::NUMBERED && mode != Mode::Update {
        for record in &mut records {
            if record.number(None) == Some(0) {
                let number = store.next_number(table).await?;
                record.number(Some(number)).ok_or_else(|| {
                    Error::invalid(
                        M::TABLE.model,
                        format!("number {number} does not fit the key"),
                    )
                })?;
            }
        }
    }
    if mode == Mode::Insert {
        for version in records.iter_mut().filter_map(Model::version) {
            *version = 1;
        }
    }
    let images = records
        .iter()
        .map(|record| image(binding, table, record))
        .collect::<Result<Vec<_>>>()?;
    let reader = View::Transaction(tx.clone()).open().await?;
    let mut keys: BTreeSet<&[u8]> = BTreeSet::new();
    for image in &images {
        keys.insert(&image.key);
        let exclusive = image.entries.iter().filter(|entry| entry.exclusive);
        keys.extend(exclusive.map(|entry| entry.key.as_slice()));
    }
    let keys: Vec<Vec<u8>> = keys.into_iter().map(<[u8]>::to_vec).collect();
    let found = reader.get_many(&keys).await?;
    let mut known = Known {
        stored: keys.into_iter().zip(found).collect(),
        writes: BTreeMap::new(),
    };
    let now = Timestamp::now();
    let mut outbox = Outbox::new(tx, binding, table);
    for (record, image) in records.iter_mut().zip(images) {
        let previous = known.get(&image.key).cloned();
        match (&previous, mode) {
            (Some(_), Mode::Insert) => {
                return Err(Error::AlreadyExists {
                    model: M::TABLE.model,
                    key: table.describe_key(binding, &image.key),
                });
            }
            (None, Mode::Update) => return Err(not_found(binding, table, &image.key)),
            _ => {}
        }
        let (image, old, extras) = match &previous {
            None => (
                fresh(binding, table, record, image, mode)?,
                Vec::new(),
                Vec::new(),
            ),
            Some(stored) => {
                let (old, old_image, extras) = open_old::<M>(binding, table, &image.key, stored)?;
                let image = replace(binding, table, record, image, (&old, &old_image), now)?;
                let fields = (old_image.fields.as_slice(), image.fields.as_slice());
                let extras = table
                    .carry_extras(binding, fields, &extras)
                    .map_err(|error| binding.corrupt(&image.key, &error))?;
                (image, old_image.entries, extras)
            }
        };
        // A stamp may have moved an exclusive entry: rare, and then one more read.
        for entry in image.entries.iter().filter(|entry| entry.exclusive) {
            if !known.stored.contains_key(&entry.key) && !known.writes.contains_key(&entry.key) {
                let value = reader.get(&entry.key).await?;
                known.stored.insert(entry.key.clone(), value);
            }
        }
        write_entries(binding, table, &image, &old, &mut known)?;
        let stored = [&table.layout_bytes, &image.fields, &extras]
            .map(Vec::as_slice)
            .concat();
        if previous.as_ref() != Some(&stored) {
            outbox.changed(&image.key, previous.as_deref(), Some(&stored))?;
            known.writes.insert(image.key, Some(stored));
        }
    }
    check_lengths(binding, table, &known.writes, store.limits())?;
    tx.write(known.writes)?;
    outbox.publish()?;
    Ok(records)
}

/// A record that was not there: `put` gives it its first version.
fn fresh<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    record: &mut M,
    built: Image,
    mode: Mode,
) -> Result<Image> {
    match record.version() {
        Some(version) if mode == Mode::Put && *version != 1 => {
            *version = 1;
            image(binding, table, record)
        }
        _ => Ok(built),
    }
}

/// The stored record, its image, and its extras.
fn open_old<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    stored: &[u8],
) -> Result<(M, Image, Vec<u8>)> {
    let corrupt = |error| binding.corrupt(key, &error);
    let current = table.current(binding, stored).map_err(corrupt)?;
    let (record, extras): (M, _) =
        decode_fields(Decoder::new(binding, &current)).map_err(corrupt)?;
    let (fields, extras) = current.split_at(current.len() - extras.len());
    let image = Image {
        key: key.to_vec(),
        fields: fields.to_vec(),
        entries: entries(binding, table, key, fields, &record)?,
    };
    Ok((record, image, extras.to_vec()))
}

/// Checks the version, and moves version and `on-update` fields on if anything else changed.
fn replace<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    record: &mut M,
    built: Image,
    (old, old_image): (&M, &Image),
    now: Timestamp,
) -> Result<Image> {
    if !M::STAMPED {
        return Ok(built);
    }
    let found = old.clone().version().copied();
    let expected = record.version().map(|version| *version);
    if let (Some(found), Some(expected)) = (found, expected)
        && found != expected
    {
        return Err(Error::VersionMismatch {
            model: M::TABLE.model,
            key: table.describe_key(binding, &built.key),
            expected,
            found,
        });
    }
    let mut unstamped = record.clone();
    unstamped.keep_stamps(old);
    let changed = image(binding, table, &unstamped)?.fields != old_image.fields;
    if changed {
        record.stamp(now);
    }
    if let Some(version) = record.version() {
        *version = version.saturating_add(1);
    }
    image(binding, table, record)
}

/// Writes the entries that are new or changed, deletes those that are gone.
fn write_entries(
    binding: &Binding,
    table: &BoundTable,
    image: &Image,
    old: &[Entry],
    known: &mut Known,
) -> Result<()> {
    let own = |key: &[u8]| old.iter().find(|entry| entry.key == key);
    for entry in &image.entries {
        if let Some(before) = own(&entry.key) {
            if before.value == entry.value {
                continue;
            }
        } else if entry.exclusive && known.get(&entry.key).is_some() {
            let bound = &table.indexes[entry.place];
            let parts = &entry.key[bound.entries.len()..];
            return Err(Error::UniqueViolation {
                model: table.table.model,
                index: bound.index.name,
                value: describe(binding, bound.index.parts, parts),
            });
        }
        known
            .writes
            .insert(entry.key.clone(), Some(entry.value.clone()));
    }
    for entry in old {
        if !image.entries.iter().any(|new| new.key == entry.key) {
            known.writes.insert(entry.key.clone(), None);
        }
    }
    Ok(())
}

/// Refuses keys and values over the engine's limits, with the name of what is too long.
fn check_lengths(
    binding: &Binding,
    table: &BoundTable,
    writes: &BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    limits: Limits,
) -> Result<()> {
    let refuse = |key: &[u8], what: &str, length: usize, limit: usize| {
        Err(Error::invalid(
            table.table.model,
            format!(
                "the {what} of {} takes {length} bytes, at most {limit} are allowed; give the field a `max=`",
                binding.owner_of(key)
            ),
        ))
    };
    for (key, value) in writes {
        let value = value.as_ref().map_or(0, Vec::len);
        if key.len() > limits.key {
            return refuse(key, "key", key.len(), limits.key);
        }
        if value > limits.value {
            return refuse(key, "value", value, limits.value);
        }
    }
    Ok(())
}
