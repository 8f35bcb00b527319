//! Where encoded parts end, found from their types alone.

use crate::{
    descriptor::{Part, Type},
    value::DecodeError,
};

/// How many bytes the part at the start of `bytes` takes.
pub(crate) fn part_length(part: &Part, bytes: &[u8]) -> Result<usize, DecodeError> {
    let mask = if part.desc { 0xff } else { 0 };
    if !part.optional {
        return value_length(part.ty, mask, bytes);
    }
    match bytes.first().map(|byte| byte ^ mask) {
        Some(0) => Ok(1),
        Some(1) => Ok(1 + value_length(part.ty, mask, &bytes[1..])?),
        Some(other) => Err(DecodeError::Malformed(format!(
            "presence byte {other:02x} of `{}`",
            part.name
        ))),
        None => Err(DecodeError::Truncated),
    }
}

/// How many bytes the parts at the start of `bytes` take.
pub(crate) fn parts_length(parts: &[Part], bytes: &[u8]) -> Result<usize, DecodeError> {
    let mut length = 0;
    for part in parts {
        length += part_length(part, &bytes[length..])?;
    }
    Ok(length)
}

fn value_length(ty: Type, mask: u8, bytes: &[u8]) -> Result<usize, DecodeError> {
    let length = match ty {
        Type::Bool => 1,
        Type::Enum(_) => 2,
        Type::I32 | Type::U32 | Type::Date => 4,
        Type::I64 | Type::U64 | Type::F64 | Type::Timestamp | Type::Version => 8,
        Type::Duration => 12,
        Type::Uuid => 16,
        Type::String | Type::Bytes => escaped_length(mask, bytes)?,
        Type::Decimal => decimal_length(mask, bytes)?,
        Type::Json | Type::Struct(_) | Type::List(_) | Type::Map(_) => {
            return Err(DecodeError::Malformed(
                "a value that cannot stand in a key".into(),
            ));
        }
    };
    if length > bytes.len() {
        return Err(DecodeError::Truncated);
    }
    Ok(length)
}

fn escaped_length(mask: u8, bytes: &[u8]) -> Result<usize, DecodeError> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).ok_or(DecodeError::Truncated)?;
        let zero = rest
            .iter()
            .position(|byte| *byte == mask)
            .ok_or(DecodeError::Truncated)?;
        at += zero + 2;
        match bytes.get(at - 1).map(|byte| byte ^ mask) {
            Some(0x01) => return Ok(at),
            Some(0xff) => {}
            Some(other) => {
                return Err(DecodeError::Malformed(format!("escape byte {other:02x}")));
            }
            None => return Err(DecodeError::Truncated),
        }
    }
}

fn decimal_length(mask: u8, bytes: &[u8]) -> Result<usize, DecodeError> {
    let end = match bytes.first().map(|byte| byte ^ mask) {
        Some(1) => return Ok(1),
        Some(2) => mask,
        Some(0) => !mask,
        Some(other) => return Err(DecodeError::Malformed(format!("decimal sign {other:02x}"))),
        None => return Err(DecodeError::Truncated),
    };
    let digits = bytes.get(2..).ok_or(DecodeError::Truncated)?;
    let length = digits
        .iter()
        .position(|byte| *byte == end)
        .ok_or(DecodeError::Truncated)?;
    Ok(2 + length + 1)
}
