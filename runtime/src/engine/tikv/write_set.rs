//! What a commit sends: the changes under the cluster's keys, appends and adds turned into writes.

use super::{counters::Reserved, prefix::Prefix};
use crate::engine::{
    Append, Changes, EngineError,
    assign::{self, Assigned},
    counter, log,
};
use std::collections::{BTreeMap, BTreeSet};

/// Values by key; none is a key that is missing, or is deleted.
pub(super) type Values = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The changes of a transaction under the cluster's keys.
pub(super) fn prefixed(changes: Changes, prefix: &Prefix) -> Changes {
    let key = |key: Vec<u8>| prefix.key(&key);
    let appends = changes.appends.into_iter().map(|append| Append {
        log: key(append.log),
        value: append.value,
        ready: append.ready.map(key),
    });
    Changes {
        writes: changes
            .writes
            .into_iter()
            .map(|(it, value)| (key(it), value))
            .collect(),
        guards: changes.guards.into_iter().map(key).collect(),
        appends: appends.collect(),
        adds: changes
            .adds
            .into_iter()
            .map(|(it, delta)| (key(it), delta))
            .collect(),
    }
}

/// Everything that a transaction is about, decided.
#[derive(Debug)]
pub(super) struct WriteSet {
    pub(super) writes: Values,
    /// Guarded and not written.
    pub(super) guards: BTreeSet<Vec<u8>>,
    pub(super) appends: Vec<Append>,
    /// The offsets of the appends.
    pub(super) offsets: Vec<u64>,
    /// What is added to which key.
    pub(super) adds: BTreeMap<Vec<u8>, i64>,
    /// What stood under the keys of `writes` and `guards` before, as far as it was read.
    pub(super) before: Values,
}

/// The keys that must be read before a transaction is decided, or that are worth a look before it is sent.
pub(super) fn needed(changes: &Changes, counters: &Reserved) -> BTreeSet<Vec<u8>> {
    let heads = changes
        .appends
        .iter()
        .map(|append| log::head_key(&append.log));
    let shards = changes
        .adds
        .keys()
        .map(|it| counter::shard_key(it, counters.shard(it)));
    let named = changes.writes.keys().chain(&changes.guards).cloned();
    named.chain(heads).chain(shards).collect()
}

impl WriteSet {
    /// Decides offsets and counters by what was read.
    pub(super) fn decide(
        mut changes: Changes,
        counters: &Reserved,
        before: Values,
    ) -> Result<Self, EngineError> {
        let mut assigned = Assigned::default();
        let shard = |counter: &[u8]| counters.shard(counter);
        let read = |key: &[u8]| Ok(before.get(key).cloned().flatten());
        let offsets = assigned.assign(&changes, shard, read)?;
        let adds = changes.adds.iter();
        let adds = adds
            .map(|(it, &delta)| (counter::shard_key(it, shard(it)), delta))
            .collect();
        let appends = changes.appends.clone();
        assign::expand(&mut changes, &offsets);
        let mut writes = changes.writes;
        writes.extend(assigned.into_values());
        let mut guards = changes.guards;
        guards.retain(|key| !writes.contains_key(key));
        Ok(Self {
            writes,
            guards,
            appends,
            offsets,
            adds,
            before,
        })
    }

    /// The writes in the order in which the client is given them. The first becomes the transaction's primary key, whose
    /// state is that of the transaction: one that cannot be mistaken for what was there before. A log's head is the best:
    /// the primary is unlocked before the commit is answered, and whoever appends next need not wait for it.
    pub(super) fn primary(&self) -> Option<&Vec<u8>> {
        let head = self.appends.first().map(|it| log::head_key(&it.log));
        let head = head.and_then(|key| self.writes.get_key_value(&key));
        head.into_iter()
            .chain(&self.writes)
            .find(|(key, value)| self.changes(key, value.as_ref()))
            .or_else(|| self.writes.iter().next())
            .map(|(key, _)| key)
    }

    /// Whether this write would be noticed if it were missing.
    pub(super) fn changes(&self, key: &[u8], value: Option<&Vec<u8>>) -> bool {
        let before = self.before.get(key);
        before.is_some_and(|before| before.as_ref() != value)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::counters::Counters, *};
    use crate::engine::log::Head;

    fn append(log: &str, value: &str, ready: Option<&str>) -> Append {
        Append {
            log: log.into(),
            value: value.into(),
            ready: ready.map(Into::into),
        }
    }

    #[test]
    fn appends_and_adds_become_writes() {
        let counters = Counters::starting_at(7);
        let changes = Changes {
            writes: [(b"k".to_vec(), Some(b"v".to_vec()))].into(),
            guards: [b"g".to_vec(), b"k".to_vec()].into(),
            appends: vec![append("log", "x", Some("ready")), append("log", "y", None)],
            adds: [(b"c".to_vec(), 2)].into(),
        };
        let reserved = counters.reserve(changes.adds.keys(), 1);
        let shard = counter::shard_key(b"c", 7);
        let head = |next, listed| Some(Head { next, listed }.encode());
        let before: Values = [
            (log::head_key(b"log"), head(4, false)),
            (shard.clone(), counter::encode(40)),
        ]
        .into();
        assert_eq!(
            needed(&changes, &reserved),
            BTreeSet::from([
                b"g".to_vec(),
                b"k".to_vec(),
                log::head_key(b"log"),
                shard.clone(),
            ])
        );
        let set = WriteSet::decide(changes, &reserved, before).unwrap();
        assert_eq!(set.offsets, [4, 5]);
        assert_eq!(set.primary(), Some(&log::head_key(b"log")));
        assert_eq!(set.guards, [b"g".to_vec()].into());
        assert_eq!(set.adds, [(shard.clone(), 2)].into());
        let expected: Values = [
            (b"k".to_vec(), Some(b"v".to_vec())),
            (log::head_key(b"log"), head(6, true)),
            (log::entry_key(b"log", 4), Some(b"x".to_vec())),
            (log::entry_key(b"log", 5), Some(b"y".to_vec())),
            (b"ready".to_vec(), Some(vec![])),
            (shard, counter::encode(42)),
        ]
        .into();
        assert_eq!(set.writes, expected);
    }

    #[test]
    fn the_primary_key_is_one_whose_loss_would_be_seen() {
        let set = |before: Values| {
            let changes = Changes {
                writes: [
                    (b"a".to_vec(), None),
                    (b"b".to_vec(), Some(b"same".to_vec())),
                    (b"c".to_vec(), Some(b"new".to_vec())),
                ]
                .into(),
                ..Changes::default()
            };
            WriteSet::decide(changes, &Reserved::none(), before).unwrap()
        };
        let before = |c: &str| -> Values {
            [
                (b"a".to_vec(), None),
                (b"b".to_vec(), Some(b"same".to_vec())),
                (b"c".to_vec(), Some(c.into())),
            ]
            .into()
        };
        assert_eq!(set(before("old")).primary(), Some(&b"c".to_vec()));
        assert_eq!(set(before("new")).primary(), Some(&b"a".to_vec()));
    }
}
