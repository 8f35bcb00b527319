//! The bytes of an event in its log. `docs/format.md` draws them.

use crate::value::{DecodeError, Input, put_varint};
use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// What tells an event from every other: 128 random bits, chosen by its writer.
///
/// An offset may be given out again after a crash of a relaxed store or a restore; an id never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub [u8; 16]);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl EventId {
    /// A new one. Random bits of the system are expanded by a keyed hash of a counter: one call of the system a process.
    pub(crate) fn random() -> Self {
        static SECRET: OnceLock<[u8; 32]> = OnceLock::new();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let secret = SECRET.get_or_init(|| {
            let random = [crate::Uuid::new_v4(), crate::Uuid::new_v4()];
            let mut hasher = blake3::Hasher::new();
            for part in &random {
                hasher.update(part.as_bytes());
            }
            *hasher.finalize().as_bytes()
        });
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let hash = blake3::keyed_hash(secret, &number.to_le_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash.as_bytes()[..16]);
        Self(id)
    }
}

/// What kind of event it is, by the number in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Kind(pub(crate) u64);

impl Kind {
    pub(crate) const CREATED: Self = Self(0);
    pub(crate) const UPDATED: Self = Self(1);
    pub(crate) const DELETED: Self = Self(2);
    /// The first number of the application's own events.
    pub(crate) const OWN: u64 = 3;
}

/// An event as it stands in its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: EventId,
    pub(crate) kind: Kind,
    /// When it was written, by its writer's clock: microseconds since 1970.
    pub(crate) time: i64,
    /// The record's key, as in keys, without its table.
    pub(crate) key: Vec<u8>,
    /// What chose the partition, if it was not the key.
    pub(crate) order: Option<Vec<u8>>,
    /// The stored record before the change, with its layout number.
    pub(crate) before: Option<Vec<u8>>,
    /// The stored record after the change, or the payload, with its layout number.
    pub(crate) after: Option<Vec<u8>>,
}

impl Entry {
    /// What events are in order by, and are parked by.
    pub(crate) fn order(&self) -> &[u8] {
        self.order.as_deref().unwrap_or(&self.key)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let parts = [
            Some(&self.key),
            self.order.as_ref(),
            self.before.as_ref(),
            self.after.as_ref(),
        ];
        let length: usize = parts.iter().flatten().map(|part| part.len() + 2).sum();
        let mut out = Vec::with_capacity(32 + length);
        out.extend_from_slice(&self.id.0);
        put_varint(&mut out, self.kind.0);
        out.extend_from_slice(&self.time.to_be_bytes());
        // No part is empty where it is there: keys have a part, records and payloads a layout number.
        for part in parts {
            let part = part.map_or(&[][..], Vec::as_slice);
            put_varint(&mut out, part.len() as u64);
            out.extend_from_slice(part);
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Input(bytes);
        let id = EventId(from.array()?);
        let kind = Kind(from.varint()?);
        let time = i64::from_be_bytes(from.array()?);
        let key = from.sized()?.to_vec();
        let mut part = || {
            let part = from.sized()?;
            Ok((!part.is_empty()).then(|| part.to_vec()))
        };
        let entry = Self {
            id,
            kind,
            time,
            key,
            order: part()?,
            before: part()?,
            after: part()?,
        };
        match from.0.len() {
            0 => Ok(entry),
            left => Err(DecodeError::LeftOver(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            id: EventId([7; 16]),
            kind: Kind::UPDATED,
            time: -2,
            key: vec![1, 2],
            order: Some(vec![3]),
            before: Some(vec![1, 9]),
            after: Some(vec![1, 8, 8]),
        }
    }

    #[test]
    fn golden_bytes_of_an_event() {
        let expected = [
            &[7; 16][..],
            &[1],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
            &[2, 1, 2],
            &[1, 3],
            &[2, 1, 9],
            &[3, 1, 8, 8],
        ]
        .concat();
        assert_eq!(entry().encode(), expected);
    }

    #[test]
    fn an_event_comes_back_as_it_was_written() {
        let bare = Entry {
            order: None,
            before: None,
            after: None,
            ..entry()
        };
        for event in [entry(), bare] {
            assert_eq!(Entry::decode(&event.encode()), Ok(event));
        }
    }

    #[test]
    fn cut_or_prolonged_bytes_are_errors() {
        let bytes = entry().encode();
        for end in 0..bytes.len() {
            assert!(Entry::decode(&bytes[..end]).is_err(), "{end}");
        }
        assert!(Entry::decode(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn ids_do_not_repeat() {
        let ids: std::collections::HashSet<_> = (0..10_000).map(|_| EventId::random()).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
