//! Which of the services that carry a parcel is chosen: the policy of `station.toml`.

use super::Rounding;
use super::availability::{Availability, DeliveryRecord};
use super::price::Offer;
use crate::ids::ServiceId;
use crate::units::{Currency, Date, Decimal};

/// How the choice is made.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What decides between services.
    pub goal: Goal,
    /// The currency in which prices are compared. Without one it is that of the first service that collects where the
    /// parcel is.
    pub currency: Option<Currency>,
    /// Exchange rates, used only to compare prices.
    pub exchange: Vec<Exchange>,
    /// Services that are used only when no other carries the parcel, in the order in which they are tried.
    pub last_resort: Vec<ServiceId>,
}

/// What decides when several services carry a parcel.
#[derive(Debug, Clone, Default)]
pub enum Goal {
    /// The lowest price; of two at one price the faster, then the first by name.
    #[default]
    Cheapest,
    /// The earliest arrival; of two on one day the cheaper. A service that does not say its days comes last.
    Fastest,
    /// The first of these that carries it. Services that are not listed come after them, by price.
    Preferred(Vec<ServiceId>),
    /// The lowest price together with the expected cost of failures and delays.
    Expected(Expected),
}

impl Goal {
    /// Its name in `station.toml` and in records.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cheapest => "cheapest",
            Self::Fastest => "fastest",
            Self::Preferred(_) => "preferred",
            Self::Expected(_) => "expected",
        }
    }
}

/// Expected cost = price + P(failure) x (return + price again) + P(late) x lateness.
#[derive(Debug, Clone)]
pub struct Expected {
    /// What a parcel that comes back costs beside sending it again, in minor units of the policy's currency.
    pub return_cost: i64,
    /// What a late parcel costs, in minor units of the policy's currency.
    pub late_cost: i64,
    /// The rate of failures that is assumed before anything is known, in parts per million.
    pub prior_failed: i64,
    /// The rate of late parcels that is assumed before anything is known, in parts per million.
    pub prior_late: i64,
    /// How many known parcels that assumption weighs as much as.
    pub prior_parcels: u64,
}

/// What one unit of a currency is worth in another, on the day it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Of the card.
    pub from: Currency,
    /// Of the policy.
    pub to: Currency,
    /// The day it was written.
    pub on: Date,
    /// One `from` in `to`.
    pub rate: Decimal,
}

/// What failures and delays are expected to cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Risk {
    /// Minor units of the currency in which prices are compared.
    pub(super) cost: i64,
    /// The rate of failures in parts per million: as counted, and with the assumption weighed in.
    pub(super) failed: (Option<i64>, i64),
    /// The same of late parcels.
    pub(super) late: (Option<i64>, i64),
}

/// Where an offer stands among the others; the lowest is chosen. In this order: its place among the last resorts (0 for
/// none of them), whether the order is outside of its share, what the goal compares first and second, and its position.
type Rank = (usize, bool, i64, i64, u32);

impl Policy {
    /// An amount in the currency in which prices are compared; `None` without an exchange rate, and where it does not fit.
    pub fn compared(&self, minor: i64, from: Currency, to: Currency) -> Option<i64> {
        if from == to {
            return Some(minor);
        }
        // Always the newest rate, whatever day the parcel is for: quotes of past days are kept, not made again.
        let known = self.exchange.iter().filter(|exchange| exchange.from == from && exchange.to == to);
        let exchange = known.max_by_key(|exchange| exchange.on)?;
        let up = 10_i128.pow(to.exponent());
        let down = 10_i128.pow(from.exponent()).checked_mul(10_i128.pow(exchange.rate.scale))?;
        let numerator = i128::from(minor).checked_mul(i128::from(exchange.rate.mantissa))?.checked_mul(up)?;
        Rounding::Nearest(1).quotient(numerator, down)
    }

    /// What failures and delays of an offer are expected to cost; `None` where the goal is another, or it does not fit.
    pub(super) fn risk(&self, offer: &Offer<'_>, availability: &Availability) -> Option<Risk> {
        let Goal::Expected(expected) = &self.goal else { return None };
        let of = availability.of(offer.service);
        let zone = offer.card.zones.names().get(offer.zone as usize);
        let there = zone.and_then(|zone| of.by_zone.get(zone)).copied().unwrap_or_default();
        expected.risk(offer.compared, of.record, there)
    }

