//! A choice put into words: the record that is stored with the parcel and shown by `parceld quote`.

use super::cards::Rated;
use super::price::{Line, Offer};
use super::refused::Refused;
use super::standing::{Standing, Turn};
use super::surcharge::{ByZone, Percent};
use super::when::{Condition, Measure};
use super::{
    Basis, Billable, Card, Cards, Change, Decision, ExpectedLoss, Max, Parcel, Policy, PriceLine, Quote, Refusal,
    Rounding,
};
use crate::units::{Currency, Dims, Length, LengthUnit, Mass, Money};

impl Cards {
    /// The choice among all services, with everything it was made from and what would have changed it.
    pub fn decide(&self, parcel: &Parcel, standing: &Standing, policy: &Policy) -> Decision {
        let rated = self.rate(parcel, standing, policy);
        let mut decision = rated.record(parcel, standing, policy);
        decision.changes = changes(&rated, parcel, standing, policy);
        decision
    }
}

impl Rated<'_> {
    fn record(&self, parcel: &Parcel, standing: &Standing, policy: &Policy) -> Decision {
        let services = self.cards.services();
        let choice = self.offers().next().map(|offer| offer.service);
        let turn = choice.and_then(|service| standing.of(service).turn).map(|turn| match turn {
            Turn::Trial { number, of } => format!("parcel {number} of {of} of its trial"),
            Turn::Share { percent } => format!("this order is in its share of {percent} %"),
        });
        let words = Words { parcel, standing, policy, currency: self.currency };
        let refusal = |(service, refused): &(u32, Refused<'_>)| {
            let ship_date = standing.of(*service).leaves.unwrap_or(parcel.ship_date);
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
            choice: choice.map(|service| services[service as usize].id.clone()),
            policy: policy.goal.name().to_owned(),
            turn,
            quotes: self
                .offers()
                .map(|offer| words.quote(&services[offer.service as usize].id, offer, self.lines(offer)))
                .collect(),
            refusals: self.refused.iter().map(refusal).collect(),
            changes: Vec::new(),
        }
    }
}

struct Words<'a> {
    parcel: &'a Parcel,
    standing: &'a Standing,
    policy: &'a Policy,
    /// Of comparison.
    currency: Currency,
}

