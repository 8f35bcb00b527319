//! Types and values.

use keyloom_generator::model::{FieldType, Item, Literal, Scalar, Schema, TypeKind};
use serde::Serialize;
use serde_json::{Number, Value};

/// A type: as text, and taken apart.
#[derive(Debug, Serialize)]
pub(super) struct Type {
    /// As the schema writes it.
    text: String,
    /// `string`, `enum`, `id`, `list` …
    kind: String,
    /// Of an enum, a struct or an id: the name of what it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Of a list or a map: what it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Box<Type>>,
    optional: bool,
}

impl Type {
    pub(super) fn new(schema: &Schema, ty: FieldType) -> Self {
        let (word, name, of) = match ty.kind {
            TypeKind::Scalar(Scalar::Enum(id)) => {
                (Some("enum"), Some(&schema.enumeration(id).name), None)
            }
            TypeKind::Scalar(Scalar::Id(id)) => (Some("id"), Some(&schema.model(id).name), None),
            TypeKind::Struct(id) => (Some("struct"), Some(&schema.structure(id).name), None),
            TypeKind::List(item) => (Some("list"), None, Some(item)),
            TypeKind::Map(item) => (Some("map"), None, Some(item)),
            TypeKind::Scalar(_) | TypeKind::Json | TypeKind::Version => (None, None, None),
        };
        Self {
            text: schema.type_text(ty),
            kind: word.map_or_else(|| schema.kind_text(ty.kind), str::to_owned),
            name: name.cloned(),
            of: of.map(|item| Box::new(Self::required(schema, item))),
            optional: ty.optional,
        }
    }

    /// The type of an item, or of a value that is always there.
    pub(super) fn required(schema: &Schema, item: Item) -> Self {
        Self::new(
            schema,
            FieldType {
                kind: item.into(),
                optional: false,
            },
        )
    }
}

/// A value: of a `bool` and of a number that JSON holds exactly that; of everything else its text.
pub(super) fn value(schema: &Schema, scalar: Scalar, literal: &Literal) -> Value {
    let number = match literal {
        Literal::Bool(value) => return Value::Bool(*value),
        Literal::Integer(value) if scalar != Scalar::Decimal => i64::try_from(*value)
            .map(Number::from)
            .or_else(|_| u64::try_from(*value).map(Number::from))
            .ok(),
        Literal::Float(value) => Number::from_f64(*value),
        _ => None,
    };
    number.map_or_else(
        || Value::String(schema.literal_text(scalar, literal)),
        Value::Number,
    )
}
