//! Reading a dump into an empty store.
//!
//! **Invariant:** until a load is whole and verified, the store holds the row `m l`, and is opened by nothing else. The row
//! is written with each batch and says how far the load is, so that it can go on from there; a load that finds another one's
//! row in its place ends.

use super::{
    Progress, RawStore, Step, Summary,
    dump::{progress, summary},
    format::{End, Frame, Reader, Tally, refused},
    pages::Pages,
};
use crate::{
    Error, Result,
    catalogue::{self, LOAD_KEY, STORE_KEY},
    engine::{Changes, KeyRange, Outcome, ScanOptions},
    transaction::AnySnapshot,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io::Read};

/// Bytes of keys and values that one transaction writes.
const BATCH: usize = 1024 * 1024;
/// Keys that one transaction deletes.
const DISCARDED: usize = 1024;

type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// `m l`: how far an unfinished load is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unfinished {
    /// Pairs that are in the store.
    pairs: u64,
    /// BLAKE3 of them, in hexadecimal.
    checksum: String,
}

/// The row of an unfinished load, if there is one.
pub(super) async fn unfinished(snapshot: &AnySnapshot) -> Result<Option<Unfinished>> {
    let row = snapshot.get(LOAD_KEY).await.map_err(Error::from_engine)?;
    row.map(|row| {
        serde_json::from_slice(&row).map_err(|error| Error::Corrupt {
            table: "the catalogue".to_owned(),
            key: crate::key::hex(LOAD_KEY),
            reason: error.to_string(),
        })
    })
    .transpose()
}

impl RawStore {
    /// Writes a dump into an empty store, reads it back, compares, and hands `watch` the progress about once a megabyte.
    ///
    /// Interrupted, it leaves a store that nothing else opens; called again with the same dump, or with a new dump of a store
    /// that did not change in what was written already, it goes on where it stopped. [`Error::Transfer`] says why a dump
    /// or a store is refused. Reading from `input` blocks the thread.
    pub async fn load(&self, input: impl Read, mut watch: impl FnMut(Progress)) -> Result<Summary> {
        let mut reader = Reader::new(input)?;
        catalogue::check_format(reader.header.format)?;
        let mut load = Load::begin(self).await?;
        let end = loop {
            match reader.next()? {
                Frame::Block(pairs) => {
                    for (key, value) in pairs {
                        load.pair(key, value).await?;
                    }
                    watch(progress(load.step(), &load.tally));
                }
                Frame::End(end) => break end,
            }
        };
        load.finish(end).await?;
        let verified = self.verify(end, &mut watch).await?;
        self.commit(verified, [(LOAD_KEY.to_vec(), None)].into())
            .await?;
        Ok(summary(&load.tally))
    }

    /// Deletes what an interrupted load has written, so that another dump can be loaded. A store that is whole is refused.
    pub async fn discard(&self, mut watch: impl FnMut(Progress)) -> Result<()> {
        let mut tally = Tally::default();
        loop {
            let snapshot = self.engine.snapshot().await.map_err(Error::from_engine)?;
            if unfinished(&snapshot).await?.is_none() {
                return Err(refused(
                    "the store holds no unfinished load; nothing was deleted",
                ));
            }
            let options = ScanOptions {
                limit: DISCARDED,
                reverse: false,
                keys_only: true,
            };
            let scan = snapshot.scan(&everything(), options).await;
            let mut keys = scan.map_err(Error::from_engine)?;
            // The row goes last: until then the store is known to be unfinished.
            keys.retain(|(key, _)| key != LOAD_KEY);
            if keys.is_empty() {
                return self
                    .commit(snapshot, [(LOAD_KEY.to_vec(), None)].into())
                    .await;
            }
            for (key, _) in &keys {
                tally.add(key, &[]);
            }
            let gone = keys.into_iter().map(|(key, _)| (key, None));
            self.commit(snapshot, gone.collect()).await?;
            watch(progress(Step::Discarding, &tally));
        }
    }

    /// Reads everything back and compares it with the end of the dump; gives what it read from.
    async fn verify(&self, end: End, watch: &mut impl FnMut(Progress)) -> Result<AnySnapshot> {
        let snapshot = self.engine.snapshot().await.map_err(Error::from_engine)?;
        let mut pages = Pages::new(&snapshot);
        let mut tally = Tally::default();
        while let Some(page) = pages.next().await? {
            for (key, value) in page {
                tally.add(&key, &value);
            }
            watch(progress(Step::Verifying, &tally));
        }
        if tally.end() == end {
            return Ok(snapshot);
        }
        Err(refused(format!(
            "the store does not hold what the dump does: {} pairs were found where the dump has {}, or their checksum is \
             another; something else wrote to it, or it is damaged. Discard the load and begin again",
            tally.pairs, end.pairs
        )))
    }

    /// Writes a batch, unless the row of the load, or the store's own, has changed since `base`.
    async fn commit(&self, base: AnySnapshot, writes: Writes) -> Result<()> {
        let rows = [LOAD_KEY, &STORE_KEY].map(<[u8]>::to_vec);
        let guards = rows.into_iter().filter(|key| !writes.contains_key(key));
        let changes = Changes {
            guards: guards.collect(),
            writes,
            ..Changes::default()
        };
        match self.engine.commit(base, changes).await {
            Outcome::Committed { .. } => Ok(()),
            Outcome::Conflict { .. } => Err(another_writes()),
            Outcome::Unknown(error) => Err(Error::CommitUnknown {
                reason: error.to_string(),
            }),
            Outcome::Failed(error) => Err(Error::from_engine(error)),
        }
    }
}

