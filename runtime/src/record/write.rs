//! Insert, update, put and modify.
//!
//! **Invariant:** a write reads everything it needs in one batch, checks everything, and only then touches the transaction's
//! buffer, so that a refused write leaves no trace. Only what changed is written.

use super::{
    Entry, Model,
    counts::{self, Counts},
    entries::find,
    image::{self, Before, Image, image, replace},
    known::{Known, claimed},
    parents::Parents,
    read::record_key,
};
use crate::{
    Error, Result, Timestamp, Write,
    catalogue::{Binding, BoundTable},
    events::Outbox,
    key::Exact,
    transaction::{Store, Target, Transaction, View, Writing},
};

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

/// Adds or replaces a record and returns it as stored. [`Error::VersionMismatch`] if there is one that was changed since it was read.
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
        let writing = tx.writing().await;
        let reader = View::Transaction(tx.clone()).open().await?;
        let binding = reader.store.binding();
        let table = binding.table(M::TABLE)?;
        let at = record_key::<M>(binding, table, key)?;
        let stored = reader
            .get(&at)
            .await?
            .ok_or_else(|| not_found(binding, table, &at))?;
        let before = image::open::<M>(binding, table, &at, &stored)?;
        let mut record = before.record.clone();
        change(&mut record);
        if record_key::<M>(binding, table, &record.key())? != at {
            return Err(Error::invalid(
                M::TABLE.model,
                "`modify` must not change the key; insert a new record and delete the old one",
            ));
        }
        let read = Some((stored, before));
        one(save_in(&tx, &writing, Mode::Update, vec![record], read).await?)
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
        Target::Transaction(tx) => {
            save_in(&tx, &tx.writing().await, mode, records.to_vec(), None).await
        }
        Target::Store(store) => {
            store
                .transaction(async |tx| {
                    save_in(&tx, &tx.writing().await, mode, records.to_vec(), None).await
                })
                .await
        }
    }
}

/// `read` is what the caller has read of the one record since it is the one to write.
async fn save_in<M: Model>(
    tx: &Transaction,
    _writing: &Writing<'_>,
    mode: Mode,
    mut records: Vec<M>,
    read: Option<(Vec<u8>, Before<M>)>,
) -> Result<Vec<M>> {
    let store = tx.store();
    let binding = store.binding();
    let table = binding.table(M::TABLE)?;
    if mode != Mode::Update {
        give_numbers(store, table, &mut records).await?;
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
    let mut outbox = Outbox::new(tx, binding, table);
    let mut parents = Parents::of(binding, &records, &images)?;
    let reader = View::Transaction(tx.clone()).open().await?;
    let mut known = Known::default();
    let own = || images.iter().map(|image| image.key.as_slice());
    let mut before = None;
    if let Some((stored, opened)) = read {
        known.learn(opened.image.key.clone(), stored);
        before = Some(opened);
    }
    let old = before.as_ref().map_or(&[][..], |it| &it.image.entries);
    let mut ahead = Vec::new();
    if store.reads_ahead() && (mode == Mode::Insert || before.is_some()) {
        ahead = to_be_written(&images, old);
        if mode == Mode::Insert {
            ahead.extend(heads(table, &outbox, &images));
            ahead.extend(parents.stripes(tx));
        }
    }
    let looked_at = own().chain(images.iter().flat_map(|image| claimed(image, old)));
    // An insert brings new references for sure; an update seldom changes one.
    let referred = parents.keys().filter(|_| mode == Mode::Insert);
    let ahead = ahead.iter().map(Vec::as_slice);
    known
        .read(&reader, looked_at.chain(referred).chain(ahead))
        .await?;
    let now = Timestamp::now();
    let mut counts = Counts::new(binding, table);
    for (at, (record, image)) in records.iter_mut().zip(images).enumerate() {
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
        let (mut image, old, extras) = match &previous {
            None => (
                fresh(binding, table, record, image, mode)?,
                Vec::new(),
                Vec::new(),
            ),
            Some(stored) => {
                let before = match before.take() {
                    Some(before) => before,
                    None => image::open::<M>(binding, table, &image.key, stored)?,
                };
                parents.unchanged(at, &before.record)?;
                counts.record(&before.record, -1);
                let image = replace(binding, table, record, image, &before, now)?;
                let extras = before.carry_extras(binding, table, &image)?;
                (image, before.image.entries, extras)
            }
        };
        counts.record(&*record, 1);
        // A stamp may have moved an exclusive entry: rare, and then one more read.
        known.read(&reader, claimed(&image, &old)).await?;
        known.write_entries(binding, table, std::mem::take(&mut image.entries), &old)?;
        let stored = image.stored(table, &extras);
        if previous.as_ref() != Some(&stored) {
            outbox.changed(&image.key, previous.as_deref(), Some(&stored))?;
            known.writes.insert(image.key, Some(stored));
        }
    }
    known.read(&reader, parents.keys()).await?;
    known.check_lengths(binding, table, store.limits())?;
    let counted = counts.finish()?;
    parents.guard(tx, |key| known.get(key).is_some())?;
    tx.write(known.writes)?;
    counts::add(tx, counted)?;
    outbox.publish()?;
    Ok(records)
}

/// Gives the records that ask for one their number.
async fn give_numbers<M: Model>(
    store: &Store,
    table: &BoundTable,
    records: &mut [M],
) -> Result<()> {
    if !M::NUMBERED {
        return Ok(());
    }
    let mut asking = Vec::new();
    for record in records {
        if record.number(None) == Some(0) {
            asking.push(record);
        }
    }
    if asking.is_empty() {
        return Ok(());
    }
    let numbers = store.next_numbers(table, asking.len()).await?;
    for (record, number) in asking.into_iter().zip(numbers) {
        record.number(Some(number)).ok_or_else(|| {
            let reason = format!("number {number} does not fit the key");
            Error::invalid(M::TABLE.model, reason)
        })?;
    }
    Ok(())
}

/// The keys of entries that a write puts or deletes, and need not read.
fn to_be_written(images: &[Image], old: &[Entry]) -> Vec<Vec<u8>> {
    let entries = images.iter().flat_map(|image| &image.entries);
    let is_old = |new: &&Entry| find(old, &new.key).is_some_and(|old| old.value == new.value);
    let stays = |key: &[u8]| {
        images
            .iter()
            .any(|image| find(&image.entries, key).is_some())
    };
    let goes = |old: &&Entry| !stays(&old.key);
    let put = entries.filter(|new| !is_old(new));
    put.chain(old.iter().filter(goes))
        .map(|entry| entry.key.clone())
        .collect()
}

/// The heads of logs that an insert of these records appends to.
fn heads<'a>(
    table: &'a BoundTable,
    outbox: &'a Outbox<'_>,
    images: &'a [Image],
) -> impl Iterator<Item = Vec<u8>> + 'a {
    let head = |image: &Image| outbox.head(&image.key, &image.stored(table, &[]));
    images.iter().filter_map(head)
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
