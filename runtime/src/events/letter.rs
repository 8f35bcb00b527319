//! Events that were set aside: parked with their key, or recorded as dead letters.

use super::{GroupId, Partition, TopicId};
use crate::{
    Timestamp,
    value::{DecodeError, Input, put_varint},
};

/// An event that was set aside, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) state: LetterState,
    pub(crate) attempts: u32,
    /// When it was set aside: microseconds since 1970.
    pub(crate) time: i64,
    pub(crate) error: String,
    /// The event's bytes.
    pub(crate) entry: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LetterState {
    /// Its attempts are used up.
    Failed,
    /// An earlier event of its key is parked.
    Waiting,
    /// It is to be handled again.
    Redriven,
}

impl Letter {
    /// What the parked events of a group in a partition start with.
    pub(crate) fn parked_prefix(partition: Partition, group: GroupId) -> Vec<u8> {
        let mut key = partition.log();
        key.push(b'k');
        put_varint(&mut key, u64::from(group.0));
        key
    }

    /// What the parked events of a key start with.
    pub(crate) fn parked_of(partition: Partition, group: GroupId, order: &[u8]) -> Vec<u8> {
        let mut key = Self::parked_prefix(partition, group);
        put_varint(&mut key, order.len() as u64);
        key.extend_from_slice(order);
        key
    }

    /// What a group's dead letters start with.
    pub(crate) fn dead_of_group(group: GroupId) -> Vec<u8> {
        group.prefix(b'd')
    }

    /// What a group's dead letters of a topic start with.
    pub(crate) fn dead_in(topic: TopicId, group: GroupId) -> Vec<u8> {
        let mut key = Self::dead_of_group(group);
        put_varint(&mut key, u64::from(topic.0));
        key
    }

    /// What a group's dead letters of a partition start with.
    pub(crate) fn dead_prefix(partition: Partition, group: GroupId) -> Vec<u8> {
        let mut key = Self::dead_in(partition.topic, group);
        key.extend_from_slice(&partition.number.to_be_bytes());
        key
    }

    /// The key of an event with this offset behind one of the prefixes.
    pub(crate) fn key(mut prefix: Vec<u8>, offset: u64) -> Vec<u8> {
        prefix.extend_from_slice(&offset.to_be_bytes());
        prefix
    }

    /// When it was set aside.
    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_microsecond(self.time).unwrap_or(Timestamp::constant(0))
    }

    /// The offset at the end of a key.
    pub(crate) fn offset(key: &[u8]) -> Option<u64> {
        key.last_chunk().map(|offset| u64::from_be_bytes(*offset))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.entry.len() + self.error.len() + 20);
        out.push(match self.state {
            LetterState::Failed => 0,
            LetterState::Waiting => 1,
            LetterState::Redriven => 2,
        });
        put_varint(&mut out, u64::from(self.attempts));
        out.extend_from_slice(&self.time.to_be_bytes());
        put_varint(&mut out, self.error.len() as u64);
        out.extend_from_slice(self.error.as_bytes());
        out.extend_from_slice(&self.entry);
        out
    }

    pub(crate) fn decode(stored: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Input(stored);
        let state = match from.array()? {
            [0] => LetterState::Failed,
            [1] => LetterState::Waiting,
            [2] => LetterState::Redriven,
            [other] => {
                return Err(DecodeError::Malformed(format!(
                    "state {other} of an event set aside"
                )));
            }
        };
        Ok(Self {
            state,
            attempts: u32::try_from(from.varint()?).map_err(DecodeError::malformed)?,
            time: i64::from_be_bytes(from.array()?),
            error: str::from_utf8(from.sized()?)
                .map_err(|_| DecodeError::NotUtf8)?
                .to_owned(),
            entry: from.0.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes_of_a_letter_and_its_keys() {
        let letter = Letter {
            state: LetterState::Redriven,
            attempts: 20,
            time: 1,
            error: "no".to_owned(),
            entry: vec![8, 9],
        };
        let bytes = [&[2, 20][..], &1_i64.to_be_bytes(), &[2, b'n', b'o', 8, 9]].concat();
        assert_eq!(letter.encode(), bytes);
        assert_eq!(Letter::decode(&bytes), Ok(letter));
        let (partition, group) = (
            Partition {
                topic: TopicId(1),
                number: 2,
            },
            GroupId(3),
        );
        let dead = Letter::key(Letter::dead_prefix(partition, group), 7);
        assert_eq!(dead, [b'd', 3, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7]);
        let parked = Letter::key(Letter::parked_of(partition, group, b"k"), 7);
        assert_eq!(
            parked,
            [b'e', 1, 0, 2, b'k', 3, 1, b'k', 0, 0, 0, 0, 0, 0, 0, 7]
        );
        assert_eq!(Letter::offset(&dead), Some(7));
    }
}
