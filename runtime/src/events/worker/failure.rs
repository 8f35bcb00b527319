//! A failed attempt: the event waits, is parked, or becomes a dead letter.

use super::{drain::Drain, handlers::Failure, redrive::first_of, settings::Poison};
use crate::{
    Result, Timestamp,
    events::{Cursor, Entry, Letter, LetterState, Wait},
    transaction::Transaction,
};
use std::{collections::BTreeMap, time::Duration};

/// A partition that has parked so many events blocks.
const MOST_PARKED: u64 = 1_000;

/// An event that was not handled, and the cursor that stands at it.
pub(super) struct Failed<'a> {
    pub(super) failure: Failure,
    pub(super) cursor: Cursor,
    pub(super) bytes: &'a [u8],
}

/// This much time from now, in microseconds since 1970.
fn after(pause: Duration) -> i64 {
    let pause = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
    Timestamp::now().as_microsecond().saturating_add(pause)
}

/// Whether the attempts of the event at the cursor are used up before its handler runs: workers ended in the middle of it.
///
/// One attempt more than was allowed must have been counted, since the one that is counted when a batch ends may never have
/// begun. An event that blocks its partition is tried again for ever.
pub(super) fn is_spent(drain: &Drain, cursor: &Cursor) -> bool {
    let settings = &drain.inner.settings;
    let goes_aside = match settings.poison {
        Poison::Block => false,
        Poison::ParkKey => cursor.parked < MOST_PARKED,
        Poison::DeadLetter => true,
    };
    goes_aside && cursor.attempts > settings.max_attempts.saturating_add(1)
}

/// Writes down what became of the event at the cursor, in a transaction of its own.
pub(super) async fn record(drain: &Drain, failed: Failed<'_>) -> Result<()> {
    let inner = &drain.inner;
    let store = &inner.store;
    let error = match &failed.failure {
        Failure::Snooze(_) => {
            inner.count("keyloom_events_snoozed_total", drain.partition, 1);
            String::new()
        }
        Failure::Failed(error) => {
            inner.count("keyloom_events_failed_total", drain.partition, 1);
            inner.failed(error);
            error.clone()
        }
    };
    store
        .transaction(async |tx| {
            let key = Cursor::key(drain.partition, inner.group);
            let stored = tx.reader().get(&key).await?;
            let now = Cursor::decode(stored.as_deref())
                .map_err(|error| store.binding().corrupt(&key, &error))?;
            // Moved by hand meanwhile, or taken over: what failed is no longer next.
            if now.epoch != failed.cursor.epoch || now.next != failed.cursor.next {
                return Ok(());
            }
            let after = decide(drain, &tx, &failed, now, &error)?;
            tx.write(BTreeMap::from([(key, Some(after.encode()))]))
        })
        .await
}

/// The cursor after a failure.
fn decide(
    drain: &Drain,
    tx: &Transaction,
    failed: &Failed<'_>,
    now: Cursor,
    error: &str,
) -> Result<Cursor> {
    let (inner, partition) = (&drain.inner, drain.partition);
    let settings = &inner.settings;
    let attempts = failed.cursor.attempts;
    let pause = match failed.failure {
        Failure::Snooze(pause) => {
            return Ok(Cursor {
                wait: Wait::Snoozed(after(pause)),
                ..now
            });
        }
        Failure::Failed(_) => settings.pause(attempts),
    };
    let waits = Cursor {
        wait: Wait::Failed(after(pause)),
        attempts,
        ..now
    };
    if attempts < settings.max_attempts {
        tracing::warn!(
            group = inner.name,
            partition = partition.number,
            offset = now.next,
            attempts,
            error,
            "an event failed and will be tried again"
        );
        return Ok(waits);
    }
    let letter = Letter {
        state: LetterState::Failed,
        attempts,
        time: Timestamp::now().as_microsecond(),
        error: error.to_owned(),
        entry: failed.bytes.to_vec(),
    };
    let entry = Entry::decode(failed.bytes);
    let (prefix, metric, parked) = match (settings.poison, entry) {
        (Poison::ParkKey, Ok(entry)) if now.parked < MOST_PARKED => {
            let prefix = Letter::parked_of(partition, inner.group, entry.order());
            (prefix, "keyloom_events_parked_total", 1)
        }
        // What does not decode has no key to be parked by.
        (Poison::DeadLetter, _) | (Poison::ParkKey, Err(_)) => {
            let prefix = Letter::dead_prefix(partition, inner.group);
            (prefix, "keyloom_events_dead_total", 0)
        }
        (Poison::Block | Poison::ParkKey, _) => {
            tracing::error!(
                group = inner.name,
                partition = partition.number,
                offset = now.next,
                attempts,
                error,
                "an event blocks its partition"
            );
            return Ok(waits);
        }
    };
    tracing::error!(
        group = inner.name,
        partition = partition.number,
        offset = now.next,
        attempts,
        error,
        "an event is set aside"
    );
    inner.count(metric, partition, 1);
    let key = Letter::key(prefix, now.next);
    tx.write(BTreeMap::from([(key, Some(letter.encode()))]))?;
    let moved = now.at(now.next + 1);
    Ok(Cursor {
        parked: now.parked.saturating_add(parked),
        ..moved
    })
}

/// What becomes of an event before its handler is asked.
pub(super) enum Aside {
    /// It is handled.
    No,
    /// It is parked, and the cursor is behind it.
    Parked,
    /// It must be parked, and the partition parks no more.
    Full,
}

/// Parks an event whose key has parked events before it.
pub(super) async fn park_behind(
    drain: &Drain,
    tx: &Transaction,
    next: &mut Cursor,
    bytes: &[u8],
) -> Result<Aside> {
    let (inner, partition) = (&drain.inner, drain.partition);
    if next.parked == 0 {
        return Ok(Aside::No);
    }
    // What does not decode has no key, and is handled: it fails on its own.
    let Ok(entry) = Entry::decode(bytes) else {
        return Ok(Aside::No);
    };
    let prefix = Letter::parked_of(partition, inner.group, entry.order());
    if first_of(&tx.reader(), &prefix).await?.is_none() {
        return Ok(Aside::No);
    }
    if next.parked >= MOST_PARKED {
        return Ok(Aside::Full);
    }
    let letter = Letter {
        state: LetterState::Waiting,
        attempts: 0,
        time: Timestamp::now().as_microsecond(),
        error: "an earlier event of its key is parked".to_owned(),
        entry: bytes.to_vec(),
    };
    let key = Letter::key(prefix, next.next);
    tx.write(BTreeMap::from([(key, Some(letter.encode()))]))?;
    *next = next.at(next.next + 1);
    next.parked = next.parked.saturating_add(1);
    inner.count("keyloom_events_parked_total", partition, 1);
    Ok(Aside::Parked)
}
