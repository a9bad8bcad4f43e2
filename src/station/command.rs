//! What the packer says with a command barcode.

use super::bag::{BagId, Kind};
use super::event::{Effect, Lookup, Printout, ScaleKey};
use super::fact::Fact;
use super::live::Say;
use super::order::OrderId;
use super::parcel::{Parcel, ParcelId, State};
use super::{Outcome, Station, World};
use crate::barcode::Command;
use crate::screen::Sentence;

impl Station {
    pub(super) fn command(&self, world: &World<'_>, command: &Command) -> Outcome {
        match command {
            Command::Reprint | Command::ReprintFor(_) => {
                self.on_parcel(world, |id, parcel| self.reprint(world, (id, parcel), command, None))
            }
            Command::Void => match self.bench().map(|(id, _)| id).or(world.live.shown) {
                Some(_) => self.on_parcel(world, |id, parcel| self.void(world, id, parcel)),
                None => {
                    let ask = Outcome::say(Say::ask(Sentence::VoidWhich));
                    Outcome { confirm: Some(Command::Void), ..ask }
                }
            },
            Command::Hold => self.on_parcel(world, |id, parcel| self.hold(id, parcel, "held by the packer")),
            Command::Problem(reason) => self.on_parcel(world, |id, parcel| self.hold(id, parcel, reason)),
            Command::Cancel => self.cancel(),
            Command::Ok | Command::Help => Outcome::say(Say::ask(Sentence::Help)),
            Command::Reweigh => self.in_hand(|id, parcel| self.reweigh(world, id, parcel)),
            Command::Zero => self.press(ScaleKey::Zero),
            Command::Tare => self.press(ScaleKey::Tare),
            Command::Box(id) => self.choose_box(world, id),
            Command::NextParcel => Outcome::say(Say::ask(Sentence::Help)),
            Command::Manifest(carrier) => self
                .slips_again(world, carrier)
                .unwrap_or_else(|| self.twice(world, command, carrier, || self.close_manifest(world, carrier))),
            Command::Handover(carrier) => self.twice(world, command, carrier, || self.hand_over(world, carrier)),
            Command::Outage(carrier) => self.outage(world, carrier),
            Command::Lang(language) => set_language(world, language),
            Command::Badge(operator) => self.badge(world, operator),
            Command::MarkOk(mark) => self.in_hand(|id, parcel| self.mark(id, parcel, mark)),
            Command::Logout => {
                Outcome::say(Say::good(Sentence::LoggedOut)).facts([Fact::OperatorChanged { operator: None }])
            }
            Command::BagOpen => self.open_bag(Kind::Bag),
            Command::BagClose => self.close_bag(world, Kind::Bag),
            Command::PalletOpen => self.open_bag(Kind::Pallet),
            Command::PalletClose => self.close_bag(world, Kind::Pallet),
            Command::Cage(cage) => self.cage(world, cage),
            Command::Shift => on_paper(world, Printout::Shift { day: world.today, operator: self.operator.clone() }),
            Command::Sheet => on_paper(world, Printout::Sheet { language: None, also: Vec::new() }),
            Command::Return => self.came_back(world),
        }
    }

    /// Acts on the parcel in hand, or else on the one whose tracking number was just scanned.
    pub(super) fn on_parcel(&self, world: &World<'_>, act: impl FnOnce(ParcelId, &Parcel) -> Outcome) -> Outcome {
        let shown = || {
            let id = world.live.shown?;
            Some((id, self.parcel(id)?))
        };
        match self.bench().or_else(shown) {
            Some((id, parcel)) => act(id, parcel),
            None => Outcome::stop(Sentence::NotHere),
        }
    }

    fn in_hand(&self, act: impl FnOnce(ParcelId, &Parcel) -> Outcome) -> Outcome {
        match self.bench() {
            Some((id, parcel)) => act(id, parcel),
            None => Outcome::stop(Sentence::NotHere),
        }
    }

