//! The one door for generated code. Nothing here is stable.

pub use crate::descriptor::{
    Bound, By, Enum, Erased, Field, Include, Index, OwnEvent, Part, Reference, Schema, Struct,
    Table, Topic, Type, Variant, erased, field, part, variant,
};
pub use crate::events::{
    Change, Event, Happened, Payload, Subject, WorkerBuilder, publish, publish_after,
};
pub use crate::key::{KeyReader, KeyWriter, PartSpan, Several, Value, text_prefix};
pub use crate::query::{Covered, CoveredRow, query, query_key, walk};
pub use crate::record::{
    Counts, Entries, Record, ReferenceKeys, count, delete, delete_by, delete_cascade, get,
    get_many, insert, insert_many, modify, number, put, update,
};
pub use crate::relation::{belongs_to, has_many, has_one, references_many, through};
pub use crate::transaction::{Sealed, Target, View};
pub use crate::value::{DecodeError, Decoder, Encoder, VariantOf};
pub use crate::{
    __covered_record as covered_record, __delete_cascade as delete_cascade_of,
    __enumeration as enumeration, __events as events, __id as id, __index as index,
    __open_enumeration as open_enumeration, __publish as publish_events, __record as record,
    __reference as reference, __store as store, __table as table, __text_id as text_id,
    __uuid_id as uuid_id, __workers as workers,
};
pub use serde;
pub use std;
pub use std::future::Future;
pub use std::marker::{Send, Sync};

/// What reading stored bytes gives.
pub type ReadResult<T> = Result<T, DecodeError>;
/// What reading a covered row gives.
pub type Read<T> = Result<T, DecodeError>;

use crate::{Date, Decimal, Duration, Timestamp, Uuid};

/// What an index function's argument asks for.
pub fn span<T, S: crate::Span<T>>(argument: S) -> PartSpan {
    argument.span()
}

/// What the function of a count asks for.
pub fn exact<T>(value: impl crate::Exact<T>) -> PartSpan {
    crate::key::exact_span(&value)
}

/// A timestamp written in the schema.
#[must_use]
pub const fn timestamp(microseconds: i64) -> Timestamp {
    Timestamp::constant(microseconds)
}

/// A date written in the schema; the checker refused impossible ones.
#[must_use]
pub const fn date(year: i16, month: i8, day: i8) -> Date {
    Date::constant(year, month, day)
}

/// The date of a time, in UTC.
#[must_use]
pub fn date_of(time: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(time.into()).date()
}

/// A duration written in the schema.
#[must_use]
pub const fn duration(seconds: i64, nanoseconds: i32) -> Duration {
    Duration::new(seconds, nanoseconds)
}

/// A decimal written in the schema; the checker refused what does not fit.
#[must_use]
pub fn decimal(mantissa: i128, scale: u32) -> Decimal {
    Decimal::try_from_i128_with_scale(mantissa, scale).unwrap_or_default()
}

/// A UUID written in the schema.
#[must_use]
pub const fn uuid(value: u128) -> Uuid {
    Uuid::from_u128(value)
}

/// A text that names no variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{enumeration}` has no variant `{text}`; it has {known}")]
pub struct UnknownVariant {
    enumeration: &'static str,
    text: String,
    known: String,
}

/// The error of a text that names no variant.
#[must_use]
pub fn unknown_variant(enumeration: &'static Enum, text: &str) -> UnknownVariant {
    let names: Vec<_> = enumeration.variants.iter().map(|v| v.name).collect();
    UnknownVariant {
        enumeration: enumeration.name,
        text: text.to_owned(),
        known: names.join(", "),
    }
}

/// The error of a stored variant that a closed enum does not have.
#[must_use]
pub fn foreign_variant(enumeration: &'static Enum, stored: VariantOf<'_>) -> DecodeError {
    DecodeError::UnknownVariant {
        enumeration: enumeration.name,
        name: stored.name().to_owned(),
    }
}

/// What an enum is in records and keys.
pub trait Variants: Sized {
    /// The variant as a store keeps it.
    fn stored(&self) -> VariantOf<'_>;

    /// The value of a stored variant.
    fn of(stored: VariantOf<'_>) -> ReadResult<Self>;
}

/// How the inside of an id is shown and parsed; bytes as hexadecimal.
pub trait IdText: Sized {
    /// What is wrong with a text.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Writes it.
    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result;

    /// Reads it.
    fn parse(text: &str) -> Result<Self, Self::Error>;
}

macro_rules! id_texts {
    ($($t:ty),*) => { $(
        impl IdText for $t {
            type Error = <$t as std::str::FromStr>::Err;

            fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }

            fn parse(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )* };
}
id_texts!(
    bool, i32, i64, u32, u64, String, Uuid, Timestamp, Date, Duration, Decimal
);

impl IdText for Vec<u8> {
    type Error = data_encoding::DecodeError;

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(self))
    }

    fn parse(text: &str) -> Result<Self, Self::Error> {
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes())
    }
}
