//! A record taken apart: its key, its fields and its entries, before and after a write.

use super::{Entries, Entry, Model, decode_fields, read::record_key};
use crate::{
    Error, Result, Timestamp,
    catalogue::{Binding, BoundTable},
    descriptor::Reference,
    value::{Decoder, Encoder},
};

/// A record taken apart.
pub(crate) struct Image {
    pub(super) key: Vec<u8>,
    /// The fields in the current layout, without extras.
    pub(super) fields: Vec<u8>,
    /// Entries of indexes that are ready.
    pub(super) entries: Vec<Entry>,
}

impl Image {
    /// What is stored of it.
    pub(super) fn stored(&self, table: &BoundTable, extras: &[u8]) -> Vec<u8> {
        [table.layout_bytes.as_slice(), &self.fields, extras].concat()
    }
}

/// A stored record: itself, its image, and fields that this build's layout lacks.
pub(super) struct Before<M> {
    pub(super) record: M,
    pub(super) image: Image,
    pub(super) extras: Vec<u8>,
}

impl<M> Before<M> {
    /// The fields that this build's layout lacks, behind the fields of the new image.
    pub(super) fn carry_extras(
        &self,
        binding: &Binding,
        table: &BoundTable,
        image: &Image,
    ) -> Result<Vec<u8>> {
        let fields = (self.image.fields.as_slice(), image.fields.as_slice());
        table
            .carry_extras(binding, fields, &self.extras)
            .map_err(|error| binding.corrupt(&image.key, &error))
    }
}

pub(super) fn image<M: Model>(binding: &Binding, table: &BoundTable, record: &M) -> Result<Image> {
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
    let mut out = Entries::new(binding, table, &key[table.records.len()..], fields);
    record.entries(&mut out);
    let mut entries = out.finish()?;
    entries.retain(|entry| table.indexes[entry.place].is_ready());
    Ok(entries)
}

/// Takes a stored record apart.
pub(super) fn open<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    stored: &[u8],
) -> Result<Before<M>> {
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
    Ok(Before {
        image,
        extras: extras.to_vec(),
        record,
    })
}

/// Checks the version, and moves version and `on-update` fields on if anything else changed.
pub(super) fn replace<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    record: &mut M,
    built: Image,
    before: &Before<M>,
    now: Timestamp,
) -> Result<Image> {
    if !M::STAMPED {
        return Ok(built);
    }
    let found = before.record.clone().version().copied();
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
    unstamped.keep_stamps(&before.record);
    let changed = image(binding, table, &unstamped)?.fields != before.image.fields;
    if changed {
        record.stamp(now);
    }
    if let Some(version) = record.version() {
        *version = version.saturating_add(1);
    }
    image(binding, table, record)
}

/// A record after a change that nobody asked a typed call for.
pub(crate) struct Rewritten {
    pub(super) image: Image,
    /// The entries it had.
    pub(super) old: Vec<Entry>,
    pub(super) extras: Vec<u8>,
}

/// A stored record with some references emptied: an update like any other.
pub(crate) fn cleared<M: Model>(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    stored: &[u8],
    references: &[&'static Reference],
    now: Timestamp,
) -> Result<Rewritten> {
    let before = open::<M>(binding, table, key, stored)?;
    let mut record = before.record.clone();
    for reference in references {
        record.clear(reference);
    }
    let built = image(binding, table, &record)?;
    let image = replace(binding, table, &mut record, built, &before, now)?;
    Ok(Rewritten {
        extras: before.carry_extras(binding, table, &image)?,
        image,
        old: before.image.entries,
    })
}
