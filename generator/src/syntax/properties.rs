//! Properties that a statement does not have.

use crate::diagnostics::{Code, Diagnostic, did_you_mean, or_list};
use crate::language;
use crate::source::Span;

use super::habits;
use super::kdl::{Value, ValueKind};

/// What to say of a property that the statement does not have.
pub(super) fn unknown_property(
    word: &str,
    key: &str,
    span: Span,
    value: &Value,
    known: &'static [language::Property],
) -> Diagnostic {
    let names = || known.iter().map(|it| it.name);
    if let ValueKind::Malformed(text) = &value.kind
        && text.starts_with('=')
    {
        return habits::comparison(span.to(value.span), text);
    }
    if key.is_empty() {
        return Diagnostic::error(Code::S006, span, "`=` has nothing before it")
            .help("a property is written `name=value`, without a space before `=`");
    }
    if key.starts_with("==") {
        return habits::comparison(span, key);
    }
    if let Some((_, fault)) = habits::punctuated(span, key) {
        return if key.chars().all(|c| c.is_ascii_punctuation()) && !key.contains([',', ':']) {
            habits::comparison(span, &format!("{key}="))
        } else {
            fault
        };
    }
    let habit = match key.to_lowercase().replace(['-', '_'], "").as_str() {
        _ if !names().any(|name| name == "max") => None,
        "length" | "lenght" | "len" | "size" | "maxlength" | "maxlen" | "limit" => {
            Some("write `max=`")
        }
        "nullable" | "optional" | "null" | "required" => {
            Some("write `?` after the type of an optional field")
        }
        "primary" | "primarykey" | "pk" => Some("write a statement of the model: `key FIELD`"),
        "unique" => Some("write a statement of the model: `unique by_FIELD FIELD`"),
        "index" => Some("write a statement of the model: `index by_FIELD FIELD`"),
        _ => None,
    };
    let habit = habit.or(match (word, key.to_lowercase().as_str()) {
        ("where", "like" | "ilike" | "matches" | "contains" | "startswith") => {
            Some("a condition compares whole values: read a range of the index instead")
        }
        ("where", "in") => Some("write the values after the word, without `=`: `FIELD in VALUE`"),
        ("where", "eq" | "equals") => Some("write `is=`"),
        ("where", "ne" | "neq") => Some("write `not=`"),
        ("where", "lte") => Some("write `le=`"),
        ("where", "gte") => Some("write `ge=`"),
        ("where", "null") => Some("write `FIELD absent`, or `FIELD present`"),
        ("index" | "unique", "where" | "include") => {
            Some("write it in the block: `{ where FIELD is=VALUE; include FIELD }`")
        }
        _ => None,
    });
    let message = format!("unknown property `{key}` of `{word}`");
    if let Some(help) = habit {
        return Diagnostic::error(Code::S001, span, message).help(help);
    }
    if (word, key) == ("index", "unique") {
        return Diagnostic::error(Code::S001, span, message)
            .help("write `unique` instead of `index`");
    }
    let help = match (did_you_mean(key, names()), known) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, []) => format!("`{word}` has no properties"),
        (None, _) => format!("`{word}` has {}", or_list(names(), 10)),
    };
    Diagnostic::error(Code::S001, span, message).help(help)
}
