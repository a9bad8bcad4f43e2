//! Barcodes of commands, to be hung up at the bench: everything the station understands in this version, for the boxes,
//! carriers, stickers and languages it is configured with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rows::{self, Rows, SMALL, TEXT, qr, reversed, row, space, styled, text, wide};
use crate::barcode::Command;
use crate::label::document::Align;
use crate::label::layout::Cell;
use crate::screen::{Sentence, Words};

/// Cells beside each other on office paper.
const COLUMNS: usize = 3;
/// A code with its quiet zone, tenths of a millimetre: 29 modules and 8 of white of 0.5 mm.
const SIDE: i64 = 190;

/// A sheet of command barcodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSheet {
    /// The station it is for: its boxes and carriers.
    pub station: String,
    /// In the order of a day.
    pub groups: Vec<(Sentence, Vec<Entry>)>,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is scanned.
    pub code: String,
    /// What it does, in the language of the sheet.
    pub words: String,
    /// It destroys something, and wants a second scan.
    pub twice: bool,
}

/// Why a parcel is put aside, as the sheet offers it; any other word is taken, too.
const PROBLEMS: [(&str, Sentence); 4] = [
    ("DAMAGED", Sentence::ProblemDamaged),
    ("SHORT", Sentence::ProblemShort),
    ("WRONG_ITEM", Sentence::ProblemWrongItem),
    ("ADDRESS", Sentence::ProblemAddress),
];

/// What a reason of the sheet is called.
fn problem_note(reason: &str) -> Option<Sentence> {
    PROBLEMS.iter().find(|(known, _)| *known == reason).map(|(_, words)| words.clone())
}

/// Every command that a station with these boxes, carriers (identifier and name), stickers and languages understands.
pub fn commands(
    words: &Words,
    boxes: &[String],
    carriers: &[(String, String)],
    marks: &[String],
    languages: &BTreeMap<String, Arc<Words>>,
) -> Vec<(Sentence, Vec<Entry>)> {
    let one = |command: Command| entry(&command, words, carriers, languages);
    let each = |of: fn(String) -> Command| carriers.iter().map(move |(id, _)| of(id.clone())).map(one);
    let parcel = [
        Command::Reprint,
        Command::Reweigh,
        Command::Hold,
        Command::Cancel,
        Command::Void,
        Command::NextParcel,
        Command::Ok,
        Command::Help,
    ];
    let marks = marks.iter().map(|mark| one(Command::MarkOk(mark.clone()))).collect();
    let problems = PROBLEMS.map(|(reason, _)| Command::Problem(reason.to_owned()));
    let bench = [Command::Zero, Command::Tare, Command::Return, Command::Shift, Command::Sheet, Command::Logout];
    let tongues = languages.keys().map(|language| Command::Lang(language.clone()));
    let groups = [
        (Sentence::PaperGroupParcel, parcel.into_iter().chain(problems).map(one).collect::<Vec<Entry>>()),
        (Sentence::PaperGroupBoxes, boxes.iter().map(|id| one(Command::Box(id.clone()))).collect()),
        (Sentence::PaperGroupMarks, marks),
        (
            Sentence::PaperGroupBags,
            [Command::BagOpen, Command::BagClose, Command::PalletOpen, Command::PalletClose].map(one).into(),
        ),
        (
            Sentence::PaperGroupCarriers,
            each(Command::Manifest).chain(each(Command::Handover)).chain(each(Command::Outage)).collect(),
        ),
        (Sentence::PaperGroupStation, bench.into_iter().chain(tongues).map(one).collect()),
    ];
    groups.into_iter().filter(|(_, entries)| !entries.is_empty()).collect()
}

