//! The next sensible thing to do at the bench, and the words that say it.
//!
//! It follows from what the station waits for now and from what lies at the bench: never from what was done before. So it is
//! right after any scan, after a restart, and on a page that was just opened. The robot does nothing else.

#![deny(clippy::wildcard_enum_match_arm)]

use crate::barcode::Command;
use crate::ids::CarrierId;
use crate::screen::{Awaited, Sentence};
use crate::station::Station;
use crate::web::BenchAct;

/// What a person at the bench sees beside the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    /// What lies on the pan.
    pub(super) load: i64,
    /// What the scale's display comes to rest at.
    pub(super) net: i64,
    /// What the parcel of the order in hand weighs: all three in picograms.
    pub(super) parcel: i64,
    /// Labels of the parcel in hand that lie at the printer: how many, and which is the newest.
    pub(super) labels: (u32, Option<u64>),
    /// The printer has printed something that nobody has looked at yet.
    pub(super) coming: bool,
    /// The printer says what became of a label.
    pub(super) tells: bool,
    /// Nothing is wrong with the printer.
    pub(super) printer_works: bool,
    /// Nothing is wrong with the scale.
    pub(super) scale_works: bool,
    /// What is left to do with nothing in hand.
    pub(super) left: Left,
}

/// What is left to do with nothing in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Left {
    /// An order waits to be packed: its barcode.
    Order(String),
    /// Packed parcels of a carrier wait for a manifest: its identifier and name.
    Manifest(CarrierId, String),
    /// A manifest waits for the driver of its carrier.
    Handover(CarrierId, String),
    /// A parcel lies here that came back: its tracking number.
    Returned(String),
    /// The parcel that came back was just scanned.
    Scanned,
    /// Nothing.
    Nothing,
}

/// The next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextStep {
    /// What a hand does; `None` while the station works, and when nothing is left or only somebody else can help.
    pub(super) act: Option<BenchAct>,
    /// How it is said.
    pub(super) say: Sentence,
}

/// The next thing to do.
pub(super) fn next(awaits: &Awaited, sight: &Sight) -> NextStep {
    match awaits {
        Awaited::Patience => wait(),
        Awaited::Order => at_rest(sight),
        Awaited::TakeOut { tracking } => {
            step(BenchAct::Scan(tracking.clone()), Sentence::NextTakeOut { tracking: tracking.clone() })
        }
        // It lies there, and the display says nothing lies there: zero or tare was set with it.
        Awaited::Parcel if sight.load == sight.parcel && sight.net == 0 => lift(),
        Awaited::Parcel if sight.load == sight.parcel => wait(),
        // It was lifted after that: the display goes below zero, and the station is about to say so.
        Awaited::Parcel if sight.load == 0 && sight.net != 0 => wait(),
        Awaited::Parcel => step(BenchAct::PutOrder, Sentence::PlaceParcel),
        Awaited::EmptyScale | Awaited::Zero if sight.load != 0 => lift(),
        Awaited::EmptyScale => wait(),
        Awaited::Zero => command(&Command::Zero, Sentence::DoZero),
        Awaited::Scale if sight.scale_works => wait(),
        Awaited::Scale => step(BenchAct::Scale { fault: WORKS.to_owned() }, Sentence::NextMendScale),
        Awaited::Printer if sight.printer_works => wait(),
        Awaited::Printer => step(BenchAct::Printer { fault: WORKS.to_owned() }, Sentence::NextMendPrinter),
        Awaited::Mark { mark } => command(&Command::MarkOk(mark.clone()), Sentence::DoMarkOk { mark: mark.clone() }),
        Awaited::Label { attempt, out } => match sight.labels {
            // The bars of all its prints are the same: an older one is not taken for one that is still coming.
            (count, Some(index)) if count >= *attempt || *out || !sight.tells => scan_label(index),
            _ if !out || sight.coming => wait(),
            _ => print_again(*attempt),
        },
        Awaited::Doubt { attempt } => match sight.labels {
            (count, Some(index)) if count >= *attempt => scan_label(index),
            _ if sight.coming => wait(),
            _ => print_again(*attempt),
        },
        // What was put aside before may still lie there.
        Awaited::Lighter if sight.load == 0 => wait(),
        Awaited::Lighter if sight.load != sight.parcel => lift(),
        Awaited::Lighter | Awaited::Hold => command(&Command::Hold, Sentence::DoHold),
        Awaited::Void => command(&Command::Void, Sentence::DoVoid),
        Awaited::Answer => command(&Command::Ok, Sentence::NextYes),
        Awaited::Date => command(&Command::Ok, Sentence::DoDateOk),
        Awaited::Help => NextStep { act: None, say: Sentence::NextHelp },
    }
}

