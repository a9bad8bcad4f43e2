//! What the packer says with a command barcode.

use crate::barcode::{Command, Confirmation};
use crate::ids::ParcelId;
use crate::screen::{Sentence, shown};
use crate::station::event::{Effect, Printout, ScaleKey};
use crate::station::fact::{BagKind, Fact};
use crate::station::live::Say;
use crate::station::parcels::{Parcel, State};
use crate::station::people::set_language;
use crate::station::prints::ask_supervisor;
use crate::station::{Outcome, Station, World};

impl Station {
    pub(super) fn command(&self, world: &World<'_>, command: &Command) -> Outcome {
        match command {
            Command::Reprint | Command::ReprintFor(_) => {
                self.on_parcel(world, |parcel| self.reprint(world, parcel, command, None))
            }
            Command::Void => match self.in_hand().map(|parcel| parcel.id).or(world.live.shown) {
                Some(_) => self.on_parcel(world, |parcel| self.void(world, parcel)),
                None => {
                    let say = Say { detail: Some(Sentence::AnswerNo), ..Say::ask(Sentence::VoidWhich) };
                    let ask = Outcome::say(say);
                    Outcome { confirm: Some(Command::Void), ..ask }
                }
            },
            Command::Hold => self.on_parcel(world, |parcel| self.hold(parcel, "held by the packer")),
            Command::Problem(reason) => self.on_parcel(world, |parcel| self.hold(parcel, reason)),
            // No, to the question that stands; nothing else, whatever is in hand.
            Command::Cancel if world.live.waiting(world.now).is_some() => Outcome::say(Say::good(Sentence::NotDone)),
            Command::Cancel => self.cancel(),
            Command::Ok => self.ok(world),
            Command::Help => Outcome::say(Say::ask(Sentence::Help)),
            Command::Reweigh => self.on_parcel_in_hand(|parcel| self.reweigh(world, parcel)),
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
            Command::MarkOk(mark) => self.on_parcel_in_hand(|parcel| self.mark(parcel, mark)),
            Command::Logout => {
                Outcome::say(Say::good(Sentence::LoggedOut)).facts([Fact::OperatorChanged { operator: None }])
            }
            Command::BagOpen => self.open_bag(BagKind::Bag),
            Command::BagClose => self.close_bag(world, BagKind::Bag),
            Command::PalletOpen => self.open_bag(BagKind::Pallet),
            Command::PalletClose => self.close_bag(world, BagKind::Pallet),
            Command::Cage(cage) => self.cage(world, cage),
            Command::Shift => {
                on_paper(world, Printout::Shift { day: world.today, operator: self.people.operator.clone() })
            }
            Command::Sheet => on_paper(world, Printout::Sheet { language: None, also: Vec::new() }),
            Command::Return => self.came_back(world),
            Command::DateOk => self.confirm_date(world, None),
        }
    }

    /// Answers the question that stands, as its barcode and the button say it: OK is the second scan of the command that
    /// waits for one. It is no supervisor's badge: a badge that is waited for is asked for again.
    fn ok(&self, world: &World<'_>) -> Outcome {
        let Some(command) = world.live.waiting(world.now) else {
            return if self.asks_date(world) {
                self.confirm_date(world, None)
            } else {
                Outcome::say(Say::ask(Sentence::Help))
            };
        };
        match command.spec().confirmation {
            Confirmation::SecondScan => self.command(world, command),
            Confirmation::Supervisor if *command == Command::DateOk => self.confirm_date(world, None),
            Confirmation::Supervisor => self.on_parcel(world, |parcel| ask_supervisor(world, parcel.id, command)),
            Confirmation::AtOnce => Outcome::say(Say::ask(Sentence::Help)),
        }
    }

    /// Acts on the parcel in hand, or else on the one whose tracking number was just scanned.
    pub(super) fn on_parcel(&self, world: &World<'_>, act: impl FnOnce(&Parcel) -> Outcome) -> Outcome {
        let shown = || self.parcel(world.live.shown?);
        match self.in_hand().or_else(shown) {
            Some(parcel) => act(parcel),
            None => Outcome::stop(Sentence::NotHere),
        }
    }

    fn on_parcel_in_hand(&self, act: impl FnOnce(&Parcel) -> Outcome) -> Outcome {
        match self.in_hand() {
            Some(parcel) => act(parcel),
            None => Outcome::stop(Sentence::NotHere),
        }
    }

