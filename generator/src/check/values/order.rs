//! The order of values of one type.

use std::cmp::Ordering;

use crate::model::Literal;

/// How two literals of one type stand to each other; `None` if they have no order.
pub(in crate::check) fn compare(a: &Literal, b: &Literal) -> Option<Ordering> {
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
