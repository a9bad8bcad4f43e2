//! Manifests: which parcels a carrier took over, closed once and never changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{CarrierId, ParcelId};
use crate::screen::{Sentence, shown};
use crate::station::event::{Effect, Printout};
use crate::station::fact::Fact;
use crate::station::live::Say;
use crate::station::pairs;
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Rules, Station, World};
use crate::units::Date;

/// Parcels handed to one carrier in one wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What it did not take, once it took the rest.
    pub left_out: Vec<ParcelId>,
    /// Whether the receiver has its event.
    pub confirmed: bool,
}

/// The manifests that are known, oldest first. A station that lives long forgets those that were handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifests {
    known: Vec<Manifest>,
    /// The last wave of each carrier and day; kept for ever, as a number is given once.
    #[serde(with = "pairs")]
    waves: BTreeMap<(CarrierId, Date), u32>,
    /// Of a copy: the other history counts waves of its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    life: String,
}

impl Manifests {
    pub(super) fn get(&self, id: &str) -> Option<&Manifest> {
        self.known.iter().find(|manifest| manifest.id == id)
    }

    pub(super) fn close(&mut self, manifest: Manifest) {
        let last = self.waves.entry((manifest.carrier.clone(), manifest.ship_date)).or_default();
        *last = manifest.wave.max(*last);
        self.known.push(manifest);
    }

    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Manifest)) {
        if let Some(manifest) = self.known.iter_mut().find(|manifest| manifest.id == id) {
            change(manifest);
        }
    }

    /// Nothing is decided any more of what the carrier has taken.
    pub(super) fn forget_handed_over(&mut self) {
        self.known.retain(|manifest| !manifest.handed_over);
    }

    /// From now on another history may close manifests too.
    pub(super) fn begin_life(&mut self, life: &str) {
        life.clone_into(&mut self.life);
    }

    /// `US-LAX-1.LAX1-ST03.20260115.ONTRAC.2`; `….ONTRAC.2.7F3A` once the database was copied: no other history has the same.
    fn name(&self, rules: &Rules, carrier: &CarrierId, ship_date: Date, wave: u32) -> String {
        let (date, carrier) = (ship_date.to_string().replace('-', ""), carrier.as_str().to_uppercase());
        let mut name = format!("{}.{}.{date}.{carrier}.{wave}", rules.warehouse, rules.station);
        if !self.life.is_empty() {
            name.push('.');
            name.push_str(&self.life);
        }
        name
    }

    fn next_wave(&self, carrier: &CarrierId, ship_date: Date) -> u32 {
        self.waves.get(&(carrier.clone(), ship_date)).copied().unwrap_or_default() + 1
    }
}

impl Manifest {
    /// The manifest that its facts make; `None` without a beginning.
    pub fn replay<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut replayed: Option<Self> = None;
        for fact in facts {
            match (fact, &mut replayed) {
                (Fact::ManifestClosed { manifest, carrier, ship_date, wave, parcels, .. }, _) => {
                    replayed = Some(Self::closed(manifest, carrier, *ship_date, *wave, parcels));
                }
                (Fact::ManifestHandedOver { left_out, .. }, Some(manifest)) => manifest.hand_over(left_out),
                (Fact::ManifestConfirmed { .. }, Some(manifest)) => manifest.confirmed = true,
                _ => {}
            }
        }
        replayed
    }

    pub(super) fn closed(id: &str, carrier: &CarrierId, ship_date: Date, wave: u32, parcels: &[ParcelId]) -> Self {
        let (id, carrier, parcels) = (id.to_owned(), carrier.clone(), parcels.to_vec());
        Self { id, carrier, ship_date, wave, parcels, handed_over: false, left_out: Vec::new(), confirmed: false }
    }

    pub(super) fn hand_over(&mut self, left_out: &[ParcelId]) {
        self.handed_over = true;
        self.left_out = left_out.to_vec();
    }
}

impl Station {
    /// The parcels of a manifest that are on it and were not left out.
    pub fn taken<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = ParcelId> + 'a {
        let on = |id: &ParcelId| self.parcel(*id).is_some_and(|parcel| parcel.is_on(&manifest.id));
        manifest.parcels.iter().copied().filter(on)
    }

    /// What is on a manifest and was left out, or ended otherwise.
    pub fn left_out<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = ParcelId> + 'a {
        let gone = |id: &ParcelId| self.parcel(*id).is_some_and(|parcel| !parcel.is_on(&manifest.id));
        manifest.parcels.iter().copied().filter(gone)
    }

    /// Whether the carrier has taken a parcel. A manifest is forgotten only when that is so.
    pub fn handed_over(&self, parcel: &Parcel) -> bool {
        let on = parcel.manifest().filter(|_| matches!(parcel.state(), State::Manifested | State::Confirmed));
        on.is_some_and(|id| self.manifests.get(id).is_none_or(|manifest| manifest.handed_over))
    }

    /// The manifests that are known, oldest first.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests.known
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
            let wave = self.manifests.next_wave(&carrier.id, ship_date);
            let manifest = self.manifests.name(world.rules, &carrier.id, ship_date, wave);
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
        let open: Vec<_> = self.manifests.known.iter().filter(|m| m.carrier == carrier.id && !m.handed_over).collect();
        if open.is_empty() || !self.waiting_for_manifest(&carrier.id).is_empty() {
            return None;
        }
        let mut outcome = Outcome::say(Say::good(Sentence::SlipAgain { carrier: carrier.name.clone() }));
        let slip = |manifest: &Manifest| Effect::Print(Printout::Manifest { manifest: manifest.id.clone() });
        outcome.effects.extend(open.into_iter().map(slip));
        Some(outcome)
    }

    /// Closed manifests of a carrier that it has not taken.
    pub(super) fn to_hand_over<'a>(&'a self, carrier: &'a CarrierId) -> impl Iterator<Item = &'a Manifest> {
        self.manifests.known.iter().filter(move |manifest| manifest.carrier == *carrier && !manifest.handed_over)
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
        if let Some(stop) = self.take_out(open.iter().flat_map(|manifest| self.taken(manifest))) {
            return stop;
        }
        let mut count = 0;
        let handed = |manifest: &Manifest| {
            let taken: BTreeSet<ParcelId> = self.taken(manifest).collect();
            count += taken.len();
            let left_out = manifest.parcels.iter().filter(|id| !taken.contains(id)).copied().collect();
            Fact::ManifestHandedOver { manifest: manifest.id.clone(), left_out }
        };
        let facts: Vec<Fact> = open.into_iter().map(handed).collect();
        let note = Sentence::HandedOver { carrier: carrier.name.clone(), count: count as u64 };
        Outcome::say(Say::good(note)).facts(facts)
    }

    /// The receiver has the events of these manifests, and nothing says so yet.
    pub(super) fn confirmed(&self, manifests: &[String]) -> Outcome {
        let news = |id: &&String| self.manifests.get(id).is_none_or(|manifest| !manifest.confirmed);
        let confirmed = |id: &String| Fact::ManifestConfirmed { manifest: id.clone() };
        Outcome::default().facts(manifests.iter().filter(news).map(confirmed))
    }
}
