//! A commit: what is needed is read, the write set is decided, sent in one batch, and proved.

use super::{
    fault::{self, Ending, Lock},
    limits,
    link::Link,
    pause::Waiting,
    prove,
    snapshot::Base,
    write_set::{self, Values, WriteSet},
};
use crate::engine::{Changes, EngineError, Outcome, log};
use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
};
use tikv_client::{Timestamp, TimestampExt, Transaction, transaction::Mutation};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Runs to its end, whoever waits for it.
pub(super) async fn commit(base: Arc<Base>, changes: Changes) -> Outcome {
    let outcome = attempt(&base, changes).await;
    let prefix = &base.engine.prefix;
    match outcome.unwrap_or_else(Outcome::Failed) {
        Outcome::Conflict { key } => Outcome::Conflict {
            key: prefix.find(&key).map(<[u8]>::to_vec).unwrap_or_default(),
        },
        Outcome::Failed(EngineError::Corrupt { key, reason }) => {
            let key = prefix
                .find(&key)
                .map_or_else(|| key.clone(), <[u8]>::to_vec);
            Outcome::Failed(EngineError::Corrupt { key, reason })
        }
        other => other,
    }
}

/// An error is one of before anything was sent.
async fn attempt(base: &Base, changes: Changes) -> Result<Outcome, EngineError> {
    let engine = &base.engine;
    let link = &engine.link;
    let deadline = link.deadline();
    let changes = write_set::prefixed(changes, &engine.prefix);
    if changes.writes_nothing() && changes.guards.is_empty() {
        return Ok(Outcome::Committed {
            number: base.at.version(),
            offsets: Vec::new(),
        });
    }
    let first = base
        .transaction
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let (generation, transaction) = if let Some(transaction) = first {
        (base.client.generation, transaction)
    } else {
        let (client, transaction) = link.begin().await?;
        (client.generation, transaction)
    };
    let start = transaction.start_timestamp();
    let again = start.version() != base.at.version();
    if again && let Some(key) = base.conflicts(&changes) {
        return Ok(Outcome::Conflict { key });
    }
    let mut reserved = engine
        .counters
        .reserve(changes.adds.keys(), start.version());
    let keys = write_set::needed(&changes, &reserved);
    let before = warm(base, &start, &keys, deadline).await?;
    if again && let Some(key) = changed_between(base, &changes, &before, deadline).await? {
        return Ok(Outcome::Conflict { key });
    }
    if link.client().generation != generation {
        // The client that began the transaction could not recover, so nothing can be sent through it.
        return Ok(Outcome::Conflict { key: Vec::new() });
    }
    let set = WriteSet::decide(changes, &reserved, before)?;
    limits::check_whole(&set.writes)?;
    let answer = send(
        link,
        transaction,
        &set.writes,
        set.primary(),
        &set.guards,
        deadline,
    )
    .await;
    // Also when it is unknown: a later transaction that finds the shard changed only takes another.
    reserved.changed(start.version() + 1);
    let committed = match answer {
        Ok(committed) => committed,
        Err(outcome) => return Ok(outcome),
    };
    reserved.changed(committed.version());
    base.committed(set.writes.keys().cloned().collect(), set.guards.clone());
    if !engine.verify_commits {
        return Ok(Outcome::Committed {
            number: committed.version(),
            offsets: set.offsets,
        });
    }
    Ok(prove::settle(link, &engine.prefix, &start, &committed, set).await)
}

/// Reads the keys at the transaction's start, except those that its snapshot has read: so each region is looked up, with
/// errors reported, before anything is sent.
async fn warm(
    base: &Base,
    start: &Timestamp,
    keys: &BTreeSet<Vec<u8>>,
    deadline: Instant,
) -> Result<Values, EngineError> {
    let mut before = if start.version() == base.at.version() {
        base.known(keys.iter())
    } else {
        Values::new()
    };
    let unknown: Vec<Vec<u8>> = keys
        .iter()
        .filter(|key| !before.contains_key(*key))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let mut found = base.engine.link.get_many(start, &unknown, deadline).await?;
        before.extend(unknown.into_iter().map(|key| {
            let value = found.remove(&key);
            (key, value)
        }));
    }
    // What was read decides offsets and counters; it must be whole.
    base.ticket.check()?;
    Ok(before)
}