/// A command as the sheet has it: one of those, or one that somebody asks for beside them (a cage, a badge).
pub fn entry(
    command: &Command,
    words: &Words,
    carriers: &[(String, String)],
    languages: &BTreeMap<String, Arc<Words>>,
) -> Entry {
    let twice = matches!(command, Command::Void | Command::Manifest(_) | Command::Handover(_));
    let carrier = |id: &String| carriers.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name).clone();
    let said = match command {
        Command::Ok => Sentence::DoOk,
        Command::Cancel => Sentence::DoCancel,
        Command::NextParcel => Sentence::DoNextparcel,
        Command::Reweigh => Sentence::DoReweigh,
        Command::Zero => Sentence::DoZero,
        Command::Tare => Sentence::DoTare,
        Command::Box(id) => Sentence::DoBox { id: id.clone() },
        Command::Reprint => Sentence::DoReprint,
        Command::ReprintFor(reason) => Sentence::DoReprintFor { reason: reason.clone() },
        Command::Void => Sentence::DoVoid,
        Command::Hold => Sentence::DoHold,
        Command::Problem(reason) => {
            let reason = problem_note(reason).map_or_else(|| reason.clone(), |note| words.say(&note));
            Sentence::DoProblem { reason: reason.to_owned() }
        }
        Command::MarkOk(mark) => Sentence::DoMarkok { mark: mark.clone() },
        Command::Cage(id) => Sentence::DoCage { cage: id.clone() },
        Command::BagOpen => Sentence::DoBagopen,
        Command::BagClose => Sentence::DoBagclose,
        Command::PalletOpen => Sentence::DoPalletopen,
        Command::PalletClose => Sentence::DoPalletclose,
        Command::Manifest(id) => Sentence::DoManifest { carrier: carrier(id).to_owned() },
        Command::Handover(id) => Sentence::DoHandover { carrier: carrier(id).to_owned() },
        Command::Outage(id) => Sentence::DoOutage { carrier: carrier(id).to_owned() },
        Command::Return => Sentence::DoReturn,
        Command::Help => Sentence::DoHelp,
        // Whoever needs it reads it in that language.
        Command::Lang(language) => {
            let own = languages.get(language).map(|words| words.say(&Sentence::LanguageSet));
            return Entry { code: command.encode(), words: own.unwrap_or_else(|| language.clone()), twice };
        }
        Command::Logout => Sentence::DoLogout,
        Command::Badge(operator) => Sentence::DoBadge { operator: operator.clone() },
        Command::Shift => Sentence::DoShift,
        Command::Sheet => Sentence::DoSheet,
    };
    Entry { code: command.encode(), words: words.say(&said), twice }
}

impl CommandSheet {
    pub(super) fn write(&self, rows: &mut Rows, words: &Words, wide_paper: bool) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.title(format!("{} {}", say(Sentence::PaperSheet), self.station));
        rows.row(62, [styled(say(Sentence::PaperSheetHelp), SMALL, 2, Align::Start)]);
        let columns = if wide_paper { COLUMNS } else { 1 };
        for (group, entries) in &self.groups {
            rows.heading(words.say(group));
            for beside in entries.chunks(columns) {
                let empty = std::iter::repeat_with(rows::nothing).take(columns - beside.len());
                let mut cells: Vec<Cell> = beside.iter().map(Entry::cell).chain(empty).collect();
                for at in (1..columns).rev() {
                    cells.insert(at, space(30));
                }
                rows.row(SIDE, cells);
            }
        }
    }
}

impl Entry {
    fn cell(&self) -> Cell {
        let name = self.code.trim_start_matches(Command::PREFIX);
        let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
        let mark = self.twice.then(|| [space(10), wide(reversed(text("2x", 36, Align::Middle)), 70)]);
        let words = rows::rows([
            row(25, []),
            row(92, [styled(self.words.clone(), TEXT + 3, 3, Align::Start)]),
            row(48, [text(name, SMALL, Align::Start)].into_iter().chain(mark.into_iter().flatten())),
            row(25, []),
        ]);
        rows::rows([row(SIDE, [wide(qr(&self.code), SIDE), space(10), words])])
    }
}
