//! Dates as days since 1970-01-01, durations as seconds and nanoseconds.

use super::DecodeError;
use crate::{Date, Duration};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days from 1970-01-01 to `date`; negative before.
pub(crate) fn days_of(date: Date) -> i32 {
    // Between the years −9999 and 9999 there are fewer than four million days.
    EPOCH.until(date).map_or(0, |span| span.get_days())
}

/// The date so many days after 1970-01-01.
pub(crate) fn date_of(days: i32) -> Result<Date, DecodeError> {
    jiff::Span::new()
        .try_days(days)
        .and_then(|span| EPOCH.checked_add(span))
        .map_err(DecodeError::malformed)
}

/// The duration of these parts, which must have one sign.
pub(crate) fn duration_of(seconds: i64, nanoseconds: i32) -> Result<Duration, DecodeError> {
    let one_sign = seconds == 0 || nanoseconds == 0 || (seconds < 0) == (nanoseconds < 0);
    if !one_sign || nanoseconds.unsigned_abs() >= 1_000_000_000 {
        return Err(DecodeError::Malformed(format!(
            "duration of {seconds} s and {nanoseconds} ns"
        )));
    }
    Ok(Duration::new(seconds, nanoseconds))
}
