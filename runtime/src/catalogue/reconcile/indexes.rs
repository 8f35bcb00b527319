//! Indexes: another definition is another index.

use super::super::{
    rows::{IndexRow, IndexState, TableRow},
    stored_type::StoredType,
};
use super::{Comparison, find};
use crate::descriptor::{Field, Include, Index, Part, Table};

/// What an index is, with the types of what its entries hold: another type has other bytes, so it is another index.
pub(in crate::catalogue) fn index_definition(index: &Index, enums: &[u32]) -> String {
    let part = |part: &Part| {
        let optional = if part.optional { "?" } else { "" };
        format!("{}{optional}", StoredType::of(part.ty, enums).name())
    };
    let included = match index.include {
        Include::Fields(fields) => fields,
        Include::None | Include::Record => &[],
    };
    let field = |field: &Field| format!("{:?}", StoredType::field(field, 0, enums));
    let types: Vec<_> = index
        .parts
        .iter()
        .map(part)
        .chain(included.iter().map(field))
        .collect();
    format!("{} as {}", index.definition, types.join(" "))
}

pub(super) fn reconcile_indexes(
    table: &Table,
    row: &mut TableRow,
    empty: bool,
    comparison: &mut Comparison,
) {
    let owner = format!("`{}`", table.name);
    let mut indexes = Listed {
        owner: &owner,
        rows: &mut row.indexes,
        next: &mut row.next_index,
        empty,
    };
    indexes.reconcile(table.indexes, comparison);
    let mut counts = Listed {
        owner: &owner,
        rows: &mut row.counts,
        next: &mut row.next_count,
        empty,
    };
    counts.reconcile(table.counts, comparison);
}

/// Rows of indexes or of counts, with the number of the next.
struct Listed<'r> {
    /// The table, for messages.
    owner: &'r str,
    rows: &'r mut Vec<IndexRow>,
    next: &'r mut u32,
    /// Whether the table has no records.
    empty: bool,
}

impl Listed<'_> {
    fn reconcile(&mut self, declared: &[&Index], comparison: &mut Comparison) {
        for index in declared {
            self.reconcile_one(index, comparison);
        }
        for known in &mut *self.rows {
            if !declared.iter().any(|index| index.name == known.name) {
                known.state = IndexState::Dropping;
            }
        }
    }

    fn reconcile_one(&mut self, index: &Index, comparison: &mut Comparison) {
        let definition = index_definition(index, &comparison.enums);
        let known = |name: &str| {
            let mut rows = self.rows.iter();
            rows.any(|row| row.name == name && row.state != IndexState::Dropping)
        };
        if let Some(old) = index.was.iter().find(|old| known(index.name) && known(old)) {
            comparison.both_names(self.owner, "an index", index.name, old);
        }
        let known = find(self.rows, index.name, index.was, |row| &row.name)
            .filter(|known| known.state != IndexState::Dropping);
        let what = match known {
            Some(known) if known.definition == definition => {
                index.name.clone_into(&mut known.name);
                return;
            }
            Some(changed) => {
                changed.state = IndexState::Dropping;
                changed.name = format!("{} (before)", changed.name);
                "changed"
            }
            None => "was added",
        };
        if index.unique && !self.empty {
            comparison.warn(
                "B007",
                &format!("the unique index `{}` of {} {what}", index.name, self.owner),
                "it is built from the records that are there, and stays pending on a duplicate",
            );
        }
        self.rows.push(IndexRow {
            id: *self.next,
            name: index.name.to_owned(),
            definition,
            state: if self.empty {
                IndexState::Ready
            } else {
                IndexState::Building
            },
        });
        *self.next += 1;
    }
}
