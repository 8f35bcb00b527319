//! Which keys changed lately, and with which commit: the whole of first-committer-wins.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque, hash_map::RandomState},
    hash::{BuildHasher, BuildHasherDefault, Hasher},
};

use super::SHARD;
use crate::engine::{Changes, counter, log};

/// Changes remembered at most; each takes about 40 bytes.
const CAPACITY: usize = 1 << 20;

/// The latest commit number of each recently changed key.
///
/// Keys are kept as 64-bit hashes under a secret of this process. Two keys with one hash cost a needless conflict, which a
/// retry on a newer snapshot resolves; they can never hide one.
pub(super) struct Conflicts {
    latest: HashMap<u64, u64, BuildHasherDefault<Hashed>>,
    /// The same, in the order of commit numbers.
    order: VecDeque<(u64, u64)>,
    /// Changes up to this number are forgotten: a transaction begun before it cannot be judged.
    floor: u64,
    capacity: usize,
    secret: RandomState,
}

/// Why a transaction cannot commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict<'a> {
    Clear,
    Changed(&'a [u8]),
    /// It began before the floor.
    Forgotten,
}

impl Conflicts {
    pub(super) fn new(floor: u64) -> Self {
        Self::with_capacity(floor, CAPACITY)
    }

    fn with_capacity(floor: u64, capacity: usize) -> Self {
        Self {
            latest: HashMap::default(),
            order: VecDeque::new(),
            floor,
            capacity,
            secret: RandomState::new(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether a transaction that read commit `base` may commit `changes`.
    pub(super) fn judge<'a>(&self, base: u64, changes: &'a Changes) -> Verdict<'a> {
        if base < self.floor {
            return Verdict::Forgotten;
        }
        if self.order.back().is_none_or(|&(newest, _)| newest <= base) {
            return Verdict::Clear; // Nothing was committed since it began.
        }
        changes
            .writes
            .keys()
            .chain(&changes.guards)
            .find(|key| self.wrote_since(base, key))
            .or_else(|| {
                let mut written = changes.writes.keys();
                written.find(|key| self.guarded_since(base, key))
            })
            .map_or(Verdict::Clear, |key| Verdict::Changed(key))
    }

    /// Whether a commit after `base` guarded the key: it relied on a value that is not to change behind it.
    fn guarded_since(&self, base: u64, key: &[u8]) -> bool {
        self.latest
            .get(&self.guard_hash(key))
            .is_some_and(|&guarded| guarded > base)
    }

    /// What a guard of the key is remembered under.
    fn guard_hash(&self, key: &[u8]) -> u64 {
        self.secret.hash_one((key, "guard"))
    }

    /// Whether a commit after `base` wrote the key, as far as is remembered; it may say so though none did.
    pub(super) fn wrote_since(&self, base: u64, key: &[u8]) -> bool {
        self.latest
            .get(&self.secret.hash_one(key))
            .is_some_and(|&changed| changed > base)
    }

    /// Remembers the keys that commit `number` guards and writes, heads of logs and shards of counters among them.
    pub(super) fn record(&mut self, number: u64, changes: &Changes) {
        let heads = changes.appends.iter().map(|it| log::head_key(&it.log));
        let shards = changes.adds.keys().map(|it| counter::shard_key(it, SHARD));
        let decided = heads.chain(shards).map(Cow::Owned);
        let written = changes
            .writes
            .keys()
            .map(|key| Cow::Borrowed(key.as_slice()));
        for key in written.chain(decided) {
            self.remember(self.secret.hash_one::<&[u8]>(&key), number);
        }
        for key in &changes.guards {
            self.remember(self.guard_hash(key), number);
        }
    }

    fn remember(&mut self, hash: u64, number: u64) {
        self.latest.insert(hash, number);
        self.order.push_back((number, hash));
    }

    /// Forgets what no live snapshot can conflict with: changes up to commit `oldest`. Past its capacity it forgets
    /// more, and snapshots older than the new floor can only be refused.
    pub(super) fn prune(&mut self, oldest: u64) {
        while let Some(&(number, _)) = self.order.front()
            && number <= oldest
        {
            self.forget_first();
        }
        if self.order.len() > self.capacity {
            // Down to a half, or each commit would raise the floor again.
            while self.order.len() > self.capacity / 2 {
                self.forget_first();
            }
            // Never a part of a commit: the floor stands for whole ones.
            while let Some(&(number, _)) = self.order.front()
                && number == self.floor
            {
                self.forget_first();
            }
            tracing::warn!(
                floor = self.floor,
                oldest,
                "too many changes since the oldest snapshot: transactions begun before the floor must retry"
            );
        }
    }

    /// Forgets all, after a group failed whose keys were already recorded. Snapshots older than `newest` are refused.
    pub(super) fn reset(&mut self, newest: u64) {
        self.latest.clear();
        self.order.clear();
        self.floor = newest;
    }

    fn forget_first(&mut self) {
        if let Some((number, hash)) = self.order.pop_front() {
            // A later commit of the same key keeps its entry.
            if self.latest.get(&hash) == Some(&number) {
                self.latest.remove(&hash);
            }
            self.floor = self.floor.max(number);
        }
    }
}

/// Takes a number that is a hash already for what it is.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(keys: &[&str]) -> Changes {
        Changes {
            writes: keys
                .iter()
                .map(|key| (key.as_bytes().to_vec(), None))
                .collect(),
            ..Changes::default()
        }
    }

    fn guarding(key: &str) -> Changes {
        Changes {
            guards: [key.as_bytes().to_vec()].into(),
            ..Changes::default()
        }
    }

    #[test]
    fn a_key_changed_after_the_base_conflicts_and_one_before_it_does_not() {
        let mut conflicts = Conflicts::new(0);
        conflicts.record(5, &writing(&["a", "b"]));
        let later = writing(&["b", "c"]);
        assert_eq!(conflicts.judge(4, &later), Verdict::Changed(b"b"));
        assert_eq!(conflicts.judge(5, &later), Verdict::Clear);
        assert_eq!(conflicts.judge(4, &guarding("a")), Verdict::Changed(b"a"));
    }

    #[test]
    fn a_guard_stands_against_later_writes_and_not_against_guards() {
        let mut conflicts = Conflicts::new(0);
        conflicts.record(5, &guarding("a"));
        assert_eq!(conflicts.judge(4, &writing(&["a"])), Verdict::Changed(b"a"));
        assert_eq!(conflicts.judge(4, &guarding("a")), Verdict::Clear);
        assert_eq!(conflicts.judge(5, &writing(&["a"])), Verdict::Clear);
    }

    #[test]
    fn pruning_keeps_what_a_live_snapshot_can_conflict_with() {
        let mut conflicts = Conflicts::new(0);
        conflicts.record(1, &writing(&["a"]));
        conflicts.record(2, &writing(&["b"]));
        conflicts.record(3, &writing(&["a"]));
        conflicts.prune(2);
        assert_eq!(conflicts.order.len(), 1);
        assert_eq!(conflicts.judge(2, &writing(&["a"])), Verdict::Changed(b"a"));
        assert_eq!(conflicts.judge(2, &writing(&["b"])), Verdict::Clear);
        assert_eq!(conflicts.judge(1, &writing(&["z"])), Verdict::Forgotten);
    }

    #[test]
    fn past_the_capacity_the_floor_rises_by_whole_commits() {
        let mut conflicts = Conflicts::with_capacity(0, 8);
        for number in 1..=3 {
            conflicts.record(number, &writing(&["a", "b", "c"]));
        }
        conflicts.prune(0);
        assert_eq!((conflicts.order.len(), conflicts.floor), (3, 2));
        assert_eq!(conflicts.judge(1, &writing(&["z"])), Verdict::Forgotten);
        assert_eq!(conflicts.judge(2, &writing(&["c"])), Verdict::Changed(b"c"));
    }

    #[test]
    fn a_failed_group_leaves_no_entry_and_hides_no_conflict() {
        let mut conflicts = Conflicts::new(0);
        conflicts.record(1, &writing(&["a"]));
        conflicts.record(2, &writing(&["a"]));
        conflicts.reset(1);
        assert_eq!(conflicts.judge(0, &writing(&["a"])), Verdict::Forgotten);
        assert_eq!(conflicts.judge(1, &writing(&["a"])), Verdict::Clear);
    }
}
