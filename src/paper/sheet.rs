//! Barcodes of commands, to be hung up at the bench: everything the station understands in this version, for the boxes,
//! carriers, stickers and languages it is configured with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rows::{self, Rows, SMALL, TEXT, qr, reversed, row, space, styled, text, wide};
use crate::barcode::Command;
use crate::label::document::Align;
use crate::label::layout::Cell;
use crate::screen::{Note, Words};

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
    pub groups: Vec<(&'static str, Vec<Entry>)>,
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
const PROBLEMS: [(&str, &str); 4] = [
    ("DAMAGED", "problem_damaged"),
    ("SHORT", "problem_short"),
    ("WRONG_ITEM", "problem_wrong_item"),
    ("ADDRESS", "problem_address"),
];

/// What a reason of the sheet is called.
fn problem_note(reason: &str) -> Option<Note> {
    PROBLEMS.iter().find(|(known, _)| *known == reason).map(|(_, key)| Note::new(key))
}

/// Every command that a station with these boxes, carriers (identifier and name), stickers and languages understands.
pub fn commands(
    words: &Words,
    boxes: &[String],
    carriers: &[(String, String)],
    marks: &[String],
    languages: &BTreeMap<String, Arc<Words>>,
) -> Vec<(&'static str, Vec<Entry>)> {
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
        ("paper_group_parcel", parcel.into_iter().chain(problems).map(one).collect::<Vec<Entry>>()),
        ("paper_group_boxes", boxes.iter().map(|id| one(Command::Box(id.clone()))).collect()),
        ("paper_group_marks", marks),
        (
            "paper_group_bags",
            [Command::BagOpen, Command::BagClose, Command::PalletOpen, Command::PalletClose].map(one).into(),
        ),
        (
            "paper_group_carriers",
            each(Command::Manifest).chain(each(Command::Handover)).chain(each(Command::Outage)).collect(),
        ),
        ("paper_group_station", bench.into_iter().chain(tongues).map(one).collect()),
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
        Command::Ok => Note::new("do_ok"),
        Command::Cancel => Note::new("do_cancel"),
        Command::NextParcel => Note::new("do_nextparcel"),
        Command::Reweigh => Note::new("do_reweigh"),
        Command::Zero => Note::new("do_zero"),
        Command::Tare => Note::new("do_tare"),
        Command::Box(id) => Note::new("do_box").with("box", id.clone()),
        Command::Reprint => Note::new("do_reprint"),
        Command::ReprintFor(reason) => Note::new("do_reprint_for").with("reason", reason.clone()),
        Command::Void => Note::new("do_void"),
        Command::Hold => Note::new("do_hold"),
        Command::Problem(reason) => {
            let reason = problem_note(reason).map_or_else(|| reason.clone(), |note| words.say(&note));
            Note::new("do_problem").with("reason", reason)
        }
        Command::MarkOk(mark) => Note::new("do_markok").with("mark", mark.clone()),
        Command::Cage(id) => Note::new("do_cage").with("cage", id.clone()),
        Command::BagOpen => Note::new("do_bagopen"),
        Command::BagClose => Note::new("do_bagclose"),
        Command::PalletOpen => Note::new("do_palletopen"),
        Command::PalletClose => Note::new("do_palletclose"),
        Command::Manifest(id) => Note::new("do_manifest").with("carrier", carrier(id)),
        Command::Handover(id) => Note::new("do_handover").with("carrier", carrier(id)),
        Command::Outage(id) => Note::new("do_outage").with("carrier", carrier(id)),
        Command::Return => Note::new("do_return"),
        Command::Help => Note::new("do_help"),
        // Whoever needs it reads it in that language.
        Command::Lang(language) => {
            let own = languages.get(language).map(|words| words.say(&Note::new("language_set")));
            return Entry { code: command.encode(), words: own.unwrap_or_else(|| language.clone()), twice };
        }
        Command::Logout => Note::new("do_logout"),
        Command::Badge(operator) => Note::new("do_badge").with("operator", operator.clone()),
        Command::Shift => Note::new("do_shift"),
        Command::Sheet => Note::new("do_sheet"),
    };
    Entry { code: command.encode(), words: words.say(&said), twice }
}

impl CommandSheet {
    pub(super) fn write(&self, rows: &mut Rows, words: &Words, wide_paper: bool) {
        let say = |key| words.say(&Note::new(key));
        rows.title(format!("{} {}", say("paper_sheet"), self.station));
        rows.row(62, [styled(say("paper_sheet_help"), SMALL, 2, Align::Start)]);
        let columns = if wide_paper { COLUMNS } else { 1 };
        for (group, entries) in &self.groups {
            rows.heading(say(group));
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
