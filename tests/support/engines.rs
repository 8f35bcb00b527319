//! Looks into the engine below a store.

use keyloom::engine::{
    Engine, KeyRange, ScanOptions, Snapshot,
    embedded::{EmbeddedEngine, EmbeddedOptions, Location},
};
use keyloom::testing::{Counting, Tally};

/// An empty engine in memory.
pub async fn engine() -> EmbeddedEngine {
    let engine = EmbeddedEngine::open(Location::Memory, EmbeddedOptions::default()).await;
    engine.expect("memory opens")
}

/// An engine in memory that counts what is read from it.
pub type Counted = Counting<EmbeddedEngine>;

/// An empty engine in memory, and the tally of what is read from it.
pub async fn counted() -> (Counted, Tally) {
    Counting::over(engine().await)
}

/// How many pairs the store in a folder holds in an area of keys. Nobody else has it open.
pub async fn area(folder: &str, area: u8) -> usize {
    let engine = EmbeddedEngine::open(Location::Folder(folder.into()), EmbeddedOptions::default());
    let engine = engine.await.expect("the folder opens");
    let snapshot = engine.snapshot().await.expect("it is open");
    let range = KeyRange {
        start: vec![area],
        end: Some(vec![area + 1]),
    };
    let options = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: true,
    };
    let pairs = snapshot.scan(&range, options).await.expect("it reads");
    engine.close().await.expect("it closes");
    pairs.len()
}
