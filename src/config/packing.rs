//! `[packing]`: how parcels are packed and closed, and the cartons there are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::read::{identifier, path_from};
use super::table::Table;
use crate::barcode::Command;
use crate::units::{Dims, Mass};

/// A pan that shows less than this is empty: above the drift of a bench scale, below any parcel.
const DEFAULT_EMPTY_BELOW: Mass = Mass::from_grams(10);
/// Heaviest thing that may count as nothing.
const MOST_EMPTY_BELOW: Mass = Mass::from_grams(1_000);
/// Heaviest empty carton.
const MOST_TARE: Mass = Mass::from_grams(20_000);

/// How parcels are packed and closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packing {
    /// A parcel closes when its printed label is scanned back. Always true in this version.
    pub verify_scan: bool,
    /// A pan that shows less is empty.
    pub empty_below: Mass,
    /// Labels say SPECIMEN and must not travel.
    pub specimen: bool,
    /// Badges of those who may allow what the packer alone may not.
    pub supervisors: BTreeSet<String>,
    /// Rules of stickers; the shipped ones without.
    pub marks_file: Option<PathBuf>,
    /// Cartons by their barcode.
    pub boxes: Vec<PackingBox>,
}

/// A carton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackingBox {
    /// What its barcode `BOX:<id>` and an order's `box` say.
    pub id: String,
    /// Outside.
    pub outer: Dims,
    /// Mass of the empty carton.
    pub tare: Mass,
}

pub(super) fn packing(root: &Table<'_>, base: &Path) -> Option<Packing> {
    let Some(table) = root.table("packing") else {
        return Some(Packing {
            verify_scan: true,
            empty_below: DEFAULT_EMPTY_BELOW,
            specimen: false,
            supervisors: BTreeSet::new(),
            marks_file: None,
            boxes: Vec::new(),
        });
    };
    let verify_scan = table.optional::<bool>("verify_scan").unwrap_or(true);
    if !verify_scan {
        table.error(
            "verify_scan",
            "no printer that this version drives proves that a label came out (evidence of rung 4)",
            "write verify_scan = true",
        );
    }
    if table.optional_name("verify_items", &[("off", true), ("sku", false), ("every-unit", false)]) == Some(false) {
        table.error("verify_items", "checking items is not driven by this version", "use \"off\"");
    }
    let empty_below = table.optional_text::<Mass>("empty_below").unwrap_or(DEFAULT_EMPTY_BELOW);
    check_mass(&table, "empty_below", empty_below, MOST_EMPTY_BELOW);
    let specimen = table.optional("specimen").unwrap_or(false);
    let supervisors = supervisors(&table);
    let marks_file = table.optional::<String>("marks_file").map(|file| path_from(base, &file));
    let mut ids = BTreeSet::new();
    let boxes = table.tables("box").iter().filter_map(|table| carton(table, &mut ids)).collect();
    table.finish();
    Some(Packing { verify_scan, empty_below, specimen, supervisors, marks_file, boxes })
}

/// Badges as `BADGE:<operator>` says them.
fn supervisors(table: &Table<'_>) -> BTreeSet<String> {
    let badges: Vec<String> = table.optional("supervisors").unwrap_or_default();
    for badge in &badges {
        if Command::named("BADGE", Some(badge)).is_err() {
            table.error("supervisors", format!("{badge:?} is on no badge"), "write what stands behind BADGE: on it");
        }
    }
    badges.into_iter().collect()
}

fn check_mass(table: &Table<'_>, key: &str, mass: Mass, most: Mass) {
    if mass <= Mass::ZERO || mass > most {
        let todo = format!("write more than nothing, at most {most}");
        table.error(key, format!("{key} is {mass}, outside its range"), todo);
    }
}

fn carton(table: &Table<'_>, ids: &mut BTreeSet<String>) -> Option<PackingBox> {
    let id = identifier(table, "id");
    if let Some(id) = &id
        && !ids.insert(id.clone())
    {
        table.error("id", format!("two boxes are named {id:?}"), "give each its own id");
    }
    let outer = table.required_text::<Dims>("outer");
    let tare = table.required_text::<Mass>("tare");
    if let Some(tare) = tare {
        check_mass(table, "tare", tare, MOST_TARE);
    }
    table.finish();
    Some(PackingBox { id: id?, outer: outer?, tare: tare? })
}
