//! The snapshots that this process holds, and how long each may be read.
//!
//! Neither the client nor a server refuses a read below the cluster's safepoint: rows are missing, without a word. So
//! each read is checked after its answer. A snapshot younger than half of what is kept is safe, since the safepoint does
//! not pass it before it is twice as old; an older one is safe only while a row in the cluster says that it is held
//! (see `gc`), and that row was renewed a short time ago.

use crate::engine::EngineError;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tikv_client::{Timestamp, TimestampExt};

/// A point in time, by two clocks: the monotonic one stands still while the machine sleeps, the other can be set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self {
            monotonic: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// By the clock that went further.
    pub(super) fn elapsed(self) -> Duration {
        let wall = self.wall.elapsed().unwrap_or_default();
        wall.max(self.monotonic.elapsed())
    }
}

/// How old a snapshot may get.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ages {
    /// Without being registered.
    pub(super) free: Duration,
    /// At all.
    pub(super) most: Duration,
    /// How long a registration counts after it was renewed.
    pub(super) lease: Duration,
}

pub(super) struct Register {
    ages: Ages,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    live: BTreeMap<u64, Held>,
    registered: Option<Registered>,
}

struct Held {
    taken: Moment,
    holders: usize,
}

#[derive(Clone, Copy)]
struct Registered {
    oldest: u64,
    renewed: Moment,
}

impl Register {
    pub(super) fn new(ages: Ages) -> Arc<Self> {
        Arc::new(Self {
            ages,
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before a timestamp is asked for: its age counts from here.
    pub(super) fn taking(self: &Arc<Self>) -> Taking {
        Taking {
            register: self.clone(),
            taken: Moment::now(),
        }
    }

    /// The oldest snapshot that is held, that is older than `age`, and that may still be read. One whose time ran out is
    /// not brought back by a row that comes too late.
    pub(super) fn oldest(&self, age: Duration) -> Option<u64> {
        let state = self.state();
        let held = state.live.iter().find(|&(&version, held)| {
            held.taken.elapsed() >= age && self.is_whole(&state, version, held.taken)
        });
        held.map(|(&version, _)| version)
    }

    /// The cluster has a row, written no earlier than `renewed`, that says that nothing from `oldest` on may go.
    pub(super) fn registered(&self, oldest: u64, renewed: Moment) {
        self.state().registered = Some(Registered { oldest, renewed });
    }

    /// Fails if the safepoint may have passed a snapshot.
    fn check(&self, version: u64, taken: Moment) -> Result<(), EngineError> {
        if self.is_whole(&self.state(), version, taken) {
            return Ok(());
        }
        Err(EngineError::SnapshotTooOld)
    }

    /// Whether nothing that this snapshot sees can have been given back yet.
    fn is_whole(&self, state: &State, version: u64, taken: Moment) -> bool {
        let age = taken.elapsed();
        let registered = || {
            state
                .registered
                .is_some_and(|row| row.oldest <= version && row.renewed.elapsed() < self.ages.lease)
        };
        age < self.ages.most && (age < self.ages.free || registered())
    }
}

/// A snapshot whose timestamp is on its way.
pub(super) struct Taking {
    register: Arc<Register>,
    taken: Moment,
}

impl Taking {
    pub(super) fn taken(self, at: &Timestamp) -> Ticket {
        let version = at.version();
        let Self { register, taken } = self;
        let mut state = register.state();
        let held = state.live.entry(version);
        held.or_insert(Held { taken, holders: 0 }).holders += 1;
        drop(state);
        Ticket {
            register,
            version,
            taken,
        }
    }
}

/// Held by a snapshot as long as it lives.
pub(super) struct Ticket {
    register: Arc<Register>,
    version: u64,
    taken: Moment,
}

impl Ticket {
    /// Fails if what was just read may have been incomplete.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        self.register.check(self.version, self.taken)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.register.state();
        if let Some(held) = state.live.get_mut(&self.version) {
            held.holders -= 1;
            if held.holders == 0 {
                state.live.remove(&self.version);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    fn ages(free: Duration, most: Duration) -> Arc<Register> {
        Register::new(Ages {
            free,
            most,
            lease: LONG,
        })
    }

    fn take(register: &Arc<Register>, version: u64) -> Ticket {
        register.taking().taken(&Timestamp::from_version(version))
    }

    #[test]
    fn a_young_snapshot_is_read_without_a_row() {
        assert_eq!(take(&ages(LONG, LONG), 5).check(), Ok(()));
    }

    #[test]
    fn an_older_one_needs_a_row_that_covers_it() {
        let register = ages(Duration::ZERO, LONG);
        let old = take(&register, 5);
        let newer = take(&register, 6);
        assert_eq!(old.check(), Err(EngineError::SnapshotTooOld));
        register.registered(6, Moment::now());
        assert_eq!(old.check(), Err(EngineError::SnapshotTooOld));
        assert_eq!(newer.check(), Ok(()));
        register.registered(5, Moment::now());
        assert_eq!(old.check(), Ok(()));
    }

    #[test]
    fn a_row_that_was_not_renewed_counts_for_nothing() {
        let register = Register::new(Ages {
            free: Duration::ZERO,
            most: LONG,
            lease: Duration::ZERO,
        });
        let ticket = take(&register, 5);
        register.registered(5, Moment::now());
        assert_eq!(ticket.check(), Err(EngineError::SnapshotTooOld));
    }

    #[test]
    fn past_the_greatest_age_no_row_helps_and_none_is_asked_for() {
        let register = ages(Duration::ZERO, Duration::ZERO);
        let ticket = take(&register, 5);
        register.registered(5, Moment::now());
        assert_eq!(ticket.check(), Err(EngineError::SnapshotTooOld));
        assert_eq!(register.oldest(Duration::ZERO), None);
    }

    #[test]
    fn the_oldest_is_that_of_the_snapshots_still_held() {
        let register = ages(LONG, LONG);
        let first = take(&register, 5);
        let second = take(&register, 7);
        assert_eq!(register.oldest(Duration::ZERO), Some(5));
        assert_eq!(register.oldest(LONG), None);
        drop(first);
        assert_eq!(register.oldest(Duration::ZERO), Some(7));
        drop(second);
        assert_eq!(register.oldest(Duration::ZERO), None);
    }
}
