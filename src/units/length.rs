//! Length in nanometres, and the three dimensions of a box.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Decimal, QuantityError, decimal, measured, shown, unit_of};

/// A length in nanometres: 1/16 in is 1,587,500 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Length(i64);

/// A unit of length that carriers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LengthUnit {
    /// Millimetre.
    Mm,
    /// Centimetre.
    Cm,
    /// Inch, 25.4 mm.
    In,
}

impl LengthUnit {
    /// Nanometres in one unit.
    pub const fn nanometres(self) -> i64 {
        match self {
            Self::Mm => 1_000_000,
            Self::Cm => 10_000_000,
            Self::In => 25_400_000,
        }
    }

    /// The unit as it is written after a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Mm => "mm",
            Self::Cm => "cm",
            Self::In => "in",
        }
    }
}

impl FromStr for LengthUnit {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        [Self::Mm, Self::Cm, Self::In]
            .into_iter()
            .find(|unit| unit.symbol().eq_ignore_ascii_case(text))
            .ok_or_else(|| QuantityError::Unit { text: shown(text), expected: "mm, cm, in", example: "12in" })
    }
}

impl Length {
    /// No length.
    pub const ZERO: Self = Self(0);

    /// From nanometres.
    pub const fn from_nanometres(nanometres: i64) -> Self {
        Self(nanometres)
    }

    /// `amount` of `unit`, exactly; `None` when it is finer than a nanometre or does not fit.
    pub fn of(amount: Decimal, unit: LengthUnit) -> Option<Self> {
        amount.scaled(unit.nanometres()).map(Self)
    }

    /// In nanometres.
    pub const fn nanometres(self) -> i64 {
        self.0
    }

    /// The number of `unit`s with up to `places` decimals, rounded half away from zero: for showing.
    pub fn display(self, unit: LengthUnit, places: u32) -> impl fmt::Display {
        struct LengthIn(i64, i64, u32);
        impl fmt::Display for LengthIn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                decimal::write(f, self.0, self.1, self.2)
            }
        }
        LengthIn(self.0, unit.nanometres(), places)
    }
}

impl FromStr for Length {
    type Err = QuantityError;

    /// Reads `300mm`, `12.5in`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (amount, unit) = measured(text)?;
        Self::of(amount, unit).ok_or_else(|| QuantityError::Range(shown(text)))
    }
}

/// The outside of a box. Its orientation never matters, so the three lengths are kept longest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "[Length; 3]", into = "[Length; 3]")]
pub struct Dims([Length; 3]);

impl Dims {
    /// Longest a side may be: 10 m keeps every product inside `i128`.
    const LONGEST: Length = Length(10_000_000_000);

    /// The three sides in any order; `None` unless each is more than nothing and at most 10 m.
    pub fn new(mut sides: [Length; 3]) -> Option<Self> {
        if sides.iter().any(|side| *side <= Length::ZERO || *side > Self::LONGEST) {
            return None;
        }
        sides.sort_unstable_by(|a, b| b.cmp(a));
        Some(Self(sides))
    }

    /// Longest first.
    pub const fn sides(self) -> [Length; 3] {
        self.0
    }
}

impl TryFrom<[Length; 3]> for Dims {
    type Error = QuantityError;

    fn try_from(sides: [Length; 3]) -> Result<Self, QuantityError> {
        Self::new(sides).ok_or_else(|| QuantityError::Dims(format!("{sides:?}")))
    }
}

impl From<Dims> for [Length; 3] {
    fn from(dims: Dims) -> Self {
        dims.0
    }
}

impl FromStr for Dims {
    type Err = QuantityError;

    /// Reads `12x9x8in`, `30 x 20.5 x 10 cm`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        const EXAMPLE: &str = "12x9x8in";
        let bad = || QuantityError::Dims(shown(text));
        let trimmed = text.trim();
        let unit_at = |(at, last): (usize, char)| at + last.len_utf8();
        let at = trimmed.char_indices().rfind(|(_, c)| !c.is_alphabetic()).map_or(0, unit_at);
        let unit = unit_of::<LengthUnit>(&trimmed[at..], trimmed).map_err(|error| match error {
            QuantityError::Unit { text, expected, .. } => QuantityError::Unit { text, expected, example: EXAMPLE },
            QuantityError::Empty(_) => QuantityError::Empty(EXAMPLE),
            other => other,
        })?;
        let mut sides = [Length::ZERO; 3];
        let mut parts = trimmed[..at].split(['x', 'X', '*']);
        for side in &mut sides {
            let number = parts.next().and_then(|part| Decimal::parse(part.trim()).ok()).ok_or_else(bad)?;
            *side = Length::of(number, unit).ok_or_else(bad)?;
        }
        if parts.next().is_some() {
            return Err(bad());
        }
        Self::new(sides).ok_or_else(bad)
    }
}

/// `305 x 229 x 203 mm`.
impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0.map(|side| side.display(LengthUnit::Mm, 1));
        write!(f, "{a} x {b} x {c} mm")
    }
}
