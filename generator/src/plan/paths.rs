//! Ways from a record to a value.

use super::names::ident;
use crate::model::{Field, FieldType, Model, Path, Schema};

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

    /// As the schema writes it: stored names joined by dots.
    pub(super) fn dotted(&self) -> String {
        self.joined(".")
    }

    /// As an argument or a field of generated code is called, before it becomes an identifier.
    pub(super) fn flat(&self) -> String {
        self.joined("_")
    }

    fn joined(&self, separator: &str) -> String {
        let names: Vec<&str> = self.0.iter().map(|field| field.name.as_str()).collect();
        names.join(separator)
    }

    /// The type of the value at the end.
    pub(super) fn end(&self) -> FieldType {
        self.0[self.0.len() - 1].ty
    }

    /// The docs of the value at the end, if the schema has any.
    pub(super) fn last(&self) -> &'a Field {
        self.0[self.0.len() - 1]
    }
}

/// A borrow of the value that fields lead to from a place: `&self.email`, or, past an optional struct, an
/// `Option<&T>`.
pub(super) fn borrow(place: &str, fields: &[&Field]) -> String {
    let mut text = place.to_owned();
    let mut fields = fields.iter().peekable();
    while let Some(field) = fields.next() {
        text = format!("{text}.{}", ident(&field.name));
        if field.ty.optional && fields.peek().is_some() {
            return format!(
                "&{text}.as_ref(){}",
                optional_steps(&fields.copied().collect::<Vec<_>>())
            );
        }
    }
    format!("&{text}")
}

/// What follows an `Option<&Struct>` to get an `Option<&T>` of the value that fields lead to.
fn optional_steps(fields: &[&Field]) -> String {
    let crossing = fields
        .iter()
        .position(|field| field.ty.optional)
        .map_or(fields.len(), |at| at + 1);
    let (now, later) = fields.split_at(crossing);
    let names: Vec<String> = now.iter().map(|field| ident(&field.name)).collect();
    let names = names.join(".");
    let step = match now.last() {
        Some(last) if last.ty.optional => format!(".and_then(|it| it.{names}.as_ref())"),
        _ => format!(".map(|it| &it.{names})"),
    };
    if later.is_empty() {
        step
    } else {
        format!("{step}{}", optional_steps(later))
    }
}

/// An iterable over borrows of the elements of the list that fields lead to from `self`.
pub(super) fn elements(fields: &[&Field]) -> String {
    let mut text = "self".to_owned();
    let mut fields = fields.iter().peekable();
    while let Some(field) = fields.next() {
        text = format!("{text}.{}", ident(&field.name));
        if field.ty.optional && fields.peek().is_some() {
            return format!(
                "{text}.iter(){}",
                flattened(&fields.copied().collect::<Vec<_>>())
            );
        }
    }
    format!("&{text}")
}

/// What follows an iterator over structs to get one over the elements of the list that fields lead to.
fn flattened(fields: &[&Field]) -> String {
    let crossing = fields
        .iter()
        .position(|field| field.ty.optional)
        .map_or(fields.len(), |at| at + 1);
    let (now, later) = fields.split_at(crossing);
    let names: Vec<String> = now.iter().map(|field| ident(&field.name)).collect();
    let step = format!(".flat_map(|it| &it.{})", names.join("."));
    if later.is_empty() {
        step
    } else {
        format!("{step}{}", flattened(later))
    }
}
