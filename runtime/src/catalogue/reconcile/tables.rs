//! Tables and their fields: what is new, what follows, what cannot.

use super::super::{
    rows::{FieldRow, LayoutField, LayoutRow, TableRow},
    stored_type::StoredType,
};
use super::{find, indexes::reconcile_indexes, refuse, topics::reconcile_topic};
use crate::{
    Result,
    descriptor::{Field, Table, Type},
};

pub(super) fn reconcile_table(
    table: &Table,
    enums: &[u32],
    rows: &mut Vec<TableRow>,
    empty: &dyn Fn(u32) -> bool,
) -> Result<()> {
    let next_id = rows.iter().map(|row| row.id + 1).max().unwrap_or(1);
    let key = || table.key.iter().map(|part| part.name.to_owned()).collect();
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
    reconcile_fields(table, enums, row, empty)?;
    let stored_key: Vec<String> = key();
    if row.key != stored_key {
        return Err(refuse(
            "B003",
            &format!(
                "the key of `{}` changed from `{}` to `{}`",
                table.name,
                row.key.join(" "),
                stored_key.join(" ")
            ),
            "make a new table",
        ));
    }
    reconcile_indexes(table, enums, row, empty);
    reconcile_topic(table, enums, row)?;
    Ok(())
}

pub(super) fn reconcile_fields(
    table: &Table,
    enums: &[u32],
    row: &mut TableRow,
    empty: bool,
) -> Result<()> {
    let mut layout = Vec::with_capacity(table.fields.len());
    for field in table.fields {
        let mut new = StoredType::field(field, 0, enums);
        let known = |name: &str| row.fields.iter().any(|row| row.name == name);
        if let Some(old) = field.was.iter().find(|old| known(field.name) && known(old)) {
            return Err(refuse(
                "B006",
                &format!(
                    "`{}` has both a field `{}` and its earlier name `{old}`",
                    table.name, field.name
                ),
                "leave out `was=`, or take another name",
            ));
        }
        if let Some(known) = find(&mut row.fields, field.name, field.was, |row| &row.name) {
            let old_name = std::mem::replace(&mut known.name, field.name.to_owned());
            for part in &mut row.key {
                if *part == old_name {
                    field.name.clone_into(part);
                }
            }
            new.number = known.number;
            let has = |layout: &LayoutRow| {
                let found = layout.fields.iter().find(|old| old.number == new.number);
                found.cloned()
            };
            let removed = row.layouts.last().and_then(has).is_none();
            if let Some(old) = row.layouts.iter().rev().find_map(has) {
                check_change(table, field, &old, &new, removed)?;
            }
        } else {
            if !empty && !has_value_when_missing(field) {
                return Err(refuse(
                    "B002",
                    &format!(
                        "the required field `{}` was added to `{}`",
                        field.name, table.name
                    ),
                    "give it `default=`, or make it optional with `?`",
                ));
            }
            new.number = row.fields.iter().map(|f| f.number + 1).max().unwrap_or(1);
            row.fields.push(FieldRow {
                number: new.number,
                name: field.name.to_owned(),
            });
        }
        layout.push(new);
    }
    if !row
        .layouts
        .iter()
        .any(|known| same_layout(&known.fields, &layout))
    {
        let number = row.layouts.iter().map(|known| known.number + 1).max();
        row.layouts.push(LayoutRow {
            number: number.unwrap_or(1),
            fields: layout,
        });
    }
    Ok(())
}

/// Whether two layouts have the same bytes; names may differ after a rename.
pub(in crate::catalogue) fn same_layout(left: &[LayoutField], right: &[LayoutField]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            left.number == right.number && left.ty == right.ty && left.optional == right.optional
        })
}

fn has_value_when_missing(field: &Field) -> bool {
    field.optional
        || field.default.is_some()
        || matches!(field.ty, Type::List(_) | Type::Map(_) | Type::Version)
}

fn check_change(
    table: &Table,
    field: &Field,
    old: &LayoutField,
    new: &LayoutField,
    removed: bool,
) -> Result<()> {
    let in_key = table.key.iter().any(|part| part.name == field.name);
    if in_key && old.ty != new.ty {
        return Err(refuse(
            "B003",
            &format!(
                "the type of the key field `{}.{}` changed from `{}` to `{}`",
                table.name,
                field.name,
                old.ty.name(),
                new.ty.name()
            ),
            "make a new table",
        ));
    }
    if removed && !old.ty.becomes(&new.ty) {
        return Err(refuse(
            "B006",
            &format!(
                "`{}.{}` is the name of a removed field, used again for another type",
                table.name, field.name
            ),
            "take another name",
        ));
    }
    let changed = |from: String, to: String| {
        refuse(
            "B001",
            &format!(
                "the type of `{}.{}` changed from `{from}` to `{to}`, which cannot hold every old value",
                table.name, field.name
            ),
            "add a new field instead",
        )
    };
    if !old.ty.becomes(&new.ty) {
        return Err(changed(old.ty.name(), new.ty.name()));
    }
    if old.optional && !new.optional && !has_value_when_missing(field) {
        return Err(changed(format!("{}?", old.ty.name()), new.ty.name()));
    }
    Ok(())
}
