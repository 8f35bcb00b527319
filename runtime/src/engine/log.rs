//! The keys of a log, and what stands under them: what every engine makes of an [`Append`](super::Append).
//!
//! | key | value |
//! | --- | --- |
//! | log `h` | the head: offset of the next entry (u64), whether the log is listed as ready (u8) |
//! | log `e` offset (u64) | an entry, as it was handed in |
//!
//! Numbers are big-endian. A log without a head is empty and not listed.

use super::EngineError;

const HEAD: u8 = b'h';
const ENTRY: u8 = b'e';

/// Where a log goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    /// Offset of the next entry.
    pub next: u64,
    /// Whether the log's ready key is put.
    pub listed: bool,
}

impl Head {
    /// The bytes stored for it.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(9);
        bytes.extend_from_slice(&self.next.to_be_bytes());
        bytes.push(u8::from(self.listed));
        bytes
    }

    /// What is stored under the head's key `key`; nothing is an empty log.
    pub fn decode(key: &[u8], stored: Option<&[u8]>) -> Result<Self, EngineError> {
        let Some(stored) = stored else {
            return Ok(Self::default());
        };
        match stored.split_first_chunk() {
            Some((next, [listed @ (0 | 1)])) => Ok(Self {
                next: u64::from_be_bytes(*next),
                listed: *listed == 1,
            }),
            _ => Err(EngineError::Corrupt {
                key: key.to_vec(),
                reason: "it is not the head of a log".into(),
            }),
        }
    }
}

/// The key of a log's head.
#[must_use]
pub fn head_key(log: &[u8]) -> Vec<u8> {
    [log, &[HEAD]].concat()
}

/// The key of a log's entry.
#[must_use]
pub fn entry_key(log: &[u8], offset: u64) -> Vec<u8> {
    [log, &[ENTRY], &offset.to_be_bytes()].concat()
}

/// The offset in the key of an entry of this log; none if it is another key.
pub fn entry_offset(log: &[u8], key: &[u8]) -> Option<u64> {
    let rest = key.strip_prefix(log)?.strip_prefix(&[ENTRY])?;
    rest.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_comes_back_as_it_was_written() {
        for (next, listed) in [(0, false), (1, true), (u64::MAX, true)] {
            let head = Head { next, listed };
            assert_eq!(Head::decode(b"k", Some(&head.encode())), Ok(head));
        }
        assert_eq!(Head::decode(b"k", None), Ok(Head::default()));
    }

    #[test]
    fn other_bytes_are_damage() {
        for stored in [&b""[..], &[0; 8], &[0; 10], &[0, 0, 0, 0, 0, 0, 0, 0, 2]] {
            assert!(Head::decode(b"k", Some(stored)).is_err(), "{stored:?}");
        }
    }

    #[test]
    fn entries_stand_in_the_order_of_their_offsets_before_the_head() {
        let log = b"log";
        let keys = [0, 1, 255, 256, u64::MAX].map(|offset| entry_key(log, offset));
        assert!(keys.is_sorted());
        assert!(keys[4] < head_key(log));
        assert_eq!(entry_offset(log, &keys[3]), Some(256));
        assert_eq!(entry_offset(log, &head_key(log)), None);
    }
}
