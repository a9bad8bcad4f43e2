//! The station's history under other cards or another policy: what it would have cost, and who wins and loses by it.
//!
//! Parcels are priced in the order in which they went out and counted by the service that would have taken them, so that
//! prices by volume are those of a month that fills up. What is known of services today counts in the choice; caps, shares,
//! trials and outages do not: they say what a day allowed, not what a carrier costs.

use std::collections::BTreeMap;

use csv::Terminator;

use super::archive::Archive;
use super::orders::readable;
use crate::exchange::spreadsheet::{self, no_formula};
use crate::ids::ServiceOrCarrier;
use crate::rating::{Availability, Cards, ParcelToRate, Policy, RatedParcel};
use crate::station::fact::Commitment;
use crate::station::order::{Order, OrderState};
use crate::station::parcels::State;
use crate::station::{Rules, Station, parcel_size};
use crate::store::{Store, StoreError};
use crate::units::{Currency, Date, Mass, Money};

/// Upper ends of the weight bands of the report, in grams; what is heavier is a band of its own.
const BANDS: [i64; 8] = [250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];

/// A parcel that went out, as it is priced again.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its number: `P000042`.
    pub id: String,
    /// Its order.
    pub order_ref: String,
    /// What its price depends on.
    pub parcel: ParcelToRate,
    /// What was committed then; `None` for an order that has not been packed.
    pub paid: Option<Paid>,
}

/// What was committed when a parcel went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The service.
    pub service: ServiceOrCarrier,
    /// The zone of its card.
    pub zone: String,
    /// The price.
    pub total: Money,
}

impl From<&Commitment> for Paid {
    fn from(commitment: &Commitment) -> Self {
        Self { service: commitment.service.clone(), zone: commitment.zone.clone(), total: commitment.total }
    }
}

/// Every parcel with a number drawn here that was not voided, oldest first, as far as its order is still known: what was
/// erased with its buyer's data cannot be priced again.
pub fn history(archive: Archive<'_>, rules: &Rules) -> Result<Vec<Sent>, StoreError> {
    let store = archive.store;
    let mut parcels = Vec::new();
    for (_, order) in store.orders_not_erased(0, usize::MAX >> 1)? {
        parcels.extend(archive.of_order(&order)?);
    }
    parcels.sort_unstable_by_key(|parcel| parcel.id);
    let mut sent = Vec::new();
    for parcel in parcels {
        let (Some(commitment), Some(weight)) = (parcel.commitment(), &parcel.weight) else { continue };
        // What came with its label was never chosen here.
        if parcel.state() == State::Voided || !parcel.drew_its_number() {
            continue;
        }
        let body = match store.order_at(&parcel.order, parcel.version)? {
            Some(body) => Some(body),
            None => store.newest_order(&parcel.order)?,
        };
        let Some(order) = body.and_then(|body| readable(&body)).filter(|order| order.state != OrderState::Done) else {
            continue;
        };
        let dims = parcel_size(rules, parcel.box_id.as_ref(), &order);
        sent.push(Sent {
            id: parcel.id.to_string(),
            order_ref: parcel.order.number.clone(),
            parcel: order.parcel(&rules.ship_from, weight.mass, dims, commitment.ship_date),
            paid: Some(commitment.into()),
        });
    }
    Ok(sent)
}

/// Orders that have not been packed, weighed as their lines say: where there is no history yet.
pub fn planned(store: &Store, rules: &Rules, ship_date: Date) -> Result<Vec<Sent>, StoreError> {
    const MOST: usize = 10_000;
    let orders = store.orders(MOST)?.into_iter().filter_map(|order| readable(&order.body?));
    let sent = |order: Order| {
        if order.label.is_some() || order.state == OrderState::Done {
            return None;
        }
        let dims = parcel_size(rules, None, &order);
        let mass = order.expected_mass().filter(|mass| *mass > Mass::ZERO)?;
        let parcel = order.parcel(&rules.ship_from, mass, dims, ship_date);
        Some(Sent { id: String::new(), order_ref: order.order_ref, parcel, paid: None })
    };
    Ok(orders.filter_map(sent).collect())
}

