//! Facts become state. Nothing is decided here: the same facts always make the same station.

#![deny(clippy::wildcard_enum_match_arm)]

use super::Station;
use super::event::Job;
use super::fact::{AnnouncedWhen, Fact, Intercept, NumberSource};
use super::manifests::Manifest;
use super::numbers::SSCC_POOL;
use super::parcels::{Parcel, PrintState, State, opened};
use crate::ids::ParcelId;
use crate::units::Mass;
use crate::uplink::event::EventKind;

/// Evidence of this rung is a scan, and no word of a printer.
const SCANNED: u8 = 6;

impl Station {
    /// The station that these facts make.
    pub fn replay(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut station = Self::default();
        for fact in facts {
            station.evolve(&fact);
        }
        station
    }

    /// The event by which the world is told of a fact that is about to be recorded: each such fact takes the next
    /// `stationseq`. What was recorded keeps the number it was given then, whatever this says of its kind later: the memory
    /// has it.
    pub fn announces(&self, fact: &Fact) -> Option<EventKind> {
        let parcel = || fact.parcel().and_then(|id| self.parcel(id));
        let container = || fact.container().and_then(|id| self.bag(id));
        match fact.kind().announced() {
            AnnouncedWhen::Never => None,
            AnnouncedWhen::Always(event) => Some(event),
            AnnouncedWhen::WhenNumbered(event) => parcel()?.tracking().map(|_| event),
            AnnouncedWhen::WhenClosed(event) => parcel()?.state().closed().then_some(event),
            AnnouncedWhen::WhenFilled(event) => self.contents(container()?).next().map(|_| event),
        }
    }