    /// Where an offer stands among the others. Positions follow the names of the services, so that two offers that are
    /// equal otherwise always stand in the same order.
    pub(super) fn rank(&self, id: &ServiceId, offer: &Offer<'_>, availability: &Availability) -> Rank {
        let price = offer.compared;
        let days = offer.days.map_or(i64::MAX, i64::from);
        let last = self.last_resort.iter().position(|service| service == id).map_or(0, |at| at + 1);
        let outside_share = availability.of(offer.service).outside_share.is_some();
        let (first, second) = match &self.goal {
            Goal::Cheapest => (price, days),
            Goal::Fastest => (offer.days.map_or(i64::MAX, |days| offer.ship_date.number() + i64::from(days)), price),
            Goal::Preferred(order) => {
                let at = order.iter().position(|service| service == id);
                (at.and_then(|at| i64::try_from(at).ok()).unwrap_or(i64::MAX), price)
            }
            Goal::Expected(_) => match self.risk(offer, availability) {
                Some(risk) => (price.saturating_add(risk.cost), price),
                None => (i64::MAX, price),
            },
        };
        (last, outside_share, first, second, offer.service)
    }
}

impl Expected {
    fn risk(&self, price: i64, everywhere: DeliveryRecord, there: DeliveryRecord) -> Option<Risk> {
        let failed = self.believed(self.prior_failed, everywhere, there, |record| record.failed);
        let late = self.believed(self.prior_late, everywhere, there, |record| record.late);
        let again = self.return_cost.checked_add(price)?;
        let nearest = Rounding::Nearest(1);
        let cost = nearest.part_of(again, failed)?.checked_add(nearest.part_of(self.late_cost, late)?)?;
        let counted = |of: u64| everywhere.rate(of);
        Some(Risk { cost, failed: (counted(everywhere.failed), failed), late: (counted(everywhere.late), late) })
    }

    /// The rate in a zone, drawn toward the service's rate everywhere, and that toward the assumption. The fewer parcels are
    /// known, the more it is drawn.
    fn believed(
        &self,
        prior: i64,
        everywhere: DeliveryRecord,
        there: DeliveryRecord,
        of: impl Fn(&DeliveryRecord) -> u64,
    ) -> i64 {
        let drawn = |toward: i64, record: &DeliveryRecord| {
            let weight = i128::from(self.prior_parcels);
            let counted = i128::from(of(record)) * 1_000_000 + i128::from(toward) * weight;
            let parcels = i128::from(record.parcels) + weight;
            if parcels == 0 { toward } else { Rounding::Nearest(1).quotient(counted, parcels).unwrap_or(toward) }
        };
        drawn(drawn(prior, &everywhere), &there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_drawn_toward_what_is_believed_the_more_the_less_is_known() {
        let expected =
            Expected { return_cost: 800, late_cost: 0, prior_failed: 30_000, prior_late: 0, prior_parcels: 50 };
        let believed = |parcels, failed| {
            let record = DeliveryRecord { parcels, failed, late: 0 };
            expected.believed(30_000, record, DeliveryRecord::default(), |record| record.failed)
        };
        assert_eq!(believed(0, 0), 30_000);
        assert_eq!(believed(2, 2), 67_308, "two of two is not 100 %");
        assert_eq!(believed(10_000, 1_000), 99_652);
        let risk = expected
            .risk(1_000, DeliveryRecord { parcels: 10_000, failed: 1_000, late: 0 }, DeliveryRecord::default())
            .unwrap();
        assert_eq!((risk.cost, risk.failed), (179, (Some(100_000), 99_652)), "18.00 x 9.97 %");
    }

    #[test]
    fn money_is_compared_by_the_newest_rate() {
        let rate = |on: &str, rate: &str| Exchange {
            from: "CNY".parse().unwrap(),
            to: Currency::USD,
            on: on.parse().unwrap(),
            rate: Decimal::parse(rate).unwrap(),
        };
        let policy =
            Policy { exchange: vec![rate("2026-11-01", "0.1389"), rate("2026-10-01", "0.2")], ..Policy::default() };
        let cny = "CNY".parse().unwrap();
        assert_eq!(policy.compared(10_000, cny, Currency::USD), Some(1_389));
        assert_eq!(policy.compared(10_000, Currency::USD, cny), None);
        assert_eq!(policy.compared(10_000, cny, cny), Some(10_000));
        let policy = Policy {
            exchange: vec![Exchange { from: "VND".parse().unwrap(), ..rate("2026-11-01", "0.00003937") }],
            ..Policy::default()
        };
        assert_eq!(policy.compared(100_000, "VND".parse().unwrap(), Currency::USD), Some(394));
    }
}
