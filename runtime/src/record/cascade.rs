//! What a delete takes with it: records that go too, records that forget, and what must hold at commit.

use super::{
    counts::{self, Counts},
    image::Rewritten,
    known::{Known, claimed},
    parents::{Check, existence_key},
};
use crate::{
    Result, Timestamp,
    catalogue::{Binding, BoundTable},
    descriptor::{OnDelete, Reference, Table},
    engine::ScanOptions,
    events::Outbox,
    record::Entries,
    relation::Children,
    transaction::{Reader, Transaction},
    value::Decoder,
};
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Parents whose children are looked up side by side.
const SIDE_BY_SIDE: usize = 64;

/// What a delete of some records does in all.
pub(super) struct Cascade<'a> {
    binding: &'a Binding,
    /// The records that go, by whole key; parents stand before their children.
    pub(super) order: Vec<(&'static Table, Vec<u8>)>,
    stored: HashMap<Vec<u8>, Vec<u8>>,
    /// By which references the records that stay forget, by whole key.
    cleared: BTreeMap<Vec<u8>, Cleared>,
    checks: Vec<Check>,
    /// How many of the records that were asked for are there.
    pub(super) asked: u64,
    /// Whether the bound left nothing out.
    pub(super) is_whole: bool,
}

struct Cleared {
    table: &'static Table,
    references: Vec<&'static Reference>,
}

/// How far a cascade may go.
pub(super) struct Reach<'s> {
    /// Records that may go or change, besides those that were asked for.
    pub(super) bound: usize,
    /// Records that somebody else will delete.
    pub(super) spared: &'s HashSet<Vec<u8>>,
}

impl<'a> Cascade<'a> {
    /// Follows the references to these records of `table`, level by level.
    pub(super) async fn of(
        reader: &'a Reader,
        table: &'static Table,
        mut keys: Vec<Vec<u8>>,
        reach: &Reach<'_>,
    ) -> Result<Self> {
        keys.sort_unstable();
        keys.dedup();
        let mut cascade = Self {
            binding: reader.store.binding(),
            order: Vec::new(),
            stored: HashMap::new(),
            cleared: BTreeMap::new(),
            checks: Vec::new(),
            asked: 0,
            is_whole: true,
        };
        let found = reader.get_many(&keys).await?;
        for (key, stored) in keys.into_iter().zip(found) {
            if let Some(stored) = stored {
                cascade.order.push((table, key.clone()));
                cascade.stored.insert(key, stored);
                cascade.asked += 1;
            }
        }
        let mut done = 0;
        while done < cascade.order.len() && cascade.is_whole {
            let level = cascade.order.split_off(done);
            cascade.order.extend_from_slice(&level);
            done = cascade.order.len();
            for parents in level.chunk_by(|left, right| std::ptr::eq(left.0, right.0)) {
                cascade.follow(reader, parents, reach).await?;
            }
        }
        let stored = &cascade.stored;
        cascade.cleared.retain(|key, _| !stored.contains_key(key));
        Ok(cascade)
    }

