//! Proof of commits.
//!
//! When tikv-client 0.4.0 cannot look up a region in the middle of a commit, it sends nothing to it and reports no error:
//! `commit` answers success, and the region's keys are lost (docs/decisions/tikv-silent-loss.md). Nothing inside the client can
//! be hooked, so a commit that reports success is read back here. With a client that reports the error, this file, `repair` and the
//! call to it can go.
//!
//! Each write is looked for at exactly the commit's timestamp. What is missing is written again by another transaction, on
//! condition that its key is as it was before the first one. Success is told only after a whole proof.

use super::{
    fault,
    link::{Failure, Link},
    prefix::Prefix,
    read::Found,
    repair::repair,
    write_set::{Values, WriteSet},
};
use crate::engine::{EngineError, Outcome};
use futures_util::future::try_join_all;
use std::collections::BTreeSet;
use tikv_client::{Error, KvPair, Timestamp, TimestampExt, TransactionClient, TransactionOptions};
use tokio::time::Instant;

/// Keys of one request.
const KEYS: usize = 1024;
/// How often a part is asked again for what was behind a lock, before the locks are waited for: where regions end may have
/// changed, and then an answer names the locks of one of them.
const LOOKS: usize = 4;

/// Proves a commit that the client reported as a success, and repairs it if need be.
pub(super) async fn settle(
    link: &Link,
    prefix: &Prefix,
    start: &Timestamp,
    committed: &Timestamp,
    mut set: WriteSet,
) -> Outcome {
    let deadline = link.deadline();
    let proof = Proof {
        link,
        prefix,
        start: start.version(),
        committed,
        deadline,
    };
    let missing = match proof.missing(&set).await {
        Ok(missing) => missing,
        Err(error) => return Outcome::Unknown(error),
    };
    if missing.is_empty() {
        return Outcome::Committed {
            number: committed.version(),
            offsets: set.offsets,
        };
    }
    tracing::error!(
        missing = missing.len(),
        writes = set.writes.len(),
        "TiKV's client reported a commit that is not whole; writing again what is missing"
    );
    // If not even one write can be seen, there was no commit, and the transaction may simply be run again.
    let mut noticed = set
        .writes
        .iter()
        .filter(|(key, value)| set.changes(key, value.as_ref()));
    let nothing = noticed.all(|(key, _)| missing.contains_key(key));
    match repair(link, &mut set, missing, nothing, deadline).await {
        Ok(number) => Outcome::Committed {
            number: number.unwrap_or_else(|| committed.version()),
            offsets: set.offsets,
        },
        Err(outcome) => {
            tracing::error!(?outcome, "the commit could not be made whole");
            outcome
        }
    }
}

struct Proof<'a> {
    link: &'a Link,
    prefix: &'a Prefix,
    start: u64,
    committed: &'a Timestamp,
    deadline: Instant,
}

/// What a look at the commit's timestamp showed.
#[derive(Default)]
struct Seen {
    found: Found,
    /// Keys that hold a lock of this very transaction.
    locked: BTreeSet<Vec<u8>>,
}

enum Look {
    Values(Vec<(Vec<u8>, Vec<u8>)>),
    Locks(Vec<(Vec<u8>, u64)>),
}

