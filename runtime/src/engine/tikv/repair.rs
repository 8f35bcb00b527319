//! Repair of a commit of which a part was lost.
//!
//! What is missing is written again by another transaction, on condition that its key is as it was before the first one.

use super::{
    commit, fault,
    link::Link,
    read::Found,
    write_set::{Values, WriteSet},
};
use crate::engine::{Append, Changes, Outcome, assign::Assigned, counter, log};
use std::{collections::BTreeSet, time::Duration};
use tikv_client::TimestampExt;
use tokio::time::{Instant, sleep};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Writes what is missing until all of it can be seen. Gives the number of the last commit that it took.
pub(super) async fn repair(
    link: &Link,
    set: &mut WriteSet,
    mut missing: Values,
    nothing: bool,
    deadline: Instant,
) -> Result<Option<u64>, Outcome> {
    let mut number = None;
    // An addition whose fate is unknown must not be made again.
    let mut doubtful = false;
    loop {
        if Instant::now() >= deadline {
            return Err(torn("and could not be made whole in time"));
        }
        let (_, transaction) = link.begin().await.map_err(Outcome::Unknown)?;
        let keys: BTreeSet<Vec<u8>> = missing.keys().cloned().chain(of_appends(set)).collect();
        let keys: Vec<Vec<u8>> = keys.into_iter().collect();
        let now = transaction.start_timestamp();
        let now = link
            .get_many(&now, &keys, deadline)
            .await
            .map_err(Outcome::Unknown)?;
        missing = match again(set, missing, &now, doubtful) {
            Ok(missing) => missing,
            Err(key) if nothing && number.is_none() => return Err(Outcome::Conflict { key }),
            Err(_) => {
                return Err(torn(
                    "and what is missing was changed by another transaction meanwhile",
                ));
            }
        };
        if missing.is_empty() {
            return Ok(number);
        }
        let first = missing.keys().next();
        let answer = commit::send(
            link,
            transaction,
            &missing,
            first,
            &BTreeSet::new(),
            deadline,
        )
        .await;
        match answer {
            Ok(at) => {
                number = Some(at.version());
                let keys: Vec<Vec<u8>> = missing.keys().cloned().collect();
                let found = link
                    .get_many(&at, &keys, deadline)
                    .await
                    .map_err(Outcome::Unknown)?;
                missing.retain(|key, value| found.get(key) != value.as_ref());
                if missing.is_empty() {
                    return Ok(number);
                }
            }
            Err(Outcome::Conflict { .. }) => {}
            Err(_) => doubtful = true,
        }
        sleep(PAUSE).await;
    }
}

/// Heads, ready keys and entries.
fn of_appends(set: &WriteSet) -> impl Iterator<Item = Vec<u8>> {
    let placed = set.appends.iter().zip(&set.offsets);
    placed.flat_map(|(append, &offset)| {
        let keys = [
            log::head_key(&append.log),
            log::entry_key(&append.log, offset),
        ];
        keys.into_iter().chain(append.ready.clone())
    })
}

/// What is still to be written, given what stands there now; or a key that somebody else has changed.
fn again(
    set: &mut WriteSet,
    missing: Values,
    now: &Found,
    doubtful: bool,
) -> Result<Values, Vec<u8>> {
    let mut redo = Values::new();
    let mut moved = BTreeSet::new();
    for (key, wanted) in missing {
        let stored = now.get(&key);
        if stored == wanted.as_ref() {
            continue;
        }
        if stored == set.before.get(&key).and_then(Option::as_ref) {
            redo.insert(key, wanted);
        } else if let Some(&delta) = set.adds.get(&key).filter(|_| !doubtful) {
            // Nothing was added yet, whatever others have added.
            let sum =
                counter::add(&key, stored.map(Vec::as_slice), delta).map_err(|_| key.clone())?;
            set.before.insert(key.clone(), stored.cloned());
            redo.insert(key, sum);
        } else {
            moved.insert(key);
        }
    }
    let logs: BTreeSet<Vec<u8>> = set
        .appends
        .iter()
        .map(|append| append.log.clone())
        .collect();
    for log in logs {
        let head = log::head_key(&log);
        if moved.contains(&head) {
            if goes_on_behind(set, &log, now) {
                moved.remove(&head);
            } else {
                append_again(set, &log, &mut redo, &mut moved, now)?;
            }
        }
    }
    match moved.pop_first() {
        Some(key) => Err(key),
        None => Ok(redo),
    }
}

/// Whether the entries are there and the log went on behind them.
fn goes_on_behind(set: &WriteSet, log: &[u8], now: &Found) -> bool {
    let key = log::head_key(log);
    let stored = now.get(&key).map(Vec::as_slice);
    let Ok(head) = log::Head::decode(&key, stored) else {
        return false;
    };
    let placed = set.appends.iter().zip(&set.offsets);
    let mut own = placed.filter(|(append, _)| append.log == log);
    own.all(|(append, &offset)| {
        head.next > offset && now.get(&log::entry_key(log, offset)) == Some(&append.value)
    })
}

/// The log went on without these entries: they get fresh offsets.
fn append_again(
    set: &mut WriteSet,
    log: &[u8],
    redo: &mut Values,
    moved: &mut BTreeSet<Vec<u8>>,
    now: &Found,
) -> Result<(), Vec<u8>> {
    let head = log::head_key(log);
    let places: Vec<usize> = (0..set.appends.len())
        .filter(|&place| set.appends[place].log == log)
        .collect();
    let changes = Changes {
        appends: places
            .iter()
            .map(|&place| set.appends[place].clone())
            .collect::<Vec<Append>>(),
        ..Changes::default()
    };
    for &place in &places {
        let old = log::entry_key(log, set.offsets[place]);
        redo.remove(&old);
        moved.remove(&old);
    }
    moved.remove(&head);
    let mut assigned = Assigned::default();
    let read = |key: &[u8]| Ok(now.get(key).cloned());
    let offsets = assigned.assign(&changes, |_| 0, read).map_err(|_| head)?;
    for ((place, append), offset) in places.into_iter().zip(changes.appends).zip(offsets) {
        set.offsets[place] = offset;
        let entry = log::entry_key(log, offset);
        set.before.insert(entry.clone(), None);
        redo.insert(entry, Some(append.value));
    }
    for (key, value) in assigned.into_values() {
        set.before.insert(key.clone(), now.get(&key).cloned());
        redo.insert(key, value);
    }
    Ok(())
}

fn torn(reason: &str) -> Outcome {
    Outcome::Unknown(fault::unavailable(format!(
        "TiKV's client committed a part of the transaction only, {reason}"
    )))
}
