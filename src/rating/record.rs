//! A choice put into words: the record that is stored with the parcel and shown by `parceld quote`.

use super::area::PlaceKeys;
use super::availability::{Availability, Priority};
use super::billable::{Dimensional, RoundedSize};
use super::cards::RatedParcel;
use super::price::{Offer, OfferLine};
use super::refused::RefusalReason;
use super::surcharge::{ByZone, Percent};
use super::{Basis, Billable, Card, Cards, Decision, ExpectedLoss, ParcelToRate, Policy, PriceLine, Quote, Refusal};
use crate::ids::ServiceId;
use crate::units::{Currency, Mass, Money};

impl Cards {
    /// The choice among all services, with everything it was made from and what would have changed it.
    pub fn decide(&self, parcel: &ParcelToRate, availability: &Availability, policy: &Policy) -> Decision {
        let rated = self.rate(parcel, availability, policy);
        let mut decision = rated.record(parcel, availability, policy);
        decision.changes = rated.changes(parcel, availability, policy);
        decision
    }
}

impl RatedParcel<'_> {
    fn record(&self, parcel: &ParcelToRate, availability: &Availability, policy: &Policy) -> Decision {
        let services = self.cards.services();
        let choice = self.offers().next().map(|offer| offer.service);
        let priority = choice.and_then(|service| availability.of(service).priority).map(|priority| match priority {
            Priority::Trial { number, of } => format!("parcel {number} of {of} of its trial"),
            Priority::Share { percent } => format!("this order is in its share of {percent} %"),
        });
        let [from, to] = [&parcel.from, &parcel.to].map(|place| PlaceKeys::new(place, self.cards.is_named()));
        let writer = DecisionWriter { parcel, availability, policy, currency: self.currency, from, to };
        let refusal = |(service, refused): &(u32, RefusalReason<'_>)| {
            let ship_date = availability.of(*service).leaves.unwrap_or(parcel.ship_date);
            let service = &services[*service as usize];
            Refusal {
                service: service.id.clone(),
                rule: refused.rule().to_owned(),
                reason: refused.reason(parcel, ship_date, service.card(ship_date)),
            }
        };
        Decision {
            ship_date: parcel.ship_date,
            from: parcel.from.shown(usize::MAX),
            to: parcel.to.shown(3),
            choice: choice.map(|service| services[service as usize].id.clone().into()),
            policy: policy.goal.name().to_owned(),
            priority,
            quotes: self
                .offers()
                .map(|offer| writer.quote(&services[offer.service as usize].id, offer, self.lines(offer)))
                .collect(),
            refusals: self.refused.iter().map(refusal).collect(),
            changes: Vec::new(),
            folded: false,
        }
    }
}

/// Puts the offers of one decision into words.
struct DecisionWriter<'a> {
    parcel: &'a ParcelToRate,
    availability: &'a Availability,
    policy: &'a Policy,
    /// The currency in which prices are compared.
    currency: Currency,
    from: PlaceKeys,
    to: PlaceKeys,
}

