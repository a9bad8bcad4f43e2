//! Barcodes of commands, to be hung up at the bench: everything the station understands in this version, for the boxes,
//! carriers, stickers and languages it is configured with.

#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rows::{self, Rows, SMALL, TEXT, qr, reversed, row, space, styled, text, wide};
use crate::barcode::{ArgumentKind, Command, CommandSpec, Confirmation, SheetGroup};
use crate::ids::CarrierId;
use crate::label::document::Align;
use crate::label::layout::LayoutCell;
use crate::screen::{Sentence, Words};
use crate::station::badge::public;

/// Cells beside each other on office paper.
const COLUMNS: usize = 3;
/// A code with its quiet zone, tenths of a millimetre: 29 modules and 8 of white of 0.5 mm.
const SIDE: i64 = 190;

/// A sheet of command barcodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSheet {
    /// The station it is for: its boxes and carriers.
    pub station: String,
    /// In the order of [`SheetGroup::ALL`].
    pub groups: Vec<(SheetGroup, Vec<SheetEntry>)>,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetEntry {
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

/// The heading of a group.
pub const fn heading(group: SheetGroup) -> Sentence {
    match group {
        SheetGroup::Parcel => Sentence::PaperGroupParcel,
        SheetGroup::Boxes => Sentence::PaperGroupBoxes,
        SheetGroup::Marks => Sentence::PaperGroupMarks,
        SheetGroup::Bags => Sentence::PaperGroupBags,
        SheetGroup::Carriers => Sentence::PaperGroupCarriers,
        SheetGroup::Station => Sentence::PaperGroupStation,
        SheetGroup::More => Sentence::PaperGroupMore,
    }
}

/// Every command that a station with these boxes, carriers (identifier and name), stickers and languages understands
/// without being told more: a group for each that has any.
pub fn commands(
    words: &Words,
    boxes: &[String],
    carriers: &[(CarrierId, String)],
    marks: &[String],
    languages: &BTreeMap<String, Arc<Words>>,
) -> Vec<(SheetGroup, Vec<SheetEntry>)> {
    let arguments = |kind: ArgumentKind| -> Vec<&str> {
        match kind {
            ArgumentKind::Carton => boxes.iter().map(String::as_str).collect(),
            ArgumentKind::Problem => PROBLEMS.iter().map(|(reason, _)| *reason).collect(),
            ArgumentKind::Mark => marks.iter().map(String::as_str).collect(),
            ArgumentKind::Carrier => carriers.iter().map(|(id, _)| id.as_str()).collect(),
            ArgumentKind::Language => languages.keys().map(String::as_str).collect(),
            ArgumentKind::ReprintReason | ArgumentKind::Cage | ArgumentKind::Operator => Vec::new(),
        }
    };
    let each = |spec: &CommandSpec| {
        let arguments = spec.argument.map_or_else(|| vec![""], |(kind, _)| arguments(kind));
        arguments.into_iter().map(|argument| spec.command(argument)).collect::<Vec<_>>()
    };
    let of_group = |group: SheetGroup| {
        Command::ALL
            .iter()
            .filter(|spec| spec.group == group)
            .flat_map(each)
            .map(|command| entry(&command, words, carriers, languages))
            .collect::<Vec<_>>()
    };
    let listed = SheetGroup::ALL.into_iter().filter(|group| *group != SheetGroup::More);
    let groups = listed.map(|group| (group, of_group(group)));
    groups.filter(|(_, entries)| !entries.is_empty()).collect()
}

/// A command as the sheet has it: one of those, or one that somebody asks for beside them (a cage, a badge).
pub fn entry(
    command: &Command,
    words: &Words,
    carriers: &[(CarrierId, String)],
    languages: &BTreeMap<String, Arc<Words>>,
) -> SheetEntry {
    let spec = command.spec();
    let argument = command.argument().unwrap_or_default();
    let kind = spec.argument.map(|(kind, _)| kind);
    let called = match kind {
        Some(ArgumentKind::Carrier) => {
            carriers.iter().find(|(id, _)| *id == argument).map_or(argument, |(_, name)| name).to_owned()
        }
        Some(ArgumentKind::Problem) => {
            problem_note(argument).map_or_else(|| argument.to_owned(), |reason| words.say(&reason))
        }
        Some(
            ArgumentKind::Carton
            | ArgumentKind::ReprintReason
            | ArgumentKind::Mark
            | ArgumentKind::Cage
            | ArgumentKind::Language,
        )
        | None => argument.to_owned(),
        Some(ArgumentKind::Operator) => public(argument).to_owned(),
    };
    let said = spec.sentence(called);
    let words = if kind == Some(ArgumentKind::Language) {
        // Whoever needs it reads it in that language.
        languages.get(argument).map_or_else(|| argument.to_owned(), |own| own.say(&said))
    } else {
        words.say(&said)
    };
    SheetEntry { code: command.encode(), words, twice: spec.confirmation == Confirmation::SecondScan }
}

impl CommandSheet {
    pub(super) fn write(&self, rows: &mut Rows, words: &Words, wide_paper: bool) {
        let say = |sentence: Sentence| words.say(&sentence);
        rows.title(format!("{} {}", say(Sentence::PaperSheet), self.station));
        rows.row(62, [styled(say(Sentence::PaperSheetHelp), SMALL, 2, Align::Start)]);
        let columns = if wide_paper { COLUMNS } else { 1 };
        for (group, entries) in &self.groups {
            rows.heading(say(heading(*group)));
            for beside in entries.chunks(columns) {
                let empty = std::iter::repeat_with(rows::nothing).take(columns - beside.len());
                let mut cells: Vec<LayoutCell> = beside.iter().map(SheetEntry::cell).chain(empty).collect();
                for at in (1..columns).rev() {
                    cells.insert(at, space(30));
                }
                rows.row(SIDE, cells);
            }
        }
    }
}

impl SheetEntry {
    /// What stands between the prefix and the check character: `MANIFEST:usps`.
    pub fn name(&self) -> &str {
        let name = self.code.trim_start_matches(Command::PREFIX);
        name.rsplit_once(':').map_or(name, |(name, _)| name)
    }

    fn cell(&self) -> LayoutCell {
        // Whoever sees a badge need not see its secret.
        let name = public(self.name());
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
