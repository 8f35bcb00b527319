//! Decimals in keys: by value, so that 1.10 and 1.1 are one key.
//!
//! `01` is zero. A positive number is `02`, an exponent byte, its significant digits in pairs (each pair plus one, so never
//! `00`), and `00`. A negative number is `00` and the inverted bytes of the rest. The exponent is that of 0.d₁d₂… × 10ᵉ with
//! d₁ ≠ 0, plus 64.

use super::{KeyReader, KeyWriter};
use crate::{Decimal, value::DecodeError};

/// Digits that a decimal may have.
pub(crate) const MAX_DIGITS: u32 = 28;
const NEGATIVE: u8 = 0;
const ZERO: u8 = 1;
const POSITIVE: u8 = 2;
const BIAS: i32 = 64;

pub(super) fn put(value: Decimal, out: &mut KeyWriter<'_>) {
    let value = value.normalize();
    let mantissa = value.mantissa().unsigned_abs();
    if mantissa == 0 {
        return out.raw(&[ZERO]);
    }
    let digits = mantissa.to_string();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if digits.len() > MAX_DIGITS as usize {
        return out.refuse(format!("a decimal has at most {MAX_DIGITS} digits"));
    }
    let scale = i32::try_from(value.scale()).unwrap_or(i32::MAX);
    let exponent = u8::try_from(count - scale + BIAS).unwrap_or(u8::MAX);
    let negative = value.is_sign_negative();
    let start = out.bytes.len() + 1;
    out.raw(&[if negative { NEGATIVE } else { POSITIVE }, exponent]);
    // Trailing zeros of the mantissa do not count: 10 and 1 × 10¹ are one value.
    let digits = digits.trim_end_matches('0').as_bytes();
    for pair in digits.chunks(2) {
        let tens = pair[0] - b'0';
        let ones = pair.get(1).map_or(0, |digit| digit - b'0');
        out.raw(&[tens * 10 + ones + 1]);
    }
    out.raw(&[0]);
    if negative {
        for byte in &mut out.bytes[start..] {
            *byte = !*byte;
        }
    }
}

pub(super) fn take(from: &mut KeyReader<'_>) -> Result<Decimal, DecodeError> {
    let [sign] = from.array()?;
    let mask = match sign {
        ZERO => return Ok(Decimal::ZERO),
        POSITIVE => 0,
        NEGATIVE => 0xff,
        other => return Err(DecodeError::Malformed(format!("decimal sign {other:02x}"))),
    };
    let [exponent] = from.array::<1>()?.map(|byte| byte ^ mask);
    let (mut mantissa, mut digits) = (0_i128, 0_i32);
    loop {
        let pair = match from.array::<1>()?.map(|byte| byte ^ mask) {
            [0] => break,
            [pair @ 1..=100] if digits < 29 => i128::from(pair - 1),
            [other] => {
                return Err(DecodeError::Malformed(format!(
                    "decimal digits {other:02x}"
                )));
            }
        };
        mantissa = mantissa * 100 + pair;
        digits += 2;
    }
    // The value is mantissa × 10^(exponent − digits).
    let mut scale = digits - (i32::from(exponent) - BIAS);
    while scale < 0 {
        mantissa = mantissa.checked_mul(10).ok_or(DecodeError::Truncated)?;
        scale += 1;
    }
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    let signed = if mask == 0 { mantissa } else { -mantissa };
    Decimal::try_from_i128_with_scale(signed, scale.unsigned_abs()).map_err(DecodeError::malformed)
}