impl DecisionWriter<'_> {
    fn quote(&self, service: &ServiceId, offer: &Offer<'_>, lines: &[OfferLine<'_>]) -> Quote {
        let card = offer.card;
        let money = |minor| Money::new(minor, card.currency);
        let mut notes = card.notes.clone();
        if self.parcel.dims.is_none() {
            notes.push("dimensions unknown".to_owned());
        }
        if self.parcel.zone.is_some() {
            notes.push("zone given by hand".to_owned());
        }
        notes.extend(self.rest(card));
        if let Some(percent) = self.availability.of(offer.service).outside_share {
            notes.push(format!("this order is outside of its share of {percent} %"));
        }
        if let Some(fuel) = card.fuel.as_ref().filter(|fuel| fuel.weekly)
            && let Some((from, _)) = fuel.on(offer.ship_date)
            && offer.ship_date.number() - from.number() >= 7
        {
            notes.push(format!("fuel of the week of {from}"));
        }
        let compared = Money::new(offer.compared, self.currency);
        let risk = self.policy.risk(offer, self.availability).map(|risk| ExpectedLoss {
            cost: Money::new(risk.cost, self.currency),
            failed: risk.failed.0.map(percent),
            failed_believed: percent(risk.failed.1),
            late: risk.late.0.map(percent),
            late_believed: percent(risk.late.1),
        });
        Quote {
            service: service.clone(),
            total: money(offer.total),
            zone: zone(offer).to_owned(),
            billable: billable(offer),
            lines: lines
                .iter()
                .map(|line| PriceLine {
                    rule: line.rule.to_owned(),
                    amount: money(line.amount),
                    how: self.how(offer, lines, line),
                })
                .collect(),
            card: card.hash.clone(),
            leaves: (offer.ship_date != self.parcel.ship_date).then_some(offer.ship_date),
            days: offer.days,
            compared: (self.currency != card.currency).then_some(compared),
            risk,
            sort_code: offer.sort_code.map(str::to_owned),
            sort_detail: offer.sort_detail.map(str::to_owned),
            notes,
        }
    }

    /// That the price is of a whole country's row, where others name parts of it and this is perhaps one of them: a name
    /// that is spelt otherwise, or a postcode that is missing.
    fn rest(&self, card: &Card) -> Option<String> {
        let to = &self.parcel.to;
        let is_rest = self.parcel.zone.is_none() && card.zones.is_rest(&self.from, to, &self.to);
        let why = match (to.region.as_str(), to.city.as_str()) {
            _ if !card.zones.is_named_in(&to.country) => "the postcode is missing".to_owned(),
            ("", "") => "neither postcode nor region is known".to_owned(),
            ("", _) => "no row names the city, and the region is missing".to_owned(),
            (region, _) => format!("no row names {region:?}"),
        };
        is_rest.then(|| format!("zone of {}:*: {why}", to.country))
    }

    /// How a line comes about.
    fn how(&self, offer: &Offer<'_>, lines: &[OfferLine<'_>], line: &OfferLine<'_>) -> String {
        let card = offer.card;
        match line.rule {
            "base" => base(offer, line.amount, self.parcel),
            "fuel" => fuel(offer, lines),
            "rounding" => "the sum, rounded".to_owned(),
            "volume discount" => {
                let month = self.availability.of(offer.service).month;
                let tier = card.tiers.iter().rev().find(|tier| month.parcels() > tier.over);
                let part = percent(tier.map_or(0, |tier| tier.parts_per_million));
                let elsewhere = month
                    .elsewhere
                    .map_or_else(String::new, |(parcels, on)| format!(", about {parcels} elsewhere as of {on}"));
                format!("{part} of base; this month {} here{elsewhere}", month.own)
            }
            name => {
                let surcharge = card.surcharges.iter().find(|surcharge| surcharge.name == name);
                surcharge.map_or_else(String::new, |surcharge| {
                    let charge = &surcharge.charge;
                    let money = |minor| Money::new(minor, card.currency).amount();
                    let mut parts = Vec::new();
                    let amount = charge.amount_in(offer.zone as usize);
                    parts.extend(amount.filter(|amount| amount.rate.is_some()).map(|amount| {
                        format!("{} at {}", amount.text(card.currency, card.weight.unit), weight(offer.billable, card))
                    }));
                    if matches!(charge.amount, ByZone::Each(_)) {
                        parts.push(format!("zone {}", zone(offer)));
                    }
                    parts.extend(charge.percent.as_ref().map(|percent| part(percent, card, lines)));
                    parts.extend(charge.at_least.map(|least| format!("at least {}", money(least))));
                    parts.extend(charge.at_most.map(|most| format!("at most {}", money(most))));
                    parts.join(", ")
                })
            }
        }
    }
}

fn zone<'c>(offer: &Offer<'c>) -> &'c str {
    offer.card.zones.names().get(offer.zone as usize).map_or("", String::as_str)
}

fn weight(mass: Mass, card: &Card) -> String {
    format!("{} {}", mass.display(card.weight.unit, 6), card.weight.unit.symbol())
}

fn base(offer: &Offer<'_>, amount: i64, parcel: &ParcelToRate) -> String {
    let card = offer.card;
    let (row, column) = (offer.row as usize, offer.zone as usize);
    let (shown, unit, under, cell) = match (offer.basis, &card.cubic) {
        (Basis::Cubic, Some(cubic)) => {
            let prices = &cubic.prices;
            (prices.shown(row), prices.unit(), prices.is_under(), prices.cell(row, column))
        }
        _ => {
            let prices = &card.prices;
            (prices.shown(row), prices.unit(), prices.is_under(), prices.cell(row, column))
        }
    };
    let row = match (shown, under) {
        ("", _) => "last row".to_owned(),
        (shown, true) => format!("under {shown} {unit}"),
        (shown, false) => format!("not over {shown} {unit}"),
    };
    let mut how = format!("zone {}, {row}", zone(offer));
    if let Some(size) = size(offer, parcel) {
        how = format!("{how}: {size}");
    }
    if let Some(cell) = cell.filter(|cell| cell.rate.is_some()) {
        let text = cell.text(card.currency, card.weight.unit);
        how = format!("{how}: {text} at {}", weight(offer.billable, card));
    }
    let cheaper = cell.and_then(|cell| cell.at(offer.billable, card.money.lines)).is_some_and(|price| price < amount);
    if cheaper { format!("{how}; at least {}", Money::new(amount, card.currency).amount()) } else { how }
}

