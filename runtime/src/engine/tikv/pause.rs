//! Pauses between attempts: doubled, with full jitter.

use std::time::Duration;

/// Longest pause between two attempts.
pub(super) const LONGEST: Duration = Duration::from_secs(1);
const LONGEST_FOR_LOCK: Duration = Duration::from_millis(400);

pub(super) struct Pause {
    bound: Duration,
    longest: Duration,
}

impl Default for Pause {
    fn default() -> Self {
        Self {
            bound: Duration::from_millis(10),
            longest: LONGEST,
        }
    }
}

impl Pause {
    /// Most locks are gone after the time of a request.
    fn for_lock() -> Self {
        Self {
            bound: Duration::from_millis(2),
            longest: LONGEST_FOR_LOCK,
        }
    }

    pub(super) fn next(&mut self) -> Duration {
        self.bound = (self.bound * 2).min(self.longest);
        self.bound.mul_f64(fastrand::f64())
    }
}

/// Pauses between looks at a key that others lock.
///
/// They get longer while it is the same lock. A key that many want is locked by one after another, and free for moments only:
/// whoever looks more and more seldom does not find one.
pub(super) struct Waiting {
    version: u64,
    pause: Pause,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            version: 0,
            pause: Pause::for_lock(),
        }
    }
}

impl Waiting {
    /// The pause for a lock of the transaction that began then.
    pub(super) fn next(&mut self, version: u64) -> Duration {
        if self.version != version {
            self.version = version;
            self.pause = Pause::for_lock();
        }
        self.pause.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_while_it_is_one_lock_and_begin_anew_with_another() {
        let mut waiting = Waiting::default();
        let bounds = |waiting: &mut Waiting, version: u64, count: usize| -> Vec<u128> {
            (0..count)
                .map(|_| {
                    let pause = waiting.next(version);
                    assert!(pause <= waiting.pause.bound);
                    waiting.pause.bound.as_millis()
                })
                .collect()
        };
        let first = bounds(&mut waiting, 1, 9);
        assert_eq!(first, [4, 8, 16, 32, 64, 128, 256, 400, 400]);
        assert_eq!(bounds(&mut waiting, 2, 2), [4, 8]);
        assert_eq!(bounds(&mut waiting, 1, 1), [4]);
    }
}
