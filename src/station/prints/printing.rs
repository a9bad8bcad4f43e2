//! One label, printed once: record, then send; and when nobody knows, say so and ask.
//!
//! ```text
//!  Committed --Ready--> Printing --Sent--> Sent --LabelOut--> Printed --scan--> Verified
//!      ^                   |                |                    ^
//!      |                   +---- lost, restart ----> PrintUncertain ------- one label more ----+
//!      |                                                |  ^  Effect::Ask: the printer, until it is at rest
//!      +-------- spoiled: nothing came out -------------+  |
//!                         or the packer has none           +-- doubted again: it cannot tell
//! ```
//!
//! While the printer is busy, out of paper, open or paused, it may still print what it holds: it is waited for, and nothing
//! is sent. What its answer proves is weighed in [`super::evidence`].

use std::fmt::Display;

use crate::barcode::Why;
use crate::ids::ParcelId;
use crate::label::{Label, LabelError};
use crate::screen::Sentence;
use crate::station::event::{Effect, Job, PrinterEvent};
use crate::station::fact::{Before, Cause, Commitment, Fact, Testimony};
use crate::station::live::Say;
use crate::station::order::Order;
use crate::station::parcels::{Parcel, State};
use crate::station::prints::evidence::{Finding, judge};
use crate::station::{Outcome, Station, World};
use crate::units::Mass;

impl Station {
    /// Evidence of this rung or better proves that a label came out: the printer counted it, or its sensor saw it.
    const PROOF: u8 = 4;

    /// The printer said something about a print; what it says about another than the one in hand changes nothing.
    pub(in crate::station) fn printer(&self, world: &World<'_>, job: Job, event: &PrinterEvent) -> Outcome {
        let Some(parcel) = self.parcel(job.parcel) else { return Outcome::default() };
        let (id, attempt) = (job.parcel, job.attempt);
        match (parcel.state(), event) {
            (State::Committed, PrinterEvent::Ready { printer, says }) if attempt == parcel.attempt() + 1 => {
                self.start_print(world, parcel, printer, says)
            }
            (State::Printing, PrinterEvent::Sent) if attempt == parcel.attempt() => {
                Outcome::default().facts([Fact::PrintSent { parcel: id, attempt }])
            }
            (State::Printing, PrinterEvent::SendFailed { accepted: 0, why }) if attempt == parcel.attempt() => {
                Outcome::default()
                    .facts([Fact::PrintAborted { parcel: id, attempt, reason: why.clone() }])
                    .effect(self.prepare(job))
            }
            (State::Printing, PrinterEvent::SendFailed { why, .. } | PrinterEvent::Lost { why })
            | (State::Sent, PrinterEvent::Lost { why })
                if attempt == parcel.attempt() =>
            {
                Outcome::stop(crate::station::view::doubt(parcel))
                    .facts([Fact::PrintDoubted { parcel: id, attempt, reason: why.clone() }])
                    .effect(Effect::Ask(job))
            }
            (State::Sent | State::PrintUncertain, PrinterEvent::LabelOut { rung, evidence })
                if attempt == parcel.attempt() =>
            {
                self.label_out(world, job, parcel, *rung, evidence)
            }
            (State::PrintUncertain, PrinterEvent::AtRest { says }) if attempt == parcel.attempt() => {
                self.investigated(job, parcel, says)
            }
            _ => Outcome::default(),
        }
    }

    /// The printer says that a label is out. Where labels are not scanned back, that closes the parcel when the printer can
    /// know it, unless something is still to be done with the parcel: then its scan closes it.
    fn label_out(&self, world: &World<'_>, job: Job, parcel: &Parcel, rung: u8, evidence: &str) -> Outcome {
        let Job { parcel: id, attempt } = job;
        let evidence = evidence.to_owned();
        let out = Outcome::default().facts([Fact::PrintConfirmed { parcel: id, attempt, rung, evidence }]);
        let proven = rung >= Self::PROOF && !world.rules.verify_scan;
        if !proven || parcel.marks_wanted().next().is_some() || self.stopped(parcel).is_some() {
            return out;
        }
        let (done, bagged) = self.bagged(parcel);
        out.tell(Say::good(done)).facts([Fact::Attested { parcel: id, attempt }]).facts(bagged).effect(Effect::Release)
    }

    /// Asks the printer to get ready for a label; what it may still hold of another one is forgotten first.
    pub(in crate::station) fn prepare(&self, job: Job) -> Effect {
        Effect::Prepare { job, clear: job.attempt > 1 || self.prints.unaccounted().is_some() }
    }

