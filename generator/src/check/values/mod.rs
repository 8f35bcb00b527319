//! Values of a schema, read as values of a field.

mod mismatch;
mod numbers;
mod order;
mod texts;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Literal, Scalar};
use crate::source::Span;
use crate::syntax::tree::{Value, ValueKind};
use crate::syntax::{malformed, punctuated};

use super::guesses::{Among, Guess};
use super::paths;
use super::world::World;
use mismatch::mismatch;
use numbers::{decimal, float, integer};
use texts::{bytes, date, duration, timestamp, uuid};

pub(super) use numbers::whole;
pub(super) use order::compare;
pub(super) use texts::seconds;

/// What a value is for, as messages say it.
pub(super) struct Purpose<'a> {
    /// [`Code::S007`] or [`Code::I004`].
    pub(super) code: Code,
    /// `default`, `is`, …: the property that would carry the right value.
    pub(super) key: &'a str,
    /// The field.
    pub(super) field: &'a str,
}

/// The value as one of a type; reports what is wrong with it.
pub(super) fn literal(
    world: &mut World<'_>,
    value: &Value,
    ty: Scalar,
    purpose: &Purpose<'_>,
) -> Option<Literal> {
    let base = world.underlying(ty)?;
    let result = match (&value.kind, base) {
        (ValueKind::Reported, _) => return None,
        (ValueKind::Malformed(text), _) => {
            let fault = malformed(value.span, text);
            let help = match text.as_str() {
                "null" if purpose.key == "default" => {
                    "leave `default` out: an optional field starts absent".to_owned()
                }
                "null" => format!("write `{} absent`", purpose.field),
                "true" | "false" => format!("write `{}=#{text}`", purpose.key),
                _ if purpose.key == "default" => {
                    generated(text).map_or_else(|| fault.help.clone(), str::to_owned)
                }
                _ => fault.help.clone(),
            };
            world.push(fault.help(help));
            return None;
        }
        (ValueKind::Null, _) if purpose.key == "default" => Err((
            "`#null` is no default".to_owned(),
            "leave `default` out: an optional field starts absent".to_owned(),
        )),
        (ValueKind::Null, _) => Err((
            "`#null` is no value".to_owned(),
            format!("write `{0} absent` or `{0} present`", purpose.field),
        )),
        (ValueKind::Bool(value), Scalar::Bool) => Ok(Literal::Bool(*value)),
        (ValueKind::Number(text), Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64) => {
            integer(text, base, world)
        }
        (ValueKind::Number(text), Scalar::F64) => float(text),
        (ValueKind::Number(text), Scalar::Decimal) => decimal(text),
        (ValueKind::Bare(text), Scalar::String)
            if purpose.key == "default" && is_generator(text) =>
        {
            Err((
                format!(
                    "`{text}` is a generated default, and `{}` is `string`",
                    purpose.field
                ),
                format!("quote the text: `default=\"{text}\"`"),
            ))
        }
        (ValueKind::Bare(text), _) if text.starts_with(['\'', '“', '”', '‘', '’', '„', '«']) =>
        {
            let (_, fault) = punctuated(value.span, text)?;
            world.push(fault);
            return None;
        }
        (ValueKind::Bare(text) | ValueKind::Quoted(text), Scalar::String) => {
            Ok(Literal::String(text.clone()))
        }
        (ValueKind::Quoted(text), Scalar::Bytes) => bytes(text),
        (ValueKind::Quoted(text), Scalar::Uuid) => uuid(text),
        (ValueKind::Quoted(text), Scalar::Timestamp) => timestamp(text),
        (ValueKind::Quoted(text), Scalar::Date) => date(text),
        (ValueKind::Quoted(text), Scalar::Duration) => duration(text),
        (ValueKind::Bare(text) | ValueKind::Quoted(text), Scalar::Enum(id)) => {
            return variant(world, id.0, text, value.span, purpose.code);
        }
        _ => Err(mismatch(world, value, ty, base, purpose)),
    };
    match result {
        Ok(literal) => Some(literal),
        Err((message, help)) => {
            world.push(Diagnostic::error(purpose.code, value.span, message).help(help));
            None
        }
    }
}

/// Words that make a default.
pub(super) fn is_generator(text: &str) -> bool {
    crate::language::word(crate::language::GENERATORS, text).is_some()
}

type Outcome = Result<Literal, (String, String)>;

/// The default that a call of another language means.
fn generated(call: &str) -> Option<&'static str> {
    let name = call.strip_suffix("()")?.to_lowercase();
    match name.rsplit([':', '.']).next()? {
        "now" | "current_timestamp" => Some("write `default=now`"),
        "autoincrement" | "next" => Some("write `default=next`"),
        maker if maker.contains("uuid") => Some("write `default=uuid-v7`"),
        _ => None,
    }
}

/// The variant of a name; nothing is said of an enum that could not be read.
fn variant(
    world: &mut World<'_>,
    id: usize,
    text: &str,
    span: Span,
    code: Code,
) -> Option<Literal> {
    if let Some(&at) = world.variant_names[id].get(text) {
        return Some(Literal::Variant(at));
    }
    let tree = world.enum_tree(id);
    if tree.incomplete {
        return None;
    }
    let all = paths::list(tree.variants.iter().map(|it| it.name.text.as_str()));
    let help = format!("it has: {all}");
    let message = format!("`{}` has no variant `{text}`", tree.name.text);
    world.push_with(
        Diagnostic::error(code, span, message).help(help),
        Guess::new(text).or(Among::Variants(id), move |meant| {
            format!("did you mean `{meant}`? (it has: {all})")
        }),
    );
    None
}
