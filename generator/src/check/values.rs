//! Values of a schema, read as values of a field.

use std::cmp::Ordering;

use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::{Literal, Scalar};
use crate::syntax::tree::{Value, ValueKind};
use crate::syntax::{malformed, shown};

use super::world::World;

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
        (ValueKind::Bare(text) | ValueKind::Quoted(text), Scalar::String) => {
            Ok(Literal::String(text.clone()))
        }
        (ValueKind::Quoted(text), Scalar::Bytes) => bytes(text),
        (ValueKind::Quoted(text), Scalar::Uuid) => uuid(text),
        (ValueKind::Quoted(text), Scalar::Timestamp) => timestamp(text),
        (ValueKind::Quoted(text), Scalar::Date) => date(text),
        (ValueKind::Quoted(text), Scalar::Duration) => duration(text),
        (ValueKind::Bare(text) | ValueKind::Quoted(text), Scalar::Enum(id)) => {
            let tree = world.enum_tree(id.0);
            match tree
                .variants
                .iter()
                .position(|variant| variant.name.text == *text)
            {
                Some(at) => Ok(Literal::Variant(at)),
                None if tree.incomplete => return None,
                None => {
                    let names: Vec<&str> = tree
                        .variants
                        .iter()
                        .map(|variant| variant.name.text.as_str())
                        .collect();
                    let all = if names.len() > 12 {
                        format!("{}, …", names[..12].join(", "))
                    } else {
                        names.join(", ")
                    };
                    let help = match did_you_mean(text, names.iter().copied()) {
                        Some(meant) => format!("did you mean `{meant}`? (it has: {all})"),
                        None => format!("it has: {all}"),
                    };
                    Err((
                        format!("`{}` has no variant `{text}`", tree.name.text),
                        help,
                    ))
                }
            }
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
    matches!(text, "now" | "uuid-v4" | "uuid-v7" | "next")
}

type Outcome = Result<Literal, (String, String)>;

fn mismatch(
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

fn clean(text: &str) -> String {
    text.replace('_', "").trim_start_matches('+').to_owned()
}

/// A whole number as KDL writes it.
pub(super) fn whole(text: &str) -> Option<i128> {
    let text = clean(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.as_str()),
    };
    let radix = |prefix: [&str; 2]| {
        digits
            .strip_prefix(prefix[0])
            .or_else(|| digits.strip_prefix(prefix[1]))
    };
    let value = if let Some(rest) = radix(["0x", "0X"]) {
        i128::from_str_radix(rest, 16)
    } else if let Some(rest) = radix(["0o", "0O"]) {
        i128::from_str_radix(rest, 8)
    } else if let Some(rest) = radix(["0b", "0B"]) {
        i128::from_str_radix(rest, 2)
    } else {
        digits.parse()
    };
    value.ok()?.checked_mul(sign)
}

fn integer(text: &str, ty: Scalar, world: &World<'_>) -> Outcome {
    let name = world.scalar_name(ty);
    let (least, most) = match ty {
        Scalar::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Scalar::I64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Scalar::U32 => (0, i128::from(u32::MAX)),
        _ => (0, i128::from(u64::MAX)),
    };
    match whole(text) {
        Some(value) if (least..=most).contains(&value) => Ok(Literal::Integer(value)),
        None if text.contains(['.', 'e', 'E']) && !text.contains('x') => Err((
            format!("`{text}` is not a whole number"),
            "write a whole number, or make the field `decimal` or `f64`".into(),
        )),
        _ => Err((
            format!("`{text}` is out of the range of `{name}`"),
            format!("`{name}` goes from {least} to {most}"),
        )),
    }
}

fn float(text: &str) -> Outcome {
    let value = if let Some(value) = whole(text) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a whole number written for a float is meant as one"
        )]
        let value = value as f64;
        Some(value)
    } else {
        clean(text).parse::<f64>().ok()
    };
    match value {
        Some(value) if value.is_finite() => Ok(Literal::Float(value)),
        _ => Err((
            format!("`{text}` is out of the range of `f64`"),
            "write a smaller number".into(),
        )),
    }
}

fn decimal(text: &str) -> Outcome {
    let bad = |message: String| {
        Err((
            message,
            "write up to 28 digits, without an exponent: `12.50`".to_owned(),
        ))
    };
    let plain = clean(text);
    let (whole_part, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = format!("{whole_part}{fraction}");
    let Ok(mantissa) = digits.parse::<i128>() else {
        return bad(format!("`{text}` is not a decimal"));
    };
    let significant = digits.trim_start_matches(['-', '0']).len();
    if significant > 28 || fraction.len() > 28 {
        return bad(format!("`{text}` has more than 28 digits"));
    }
    Ok(Literal::Decimal {
        mantissa,
        scale: u32::try_from(fraction.len()).unwrap_or(28),
    })
}

fn bytes(text: &str) -> Outcome {
    let digits = text.as_bytes();
    let bad = || {
        (
            format!("`{text}` is not hexadecimal"),
            "write two digits a byte: `\"00ff\"`".to_owned(),
        )
    };
    if !digits.len().is_multiple_of(2) {
        return Err(bad());
    }
    let nibble = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect();
    bytes.map(Literal::Bytes).ok_or_else(bad)
}

fn uuid(text: &str) -> Outcome {
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        });
    let value = if shape {
        u128::from_str_radix(&text.replace('-', ""), 16).ok()
    } else {
        None
    };
    value.map(Literal::Uuid).ok_or_else(|| {
        (
            format!("`{text}` is not a UUID"),
            "write `\"018f4e5a-7c3b-7def-8a2b-0123456789ab\"`".to_owned(),
        )
    })
}

