//! Keys as text, for messages.

use super::{KeyReader, KeyValue, part_length};
use crate::{
    Date, Decimal, Duration, Timestamp, Uuid,
    catalogue::Binding,
    descriptor::{Part, Type},
    value::DecodeError,
};
use std::fmt::Write;

/// Longest text of one part, in characters.
const LONGEST: usize = 60;

/// The values of `parts` at the start of `bytes`, readable and shortened; `0x…` where they are not what they should be.
pub(crate) fn describe(binding: &Binding, parts: &[Part], bytes: &[u8]) -> String {
    let mut texts = Vec::with_capacity(parts.len());
    let mut rest = bytes;
    for part in parts {
        let Ok(length) = part_length(part, rest) else {
            return hex(bytes);
        };
        let (mut value, tail) = (rest[..length].to_vec(), &rest[length..]);
        if part.desc {
            for byte in &mut value {
                *byte = !*byte;
            }
        }
        match text(binding, part, &value) {
            Ok(text) => texts.push(shorten(text)),
            Err(_) => return hex(bytes),
        }
        rest = tail;
    }
    match texts.as_slice() {
        [only] => only.clone(),
        several => format!("({})", several.join(", ")),
    }
}

fn text(binding: &Binding, part: &Part, bytes: &[u8]) -> Result<String, DecodeError> {
    let mut from = KeyReader::new(binding, bytes);
    if part.optional && from.array::<1>()? == [0] {
        return Ok("absent".to_owned());
    }
    let from = &mut from;
    Ok(match part.ty {
        Type::Bool => bool::take(from)?.to_string(),
        Type::I32 => i32::take(from)?.to_string(),
        Type::I64 => i64::take(from)?.to_string(),
        Type::U32 => u32::take(from)?.to_string(),
        Type::U64 | Type::Version => u64::take(from)?.to_string(),
        Type::F64 => f64::take(from)?.to_string(),
        Type::String => format!("{:?}", String::take(from)?),
        Type::Bytes => hex(&from.escaped()?),
        Type::Uuid => Uuid::take(from)?.to_string(),
        Type::Timestamp => Timestamp::take(from)?.to_string(),
        Type::Date => Date::take(from)?.to_string(),
        Type::Duration => Duration::take(from)?.to_string(),
        Type::Decimal => Decimal::take(from)?.to_string(),
        Type::Enum(enumeration) => from.variant(enumeration.place)?.name().to_owned(),
        Type::Json | Type::Struct(_) | Type::List(_) | Type::Map(_) => hex(bytes),
    })
}

/// Bytes as `0x…`, shortened.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::from("0x");
    for byte in bytes.iter().take(LONGEST / 2) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    if bytes.len() > LONGEST / 2 {
        out.push('…');
    }
    out
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
