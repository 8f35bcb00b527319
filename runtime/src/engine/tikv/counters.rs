//! Which shard of a counter a transaction adds to.
//!
//! A shard is a key, and two transactions that write one key at once conflict. So each process begins at a shard of its
//! own, and within the process a transaction takes the first shard that no other uses and none has changed since its
//! snapshot. A sum is read by one scan, which is why there are few.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Shards of a counter.
const SHARDS: u16 = 64;
/// Counters remembered at once. What is forgotten costs a needless conflict at most.
const REMEMBERED: usize = 4096;

/// The shards that this process has used.
pub(super) struct Counters {
    first: u16,
    used: Mutex<HashMap<Vec<u8>, Vec<Slot>>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    busy: bool,
    /// When a transaction of this process last changed it, as far as is known.
    changed: u64,
}

impl Counters {
    pub(super) fn new() -> Arc<Self> {
        Self::starting_at(fastrand::u16(..SHARDS))
    }

    pub(super) fn starting_at(first: u16) -> Arc<Self> {
        Arc::new(Self {
            first,
            used: Mutex::default(),
        })
    }

    fn used(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Vec<Slot>>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A shard of each counter for a transaction whose snapshot is `base`.
    pub(super) fn reserve<'a>(
        self: &Arc<Self>,
        counters: impl Iterator<Item = &'a Vec<u8>>,
        base: u64,
    ) -> Reserved {
        let mut taken = HashMap::new();
        for counter in counters {
            let mut used = self.used();
            if used.len() >= REMEMBERED {
                used.retain(|_, slots| slots.iter().any(|slot| slot.busy));
            }
            let slots = used.entry(counter.clone()).or_default();
            let free = slots
                .iter()
                .position(|slot| !slot.busy && slot.changed <= base);
            let place = free.unwrap_or_else(|| {
                if slots.len() < usize::from(SHARDS) {
                    slots.push(Slot::default());
                }
                slots.len() - 1
            });
            slots[place].busy = true;
            taken.insert(counter.clone(), place);
        }
        Reserved {
            counters: Some(self.clone()),
            taken,
            changed: base,
        }
    }
}

/// The shards of one transaction; free again when it is dropped.
pub(super) struct Reserved {
    counters: Option<Arc<Counters>>,
    taken: HashMap<Vec<u8>, usize>,
    changed: u64,
}

impl Reserved {
    /// For transactions that add to nothing.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self {
            counters: None,
            taken: HashMap::new(),
            changed: 0,
        }
    }

    pub(super) fn shard(&self, counter: &[u8]) -> u16 {
        let first = self.counters.as_ref().map_or(0, |counters| counters.first);
        let place = self.taken.get(counter).copied().unwrap_or(0);
        // Fewer than `SHARDS`, by `reserve`.
        (first + u16::try_from(place).unwrap_or(0)) % SHARDS
    }

    /// The transaction was committed at this time, or may have been by then.
    pub(super) fn changed(&mut self, version: u64) {
        self.changed = self.changed.max(version);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let Some(counters) = &self.counters else {
            return;
        };
        let mut used = counters.used();
        for (counter, place) in &self.taken {
            if let Some(slot) = used
                .get_mut(counter)
                .and_then(|slots| slots.get_mut(*place))
            {
                slot.busy = false;
                slot.changed = slot.changed.max(self.changed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserve(counters: &Arc<Counters>, base: u64) -> Reserved {
        counters.reserve([&b"c".to_vec()].into_iter(), base)
    }

    #[test]
    fn one_after_the_other_share_a_shard() {
        let counters = Counters::starting_at(9);
        for base in [10, 20, 30] {
            let mut reserved = reserve(&counters, base);
            assert_eq!(reserved.shard(b"c"), 9);
            reserved.changed(base + 5);
        }
    }

    #[test]
    fn side_by_side_or_begun_before_the_other_ended_they_do_not() {
        let counters = Counters::starting_at(63);
        let mut one = reserve(&counters, 10);
        let two = reserve(&counters, 10);
        assert_eq!((one.shard(b"c"), two.shard(b"c")), (63, 0));
        one.changed(15);
        drop(one);
        // Its snapshot is older than the change of the first shard, and the second is in use.
        let three = reserve(&counters, 12);
        assert_eq!(three.shard(b"c"), 1);
        drop(two);
        assert_eq!(reserve(&counters, 12).shard(b"c"), 0);
        assert_eq!(reserve(&counters, 15).shard(b"c"), 63);
    }

    #[test]
    fn when_all_are_in_use_the_last_is_shared() {
        let counters = Counters::starting_at(0);
        let all: Vec<Reserved> = (0..64).map(|_| reserve(&counters, 1)).collect();
        let shards: Vec<u16> = all.iter().map(|it| it.shard(b"c")).collect();
        assert_eq!(shards, (0..64).collect::<Vec<_>>());
        assert_eq!(reserve(&counters, 1).shard(b"c"), 63);
    }
}