/// What is wrong with a device that works.
pub(super) const WORKS: &str = "none";

fn at_rest(sight: &Sight) -> NextStep {
    if sight.load != 0 {
        return lift();
    }
    match &sight.left {
        Left::Order(code) => step(BenchAct::Scan(code.clone()), Sentence::ScanOrder),
        Left::Manifest(id, name) => {
            command(&Command::Manifest(id.to_string()), Sentence::DoManifest { carrier: name.clone() })
        }
        Left::Handover(id, name) => {
            command(&Command::Handover(id.to_string()), Sentence::DoHandover { carrier: name.clone() })
        }
        Left::Returned(tracking) => {
            step(BenchAct::Scan(tracking.clone()), Sentence::NextCameBack { tracking: tracking.clone() })
        }
        Left::Scanned => command(&Command::Return, Sentence::DoReturn),
        Left::Nothing => NextStep { act: None, say: Sentence::NextNothing },
    }
}

/// A label that is not there is printed again, as often as the packer alone may; then its parcel is ended.
fn print_again(attempt: u32) -> NextStep {
    if attempt < Station::ATTEMPTS {
        command(&Command::Reprint, Sentence::DoReprint)
    } else {
        command(&Command::Void, Sentence::DoVoid)
    }
}

fn wait() -> NextStep {
    NextStep { act: None, say: Sentence::NextWait }
}

fn lift() -> NextStep {
    step(BenchAct::Lift, Sentence::EmptyScale)
}

fn scan_label(index: u64) -> NextStep {
    step(BenchAct::ScanLabel { index: Some(index) }, Sentence::ScanLabel)
}

fn command(command: &Command, say: Sentence) -> NextStep {
    step(BenchAct::Command(command.text()), say)
}

