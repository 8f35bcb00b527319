//! Witnesses: keys that tell whether a transaction was written, for those whose commit gave no answer.
//!
//! A witness stands under `w` and the sixteen bytes of the transaction's token, and says which run and which attempt wrote
//! it (8 and 4 bytes, big-endian). Every attempt writes the same key, so that of two attempts only one can commit, however
//! late the other one is. Tokens are version 7 UUIDs: witnesses stand in the order of time, and the old ones are found
//! without a list.

use super::{Store, Transaction, TransactionOptions};
use crate::{
    Error, Result, Uuid,
    engine::{KeyRange, ScanOptions},
    transaction::View,
};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

const AREA: u8 = b'w';

/// How long a token may be used.
const LIFE: Duration = Duration::from_hours(24);

/// How long a witness is kept: longer, for clocks that differ.
const KEPT: Duration = Duration::from_hours(48);

/// The attempt in the witness of a run that gave up: written only to keep its attempts out.
const GIVEN_UP: u32 = 0;

/// How often the mark of a run that gave up is tried.
const MARKS: u32 = 10;

/// One of so many transactions with a token removes witnesses that are too old.
const SWEEP: u64 = 256;

/// Witnesses that are removed at once.
const SWEPT: usize = 1_000;

/// What one run of a transaction leaves behind if it is written.
#[derive(Debug)]
struct Witness {
    token: Uuid,
    /// Tells the runs under one token apart.
    run: u64,
}

/// Which run and which attempt was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    run: u64,
    attempt: u32,
}

impl Witness {
    fn new(token: Uuid) -> Result<Self> {
        let refuse = |reason: &str| Err(Error::invalid("idempotency token", reason));
        let Some(made) = made(token) else {
            return refuse("it is not a version 7 UUID; make it with `Uuid::now_v7()`");
        };
        if SystemTime::now()
            .duration_since(made)
            .is_ok_and(|age| age > LIFE)
        {
            return refuse(
                "it is older than 24 hours, so the store may have forgotten it; read what was written, then use a new one",
            );
        }
        let run = fastrand::u64(..);
        Ok(Self { token, run })
    }

    fn key(&self) -> Vec<u8> {
        [&[AREA], self.token.as_bytes().as_slice()].concat()
    }

    /// What was written under the token.
    async fn find(&self, transaction: &Transaction) -> Result<Option<Written>> {
        let key = self.key();
        let stored = transaction.reader().get(&key).await?;
        let Some(stored) = stored else {
            return Ok(None);
        };
        let (Some((run, rest)), true) = (stored.split_first_chunk(), stored.len() == 12) else {
            let binding = transaction.store().binding();
            return Err(binding.corrupt(&key, &"it is not a witness"));
        };
        let attempt = rest.iter().fold(0, |n, byte| n << 8 | u32::from(*byte));
        Ok((attempt != GIVEN_UP).then_some(Written {
            run: u64::from_be_bytes(*run),
            attempt,
        }))
    }

    /// Leaves the witness with the transaction's writes.
    fn put(&self, transaction: &Transaction, attempt: u32) -> Result<()> {
        let value = [&self.run.to_be_bytes()[..], &attempt.to_be_bytes()].concat();
        transaction.write(BTreeMap::from([(self.key(), Some(value))]))
    }

    /// Removes what is too old, from time to time. A failure is the next sweep's business.
    async fn sweep(&self, store: &Store) {
        if !self.run.is_multiple_of(SWEEP) {
            return;
        }
        if let Err(error) = sweep(store).await {
            tracing::debug!(%error, "old witnesses of transactions were not removed");
        }
    }
}

/// Removes witnesses that no token in use can need.
async fn sweep(store: &Store) -> Result<()> {
    let Some(before) = SystemTime::now().checked_sub(KEPT) else {
        return Ok(());
    };
    let transaction = store.begin().await?;
    let range = KeyRange {
        start: vec![AREA],
        end: Some(first_of(before)),
    };
    let options = ScanOptions {
        limit: SWEPT,
        reverse: false,
        keys_only: true,
    };
    let reader = View::Transaction(transaction.clone()).open().await?;
    let old = reader.scan(&range, options).await?;
    transaction.write(old.into_iter().map(|(key, _)| (key, None)).collect())?;
    transaction.commit().await
}