    /// Takes one recorded fact in.
    pub fn evolve(&mut self, fact: &Fact) {
        match fact {
            Fact::ParcelOpened { .. } => {
                if let Some(opened) = opened(fact) {
                    self.parcels.open(opened);
                }
            }
            Fact::Decided { .. } => {}
            Fact::Committed { parcel, commitment } => {
                self.parcels.number(*parcel, commitment.tracking.clone());
                self.volumes.tallies.committed(commitment);
                self.clock.given(commitment.chosen_on);
                if let NumberSource::Drawn { pool, serial } = &commitment.source {
                    self.numbers.used(commitment.carrier().clone(), pool.clone(), *serial);
                }
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::Verified { parcel, .. } | Fact::Attested { parcel, .. } => {
                self.prints.closed(*parcel);
                self.parcels.last_closed = Some(*parcel);
                self.parcels.change(*parcel, |p| p.evolve(fact));
                self.parcels.leave(*parcel);
            }
            Fact::Voided { parcel, .. } => {
                if let Some(numbered) = self.parcels.get(*parcel)
                    && let Some(commitment) = numbered.commitment()
                {
                    self.volumes.tallies.voided(commitment, numbered.manifest().is_some());
                    self.unbag(*parcel);
                }
                self.parcels.change(*parcel, |p| p.evolve(fact));
                self.parcels.leave(*parcel);
                self.parcels.intercepted.remove(parcel);
            }
            Fact::Held { parcel, .. } => {
                if self.parcel(*parcel).is_some_and(|parcel| parcel.state().closed()) {
                    self.unbag(*parcel);
                }
                self.parcels.change(*parcel, |p| p.evolve(fact));
                self.parcels.leave(*parcel);
            }
            Fact::Intercepted { late: true, .. } | Fact::OrderRefused { .. } => {}
            Fact::Intercepted { parcel, .. } => {
                self.parcels.intercepted.insert(*parcel);
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::Released { parcel } => {
                self.parcels.intercepted.remove(parcel);
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::LeftOut { parcel, .. } => {
                self.unbag(*parcel);
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::Copied { why, next, life, .. } => {
                self.numbers.suspend(*why, next);
                if !life.is_empty() {
                    self.manifests.begin_life(life);
                    self.containers.begin_life(life);
                }
                self.clock.begin_life();
                self.intercept_begun();
            }
            Fact::CopySettled => self.numbers.settle(),
            Fact::Resumed { parcel } => {
                self.parcels.change(*parcel, |p| p.evolve(fact));
                self.parcels.in_hand = Some(*parcel);
            }
            // A closed parcel that is opened again is in the packer's hands.
            Fact::Reopened { parcel, .. } => {
                self.unbag(*parcel);
                self.parcels.change(*parcel, |p| p.evolve(fact));
                self.parcels.in_hand = Some(*parcel);
            }
            Fact::BagOpened { kind, .. } => self.containers.open(*kind),
            Fact::Palleted { bag, pallet } => self.containers.add_to_pallet(*bag, *pallet),
            Fact::Bagged { parcel, bag } => {
                let into = self.parcel(*parcel);
                let goes = into.and_then(Parcel::commitment).map(|c| (c.carrier().clone(), c.ship_date));
                let mass = into.and_then(|parcel| parcel.weight.as_ref()).map_or(Mass::ZERO, |weight| weight.mass);
                self.containers.put(*parcel, mass, *bag, goes);
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::BagClosed { bag, sscc, .. } => {
                if let Some(sscc) = sscc {
                    self.numbers.used(SSCC_POOL.into(), sscc.pool.clone(), sscc.serial);
                }
                self.containers.close(*bag, sscc.as_ref().map(|sscc| sscc.number.clone()));
            }
            Fact::ManifestClosed { manifest, carrier, ship_date, wave, parcels, .. } => {
                for parcel in parcels {
                    // One that was left out of another left its wave with that.
                    let first = self.parcels.get(*parcel).filter(|parcel| parcel.manifest().is_none());
                    if let Some(commitment) = first.and_then(Parcel::commitment) {
                        self.volumes.tallies.manifested(&commitment.service);
                    }
                    self.parcels.change(*parcel, |p| p.manifested(manifest));
                }
                self.manifests.close(Manifest::closed(manifest, carrier, *ship_date, *wave, parcels));
            }
            Fact::ManifestHandedOver { manifest, left_out } => {
                for parcel in self.taken_by(manifest) {
                    self.parcels.intercepted.remove(&parcel);
                }
                self.manifests.change(manifest, |manifest| manifest.hand_over(left_out));
            }
            Fact::ManifestConfirmed { manifest } => {
                // Its manifest may be forgotten, and one of its parcels not.
                let on_it: Vec<ParcelId> = self.parcels().filter(|p| p.is_on(manifest)).map(|p| p.id).collect();
                for parcel in on_it {
                    self.parcels.change(parcel, Parcel::confirmed);
                }
                self.manifests.change(manifest, |manifest| manifest.confirmed = true);
            }
            Fact::PoolStarted { carrier, pool, next } => self.numbers.start(carrier.clone(), pool.clone(), *next),
            Fact::OutageSet { carrier, out: true } => {
                self.volumes.outages.insert(carrier.clone());
            }
            Fact::OutageSet { carrier, out: false } => {
                self.volumes.outages.remove(carrier);
            }
            Fact::Ended { parcel, .. } | Fact::Returned { parcel, .. } => {
                let before = self.parcel(*parcel).and_then(Parcel::ended);
                self.parcels.change(*parcel, |p| p.evolve(fact));
                if let Some(parcel) = self.parcels.get(*parcel)
                    && let (Some(commitment), Some(now)) = (parcel.commitment(), parcel.ended())
                {
                    self.volumes.tallies.ended(commitment, before, now);
                }
            }
            Fact::ClockBelieved { .. } | Fact::ClockDoubted { .. } => self.clock.judge(fact),
            Fact::VolumeStated { service, month, parcels, on } => {
                self.volumes.tallies.stated(service, *month, *parcels, *on);
            }
            Fact::OperatorChanged { operator } => self.people.operator.clone_from(operator),
            Fact::LanguageChanged { language } => self.people.language = Some(language.clone()),
            Fact::PrintStarted { parcel, attempt, printer, before } => {
                let last = self.prints.last().and_then(|last| self.parcel(last)?.prints().last());
                let scanned_back = last.is_some_and(|print| print.state == PrintState::Verified);
                let job = Job { parcel: *parcel, attempt: *attempt };
                self.prints.started(job, printer, before.as_deref(), scanned_back);
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::PrintConfirmed { parcel, attempt, rung, .. } => {
                self.prints.accounted(Job { parcel: *parcel, attempt: *attempt });
                if *rung < SCANNED {
                    self.prints.answered();
                }
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::PrintAborted { parcel, attempt, .. } => {
                self.prints.accounted(Job { parcel: *parcel, attempt: *attempt });
                self.parcels.change(*parcel, |p| p.evolve(fact));
            }
            Fact::BoxChosen { parcel, .. }
            | Fact::Caged { parcel, .. }
            | Fact::Weighed { parcel, .. }
            | Fact::Marked { parcel, .. }
            | Fact::PrintSent { parcel, .. }
            | Fact::PrintDoubted { parcel, .. }
            | Fact::PrintSpoiled { parcel, .. } => self.parcels.change(*parcel, |p| p.evolve(fact)),
        }
    }

    fn taken_by(&self, manifest: &str) -> Vec<ParcelId> {
        self.manifests.get(manifest).map(|manifest| self.taken(manifest).collect()).unwrap_or_default()
    }

    /// A label whose number was drawn before the histories parted may be on a parcel that only the other one knows.
    fn intercept_begun(&mut self) {
        let begun =
            |parcel: &&Parcel| parcel.drew_its_number() && !parcel.state().closed() && parcel.state() != State::Voided;
        for id in self.parcels.iter().filter(begun).map(|parcel| parcel.id).collect::<Vec<_>>() {
            self.parcels.change(id, |p| p.intercepted = Some(Intercept::Copied));
            self.parcels.intercepted.insert(id);
        }
    }

    /// A parcel that does not travel is in no bag.
    fn unbag(&mut self, parcel: ParcelId) {
        if let Some(bag) = self.parcel(parcel).and_then(|parcel| parcel.bag()) {
            self.containers.take_out(parcel, bag);
        }
    }
}
