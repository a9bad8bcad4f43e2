//! What has gone with each service, and what became of it: counted from the facts, so that it survives a restart.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{CarrierId, ServiceId, ServiceOrCarrier};
use crate::rating::{
    Availability, Carrier, DeliveryRecord, Goal, MonthlyParcels, ParcelCounts, ServiceAvailability, ServiceCards,
    Unavailable,
};
use crate::screen::{Sentence, shown};
use crate::station::event::{Effect, Learned};
use crate::station::fact::{Commitment, Ending, Fact};
use crate::station::live::Say;
use crate::station::pairs;
use crate::station::{Outcome, Station, World};
use crate::units::Date;

/// How a parcel ended, in as few bytes as it takes: a station keeps thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub ending: Ending,
    /// When.
    pub on: Date,
    late: bool,
}

impl Ended {
    /// How a parcel ended, measured by what its commitment promised.
    pub(super) fn of(commitment: &Commitment, ending: Ending, on: Date) -> Self {
        let took = on.number() - commitment.ship_date.number();
        Self { ending, on, late: commitment.days.is_some_and(|days| took > i64::from(days)) }
    }
}

/// Counts of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    /// Parcels by ship date: a few bytes for each day, and a clock that was wrong for a while spoils no other day.
    days: BTreeMap<Date, u64>,
    wave: u64,
    sent: u64,
    record: DeliveryRecord,
    by_zone: BTreeMap<String, DeliveryRecord>,
    /// Of the account's other stations, by month, and the day somebody said so.
    #[serde(with = "pairs")]
    elsewhere: BTreeMap<(u16, u8), (u64, Date)>,
}

/// Counts of every service, and of each carrier those of parcels of which nobody says the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tallies {
    services: BTreeMap<ServiceId, Counts>,
    carriers: BTreeMap<CarrierId, Counts>,
}

fn month_of(date: Date) -> (u16, u8) {
    (date.year(), date.month())
}

impl Tallies {
    pub(super) fn committed(&mut self, commitment: &Commitment) {
        let counts = self.counts_of(&commitment.service);
        counts.sent += 1;
        counts.wave += 1;
        *counts.days.entry(commitment.ship_date).or_default() += 1;
    }

    /// A parcel does not travel; `manifested` says that it was on a manifest, and counts in no wave any more.
    pub(super) fn voided(&mut self, commitment: &Commitment, manifested: bool) {
        let counts = self.counts_of(&commitment.service);
        counts.sent = counts.sent.saturating_sub(1);
        counts.wave = counts.wave.saturating_sub(u64::from(!manifested));
        if let Some(day) = counts.days.get_mut(&commitment.ship_date) {
            *day = day.saturating_sub(1);
        }
    }

    /// A parcel was put on a manifest.
    pub(super) fn manifested(&mut self, service: &ServiceOrCarrier) {
        let counts = self.counts_of(service);
        counts.wave = counts.wave.saturating_sub(1);
    }

    /// Something was learned of a parcel; what was known of it before no longer counts.
    pub(super) fn ended(&mut self, commitment: &Commitment, before: Option<Ended>, now: Ended) {
        let counts = self.counts_of(&commitment.service);
        let zone = counts.by_zone.entry(commitment.zone.clone()).or_default();
        for record in [&mut counts.record, zone] {
            if let Some(before) = before {
                record.parcels = record.parcels.saturating_sub(1);
                record.failed = record.failed.saturating_sub(u64::from(before.ending.failed()));
                record.late = record.late.saturating_sub(u64::from(before.late));
            }
            record.parcels += 1;
            record.failed += u64::from(now.ending.failed());
            record.late += u64::from(now.late);
        }
    }

    pub(super) fn stated(&mut self, service: &ServiceOrCarrier, month: Date, parcels: u64, on: Date) {
        self.counts_of(service).elsewhere.insert(month_of(month), (parcels, on));
    }

    fn counts_of(&mut self, of: &ServiceOrCarrier) -> &mut Counts {
        match of {
            ServiceOrCarrier::Service(service) => self.services.entry(service.clone()).or_default(),
            ServiceOrCarrier::Carrier(carrier) => self.carriers.entry(carrier.clone()).or_default(),
        }
    }

    /// How many parcels of other stations are believed in, in the month of a day.
    pub(super) fn elsewhere(&self, of: &ServiceOrCarrier, day: Date) -> Option<(u64, Date)> {
        let counts = match of {
            ServiceOrCarrier::Service(service) => self.services.get(service),
            ServiceOrCarrier::Carrier(carrier) => self.carriers.get(carrier),
        };
        counts?.elsewhere.get(&month_of(day)).copied()
    }

    /// A service's counts, or those of everything that goes with a carrier, with those of a ship date and of its month.
    pub(super) fn of(&self, of: &ServiceOrCarrier, day: Date) -> ParcelCounts {
        match of {
            ServiceOrCarrier::Service(service) => self.of_service(service, day),
            ServiceOrCarrier::Carrier(carrier) => {
                let services = self.services.iter().filter(|(service, _)| service.carrier() == carrier);
                sum(services.map(|(_, counts)| counts).chain(self.carriers.get(carrier)), day)
            }
        }
    }

    /// A service's counts, with those of a ship date and of its month.
    pub(super) fn of_service(&self, service: &ServiceId, day: Date) -> ParcelCounts {
        sum(self.services.get(service).into_iter(), day)
    }

    /// A service's parcels of the month of a ship date.
    pub(super) fn month(&self, service: &ServiceId, day: Date) -> MonthlyParcels {
        let counts = self.services.get(service);
        let elsewhere = counts.and_then(|counts| counts.elsewhere.get(&month_of(day)).copied());
        MonthlyParcels { own: self.of_service(service, day).month, elsewhere }
    }

