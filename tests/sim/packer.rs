//! A packer who does what the screen says, with some mistakes.

use parceld::barcode::Command;
use parceld::screen::View;
use parceld::station::Station;

use crate::dice::Dice;

pub(crate) enum Move {
    Nothing,
    Scan(String),
    Say(Command),
    Put(i64),
    Lift,
    LoadPaper,
}

#[derive(Default)]
pub(crate) struct Packer {
    /// Turns spent waiting for a label.
    waited: u32,
}

pub(crate) const CARRIERS: [&str; 4] = ["cityline", "gofo", "ontrac", "usps"];

impl Packer {
    /// What the screen asks for. `label` is a label of the parcel in hand, if one lies there.
    pub(crate) fn follow(&mut self, dice: &mut Dice, view: &View, label: Option<String>, orders: &[String]) -> Move {
        let keys = [Some(view.headline.key), view.detail.as_ref().map(|note| note.key)];
        for key in keys.into_iter().flatten() {
            let wanted = self.wanted(dice, key, label.as_ref(), orders);
            if !matches!(wanted, Move::Nothing) {
                return wanted;
            }
        }
        Move::Nothing
    }

    fn wanted(&mut self, dice: &mut Dice, key: &str, label: Option<&String>, orders: &[String]) -> Move {
        match key {
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
            "label_doubt" => label.map_or(Move::Say(Command::Reprint), |label| Move::Scan(label.clone())),
            "no_carrier" | "no_numbers" | "label_refused" => Move::Say(Command::Cancel),
            "order_hold" | "order_cancelled" => Move::Say(Command::Hold),
            "reprint_refused" | "confirm_void" => Move::Say(Command::Void),
            "printer_paper_out" => Move::LoadPaper,
            _ => Move::Nothing,
        }
    }

    /// Something else than what the screen asks for.
    pub(crate) fn blunder(dice: &mut Dice, station: &Station, orders: &[String]) -> Move {
        let carrier = || CARRIERS[0].to_owned();
        match dice.below(16) {
            0 | 1 => dice.pick(orders).map_or(Move::Nothing, |order| Move::Scan(order.clone())),
            2 | 3 => {
                let labels: Vec<String> =
                    station.parcels().filter_map(|(_, parcel)| parcel.tracking().map(str::to_owned)).collect();
                dice.pick(&labels).map_or(Move::Nothing, |label| Move::Scan(label.clone()))
            }
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
            _ => Move::Nothing,
        }
    }
}
