//! The schema compiled in against the catalogue: what is new is added, what records cannot follow is refused.
//!
//! Pure: rows in, rows out. What is found has the codes and texts of `keyloom breaking`, which compares two schemas before
//! either is deployed; a test holds the two together.

mod enums;
mod fields;
mod fingerprint;
mod indexes;
mod tables;
mod topics;

use super::{
    rows::{EnumRow, FORMAT, IndexState, Item, Rows, StoreRow},
    stored_type::StoredType,
};
use crate::{Error, Result, descriptor::Schema};
use enums::reconcile_enum;
use fingerprint::fingerprint;
use tables::reconcile_table;

pub(super) use fields::same_layout;
pub(super) use indexes::index_definition;

/// A comparison on its way: what it needs to know, and what it found.
#[derive(Debug, Default)]
struct Comparison {
    /// The catalogue's ids of the schema's enums.
    enums: Vec<u32>,
    /// The catalogue's enums.
    enum_rows: Vec<EnumRow>,
    refused: Vec<String>,
    warnings: Vec<String>,
}

impl Comparison {
    /// A change that stored data cannot follow.
    fn refuse(&mut self, code: &str, what: &str, way_out: &str) {
        self.refused.push(format!("{code}: {what}; {way_out}"));
    }

    /// A change that stored data can follow, and that may not be meant.
    fn warn(&mut self, code: &str, what: &str, way_out: &str) {
        self.warnings.push(format!("{code}: {what}; {way_out}"));
    }

    /// A type as the schema writes it; all structs are `struct`, whose names the catalogue does not keep.
    fn name_of(&self, ty: &StoredType) -> String {
        match ty {
            StoredType::Enum(id) => {
                let row = self.enum_rows.iter().find(|row| row.id == *id);
                row.map_or_else(|| ty.name(), |row| row.name.clone())
            }
            StoredType::List(item) => format!("list<{}>", self.name_of(item)),
            StoredType::Map(item) => format!("map<string,{}>", self.name_of(item)),
            simple => simple.name(),
        }
    }

    /// Refuses an earlier name that is still in use beside the name itself.
    fn both_names(&mut self, owner: &str, what: &str, name: &str, old: &str) {
        self.refuse(
            "B006",
            &format!("{owner} has both {what} `{name}` and its earlier name `{old}`"),
            "leave out `was=`, or take another name",
        );
    }
}

/// What a schema needs of a store.
pub(super) struct Reconciled {
    pub(super) rows: Rows,
    /// Changes that are followed, and that may not be meant: a line each.
    pub(super) warnings: Vec<String>,
}

/// The rows that `schema` needs, made from the rows that are there. `empty` says whether a table holds no records, and
/// `secret` makes the key of cursors for a new store.
pub(super) fn reconcile(
    schema: &'static Schema,
    stored: &Rows,
    empty: &dyn Fn(u32) -> bool,
    secret: &dyn Fn() -> String,
) -> Result<Reconciled> {
    let mut rows = stored.clone();
    let mut comparison = Comparison::default();
    let print = fingerprint(schema);
    let store = rows.store.get_or_insert_with(|| StoreRow {
        format: FORMAT,
        schema: schema.name.to_owned(),
        cursor_secret: secret(),
        fingerprints: Vec::new(),
    });
    check_format(store.format)?;
    if store.schema != schema.name {
        return Err(Error::Schema(format!(
            "B011: the store holds the schema `{old}`, not `{}`; call the schema `{old}`, or take another store",
            schema.name,
            old = store.schema,
        )));
    }
    if store.fingerprints.contains(&print) {
        // The same build as before, or an older one: everything it needs is registered, and it registers nothing.
        refill_unknown_indexes(schema, &mut rows);
        return Ok(Reconciled {
            rows,
            warnings: Vec::new(),
        });
    }
    store.fingerprints.push(print);
    for enumeration in schema.enums {
        let id = reconcile_enum(enumeration, &mut rows.enums, &mut comparison);
        comparison.enums.push(id);
    }
    comparison.enum_rows.clone_from(&rows.enums);
    for table in schema.tables {
        reconcile_table(table, &mut rows.tables, empty, &mut comparison);
    }
    if !comparison.refused.is_empty() {
        return Err(Error::Schema(comparison.refused.join("\n")));
    }
    Ok(Reconciled {
        rows,
        warnings: comparison.warnings,
    })
}

/// Whether a store was opened with the schema before: everything that it needs is registered.
pub(super) fn is_registered(schema: &Schema, stored: &Rows) -> bool {
    let store = stored.store.as_ref();
    store.is_some_and(|store| store.fingerprints.contains(&fingerprint(schema)))
}

/// Refuses the bytes of a newer build.
pub(crate) fn check_format(format: u32) -> Result<()> {
    if format > FORMAT {
        return Err(Error::Schema(format!(
            "the store has format {format}, this build of keyloom knows formats up to {FORMAT}; use a newer one"
        )));
    }
    Ok(())
}

/// An older build does not keep up the indexes and counts that a newer one added: they are filled again, from the first
/// record, when a build that knows them opens the store.
fn refill_unknown_indexes(schema: &Schema, rows: &mut Rows) {
    let Rows { tables, fills, .. } = rows;
    for table in schema.tables {
        let stored = tables.iter_mut().filter(|row| row.name == table.name);
        for row in stored {
            let indexes = row.indexes.iter_mut().map(|it| (it, table.indexes, false));
            let counts = row.counts.iter_mut().map(|it| (it, table.counts, true));
            for (index, known, is_count) in indexes.chain(counts) {
                if known.iter().any(|known| known.name == index.name) {
                    continue;
                }
                if index.state == IndexState::Ready {
                    index.state = IndexState::Building;
                }
                // A fill that was interrupted cannot go on where it stopped.
                fills.remove(&Item {
                    table: row.id,
                    is_count,
                    id: index.id,
                });
            }
        }
    }
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
