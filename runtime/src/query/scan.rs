//! The part of a query that is not generic: which index, which range, which page.

use super::cursor::{Cursor, FINGERPRINT, Gap};
use crate::{
    Error, Result,
    catalogue::{Binding, BoundIndex, BoundTable},
    descriptor::{Include, Index, Part, Table},
    engine::{KeyRange, Pair},
    key::{PartSpan, part_bounds, parts_length},
    record::entry_record_parts,
    value::{DecodeError, Decoder},
};
use std::sync::OnceLock;

/// Rows of a page unless a limit is given.
pub(super) const PAGE: usize = 50;

/// A query without its types.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub(super) table: &'static Table,
    /// `None` reads the primary key.
    pub(super) index: Option<&'static Index>,
    pub(super) spans: Vec<PartSpan>,
    pub(super) limit: Option<usize>,
    pub(super) reverse: bool,
    pub(super) after: Option<Cursor>,
    pub(super) before: Option<Cursor>,
    /// Each record once, though several of its entries match.
    pub(super) distinct: bool,
}

/// A query at a store: where its entries are.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) binding: &'a Binding,
    pub(super) table: &'a BoundTable,
    pub(super) index: Option<&'a BoundIndex>,
    pub(super) parts: &'static [Part],
    /// What every key starts with.
    pub(super) prefix: &'a [u8],
    /// All keys that the arguments ask for, without cursors.
    pub(super) range: KeyRange,
    /// What tells this query from others of the store; worked out when a cursor needs it.
    fingerprint: OnceLock<[u8; FINGERPRINT]>,
    scan: &'a Scan,
}

impl Scan {
    /// Finds the index and the range; an error if an argument cannot stand in a key, or the index is not ready.
    pub(super) fn place<'a>(&'a self, binding: &'a Binding) -> Result<Place<'a>> {
        let table = binding.table(self.table)?;
        let index = self.index.map(|index| table.ready(index)).transpose()?;
        let (prefix, parts): (&[u8], _) = match index {
            Some(bound) => (&bound.entries, bound.index.parts),
            None => (&table.records, self.table.key),
        };
        let range =
            part_bounds(binding, parts, &self.spans, prefix.to_vec()).map_err(|reason| {
                let name = self.index.map_or("by_key", |index| index.name);
                Error::invalid(format!("{}::{name}", self.table.name), reason)
            })?;
        Ok(Place {
            binding,
            table,
            index,
            parts,
            prefix,
            range,
            fingerprint: OnceLock::new(),
            scan: self,
        })
    }

    /// What tells this query from others of the store: index, direction, arguments.
    fn fingerprint(&self, prefix: &[u8], range: &KeyRange) -> [u8; FINGERPRINT] {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(prefix);
        part(&range.start);
        part(range.end.as_deref().unwrap_or_default());
        part(&[u8::from(self.reverse), u8::from(self.distinct)]);
        let mut fingerprint = [0; FINGERPRINT];
        fingerprint.copy_from_slice(&hasher.finalize().as_bytes()[..FINGERPRINT]);
        fingerprint
    }
}

impl<'a> Place<'a> {
    fn fingerprint(&self) -> [u8; FINGERPRINT] {
        *self
            .fingerprint
            .get_or_init(|| self.scan.fingerprint(self.prefix, &self.range))
    }

    /// The gap of a cursor.
    pub(super) fn gap(&self, cursor: Option<&Cursor>) -> Result<Option<Gap>> {
        let secret = &self.binding.cursor_secret;
        cursor
            .map(|cursor| Gap::open(cursor, secret, self.fingerprint(), self.prefix))
            .transpose()
    }

    /// The cursor of a gap.
    pub(super) fn cursor(&self, gap: &Gap) -> Cursor {
        gap.seal(
            &self.binding.cursor_secret,
            self.fingerprint(),
            self.prefix.len(),
        )
    }

    /// The parts of an entry's key, and what the entry includes.
    pub(super) fn split_entry<'p>(
        &self,
        (key, value): &'p Pair,
    ) -> Result<(&'p [u8], &'p [u8]), DecodeError>
    where
        'a: 'p,
    {
        let (parts, suffix) = self.split_key(key)?;
        if !suffix.is_empty() {
            return Ok((parts, value));
        }
        let mut from = Decoder::new(self.binding, value);
        from.sized()?;
        Ok((parts, from.rest()))
    }

    fn split_key<'p>(&self, key: &'p [u8]) -> Result<(&'p [u8], &'p [u8]), DecodeError> {
        let behind = key.get(self.prefix.len()..).ok_or(DecodeError::Truncated)?;
        let length = parts_length(self.parts, behind)?;
        Ok(behind.split_at(length))
    }

    /// The parts of the key of the record that a pair belongs to.
    pub(super) fn record_parts<'p>(&self, pair: &'p Pair) -> Result<&'p [u8]>
    where
        'a: 'p,
    {
        match self.index {
            // A scan of the table gives nothing else.
            None => Ok(pair.0.get(self.prefix.len()..).unwrap_or_default()),
            Some(index) => entry_record_parts(self.binding, index, pair),
        }
    }

    /// The whole key of the record that a pair belongs to.
    pub(super) fn record_key(&self, pair: &Pair) -> Result<Vec<u8>> {
        Ok([&self.table.records, self.record_parts(pair)?].concat())
    }

    /// A reader of what entries include.
    pub(super) fn include_decoder<'p>(&self, value: &'p [u8]) -> Result<Decoder<'p>, DecodeError>
    where
        'a: 'p,
    {
        let mut from = Decoder::new(self.binding, value);
        if let Some(bound) = self.index
            && let Include::Fields(fields) = bound.index.include
        {
            from.open(fields)?;
        }
        Ok(from)
    }
}
