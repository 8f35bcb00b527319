//! A group of transactions: how it waits, what it comes to in the file, how it is answered.

use std::sync::Arc;

use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};
use tokio::sync::oneshot;

use super::{value, view::Mark};
use crate::engine::{Changes, EngineError, Outcome, assign::Assigned};

pub(super) const DATA: TableDefinition<&'static [u8], &'static [u8]> = TableDefinition::new("data");
const META: TableDefinition<&'static str, u64> = TableDefinition::new("meta");

/// How often the store was opened.
const OPENED: &str = "opened";

/// A transaction that waits to be committed.
pub(super) struct Job {
    /// Held so that what changed since is not forgotten before it is judged.
    pub(super) base: Arc<Mark>,
    pub(super) changes: Changes,
    /// Nobody may be listening any more; the transaction is committed all the same.
    pub(super) answer: oneshot::Sender<Outcome>,
}

pub(super) type Answer = (oneshot::Sender<Outcome>, Outcome);

/// What became of a group. Its transactions are answered when this is dropped: after the writer's lock was let go, so that
/// who is answered and comes with the next transaction finds it free.
pub(super) struct Written {
    /// Whether anything was written.
    pub(super) anything: bool,
    pub(super) answers: Vec<Answer>,
}

impl Drop for Written {
    fn drop(&mut self) {
        for (answer, outcome) in self.answers.drain(..) {
            // Nobody may be listening any more.
            let _ = answer.send(outcome);
        }
    }
}

/// How far a write goes before it counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// In memory, until a later write reaches the disk.
    Memory,
    /// On the disk.
    Disk,
    /// To the end of a backend that has no disk.
    Backend,
}

/// Transactions that are written together.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The last commit before it.
    pub(super) before: u64,
    pub(super) accepted: Vec<Changes>,
    pub(super) assigned: Assigned,
}

/// Why nothing of a group can be called committed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nothing was written.
    Nothing(EngineError),
    /// It failed after the point of no return: it is there as a whole, or not at all.
    InDoubt(EngineError),
}

impl Failure {
    pub(super) fn error(&self) -> &EngineError {
        match self {
            Self::Nothing(error) | Self::InDoubt(error) => error,
        }
    }

    pub(super) fn into_error(self) -> EngineError {
        match self {
            Self::Nothing(error) | Self::InDoubt(error) => error,
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Nothing(error) => Outcome::Failed(error.clone()),
            Self::InDoubt(error) => Outcome::Unknown(error.clone()),
        }
    }
}

pub(super) fn begin(database: &Database, reach: Reach) -> Result<WriteTransaction, redb::Error> {
    let mut transaction = database.begin_write()?;
    match reach {
        Reach::Memory => transaction.set_durability(redb::Durability::None)?,
        // A second sync, for which a store opens in a millisecond after a crash instead of being read whole.
        Reach::Disk => transaction.set_quick_repair(true),
        Reach::Backend => {}
    }
    Ok(transaction)
}

pub(super) fn apply(
    transaction: &WriteTransaction,
    group: &Group,
    scratch: &mut Vec<u8>,
) -> Result<(), redb::Error> {
    if group.accepted.is_empty() {
        return Ok(());
    }
    let mut table = transaction.open_table(DATA)?;
    // No two transactions of the group write one key: the later one would have been a conflict. What was assigned is
    // newer than what any of them wrote.
    let written = group.accepted.iter().flat_map(|changes| &changes.writes);
    for (key, written) in written.chain(group.assigned.values()) {
        match written {
            Some(value) => {
                value::seal(key, value, scratch);
                table.insert(key.as_slice(), scratch.as_slice())?;
            }
            None => {
                table.remove(key.as_slice())?;
            }
        }
    }
    Ok(())
}

/// Counts this opening, which also makes the tables of a new store.
pub(super) fn count_opening(database: &Database) -> Result<u64, redb::Error> {
    let transaction = begin(database, Reach::Disk)?;
    let opened = {
        transaction.open_table(DATA)?;
        let mut meta = transaction.open_table(META)?;
        let opened = meta.get(OPENED)?.map_or(0, |count| count.value()) + 1;
        meta.insert(OPENED, opened)?;
        opened
    };
    transaction.commit()?;
    Ok(opened)
}
