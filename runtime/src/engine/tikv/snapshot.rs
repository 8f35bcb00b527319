//! A snapshot: a timestamp, what was read at it, and the transaction that may commit on it.

use super::{Inner, link::Client, register::Ticket, write_set::Values};
use crate::engine::{Changes, EngineError, KeyRange, Page, PageSize, Pair, ScanOptions, Snapshot};
use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tikv_client::{Timestamp, TimestampExt, Transaction};

/// Most bytes that a snapshot remembers of what was read through it.
const REMEMBERED: usize = 1024 * 1024;

/// A consistent view of a store in TiKV.
///
/// Reads are requests to the cluster; they may run side by side. A snapshot that is held keeps the whole cluster from
/// giving back the space of what was replaced since.
#[derive(Clone)]
pub struct TikvSnapshot(pub(super) Arc<Base>);

pub(super) struct Base {
    pub(super) engine: Arc<Inner>,
    pub(super) at: Timestamp,
    /// The client that began the transaction: it has regions of its own in memory.
    pub(super) client: Client,
    /// Taken by the first commit.
    pub(super) transaction: Mutex<Option<Transaction>>,
    pub(super) ticket: Ticket,
    seen: Mutex<Seen>,
    done: Mutex<Done>,
}

/// The keys of what was committed on a snapshot.
#[derive(Default)]
struct Done {
    written: BTreeSet<Vec<u8>>,
    guarded: BTreeSet<Vec<u8>>,
}

/// What was read key by key, under the cluster's names: a commit need not read it again.
#[derive(Default)]
struct Seen {
    values: Values,
    bytes: usize,
}

impl fmt::Debug for TikvSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TikvSnapshot")
            .field("timestamp", &self.0.at.version())
            .finish()
    }
}

impl Base {
    /// Takes a timestamp from PD.
    pub(super) async fn take(engine: Arc<Inner>) -> Result<Self, EngineError> {
        let taking = engine.register.taking();
        let (client, transaction) = engine.link.begin().await?;
        let at = transaction.start_timestamp();
        Ok(Self {
            ticket: taking.taken(&at),
            engine,
            at,
            client,
            transaction: Mutex::new(Some(transaction)),
            seen: Mutex::default(),
            done: Mutex::default(),
        })
    }

    fn remember<'a>(&self, keys: impl Iterator<Item = (&'a Vec<u8>, Option<&'a Vec<u8>>)>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in keys {
            let bytes = key.len() + value.map_or(0, Vec::len);
            if seen.bytes + bytes > REMEMBERED {
                return;
            }
            if seen.values.insert(key.clone(), value.cloned()).is_none() {
                seen.bytes += bytes;
            }
        }
    }

    /// Remembers what was committed on this snapshot.
    pub(super) fn committed(&self, written: Vec<Vec<u8>>, guarded: BTreeSet<Vec<u8>>) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.written.extend(written);
        done.guarded.extend(guarded);
    }

    /// A key over which these changes conflict with what was committed on this snapshot before.
    pub(super) fn conflicts(&self, changes: &Changes) -> Option<Vec<u8>> {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writes = changes.writes.keys();
        let mut guards = changes.guards.iter();
        writes
            .find(|key| done.written.contains(*key) || done.guarded.contains(*key))
            .or_else(|| guards.find(|key| done.written.contains(*key)))
            .cloned()
    }

    /// What was read of these keys by the client that commits, so that it knows their regions.
    pub(super) fn known<'a>(&self, keys: impl Iterator<Item = &'a Vec<u8>>) -> Values {
        if self.engine.link.client().generation == self.client.generation {
            self.seen(keys)
        } else {
            Values::new()
        }
    }

    /// What was read of these keys.
    fn seen<'a>(&self, keys: impl Iterator<Item = &'a Vec<u8>>) -> Values {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let value = |key: &Vec<u8>| Some((key.clone(), seen.values.get(key)?.clone()));
        keys.filter_map(value).collect()
    }

    /// The values of keys at this snapshot, checked to be whole. What was read before is not asked for again.
    async fn read(&self, keys: BTreeSet<Vec<u8>>) -> Result<Values, EngineError> {
        let link = &self.engine.link;
        link.check_open()?;
        let mut values = self.seen(keys.iter());
        let unknown: Vec<Vec<u8>> = keys
            .into_iter()
            .filter(|key| !values.contains_key(key))
            .collect();
        // Of no keys there is no part, and nothing is asked.
        let mut found = link.get_many(&self.at, &unknown, link.deadline()).await?;
        self.ticket.check()?;
        self.remember(unknown.iter().map(|key| (key, found.get(key))));
        values.extend(unknown.into_iter().map(|key| {
            let value = found.remove(&key);
            (key, value)
        }));
        Ok(values)
    }

    /// The pairs of a range, and none behind the answer with which they have `bytes`.
    async fn scan(
        &self,
        range: &KeyRange,
        options: ScanOptions,
        bytes: usize,
    ) -> Result<Vec<Pair>, EngineError> {
        let link = &self.engine.link;
        link.check_open()?;
        let prefix = &self.engine.prefix;
        let (range, deadline) = (prefix.range(range), link.deadline());
        let mut pairs = link.scan(&self.at, range, options, bytes, deadline).await?;
        self.ticket.check()?;
        for (key, _) in &mut pairs {
            key.drain(..prefix.len().min(key.len()));
        }
        Ok(pairs)
    }
}

impl Snapshot for TikvSnapshot {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let base = &self.0;
        let link = &base.engine.link;
        link.check_open()?;
        let key = base.engine.prefix.key(key);
        if let Some(value) = base.seen([&key].into_iter()).remove(&key) {
            base.ticket.check()?;
            return Ok(value);
        }
        let value = link.get(&base.at, &key, link.deadline()).await?;
        base.ticket.check()?;
        base.remember([(&key, value.as_ref())].into_iter());
        Ok(value)
    }

    async fn get_many(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        let base = &self.0;
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| base.engine.prefix.key(key)).collect();
        let values = base.read(keys.iter().cloned().collect()).await?;
        let value = |key| values.get(key).cloned().flatten();
        Ok(keys.iter().map(value).collect())
    }

    async fn scan(&self, range: &KeyRange, options: ScanOptions) -> Result<Vec<Pair>, EngineError> {
        self.0.scan(range, options, usize::MAX).await
    }

    async fn page(&self, range: &KeyRange, size: PageSize) -> Result<Page, EngineError> {
        let options = ScanOptions {
            limit: size.pairs,
            reverse: false,
            keys_only: false,
        };
        let pairs = self.0.scan(range, options, size.bytes).await?;
        Ok(Page::of(pairs, size))
    }
}
