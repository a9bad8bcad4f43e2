//! Zone tables (`origin,destination,zone[,sort_code][,sort_detail][,days][,basis]`) and area lists (`destination[,note]`).

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::path::Path;

use super::super::problem::Problems;
use super::aliases::Aliases;
use super::files::CarrierFiles;
use super::prices::PriceSheet;
use super::sheet::{Sheet, SheetRow};
use crate::rating::{Pattern, PlacePattern, PostcodeMap, ZoneEntry, ZoneMap};
use crate::units::Mass;

/// The zone that is none: these destinations are not served.
const EXCLUDED: &str = "-";

/// One file of a zone table.
pub(super) struct ZonePart {
    sheet: Sheet,
    rows: Vec<ZoneRow>,
    /// Of each row.
    lines: Vec<usize>,
    /// Every zone that is named.
    names: BTreeSet<String>,
    /// Every row of the file could be read.
    is_whole: bool,
}

/// One file of the zone table. Without a price table its zones cannot be checked, all else is.
pub(super) fn part(
    path: &Path,
    prices: Option<&PriceSheet<Mass>>,
    aliases: &Aliases,
    files: &mut CarrierFiles,
    problems: &mut Problems,
) -> Option<ZonePart> {
    let zones = prices.map(PriceSheet::zone_names).filter(|zones| !zones.is_empty());
    let sheet = Sheet::read(path, files, problems)?;
    let wanted = ["sort_code", "sort_detail", "days", "basis"];
    let ([origin, destination, zone], [sort_code, sort_detail, days, _]) =
        sheet.columns(["origin", "destination", "zone"], wanted, problems)?;
    let (mut rows, mut lines, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
    let (mut footnotes, mut read) = (0, 0);
    for row in &sheet.rows {
        let from = spot(&sheet, row, origin, problems);
        let to = spot(&sheet, row, destination, problems);
        let name = without_footnotes(&row.cells[zone]);
        footnotes += usize::from(name != row.cells[zone]);
        if name.is_empty() {
            problems.push(sheet.blank(row, "zone"));
            continue;
        }
        let at = match &zones {
            _ if name == EXCLUDED => Some(None),
            Some(zones) => zones.iter().position(|zone| zone == name).map(Some),
            None => Some(Some(0)),
        };
        let on_the_way = days.map(|at| row.cells[at].as_str()).filter(|days| !days.is_empty()).map(str::parse::<u16>);
        if let Some(Err(_)) = on_the_way {
            problems.push(sheet.error(row.line, "days is no whole number", "write how many days it takes, or nothing"));
        }
        if names.insert(name.to_owned()) && at.is_none() {
            let what = format!("zone {name:?} has no column in the prices");
            problems.push(sheet.error(row.line, what, "correct the zone, or add its prices"));
        }
        if let (Some(from), Some(to), Some(zone)) = (from, to, at) {
            let text = |column: Option<usize>| column.map(|at| row.cells[at].clone()).filter(|text| !text.is_empty());
            let (sort_code, sort_detail) = (text(sort_code), text(sort_detail));
            let days = on_the_way.and_then(Result::ok);
            let entry = zone.map(|zone| ZoneEntry { zone, sort_code, sort_detail, days });
            let to = aliases.all(to);
            read += 1;
            for from in aliases.all(from) {
                rows.extend(to.iter().map(|to| (from.clone(), to.clone(), entry.clone())));
                lines.resize(rows.len(), row.line);
            }
        }
    }
    if footnotes > 0 {
        let what = format!("{footnotes} zones carry a footnote (* or +)");
        let todo = "the chart has exceptions below these rows: add them as longer postcodes, then take the marks out";
        problems.push(sheet.error(sheet.header.line, what, todo).warning());
    }
    let is_whole = read == sheet.rows.len();
    Some(ZonePart { sheet, rows, lines, names, is_whole })
}

/// The zone table of all its files, with its zones in the order of the price columns, and every destination in it. `None`
/// when a row could not be read or its zone has no price.
pub(super) fn zone_map(
    parts: Vec<ZonePart>,
    prices: Option<&PriceSheet<Mass>>,
    problems: &mut Problems,
) -> Option<(ZoneMap, Vec<PlacePattern>)> {
    let whole = parts.iter().all(|part| part.is_whole);
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    let mut sheets = Vec::new();
    let mut names = BTreeSet::new();
    for (file, part) in parts.into_iter().enumerate() {
        rows.extend(part.rows);
        places.extend(part.lines.into_iter().map(|line| (file, line)));
        sheets.push(part.sheet);
        names.extend(part.names);
    }
    clashes(&sheets, &rows, &places, problems);
    let prices = prices?;
    prices.warn_of_unused(|name| names.contains(name), problems);
    let served = rows.iter().filter(|(_, _, target)| target.is_some()).map(|(_, to, _)| to.clone()).collect();
    whole.then(|| (ZoneMap::new(prices.zone_names(), rows), served))
}

/// A zone as the USPS charts print it: `5*` has exceptions by ZIP, `1+` is another zone for some mail.
fn without_footnotes(zone: &str) -> &str {
    zone.trim_end_matches(['*', '+']).trim_end()
}

fn spot(sheet: &Sheet, row: &SheetRow, column: usize, problems: &mut Problems) -> Option<PlacePattern> {
    if row.cells[column].is_empty() {
        problems.push(sheet.blank(row, &sheet.header.cells[column]));
        return None;
    }
    match row.cells[column].parse() {
        Ok(spot) => Some(spot),
        Err(error) => {
            let error = format!("{error}");
            let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
            problems.push(sheet.error(row.line, what, todo));
            None
        }
    }
}

/// One row of the table: where from, where to, and what it says of it.
type ZoneRow = (PlacePattern, PlacePattern, Option<ZoneEntry>);

fn clashes(sheets: &[Sheet], rows: &[ZoneRow], places: &[(usize, usize)], problems: &mut Problems) {
    let mut by_origin: BTreeMap<&PlacePattern, Vec<usize>> = BTreeMap::new();
    for (at, (origin, _, _)) in rows.iter().enumerate() {
        by_origin.entry(origin).or_default().push(at);
    }
    // Where the other of two rows is, as seen from one of them.
    let seen = |at: usize, other: usize| {
        let ((file, _), (other_file, line)) = (places[at], places[other]);
        let name = sheets[other_file].path.file_name().map(|name| name.to_string_lossy().into_owned());
        let of = if file == other_file { String::new() } else { format!(" of {}", name.unwrap_or_default()) };
        format!("the one on line {line}{of}")
    };
    let mut push = |at: usize, what: String, todo: &str, warning: bool| {
        let (file, line) = places[at];
        let problem = sheets[file].error(line, what, todo);
        problems.push(if warning { problem.warning() } else { problem });
    };
    let origins: Vec<&PlacePattern> = by_origin.keys().copied().collect();
    for (first, second) in shared(&origins) {
        let (at, other) = (by_origin[origins[second]][0], by_origin[origins[first]][0]);
        let what = format!("its origin overlaps with {}", seen(at, other));
        push(at, what, "make the origins of one length disjoint", false);
    }
    for rows_of_origin in by_origin.values() {
        let destinations: Vec<&PlacePattern> = rows_of_origin.iter().map(|at| &rows[*at].1).collect();
        for (first, second) in shared(&destinations) {
            let (first, second) = (rows_of_origin[first], rows_of_origin[second]);
            let what = format!("its destination overlaps with {}", seen(second, first));
            if rows[first].2 == rows[second].2 {
                push(second, what, "remove one of the two", true);
            } else {
                push(second, what, "one place has one zone: correct one of the two", false);
            }
        }
    }
}

/// Pairs of spots of one exactness that name the same place.
fn shared(spots: &[&PlacePattern]) -> Vec<(usize, usize)> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let (mut pairs, mut patterns, mut at_pattern): (Vec<_>, Vec<Pattern>, Vec<usize>) = Default::default();
    for (at, spot) in spots.iter().enumerate() {
        match spot {
            PlacePattern::Name(name) => match names.entry(name.key()) {
                Entry::Occupied(first) => pairs.push((*first.get(), at)),
                Entry::Vacant(free) => drop(free.insert(at)),
            },
            PlacePattern::Postcode(pattern) => {
                patterns.push(*pattern);
                at_pattern.push(at);
            }
        }
    }
    let clashes = PostcodeMap::clashes(&patterns).into_iter();
    pairs.extend(clashes.map(|clash| (at_pattern[clash.first], at_pattern[clash.second])));
    pairs
}

/// An area list: each place with its line.
pub(super) fn area(
    path: &Path,
    aliases: &Aliases,
    files: &mut CarrierFiles,
    problems: &mut Problems,
) -> Option<Vec<(usize, PlacePattern)>> {
    let sheet = Sheet::read(path, files, problems)?;
    let ([destination], _) = sheet.columns(["destination"], ["note"], problems)?;
    let mut entries = Vec::new();
    for row in &sheet.rows {
        let spots = spot(&sheet, row, destination, problems).into_iter().flat_map(|spot| aliases.all(spot));
        entries.extend(spots.map(|spot| (row.line, spot)));
    }
    Some(entries)
}
