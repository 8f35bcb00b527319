//! What TiKV refuses, or takes so badly that it is refused before it is sent.

use super::write_set::Values;
use crate::engine::{Changes, EngineError, Limits};

/// What the TiKV engine refuses.
///
/// A server takes keys of 8 KiB in its own encoding (`storage.max-key-size`), of which the prefix is a part, and entries
/// of its log of 8 MiB (`raftstore.raft-entry-max-size`).
pub const LIMITS: Limits = Limits {
    key: 4096,
    value: 6 * 1024 * 1024,
    transaction: 8 * 1024 * 1024,
};

/// Longest prefix, in bytes.
pub(super) const PREFIX: usize = 256;

/// The client sends writes in requests of so many bytes, and names every key of the transaction in each of them.
const REQUEST: usize = 16 * 1024;
/// Most bytes that one transaction may send that way.
const REPEATED_KEYS: usize = 512 * 1024 * 1024;

/// Refuses what is past the limits, before anything is sent.
pub(super) fn check(changes: &Changes) -> Result<(), EngineError> {
    let writes = changes
        .writes
        .iter()
        .map(|(key, value)| (key, value.as_ref()));
    let appends = changes.appends.iter();
    let appends = appends.map(|append| (&append.log, Some(&append.value)));
    let guards = changes.guards.iter().map(|key| (key, None));
    for (key, value) in writes.chain(appends).chain(guards) {
        refuse_past("key", key.len(), LIMITS.key)?;
        refuse_past("value", value.map_or(0, Vec::len), LIMITS.value)?;
    }
    Ok(())
}

/// Refuses a transaction that is too large as a whole.
pub(super) fn check_whole(writes: &Values) -> Result<(), EngineError> {
    let keys: usize = writes.keys().map(Vec::len).sum();
    let values: usize = writes.values().flatten().map(Vec::len).sum();
    refuse_past("transaction", keys + values, LIMITS.transaction)?;
    let requests = (keys + values).div_ceil(REQUEST);
    if requests.saturating_mul(keys) > REPEATED_KEYS {
        return Err(EngineError::Unavailable {
            message: format!(
                "a transaction of {} keys with {keys} bytes is more than TiKV's client can send; nothing was written; \
                 split it",
                writes.len()
            ),
        });
    }
    Ok(())
}

fn refuse_past(what: &str, size: usize, limit: usize) -> Result<(), EngineError> {
    if size <= limit {
        return Ok(());
    }
    Err(EngineError::Unavailable {
        message: format!(
            "a {what} of {size} bytes is past the TiKV engine's limit of {limit}; nothing was written"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: usize, value: usize) -> Changes {
        Changes {
            writes: [(vec![b'k'; key], Some(vec![0; value]))].into(),
            ..Changes::default()
        }
    }

    #[test]
    fn what_is_at_a_limit_passes_and_a_byte_more_does_not() {
        assert_eq!(check(&put(LIMITS.key, LIMITS.value)), Ok(()));
        assert!(check(&put(LIMITS.key + 1, 0)).is_err());
        assert!(check(&put(1, LIMITS.value + 1)).is_err());
        let whole = |values| check_whole(&put(8, values).writes);
        assert_eq!(whole(LIMITS.transaction - 8), Ok(()));
        assert!(whole(LIMITS.transaction - 7).is_err());
    }

    #[test]
    fn keys_that_every_request_repeats_are_bounded() {
        let keys = |count: u32| -> Values {
            let key = |n: u32| [&n.to_be_bytes()[..], &[b'k'; 96]].concat();
            (0..count).map(|n| (key(n), None)).collect()
        };
        assert_eq!(check_whole(&keys(10_000)), Ok(()));
        let refused = check_whole(&keys(80_000)).unwrap_err().to_string();
        assert!(refused.contains("80000 keys"), "{refused}");
    }
}
