//! New indexes and counts are filled and dropped ones emptied when a store is opened, piece by piece.
//!
//! A piece is one transaction: it reads the catalogue, does what comes next, and writes down how far that is. Of processes that
//! open a store at once, one does each piece; what was interrupted is gone on with.

use super::{
    binding::{Binding, BoundTable},
    open::{Writes, bind, damaged, difference, read},
    rows::{Fill, IndexState, Item, Rows},
};
use crate::{
    Error, Result, TransactionOptions,
    descriptor::Schema,
    engine::{Changes, Outcome, Page, PageSize, Pair, ScanOptions},
    key::{describe, prefix_range},
    record::{Counts, Entries, Entry, entry_record_parts},
    transaction::{AnyEngine, AnySnapshot},
    value::Decoder,
};
use std::collections::{BTreeMap, BTreeSet};

/// Pairs read and written in one piece.
const BATCH: usize = 1_000;
/// Bytes of records with which a piece is full, and bytes of entries: a transaction takes more, also on engines that take
/// little.
const BYTES: usize = 1024 * 1024;

/// A piece that collides is tried so often.
const ATTEMPTS: u32 = 100;

/// Does what there is to do for this schema; gives the rows as they are then.
pub(super) async fn bring_up_to_date(
    engine: &AnyEngine,
    schema: &'static Schema,
    mut rows: Rows,
) -> Result<Rows> {
    // A pending index is not tried again before the next opening.
    let mut tried = BTreeSet::new();
    let mut attempt = 1;
    while rows.work(schema, &tried).is_some() {
        let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
        rows = read(&snapshot).await?;
        let Some(item) = rows.work(schema, &tried) else {
            break;
        };
        let piece = piece(&snapshot, schema, &rows, item).await?;
        let mut changes = Changes {
            writes: difference(&rows, &piece.rows)?,
            adds: piece.adds,
            ..Changes::default()
        };
        changes.writes.extend(piece.writes);
        match engine.commit(snapshot, changes).await {
            Outcome::Committed { .. } => {
                if let Some(IndexState::Pending(_)) = piece.rows.state(item) {
                    tried.insert(item);
                }
                rows = piece.rows;
                attempt = 1;
            }
            // Whether it is done says the next look.
            Outcome::Conflict { .. } | Outcome::Unknown(_) if attempt < ATTEMPTS => {
                tokio::time::sleep(TransactionOptions::default().pause(attempt)).await;
                attempt += 1;
            }
            Outcome::Conflict { .. } => {
                return Err(Error::Conflict {
                    what: "an index that is being built".to_owned(),
                    attempts: attempt,
                });
            }
            Outcome::Unknown(error) | Outcome::Failed(error) => {
                return Err(Error::from_engine(error));
            }
        }
    }
    Ok(rows)
}

/// What one transaction does.
struct Piece {
    /// The catalogue after it.
    rows: Rows,
    writes: Writes,
    adds: BTreeMap<Vec<u8>, i64>,
}

/// The next piece of the work on an index or a count.
async fn piece(
    snapshot: &AnySnapshot,
    schema: &'static Schema,
    rows: &Rows,
    item: Item,
) -> Result<Piece> {
    let mut piece = Piece {
        rows: rows.clone(),
        writes: Writes::new(),
        adds: BTreeMap::new(),
    };
    let dropping = rows.state(item) == Some(&IndexState::Dropping);
    let begun = rows.fills.get(&item).filter(|_| !dropping);
    if begun.is_none() {
        // What an earlier index, or a build that did not keep this one up, has left.
        let left = left(snapshot, item.prefix()).await?;
        if !left.is_empty() {
            piece.writes = left;
            return Ok(piece);
        }
    }
    if dropping {
        piece.rows.remove(item);
        return Ok(piece);
    }
    let behind = begun.map(|fill| fill.behind(item)).transpose()?;
    let binding = bind(schema, rows)?;
    let (bound, place) = find(&binding, item)?;
    let Page {
        pairs: records,
        ended,
    } = records(snapshot, bound.records.clone(), behind).await?;
    let filled = if item.is_count {
        let mut counts = Counts::filling(&binding, bound, place);
        for (key, stored) in &records {
            counts.stored(key, stored, 1)?;
        }
        piece.adds = counts.finish()?;
        Filled::Entered(records.len())
    } else {
        enter(
            snapshot,
            (&binding, bound, place),
            &records,
            &mut piece.writes,
        )
        .await?
    };
    match filled {
        Filled::Entered(count) => match records[..count].last() {
            Some((last, _)) if !ended || count < records.len() => {
                piece.rows.fills.insert(item, Fill::up_to(last));
            }
            _ => piece.rows.end_fill(item, IndexState::Ready),
        },
        Filled::Duplicate(value) => {
            piece.writes.clear();
            piece.rows.end_fill(item, IndexState::Pending(value));
        }
    }
    Ok(piece)
}

