//! What would have changed a choice: a little less weight, or a box a little shorter, that makes the parcel cheaper.
//!
//! Bounds that are near are looked for in the cards; then the parcel is rated again as it would be said: `30 g less` is
//! tried with 30 g less. What is promised is what comes out.

use super::availability::Availability;
use super::cards::RatedParcel;
use super::price::Offer;
use super::refused::RefusalReason;
use super::when::{Condition, Measure};
use super::{Basis, Change, Maximum, ParcelToRate, Policy, Rounding};
use crate::units::{Dims, Length, LengthUnit, Mass, Money};

/// Less than this part of what there is is a little.
const LITTLE: i64 = 10;
/// How many steps of rounding a box is tried shorter.
const STEPS: usize = 4;

impl RatedParcel<'_> {
    /// The least that is less, of the weight and of the longest side, and with which some service costs less than the
    /// choice does.
    pub(super) fn changes(&self, parcel: &ParcelToRate, availability: &Availability, policy: &Policy) -> Vec<Change> {
        let Some(now) = self.offers().next() else { return Vec::new() };
        // A trial or a share goes its way whatever it costs.
        if availability.of(now.service).priority.is_some() {
            return Vec::new();
        }
        let try_out = |changed: &ParcelToRate, what: &str, less: String| {
            let rated = self.cards.rate(changed, availability, policy);
            let offer = rated.offers().next()?;
            let saves = now.compared.checked_sub(offer.compared).filter(|saves| *saves > 0)?;
            Some(Change {
                what: what.to_owned(),
                less,
                service: rated.service(offer.service).clone(),
                total: Money::new(offer.total, offer.card.currency),
                saves: Money::new(saves, self.currency),
            })
        };
        let lighter = nearest(parcel.mass.picograms(), self.weights(parcel), GRAM).into_iter().find_map(|less| {
            let mass = Mass::from_picograms(parcel.mass.picograms() - less);
            try_out(&ParcelToRate { mass, ..parcel.clone() }, "weight", format!("{} g", less / GRAM))
        });
        let shorter = parcel.dims.and_then(|dims| {
            let unit = now.card.size.unit;
            let [longest, b, c] = dims.sides();
            nearest(longest.nanometres(), self.lengths(dims, now), shown_step(unit)).into_iter().find_map(|less| {
                let to = Length::from_nanometres(longest.nanometres() - less);
                // Another side would be the longest.
                let dims = Dims::new([to, b, c]).filter(|_| to >= b)?;
                let less = format!("{} {}", Length::from_nanometres(less).display(unit, 2), unit.symbol());
                try_out(&ParcelToRate { dims: Some(dims), ..parcel.clone() }, "longest side", less)
            })
        });
        lighter.into_iter().chain(shorter).collect()
    }

    /// Weights, in picograms, at which something becomes cheaper or is carried at all.
    fn weights(&self, parcel: &ParcelToRate) -> Vec<i64> {
        let mut weights = Vec::new();
        for offer in self.offers() {
            let card = offer.card;
            let under = i64::from(card.prices.is_under());
            let row = card.prices.below(offer.row as usize).filter(|_| offer.basis != Basis::Cubic);
            weights.extend(row.map(|bound| bound.picograms() - under));
            if offer.basis == Basis::Actual {
                weights.extend(card.weight.rounding_of(parcel.mass).below(offer.billable.picograms()));
            }
            weights.extend(card.cubic.as_ref().map(|cubic| cubic.max_weight.picograms()));
            let light = card.size.dimensional.as_ref().and_then(|dimensional| dimensional.actual_above);
            weights.extend(light.map(Mass::picograms));
            weights.extend(card.conditions().filter_map(|condition| match condition {
                Condition::Weight(above) => Some(above.over.picograms()),
                _ => None,
            }));
        }
        weights.extend(self.refused.iter().filter_map(|(_, refused)| match refused {
            RefusalReason::Weight(limit, _) => match limit.max {
                Maximum::Weight(max) => Some(max.picograms()),
                _ => None,
            },
            _ => None,
        }));
        weights
    }

    /// The same for the longest side, in nanometres.
    fn lengths(&self, dims: Dims, now: &Offer<'_>) -> Vec<i64> {
        let longest = dims.sides()[0].nanometres();
        let mut lengths = Vec::new();
        for card in self.offers().map(|offer| offer.card) {
            lengths.extend(card.cubic.as_ref().map(|cubic| cubic.max_longest.nanometres()));
            lengths.extend(card.conditions().filter_map(|condition| match condition {
                Condition::Size(Measure::Longest, above) => Some(above.over.nanometres()),
                _ => None,
            }));
        }
        lengths.extend(self.refused.iter().filter_map(|(_, refused)| match refused {
            RefusalReason::Length(limit, _) => match limit.max {
                Maximum::Size(Measure::Longest, max) => Some(max.nanometres()),
                _ => None,
            },
            _ => None,
        }));
        let sides = now.card.size.dimensional.as_ref().map(|_| now.card.size.rounding);
        for rounding in sides.into_iter().chain(now.card.cubic.as_ref().map(|cubic| cubic.rounding)) {
            let shorter = |side: &i64| rounding.below(rounding.apply(*side)?);
            lengths.extend(std::iter::successors(shorter(&longest), shorter).take(STEPS));
        }
        lengths
    }
}

const GRAM: i64 = 1_000_000_000_000;

/// Lengths are said to this.
fn shown_step(unit: LengthUnit) -> i64 {
    unit.nanometres() / 100
}

/// By how much less, in whole steps and the least first, each of these bounds is reached; without those that are more than
/// a little away.
fn nearest(now: i64, bounds: Vec<i64>, step: i64) -> Vec<i64> {
    let less = |bound: i64| Rounding::Up(step).apply(now.checked_sub(bound)?);
    let mut less: Vec<i64> =
        bounds.into_iter().filter_map(less).filter(|less| (1..=now / LITTLE).contains(less)).collect();
    less.sort_unstable();
    less.dedup();
    less
}