/// The rounded sides, where the price comes from them, and what makes a weight of them.
fn size(offer: &Offer<'_>, parcel: &ParcelToRate) -> Option<String> {
    let (card, dims) = (offer.card, parcel.dims?);
    let sides = |rounding| {
        let size = RoundedSize::new(dims, rounding)?;
        let [a, b, c] = size.sides.map(|side| side.display(card.size.unit, 4));
        Some(format!("{a} x {b} x {c} {}", card.size.unit.symbol()))
    };
    match (offer.basis, &card.cubic, &card.size.dimensional) {
        (Basis::Cubic, Some(cubic), _) => sides(cubic.rounding),
        (Basis::Dimensional, _, Some(rule)) => {
            let mut size = format!("{} / {}", sides(card.size.rounding)?, rule.shown);
            if rule.share != Dimensional::WHOLE {
                size.push_str(&format!(", {} % of what is over {}", rule.share, weight(parcel.mass, card)));
            }
            if let Some(most) = rule.at_most {
                size.push_str(&format!(", at most {}", weight(most, card)));
            }
            Some(size)
        }
        _ => None,
    }
}

fn fuel(offer: &Offer<'_>, lines: &[OfferLine<'_>]) -> String {
    let card = offer.card;
    let Some((rule, (from, parts))) = card.fuel.as_ref().and_then(|rule| Some((rule, rule.on(offer.ship_date)?)))
    else {
        return String::new();
    };
    let base = rule.on_base.then_some("base");
    let burning = card.surcharges.iter().filter(|surcharge| surcharge.fuel).map(|surcharge| surcharge.name.as_str());
    let burning: Vec<&str> = base.into_iter().chain(burning.filter(|name| is_charged(name, lines))).collect();
    let week = if rule.weekly { format!(" (from {from})") } else { String::new() };
    format!(
        "{}{week} of {}",
        percent(parts),
        if burning.is_empty() { "nothing".to_owned() } else { burning.join(", ") }
    )
}

fn is_charged(name: &str, lines: &[OfferLine<'_>]) -> bool {
    lines.iter().any(|line| line.rule == name)
}

fn part(of: &Percent, card: &Card, lines: &[OfferLine<'_>]) -> String {
    let base = of.base.then_some("base");
    let charged = of.lines.iter().filter_map(|at| card.surcharges.get(*at)).map(|surcharge| surcharge.name.as_str());
    let charged = charged.filter(|name| is_charged(name, lines));
    let amounts = of.of.iter().map(|worth| worth.name());
    let of_what: Vec<&str> = base.into_iter().chain(charged).chain(amounts).collect();
    format!("{} of {}", percent(of.parts_per_million), of_what.join(", "))
}

/// `82_500` parts per million as `8.25 %`.
fn percent(parts: i64) -> String {
    let (whole, rest) = (parts / 10_000, (parts % 10_000).abs());
    let rest = format!("{rest:04}");
    match rest.trim_end_matches('0') {
        "" => format!("{whole} %"),
        rest => format!("{whole}.{rest} %"),
    }
}

fn billable(offer: &Offer<'_>) -> Billable {
    let card = offer.card;
    let (value, unit) = match (offer.basis, &card.cubic) {
        (Basis::Cubic, Some(cubic)) => (cubic.prices.shown(offer.row as usize).to_owned(), cubic.prices.unit()),
        // A flat price is the row's, whatever the weight within it; one by weight is the weight's.
        _ => match card.prices.cell(offer.row as usize, offer.zone as usize) {
            Some(cell) if cell.rate.is_none() && !card.prices.is_under() => {
                (card.prices.shown(offer.row as usize).to_owned(), card.prices.unit())
            }
            _ => (offer.billable.display(card.weight.unit, 6).to_string(), card.weight.unit.symbol()),
        },
    };
    Billable { value, unit: unit.to_owned(), basis: offer.basis }
}
