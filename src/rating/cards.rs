//! Every carrier and every card of the station, and the decision among them.

use std::collections::{BTreeMap, BTreeSet};

use super::area::PlaceKeys;
use super::price::{Findings, Offer, OfferLine};
use super::refused::RefusalReason;
use super::request::RateRequest;
use super::{Availability, Card, ParcelToRate, Place, Policy};
use crate::barcode::{Format, Issuer, NumberRule, Numbers};
use crate::ids::{CarrierId, PoolId, ServiceId, ServiceOrCarrier};
use crate::units::{Currency, Date};

/// All services of all carriers, with all their periods.
#[derive(Debug, Clone)]
pub struct Cards {
    carriers: Vec<Carrier>,
    services: Vec<ServiceCards>,
    numbers: Numbers,
    hash: String,
    named: bool,
}

/// A carrier: what its labels and numbers look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The name of its folder: `ontrac`.
    pub id: CarrierId,
    /// What labels call it: `ONTRAC`.
    pub name: String,
    /// How its tracking numbers are made; `None` where every label comes from outside.
    pub number: Option<NumberRule>,
    /// How its tracking numbers look; none: nobody knows, and none is refused.
    pub formats: Vec<Format>,
    /// Which numbers each station may give out.
    pub pools: Vec<NumberPool>,
    /// The layout of its labels.
    pub label: String,
    /// What its labels say beside the parcel's own data: account numbers, service codes.
    pub values: BTreeMap<String, String>,
    /// Its services.
    pub services: Vec<ServiceName>,
    /// What of it is an example, to be written anew.
    pub invented: BTreeSet<Invented>,
}

/// What of a carrier's folder may be an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invented {
    /// There is no such carrier.
    Carrier,
    /// How its numbers are made, and the pools.
    Numbers,
    /// What its labels say beside the parcel's own data.
    Values,
}

impl Invented {
    /// Each with its word in `carrier.toml`.
    pub const NAMES: [(&str, Self); 3] =
        [("carrier", Self::Carrier), ("numbers", Self::Numbers), ("values", Self::Values)];
}

impl Carrier {
    fn issuer(&self) -> Issuer {
        Issuer { id: self.id.clone(), name: self.name.clone(), formats: self.formats.clone() }
    }

    /// One of its services.
    pub fn service(&self, id: &ServiceId) -> Option<&ServiceName> {
        self.services.iter().find(|service| service.id == *id)
    }

    /// The layout of a service's labels.
    pub fn layout(&self, service: Option<&ServiceId>) -> &str {
        service.and_then(|id| self.service(id)?.label.as_deref()).unwrap_or(&self.label)
    }
}

/// A service's name on labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceName {
    /// Carrier and service: `ontrac.ground`.
    pub id: ServiceId,
    /// What labels call it: `GROUND`.
    pub name: String,
    /// The layout of its labels, where it has one of its own.
    pub label: Option<String>,
}

/// A block of serial numbers that one station gives out, each once. Both ends belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberPool {
    /// Unique within the carrier, never used again for other numbers.
    pub id: PoolId,
    /// The station that may use it.
    pub station: String,
    /// First serial.
    pub from: u64,
    /// Last serial.
    pub to: u64,
}

/// A service with its cards, oldest first; their periods do not overlap.
#[derive(Debug, Clone)]
pub struct ServiceCards {
    /// Carrier and service: `ontrac.ground`.
    pub id: ServiceId,
    /// One per period.
    pub cards: Vec<Card>,
}

impl ServiceCards {
    /// Whether any of its cards collects from somewhere in a country.
    pub fn collects_in(&self, country: &str) -> bool {
        self.cards.iter().any(|card| card.zones.leaves_country(country))
    }

    /// The card in force on a day.
    pub fn card(&self, date: Date) -> Option<&Card> {
        self.cards.iter().rev().find(|card| card.covers(date))
    }
}

