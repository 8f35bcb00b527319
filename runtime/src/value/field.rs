//! Types that a field may have.

use super::{DecodeError, Decoder, Encoder, calendar, limits};
use crate::{Date, Decimal, Duration, Json, Timestamp, Uuid, descriptor::Field};
use std::collections::BTreeMap;

/// A value that a record may hold. The door for ids, enums and structs of generated code.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be stored in a record")]
pub trait FieldValue {
    /// Writes its bytes.
    #[doc(hidden)]
    fn write(&self, out: &mut Encoder<'_>);

    /// Reads it back.
    #[doc(hidden)]
    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError>
    where
        Self: Sized;

    /// Whether the limits of `field` allow it; `Err` says what is wrong.
    #[doc(hidden)]
    fn check(&self, _field: &Field) -> Result<(), String> {
        Ok(())
    }

    /// Its length as an element, where `item-max` applies.
    #[doc(hidden)]
    fn item_length(&self) -> Option<(usize, &'static str)> {
        None
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn write(&self, out: &mut Encoder<'_>) {
        out.present(self.is_some());
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if from.present()? {
            T::read(from).map(Some)
        } else {
            Ok(None)
        }
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        self.as_ref().map_or(Ok(()), |value| value.check(field))
    }
}

impl FieldValue for String {
    fn write(&self, out: &mut Encoder<'_>) {
        out.sized(self.as_bytes());
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let bytes = from.sized()?;
        str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| DecodeError::NotUtf8)
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        // So many bytes are at most so many characters.
        if field.min.is_none() && field.max.is_some_and(|max| self.len() as u64 <= max) {
            return Ok(());
        }
        limits::length(field, self.chars().count(), "characters")
    }

    fn item_length(&self) -> Option<(usize, &'static str)> {
        Some((self.chars().count(), "characters"))
    }
}

impl FieldValue for Vec<u8> {
    fn write(&self, out: &mut Encoder<'_>) {
        out.sized(self);
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.sized().map(<[u8]>::to_vec)
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        limits::length(field, self.len(), "bytes")
    }

    fn item_length(&self) -> Option<(usize, &'static str)> {
        Some((self.len(), "bytes"))
    }
}

impl FieldValue for bool {
    fn write(&self, out: &mut Encoder<'_>) {
        out.raw(&[u8::from(*self)]);
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match from.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(DecodeError::Malformed(format!("bool byte {other:02x}"))),
        }
    }
}

macro_rules! integers {
    ($($t:ty: $put:ident as $wide:ty),*) => { $(
        impl FieldValue for $t {
            fn write(&self, out: &mut Encoder<'_>) {
                out.$put(<$wide>::from(*self));
            }

            fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                Self::try_from(from.$put()?).map_err(DecodeError::malformed)
            }

            fn check(&self, field: &Field) -> Result<(), String> {
                limits::integer(field, i128::from(*self))
            }
        }
    )* };
}
integers!(u32: varint as u64, u64: varint as u64, i32: zigzag as i64, i64: zigzag as i64);

impl FieldValue for f64 {
    fn write(&self, out: &mut Encoder<'_>) {
        out.raw(&self.to_le_bytes());
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.array().map(Self::from_le_bytes)
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        limits::float(field, *self)
    }
}

impl FieldValue for Uuid {
    fn write(&self, out: &mut Encoder<'_>) {
        out.raw(self.as_bytes());
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.array().map(Self::from_bytes)
    }
}

impl FieldValue for Timestamp {
    fn write(&self, out: &mut Encoder<'_>) {
        out.zigzag(self.as_microsecond());
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::from_microsecond(from.zigzag()?).map_err(DecodeError::malformed)
    }
}

impl FieldValue for Date {
    fn write(&self, out: &mut Encoder<'_>) {
        out.zigzag(i64::from(calendar::days_of(*self)));
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let days = i32::try_from(from.zigzag()?).map_err(DecodeError::malformed)?;
        calendar::date_of(days)
    }
}

