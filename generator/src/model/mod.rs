//! The checked schema: every name resolved, every rule of the language kept.
//!
//! **Invariant:** a [`Schema`] exists only if the checker found no error, so what reads it (plan, render, tools) never
//! reports a fault of the schema. It knows nothing of Rust text, of bytes on disk, or of KDL.

mod condition;
mod index;
mod literal;
mod relation;
mod types;
mod written;

pub use condition::{Comparison, Condition};
pub use index::{Computed, Count, Include, Index, Part, PartSource, Path};
pub use literal::Literal;
pub use relation::{Events, OnDelete, OwnEvent, Relation, RelationKind};
pub use types::{FieldType, Item, Scalar, TypeKind};
pub(crate) use written::{decimal, literal_text};

/// A whole schema: what all files together declare.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The name after `schema`, `snake_case`.
    pub name: String,
    /// The `///` lines above `schema`.
    pub docs: Docs,
    /// In the order of the text; [`EnumId`] is the place in it.
    pub enums: Vec<Enum>,
    /// In the order of the text; [`StructId`] is the place in it.
    pub structs: Vec<Struct>,
    /// In the order of the text; [`ModelId`] is the place in it.
    pub models: Vec<Model>,
}

/// Lines of a `///` run, without the slashes and one leading space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docs(pub Vec<String>);

/// An enum's place in [`Schema::enums`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub usize);

/// A struct's place in [`Schema::structs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StructId(pub usize);

/// A model's place in [`Schema::models`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(pub usize);

/// `enum NAME [ordered] [open] { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// `PascalCase`.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Whether declaration order is value order.
    pub ordered: bool,
    /// Whether variants unknown to this build are kept as `Other`.
    pub open: bool,
    /// In declaration order.
    pub variants: Vec<Variant>,
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// As written in the schema and stored in the catalogue.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Earlier names, newest first.
    pub was: Vec<String>,
}

/// `struct NAME { fields { … } }`
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// `PascalCase`.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// In declaration order.
    pub fields: Vec<Field>,
}

/// `model NAME table=TABLE { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// `PascalCase`; the name of the Rust struct.
    pub name: String,
    /// `snake_case`; the identity on disk and the name of the generated module.
    pub table: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Earlier names of the table, newest first.
    pub was: Vec<String>,
    /// In declaration order.
    pub fields: Vec<Field>,
    /// Places in [`Model::fields`], in key order; never empty.
    pub key: Vec<usize>,
    /// In declaration order.
    pub computed: Vec<Computed>,
    /// `unique` and `index` statements, in declaration order.
    pub indexes: Vec<Index>,
    /// `count` statements, in declaration order.
    pub counts: Vec<Count>,
    /// Relations, in declaration order.
    pub relations: Vec<Relation>,
    /// The `events` statement.
    pub events: Option<Events>,
}

/// A line of a `fields` block.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// As written in the schema: a keyword stays itself (`type`, not `r#type`).
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Its type.
    pub ty: FieldType,
    /// What it is when a record is made without it.
    pub default: Option<DefaultValue>,
    /// Bounds checked at every write.
    pub limits: Limits,
    /// `on-update=now`.
    pub on_update_now: bool,
    /// `secret=#true`: left out of `Debug` and `Serialize`.
    pub secret: bool,
    /// Earlier names, newest first.
    pub was: Vec<String>,
}

/// What a field is when a record is made without it.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultValue {
    /// The same value every time.
    Literal(Literal),
    /// The time of making; timestamp and date.
    Now,
    /// A random UUID.
    UuidV4,
    /// A UUID that starts with the time.
    UuidV7,
    /// A number handed out by the store; single integer keys only.
    Next,
}

/// Bounds of a field; `None` where the schema says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// `min=`: characters of a string, bytes, elements of a list or map, or the value of a number.
    pub min: Option<Literal>,
    /// `max=`: as [`Limits::min`].
    pub max: Option<Literal>,
    /// `item-max=`: characters or bytes of each element of a list or map.
    pub item_max: Option<u64>,
    /// `scale=`: digits after the point of a decimal.
    pub scale: Option<u32>,
}

impl Schema {
    /// The enum of an id.
    #[must_use]
    pub fn enumeration(&self, id: EnumId) -> &Enum {
        &self.enums[id.0]
    }

    /// The struct of an id.
    #[must_use]
    pub fn structure(&self, id: StructId) -> &Struct {
        &self.structs[id.0]
    }

    /// The model of an id.
    #[must_use]
    pub fn model(&self, id: ModelId) -> &Model {
        &self.models[id.0]
    }

    /// The model whose key is that of `id` in the end, and what it holds: a key that is itself an `id<X>` is X's.
    #[must_use]
    pub fn key_owner(&self, id: ModelId) -> (ModelId, Scalar) {
        let mut owner = id;
        // A key that leads to itself is refused by the checker; the bound keeps this total all the same.
        for _ in &self.models {
            match self.model(owner).single_key().map(|key| key.ty.kind) {
                Some(TypeKind::Scalar(Scalar::Id(next))) => owner = next,
                Some(TypeKind::Scalar(scalar)) => return (owner, scalar),
                _ => break,
            }
        }
        (owner, Scalar::Uuid)
    }

    /// The type that a value is stored as: an id is the key that it names.
    #[must_use]
    pub fn stored(&self, scalar: Scalar) -> Scalar {
        match scalar {
            Scalar::Id(id) => self.key_owner(id).1,
            other => other,
        }
    }
}

impl Model {
    /// The field of the key, if the key is one field.
    #[must_use]
    pub fn single_key(&self) -> Option<&Field> {
        match self.key.as_slice() {
            [only] => Some(&self.fields[*only]),
            _ => None,
        }
    }
}