    /// An act that destroys wants a second scan of the same command.
    fn twice(&self, world: &World<'_>, command: &Command, carrier: &str, act: impl FnOnce() -> Outcome) -> Outcome {
        if world.live.confirms(world.now, command) {
            return act();
        }
        let Some(known) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: super::floor::shown(carrier) });
        };
        let parcels: Vec<ParcelId> = match command {
            Command::Manifest(_) => self.waiting_for_manifest(&known.id).into_values().flatten().collect(),
            _ => self.to_hand_over(&known.id).flat_map(|(index, _)| self.taken(index)).collect(),
        };
        if let Some(stop) = self.take_out(parcels.iter().copied()) {
            return stop;
        }
        let (carrier, count) = (known.name.clone(), parcels.len() as u64);
        let question = match command {
            Command::Manifest(_) => Sentence::ConfirmManifest { carrier, count },
            _ => Sentence::ConfirmHandover { carrier },
        };
        Outcome { confirm: Some(command.clone()), ..Outcome::say(Say::ask(question)) }
    }

    /// Puts a parcel aside: the one in hand, or a closed one whose label was just scanned. One on a manifest stays here when
    /// the rest is handed over.
    fn hold(&self, id: ParcelId, parcel: &Parcel, reason: &str) -> Outcome {
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        match parcel.state {
            State::Manifested | State::Confirmed if self.handed_over(parcel) => {
                Outcome::stop(Sentence::GoneAlready { tracking: tracking.to_owned() })
            }
            State::Manifested | State::Confirmed => {
                let (reason, operator) = (reason.to_owned(), self.operator.clone());
                let note = Sentence::StaysHere { tracking: tracking.to_owned() };
                let left = Outcome::say(Say::good(note)).facts([Fact::LeftOut { parcel: id, reason, operator }]);
                self.bag_labels_again(parcel, left)
            }
            State::Held | State::Voided => Outcome::stop(Sentence::NotHere),
            State::Verified | State::Attested => self.bag_labels_again(parcel, hold(id, parcel, reason)),
            _ => hold(id, parcel, reason),
        }
    }

    fn void(&self, world: &World<'_>, id: ParcelId, parcel: &Parcel) -> Outcome {
        let name = parcel.tracking().unwrap_or(&parcel.order.number).to_owned();
        if matches!(parcel.state, State::Manifested | State::Confirmed | State::Voided) {
            return Outcome::stop(Sentence::VoidRefused { tracking: name.to_owned() });
        }
        if parcel.tracking().is_none() && parcel.state != State::Held {
            return self.cancel();
        }
        if !world.live.confirms(world.now, &Command::Void) {
            return ask_void(id, &name);
        }
        let may_come_out = self.loose.is_some_and(|job| job.parcel == id);
        let voided = |sentence: Sentence| {
            Outcome::say(Say::good(sentence))
                .facts([Fact::Voided { parcel: id, reason: "voided by the packer".to_owned() }])
                .effect(if may_come_out { Effect::Forget } else { Effect::Release })
        };
        let outcome = match parcel.bag {
            Some(bag) => voided(Sentence::VoidedBag { bag: bag.to_string(), tracking: name }),
            None => voided(Sentence::Voided { tracking: name }),
        };
        self.bag_labels_again(parcel, outcome)
    }

    /// A parcel leaves its closed bag: the label says how many are in it, and so does that of its pallet.
    fn bag_labels_again(&self, parcel: &Parcel, outcome: Outcome) -> Outcome {
        let pallet = parcel.bag.and_then(|bag| self.bag(bag)?.pallet);
        let again = |id: &BagId| self.bag(*id).is_some_and(|bag| bag.closed && self.contents(bag).nth(1).is_some());
        let labels = [parcel.bag, pallet].into_iter().flatten().filter(again);
        labels.fold(outcome, |outcome, bag| outcome.effect(Effect::Print(Printout::Bag { bag })))
    }

    /// What was scanned is to be voided: VOID was said before with nothing at hand. `None` when it was not.
    pub(super) fn void_scanned(
        &self,
        world: &World<'_>,
        tracking: Option<ParcelId>,
        order: &Lookup,
    ) -> Option<Outcome> {
        let asked = world.live.confirms(world.now, &Command::Void) && world.live.shown.is_none();
        let held = |order: &OrderId| {
            let held = |id: &&ParcelId| self.parcel(**id).is_some_and(|parcel| parcel.state == State::Held);
            self.of_order(order).iter().rev().find(held).copied()
        };
        let found = tracking.or_else(|| match order {
            Lookup::One { order, .. } => held(&order.id()),
            Lookup::None | Lookup::Many(_) => None,
        });
        let parcel = found.filter(|_| asked).and_then(|id| Some((id, self.parcel(id)?)));
        parcel.map(|(id, parcel)| ask_void(id, parcel.tracking().unwrap_or(&parcel.order.number)))
    }

    /// A sticker is on the parcel in hand.
    fn mark(&self, id: ParcelId, parcel: &Parcel, scanned: &str) -> Outcome {
        if parcel.commitment.is_none() {
            return Outcome::stop(Sentence::NotHere);
        }
        let wanted: Vec<&str> = parcel.marks_wanted().collect();
        match wanted.iter().find(|mark| mark.eq_ignore_ascii_case(scanned)) {
            Some(mark) => {
                Outcome::say(Say::good(Sentence::MarkOn { mark: (*mark).to_owned() })).facts([Fact::Marked {
                    parcel: id,
                    mark: (*mark).to_owned(),
                    operator: self.operator().map(str::to_owned),
                }])
            }
            None if wanted.is_empty() => Outcome::stop(Sentence::MarkUnneeded { mark: super::floor::shown(scanned) }),
            None => Outcome::stop(Sentence::MarkOther { mark: wanted.join(", ") }),
        }
    }

    /// Out of here: a parcel without a number is dropped; one with a number is put aside by HOLD or ended by VOID.
    fn cancel(&self) -> Outcome {
        match self.bench() {
            None => Outcome::default(),
            Some((id, parcel)) if parcel.tracking().is_none() => {
                let note = Sentence::Cancelled { order: parcel.order.number.clone() };
                Outcome::say(Say::good(note))
                    .facts([Fact::Voided { parcel: id, reason: "cancelled before it had a number".to_owned() }])
            }
            Some((_, parcel)) => {
                let tracking = parcel.tracking().unwrap_or_default();
                Outcome::say(Say::ask(Sentence::CancelOrVoid { tracking: tracking.to_owned() }))
            }
        }
    }

    /// Takes the weight that lies on the pan now, although the pan was not empty before.
    fn reweigh(&self, world: &World<'_>, id: ParcelId, parcel: &Parcel) -> Outcome {
        if !matches!(parcel.state, State::Open | State::Weighed) {
            return Outcome::stop(Sentence::NotHere);
        }
        let mut live = world.live.clone();
        live.armed = true;
        let armed = World { live: &live, ..*world };
        let weighed = self.weigh(&armed, id, parcel);
        match (weighed.facts.is_empty(), parcel.state) {
            (false, _) => weighed,
            (true, State::Open) => Outcome { rearm: true, ..weighed },
            // A parcel that has a weight gets another only by a scan of its own.
            (true, _) => Outcome::say(super::view::weigh_prompt(&armed)),
        }
    }

    fn choose_box(&self, world: &World<'_>, id: &str) -> Outcome {
        if !world.rules.boxes.contains_key(id) {
            return Outcome::stop(Sentence::UnknownBox { id: super::floor::shown(id) });
        }
        self.in_hand(|parcel_id, parcel| {
            if parcel.tracking().is_some() {
                return Outcome::stop(Sentence::NotHere);
            }
            let boxed = Parcel { box_id: Some(id.to_owned()), ..parcel.clone() };
            let again = self.choose_again(world, parcel_id, &boxed);
            let say = again.say.clone().unwrap_or_else(|| Say::good(Sentence::BoxSet { id: id.to_owned() }));
            let mut outcome = Outcome::say(say).facts([Fact::BoxChosen { parcel: parcel_id, box_id: id.to_owned() }]);
            outcome.facts.extend(again.facts);
            outcome.effects.extend(again.effects);
            outcome
        })
    }

    /// Presses a key of the scale. What it did is said when the scale has answered.
    fn press(&self, key: ScaleKey) -> Outcome {
        Outcome::say(Say::ask(Sentence::ScaleKey)).effect(Effect::Press(key))
    }

    fn outage(&self, world: &World<'_>, carrier: &str) -> Outcome {
        let Some(known) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: super::floor::shown(carrier) });
        };
        let out = !self.outages.contains(&known.id);
        let carrier = known.name.clone();
        let said = if out { Sentence::OutageOn { carrier } } else { Sentence::OutageOff { carrier } };
        Outcome::say(Say::good(said))
            .facts([Fact::OutageSet { carrier: known.id.clone(), out }])
            .effect(Effect::Reconsider)
    }
}

