//! Tito's engine over our embedded one: its queue in a folder, each commit as durable as ours.

use crate::Fault;
use async_trait::async_trait;
use keyloom::engine::{
    Changes, Engine, EngineError, KeyRange, Outcome, ScanOptions, Snapshot,
    embedded::{EmbeddedEngine, EmbeddedOptions, EmbeddedSnapshot, Location},
};
use std::{
    collections::BTreeMap,
    ops::{Bound, Range},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tito::{
    TitoEngine, TitoError,
    types::{TitoKvPair, TitoTransaction, TitoValue},
};

/// How often a transaction that lost is run again, as by Tito's own engine.
const RETRIES: usize = 10;

/// A store in a folder.
#[derive(Clone)]
pub(super) struct Folder {
    engine: EmbeddedEngine,
    begun: Arc<AtomicU64>,
}

/// A transaction in it; clones are the same one.
#[derive(Clone)]
pub(super) struct FolderTransaction {
    engine: EmbeddedEngine,
    base: EmbeddedSnapshot,
    writes: Arc<Mutex<Writes>>,
    version: u64,
}

type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

impl Folder {
    pub(super) async fn open(path: &Path) -> Result<Self, Fault> {
        let location = Location::Folder(path.to_owned());
        Ok(Self {
            engine: EmbeddedEngine::open(location, EmbeddedOptions::default()).await?,
            begun: Arc::default(),
        })
    }
}

#[async_trait]
impl TitoEngine for Folder {
    type Transaction = FolderTransaction;

    async fn begin_transaction(&self) -> Result<FolderTransaction, TitoError> {
        Ok(FolderTransaction {
            engine: self.engine.clone(),
            base: self.engine.snapshot().await.map_err(read)?,
            writes: Arc::default(),
            version: self.begun.fetch_add(1, Ordering::SeqCst) + 1,
        })
    }

    async fn transaction<F, Fut, T, E>(&self, body: F) -> Result<T, E>
    where
        F: FnOnce(FolderTransaction) -> Fut + Clone + Send,
        Fut: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<TitoError> + Send + std::fmt::Debug,
    {
        let mut runs = 0;
        loop {
            let tx = self.begin_transaction().await?;
            let value = body.clone()(tx.clone()).await?;
            match tx.commit().await {
                Ok(()) => return Ok(value),
                Err(TitoError::Retryable(_)) if runs < RETRIES => runs += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn clear_active_transactions(&self) -> Result<(), TitoError> {
        Ok(())
    }

    async fn delete_range(&self, start: &[u8], end: &[u8]) -> Result<(), TitoError> {
        let tx = self.begin_transaction().await?;
        for (key, _) in tx.read(start..end, usize::MAX, false).await? {
            tx.writes().insert(key, None);
        }
        tx.commit().await
    }
}

impl FolderTransaction {
    fn writes(&self) -> MutexGuard<'_, Writes> {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pairs of a range, with what this transaction has written.
    async fn read(
        &self,
        range: Range<&[u8]>,
        limit: usize,
        reverse: bool,
    ) -> Result<Vec<TitoKvPair>, TitoError> {
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Included(range.start), Bound::Excluded(range.end));
        let own: Vec<_> = self
            .writes()
            .range::<[u8], _>(bounds)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let range = KeyRange {
            start: range.start.to_vec(),
            end: Some(range.end.to_vec()),
        };
        let options = ScanOptions {
            // As many as are deleted may be missing.
            limit: limit.saturating_add(own.len()),
            reverse,
            keys_only: false,
        };
        let mut pairs = self.base.scan(&range, options).await.map_err(read)?;
        if !own.is_empty() {
            let mut merged: Writes = pairs.into_iter().map(|(key, it)| (key, Some(it))).collect();
            merged.extend(own);
            pairs = merged
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?)))
                .collect();
            if reverse {
                pairs.reverse();
            }
        }
        pairs.truncate(limit);
        Ok(pairs)
    }
}

#[async_trait]
impl TitoTransaction for FolderTransaction {
    fn start_version(&self) -> u64 {
        self.version
    }

    async fn get<K: AsRef<[u8]> + Send>(&self, key: K) -> Result<Option<TitoValue>, TitoError> {
        let own = self.writes().get(key.as_ref()).cloned();
        match own {
            Some(value) => Ok(value),
            None => self.base.get(key.as_ref()).await.map_err(read),
        }
    }

    async fn put<K: AsRef<[u8]> + Send, V: AsRef<[u8]> + Send>(
        &self,
        key: K,
        value: V,
    ) -> Result<(), TitoError> {
        let value = Some(value.as_ref().to_vec());
        self.writes().insert(key.as_ref().to_vec(), value);
        Ok(())
    }

    async fn delete<K: AsRef<[u8]> + Send>(&self, key: K) -> Result<(), TitoError> {
        self.writes().insert(key.as_ref().to_vec(), None);
        Ok(())
    }

    async fn scan<K: AsRef<[u8]> + Send>(
        &self,
        range: Range<K>,
        limit: u32,
    ) -> Result<Vec<TitoKvPair>, TitoError> {
        let range = range.start.as_ref().to_vec()..range.end.as_ref().to_vec();
        self.read(&range.start..&range.end, limit as usize, false)
            .await
    }

    async fn scan_reverse<K: AsRef<[u8]> + Send>(
        &self,
        range: Range<K>,
        limit: u32,
    ) -> Result<Vec<TitoKvPair>, TitoError> {
        let range = range.start.as_ref().to_vec()..range.end.as_ref().to_vec();
        self.read(&range.start..&range.end, limit as usize, true)
            .await
    }

    async fn batch_get<K: AsRef<[u8]> + Send>(
        &self,
        keys: Vec<K>,
    ) -> Result<Vec<TitoKvPair>, TitoError> {
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.as_ref().to_vec()).collect();
        let mut pairs = Vec::with_capacity(keys.len());
        for key in keys {
            if let Some(value) = self.get(&key).await? {
                pairs.push((key, value));
            }
        }
        Ok(pairs)
    }

    async fn commit(self) -> Result<(), TitoError> {
        let writes = std::mem::take(&mut *self.writes());
        if writes.is_empty() {
            return Ok(());
        }
        let changes = Changes {
            writes,
            ..Changes::default()
        };
        match self.engine.commit(&self.base, changes).await {
            Outcome::Committed { .. } => Ok(()),
            Outcome::Conflict { .. } => Err(TitoError::Retryable("another was first".to_owned())),
            Outcome::Unknown(error) => Err(TitoError::CommitOutcomeUnknown(error.to_string())),
            Outcome::Failed(error) => Err(TitoError::TransactionFailed(error.to_string())),
        }
    }

    async fn rollback(self) -> Result<(), TitoError> {
        self.writes().clear();
        Ok(())
    }
}

fn read(error: EngineError) -> TitoError {
    TitoError::QueryFailed(error.to_string())
}
