//! A card: one service's prices and rules for a period.

use std::collections::BTreeSet;

use super::when::{Condition, Measure, When, Worth};
use super::{Dg, Extra, Fuel, Prices, Rounding, Signature, Surcharge, Terms, Volume, VolumeUnit, ZoneMap};
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
    /// Days on the way, by zone, where the zone table does not say it.
    pub days: Vec<Option<u16>>,
    /// How the scale's weight becomes a billable one.
    pub weight: WeightRule,
    /// How the sides become a volume and a dimensional weight.
    pub size: SizeRule,
    /// Prices by billable weight.
    pub prices: Prices<Mass>,
    /// The base is never less, in minor units.
    pub minimum_charge: i64,
    /// Prices by volume, used where they are lower.
    pub cubic: Option<Cubic>,
    /// How amounts that come out of a rate or a percentage are rounded.
    pub money: MoneyRule,
    /// What it does not carry, by measure.
    pub limits: Vec<Limit>,
    /// What else it does not carry.
    pub refuses: Vec<Refuse>,
    /// Dangerous goods it does not carry; [`Dg::Unknown`] never travels, listed or not.
    pub refused_goods: BTreeSet<Dg>,
    /// Signatures it offers, beside none.
    pub signatures: BTreeSet<Signature>,
    /// What else it does when asked.
    pub extras: BTreeSet<Extra>,
    /// Under which terms; empty where it does not say who pays duty: then it carries nothing that asks.
    pub terms: BTreeSet<Terms>,
    /// What is added; at most [`Card::MOST_SURCHARGES`].
    pub surcharges: Vec<Surcharge>,
    /// Charged on the base and on the surcharges that say so.
    pub fuel: Option<Fuel>,
    /// Discounts on the base by the month's parcels, ascending.
    pub tiers: Vec<Tier>,
    /// What a person should know of its prices.
    pub notes: Vec<String>,
}

impl Card {
    /// A priced parcel remembers its surcharges as the bits of one number.
    pub const MOST_SURCHARGES: usize = 64;

    pub(super) fn covers(&self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|last| date <= last)
    }

    pub(super) fn is_named(&self) -> bool {
        self.zones.is_named() || self.conditions().any(|c| matches!(c, Condition::Area(area) if area.is_named()))
    }

    /// Whether anything of it depends on the declared value.
    pub(super) fn reads_value(&self) -> bool {
        let charged = |surcharge: &Surcharge| {
            surcharge.charge.percent.as_ref().is_some_and(|percent| percent.of.contains(&Worth::Value))
        };
        self.limits.iter().any(|limit| matches!(limit.max, Max::Amount(Worth::Value, _)))
            || self.conditions().any(|c| matches!(c, Condition::Amount(Worth::Value, _)))
            || self.surcharges.iter().any(charged)
    }

    /// Every condition of its surcharges and refusals.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let surcharges = self.surcharges.iter().map(|surcharge| &surcharge.when);
        surcharges.chain(self.refuses.iter().map(|refuse| &refuse.when)).flat_map(When::conditions)
    }
}

/// How the scale's weight becomes a billable one.
#[derive(Debug, Clone)]
pub struct WeightRule {
    /// Of the actual and of the dimensional weight.
    pub rounding: Rounding,
    /// What is over a weight is rounded another way; ascending.
    pub above: Vec<(Mass, Rounding)>,
    /// Less is paid as this.
    pub minimum: Mass,
    /// The unit weights are shown in.
    pub unit: MassUnit,
}

impl WeightRule {
    /// The rounding of a weight.
    pub(super) fn rounding_of(&self, weight: Mass) -> Rounding {
        self.above.iter().rev().find(|(over, _)| weight > *over).map_or(self.rounding, |(_, rounding)| *rounding)
    }

    /// `numerator / denominator` picograms rounded; `None` when it does not fit.
    pub(super) fn round(&self, numerator: i128, denominator: i128) -> Option<Mass> {
        let rounding = if self.above.is_empty() {
            self.rounding
        } else {
            // Which rounding counts is decided by the weight itself: what is over a bound by anything is over it.
            self.rounding_of(Mass::from_picograms(Rounding::Exact.quotient(numerator, denominator)?))
        };
        rounding.quotient(numerator, denominator).map(Mass::from_picograms)
    }
}

/// How amounts are rounded.
#[derive(Debug, Clone, Copy)]
pub struct MoneyRule {
    /// Of each line that a rate or a percentage makes.
    pub lines: Rounding,
    /// Of the sum; what it changes is a line of its own.
    pub total: Rounding,
}

/// A discount on the base from a number of parcels a month on.
#[derive(Debug, Clone, Copy)]
pub struct Tier {
    /// More parcels than this, this month, on the account.
    pub over: u64,
    /// Parts per million of the base.
    pub parts_per_million: i64,
}