    /// What became of a service's parcels, by zone.
    pub(super) fn by_zone(&self, service: &ServiceId) -> BTreeMap<String, DeliveryRecord> {
        self.services.get(service).map(|counts| counts.by_zone.clone()).unwrap_or_default()
    }
}

fn sum<'a>(all: impl Iterator<Item = &'a Counts>, day: Date) -> ParcelCounts {
    let mut sum = ParcelCounts::default();
    for counts in all {
        sum.day += counts.days.get(&day).copied().unwrap_or_default();
        sum.month += counts.days.range(day.first_of_month()..=day.last_of_month()).map(|(_, count)| count).sum::<u64>();
        sum.wave += counts.wave;
        sum.sent += counts.sent;
        sum.record.parcels += counts.record.parcels;
        sum.record.failed += counts.record.failed;
        sum.record.late += counts.record.late;
    }
    sum
}

/// What has gone with each service, and which carriers do not come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Volumes {
    pub(super) tallies: Tallies,
    /// Carriers that are left out of the choice.
    pub(super) outages: BTreeSet<CarrierId>,
}

impl Station {
    /// Which services may take an order that is to be packed now.
    pub(super) fn availability_to_pack(&self, world: &World<'_>, order_ref: &str) -> Availability {
        self.availability(world, order_ref, |carrier| {
            carrier.and_then(|carrier| self.next_number(world, &carrier.id)).is_some()
        })
    }

    /// Which services may take an order now. `numbered` says of a carrier whether it has numbers to give out.
    pub fn availability(
        &self,
        world: &World<'_>,
        order_ref: &str,
        numbered: impl Fn(Option<&Carrier>) -> bool,
    ) -> Availability {
        let of_service = |service: &ServiceCards| {
            let unavailable = match () {
                () if self.volumes.outages.contains(service.id.carrier()) => Some(Unavailable::Outage),
                () if !numbered(world.cards.carrier(service.id.carrier())) => Some(Unavailable::NoNumbers),
                () => None,
            };
            let counts = |of: &ServiceOrCarrier, day| self.volumes.tallies.of(of, day);
            let now = (self.day(world), world.minute);
            let allocated = world.rules.allocation.availability(&service.id, order_ref, now, counts);
            let day = allocated.leaves.unwrap_or(now.0);
            let learns = matches!(world.rules.policy.goal, Goal::Expected(_));
            ServiceAvailability {
                unavailable: unavailable.or(allocated.unavailable),
                month: self.volumes.tallies.month(&service.id, day),
                record: self.volumes.tallies.of_service(&service.id, day).record,
                by_zone: if learns { self.volumes.tallies.by_zone(&service.id) } else { BTreeMap::new() },
                ..allocated
            }
        };
        Availability::new(world.cards.services().iter().map(of_service).collect())
    }

    /// What is known of a service whenever it is asked: what became of its parcels, and what other stations sent in the
    /// month of a day.
    pub fn learned(&self, service: &ServiceId, day: Date) -> ServiceAvailability {
        ServiceAvailability {
            month: MonthlyParcels { own: 0, ..self.volumes.tallies.month(service, day) },
            record: self.volumes.tallies.of_service(service, day).record,
            by_zone: self.volumes.tallies.by_zone(service),
            ..ServiceAvailability::default()
        }
    }

    pub(super) fn outage(&self, world: &World<'_>, carrier: &str) -> Outcome {
        let Some(known) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: shown(carrier) });
        };
        let out = !self.volumes.outages.contains(&known.id);
        let carrier = known.name.clone();
        let said = if out { Sentence::OutageOn { carrier } } else { Sentence::OutageOff { carrier } };
        Outcome::say(Say::good(said))
            .facts([Fact::OutageSet { carrier: known.id.clone(), out }])
            .effect(Effect::Reconsider)
    }

    /// Learns what became of parcels. What is known already changes nothing; what other stations sent is counted.
    pub(super) fn learn(&self, world: &World<'_>, outcomes: &[Learned]) -> Outcome {
        let mut facts = Vec::new();
        let (mut known, mut unknown) = (0_u64, 0_u64);
        let mut elsewhere: BTreeMap<(&str, Date), u64> = BTreeMap::new();
        for Learned { tracking, ending, on, service } in outcomes {
            let found = self.by_tracking(tracking.as_str()).and_then(|id| Some((id, self.parcel(id)?)));
            match (found, service) {
                (Some((_, parcel)), _) if parcel.ended().is_some_and(|e| (e.ending, e.on) == (*ending, *on)) => {
                    known += 1
                }
                (Some((parcel, _)), _) => facts.push(Fact::Ended { parcel, ending: *ending, on: *on }),
                (None, Some(service)) => {
                    let month = Date::new(on.year(), on.month(), 1).unwrap_or(*on);
                    *elsewhere.entry((service.as_str(), month)).or_default() += 1;
                }
                (None, None) => unknown += 1,
            }
        }
        let learned = facts.len() as u64;
        let on = self.day(world);
        for ((service, month), parcels) in elsewhere {
            let service = ServiceOrCarrier::from(service);
            // A file of the few that went wrong says nothing of how many there are.
            if self.volumes.tallies.elsewhere(&service, month).is_none_or(|(before, _)| before < parcels) {
                facts.push(Fact::VolumeStated { service, month, parcels, on });
            }
        }
        let note = Sentence::OutcomesLearned { learned, known, unknown };
        Outcome::say(Say::good(note)).facts(facts)
    }
}
