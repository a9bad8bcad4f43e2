//! Facts become state. Nothing is decided here: the same facts always make the same station.

use super::bag::{Bag, BagId, SSCC_POOL};
use super::event::Job;
use super::fact::{Commitment, CopySign, Fact, NumberSource, PoolNext, Told};
use super::order::OrderId;
use super::parcel::{Intercept, Parcel, ParcelId, Print, PrintState, State};
use super::tally::Ending;
use super::{Manifest, Station};
use crate::units::Date;
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
        match fact.kind().told() {
            Told::Never => None,
            Told::Always(event) => Some(event),
            Told::WhenNumbered(event) => parcel()?.tracking().map(|_| event),
            Told::WhenClosed(event) => parcel()?.state.closed().then_some(event),
            Told::WhenFilled(event) => self.contents(container()?).next().map(|_| event),
        }
    }

    /// Takes one recorded fact in.
    pub fn evolve(&mut self, fact: &Fact) {
        match fact {
            Fact::ParcelOpened { parcel, .. } => {
                let Some(opened) = opened(fact) else { return };
                self.by_order.entry(opened.order.clone()).or_default().push(*parcel);
                self.parcels.push(opened);
                self.bench = Some(*parcel);
            }
            Fact::Decided { .. } => {}
            Fact::Committed { parcel, commitment } => {
                self.by_tracking.insert(commitment.tracking.clone(), *parcel);
                self.tallies.committed(commitment);
                if let NumberSource::Drawn { pool, serial } = &commitment.source {
                    self.pools.insert((commitment.carrier().clone(), pool.clone()), serial + 1);
                }
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::Verified { parcel, .. } | Fact::Voided { parcel, .. } | Fact::Held { parcel, .. } => {
                if matches!(fact, Fact::Verified { .. }) {
                    self.loose = self.loose.filter(|job| job.parcel != *parcel);
                }
                if let (Fact::Voided { .. }, Some(commitment)) = (fact, self.commitment(*parcel)) {
                    let manifested = self.parcel(*parcel).is_some_and(|parcel| parcel.manifest.is_some());
                    self.tallies.voided(&commitment, manifested);
                    self.unbag(*parcel);
                }
                if matches!(fact, Fact::Verified { .. }) {
                    self.last_closed = Some(*parcel);
                }
                if matches!(fact, Fact::Held { .. }) && self.parcel(*parcel).is_some_and(|p| p.state.closed()) {
                    self.unbag(*parcel);
                }
                self.change(*parcel, |p| p.evolve(fact));
                self.leave(*parcel);
                if matches!(fact, Fact::Voided { .. }) {
                    self.intercepted.remove(parcel);
                }
            }
            Fact::Intercepted { late: true, .. } | Fact::OrderRefused { .. } => {}
            Fact::Intercepted { parcel, .. } => {
                self.intercepted.insert(*parcel);
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::Released { parcel } => {
                self.intercepted.remove(parcel);
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::LeftOut { parcel, .. } => {
                self.unbag(*parcel);
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::Copied { why, next, .. } => self.suspend(*why, next),
            Fact::CopySettled => self.copied = None,
            Fact::Resumed { parcel } | Fact::Reopened { parcel, .. } => {
                // A closed parcel that is opened again is in the packer's hands.
                if matches!(fact, Fact::Reopened { .. }) {
                    self.unbag(*parcel);
                }
                self.change(*parcel, |p| p.evolve(fact));
                self.bench = Some(*parcel);
            }
            Fact::BagOpened { kind, .. } => self.bags.push(Bag { kind: *kind, ..Bag::default() }),
            Fact::Palleted { bag, pallet } => {
                let goes = self.bag_mut(*bag).and_then(|bag| {
                    bag.pallet = Some(*pallet);
                    bag.goes.clone()
                });
                if let Some(onto) = self.bag_mut(*pallet) {
                    onto.goes = onto.goes.take().or(goes);
                    onto.bags.push(*bag);
                }
            }
            Fact::Bagged { parcel, bag } => {
                let goes = self.commitment(*parcel).map(|c| (c.carrier().clone(), c.ship_date));
                if let Some(into) = self.bag_mut(*bag) {
                    into.goes = into.goes.take().or(goes);
                    into.parcels.push(*parcel);
                }
                self.last_bag = Some(*bag);
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::BagClosed { bag, sscc, .. } => {
                if let Some(sscc) = sscc {
                    self.pools.insert((SSCC_POOL.into(), sscc.pool.clone()), sscc.serial + 1);
                }
                if let Some(bag) = self.bag_mut(*bag) {
                    bag.closed = true;
                    bag.sscc = sscc.as_ref().map(|sscc| sscc.number.clone());
                }
            }
            Fact::ManifestClosed { manifest, carrier, ship_date, wave, parcels, .. } => {
                let index = u32::try_from(self.manifests.len()).unwrap_or(u32::MAX);
                for parcel in parcels {
                    // One that was left out of another left its wave with that.
                    let first = self.parcel(*parcel).is_some_and(|parcel| parcel.manifest.is_none());
                    if let Some(commitment) = self.commitment(*parcel).filter(|_| first) {
                        self.tallies.manifested(&commitment.service);
                    }
                    self.change(*parcel, |p| {
                        p.state = State::Manifested;
                        p.manifest = Some(index);
                        p.forget_evidence();
                    });
                }
                self.manifests.push(Manifest {
                    id: manifest.clone(),
                    carrier: carrier.clone(),
                    ship_date: *ship_date,
                    wave: *wave,
                    parcels: parcels.clone(),
                    handed_over: false,
                    confirmed: false,
                });
            }
            Fact::ManifestHandedOver { manifest, .. } => {
                if let Some(index) = self.manifests.iter().position(|m| m.id == *manifest) {
                    self.manifests[index].handed_over = true;
                    let taken: Vec<ParcelId> = self.taken(index).collect();
                    self.intercepted.retain(|parcel| !taken.contains(parcel));
                }
            }
            Fact::ManifestConfirmed { manifest } => {
                if let Some(index) = self.manifests.iter().position(|m| m.id == *manifest) {
                    self.manifests[index].confirmed = true;
                    for parcel in self.taken(index).collect::<Vec<_>>() {
                        self.change(parcel, |p| p.state = State::Confirmed);
                    }
                }
            }
            Fact::PoolStarted { carrier, pool, next } => {
                let pool = (carrier.clone(), pool.clone());
                self.suspended.remove(&pool);
                self.pools.insert(pool, *next);
                if self.suspended.is_empty() {
                    self.copied = None;
                }
            }
            Fact::OutageSet { carrier, out: true } => {
                self.outages.insert(carrier.clone());
            }
            Fact::OutageSet { carrier, out: false } => {
                self.outages.remove(carrier);
            }
            Fact::Ended { parcel, ending, on } => self.end(*parcel, *ending, *on),
            Fact::Returned { parcel, on, .. } => self.end(*parcel, Ending::Returned, *on),
            Fact::VolumeStated { service, month, parcels, on } => {
                self.tallies.stated(service, *month, *parcels, *on);
            }
            Fact::OperatorChanged { operator } => self.operator.clone_from(operator),
            Fact::LanguageChanged { language } => self.language = Some(language.clone()),
            Fact::PrintStarted { parcel, attempt, printer, before } => {
                self.printer.clone_from(printer);
                if before.as_ref().is_some_and(|before| before.says.empty) {
                    self.answering.insert(printer.clone());
                }
                let last = self.meter.last().and_then(|last| self.parcel(last)?.prints.last());
                let scanned_back = last.is_some_and(|print| print.state == PrintState::Verified);
                self.meter.started(*parcel, before.as_deref(), scanned_back);
                self.loose = Some(Job { parcel: *parcel, attempt: *attempt });
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::PrintConfirmed { parcel, attempt, rung, .. } => {
                self.settle(*parcel, *attempt);
                if *rung < SCANNED {
                    self.answering.insert(self.printer.clone());
                }
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::PrintAborted { parcel, attempt, .. } => {
                self.settle(*parcel, *attempt);
                self.change(*parcel, |p| p.evolve(fact));
            }
            Fact::BoxChosen { parcel, .. }
            | Fact::Caged { parcel, .. }
            | Fact::Weighed { parcel, .. }
            | Fact::Marked { parcel, .. }
            | Fact::PrintSent { parcel, .. }
            | Fact::PrintDoubted { parcel, .. }
            | Fact::PrintSpoiled { parcel, .. } => self.change(*parcel, |p| p.evolve(fact)),
        }
    }

    /// What became of a parcel; what was known of it before no longer counts.
    fn end(&mut self, id: ParcelId, ending: Ending, on: Date) {
        let before = self.parcel(id).and_then(|parcel| parcel.ended);
        if let Some(commitment) = self.commitment(id) {
            let ended = self.tallies.ended(&commitment, before, ending, on);
            self.change(id, |p| p.ended = Some(ended));
        }
    }

    /// No pool that was begun gives a number any more; and a label whose number one of them gave may be on a parcel that
    /// only the other history knows.
    fn suspend(&mut self, why: CopySign, next: &[PoolNext]) {
        for (pool, next) in std::mem::take(&mut self.pools) {
            let least = self.suspended.entry(pool).or_default();
            *least = next.max(*least);
        }
        for PoolNext { carrier, pool, next } in next {
            let least = self.suspended.entry((carrier.clone(), pool.clone())).or_default();
            *least = (*next).max(*least);
        }
        self.copied = Some(why);
        let begun = |parcel: &Parcel| {
            let drawn = parcel.commitment.as_ref().is_some_and(|commitment| !commitment.is_supplied());
            drawn && !parcel.state.closed() && parcel.state != State::Voided
        };
        for id in (1..=self.parcels.len() as u64).map(ParcelId) {
            if self.parcel(id).is_some_and(begun) {
                self.change(id, |p| p.intercepted = Some(Intercept::Copied));
                self.intercepted.insert(id);
            }
        }
    }

    fn commitment(&self, id: ParcelId) -> Option<Box<Commitment>> {
        self.parcel(id).and_then(|parcel| parcel.commitment.clone())
    }

    fn bag_mut(&mut self, id: BagId) -> Option<&mut Bag> {
        let index = usize::try_from(id.0.checked_sub(1)?).ok()?;
        self.bags.get_mut(index)
    }

    /// A parcel that does not travel is in no bag.
    fn unbag(&mut self, parcel: ParcelId) {
        if let Some(bag) = self.parcel(parcel).and_then(|parcel| parcel.bag).and_then(|id| self.bag_mut(id)) {
            bag.parcels.retain(|other| *other != parcel);
        }
    }

    fn change(&mut self, id: ParcelId, change: impl FnOnce(&mut Parcel)) {
        let index = id.0.checked_sub(1).and_then(|n| usize::try_from(n).ok());
        if let Some(parcel) = index.and_then(|index| self.parcels.get_mut(index)) {
            change(parcel);
        }
    }

    /// Nothing of this print lies in the printer any more.
    fn settle(&mut self, parcel: ParcelId, attempt: u32) {
        self.loose = self.loose.filter(|job| *job != Job { parcel, attempt });
    }

    fn leave(&mut self, parcel: ParcelId) {
        if self.bench == Some(parcel) {
            self.bench = None;
        }
    }
}

/// The parcel that a scanned order makes.
fn opened(fact: &Fact) -> Option<Parcel> {
    let Fact::ParcelOpened { order_ref, rev, channel, shop, version, .. } = fact else { return None };
    let order = OrderId { channel: channel.clone(), shop: shop.clone(), number: order_ref.clone() };
    Some(Parcel::open(order, version.unwrap_or(*rev)))
}

impl Parcel {
    /// The parcel that its own history makes, with all its evidence; `None` without a beginning.
    pub fn replay<'a>(history: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut parcel: Option<Self> = None;
        for fact in history {
            match (fact, &mut parcel) {
                (Fact::ParcelOpened { .. }, _) => parcel = opened(fact),
                (fact, Some(parcel)) => parcel.evolve(fact),
                (_, None) => {}
            }
        }
        parcel
    }

    /// Takes in one fact about this parcel.
    fn evolve(&mut self, fact: &Fact) {
        match fact {
            Fact::BoxChosen { box_id, .. } => self.box_id = Some(box_id.clone()),
            Fact::Weighed { weight, .. } => {
                self.weight = Some(weight.clone());
                self.state = State::Weighed;
            }
            Fact::Committed { commitment, .. } => {
                self.commitment = Some(commitment.clone());
                self.state = State::Committed;
            }
            Fact::Verified { .. } => {
                self.state = State::Verified;
                if let Some(print) = self.prints.last_mut() {
                    *print = Print { state: PrintState::Verified, evidence: "scanned back".into(), before: None };
                }
            }
            Fact::Reopened { .. } => {
                self.state = State::Printed;
                self.bag = None;
            }
            Fact::Marked { mark, .. } => self.marks.push(mark.clone()),
            Fact::Voided { .. } => {
                self.state = State::Voided;
                self.bag = None;
            }
            Fact::Bagged { bag, .. } => self.bag = Some(*bag),
            Fact::Caged { cage, .. } => self.cage = Some(cage.as_str().into()),
            // A closed parcel comes back with its label out, to be scanned again.
            Fact::Held { .. } | Fact::LeftOut { .. } => {
                let closed = self.state.closed();
                self.before_hold = Some(if closed { State::Printed } else { self.state });
                self.state = State::Held;
                self.bag = self.bag.filter(|_| !closed);
            }
            Fact::Intercepted { reason, .. } => self.intercepted = Some(*reason),
            Fact::Released { .. } => self.intercepted = None,
            Fact::Resumed { .. } => {
                if let Some(state) = self.before_hold.take() {
                    self.state = state;
                }
            }
            fact => evolve_print(self, fact),
        }
    }

    /// On a manifest nothing is decided from these any more; the journal keeps them, and a station keeps thousands of
    /// parcels in a small memory.
    fn forget_evidence(&mut self) {
        if let Some(weight) = &mut self.weight {
            weight.raw_hex = String::new();
            weight.scale = String::new();
        }
        if let Some(commitment) = &mut self.commitment {
            commitment.card = String::new();
            commitment.label_sha256 = String::new();
        }
        for print in &mut self.prints {
            (print.evidence, print.before) = (String::new(), None);
        }
        self.prints.shrink_to_fit();
    }
}

/// The part of a parcel's life that its prints are.
fn evolve_print(parcel: &mut Parcel, fact: &Fact) {
    let (state, print, evidence) = match fact {
        Fact::PrintStarted { printer, before, .. } => {
            let (state, evidence) = (PrintState::Started, format!("sent to {printer}"));
            parcel.prints.push(Print { state, evidence, before: before.clone() });
            parcel.state = State::Printing;
            return;
        }
        Fact::PrintAborted { .. } => {
            parcel.prints.pop();
            parcel.state = State::Committed;
            return;
        }
        Fact::PrintSent { .. } => (State::Sent, PrintState::Sent, "all bytes taken".to_owned()),
        Fact::PrintConfirmed { rung, evidence, .. } => {
            (State::Printed, PrintState::Printed, format!("rung {rung}: {evidence}"))
        }
        Fact::PrintDoubted { reason, .. } => (State::PrintUncertain, PrintState::Doubt, reason.clone()),
        Fact::PrintSpoiled { reason, cause, operator, supervisor, .. } => {
            let parts = [
                cause.map(|cause| cause.word().to_owned()),
                Some(reason.clone()),
                operator.as_ref().map(|who| format!("packer {who}")),
                supervisor.as_ref().map(|who| format!("allowed by {who}")),
            ];
            let evidence = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
            (State::Committed, PrintState::Spoiled, evidence)
        }
        _ => return,
    };
    parcel.state = state;
    if let Some(last) = parcel.prints.last_mut() {
        let asked_about = matches!(print, PrintState::Sent | PrintState::Doubt);
        let before = last.before.take().filter(|_| asked_about);
        *last = Print { state: print, evidence, before };
    }
}
