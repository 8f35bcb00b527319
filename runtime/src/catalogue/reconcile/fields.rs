//! Fields of a table, and of the structs in it: what is new, what follows, what cannot.

use super::super::{
    rows::{FieldRow, LayoutField, LayoutRow, TableRow},
    stored_type::StoredType,
};
use super::{Comparison, find};
use crate::descriptor::{Field, Table, Type};

/// Registers the fields of a table and their layout.
pub(super) fn reconcile_fields(
    table: &Table,
    row: &mut TableRow,
    empty: bool,
    comparison: &mut Comparison,
) {
    let mut layout = Vec::with_capacity(table.fields.len());
    let mut added = Vec::new();
    for field in table.fields {
        let mut new = StoredType::field(field, 0, &comparison.enums);
        let known = |name: &str| row.fields.iter().any(|row| row.name == name);
        if let Some(old) = field.was.iter().find(|old| known(field.name) && known(old)) {
            comparison.both_names(&format!("`{}`", table.name), "a field", field.name, old);
        }
        if let Some(known) = find(&mut row.fields, field.name, field.was, |row| &row.name) {
            let old_name = std::mem::replace(&mut known.name, field.name.to_owned());
            known.secret = field.secret;
            for part in &mut row.key {
                if *part == old_name {
                    field.name.clone_into(part);
                }
            }
            new.number = known.number;
            let has = |layout: &'_ LayoutRow| has(layout, new.number).cloned();
            let history: Vec<LayoutField> = row.layouts.iter().rev().filter_map(has).collect();
            let change = Change {
                path: format!("{}.{}", table.name, field.name),
                field,
                history: history.iter().collect(),
                removed: row.layouts.last().and_then(has).is_none(),
                in_key: table.key.iter().any(|part| part.name == field.name),
                empty,
            };
            if change.check(comparison) && change.removed {
                added.push(field);
            }
        } else {
            new.number = row.fields.iter().map(|f| f.number + 1).max().unwrap_or(1);
            row.fields.push(FieldRow {
                number: new.number,
                name: field.name.to_owned(),
                secret: field.secret,
            });
            added.push(field);
        }
        layout.push(new);
    }
    if !empty {
        let newest = row.layouts.last().map_or(&[][..], |last| &last.fields);
        let stays = |old: &LayoutField| layout.iter().any(|new| new.number == old.number);
        let gone = newest.iter().filter(|old| !stays(old)).collect();
        check_added(table.name, &added, gone, comparison);
    }
    let is_known = |known: &LayoutRow| same_layout(&known.fields, &layout);
    if !row.layouts.iter().any(is_known) {
        let number = row.layouts.iter().map(|known| known.number + 1).max();
        row.layouts.push(LayoutRow {
            number: number.unwrap_or(1),
            fields: layout,
        });
    }
}

fn has(layout: &LayoutRow, number: u32) -> Option<&LayoutField> {
    layout.fields.iter().find(|old| old.number == number)
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

/// Fields that were added to a table or struct that has values, and those that are gone from it.
fn check_added(
    owner: &str,
    added: &[&Field],
    mut gone: Vec<&LayoutField>,
    comparison: &mut Comparison,
) {
    for field in added {
        let new = StoredType::field(field, 0, &comparison.enums);
        let twin = gone
            .iter()
            .position(|old| old.ty == new.ty && old.optional == new.optional)
            .map(|at| gone.remove(at));
        match twin {
            Some(old) if has_value_when_missing(field) => comparison.warn(
                "B008",
                &format!(
                    "`{owner}.{}` was removed, and `{owner}.{}` of the same type was added",
                    old.name, field.name
                ),
                &format!(
                    "write `was={}` if it is a rename: without it the old values are no longer read",
                    old.name
                ),
            ),
            _ if has_value_when_missing(field) => {}
            twin => {
                let rename = twin.map_or_else(String::new, |old| {
                    format!(", or write `was={}` if it is a rename", old.name)
                });
                comparison.refuse(
                    "B002",
                    &format!("the required field `{}` was added to `{owner}`", field.name),
                    &format!("give it a constant `default=`, or make it optional with `?`{rename}"),
                );
            }
        }
    }
}

/// A field that was there before.
struct Change<'a> {
    /// `users.address.city`
    path: String,
    field: &'a Field,
    /// What it was in the layouts that have it, newest first.
    history: Vec<&'a LayoutField>,
    /// Whether the newest layout lacks it.
    removed: bool,
    in_key: bool,
    empty: bool,
}

