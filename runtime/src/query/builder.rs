//! Queries: build, then run.

use super::{
    cursor::{Cursor, Position},
    kinds::{Covering, Many, Single},
    row::{Covered, Row},
    run::Each,
    scan::Scan,
    stream::Rows,
};
use crate::{
    Model, Read, Result,
    descriptor::Index,
    key::PartSpan,
    transaction::{Reader, Transaction, View},
};
use std::{fmt, marker::PhantomData, sync::Arc};

/// Turns a row as it was read into a `T`; `None` leaves it out. Erased, so that a query is generic over its row type only.
pub(super) type Finish<T> = Arc<dyn Fn(&Row<'_>) -> Result<Option<T>> + Send + Sync>;

/// A query over one index: build it, then run it. `T` is the row it gives.
#[must_use = "a query does nothing until it is run, with `.page`, `.first`, `.stream` …"]
pub struct Query<T, K = Many> {
    pub(super) scan: Scan,
    pub(super) finish: Finish<T>,
    /// Whether rows need their record.
    pub(super) records: bool,
    /// Whether `finish` may leave rows out.
    pub(super) selective: bool,
    kind: PhantomData<fn() -> K>,
}

impl<T, K> Clone for Query<T, K> {
    fn clone(&self) -> Self {
        Self {
            scan: self.scan.clone(),
            finish: self.finish.clone(),
            records: self.records,
            selective: self.selective,
            kind: PhantomData,
        }
    }
}

impl<T, K> fmt::Debug for Query<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.scan, f)
    }
}

/// One page of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` exactly at the end.
    pub next: Option<Cursor>,
    /// Where the page before ends; `None` on a page that no cursor led to, and at the start of the result.
    pub previous: Option<Cursor>,
}

/// The query of an index. `K` comes from the signature of the generated function.
#[doc(hidden)]
pub fn query<M: Model, K, const N: usize>(
    index: &'static Index,
    spans: [PartSpan; N],
) -> Query<M, K> {
    new::<M, K>(Some(index), spans.to_vec())
}

/// The query of a primary key.
#[doc(hidden)]
pub fn query_key<M: Model, K, const N: usize>(spans: [PartSpan; N]) -> Query<M, K> {
    new::<M, K>(None, spans.to_vec())
}

/// The walk over a whole table, in key order.
#[doc(hidden)]
pub fn walk<M: Model>() -> Query<M> {
    new::<M, Many>(None, Vec::new())
}

fn new<M: Model, K>(index: Option<&'static Index>, spans: Vec<PartSpan>) -> Query<M, K> {
    Query {
        scan: Scan {
            table: M::TABLE,
            index,
            spans,
            limit: None,
            reverse: false,
            after: None,
            before: None,
            distinct: false,
        },
        finish: Arc::new(|row| row.record::<M>().map(Some)),
        records: true,
        selective: false,
        kind: PhantomData,
    }
}

