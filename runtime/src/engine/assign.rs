//! What is decided at commit: offsets of appends, values of counters.
//!
//! The embedded engine's writer is the only one to write, so a head or a counter is read, counted up and written without a
//! conflict; within a group each is written once, with its last value. On TiKV they are keys like others, and conflict.

use std::collections::BTreeMap;

use crate::engine::{Changes, EngineError, counter, log};

type Values = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Heads, ready keys and counters that a group writes.
#[derive(Debug, Default)]
pub(super) struct Assigned {
    values: Values,
}

impl Assigned {
    /// The offsets of a transaction's appends; `read` knows the writes of the group's earlier transactions and the state
    /// before it, `shard` which of a counter's shards is added to. An error leaves no trace.
    pub(super) fn assign(
        &mut self,
        changes: &Changes,
        shard: impl Fn(&[u8]) -> u16,
        read: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, EngineError>,
    ) -> Result<Vec<u64>, EngineError> {
        let mut fresh = Values::new();
        let mut offsets = Vec::with_capacity(changes.appends.len());
        for append in &changes.appends {
            let key = log::head_key(&append.log);
            let stored = self.current(&key, &fresh, changes, &read)?;
            let mut head = log::Head::decode(&key, stored.as_deref())?;
            offsets.push(head.next);
            head.next = head
                .next
                .checked_add(1)
                .ok_or_else(|| EngineError::Corrupt {
                    key: key.clone(),
                    reason: "the log is full".into(),
                })?;
            if let Some(ready) = &append.ready
                && !head.listed
            {
                head.listed = true;
                fresh.insert(ready.clone(), Some(Vec::new()));
            }
            fresh.insert(key, Some(head.encode()));
        }
        for (counted, &delta) in &changes.adds {
            let key = counter::shard_key(counted, shard(counted));
            let stored = self.current(&key, &fresh, changes, &read)?;
            let sum = counter::add(&key, stored.as_deref(), delta)?;
            fresh.insert(key, sum);
        }
        self.overwrite(&changes.writes);
        self.values.append(&mut fresh);
        Ok(offsets)
    }

    /// What the group writes besides its transactions' own writes, and after them.
    pub(super) fn values(&self) -> &Values {
        &self.values
    }

    /// The same, for an engine that writes one transaction at a time.
    #[cfg(feature = "tikv")]
    pub(super) fn into_values(self) -> Values {
        self.values
    }

    fn current(
        &self,
        key: &[u8],
        fresh: &Values,
        own: &Changes,
        read: &impl Fn(&[u8]) -> Result<Option<Vec<u8>>, EngineError>,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        match [fresh, &own.writes, &self.values]
            .iter()
            .find_map(|it| it.get(key))
        {
            Some(value) => Ok(value.clone()),
            None => read(key),
        }
    }

    /// A transaction's own write of a head or counter comes after what was assigned before it.
    fn overwrite(&mut self, writes: &Values) {
        if self.values.is_empty() {
            return;
        }
        for (key, value) in writes {
            if let Some(assigned) = self.values.get_mut(key) {
                assigned.clone_from(value);
            }
        }
    }
}

/// Turns the appends of an accepted transaction into writes.
pub(super) fn expand(changes: &mut Changes, offsets: &[u64]) {
    for (append, &offset) in std::mem::take(&mut changes.appends)
        .into_iter()
        .zip(offsets)
    {
        let key = log::entry_key(&append.log, offset);
        changes.writes.insert(key, Some(append.value));
    }
    changes.adds.clear();
}
