//! One answer of a scale: an exact weight, or the reason there is none.

use super::fault::Fault;

/// What a scale showed at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The weight. Meaningful in the states for which [`Stability::has_weight`] holds, 0 in all others.
    pub picograms: i64,
    /// The unit on the wire; grams where the answer had no weight.
    pub unit: WireUnit,
    /// Sign and digits as on the wire; empty where the answer had no weight.
    pub text: String,
    /// Whether the weight may be used.
    pub state: Stability,
    /// The frame as it came, for the record; at most [`RAW_MAX`] bytes.
    pub raw: Vec<u8>,
}

/// Longer than any frame of a supported scale.
pub const RAW_MAX: usize = 128;

/// Whether a weight may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// At rest, zero or above.
    Stable,
    /// In motion: to be shown, never to be billed.
    Moving,
    /// The protocol does not say: [`super::Steady`] judges it before anybody above sees it.
    Unsaid,
    /// At rest below zero.
    Negative,
    /// At rest at zero, said without a weight: nothing lies there.
    AtZero,
    /// More than the scale can weigh.
    Over,
    /// Less than the scale can show: the pan is off.
    Under,
    /// No weight.
    Fault(Fault),
}

impl Stability {
    /// Whether the reading carries a weight at all.
    #[must_use]
    pub fn has_weight(self) -> bool {
        matches!(self, Self::Stable | Self::Moving | Self::Unsaid | Self::Negative)
    }
}

impl Reading {
    /// An answer that is no weight.
    pub(super) fn without_weight(state: Stability, raw: &[u8]) -> Self {
        let raw = raw[..raw.len().min(RAW_MAX)].to_vec();
        Self { picograms: 0, unit: WireUnit::Gram, text: String::new(), state, raw }
    }

    /// A weight in the unit that the wire names; an unknown name is a fault. `None` for digits that are no number.
    pub(super) fn named(text: String, unit: &str, state: Stability, raw: &[u8]) -> Option<Self> {
        let Some(unit) = WireUnit::from_symbol(unit) else {
            let why = if unit.is_empty() { Fault::NoUnit } else { Fault::UnknownUnit };
            return Some(Self::without_weight(Stability::Fault(why), raw));
        };
        let reading = Self::weighed(text, unit, state == Stability::Moving, raw)?;
        Some(if state == Stability::Unsaid && reading.state.has_weight() { Self { state, ..reading } } else { reading })
    }

    /// A weight as its digits stand on the wire. What cannot be held exactly is a fault, never a rounded weight.
    pub(super) fn weighed(text: String, unit: WireUnit, moving: bool, raw: &[u8]) -> Option<Self> {
        let (mantissa, decimals) = decimal(&text)?;
        let Some(picograms) = exact(mantissa, decimals, unit) else {
            return Some(Self::without_weight(Stability::Fault(Fault::TooFine), raw));
        };
        let state = if moving {
            Stability::Moving
        } else if picograms < 0 {
            Stability::Negative
        } else {
            Stability::Stable
        };
        let raw = raw[..raw.len().min(RAW_MAX)].to_vec();
        Some(Self { picograms, unit, text, state, raw })
    }
}

/// `-12.34` to (-1234, 2). At most 18 digits; exactly one sign, before them; at most one point, between or after them.
fn decimal(text: &str) -> Option<(i64, u32)> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + part.len() > 18 || whole.is_empty() {
        return None;
    }
    let mut mantissa = 0_i64;
    for byte in whole.bytes().chain(part.bytes()) {
        mantissa = mantissa * 10 + i64::from(char::from(byte).to_digit(10)?);
    }
    Some((if negative { -mantissa } else { mantissa }, u32::try_from(part.len()).ok()?))
}

fn exact(mantissa: i64, decimals: u32, unit: WireUnit) -> Option<i64> {
    let scaled = i128::from(mantissa).checked_mul(i128::from(unit.picograms()))?;
    let divisor = 10_i128.checked_pow(decimals)?;
    (scaled % divisor == 0).then(|| i64::try_from(scaled / divisor).ok())?
}

