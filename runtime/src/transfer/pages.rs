//! A store's pairs in order, a page at a time.

use crate::{
    Error, Result,
    catalogue::LOAD_KEY,
    engine::{KeyRange, Page, PageSize, Pair, page::weight},
    transaction::AnySnapshot,
};

/// Bytes with which a page is full.
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
        let size = PageSize {
            pairs: self.limit,
            bytes: PAGE,
        };
        let page = self.snapshot.page(&self.range, size).await;
        let Page { mut pairs, ended } = page.map_err(Error::from_engine)?;
        self.ended = ended;
        if let Some((last, _)) = pairs.last() {
            self.range.start = [last.as_slice(), &[0]].concat();
        }
        let bytes: usize = pairs.iter().map(weight).sum();
        // The next page is likely to have pairs of the same size.
        self.limit = (pairs.len() * PAGE / bytes.max(1)).clamp(1, MOST);
        pairs.retain(|(key, _)| key != LOAD_KEY);
        Ok(Some(pairs))
    }
}
