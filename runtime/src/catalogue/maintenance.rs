//! New indexes are filled and dropped ones emptied when a store is opened, in bounded batches.
//!
//! An interrupted fill starts again at the next opening: putting an entry twice changes nothing.

use super::{
    binding::{Binding, count_prefix, index_prefix},
    open::{bind, difference},
    rows::{IndexState, Rows},
};
use crate::{
    Error, Result,
    descriptor::Schema,
    engine::{Changes, KeyRange, Outcome, ScanOptions},
    key::{describe, prefix_range},
    record::{Counts, Entries},
    transaction::{AnyEngine, AnySnapshot},
    value::Decoder,
};

/// Pairs read and written in one transaction.
const BATCH: usize = 1_000;

/// Fills and empties what needs it; whether any state changed.
pub(super) async fn bring_up_to_date(
    engine: &AnyEngine,
    schema: &'static Schema,
    rows: &mut Rows,
) -> Result<bool> {
    let before = rows.clone();
    for at in 0..rows.tables.len() {
        let table = rows.tables[at].id;
        for place in 0..rows.tables[at].indexes.len() {
            let index = rows.tables[at].indexes[place].clone();
            if !index.state.needs_work() {
                continue;
            }
            let range = prefix_range(index_prefix(table, index.id));
            if index.state == IndexState::Dropping {
                empty(engine, &range).await?;
                continue;
            }
            // A pending index starts afresh: its duplicates may be gone.
            empty(engine, &range).await?;
            let binding = bind(schema, rows)?;
            let state = fill(engine, &binding, &rows.tables[at].name, &index.name).await?;
            rows.tables[at].indexes[place].state = state;
        }
        bring_counts_up_to_date(engine, schema, rows, at).await?;
        rows.tables[at]
            .indexes
            .retain(|index| index.state != IndexState::Dropping);
    }
    if *rows == before {
        return Ok(false);
    }
    let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
    commit(engine, &snapshot, difference(&before, rows)?).await?;
    // A pending index is not tried again before the next opening.
    Ok(false)
}

/// Fills and empties the counts of the table at a place.
async fn bring_counts_up_to_date(
    engine: &AnyEngine,
    schema: &'static Schema,
    rows: &mut Rows,
    at: usize,
) -> Result<()> {
    for place in 0..rows.tables[at].counts.len() {
        let (table, count) = (&rows.tables[at], rows.tables[at].counts[place].clone());
        if !count.state.needs_work() {
            continue;
        }
        // A fill that was interrupted starts afresh: what it counted must not be counted twice.
        empty(engine, &prefix_range(count_prefix(table.id, count.id))).await?;
        if count.state != IndexState::Dropping {
            let binding = bind(schema, rows)?;
            let state = fill_count(engine, &binding, &table.name, &count.name).await?;
            rows.tables[at].counts[place].state = state;
        }
    }
    let counts = &mut rows.tables[at].counts;
    counts.retain(|count| count.state != IndexState::Dropping);
    Ok(())
}

/// Counts the records that are there.
async fn fill_count(
    engine: &AnyEngine,
    binding: &Binding,
    table: &str,
    count: &str,
) -> Result<IndexState> {
    let mut tables = binding.tables.iter();
    let bound = tables.find(|bound| bound.table.name == table);
    let Some((bound, place)) = bound.and_then(|bound| {
        let mut counts = bound.counts.iter();
        let place = counts.position(|it| it.index.name == count)?;
        Some((bound, place))
    }) else {
        return Ok(IndexState::Building); // one that this build does not have
    };
    let mut range = prefix_range(bound.records.clone());
    let options = ScanOptions {
        limit: BATCH,
        reverse: false,
        keys_only: false,
    };
    loop {
        let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
        let records = snapshot.scan(&range, options).await;
        let records = records.map_err(Error::from_engine)?;
        let Some((last, _)) = records.last() else {
            return Ok(IndexState::Ready);
        };
        range.start = [last.as_slice(), &[0]].concat();
        let mut counts = Counts::filling(binding, bound, place);
        for (key, stored) in &records {
            counts.stored(key, stored, 1)?;
        }
        let changes = Changes {
            adds: counts.finish()?,
            ..Changes::default()
        };
        finish(engine.commit(snapshot, changes).await)?;
    }
}

async fn commit(
    engine: &AnyEngine,
    snapshot: &AnySnapshot,
    writes: std::collections::BTreeMap<Vec<u8>, Option<Vec<u8>>>,
) -> Result<()> {
    let changes = Changes {
        writes,
        ..Changes::default()
    };
    finish(engine.commit(snapshot.clone(), changes).await)
}

fn finish(outcome: Outcome) -> Result<()> {
    match outcome {
        Outcome::Committed { .. } => Ok(()),
        Outcome::Conflict { .. } => Err(Error::Conflict {
            what: "an index that is being built".to_owned(),
            attempts: 1,
        }),
        Outcome::Unknown(error) | Outcome::Failed(error) => Err(Error::from_engine(error)),
    }
}

async fn empty(engine: &AnyEngine, range: &KeyRange) -> Result<()> {
    let options = ScanOptions {
        limit: BATCH,
        reverse: false,
        keys_only: true,
    };
    loop {
        let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
        let found = snapshot
            .scan(range, options)
            .await
            .map_err(Error::from_engine)?;
        if found.is_empty() {
            return Ok(());
        }
        let writes = found.into_iter().map(|(key, _)| (key, None)).collect();
        commit(engine, &snapshot, writes).await?;
    }
}

async fn fill(
    engine: &AnyEngine,
    binding: &Binding,
    table: &str,
    index: &str,
) -> Result<IndexState> {
    let Some(bound) = binding
        .tables
        .iter()
        .find(|bound| bound.table.name == table)
    else {
        return Ok(IndexState::Building); // a table that this build does not have
    };
    let Some(place) = bound.indexes.iter().position(|i| i.index.name == index) else {
        return Ok(IndexState::Building);
    };
    let descriptor = bound.indexes[place].index;
    let mut range = prefix_range(bound.records.clone());
    let options = ScanOptions {
        limit: BATCH,
        reverse: false,
        keys_only: false,
    };
    loop {
        let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
        let records = snapshot
            .scan(&range, options)
            .await
            .map_err(Error::from_engine)?;
        let Some((last, _)) = records.last() else {
            return Ok(IndexState::Ready);
        };
        range.start = [last.as_slice(), &[0]].concat();
        let mut writes = std::collections::BTreeMap::new();
        for (key, stored) in &records {
            let fields = bound
                .current(binding, stored)
                .map_err(|error| binding.corrupt(key, &error))?;
            let mut out = Entries::new(binding, bound, &key[bound.records.len()..], &fields);
            (bound.table.erased.entries)(&mut Decoder::new(binding, &fields), &mut out)
                .map_err(|error| binding.corrupt(key, &error))?;
            for entry in out
                .finish()?
                .into_iter()
                .filter(|entry| entry.place == place)
            {
                let taken = entry.exclusive
                    && (writes.contains_key(&entry.key)
                        || snapshot
                            .get(&entry.key)
                            .await
                            .map_err(Error::from_engine)?
                            .is_some());
                if taken {
                    let parts = &entry.key[bound.indexes[place].entries.len()..];
                    return Ok(IndexState::Pending(describe(
                        binding,
                        descriptor.parts,
                        parts,
                    )));
                }
                writes.insert(entry.key, Some(entry.value));
            }
        }
        commit(engine, &snapshot, writes).await?;
    }
}
