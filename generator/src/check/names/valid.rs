//! Whether a name can be one, and how it is written.

use heck::ToUpperCamelCase;

use crate::diagnostics::Code;
use crate::language;
use crate::plan::names;
use crate::syntax::tree::Name;

use super::super::world::World;

/// How a name is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Fields, tables, indexes …
    Snake,
    /// Models, structs, enums.
    Pascal,
    /// Variants.
    Either,
}

/// Reports a name that Rust, or the language, cannot take; says whether it is fine.
pub(super) fn valid(world: &mut World<'_>, name: &Name, what: &str, case: Case) -> bool {
    let text = name.text.as_str();
    let help = if let Some(plain) = text.strip_prefix("r#") {
        Some(format!("write `{plain}`: a Rust keyword is a fine name"))
    } else if language::KEPT_BY_RUST.contains(&text) {
        let other = match (case, text) {
            (Case::Snake, "_") => "rest",
            (Case::Snake, _) => "self_",
            _ => "Own",
        };
        Some(format!(
            "Rust keeps `{text}` for itself even as `r#{text}`: write another word, as in `{other}`"
        ))
    } else if let Some(c) = text.chars().find(|c| is_invisible(*c)) {
        let plain: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        Some(format!(
            "it holds a character that is not seen, U+{:04X}: write `{plain}`",
            u32::from(c)
        ))
    } else if text.starts_with(language::KEPT_PREFIX) {
        let plain = match text.trim_start_matches('_') {
            "" => "rest",
            plain => plain,
        };
        Some(format!(
            "names that start with `__` belong to the generated code: write `{plain}`"
        ))
    } else if case == Case::Either && names::pascal(text) == "Self" {
        Some("it would be the variant `Self`, which Rust keeps for itself".to_owned())
    } else {
        match (case, is_identifier(text)) {
            (_, false) => Some(suggestion(text, case)),
            (Case::Snake, true) => {
                let first = text.trim_start_matches('_').chars().next();
                let snake =
                    !text.chars().any(char::is_uppercase) && first.is_some_and(char::is_alphabetic);
                (!snake).then(|| suggestion(text, case))
            }
            (Case::Pascal, true) => {
                let pascal = text.starts_with(char::is_uppercase) && !text.contains('_');
                (!pascal).then(|| suggestion(text, case))
            }
            (Case::Either, true) => {
                let first = text.trim_start_matches('_').chars().next();
                (!first.is_some_and(char::is_alphabetic)).then(|| suggestion(text, case))
            }
        }
    };
    let Some(help) = help else { return true };
    let reason = match case {
        _ if !is_identifier(text) || help.starts_with("Rust") => "is not a name that Rust can take",
        _ if text.starts_with(language::KEPT_PREFIX) || case == Case::Either => "is reserved",
        Case::Snake => "is not in snake_case",
        _ => "is not in PascalCase",
    };
    world.error(
        Code::M003,
        name.span,
        format!("{what} name `{text}` {reason}"),
        help,
    );
    false
}

/// Characters that take no room, and come along when text is copied from elsewhere.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Whether it is an identifier, or a keyword that `r#` makes one.
fn is_identifier(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // Rare enough to ask the library that knows Unicode's tables.
    plain
        || (!text.is_ascii()
            && !text.contains(|c: char| c.is_whitespace())
            && syn::parse_str::<syn::Ident>(text).is_ok())
}

fn suggestion(text: &str, case: Case) -> String {
    use heck::ToSnakeCase;
    let converted = match case {
        Case::Pascal => text.to_upper_camel_case(),
        Case::Snake | Case::Either => text.to_snake_case(),
    };
    let fine = is_identifier(&converted) && !language::KEPT_BY_RUST.contains(&converted.as_str());
    match case {
        _ if fine && converted != text => format!("write `{converted}`"),
        Case::Pascal => "write a capital letter, then letters and digits: `BlogPost`".to_owned(),
        _ => "write a small letter, then letters, digits and `_`: `created_at`".to_owned(),
    }
}
