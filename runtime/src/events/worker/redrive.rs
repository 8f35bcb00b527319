//! Parked events and dead letters that are handled again, in their order.

use super::{drain::Drain, handlers::Failure};
use crate::{
    Result, Timestamp,
    events::{Cursor, Entry, Letter, LetterState, control::letters},
    key::prefix_range,
    transaction::{Reader, Transaction},
};
use std::collections::BTreeMap;

/// Rows that are looked through at once: at first, for the next is mostly the first, and at most.
const PAGE: (usize, usize) = (16, 2_048);

/// The first event that was set aside behind a prefix.
pub(super) async fn first_of(reader: &Reader, prefix: &[u8]) -> Result<Option<(Vec<u8>, Letter)>> {
    let first = letters(reader, &prefix_range(prefix.to_vec()), 1).await?;
    Ok(first.into_iter().next())
}

/// The first event behind a prefix that is to be handled again, whatever failed again before it.
async fn redriven(reader: &Reader, prefix: &[u8]) -> Result<Option<(Vec<u8>, Letter)>> {
    let mut range = prefix_range(prefix.to_vec());
    let mut limit = PAGE.0;
    loop {
        let mut rows = letters(reader, &range, limit).await?;
        if let Some(place) = rows
            .iter()
            .position(|(_, letter)| letter.state == LetterState::Redriven)
        {
            return Ok(Some(rows.swap_remove(place)));
        }
        match rows.pop() {
            Some((last, _)) if rows.len() + 1 == limit => range.start = [&last[..], &[0]].concat(),
            _ => return Ok(None),
        }
        limit = (limit * 4).min(PAGE.1);
    }
}

/// Handles the next event that is to be handled again, in the transaction that removes it.
pub(super) async fn step(drain: &Drain, tx: Transaction, cursor: Cursor) -> Result<()> {
    let (inner, partition) = (&drain.inner, drain.partition);
    let reader = tx.reader();
    let parked = Letter::parked_prefix(partition, inner.group);
    let dead = Letter::dead_prefix(partition, inner.group);
    let mut found = None;
    for prefix in [&parked, &dead] {
        found = redriven(&reader, prefix).await?;
        if found.is_some() {
            break;
        }
    }
    let at = Cursor::key(partition, inner.group);
    let Some((key, letter)) = found else {
        // Counted, but not there: nothing is left to do.
        let done = Cursor {
            redrive: 0,
            ..cursor
        };
        tx.write(BTreeMap::from([(at, Some(done.encode()))]))?;
        return tx.commit().await;
    };
    let was_parked = key.starts_with(&parked);
    let attempt = Cursor {
        next: Letter::offset(&key).unwrap_or_default(),
        attempts: letter.attempts.saturating_add(1),
        ..cursor
    };
    match drain.handle(&tx, &attempt, &letter.entry).await {
        Ok(()) => {
            let mut writes = BTreeMap::from([(key.clone(), None)]);
            let mut after = Cursor {
                redrive: cursor.redrive - 1,
                ..cursor
            };
            if was_parked {
                after.parked = after.parked.saturating_sub(1);
                if let Some((next, waiting)) = behind(&reader, drain, &key, &letter).await? {
                    // It only waited for the one that is now done.
                    writes.insert(next, Some(waiting.encode()));
                    after.redrive = after.redrive.saturating_add(1);
                }
            }
            writes.insert(at, Some(after.encode()));
            tx.write(writes)?;
            tx.commit().await?;
            inner.handled(partition, 1);
            Ok(())
        }
        Err(failure) => {
            tx.roll_back();
            let error = match failure {
                Failure::Failed(error) => error,
                Failure::Snooze(pause) => {
                    format!("it asked for a pause of {pause:?}; drive it again later")
                }
            };
            inner.failed(&error);
            let tx = inner.store.begin().await?;
            let failed = Letter {
                state: LetterState::Failed,
                attempts: attempt.attempts,
                time: Timestamp::now().as_microsecond(),
                error,
                ..letter
            };
            // Moved by hand meanwhile, or taken over: the step is made again.
            if tx.reader().get(&at).await?.as_deref() != Some(cursor.encode().as_slice()) {
                return Ok(());
            }
            let after = Cursor {
                redrive: cursor.redrive - 1,
                ..cursor
            };
            tx.write(BTreeMap::from([
                (key, Some(failed.encode())),
                (at, Some(after.encode())),
            ]))?;
            tx.commit().await
        }
    }
}

/// The next event of the same key, if it waits for this one: to be handled too.
async fn behind(
    reader: &Reader,
    drain: &Drain,
    key: &[u8],
    letter: &Letter,
) -> Result<Option<(Vec<u8>, Letter)>> {
    let Ok(entry) = Entry::decode(&letter.entry) else {
        return Ok(None);
    };
    let prefix = Letter::parked_of(drain.partition, drain.inner.group, entry.order());
    let rows = letters(reader, &prefix_range(prefix), 2).await?;
    Ok(rows
        .into_iter()
        .find(|(other, letter)| other.as_slice() > key && letter.state == LetterState::Waiting)
        .map(|(other, letter)| {
            let state = LetterState::Redriven;
            (other, Letter { state, ..letter })
        }))
}
