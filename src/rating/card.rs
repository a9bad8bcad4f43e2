//! A card: one service's prices and rules for a period.

use std::collections::BTreeSet;

use super::when::{Condition, Measure, StatedAmount, When};
use super::{Dg, Extra, Fuel, Prices, Rounding, Signature, SizeRule, Surcharge, Terms, Volume, WeightRule, ZoneMap};
use crate::units::{Currency, Date, Length, Mass};

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
    pub refuses: Vec<RefusalRule>,
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
    /// Its prices are an example; `notes` says so, too.
    pub invented: bool,
    /// What a person should know of its prices.
    pub notes: Vec<String>,
}

impl Card {
    /// What the notes of a card with invented prices say.
    pub const INVENTED: &str = "invented prices";
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
            surcharge.charge.percent.as_ref().is_some_and(|percent| percent.of.contains(&StatedAmount::Value))
        };
        self.limits.iter().any(|limit| matches!(limit.max, Maximum::Amount(StatedAmount::Value, _)))
            || self.conditions().any(|c| matches!(c, Condition::Amount(StatedAmount::Value, _)))
            || self.surcharges.iter().any(charged)
    }

    /// Every condition of its surcharges and refusals.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let surcharges = self.surcharges.iter().map(|surcharge| &surcharge.when);
        surcharges.chain(self.refuses.iter().map(|refuse| &refuse.when)).flat_map(When::conditions)
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
pub struct RefusalRule {
    /// Of the rule, as programs compare it.
    pub name: String,
    /// For people.
    pub why: String,
    /// When.
    pub when: When,
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
    pub max: Maximum,
    /// To these zones only, by position; to all when empty.
    pub zones: BTreeSet<usize>,
    /// What a person should know beside the margin.
    pub why: Option<String>,
}

/// The most of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maximum {
    /// As weighed.
    Weight(Mass),
    /// Of the rounded sides.
    Size(Measure, Length),
    /// Of the rounded sides.
    Volume(Volume),
    /// In minor units of the card's currency.
    Amount(StatedAmount, i64),
}
