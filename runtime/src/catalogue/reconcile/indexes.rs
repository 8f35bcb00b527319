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
    let next_index = &mut row.next_index;
    for index in table.indexes {
        let definition = index_definition(index, &comparison.enums);
        let owner = format!("`{}`", table.name);
        let known = |name: &str| {
            let mut rows = row.indexes.iter();
            rows.any(|row| row.name == name && row.state != IndexState::Dropping)
        };
        if let Some(old) = index.was.iter().find(|old| known(index.name) && known(old)) {
            comparison.both_names(&owner, "an index", index.name, old);
        }
        let known = find(&mut row.indexes, index.name, index.was, |row| &row.name)
            .filter(|known| known.state != IndexState::Dropping);
        let what = match known {
            Some(known) if known.definition == definition => {
                index.name.clone_into(&mut known.name);
                continue;
            }
            Some(changed) => {
                changed.state = IndexState::Dropping;
                changed.name = format!("{} (before)", changed.name);
                "changed"
            }
            None => "was added",
        };
        if index.unique && !empty {
            comparison.warn(
                "B007",
                &format!("the unique index `{}` of {owner} {what}", index.name),
                "it is built from the records that are there, and stays pending on a duplicate",
            );
        }
        row.indexes.push(IndexRow {
            id: *next_index,
            name: index.name.to_owned(),
            definition,
            state: if empty {
                IndexState::Ready
            } else {
                IndexState::Building
            },
        });
        *next_index += 1;
    }
    for known in &mut row.indexes {
        if !table.indexes.iter().any(|index| index.name == known.name) {
            known.state = IndexState::Dropping;
        }
    }
}