/// What became of the entries of some records.
enum Filled {
    /// So many of them are in it.
    Entered(usize),
    /// Two records have this value of a unique index.
    Duplicate(String),
}

/// The table of an index or a count that the binding has, and its place there.
fn find(binding: &Binding, item: Item) -> Result<(&BoundTable, usize)> {
    let prefix = item.prefix();
    let table = binding.tables.iter().find(|it| it.id == item.table);
    let place = table.and_then(|table| {
        let listed = if item.is_count {
            &table.counts
        } else {
            &table.indexes
        };
        let place = listed.iter().position(|it| it.entries == prefix)?;
        Some((table, place))
    });
    place.ok_or_else(|| damaged(&item.fill_key(), "the catalogue names it twice"))
}

/// Puts the entries of records until they are many bytes, with one batch of reads if the index is unique.
async fn enter(
    snapshot: &AnySnapshot,
    (binding, table, place): (&Binding, &BoundTable, usize),
    records: &[Pair],
    writes: &mut Writes,
) -> Result<Filled> {
    let bound = &table.indexes[place];
    let duplicate = |entry: &Entry| {
        let parts = &entry.key[bound.entries.len()..];
        Filled::Duplicate(describe(binding, bound.index.parts, parts))
    };
    let mut claimed = Vec::new();
    let (mut entered, mut bytes) = (0, 0);
    for (key, stored) in records {
        if bytes >= BYTES {
            break;
        }
        entered += 1;
        for entry in entries(binding, table, key, stored)? {
            if entry.place != place {
                continue;
            }
            if entry.exclusive {
                if writes.contains_key(&entry.key) {
                    return Ok(duplicate(&entry));
                }
                claimed.push((key, entry.clone()));
            }
            bytes += entry.key.len() + entry.value.len();
            writes.insert(entry.key, Some(entry.value));
        }
    }
    let keys: Vec<_> = claimed.iter().map(|(_, entry)| entry.key.clone()).collect();
    let taken = snapshot.get_many(&keys).await.map_err(Error::from_engine)?;
    for ((record, entry), value) in claimed.into_iter().zip(taken) {
        let Some(value) = value else { continue };
        let pair = (entry.key.clone(), value);
        let owner = entry_record_parts(binding, bound, &pair)?;
        // A build that keeps the index up may have put it meanwhile.
        if owner != &record[table.records.len()..] {
            return Ok(duplicate(&entry));
        }
    }
    Ok(Filled::Entered(entered))
}

/// The entries of a stored record in all indexes.
fn entries(binding: &Binding, table: &BoundTable, key: &[u8], stored: &[u8]) -> Result<Vec<Entry>> {
    let corrupt = |error| binding.corrupt(key, &error);
    let fields = table.current(binding, stored).map_err(corrupt)?;
    let mut out = Entries::new(binding, table, &key[table.records.len()..], &fields);
    let mut from = Decoder::new(binding, &fields);
    (table.table.erased.entries)(&mut from, &mut out).map_err(corrupt)?;
    out.finish()
}

/// The first records with a prefix, behind a key of them.
async fn records(snapshot: &AnySnapshot, prefix: Vec<u8>, behind: Option<Vec<u8>>) -> Result<Page> {
    let mut range = prefix_range(prefix);
    if let Some(key) = behind {
        range.start = [key.as_slice(), &[0]].concat();
    }
    let size = PageSize {
        pairs: BATCH,
        bytes: BYTES,
    };
    let found = snapshot.page(&range, size).await;
    found.map_err(Error::from_engine)
}

/// Deletes of the first keys with a prefix.
async fn left(snapshot: &AnySnapshot, prefix: Vec<u8>) -> Result<Writes> {
    let options = ScanOptions {
        limit: BATCH,
        reverse: false,
        keys_only: true,
    };
    let found = snapshot.scan(&prefix_range(prefix), options).await;
    let found = found.map_err(Error::from_engine)?;
    Ok(found.into_iter().map(|(key, _)| (key, None)).collect())
}
