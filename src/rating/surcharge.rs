//! What is added to the base price: amounts under a condition, and fuel.

use super::Rounding;
use super::amount::Amount;
use super::request::AssessedParcel;
use super::when::{StatedAmount, When};
use crate::units::{Date, Mass};

/// An amount that is added where its condition holds.
#[derive(Debug, Clone)]
pub struct Surcharge {
    /// The name of its line in the price.
    pub name: String,
    /// How much.
    pub charge: Charge,
    /// When it is added.
    pub when: When,
    /// Of the surcharges with the same group that apply, only the first of the list is added.
    pub group: Option<u8>,
    /// Positions of surcharges, earlier in the list, one of which must be added for this one to be.
    pub needs: Vec<usize>,
    /// The base is paid for at least this weight.
    pub minimum: Mass,
    /// Whether fuel is charged on it too.
    pub fuel: bool,
}

/// How much a surcharge adds.
#[derive(Debug, Clone)]
pub struct Charge {
    /// One amount, or one per zone; a zone without one pays nothing.
    pub amount: ByZone,
    /// Of these lines and amounts, beside it.
    pub percent: Option<Percent>,
    /// Never less.
    pub at_least: Option<i64>,
    /// Never more.
    pub at_most: Option<i64>,
}

/// An amount that may depend on the zone.
#[derive(Debug, Clone)]
pub enum ByZone {
    /// Everywhere the same.
    Same(Amount),
    /// By position of the zone.
    Each(Vec<Option<Amount>>),
}

/// A part of something.
#[derive(Debug, Clone)]
pub struct Percent {
    /// Parts per million: 12.5 % is 125,000.
    pub parts_per_million: i64,
    /// Of the base price.
    pub base: bool,
    /// Of these surcharges, earlier in the list.
    pub lines: Vec<usize>,
    /// Of these amounts of the parcel.
    pub of: Vec<StatedAmount>,
}

impl Charge {
    /// A flat amount.
    pub const fn flat(minor: i64) -> Self {
        Self { amount: ByZone::Same(Amount::flat(minor)), percent: None, at_least: None, at_most: None }
    }

    /// The amount in a zone.
    pub(super) fn amount_in(&self, zone: usize) -> Option<Amount> {
        match &self.amount {
            ByZone::Same(amount) => Some(*amount),
            ByZone::Each(amounts) => amounts.get(zone).copied().flatten(),
        }
    }

    /// What it adds; `before` says what a surcharge before it costs. `None` when it does not fit.
    pub(super) fn on(
        &self,
        parcel: &AssessedParcel<'_, '_>,
        base: i64,
        before: impl Fn(usize) -> i64,
        rounding: Rounding,
    ) -> Option<i64> {
        let fixed = match self.amount_in(parcel.zone) {
            Some(amount) => amount.at(parcel.billable, rounding)?,
            None => 0,
        };
        let more = match &self.percent {
            None => 0,
            Some(percent) => {
                let mut sum = if percent.base { base } else { 0 };
                for line in &percent.lines {
                    sum = sum.checked_add(before(*line))?;
                }
                for worth in &percent.of {
                    sum = sum.checked_add(worth.of(parcel).unwrap_or(0))?;
                }
                rounding.part_of(sum, percent.parts_per_million)?
            }
        };
        let sum = fixed.checked_add(more)?;
        let sum = self.at_most.map_or(sum, |most| sum.min(most));
        Some(self.at_least.map_or(sum, |least| sum.max(least)))
    }
}

/// Fuel: a percentage of other lines, each rounded by itself.
#[derive(Debug, Clone)]
pub struct Fuel {
    /// From which day on, how many parts per million; ascending, never empty.
    pub weeks: Vec<(Date, i64)>,
    /// Whether the base price carries it.
    pub on_base: bool,
    /// Of each line's fuel.
    pub rounding: Rounding,
    /// Whether it is a table that wants a new row each week.
    pub weekly: bool,
}

impl Fuel {
    /// The row in force on a day; `None` before the first.
    pub(super) fn on(&self, date: Date) -> Option<(Date, i64)> {
        let after = self.weeks.partition_point(|(from, _)| *from <= date);
        self.weeks.get(after.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuel_of_a_week_counts_from_its_first_day() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let weeks = vec![(day("2026-11-16"), 100), (day("2026-11-23"), 200)];
        let fuel = Fuel { weeks, on_base: true, rounding: Rounding::Nearest(1), weekly: true };
        assert_eq!(fuel.on(day("2026-11-15")), None);
        assert_eq!(fuel.on(day("2026-11-22")), Some((day("2026-11-16"), 100)));
        assert_eq!(fuel.on(day("2026-11-23")), Some((day("2026-11-23"), 200)));
    }
}
