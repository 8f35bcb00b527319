//! Who of this process appends to which log first, where appends conflict.
//!
//! A transaction that lost once waits for its turn before it begins again, so that those of one process do not undo each
//! other's work on and on. Transactions of other processes, and those that have not lost yet, stay rivals.

use std::{hash::BuildHasher, time::Duration};

use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout_at},
};

use crate::engine::Changes;

/// Logs that may share a lane; more only cost memory.
const LANES: usize = 256;

/// How long a turn is waited for. A transaction that is run inside another one's closure may wait for that one.
const PATIENCE: Duration = Duration::from_secs(1);

/// One lane for a few logs.
pub(super) struct Lanes {
    lanes: Box<[Mutex<()>]>,
    hasher: std::hash::RandomState,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            lanes: (0..LANES).map(|_| Mutex::new(())).collect(),
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

    /// Waits for the turn in each of them; goes on without those that it waited for too long.
    pub(super) async fn take(&self, lanes: &[usize]) -> Vec<MutexGuard<'_, ()>> {
        let until = Instant::now() + PATIENCE;
        let mut taken = Vec::with_capacity(lanes.len());
        for &lane in lanes {
            if let Ok(turn) = timeout_at(until, self.lanes[lane].lock()).await {
                taken.push(turn);
            }
        }
        taken
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
        let first = lanes.take(&own).await;
        assert_eq!(first.len(), 1);
        // As a transaction inside the first one's closure would.
        assert!(lanes.take(&own).await.is_empty());
        drop(first);
        assert_eq!(lanes.take(&own).await.len(), 1);
    }
}
