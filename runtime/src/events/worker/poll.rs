//! Looking for events that other processes published: the ready list.
//!
//! One scan of the list, and one batch of heads, an interval, however many topics and partitions there are. The list is a
//! hint; the log and the cursor are the truth, and a sweep compares them from time to time.

use super::Inner;
use crate::{
    Error, Result,
    engine::{
        KeyRange, ScanOptions,
        log::{Head, head_key},
    },
    events::{Partition, Share},
};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use tokio::time::Instant;

/// The pause while events come, and when none have come for long: with jitter, 20 to 50 ms and 1 to 2 s.
const ACTIVE: Duration = Duration::from_millis(50);
const IDLE: Duration = Duration::from_secs(2);
/// Rows that one scan reads.
const PAGE: usize = 1_024;
/// How long a partition is idle before it is taken off the list, at first and at last: with jitter.
const UNLIST: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// A listed partition with nothing to handle.
#[derive(Debug, Clone, Copy)]
struct Idle {
    since: Instant,
    /// How long it stays listed.
    patience: Duration,
}

#[derive(Debug)]
pub(super) struct Poll {
    /// `None` where nobody else can publish.
    at: Option<Instant>,
    pause: Duration,
    idle: HashMap<Partition, Idle>,
    /// The head of each listed partition when it was looked at last.
    heads: HashMap<Partition, u64>,
    /// How long each partition stayed listed the last time; it grows with every time.
    patience: HashMap<Partition, Duration>,
}

impl Poll {
    pub(super) fn new(shared: bool) -> Self {
        Self {
            at: shared.then(Instant::now),
            pause: ACTIVE,
            idle: HashMap::new(),
            heads: HashMap::new(),
            patience: HashMap::new(),
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.at
    }

    /// Everything in a partition has been handled.
    pub(super) fn went_idle(&mut self, partition: Partition) {
        if self.at.is_some() {
            let patience = self.patience.get(&partition).copied().unwrap_or(UNLIST.0);
            let patience = jitter(patience);
            let since = Instant::now();
            self.idle.insert(partition, Idle { since, patience });
        }
    }

    /// The partitions of these shares that got events since the last look.
    pub(super) async fn look(&mut self, inner: &Inner, shares: &[Share]) -> Result<Vec<Partition>> {
        // Set first: a failure is not looked at again at once.
        self.pause = (self.pause * 2).min(IDLE);
        self.at = Some(Instant::now() + jitter(self.pause));
        let listed = listed(inner, shares).await?;
        let keys: Vec<_> = listed.iter().map(|it| head_key(&it.log())).collect();
        let mut found = Vec::new();
        if !keys.is_empty() {
            let reader = inner.store.reader().await?;
            let stored = reader.get_many(&keys).await?;
            for ((partition, key), stored) in listed.iter().zip(&keys).zip(stored) {
                let head = Head::decode(key, stored.as_deref()).map_err(Error::from_engine)?;
                if self.heads.insert(*partition, head.next) != Some(head.next) {
                    self.idle.remove(partition);
                    found.push(*partition);
                }
            }
        }
        self.heads.retain(|partition, _| listed.contains(partition));
        if !found.is_empty() {
            self.pause = ACTIVE;
            self.at = Some(Instant::now() + jitter(ACTIVE));
        }
        if let Err(error) = self.unlist(inner, &listed).await {
            tracing::warn!(%error, group = inner.name, "an idle partition could not be taken off the ready list");
        }
        Ok(found)
    }

    /// Takes one partition off the list that has been idle for long enough: others go with the next looks.
    async fn unlist(&mut self, inner: &Inner, listed: &[Partition]) -> Result<()> {
        self.idle.retain(|partition, _| listed.contains(partition));
        let due = self
            .idle
            .iter()
            .find(|(_, idle)| idle.since.elapsed() > idle.patience)
            .map(|(partition, _)| *partition);
        let Some(partition) = due else { return Ok(()) };
        self.idle.remove(&partition);
        let patience = self.patience.entry(partition).or_insert(UNLIST.0);
        *patience = (*patience * 2).min(UNLIST.1);
        let tx = inner.store.begin().await?;
        let key = head_key(&partition.log());
        let stored = tx.reader().get(&key).await?;
        let head = Head::decode(&key, stored.as_deref()).map_err(Error::from_engine)?;
        if !head.listed || self.heads.get(&partition) != Some(&head.next) {
            return Ok(());
        }
        let unlisted = Head {
            listed: false,
            ..head
        };
        tx.write(BTreeMap::from([
            (key, Some(unlisted.encode())),
            (partition.ready(), None),
        ]))?;
        match tx.commit().await {
            // An event came meanwhile: it stays on the list.
            Err(Error::Conflict { .. }) => Ok(()),
            other => other,
        }
    }
}

/// The listed partitions of these shares, of topics that are handled here.
async fn listed(inner: &Inner, held: &[Share]) -> Result<Vec<Partition>> {
    let reader = inner.store.reader().await?;
    let mut range = KeyRange {
        start: vec![b'y'],
        end: Some(vec![b'y' + 1]),
    };
    let options = ScanOptions {
        limit: PAGE,
        reverse: false,
        keys_only: true,
    };
    let mut listed = Vec::new();
    loop {
        let rows = reader.scan(&range, options).await?;
        let mine = rows.iter().filter_map(|(key, _)| Partition::of_ready(key));
        listed.extend(mine.filter(|partition| {
            let handled = inner.topics.iter().any(|topic| topic.id == partition.topic);
            handled && held.iter().any(|share| share.has(*partition))
        }));
        match rows.last() {
            Some((last, _)) if rows.len() == PAGE => range.start = [last.as_slice(), &[0]].concat(),
            _ => return Ok(listed),
        }
    }
}

/// Two fifths of a pause to the whole of it.
fn jitter(pause: Duration) -> Duration {
    pause.mul_f64(0.4 + 0.6 * fastrand::f64())
}
