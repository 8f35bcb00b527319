//! Which statements there are, and where they stand.

use super::statements::{self, Statement};

/// The kinds of statement and of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `schema`
    Schema,
    /// `import`
    Import,
    /// `enum`
    Enum,
    /// A line of an enum.
    Variant,
    /// `struct`
    Struct,
    /// `model`
    Model,
    /// `fields`
    Fields,
    /// A line of `fields`, or of the block of an event.
    Field,
    /// `key`
    Key,
    /// `computed`
    Computed,
    /// `unique`
    Unique,
    /// `index`
    Index,
    /// `count`
    Count,
    /// `where`
    Where,
    /// A line of `where`.
    Condition,
    /// `include`
    Include,
    /// `belongs-to`
    BelongsTo,
    /// `has-one`
    HasOne,
    /// `has-many`
    HasMany,
    /// `references-many`
    ReferencesMany,
    /// `by`
    By,
    /// `events`
    Events,
    /// `partition-by`
    PartitionBy,
    /// `created`
    Created,
    /// `updated`
    Updated,
    /// `deleted`
    Deleted,
    /// An event of the application's own.
    OwnEvent,
    /// `was`
    Was,
}

/// Where statements stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// A file, outside of every block.
    File,
    /// The block of an enum.
    Enum,
    /// The block of a struct.
    Struct,
    /// The block of a model.
    Model,
    /// The block of `fields`, or of an event.
    Fields,
    /// The block of a field or a variant.
    Renamed,
    /// The block of `unique` or `index`.
    Index,
    /// The block of `count`.
    Count,
    /// The block of `where`, `any` or `all`.
    Where,
    /// The block of a relation that has `by`.
    Relation,
    /// The block of `events`.
    Events,
}

impl Place {
    /// All places, the outermost first.
    pub const ALL: &'static [Self] = &[
        Self::File,
        Self::Enum,
        Self::Struct,
        Self::Model,
        Self::Fields,
        Self::Renamed,
        Self::Index,
        Self::Count,
        Self::Where,
        Self::Relation,
        Self::Events,
    ];

    /// As programs call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Enum => "enum",
            Self::Struct => "struct",
            Self::Model => "model",
            Self::Fields => "fields",
            Self::Renamed => "renamed",
            Self::Index => "index",
            Self::Count => "count",
            Self::Where => "where",
            Self::Relation => "relation",
            Self::Events => "events",
        }
    }

    /// The statements that start with a word of the language.
    #[must_use]
    pub const fn statements(self) -> &'static [Statement] {
        match self {
            Self::File => statements::OF_A_FILE,
            Self::Struct => statements::OF_A_STRUCT,
            Self::Model => statements::OF_A_MODEL,
            Self::Renamed => statements::OF_THE_RENAMED,
            Self::Index => statements::OF_AN_INDEX,
            Self::Count => statements::OF_A_COUNT,
            Self::Relation => statements::OF_A_RELATION,
            Self::Events => statements::OF_EVENTS,
            Self::Enum | Self::Fields | Self::Where => &[],
        }
    }

    /// The lines that start with a name: fields, variants, conditions, events.
    #[must_use]
    pub const fn line(self) -> Option<&'static Statement> {
        match self {
            Self::Enum => Some(&statements::VARIANT),
            Self::Fields => Some(&statements::FIELD),
            Self::Where => Some(&statements::CONDITION),
            Self::Events => Some(&statements::OWN_EVENT),
            _ => None,
        }
    }

    /// The statement of a word.
    #[must_use]
    pub fn find(self, word: &str) -> Option<&'static Statement> {
        self.statements().iter().find(|it| it.name == word)
    }

    /// The words of its statements.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> + Clone {
        self.statements().iter().map(|it| it.name)
    }
}
