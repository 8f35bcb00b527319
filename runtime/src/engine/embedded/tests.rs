//! What only the embedded engine promises: its folder, its disk, its threads.

mod disk;
mod folder;
mod pace;

use super::*;
use crate::engine::{Changes, Engine, EngineError, Outcome, Snapshot};

fn put(pairs: &[(&str, &str)]) -> Changes {
    Changes {
        writes: pairs
            .iter()
            .map(|(key, value)| (key.as_bytes().to_vec(), Some(value.as_bytes().to_vec())))
            .collect(),
        ..Changes::default()
    }
}

async fn commit(engine: &EmbeddedEngine, changes: Changes) -> Outcome {
    match engine.snapshot().await {
        Ok(base) => engine.commit(&base, changes).await,
        Err(error) => Outcome::Failed(error),
    }
}

async fn get(engine: &EmbeddedEngine, key: &str) -> Result<Option<String>, EngineError> {
    let value = engine.snapshot().await?.get(key.as_bytes()).await?;
    Ok(value.map(|value| String::from_utf8_lossy(&value).into_owned()))
}

#[track_caller]
fn assert_committed(outcome: &Outcome) {
    assert!(
        matches!(outcome, Outcome::Committed { .. }),
        "expected a commit, found {outcome:?}"
    );
}
