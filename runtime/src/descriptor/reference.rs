//! References: fields of one table that hold keys of another.

use super::{Index, Table};
use std::fmt;

/// A `belongs-to` or a `references-many`.
pub struct Reference {
    /// The relation's name.
    pub name: &'static str,
    /// The table that refers.
    pub table: &'static Table,
    /// The fields that hold the key, in the order of the target's key.
    pub by: &'static [By],
    /// The table that is referred to.
    pub target: &'static Table,
    /// How the records that refer to a target are found.
    pub back: Back,
    /// What a delete of the target does.
    pub on_delete: OnDelete,
}

/// A field that holds a key, or a part of one.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// Its name.
    pub name: &'static str,
    /// Whether it may be absent.
    pub optional: bool,
}

impl By {
    /// A field that every record has.
    #[must_use]
    pub const fn required(name: &'static str) -> Self {
        let optional = false;
        Self { name, optional }
    }

    /// A field that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str) -> Self {
        let optional = true;
        Self { name, optional }
    }
}

/// How the records that refer to a target are found.
#[derive(Debug, Clone, Copy)]
pub enum Back {
    /// Nobody asks.
    None,
    /// Their key starts with the reference's fields.
    Key,
    /// The index starts with the reference's fields, and has an entry for each record.
    Index(&'static Index),
}

/// What a delete of a target does to the records that refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// Nothing; nothing is checked at writes either.
    Unchecked,
    /// It is refused.
    Restrict,
    /// They are deleted too.
    Cascade,
    /// Their optional fields of the reference are emptied.
    Clear,
}

/// Two tables may refer to each other, so only names are shown.
impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reference")
            .field("name", &self.name)
            .field("table", &self.table.name)
            .field("target", &self.target.name)
            .finish_non_exhaustive()
    }
}

impl Reference {
    /// A reference that no delete looks at.
    #[must_use]
    pub const fn new(
        name: &'static str,
        table: &'static Table,
        by: &'static [By],
        target: &'static Table,
    ) -> Self {
        Self {
            name,
            table,
            by,
            target,
            back: Back::None,
            on_delete: OnDelete::Unchecked,
        }
    }

    /// Whether both are the same static.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }

    /// The way back is the table's key.
    #[must_use]
    pub const fn by_key(mut self) -> Self {
        self.back = Back::Key;
        self
    }

    /// The way back is an index.
    #[must_use]
    pub const fn by_index(mut self, index: &'static Index) -> Self {
        self.back = Back::Index(index);
        self
    }

    /// A target that is referred to cannot be deleted.
    #[must_use]
    pub const fn restrict(mut self) -> Self {
        self.on_delete = OnDelete::Restrict;
        self
    }

    /// What refers goes with its target.
    #[must_use]
    pub const fn cascade(mut self) -> Self {
        self.on_delete = OnDelete::Cascade;
        self
    }

    /// What refers forgets its target.
    #[must_use]
    pub const fn clear(mut self) -> Self {
        self.on_delete = OnDelete::Clear;
        self
    }
}
