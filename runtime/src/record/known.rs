//! What a write knows of the store, and what it does to it.

use super::{Entry, entries::find, image::Image};
use crate::{
    Error, Result,
    catalogue::{Binding, BoundTable},
    engine::Limits,
    key::describe,
    transaction::Reader,
};
use std::collections::{BTreeMap, HashMap};

/// What the store holds under the keys that a write looks at, with the writes of the batch so far on top.
#[derive(Default)]
pub(super) struct Known {
    stored: HashMap<Vec<u8>, Option<Vec<u8>>>,
    pub(super) writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Known {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Vec<u8>> {
        match self.writes.get(key) {
            Some(written) => written.as_ref(),
            None => self.stored.get(key).and_then(Option::as_ref),
        }
    }

    /// Takes note of what was read already.
    pub(super) fn learn(&mut self, key: Vec<u8>, stored: Vec<u8>) {
        self.stored.insert(key, Some(stored));
    }

    /// Reads those of the keys that nobody has read or written yet, in one batch.
    pub(super) async fn read(
        &mut self,
        reader: &Reader,
        keys: impl IntoIterator<Item = &[u8]> + Send,
    ) -> Result<()> {
        let unknown =
            |key: &&[u8]| !self.stored.contains_key(*key) && !self.writes.contains_key(*key);
        let mut keys: Vec<Vec<u8>> = keys
            .into_iter()
            .filter(unknown)
            .map(<[u8]>::to_vec)
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        keys.sort_unstable();
        keys.dedup();
        let found = reader.get_many(&keys).await?;
        self.stored.extend(keys.into_iter().zip(found));
        Ok(())
    }

    /// Writes the entries that are new or changed, deletes those that are gone. The keys of exclusive ones were read.
    pub(super) fn write_entries(
        &mut self,
        binding: &Binding,
        table: &BoundTable,
        new: Vec<Entry>,
        old: &[Entry],
    ) -> Result<()> {
        for entry in old {
            if find(&new, &entry.key).is_none() {
                self.writes.insert(entry.key.clone(), None);
            }
        }
        for entry in new {
            if let Some(before) = find(old, &entry.key) {
                if before.value == entry.value {
                    continue;
                }
            } else if entry.exclusive && self.get(&entry.key).is_some() {
                let bound = &table.indexes[entry.place];
                let parts = &entry.key[bound.entries.len()..];
                return Err(Error::UniqueViolation {
                    model: table.table.model,
                    index: bound.index.name,
                    value: describe(binding, bound.index.parts, parts),
                });
            }
            self.writes.insert(entry.key, Some(entry.value));
        }
        Ok(())
    }

    /// Refuses keys and values over the engine's limits, with the name of what is too long.
    pub(super) fn check_lengths(
        &self,
        binding: &Binding,
        table: &BoundTable,
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
        for (key, value) in &self.writes {
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
}

/// The keys of entries that no other record may have, and that are not among the old ones.
pub(super) fn claimed<'a>(image: &'a Image, old: &'a [Entry]) -> impl Iterator<Item = &'a [u8]> {
    let exclusive = image.entries.iter().filter(|entry| entry.exclusive);
    let keys = exclusive.map(|entry| entry.key.as_slice());
    keys.filter(|key| find(old, key).is_none())
}
