//! Values that are written as text: bytes, UUIDs, and times.

use crate::model::Literal;

use super::Outcome;

pub(super) fn bytes(text: &str) -> Outcome {
    let digits = text.as_bytes();
    let bad = || {
        (
            format!("`{text}` is not hexadecimal"),
            "write two digits a byte: `\"00ff\"`".to_owned(),
        )
    };
    if !digits.len().is_multiple_of(2) {
        return Err(bad());
    }
    let nibble = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect();
    bytes.map(Literal::Bytes).ok_or_else(bad)
}

pub(super) fn uuid(text: &str) -> Outcome {
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        });
    let value = if shape {
        u128::from_str_radix(&text.replace('-', ""), 16).ok()
    } else {
        None
    };
    value.map(Literal::Uuid).ok_or_else(|| {
        (
            format!("`{text}` is not a UUID"),
            "write `\"018f4e5a-7c3b-7def-8a2b-0123456789ab\"`".to_owned(),
        )
    })
}

pub(super) fn timestamp(text: &str) -> Outcome {
    let help =
        "write RFC 3339 with a zone, up to microseconds: `\"2026-01-31T12:00:00Z\"`".to_owned();
    if text == "now" {
        return Err((
            "`\"now\"` is text".into(),
            "leave the quotes out: `default=now`".into(),
        ));
    }
    let Ok(value) = text.parse::<jiff::Timestamp>() else {
        return Err((format!("`{text}` is not a timestamp"), help));
    };
    if value.as_nanosecond() % 1000 != 0 {
        return Err((format!("`{text}` is finer than a microsecond"), help));
    }
    Ok(Literal::Timestamp(value.as_microsecond()))
}

pub(super) fn date(text: &str) -> Outcome {
    let plain = text.len() == 10 || text.starts_with(['-', '+']);
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if plain => Ok(Literal::Date {
            year: date.year(),
            month: date.month(),
            day: date.day(),
        }),
        _ => Err((
            format!("`{text}` is not a date"),
            "write year, month and day: `\"2026-01-31\"`".into(),
        )),
    }
}

pub(super) fn duration(text: &str) -> Outcome {
    let days = days(text).map(|seconds| Literal::Duration {
        seconds,
        nanoseconds: 0,
    });
    let parsed = days.or_else(|| {
        let span = text.parse::<jiff::SignedDuration>().ok()?;
        Some(Literal::Duration {
            seconds: span.as_secs(),
            nanoseconds: span.subsec_nanos(),
        })
    });
    parsed.ok_or_else(|| {
        (
            format!("`{text}` is not a duration"),
            "write `\"90s\"`, `\"1h 30m\"`, `\"7d\"` or ISO 8601: `\"PT1H30M\"`".into(),
        )
    })
}

/// `7d`, `2w`: days of 24 hours.
fn days(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    number.trim().parse::<i64>().ok()?.checked_mul(seconds)
}

/// A positive duration in whole seconds, for `retain=`.
pub(in crate::check) fn seconds(text: &str) -> Option<u64> {
    let Ok(Literal::Duration {
        seconds,
        nanoseconds: 0,
    }) = duration(text)
    else {
        return None;
    };
    u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}