/// What becomes of a parcel under some cards: the choice, or every reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The service.
    pub service: ServiceOrCarrier,
    /// The zone of its card.
    pub zone: String,
    /// The price, in the currency of comparison.
    pub price: i64,
}

fn choice(rated: &RatedParcel<'_>) -> Option<Choice> {
    let offer = rated.offers().next()?;
    let zone = offer.card.zones.names().get(offer.zone as usize).cloned().unwrap_or_default();
    Some(Choice { service: rated.service(offer.service).clone().into(), zone, price: offer.compared })
}

fn why_not(rated: &RatedParcel<'_>) -> String {
    let mut rules: Vec<&str> = rated.refused().map(|(_, rule, _)| rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.join(" ")
}

/// One parcel before and after.
#[derive(Debug, Clone)]
struct ComparedParcel<'a> {
    sent: &'a Sent,
    before: Option<Choice>,
    after: Option<Choice>,
    why: String,
}

impl ComparedParcel<'_> {
    fn difference(&self) -> Option<i64> {
        self.after.as_ref()?.price.checked_sub(self.before.as_ref()?.price)
    }
}

/// What a change of cards or policy does to parcels.
#[derive(Debug)]
pub struct CardComparison<'a> {
    currency: Currency,
    lines: Vec<ComparedParcel<'a>>,
}

/// Sums of one group of parcels.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    parcels: u64,
    before: i64,
    after: i64,
    cheaper: u64,
    dearer: u64,
}

/// Prices each parcel again and sets that beside what was paid. `progress` hears how many are done.
pub fn replay<'a>(
    sent: &'a [Sent],
    station: &Station,
    cards: &Cards,
    policy: &Policy,
    date: Option<Date>,
    mut progress: impl FnMut(usize),
) -> CardComparison<'a> {
    let currency = currency(sent, cards, policy);
    let mut then = ReplayPricing::new(station, cards, policy, currency);
    let mut lines = Vec::with_capacity(sent.len());
    for (at, sent) in sent.iter().enumerate() {
        progress(at);
        let (after, why) = then.price(&sent.parcel, date);
        let before = sent.paid.as_ref().and_then(|paid| {
            let price = policy.compared(paid.total.minor, paid.total.currency, currency)?;
            Some(Choice { service: paid.service.clone(), zone: paid.zone.clone(), price })
        });
        lines.push(ComparedParcel { sent, before, after, why });
    }
    CardComparison { currency, lines }
}

/// Prices each parcel under two sets of cards.
pub fn compare<'a>(
    sent: &'a [Sent],
    station: &Station,
    [old, new]: [&Cards; 2],
    policy: &Policy,
) -> CardComparison<'a> {
    let currency = currency(sent, old, policy);
    let [mut old, mut new] = [old, new].map(|cards| ReplayPricing::new(station, cards, policy, currency));
    let line = |sent: &'a Sent| {
        let (before, _) = old.price(&sent.parcel, None);
        let (after, why) = new.price(&sent.parcel, None);
        ComparedParcel { sent, before, after, why }
    };
    CardComparison { currency, lines: sent.iter().map(line).collect() }
}

fn currency(sent: &[Sent], cards: &Cards, policy: &Policy) -> Currency {
    let paid = || sent.iter().find_map(|sent| Some(sent.paid.as_ref()?.total.currency));
    let first = || sent.first().map(|sent| cards.rate(&sent.parcel, &Availability::default(), policy).currency());
    policy.currency.or_else(paid).or_else(first).unwrap_or(Currency::USD)
}

/// Prices one parcel after the other.
struct ReplayPricing<'a> {
    station: &'a Station,
    cards: &'a Cards,
    policy: Policy,
    /// How the services stand in each year and month, with the parcels so far.
    months: BTreeMap<(u16, u8), Availability>,
}

