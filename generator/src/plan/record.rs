//! Structs: of a model, of its required fields, of a declared struct, of what an index covers.

use super::{
    context::{Context, Scope},
    docs::Doc,
    names::ident,
};
use crate::model::{Field, FieldType, Model, TypeKind};

/// A struct with public fields.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    /// Whether serde's traits are derived.
    pub(crate) serde: bool,
    /// Whether `Debug` is written by hand, to leave out what is secret.
    pub(crate) has_secret: bool,
    /// Whether it is copied rather than moved.
    pub(crate) is_copy: bool,
    pub(crate) fields: Vec<RecordField>,
}

/// A field of a [`Record`].
#[derive(Debug)]
pub(crate) struct RecordField {
    pub(crate) docs: Doc,
    pub(crate) name: String,
    /// As the schema writes it; what `Debug` shows.
    pub(crate) label: String,
    pub(crate) ty: String,
    pub(crate) secret: bool,
}

impl Record {
    pub(super) fn new(docs: Doc, name: String, serde: bool, fields: Vec<RecordField>) -> Self {
        let has_secret = fields.iter().any(|field| field.secret);
        Self {
            docs,
            name,
            serde,
            has_secret,
            is_copy: false,
            fields,
        }
    }

    /// The fields that `Debug` may show.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &RecordField> {
        self.fields.iter().filter(|field| !field.secret)
    }
}

impl Context<'_> {
    /// A field as it stands in a record.
    pub(super) fn record_field(
        &self,
        scope: Scope,
        model: Option<&Model>,
        field: &Field,
    ) -> RecordField {
        RecordField {
            docs: self.field_doc(scope, model, field),
            name: ident(&field.name),
            label: field.name.clone(),
            ty: self.record_type(scope, model, field),
            secret: field.secret,
        }
    }

    /// Whether the field is a key of its own newtype.
    pub(super) fn is_own_key(&self, scope: Scope, model: &Model, field: &Field) -> bool {
        let is_key = model.single_key().is_some_and(|key| key.name == field.name);
        matches!(scope, Scope::Table(id) if is_key && self.has_key_type(id))
    }

    /// The type of a field; the single field of a key has the model's newtype.
    pub(super) fn record_type(&self, scope: Scope, model: Option<&Model>, field: &Field) -> String {
        match (scope, model.and_then(Model::single_key)) {
            (Scope::Table(id), Some(key)) if key.name == field.name => self.key_type(scope, id),
            _ => self.field_type(scope, field.ty),
        }
    }
}

/// Whether a record cannot be made without the field.
pub(super) fn is_required(field: &Field) -> bool {
    let FieldType { kind, optional } = field.ty;
    let starts_empty = matches!(
        kind,
        TypeKind::List(_) | TypeKind::Map(_) | TypeKind::Version
    );
    !optional && !starts_empty && field.default.is_none()
}
