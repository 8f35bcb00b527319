//! Pages that are bounded by what they weigh: how work that nobody waits for walks over a store.

use super::{EngineError, KeyRange, Pair, ScanOptions, Snapshot};

/// How large a page may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize {
    /// At most so many pairs.
    pub pairs: usize,
    /// No more behind the pair with which keys and values come to so many bytes.
    pub bytes: usize,
}

/// The first pairs of a range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// At least one, if the range has any.
    pub pairs: Vec<Pair>,
    /// Whether nothing of the range is left. If it is not set, nothing may be left either.
    pub ended: bool,
}

impl Page {
    /// What an engine found that stops reading where a page is full.
    pub(super) fn of(pairs: Vec<Pair>, size: PageSize) -> Self {
        let bytes: usize = pairs.iter().map(weight).sum();
        let full = bytes >= size.bytes || pairs.len() >= size.pairs;
        Self {
            pairs,
            ended: !full,
        }
    }
}

/// The bytes of a pair's key and value.
pub(crate) fn weight((key, value): &Pair) -> usize {
    key.len() + value.len()
}

/// [`Snapshot::page`] by means of the other reads. The values are read one by one, and no key is asked for that the page
/// is not likely to have room for: the memory that it takes is that of the page and one value.
pub(super) async fn by_keys<S: Snapshot>(
    snapshot: &S,
    range: &KeyRange,
    size: PageSize,
) -> Result<Page, EngineError> {
    let mut page = Page::default();
    let mut rest = range.clone();
    let (mut bytes, mut ask) = (0, 1);
    while page.pairs.len() < size.pairs && bytes < size.bytes {
        let options = ScanOptions {
            limit: ask.min(size.pairs - page.pairs.len()),
            reverse: false,
            keys_only: true,
        };
        let keys = snapshot.scan(&rest, options).await?;
        let (found, mut taken) = (keys.len(), 0);
        for (key, _) in keys {
            if bytes >= size.bytes {
                break;
            }
            taken += 1;
            let Some(value) = snapshot.get(&key).await? else {
                let reason = "a scan finds the key, and a read does not".to_owned();
                return Err(EngineError::Corrupt { key, reason });
            };
            bytes += key.len() + value.len();
            page.pairs.push((key, value));
        }
        page.ended = found < options.limit && taken == found;
        let Some((last, _)) = page.pairs.last().filter(|_| !page.ended) else {
            return Ok(page);
        };
        rest.start = [last.as_slice(), &[0]].concat();
        let room = size.bytes.saturating_sub(bytes);
        let fit = room.saturating_mul(page.pairs.len()) / bytes.max(1);
        ask = fit.clamp(1, ask * 2);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        Changes, Engine, Outcome,
        embedded::{EmbeddedEngine, EmbeddedOptions, Location},
    };

    const LARGEST: usize = 300_000;
    const SIZE: PageSize = PageSize {
        pairs: 500,
        bytes: 1_000_000,
    };

    /// Many small values, then large ones, then small ones again.
    fn values() -> impl Iterator<Item = usize> {
        let small = std::iter::repeat_n(10, 2_000);
        let large = std::iter::repeat_n(LARGEST, 20);
        small.clone().chain(large).chain(small)
    }

    async fn engine() -> (EmbeddedEngine, Vec<Pair>) {
        let options = EmbeddedOptions::default();
        let engine = EmbeddedEngine::open(Location::Memory, options);
        let engine = engine.await.unwrap();
        let value = |(key, length): (u32, usize)| (key.to_be_bytes().to_vec(), vec![7; length]);
        let pairs: Vec<Pair> = (0..).zip(values()).map(value).collect();
        let writes = pairs.iter().cloned();
        let changes = Changes {
            writes: writes.map(|(key, value)| (key, Some(value))).collect(),
            ..Changes::default()
        };
        let base = engine.snapshot().await.unwrap();
        let outcome = engine.commit(&base, changes).await;
        assert!(matches!(outcome, Outcome::Committed { .. }), "{outcome:?}");
        (engine, pairs)
    }

    /// A page as the engine reads it, and by means of its other reads.
    async fn page(snapshot: &impl Snapshot, range: &KeyRange, size: PageSize) -> Page {
        let page = snapshot.page(range, size).await.unwrap();
        let by_keys = by_keys(snapshot, range, size).await.unwrap();
        assert!(page.pairs == by_keys.pairs);
        assert_eq!(page.ended, by_keys.ended);
        page
    }

    #[tokio::test]
    async fn no_page_is_much_heavier_than_it_may_be_and_all_of_them_are_the_whole() {
        let (engine, pairs) = engine().await;
        let snapshot = engine.snapshot().await.unwrap();
        let mut range = KeyRange {
            start: Vec::new(),
            end: None,
        };
        let (mut found, mut pages) = (Vec::new(), 0);
        loop {
            let page = page(&snapshot, &range, SIZE).await;
            let bytes: usize = page.pairs.iter().map(weight).sum();
            assert!(bytes < SIZE.bytes + LARGEST + 4, "{bytes}");
            assert!(page.pairs.len() <= SIZE.pairs);
            found.extend(page.pairs);
            pages += 1;
            if page.ended {
                break;
            }
            range.start = [found.last().unwrap().0.as_slice(), &[0]].concat();
        }
        assert!(found == pairs, "{} of {}", found.len(), pairs.len());
        // Four of 500 small ones, five of four large ones, four of small ones, and what is begun.
        assert!(pages <= 16, "{pages}");
    }

    #[tokio::test]
    async fn a_page_ends_with_its_range() {
        let (engine, pairs) = engine().await;
        let snapshot = engine.snapshot().await.unwrap();
        let range = |start: u32, end: u32| KeyRange {
            start: start.to_be_bytes().to_vec(),
            end: Some(end.to_be_bytes().to_vec()),
        };
        for (start, end) in [(3, 3), (3, 4), (3, 13), (2_001, 2_003)] {
            let page = page(&snapshot, &range(start, end), SIZE).await;
            assert!(
                page.pairs == pairs[start as usize..end as usize],
                "{start}..{end}"
            );
            assert!(page.ended, "{start}..{end}");
        }
        let page = page(&snapshot, &range(2_000, 2_004), SIZE).await;
        assert_eq!(page.pairs.len(), 4, "full with the last one");
    }
}