impl<'a> ReplayPricing<'a> {
    fn new(station: &'a Station, cards: &'a Cards, policy: &Policy, currency: Currency) -> Self {
        let policy = Policy { currency: Some(currency), ..policy.clone() };
        Self { station, cards, policy, months: BTreeMap::new() }
    }

    /// The choice, or every rule against it; as if it were shipped on another day where one is given.
    fn price(&mut self, parcel: &ParcelToRate, date: Option<Date>) -> (Option<Choice>, String) {
        let ship_date = date.unwrap_or(parcel.ship_date);
        let learned = || self.cards.services().iter().map(|service| self.station.learned(&service.id, ship_date));
        let month = (ship_date.year(), ship_date.month());
        let availability = self.months.entry(month).or_insert_with(|| Availability::new(learned().collect()));
        let rated = match date {
            Some(ship_date) => {
                self.cards.rate(&ParcelToRate { ship_date, ..parcel.clone() }, availability, &self.policy)
            }
            None => self.cards.rate(parcel, availability, &self.policy),
        };
        let choice = choice(&rated);
        let why = if choice.is_none() { why_not(&rated) } else { String::new() };
        if let Some(service) = rated.offers().next().map(|offer| offer.service) {
            availability.count(service);
        }
        (choice, why)
    }
}

impl Sum {
    fn add(&mut self, line: &ComparedParcel<'_>) {
        let (Some(before), Some(after)) = (&line.before, &line.after) else { return };
        self.parcels += 1;
        self.before = self.before.saturating_add(before.price);
        self.after = self.after.saturating_add(after.price);
        self.cheaper += u64::from(after.price < before.price);
        self.dearer += u64::from(after.price > before.price);
    }
}

impl CardComparison<'_> {
    /// One row per parcel, with a header.
    pub fn csv(&self) -> String {
        let header = [
            "parcel",
            "order_ref",
            "ship_date",
            "grams",
            "before_service",
            "before_zone",
            "before",
            "after_service",
            "after_zone",
            "after",
            "difference",
            "currency",
            "why",
        ];
        let part = |choice: &Option<Choice>| match choice {
            Some(choice) => [choice.service.to_string(), no_formula(&choice.zone), self.amount(choice.price)],
            None => Default::default(),
        };
        let rows = self.lines.iter().map(|line| {
            let ([before_service, before_zone, before], [after_service, after_zone, after]) =
                (part(&line.before), part(&line.after));
            [
                line.sent.id.clone(),
                no_formula(&line.sent.order_ref),
                line.sent.parcel.ship_date.to_string(),
                line.sent.parcel.mass.grams_rounded().to_string(),
                before_service,
                before_zone,
                before,
                after_service,
                after_zone,
                after,
                line.difference().map(|minor| self.amount(minor)).unwrap_or_default(),
                self.currency.to_string(),
                line.why.clone(),
            ]
        });
        spreadsheet::table(header, rows, Terminator::Any(b'\n'))
    }

    /// How it ends, as a person reads it.
    pub fn report(&self) -> String {
        let mut text = String::new();
        let mut all = Sum::default();
        self.lines.iter().for_each(|line| all.add(line));
        let of = self.lines.len();
        let mut say = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        say(format!("{of} parcels, {} priced before and after, amounts in {}", all.parcels, self.currency));
        say(format!(
            "before {}, after {}, difference {}; {} cheaper, {} dearer",
            self.amount(all.before),
            self.amount(all.after),
            self.amount(all.after.saturating_sub(all.before)),
            all.cheaper,
            all.dearer
        ));
        let moved = |line: &&ComparedParcel<'_>| match (&line.before, &line.after) {
            (Some(before), Some(after)) => before.service != after.service,
            _ => false,
        };
        say(format!("{} go with another service", self.lines.iter().filter(moved).count()));
        let lost: Vec<&ComparedParcel<'_>> =
            self.lines.iter().filter(|line| line.before.is_some() && line.after.is_none()).collect();
        let won = self.lines.iter().filter(|line| line.before.is_none() && line.after.is_some()).count();
        if !lost.is_empty() || won > 0 {
            say(format!("{} are carried no more, {won} are carried now", lost.len()));
        }
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        lost.iter().for_each(|line| *reasons.entry(&line.why).or_default() += 1);
        for (why, parcels) in reasons {
            say(format!("  {parcels} because of: {why}"));
        }
        for (title, key) in [
            (
                "by service",
                (|line| Some(line.before.as_ref()?.service.to_string())) as fn(&ComparedParcel<'_>) -> Option<String>,
            ),
            ("by zone and weight", |line| {
                let before = line.before.as_ref()?;
                Some(format!("{} zone {}, {}", before.service, before.zone, band(line.sent.parcel.mass)))
            }),
        ] {
            say(format!(
                "\n{title}{:>width$}{:>12}{:>12}{:>12}{:>9}{:>9}",
                "parcels",
                "before",
                "after",
                "difference",
                "cheaper",
                "dearer",
                width = 52 - title.len()
            ));
            let mut groups: BTreeMap<String, Sum> = BTreeMap::new();
            for line in &self.lines {
                if let Some(key) = key(line) {
                    groups.entry(key).or_default().add(line);
                }
            }
            // The largest differences first: those are who wins and who loses.
            let mut groups: Vec<_> = groups.into_iter().filter(|(_, sum)| sum.parcels > 0).collect();
            groups.sort_by_key(|(name, sum)| (-(sum.after - sum.before).abs(), name.clone()));
            const SHOWN: usize = 40;
            for (name, sum) in groups.iter().take(SHOWN) {
                say(format!(
                    "{name:<44}{:>8}{:>12}{:>12}{:>12}{:>9}{:>9}",
                    sum.parcels,
                    self.amount(sum.before),
                    self.amount(sum.after),
                    self.amount(sum.after.saturating_sub(sum.before)),
                    sum.cheaper,
                    sum.dearer
                ));
            }
            if groups.len() > SHOWN {
                say(format!("and {} groups more; they are all in the CSV", groups.len() - SHOWN));
            }
        }
        text
    }

    fn amount(&self, minor: i64) -> String {
        Money::new(minor, self.currency).amount()
    }
}

