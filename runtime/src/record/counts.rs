//! Counts: how many records there are of each value, kept by every write.
//!
//! A count is a counter of the engine: writers that add to one do not stand in each other's way, and reading it costs the
//! same whatever it says.

use super::Model;
use crate::{
    Error, Read, Result,
    catalogue::{Binding, BoundTable},
    descriptor::{Index, Table},
    key::{KeyPart, KeyWriter, PartSpan, part_bounds},
    transaction::Transaction,
    value::Decoder,
};
use std::{collections::BTreeMap, fmt};

/// What the records of one write add to the counts of their table.
#[derive(Debug)]
pub struct Counts<'a> {
    binding: &'a Binding,
    table: &'a BoundTable,
    /// What the record at hand counts for, each once.
    current: Vec<Vec<u8>>,
    deltas: BTreeMap<Vec<u8>, i64>,
    /// Place of the only count that is filled; otherwise all that are ready are kept.
    filling: Option<usize>,
    fault: Option<Error>,
}

impl<'a> Counts<'a> {
    pub(crate) const fn new(binding: &'a Binding, table: &'a BoundTable) -> Self {
        Self {
            binding,
            table,
            current: Vec::new(),
            deltas: BTreeMap::new(),
            filling: None,
            fault: None,
        }
    }

    /// Counts records for one count alone, which is not ready yet.
    pub(crate) const fn filling(binding: &'a Binding, table: &'a BoundTable, place: usize) -> Self {
        let mut counts = Self::new(binding, table);
        counts.filling = Some(place);
        counts
    }

    /// The record at hand counts for this value.
    pub fn add(&mut self, count: &'static Index, parts: &[&dyn KeyPart]) {
        let bound = &self.table.counts[count.place];
        let wanted = match self.filling {
            None => bound.is_ready(), // The others are filled when the store is opened.
            Some(place) => place == count.place,
        };
        if !wanted {
            return;
        }
        let mut out = KeyWriter::bound(self.binding, bound.entries.clone());
        for (value, part) in parts.iter().zip(count.parts) {
            let start = out.bytes.len();
            value.put(&mut out);
            out.arrange(start, part);
        }
        match out.finish() {
            Ok(key) => self.current.push(key),
            Err(reason) => {
                let place = format!("{}, count `{}`", self.table.table.model, count.name);
                self.fault.get_or_insert(Error::Invalid { place, reason });
            }
        }
    }

    /// Counts a record so often: 1 for one that comes, −1 for one that goes.
    pub(crate) fn record<M: Model>(&mut self, record: &M, times: i64) {
        if !self.table.counts.is_empty() {
            record.counts(self);
            self.take(times);
        }
    }

    /// [`Counts::record`] of a stored record.
    pub(crate) fn stored(&mut self, key: &[u8], stored: &[u8], times: i64) -> Result<()> {
        if self.table.counts.is_empty() {
            return Ok(());
        }
        let corrupt = |error| self.binding.corrupt(key, &error);
        let fields = self.table.current(self.binding, stored).map_err(corrupt)?;
        let mut from = Decoder::new(self.binding, &fields);
        (self.table.table.erased.counts)(&mut from, self).map_err(corrupt)?;
        self.take(times);
        Ok(())
    }

    fn take(&mut self, times: i64) {
        self.current.sort_unstable();
        self.current.dedup();
        for key in self.current.drain(..) {
            *self.deltas.entry(key).or_default() += times;
        }
    }

    /// What is added to each counter; nothing where nothing changes.
    pub(crate) fn finish(self) -> Result<BTreeMap<Vec<u8>, i64>> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut deltas = self.deltas;
        deltas.retain(|_, delta| *delta != 0);
        Ok(deltas)
    }
}

/// Adds to the counters of a transaction.
pub(super) fn add(tx: &Transaction, deltas: BTreeMap<Vec<u8>, i64>) -> Result<()> {
    deltas
        .into_iter()
        .try_for_each(|(counter, delta)| tx.add(counter, delta))
}

/// How many records there are of one value. Read it with [`Count::get`].
#[must_use = "a count does nothing until it is read, with `.get`"]
pub struct Count {
    table: &'static Table,
    of: &'static Index,
    spans: Vec<PartSpan>,
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Count")
            .field("table", &self.table.name)
            .field("count", &self.of.name)
            .finish_non_exhaustive()
    }
}

/// The count of a value.
#[doc(hidden)]
pub fn count<const N: usize>(
    table: &'static Table,
    of: &'static Index,
    spans: [PartSpan; N],
) -> Count {
    Count {
        table,
        of,
        spans: spans.to_vec(),
    }
}

impl Count {
    /// Reads it: exact, and one short scan whatever it says. A transaction sees its own writes.
    pub async fn get(&self, reader: &impl Read) -> Result<u64> {
        let reader = reader.view().open().await?;
        let binding = reader.store.binding();
        let table = binding.table(self.table)?;
        let bound = table.ready_count(self.of)?;
        let key = part_bounds(binding, self.of.parts, &self.spans, bound.entries.clone())
            .map_err(|reason| {
                Error::invalid(format!("{}::{}", self.table.name, self.of.name), reason)
            })?
            .start;
        let count = reader.counter(&key).await?;
        u64::try_from(count).map_err(|_| {
            binding.corrupt(
                &key,
                &format!("a count of {count}; records cannot be fewer than none"),
            )
        })
    }
}
