//! Garbage collection: old states are kept until somebody moves the cluster's safepoint, and here one process does.
//!
//! The rows stand for the whole cluster (or keyspace), outside every store's prefix, since the safepoint is everybody's:
//!
//! | row | what it says |
//! | --- | --- |
//! | `gc` | who moves the safepoint; its beat grows while he lives |
//! | `held` process | the oldest snapshot that a process still reads; its beat grows while it does |
//!
//! The safepoint is now less what is kept, but before every snapshot held. All parts of what is kept (`keep`): a snapshot
//! is registered from a quarter on and unsafe without that from a half on (see `register`); a registration counts for a
//! quarter after it was renewed, and is respected for a half; so neither a slow clock nor a pause lets the safepoint pass a
//! snapshot that can still be read. Times are measured by each process's own clock, on rows that it watches.

use super::{
    Inner, commit,
    link::Link,
    prefix::Prefix,
    register::{Ages, Moment},
    write_set::Values,
};
use crate::engine::{EngineError, Outcome, ScanOptions};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Weak},
    time::Duration,
};
use tikv_client::{Timestamp, TimestampExt};
use tokio::{
    task::JoinHandle,
    time::{Instant, interval_at, timeout},
};

/// How old snapshots may get where what is older than `keep` is given back.
pub(super) fn ages(keep: Option<Duration>, most: Duration) -> Ages {
    Ages {
        free: keep.map_or(most, |keep| keep / 2),
        most,
        lease: keep.unwrap_or_default() / 4,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    owner: String,
    beat: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    oldest: u64,
    beat: u64,
}

/// What this process does for the cluster, and what it saw of the others.
pub(super) struct Job {
    engine: Weak<Inner>,
    keep: Duration,
    me: String,
    beat: u64,
    rows: Prefix,
    /// Rows of others, and since when they stand still.
    watched: HashMap<Vec<u8>, (u64, Moment)>,
    collected: Moment,
    safepoint: u64,
    registered: bool,
}

impl Job {
    /// Starts it; it ends with the engine.
    pub(super) fn start(engine: &Arc<Inner>, keep: Duration) -> JoinHandle<()> {
        let mut job = Self {
            engine: Arc::downgrade(engine),
            keep,
            me: format!("{:016x}", fastrand::u64(..)),
            beat: 0,
            rows: Prefix::new(""),
            watched: HashMap::new(),
            collected: Moment::now(),
            safepoint: 0,
            registered: false,
        };
        let closing = engine.closing.clone();
        tokio::spawn(async move {
            let turn = keep / 40;
            let mut turns = interval_at(Instant::now() + turn, turn);
            loop {
                let closing = tokio::select! {
                    _ = turns.tick() => false,
                    () = closing.notified() => true,
                };
                let Some(engine) = job.engine.upgrade() else {
                    return;
                };
                if closing {
                    job.leave(&engine).await;
                    return;
                }
                if let Err(error) = job.turn(&engine).await {
                    tracing::warn!(%error, "garbage collection of TiKV is late");
                }
            }
        })
    }

    async fn turn(&mut self, engine: &Inner) -> Result<(), EngineError> {
        self.hold(engine).await?;
        if self.lead(&engine.link).await? && self.collected.elapsed() >= self.keep / 8 {
            self.collect(engine).await?;
        }
        Ok(())
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.keep / 8
    }

    /// Registers the oldest snapshot of this process that is about to need it.
    async fn hold(&mut self, engine: &Inner) -> Result<(), EngineError> {
        let key = self.rows.own(format!("held{}", self.me).as_bytes());
        let renewed = Moment::now();
        let Some(oldest) = engine.register.oldest(self.keep / 4) else {
            if self.registered && self.write(&engine.link, &key, None::<&Held>, None).await? {
                self.registered = false;
            }
            return Ok(());
        };
        self.beat += 1;
        let beat = self.beat;
        let row = Held { oldest, beat };
        self.registered = true;
        if self.write(&engine.link, &key, Some(&row), None).await? {
            engine.register.registered(oldest, renewed);
        }
        Ok(())
    }

    /// Whether this process moves the safepoint: it does already, or whoever did stands still.
    async fn lead(&mut self, link: &Link) -> Result<bool, EngineError> {
        let key = self.rows.own(b"gc");
        let (_, transaction) = link.begin().await?;
        let at = transaction.start_timestamp();
        let stored: Option<Lease> = decode(link.get(&at, &key, self.deadline()).await?);
        if let Some(lease) = &stored
            && lease.owner != self.me
            && self.stands_still(&key, lease.beat) < self.keep / 4
        {
            return Ok(false);
        }
        let lease = Lease {
            owner: self.me.clone(),
            beat: stored.map_or(0, |lease| lease.beat) + 1,
        };
        self.write(link, &key, Some(&lease), Some(transaction))
            .await
    }

    /// For how long the beat of a row was seen not to change.
    fn stands_still(&mut self, key: &[u8], beat: u64) -> Duration {
        let watched = self.watched.entry(key.to_vec());
        let (seen, since) = watched.or_insert((beat, Moment::now()));
        if *seen != beat {
            (*seen, *since) = (beat, Moment::now());
        }
        since.elapsed()
    }

    /// Moves the safepoint.
    async fn collect(&mut self, engine: &Inner) -> Result<(), EngineError> {
        self.collected = Moment::now();
        let link = &engine.link;
        let (_, transaction) = link.begin().await?;
        let now = transaction.start_timestamp();
        let range = (self.rows.own(b"held"), self.rows.own(b"hele"));
        let options = ScanOptions {
            limit: usize::MAX,
            reverse: false,
            keys_only: false,
        };
        let rows = link
            .scan(&now, range, options, usize::MAX, self.deadline())
            .await?;
        let mut safepoint = version_before(&now, self.keep);
        for (key, row) in rows {
            let Some(held) = decode::<Held>(Some(row)) else {
                continue;
            };
            if self.stands_still(&key, held.beat) >= self.keep / 2 {
                tracing::warn!("a process that read an old snapshot of TiKV is gone");
                self.write(link, &key, None::<&Held>, None).await?;
                self.watched.remove(&key);
            } else {
                safepoint = safepoint.min(held.oldest.saturating_sub(1));
            }
        }
        if safepoint <= self.safepoint {
            return Ok(());
        }
        let call = |client: tikv_client::TransactionClient, _| async move {
            client.gc(Timestamp::from_version(safepoint)).await
        };
        link.call(
            "moving TiKV's safepoint",
            Instant::now() + self.keep / 4,
            call,
        )
        .await?;
        self.safepoint = safepoint;
        tracing::debug!(safepoint, "TiKV may give back what is older");
        Ok(())
    }

    /// Takes back what this process has said. If that fails, others see it stand still.
    async fn leave(&mut self, engine: &Inner) {
        if self.registered {
            let key = self.rows.own(format!("held{}", self.me).as_bytes());
            let taken_back = self.write(&engine.link, &key, None::<&Held>, None);
            let _ = timeout(engine.link.timeout(), taken_back).await;
        }
    }

    /// Writes a row; false if another was faster.
    async fn write<T: Serialize>(
        &self,
        link: &Link,
        key: &[u8],
        row: Option<&T>,
        transaction: Option<tikv_client::Transaction>,
    ) -> Result<bool, EngineError> {
        let transaction = match transaction {
            Some(transaction) => transaction,
            None => link.begin().await?.1,
        };
        let row = row.map(serde_json::to_vec).transpose().map_err(|error| {
            super::fault::unavailable(format!(
                "a row of garbage collection cannot be written: {error}"
            ))
        })?;
        let key = key.to_vec();
        let writes: Values = [(key.clone(), row.clone())].into();
        let answer = commit::send(
            link,
            transaction,
            &writes,
            Some(&key),
            &BTreeSet::new(),
            self.deadline(),
        )
        .await;
        match answer {
            // The client reports success also for what it lost.
            Ok(at) => Ok(link.get(&at, &key, self.deadline()).await? == row),
            Err(Outcome::Conflict { .. } | Outcome::Committed { .. }) => Ok(false),
            Err(Outcome::Unknown(error) | Outcome::Failed(error)) => Err(error),
        }
    }
}

fn decode<T: DeserializeOwned>(row: Option<Vec<u8>>) -> Option<T> {
    serde_json::from_slice(&row?).ok()
}

/// The timestamp that lies so far before another.
fn version_before(now: &Timestamp, time: Duration) -> u64 {
    let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    let physical = now.physical.saturating_sub(time).max(0);
    Timestamp {
        physical,
        ..Timestamp::default()
    }
    .version()
}
