//! What is added to the base price: fixed amounts under a condition, and fuel.

use std::collections::BTreeSet;

use super::card::Size;
use super::price::Asked;
use super::{PostcodeMap, Signature, Volume};
use crate::units::Length;

/// A fixed amount that is added where its condition holds. Surcharges stack.
#[derive(Debug, Clone)]
pub struct Surcharge {
    /// The name of its line in the price.
    pub name: String,
    /// Minor units of the card's currency.
    pub amount: i64,
    /// When it is added.
    pub applies: Applies,
    /// Whether fuel is charged on it too.
    pub fuel: bool,
}

/// The condition of a surcharge.
#[derive(Debug, Clone)]
pub enum Applies {
    /// By the longest side.
    Longest(Above<Length>),
    /// By volume.
    Volume(Above<Volume>),
    /// To a list of postcodes.
    Area(PostcodeMap),
    /// To a home.
    Residential,
    /// With one of these signatures.
    Signature(BTreeSet<Signature>),
}

/// Over a bound, and not over another.
#[derive(Debug, Clone, Copy)]
pub struct Above<T> {
    /// The bound itself is not over it.
    pub over: T,
    /// The last that still counts.
    pub up_to: Option<T>,
}

impl<T: Copy + Ord> Above<T> {
    fn holds(self, value: T) -> bool {
        value > self.over && self.up_to.is_none_or(|last| value <= last)
    }
}

impl Applies {
    /// Whether the condition holds; a condition on a size that nobody knows does not.
    pub(super) fn holds(&self, asked: &Asked<'_>, size: Option<&Size>) -> bool {
        match self {
            Self::Longest(above) => size.is_some_and(|size| above.holds(size.longest())),
            Self::Volume(above) => size.is_some_and(|size| above.holds(size.volume)),
            Self::Area(area) => asked.to.is_some_and(|place| area.get(place).is_some()),
            Self::Residential => asked.parcel.to.residential,
            Self::Signature(signatures) => signatures.contains(&asked.parcel.signature),
        }
    }
}

/// A percentage of other lines, each rounded half up by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fuel {
    /// Parts per million: 12.5 % is 125,000.
    pub parts_per_million: i64,
    /// Whether the base price carries it.
    pub on_base: bool,
}

impl Fuel {
    /// The fuel on one line; `None` when it does not fit.
    pub(super) fn on(self, amount: i64) -> Option<i64> {
        let parts = i128::from(amount).checked_mul(i128::from(self.parts_per_million))?;
        i64::try_from(parts.checked_add(500_000)?.div_euclid(1_000_000)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuel_is_rounded_half_up() {
        let fuel = Fuel { parts_per_million: 125_000, on_base: true };
        assert_eq!([0, 3, 4, 100, 1000].map(|amount| fuel.on(amount)), [0, 0, 1, 13, 125].map(Some));
        assert_eq!(Fuel { parts_per_million: i64::MAX, on_base: true }.on(i64::MAX), None);
    }

    #[test]
    fn a_bound_is_not_over_itself() {
        let above = Above { over: 22, up_to: Some(30) };
        assert_eq!([22, 23, 30, 31].map(|value| above.holds(value)), [false, true, true, false]);
    }
}
