//! How a group works.

use crate::events::Start;
use std::time::Duration;

/// What happens to an event whose attempts are used up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Poison {
    /// Its partition waits, and it is tried again at the longest pause: order is kept at any price. The log and the metric
    /// of the lag say so.
    #[default]
    Block,
    /// It is set aside, and so are later events of its key, in order, until it is driven again; the rest goes on. A
    /// partition that has parked a thousand events blocks.
    ParkKey,
    /// It is recorded as a dead letter, and everything goes on.
    DeadLetter,
}

/// Events that share a transaction: at first, and at most while handlers are quick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    pub(crate) first: usize,
    pub(crate) most: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Partitions that are handled at once.
    pub(crate) concurrency: usize,
    pub(crate) batch: Batch,
    pub(crate) start: Start,
    pub(crate) max_attempts: u32,
    /// The first pause, and the longest.
    pub(crate) backoff: (Duration, Duration),
    pub(crate) poison: Poison,
    /// How long a handler may take.
    pub(crate) deadline: Option<Duration>,
    /// How long a member may be silent before others take over.
    pub(crate) lease: Duration,
    /// The partitions that are handled, if they are chosen by hand: first and last.
    pub(crate) partitions: Option<(u16, u16)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 8,
            batch: Batch {
                first: 32,
                most: 256,
            },
            start: Start::Earliest,
            max_attempts: 20,
            backoff: (Duration::from_millis(100), Duration::from_mins(1)),
            poison: Poison::Block,
            deadline: None,
            lease: Duration::from_secs(10),
            partitions: None,
        }
    }
}

impl Settings {
    /// The pause after a failed attempt: exponential, with full jitter.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let (first, longest) = self.backoff;
        let factor = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        first
            .saturating_mul(factor)
            .min(longest)
            .mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_are_spread_over_all_of_it() {
        let settings = Settings {
            backoff: (Duration::from_millis(100), Duration::from_secs(1)),
            ..Settings::default()
        };
        for (attempt, bound) in [(1, 100), (2, 200), (4, 800), (5, 1_000), (u32::MAX, 1_000)] {
            let bound = Duration::from_millis(bound);
            let pauses: Vec<_> = (0..200).map(|_| settings.pause(attempt)).collect();
            assert!(pauses.iter().all(|pause| *pause <= bound), "{attempt}");
            assert!(pauses.iter().any(|pause| *pause < bound / 2), "{attempt}");
            assert!(pauses.iter().any(|pause| *pause > bound / 2), "{attempt}");
        }
    }
}