fn another_writes() -> Error {
    refused("another process writes to the store; end it, then load again")
}

fn everything() -> KeyRange {
    KeyRange {
        start: Vec::new(),
        end: None,
    }
}

/// A load under way.
struct Load<'a> {
    store: &'a RawStore,
    /// What an earlier load has written, until that is skipped.
    earlier: Option<Unfinished>,
    /// The row of the load as it must be.
    row: Option<Unfinished>,
    tally: Tally,
    batch: Writes,
    bytes: usize,
}

impl<'a> Load<'a> {
    /// Finds the store empty and marks it, or finds the mark of an earlier load.
    async fn begin(store: &'a RawStore) -> Result<Self> {
        let snapshot = store.engine.snapshot().await.map_err(Error::from_engine)?;
        let earlier = unfinished(&snapshot).await?;
        let mut load = Self {
            store,
            row: earlier.clone(),
            earlier,
            tally: Tally::default(),
            batch: Writes::new(),
            bytes: 0,
        };
        if load.earlier.is_some() {
            return Ok(load);
        }
        let options = ScanOptions {
            limit: 1,
            reverse: false,
            keys_only: true,
        };
        let first = snapshot.scan(&everything(), options).await;
        if !first.map_err(Error::from_engine)?.is_empty() {
            return Err(refused(
                "the store holds data already; a dump is loaded into an empty one",
            ));
        }
        load.write(snapshot).await?;
        Ok(load)
    }

    const fn step(&self) -> Step {
        if self.earlier.is_some() {
            Step::Skipping
        } else {
            Step::Loading
        }
    }

    async fn pair(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        self.skipped()?;
        if self.earlier.is_some() {
            self.tally.add(&key, &value);
            return Ok(());
        }
        let limits = self.store.engine.limits();
        if key.len() > limits.key || value.len() > limits.value {
            return Err(refused(format!(
                "the store takes keys of {} and values of {} bytes; the dump has one of {} and {}",
                limits.key,
                limits.value,
                key.len(),
                value.len()
            )));
        }
        let bytes = key.len() + value.len();
        if !self.batch.is_empty() && self.bytes + bytes > BATCH.min(limits.transaction / 2) {
            self.flush().await?;
        }
        self.tally.add(&key, &value);
        self.bytes += bytes;
        self.batch.insert(key, Some(value));
        Ok(())
    }

    /// Ends skipping where the earlier load stopped, if what was skipped is what it wrote.
    fn skipped(&mut self) -> Result<()> {
        let Some(earlier) = self.earlier.take_if(|it| it.pairs <= self.tally.pairs) else {
            return Ok(());
        };
        if earlier.checksum == self.tally.checksum().to_hex().as_str() {
            return Ok(());
        }
        Err(refused(
            "the store holds an unfinished load of another dump, or of the store as it was before; discard it, then \
             load again",
        ))
    }

    /// Writes the batch, and how far it brings the load.
    async fn flush(&mut self) -> Result<()> {
        let engine = &self.store.engine;
        let base = engine.snapshot().await.map_err(Error::from_engine)?;
        if unfinished(&base).await? != self.row {
            return Err(another_writes());
        }
        self.write(base).await
    }

    async fn write(&mut self, base: AnySnapshot) -> Result<()> {
        let row = Unfinished {
            pairs: self.tally.pairs,
            checksum: self.tally.checksum().to_hex().to_string(),
        };
        let json = serde_json::to_vec(&row).map_err(|error| refused(error.to_string()))?;
        let mut writes = std::mem::take(&mut self.batch);
        self.bytes = 0;
        writes.insert(LOAD_KEY.to_vec(), Some(json));
        self.row = Some(row);
        self.store.commit(base, writes).await
    }

    async fn finish(&mut self, end: End) -> Result<()> {
        self.skipped()?;
        if self.earlier.is_some() {
            return Err(refused(
                "the store holds more than this dump has: an unfinished load of another dump; discard it, then load again",
            ));
        }
        if self.tally.end() != end {
            return Err(refused(
                "the dump is damaged: its pairs are not those that its end counts",
            ));
        }
        self.flush().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::embedded::{EmbeddedEngine, EmbeddedOptions, Location},
        transaction::AnyEngine,
        transfer::format::{Header, Writer},
    };

    fn dump() -> Vec<u8> {
        let header = Header {
            format: 1,
            schema: "shop".to_owned(),
        };
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, &header).unwrap();
        writer.pair(b"key", b"value").unwrap();
        writer.finish().unwrap();
        bytes
    }

    #[tokio::test]
    async fn of_two_loads_at_once_the_one_that_is_overtaken_writes_nothing_more() {
        let open = EmbeddedEngine::open(Location::Memory, EmbeddedOptions::default());
        let engine = open.await.unwrap();
        let [one, other] = [engine.clone(), engine].map(|engine| RawStore {
            engine: AnyEngine::Embedded(engine),
        });
        let mut slow = Load::begin(&one).await.unwrap();
        slow.pair(b"late".to_vec(), Vec::new()).await.unwrap();
        other.load(dump().as_slice(), |_| {}).await.unwrap();
        let error = slow.flush().await.unwrap_err().to_string();
        assert!(error.contains("another process writes"), "{error}");
        let mut pages = Vec::new();
        let snapshot = one.engine.snapshot().await.unwrap();
        let mut left = Pages::new(&snapshot);
        while let Some(page) = left.next().await.unwrap() {
            pages.extend(page);
        }
        assert_eq!(pages, [(b"key".to_vec(), b"value".to_vec())]);
    }
}
