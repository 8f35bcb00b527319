//! Types that may stand in a key.

use super::{KeyReader, KeyWriter};
use crate::{Date, Decimal, Duration, Timestamp, Uuid, value::DecodeError};

/// A value that may stand in a key. The door for ids and enums of generated code.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot stand in a key")]
pub trait KeyPart {
    /// Writes its bytes.
    #[doc(hidden)]
    fn put(&self, out: &mut KeyWriter<'_>);
}

/// A [`KeyPart`] that can be read back.
pub trait KeyValue: KeyPart + Sized {
    /// Whether its first byte says present or absent.
    #[doc(hidden)]
    const OPTIONAL: bool = false;

    /// Reads it back.
    #[doc(hidden)]
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError>;
}

impl<T: KeyPart + ?Sized> KeyPart for &T {
    fn put(&self, out: &mut KeyWriter<'_>) {
        (**self).put(out);
    }
}

impl<T: KeyPart> KeyPart for Option<T> {
    fn put(&self, out: &mut KeyWriter<'_>) {
        match self {
            None => out.raw(&[0]),
            Some(value) => {
                out.raw(&[1]);
                value.put(out);
            }
        }
    }
}

impl<T: KeyValue> KeyValue for Option<T> {
    const OPTIONAL: bool = true;

    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        match from.array::<1>()? {
            [0] => Ok(None),
            [1] => T::take(from).map(Some),
            [other] => Err(DecodeError::Malformed(format!("presence byte {other:02x}"))),
        }
    }
}

impl KeyPart for str {
    fn put(&self, out: &mut KeyWriter<'_>) {
        out.escaped(self.as_bytes());
    }
}

impl KeyPart for String {
    fn put(&self, out: &mut KeyWriter<'_>) {
        out.escaped(self.as_bytes());
    }
}

impl KeyValue for String {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        Self::from_utf8(from.escaped()?).map_err(|_| DecodeError::NotUtf8)
    }
}

impl KeyPart for Vec<u8> {
    fn put(&self, out: &mut KeyWriter<'_>) {
        out.escaped(self);
    }
}

impl KeyValue for Vec<u8> {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        from.escaped()
    }
}

impl KeyPart for bool {
    fn put(&self, out: &mut KeyWriter<'_>) {
        out.raw(&[u8::from(*self)]);
    }
}

impl KeyValue for bool {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        match from.array::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(DecodeError::Malformed(format!("bool byte {other:02x}"))),
        }
    }
}

macro_rules! integers {
    ($($signed:ty as $unsigned:ty),*) => { $(
        impl KeyPart for $unsigned {
            fn put(&self, out: &mut KeyWriter<'_>) {
                out.raw(&self.to_be_bytes());
            }
        }

        impl KeyValue for $unsigned {
            fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
                Ok(Self::from_be_bytes(from.array()?))
            }
        }

        impl KeyPart for $signed {
            fn put(&self, out: &mut KeyWriter<'_>) {
                out.raw(&(self.cast_unsigned() ^ (1 << (<$signed>::BITS - 1))).to_be_bytes());
            }
        }

        impl KeyValue for $signed {
            fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
                let flipped = <$unsigned>::from_be_bytes(from.array()?);
                Ok((flipped ^ (1 << (<$signed>::BITS - 1))).cast_signed())
            }
        }
    )* };
}
integers!(i32 as u32, i64 as u64);

impl KeyPart for f64 {
    /// The bits, with the sign bit flipped for positive numbers and all bits for negative ones; −0 is 0.
    fn put(&self, out: &mut KeyWriter<'_>) {
        if self.is_nan() {
            return out.refuse("NaN has no place in an order; store an absent value instead");
        }
        let bits = if *self == 0.0 { 0 } else { self.to_bits() };
        let ordered = if bits >> 63 == 0 {
            bits | 1 << 63
        } else {
            !bits
        };
        out.raw(&ordered.to_be_bytes());
    }
}

impl KeyValue for f64 {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        let ordered = u64::from_be_bytes(from.array()?);
        let bits = if ordered >> 63 == 1 {
            ordered & !(1 << 63)
        } else {
            !ordered
        };
        Ok(Self::from_bits(bits))
    }
}

impl KeyPart for Uuid {
    fn put(&self, out: &mut KeyWriter<'_>) {
        out.raw(self.as_bytes());
    }
}

impl KeyValue for Uuid {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from_bytes(from.array()?))
    }
}

impl KeyPart for Timestamp {
    fn put(&self, out: &mut KeyWriter<'_>) {
        self.as_microsecond().put(out);
    }
}

impl KeyValue for Timestamp {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        Self::from_microsecond(i64::take(from)?).map_err(DecodeError::malformed)
    }
}

impl KeyPart for Date {
    /// Days since 1970-01-01.
    fn put(&self, out: &mut KeyWriter<'_>) {
        crate::value::days_of(*self).put(out);
    }
}

impl KeyValue for Date {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        crate::value::date_of(i32::take(from)?)
    }
}

impl KeyPart for Duration {
    /// Seconds, then nanoseconds of the same sign.
    fn put(&self, out: &mut KeyWriter<'_>) {
        self.as_secs().put(out);
        self.subsec_nanos().put(out);
    }
}

impl KeyValue for Duration {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        crate::value::duration_of(i64::take(from)?, i32::take(from)?)
    }
}

impl KeyPart for Decimal {
    fn put(&self, out: &mut KeyWriter<'_>) {
        super::decimal::put(*self, out);
    }
}

impl KeyValue for Decimal {
    fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
        super::decimal::take(from)
    }
}

macro_rules! tuples {
    ($(($($name:ident $at:tt),*))*) => { $(
        impl<$($name: KeyPart),*> KeyPart for ($($name,)*) {
            fn put(&self, out: &mut KeyWriter<'_>) {
                $(self.$at.put(out);)*
            }
        }

        impl<$($name: KeyValue),*> KeyValue for ($($name,)*) {
            fn take(from: &mut KeyReader<'_>) -> Result<Self, DecodeError> {
                Ok(($($name::take(from)?,)*))
            }
        }
    )* };
}
tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}
