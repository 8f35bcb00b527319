//! `Model::new`: a record from its required fields and the defaults of the schema.

use super::{
    context::{Context, Scope},
    docs::Doc,
    names::{self, Taken, ident},
    record::is_required,
};
use crate::model::{DefaultValue, Field, Model, ModelId, Scalar, TypeKind};

/// The function `new` of a model.
#[derive(Debug)]
pub(crate) struct Constructor {
    pub(crate) docs: Doc,
    /// Required fields, which the argument is taken apart into.
    pub(crate) required: Vec<String>,
    /// The name of the variable that holds the time of making, if a default needs it.
    pub(crate) now: Option<String>,
    pub(crate) fields: Vec<Initial>,
}

/// What a field is at first.
#[derive(Debug)]
pub(crate) struct Initial {
    pub(crate) name: String,
    /// `None` for a required field: the variable of its name.
    pub(crate) value: Option<String>,
}

impl Context<'_> {
    pub(super) fn constructor(&self, id: ModelId, model: &Model) -> Constructor {
        let required: Vec<String> = model
            .fields
            .iter()
            .filter(|it| is_required(it))
            .map(|field| ident(&field.name))
            .collect();
        let now = Taken::from_iter(required.iter().map(String::as_str)).fresh("now");
        let fields: Vec<Initial> = model
            .fields
            .iter()
            .map(|field| Initial {
                name: ident(&field.name),
                value: (!is_required(field)).then(|| self.initial(id, model, field, &now)),
            })
            .collect();
        let uses_now = model
            .fields
            .iter()
            .any(|field| field.default == Some(DefaultValue::Now));
        Constructor {
            docs: Doc::sentence(format!(
                "A record of `{}` with the defaults of the schema.",
                model.table
            )),
            required,
            now: uses_now.then_some(now),
            fields,
        }
    }

    fn initial(&self, id: ModelId, model: &Model, field: &Field, now: &str) -> String {
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
            (DefaultValue::Now, _) => wrapped(newtype.as_deref(), now_as(field, now)),
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
