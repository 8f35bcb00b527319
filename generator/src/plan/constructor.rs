//! `Model::new`: a record from its required fields and the defaults of the schema.

use super::{
    context::{Context, Scope},
    docs::Doc,
    names::{self, ident},
    record::is_required,
};
use crate::model::{DefaultValue, Field, Model, ModelId, Scalar, TypeKind};

/// The function `new` of a model.
#[derive(Debug)]
pub(crate) struct Constructor {
    pub(crate) docs: Doc,
    /// Whether a default needs the time of making, the variable `now`.
    pub(crate) uses_now: bool,
    pub(crate) fields: Vec<Initial>,
}

/// What a field is at first.
#[derive(Debug)]
pub(crate) struct Initial {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Initial {
    /// Whether the value is the variable of the field's own name.
    pub(crate) fn is_shorthand(&self) -> bool {
        self.value == self.name
    }
}

impl Context<'_> {
    pub(super) fn constructor(&self, id: ModelId, model: &Model) -> Constructor {
        let fields = model.fields.iter().map(|field| {
            let name = ident(&field.name);
            let value = if is_required(field) {
                format!("new.{name}")
            } else {
                self.initial(id, model, field)
            };
            Initial { name, value }
        });
        Constructor {
            docs: Doc::sentence(format!(
                "A record of `{}` with the defaults of the schema.",
                model.table
            )),
            uses_now: model
                .fields
                .iter()
                .any(|field| field.default == Some(DefaultValue::Now)),
            fields: fields.collect(),
        }
    }

    fn initial(&self, id: ModelId, model: &Model, field: &Field) -> String {
        let scope = Scope::Table(id);
        let Some(default) = &field.default else {
            return match field.ty.kind {
                TypeKind::List(_) => "::std::vec::Vec::new()".to_owned(),
                TypeKind::Map(_) => "::std::collections::BTreeMap::new()".to_owned(),
                TypeKind::Version => "0".to_owned(),
                _ => "None".to_owned(),
            };
        };
        let own_key =
            self.has_key_type(id) && model.single_key().is_some_and(|key| key.name == field.name);
        let newtype = match field.ty.kind {
            _ if own_key => Some(ident(&names::key_type(&model.name))),
            TypeKind::Scalar(Scalar::Id(target)) => Some(self.key_type(scope, target)),
            _ => None,
        };
        let value = match (default, &newtype) {
            (DefaultValue::UuidV7, Some(newtype)) => format!("{newtype}::new()"),
            (DefaultValue::Literal(literal), _) => {
                let value = self.constant(scope, field, literal);
                if own_key {
                    wrapped(newtype.as_deref(), value)
                } else {
                    value
                }
            }
            (DefaultValue::UuidV7, None) => "::keyloom::Uuid::now_v7()".to_owned(),
            (DefaultValue::UuidV4, _) => {
                wrapped(newtype.as_deref(), "::keyloom::Uuid::new_v4()".to_owned())
            }
            (DefaultValue::Next, _) => wrapped(newtype.as_deref(), "0".to_owned()),
            (DefaultValue::Now, _) => wrapped(newtype.as_deref(), now_as(field, "now")),
        };
        if field.ty.optional {
            format!("Some({value})")
        } else {
            value
        }
    }

    /// A constant default as a value of the field's type, without the question mark.
    pub(super) fn constant(
        &self,
        scope: Scope,
        field: &Field,
        literal: &crate::model::Literal,
    ) -> String {
        match field.ty.kind {
            TypeKind::Scalar(scalar) => self.value(scope, scalar, literal),
            _ => self.value(scope, Scalar::String, literal),
        }
    }
}

/// The time of making as a value of a field's type.
pub(super) fn now_as(field: &Field, now: &str) -> String {
    match field.ty.kind {
        TypeKind::Scalar(Scalar::Date) => format!("__rt::date_of({now})"),
        _ => now.to_owned(),
    }
}

fn wrapped(newtype: Option<&str>, value: String) -> String {
    match newtype {
        Some(newtype) => format!("{newtype}({value})"),
        None => value,
    }
}
