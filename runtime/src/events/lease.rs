//! Who of a group works on which partitions.
//!
//! 64 slots share the partitions of every topic. A member owns a slot by a lease; which member should own it, all of them
//! compute alike from who is alive, so that nobody has to lead.

use super::{GroupId, Partition};
use crate::value::{DecodeError, Input, put_varint};
use std::fmt;

/// Slots of a group.
pub(crate) const SLOTS: u8 = 64;

/// A worker of a group: what tells its opening of the store from others, then what tells it from others there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct MemberId(pub(crate) [u8; 16]);

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What a lease is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Share {
    /// Every 64th partition of every topic, from this one.
    Slot(u8),
    /// Partitions chosen by hand: first and last.
    Range(u16, u16),
}

/// A lease as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lease {
    /// `None` once its owner let go.
    pub(crate) owner: Option<MemberId>,
    /// Grows with every new owner, by two: no two leases of a group ever had the same, and the one between is no lease's.
    pub(crate) epoch: u64,
    /// The last epoch whose owner did not let go: what ran under it was cut off.
    pub(crate) unclean: u64,
}

impl MemberId {
    pub(crate) fn new(incarnation: u64) -> Self {
        let (own, _) = crate::Uuid::new_v4().as_u64_pair();
        let mut id = [0; 16];
        id[..8].copy_from_slice(&incarnation.to_be_bytes());
        id[8..].copy_from_slice(&own.to_be_bytes());
        Self(id)
    }

    /// Whether it is of this opening of the store.
    pub(crate) fn is_of(self, incarnation: u64) -> bool {
        self.0[..8] == incarnation.to_be_bytes()
    }

    /// What every member's key of a group starts with.
    pub(crate) fn prefix(group: GroupId) -> Vec<u8> {
        group.prefix(b'n')
    }

    pub(crate) fn key(self, group: GroupId) -> Vec<u8> {
        [Self::prefix(group).as_slice(), &self.0].concat()
    }

    /// The member in a key behind [`MemberId::prefix`].
    pub(crate) fn of_key(group: GroupId, key: &[u8]) -> Option<Self> {
        let id = key.strip_prefix(Self::prefix(group).as_slice())?;
        id.try_into().ok().map(Self)
    }

    /// The one that should own a slot: rendezvous hashing, so that a change of members moves only what it must.
    pub(crate) fn owner_of(slot: u8, members: &[Self]) -> Option<Self> {
        let weight = |member: &Self| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&member.0).update(&[slot]);
            *hasher.finalize().as_bytes()
        };
        members.iter().copied().max_by_key(weight)
    }
}

impl Share {
    pub(crate) fn key(self, group: GroupId) -> Vec<u8> {
        let mut key = Lease::prefix(group);
        match self {
            Self::Slot(slot) => key.push(slot),
            Self::Range(first, last) => {
                key.push(0xff);
                key.extend_from_slice(&first.to_be_bytes());
                key.extend_from_slice(&last.to_be_bytes());
            }
        }
        key
    }

    /// Whether a partition belongs to it.
    pub(crate) fn has(self, partition: Partition) -> bool {
        match self {
            Self::Slot(slot) => partition.number % u16::from(SLOTS) == u16::from(slot),
            Self::Range(first, last) => (first..=last).contains(&partition.number),
        }
    }

    /// The numbers of its partitions of a topic of `count`.
    pub(crate) fn numbers(self, count: u32) -> impl Iterator<Item = u16> {
        let (first, last, step) = match self {
            Self::Slot(slot) => (u16::from(slot), u16::MAX, usize::from(SLOTS)),
            Self::Range(first, last) => (first, last, 1),
        };
        (first..=last)
            .step_by(step)
            .take_while(move |number| u32::from(*number) < count)
    }
}

impl Lease {
    /// What every lease's key of a group starts with; the key itself holds the last epoch that was given out.
    pub(crate) fn prefix(group: GroupId) -> Vec<u8> {
        group.prefix(b'l')
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        out.extend_from_slice(&self.owner.map_or([0; 16], |owner| owner.0));
        put_varint(&mut out, self.epoch);
        put_varint(&mut out, self.unclean);
        out
    }

    pub(crate) fn decode(stored: Option<&[u8]>) -> Result<Self, DecodeError> {
        let Some(stored) = stored else {
            return Ok(Self::default());
        };
        let mut from = Input(stored);
        let owner: [u8; 16] = from.array()?;
        Ok(Self {
            owner: (owner != [0; 16]).then_some(MemberId(owner)),
            epoch: from.varint()?,
            unclean: from.varint()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TopicId;

    #[test]
    fn golden_bytes_of_a_lease_and_its_keys() {
        let lease = Lease {
            owner: Some(MemberId([9; 16])),
            epoch: 300,
            unclean: 2,
        };
        let bytes = [&[9; 16][..], &[0xac, 0x02, 2]].concat();
        assert_eq!(lease.encode(), bytes);
        assert_eq!(Lease::decode(Some(&bytes)), Ok(lease));
        let group = GroupId(5);
        assert_eq!(Share::Slot(3).key(group), [b'l', 5, 3]);
        assert_eq!(Share::Range(1, 258).key(group), [b'l', 5, 0xff, 0, 1, 1, 2]);
        let member = MemberId([9; 16]);
        assert_eq!(MemberId::of_key(group, &member.key(group)), Some(member));
    }

    #[test]
    fn slots_share_every_partition_once() {
        for count in [1, 63, 64, 1_000, 65_536] {
            let mut seen = vec![0_u8; count as usize];
            for slot in 0..SLOTS {
                for number in Share::Slot(slot).numbers(count) {
                    let partition = Partition {
                        topic: TopicId(1),
                        number,
                    };
                    assert!(Share::Slot(slot).has(partition));
                    seen[usize::from(number)] += 1;
                }
            }
            assert!(seen.iter().all(|times| *times == 1), "{count}");
        }
    }

    #[test]
    fn a_member_that_comes_takes_slots_and_moves_none_between_others() {
        let members: Vec<_> = (1..=4).map(|n| MemberId([n; 16])).collect();
        for slot in 0..SLOTS {
            let before = MemberId::owner_of(slot, &members[..3]);
            let after = MemberId::owner_of(slot, &members);
            assert!(after == before || after == Some(members[3]), "{slot}");
        }
        let taken =
            (0..SLOTS).filter(|slot| MemberId::owner_of(*slot, &members) == Some(members[3]));
        assert!((4..=32).contains(&taken.count()));
    }
}
