//! Events of several partitions as one sequence, by the time of writing; of one partition in their order.
//!
//! Of each partition one event is looked at to begin with, and then hardly more than is shown.

use crate::{
    Result,
    engine::PageSize,
    events::{
        Entry, Partition,
        logs::{self, Extent},
    },
    transaction::Reader,
};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

/// Bytes of a partition's events that are read ahead, but for the last one.
const AHEAD: usize = 64 * 1024;
/// Events of a partition that are read, or looked at, at once.
const MOST: u64 = 64;

/// An event, where it stands.
pub(super) struct Placed {
    pub(super) partition: Partition,
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

/// What is left of partitions.
pub(super) struct Merged<'r> {
    reader: &'r Reader,
    /// By the time of their next event, and their place.
    order: BinaryHeap<Reverse<(i64, usize)>>,
    logs: Vec<Log>,
}

struct Log {
    partition: Partition,
    /// The offset of the next event, and that behind the last one.
    next: u64,
    end: u64,
    /// The next events, as far as they were read.
    ahead: VecDeque<(u64, Vec<u8>)>,
    /// How many are read next time.
    many: u64,
    /// Of the events so far. A partition keeps its order also where its writers' clocks disagree.
    latest: i64,
}

impl Log {
    /// Reads on, if nothing that was read is left.
    async fn fill(&mut self, reader: &Reader) -> Result<()> {
        if self.ahead.is_empty() && self.next < self.end {
            let size = PageSize {
                pairs: usize::try_from(self.many).unwrap_or(1),
                bytes: AHEAD,
            };
            let read = logs::page(reader, self.partition, (self.next, self.end), size).await?;
            self.ahead = read.into();
            self.many = (self.many * 2).min(MOST);
        }
        Ok(())
    }
}

impl<'r> Merged<'r> {
    /// Partitions from an offset on, up to another.
    pub(super) async fn of(reader: &'r Reader, parts: &[(Partition, u64, u64)]) -> Result<Self> {
        let log = |&(partition, next, end)| Log {
            partition,
            next,
            end,
            ahead: VecDeque::new(),
            many: 1,
            latest: i64::MIN,
        };
        let mut logs: Vec<Log> = parts.iter().map(log).collect();
        logs.retain(|log| log.next < log.end);
        let heads: Vec<_> = logs.iter().map(|log| (log.partition, log.next)).collect();
        let times = logs::times(reader, &heads).await?;
        let mut order = BinaryHeap::with_capacity(logs.len());
        for (place, (log, time)) in logs.iter_mut().zip(times).enumerate() {
            log.latest = time.unwrap_or(i64::MIN);
            order.push(Reverse((log.latest, place)));
        }
        Ok(Self {
            reader,
            order,
            logs,
        })
    }

    /// The next event of all.
    pub(super) async fn next(&mut self) -> Result<Option<Placed>> {
        while let Some(Reverse((_, place))) = self.order.pop() {
            let log = &mut self.logs[place];
            log.fill(self.reader).await?;
            let Some((offset, bytes)) = log.ahead.pop_front() else {
                continue;
            };
            log.next = offset + 1;
            log.fill(self.reader).await?;
            if let Some((_, bytes)) = log.ahead.front() {
                let time = Entry::decode(bytes).map_or(i64::MIN, |entry| entry.time);
                log.latest = log.latest.max(time);
                self.order.push(Reverse((log.latest, place)));
            }
            let partition = log.partition;
            return Ok(Some(Placed {
                partition,
                offset,
                bytes,
            }));
        }
        Ok(None)
    }
}

/// For each partition the offset from which on its events are among the last `count` of all.
pub(super) async fn last(
    reader: &Reader,
    parts: &[(Partition, Extent)],
    count: usize,
) -> Result<Vec<u64>> {
    let mut from: Vec<u64> = parts.iter().map(|(_, extent)| extent.next).collect();
    let mut backward: Vec<Backward> = parts
        .iter()
        .map(|(partition, extent)| Backward {
            partition: *partition,
            first: extent.first,
            unread: extent.next,
            times: Vec::new(),
            many: 1,
            earliest: i64::MAX,
        })
        .collect();
    let ends = parts
        .iter()
        .enumerate()
        .filter(|(_, (_, it))| it.first < it.next);
    let (places, ends): (Vec<usize>, Vec<_>) = ends
        .map(|(place, (partition, extent))| (place, (*partition, extent.next - 1)))
        .unzip();
    let mut order = BinaryHeap::with_capacity(places.len());
    for (place, time) in places.into_iter().zip(logs::times(reader, &ends).await?) {
        backward[place].unread -= 1;
        order.push((backward[place].at(time), place));
    }
    for _ in 0..count {
        let Some((_, place)) = order.pop() else { break };
        from[place] -= 1;
        if let Some(time) = backward[place].before(reader).await? {
            order.push((time, place));
        }
    }
    Ok(from)
}

/// The times of a partition's events, from the last one on.
struct Backward {
    partition: Partition,
    first: u64,
    /// Nothing from here on is left to read.
    unread: u64,
    /// Of the events before those that were taken, as far as they were read; the last one is taken next.
    times: Vec<Option<i64>>,
    many: u64,
    /// Of the events so far.
    earliest: i64,
}

impl Backward {
    /// Where an event of this time stands; one that is damaged stands beside its neighbour.
    fn at(&mut self, time: Option<i64>) -> i64 {
        self.earliest = time.map_or(self.earliest, |time| time.min(self.earliest));
        self.earliest
    }

    /// Where the event before those that were taken stands.
    async fn before(&mut self, reader: &Reader) -> Result<Option<i64>> {
        if self.times.is_empty() {
            let from = self.unread.saturating_sub(self.many).max(self.first);
            let at: Vec<_> = (from..self.unread).map(|it| (self.partition, it)).collect();
            self.times = logs::times(reader, &at).await?;
            self.unread = from;
            self.many = (self.many * 2).min(MOST);
        }
        let time = self.times.pop();
        Ok(time.map(|time| self.at(time)))
    }
}
