//! `[packing]`: how parcels are packed and closed, and the cartons there are.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hal::printer::Language;

use super::declare::declare;
use super::device::Printer;
use super::read::{file, identifier};
use super::table::Table;
use super::value::NamedValue;
use crate::station::badge::Supervisor;
use crate::units::{Dims, Mass};

declare! {
    /// How parcels are packed and closed.
    "[packing]" as PackingKeys with box {
        /// A parcel closes when its printed label is scanned back, and on no proof of the printer alone.
        verify_scan: bool, default true;
        /// Whether what is packed is scanned.
        verify_items: VerifyItems, default "off", by verify_items;
        /// A pan that shows less is empty: above the drift of a bench scale, below any parcel.
        empty_below: Mass, default "10g", by up_to(Mass::from_grams(1_000));
        /// Labels say SPECIMEN and must not travel.
        specimen: bool, default false;
        /// Badges of those who may allow what the packer alone may not.
        supervisors: BTreeSet<Supervisor>, default [], by supervisors;
        /// Rules of stickers; the shipped ones without.
        marks_file: PathBuf, optional, by file;
    }
}

declare! {
    /// A carton.
    "[[packing.box]]" as BoxKeys {
        /// What its barcode `BOX:<id>` and an order's `box` say: 1 to 32 of `A-Z a-z 0-9 . _ -`.
        id: String, required, by identifier;
        /// Outside.
        outer: Dims, required;
        /// Mass of the empty carton, at most 20 kg. Nothing uses it yet.
        tare: Mass, optional, by tare;
    }
}

/// Heaviest empty carton.
const MOST_TARE: Mass = Mass::from_grams(20_000);

/// What is scanned while a parcel is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyItems {
    /// Nothing: the packer is trusted to pack what the order says.
    Off,
    /// One item of each line.
    Sku,
    /// Every item.
    EveryUnit,
}

impl NamedValue for VerifyItems {
    const NAMES: &'static [(&'static str, Self)] =
        &[("off", Self::Off), ("sku", Self::Sku), ("every-unit", Self::EveryUnit)];
}

/// The table, and its cartons; `printer` is the one for labels.
pub(super) fn packing(root: &Table<'_>, printer: Option<&Printer>) -> (Option<PackingKeys>, Vec<BoxKeys>) {
    let table = root.table_or_empty(PackingKeys::TABLE.name());
    if let (Some(false), Some(printer)) = (table.look("verify_scan"), printer) {
        judge_verify_scan(&table, printer);
    }
    let mut ids = BTreeSet::new();
    let boxes = table.tables(BoxKeys::TABLE.name());
    let boxes = boxes.iter().filter_map(|table| carton(table, &mut ids)).collect();
    (PackingKeys::read(&table), boxes)
}

fn carton(table: &Table<'_>, ids: &mut BTreeSet<String>) -> Option<BoxKeys> {
    let keys = BoxKeys::read(table);
    if let Some(id) = table.look::<String>("id")
        && !ids.insert(id.clone())
    {
        table.error("id", format!("two boxes are named {id:?}"), "give each its own id");
    }
    keys
}

/// A parcel that nobody scans closes by what its printer proves: that the label came out (evidence of rung 4 or better).
fn judge_verify_scan(table: &Table<'_>, printer: &Printer) {
    if !printer.asks {
        let what = "verify_scan = false needs a printer that proves that a label came out, and this one is never asked";
        table.error("verify_scan", what, "write verify_scan = true, or status = \"auto\" in its [[printer]]");
    } else if printer.language == Language::Tspl {
        let what = "a tspl printer proves that a label came out only where its peel-off sensor sees it";
        table.warn("verify_scan", what, "write verify_scan = true, unless it peels every label off");
    }
}

pub(super) fn verify_items(table: &Table<'_>, key: &'static str, wanted: VerifyItems) -> Option<VerifyItems> {
    if wanted != VerifyItems::Off {
        table.error(key, "checking items is not driven by this version", "use \"off\"");
        return None;
    }
    Some(wanted)
}

/// Supervisors: a name with the hash of his badge, or a whole badge as `BADGE:<operator>` says it.
pub(super) fn supervisors(table: &Table<'_>, key: &'static str, written: Vec<String>) -> Option<BTreeSet<Supervisor>> {
    let read = |text: &String| -> Option<Supervisor> {
        match text.parse::<Supervisor>() {
            Ok(supervisor) => {
                if supervisor.is_guessable() {
                    let what =
                        format!("the badge of {text:?} has no part that cannot be guessed: anybody can print it");
                    let todo = format!("type `parceld badge {text} --out badge.pdf`, and write here what it says");
                    table.warn(key, what, todo);
                }
                Some(supervisor)
            }
            Err(error) => {
                table.error(key, format!("{text:?} is on no badge"), error.to_string());
                None
            }
        }
    };
    Some(written.iter().filter_map(read).collect())
}

/// A mass above nothing. It stays where it is wrong, so that what depends on it is looked at, too.
pub(super) fn up_to(most: Mass) -> impl Fn(&Table<'_>, &'static str, Mass) -> Option<Mass> {
    move |table, key, mass| {
        if !is_up_to(most, mass) {
            let todo = format!("write more than nothing, at most {most}");
            table.error(key, format!("{key} is {mass}, outside its range"), todo);
        }
        Some(mass)
    }
}

fn is_up_to(most: Mass, mass: Mass) -> bool {
    Mass::ZERO < mass && mass <= most
}

/// No rule of the floor compares a weight with it yet, and whoever writes it is told.
pub(super) fn tare(table: &Table<'_>, key: &'static str, mass: Mass) -> Option<Mass> {
    if is_up_to(MOST_TARE, mass) {
        let todo = "leave it out, or keep it for a later one";
        table.warn(key, "tare has no effect: this version does not use it yet", todo);
    }
    up_to(MOST_TARE)(table, key, mass)
}
