use std::{path::PathBuf, time::Duration};

use redb::Builder;

use super::group::Reach;

/// Where a store lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder of its own, created if need be.
    Folder(PathBuf),
    /// The memory of this process; gone with the last handle.
    Memory,
}

/// What a finished commit promises about the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Every commit is on the disk before it is answered.
    #[default]
    Durable,
    /// Commits are answered from memory and brought to the disk together.
    ///
    /// A crash of the process loses all commits since the last flush; those before it are whole.
    Relaxed {
        /// The longest time that a commit waits for the disk.
        flush: Duration,
    },
}

/// How a store is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedOptions {
    /// What a finished commit promises. A store in memory has no disk to wait for and ignores it.
    pub durability: Durability,
    /// Memory for pages of the file, in bytes.
    pub cache: usize,
    /// How long a snapshot can be read after newer commits, before the space that it keeps from being used again is
    /// taken from it and it answers [`EngineError::SnapshotTooOld`](super::EngineError::SnapshotTooOld). Without it, as
    /// long as it is held.
    pub max_snapshot_age: Option<Duration>,
    /// Reads the whole file on open and checks every page, so that damage is found before anything is answered.
    ///
    /// Without it, damaged values and keys are found when they are read; a page that the disk replaced by an older one
    /// of the same store is not.
    pub verify_on_open: bool,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            durability: Durability::default(),
            cache: 256 * 1024 * 1024,
            max_snapshot_age: None,
            verify_on_open: false,
        }
    }
}

impl EmbeddedOptions {
    pub(super) fn builder(&self) -> Builder {
        let mut builder = Builder::new();
        builder
            .set_cache_size(self.cache)
            .set_check_integrity_on_open(self.verify_on_open);
        builder
    }
}

/// How commits reach the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Each before its answer.
    Durable,
    /// All together, from time to time.
    Relaxed(Duration),
    /// There is no disk, so no thread either: with one task at a time everything happens in its own calls.
    Memory,
}

impl Pace {
    pub(super) fn of(durability: Durability) -> Self {
        match durability {
            Durability::Durable => Self::Durable,
            Durability::Relaxed { flush } => Self::Relaxed(flush),
        }
    }

    pub(super) fn reach(self) -> Reach {
        match self {
            Self::Durable => Reach::Disk,
            Self::Relaxed(_) => Reach::Memory,
            Self::Memory => Reach::Backend,
        }
    }
}
