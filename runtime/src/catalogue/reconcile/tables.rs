//! Tables: names and keys; fields and indexes in files of their own.

use super::super::rows::TableRow;
use super::{
    Comparison, fields::reconcile_fields, find, indexes::reconcile_indexes, topics::reconcile_topic,
};
use crate::descriptor::Table;

pub(super) fn reconcile_table(
    table: &Table,
    rows: &mut Vec<TableRow>,
    empty: &dyn Fn(u32) -> bool,
    comparison: &mut Comparison,
) {
    let next_id = rows.iter().map(|row| row.id + 1).max().unwrap_or(1);
    let key = || table.key.iter().map(|part| part.name.to_owned()).collect();
    let known = |name: &str| rows.iter().any(|row| row.name == name);
    if let Some(old) = table.was.iter().find(|old| known(table.name) && known(old)) {
        comparison.both_names("the schema", "a table", table.name, old);
    }
    let is_new = find(rows, table.name, table.was, |row| &row.name).is_none();
    if is_new {
        rows.push(TableRow {
            key: key(),
            ..TableRow::new(next_id, table.name)
        });
    }
    let row = find(rows, table.name, table.was, |row| &row.name).expect("pushed above if missing");
    table.name.clone_into(&mut row.name);
    let empty = is_new || empty(row.id);
    reconcile_fields(table, row, empty, comparison);
    let stored_key: Vec<String> = key();
    if row.key != stored_key {
        comparison.refuse(
            "B003",
            &format!(
                "the key of `{}` changed from `{}` to `{}`",
                table.name,
                row.key.join(" "),
                stored_key.join(" ")
            ),
            "make a new table",
        );
    }
    reconcile_indexes(table, row, empty, comparison);
    reconcile_topic(table, row, comparison);
}
