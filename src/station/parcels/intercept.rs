//! What was said of an order after a parcel of it was begun: it is cancelled, on hold, or says something else now.
//!
//! Such a parcel stops at every scan until its carrier has it: in hand, at rest, into a cage, with its bag, on a manifest,
//! at the handover. The screen names it, says what to scan to get out, and calls out the moment the news comes. What the
//! carrier has already cannot be stopped: that is recorded and told, and stops nothing.
//!
//! | the order is | out of it |
//! |---|---|
//! | cancelled, or changed; or what it holds is blocked | VOID; what is on a manifest: HOLD, and it stays here when the rest is handed over |
//! | on hold | HOLD; when the order is ready again, its scan takes the parcel up where it was |

use crate::ids::ParcelId;
use crate::screen::{Awaited, Mood, Sentence, Symbol};
use crate::station::event::{Effect, Sound};
use crate::station::fact::{Fact, Intercept};
use crate::station::live::Say;
use crate::station::order::{Order, OrderId, OrderState};
use crate::station::parcels::{Parcel, PrintState, State};
use crate::station::{Outcome, Station};

impl Station {
    /// Something else was said of an order: its parcels are stopped, or go on.
    pub(in crate::station) fn order_changed(
        &self,
        order: &Order,
        begun: &[(ParcelId, Option<Order>)],
        blocked: bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let used = begun.iter().filter(|(id, _)| self.parcel(*id).is_some_and(|p| p.state() != State::Voided)).count();
        let too_many = u32::try_from(used).is_ok_and(|used| used > order.parcels_planned);
        for (id, packed) in begun {
            let Some(parcel) = self.parcel(*id).filter(|parcel| parcel.state() != State::Voided) else { continue };
            let late = self.handed_over(parcel);
            let reason = reason(order, parcel, packed.as_ref(), too_many, blocked);
            match reason {
                _ if parcel.intercepted == Some(Intercept::Copied) => {}
                Some(reason) if late || parcel.intercepted != Some(reason) => {
                    outcome.facts.push(Fact::Intercepted { parcel: *id, reason, late });
                    outcome = call_out(outcome, parcel, reason, late, self.parcels.in_hand == Some(*id));
                }
                None if parcel.intercepted.is_some() => {
                    outcome.facts.push(Fact::Released { parcel: *id });
                    // Its label was refused, and nobody asks for it again.
                    if self.parcels.in_hand == Some(*id) && parcel.state() == State::Committed {
                        outcome.effects.push(self.prepare(parcel.next_print()));
                    }
                }
                Some(_) | None => {}
            }
        }
        outcome
    }

    /// An order of the receiver cannot be kept: it is told, and stands on the screen.
    pub(in crate::station) fn order_refused(&self, order: &OrderId, reason: &str) -> Outcome {
        let OrderId { channel, shop, number } = order.clone();
        Outcome::default().facts([Fact::OrderRefused { order_ref: number, channel, shop, reason: reason.to_owned() }])
    }

    /// Why a parcel must not go on, with what to scan; it is what the next command is about.
    pub(in crate::station) fn stopped(&self, parcel: &Parcel) -> Option<Outcome> {
        let say = stop(parcel).filter(|_| !self.handed_over(parcel))?;
        Some(Outcome { shown: Some(parcel.id), ..Outcome::say(say) })
    }

    /// Names the parcels among these that must not go, if there are any.
    pub(in crate::station) fn take_out(&self, parcels: impl Iterator<Item = ParcelId>) -> Option<Outcome> {
        let parcels: Vec<ParcelId> = parcels.collect();
        let out: Vec<&Parcel> = self.to_take_out().filter(|parcel| parcels.contains(&parcel.id)).collect();
        let first = *out.first()?;
        if out.len() == 1 {
            return self.stopped(first);
        }
        let note = Sentence::TakeOut { list: names(out.iter().copied()) };
        Some(Outcome::say(Say { detail: Some(Sentence::TakeOutHow), ..Say::stop(note) }))
    }
}