/// Puts a parcel aside. One whose label is on its way is in doubt when it comes back.
fn hold(id: ParcelId, parcel: &Parcel, reason: &str) -> Outcome {
    let note = Sentence::Held { order: parcel.order.number.clone() };
    // A second thought: VOID right after it means this one.
    let outcome = Outcome { shown: Some(id), ..Outcome::say(Say::good(note)) }.effect(Effect::Release);
    let held = Fact::Held { parcel: id, reason: reason.to_owned() };
    if matches!(parcel.state, State::Printing | State::Sent) {
        let reason = "put aside while it was printing".to_owned();
        return outcome.facts([Fact::PrintDoubted { parcel: id, attempt: parcel.attempt(), reason }, held]);
    }
    outcome.facts([held])
}

fn ask_void(id: ParcelId, name: &str) -> Outcome {
    let ask = Outcome::say(Say::ask(Sentence::ConfirmVoid { tracking: name.to_owned() }));
    Outcome { confirm: Some(Command::Void), shown: Some(id), ..ask }
}

/// A document that somebody asked for.
fn on_paper(world: &World<'_>, printout: Printout) -> Outcome {
    if world.rules.receipts {
        Outcome::say(Say::good(Sentence::OnPaper)).effect(Effect::Print(printout))
    } else {
        Outcome::stop(Sentence::NoReceipts)
    }
}

fn set_language(world: &World<'_>, language: &str) -> Outcome {
    let language = language.to_lowercase();
    if !world.rules.languages.contains(&language) {
        return Outcome::stop(Sentence::UnknownLanguage { language: super::floor::shown(&language) });
    }
    Outcome::say(Say::good(Sentence::LanguageSet)).facts([Fact::LanguageChanged { language }])
}
