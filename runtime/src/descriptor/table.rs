//! Tables and the schema as a whole.

use super::{Enum, Field, Index, Part, Reference, Topic};
use crate::{
    Timestamp,
    catalogue::{Binding, BoundTable},
    record::{Counts, Entries, Model, ReferenceKeys, Rewritten, cleared},
    value::{DecodeError, Decoder},
};

/// A schema, as generated code describes it.
#[derive(Debug)]
pub struct Schema {
    /// Its name.
    pub name: &'static str,
    /// In declaration order.
    pub tables: &'static [&'static Table],
    /// In declaration order.
    pub enums: &'static [&'static Enum],
}

/// A table, as generated code describes it.
#[derive(Debug)]
pub struct Table {
    /// Its place among the schema's tables.
    pub place: usize,
    /// Its name on disk.
    pub name: &'static str,
    /// The model's name.
    pub model: &'static str,
    /// In declaration order.
    pub fields: &'static [Field],
    /// The parts of the key.
    pub key: &'static [Part],
    /// In declaration order.
    pub indexes: &'static [&'static Index],
    /// Its events.
    pub topic: Option<&'static Topic>,
    /// What is counted, in declaration order: as an index without entries, whose places are among themselves.
    pub counts: &'static [&'static Index],
    /// In declaration order.
    pub references: &'static [&'static Reference],
    /// Earlier names.
    pub was: &'static [&'static str],
    /// What needs the model's type, without naming it.
    pub erased: Erased,
}

/// Functions of a model behind plain bytes.
#[derive(Debug, Clone, Copy)]
pub struct Erased {
    /// Adds the index entries of a record.
    pub(crate) entries: fn(&mut Decoder<'_>, &mut Entries<'_>) -> Result<(), DecodeError>,
    /// Adds the keys that a record refers to.
    pub(crate) references: fn(&mut Decoder<'_>, &mut ReferenceKeys<'_>) -> Result<(), DecodeError>,
    /// Adds what a record counts for.
    pub(crate) counts: fn(&mut Decoder<'_>, &mut Counts<'_>) -> Result<(), DecodeError>,
    /// Empties references of a stored record.
    pub(crate) clear: Clear,
}

/// See [`cleared`].
type Clear = fn(
    &Binding,
    &BoundTable,
    &[u8],
    &[u8],
    &[&'static Reference],
    Timestamp,
) -> crate::Result<Rewritten>;

/// The functions of `M` behind plain bytes.
#[must_use]
pub const fn erased<M: Model>() -> Erased {
    Erased {
        entries: |from, out| {
            M::decode(from)?.entries(out);
            Ok(())
        },
        references: |from, out| {
            M::decode(from)?.references(out);
            Ok(())
        },
        counts: |from, out| {
            M::decode(from)?.counts(out);
            Ok(())
        },
        clear: cleared::<M>,
    }
}

impl Table {
    /// The table at `place` in the schema.
    #[must_use]
    pub const fn new(
        place: usize,
        name: &'static str,
        model: &'static str,
        fields: &'static [Field],
    ) -> Self {
        Self {
            place,
            name,
            model,
            fields,
            key: &[],
            indexes: &[],
            topic: None,
            counts: &[],
            references: &[],
            was: &[],
            erased: Erased {
                entries: |_, _| Ok(()),
                references: |_, _| Ok(()),
                counts: |_, _| Ok(()),
                clear: |_, table, _, _, _, _| {
                    let reason = "its model is not named; generate the code anew";
                    Err(crate::Error::invalid(table.table.model, reason))
                },
            },
        }
    }

    /// The parts of its key.
    #[must_use]
    pub const fn key(mut self, parts: &'static [Part]) -> Self {
        self.key = parts;
        self
    }

    /// Its indexes.
    #[must_use]
    pub const fn indexes(mut self, indexes: &'static [&'static Index]) -> Self {
        self.indexes = indexes;
        self
    }

    /// Its events.
    #[must_use]
    pub const fn topic(mut self, topic: &'static Topic) -> Self {
        self.topic = Some(topic);
        self
    }

    /// What is counted.
    #[must_use]
    pub const fn counts(mut self, counts: &'static [&'static Index]) -> Self {
        self.counts = counts;
        self
    }

    /// Its references to other tables.
    #[must_use]
    pub const fn references(mut self, references: &'static [&'static Reference]) -> Self {
        self.references = references;
        self
    }

    /// It had these names before.
    #[must_use]
    pub const fn was(mut self, names: &'static [&'static str]) -> Self {
        self.was = names;
        self
    }

    /// The functions of its model.
    #[must_use]
    pub const fn erased(mut self, erased: Erased) -> Self {
        self.erased = erased;
        self
    }
}
