//! Volume in cubic nanometres, for thresholds, divisors and cubic tiers.

use std::fmt;
use std::str::FromStr;

use crate::units::{Decimal, Length, QuantityError, measured};

/// A volume in cubic nanometres: a cube of 10 m has 10^30 of them, and an `i128` holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Volume(i128);

/// A unit of volume that carriers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeUnit {
    /// Cubic centimetre.
    Cm3,
    /// Cubic inch.
    In3,
    /// Cubic foot, 1,728 cubic inches.
    CuFt,
}

impl VolumeUnit {
    /// Cubic nanometres in one unit.
    pub const fn cubic_nanometres(self) -> i128 {
        match self {
            Self::Cm3 => 10_000_000_i128.pow(3),
            Self::In3 => 25_400_000_i128.pow(3),
            Self::CuFt => 1_728 * 25_400_000_i128.pow(3),
        }
    }

    /// The unit as it is written after a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Cm3 => "cm3",
            Self::In3 => "in3",
            Self::CuFt => "cuft",
        }
    }
}

impl FromStr for VolumeUnit {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        [Self::Cm3, Self::In3, Self::CuFt].into_iter().find(|unit| unit.symbol() == text).ok_or_else(|| {
            QuantityError::Unit { text: text.chars().take(40).collect(), expected: "cm3, in3, cuft", example: "100in3" }
        })
    }
}

impl Volume {
    /// `amount` of `unit`, exactly; `None` when it is finer than a cubic nanometre or does not fit.
    pub fn of(amount: Decimal, unit: VolumeUnit) -> Option<Self> {
        let product = i128::from(amount.mantissa).checked_mul(unit.cubic_nanometres())?;
        let divisor = 10_i128.pow(amount.scale);
        (product % divisor == 0).then_some(Self(product / divisor))
    }

    /// Of a box with these sides; `None` when it does not fit.
    pub fn of_sides([a, b, c]: [Length; 3]) -> Option<Self> {
        let [a, b, c] = [a, b, c].map(|side| u64::try_from(side.nanometres()).ok());
        let (a, b, c) = (a?, b?, c?);
        // Two sides nearly always fit 64 bits, and then all three fit 128.
        let product = match a.checked_mul(b) {
            Some(base) => u128::from(base) * u128::from(c),
            None => (u128::from(a) * u128::from(b)).checked_mul(u128::from(c))?,
        };
        i128::try_from(product).ok().map(Self)
    }

    /// In cubic nanometres.
    pub const fn cubic_nanometres(self) -> i128 {
        self.0
    }

    /// How much larger than `other` this is; `None` when it is not.
    pub(super) fn over(self, other: Self) -> Option<Self> {
        (self > other).then(|| Self(self.0 - other.0))
    }
}

impl FromStr for Volume {
    type Err = QuantityError;

    /// Reads `1728in3`, `0.5 cuft`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (amount, unit) = measured(text)?;
        Self::of(amount, unit).ok_or_else(|| QuantityError::Range(text.chars().take(40).collect()))
    }
}

/// Cubic inches, rounded up to a tenth.
impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenth = VolumeUnit::In3.cubic_nanometres() / 10;
        let tenths = self.0 / tenth + i128::from(self.0 % tenth != 0);
        match tenths % 10 {
            0 => write!(f, "{} in3", tenths / 10),
            part => write!(f, "{}.{part} in3", tenths / 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_foot_is_1728_cubic_inches_and_a_12_inch_cube() {
        let inches: Volume = "1728in3".parse().unwrap();
        assert_eq!("1.00 cuft".parse(), Ok(inches));
        assert_eq!(Volume::of_sides(["12in".parse().unwrap(); 3]), Some(inches));
        assert_eq!(inches.to_string(), "1728 in3");
        assert_eq!("0.1cuft".parse::<Volume>().unwrap().to_string(), "172.8 in3");
    }

    #[test]
    fn a_number_without_a_known_unit_is_refused() {
        for text in ["1728", "1728in", "in3", "1e3in3", ""] {
            assert!(text.parse::<Volume>().is_err(), "{text:?}");
        }
    }
}
