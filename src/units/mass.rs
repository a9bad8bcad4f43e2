//! Mass in picograms.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Decimal, QuantityError, decimal, measured, shown};

/// A mass in picograms: an `i64` of them holds 0.001 oz exactly and reaches 9,223 kg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mass(i64);

/// A unit of mass that prices and scales use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MassUnit {
    /// Milligram.
    Mg,
    /// Gram.
    G,
    /// Kilogram.
    Kg,
    /// Avoirdupois ounce, 28.349523125 g.
    Oz,
    /// Avoirdupois pound, 453.59237 g.
    Lb,
}

impl MassUnit {
    /// Picograms in one unit.
    pub const fn picograms(self) -> i64 {
        match self {
            Self::Mg => 1_000_000_000,
            Self::G => 1_000_000_000_000,
            Self::Kg => 1_000_000_000_000_000,
            Self::Oz => 28_349_523_125_000,
            Self::Lb => 453_592_370_000_000,
        }
    }

    /// The unit as it is written after a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Mg => "mg",
            Self::G => "g",
            Self::Kg => "kg",
            Self::Oz => "oz",
            Self::Lb => "lb",
        }
    }
}

impl FromStr for MassUnit {
    type Err = QuantityError;

    /// Its symbol in any case; `lbs` is `lb`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        if text.eq_ignore_ascii_case("lbs") {
            return Ok(Self::Lb);
        }
        [Self::Mg, Self::G, Self::Kg, Self::Oz, Self::Lb]
            .into_iter()
            .find(|unit| unit.symbol().eq_ignore_ascii_case(text))
            .ok_or_else(|| QuantityError::Unit { text: shown(text), expected: "mg, g, kg, oz, lb", example: "310g" })
    }
}

impl Mass {
    /// No mass.
    pub const ZERO: Self = Self(0);

    /// From picograms.
    pub const fn from_picograms(picograms: i64) -> Self {
        Self(picograms)
    }

    /// From whole grams.
    ///
    /// # Panics
    /// Above 9,223,372 g; use [`Mass::of`] for a number that came from outside.
    pub const fn from_grams(grams: i64) -> Self {
        Self(grams * MassUnit::G.picograms())
    }

    /// `amount` of `unit`, exactly; `None` when it is finer than a picogram or does not fit.
    pub fn of(amount: Decimal, unit: MassUnit) -> Option<Self> {
        amount.scaled(unit.picograms()).map(Self)
    }

    /// In picograms.
    pub const fn picograms(self) -> i64 {
        self.0
    }

    /// Whole grams, rounded half away from zero: for showing, never for pricing.
    pub fn grams_rounded(self) -> i64 {
        let half = MassUnit::G.picograms() / 2;
        (self.0 + half * self.0.signum()) / MassUnit::G.picograms()
    }

    /// The sum, or `None` when it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `self` times `count`, or `None` when it does not fit.
    pub fn checked_mul(self, count: i64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }

    /// The number of `unit`s, with as many decimals as `places`, rounded half away from zero: for showing.
    pub fn display(self, unit: MassUnit, places: u32) -> impl fmt::Display {
        struct MassIn(i64, i64, u32);
        impl fmt::Display for MassIn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                decimal::write(f, self.0, self.1, self.2)
            }
        }
        MassIn(self.0, unit.picograms(), places)
    }

    /// The number of `unit`s with exactly `places` decimals, as a scale shows it: `0.850`.
    pub fn fixed(self, unit: MassUnit, places: u32) -> String {
        decimal::fixed(self.0, unit.picograms(), places)
    }
}

impl FromStr for Mass {
    type Err = QuantityError;

    /// Reads `310g`, `1.2 kg`, `12oz`, `1 LBS`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (amount, unit) = measured(text)?;
        Self::of(amount, unit).ok_or_else(|| QuantityError::Range(shown(text)))
    }
}

/// Kilograms with up to six decimals.
impl fmt::Display for Mass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kg", self.display(MassUnit::Kg, 6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_in_any_case_and_pounds_in_the_plural() {
        for (text, same) in [("1 lbs", "1lb"), ("1 LB", "1lb"), ("2Lbs", "2lb"), ("0.31 KG", "310g")] {
            assert_eq!(text.parse::<Mass>(), same.parse::<Mass>(), "{text}");
        }
    }

    #[test]
    fn a_mass_without_a_known_unit_is_shown_whole() {
        for text in ["310", "310克", "310.0", "3 stone", "310㎏"] {
            let said = text.parse::<Mass>().expect_err(text).to_string();
            assert_eq!(said, format!("{text:?} has no known unit; write one of mg, g, kg, oz, lb, such as 310g"));
        }
        assert_eq!(
            "".parse::<Mass>().expect_err("nothing").to_string(),
            "it is empty; write a number and its unit, such as 310g"
        );
        for text in ["kg", "0,31kg", "a lot kg"] {
            let said = text.parse::<Mass>().expect_err(text).to_string();
            assert!(
                said.starts_with(&format!("{text:?} is ")) || said.starts_with(&format!("{text:?} has ")),
                "{said}"
            );
        }
    }
}
