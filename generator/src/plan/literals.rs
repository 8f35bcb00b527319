//! Values of the schema as Rust expressions.

use super::{
    context::{Context, Scope},
    names::{ident, variant},
};
use crate::model::{Literal, Scalar};

impl Context<'_> {
    /// An owned value of a type.
    pub(super) fn value(&self, scope: Scope, scalar: Scalar, literal: &Literal) -> String {
        match (scalar, literal) {
            (Scalar::Id(id), _) => {
                let inner = self.value(scope, self.schema.stored(scalar), literal);
                format!("{}({inner})", self.key_type(scope, id))
            }
            (_, Literal::Bytes(value)) => format!("::std::vec::Vec::from({})", bytes(value)),
            (_, Literal::String(text)) if text.is_empty() => {
                "::std::string::String::new()".to_owned()
            }
            (_, Literal::String(text)) => format!("::std::string::String::from({})", string(text)),
            _ => self.comparable(scope, scalar, literal),
        }
    }

    /// A value to compare with: as [`Context::value`], but text and bytes are borrowed.
    pub(super) fn comparable(&self, scope: Scope, scalar: Scalar, literal: &Literal) -> String {
        match (scalar, literal) {
            (Scalar::Id(_), _) => self.value(scope, scalar, literal),
            (Scalar::Enum(id), Literal::Variant(place)) => {
                let declared = self.schema.enumeration(id);
                let name = variant(&declared.variants[*place].name);
                format!("{}{}::{name}", scope.root(), ident(&declared.name))
            }
            (Scalar::F64, Literal::Integer(number)) => format!("{}.0", integer(*number)),
            (Scalar::Decimal, Literal::Integer(number)) => {
                format!("__rt::decimal({}, 0)", integer(*number))
            }
            (_, literal) => plain(literal),
        }
    }
}

/// A value whose expression does not depend on the field's type.
fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(number) => integer(*number),
        Literal::Float(number) => float(*number),
        Literal::Decimal { mantissa, scale } => {
            format!("__rt::decimal({}, {scale})", integer(*mantissa))
        }
        Literal::String(text) => string(text),
        Literal::Bytes(value) => bytes(value),
        Literal::Variant(place) => place.to_string(),
        Literal::Timestamp(microseconds) => {
            format!("__rt::timestamp({})", integer(i128::from(*microseconds)))
        }
        Literal::Date { year, month, day } => format!("__rt::date({year}, {month}, {day})"),
        Literal::Duration {
            seconds,
            nanoseconds,
        } => format!(
            "__rt::duration({}, {})",
            integer(i128::from(*seconds)),
            integer(i128::from(*nanoseconds))
        ),
        Literal::Uuid(value) => format!("__rt::uuid(0x{})", grouped(&format!("{value:032x}"), 4)),
    }
}

/// A string literal.
pub(super) fn string(text: &str) -> String {
    format!("{text:?}")
}

fn bytes(value: &[u8]) -> String {
    format!("b\"{}\"", value.escape_ascii())
}

/// An integer, in groups of three digits where it is long.
pub(super) fn integer(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let sign = if number < 0 { "-" } else { "" };
    if digits.len() > 4 {
        format!("{sign}{}", grouped(&digits, 3))
    } else {
        format!("{sign}{digits}")
    }
}

/// A finite float: the shortest text that reads back as the same number.
pub(super) fn float(number: f64) -> String {
    let text = format!("{number:?}");
    let (digits, exponent) = match text.split_once('e') {
        Some((digits, exponent)) => (digits, format!("e{exponent}")),
        None => (text.as_str(), String::new()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (sign, whole) = whole
        .strip_prefix('-')
        .map_or(("", whole), |whole| ("-", whole));
    let is_long = whole.len() > 4 || fraction.len() > 4;
    let (whole, fraction) = if is_long {
        (grouped(whole, 3), grouped_from_left(fraction))
    } else {
        (whole.to_owned(), fraction.to_owned())
    };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}{exponent}")
}

/// Digits after a point in groups of three.
fn grouped_from_left(digits: &str) -> String {
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place.is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// Digits in groups, counted from the right.
fn grouped(digits: &str, size: usize) -> String {
    let first = digits.len() % size;
    let mut groups: Vec<&str> = Vec::new();
    if first > 0 {
        groups.push(&digits[..first]);
    }
    let mut rest = &digits[first..];
    while !rest.is_empty() {
        let (group, tail) = rest.split_at(size);
        groups.push(group);
        rest = tail;
    }
    groups.join("_")
}
