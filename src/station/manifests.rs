//! Manifests: which parcels a carrier took over, closed once and never changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{CarrierId, ParcelId};
use crate::screen::{Sentence, shown};
use crate::station::event::{Effect, Printout};
use crate::station::fact::Fact;
use crate::station::live::Say;
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Station, World};
use crate::units::Date;

/// Parcels handed to one carrier in one wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its identifier.
    pub id: String,
    /// The carrier.
    pub carrier: CarrierId,
    /// The ship date of all its parcels.
    pub ship_date: Date,
    /// Counts manifests of this carrier and day.
    pub wave: u32,
    /// What is on it.
    pub parcels: Vec<ParcelId>,
    /// Whether the carrier took it.
    pub handed_over: bool,
    /// Whether the receiver has its event.
    pub confirmed: bool,
}

/// Every manifest, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manifests {
    all: Vec<Manifest>,
}

impl Manifests {
    /// The place of the next one.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn close(&mut self, manifest: Manifest) {
        self.all.push(manifest);
    }

    /// The place of a manifest.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.all.iter().position(|manifest| manifest.id == id)
    }

    pub(super) fn hand_over(&mut self, place: usize) {
        self.all[place].handed_over = true;
    }

    pub(super) fn confirm(&mut self, place: usize) {
        self.all[place].confirmed = true;
    }
}

impl Station {
    /// The parcels of a manifest, by its place, that are on it and were not left out.
    pub fn taken(&self, manifest: usize) -> impl Iterator<Item = ParcelId> + '_ {
        let on = move |id: &ParcelId| {
            self.parcel(*id).is_some_and(|parcel| {
                let here = parcel.manifest().and_then(|index| usize::try_from(index).ok()) == Some(manifest);
                here && matches!(parcel.state(), State::Manifested | State::Confirmed)
            })
        };
        self.manifests.all.get(manifest).into_iter().flat_map(|manifest| &manifest.parcels).copied().filter(on)
    }

    /// What is on a manifest and was left out, or ended otherwise.
    pub fn left_out<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = ParcelId> + 'a {
        let gone = |id: &ParcelId| {
            let on = |parcel: &Parcel| self.manifest_of(parcel).is_some_and(|on| on.id == manifest.id);
            let taken = |parcel: &Parcel| matches!(parcel.state(), State::Manifested | State::Confirmed) && on(parcel);
            self.parcel(*id).is_some_and(|parcel| !taken(parcel))
        };
        manifest.parcels.iter().copied().filter(gone)
    }

    /// Whether the carrier has taken a parcel.
    pub fn handed_over(&self, parcel: &Parcel) -> bool {
        let gone = matches!(parcel.state(), State::Manifested | State::Confirmed);
        gone && self.manifest_of(parcel).is_some_and(|manifest| manifest.handed_over)
    }

    /// Every manifest, oldest first.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests.all
    }

    /// The manifest a parcel is on.
    pub fn manifest_of(&self, parcel: &Parcel) -> Option<&Manifest> {
        self.manifests.all.get(usize::try_from(parcel.manifest()?).ok()?)
    }

    /// Parcels of a carrier that wait for a manifest, by ship date.
    pub fn waiting_for_manifest(&self, carrier: &CarrierId) -> BTreeMap<Date, Vec<ParcelId>> {
        let mut waiting: BTreeMap<Date, Vec<ParcelId>> = BTreeMap::new();
        for parcel in self.parcels() {
            if let (State::Verified | State::Attested, Some(commitment)) = (parcel.state(), parcel.commitment())
                && commitment.carrier() == carrier
            {
                waiting.entry(commitment.ship_date).or_default().push(parcel.id);
            }
        }
        waiting
    }

    /// Closes a manifest for each ship date of the carrier's closed parcels.
    pub(super) fn close_manifest(&self, world: &World<'_>, carrier: &str) -> Outcome {
        let Some(carrier) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: shown(carrier) });
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
            let closed = self.manifests.all.iter().filter(|m| m.carrier == carrier.id && m.ship_date == ship_date);
            let wave = u32::try_from(closed.count()).unwrap_or(u32::MAX - 1) + 1;
            let date = ship_date.to_string().replace('-', "");
            let id = carrier.id.as_str().to_uppercase();
            let manifest = format!("{}.{}.{date}.{id}.{wave}", world.rules.warehouse, world.rules.station);
            let operator = self.people.operator.clone();
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
        let open: Vec<_> = self.manifests.all.iter().filter(|m| m.carrier == carrier.id && !m.handed_over).collect();
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
        self.manifests.all.iter().enumerate().filter(move |(_, m)| m.carrier == *carrier && !m.handed_over)
    }

    /// The carrier took what is on closed manifests of it, without what was left out.
    pub(super) fn hand_over(&self, world: &World<'_>, carrier: &str) -> Outcome {
        let Some(carrier) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: shown(carrier) });
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
        let news = self.manifests.all.iter().filter(|manifest| !manifest.confirmed && manifests.contains(&manifest.id));
        Outcome::default().facts(news.map(|manifest| Fact::ManifestConfirmed { manifest: manifest.id.clone() }))
    }
}