    /// Adds what refers to the parents, which are of one table.
    async fn follow(
        &mut self,
        reader: &Reader,
        parents: &[(&'static Table, Vec<u8>)],
        reach: &Reach<'_>,
    ) -> Result<()> {
        let Some((table, _)) = parents.first() else {
            return Ok(());
        };
        let binding = self.binding;
        for reference in &binding.table(table)?.incoming {
            if reference.on_delete == OnDelete::Restrict {
                self.checks
                    .extend(parents.iter().map(|(_, key)| Check::Childless {
                        reference,
                        parent: key.clone(),
                    }));
                continue;
            }
            for some in parents.chunks(SIDE_BY_SIDE) {
                if !self.is_whole {
                    return Ok(());
                }
                self.children(reader, reference, some, reach).await?;
            }
        }
        Ok(())
    }

    /// Adds what refers to some parents by one reference.
    async fn children(
        &mut self,
        reader: &Reader,
        reference: &'static Reference,
        parents: &[(&'static Table, Vec<u8>)],
        reach: &Reach<'_>,
    ) -> Result<()> {
        let binding = self.binding;
        let children = Children::of(binding, reference)?;
        let options = ScanOptions {
            limit: reach.bound.saturating_add(1),
            reverse: false,
            keys_only: false,
        };
        let ranges = parents.iter().map(|(_, key)| children.range(key));
        let ranges = ranges.collect::<Result<Vec<_>>>()?;
        let scans = ranges.iter().map(|range| reader.scan(range, options));
        let mut unread = Vec::new();
        for pair in try_join_all(scans).await?.into_iter().flatten() {
            let key = children.record_key(&pair)?;
            if self.stored.contains_key(&key) || reach.spared.contains(&key) {
                continue;
            }
            if reference.on_delete == OnDelete::Clear {
                let cleared = self.cleared.entry(key).or_insert_with(|| Cleared {
                    table: reference.table,
                    references: Vec::new(),
                });
                cleared.references.push(reference);
            } else {
                self.order.push((reference.table, key.clone()));
                if children.are_records() {
                    self.stored.insert(key, pair.1);
                } else {
                    // Known from here on, so that it is taken once; its bytes follow.
                    self.stored.insert(key.clone(), Vec::new());
                    unread.push(key);
                }
            }
            let asked = usize::try_from(self.asked).unwrap_or(usize::MAX);
            if self.order.len() - asked + self.cleared.len() > reach.bound {
                self.is_whole = false;
                return Ok(());
            }
        }
        if unread.is_empty() {
            return Ok(());
        }
        for (key, stored) in unread.iter().zip(reader.get_many(&unread).await?) {
            let missing = || self.binding.corrupt(key, &"an index entry has no record");
            self.stored.insert(key.clone(), stored.ok_or_else(missing)?);
        }
        Ok(())
    }

    /// Whether nothing goes, and only references are emptied.
    pub(super) fn only_clears(&self) -> bool {
        u64::try_from(self.order.len()).is_ok_and(|gone| gone == self.asked)
            && !self.cleared.is_empty()
    }

    /// Forgets all but the emptying of references.
    pub(super) fn keep_clears(&mut self) {
        self.order.clear();
        self.checks.clear();
    }

    /// Does all of it in the transaction, which the reader reads.
    pub(super) async fn apply(self, tx: &Transaction, reader: &Reader) -> Result<()> {
        let mut known = Known::default();
        let mut outboxes = BTreeMap::new();
        let mut counts = BTreeMap::new();
        let binding = self.binding;
        // Children first: so their events stand before their parents'.
        for (table, key) in self.order.iter().rev() {
            let table = binding.table(table)?;
            let stored = self.stored.get(key).map_or(&[][..], Vec::as_slice);
            for entry in stored_entries(binding, table, key, stored)? {
                known.writes.insert(entry, None);
            }
            if !table.incoming.is_empty() {
                let stripes = 0..tx.store().stripes();
                let keys = stripes.map(|stripe| (existence_key(key, stripe), None));
                known.writes.extend(keys);
            }
            known.writes.insert(key.clone(), None);
            outbox(&mut outboxes, tx, binding, table).changed(key, Some(stored), None)?;
            tally(&mut counts, binding, table).stored(key, stored, -1)?;
        }
        known
            .read(reader, self.cleared.keys().map(Vec::as_slice))
            .await?;
        let now = Timestamp::now();
        for (key, cleared) in &self.cleared {
            let table = binding.table(cleared.table)?;
            let Some(before) = known.get(key).cloned() else {
                return Err(binding.corrupt(key, &"an index entry has no record"));
            };
            let clear = table.table.erased.clear;
            let mut rewritten: Rewritten =
                clear(binding, table, key, &before, &cleared.references, now)?;
            let claimed = claimed(&rewritten.image, &rewritten.old);
            known.read(reader, claimed).await?;
            let entries = std::mem::take(&mut rewritten.image.entries);
            known.write_entries(binding, table, entries, &rewritten.old)?;
            let after = rewritten.image.stored(table, &rewritten.extras);
            outbox(&mut outboxes, tx, binding, table).changed(key, Some(&before), Some(&after))?;
            let counts = tally(&mut counts, binding, table);
            counts.stored(key, &before, -1)?;
            counts.stored(key, &after, 1)?;
            known.writes.insert(key.clone(), Some(after));
        }
        let counts = counts.into_values().map(Counts::finish);
        let counts = counts.collect::<Result<Vec<_>>>()?;
        tx.write(known.writes)?;
        for counted in counts {
            counts::add(tx, counted)?;
        }
        for check in self.checks {
            tx.check_at_commit(check);
        }
        outboxes.into_values().try_for_each(Outbox::publish)
    }
}

/// The outbox of a table.
fn outbox<'o, 'a>(
    outboxes: &'o mut BTreeMap<u32, Outbox<'a>>,
    tx: &'a Transaction,
    binding: &'a Binding,
    table: &'a BoundTable,
) -> &'o mut Outbox<'a> {
    outboxes
        .entry(table.id)
        .or_insert_with(|| Outbox::new(tx, binding, table))
}

/// What the records of a table count for.
fn tally<'o, 'a>(
    counts: &'o mut BTreeMap<u32, Counts<'a>>,
    binding: &'a Binding,
    table: &'a BoundTable,
) -> &'o mut Counts<'a> {
    counts
        .entry(table.id)
        .or_insert_with(|| Counts::new(binding, table))
}

/// Keys of the entries of a stored record, in indexes that are ready.
fn stored_entries(
    binding: &Binding,
    table: &BoundTable,
    key: &[u8],
    stored: &[u8],
) -> Result<Vec<Vec<u8>>> {
    let fields = table
        .current(binding, stored)
        .map_err(|error| binding.corrupt(key, &error))?;
    let mut out = Entries::new(binding, table, &key[table.records.len()..], &[]);
    (table.table.erased.entries)(&mut Decoder::new(binding, &fields), &mut out)
        .map_err(|error| binding.corrupt(key, &error))?;
    let entries = out.finish()?.into_iter();
    Ok(entries
        .filter(|entry| table.indexes[entry.place].is_ready())
        .map(|entry| entry.key)
        .collect())
}
