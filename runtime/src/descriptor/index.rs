//! Indexes and their parts.

use super::{Field, Type};

/// One part of a key or an index.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The path or computed part it takes its value from.
    pub name: &'static str,
    /// The value's type, without the question mark.
    pub ty: Type,
    /// Whether it may be absent.
    pub optional: bool,
    /// From the greatest.
    pub desc: bool,
    /// Case-folded.
    pub lower: bool,
}

/// A required, ascending part.
#[must_use]
pub const fn part(name: &'static str, ty: Type) -> Part {
    Part {
        name,
        ty,
        optional: false,
        desc: false,
        lower: false,
    }
}

impl Part {
    /// It may be absent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// From the greatest.
    #[must_use]
    pub const fn desc(mut self) -> Self {
        self.desc = true;
        self
    }

    /// Case-folded.
    #[must_use]
    pub const fn lower(mut self) -> Self {
        self.lower = true;
        self
    }
}

/// What the entries of an index carry.
#[derive(Debug, Clone, Copy)]
pub enum Include {
    /// Nothing.
    None,
    /// Some fields.
    Fields(&'static [Field]),
    /// The whole record.
    Record,
}

/// An index of a table.
#[derive(Debug)]
pub struct Index {
    /// Its place among the table's indexes.
    pub place: usize,
    /// Its name.
    pub name: &'static str,
    /// What it is, as text: a change of it is another index.
    pub definition: &'static str,
    /// In index order.
    pub parts: &'static [Part],
    /// At most one record for each value.
    pub unique: bool,
    /// Whether absent equals absent in a unique index.
    pub nulls_equal: bool,
    /// Whether a record may have several entries.
    pub several: bool,
    /// What its entries carry.
    pub include: Include,
    /// Earlier names.
    pub was: &'static [&'static str],
}

impl Index {
    /// An index that is not unique.
    #[must_use]
    pub const fn new(
        place: usize,
        name: &'static str,
        definition: &'static str,
        parts: &'static [Part],
    ) -> Self {
        Self {
            place,
            name,
            definition,
            parts,
            unique: false,
            nulls_equal: false,
            several: false,
            include: Include::None,
            was: &[],
        }
    }

    /// A unique index.
    #[must_use]
    pub const fn unique(
        place: usize,
        name: &'static str,
        definition: &'static str,
        parts: &'static [Part],
    ) -> Self {
        let mut index = Self::new(place, name, definition, parts);
        index.unique = true;
        index
    }

    /// Absent equals absent.
    #[must_use]
    pub const fn nulls_equal(mut self) -> Self {
        self.nulls_equal = true;
        self
    }

    /// A record may have several entries.
    #[must_use]
    pub const fn several(mut self) -> Self {
        self.several = true;
        self
    }

    /// Its entries carry these fields.
    #[must_use]
    pub const fn include(mut self, fields: &'static [Field]) -> Self {
        self.include = Include::Fields(fields);
        self
    }

    /// Its entries carry the whole record.
    #[must_use]
    pub const fn include_record(mut self) -> Self {
        self.include = Include::Record;
        self
    }

    /// It had these names before.
    #[must_use]
    pub const fn was(mut self, names: &'static [&'static str]) -> Self {
        self.was = names;
        self
    }
}
