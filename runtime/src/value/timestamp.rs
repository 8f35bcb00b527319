//! Points in time, in whole microseconds.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    fmt,
    ops::{Add, AddAssign, Sub, SubAssign},
    str::FromStr,
};

/// A point in time: whole microseconds, UTC, from the year −9999 to 9999.
///
/// The unit is that of the stored bytes, so that what is read is exactly what was written. Parsing, printing and arithmetic
/// are `jiff`'s; conversion from a [`jiff::Timestamp`] drops what is finer than a microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A number of microseconds that no calendar reaches, or a text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TimestampError(String);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);
    /// The earliest: in the year −9999.
    pub const MIN: Self = Self(-377_705_023_201 * 1_000_000);
    /// The latest: in the year 9999.
    pub const MAX: Self = Self(253_402_207_200 * 1_000_000 + 999_999);

    /// The time now, by the system's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::from(jiff::Timestamp::now())
    }

    /// So many microseconds after (before, if negative) 1970-01-01T00:00:00Z.
    pub fn from_microsecond(microseconds: i64) -> Result<Self, TimestampError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&microseconds) {
            Ok(Self(microseconds))
        } else {
            Err(TimestampError(format!(
                "{microseconds} µs is outside the years −9999 to 9999"
            )))
        }
    }

    /// So many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_millisecond(milliseconds: i64) -> Result<Self, TimestampError> {
        Self::from_microsecond(milliseconds.saturating_mul(1_000))
    }

    /// So many seconds after 1970-01-01T00:00:00Z.
    pub fn from_second(seconds: i64) -> Result<Self, TimestampError> {
        Self::from_microsecond(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    #[must_use]
    pub const fn as_microsecond(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_millisecond(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn as_second(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// From `earlier` to this; negative if it is later.
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> crate::Duration {
        crate::Duration::from_micros(self.0 - earlier.0)
    }

    /// This much later (earlier, if negative); `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn checked_add(self, duration: impl Into<Span>) -> Option<Self> {
        let sum = i128::from(self.0).checked_add(duration.into().0)?;
        Self::from_microsecond(i64::try_from(sum).ok()?).ok()
    }

    /// A timestamp of checked parts of the schema; the checker refuses others.
    pub(crate) const fn constant(microseconds: i64) -> Self {
        Self(microseconds)
    }
}

/// A length of time in microseconds; what is finer is dropped.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Span(i128);

impl From<std::time::Duration> for Span {
    fn from(duration: std::time::Duration) -> Self {
        Self(i128::try_from(duration.as_micros()).unwrap_or(i128::MAX))
    }
}

impl From<crate::Duration> for Span {
    fn from(duration: crate::Duration) -> Self {
        Self(duration.as_micros())
    }
}

/// Past the last year stays at the last year, as saturating arithmetic does.
fn saturating(microseconds: i128) -> Timestamp {
    let (least, most) = (Timestamp::MIN.0, Timestamp::MAX.0);
    let clamped = microseconds.clamp(i128::from(least), i128::from(most));
    Timestamp(i64::try_from(clamped).unwrap_or(most))
}

/// Stops at [`Timestamp::MIN`] and [`Timestamp::MAX`].
impl<D: Into<Span>> Add<D> for Timestamp {
    type Output = Self;

    fn add(self, duration: D) -> Self {
        saturating(i128::from(self.0).saturating_add(duration.into().0))
    }
}

/// Stops at [`Timestamp::MIN`] and [`Timestamp::MAX`].
impl<D: Into<Span>> Sub<D> for Timestamp {
    type Output = Self;

    fn sub(self, duration: D) -> Self {
        saturating(i128::from(self.0).saturating_sub(duration.into().0))
    }
}

impl<D: Into<Span>> AddAssign<D> for Timestamp {
    fn add_assign(&mut self, duration: D) {
        *self = *self + duration;
    }
}

impl<D: Into<Span>> SubAssign<D> for Timestamp {
    fn sub_assign(&mut self, duration: D) {
        *self = *self - duration;
    }
}

/// Drops what is finer than a microsecond.
impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self(time.as_microsecond())
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(time: Timestamp) -> Self {
        Self::from_microsecond(time.0).unwrap_or(if time.0 < 0 { Self::MIN } else { Self::MAX })
    }
}

/// RFC 3339, as in `2026-03-01T00:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&jiff::Timestamp::from(*self), f)
    }
}

/// RFC 3339, with an offset or `Z`.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse::<jiff::Timestamp>()
            .map(Self::from)
            .map_err(|error| TimestampError(error.to_string()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
