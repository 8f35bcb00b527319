//! Spellings of KDL 1, SQL, Prisma and Rust, answered with ours.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

/// What to say of a value that KDL cannot read.
pub(crate) fn malformed(span: Span, text: &str) -> Diagnostic {
    let error =
        |code, message: String, help: String| Diagnostic::error(code, span, message).help(help);
    match text {
        "true" | "false" | "null" | "nan" | "inf" | "-inf" => {
            return error(
                Code::S005,
                format!("`{text}` is the KDL 1 spelling"),
                format!("write `#{text}`"),
            );
        }
        "=" => {
            return error(
                Code::S006,
                "`=` has nothing after it".into(),
                "write the value right after `=`".into(),
            );
        }
        "==" | "===" => return comparison(span, text),
        _ => {}
    }
    if let Some(rest) = text.strip_prefix('r')
        && rest.starts_with(['"', '#'])
    {
        let plain = rest.trim_matches('#');
        return error(
            Code::S005,
            format!("`{text}` is the KDL 1 spelling of a raw string"),
            format!("write `#{plain}#`, or a quoted string"),
        );
    }
    if text.starts_with('@') {
        return attribute(span, text);
    }
    if text == "#" || text.starts_with("# ") {
        return error(
            Code::S008,
            "`#` starts no comment".into(),
            "a comment starts with `//`".into(),
        );
    }
    if text.starts_with("#[") {
        return error(
            Code::S008,
            format!("`{text}` is an attribute of another language"),
            "remove it: a schema has statements and properties only".into(),
        );
    }
    if text.starts_with('#') {
        let help = "the keywords are `#true`, `#false` and `#null`";
        return error(
            Code::S005,
            format!("`{text}` is not a keyword"),
            help.into(),
        );
    }
    if text.starts_with('[') {
        return error(Code::S006, "a list is not a value".into(), list_help(text));
    }
    if is_date(text) {
        return error(
            Code::S006,
            format!("`{text}` is not a value"),
            format!("dates and times are quoted: `\"{text}\"`"),
        );
    }
    if let Some(fraction) = text.trim_start_matches(['-', '+']).strip_prefix('.')
        && fraction.starts_with(|c: char| c.is_ascii_digit())
    {
        let sign = if text.starts_with('-') { "-" } else { "" };
        return error(
            Code::S006,
            format!("`{text}` is not a number"),
            format!("write `{sign}0.{fraction}`"),
        );
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        return error(
            Code::S006,
            format!("`{text}` is not a number"),
            number_help(text),
        );
    }
    if text.ends_with(')') && text.contains('(') {
        return error(
            Code::S006,
            format!("`{text}` is a call, and KDL has none"),
            "write words and `name=value` properties".into(),
        );
    }
    error(
        Code::S006,
        format!("`{text}` is not a value"),
        format!("a text is quoted: `\"{}\"`", text.replace('"', "")),
    )
}

fn list_help(text: &str) -> String {
    let words: Vec<&str> = text
        .split(['[', ']', ',', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        "an empty list is the default: leave it out".to_owned()
    } else {
        format!(
            "write single words one after the other: `{}`",
            words.join(" ")
        )
    }
}

fn number_help(text: &str) -> String {
    let digits: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '_'))
        .collect();
    match &text[digits.len()..] {
        "k" | "K" => format!("write the digits: `{digits}_000`"),
        "M" => format!("write the digits: `{digits}_000_000`"),
        "m" => format!(
            "a duration is quoted: `\"{text}\"`; a number has digits only: `{digits}_000_000`"
        ),
        "ms" | "s" | "min" | "h" | "d" | "w" => format!("a duration is quoted: `\"{text}\"`"),
        _ => format!("a number has digits only: `{digits}`; a text is quoted: `\"{text}\"`"),
    }
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| {
            if at == 4 || at == 7 {
                *byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
}

fn attribute(span: Span, text: &str) -> Diagnostic {
    let name = text.trim_start_matches('@').split('(').next().unwrap_or("");
    let argument = text
        .split_once('(')
        .map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let help = match name {
        "id" => "write a statement of the model: `key id`".to_owned(),
        "unique" => "write a statement of the model: `unique by_FIELD FIELD`".to_owned(),
        "index" => "write a statement of the model: `index by_FIELD FIELD`".to_owned(),
        "default" if argument.contains("now") => "write `default=now`".to_owned(),
        "default" if argument.contains("uuid") => "write `default=uuid-v7`".to_owned(),
        "default" if argument.contains("autoincrement") => "write `default=next`".to_owned(),
        "default" if !argument.is_empty() => format!("write `default={argument}`"),
        "default" => "write `default=VALUE`".to_owned(),
        "updatedAt" => "write `on-update=now`".to_owned(),
        "relation" => {
            "write a statement of the model: `belongs-to NAME MODEL by=FIELD on-delete=restrict`"
                .to_owned()
        }
        "map" => {
            "the name on disk of a model is `table=`; of a field it is the field's name".to_owned()
        }
        _ => "properties are written `name=value`".to_owned(),
    };
    Diagnostic::error(
        Code::S008,
        span,
        format!("`{text}` is an attribute of another language"),
    )
    .help(help)
}

/// What to say of an operator where a condition is written.
pub(crate) fn comparison(span: Span, text: &str) -> Diagnostic {
    let help = match text {
        "<=" | "=<" => "write `FIELD le=VALUE`",
        "<" => "write `FIELD lt=VALUE`",
        ">=" | "=>" => "write `FIELD ge=VALUE`",
        ">" => "write `FIELD gt=VALUE`",
        "!=" | "<>" | "!" => "write `FIELD not=VALUE`",
        "==" | "===" | "=" => "write `FIELD is=VALUE`",
        "&&" => "write the conditions on lines of their own, or `;` between them",
        "||" | "|" => "write `any { …; … }`",
        _ => "properties are written `name=value`, without spaces or other signs",
    };
    Diagnostic::error(
        Code::S008,
        span,
        format!("`{text}` is not an operator here"),
    )
    .help(help)
}

/// Quotes of other languages and of word processors.
const QUOTES: [char; 8] = ['\'', '`', '“', '”', '‘', '’', '„', '«'];

/// A bare word without punctuation of another language, and what to say of it.
pub(crate) fn punctuated(span: Span, text: &str) -> Option<(String, Diagnostic)> {
    let error = |message: String, help: String| {
        Some(Diagnostic::error(Code::S008, span, message).help(help))
    };
    let bare = text.trim_matches(|c| QUOTES.contains(&c) || matches!(c, ',' | ':' | '"' | '»'));
    if text.starts_with("--") {
        return error(
            "`--` starts no comment".to_owned(),
            "a comment starts with `//`".to_owned(),
        )
        .map(|fault| (String::new(), fault));
    }
    let fault = if text.chars().all(|c| {
        c.is_ascii_punctuation()
            && !matches!(c, '_' | '-' | '.' | '\'' | '`' | ',' | ':' | '@' | '?')
    }) {
        Some(comparison(span, text))
    } else if text.starts_with('@') {
        Some(attribute(span, text))
    } else if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
        error(
            format!("`{text}` has quotes that KDL does not know"),
            format!("write `{bare}` or `\"{bare}\"`"),
        )
    } else if text.ends_with(',') || text.starts_with(',') {
        let help = "separate words by spaces, and statements by `;` or a new line";
        error("a comma separates nothing here".to_owned(), help.to_owned())
    } else if text.ends_with(':') {
        error(format!("`{text}` ends in `:`"), format!("write `{bare}`"))
    } else {
        None
    }?;
    Some((bare.to_owned(), fault))
}
