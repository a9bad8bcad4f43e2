//! Manifests: which parcels a carrier took over, closed once and never changed.

use std::collections::{BTreeMap, BTreeSet};

use super::bag::SSCC_POOL;
use super::event::{Effect, Learned, Printout};
use super::fact::Fact;
use super::live::Say;
use super::parcel::{ParcelId, State};
use super::{Manifest, Outcome, Station, World};
use crate::barcode::gs1::SsccRange;
use crate::ids::{CarrierId, PoolId, ServiceOrCarrier};
use crate::screen::Sentence;
use crate::units::Date;

impl Station {
    /// Parcels of a carrier that wait for a manifest, by ship date.
    pub fn waiting_for_manifest(&self, carrier: &CarrierId) -> BTreeMap<Date, Vec<ParcelId>> {
        let mut waiting: BTreeMap<Date, Vec<ParcelId>> = BTreeMap::new();
        for (id, parcel) in self.parcels() {
            if let (State::Verified | State::Attested, Some(commitment)) = (parcel.state, &parcel.commitment)
                && commitment.carrier() == carrier
            {
                waiting.entry(commitment.ship_date).or_default().push(id);
            }
        }
        waiting
    }

    /// Closes a manifest for each ship date of the carrier's closed parcels.
    pub(super) fn close_manifest(&self, world: &World<'_>, carrier: &str) -> Outcome {
        let Some(carrier) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: super::floor::shown(carrier) });
        };
        let waiting = self.waiting_for_manifest(&carrier.id);
        if waiting.is_empty() {
            return Outcome::stop(Sentence::ManifestEmpty { carrier: carrier.name.clone() });
        }
        if let Some(stop) = self.take_out(waiting.values().flatten().copied()) {
            return stop;
        }
        let count: usize = waiting.values().map(Vec::len).sum();
        let note = Sentence::ManifestClosed { carrier: carrier.name.clone(), count: count as u64 };
        let mut outcome = Outcome::say(Say::good(note));
        self.end_bags(world, self.bags_of(&carrier.id), &mut outcome);
        for (ship_date, parcels) in waiting {
            let closed = self.manifests.iter().filter(|m| m.carrier == carrier.id && m.ship_date == ship_date);
            let wave = u32::try_from(closed.count()).unwrap_or(u32::MAX - 1) + 1;
            let date = ship_date.to_string().replace('-', "");
            let id = carrier.id.as_str().to_uppercase();
            let manifest = format!("{}.{}.{date}.{id}.{wave}", world.rules.warehouse, world.rules.station);
            let operator = self.operator.clone();
            outcome.effects.push(Effect::Print(Printout::Manifest { manifest: manifest.clone() }));
            let carrier = carrier.id.clone();
            outcome.facts.push(Fact::ManifestClosed { manifest, carrier, ship_date, wave, parcels, operator });
        }
        outcome
    }

    /// MANIFEST with nothing to close: the slips that the driver still signs come out again. One that had not come out when
    /// the power went is lost from the printer's queue, and not from here.
    pub(super) fn slips_again(&self, world: &World<'_>, carrier: &str) -> Option<Outcome> {
        let carrier = world.cards.carrier_called(carrier).filter(|_| world.rules.receipts)?;
        let open: Vec<_> = self.manifests.iter().filter(|m| m.carrier == carrier.id && !m.handed_over).collect();
        if open.is_empty() || !self.waiting_for_manifest(&carrier.id).is_empty() {
            return None;
        }
        let mut outcome = Outcome::say(Say::good(Sentence::SlipAgain { carrier: carrier.name.clone() }));
        let slip = |manifest: &Manifest| Effect::Print(Printout::Manifest { manifest: manifest.id.clone() });
        outcome.effects.extend(open.into_iter().map(slip));
        Some(outcome)
    }

    /// Closed manifests of a carrier that it has not taken, with their places.
    pub(super) fn to_hand_over<'a>(&'a self, carrier: &'a CarrierId) -> impl Iterator<Item = (usize, &'a Manifest)> {
        self.manifests.iter().enumerate().filter(move |(_, m)| m.carrier == *carrier && !m.handed_over)
    }

    /// The carrier took what is on closed manifests of it, without what was left out.
    pub(super) fn hand_over(&self, world: &World<'_>, carrier: &str) -> Outcome {
        let Some(carrier) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: super::floor::shown(carrier) });
        };
        let open: Vec<_> = self.to_hand_over(&carrier.id).collect();
        if open.is_empty() {
            return Outcome::stop(Sentence::HandoverEmpty { carrier: carrier.name.clone() });
        }
        if let Some(stop) = self.take_out(open.iter().flat_map(|(index, _)| self.taken(*index))) {
            return stop;
        }
        let mut count = 0;
        let handed = |(index, manifest): (usize, &Manifest)| {
            let taken: BTreeSet<ParcelId> = self.taken(index).collect();
            count += taken.len();
            let left_out = manifest.parcels.iter().filter(|id| !taken.contains(id)).copied().collect();
            Fact::ManifestHandedOver { manifest: manifest.id.clone(), left_out }
        };
        let facts: Vec<Fact> = open.into_iter().map(handed).collect();
        let note = Sentence::HandedOver { carrier: carrier.name.clone(), count: count as u64 };
        Outcome::say(Say::good(note)).facts(facts)
    }

    /// The receiver has the events of these manifests.
    pub(super) fn confirmed(&self, manifests: &[String]) -> Outcome {
        let news = self.manifests.iter().filter(|manifest| !manifest.confirmed && manifests.contains(&manifest.id));
        Outcome::default().facts(news.map(|manifest| Fact::ManifestConfirmed { manifest: manifest.id.clone() }))
    }

    /// A person says that every pool that waits may go on from the least that is free.
    pub(super) fn start_pools(&self) -> Outcome {
        if self.suspended.is_empty() && self.copied.is_none() {
            return Outcome::stop(Sentence::PoolsNone);
        }
        let started = |((carrier, pool), next): (&(CarrierId, PoolId), &u64)| Fact::PoolStarted {
            carrier: carrier.clone(),
            pool: pool.clone(),
            next: *next,
        };
        let note = Sentence::PoolsStarted { count: self.suspended.len() as u64 };
        // Without a pool of its own the word alone is recorded.
        let settled = self.suspended.is_empty().then_some(Fact::CopySettled);
        let facts = self.suspended.iter().map(started).chain(settled);
        Outcome::say(Say::good(note)).facts(facts).effect(Effect::Reconsider)
    }

    /// A person says where a number pool starts.
    pub(super) fn start_pool(&self, world: &World<'_>, carrier: &CarrierId, pool: &PoolId, next: u64) -> Outcome {
        let known = world.cards.carrier(carrier).and_then(|carrier| {
            let pool = carrier.pools.iter().find(|p| p.id == *pool && p.station == world.rules.station)?;
            Some((pool.from, pool.to))
        });
        let sscc = world.rules.sscc.as_ref().filter(|range| *carrier == SSCC_POOL && *pool == range.prefix());
        let Some((from, to)) = known.or(sscc.map(SsccRange::serials)) else {
            return Outcome::stop(Sentence::PoolUnknown { carrier: carrier.to_string(), pool: pool.to_string() });
        };
        let key = (carrier.clone(), pool.clone());
        let used = self.pools.get(&key).or(self.suspended.get(&key)).copied().unwrap_or(from);
        if next < used || next < from || next > to {
            let range = format!("{used}-{to}");
            return Outcome::stop(Sentence::PoolRefused { pool: pool.to_string(), range });
        }
        let started = Fact::PoolStarted { carrier: carrier.clone(), pool: pool.clone(), next };
        let mut outcome =
            Outcome::say(Say::good(Sentence::PoolStarted { carrier: carrier.to_string(), next: next.to_string() }));
        outcome.facts.push(started);
        outcome.effect(Effect::Reconsider)
    }

    /// Learns what became of parcels. What is known already changes nothing; what other stations sent is counted.
    pub(super) fn learn(&self, world: &World<'_>, outcomes: &[Learned]) -> Outcome {
        let mut facts = Vec::new();
        let (mut known, mut unknown) = (0_u64, 0_u64);
        let mut elsewhere: BTreeMap<(&str, Date), u64> = BTreeMap::new();
        for Learned { tracking, ending, on, service } in outcomes {
            let found = self.by_tracking(tracking.as_str()).and_then(|id| Some((id, self.parcel(id)?)));
            match (found, service) {
                (Some((_, parcel)), _) if parcel.ended.is_some_and(|e| (e.ending, e.on) == (*ending, *on)) => {
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
        let on = world.today;
        for ((service, month), parcels) in elsewhere {
            let service = ServiceOrCarrier::from(service);
            // A file of the few that went wrong says nothing of how many there are.
            if self.tallies.elsewhere(&service, month).is_none_or(|(before, _)| before < parcels) {
                facts.push(Fact::VolumeStated { service, month, parcels, on });
            }
        }
        let note = Sentence::OutcomesLearned { learned, known, unknown };
        Outcome::say(Say::good(note)).facts(facts)
    }
}