fn step(act: BenchAct, say: Sentence) -> NextStep {
    NextStep { act: Some(act), say }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAM: i64 = 1_000_000_000_000;

    /// A tidy bench where everything works: nothing on the pan, no label, one order left.
    fn tidy() -> Sight {
        Sight {
            load: 0,
            net: 0,
            parcel: 500 * GRAM,
            labels: (0, None),
            coming: false,
            tells: true,
            printer_works: true,
            scale_works: true,
            left: Left::Order("5764".to_owned()),
        }
    }

    fn loaded(grams: i64) -> Sight {
        Sight { load: grams * GRAM, net: grams * GRAM, ..tidy() }
    }

    fn labelled(count: u32) -> Sight {
        Sight { labels: (count, Some(7)), ..tidy() }
    }

    fn act(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    /// An act in a few characters.
    fn short(step: &NextStep) -> Option<String> {
        step.act.as_ref().map(|act| match act {
            BenchAct::Scan(text) => format!("scan {text}"),
            BenchAct::Command(text) => text.clone(),
            BenchAct::Put { grams } => format!("put {grams}"),
            BenchAct::PutOrder => "put".to_owned(),
            BenchAct::Lift => "lift".to_owned(),
            BenchAct::ScanLabel { index } => format!("label {}", index.unwrap_or_default()),
            BenchAct::Printer { fault } => format!("printer {fault}"),
            BenchAct::Scale { fault } => format!("scale {fault}"),
            BenchAct::Network { up } => format!("network {up}"),
        })
    }

    /// For each thing that a station can wait for: benches, and what is to be done at them.
    fn table(awaits: &Awaited) -> Vec<(Sight, Option<String>)> {
        let works = |printer, scale| Sight { printer_works: printer, scale_works: scale, ..tidy() };
        let left = |left| Sight { left, ..tidy() };
        let usps = || (CarrierId::from("usps"), "USPS".to_owned());
        match awaits {
            Awaited::Patience => vec![(tidy(), None), (loaded(500), None)],
            Awaited::Order => vec![
                (tidy(), act("scan 5764")),
                (loaded(500), act("lift")),
                (left(Left::Manifest(usps().0, usps().1)), act("MANIFEST:usps")),
                (left(Left::Handover(usps().0, usps().1)), act("HANDOVER:usps")),
                (left(Left::Returned("9400".to_owned())), act("scan 9400")),
                (left(Left::Scanned), act("RETURN")),
                (left(Left::Nothing), None),
            ],
            Awaited::TakeOut { .. } => vec![(tidy(), act("scan 9400")), (loaded(500), act("scan 9400"))],
            Awaited::Parcel => vec![
                (tidy(), act("put")),
                (loaded(3), act("put")),
                (loaded(500), None),
                (Sight { net: 0, ..loaded(500) }, act("lift")),
                (Sight { net: -500 * GRAM, ..tidy() }, None),
            ],
            Awaited::EmptyScale => vec![(loaded(500), act("lift")), (tidy(), None)],
            Awaited::Zero => vec![(loaded(500), act("lift")), (tidy(), act("ZERO"))],
            Awaited::Lighter => vec![(loaded(500), act("HOLD")), (loaded(40_000), act("lift")), (tidy(), None)],
            Awaited::Hold => vec![(loaded(500), act("HOLD")), (tidy(), act("HOLD"))],
            Awaited::Scale => vec![(works(true, false), act("scale none")), (works(false, true), None)],
            Awaited::Printer => vec![(works(false, true), act("printer none")), (works(true, false), None)],
            Awaited::Mark { .. } => vec![(tidy(), act("MARKOK:UN3481")), (labelled(1), act("MARKOK:UN3481"))],
            Awaited::Label { attempt: 1, out: false } => vec![(tidy(), None), (labelled(1), act("label 7"))],
            Awaited::Label { attempt: 2, out: false } => vec![
                (labelled(1), None),
                (labelled(2), act("label 7")),
                (Sight { tells: false, ..labelled(1) }, act("label 7")),
            ],
            Awaited::Label { attempt: 2, out: true } => {
                vec![(labelled(1), act("label 7")), (tidy(), act("REPRINT")), (Sight { coming: true, ..tidy() }, None)]
            }
            Awaited::Label { .. } => vec![(tidy(), act("VOID")), (labelled(1), act("label 7"))],
            Awaited::Doubt { attempt: 1 } => {
                vec![(tidy(), act("REPRINT")), (labelled(1), act("label 7")), (Sight { coming: true, ..tidy() }, None)]
            }
            Awaited::Doubt { .. } => vec![(tidy(), act("VOID")), (labelled(3), act("label 7"))],
            Awaited::Void => vec![(tidy(), act("VOID")), (loaded(500), act("VOID"))],
            Awaited::Answer | Awaited::Date => vec![(tidy(), act("OK")), (loaded(500), act("OK"))],
            Awaited::Help => vec![(tidy(), None), (loaded(500), None)],
        }
    }

    /// All of them; the match makes the compiler ask for a new one.
    fn every() -> Vec<Awaited> {
        let tracking = "9400".to_owned();
        let all = vec![
            Awaited::Patience,
            Awaited::Order,
            Awaited::TakeOut { tracking },
            Awaited::Parcel,
            Awaited::EmptyScale,
            Awaited::Zero,
            Awaited::Lighter,
            Awaited::Scale,
            Awaited::Printer,
            Awaited::Mark { mark: "UN3481".to_owned() },
            Awaited::Label { attempt: 1, out: false },
            Awaited::Label { attempt: 2, out: false },
            Awaited::Label { attempt: 2, out: true },
            Awaited::Label { attempt: 3, out: true },
            Awaited::Doubt { attempt: 1 },
            Awaited::Doubt { attempt: 3 },
            Awaited::Hold,
            Awaited::Void,
            Awaited::Answer,
            Awaited::Date,
            Awaited::Help,
        ];
        let kinds: std::collections::BTreeSet<u8> = all
            .iter()
            .map(|awaits| match awaits {
                Awaited::Patience => 0,
                Awaited::Order => 1,
                Awaited::TakeOut { .. } => 2,
                Awaited::Parcel => 3,
                Awaited::EmptyScale => 4,
                Awaited::Zero => 5,
                Awaited::Lighter => 6,
                Awaited::Scale => 7,
                Awaited::Printer => 8,
                Awaited::Mark { .. } => 9,
                Awaited::Label { .. } => 10,
                Awaited::Doubt { .. } => 11,
                Awaited::Hold => 12,
                Awaited::Void => 13,
                Awaited::Answer => 14,
                Awaited::Date => 15,
                Awaited::Help => 16,
            })
            .collect();
        assert_eq!(kinds.len(), 17);
        all
    }

    #[test]
    fn for_all_that_a_station_can_wait_for_the_bench_knows_what_is_next() {
        for awaits in every() {
            for (sight, wanted) in table(&awaits) {
                let found = next(&awaits, &sight);
                assert_eq!(short(&found), wanted, "{awaits:?} with {sight:?}");
            }
        }
    }
}
