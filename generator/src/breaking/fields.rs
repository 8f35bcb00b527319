//! Fields of a table, of a struct in it, or of an event: what is new, what follows, what cannot.

use crate::diagnostics::Code;
use crate::model::{DefaultValue, Field, Item, Scalar, TypeKind};
use crate::syntax::tree::FieldTree;

use super::side::type_span;
use super::{Comparison, Place, both, find};

/// The same fields before and after, each with their text.
pub(super) struct Fields<'a> {
    /// What holds them, by its stored name: `users`, `users.address`.
    pub(super) path: String,
    pub(super) old: (&'a [Field], &'a [FieldTree]),
    pub(super) new: (&'a [Field], &'a [FieldTree]),
    /// Places of the key among the new ones.
    pub(super) key: &'a [usize],
}

/// Whether records without the field still give a value for it.
fn has_value_when_missing(field: &Field) -> bool {
    field.ty.optional
        || matches!(field.default, Some(DefaultValue::Literal(_)))
        || matches!(
            field.ty.kind,
            TypeKind::List(_) | TypeKind::Map(_) | TypeKind::Version
        )
}

impl Fields<'_> {
    pub(super) fn compare(&self, comparison: &mut Comparison<'_>) {
        let mut gone: Vec<bool> = vec![true; self.old.0.len()];
        let mut added = Vec::new();
        for (at, field) in self.new.0.iter().enumerate() {
            let known = |name: &str| self.old.0.iter().position(|old| old.name == name);
            if let Some((earlier, old)) = both(&field.name, &field.was, known) {
                let place = self.place(at).before(self.old.1[old].name.span);
                let owner = format!("`{}`", self.path);
                comparison.both_names(place, &owner, "a field", (&field.name, earlier));
            }
            match find(&field.name, &field.was, known) {
                Some(old) => {
                    gone[old] = false;
                    self.field(comparison, old, at);
                }
                None => added.push(at),
            }
        }
        self.added(comparison, &added, &mut gone);
    }

    fn place(&self, new: usize) -> Place {
        Place::at(self.new.1[new].name.span)
    }

    /// Fields that are new, and those that are gone: one of each with one type may be a rename.
    fn added(&self, comparison: &mut Comparison<'_>, added: &[usize], gone: &mut [bool]) {
        let path = &self.path;
        let layout = |old: usize| gone[old].then(|| comparison.old.layout(self.old.0[old].ty));
        let layouts: Vec<_> = match added {
            [] => Vec::new(),
            _ => (0..gone.len()).map(layout).collect(),
        };
        for &at in added {
            let field = &self.new.0[at];
            let layout = Some(comparison.new.layout(field.ty));
            let twin = (0..gone.len()).find(|&old| gone[old] && layouts[old] == layout);
            if let Some(old) = twin {
                gone[old] = false;
            }
            let place = twin.map_or(self.place(at), |old| {
                self.place(at).before(self.old.1[old].name.span)
            });
            let twin = twin.map(|old| &self.old.0[old].name);
            match twin {
                Some(old) if has_value_when_missing(field) => comparison.warn(
                    Code::B008,
                    place,
                    format!(
                        "`{path}.{old}` was removed, and `{path}.{}` of the same type was added",
                        field.name
                    ),
                    format!(
                        "write `was={old}` if it is a rename: without it the old values are no longer read"
                    ),
                ),
                _ if has_value_when_missing(field) => {}
                twin => {
                    let rename = twin.map_or_else(String::new, |old| {
                        format!(", or write `was={old}` if it is a rename")
                    });
                    comparison.refuse(
                        Code::B002,
                        place,
                        format!("the required field `{}` was added to `{path}`", field.name),
                        format!(
                            "give it a constant `default=`, or make it optional with `?`{rename}"
                        ),
                    );
                }
            }
        }
    }

    /// A field that was there before.
    fn field(&self, comparison: &mut Comparison<'_>, old: usize, new: usize) {
        let (before, after) = (&self.old.0[old], &self.new.0[new]);
        let (old_side, new_side) = (comparison.old, comparison.new);
        let place = Place::at(type_span(&self.new.1[new])).before(type_span(&self.old.1[old]));
        let path = format!("{}.{}", self.path, after.name);
        let from = old_side.stored_name(before.ty.kind);
        let to = new_side.stored_name(after.ty.kind);
        if self.key.contains(&new) && from != to {
            comparison.refuse(
                Code::B003,
                place,
                format!("the type of the key field `{path}` changed from `{from}` to `{to}`"),
                "make a new table",
            );
        } else if !becomes(comparison, before.ty.kind, after.ty.kind) {
            changed(
                comparison,
                place,
                &path,
                (&from, &to),
                "add a new field instead",
            );
        } else if before.ty.optional && !after.ty.optional && !has_value_when_missing(after) {
            let from = format!("{from}?");
            changed(comparison, place, &path, (&from, &to), PRESENT);
        } else {
            inside(comparison, (before, after), path);
        }
    }
}

/// The fields of a struct, of the elements of a list, of the values of a map.
fn inside(comparison: &mut Comparison<'_>, (before, after): (&Field, &Field), path: String) {
    let structure = |kind| match kind {
        TypeKind::Struct(id)
        | TypeKind::List(Item::Struct(id))
        | TypeKind::Map(Item::Struct(id)) => Some(id.0),
        _ => None,
    };
    let ids = (structure(before.ty.kind), structure(after.ty.kind));
    let (Some(old), Some(new)) = ids else { return };
    let (old_side, new_side) = (comparison.old, comparison.new);
    Fields {
        path,
        old: (
            &old_side.schema.structs[old].fields,
            &old_side.tree.structs[old].fields.list,
        ),
        new: (
            &new_side.schema.structs[new].fields,
            &new_side.tree.structs[new].fields.list,
        ),
        key: &[],
    }
    .compare(comparison);
}

/// What to do about a field that is no longer optional.
const PRESENT: &str = "keep the `?`, or give it a constant `default=`";

fn changed(
    comparison: &mut Comparison<'_>,
    place: Place,
    path: &str,
    (from, to): (&str, &str),
    help: &str,
) {
    comparison.refuse(
        Code::B001,
        place,
        format!(
            "the type of `{path}` changed from `{from}` to `{to}`, which cannot hold every old value"
        ),
        help,
    );
}

/// Whether every stored value of a type can be read as the other one. What structs hold is looked at field by field.
fn becomes(comparison: &Comparison<'_>, old: TypeKind, new: TypeKind) -> bool {
    let scalar = |old: Scalar, new: Scalar| {
        let (old, new) = (
            comparison.old.schema.stored(old),
            comparison.new.schema.stored(new),
        );
        match (old, new) {
            (Scalar::I32 | Scalar::U32, Scalar::I64) | (Scalar::U32, Scalar::U64) => true,
            (Scalar::Enum(old), Scalar::Enum(new)) => {
                comparison.old.schema.enumeration(old).name
                    == comparison.new.schema.enumeration(new).name
            }
            (old, new) => old == new,
        }
    };
    let item = |old: Item, new: Item| match (old, new) {
        (Item::Scalar(old), Item::Scalar(new)) => scalar(old, new),
        (Item::Struct(_), Item::Struct(_)) => true,
        _ => false,
    };
    match (old, new) {
        (TypeKind::Scalar(old), TypeKind::Scalar(new)) => scalar(old, new),
        (TypeKind::List(old), TypeKind::List(new)) | (TypeKind::Map(old), TypeKind::Map(new)) => {
            item(old, new)
        }
        (TypeKind::Struct(_), TypeKind::Struct(_)) => true,
        (old, new) => old == new,
    }
}
