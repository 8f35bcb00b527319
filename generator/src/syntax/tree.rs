//! The statements of a schema as they are written: shapes are checked, names and types are not.

use crate::source::Span;

pub(crate) use super::kdl::{Value, ValueKind};

/// A name and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// All statements of all files.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) schema: Option<Titled>,
    pub(crate) enums: Vec<EnumTree>,
    pub(crate) structs: Vec<StructTree>,
    pub(crate) models: Vec<ModelTree>,
    /// A statement could not be read: a name that nothing declares may be its.
    pub(crate) incomplete: bool,
}

/// `schema NAME`
#[derive(Debug)]
pub(crate) struct Titled {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct EnumTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) ordered: bool,
    pub(crate) open: bool,
    pub(crate) variants: Vec<VariantTree>,
    pub(crate) incomplete: bool,
}

#[derive(Debug)]
pub(crate) struct VariantTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) was: Vec<Name>,
}

#[derive(Debug)]
pub(crate) struct StructTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) fields: Fields,
}

/// The lines of a `fields` block.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) list: Vec<FieldTree>,
    /// A line could not be read: a field that nothing declares may be its.
    pub(crate) incomplete: bool,
}

#[derive(Debug)]
pub(crate) struct FieldTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    /// `None` if it has been reported.
    pub(crate) ty: Option<Name>,
    /// Known properties but `was`, each once.
    pub(crate) properties: Vec<Property>,
    pub(crate) was: Vec<Name>,
    /// Something on the line has been reported: a limit that is missing may be it.
    pub(crate) broken: bool,
}

impl FieldTree {
    pub(crate) fn property(&self, key: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.key.text == key)
    }
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) key: Name,
    pub(crate) value: Value,
    /// Name, `=` and value.
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct ModelTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) table: Option<Name>,
    pub(crate) was: Vec<Name>,
    pub(crate) fields: Fields,
    pub(crate) key: Option<KeyTree>,
    pub(crate) computed: Vec<ComputedTree>,
    pub(crate) indexes: Vec<IndexTree>,
    pub(crate) counts: Vec<CountTree>,
    pub(crate) relations: Vec<RelationTree>,
    pub(crate) events: Option<EventsTree>,
    /// A statement could not be read: what is missing may be its.
    pub(crate) incomplete: bool,
}

#[derive(Debug)]
pub(crate) struct KeyTree {
    pub(crate) fields: Vec<Name>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct ComputedTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) ty: Name,
    pub(crate) function: Name,
    pub(crate) revision: Option<Property>,
}

#[derive(Debug)]
pub(crate) struct IndexTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) unique: bool,
    pub(crate) nulls_equal: bool,
    pub(crate) parts: Vec<PartTree>,
    pub(crate) condition: Option<ConditionTree>,
    pub(crate) include: Option<IncludeTree>,
    pub(crate) was: Vec<Name>,
    /// The statement without its block.
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct IncludeTree {
    /// Empty: the whole record.
    pub(crate) fields: Vec<Name>,
}

#[derive(Debug)]
pub(crate) struct PartTree {
    pub(crate) path: Name,
    pub(crate) annotations: Vec<Name>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct CountTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) parts: Vec<PartTree>,
    pub(crate) condition: Option<ConditionTree>,
}

#[derive(Debug)]
pub(crate) enum ConditionTree {
    All(Vec<ConditionTree>),
    Any(Vec<ConditionTree>),
    Test(TestTree),
    /// Has been reported.
    Reported,
}

#[derive(Debug)]
pub(crate) struct TestTree {
    pub(crate) path: Name,
    pub(crate) test: Test,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Test {
    Compare(crate::model::Comparison, Value),
    In(Vec<Value>),
    Present,
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RelationWord {
    BelongsTo,
    HasOne,
    HasMany,
    ReferencesMany,
}

#[derive(Debug)]
pub(crate) struct RelationTree {
    pub(crate) word: RelationWord,
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) target: Name,
    pub(crate) by: Vec<Name>,
    pub(crate) via: Option<Name>,
    pub(crate) to: Option<Name>,
    pub(crate) through: Option<Name>,
    pub(crate) on_delete: Option<Name>,
    /// The statement without its block.
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct EventsTree {
    pub(crate) partitions: Option<Property>,
    pub(crate) retain: Option<Property>,
    pub(crate) retain_max: Option<Property>,
    pub(crate) partition_by: Option<Name>,
    pub(crate) created: bool,
    pub(crate) updated: Option<Vec<Name>>,
    pub(crate) deleted: bool,
    pub(crate) own: Vec<OwnEventTree>,
}

#[derive(Debug)]
pub(crate) struct OwnEventTree {
    pub(crate) name: Name,
    pub(crate) docs: Vec<String>,
    pub(crate) fields: Fields,
    pub(crate) was: Vec<Name>,
}
