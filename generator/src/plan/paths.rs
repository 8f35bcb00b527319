//! Ways from a record to a value.

use super::names::ident;
use crate::model::{Field, Model, Path, Schema};

/// The fields that a path goes through, first to last; never empty.
#[derive(Debug, Clone)]
pub(super) struct Walk<'a>(pub(super) Vec<&'a Field>);

impl<'a> Walk<'a> {
    pub(super) fn new(schema: &'a Schema, model: &'a Model, path: &Path) -> Self {
        let mut fields = vec![&model.fields[path.field]];
        fields.extend(
            path.steps
                .iter()
                .map(|(id, place)| &schema.structure(*id).fields[*place]),
        );
        Self(fields)
    }

    /// As an argument or a field of generated code is called, before it becomes an identifier.
    pub(super) fn flat(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|field| field.name.as_str()).collect();
        names.join("_")
    }

    /// The field at the end.
    pub(super) fn last(&self) -> &'a Field {
        self.0[self.0.len() - 1]
    }
}

/// Field names joined by dots, a piece up to each optional struct and one behind the last; and whether the piece ends in
/// something optional.
fn pieces<'a>(fields: &'a [&Field]) -> impl Iterator<Item = (String, bool)> + 'a {
    fields
        .split_inclusive(|field| field.ty.optional)
        .map(|piece| {
            let names: Vec<String> = piece.iter().map(|field| ident(&field.name)).collect();
            let optional = piece.last().is_some_and(|last| last.ty.optional);
            (names.join("."), optional)
        })
}

/// A way from a place: its first piece plain if there is no other, else `enter` of it and `step` of each later one.
fn walk(
    place: &str,
    fields: &[&Field],
    enter: impl Fn(&str) -> String,
    step: impl Fn(&str, bool) -> String,
) -> String {
    let mut pieces = pieces(fields);
    let first = pieces.next().map_or_else(String::new, |(names, _)| names);
    let steps: String = pieces
        .map(|(names, optional)| step(&names, optional))
        .collect();
    let text = format!("{place}.{first}");
    if steps.is_empty() {
        format!("&{text}")
    } else {
        format!("{}{steps}", enter(&text))
    }
}

/// A borrow of the value that fields lead to from a place: `&self.email`, or, past an optional struct, an
/// `Option<&T>`.
pub(super) fn borrow(place: &str, fields: &[&Field]) -> String {
    let enter = |text: &str| format!("&{text}.as_ref()");
    walk(place, fields, enter, |names, optional| {
        if optional {
            format!(".and_then(|it| it.{names}.as_ref())")
        } else {
            format!(".map(|it| &it.{names})")
        }
    })
}

/// An iterable over borrows of the elements of the list that fields lead to from `self`.
pub(super) fn elements(fields: &[&Field]) -> String {
    let enter = |text: &str| format!("{text}.iter()");
    walk("self", fields, enter, |names, _| {
        format!(".flat_map(|it| &it.{names})")
    })
}
