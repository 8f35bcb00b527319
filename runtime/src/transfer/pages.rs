//! A store's pairs in order, a page at a time.

use crate::{
    Error, Result,
    catalogue::LOAD_KEY,
    engine::{KeyRange, Pair, ScanOptions},
    transaction::AnySnapshot,
};

/// Bytes that a page should have.
const PAGE: usize = 1024 * 1024;
/// Pairs of the first page, and the most of any.
const FIRST: usize = 256;
const MOST: usize = 8192;

/// Walks over a snapshot. It leaves the row of an unfinished load out.
pub(super) struct Pages<'a> {
    snapshot: &'a AnySnapshot,
    range: KeyRange,
    limit: usize,
    ended: bool,
}

impl<'a> Pages<'a> {
    pub(super) fn new(snapshot: &'a AnySnapshot) -> Self {
        Self {
            snapshot,
            range: KeyRange {
                start: Vec::new(),
                end: None,
            },
            limit: FIRST,
            ended: false,
        }
    }

    /// The next page; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Pair>>> {
        if self.ended {
            return Ok(None);
        }
        let options = ScanOptions {
            limit: self.limit,
            reverse: false,
            keys_only: false,
        };
        let scan = self.snapshot.scan(&self.range, options).await;
        let mut page = scan.map_err(Error::from_engine)?;
        self.ended = page.len() < self.limit;
        if let Some((last, _)) = page.last() {
            self.range.start = [last.as_slice(), &[0]].concat();
        }
        let bytes: usize = page
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum();
        // The next page is likely to have pairs of the same size.
        self.limit = (page.len() * PAGE / bytes.max(1)).clamp(1, MOST);
        page.retain(|(key, _)| key != LOAD_KEY);
        Ok(Some(page))
    }
}
