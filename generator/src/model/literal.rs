//! Values written in a schema.

/// A value written in a schema, already of its field's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `#true`, `#false`
    Bool(bool),
    /// A number of an integer field, or a length.
    Integer(i128),
    /// A finite number of an `f64` field.
    Float(f64),
    /// A decimal: `mantissa` × 10^−`scale`, the scale as written.
    Decimal {
        /// All digits, with the sign.
        mantissa: i128,
        /// Digits after the point.
        scale: u32,
    },
    /// A string.
    String(String),
    /// Bytes, written as hexadecimal digits.
    Bytes(Vec<u8>),
    /// A variant of the field's enum: its place in declaration order.
    Variant(usize),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// A date.
    Date {
        /// Year, from −9999 to 9999.
        year: i16,
        /// Month, from 1.
        month: i8,
        /// Day of the month, from 1.
        day: i8,
    },
    /// A duration; both parts have the same sign.
    Duration {
        /// Whole seconds.
        seconds: i64,
        /// The rest, in nanoseconds.
        nanoseconds: i32,
    },
    /// A UUID.
    Uuid(u128),
}