/// The key before those of all tokens made from `time` on.
fn first_of(time: SystemTime) -> Vec<u8> {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    // The first six bytes of a version 7 UUID are its milliseconds.
    [&[AREA], &millis.to_be_bytes()[2..]].concat()
}

/// When a token was made; none if its version does not say.
fn made(token: Uuid) -> Option<SystemTime> {
    if token.get_version_num() != 7 {
        return None;
    }
    let (seconds, nanoseconds) = token.get_timestamp()?.to_unix();
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

/// The attempts of one run, and what is known of them.
#[derive(Debug)]
pub(super) struct Tries<T> {
    /// Without a token an attempt leaves no trace.
    witness: Option<Witness>,
    /// What the attempts gave whose commit had no answer.
    undetermined: BTreeMap<u32, T>,
}

impl<T> Tries<T> {
    pub(super) fn new(options: &TransactionOptions) -> Result<Self> {
        Ok(Self {
            witness: options.token.map(Witness::new).transpose()?,
            undetermined: BTreeMap::new(),
        })
    }

    /// What an earlier attempt gave, if one was written after all; leaves the witness of this attempt otherwise.
    pub(super) async fn look(
        &mut self,
        transaction: &Transaction,
        attempt: u32,
    ) -> Result<Option<T>> {
        let Some(witness) = &self.witness else {
            return Ok(None);
        };
        let Some(written) = witness.find(transaction).await? else {
            witness.put(transaction, attempt)?;
            return Ok(None);
        };
        let own = written.run == witness.run;
        let value = self.undetermined.remove(&written.attempt);
        let token = witness.token;
        let value = value.filter(|_| own);
        value.map(Some).ok_or(Error::AlreadyCommitted { token })
    }

    /// Keeps what an attempt gave whose commit had no answer; false if nobody could ever tell.
    pub(super) fn remember(&mut self, attempt: u32, value: T) -> bool {
        let can_tell = self.witness.is_some();
        if can_tell {
            self.undetermined.insert(attempt, value);
        }
        can_tell
    }

    /// Ends with an error, after making sure that no attempt without an answer is written, or will be.
    pub(super) async fn give_up<E: From<Error>>(mut self, store: &Store, error: E) -> Result<T, E> {
        if self.undetermined.is_empty() {
            return Err(error);
        }
        let mut marks_left = MARKS;
        loop {
            marks_left -= 1;
            let transaction = store.begin().await.map_err(unknown)?;
            // The mark is a write of the witness like an attempt's: those without an answer now conflict with it.
            if let Some(value) = self.look(&transaction, GIVEN_UP).await.map_err(unknown)? {
                return Ok(value);
            }
            match transaction.commit().await {
                Ok(()) => return Err(error),
                Err(again)
                    if marks_left > 0 && (again.is_retryable() || again.is_undetermined()) => {}
                Err(other) => return Err(unknown(other).into()),
            }
        }
    }

    /// Removes old witnesses, from time to time.
    pub(super) async fn sweep(&self, store: &Store) {
        if let Some(witness) = &self.witness {
            witness.sweep(store).await;
        }
    }
}

/// An attempt had no answer, and what became of it cannot be found out, unless the error says it.
fn unknown(error: Error) -> Error {
    match error {
        Error::CommitUnknown { .. } | Error::AlreadyCommitted { .. } => error,
        other => Error::CommitUnknown {
            reason: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_when_it_was_made_and_stands_behind_older_ones() {
        let before = SystemTime::now() - Duration::from_secs(1);
        let token = Uuid::now_v7();
        assert!(made(token).is_some_and(|made| made > before));
        assert_eq!(made(Uuid::new_v4()), None);
        let key = [&[AREA], token.as_bytes().as_slice()].concat();
        assert!(first_of(before) < key);
        assert!(first_of(SystemTime::now() + Duration::from_secs(1)) > key);
    }
}
