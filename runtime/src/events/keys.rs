//! The keys of logs, cursors, groups and leases. `docs/format.md` draws them.

use crate::value::{Input, put_varint};

/// Partitions that share a shard of the ready list.
const READY_SHARD: u16 = 64;

/// A table's events: its number in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TopicId(pub(crate) u32);

/// One log of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Partition {
    pub(crate) topic: TopicId,
    pub(crate) number: u16,
}

impl Partition {
    /// The partition of a topic of `count` where events of these key bytes go.
    ///
    /// The first eight bytes of BLAKE3, big-endian, modulo the count: fixed for ever, or events of one key would change
    /// their place.
    pub(crate) fn of(topic: TopicId, count: u32, key: &[u8]) -> Self {
        let hash = blake3::hash(key);
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        let number = u64::from_be_bytes(first) % u64::from(count.max(1));
        Self {
            topic,
            number: u16::try_from(number).expect("a topic has at most 65,536 partitions"),
        }
    }

    /// The partitions of a topic of `count`.
    pub(crate) fn all(topic: TopicId, count: u32) -> impl Iterator<Item = Self> {
        let numbers = (0..=u16::MAX).take(count as usize);
        numbers.map(move |number| Self { topic, number })
    }

    /// The partition in whose log a key stands.
    pub(crate) fn of_log(topic: TopicId, key: &[u8]) -> Option<Self> {
        let rest = key.strip_prefix(topic_prefix(b'e', topic).as_slice())?;
        let (number, _) = rest.split_first_chunk()?;
        let number = u16::from_be_bytes(*number);
        Some(Self { topic, number })
    }

    /// The partition of a log, by the log's name.
    pub(crate) fn of_name(log: &[u8]) -> Option<Self> {
        let mut from = Input(log.strip_prefix(b"e")?);
        Self::take(&mut from).filter(|_| from.0.is_empty())
    }

    /// The partition of a row of the ready list.
    pub(crate) fn of_ready(key: &[u8]) -> Option<Self> {
        let mut from = Input(key.strip_prefix(b"y")?);
        from.take(2).ok()?;
        Self::take(&mut from).filter(|_| from.0.is_empty())
    }

    fn take(from: &mut Input<'_>) -> Option<Self> {
        let topic = u32::try_from(from.varint().ok()?).ok()?;
        Some(Self {
            topic: TopicId(topic),
            number: u16::from_be_bytes(from.array().ok()?),
        })
    }

    /// The beginning of all keys of its log.
    pub(crate) fn log(self) -> Vec<u8> {
        let mut key = topic_prefix(b'e', self.topic);
        key.extend_from_slice(&self.number.to_be_bytes());
        key
    }

    /// Its row in the ready list.
    pub(crate) fn ready(self) -> Vec<u8> {
        let mut key = vec![b'y'];
        key.extend_from_slice(&(self.number / READY_SHARD).to_be_bytes());
        put_varint(&mut key, u64::from(self.topic.0));
        key.extend_from_slice(&self.number.to_be_bytes());
        key
    }
}

/// An area byte and a topic.
pub(crate) fn topic_prefix(area: u8, topic: TopicId) -> Vec<u8> {
    let mut key = vec![area];
    put_varint(&mut key, u64::from(topic.0));
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes_of_partitions_and_keys() {
        let topic = TopicId(300);
        let numbers = [&b""[..], b"a", b"user-1", &[0; 16]]
            .map(|key| Partition::of(topic, 1_024, key).number);
        assert_eq!(numbers, [422, 83, 600, 11]);
        let partition = Partition { topic, number: 258 };
        assert_eq!(partition.log(), [b'e', 0xac, 0x02, 1, 2]);
        assert_eq!(partition.ready(), [b'y', 0, 4, 0xac, 0x02, 1, 2]);
        assert_eq!(Partition::of_name(&partition.log()), Some(partition));
        assert_eq!(Partition::of_ready(&partition.ready()), Some(partition));
        assert_eq!(Partition::of_name(b"e"), None);
    }

    #[test]
    fn every_count_of_partitions_is_used_whole_and_never_passed() {
        for count in [1, 2, 3, 64, 65_536] {
            let topic = TopicId(1);
            let numbers =
                (0_u32..4_000).map(|key| Partition::of(topic, count, &key.to_be_bytes()).number);
            let seen: std::collections::BTreeSet<u16> = numbers.collect();
            assert!(seen.iter().all(|number| u32::from(*number) < count));
            assert!(count > 64 || seen.len() == count as usize, "{count}");
        }
    }
}
