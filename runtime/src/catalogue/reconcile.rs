//! The schema compiled in against the catalogue: what is new is added, what records cannot follow is refused.
//!
//! Pure: rows in, rows out.

use super::rows::{
    EnumRow, FORMAT, FieldRow, IndexRow, IndexState, LayoutField, LayoutRow, Rows, StoreRow,
    TableRow, VariantRow,
};
use super::stored_type::StoredType;
use crate::{
    Error, Result,
    descriptor::{Enum, Field, Include, Index, Part, Schema, Table, Type},
};

/// The rows that `schema` needs, made from the rows that are there. `empty` says whether a table holds no records, and
/// `secret` makes the key of cursors for a new store.
pub(super) fn reconcile(
    schema: &'static Schema,
    stored: &Rows,
    empty: &dyn Fn(u32) -> bool,
    secret: &dyn Fn() -> String,
) -> Result<Rows> {
    let mut rows = stored.clone();
    let print = fingerprint(schema);
    let store = rows.store.get_or_insert_with(|| StoreRow {
        format: FORMAT,
        schema: schema.name.to_owned(),
        cursor_secret: secret(),
        fingerprints: Vec::new(),
    });
    if store.format > FORMAT {
        return Err(Error::Schema(format!(
            "the store has format {}, this build of keyloom knows formats up to {FORMAT}; use a newer one",
            store.format
        )));
    }
    if store.schema != schema.name {
        return Err(Error::Schema(format!(
            "the store holds the schema `{}`, not `{}`; open it with that schema or give another folder",
            store.schema, schema.name
        )));
    }
    if store.fingerprints.contains(&print) {
        // The same build as before, or an older one: everything it needs is registered, and it registers nothing.
        refill_unknown_indexes(schema, &mut rows);
        return Ok(rows);
    }
    store.fingerprints.push(print);
    let enums: Vec<u32> = schema
        .enums
        .iter()
        .map(|enumeration| reconcile_enum(enumeration, &mut rows.enums))
        .collect::<Result<_>>()?;
    for table in schema.tables {
        reconcile_table(table, &enums, &mut rows.tables, empty)?;
    }
    Ok(rows)
}

/// An older build does not keep up the indexes that a newer one added: they are filled again when a build that knows them
/// opens the store.
fn refill_unknown_indexes(schema: &Schema, rows: &mut Rows) {
    for table in schema.tables {
        let stored = rows.tables.iter_mut().filter(|row| row.name == table.name);
        for index in stored.flat_map(|row| &mut row.indexes) {
            let known = table.indexes.iter().any(|known| known.name == index.name);
            if !known && index.state == IndexState::Ready {
                index.state = IndexState::Building;
            }
        }
    }
}

/// What tells two schemas apart: a hash of all that `open` compares.
fn fingerprint(schema: &Schema) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut text = |part: String| {
        hasher.update(part.as_bytes());
        hasher.update(b"\0");
    };
    for enumeration in schema.enums {
        text(format!(
            "{} {} {} {:?}",
            enumeration.name, enumeration.ordered, enumeration.open, enumeration.variants
        ));
    }
    let ids: Vec<u32> = (0..).take(schema.enums.len()).collect();
    for table in schema.tables {
        text(format!("{} {:?}", table.name, table.was));
        for field in table.fields {
            text(format!(
                "{:?} {:?} {}",
                StoredType::field(field, 0, &ids),
                field.was,
                field.default.is_some()
            ));
        }
        for part in table.key {
            text(part.name.to_owned());
        }
        for index in table.indexes {
            text(format!(
                "{} {} {:?}",
                index.name, index.definition, index.was
            ));
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn refuse(code: &str, what: &str, way_out: &str) -> Error {
    Error::Schema(format!("{code}: {what}; {way_out}"))
}

/// The stored place of a name: under the name itself, or under an earlier one.
fn find<'a, T>(
    rows: &'a mut [T],
    name: &str,
    was: &[&str],
    name_of: impl Fn(&T) -> &str,
) -> Option<&'a mut T> {
    let place = rows
        .iter()
        .position(|row| name_of(row) == name)
        .or_else(|| {
            was.iter()
                .find_map(|old| rows.iter().position(|row| name_of(row) == *old))
        })?;
    rows.get_mut(place)
}

fn reconcile_enum(enumeration: &Enum, rows: &mut Vec<EnumRow>) -> Result<u32> {
    let next_id = rows.iter().map(|row| row.id + 1).max().unwrap_or(1);
    if !rows.iter().any(|row| row.name == enumeration.name) {
        rows.push(EnumRow {
            id: next_id,
            name: enumeration.name.to_owned(),
            variants: Vec::new(),
        });
    }
    let row = find(rows, enumeration.name, &[], |row| &row.name).expect("pushed above if missing");
    for variant in enumeration.variants {
        if let Some(known) = find(&mut row.variants, variant.name, variant.was, |row| {
            &row.name
        }) {
            variant.name.clone_into(&mut known.name);
        } else {
            let number = row.variants.iter().map(|known| known.number + 1).max();
            row.variants.push(VariantRow {
                number: number.unwrap_or(0),
                name: variant.name.to_owned(),
            });
        }
    }
    let declared = |name: &str| enumeration.variants.iter().position(|v| v.name == name);
    if let Some(gone) = row
        .variants
        .iter()
        .find(|row| declared(&row.name).is_none())
        && !enumeration.open
    {
        return Err(refuse(
            "B004",
            &format!(
                "the variant `{}` of `{}` was removed",
                gone.name, enumeration.name
            ),
            "keep it, or give it another name with `was=`",
        ));
    }
    let places: Vec<_> = row
        .variants
        .iter()
        .filter_map(|v| declared(&v.name))
        .collect();
    if enumeration.ordered && !places.is_sorted() {
        return Err(refuse(
            "B010",
            &format!(
                "the variants of the ordered enum `{}` changed their order",
                enumeration.name
            ),
            "keep the order and append new variants at the end",
        ));
    }
    Ok(row.id)
}

fn reconcile_table(
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
            id: next_id,
            name: table.name.to_owned(),
            key: key(),
            fields: Vec::new(),
            layouts: Vec::new(),
            indexes: Vec::new(),
            next_index: 1,
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
    Ok(())
}

fn reconcile_fields(table: &Table, enums: &[u32], row: &mut TableRow, empty: bool) -> Result<()> {
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
pub(super) fn same_layout(left: &[LayoutField], right: &[LayoutField]) -> bool {
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

/// What an index is, with the types of what its entries hold: another type has other bytes, so it is another index.
pub(super) fn index_definition(index: &Index, enums: &[u32]) -> String {
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

fn reconcile_indexes(table: &Table, enums: &[u32], row: &mut TableRow, empty: bool) {
    let next_index = &mut row.next_index;
    for index in table.indexes {
        let definition = index_definition(index, enums);
        let known = find(&mut row.indexes, index.name, index.was, |row| &row.name)
            .filter(|known| known.state != IndexState::Dropping);
        match known {
            Some(known) if known.definition == definition => {
                index.name.clone_into(&mut known.name);
                continue;
            }
            Some(changed) => {
                changed.state = IndexState::Dropping;
                changed.name = format!("{} (before)", changed.name);
            }
            None => {}
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