impl<T: Send + 'static, K> Query<T, K> {
    /// At most `n` rows: of a page (50 unless told), of a stream or a count (all unless told).
    pub const fn limit(mut self, n: usize) -> Self {
        self.scan.limit = Some(n);
        self
    }

    /// From the last to the first.
    pub const fn reverse(mut self) -> Self {
        self.scan.reverse = !self.scan.reverse;
        self
    }

    /// Starts after this place; `None` starts at the front.
    pub fn after(mut self, cursor: impl Into<Position>) -> Self {
        self.scan.after = cursor.into().0;
        self
    }

    /// Ends before this place: the last rows ahead of it. `None` changes nothing.
    pub fn before(mut self, cursor: impl Into<Position>) -> Self {
        self.scan.before = cursor.into().0;
        self
    }

    /// Each record once, though several of its entries match: for an index with `(each)` or a computed part.
    ///
    /// Reads every record that matches, also where only entries would be read.
    pub const fn distinct(mut self) -> Self {
        self.scan.distinct = match self.scan.index {
            Some(index) => index.several,
            None => false,
        };
        self
    }

    fn each(&self) -> Each<'_, T> {
        Each {
            map: &*self.finish,
            records: self.records,
            selective: self.selective,
        }
    }

    /// One page: one scan, and one batch of records where the rows are records.
    pub async fn page(self, reader: &impl Read) -> Result<Page<T>> {
        self.run_page(reader.view()).await
    }

    async fn run_page(self, view: View) -> Result<Page<T>> {
        let reader = view.open().await?;
        self.scan.page(&reader, self.each()).await
    }

    /// The first row.
    pub async fn first(self, reader: &impl Read) -> Result<Option<T>> {
        let page = self.limit(1).run_page(reader.view()).await?;
        Ok(page.items.into_iter().next())
    }

    /// The row of this value: one read, and the record's.
    pub async fn one(self, reader: &impl Read) -> Result<Option<T>>
    where
        K: Single,
    {
        let reader = reader.view().open().await?;
        self.scan.single(&reader, self.each()).await
    }

    /// At most `limit` rows, all at once.
    pub async fn all(self, reader: &impl Read, limit: usize) -> Result<Vec<T>> {
        Ok(self.limit(limit).run_page(reader.view()).await?.items)
    }

    /// How many rows there are. Reads entries, not records, unless a filter has to see them.
    pub async fn count(self, reader: &impl Read) -> Result<u64> {
        let reader = reader.view().open().await?;
        self.scan.count(&reader, self.each()).await
    }

    /// Whether there is a row.
    pub async fn exists(self, reader: &impl Read) -> Result<bool> {
        Ok(self.limit(1).count(reader).await? > 0)
    }

    /// Every row, read in steps from one snapshot.
    pub fn stream(self, reader: &impl Read) -> Rows<T>
    where
        K: 'static,
    {
        let steps = super::stream::Plain {
            finish: self.finish,
            records: self.records,
            selective: self.selective,
        };
        super::stream::rows(self.scan, steps, reader.view())
    }
}

impl<M: Model, K> Query<M, K> {
    /// Leaves out the rows for which `keep` is false; pages are filled with rows that stay.
    ///
    /// Reads every row of the index that the arguments ask for until a page is full: for the rest of a narrow range, not
    /// instead of an index.
    pub fn filter(self, keep: impl Fn(&M) -> bool + Send + Sync + 'static) -> Self {
        let inner = self.finish;
        Self {
            finish: Arc::new(move |row| Ok(inner(row)?.filter(|row| keep(row)))),
            selective: true,
            ..self
        }
    }

    /// A page of keys, without the records unless a filter has to see them.
    pub async fn keys(self, reader: &impl Read) -> Result<Page<M::Key>> {
        let reader = reader.view().open().await?;
        let finish = &self.finish;
        let selective = self.selective;
        let map = move |row: &Row<'_>| {
            if selective && finish(row)?.is_none() {
                return Ok(None);
            }
            row.key::<M::Key>().map(Some)
        };
        let each = Each {
            map: &map,
            records: selective,
            selective,
        };
        self.scan.page(&reader, each).await
    }

    /// Whole keys of the first records from a boundary on, for a delete that has removed `before` already; and the boundary
    /// behind them, if there are more.
    pub(crate) async fn first_keys(
        &self,
        tx: &Transaction,
        from: Option<&[u8]>,
        at_most: usize,
        before: u64,
    ) -> Result<(Vec<Vec<u8>>, Option<Vec<u8>>)> {
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        let left = self
            .scan
            .limit
            .map_or(at_most, |limit| limit.saturating_sub(before));
        if left == 0 {
            return Ok((Vec::new(), None));
        }
        let reader: Reader = View::Transaction(tx.clone()).open().await?;
        let finish = &self.finish;
        let selective = self.selective;
        let map = move |row: &Row<'_>| {
            if selective && finish(row)?.is_none() {
                return Ok(None);
            }
            Ok(Some(row.record_key()))
        };
        let each = Each {
            map: &map,
            records: selective,
            selective,
        };
        self.scan.step(&reader, from, left.min(at_most), each).await
    }
}

impl<M: Model, C: Covered, Next> Query<M, Covering<C, Next>> {
    /// Reads what the index holds, without the record: one scan.
    pub fn covered(self) -> Query<C, Next> {
        Query {
            scan: self.scan,
            finish: Arc::new(|row| row.covered::<C>().map(Some)),
            records: false,
            selective: false,
            kind: PhantomData,
        }
    }
}