fn band(mass: Mass) -> String {
    let grams = mass.grams_rounded();
    let mut from = 0;
    for to in BANDS {
        if grams <= to {
            return format!("{from}-{to} g");
        }
        from = to;
    }
    format!("over {from} g")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::rating::{Place, Signature};

    #[test]
    fn history_is_priced_with_the_discounts_of_a_month_that_fills_up() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
        let cards = crate::config::carriers::load(&dir, &["royalmail".into()]).unwrap();
        let sent = |ship_date: &str| Sent {
            id: String::new(),
            order_ref: String::new(),
            parcel: ParcelToRate {
                mass: Mass::from_grams(900),
                dims: Some("40x30x10cm".parse().unwrap()),
                from: Place::at("GB", "M1 1AE"),
                to: Place::at("GB", "SW1A 1AA"),
                ship_date: ship_date.parse().unwrap(),
                dg: BTreeSet::new(),
                signature: Signature::None,
                value: None,
                insured: None,
                cod: None,
                terms: None,
                extras: BTreeSet::new(),
                zone: None,
            },
            paid: None,
        };
        let mut history = vec![sent("2026-11-03"); 1_003];
        history.push(sent("2026-12-01"));
        let replayed = replay(&history, &Station::default(), &cards, &Policy::default(), None, |_| ());
        let prices: Vec<i64> = replayed.lines.iter().map(|line| line.after.as_ref().unwrap().price).collect();
        // 2 % of 3.20 from the parcel on that finds more than a thousand before it; December begins anew.
        assert!(prices[..1_001].iter().all(|price| *price == 320), "{:?}", prices[1_000]);
        assert_eq!(prices[1_001..], [314, 314, 320]);
    }
}
