//! Numbers of `default=next`: handed out in blocks, unique, rising within a process, with gaps.

use super::Store;
use crate::{
    Error, Result,
    catalogue::{BoundTable, number_key},
    engine::{Changes, Outcome},
};
use std::{collections::HashMap, ops::Range};

/// Numbers taken from the store at once.
const BLOCK: u64 = 100;
/// Two processes that take a block at once conflict; tried so often.
const ATTEMPTS: u32 = 50;

/// What is left of the blocks that this process took, by table.
#[derive(Debug, Default)]
pub(super) struct Numbers(tokio::sync::Mutex<HashMap<u32, Range<u64>>>);

impl Store {
    /// The next number of a table; the first is 1.
    pub(crate) async fn next_number(&self, table: &BoundTable) -> Result<u64> {
        let mut blocks = self.0.numbers.0.lock().await;
        let block = blocks.entry(table.id).or_insert(0..0);
        if block.is_empty() {
            *block = self.take_block(table).await?;
        }
        block
            .next()
            .ok_or_else(|| Error::invalid(table.table.model, "the table has used up its numbers"))
    }

    async fn take_block(&self, table: &BoundTable) -> Result<Range<u64>> {
        let key = number_key(table.id);
        for _ in 0..ATTEMPTS {
            let snapshot = self.0.engine.snapshot().await.map_err(Error::from_engine)?;
            let stored = snapshot.get(&key).await.map_err(Error::from_engine)?;
            let next: u64 = match stored {
                None => 1,
                Some(json) => serde_json::from_slice(&json)
                    .map_err(|error| self.binding().corrupt(&key, &error))?,
            };
            let block = next..next.saturating_add(BLOCK);
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
