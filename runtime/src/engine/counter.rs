//! The keys of a counter, and what stands under them: what every engine makes of [`Changes::adds`](super::Changes).
//!
//! A counter is a sum of shards: key, shard (u16, big-endian) → i64 (big-endian, two's complement). A shard of zero is
//! not stored. An engine whose commits would conflict on one key gives each process a shard of its own.

use super::{EngineError, KeyRange, Pair};

/// The key of a counter's shard.
#[must_use]
pub fn shard_key(counter: &[u8], shard: u16) -> Vec<u8> {
    [counter, &shard.to_be_bytes()].concat()
}

/// The shards of a counter. The key of a counter must be no prefix of another's.
#[must_use]
pub fn shards(counter: &[u8]) -> KeyRange {
    KeyRange {
        start: counter.to_vec(),
        // A shard's number has two bytes, so this is past them all.
        end: Some([counter, &[0xff, 0xff, 0]].concat()),
    }
}

/// The value of a shard; nothing is zero.
pub fn decode(key: &[u8], stored: Option<&[u8]>) -> Result<i64, EngineError> {
    match stored.map(<[u8; 8]>::try_from) {
        None => Ok(0),
        Some(Ok(bytes)) => Ok(i64::from_be_bytes(bytes)),
        Some(Err(_)) => Err(damaged(key, "it is not a counter")),
    }
}

/// What is stored for a shard: nothing for zero.
#[must_use]
pub fn encode(value: i64) -> Option<Vec<u8>> {
    (value != 0).then(|| value.to_be_bytes().to_vec())
}

/// The shard `key` after `delta`, ready to be stored.
pub fn add(key: &[u8], stored: Option<&[u8]>, delta: i64) -> Result<Option<Vec<u8>>, EngineError> {
    let sum = decode(key, stored)?.checked_add(delta);
    sum.map(encode)
        .ok_or_else(|| damaged(key, "the counter leaves the range of 64 bits"))
}

/// The counter whose shards these are.
pub fn sum(shards: &[Pair]) -> Result<i64, EngineError> {
    let mut total = 0_i64;
    for (key, stored) in shards {
        total = total
            .checked_add(decode(key, Some(stored))?)
            .ok_or_else(|| damaged(key, "the counter leaves the range of 64 bits"))?;
    }
    Ok(total)
}

fn damaged(key: &[u8], reason: &str) -> EngineError {
    EngineError::Corrupt {
        key: key.to_vec(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_the_sum_of_its_shards() {
        let shard = |number, value| (shard_key(b"c", number), encode(value).unwrap());
        assert_eq!(sum(&[shard(0, 5), shard(7, -2), shard(u16::MAX, 1)]), Ok(4));
        let range = shards(b"c");
        for number in [0, 7, u16::MAX] {
            let key = shard_key(b"c", number);
            assert!(key >= range.start && Some(&key) < range.end.as_ref());
        }
    }

    #[test]
    fn zero_is_not_stored() {
        assert_eq!(add(b"c", None, 0), Ok(None));
        let one = add(b"c", None, 1).unwrap();
        assert_eq!(add(b"c", one.as_deref(), -1), Ok(None));
    }

    #[test]
    fn other_bytes_and_overflow_are_damage() {
        assert!(decode(b"c", Some(b"1234567")).is_err());
        let most = encode(i64::MAX);
        assert!(add(b"c", most.as_deref(), 1).is_err());
        assert!(
            sum(&[
                (b"c0".to_vec(), most.clone().unwrap()),
                (b"c1".to_vec(), most.unwrap())
            ])
            .is_err()
        );
    }
}
