//! Moving a store to another engine or machine: its bytes as they are, without its schema.
//!
//! ```no_run
//! # async fn example() -> keyloom::Result<()> {
//! use keyloom::{OpenOptions, transfer::RawStore};
//!
//! let mut file = std::fs::File::create("blog.dump").unwrap();
//! let from = RawStore::open(OpenOptions::new("keyloom-data")?).await?;
//! let dumped = from.dump(&mut file, |_| {}).await?;
//! println!("{} pairs, BLAKE3 {}", dumped.pairs, dumped.checksum);
//! # Ok(()) }
//! ```
//!
//! `docs/format.md` draws the bytes of a dump. `keyloom dump` and `keyloom load` are doors to this.

mod dump;
mod format;
mod load;
mod pages;

use crate::{Error, OpenOptions, Result, transaction::AnyEngine};

/// A store without its schema.
#[derive(Debug)]
pub struct RawStore {
    engine: AnyEngine,
}

/// How far a dump or a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is going on.
    pub step: Step,
    /// Pairs of keys and values so far.
    pub pairs: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a dump or a load is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Reads the store and writes the dump.
    Dumping,
    /// Reads again what an earlier, interrupted load has written, and compares.
    Skipping,
    /// Reads the dump and writes the store.
    Loading,
    /// Reads the store back and compares.
    Verifying,
    /// Deletes what an interrupted load has written.
    Discarding,
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Pairs of keys and values.
    pub pairs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// BLAKE3 of all pairs in order, in hexadecimal: equal for equal stores, whatever their engines.
    pub checksum: String,
}

impl RawStore {
    /// Opens a store, or the place for one.
    pub async fn open(options: OpenOptions) -> Result<Self> {
        let engine = options.open_engine().await?;
        Ok(Self { engine })
    }

    /// Opens a store that must be there; nothing is created.
    pub async fn open_existing(options: OpenOptions) -> Result<Self> {
        Self::open(options.existing()?).await
    }

    /// Makes everything durable and lets go of the store.
    pub async fn close(&self) -> Result<()> {
        self.engine.close().await.map_err(Error::from_engine)
    }
}