impl Proof<'_> {
    /// The writes that cannot be seen. A guard that did not hold is an error: the commit cannot be taken back.
    async fn missing(&self, set: &WriteSet) -> Result<Values, EngineError> {
        let keys: Vec<Vec<u8>> = set.writes.keys().chain(&set.guards).cloned().collect();
        let seen = self.see(&keys, set).await?;
        let shown = |key: &Vec<u8>, value: Option<&Vec<u8>>| {
            seen.locked.contains(key) || seen.found.get(key) == value
        };
        let before = |key: &Vec<u8>| set.before.get(key).and_then(Option::as_ref);
        if set.guards.iter().any(|key| !shown(key, before(key))) {
            tracing::error!("TiKV's client committed a transaction past a guard that did not hold");
            return Err(fault::unavailable(
                "a key that the transaction relied on was changed before it was committed"
                    .to_owned(),
            ));
        }
        let missing = set
            .writes
            .iter()
            .filter(|(key, value)| !shown(key, value.as_ref()));
        Ok(missing
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    /// Reads the keys without waiting for locks, if that can prove anything.
    ///
    /// The client commits all keys but the primary in the background, so they are often still locked. A lock of this
    /// transaction is as good as the value: once the primary is committed, it can only become that. Waiting for it would
    /// take three requests more. The primary is asked for by itself, since locks are answered instead of values.
    async fn see(&self, keys: &[Vec<u8>], set: &WriteSet) -> Result<Seen, EngineError> {
        let primary = set.primary();
        let (first, mut rest): (Vec<_>, Vec<_>) =
            keys.iter().cloned().partition(|key| Some(key) == primary);
        rest.sort_unstable();
        // An answer tells all locks of its region.
        let mut parts = self.link.regions.parts(rest, KEYS).await;
        parts.push(first);
        let parts = parts.iter().filter(|part| !part.is_empty());
        let parts = try_join_all(parts.map(|part| self.look(part, primary))).await?;
        if let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() {
            let mut seen = Seen::default();
            for part in parts {
                seen.found.extend(part.found);
                seen.locked.extend(part.locked);
            }
            let decided = primary
                .and_then(|key| set.writes.get_key_value(key))
                .is_some_and(|(key, value)| {
                    set.changes(key, value.as_ref()) && seen.found.get(key) == value.as_ref()
                });
            if decided || seen.locked.is_empty() {
                return Ok(seen);
            }
        }
        let found = self
            .link
            .get_many(self.committed, keys, self.deadline)
            .await?;
        Ok(Seen {
            found,
            locked: BTreeSet::new(),
        })
    }

    /// None if a lock is in the way that says nothing.
    async fn look(
        &self,
        keys: &[Vec<u8>],
        primary: Option<&Vec<u8>>,
    ) -> Result<Option<Seen>, EngineError> {
        let mut left: BTreeSet<Vec<u8>> = keys.iter().cloned().collect();
        let mut locked = BTreeSet::new();
        for _ in 0..LOOKS {
            let locks = match self.look_once(&left).await {
                Ok(Look::Values(values)) => {
                    let found = values.into_iter().collect();
                    return Ok(Some(Seen { found, locked }));
                }
                Ok(Look::Locks(locks)) => locks,
                Err(Failure::TooLarge) => return Ok(None),
                Err(Failure::Engine(error)) => return Err(error),
            };
            for (key, version) in locks {
                let key = self.prefix.locate(&key).map(<[u8]>::to_vec);
                match key.and_then(|key| left.take(&key)) {
                    Some(key) if version == self.start && Some(&key) != primary => {
                        locked.insert(key);
                    }
                    _ => return Ok(None),
                }
            }
            if left.is_empty() {
                return Ok(Some(Seen {
                    found: Found::new(),
                    locked,
                }));
            }
        }
        Ok(None)
    }

    async fn look_once(&self, keys: &BTreeSet<Vec<u8>>) -> Result<Look, Failure> {
        let call = |client: TransactionClient, options: TransactionOptions| {
            let (at, keys) = (self.committed.clone(), keys.clone());
            async move {
                let mut snapshot = client.snapshot(at, options.no_resolve_locks());
                match snapshot.batch_get(keys).await {
                    Ok(pairs) => {
                        let pairs = pairs.map(|KvPair(key, value)| (key.into(), value));
                        Ok(Look::Values(pairs.collect()))
                    }
                    Err(Error::ResolveLockError(locks)) => {
                        let locks = locks.into_iter().map(|lock| (lock.key, lock.lock_version));
                        Ok(Look::Locks(locks.collect()))
                    }
                    Err(error) => Err(error),
                }
            }
        };
        self.link
            .call("proving a commit", self.deadline, call)
            .await
    }
}
