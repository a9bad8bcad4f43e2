//! Every carrier and every card of the station, and the decision among them.

use std::collections::BTreeMap;

use super::price::Asked;
use super::refused::Refused;
use super::{Card, Decision, Parcel, Place, Quote, Refusal};
use crate::barcode::NumberRule;
use crate::label::Symbol;
use crate::units::{Currency, Date};

/// All services of all carriers, with all their periods.
#[derive(Debug, Clone)]
pub struct Cards {
    carriers: Vec<Carrier>,
    services: Vec<Service>,
    hash: String,
}

/// Why a carrier cannot be used at the moment, whatever its cards say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Somebody switched it off: a strike, a storm.
    Outage,
    /// The station has no tracking number of it to give out.
    NoNumbers,
}

/// A carrier: what its labels and numbers look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The name of its folder: `ontrac`.
    pub id: String,
    /// What labels call it: `ONTRAC`.
    pub name: String,
    /// How its tracking numbers are made; `None` where every label comes from outside.
    pub number: Option<NumberRule>,
    /// Which numbers each station may give out.
    pub pools: Vec<Pool>,
    /// How its tracking numbers become bars.
    pub symbol: Symbol,
    /// Its services.
    pub services: Vec<ServiceName>,
}

impl Carrier {
    /// What labels call one of its services.
    pub fn service(&self, id: &str) -> Option<&str> {
        self.services.iter().find(|service| service.id == id).map(|service| service.name.as_str())
    }
}

/// A service's name on labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceName {
    /// Carrier and service: `ontrac.ground`.
    pub id: String,
    /// What labels call it: `GROUND`.
    pub name: String,
}

/// A block of serial numbers that one station gives out, each once. Both ends belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Unique within the carrier, never used again for other numbers.
    pub id: String,
    /// The station that may use it.
    pub station: String,
    /// First serial.
    pub from: u64,
    /// Last serial.
    pub to: u64,
}

/// A service with its cards, oldest first; their periods do not overlap.
#[derive(Debug, Clone)]
pub struct Service {
    /// Carrier and service: `ontrac.ground`.
    pub id: String,
    /// The carrier's id.
    pub carrier: String,
    /// One per period.
    pub cards: Vec<Card>,
}

impl Service {
    fn card(&self, date: Date) -> Option<&Card> {
        self.cards.iter().rev().find(|card| card.covers(date))
    }
}

impl Cards {
    /// Carriers and services; `hash` is over every file they were read from.
    pub fn new(mut carriers: Vec<Carrier>, mut services: Vec<Service>, hash: String) -> Self {
        carriers.sort_by(|a, b| a.id.cmp(&b.id));
        services.sort_by(|a, b| a.id.cmp(&b.id));
        Self { carriers, services, hash }
    }

    /// Every carrier, by id.
    pub fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }

    /// The carrier with this id.
    pub fn carrier(&self, id: &str) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.id == id)
    }

    /// Every service, by id.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// SHA-256 over every file the cards were read from.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Services that do not collect from `place` with any of their cards.
    pub fn not_from<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a str> {
        let collects = move |service: &&Service| !service.cards.iter().any(|card| card.zones.leaves_from(place));
        self.services.iter().filter(collects).map(|service| service.id.as_str())
    }

    /// What labels and screens call a service; its id where no carrier names it.
    pub fn service_name<'a>(&'a self, id: &'a str) -> &'a str {
        let carrier = id.split('.').next().unwrap_or(id);
        self.carrier(carrier).and_then(|carrier| carrier.service(id)).unwrap_or(id)
    }

    /// What a packer calls a service: its carrier and its name on the label, `USPS GROUND ADVANTAGE`; the id when it is
    /// unknown.
    pub fn full_name(&self, id: &str) -> String {
        let carrier = id.split('.').next().and_then(|carrier| self.carrier(carrier));
        match carrier.and_then(|carrier| Some((carrier, carrier.service(id)?))) {
            Some((carrier, service)) => format!("{} {service}", carrier.name),
            None => id.to_owned(),
        }
    }

    /// What a person should know of a service's prices on a day.
    pub fn notes(&self, service: &str, date: Date) -> &[String] {
        let service = self.services.iter().find(|known| known.id == service);
        service.and_then(|service| service.card(date)).map_or(&[], |card| &card.notes)
    }

    /// Every service priced or refused, and the cheapest chosen; of two at one price the first by name. A carrier
    /// whose id is in `unavailable` is refused.
    pub fn decide(&self, parcel: &Parcel, unavailable: &BTreeMap<String, Unavailable>) -> Decision {
        let asked = Asked::new(parcel);
        let currency = self.services.iter().find_map(|service| service.cards.first()).map(|card| card.currency);
        let (mut quotes, mut refusals) = (Vec::new(), Vec::new());
        for service in &self.services {
            match service.quote(&asked, unavailable.get(&service.carrier).copied(), currency) {
                Ok(quote) => quotes.push(quote),
                Err(reasons) => refusals.extend(reasons),
            }
        }
        quotes.sort_by(|a: &Quote, b: &Quote| (a.total.minor, &a.service).cmp(&(b.total.minor, &b.service)));
        Decision {
            ship_date: parcel.ship_date,
            from: format!("{}:{}", parcel.from.country, parcel.from.postcode),
            to: format!("{}:{}", parcel.to.country, parcel.to.postcode.chars().take(3).collect::<String>()),
            choice: quotes.first().map(|quote| quote.service.clone()),
            quotes,
            refusals,
        }
    }
}

impl Service {
    /// The quote, or every reason against it.
    fn quote(
        &self,
        asked: &Asked<'_>,
        unavailable: Option<Unavailable>,
        compared: Option<Currency>,
    ) -> Result<Quote, Vec<Refusal>> {
        let mut reasons = Vec::new();
        reasons.extend(unavailable.map(Refused::Unavailable));
        let card = self.card(asked.parcel.ship_date);
        let priced = match card {
            None => Err(vec![Refused::NoCard]),
            Some(card) => {
                reasons.extend(compared.filter(|currency| *currency != card.currency).map(Refused::Currency));
                card.price(asked).map(|priced| (card, priced))
            }
        };
        match priced {
            Ok((card, priced)) if reasons.is_empty() => return Ok(priced.quote(&self.id, card)),
            Ok(_) => {}
            Err(more) => reasons.extend(more),
        }
        Err(reasons
            .iter()
            .map(|refused| Refusal {
                service: self.id.clone(),
                rule: refused.rule().to_owned(),
                reason: refused.reason(asked.parcel, card),
            })
            .collect())
    }
}