    /// The printer of a label in doubt is at rest and has said how it is.
    fn investigated(&self, job: Job, parcel: &Parcel, says: &Testimony) -> Outcome {
        let (id, attempt) = (job.parcel, job.attempt);
        let last = parcel.prints().last();
        let finding = match last.and_then(|print| print.before.as_ref()) {
            Some(before) => judge(before, says, self.prints.trust(says)),
            None => Finding::Unclear("nothing is known of the printer before this label".to_owned()),
        };
        let doubted = |reason: String| {
            let known = last.is_some_and(|print| print.evidence == reason);
            Outcome::default().facts((!known).then_some(Fact::PrintDoubted { parcel: id, attempt, reason }))
        };
        match finding {
            Finding::Out(evidence) => {
                Outcome::default().facts([Fact::PrintConfirmed { parcel: id, attempt, rung: 4, evidence }])
            }
            Finding::Nothing(evidence) if attempt < Self::ATTEMPTS => {
                let tracking = parcel.tracking().unwrap_or_default();
                Outcome::say(Say::good(Sentence::PrintedByItself { tracking: tracking.to_owned() }))
                    .facts([Fact::PrintSpoiled {
                        parcel: id,
                        attempt,
                        reason: evidence,
                        cause: Some(Cause::NothingOut),
                        operator: None,
                        supervisor: None,
                    }])
                    .effect(self.prepare(parcel.next_print()))
            }
            Finding::Nothing(evidence) => doubted(format!("{evidence}; printed {attempt} times and nothing came out")),
            Finding::Unclear(why) => doubted(why),
        }
    }

    fn start_print(&self, world: &World<'_>, parcel: &Parcel, printer: &str, says: &Testimony) -> Outcome {
        let job = parcel.next_print();
        let Job { parcel: id, attempt } = job;
        let (Some(commitment), Some(weight), Some(order)) = (parcel.commitment(), parcel.weight.as_ref(), world.order)
        else {
            return Outcome::stop(Sentence::LabelRefused { reason: "its order cannot be read".to_owned() });
        };
        if let Some(stop) = self.stopped(parcel) {
            return stop;
        }
        let before = Before { says: says.clone(), label_mm: world.rules.labels.printer.media.height_mm };
        let (printer, before) = (printer.to_owned(), Some(Box::new(before)));
        match self.label(world, id, order, commitment, weight.mass, attempt) {
            Ok(bytes) => Outcome::default()
                .facts([Fact::PrintStarted { parcel: id, attempt, printer, before }])
                .effect(Effect::Send { job, bytes }),
            Err(note) => Outcome::stop(note),
        }
    }

    /// The label's bytes for one attempt; none for a number that is none of its carrier's.
    pub(in crate::station) fn label(
        &self,
        world: &World<'_>,
        id: ParcelId,
        order: &Order,
        commitment: &Commitment,
        mass: Mass,
        attempt: u32,
    ) -> Result<Vec<u8>, Sentence> {
        let refused = |reason: &dyn Display| Sentence::LabelRefused { reason: reason.to_string() };
        match world.cards.numbers().check(commitment.carrier(), commitment.tracking.as_str()) {
            Err(error) if error.why != Why::Unknown => return Err(refused(&error)),
            _ => {}
        }
        if commitment.is_supplied() {
            let supplied = world.label.ok_or_else(|| refused(&LabelError::NotHere))?;
            let printed = world.rules.labels.supplied(supplied, attempt, world.rules.specimen);
            return printed.map_err(|error| refused(&error));
        }
        let carrier = world.cards.carrier(commitment.carrier());
        let layout = carrier.map_or("parcel", |carrier| carrier.layout(commitment.service.service()));
        let label = Label {
            carrier: world.cards.carrier_name(commitment.carrier()).to_owned(),
            service: world.cards.service_name(&commitment.service).to_owned(),
            from: world.rules.ship_from.clone(),
            to: order.ship_to.clone(),
            sort_code: commitment.sort_code.clone(),
            sort_detail: commitment.sort_detail.clone(),
            mass,
            tracking: commitment.tracking.to_string(),
            order_ref: order.order_ref.clone(),
            parcel: id.to_string(),
            ship_date: commitment.ship_date,
            attempt,
            specimen: world.rules.specimen,
            values: carrier.map(|carrier| carrier.values.clone()).unwrap_or_default(),
            container: None,
        };
        world.rules.labels.print(layout, &label).map_err(|error| refused(&error))
    }
}