fn timestamp(text: &str) -> Outcome {
    let help =
        "write RFC 3339 with a zone, up to microseconds: `\"2026-01-31T12:00:00Z\"`".to_owned();
    if text == "now" {
        return Err((
            "`\"now\"` is text".into(),
            "leave the quotes out: `default=now`".into(),
        ));
    }
    let Ok(value) = text.parse::<jiff::Timestamp>() else {
        return Err((format!("`{text}` is not a timestamp"), help));
    };
    if value.as_nanosecond() % 1000 != 0 {
        return Err((format!("`{text}` is finer than a microsecond"), help));
    }
    Ok(Literal::Timestamp(value.as_microsecond()))
}

fn date(text: &str) -> Outcome {
    let plain = text.len() == 10 || text.starts_with(['-', '+']);
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if plain => Ok(Literal::Date {
            year: date.year(),
            month: date.month(),
            day: date.day(),
        }),
        _ => Err((
            format!("`{text}` is not a date"),
            "write year, month and day: `\"2026-01-31\"`".into(),
        )),
    }
}

fn duration(text: &str) -> Outcome {
    let days = days(text).map(|seconds| Literal::Duration {
        seconds,
        nanoseconds: 0,
    });
    let parsed = days.or_else(|| {
        let span = text.parse::<jiff::SignedDuration>().ok()?;
        Some(Literal::Duration {
            seconds: span.as_secs(),
            nanoseconds: span.subsec_nanos(),
        })
    });
    parsed.ok_or_else(|| {
        (
            format!("`{text}` is not a duration"),
            "write `\"90s\"`, `\"1h 30m\"`, `\"7d\"` or ISO 8601: `\"PT1H30M\"`".into(),
        )
    })
}

/// `7d`, `2w`: days of 24 hours.
fn days(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    number.trim().parse::<i64>().ok()?.checked_mul(seconds)
}

/// A positive duration in whole seconds, for `retain=`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let Ok(Literal::Duration {
        seconds,
        nanoseconds: 0,
    }) = duration(text)
    else {
        return None;
    };
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// How two literals of one type stand to each other; `None` if they have no order.
pub(super) fn compare(a: &Literal, b: &Literal) -> Option<Ordering> {
    Some(match (a, b) {
        (Literal::Bool(a), Literal::Bool(b)) => a.cmp(b),
        (Literal::Integer(a), Literal::Integer(b)) => a.cmp(b),
        (Literal::Float(a), Literal::Float(b)) => return a.partial_cmp(b),
        (Literal::String(a), Literal::String(b)) => a.cmp(b),
        (Literal::Bytes(a), Literal::Bytes(b)) => a.cmp(b),
        (Literal::Variant(a), Literal::Variant(b)) => a.cmp(b),
        (Literal::Timestamp(a), Literal::Timestamp(b)) => a.cmp(b),
        (Literal::Uuid(a), Literal::Uuid(b)) => a.cmp(b),
        (Literal::Date { .. }, Literal::Date { .. }) => civil(a).cmp(&civil(b)),
        (Literal::Duration { .. }, Literal::Duration { .. }) => length(a).cmp(&length(b)),
        (
            Literal::Decimal { mantissa, scale },
            Literal::Decimal {
                mantissa: other,
                scale: other_scale,
            },
        ) => decimal_order(*mantissa, *scale, *other, *other_scale),
        _ => return None,
    })
}

/// A date in the order of its parts.
fn civil(date: &Literal) -> Option<(i16, i8, i8)> {
    match date {
        Literal::Date { year, month, day } => Some((*year, *month, *day)),
        _ => None,
    }
}

/// A duration in the order of its parts.
fn length(duration: &Literal) -> Option<(i64, i32)> {
    match duration {
        Literal::Duration {
            seconds,
            nanoseconds,
        } => Some((*seconds, *nanoseconds)),
        _ => None,
    }
}

/// By value: the digits before the point, then those after it at one scale. Neither step can overflow.
fn decimal_order(a: i128, a_scale: u32, b: i128, b_scale: u32) -> Ordering {
    let split = |mantissa: i128, scale: u32| {
        let unit = 10_i128.pow(scale);
        (
            mantissa.div_euclid(unit),
            mantissa.rem_euclid(unit) * 10_i128.pow(28 - scale),
        )
    };
    split(a, a_scale.min(28)).cmp(&split(b, b_scale.min(28)))
}
