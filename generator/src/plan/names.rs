//! Names of the schema as names of Rust.
//!
//! **Invariant:** every identifier of generated code that comes from a schema passes through [`ident`], directly or by
//! one of the functions here.

use std::collections::HashSet;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use crate::language;

/// A name of the schema as a Rust identifier: a keyword becomes raw.
pub(crate) fn ident(name: &str) -> String {
    if language::KEPT_BY_RUST.contains(&name) {
        format!("{name}_")
    } else if language::KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// The identifier of an enum's variant: `in_review` is `InReview`, and `InReview` stays.
pub(crate) fn variant(name: &str) -> String {
    ident(&pascal(name))
}

/// A `snake_case` name as the name of a type.
pub(crate) fn pascal(name: &str) -> String {
    let is_pascal = name.starts_with(char::is_uppercase) && !name.contains('_');
    if is_pascal {
        name.to_owned()
    } else {
        name.to_upper_camel_case()
    }
}

/// The newtype of a model's key.
pub(crate) fn key_type(model: &str) -> String {
    format!("{model}Id")
}

/// The struct of a model's required fields.
pub(crate) fn new_type(model: &str) -> String {
    format!("New{model}")
}

/// The enum of a model's events.
pub(crate) fn event_type(model: &str) -> String {
    format!("{model}Event")
}

/// The trait of handlers of a model's events.
pub(crate) fn handler_trait(model: &str) -> String {
    format!("{model}EventHandler")
}

/// The struct of an event of the application's own.
pub(crate) fn payload_type(model: &str, event: &str) -> String {
    format!("{model}{}", event.to_upper_camel_case())
}

/// The static of an event of the application's own.
pub(crate) fn event_static(event: &str) -> String {
    format!("__EVENT_{}", event.to_uppercase())
}

/// The static of an index.
pub(crate) fn index_static(index: &str) -> String {
    format!("__{}", index.to_uppercase())
}

/// The static of an enum.
pub(crate) fn enum_static(name: &str) -> String {
    format!("__ENUM_{}", name.to_shouty_snake_case())
}

/// The static of a struct.
pub(crate) fn struct_static(name: &str) -> String {
    format!("__STRUCT_{}", name.to_shouty_snake_case())
}

/// Hands out names that are not taken yet.
#[derive(Debug, Default, Clone)]
pub(crate) struct Taken(HashSet<String>);

impl Taken {
    /// `name`, or the first of `name_2`, `name_3`, … that is free; it is taken from now on.
    pub(crate) fn fresh(&mut self, name: &str) -> String {
        let plain = name.strip_prefix("r#").unwrap_or(name);
        let mut candidate = name.to_owned();
        let mut number = 2;
        while !self.0.insert(candidate.clone()) {
            candidate = format!("{plain}_{number}");
            number += 1;
        }
        candidate
    }

    /// Takes a name; false if it was taken.
    pub(crate) fn take(&mut self, name: impl Into<String>) -> bool {
        self.0.insert(name.into())
    }

    /// Whether the name is taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

impl<S: Into<String>> FromIterator<S> for Taken {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}
