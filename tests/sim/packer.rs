//! A packer who does what the screen says, with some mistakes.

use parceld::barcode::Command;
use parceld::screen::{Sentence, View};

use crate::dice::Dice;

#[derive(Debug)]
pub(crate) enum Move {
    Nothing,
    Scan(String),
    Say(Command),
    Put(i64),
    Lift,
    LoadPaper,
    SetClock,
    /// Yes, or what the date is.
    SayDate,
}

#[derive(Default)]
pub(crate) struct Packer {
    /// Turns spent waiting for a label.
    waited: u32,
}

/// The badge that allows what the packer alone may not.
pub(crate) const SUPERVISOR: &str = "op17";
pub(crate) const CARRIERS: [&str; 4] = ["cityline", "gofo", "ontrac", "usps"];

impl Packer {
    /// What the screen asks for. `label` is a label of the parcel in hand, if one lies there.
    pub(crate) fn follow(&mut self, dice: &mut Dice, view: &View, label: Option<String>, orders: &[String]) -> Move {
        // A printer that needs help comes before the question what it did.
        let helps = view.detail.as_ref().filter(|note| note.key().starts_with("printer_"));
        for note in helps.into_iter().chain([&view.headline]).chain(&view.detail) {
            let wanted = self.wanted(dice, note, label.as_ref(), orders);
            if !matches!(wanted, Move::Nothing) {
                return wanted;
            }
        }
        Move::Nothing
    }

    fn wanted(&mut self, dice: &mut Dice, note: &Sentence, label: Option<&String>, orders: &[String]) -> Move {
        if let Sentence::MarkWanted { mark } = note {
            return Move::Say(Command::MarkOk(mark.clone()));
        }
        match note.key() {
            "scan_order" => dice.pick(orders).map_or(Move::Nothing, |order| Move::Scan(order.clone())),
            "place_parcel" => Move::Put([200, 450, 2_000, 9_000, 40_500][dice.below(5)]),
            "empty_scale" | "weight_negative" => Move::Lift,
            "scan_label" => match label {
                Some(label) => {
                    self.waited = 0;
                    Move::Scan(label.clone())
                }
                None => {
                    self.waited += 1;
                    if self.waited.is_multiple_of(6) { Move::Say(Command::Reprint) } else { Move::Nothing }
                }
            },
            "label_doubt" => {
                self.waited += 1;
                match label {
                    Some(label) => Move::Scan(label.clone()),
                    // It takes a moment until there is none.
                    None if self.waited.is_multiple_of(4) => Move::Say(Command::Reprint),
                    None => Move::Nothing,
                }
            }
            "date_ask" => Move::SayDate,
            "clock_wrong" => Move::SetClock,
            "supervisor_needed" => Move::Say(Command::Badge(SUPERVISOR.to_owned())),
            "parcel_shown" if dice.one_in(3) => Move::Say(Command::Return),
            "parcel_shown" if dice.one_in(2) => Move::Say(Command::ReprintFor("SMEAR".to_owned())),
            "no_carrier" | "no_numbers" | "label_refused" => Move::Say(Command::Cancel),
            "out_hold" | "out_leave" => Move::Say(Command::Hold),
            "out_void" => Move::Say(Command::Void),
            "confirm_handover" => Move::Say(Command::Ok),
            "reprint_refused" | "reprint_most" | "confirm_void" => Move::Say(Command::Void),
            "printer_paper_out" | "printer_silent" => Move::LoadPaper,
            _ => Move::Nothing,
        }
    }

    /// Something else than what the screen asks for.
    pub(crate) fn blunder(dice: &mut Dice, labels: &[String], orders: &[String]) -> Move {
        let carrier = || CARRIERS[0].to_owned();
        match dice.below(28) {
            0 | 1 => dice.pick(orders).map_or(Move::Nothing, |order| Move::Scan(order.clone())),
            2 | 3 => dice.pick(labels).map_or(Move::Nothing, |label| Move::Scan(label.clone())),
            4 => Move::Scan("4006381333931".into()),
            5 => Move::Put(700),
            6 => Move::Lift,
            7 => Move::Say(Command::Manifest(CARRIERS[dice.below(4)].to_owned())),
            8 => Move::Say(Command::Handover(CARRIERS[dice.below(4)].to_owned())),
            9 => Move::Say(Command::Box(["B1", "B2", "B3"][dice.below(3)].to_owned())),
            10 => {
                let commands = [Command::Cancel, Command::Void, Command::Reprint, Command::Hold, Command::Reweigh];
                dice.pick(&commands).cloned().map_or(Move::Nothing, Move::Say)
            }
            11 => Move::Say(Command::Hold),
            12 => Move::Say(Command::Void),
            13 if dice.one_in(4) => Move::Say(Command::Outage(carrier())),
            14 => Move::Say(Command::Reprint),
            15 => Move::Say(Command::Badge([SUPERVISOR, "7031"][dice.below(2)].to_owned())),
            16 => Move::Say(Command::MarkOk("UN3481".to_owned())),
            17 | 18 => Move::Say(Command::BagOpen),
            19 => Move::Say(Command::BagClose),
            20 => Move::Say(Command::Cage("07".to_owned())),
            21 | 22 | 24..=26 => Move::Say(Command::PalletOpen),
            23 => Move::Say(Command::PalletClose),
            _ => Move::Nothing,
        }
    }
}
