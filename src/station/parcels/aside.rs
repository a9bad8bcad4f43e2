//! Out of the packer's way: put aside, voided, left.

use super::{Parcel, State};
use crate::barcode::Command;
use crate::ids::{BagId, ParcelId};
use crate::screen::Sentence;
use crate::station::event::{Effect, Lookup, Printout};
use crate::station::fact::Fact;
use crate::station::live::Say;
use crate::station::order::OrderId;
use crate::station::{Outcome, Station, World};

impl Station {
    /// Puts a parcel aside: the one in hand, or a closed one whose label was just scanned. One on a manifest stays here when
    /// the rest is handed over.
    pub(in crate::station) fn hold(&self, parcel: &Parcel, reason: &str) -> Outcome {
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        match parcel.state() {
            State::Manifested | State::Confirmed if self.handed_over(parcel) => {
                Outcome::stop(Sentence::GoneAlready { tracking })
            }
            State::Manifested | State::Confirmed => {
                let (reason, operator) = (reason.to_owned(), self.people.operator.clone());
                let note = Sentence::StaysHere { tracking };
                let left = Outcome::say(Say::good(note)).facts([Fact::LeftOut { parcel: parcel.id, reason, operator }]);
                self.bag_labels_again(parcel, left)
            }
            State::Held | State::Voided => Outcome::stop(Sentence::NotHere),
            State::Verified | State::Attested => self.bag_labels_again(parcel, hold(parcel, reason)),
            _ => hold(parcel, reason),
        }
    }

    pub(in crate::station) fn void(&self, world: &World<'_>, parcel: &Parcel) -> Outcome {
        let name = parcel.name().to_owned();
        if matches!(parcel.state(), State::Manifested | State::Confirmed | State::Voided) {
            return Outcome::stop(Sentence::VoidRefused { tracking: name });
        }
        if parcel.tracking().is_none() && parcel.state() != State::Held {
            return self.cancel();
        }
        if !world.live.confirms(world.now, &Command::Void) {
            return ask_void(parcel);
        }
        let may_come_out = self.prints.unaccounted().is_some_and(|job| job.parcel == parcel.id);
        let voided = |sentence: Sentence| {
            Outcome::say(Say::good(sentence))
                .facts([Fact::Voided { parcel: parcel.id, reason: "voided by the packer".to_owned() }])
                .effect(if may_come_out { Effect::Forget } else { Effect::Release })
        };
        let outcome = match parcel.bag() {
            Some(bag) => voided(Sentence::VoidedBag { bag: bag.to_string(), tracking: name }),
            None => voided(Sentence::Voided { tracking: name }),
        };
        self.bag_labels_again(parcel, outcome)
    }

    /// A parcel leaves its closed bag: the label says how many are in it, and so does that of its pallet.
    fn bag_labels_again(&self, parcel: &Parcel, outcome: Outcome) -> Outcome {
        let pallet = parcel.bag().and_then(|bag| self.bag(bag)?.pallet);
        let again = |id: &BagId| self.bag(*id).is_some_and(|bag| bag.closed && self.contents(bag).nth(1).is_some());
        let labels = [parcel.bag(), pallet].into_iter().flatten().filter(again);
        labels.fold(outcome, |outcome, bag| outcome.effect(Effect::Print(Printout::Bag { bag })))
    }

    /// What was scanned is to be voided: VOID was said before with nothing at hand. `None` when it was not.
    pub(in crate::station) fn void_scanned(
        &self,
        world: &World<'_>,
        tracking: Option<ParcelId>,
        order: &Lookup,
    ) -> Option<Outcome> {
        let asked = world.live.confirms(world.now, &Command::Void) && world.live.shown.is_none();
        let held = |order: &OrderId| {
            self.of_order(order).rev().find(|parcel| parcel.state() == State::Held).map(|parcel| parcel.id)
        };
        let found = tracking.or_else(|| match order {
            Lookup::One { order, .. } => held(&order.id()),
            Lookup::Unread(id) => held(id),
            Lookup::None | Lookup::Many(_) => None,
        });
        found.filter(|_| asked).and_then(|id| self.parcel(id)).map(ask_void)
    }

    /// Out of here: a parcel without a number is dropped; one with a number is put aside by HOLD or ended by VOID.
    pub(in crate::station) fn cancel(&self) -> Outcome {
        match self.in_hand() {
            None => Outcome::default(),
            Some(parcel) if parcel.tracking().is_none() => {
                let note = Sentence::Cancelled { order: parcel.order.number.clone() };
                Outcome::say(Say::good(note))
                    .facts([Fact::Voided { parcel: parcel.id, reason: "cancelled before it had a number".to_owned() }])
            }
            Some(parcel) => {
                let tracking = parcel.tracking().unwrap_or_default();
                Outcome::say(Say::ask(Sentence::CancelOrVoid { tracking: tracking.to_owned() }))
            }
        }
    }
}

/// Puts a parcel aside. One whose label is on its way is in doubt when it comes back.
fn hold(parcel: &Parcel, reason: &str) -> Outcome {
    let note = Sentence::Held { order: parcel.order.number.clone() };
    // A second thought: VOID right after it means this one.
    let outcome = Outcome { shown: Some(parcel.id), ..Outcome::say(Say::good(note)) }.effect(Effect::Release);
    let held = Fact::Held { parcel: parcel.id, reason: reason.to_owned() };
    if matches!(parcel.state(), State::Printing | State::Sent) {
        let reason = "put aside while it was printing".to_owned();
        return outcome.facts([Fact::PrintDoubted { parcel: parcel.id, attempt: parcel.attempt(), reason }, held]);
    }
    outcome.facts([held])
}

fn ask_void(parcel: &Parcel) -> Outcome {
    let question = Sentence::ConfirmVoid { tracking: parcel.name().to_owned() };
    let ask = Outcome::say(Say { detail: Some(Sentence::AnswerYesNo), ..Say::ask(question) });
    Outcome { confirm: Some(Command::Void), shown: Some(parcel.id), ..ask }
}
