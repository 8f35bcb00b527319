//! One of the two schemas, with the places of its names and the types that it stores.

use crate::checked::Checked;
use crate::model::{FieldType, Item, ModelId, Scalar, Schema, TypeKind};
use crate::source::{FileId, Span};
use crate::syntax::tree::{FieldTree, Tree};

/// A schema and its text. Both hold the same things in the same order: the checker found no error.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) schema: &'a Schema,
    pub(super) tree: &'a Tree,
    /// How many files stand before this schema's among the files of both.
    files: usize,
}

impl<'a> Side<'a> {
    pub(super) fn new(checked: &'a Checked, files: usize) -> Option<Self> {
        Some(Self {
            schema: checked.schema.as_ref()?,
            tree: &checked.tree,
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

    /// The place of a table.
    pub(super) fn table(&self, name: &str) -> Option<usize> {
        let mut models = self.schema.models.iter();
        models.position(|model| model.table == name)
    }

    /// The type that a scalar is stored as: an id is the key that it names.
    pub(super) fn stored(&self, scalar: Scalar) -> Scalar {
        let mut scalar = scalar;
        for _ in &self.schema.models {
            let Scalar::Id(model) = scalar else { break };
            match self.schema.model(model).single_key().map(|key| key.ty.kind) {
                Some(TypeKind::Scalar(inner)) => scalar = inner,
                _ => break,
            }
        }
        scalar
    }

    /// A stored type by the names that the catalogue knows: all structs are `struct`.
    pub(super) fn stored_name(&self, kind: TypeKind) -> String {
        match kind {
            TypeKind::Scalar(scalar) => self.scalar_name(self.stored(scalar)),
            TypeKind::Struct(_) => "struct".to_owned(),
            TypeKind::List(item) => format!("list<{}>", self.stored_item(item)),
            TypeKind::Map(item) => format!("map<string,{}>", self.stored_item(item)),
            TypeKind::Json => "json".to_owned(),
            TypeKind::Version => "version".to_owned(),
        }
    }

    fn stored_item(&self, item: Item) -> String {
        match item {
            Item::Scalar(scalar) => self.scalar_name(self.stored(scalar)),
            Item::Struct(_) => "struct".to_owned(),
        }
    }

    /// A type as the schema writes it, with models called as `model` says.
    pub(super) fn written(&self, ty: FieldType, model: impl Fn(ModelId) -> String) -> String {
        let scalar = |scalar: Scalar| match scalar {
            Scalar::Id(id) => format!("id<{}>", model(id)),
            other => self.scalar_name(other),
        };
        let item = |item: Item| match item {
            Item::Scalar(of) => scalar(of),
            Item::Struct(id) => self.schema.structure(id).name.clone(),
        };
        let kind = match ty.kind {
            TypeKind::Scalar(of) => scalar(of),
            TypeKind::Struct(id) => self.schema.structure(id).name.clone(),
            TypeKind::List(of) => format!("list<{}>", item(of)),
            TypeKind::Map(of) => format!("map<string,{}>", item(of)),
            kind => self.stored_name(kind),
        };
        format!("{kind}{}", if ty.optional { "?" } else { "" })
    }

    fn scalar_name(&self, scalar: Scalar) -> String {
        match scalar {
            Scalar::Enum(id) => self.schema.enumeration(id).name.clone(),
            Scalar::Id(id) => format!("id<{}>", self.schema.model(id).name),
            plain => format!("{plain:?}").to_lowercase(),
        }
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
