//! Streams: every row of a query, read in steps from one snapshot.

use super::{builder::Finish, run::Each, scan::Scan};
use crate::{
    Result,
    transaction::{Reader, View},
};
use futures_core::stream::{BoxStream, Stream};
use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

/// Rows read at once.
const STEP: usize = 256;

/// Rows of a query, read as they are asked for. Also a `futures` stream.
pub struct Rows<T>(BoxStream<'static, Result<T>>);

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

impl<T> Rows<T> {
    /// The next row; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|context| self.0.as_mut().poll_next(context))
            .await
            .transpose()
    }
}

impl<T> Stream for Rows<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

/// What reads the rows of a step: up to `limit` from a boundary on, and the boundary behind the last.
pub(super) trait Steps<T>: Send + Sync + 'static {
    fn step(
        &self,
        scan: &Scan,
        reader: &Reader,
        from: Option<&[u8]>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<T>, Option<Vec<u8>>)>> + Send;
}

/// Rows as a query without relations has them.
pub(super) struct Plain<T> {
    pub(super) finish: Finish<T>,
    pub(super) records: bool,
    pub(super) selective: bool,
}

impl<T: Send + 'static> Steps<T> for Plain<T> {
    async fn step(
        &self,
        scan: &Scan,
        reader: &Reader,
        from: Option<&[u8]>,
        limit: usize,
    ) -> Result<(Vec<T>, Option<Vec<u8>>)> {
        let each = Each {
            map: &*self.finish,
            records: self.records,
            selective: self.selective,
        };
        scan.step(reader, from, limit, each).await
    }
}

/// How far a stream is.
struct State<T, S> {
    scan: Scan,
    steps: S,
    source: Source,
    ready: VecDeque<T>,
    /// Rows that may still be read.
    left: usize,
    /// Where the next step starts.
    from: Option<Vec<u8>>,
    ended: bool,
}

enum Source {
    /// The snapshot is taken at the first step.
    Unopened(View),
    Open(Reader),
}

pub(super) fn rows<T: Send + 'static>(scan: Scan, steps: impl Steps<T>, view: View) -> Rows<T> {
    let state = State {
        left: scan.limit.unwrap_or(usize::MAX),
        scan,
        steps,
        source: Source::Unopened(view),
        ready: VecDeque::new(),
        from: None,
        ended: false,
    };
    Rows(Box::pin(futures_util::stream::try_unfold(
        state,
        async |mut state| {
            let row = state.next().await?;
            Ok(row.map(|row| (row, state)))
        },
    )))
}

impl<T: Send, S: Steps<T>> State<T, S> {
    async fn next(&mut self) -> Result<Option<T>> {
        if self.ready.is_empty() && !self.ended && self.left > 0 {
            self.step().await?;
        }
        Ok(self.ready.pop_front())
    }

    async fn step(&mut self) -> Result<()> {
        if let Source::Unopened(view) = &self.source {
            self.source = Source::Open(view.clone().open().await?);
        }
        let Source::Open(reader) = &self.source else {
            return Ok(());
        };
        let limit = STEP.min(self.left);
        let (rows, next) = self
            .steps
            .step(&self.scan, reader, self.from.as_deref(), limit)
            .await?;
        self.left -= rows.len();
        self.ended = next.is_none();
        self.from = next;
        self.ready.extend(rows);
        Ok(())
    }
}