impl Words<'_> {
    fn quote(&self, service: &str, offer: &Offer<'_>, lines: &[Line<'_>]) -> Quote {
        let card = offer.card;
        let money = |minor| Money::new(minor, card.currency);
        let mut notes = card.notes.clone();
        if self.parcel.dims.is_none() {
            notes.push("dimensions unknown".to_owned());
        }
        if self.parcel.zone.is_some() {
            notes.push("zone given by hand".to_owned());
        }
        if let Some(percent) = self.standing.of(offer.service).beside {
            notes.push(format!("this order is outside of its share of {percent} %"));
        }
        if let Some(fuel) = card.fuel.as_ref().filter(|fuel| fuel.weekly)
            && let Some((from, _)) = fuel.on(offer.ship_date)
            && offer.ship_date.number() - from.number() >= 7
        {
            notes.push(format!("fuel of the week of {from}"));
        }
        let compared = Money::new(offer.compared, self.currency);
        let risk = self.policy.risk(offer, self.standing).map(|risk| ExpectedLoss {
            cost: Money::new(risk.cost, self.currency),
            failed: risk.failed.0.map(percent),
            failed_believed: percent(risk.failed.1),
            late: risk.late.0.map(percent),
            late_believed: percent(risk.late.1),
        });
        Quote {
            service: service.to_owned(),
            total: money(offer.total),
            zone: zone(offer).to_owned(),
            billable: billable(offer),
            lines: lines
                .iter()
                .map(|line| PriceLine {
                    rule: line.rule.to_owned(),
                    amount: money(line.amount),
                    how: self.how(offer, line),
                })
                .collect(),
            card: card.hash.clone(),
            leaves: (offer.ship_date != self.parcel.ship_date).then_some(offer.ship_date),
            days: offer.days,
            compared: (self.currency != card.currency).then_some(compared),
            risk,
            sort_code: offer.sort_code.map(str::to_owned),
            notes,
        }
    }

    /// How a line comes about.
    fn how(&self, offer: &Offer<'_>, line: &Line<'_>) -> String {
        let card = offer.card;
        match line.rule {
            "base" => base(offer, line.amount),
            "fuel" => fuel(offer),
            "rounding" => "the sum, rounded".to_owned(),
            "volume discount" => {
                let month = self.standing.of(offer.service).month;
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
                    parts.extend(charge.percent.as_ref().map(|percent| part(percent, card)));
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

fn base(offer: &Offer<'_>, amount: i64) -> String {
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
    if let Some(cell) = cell.filter(|cell| cell.rate.is_some()) {
        let text = cell.text(card.currency, card.weight.unit);
        how = format!("{how}: {text}, at {}", weight(offer.billable, card));
    }
    let cheaper = cell.and_then(|cell| cell.at(offer.billable, card.money.lines)).is_some_and(|price| price < amount);
    if cheaper { format!("{how}; at least {}", Money::new(amount, card.currency).amount()) } else { how }
}

fn fuel(offer: &Offer<'_>) -> String {
    let card = offer.card;
    let Some((rule, (from, parts))) = card.fuel.as_ref().and_then(|rule| Some((rule, rule.on(offer.ship_date)?)))
    else {
        return String::new();
    };
    let base = rule.on_base.then_some("base");
    let lines: Vec<&str> =
        base.into_iter().chain(card.surcharges.iter().filter(|s| s.fuel).map(|s| s.name.as_str())).collect();
    let week = if rule.weekly { format!(" (from {from})") } else { String::new() };
    format!("{}{week} of {}", percent(parts), lines.join(", "))
}

fn part(of: &Percent, card: &Card) -> String {
    let base = of.base.then(|| "base".to_owned());
    let lines = of.lines.iter().filter_map(|at| card.surcharges.get(*at)).map(|surcharge| surcharge.name.clone());
    let amounts = of.of.iter().map(|worth| worth.name().to_owned());
    let lines: Vec<String> = base.into_iter().chain(lines).chain(amounts).collect();
    format!("{} of {}", percent(of.parts_per_million), lines.join(", "))
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

/// Less than this part of what there is is a little.
const LITTLE: i64 = 10;

/// What little less would have made it cheaper: the nearest bound of weight, and the nearest of length, below which some
/// service costs less than the choice does.
fn changes(rated: &Rated<'_>, parcel: &Parcel, standing: &Standing, policy: &Policy) -> Vec<Change> {
    let Some(now) = rated.offers().next() else { return Vec::new() };
    // A trial or a share goes its way whatever it costs.
    if standing.of(now.service).turn.is_some() {
        return Vec::new();
    }
    let (mut weights, mut lengths) = (Vec::new(), Vec::new());
    for offer in rated.offers() {
        let card = offer.card;
        let under = i64::from(card.prices.is_under());
        let bound = card.prices.below(offer.row as usize).filter(|_| offer.basis != Basis::Cubic);
        weights.extend(bound.map(|bound| bound.picograms() - under));
        for condition in card.surcharges.iter().flat_map(|surcharge| surcharge.when.conditions()) {
            match condition {
                Condition::Weight(above) => weights.push(above.over.picograms()),
                Condition::Size(Measure::Longest, above) => lengths.push(above.over),
                _ => {}
            }
        }
    }
    for (_, refused) in &rated.refused {
        match refused {
            Refused::Weight(limit, _) => weights.extend(match limit.max {
                Max::Weight(max) => Some(max.picograms()),
                _ => None,
            }),
            Refused::Length(limit, _) => lengths.extend(match limit.max {
                Max::Size(Measure::Longest, max) => Some(max),
                _ => None,
            }),
            _ => {}
        }
    }
    let try_out = |changed: &Parcel, what: &str, less: String| {
        let rated = rated.cards.rate(changed, standing, policy);
        let offer = rated.offers().next()?;
        let saves = now.compared.checked_sub(offer.compared).filter(|saves| *saves > 0)?;
        Some(Change {
            what: what.to_owned(),
            less,
            service: rated.cards.services()[offer.service as usize].id.clone(),
            total: Money::new(offer.total, offer.card.currency),
            saves: Money::new(saves, rated.currency),
        })
    };
    let mass = parcel.mass.picograms();
    weights.retain(|bound| *bound > 0 && *bound < mass && mass - bound <= mass / LITTLE);
    weights.sort_unstable_by(|a, b| b.cmp(a));
    weights.dedup();
    let lighter = weights.iter().find_map(|bound| {
        let lighter = Parcel { mass: Mass::from_picograms(*bound), ..parcel.clone() };
        try_out(&lighter, "weight", grams(mass - bound))
    });
    let shorter = parcel.dims.and_then(|dims| {
        let [longest, b, c] = dims.sides();
        lengths.retain(|to| {
            *to >= b && *to < longest && (longest.nanometres() - to.nanometres()) <= longest.nanometres() / LITTLE
        });
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        let unit = now.card.size.unit;
        lengths.iter().find_map(|to| {
            let shorter = Parcel { dims: Some(Dims::new([*to, b, c])?), ..parcel.clone() };
            try_out(&shorter, "longest side", less(longest, *to, unit))
        })
    });
    lighter.into_iter().chain(shorter).collect()
}

/// Rounded up: so much less is enough.
fn grams(picograms: i64) -> String {
    const GRAM: i64 = 1_000_000_000_000;
    let grams = Rounding::Up(GRAM).apply(picograms).unwrap_or(picograms) / GRAM;
    format!("{grams} g")
}

fn less(from: Length, to: Length, unit: LengthUnit) -> String {
    let less = Length::from_nanometres(from.nanometres() - to.nanometres());
    format!("{} {}", less.display(unit, 4), unit.symbol())
}
