//! A card: one service's prices and rules for a period.

use std::collections::BTreeSet;

use super::{Dg, Fuel, Prices, Rounding, Signature, Surcharge, Volume, VolumeUnit, ZoneMap};
use crate::units::{Currency, Date, Dims, Length, LengthUnit, Mass, MassUnit};

/// One service's prices and rules from a day on. Built by `config`, which checks that it is whole.
#[derive(Debug, Clone)]
pub struct Card {
    /// First ship date.
    pub from: Date,
    /// Last ship date; `None` while no end is known.
    pub until: Option<Date>,
    /// SHA-256 over every file the card was made from.
    pub hash: String,
    /// Of all its prices.
    pub currency: Currency,
    /// Which origins and destinations it serves, and the zone of each.
    pub zones: ZoneMap,
    /// How the scale's weight becomes a billable one.
    pub weight: WeightRule,
    /// How the sides become a volume and a dimensional weight.
    pub size: SizeRule,
    /// Prices by billable weight.
    pub prices: Prices<Mass>,
    /// Prices by volume, used where they are lower.
    pub cubic: Option<Cubic>,
    /// What it does not carry.
    pub limits: Vec<Limit>,
    /// Dangerous goods it does not carry; [`Dg::Unknown`] never travels, listed or not.
    pub refused_goods: BTreeSet<Dg>,
    /// Signatures it offers, beside none.
    pub signatures: BTreeSet<Signature>,
    /// What is added; at most [`Card::MOST_SURCHARGES`].
    pub surcharges: Vec<Surcharge>,
    /// Charged on the base and on the surcharges that say so.
    pub fuel: Option<Fuel>,
    /// What a person should know of its prices.
    pub notes: Vec<String>,
}

impl Card {
    /// A priced parcel remembers its surcharges as the bits of one number.
    pub const MOST_SURCHARGES: usize = 64;

    pub(super) fn covers(&self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|last| date <= last)
    }
}

/// How the scale's weight becomes a billable one.
#[derive(Debug, Clone)]
pub struct WeightRule {
    /// Of the actual and of the dimensional weight.
    pub rounding: Rounding,
    /// Less is paid as this.
    pub minimum: Mass,
    /// The unit weights are shown in.
    pub unit: MassUnit,
}

/// How the sides become a volume and a dimensional weight.
#[derive(Debug, Clone)]
pub struct SizeRule {
    /// What happens when nobody knows the sides.
    pub without: WithoutDims,
    /// Of each side, before anything is computed from it.
    pub rounding: Rounding,
    /// The unit lengths are shown in.
    pub unit: LengthUnit,
    /// Weight by volume.
    pub dimensional: Option<Dimensional>,
}

/// What a card does with a parcel whose size nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutDims {
    /// It is priced as if its size did not matter, and the quote says so.
    Price,
    /// It is refused.
    Refuse,
}

/// Volume over a divisor, as a weight.
#[derive(Debug, Clone)]
pub struct Dimensional {
    above: Option<Volume>,
    at_most: Option<Mass>,
    picograms: i128,
    cubic_nanometres: i128,
}

impl Dimensional {
    /// `divisor` cubic `volume` units are one `mass` unit, in parcels larger than `above`; what is heavier than
    /// `at_most` counts as that. `None` for a divisor of 0 or one too large to compute with.
    pub fn new(
        divisor: u32,
        (volume, mass): (VolumeUnit, MassUnit),
        above: Option<Volume>,
        at_most: Option<Mass>,
    ) -> Option<Self> {
        let picograms = i128::from(mass.picograms());
        let cubic_nanometres = volume.cubic_nanometres().checked_mul(i128::from(divisor))?;
        if divisor == 0 {
            return None;
        }
        let shared = greatest_common_divisor(picograms, cubic_nanometres);
        Some(Self { above, at_most, picograms: picograms / shared, cubic_nanometres: cubic_nanometres / shared })
    }

    /// The dimensional weight; `Some(None)` where the volume does not count, `None` when it does not fit.
    pub(super) fn weight(&self, volume: Volume, rounding: Rounding) -> Option<Option<Mass>> {
        if self.above.is_some_and(|above| volume <= above) {
            return Some(None);
        }
        let numerator = volume.cubic_nanometres().checked_mul(self.picograms)?;
        let weight = Mass::from_picograms(rounding.quotient(numerator, self.cubic_nanometres)?);
        Some(Some(self.at_most.map_or(weight, |most| weight.min(most))))
    }
}

const fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Prices by volume instead of weight, for parcels that are small enough.
#[derive(Debug, Clone)]
pub struct Cubic {
    /// Prices by volume; what is above the last row has no cubic price.
    pub prices: Prices<Volume>,
    /// Of each side, for this volume alone.
    pub rounding: Rounding,
    /// The heaviest that may have a cubic price, as weighed.
    pub max_weight: Mass,
    /// The longest side that may have a cubic price, as measured.
    pub max_longest: Length,
}

/// Something a card does not carry.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The most it carries; the bound itself is carried.
    pub max: Max,
    /// What a person should know beside the margin.
    pub why: Option<String>,
}

/// The most of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Max {
    /// As weighed.
    Weight(Mass),
    /// Longest side, rounded as the card says.
    Longest(Length),
    /// Longest side and twice the sum of the other two, each rounded as the card says.
    LengthPlusGirth(Length),
    /// Of the rounded sides.
    Volume(Volume),
}

/// The sides after a card's rounding, and what follows from them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    sides: [Length; 3],
    pub(super) volume: Volume,
}

impl Size {
    /// `None` when a rounded side does not fit.
    pub(super) fn new(dims: Dims, rounding: Rounding) -> Option<Self> {
        let [a, b, c] = dims.sides().map(|side| rounding.apply(side.nanometres()).map(Length::from_nanometres));
        let sides = [a?, b?, c?];
        Some(Self { sides, volume: Volume::of_sides(sides)? })
    }

    /// The longest side: rounding keeps the order of [`Dims`].
    pub(super) const fn longest(&self) -> Length {
        self.sides[0]
    }

    /// Longest side and twice the sum of the other two; `None` when it does not fit.
    pub(super) fn length_plus_girth(&self) -> Option<Length> {
        let [a, b, c] = self.sides.map(Length::nanometres);
        b.checked_add(c)?.checked_mul(2)?.checked_add(a).map(Length::from_nanometres)
    }
}
