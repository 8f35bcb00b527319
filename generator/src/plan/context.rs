//! What all parts of a plan look things up in.

use super::{
    counts,
    names::{self, Taken},
    relations,
};
use crate::model::{EnumId, Model, ModelId, Scalar, Schema, StructId, TypeKind};

/// Where generated text stands; it decides how a name is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Beside the enums, the structs and the store.
    Root,
    /// In the module of a model's table.
    Table(ModelId),
}

/// The schema, with the names that were given to its statics.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) schema: &'a Schema,
    /// Whether records derive serde's traits.
    pub(super) serde: bool,
    enum_statics: Vec<String>,
    struct_statics: Vec<String>,
    /// Of each model.
    table_statics: Vec<TableStatics>,
}

impl<'a> Context<'a> {
    pub(super) fn new(schema: &'a Schema, serde: bool) -> Self {
        let mut taken = Taken::from_iter(["__SCHEMA"]);
        let enum_statics = schema
            .enums
            .iter()
            .map(|it| taken.fresh(&names::enum_static(&it.name)))
            .collect();
        let struct_statics = schema
            .structs
            .iter()
            .map(|it| taken.fresh(&names::struct_static(&it.name)))
            .collect();
        Self {
            schema,
            serde,
            enum_statics,
            struct_statics,
            table_statics: schema.models.iter().map(table_statics).collect(),
        }
    }

    /// The name of an enum's static, without a path.
    pub(super) fn enum_static(&self, id: EnumId) -> &str {
        &self.enum_statics[id.0]
    }

    /// The name of a struct's static, without a path.
    pub(super) fn struct_static(&self, id: StructId) -> &str {
        &self.struct_statics[id.0]
    }

    /// The name of the static of a table's index, without a path.
    pub(super) fn index_static_name(&self, id: ModelId, place: usize) -> &str {
        &self.table_statics[id.0].indexes[place]
    }

    /// The name of the static of a table's count, without a path.
    pub(super) fn count_static(&self, id: ModelId, place: usize) -> &str {
        &self.table_statics[id.0].counts[place]
    }

    /// The name of the static of a relation that is a reference, without a path.
    pub(super) fn reference_static(&self, id: ModelId, relation: usize) -> &str {
        self.table_statics[id.0].references[relation]
            .as_deref()
            .unwrap_or_default()
    }

    /// Whether the model's module defines a newtype for its key.
    pub(super) fn has_key_type(&self, id: ModelId) -> bool {
        let key = self.schema.model(id).single_key();
        key.is_some_and(
            |key| matches!(key.ty.kind, TypeKind::Scalar(it) if !matches!(it, Scalar::Id(_))),
        )
    }
}

/// Names of the statics of a table's module.
#[derive(Debug)]
struct TableStatics {
    indexes: Vec<String>,
    counts: Vec<String>,
    /// By the place of the relation, for those that are references.
    references: Vec<Option<String>>,
}

fn table_statics(model: &Model) -> TableStatics {
    let mut taken = Taken::from_iter(["__TABLE"]);
    let indexes = model
        .indexes
        .iter()
        .map(|index| taken.fresh(&names::index_static(&index.name)))
        .collect();
    TableStatics {
        indexes,
        counts: counts::statics(model, &mut taken),
        references: relations::statics(model, &mut taken),
    }
}

impl Scope {
    /// How the text of this scope begins to name something that stands at the root.
    pub(super) fn root(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Table(_) => "super::",
        }
    }
}
