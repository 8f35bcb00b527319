//! How many events the next transaction takes.

use super::settings::Batch;
use std::time::Duration;

/// While the handlers of a batch take no longer than this together, more go into the next: should one of them fail, no more
/// than that is done again.
const QUICK: Duration = Duration::from_millis(5);
/// Bytes of the events of a batch, at most, before it stops growing.
const BYTES: usize = 1 << 20;

/// The batches of one drain.
#[derive(Debug)]
pub(super) struct Pace {
    batch: Batch,
    size: usize,
    /// How many events are still to be handled one by one.
    singles: usize,
}

impl Pace {
    pub(super) fn new(batch: Batch) -> Self {
        Self {
            batch,
            size: batch.first,
            singles: 0,
        }
    }

    /// Events of the next transaction, of which the first is at this attempt.
    pub(super) fn next(&mut self, attempt: u32) -> usize {
        if attempt > 1 && self.singles == 0 {
            // Whatever brought the attempt before down may stand anywhere in its batch, whose size is not known.
            self.singles = self.batch.most;
            self.size = self.batch.first;
        }
        if self.singles > 0 { 1 } else { self.size }
    }

    /// A batch has been handled: so many events of so many bytes, and how long their handlers took.
    pub(super) fn handled(&mut self, count: usize, bytes: usize, took: Duration) {
        if self.singles > 0 {
            self.singles = self.singles.saturating_sub(count);
        } else if count < self.size {
            // There was no more.
        } else if took <= QUICK && bytes <= BYTES {
            self.size = (self.size * 2).min(self.batch.most);
        } else {
            self.size = (self.size / 2).max(self.batch.first);
        }
    }

    /// Something in a batch failed: as many events as it may have had are handled one by one.
    pub(super) fn one_by_one(&mut self) {
        self.singles = self.size;
        self.size = self.batch.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: Batch = Batch {
        first: 32,
        most: 256,
    };

    #[test]
    fn batches_grow_while_handlers_are_quick_and_events_small() {
        let mut pace = Pace::new(BATCH);
        let mut sizes = vec![pace.next(1)];
        for _ in 0..4 {
            pace.handled(pace.size, 1_000, QUICK);
            sizes.push(pace.next(1));
        }
        assert_eq!(sizes, [32, 64, 128, 256, 256]);
        pace.handled(256, 1_000, QUICK * 2);
        assert_eq!(pace.next(1), 128);
        pace.handled(128, BYTES + 1, QUICK);
        assert_eq!(pace.next(1), 64);
        pace.handled(63, 0, QUICK * 9);
        assert_eq!(pace.next(1), 64, "a batch that is not full tells nothing");
    }

    #[test]
    fn after_a_failure_a_whole_batch_goes_one_by_one_and_the_next_is_small_again() {
        let mut pace = Pace::new(BATCH);
        pace.handled(32, 0, QUICK);
        pace.one_by_one();
        for _ in 0..64 {
            assert_eq!(pace.next(1), 1);
            pace.handled(1, 0, QUICK);
        }
        assert_eq!(pace.next(1), 32);
        assert_eq!(pace.next(2), 1, "a later attempt begins one by one");
        assert_eq!(pace.singles, 256);
    }

    #[test]
    fn a_size_that_was_asked_for_stays() {
        let mut pace = Pace::new(Batch { first: 1, most: 1 });
        pace.handled(1, 0, Duration::ZERO);
        assert_eq!(pace.next(1), 1);
    }
}