/// Something a card does not carry, whatever it measures.
#[derive(Debug, Clone)]
pub struct Refuse {
    /// Of the rule, as programs compare it.
    pub name: String,
    /// For people.
    pub why: String,
    /// When.
    pub when: When,
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
    /// The volume does not count in parcels up to this size.
    pub above: Option<Volume>,
    /// A dimensional weight above this counts as this.
    pub at_most: Option<Mass>,
    /// The volume does not count in parcels that weigh up to this.
    pub actual_above: Option<Mass>,
    /// Which part of what the volume weighs more than the scale says is paid: 100 % everywhere but where half of it is
    /// (半抛).
    pub share: i64,
    /// As a person reads the divisor: `139 in3/lb`.
    pub(super) shown: String,
    /// One cube of a rounding step to each side weighs this many picograms, over this many.
    per_cube: (i128, i128),
}

impl Dimensional {
    /// All of the difference is paid.
    pub const WHOLE: i64 = 100;

    /// `divisor` cubic `volume` units are one `mass` unit, of sides rounded like this. `None` for a divisor of 0 or one
    /// too large to compute with.
    pub fn new(divisor: u32, (volume, mass): (VolumeUnit, MassUnit), sides: Rounding) -> Option<Self> {
        let cube = i128::from(sides.step()).checked_pow(3)?;
        let picograms = i128::from(mass.picograms());
        let cubic_nanometres = volume.cubic_nanometres().checked_mul(i128::from(divisor))?;
        if divisor == 0 {
            return None;
        }
        // Reduced before they are multiplied: a cube of a metre has 10^27 cubic nanometres.
        let shared = greatest_common_divisor(cube, cubic_nanometres);
        let (cube, cubic_nanometres) = (cube / shared, cubic_nanometres / shared);
        let shared = greatest_common_divisor(picograms, cubic_nanometres);
        let per_cube = ((picograms / shared).checked_mul(cube)?, cubic_nanometres / shared);
        let shown = format!("{divisor} {}/{}", volume.symbol(), mass.symbol());
        Some(Self { above: None, at_most: None, actual_above: None, share: Self::WHOLE, shown, per_cube })
    }

    /// The dimensional weight, rounded; `Some(None)` where the volume does not count, `None` when it does not fit.
    pub(super) fn weight(&self, size: &Size, actual: Mass, rule: &WeightRule) -> Option<Option<Mass>> {
        if self.above.is_some_and(|above| size.volume <= above)
            || self.actual_above.is_some_and(|above| actual <= above)
        {
            return Some(None);
        }
        let (picograms, mut denominator) = self.per_cube;
        let mut numerator = match (u64::try_from(size.cubes), u64::try_from(picograms)) {
            (Ok(cubes), Ok(picograms)) => i128::try_from(u128::from(cubes) * u128::from(picograms)).ok()?,
            _ => size.cubes.checked_mul(picograms)?,
        };
        if self.share != Self::WHOLE {
            // actual + share of (volume - actual), in one fraction, so that it is rounded once.
            let (share, whole) = (i128::from(self.share), i128::from(Self::WHOLE));
            let scale = i128::from(actual.picograms()).checked_mul(denominator)?.checked_mul(whole - share)?;
            numerator = numerator.checked_mul(share)?.checked_add(scale)?;
            denominator = denominator.checked_mul(whole)?;
        }
        let weight = rule.round(numerator, denominator)?;
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

/// The most a card carries.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The bound itself is carried.
    pub max: Max,
    /// To these zones only, by position; to all when empty.
    pub zones: BTreeSet<usize>,
    /// What a person should know beside the margin.
    pub why: Option<String>,
}

/// The most of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Max {
    /// As weighed.
    Weight(Mass),
    /// Of the rounded sides.
    Size(Measure, Length),
    /// Of the rounded sides.
    Volume(Volume),
    /// In minor units of the card's currency.
    Amount(Worth, i64),
}

/// The sides after a card's rounding, longest first (rounding keeps the order of [`Dims`]), and what follows from them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) sides: [Length; 3],
    pub(super) volume: Volume,
    /// The volume in cubes of one rounding step.
    cubes: i128,
}

impl Size {
    /// `None` when a rounded side does not fit.
    pub(super) fn new(dims: Dims, rounding: Rounding) -> Option<Self> {
        let [a, b, c] = dims.sides().map(|side| rounding.steps(side.nanometres()));
        let steps = [a?, b?, c?];
        let [a, b, c] = steps.map(|steps| steps.checked_mul(rounding.step()).map(Length::from_nanometres));
        let sides = [a?, b?, c?];
        let [a, b, c] = steps.map(i128::from);
        let cubes = match steps[0].checked_mul(steps[1]).and_then(|base| base.checked_mul(steps[2])) {
            Some(cubes) => i128::from(cubes),
            None => a.checked_mul(b)?.checked_mul(c)?,
        };
        Some(Self { sides, volume: Volume::of_sides(sides)?, cubes })
    }
}
