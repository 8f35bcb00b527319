//! Stored bytes, read and written below the runtime.

use keyloom::engine::{
    Changes, Engine, KeyRange, Outcome, Pair, ScanOptions, Snapshot,
    embedded::{EmbeddedEngine, EmbeddedOptions, Location},
};

/// An empty engine in memory.
pub async fn engine() -> EmbeddedEngine {
    let options = EmbeddedOptions::default();
    let engine = EmbeddedEngine::open(Location::Memory, options).await;
    engine.expect("memory opens")
}

/// Everything under an area byte, at most a thousand pairs.
pub async fn pairs(engine: &EmbeddedEngine, area: u8) -> Vec<Pair> {
    let range = KeyRange {
        start: vec![area],
        end: Some(vec![area + 1]),
    };
    let options = ScanOptions {
        limit: 1_000,
        reverse: false,
        keys_only: false,
    };
    let snapshot = engine.snapshot().await.expect("it is open");
    snapshot.scan(&range, options).await.expect("it is whole")
}

/// Puts or deletes a key, as damage or another build would.
pub async fn put(engine: &EmbeddedEngine, key: Vec<u8>, value: Option<Vec<u8>>) {
    let snapshot = engine.snapshot().await.expect("it is open");
    let changes = Changes {
        writes: [(key, value)].into(),
        ..Changes::default()
    };
    let outcome = engine.commit(&snapshot, changes).await;
    assert!(matches!(outcome, Outcome::Committed { .. }), "{outcome:?}");
}
