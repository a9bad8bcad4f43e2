//! Zone tables (`origin,destination,zone[,sort_code][,basis]`) and area lists (`destination[,note]`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::problem::Problems;
use super::files::Files;
use super::prices::PriceSheet;
use super::sheet::{Row, Sheet};
use crate::rating::{Pattern, PostcodeMap, Target, ZoneMap};
use crate::units::Mass;

/// The zone table, with its zones in the order of the price columns. `None` when a row cannot be read or its zone has
/// no price. Without a price table its zones cannot be checked, all else is.
pub(super) fn zone_map(
    path: &Path,
    prices: Option<&PriceSheet<Mass>>,
    files: &mut Files,
    problems: &mut Problems,
) -> Option<ZoneMap> {
    let zones = prices.map(PriceSheet::zone_names);
    let sheet = Sheet::read(path, files, problems)?;
    let columns = sheet.columns(["origin", "destination", "zone"], ["sort_code", "basis"], problems);
    let ([origin, destination, zone], [sort_code, _]) = columns?;
    let (mut rows, mut lines, mut unpriced) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut footnotes = 0;
    for row in &sheet.rows {
        let from = pattern(&sheet, row, origin, problems);
        let to = pattern(&sheet, row, destination, problems);
        let name = without_footnotes(&row.cells[zone]);
        footnotes += usize::from(name != row.cells[zone]);
        if name.is_empty() {
            problems.push(sheet.blank(row, "zone"));
            continue;
        }
        let at = match &zones {
            Some(zones) => zones.iter().position(|zone| zone == name),
            None => Some(0),
        };
        if at.is_none() && unpriced.insert(name) {
            let what = format!("zone {name:?} has no column in the prices");
            problems.push(sheet.error(row.line, what, "correct the zone, or add its prices"));
        }
        if let (Some(from), Some(to), Some(zone)) = (from, to, at) {
            let sort_code = sort_code.map(|at| row.cells[at].clone()).filter(|code| !code.is_empty());
            rows.push((from, to, Target { zone, sort_code }));
            lines.push(row.line);
        }
    }
    if footnotes > 0 {
        let what = format!("{footnotes} zones carry a footnote (* or +)");
        let todo = "the chart has exceptions below these rows: add them as longer postcodes, then take the marks out";
        problems.push(sheet.error(sheet.header.line, what, todo).warning());
    }
    clashes(&sheet, &rows, &lines, problems);
    prices?.warn_of_unused(|name| sheet.rows.iter().any(|row| without_footnotes(&row.cells[zone]) == name), problems);
    (rows.len() == sheet.rows.len()).then_some(ZoneMap::new(zones?, &rows))
}

/// A zone as the USPS charts print it: `5*` has exceptions by ZIP, `1+` is another zone for some mail.
fn without_footnotes(zone: &str) -> &str {
    zone.trim_end_matches(['*', '+']).trim_end()
}

fn pattern(sheet: &Sheet, row: &Row, column: usize, problems: &mut Problems) -> Option<Pattern> {
    if row.cells[column].is_empty() {
        problems.push(sheet.blank(row, &sheet.header.cells[column]));
        return None;
    }
    match row.cells[column].parse() {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let error = format!("{error}");
            let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
            problems.push(sheet.error(row.line, what, todo));
            None
        }
    }
}

fn clashes(sheet: &Sheet, rows: &[(Pattern, Pattern, Target)], lines: &[usize], problems: &mut Problems) {
    let mut by_origin: BTreeMap<Pattern, Vec<usize>> = BTreeMap::new();
    for (at, (origin, _, _)) in rows.iter().enumerate() {
        by_origin.entry(*origin).or_default().push(at);
    }
    let origins: Vec<Pattern> = by_origin.keys().copied().collect();
    for clash in PostcodeMap::clashes(&origins) {
        let at = by_origin[&origins[clash.second]][0];
        let other = by_origin[&origins[clash.first]][0];
        let what = format!("its origin overlaps with the one on line {}", lines[other]);
        problems.push(sheet.error(lines[at], what, "make the origins of one length disjoint"));
    }
    for rows_of_origin in by_origin.values() {
        let destinations: Vec<Pattern> = rows_of_origin.iter().map(|at| rows[*at].1).collect();
        for clash in PostcodeMap::clashes(&destinations) {
            let (first, second) = (rows_of_origin[clash.first], rows_of_origin[clash.second]);
            let what = format!("its destination overlaps with the one on line {}", lines[first]);
            if rows[first].2 == rows[second].2 {
                problems.push(sheet.error(lines[second], what, "remove one of the two").warning());
            } else {
                problems.push(sheet.error(lines[second], what, "one place has one zone: correct one of the two"));
            }
        }
    }
}

/// An area list.
pub(super) fn area(path: &Path, files: &mut Files, problems: &mut Problems) -> Option<PostcodeMap> {
    let sheet = Sheet::read(path, files, problems)?;
    let ([destination], _) = sheet.columns(["destination"], ["note"], problems)?;
    let mut entries = Vec::new();
    for row in &sheet.rows {
        entries.extend(pattern(&sheet, row, destination, problems).map(|pattern| (pattern, 0)));
    }
    Some(PostcodeMap::new(&entries))
}
