//! What is said of a value of the wrong kind.

use crate::model::Scalar;
use crate::syntax::shown;
use crate::syntax::tree::{Value, ValueKind};

use super::super::world::World;
use super::Purpose;

pub(super) fn mismatch(
    world: &World<'_>,
    value: &Value,
    ty: Scalar,
    base: Scalar,
    purpose: &Purpose<'_>,
) -> (String, String) {
    let found = match &value.kind {
        ValueKind::Quoted(_) => "text",
        ValueKind::Bare(_) => "a word",
        ValueKind::Number(_) => "a number",
        ValueKind::Bool(_) => "a `bool`",
        _ => "not a value of the type",
    };
    let text = shown(value);
    let prefix = if purpose.key == "default" {
        "default "
    } else {
        ""
    };
    let message = format!(
        "{prefix}`{text}` is {found}, field `{}` is `{}`",
        purpose.field,
        world.scalar_name(ty)
    );
    let inner = value.as_str().unwrap_or("");
    let key = purpose.key;
    let help = match base {
        Scalar::Bool if matches!(inner, "true" | "false") => format!("write `{key}=#{inner}`"),
        Scalar::Bool => format!("write `{key}=#true` or `{key}=#false`"),
        Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64 if inner.parse::<i128>().is_ok() => {
            format!("write `{key}={inner}`")
        }
        Scalar::F64 | Scalar::Decimal if inner.parse::<f64>().is_ok() => {
            format!("write `{key}={inner}`")
        }
        Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64 => {
            format!("write a whole number: `{key}=0`")
        }
        Scalar::F64 | Scalar::Decimal => format!("write a number: `{key}=0.5`"),
        Scalar::String => format!("quote it: `{key}=\"{text}\"`"),
        Scalar::Bytes => format!("write hexadecimal digits in quotes: `{key}=\"00ff\"`"),
        Scalar::Uuid => format!("write it in quotes: `{key}=\"018f4e5a-…\"`"),
        Scalar::Timestamp if inner == "now" => "leave the quotes out: `default=now`".to_owned(),
        Scalar::Timestamp => format!("write RFC 3339 in quotes: `{key}=\"2026-01-31T12:00:00Z\"`"),
        Scalar::Date => format!("write it in quotes: `{key}=\"2026-01-31\"`"),
        Scalar::Duration => format!("write it in quotes: `{key}=\"1h 30m\"`"),
        Scalar::Enum(id) => {
            let first = world
                .enum_tree(id.0)
                .variants
                .first()
                .map_or("VARIANT", |variant| &variant.name.text);
            format!("write a variant: `{key}={first}`")
        }
        Scalar::Id(_) => "write the value of the key".to_owned(),
    };
    (message, help)
}
