//! The embedded engine under kills and damaged files.
//!
//! A child process, which is this test binary once more, commits numbered groups and prints each number once it is
//! acknowledged. It is killed at a random moment, and its store is opened here.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use keyloom::engine::{
    Changes, Engine, EngineError, KeyRange, Outcome, Pair, ScanOptions, Snapshot,
    embedded::{DATA_FILE, Durability, EmbeddedEngine, EmbeddedOptions, FORMAT_FILE, Location},
};
use keyloom_tests::killed::run_and_kill;

/// Set for the child: the folder of its store.
const FOLDER: &str = "KEYLOOM_CRASH_FOLDER";
/// Set for the child: relaxed instead of durable.
const RELAXED: &str = "KEYLOOM_CRASH_RELAXED";

/// Keys of one group: all of them carry its number, so that a half-written group shows.
const KEYS: u64 = 6;

const ROUNDS: usize = 20;

const WHOLE: KeyRange = KeyRange {
    start: Vec::new(),
    end: None,
};

const ALL: ScanOptions = ScanOptions {
    limit: usize::MAX,
    reverse: false,
    keys_only: false,
};

/// A value of its own length and content for each key of a group.
fn value(group: u64, key: u64) -> Vec<u8> {
    format!("{group}/{key} ")
        .repeat(1 + usize::try_from((group * 7 + key) % 40).unwrap())
        .into_bytes()
}

/// What group `group` writes: new keys, and one key that every group replaces.
fn group(group: u64) -> Changes {
    let mut changes = Changes::default();
    for key in 0..KEYS {
        let name = format!("group/{group:08}/{key}").into_bytes();
        changes.writes.insert(name, Some(value(group, key)));
    }
    changes
        .writes
        .insert(b"latest".to_vec(), Some(value(group, KEYS)));
    changes
}

/// The store after the first `groups` groups.
fn expected(groups: u64) -> Vec<Pair> {
    let mut pairs = std::collections::BTreeMap::new();
    for number in 0..groups {
        for (key, value) in group(number).writes {
            pairs.insert(key, value.unwrap());
        }
    }
    pairs.into_iter().collect()
}

async fn open(folder: &Path, options: EmbeddedOptions) -> Result<EmbeddedEngine, EngineError> {
    EmbeddedEngine::open(Location::Folder(folder.to_owned()), options).await
}

async fn commit_groups(engine: &EmbeddedEngine, from: u64, to: u64, acknowledge: impl Fn(u64)) {
    for number in from..to {
        let base = engine.snapshot().await.unwrap();
        match engine.commit(&base, group(number)).await {
            Outcome::Committed { .. } => acknowledge(number),
            other => panic!("{other:?}"),
        }
    }
}

async fn everything(engine: &EmbeddedEngine) -> Result<Vec<Pair>, EngineError> {
    engine.snapshot().await?.scan(&WHOLE, ALL).await
}

/// How many groups the store holds; fails unless it is exactly the first so many.
async fn whole_groups(engine: &EmbeddedEngine) -> u64 {
    let found = everything(engine).await.unwrap();
    let groups = u64::try_from(found.len()).unwrap() / KEYS;
    assert!(
        found == expected(groups),
        "the store is not the first {groups} groups: {} pairs",
        found.len()
    );
    groups
}

/// The child. Does nothing when the tests run it as one of theirs.
#[tokio::test]
async fn writer_process() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let durability = match std::env::var_os(RELAXED) {
        Some(_) => Durability::Relaxed {
            flush: Duration::from_millis(2),
        },
        None => Durability::Durable,
    };
    let options = EmbeddedOptions {
        durability,
        ..EmbeddedOptions::default()
    };
    let engine = open(&PathBuf::from(folder), options).await.unwrap();
    let have = whole_groups(&engine).await;
    commit_groups(&engine, have, u64::MAX, |number| {
        println!("acknowledged {number}")
    })
    .await;
}

