//! Conditions on what is known of a parcel: when a surcharge is added, when a rule refuses.

use std::collections::BTreeSet;

use super::area::PlaceMap;
use super::billable::RoundedSize;
use super::request::AssessedParcel;
use super::{Dg, Extra, Signature, Terms, Volume};
use crate::units::{Date, Length, Mass};

/// When something holds: all of `all`, and one of `any` unless that is empty.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// Each of these.
    pub all: Vec<Condition>,
    /// And all of one of these lists.
    pub any: Vec<Vec<Condition>>,
}

/// A condition. One on a size or an amount that nobody knows does not hold.
#[derive(Debug, Clone)]
pub enum Condition {
    /// By the weight on the scale.
    Weight(Band<Mass>),
    /// By the billable weight, before any surcharge raises it.
    Billable(Band<Mass>),
    /// By a measure of the rounded sides.
    Size(Measure, Band<Length>),
    /// By the volume of the rounded sides.
    Volume(Band<Volume>),
    /// By an amount of the parcel, in the card's currency.
    Amount(StatedAmount, Band<i64>),
    /// To a list of places.
    Area(PlaceMap),
    /// To a home, or not.
    Residential(bool),
    /// To a post-office box, or not.
    PoBox(bool),
    /// With one of these signatures.
    Signature(BTreeSet<Signature>),
    /// With one of these goods inside.
    Goods(BTreeSet<Dg>),
    /// When the carrier must do this.
    Extra(Extra),
    /// Under these terms.
    Terms(Terms),
    /// To these zones, by position.
    Zones(BTreeSet<usize>),
    /// Shipped from one day of the year to another, both included; it may cross New Year.
    Season(Season),
    /// Shipped from one date to another, both included.
    Dates(Date, Date),
}

/// A measure of a box. Its sides are sorted: the longest is the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The longest side.
    Longest,
    /// The second longest.
    Second,
    /// The longest and twice the sum of the others.
    LengthPlusGirth,
    /// All three.
    Sum,
}

/// An amount that an order states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatedAmount {
    /// Declared.
    Value,
    /// Insured.
    Insured,
    /// To be collected.
    Cod,
}

/// Days of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    /// First month and day.
    pub from: (u8, u8),
    /// Last month and day.
    pub until: (u8, u8),
}

/// Over a bound, and not over another.
#[derive(Debug, Clone, Copy)]
pub struct Band<T> {
    /// The bound itself is not over it.
    pub over: T,
    /// The last that still counts.
    pub up_to: Option<T>,
}

impl<T: Copy + Ord> Band<T> {
    pub(super) fn holds(self, value: T) -> bool {
        value > self.over && self.up_to.is_none_or(|last| value <= last)
    }
}

impl Season {
    fn holds(self, date: Date) -> bool {
        let day = (date.month(), date.day());
        if self.from <= self.until {
            (self.from..=self.until).contains(&day)
        } else {
            day >= self.from || day <= self.until
        }
    }
}

impl Measure {
    /// Of a box; `None` when it does not fit.
    pub(super) fn of(self, size: &RoundedSize) -> Option<Length> {
        let [a, b, c] = size.sides.map(Length::nanometres);
        let sum = match self {
            Self::Longest => a,
            Self::Second => b,
            Self::LengthPlusGirth => b.checked_add(c)?.checked_mul(2)?.checked_add(a)?,
            Self::Sum => a.checked_add(b)?.checked_add(c)?,
        };
        Some(Length::from_nanometres(sum))
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Longest => "longest side",
            Self::Second => "second longest side",
            Self::LengthPlusGirth => "length plus girth",
            Self::Sum => "sum of the sides",
        }
    }
}

impl StatedAmount {
    /// In minor units of the card's currency; `None` when nobody said it, or in another one.
    pub(super) fn of(self, parcel: &AssessedParcel<'_, '_>) -> Option<i64> {
        let stated = parcel.request.parcel;
        let amount = match self {
            Self::Value => stated.value,
            Self::Insured => stated.insured,
            Self::Cod => stated.cod,
        };
        amount.filter(|amount| amount.currency == parcel.currency).map(|amount| amount.minor)
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "declared value",
            Self::Insured => "insured value",
            Self::Cod => "cash on delivery",
        }
    }
}

impl When {
    pub(super) fn holds(&self, parcel: &AssessedParcel<'_, '_>) -> bool {
        let all = |list: &[Condition]| list.iter().all(|condition| condition.holds(parcel));
        all(&self.all) && (self.any.is_empty() || self.any.iter().any(|list| all(list)))
    }

    /// Every condition of it.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.all.iter().chain(self.any.iter().flatten())
    }
}

impl Condition {
    fn holds(&self, parcel: &AssessedParcel<'_, '_>) -> bool {
        let (request, size) = (parcel.request, parcel.size);
        let asked = request.parcel;
        match self {
            Self::Weight(above) => above.holds(asked.mass),
            Self::Billable(above) => above.holds(parcel.billable),
            Self::Size(measure, above) => size.and_then(|size| measure.of(size)).is_some_and(|it| above.holds(it)),
            Self::Volume(above) => size.is_some_and(|size| above.holds(size.volume)),
            Self::Amount(worth, above) => worth.of(parcel).is_some_and(|minor| above.holds(minor)),
            Self::Area(area) => area.get(&request.to).is_some(),
            Self::Residential(home) => asked.to.residential == *home,
            Self::PoBox(only) => asked.to.po_box == *only,
            Self::Signature(signatures) => signatures.contains(&asked.signature),
            Self::Goods(goods) => asked.dg.iter().any(|class| goods.contains(class)),
            Self::Extra(extra) => request.extras.contains(extra),
            Self::Terms(terms) => asked.terms_that_matter() == Some(*terms),
            Self::Zones(zones) => zones.contains(&parcel.zone),
            Self::Season(season) => season.holds(parcel.ship_date),
            Self::Dates(from, until) => (*from..=*until).contains(&parcel.ship_date),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_not_over_itself() {
        let above = Band { over: 22, up_to: Some(30) };
        assert_eq!([22, 23, 30, 31].map(|value| above.holds(value)), [false, true, true, false]);
    }

    #[test]
    fn a_season_may_cross_new_year() {
        let winter = Season { from: (10, 1), until: (1, 15) };
        let holds = |date: &str| winter.holds(date.parse().unwrap());
        assert_eq!(
            ["2026-09-30", "2026-10-01", "2026-12-31", "2027-01-15", "2027-01-16"].map(holds),
            [false, true, true, true, false]
        );
        let summer = Season { from: (6, 1), until: (8, 31) };
        assert!(summer.holds("2026-08-31".parse().unwrap()) && !summer.holds("2026-09-01".parse().unwrap()));
    }
}
