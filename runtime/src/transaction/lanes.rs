//! Who of this process appends to which log first, where appends conflict.
//!
//! Of the transactions of one process, one at a time commits to a log; who finds that another has appended since it began
//! runs again at once, in its turn, without asking the engine. Transactions of other processes stay rivals.

use std::{
    hash::BuildHasher,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout_at},
};

use crate::engine::Changes;

/// Logs that may share a lane; more only cost memory.
const LANES: usize = 256;

/// How long a turn is waited for. A transaction that is run inside another one's closure may wait for that one.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lanes for a few logs each.
pub(super) struct Lanes {
    /// The time of each lane's last commit.
    last: Box<[Mutex<u64>]>,
    /// Counts commits to all of them.
    clock: AtomicU64,
    hasher: std::hash::RandomState,
}

/// The turns that a transaction has: it alone, of this process, appends to logs of these lanes.
#[derive(Default)]
pub(super) struct Turns<'a> {
    lanes: Vec<usize>,
    held: Vec<MutexGuard<'a, u64>>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            last: (0..LANES).map(|_| Mutex::default()).collect(),
            clock: AtomicU64::new(0),
            hasher: std::hash::RandomState::new(),
        }
    }
}

impl Lanes {
    /// The lanes of the logs that a transaction appends to, in the order in which everyone takes them.
    pub(super) fn of(&self, changes: &Changes) -> Vec<usize> {
        let lane = |log: &Vec<u8>| usize::try_from(self.hasher.hash_one(log) % LANES as u64).ok();
        let logs = changes.appends.iter().map(|append| &append.log);
        let mut lanes: Vec<usize> = logs.filter_map(lane).collect();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    /// The time by which [`Turns::is_stale`] compares; to be taken before the transaction begins.
    pub(super) fn now(&self) -> u64 {
        self.clock.load(Ordering::Acquire)
    }

    /// Waits for the turn in each of them; goes on without those that it waited for too long.
    pub(super) async fn take(&self, lanes: Vec<usize>) -> Turns<'_> {
        let until = Instant::now() + PATIENCE;
        let mut held = Vec::with_capacity(lanes.len());
        for &lane in &lanes {
            if let Ok(turn) = timeout_at(until, self.last[lane].lock()).await {
                held.push(turn);
            }
        }
        Turns { lanes, held }
    }

    /// The transaction that has these turns was committed.
    pub(super) fn committed(&self, turns: &mut Turns<'_>) {
        if !turns.held.is_empty() {
            let now = self.clock.fetch_add(1, Ordering::AcqRel) + 1;
            turns.held.iter_mut().for_each(|last| **last = now);
        }
    }
}

impl Turns<'_> {
    /// Whether they are all that these lanes need.
    pub(super) fn cover(&self, lanes: &[usize]) -> bool {
        lanes.iter().all(|lane| self.lanes.contains(lane))
    }

    /// Whether another one has committed since then, so that what began then will lose.
    pub(super) fn is_stale(&self, since: u64) -> bool {
        self.held.iter().any(|last| **last > since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Append;

    fn appends(logs: &[&str]) -> Changes {
        let append = |log: &&str| Append {
            log: log.as_bytes().to_vec(),
            value: Vec::new(),
            ready: None,
        };
        Changes {
            appends: logs.iter().map(append).collect(),
            ..Changes::default()
        }
    }

    #[test]
    fn lanes_are_taken_in_one_order_and_each_once() {
        let lanes = Lanes::default();
        let found = lanes.of(&appends(&["a", "b", "a", "c"]));
        assert_eq!(found, lanes.of(&appends(&["c", "b", "a"])));
        assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
        assert_eq!(lanes.of(&Changes::default()), Vec::<usize>::new());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_is_waited_for_but_not_for_ever() {
        let lanes = Lanes::default();
        let own = lanes.of(&appends(&["a"]));
        let first = lanes.take(own.clone()).await;
        assert_eq!(first.held.len(), 1);
        // As a transaction inside the first one's closure would.
        assert!(lanes.take(own.clone()).await.held.is_empty());
        drop(first);
        assert_eq!(lanes.take(own).await.held.len(), 1);
    }

    #[tokio::test]
    async fn what_began_before_another_commit_knows_that_it_will_lose() {
        let lanes = Lanes::default();
        let (own, other) = (vec![1, 2], vec![3]);
        let before = lanes.now();
        let mut turns = lanes.take(own.clone()).await;
        assert!(turns.cover(&[2]) && !turns.cover(&other));
        assert!(!turns.is_stale(before));
        lanes.committed(&mut turns);
        drop(turns);
        assert!(lanes.take(vec![2]).await.is_stale(before));
        assert!(!lanes.take(own).await.is_stale(lanes.now()));
        assert!(!lanes.take(other).await.is_stale(before));
    }
}