    /// An act that destroys wants a second scan of the same command.
    fn twice(&self, world: &World<'_>, command: &Command, carrier: &str, act: impl FnOnce() -> Outcome) -> Outcome {
        if world.live.confirms(world.now, command) {
            return act();
        }
        let Some(known) = world.cards.carrier_called(carrier) else {
            return Outcome::stop(Sentence::UnknownCarrier { carrier: shown(carrier) });
        };
        let parcels: Vec<ParcelId> = match command {
            Command::Manifest(_) => self.waiting_for_manifest(&known.id).into_values().flatten().collect(),
            _ => self.to_hand_over(&known.id).flat_map(|manifest| self.taken(manifest)).collect(),
        };
        if let Some(stop) = self.take_out(parcels.iter().copied()) {
            return stop;
        }
        let (carrier, count) = (known.name.clone(), parcels.len() as u64);
        let question = match command {
            Command::Manifest(_) => Sentence::ConfirmManifest { carrier, count },
            _ => Sentence::ConfirmHandover { carrier },
        };
        let say = Say { detail: Some(Sentence::AnswerYesNo), ..Say::ask(question) };
        Outcome { confirm: Some(command.clone()), ..Outcome::say(say) }
    }

    /// A sticker is on the parcel in hand.
    fn mark(&self, parcel: &Parcel, scanned: &str) -> Outcome {
        if parcel.commitment().is_none() {
            return Outcome::stop(Sentence::NotHere);
        }
        let wanted: Vec<&str> = parcel.marks_wanted().collect();
        match wanted.iter().find(|mark| mark.eq_ignore_ascii_case(scanned)) {
            Some(mark) => {
                Outcome::say(Say::good(Sentence::MarkOn { mark: (*mark).to_owned() })).facts([Fact::Marked {
                    parcel: parcel.id,
                    mark: (*mark).to_owned(),
                    operator: self.operator().map(str::to_owned),
                }])
            }
            None if wanted.is_empty() => Outcome::stop(Sentence::MarkUnneeded { mark: shown(scanned) }),
            None => Outcome::stop(Sentence::MarkOther { mark: wanted.join(", ") }),
        }
    }

    /// Takes the weight that lies on the pan now, although the pan was not empty before.
    fn reweigh(&self, world: &World<'_>, parcel: &Parcel) -> Outcome {
        if !matches!(parcel.state(), State::Open | State::Weighed) {
            return Outcome::stop(Sentence::NotHere);
        }
        let mut live = world.live.clone();
        live.armed = true;
        let armed = World { live: &live, ..*world };
        let weighed = self.weigh(&armed, parcel);
        match (weighed.facts.is_empty(), parcel.state()) {
            (false, _) => weighed,
            (true, State::Open) => Outcome { rearm: true, ..weighed },
            // A parcel that has a weight gets another only by a scan of its own.
            (true, _) => Outcome::say(super::view::weigh_prompt(&armed).1),
        }
    }

    fn choose_box(&self, world: &World<'_>, id: &str) -> Outcome {
        if !world.rules.boxes.contains_key(id) {
            return Outcome::stop(Sentence::UnknownBox { id: shown(id) });
        }
        self.on_parcel_in_hand(|parcel| {
            if parcel.tracking().is_some() {
                return Outcome::stop(Sentence::NotHere);
            }
            let mut boxed = parcel.clone();
            boxed.box_id = Some(id.to_owned());
            let again = self.choose_again(world, &boxed);
            let say = again.say.clone().unwrap_or_else(|| Say::good(Sentence::BoxSet { id: id.to_owned() }));
            let mut outcome = Outcome::say(say).facts([Fact::BoxChosen { parcel: parcel.id, box_id: id.to_owned() }]);
            outcome.facts.extend(again.facts);
            outcome.effects.extend(again.effects);
            outcome
        })
    }

    /// Presses a key of the scale. What it did is said when the scale has answered.
    fn press(&self, key: ScaleKey) -> Outcome {
        Outcome::say(Say::ask(Sentence::ScaleKey)).effect(Effect::Press(key))
    }
}

/// A document that somebody asked for.
fn on_paper(world: &World<'_>, printout: Printout) -> Outcome {
    if world.rules.receipts {
        Outcome::say(Say::good(Sentence::OnPaper)).effect(Effect::Print(printout))
    } else {
        Outcome::stop(Sentence::NoReceipts)
    }
}