/// Kills the child after so many groups and a random moment more; the last group that it acknowledged.
fn killed_after(groups: usize, folder: &Path, variables: &[(&str, &OsStr)]) -> u64 {
    let variables = [&[(FOLDER, folder.as_os_str())], variables].concat();
    let within = Duration::from_millis(2);
    let acknowledged = run_and_kill("engine::writer_process", &variables, groups, within);
    acknowledged.last().unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_acknowledged_durable_commit_survives_a_kill_and_none_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        let last = killed_after(5 + fastrand::usize(0..40), folder.path(), &[]);
        let engine = open(folder.path(), EmbeddedOptions::default())
            .await
            .unwrap();
        let groups = whole_groups(&engine).await;
        assert!(
            groups > last,
            "round {round}: group {last} was acknowledged, found {groups} groups"
        );
    }
}

#[tokio::test]
async fn relaxed_commits_survive_a_kill_as_a_whole_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let mut before = 0;
    for round in 0..ROUNDS {
        let groups = 50 + fastrand::usize(0..300);
        killed_after(groups, folder.path(), &[(RELAXED, "1".as_ref())]);
        let engine = open(folder.path(), EmbeddedOptions::default())
            .await
            .unwrap();
        let groups = whole_groups(&engine).await;
        assert!(
            groups >= before,
            "round {round}: {before} groups were on the disk, found {groups}"
        );
        before = groups;
    }
    assert!(before > 0, "nothing ever reached the disk");
}

/// A store of 200 groups, closed in order, and the bytes of its data file.
async fn sound_store() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions {
        durability: Durability::Relaxed {
            flush: Duration::from_mins(1),
        },
        ..EmbeddedOptions::default()
    };
    let engine = open(folder.path(), options).await.unwrap();
    commit_groups(&engine, 0, 200, |_| {}).await;
    engine.close().await.unwrap();
    fs::read(folder.path().join(DATA_FILE)).unwrap()
}

/// What a store with this data file answers to a full read.
async fn read_damaged(bytes: &[u8], verify_on_open: bool) -> Result<Vec<Pair>, EngineError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(DATA_FILE), bytes).unwrap();
    fs::write(
        folder.path().join(FORMAT_FILE),
        "keyloom embedded store, format 1\n",
    )
    .unwrap();
    let options = EmbeddedOptions {
        verify_on_open,
        ..EmbeddedOptions::default()
    };
    let engine = open(folder.path(), options).await?;
    let found = everything(&engine).await;
    // A damaged store must also let itself be closed.
    let _ = engine.close().await;
    found
}

#[tokio::test]
async fn a_truncated_file_is_reported_or_whole() {
    let bytes = sound_store().await;
    let expected = expected(200);
    for _ in 0..100 {
        let mut torn = bytes.clone();
        torn.truncate(fastrand::usize(0..bytes.len()));
        let length = torn.len();
        if let Ok(found) = read_damaged(&torn, false).await {
            assert!(
                found == expected,
                "cut to {length} bytes: wrong content, no error"
            );
        }
    }
}

#[tokio::test]
async fn flipped_bytes_are_reported_or_without_effect_when_the_file_is_verified() {
    let bytes = sound_store().await;
    let expected = expected(200);
    for _ in 0..200 {
        let mut torn = bytes.clone();
        let at = fastrand::usize(0..bytes.len());
        torn[at] ^= 1 << fastrand::u8(0..8);
        if let Ok(found) = read_damaged(&torn, true).await {
            assert!(
                found == expected,
                "byte {at} flipped: wrong content, no error"
            );
        }
    }
}

#[tokio::test]
async fn no_flipped_byte_gives_a_value_that_was_not_written_or_a_panic() {
    let bytes = sound_store().await;
    let expected = expected(200);
    let mut reported = 0;
    for _ in 0..400 {
        let mut torn = bytes.clone();
        let at = fastrand::usize(0..bytes.len());
        torn[at] ^= 1 << fastrand::u8(0..8);
        // Checked on open: damage of the file's own structure that nobody looked for can end the process in redb.
        match read_damaged(&torn, true).await {
            Ok(found) => {
                for pair in &found {
                    assert!(
                        expected.binary_search(pair).is_ok() || pair.0 == b"latest",
                        "byte {at} flipped: {pair:?} was never written"
                    );
                }
            }
            Err(_) => reported += 1,
        }
    }
    assert!(reported > 0, "no flip was ever noticed");
}