impl Cards {
    /// Carriers and services; `hash` is over every file they were read from.
    pub fn new(mut carriers: Vec<Carrier>, mut services: Vec<ServiceCards>, hash: String) -> Self {
        carriers.sort_by(|a, b| a.id.cmp(&b.id));
        services.sort_by(|a, b| a.id.cmp(&b.id));
        let named = services.iter().flat_map(|service| &service.cards).any(Card::is_named);
        let numbers = Numbers::new(carriers.iter().map(Carrier::issuer).collect());
        Self { carriers, services, numbers, hash, named }
    }

    /// The same with the numbers of other carriers known; what a carrier of these says of its own numbers counts alone.
    #[must_use]
    pub fn with_published(self, published: Vec<Issuer>) -> Self {
        let own = self.carriers.iter().map(Carrier::issuer);
        let numbers = Numbers::new(own.chain(published).collect());
        Self { numbers, ..self }
    }

    /// Whose tracking numbers look how.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Every carrier, by id.
    pub fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }

    /// The carrier with this id.
    pub fn carrier(&self, id: &CarrierId) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.id == *id)
    }

    /// The carrier that a person or a file calls by its id.
    pub fn carrier_called(&self, text: &str) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.id == text)
    }

    /// What labels call a carrier; its id where there is no such carrier here.
    pub fn carrier_name<'a>(&'a self, id: &'a CarrierId) -> &'a str {
        self.carrier(id).map_or(id.as_str(), |carrier| &carrier.name)
    }

    /// Every service, by id.
    pub fn services(&self) -> &[ServiceCards] {
        &self.services
    }

    /// SHA-256 over every file the cards were read from.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Services that do not collect from `place` with any of their cards.
    pub fn not_from<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a ServiceId> {
        let collects = move |service: &&ServiceCards| !service.cards.iter().any(|card| card.zones.leaves_from(place));
        self.services.iter().filter(collects).map(|service| &service.id)
    }

    /// The currency prices of parcels from `place` are compared in.
    pub fn currency(&self, place: &Place, policy: &Policy) -> Currency {
        self.compared_in(policy, &PlaceKeys::new(place, self.named))
    }

    /// Whether any card names places by region or city.
    pub(super) const fn is_named(&self) -> bool {
        self.named
    }

    fn compared_in(&self, policy: &Policy, from: &PlaceKeys) -> Currency {
        let cards = || self.services.iter().filter_map(|service| service.cards.last());
        let first = || cards().find(|card| card.zones.collects(from)).or_else(|| cards().next());
        policy.currency.or_else(|| first().map(|card| card.currency)).unwrap_or(Currency::USD)
    }

    /// What labels and screens call a service; its id where no carrier names it.
    pub fn service_name<'a>(&'a self, id: &'a ServiceOrCarrier) -> &'a str {
        let known = id.service().and_then(|service| self.carrier(service.carrier())?.service(service));
        known.map_or(id.as_str(), |service| &service.name)
    }

    /// What a packer calls a service: its carrier and its name on the label, `USPS GROUND ADVANTAGE`; of a bare carrier
    /// its name, and the id when it is unknown.
    pub fn full_name(&self, id: &ServiceOrCarrier) -> String {
        let known = self.carrier(id.carrier()).and_then(|carrier| match id {
            ServiceOrCarrier::Service(id) => {
                carrier.service(id).map(|service| format!("{} {}", carrier.name, service.name))
            }
            ServiceOrCarrier::Carrier(_) => Some(carrier.name.clone()),
        });
        known.unwrap_or_else(|| id.to_string())
    }

    /// Notes of the card in force on a day: what a person should know of its prices.
    pub fn notes(&self, service: &ServiceOrCarrier, date: Date) -> &[String] {
        let service = self.services.iter().find(|known| Some(&known.id) == service.service());
        service.and_then(|service| service.card(date)).map_or(&[], |card| &card.notes)
    }

    /// Every service priced or refused, and the offers in the order of the policy.
    pub fn rate<'c>(&'c self, parcel: &ParcelToRate, availability: &Availability, policy: &Policy) -> RatedParcel<'c> {
        let request = RateRequest::new(parcel, self.named);
        let currency = self.compared_in(policy, &request.from);
        let mut found = Findings::default();
        let mut offers: Vec<Offer<'c>> = Vec::with_capacity(self.services.len());
        // An offer has a base line and on average three more. Reserving them is one allocation instead of five.
        found.lines.reserve(self.services.len() * 4);
        for (at, service) in (0_u32..).zip(&self.services) {
            // A service that cannot be used now is rated all the same: a person is told every reason against it.
            let now = availability.of(at);
            let before = found.refused.len();
            found.refused.extend(now.unavailable.map(|why| (at, RefusalReason::Unavailable(why))));
            let ship_date = now.leaves.unwrap_or(parcel.ship_date);
            let Some(card) = service.card(ship_date) else {
                found.refused.push((at, RefusalReason::NoCard));
                continue;
            };
            let lines = found.lines.len();
            let Some(mut offer) = card.price(at, &request, ship_date, now.month.parcels(), &mut found) else {
                continue;
            };
            match policy.compared(offer.total, card.currency, currency) {
                Some(compared) => offer.compared = compared,
                None => found.refused.push((at, RefusalReason::Currency(currency))),
            }
            if found.refused.len() == before {
                offers.push(offer);
            } else {
                found.lines.truncate(lines);
            }
        }
        let rank = |offer: &Offer<'_>| policy.rank(&self.services[offer.service as usize].id, offer, availability);
        let mut ranked: Vec<_> = offers.iter().map(rank).zip(0_usize..).collect();
        ranked.sort_unstable();
        let mut order: Vec<u32> = ranked.iter().filter_map(|(_, at)| u32::try_from(*at).ok()).collect();
        // The best offer with a priority goes to the front, and the others keep their order.
        let prior = order.iter().position(|at| availability.of(offers[*at as usize].service).priority.is_some());
        if let Some(prior) = prior {
            order[..=prior].rotate_right(1);
        }
        RatedParcel { cards: self, currency, offers, order, lines: found.lines, refused: found.refused }
    }
}

