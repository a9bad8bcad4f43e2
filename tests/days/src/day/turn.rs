//! A moment at the bench: the printer, the scale, the packer and the driver.

use parceld::barcode::{Command, Scan};
use parceld::ids::ParcelId;
use parceld::station::Outcome;
use parceld::station::event::{Effect, Event, Input, Job, Reading, WeightState};
use parceld::station::fact::{Fact, FactKind};
use parceld::store::StoreError;
use parceld::units::Mass;

use super::Day;
use crate::mutations::Mutation;
use crate::packer::{Move, Packer};
use crate::paper_label::PaperLabel;
use crate::printer::Emitted;

/// Orders that stand on the shelf in front of the packer.
const IN_REACH: usize = 4;
/// Turns that the printer is good for, and bad, about.
const SMOOTH: usize = 200;
const ROUGH: usize = 30;

impl Day<'_> {
    pub(super) fn turn(&mut self) {
        let ms = if self.calm { 1_500 } else { [300, 900, 1_500, 5_000][self.dice.below(4)] };
        self.clock.pass(ms);
        self.sums.turns += 1;
        // The printer is good for a while, then it is not.
        let turns = if self.is_smooth { SMOOTH } else { ROUGH };
        self.is_smooth = self.calm || self.is_smooth != self.dice.one_in(turns);
        self.printer.tick(&mut self.dice, self.is_smooth, self.facts.len());
        self.collect_labels();
        let hear = if self.is_smooth { 4 } else { self.dice.below(3) };
        for _ in 0..hear {
            if let Some(event) = self.printer.said.pop_front() {
                self.event(event);
            }
        }
        self.weigh();
        self.upload();
        if !self.calm && self.dice.one_in(600) {
            self.driver_comes();
        }
        self.pack();
    }

    /// What came out of the printer, with the number that is on it.
    pub(super) fn collect_labels(&mut self) {
        for out in &self.printer.emitted[self.seen..] {
            if is_never_printed(self.plan.mutation, out.job.parcel) {
                continue;
            }
            let tracking = self.numbers.get(&out.job.parcel).cloned().unwrap_or_default();
            let (job, after, history) = (out.job, out.after, self.history);
            self.labels.push(PaperLabel { job, tracking, after, history });
        }
        self.seen = self.printer.emitted.len();
    }

    /// The carrier of the oldest manifest takes what is on it.
    pub(super) fn driver_comes(&mut self) {
        let waits = self.computer.peek().station().manifests().iter().find(|manifest| !manifest.handed_over);
        let Some(carrier) = waits.map(|manifest| manifest.carrier.to_string()) else { return };
        self.scan(&Command::Handover(carrier).encode());
        self.scan(&Command::Ok.encode());
    }

    fn weigh(&mut self) {
        let moving = !self.calm && self.dice.one_in(6);
        let state = if moving { WeightState::Moving } else { WeightState::Stable };
        let mass = Mass::from_grams(self.pan);
        let reading = Reading { mass, value: self.pan.to_string(), unit: "g".into(), state, raw: b"S".to_vec() };
        let at = self.clock.now();
        self.event(Event::Weight { reading, at });
    }

    fn pack(&mut self) {
        let view = self.computer.peek().view(self.clock.moment());
        // Now and then the packer is away, or forgets to empty the pan.
        if !self.calm && self.dice.one_in(60) {
            return;
        }
        let chosen = if !self.calm && self.dice.one_in(self.plan.rates.blunder_one_in) {
            self.sums.blunders += 1;
            let labels: Vec<String> = self.labels.iter().rev().take(30).map(|label| label.tracking.clone()).collect();
            let old: Vec<String> = self.packed.iter().rev().take(20).chain(&self.totes).cloned().collect();
            Packer::blunder(&mut self.dice, &labels, &old)
        } else {
            let label = self.label_in_hand();
            let reach = if self.calm { &[][..] } else { &self.totes[..self.totes.len().min(IN_REACH)] };
            self.packer.follow(&mut self.dice, &view, label, reach)
        };
        if self.plan.traced {
            println!("{:>9} {:?} {:?}: {chosen:?}", self.clock.now().0 / 1_000, view.headline, view.detail);
        }
        match chosen {
            Move::Nothing => {}
            Move::Put(grams) => self.pan = grams,
            Move::Lift => self.pan = 0,
            Move::LoadPaper => self.printer.load_paper(),
            // The packer has a calendar.
            Move::SetClock | Move::SayDate => self.clock.set_right(),
            Move::Scan(text) => self.scan(&text),
            Move::Say(command) => self.scan(&command.encode()),
        }
    }

    /// A label of the parcel in hand that came out and was not destroyed.
    fn label_in_hand(&self) -> Option<String> {
        let parcel = self.computer.peek().station().in_hand()?;
        if is_never_printed(self.plan.mutation, parcel.id) {
            return parcel.tracking().map(str::to_owned);
        }
        let gone =
            self.destroyed.iter().filter(|job| job.parcel == parcel.id).map(|job| job.attempt).max().unwrap_or(0);
        let mut here = self.labels.iter().rev().take(60);
        let out = here.any(|out| out.history == self.history && out.job.parcel == parcel.id && out.job.attempt > gone);
        out.then(|| parcel.tracking().map(str::to_owned))?
    }

    pub(super) fn scan(&mut self, text: &str) {
        let Ok(scan) = Scan::read(text.as_bytes()) else { return };
        self.event(Input::Scan { scanner: "hand".into(), scan });
    }

    /// One event through the core, and what follows from it. Whether it could be recorded.
    pub(super) fn event(&mut self, event: impl Into<Input>) -> bool {
        let (moment, input) = (self.clock.moment(), event.into());
        let kept = match &input {
            Input::Event(
                event @ (Event::Started | Event::Printer(..) | Event::Confirmed { .. } | Event::Copied { .. }),
            ) => Some(event.clone()),
            Input::Event(_) | Input::Scan { .. } => None,
        };
        let done = self.computer.core().step(moment, input);
        match self.follow(done) {
            Some(again) => {
                if again {
                    self.event(Event::Reconsider);
                }
                true
            }
            // It is tried again, as the service does.
            None => {
                if let Some(event) = kept.filter(|_| !self.computer.disk.is_stopped()) {
                    self.schedule.unrecorded.push(event);
                }
                false
            }
        }
    }

    /// Does what follows from an outcome; `None` where it could not be recorded or the computer has stopped, and whether
    /// the choice is to be made again.
    pub(super) fn follow(&mut self, done: Result<Outcome, StoreError>) -> Option<bool> {
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(error) => {
                self.sums.refused += u64::from(!self.computer.disk.is_stopped());
                self.sums.full += u64::from(matches!(error, StoreError::Full));
                // What came before the error may be recorded.
                if !self.restart_if_stopped() && self.computer.peek().store().last_fact() != self.last_fact {
                    self.know_journal();
                }
                return None;
            }
        };
        self.acknowledge(&outcome.facts);
        if self.restart_if_stopped() {
            return None;
        }
        for effect in &outcome.effects {
            self.perform(effect);
        }
        Some(outcome.effects.contains(&Effect::Reconsider))
    }

    fn perform(&mut self, effect: &Effect) {
        if let Effect::Send { job, bytes } = effect {
            self.sums.sent += 1;
            let tracking = self.numbers.get(&job.parcel).cloned().unwrap_or_default();
            if !bytes.windows(tracking.len().max(1)).any(|window| window == tracking.as_bytes()) {
                self.find("I2", format!("the label of {job:?} does not carry its number {tracking}"));
            }
        }
        if let (Effect::Prepare { job, .. }, Some(Mutation::LabelBeforeRecord)) = (effect, self.plan.mutation) {
            self.printer.emitted.push(Emitted { job: *job, after: self.facts.len() });
        }
        self.printer.perform(&mut self.dice, self.is_smooth, effect);
    }

    /// What was said to be recorded is remembered, to be compared with the journal.
    pub(super) fn acknowledge(&mut self, facts: &[Fact]) {
        self.last_fact += facts.len() as u64;
        for fact in facts.iter().filter(|fact| fact.kind() != FactKind::Decided) {
            if self.plan.traced {
                println!("{:>9} {fact:?}", self.clock.now().0 / 1_000);
            }
            self.note(fact);
            self.facts.push(fact.clone());
        }
    }

    pub(super) fn note(&mut self, fact: &Fact) {
        match fact {
            // Said to the packer as "destroy it": from here on it is not in anybody's hand.
            Fact::PrintSpoiled { parcel, attempt, .. } => {
                self.destroyed.push(Job { parcel: *parcel, attempt: *attempt });
            }
            Fact::Verified { parcel, .. } => {
                // Now and then the packer forgets to empty the pan.
                if self.calm || !self.dice.one_in(15) {
                    self.pan = 0;
                }
                self.sums.closed += 1;
                self.done_with(*parcel);
            }
            Fact::ParcelOpened { parcel, order_ref, .. } => _ = self.orders.insert(*parcel, order_ref.clone()),
            // No carrier takes it, or the packer has thought better of it: the box is put aside.
            Fact::Voided { parcel, .. } if !self.numbers.contains_key(parcel) => self.done_with(*parcel),
            Fact::Committed { parcel, commitment } => {
                self.numbers.insert(*parcel, commitment.tracking.to_string());
                self.days.extend(commitment.chosen_on.map(|day| (*parcel, day, self.clock.true_day())));
            }
            _ => {}
        }
    }

    /// A box is empty, or put aside.
    fn done_with(&mut self, parcel: ParcelId) {
        let Some(order) = self.orders.get(&parcel).cloned() else { return };
        self.totes.retain(|tote| *tote != order);
        self.packed.insert(order);
    }
}

/// A weakened printer says that the label of this parcel is out, and the packer types its number.
fn is_never_printed(mutation: Option<Mutation>, parcel: ParcelId) -> bool {
    mutation == Some(Mutation::ClosedWithoutLabel) && parcel.0 % 20 == 7
}
