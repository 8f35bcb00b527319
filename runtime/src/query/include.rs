//! Queries whose rows come with relations.

use super::{
    Page,
    builder::{Finish, Query},
    cursor::Position,
    kinds::{Many, Single},
    run::Each,
    scan::Scan,
    stream::{Rows, Steps, rows},
};
use crate::{
    Model, Read, Result,
    relation::{Include, Loading, with},
    transaction::Reader,
};
use futures_util::future::BoxFuture;
use std::{fmt, marker::PhantomData, sync::Arc};

/// A query over one index whose rows come with relations: `(Post, Vec<Tag>)`. Build it, then run it.
#[must_use = "a query does nothing until it is run, with `.page`, `.first`, `.stream` …"]
pub struct Included<T, K = Many> {
    scan: Scan,
    rows: Arc<dyn Load<T>>,
    kind: PhantomData<fn() -> K>,
}

/// What reads rows and what comes with them; erased, so that a query shows its row type only.
trait Load<T>: Send + Sync {
    fn page<'a>(&'a self, scan: &'a Scan, at: &'a Loading) -> BoxFuture<'a, Result<Page<T>>>;

    fn single<'a>(&'a self, scan: &'a Scan, at: &'a Loading) -> BoxFuture<'a, Result<Option<T>>>;

    fn step<'a>(
        &'a self,
        scan: &'a Scan,
        at: &'a Loading,
        from: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Step<T>>>;
}

/// Rows, and where the next ones start.
type Step<T> = (Vec<T>, Option<Vec<u8>>);

/// Records `M` with relations `I`.
struct With<M, I> {
    finish: Finish<M>,
    selective: bool,
    relations: I,
}

impl<M, I> With<M, I> {
    fn each(&self) -> Each<'_, M> {
        Each {
            map: &*self.finish,
            records: true,
            selective: self.selective,
        }
    }
}

impl<M: Model, I: Include<M>> Load<(M, I::Output)> for With<M, I> {
    fn page<'a>(
        &'a self,
        scan: &'a Scan,
        at: &'a Loading,
    ) -> BoxFuture<'a, Result<Page<(M, I::Output)>>> {
        Box::pin(async move {
            let page = scan.page(&at.0, self.each()).await?;
            Ok(Page {
                items: with(at, page.items, &self.relations).await?,
                next: page.next,
                previous: page.previous,
            })
        })
    }

    fn single<'a>(
        &'a self,
        scan: &'a Scan,
        at: &'a Loading,
    ) -> BoxFuture<'a, Result<Option<(M, I::Output)>>> {
        Box::pin(async move {
            let row = scan.single(&at.0, self.each()).await?;
            let rows = row.into_iter().collect();
            Ok(with(at, rows, &self.relations).await?.into_iter().next())
        })
    }

    fn step<'a>(
        &'a self,
        scan: &'a Scan,
        at: &'a Loading,
        from: Option<&'a [u8]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Step<(M, I::Output)>>> {
        Box::pin(async move {
            let (rows, next) = scan.step(&at.0, from, limit, self.each()).await?;
            Ok((with(at, rows, &self.relations).await?, next))
        })
    }
}

impl<M: Model, K> Query<M, K> {
    /// Loads relations with each row: one of the table's relation functions, or a tuple of up to four.
    ///
    /// Each relation costs one batch for all rows of a page, and relations are read side by side.
    pub fn include<I: Include<M>>(self, relations: I) -> Included<(M, I::Output), K> {
        Included {
            scan: self.scan,
            rows: Arc::new(With {
                finish: self.finish,
                selective: self.selective,
                relations,
            }),
            kind: PhantomData,
        }
    }
}

impl<T, K> Clone for Included<T, K> {
    fn clone(&self) -> Self {
        Self {
            scan: self.scan.clone(),
            rows: self.rows.clone(),
            kind: PhantomData,
        }
    }
}

impl<T, K> fmt::Debug for Included<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.scan, f)
    }
}

impl<T: Send + 'static, K> Included<T, K> {
    /// At most `n` rows: of a page (50 unless told), of a stream (all unless told).
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

    /// One page: what the page costs without relations, and one batch for each relation and level.
    pub async fn page(self, reader: &impl Read) -> Result<Page<T>> {
        let at = Loading(reader.view().open().await?);
        self.rows.page(&self.scan, &at).await
    }

    /// The first row.
    pub async fn first(self, reader: &impl Read) -> Result<Option<T>> {
        Ok(self.all(reader, 1).await?.into_iter().next())
    }

    /// The row of this value.
    pub async fn one(self, reader: &impl Read) -> Result<Option<T>>
    where
        K: Single,
    {
        let at = Loading(reader.view().open().await?);
        self.rows.single(&self.scan, &at).await
    }

    /// At most `limit` rows, all at once.
    pub async fn all(self, reader: &impl Read, limit: usize) -> Result<Vec<T>> {
        Ok(self.limit(limit).page(reader).await?.items)
    }

    /// Every row, read in steps from one snapshot.
    pub fn stream(self, reader: &impl Read) -> Rows<T> {
        rows(self.scan, Loads(self.rows), reader.view())
    }
}

/// Steps of a stream.
struct Loads<T>(Arc<dyn Load<T>>);

impl<T: Send + 'static> Steps<T> for Loads<T> {
    async fn step(
        &self,
        scan: &Scan,
        reader: &Reader,
        from: Option<&[u8]>,
        limit: usize,
    ) -> Result<Step<T>> {
        let at = Loading(reader.clone());
        self.0.step(scan, &at, from, limit).await
    }
}
