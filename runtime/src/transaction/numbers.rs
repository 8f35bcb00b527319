//! Numbers of `default=next`: handed out in blocks, unique, rising within a process, with gaps.

use super::Store;
use crate::{
    Error, Result,
    catalogue::{BoundTable, number_key},
    engine::{Changes, Outcome},
};
use std::{collections::HashMap, ops::Range};

/// Numbers taken from the store at once, unless more are asked for.
const BLOCK: u64 = 100;
/// Two processes that take a block at once conflict; tried so often.
const ATTEMPTS: u32 = 50;

/// What is left of the blocks that this process took, by table.
#[derive(Debug, Default)]
pub(super) struct Numbers(tokio::sync::Mutex<HashMap<u32, Range<u64>>>);

impl Store {
    /// The next numbers of a table, rising; the first of all is 1. What is left of a block and a new one serve any count.
    pub(crate) async fn next_numbers(&self, table: &BoundTable, count: usize) -> Result<Vec<u64>> {
        let mut blocks = self.0.numbers.0.lock().await;
        let block = blocks.entry(table.id).or_insert(0..0);
        let mut numbers: Vec<u64> = block.by_ref().take(count).collect();
        let missing = count - numbers.len();
        if missing > 0 {
            *block = self.take_block(table, missing as u64).await?;
            numbers.extend(block.by_ref().take(missing));
        }
        if numbers.len() < count {
            let reason = "the table has used up its numbers";
            return Err(Error::invalid(table.table.model, reason));
        }
        Ok(numbers)
    }

    async fn take_block(&self, table: &BoundTable, least: u64) -> Result<Range<u64>> {
        let key = number_key(table.id);
        for _ in 0..ATTEMPTS {
            let snapshot = self.0.engine.snapshot().await.map_err(Error::from_engine)?;
            let stored = snapshot.get(&key).await.map_err(Error::from_engine)?;
            let next: u64 = match stored {
                None => 1,
                Some(json) => serde_json::from_slice(&json)
                    .map_err(|error| self.binding().corrupt(&key, &error))?,
            };
            let block = next..next.saturating_add(BLOCK.max(least));
            let changes = Changes {
                writes: [(key.clone(), Some(block.end.to_string().into_bytes()))].into(),
                ..Changes::default()
            };
            match self.0.engine.commit(snapshot, changes).await {
                Outcome::Committed { .. } => return Ok(block),
                // An unknown outcome may have taken the block: a gap, which is allowed.
                Outcome::Conflict { .. } | Outcome::Unknown(_) => {}
                Outcome::Failed(error) => return Err(Error::from_engine(error)),
            }
        }
        Err(Error::Conflict {
            what: format!("the numbers of `{}`", table.table.name),
            attempts: ATTEMPTS,
        })
    }
}
