//! Fields.

use keyloom_generator::model::{DefaultValue, Literal, Scalar, Schema, TypeKind};
use serde::Serialize;
use serde_json::Value;

use super::text;
use super::types::{Type, value};

/// A line of `fields`.
#[derive(Debug, Serialize)]
pub(super) struct Field<'s> {
    name: &'s str,
    docs: String,
    #[serde(rename = "type")]
    ty: Type,
    default: Option<Default>,
    min: Option<Value>,
    max: Option<Value>,
    item_max: Option<u64>,
    scale: Option<u32>,
    on_update: Option<&'static str>,
    secret: bool,
    was: &'s [String],
}

/// The same value every time, or one that is made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Default {
    Value(Value),
    Made(&'static str),
}

impl<'s> Field<'s> {
    pub(super) fn new(schema: &Schema, field: &'s keyloom_generator::model::Field) -> Self {
        let scalar = match field.ty.kind {
            TypeKind::Scalar(scalar) => scalar,
            // Limits of lists and maps are lengths.
            _ => Scalar::U64,
        };
        let limit = |limit: &Option<Literal>| limit.as_ref().map(|it| value(schema, scalar, it));
        let default = field.default.as_ref().map(|default| match default {
            DefaultValue::Literal(literal) => Default::Value(value(schema, scalar, literal)),
            DefaultValue::Now => Default::Made("now"),
            DefaultValue::UuidV4 => Default::Made("uuid-v4"),
            DefaultValue::UuidV7 => Default::Made("uuid-v7"),
            DefaultValue::Next => Default::Made("next"),
        });
        Self {
            name: &field.name,
            docs: text(&field.docs),
            ty: Type::new(schema, field.ty),
            default,
            min: limit(&field.limits.min),
            max: limit(&field.limits.max),
            item_max: field.limits.item_max,
            scale: field.limits.scale,
            on_update: field.on_update_now.then_some("now"),
            secret: field.secret,
            was: &field.was,
        }
    }
}
