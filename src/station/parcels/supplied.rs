//! A label that came with its order: no service is chosen and no number drawn. It counts for the carrier that the order
//! says, or else for the one carrier whose rule its number keeps; it is printed when it is known to be nobody else's.

use crate::barcode::{NumberError, Why};
use crate::ids::{ParcelId, ServiceId, ServiceOrCarrier, TrackingNumber};
use crate::rating::{self, Availability, Basis, Billable, Cards, Carrier, Decision, Quote, ServiceAvailability};
use crate::screen::Sentence;
use crate::station::fact::{Commitment, Fact, NumberSource};
use crate::station::live::Say;
use crate::station::order::{Given, Order};
use crate::station::parcels::Parcel;
use crate::station::parcels::marks::Shipment;
use crate::station::parcels::packing::sha256_hex;
use crate::station::{Outcome, Station, World};
use crate::units::{Currency, MassUnit, Money};

/// What a supplied label counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted<'c> {
    /// Its carrier.
    pub carrier: &'c Carrier,
    /// Its service, where the order says it.
    pub service: Option<&'c ServiceId>,
}

/// Why a supplied label counts for nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uncounted {
    /// The order names what there is not.
    #[error("service.carrier {:?} is no carrier and no service of this station; correct it, or add its folder", .0.as_str())]
    Unknown(ServiceOrCarrier),
    /// The number is none of the carrier's.
    #[error("{0}, or correct service.carrier")]
    Broken(NumberError),
    /// No carrier's rule fits the number.
    #[error("no carrier here has numbers like {0}; say whose it is in service.carrier")]
    Nobodys(TrackingNumber),
    /// Several carriers' rules fit the number.
    #[error("{number} may be a number of {carriers}; say whose it is in service.carrier")]
    Several {
        /// The number.
        number: TrackingNumber,
        /// `gofo, usps`.
        carriers: String,
    },
}

/// Which carrier's, and where the order says it which service's, a supplied label is. A number that breaks a rule of its
/// carrier's folder is nobody's.
///
/// # Errors
/// [`Uncounted`]: nothing is guessed.
pub fn counted<'c>(cards: &'c Cards, given: &Given) -> Result<Counted<'c>, Uncounted> {
    let named = match &given.service {
        None => named(cards, &given.hint.as_str().into()),
        Some(service) => Some(named(cards, service).ok_or_else(|| Uncounted::Unknown(service.clone()))?),
    };
    if let Some(counted) = named {
        return match cards.numbers().check(&counted.carrier.id, given.tracking.as_str()) {
            Err(error) if error.why != Why::Unknown => Err(Uncounted::Broken(error)),
            Ok(()) | Err(_) => Ok(counted),
        };
    }
    let number = given.tracking.clone();
    let carriers: Vec<&Carrier> =
        cards.numbers().whose(number.as_str()).iter().filter_map(|found| cards.carrier(&found.issuer.id)).collect();
    match carriers[..] {
        [carrier] => Ok(Counted { carrier, service: None }),
        [] => Err(Uncounted::Nobodys(number)),
        _ => {
            let carriers = carriers.iter().map(|carrier| carrier.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(Uncounted::Several { number, carriers })
        }
    }
}

/// The carrier or the service of this name.
fn named<'c>(cards: &'c Cards, name: &ServiceOrCarrier) -> Option<Counted<'c>> {
    let carrier = cards.carrier(name.carrier())?;
    let service = match name {
        ServiceOrCarrier::Service(service) => Some(&carrier.service(service)?.id),
        ServiceOrCarrier::Carrier(_) => None,
    };
    Some(Counted { carrier, service })
}

