//! Numbers as KDL writes them.

use crate::model::{Literal, Scalar};

use super::super::world::World;
use super::Outcome;

fn clean(text: &str) -> String {
    text.replace('_', "").trim_start_matches('+').to_owned()
}

/// A whole number as KDL writes it.
pub(in crate::check) fn whole(text: &str) -> Option<i128> {
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

pub(super) fn integer(text: &str, ty: Scalar, world: &World<'_>) -> Outcome {
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

pub(super) fn float(text: &str) -> Outcome {
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

pub(super) fn decimal(text: &str) -> Outcome {
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
