//! The schema compiled in against the catalogue: what is new is added, what records cannot follow is refused.
//!
//! Pure: rows in, rows out.

mod enums;
mod fingerprint;
mod indexes;
mod tables;
mod topics;

use super::rows::{FORMAT, IndexState, Rows, StoreRow};
use crate::{Error, Result, descriptor::Schema};
use enums::reconcile_enum;
use fingerprint::fingerprint;
use tables::reconcile_table;

pub(super) use indexes::index_definition;
pub(super) use tables::same_layout;

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
