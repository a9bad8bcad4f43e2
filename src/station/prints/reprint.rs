//! A label printed again: the number stays, the label says `R2`, and why and by whom is recorded.
//!
//! The packer alone prints a label [`Station::ATTEMPTS`] times at most, and only while the parcel is open; more, or a label
//! of a closed parcel that is on no manifest yet, is allowed by a supervisor, whose badge is scanned while the screen asks
//! for it. A closed parcel is then open again until its new label is scanned.

use crate::barcode::Command;
use crate::ids::ParcelId;
use crate::screen::{Sentence, shown};
use crate::station::fact::{Cause, Fact};
use crate::station::live::{Live, PrinterWaits, Say};
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Station, World};

impl Station {
    /// How often the packer, or the station by itself, prints one label.
    pub const ATTEMPTS: u32 = 3;
    /// How often one label is printed at all; after that the parcel is voided and packed again.
    pub const MOST_ATTEMPTS: u32 = 9;

    /// The packer wants this label again; `supervisor` is who allows what the packer alone may not.
    pub(in crate::station) fn reprint(
        &self,
        world: &World<'_>,
        parcel: &Parcel,
        command: &Command,
        supervisor: Option<&str>,
    ) -> Outcome {
        // Nothing of it would be printed, and the label it has would be called waste.
        if let Some(stop) = self.stopped(parcel) {
            return stop;
        }
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        let cause = match (command, parcel.state()) {
            (Command::ReprintFor(reason), _) => match Cause::named(reason) {
                Some(cause) => cause,
                None => return Outcome::stop(Sentence::UnknownReason { reason: shown(reason) }),
            },
            (_, State::Sent) => Cause::Lost,
            (_, State::PrintUncertain) => Cause::Uncertain,
            _ => Cause::Unreadable,
        };
        match parcel.state() {
            State::Sent | State::Printed | State::PrintUncertain | State::Verified | State::Attested => {}
            State::Committed | State::Printing => return Outcome::stop(Sentence::PrinterBlocked),
            State::Open | State::Weighed | State::Manifested | State::Confirmed | State::Held | State::Voided => {
                return Outcome::stop(Sentence::ReprintRefused { tracking });
            }
        }
        if matches!(parcel.state(), State::Sent | State::PrintUncertain) && may_still_print(world.live) {
            let asked = world.live.printer == Some(PrinterWaits::Asked);
            let wait = || Outcome::say(Say::ask(Sentence::PrinterAsked));
            return if asked { wait() } else { Outcome::stop(Sentence::PrinterBlocked) };
        }
        let attempt = parcel.attempt();
        if attempt >= Self::MOST_ATTEMPTS {
            return Outcome::stop(Sentence::ReprintMost { count: attempt.into() });
        }
        if supervisor.is_none() && (attempt >= Self::ATTEMPTS || parcel.state().closed()) {
            return ask_supervisor(world, parcel.id, command);
        }
        let reopened = supervisor.filter(|_| parcel.state().closed());
        let reopened = reopened.map(|who| Fact::Reopened { parcel: parcel.id, supervisor: who.to_owned() });
        let unmarked = |label| !world.rules.labels.marks_reprint(label);
        let supplied = parcel.commitment().is_some_and(|commitment| commitment.is_supplied());
        let sentence = match world.label {
            Some(label) if supplied && unmarked(label) => Sentence::ReprintedUnmarked { tracking },
            _ => Sentence::Reprinted { tracking },
        };
        Outcome::say(Say::good(sentence))
            .facts(reopened)
            .facts([Fact::PrintSpoiled {
                parcel: parcel.id,
                attempt,
                reason: "the packer asked for another".to_owned(),
                cause: Some(cause),
                operator: self.people.operator.clone(),
                supervisor: supervisor.map(str::to_owned),
            }])
            .effect(self.prepare(parcel.next_print()))
    }
}

/// The screen waits for a supervisor's badge to allow this command on this parcel.
pub(in crate::station) fn ask_supervisor(world: &World<'_>, id: ParcelId, command: &Command) -> Outcome {
    if world.rules.supervisors.is_empty() {
        return Outcome::stop(Sentence::SupervisorMissing);
    }
    if world.live.badges_rest(world.now) {
        return Outcome::stop(Sentence::BadgesRest);
    }
    let ask = Outcome::say(Say { detail: Some(Sentence::AnswerNo), ..Say::ask(Sentence::SupervisorNeeded) });
    Outcome { confirm: Some(command.clone()), shown: Some(id), ..ask }
}

/// Whether the printer, as it said last, may still print what it holds. One that cannot be reached is told to forget it
/// before anything else once it can.
fn may_still_print(live: &Live) -> bool {
    match live.printer {
        None => false,
        Some(PrinterWaits::Asked) => true,
        Some(PrinterWaits::Blocked(problem)) => problem.is_reached(),
    }
}