/// A unit of mass as scales name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WireUnit {
    /// mg.
    Milligram,
    /// g.
    Gram,
    /// kg.
    Kilogram,
    /// t.
    Tonne,
    /// Metric carat, 0.2 g.
    Carat,
    /// Grain, 64.79891 mg.
    Grain,
    /// Pennyweight, 24 grains.
    Pennyweight,
    /// Troy ounce, 480 grains.
    TroyOunce,
    /// Avoirdupois ounce, 28.349523125 g.
    Ounce,
    /// Avoirdupois pound, 453.59237 g.
    Pound,
    /// Short ton, 2000 lb.
    ShortTon,
}

impl WireUnit {
    /// Picograms in one unit; every one of them is exact by definition (NIST Handbook 44, appendix C).
    #[must_use]
    pub const fn picograms(self) -> i64 {
        match self {
            Self::Milligram => 1_000_000_000,
            Self::Gram => 1_000_000_000_000,
            Self::Kilogram => 1_000_000_000_000_000,
            Self::Tonne => 1_000_000_000_000_000_000,
            Self::Carat => 200_000_000_000,
            Self::Grain => 64_798_910_000,
            Self::Pennyweight => 24 * 64_798_910_000,
            Self::TroyOunce => 480 * 64_798_910_000,
            Self::Ounce => 28_349_523_125_000,
            Self::Pound => 453_592_370_000_000,
            Self::ShortTon => 2000 * 453_592_370_000_000,
        }
    }

    /// How a person writes it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Milligram => "mg",
            Self::Gram => "g",
            Self::Kilogram => "kg",
            Self::Tonne => "t",
            Self::Carat => "ct",
            Self::Grain => "gr",
            Self::Pennyweight => "dwt",
            Self::TroyOunce => "ozt",
            Self::Ounce => "oz",
            Self::Pound => "lb",
            Self::ShortTon => "ton",
        }
    }

    /// The unit a scale's text names, whatever its case. `None` for a name that has no single value (`tl`) or none.
    #[must_use]
    pub fn from_symbol(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "mg" => Self::Milligram,
            "g" => Self::Gram,
            "kg" => Self::Kilogram,
            "t" => Self::Tonne,
            "ct" => Self::Carat,
            "gr" | "gn" => Self::Grain,
            "dwt" => Self::Pennyweight,
            "ozt" => Self::TroyOunce,
            "oz" => Self::Ounce,
            "lb" | "lbs" => Self::Pound,
            "ton" => Self::ShortTon,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picograms(text: &str, unit: WireUnit) -> Option<i64> {
        let (mantissa, decimals) = decimal(text)?;
        exact(mantissa, decimals, unit)
    }

    #[test]
    fn every_usual_division_of_a_scale_is_exact() {
        assert_eq!(picograms("0.001", WireUnit::Ounce), Some(28_349_523_125));
        assert_eq!(picograms("0.0001", WireUnit::Pound), Some(45_359_237_000));
        assert_eq!(picograms("1.234", WireUnit::Kilogram), Some(1_234_000_000_000_000));
        assert_eq!(picograms("-0.5", WireUnit::Gram), Some(-500_000_000_000));
        assert_eq!(picograms("9223", WireUnit::Kilogram), Some(9_223_000_000_000_000_000));
    }

    #[test]
    fn what_is_finer_than_a_picogram_or_heavier_than_nine_tonnes_is_refused() {
        assert_eq!(picograms("0.0000001", WireUnit::Ounce), None);
        assert_eq!(picograms("9224", WireUnit::Kilogram), None);
        assert_eq!(picograms("999999999999999999", WireUnit::ShortTon), None);
    }

    #[test]
    fn only_plain_decimals_are_numbers() {
        for wrong in
            ["", "-", "+", ".", ".5", "1.2.3", "1,5", "--1", "+-1", "1e3", "0x10", "1 2", "٣", "1234567890123456789"]
        {
            assert_eq!(decimal(wrong), None, "{wrong:?}");
        }
        assert_eq!(decimal("12."), Some((12, 0)));
    }

    #[test]
    fn a_symbol_and_its_unit_are_each_others() {
        use WireUnit::*;
        for unit in [Milligram, Gram, Kilogram, Tonne, Carat, Grain, Pennyweight, TroyOunce, Ounce, Pound, ShortTon] {
            assert_eq!(WireUnit::from_symbol(unit.symbol()), Some(unit));
        }
        assert_eq!(WireUnit::from_symbol("tl"), None);
    }
}
