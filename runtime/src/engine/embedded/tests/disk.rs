//! Disks that fail.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use redb::{StorageBackend, backends::InMemoryBackend};

use super::*;

/// A disk in memory that fails on demand.
#[derive(Debug, Clone, Default)]
struct Disk(Arc<Switches>);

#[derive(Debug, Default)]
struct Switches {
    memory: InMemoryBackend,
    full: AtomicBool,
    sync_fails: AtomicBool,
    read_panics: AtomicBool,
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.0.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        assert!(
            !self.0.read_panics.load(Ordering::Relaxed),
            "a page is damaged"
        );
        self.0.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if self.0.full.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.memory.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.0.sync_fails.load(Ordering::Relaxed) {
            return Err(io::Error::other("the disk is on fire"));
        }
        self.0.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.memory.write(offset, data)
    }
}

fn engine(disk: &Disk, options: &EmbeddedOptions) -> EmbeddedEngine {
    EmbeddedEngine::over(disk.clone(), Pace::of(options.durability), options).unwrap()
}

#[tokio::test]
async fn a_commit_whose_sync_failed_is_in_doubt_and_stops_the_engine() {
    let disk = Disk::default();
    let engine = engine(&disk, &EmbeddedOptions::default());
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    disk.0.sync_fails.store(true, Ordering::Relaxed);
    let outcome = commit(&engine, put(&[("a", "2")])).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");

    disk.0.sync_fails.store(false, Ordering::Relaxed);
    let outcome = commit(&engine, put(&[("a", "3")])).await;
    assert!(
        matches!(&outcome, Outcome::Failed(EngineError::Poisoned { message }) if message.contains("the disk is on fire")),
        "{outcome:?}"
    );
    assert!(matches!(
        engine.close().await,
        Err(EngineError::Poisoned { .. })
    ));
}

#[tokio::test]
async fn a_commit_for_which_the_disk_has_no_room_did_not_happen() {
    let disk = Disk::default();
    // A cache too small to hold the change makes redb write, and grow its file, before the commit.
    let options = EmbeddedOptions {
        cache: 0,
        ..EmbeddedOptions::default()
    };
    let first = engine(&disk, &options);
    assert_committed(&commit(&first, put(&[("a", "1")])).await);
    disk.0.full.store(true, Ordering::Relaxed);
    let large = "x".repeat(16 * 1024 * 1024);
    let outcome = commit(&first, put(&[("a", &large)])).await;
    assert!(
        matches!(&outcome, Outcome::Failed(EngineError::Unavailable { .. })),
        "{outcome:?}"
    );
    drop(first);
    disk.0.full.store(false, Ordering::Relaxed);
    assert_eq!(
        get(&engine(&disk, &options), "a").await,
        Ok(Some("1".into()))
    );
}

#[tokio::test]
async fn a_panic_below_a_read_is_damage_and_stops_the_engine() {
    let disk = Disk::default();
    let options = EmbeddedOptions {
        cache: 0,
        ..EmbeddedOptions::default()
    };
    let engine = engine(&disk, &options);
    // More than one page, for the first one is in memory already.
    let value = "x".repeat(3000);
    assert_committed(&commit(&engine, put(&[("a", &value), ("b", &value), ("c", &value)])).await);
    let snapshot = engine.snapshot().await.unwrap();
    disk.0.read_panics.store(true, Ordering::Relaxed);
    assert_eq!(
        snapshot.get(b"a").await,
        Err(EngineError::Corrupt {
            key: Vec::new(),
            reason: "the storage library gave up on the file: a page is damaged".into(),
        })
    );
    disk.0.read_panics.store(false, Ordering::Relaxed);
    assert!(matches!(
        snapshot.get(b"a").await,
        Err(EngineError::Poisoned { .. })
    ));
    assert!(matches!(
        commit(&engine, put(&[("a", "2")])).await,
        Outcome::Failed(EngineError::Poisoned { .. })
    ));
}

#[tokio::test]
async fn a_panic_below_a_commit_stops_the_engine() {
    let disk = Disk::default();
    let options = EmbeddedOptions {
        cache: 0,
        ..EmbeddedOptions::default()
    };
    let engine = engine(&disk, &options);
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    let base = engine.snapshot().await.unwrap();
    disk.0.read_panics.store(true, Ordering::Relaxed);
    let outcome = engine.commit(&base, put(&[("a", "2")])).await;
    assert!(
        matches!(&outcome, Outcome::Failed(EngineError::Corrupt { .. })),
        "{outcome:?}"
    );
    disk.0.read_panics.store(false, Ordering::Relaxed);
    assert!(matches!(
        engine.snapshot().await,
        Err(EngineError::Poisoned { .. })
    ));
}
