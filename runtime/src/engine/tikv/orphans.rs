//! Locks whose transaction has lost its primary key.
//!
//! A transaction whose client died while it locked its keys may have locked others than its primary. Such a lock is rolled back
//! once its time is over. tikv-client 0.4.0 means to, and does not: it looks for the server's "no such transaction" in one shape of
//! error and gets it in another, so that whoever meets the lock fails for ever (docs/decisions/tikv-client.md). Its collection
//! of garbage does roll back, whatever the lock's time; so it is asked to, for these keys alone, after the time was
//! checked.

use super::{link::Link, prefix::Prefix};
use tikv_client::{
    Error, ProtoLockInfo, Timestamp, TimestampExt, transaction::ResolveLocksOptions,
};
use tokio::time::{Instant, timeout_at};

/// Locks of a region that are looked at at once.
const BATCH: u32 = 1024;

/// A lock lives at least so long.
const LEAST_LIFE_MS: i64 = 3_000;

/// The transaction that an error says is nowhere to be found.
fn of(error: &Error) -> Option<u64> {
    match error {
        Error::KeyError(error) => error.txn_not_found.as_ref().map(|lost| lost.start_ts),
        Error::TxnNotFound(lost) => Some(lost.start_ts),
        Error::MultipleKeyErrors(errors) | Error::ExtractedErrors(errors) => {
            errors.iter().find_map(of)
        }
        _ => None,
    }
}

impl Link {
    /// Rolls back the locks of the transaction that an error says is nowhere to be found, if their time is over.
    ///
    /// Most often it is under way, and has only not locked its primary key yet.
    pub(super) async fn free_orphans(&self, error: &Error, deadline: Instant) {
        if let Some(start) = of(error) {
            let start = Timestamp::from_version(start);
            // If that fails, the call that met the lock fails again, and is answered with what is wrong.
            let _ = timeout_at(deadline, self.free(&start)).await;
        }
    }

    async fn free(&self, start: &Timestamp) -> tikv_client::Result<()> {
        let client = self.client().tikv;
        let now = client.current_timestamp().await?;
        if now.physical < start.physical.saturating_add(LEAST_LIFE_MS) {
            return Ok(());
        }
        for prefix in [&self.prefix, &Prefix::new("")] {
            let (from, to) = prefix.whole();
            let locks = client.scan_locks(start, from..to, BATCH).await?;
            for lock in locks.into_iter().filter(|lock| is_over(lock, start, &now)) {
                let end = [lock.key.as_slice(), &[0]].concat();
                let options = ResolveLocksOptions::default();
                client.cleanup_locks(lock.key..end, start, options).await?;
                tracing::info!("rolled back a lock that its transaction left behind");
            }
        }
        Ok(())
    }
}

fn is_over(lock: &ProtoLockInfo, start: &Timestamp, now: &Timestamp) -> bool {
    let lives = i64::try_from(lock.lock_ttl).unwrap_or(i64::MAX);
    lock.lock_version == start.version() && start.physical.saturating_add(lives) < now.physical
}
