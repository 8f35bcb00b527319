//! What is measured.

use crate::Fault;

/// How many tasks write side by side in the `x32` works.
pub(super) const TASKS: usize = 32;

/// Rows of a page.
pub(super) const ROWS: usize = 20;

/// How many pages precede the deep page.
pub(super) const DEPTH: usize = 999;

/// One kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// A record by its key.
    Get,
    /// A record with three index entries, each in a durable transaction of its own.
    Insert,
    /// The same, answered from memory.
    InsertRelaxed,
    /// The same from 32 tasks, durable.
    InsertTasks,
    /// The same from 32 tasks, answered from memory.
    InsertRelaxedTasks,
    /// Twenty records from a place in an index.
    Page,
    /// Twenty records after the cursor of the 999th page.
    PageDeep,
    /// Twenty index entries that hold what is asked for.
    PageCovering,
    /// A record whose indexed fields stay as they are, durable.
    UpdateUnindexed,
}

impl Work {
    pub(super) const ALL: [Self; 9] = [
        Self::Get,
        Self::Insert,
        Self::InsertRelaxed,
        Self::InsertTasks,
        Self::InsertRelaxedTasks,
        Self::Page,
        Self::PageDeep,
        Self::PageCovering,
        Self::UpdateUnindexed,
    ];

    /// The works of these names; all if there are none.
    pub(super) fn named(names: &[String]) -> Result<Vec<Self>, Fault> {
        let unknown = names
            .iter()
            .find(|name| Self::ALL.iter().all(|work| work.name() != *name));
        if let Some(unknown) = unknown {
            let known: Vec<_> = Self::ALL.iter().map(|work| work.name()).collect();
            return Err(format!("no work `{unknown}`; there are {}", known.join(", ")).into());
        }
        let mut works = Self::ALL.to_vec();
        works.retain(|work| names.is_empty() || names.iter().any(|name| name == work.name()));
        Ok(works)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Insert => "insert-3",
            Self::InsertRelaxed => "insert-3-relaxed",
            Self::InsertTasks => "insert-3-x32",
            Self::InsertRelaxedTasks => "insert-3-relaxed-x32",
            Self::Page => "page-20",
            Self::PageDeep => "page-20-deep",
            Self::PageCovering => "page-20-covering",
            Self::UpdateUnindexed => "update-unindexed",
        }
    }

    /// Calls of a round of the short run: a few hundred milliseconds, and about a second of what is answered from memory. A
    /// flush each 100 ms is most of what differs from round to round there: one more or less of three would decide.
    pub(super) const fn calls(self) -> usize {
        match self {
            Self::Get => 100_000,
            Self::Insert | Self::UpdateUnindexed => 150,
            Self::InsertRelaxed => 15_000,
            Self::InsertTasks => 20 * TASKS,
            Self::InsertRelaxedTasks => 500 * TASKS,
            Self::Page | Self::PageDeep | Self::PageCovering => 6_000,
        }
    }

    /// Whether the calls need records that are not in the store.
    pub(super) const fn inserts(self) -> bool {
        matches!(
            self,
            Self::Insert | Self::InsertRelaxed | Self::InsertTasks | Self::InsertRelaxedTasks
        )
    }

    /// Whether many tasks write side by side.
    pub(super) const fn in_tasks(self) -> bool {
        matches!(self, Self::InsertTasks | Self::InsertRelaxedTasks)
    }

    /// Whether commits are answered from memory.
    pub(super) const fn relaxed(self) -> bool {
        matches!(self, Self::InsertRelaxed | Self::InsertRelaxedTasks)
    }
}