/// A key that changed between the snapshot and the later start of a second transaction on it.
///
/// The client begins no transaction at an earlier time, so the second commit on one snapshot starts later, and compares
/// values. What others meanwhile wrote with the value that it had, or guarded, goes unnoticed; the runtime commits once on
/// each snapshot.
async fn changed_between(
    base: &Base,
    changes: &Changes,
    later: &Values,
    deadline: Instant,
) -> Result<Option<Vec<u8>>, EngineError> {
    let heads = changes
        .appends
        .iter()
        .map(|append| log::head_key(&append.log));
    let keys = changes
        .writes
        .keys()
        .chain(&changes.guards)
        .cloned()
        .chain(heads);
    let keys: Vec<Vec<u8>> = keys.collect::<BTreeSet<_>>().into_iter().collect();
    let earlier = base.engine.link.get_many(&base.at, &keys, deadline).await?;
    base.ticket.check()?;
    let mut keys = keys.into_iter();
    Ok(keys.find(|key| earlier.get(key) != later.get(key).and_then(Option::as_ref)))
}

/// Sends a write set. An error is how the commit ended.
///
/// Who meets the lock of a transaction that began later gives up at once, and takes its own locks back: two that wait
/// for each other, each with locks in a region that the other wants, would both be kept alive until they lose patience.
pub(super) async fn send(
    link: &Link,
    mut transaction: Transaction,
    writes: &Values,
    primary: Option<&Vec<u8>>,
    guards: &BTreeSet<Vec<u8>>,
    deadline: Instant,
) -> Result<Timestamp, Outcome> {
    let mutation = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| match value {
        Some(value) => Mutation::Put(key.clone().into(), value.clone()),
        None => Mutation::Delete(key.clone().into()),
    };
    // The first key that the client gets becomes the primary, so writes come before guards.
    let first = primary.and_then(|key| writes.get_key_value(key));
    let rest = writes.iter().filter(|(key, _)| Some(*key) != primary);
    let batch: Vec<Mutation> = first.into_iter().chain(rest).map(mutation).collect();
    let prepared = async {
        transaction.batch_mutate(batch).await?;
        transaction.lock_keys(guards.iter().cloned()).await
    };
    if let Err(error) = prepared.await {
        return Err(Outcome::Failed(fault::unavailable(fault::describe(&error))));
    }
    let start = transaction.start_timestamp();
    let mut waiting = Waiting::default();
    loop {
        let error = match timeout_at(deadline, transaction.commit()).await {
            Ok(Ok(committed)) => return Ok(committed.unwrap_or(start)),
            Ok(Err(error)) => error,
            Err(_) => return Err(unknown("it was not answered in time")),
        };
        let key = match fault::ending(&error, start.version()) {
            // No lock of this transaction is waited for by one that it waits for: only the younger waits.
            Ending::Locked(lock) if lock.version < start.version() => {
                let pause = waiting.next(lock.version);
                if Instant::now() + pause < deadline {
                    sleep(pause).await;
                    link.free_orphans(&error, deadline).await;
                    continue;
                }
                lock.key
            }
            Ending::Conflict(key) | Ending::Locked(Lock { key, .. }) => key,
            Ending::RolledBack => return Err(Outcome::Conflict { key: Vec::new() }),
            Ending::Refused(reason) => return Err(Outcome::Failed(fault::unavailable(reason))),
            Ending::Unknown => return Err(unknown(&fault::describe(&error))),
        };
        if writes.len() + guards.len() > 1 {
            roll_back(link, transaction).await;
        }
        return Err(Outcome::Conflict { key });
    }
}

/// Takes back the locks of a transaction that lost in the first phase; others would wait for them for seconds. No request
/// to commit was sent, so nothing can be torn by it.
async fn roll_back(link: &Link, mut transaction: Transaction) {
    match timeout(link.timeout(), transaction.rollback()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::debug!(
                error = fault::describe(&error),
                "locks are left to their time to live"
            );
        }
        Err(_) => tracing::debug!("locks are left to their time to live"),
    }
}

fn unknown(reason: &str) -> Outcome {
    Outcome::Unknown(fault::unavailable(reason.to_owned()))
}