/// Why a parcel must not go on, if it must not: what the screen says until it is dealt with.
pub(in crate::station) fn stop(parcel: &Parcel) -> Option<Say> {
    let reason = parcel.intercepted?;
    let (order, tracking) = (parcel.order.number.clone(), parcel.name().to_owned());
    let note = match reason {
        Intercept::Cancelled => Sentence::OrderCancelled { order },
        Intercept::Hold => Sentence::OrderHold { order },
        Intercept::Changed => Sentence::OrderChanged { order },
        Intercept::Done => Sentence::OrderDone { order, tracking },
        Intercept::Copied => Sentence::ParcelCopied { tracking },
        Intercept::Blocked => Sentence::ParcelBlocked { order },
    };
    let detail = way_out(parcel).map(|(_, words)| words);
    Some(Say { mood: Mood::Stop, symbol: Symbol::Cross, note, detail })
}

/// What gets a parcel out of it that must not go on, and the words that say so; `None` for one that may go on, and for one
/// that was put aside and waits there.
pub(in crate::station) fn way_out(parcel: &Parcel) -> Option<(Awaited, Sentence)> {
    let tracking = parcel.name().to_owned();
    let manifested = matches!(parcel.state(), State::Manifested | State::Confirmed);
    match parcel.intercepted? {
        _ if manifested => Some((Awaited::Hold, Sentence::OutLeave { tracking })),
        Intercept::Hold if parcel.state() == State::Held => None,
        Intercept::Hold => Some((Awaited::Hold, Sentence::OutHold { tracking })),
        Intercept::Cancelled | Intercept::Changed | Intercept::Done | Intercept::Copied | Intercept::Blocked => {
            Some((Awaited::Void, Sentence::OutVoid { tracking }))
        }
    }
}

/// The numbers of parcels, as many as fit a screen, and how many more.
pub(in crate::station) fn names<'a>(parcels: impl Iterator<Item = &'a Parcel>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = parcels.map(|parcel| parcel.name()).collect();
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} + {more}"),
    }
}

/// Why a parcel must not travel for its order as it is now; `too_many` parcels of it: nobody says which of them; `blocked`:
/// nobody may have what it holds.
fn reason(order: &Order, parcel: &Parcel, packed: Option<&Order>, too_many: bool, blocked: bool) -> Option<Intercept> {
    match order.state {
        OrderState::Cancelled | OrderState::CancelRequested => Some(Intercept::Cancelled),
        OrderState::Hold => Some(Intercept::Hold),
        OrderState::Done => match parcel.intercepted {
            // What stopped it is no better for that.
            Some(reason @ (Intercept::Cancelled | Intercept::Changed)) => Some(reason),
            _ if blocked => Some(Intercept::Blocked),
            // That a parcel was shipped that was closed here is no news.
            None | Some(Intercept::Blocked) if closed_here(parcel) => None,
            _ => Some(Intercept::Done),
        },
        OrderState::Ready => {
            let other = packed.is_some_and(|packed| packed.is_other(order));
            (other || too_many).then_some(Intercept::Changed).or(blocked.then_some(Intercept::Blocked))
        }
    }
}

/// Whether a parcel is closed, or was before it was put aside.
fn closed_here(parcel: &Parcel) -> bool {
    parcel.state().closed() || parcel.prints().last().is_some_and(|print| print.state == PrintState::Verified)
}

/// The moment the news comes: said over whatever the screen says, unless the parcel is in hand: then the screen's one
/// thing to do is about it.
fn call_out(outcome: Outcome, parcel: &Parcel, reason: Intercept, late: bool, in_hand: bool) -> Outcome {
    if in_hand || parcel.state() == State::Held {
        return outcome.effect(Effect::Sound(Sound::Bad));
    }
    let name = parcel.name().to_owned();
    if late {
        return outcome.tell(Say::stop(Sentence::TooLate { tracking: name, order: parcel.order.number.clone() }));
    }
    let now = Parcel { intercepted: Some(reason), ..parcel.clone() };
    let note = Sentence::TakeOut { list: name };
    outcome.tell(Say { detail: stop(&now).map(|say| say.note), ..Say::stop(note) })
}
