//! Reads of a snapshot, merged with a transaction's own writes.

use super::{AnySnapshot, Store, Transaction};
use crate::{
    Error, Result,
    engine::{EngineError, KeyRange, Page, PageSize, Pair, ScanOptions, counter},
};

/// What reads go through.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) store: Store,
    snapshot: AnySnapshot,
    transaction: Option<Transaction>,
}

impl Reader {
    pub(super) const fn new(
        store: Store,
        snapshot: AnySnapshot,
        transaction: Option<Transaction>,
    ) -> Self {
        Self {
            store,
            snapshot,
            transaction,
        }
    }

    fn fail(&self, error: EngineError) -> Error {
        match error {
            EngineError::Corrupt { key, reason } => self.store.binding().corrupt(&key, &reason),
            other => Error::from_engine(other),
        }
    }

    /// The value of a key.
    pub(crate) async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        if let Some(transaction) = &self.transaction
            && let Some(written) = transaction.buffered(key)?
        {
            return Ok(written);
        }
        self.snapshot.get(key).await.map_err(|e| self.fail(e))
    }

    /// The sum of a counter's shards, with what the transaction has added. One scan.
    pub(crate) async fn counter(&self, key: &[u8]) -> Result<i64> {
        let options = ScanOptions {
            limit: usize::MAX,
            reverse: false,
            keys_only: false,
        };
        let range = counter::shards(key);
        let shards = self.snapshot.scan(&range, options).await;
        let shards = shards.map_err(|error| self.fail(error))?;
        let stored = counter::sum(&shards).map_err(|error| self.fail(error))?;
        let added = match &self.transaction {
            None => 0,
            Some(transaction) => transaction.added(key)?,
        };
        Ok(stored.saturating_add(added))
    }

    /// What `look` makes of the value of a key, which it sees without a copy where the engine can.
    pub(crate) async fn get_with<T: Send>(
        &self,
        key: &[u8],
        look: impl FnOnce(Option<&[u8]>) -> T + Send,
    ) -> Result<T> {
        if let Some(transaction) = &self.transaction
            && let Some(written) = transaction.buffered(key)?
        {
            return Ok(look(written.as_deref()));
        }
        self.snapshot
            .get_with(key, look)
            .await
            .map_err(|e| self.fail(e))
    }

    /// The values of many keys, in their order; one batch.
    pub(crate) async fn get_many(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        let Some(transaction) = &self.transaction else {
            return self.stored(keys).await;
        };
        let written = keys.iter().map(|key| transaction.buffered(key));
        let written = written.collect::<Result<Vec<_>>>()?;
        if written.iter().all(Option::is_none) {
            return self.stored(keys).await;
        }
        let unwritten = keys.iter().zip(&written).filter(|(_, it)| it.is_none());
        let unwritten: Vec<_> = unwritten.map(|(key, _)| key.clone()).collect();
        let stored = if unwritten.is_empty() {
            Vec::new()
        } else {
            self.stored(&unwritten).await?
        };
        let mut stored = stored.into_iter();
        let value = |own: Option<Option<Vec<u8>>>| own.unwrap_or_else(|| stored.next().flatten());
        Ok(written.into_iter().map(value).collect())
    }

    async fn stored(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        let found = self.snapshot.get_many(keys).await;
        found.map_err(|error| self.fail(error))
    }

    /// The pairs of a range, in byte order or in reverse.
    pub(crate) async fn scan(&self, range: &KeyRange, options: ScanOptions) -> Result<Vec<Pair>> {
        let Some(transaction) = &self.transaction else {
            return self
                .snapshot
                .scan(range, options)
                .await
                .map_err(|e| self.fail(e));
        };
        let written = transaction.buffered_range(range, options)?;
        // Each of the transaction's deletes may hide one pair of the snapshot.
        let hidden = written.iter().filter(|(_, value)| value.is_none()).count();
        let wider = ScanOptions {
            limit: options.limit.saturating_add(hidden),
            ..options
        };
        let stored = self
            .snapshot
            .scan(range, wider)
            .await
            .map_err(|e| self.fail(e))?;
        if written.is_empty() {
            return Ok(stored);
        }
        Ok(merge(stored, written, options))
    }

    /// The first pairs of a range, by what they weigh as well. Where the transaction has written in the range, by their number
    /// alone.
    pub(crate) async fn page(&self, range: &KeyRange, size: PageSize) -> Result<Page> {
        let options = ScanOptions {
            limit: size.pairs,
            reverse: false,
            keys_only: false,
        };
        let untouched = match &self.transaction {
            Some(transaction) => transaction.buffered_range(range, options)?.is_empty(),
            None => true,
        };
        if untouched {
            let page = self.snapshot.page(range, size).await;
            return page.map_err(|error| self.fail(error));
        }
        let pairs = self.scan(range, options).await?;
        Ok(Page {
            ended: pairs.len() < size.pairs,
            pairs,
        })
    }
}

/// Both in the order of the scan; the written value wins, a delete hides.
fn merge(
    stored: Vec<Pair>,
    written: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    options: ScanOptions,
) -> Vec<Pair> {
    let before = |left: &[u8], right: &[u8]| {
        if options.reverse {
            left > right
        } else {
            left < right
        }
    };
    let mut out = Vec::with_capacity(stored.len().min(options.limit));
    let (mut stored, mut written) = (
        stored.into_iter().peekable(),
        written.into_iter().peekable(),
    );
    while out.len() < options.limit {
        let own = match (stored.peek(), written.peek()) {
            (None, None) => break,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (Some((theirs, _)), Some((own, _))) => {
                if theirs == own {
                    stored.next();
                    continue;
                }
                before(own, theirs)
            }
        };
        if own {
            if let Some((key, Some(value))) = written.next() {
                out.push((key, value));
            }
        } else {
            out.extend(stored.next());
        }
    }
    out
}
