//! What comes back: its label is scanned, then RETURN.
//!
//! It is recorded and told, and counts as returned from that day. Nothing is printed, and its number stays used: what is sent
//! again is another order. Looking at it, and what becomes of it, is not the packing bench's business.

use crate::screen::Sentence;
use crate::station::fact::{Ending, Fact};
use crate::station::live::Say;
use crate::station::parcels::State;
use crate::station::{Outcome, Station, World};

impl Station {
    /// RETURN: the parcel whose label was just scanned lies here again.
    pub(in crate::station) fn came_back(&self, world: &World<'_>) -> Outcome {
        if self.in_hand().is_some() {
            return Outcome::stop(Sentence::NotHere);
        }
        let Some(parcel) = world.live.shown.and_then(|id| self.parcel(id)) else {
            return Outcome::say(Say::ask(Sentence::ReturnWhich));
        };
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        if !matches!(parcel.state(), State::Manifested | State::Confirmed) {
            return Outcome::stop(Sentence::ReturnRefused { tracking });
        }
        let known = parcel.ended().is_some_and(|ended| ended.ending == Ending::Returned);
        let fact = Fact::Returned { parcel: parcel.id, on: self.day(world), operator: self.people.operator.clone() };
        Outcome::say(Say::good(Sentence::Returned { tracking })).facts((!known).then_some(fact))
    }
}
