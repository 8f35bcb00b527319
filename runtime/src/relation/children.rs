//! The way back: the records that refer to a target.

use crate::{
    Error, Result,
    catalogue::{Binding, BoundIndex, BoundTable},
    descriptor::{Back, Part, Reference},
    engine::{KeyRange, Pair, ScanOptions},
    key::{arrange, part_length, prefix_range},
    record::entry_record_key,
    transaction::Reader,
    value::DecodeError,
};

/// Where a store keeps the records that refer by one reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Children<'a> {
    binding: &'a Binding,
    pub(crate) reference: &'static Reference,
    pub(crate) table: &'a BoundTable,
    pub(crate) target: &'a BoundTable,
    /// `None`: the records themselves lie in the order of the reference.
    index: Option<&'a BoundIndex>,
}

impl<'a> Children<'a> {
    /// An error if the index that leads back is not ready.
    pub(crate) fn of(binding: &'a Binding, reference: &'static Reference) -> Result<Self> {
        let table = binding.table(reference.table)?;
        let index = match reference.back {
            Back::Key => None,
            Back::Index(index) => Some(table.ready(index)?),
            Back::None => return Err(no_way_back(reference)),
        };
        Ok(Self {
            binding,
            reference,
            table,
            target: binding.table(reference.target)?,
            index,
        })
    }

    /// Whether the pairs of a range are records, not entries of an index.
    pub(crate) const fn are_records(&self) -> bool {
        self.index.is_none()
    }

    const fn parts(&self) -> &'static [Part] {
        match self.index {
            None => self.table.table.key,
            Some(bound) => bound.index.parts,
        }
    }

    /// The pairs of the records that refer to the target with this whole key.
    pub(crate) fn range(&self, target: &[u8]) -> Result<KeyRange> {
        let key = target.get(self.target.records.len()..).unwrap_or_default();
        let values = split(self.target.table.key, key)
            .map_err(|error| self.binding.corrupt(target, &error))?;
        let mut prefix = match self.index {
            None => self.table.records.clone(),
            Some(bound) => bound.entries.clone(),
        };
        for part in &self.parts()[..self.reference.by.len()] {
            let place = self.reference.by.iter().position(|by| by.name == part.name);
            let (_, value) = place
                .and_then(|place| values.get(place))
                .ok_or_else(|| no_way_back(self.reference))?;
            let start = prefix.len();
            if part.optional {
                prefix.push(1);
            }
            prefix.extend_from_slice(value);
            arrange(&mut prefix, start, part);
        }
        Ok(prefix_range(prefix))
    }

    /// The whole key of the record that a pair belongs to.
    pub(crate) fn record_key(&self, pair: &Pair) -> Result<Vec<u8>> {
        match self.index {
            None => Ok(pair.0.clone()),
            Some(index) => entry_record_key(self.binding, self.table, index, pair),
        }
    }

    /// The whole key of the first record that refers to the target. One scan of one pair.
    pub(crate) async fn first(&self, reader: &Reader, target: &[u8]) -> Result<Option<Vec<u8>>> {
        let options = ScanOptions {
            limit: 1,
            reverse: false,
            keys_only: false,
        };
        let pairs = reader.scan(&self.range(target)?, options).await?;
        pairs.first().map(|pair| self.record_key(pair)).transpose()
    }

    /// Whether pairs hold the key of another reference, so that the record need not be read for it.
    pub(crate) fn carries(&self, other: &Reference) -> bool {
        other
            .by
            .iter()
            .all(|by| self.carried().any(|part| part.name == by.name))
    }

    fn carried(&self) -> impl Iterator<Item = &'static Part> {
        let parts = self.parts().iter().chain(self.table.table.key);
        parts.filter(|part| !part.lower)
    }

    /// The whole key of the target of another reference, from a pair that carries it; `None` if it is absent.
    pub(crate) fn carried_key(&self, other: &Reference, pair: &Pair) -> Result<Option<Vec<u8>>> {
        let record = self.record_key(pair)?;
        let target = self.binding.table(other.target)?;
        let read = || {
            let carried = self.carried_values(pair, &record)?;
            let mut key = target.records.clone();
            for by in other.by {
                let same = |(part, _): &&(&Part, &[u8])| part.name == by.name && !part.lower;
                let (part, value) = carried.iter().find(same).ok_or(DecodeError::Truncated)?;
                let mask = if part.desc { 0xff } else { 0 };
                let mut value = value.iter().map(|byte| byte ^ mask);
                if part.optional && value.next() != Some(1) {
                    return Ok(None);
                }
                key.extend(value);
            }
            Ok(Some(key))
        };
        read().map_err(|error: DecodeError| self.binding.corrupt(&pair.0, &error))
    }

    /// The parts of an entry, and those of its record's key.
    fn carried_values<'p>(
        &self,
        pair: &'p Pair,
        record: &'p [u8],
    ) -> Result<Vec<(&'static Part, &'p [u8])>, DecodeError> {
        let mut values = match self.index {
            None => Vec::new(),
            Some(bound) => split(bound.index.parts, &pair.0[bound.entries.len()..])?,
        };
        let key = &record[self.table.records.len()..];
        values.extend(split(self.table.table.key, key)?);
        Ok(values)
    }
}

/// Each part at the start of `bytes`, with its bytes.
fn split<'b>(
    parts: &'static [Part],
    bytes: &'b [u8],
) -> Result<Vec<(&'static Part, &'b [u8])>, DecodeError> {
    let mut rest = bytes;
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        let (value, tail) = rest.split_at(part_length(part, rest)?);
        values.push((part, value));
        rest = tail;
    }
    Ok(values)
}

fn no_way_back(reference: &Reference) -> Error {
    Error::Schema(format!(
        "`{}` of `{}` has no index to find its records by; generate the code anew",
        reference.name, reference.table.name
    ))
}
