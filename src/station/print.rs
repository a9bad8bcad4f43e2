//! One label, printed once: record, then send; and when nobody knows, say so.

use std::fmt::Display;

use super::event::{Effect, Job, PrinterEvent};
use super::fact::{Commitment, Fact};
use super::order::Order;
use super::parcel::{Parcel, ParcelId, State};
use super::{Outcome, Station, World};
use crate::barcode::Why;
use crate::label::Label;
use crate::screen::Note;
use crate::units::Mass;

impl Station {
    /// The printer said something about a print; what it says about another than the one in hand changes nothing.
    pub(super) fn printer(&self, world: &World<'_>, job: Job, event: &PrinterEvent) -> Outcome {
        let Some(parcel) = self.parcel(job.parcel) else { return Outcome::default() };
        let (id, attempt) = (job.parcel, job.attempt);
        match (parcel.state, event) {
            (State::Committed, PrinterEvent::Ready { printer }) if attempt == parcel.attempt() + 1 => {
                self.start_print(world, id, parcel, printer)
            }
            (State::Printing, PrinterEvent::Sent) if attempt == parcel.attempt() => {
                Outcome::default().facts([Fact::PrintSent { parcel: id, attempt }])
            }
            (State::Printing, PrinterEvent::SendFailed { accepted: 0, why }) if attempt == parcel.attempt() => {
                Outcome::default()
                    .facts([Fact::PrintAborted { parcel: id, attempt, reason: why.clone() }])
                    .effect(Effect::Prepare(job))
            }
            (State::Printing, PrinterEvent::SendFailed { why, .. } | PrinterEvent::Lost { why })
            | (State::Sent, PrinterEvent::Lost { why })
                if attempt == parcel.attempt() =>
            {
                Outcome::stop(Note::new("label_doubt"))
                    .facts([Fact::PrintDoubted { parcel: id, attempt, reason: why.clone() }])
                    .effect(Effect::Release)
            }
            (State::Sent | State::PrintUncertain, PrinterEvent::LabelOut { rung, evidence })
                if attempt == parcel.attempt() =>
            {
                let (rung, evidence) = (*rung, evidence.clone());
                Outcome::default().facts([Fact::PrintConfirmed { parcel: id, attempt, rung, evidence }])
            }
            _ => Outcome::default(),
        }
    }

    fn start_print(&self, world: &World<'_>, id: ParcelId, parcel: &Parcel, printer: &str) -> Outcome {
        let attempt = parcel.attempt() + 1;
        let (Some(commitment), Some(weight), Some(order)) =
            (parcel.commitment.as_ref(), parcel.weight.as_ref(), world.live.order.as_ref())
        else {
            return Outcome::stop(Note::new("label_refused").with("reason", "its order cannot be read"));
        };
        if let Some(stop) = super::floor::not_as_packed(world) {
            return stop;
        }
        match self.label(world, id, order, commitment, weight.mass, attempt) {
            Ok(bytes) => Outcome::default()
                .facts([Fact::PrintStarted { parcel: id, attempt, printer: printer.to_owned() }])
                .effect(Effect::Send { job: Job { parcel: id, attempt }, bytes, clear: attempt > 1 }),
            Err(note) => Outcome::stop(note),
        }
    }

    /// The label's bytes for one attempt; none for a number that is none of its carrier's.
    pub(super) fn label(
        &self,
        world: &World<'_>,
        id: ParcelId,
        order: &Order,
        commitment: &Commitment,
        mass: Mass,
        attempt: u32,
    ) -> Result<Vec<u8>, Note> {
        let refused = |reason: &dyn Display| Note::new("label_refused").with("reason", reason.to_string());
        match world.cards.numbers().check(commitment.carrier(), &commitment.tracking) {
            Err(error) if error.why != Why::Unknown => return Err(refused(&error)),
            _ => {}
        }
        let carrier = world.cards.carrier(commitment.carrier());
        let layout = carrier.map_or("parcel", |carrier| carrier.layout(&commitment.service));
        let label = Label {
            carrier: carrier.map_or_else(|| commitment.carrier().to_owned(), |carrier| carrier.name.clone()),
            service: world.cards.service_name(&commitment.service).to_owned(),
            from: world.rules.ship_from.clone(),
            to: order.ship_to.clone(),
            sort_code: commitment.sort_code.clone(),
            sort_detail: commitment.sort_detail.clone(),
            mass,
            tracking: commitment.tracking.clone(),
            order_ref: order.order_ref.clone(),
            parcel: id.to_string(),
            ship_date: commitment.ship_date,
            attempt,
            specimen: world.rules.specimen,
            values: carrier.map(|carrier| carrier.values.clone()).unwrap_or_default(),
        };
        world.rules.labels.print(layout, &label).map_err(|error| refused(&error))
    }

    /// The packer wants this label again.
    pub(super) fn reprint(&self, world: &World<'_>, id: ParcelId, parcel: &Parcel) -> Outcome {
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        match parcel.state {
            State::Sent | State::Printed | State::PrintUncertain => {}
            State::Committed | State::Printing => return Outcome::stop(Note::new("printer_blocked")),
            _ => return Outcome::stop(Note::new("reprint_refused").with("tracking", tracking)),
        }
        // Only a label on its way is watched: otherwise what the printer said last is old, and it is asked again.
        if parcel.state == State::Sent && world.live.printer_problem.is_some() {
            return Outcome::stop(Note::new("printer_blocked"));
        }
        let attempt = parcel.attempt();
        if attempt >= Self::ATTEMPTS {
            return Outcome::stop(Note::new("reprint_refused").with("tracking", tracking));
        }
        let reason = "the packer asked for another".to_owned();
        let again = Job { parcel: id, attempt: attempt + 1 };
        Outcome::say(super::live::Say::good(Note::new("reprinted").with("tracking", tracking)))
            .facts([Fact::PrintSpoiled { parcel: id, attempt, reason }])
            .effect(Effect::Prepare(again))
    }

    /// How often one label may be printed; after that the parcel is voided and packed again.
    pub const ATTEMPTS: u32 = 4;
}
