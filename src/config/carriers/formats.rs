//! `formats.toml`, and `[[format]]` wherever it stands: how the tracking numbers of carriers look.

use std::path::Path;

use super::super::problem::Problems;
use super::super::table::{Source, Table};
use super::super::value::OneOrMore;
use super::files::CarrierFiles;
use crate::barcode::{Checksum, Format, Issuer, Shape};
use crate::ids::is_folder_name;
use crate::ids::nearest;

/// The file, beside the carriers' folders.
pub(super) const FILE: &str = "formats.toml";

/// The carriers of `formats.toml`; none where there is no such file.
pub(super) fn published(dir: &Path, files: &mut CarrierFiles, problems: &mut Problems) -> Vec<Issuer> {
    let path = dir.join(FILE);
    let text = if path.exists() { files.read(&path, problems) } else { None };
    let Some(text) = text else { return Vec::new() };
    let source = Source::new(&path, text);
    let issuers = source.parse().map(|root| {
        let table = Table::root(&source, &root);
        let issuers = issuers(&table);
        table.finish();
        issuers
    });
    problems.extend(source.into_problems());
    issuers.unwrap_or_default()
}

fn issuers(table: &Table<'_>) -> Vec<Issuer> {
    let mut issuers: Vec<Issuer> = Vec::new();
    for entry in table.tables("carrier") {
        let (id, name) = (entry.required::<String>("id"), entry.required::<String>("name"));
        let formats = formats(&entry);
        if entry.count(&["format"]) == 0 {
            entry.error("", "a carrier without formats", "add [[carrier.format]] with name and pattern");
        }
        entry.finish();
        let (Some(id), Some(name)) = (id, name) else { continue };
        if !is_folder_name(&id) {
            entry.error("id", format!("{id:?} is not an id"), "write it with a-z, 0-9 and _");
        }
        if issuers.iter().any(|issuer| issuer.id == *id) {
            entry.error("id", format!("carrier {id} twice"), "put its formats below one [[carrier]]");
        }
        issuers.push(Issuer { id: id.into(), name, formats });
    }
    issuers
}

/// What a carrier's folder says of its numbers: its own formats, and those it refers to.
pub(super) fn declared(table: &Table<'_>, published: &[Issuer]) -> Vec<Format> {
    let mut all = formats(table);
    for id in table.optional::<Vec<String>>("formats").unwrap_or_default() {
        match published.iter().find(|issuer| issuer.id == *id) {
            Some(issuer) => all.extend(issuer.formats.iter().cloned()),
            None => {
                let meant = nearest(&id, published.iter().map(|issuer| issuer.id.as_str()));
                let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
                let todo = format!("{meant}write the id of a [[carrier]] there, or add it");
                table.error("formats", format!("{FILE} has no carrier {id:?}"), todo);
            }
        }
    }
    all
}

fn formats(table: &Table<'_>) -> Vec<Format> {
    table.tables("format").iter().filter_map(format).collect()
}

fn format(table: &Table<'_>) -> Option<Format> {
    let name = table.required::<String>("name");
    let patterns = table.required::<OneOrMore>("pattern");
    let check = match table.count(&["check"]) {
        0 => Some(Checksum::None),
        _ => table.required_text::<Checksum>("check"),
    };
    let (starts, ends) = (texts(table, "starts"), texts(table, "ends"));
    let before: String = table.optional("before").unwrap_or_default();
    table.finish();
    let check = check?;
    if !before.is_empty() && (check == Checksum::None || check.of(before.as_bytes()).is_none()) {
        let todo = "write digits that the check digit follows from, or remove it";
        table.error("before", format!("{before:?} is nothing the check digit can follow from"), todo);
    }
    let shapes = patterns?.0.into_iter().filter_map(|pattern| {
        let shape = Shape::new(&pattern, &check);
        if let Err(error) = &shape {
            let error = error.to_string();
            let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
            table.error("pattern", format!("pattern {pattern:?}: {what}"), todo);
        }
        shape.ok()
    });
    Some(Format { name: name?, shapes: shapes.collect(), starts, ends, check, before })
}

/// Beginnings or ends of numbers, in any order.
fn texts(table: &Table<'_>, key: &'static str) -> Vec<String> {
    let texts: Vec<String> = table.optional(key).unwrap_or_default();
    let known = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-';
    for wrong in texts.iter().filter(|text| text.is_empty() || !text.bytes().all(known)) {
        table.error(key, format!("{wrong:?} is in no number"), "write capital letters, digits and hyphens");
    }
    texts
}