/// The services that would carry a parcel, with the lines of their prices, and the reasons of all others.
#[derive(Debug)]
pub struct RatedParcel<'c> {
    pub(super) cards: &'c Cards,
    pub(super) currency: Currency,
    /// In the order of the services.
    offers: Vec<Offer<'c>>,
    /// Positions of the offers: the choice first, then in the order of the policy.
    order: Vec<u32>,
    lines: Vec<OfferLine<'c>>,
    pub(super) refused: Vec<(u32, RefusalReason<'c>)>,
}

impl<'c> RatedParcel<'c> {
    /// The choice first, then in the order of the policy.
    pub fn offers(&self) -> impl ExactSizeIterator<Item = &Offer<'c>> {
        self.order.iter().map(|at| &self.offers[*at as usize])
    }

    /// The currency prices are compared in.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The id of the service at this position, which is one that an offer or a refusal of these names.
    pub fn service(&self, position: u32) -> &'c ServiceId {
        &self.cards.services[position as usize].id
    }

    /// What an offer's price is made of.
    pub fn lines(&self, offer: &Offer<'c>) -> &[OfferLine<'c>] {
        self.lines.get(offer.lines.start as usize..offer.lines.end as usize).unwrap_or_default()
    }

    /// Every reason against a service: its position, the rule's name, and by how much it was missed in the smallest unit
    /// of what it measures (0 where there is no margin).
    pub fn refused(&self) -> impl ExactSizeIterator<Item = (u32, &'c str, i128)> {
        self.refused.iter().map(|(service, refused)| (*service, refused.rule(), refused.margin()))
    }
}
