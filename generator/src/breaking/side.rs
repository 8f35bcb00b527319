//! One of the two schemas, with the places of its names and the types that it stores.

use std::collections::HashMap;

use crate::checked::Checked;
use crate::model::{FieldType, Item, ModelId, Scalar, Schema, TypeKind};
use crate::source::{FileId, Span};
use crate::syntax::tree::{FieldTree, Tree};

/// Places of declarations by name.
pub(super) struct Names<'a> {
    tables: HashMap<&'a str, usize>,
    enums: HashMap<&'a str, usize>,
    structs: HashMap<&'a str, usize>,
}

fn places<'a>(names: impl Iterator<Item = &'a String>) -> HashMap<&'a str, usize> {
    names.map(String::as_str).zip(0..).collect()
}

impl<'a> Names<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        Self {
            tables: places(schema.models.iter().map(|it| &it.table)),
            enums: places(schema.enums.iter().map(|it| &it.name)),
            structs: places(schema.structs.iter().map(|it| &it.name)),
        }
    }

    pub(super) fn table(&self, name: &str) -> Option<usize> {
        self.tables.get(name).copied()
    }

    pub(super) fn enumeration(&self, name: &str) -> Option<usize> {
        self.enums.get(name).copied()
    }

    pub(super) fn structure(&self, name: &str) -> Option<usize> {
        self.structs.get(name).copied()
    }
}

/// A schema and its text. Both hold the same things in the same order: the checker found no error.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) schema: &'a Schema,
    pub(super) tree: &'a Tree,
    pub(super) names: &'a Names<'a>,
    /// How many files stand before this schema's among the files of both.
    files: usize,
}

impl<'a> Side<'a> {
    pub(super) fn new(checked: &'a Checked, names: &'a Names<'a>, files: usize) -> Option<Self> {
        Some(Self {
            schema: checked.schema.as_ref()?,
            tree: &checked.tree,
            names,
            files,
        })
    }

    /// A span of this schema among the files of both.
    pub(super) fn span(&self, span: Span) -> Span {
        Span {
            file: FileId(span.file.0 + self.files),
            ..span
        }
    }

    /// The name behind `schema`.
    pub(super) fn name_span(&self) -> Span {
        let titled = self.tree.schema.as_ref().map(|titled| titled.name.span);
        titled.unwrap_or(Span::new(FileId(0), 0, 0))
    }

    /// A stored type by the names that the catalogue knows: all structs are `struct`.
    pub(super) fn stored_name(&self, kind: TypeKind) -> String {
        match kind {
            TypeKind::Scalar(scalar) => {
                let stored = TypeKind::Scalar(self.schema.stored(scalar));
                self.schema.kind_text(stored)
            }
            TypeKind::Struct(_) => "struct".to_owned(),
            TypeKind::List(item) => format!("list<{}>", self.stored_name(item.into())),
            TypeKind::Map(item) => format!("map<string,{}>", self.stored_name(item.into())),
            TypeKind::Json | TypeKind::Version => self.schema.kind_text(kind),
        }
    }

    /// A type as the schema writes it, with models called as `model` says.
    pub(super) fn written(&self, ty: FieldType, model: impl Fn(ModelId) -> String) -> String {
        let plain = |kind: TypeKind| match kind {
            TypeKind::Scalar(Scalar::Id(id)) => format!("id<{}>", model(id)),
            other => self.schema.kind_text(other),
        };
        let kind = match ty.kind {
            TypeKind::List(of) => format!("list<{}>", plain(of.into())),
            TypeKind::Map(of) => format!("map<string,{}>", plain(of.into())),
            kind => plain(kind),
        };
        format!("{kind}{}", if ty.optional { "?" } else { "" })
    }

    /// All of a stored type: equal texts are equal bytes.
    pub(super) fn layout(&self, ty: FieldType) -> String {
        let kind = match ty.kind {
            TypeKind::Struct(id)
            | TypeKind::List(Item::Struct(id))
            | TypeKind::Map(Item::Struct(id)) => {
                let fields = self.schema.structure(id).fields.iter();
                let fields: Vec<String> = fields
                    .map(|field| format!("{} {}", field.name, self.layout(field.ty)))
                    .collect();
                format!("{} {{ {} }}", self.stored_name(ty.kind), fields.join("; "))
            }
            kind => self.stored_name(kind),
        };
        format!("{kind}{}", if ty.optional { "?" } else { "" })
    }
}

/// Where a field's type stands.
pub(super) fn type_span(field: &FieldTree) -> Span {
    field.ty.as_ref().map_or(field.name.span, |ty| ty.span)
}