impl Station {
    /// Commits the parcel to the label that came with its order, or says why not.
    pub(in crate::station) fn take_label(
        &self,
        world: &World<'_>,
        parcel: &Parcel,
        order: &Order,
        given: &Given,
        rated: &rating::ParcelToRate,
        outcome: Outcome,
    ) -> Outcome {
        let counted = match counted(world.cards, given) {
            Ok(counted) => counted,
            Err(why) => {
                let decision = world.cards.decide(rated, &Availability::default(), &world.rules.policy);
                let decision = Decision { choice: None, quotes: Vec::new(), changes: Vec::new(), ..decision };
                return refuse(outcome, parcel.id, decision, label_refused(why));
            }
        };
        let decision = self.record(world, counted, rated);
        let carrier = counted.carrier;
        if self.volumes.outages.contains(&carrier.id) {
            return refuse(outcome, parcel.id, decision, Sentence::OutageOn { carrier: carrier.name.clone() });
        }
        if self.by_tracking(given.tracking.as_str()).is_some() {
            return refuse(outcome, parcel.id, decision, Sentence::LabelUsed { tracking: given.tracking.to_string() });
        }
        let nothing = Money::new(0, world.rules.policy.currency.unwrap_or(Currency::USD));
        let mut commitment = commitment(counted, given, (order, rated), &decision, nothing);
        match self.label(world, parcel.id, order, &commitment, rated.mass, 1) {
            Err(note) => refuse(outcome, parcel.id, decision, note),
            Ok(bytes) => {
                commitment.label_sha256 = sha256_hex(&bytes);
                let shipment = Shipment {
                    from: &world.rules.ship_from.country,
                    carrier: commitment.carrier(),
                    on: commitment.ship_date,
                };
                commitment.marks = world.rules.marks.needed(order, shipment);
                let decision = Decision { choice: Some(commitment.service.clone()), ..decision };
                let decided = Fact::Decided { parcel: parcel.id, decision: Box::new(decision) };
                outcome
                    .facts([decided, Fact::Committed { parcel: parcel.id, commitment: Box::new(commitment) }])
                    .effect(self.prepare(parcel.next_print()))
            }
        }
    }

    /// What the cards say of the service, or of every service of the carrier: evidence, and no choice.
    fn record(&self, world: &World<'_>, counted: Counted<'_>, rated: &rating::ParcelToRate) -> Decision {
        let allocation = &world.rules.allocation;
        let of_service = |service: &rating::ServiceCards| {
            let leaves = allocation.leaves(service.id.carrier(), self.day(world), world.minute);
            ServiceAvailability {
                leaves,
                month: self.volumes.tallies.month(&service.id, leaves.unwrap_or(self.day(world))),
                ..ServiceAvailability::default()
            }
        };
        let availability = Availability::new(world.cards.services().iter().map(of_service).collect());
        let mut decision = world.cards.decide(rated, &availability, &world.rules.policy);
        let of = |service: &ServiceId| match counted.service {
            Some(named) => service == named,
            None => *service.carrier() == counted.carrier.id,
        };
        decision.quotes.retain(|quote| of(&quote.service));
        decision.refusals.retain(|refusal| of(&refusal.service));
        decision.changes.clear();
        Decision { choice: None, policy: "supplied".to_owned(), priority: None, ..decision }
    }
}

/// Everything but the hash of the label. Its price is that of the one service it can only be; else it has none.
fn commitment(
    counted: Counted<'_>,
    given: &Given,
    (order, rated): (&Order, &rating::ParcelToRate),
    decision: &Decision,
    nothing: Money,
) -> Commitment {
    let quote: Option<&Quote> = match (&decision.quotes[..], counted.service) {
        ([quote], _) => Some(quote),
        _ => None,
    };
    let only = match &counted.carrier.services[..] {
        [service] => Some(&service.id),
        _ => None,
    };
    let service = counted.service.or(quote.map(|quote| &quote.service)).or(only);
    let weighed = || Billable {
        value: rated.mass.display(MassUnit::Kg, 3).to_string(),
        unit: MassUnit::Kg.symbol().to_owned(),
        basis: Basis::Actual,
    };
    Commitment {
        service: service.map_or_else(|| counted.carrier.id.clone().into(), |service| service.clone().into()),
        tracking: given.tracking.clone(),
        source: NumberSource::Supplied,
        ship_date: quote.and_then(|quote| quote.leaves).unwrap_or(decision.ship_date),
        chosen_on: Some(decision.ship_date),
        total: quote.map_or(nothing, |quote| quote.total),
        zone: quote.map(|quote| quote.zone.clone()).unwrap_or_default(),
        billable: quote.map_or_else(weighed, |quote| quote.billable.clone()),
        card: quote.map(|quote| quote.card.clone()).unwrap_or_default(),
        days: quote.and_then(|quote| quote.days),
        sort_code: quote.and_then(|quote| quote.sort_code.clone()),
        sort_detail: quote.and_then(|quote| quote.sort_detail.clone()),
        marks: Vec::new(),
        label_sha256: String::new(),
        destination: (order.ship_to.country.clone(), order.ship_to.postcode.chars().take(3).collect()),
    }
}

fn label_refused(why: impl ToString) -> Sentence {
    Sentence::LabelRefused { reason: why.to_string() }
}

fn refuse(outcome: Outcome, id: ParcelId, decision: Decision, note: Sentence) -> Outcome {
    outcome.tell(Say::stop(note)).facts([Fact::Decided { parcel: id, decision: Box::new(decision) }])
}
