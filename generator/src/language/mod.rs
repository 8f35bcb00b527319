//! The words of the language, each with its form and its text: what the reader takes, what messages offer, and what
//! `keyloom language` and editors show come from these tables.
//!
//! **Invariant:** the reader knows no word of its own. A statement, property, type or annotation that is not here is unknown
//! to it; one that is here is read (the tests say so).

mod kinds;
mod properties;
mod reserved;
mod statements;
mod types;
mod words;

pub use kinds::{Kind, Place};
pub use properties::{GENERATORS, ON_DELETE, Property};
pub use reserved::{FUNCTIONS, KEPT_BY_RUST, KEPT_PREFIX, KEYWORDS, TABLES};
pub use statements::Statement;
pub use types::{CONTAINERS, Container, TYPES, Type};
pub(crate) use types::{kind, name, of, words};
pub use words::{ANNOTATIONS, COMBINATIONS, CONDITIONS, TESTS};

pub(crate) use statements::{
    COMPUTED, ENUM, EVENTS, FIELD, INDEX, MODEL, OWN_EVENT, UNIQUE, VARIANT,
};

/// A word that stands for something: an annotation, a value of a property, a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As it is written.
    pub name: &'static str,
    /// What it means.
    pub docs: &'static str,
}

/// The names of words.
pub(crate) fn names(words: &'static [Word]) -> impl Iterator<Item = &'static str> + Clone {
    words.iter().map(|word| word.name)
}

/// The word of a name.
#[must_use]
pub fn word(words: &'static [Word], name: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.name == name)
}