impl Change<'_> {
    /// Whether the field itself can follow; what is inside it is looked at too.
    fn check(&self, comparison: &mut Comparison) -> bool {
        let Some(old) = self.history.first() else {
            return true;
        };
        let (path, field) = (&self.path, self.field);
        let new = StoredType::of(field.ty, &comparison.enums);
        let (from, to) = (comparison.name_of(&old.ty), comparison.name_of(&new));
        if self.in_key && old.ty != new {
            comparison.refuse(
                "B003",
                &format!("the type of the key field `{path}` changed from `{from}` to `{to}`"),
                "make a new table",
            );
        } else if self.removed && !old.ty.becomes(&new) {
            comparison.refuse(
                "B006",
                &format!("`{path}` is the name of a removed field, used again for another type"),
                "take another name",
            );
        } else if !old.ty.becomes(&new) {
            changed(path, (&from, &to), "add a new field instead", comparison);
        } else if old.optional && !field.optional && !has_value_when_missing(field) {
            changed(path, (&format!("{from}?"), &to), PRESENT, comparison);
        } else {
            let history = self.history.iter().map(|old| &old.ty).collect();
            self.inside(field.ty, history, comparison);
            return true;
        }
        false
    }

    /// The fields of a struct, of the elements of a list, of the values of a map.
    fn inside(&self, new: Type, history: Vec<&StoredType>, comparison: &mut Comparison) {
        match new {
            Type::List(item) | Type::Map(item) => {
                let items = history.into_iter().filter_map(|old| match old {
                    StoredType::List(item) | StoredType::Map(item) => Some(&**item),
                    _ => None,
                });
                self.inside(*item, items.collect(), comparison);
            }
            Type::Struct(structure) => {
                let versions = history.into_iter().filter_map(|old| match old {
                    StoredType::Struct(fields) => Some(fields.as_slice()),
                    _ => None,
                });
                let versions: Vec<_> = versions.collect();
                self.structure(structure.fields, &versions, comparison);
            }
            _ => {}
        }
    }

    fn structure(
        &self,
        fields: &[Field],
        versions: &[&[LayoutField]],
        comparison: &mut Comparison,
    ) {
        let newest = versions.first().copied().unwrap_or_default();
        let mut gone: Vec<&LayoutField> = newest.iter().collect();
        let mut added = Vec::new();
        for field in fields {
            let known = |name: &str| newest.iter().any(|old| old.name == name);
            if let Some(old) = field.was.iter().find(|old| known(field.name) && known(old)) {
                comparison.both_names(&format!("`{}`", self.path), "a field", field.name, old);
            }
            let has = |version: &&'_ [LayoutField]| of_name(version, field).is_some();
            let removed = !versions.first().is_some_and(has);
            let history: Vec<&LayoutField> = versions
                .iter()
                .filter_map(|version| of_name(version, field))
                .collect();
            let Some(old) = history.first() else {
                added.push(field);
                continue;
            };
            gone.retain(|it| it.name != old.name);
            let change = Change {
                path: format!("{}.{}", self.path, field.name),
                field,
                history,
                removed,
                in_key: false,
                empty: self.empty,
            };
            if change.check(comparison) && removed {
                added.push(field);
            }
        }
        if !self.empty {
            check_added(&self.path, &added, gone, comparison);
        }
    }
}

/// The field of a struct by its name, or by an earlier one.
pub(in crate::catalogue) fn of_name<'a>(
    fields: &'a [LayoutField],
    field: &Field,
) -> Option<&'a LayoutField> {
    let named = |name: &str| fields.iter().find(|old| old.name == name);
    named(field.name).or_else(|| field.was.iter().find_map(|old| named(old)))
}

/// What to do about a field that is no longer optional.
const PRESENT: &str = "keep the `?`, or give it a constant `default=`";

fn changed(path: &str, (from, to): (&str, &str), help: &str, comparison: &mut Comparison) {
    comparison.refuse(
        "B001",
        &format!(
            "the type of `{path}` changed from `{from}` to `{to}`, which cannot hold every old value"
        ),
        help,
    );
}
