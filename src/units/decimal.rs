//! A decimal number as it was written: digits and where the point stands.

use super::{QuantityError, shown};

/// `mantissa / 10^scale`, exactly as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All digits, with the sign.
    pub mantissa: i64,
    /// How many of them stand after the point (at most 12).
    pub scale: u32,
}

impl Decimal {
    /// Reads `12`, `-0.310`, `+1.5`, `.5`. No exponents, no separators.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let bad = || QuantityError::NotANumber(shown(text));
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() == 0 || fraction.len() > 12 {
            return Err(bad());
        }
        let mut mantissa: i64 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return Err(bad());
            }
            let range = || QuantityError::Range(shown(text));
            mantissa =
                mantissa.checked_mul(10).and_then(|m| m.checked_add(i64::from(byte - b'0'))).ok_or_else(range)?;
        }
        Ok(Self {
            mantissa: if negative { -mantissa } else { mantissa },
            scale: u32::try_from(fraction.len()).unwrap_or(12),
        })
    }

    /// The value in steps of `1 / per_one`; `None` when it does not fall on a step or does not fit.
    pub fn scaled(self, per_one: i64) -> Option<i64> {
        let product = i128::from(self.mantissa) * i128::from(per_one);
        let divisor = 10_i128.pow(self.scale);
        if product % divisor != 0 {
            return None;
        }
        i64::try_from(product / divisor).ok()
    }
}

/// Writes `value / per_one` with up to `places` decimals, cut after the last digit that is not zero; what is finer is
/// rounded half away from zero.
pub(super) fn write(f: &mut std::fmt::Formatter<'_>, value: i64, per_one: i64, places: u32) -> std::fmt::Result {
    let text = fixed(value, per_one, places);
    f.write_str(if places == 0 { &text } else { text.trim_end_matches('0').trim_end_matches('.') })
}

/// `value / per_one` with exactly `places` decimals; what is finer is rounded half away from zero.
pub(super) fn fixed(value: i64, per_one: i64, places: u32) -> String {
    let scale = 10_i128.pow(places);
    let magnitude = i128::from(value).abs() * scale;
    let per_one = i128::from(per_one);
    let steps = (magnitude + per_one / 2) / per_one;
    let (whole, fraction) = (steps / scale, steps % scale);
    let sign = if value < 0 && steps != 0 { "-" } else { "" };
    let width = places as usize;
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction:0width$}") }
}