impl FieldValue for Duration {
    fn write(&self, out: &mut Encoder<'_>) {
        out.zigzag(self.as_secs());
        out.zigzag(i64::from(self.subsec_nanos()));
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let seconds = from.zigzag()?;
        let nanoseconds = i32::try_from(from.zigzag()?).map_err(DecodeError::malformed)?;
        calendar::duration_of(seconds, nanoseconds)
    }
}

impl FieldValue for Decimal {
    /// The scale, then the mantissa in 16 bytes, without leading ones that only repeat the sign.
    fn write(&self, out: &mut Encoder<'_>) {
        let mantissa = self.mantissa();
        if mantissa.unsigned_abs() >= 10_u128.pow(crate::key::MAX_DIGITS) {
            out.refuse(format!(
                "a decimal has at most {} digits",
                crate::key::MAX_DIGITS
            ));
        }
        out.varint(u64::from(self.scale()));
        let bytes = mantissa.to_be_bytes();
        let sign = if mantissa < 0 { 0xff } else { 0 };
        let leading = bytes.iter().take_while(|byte| **byte == sign).count();
        // The top bit of what is written must tell the sign.
        let mut keep = leading.min(bytes.len() - 1);
        if (bytes[keep] >= 0x80) != (mantissa < 0) {
            keep -= 1;
        }
        out.sized(&bytes[keep..]);
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let scale = u32::try_from(from.varint()?).map_err(DecodeError::malformed)?;
        let bytes = from.sized()?;
        let sign = if bytes.first().is_some_and(|byte| *byte >= 0x80) {
            0xff
        } else {
            0
        };
        let mut wide = [sign; 16];
        let start = 16_usize
            .checked_sub(bytes.len())
            .ok_or_else(|| DecodeError::Malformed("decimal of more than 16 bytes".into()))?;
        wide[start..].copy_from_slice(bytes);
        Self::try_from_i128_with_scale(i128::from_be_bytes(wide), scale)
            .map_err(DecodeError::malformed)
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        limits::decimal(field, *self)
    }
}

impl FieldValue for Json {
    fn write(&self, out: &mut Encoder<'_>) {
        if !nests_at_most(self, JSON_DEPTH) {
            out.refuse(format!("JSON nested deeper than {JSON_DEPTH} levels"));
        }
        out.sized(self.to_string().as_bytes());
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        serde_json::from_slice(from.sized()?).map_err(DecodeError::malformed)
    }
}

/// Deepest JSON that is stored; parsers refuse 128 levels.
const JSON_DEPTH: usize = 100;

fn nests_at_most(value: &Json, levels: usize) -> bool {
    let deeper = |value: &Json| levels > 0 && nests_at_most(value, levels - 1);
    match value {
        Json::Array(items) => items.iter().all(deeper),
        Json::Object(members) => members.values().all(deeper),
        _ => true,
    }
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn write(&self, out: &mut Encoder<'_>) {
        out.length(self.len());
        for item in self {
            item.write(out);
        }
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        (0..from.length()?).map(|_| T::read(from)).collect()
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        limits::length(field, self.len(), "elements")?;
        check_items(field, self)
    }
}

impl<T: FieldValue> FieldValue for BTreeMap<String, T> {
    fn write(&self, out: &mut Encoder<'_>) {
        out.length(self.len());
        for (name, value) in self {
            name.write(out);
            value.write(out);
        }
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        (0..from.length()?)
            .map(|_| Ok((String::read(from)?, T::read(from)?)))
            .collect()
    }

    fn check(&self, field: &Field) -> Result<(), String> {
        limits::length(field, self.len(), "elements")?;
        check_items(field, self.values())
    }
}

fn check_items<'a, T: FieldValue + 'a>(
    field: &Field,
    items: impl IntoIterator<Item = &'a T>,
) -> Result<(), String> {
    if field.item_max.is_none() {
        return Ok(());
    }
    items.into_iter().try_for_each(|item| {
        item.item_length()
            .map_or(Ok(()), |(length, unit)| limits::item(field, length, unit))
    })
}
