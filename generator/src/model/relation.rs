//! Relations and events.

use super::{Docs, Field, ModelId};

/// A relation statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// `snake_case`; the name of the generated function.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// The model it leads to.
    pub target: ModelId,
    /// Which statement it is, with what only that one has.
    pub kind: RelationKind,
}

/// The kinds of relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationKind {
    /// `belongs-to`
    BelongsTo {
        /// Places of the reference's fields, in the order of the target's key.
        by: Vec<usize>,
        /// What happens to this record when the target is deleted.
        on_delete: OnDelete,
    },
    /// `has-one … via=`: place of the target's `belongs-to` in its relations.
    HasOne {
        /// Place in the target's relations.
        via: usize,
    },
    /// `has-many … via=`: the target's `belongs-to` or `references-many`.
    HasMany {
        /// Place in the target's relations.
        via: usize,
    },
    /// `has-many … through=`
    HasManyThrough {
        /// The model between.
        join: ModelId,
        /// Place of the join model's `belongs-to` to this model.
        via: usize,
        /// Place of the join model's `belongs-to` to the target.
        to: usize,
    },
    /// `references-many … by=`
    ReferencesMany {
        /// Place of the list field.
        by: usize,
    },
}

impl RelationKind {
    /// The word of its statement.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::BelongsTo { .. } => "belongs-to",
            Self::HasOne { .. } => "has-one",
            Self::HasMany { .. } | Self::HasManyThrough { .. } => "has-many",
            Self::ReferencesMany { .. } => "references-many",
        }
    }
}

/// What happens to a child when its parent is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The delete is refused.
    Restrict,
    /// The child is deleted too.
    Cascade,
    /// The child's optional reference fields are emptied.
    Clear,
    /// Nothing is checked.
    Unchecked,
}

impl OnDelete {
    /// As the schema writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::Clear => "clear",
            Self::Unchecked => "unchecked",
        }
    }
}

/// The `events` statement of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    /// `partitions=`; 1024 unless written.
    pub partitions: u32,
    /// `retain=`, in seconds; `None` is the default of seven days.
    pub retain: Option<u64>,
    /// `retain-max=`, in seconds; `None` keeps what a group has not handled for ever.
    pub retain_max: Option<u64>,
    /// `partition-by`: place of the field; `None` is the key.
    pub partition_by: Option<usize>,
    /// `created`
    pub created: bool,
    /// `updated`, with the places of the fields it looks at; empty is all.
    pub updated: Option<Vec<usize>>,
    /// `deleted`
    pub deleted: bool,
    /// Events of the application's own.
    pub own: Vec<OwnEvent>,
}

/// An event of the application's own.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnEvent {
    /// `snake_case`.
    pub name: String,
    /// Its `///` lines.
    pub docs: Docs,
    /// Its payload.
    pub fields: Vec<Field>,
    /// Earlier names, newest first.
    pub was: Vec<String>,
}
