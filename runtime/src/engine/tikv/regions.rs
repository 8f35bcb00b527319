//! Where regions end, so that a scan asks one of them at a time.
//!
//! The client sends a scan to every region of its range at once, each with the whole limit, and holds all the answers: a
//! page of a large table would read a page of each of its regions. It has no call that tells where a region ends, so PD is
//! asked here. What it says is a hint: a scan that follows an old one still gives what is there, and asks more regions
//! than it needs.

use super::pd::Pd;
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A hint of this age is asked for again, beside the scan that follows it.
const STALE: Duration = Duration::from_secs(30);
/// How long a hint is followed at all.
const LIFE: Duration = Duration::from_mins(5);
/// Hints that are kept.
const REMEMBERED: usize = 100_000;

/// A region's bounds; without an end it reaches to the last key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) start: Vec<u8>,
    pub(super) end: Option<Vec<u8>>,
}

pub(super) struct Regions {
    pd: Pd,
    known: Mutex<BTreeMap<Vec<u8>, Hint>>,
}

struct Hint {
    end: Option<Vec<u8>>,
    since: Instant,
    asked_again: bool,
}

impl Regions {
    pub(super) fn new(pd: Pd) -> Arc<Self> {
        Arc::new(Self {
            pd,
            known: Mutex::default(),
        })
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Hint>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of a range that lies in its first `regions`, or in its last ones if it is read in reverse; the whole range if PD
    /// does not say.
    pub(super) async fn first(
        self: &Arc<Self>,
        (start, end): (&[u8], &[u8]),
        regions: usize,
        reverse: bool,
    ) -> (Vec<u8>, Vec<u8>) {
        let (mut from, mut to) = (start.to_vec(), end.to_vec());
        let mut edge = if reverse { to.clone() } else { from.clone() };
        for _ in 0..regions {
            let Some(bounds) = self.at(&edge, reverse).await else {
                return (start.to_vec(), end.to_vec());
            };
            if reverse {
                if bounds.start.as_slice() <= start {
                    return (start.to_vec(), to);
                }
                edge.clone_from(&bounds.start);
                from = bounds.start;
            } else {
                match bounds.end {
                    Some(last) if last.as_slice() < end => {
                        edge.clone_from(&last);
                        to = last;
                    }
                    _ => return (from, end.to_vec()),
                }
            }
        }
        (from, to)
    }

    /// Sorted keys, those of one region together, as far as PD says; at most `most` at once.
    pub(super) async fn parts(
        self: &Arc<Self>,
        keys: Vec<Vec<u8>>,
        most: usize,
    ) -> Vec<Vec<Vec<u8>>> {
        let mut parts = Vec::new();
        let mut rest = keys.into_iter().peekable();
        while let Some(first) = rest.next() {
            let end = self.at(&first, false).await.and_then(|bounds| bounds.end);
            let mut part = vec![first];
            while part.len() < most
                && let Some(key) = rest.next_if(|key| end.as_ref().is_none_or(|end| key < end))
            {
                part.push(key);
            }
            parts.push(part);
        }
        parts
    }

    /// The region of a key, or of what lies just below it.
    async fn at(self: &Arc<Self>, key: &[u8], below: bool) -> Option<Bounds> {
        let Some((bounds, stale)) = self.remembered(key, below) else {
            return self.ask(key, below).await;
        };
        if stale {
            let (regions, key) = (self.clone(), key.to_vec());
            tokio::spawn(async move { regions.ask(&key, below).await });
        }
        Some(bounds)
    }

    async fn ask(&self, key: &[u8], below: bool) -> Option<Bounds> {
        let bounds = self.pd.region(key, below).await?;
        let hint = Hint {
            end: bounds.end.clone(),
            since: Instant::now(),
            asked_again: false,
        };
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(bounds.start.clone(), hint);
        Some(bounds)
    }

    /// What is known, and whether it should be asked for again.
    fn remembered(&self, key: &[u8], below: bool) -> Option<(Bounds, bool)> {
        let mut known = self.known();
        let last = if below {
            Bound::Excluded(key)
        } else {
            Bound::Included(key)
        };
        let mut before = known.range_mut::<[u8], _>((Bound::Unbounded, last));
        let (start, hint) = before.next_back()?;
        let reaches = hint.end.as_ref().is_none_or(|end| {
            let end = end.as_slice();
            if below { key <= end } else { key < end }
        });
        let age = hint.since.elapsed();
        if !reaches || age >= LIFE {
            return None;
        }
        let stale = age >= STALE && !hint.asked_again;
        hint.asked_again |= stale;
        let bounds = Bounds {
            start: start.clone(),
            end: hint.end.clone(),
        };
        Some((bounds, stale))
    }
}
