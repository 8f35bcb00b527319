//! Limits of fields: `min`, `max`, `item-max`, `scale`.

use crate::{
    Decimal,
    descriptor::{Bound, Field},
};

/// Checks a length: characters of a string, bytes, or elements.
pub(super) fn length(field: &Field, length: usize, unit: &str) -> Result<(), String> {
    let length = length as u64;
    if let Some(max) = field.max
        && length > max
    {
        return Err(format!("{length} {unit}, at most {max} are allowed"));
    }
    if let Some(min) = field.min
        && length < min
    {
        return Err(format!("{length} {unit}, at least {min} are needed"));
    }
    Ok(())
}

/// Checks the length of one element.
pub(super) fn item(field: &Field, length: usize, unit: &str) -> Result<(), String> {
    match field.item_max {
        Some(max) if length as u64 > max => Err(format!(
            "an element has {length} {unit}, at most {max} are allowed"
        )),
        _ => Ok(()),
    }
}

/// Checks an integer.
pub(super) fn integer(field: &Field, value: i128) -> Result<(), String> {
    if let Some(Bound::Int(most)) = field.most
        && value > most
    {
        return Err(format!("{value} is more than {most}"));
    }
    if let Some(Bound::Int(least)) = field.least
        && value < least
    {
        return Err(format!("{value} is less than {least}"));
    }
    Ok(())
}

/// Checks a floating-point number; NaN is in no range.
pub(super) fn float(field: &Field, value: f64) -> Result<(), String> {
    if let Some(Bound::Float(most)) = field.most
        && (value.is_nan() || value > most)
    {
        return Err(format!("{value} is not at most {most}"));
    }
    if let Some(Bound::Float(least)) = field.least
        && (value.is_nan() || value < least)
    {
        return Err(format!("{value} is not at least {least}"));
    }
    Ok(())
}

/// Checks a decimal: its scale and its bounds. Finer values are refused, never rounded.
pub(super) fn decimal(field: &Field, value: Decimal) -> Result<(), String> {
    if let Some(scale) = field.scale
        && value.normalize().scale() > scale
    {
        return Err(format!(
            "{value} has more than {scale} digits after the point"
        ));
    }
    let bound = |bound: Option<Bound>| match bound {
        Some(Bound::Decimal(mantissa, scale)) => {
            Decimal::try_from_i128_with_scale(mantissa, scale).ok()
        }
        _ => None,
    };
    if let Some(most) = bound(field.most)
        && value > most
    {
        return Err(format!("{value} is more than {most}"));
    }
    if let Some(least) = bound(field.least)
        && value < least
    {
        return Err(format!("{value} is less than {least}"));
    }
    Ok(())
}
