//! How far a group is in a partition.

use super::{GroupId, Partition};
use crate::value::{DecodeError, Input, put_varint};

/// The cursor of a group in a partition. Without a row it stands at the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Offset of the next event to handle.
    pub(crate) next: u64,
    /// Of the lease that handles from it; one below, if that one has taken it over and not begun. A lower one can no longer
    /// write it.
    pub(crate) epoch: u64,
    /// Which attempt at the next event is running, or comes next. It is counted before the handler runs.
    pub(crate) attempts: u32,
    pub(crate) wait: Wait,
    /// How often the group was sent back to handle events again.
    pub(crate) generation: u64,
    /// How many events are parked.
    pub(crate) parked: u64,
    /// How many parked events and dead letters are to be handled again.
    pub(crate) redrive: u64,
}

/// Whether the next event has to wait, until when, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    No,
    /// The attempt that was counted failed.
    Failed(i64),
    /// The handler asked for it; the attempt goes on.
    Snoozed(i64),
}

impl Default for Cursor {
    fn default() -> Self {
        Self {
            next: 0,
            epoch: 0,
            attempts: 1,
            wait: Wait::No,
            generation: 0,
            parked: 0,
            redrive: 0,
        }
    }
}

impl Cursor {
    pub(crate) fn key(partition: Partition, group: GroupId) -> Vec<u8> {
        let mut key = partition.log();
        key.push(b'c');
        put_varint(&mut key, u64::from(group.0));
        key
    }

    /// At this offset, with nothing held against the event there.
    pub(crate) const fn at(self, next: u64) -> Self {
        Self {
            next,
            attempts: 1,
            wait: Wait::No,
            ..self
        }
    }

    /// Of a new lease; `unclean` is the last epoch before it that was cut off, and `work` says that there is an event.
    ///
    /// The attempt that was counted under an epoch that was cut off has begun: the next one is another.
    pub(crate) fn taken_over(self, epoch: u64, unclean: u64, work: bool) -> Self {
        let cut_off = self.epoch > 0 && self.epoch == unclean;
        let lost = cut_off && work && self.wait == Wait::No;
        Self {
            epoch,
            attempts: self.attempts.saturating_add(u32::from(lost)),
            ..self
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        put_varint(&mut out, self.next);
        put_varint(&mut out, self.epoch);
        put_varint(&mut out, u64::from(self.attempts));
        let (kind, until) = match self.wait {
            Wait::No => (0, 0),
            Wait::Failed(until) => (1, until),
            Wait::Snoozed(until) => (2, until),
        };
        out.push(kind);
        if kind > 0 {
            out.extend_from_slice(&until.to_be_bytes());
        }
        put_varint(&mut out, self.generation);
        put_varint(&mut out, self.parked);
        put_varint(&mut out, self.redrive);
        out
    }

    /// What is stored; nothing is the first event.
    pub(crate) fn decode(stored: Option<&[u8]>) -> Result<Self, DecodeError> {
        let Some(stored) = stored else {
            return Ok(Self::default());
        };
        let mut from = Input(stored);
        let next = from.varint()?;
        let epoch = from.varint()?;
        let attempts = u32::try_from(from.varint()?).map_err(DecodeError::malformed)?;
        let wait = match from.array()? {
            [0] => Wait::No,
            [1] => Wait::Failed(i64::from_be_bytes(from.array()?)),
            [2] => Wait::Snoozed(i64::from_be_bytes(from.array()?)),
            [other] => return Err(DecodeError::Malformed(format!("state {other} of a cursor"))),
        };
        let cursor = Self {
            next,
            epoch,
            attempts,
            wait,
            generation: from.varint()?,
            parked: from.varint()?,
            redrive: from.varint()?,
        };
        match from.0.len() {
            0 => Ok(cursor),
            left => Err(DecodeError::LeftOver(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes_of_a_cursor() {
        let cursor = Cursor {
            next: 300,
            epoch: 2,
            attempts: 3,
            wait: Wait::Failed(-1),
            generation: 4,
            parked: 5,
            redrive: 6,
        };
        let bytes = [&[0xac, 0x02, 2, 3, 1][..], &[0xff; 8], &[4, 5, 6]].concat();
        assert_eq!(cursor.encode(), bytes);
        assert_eq!(Cursor::decode(Some(&bytes)), Ok(cursor));
        for end in 0..bytes.len() {
            assert!(Cursor::decode(Some(&bytes[..end])).is_err(), "{end}");
        }
    }

    #[test]
    fn an_attempt_counts_if_its_lease_was_cut_off_and_not_if_it_was_given_back() {
        let cursor = Cursor {
            epoch: 3,
            ..Cursor::default()
        };
        let cut_off = cursor.taken_over(4, 3, true);
        assert_eq!((cut_off.epoch, cut_off.attempts), (4, 2));
        assert_eq!(cursor.taken_over(4, 2, true).attempts, 1);
        assert_eq!(
            cursor.taken_over(4, 3, false).attempts,
            1,
            "nothing was there to begin"
        );
        let waits = Cursor {
            wait: Wait::Failed(9),
            ..cursor
        };
        assert_eq!(waits.taken_over(4, 3, true).attempts, 1, "it had ended");
    }

    #[test]
    fn an_attempt_that_has_not_begun_under_a_lease_is_not_cut_off_with_it() {
        let cursor = Cursor {
            epoch: 2,
            ..Cursor::default()
        };
        // Leases 4 and 6 took it over; nothing was handled under the first of them.
        let stamped = cursor.taken_over(3, 2, true).taken_over(5, 4, true);
        assert_eq!((stamped.epoch, stamped.attempts), (5, 2));
        let begun = stamped.taken_over(6, 4, true);
        assert_eq!((begun.epoch, begun.attempts), (6, 2));
        assert_eq!(begun.taken_over(7, 6, true).attempts, 3);
    }

    #[test]
    fn waiting_and_idle_cursors_come_back_as_they_were_written() {
        for wait in [Wait::No, Wait::Failed(1), Wait::Snoozed(i64::MAX)] {
            let cursor = Cursor {
                wait,
                ..Cursor::default()
            };
            assert_eq!(Cursor::decode(Some(&cursor.encode())), Ok(cursor));
        }
        assert_eq!(Cursor::decode(None), Ok(Cursor::default()));
    }
}
