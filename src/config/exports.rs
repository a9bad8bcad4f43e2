//! `[exports]`, and the forms of table it names: `<name>.toml`, one for each system that takes tracking numbers back.
//!
//! The form is documented in `config/exports/README.md`. A file of the folder that is wrong stops the station only where
//! `formats` names it: nobody else waits for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::Terminator;

use super::declare::declare;
use super::problem::{Problem, Problems};
use super::read::{file, folder};
use super::station::timezone;
use super::table::{Source, Table};
use super::text::text_of;
use crate::exchange::exports::{
    AsText, ExportColumn, ExportEncoding, ExportFormat, ExportValue, USUAL_PATTERN, written,
};
use crate::ids::{did_you_mean, is_folder_name};
use crate::rating::Cards;
use crate::units::{MassUnit, Timestamp};

declare! {
    /// Tables that take tracking numbers back to the seller's systems. Left out, only `parceld tracking export` makes them.
    "[exports]" as ExportsKeys {
        /// Their forms, `<name>.toml`; the folder `exports` beside the rate cards without.
        dir: PathBuf, optional, by folder;
        /// The forms that a file is written in whenever a manifest closes.
        formats: Vec<String>, default [];
        /// Where these files go; the folder `exports` in `data_dir` without. It is made when it is needed.
        folder: PathBuf, optional, by file;
    }
}

/// Largest file of a form: fifty times the ones we ship.
const MAX_BYTES: u64 = 256 << 10;
/// Most columns of a table.
const MAX_COLUMNS: usize = 100;
/// Most letters of a header, a constant or a line above.
const MAX_TEXT: usize = 500;
/// Most decimals of a weight.
const MAX_DECIMALS: u32 = 6;

/// What `[exports]` says.
#[derive(Debug, Clone)]
pub struct Exports {
    /// The folder of the forms; `None` where none is named, and none lies beside the rate cards.
    pub dir: Option<PathBuf>,
    /// The forms that files are written in.
    pub formats: Vec<String>,
    /// Where these files go.
    pub folder: PathBuf,
    /// The line of `formats`.
    line: usize,
}

pub(super) fn exports(root: &Table<'_>, carriers: Option<&Path>, data_dir: Option<&Path>) -> Option<Exports> {
    let table = root.table_or_empty(ExportsKeys::TABLE.name());
    let ExportsKeys { dir, formats, folder } = ExportsKeys::read(&table)?;
    let beside = carriers.map(|dir| dir.parent().unwrap_or(Path::new("")).join("exports")).filter(|dir| dir.is_dir());
    let folder = folder.or_else(|| data_dir.map(|dir| dir.join("exports")))?;
    Some(Exports { dir: dir.or(beside), formats, folder, line: table.line_of("formats") })
}

/// Every form of the folder, by its name, and every problem of `[exports]` and of the forms.
pub(super) fn read(exports: &Exports, station: &Path) -> (BTreeMap<String, ExportFormat>, Problems) {
    let (mut formats, mut problems) = (BTreeMap::new(), Problems::default());
    let (paths, unread) = exports.dir.as_deref().map_or_else(Default::default, paths);
    problems.extend(unread);
    for path in paths {
        let (format, found) = form(&path);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_used = exports.formats.contains(&name);
        problems.extend(found.0.into_iter().map(|problem| if is_used { problem } else { problem.warning() }));
        if let Some(format) = format {
            if is_used && format.guessed {
                let todo = "try a file of it once with that system, correct what it says, and remove guessed";
                problems.push(Problem::error(&path, "this layout was guessed", todo).warning());
            }
            formats.insert(name, format);
        }
    }
    for name in exports.formats.iter().filter(|name| !formats.contains_key(*name)) {
        let have: Vec<&str> = formats.keys().map(String::as_str).collect();
        let todo = match have.is_empty() {
            true => "give [exports] dir the folder with the forms".to_owned(),
            false => format!("{}write one of {}", did_you_mean(name, have.iter().copied()), have.join(", ")),
        };
        // One that is there and wrong was said.
        if !exports.dir.as_ref().is_some_and(|dir| dir.join(format!("{name}.toml")).exists()) {
            problems.push(Problem::error(station, format!("formats: no format {name:?}"), todo).at(exports.line));
        }
    }
    (formats, problems)
}

/// Carriers of the cards that a form in use has no name for: their rows would be refused.
pub(super) fn nameless(exports: &Exports, formats: &BTreeMap<String, ExportFormat>, cards: &Cards) -> Vec<Problem> {
    let mut problems = Vec::new();
    for format in exports.formats.iter().filter_map(|name| formats.get(name)) {
        let names_them = format.columns.iter().any(|column| matches!(column.value, ExportValue::Carrier));
        let lacking = cards.carriers().iter().filter(|carrier| names_them && !format.knows(carrier.id.as_str()));
        let lacking: Vec<&str> = lacking.map(|carrier| carrier.id.as_str()).collect();
        if let (Some(first), Some(dir)) = (lacking.first(), &exports.dir) {
            let what = format!("has no name for {}, whose rows would be refused", lacking.join(", "));
            let todo = format!("write \"{first}\" = \"…\" below [carrier], as that system calls it");
            problems.push(Problem::error(dir.join(format!("{}.toml", format.name)), what, todo).warning());
        }
    }
    problems
}

fn paths(dir: &Path) -> (Vec<PathBuf>, Vec<Problem>) {
    let files = match std::fs::read_dir(dir) {
        Ok(files) => files,
        Err(error) => {
            let todo = "give [exports] dir the folder with the forms";
            return (Vec::new(), vec![Problem::error(dir, format!("cannot be read: {error}"), todo)]);
        }
    };
    let paths = files.flatten().map(|file| file.path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    paths.sort();
    (paths, Vec::new())
}

/// A form as its file says it; `None` where something is wrong.
fn form(path: &Path) -> (Option<ExportFormat>, Problems) {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if !is_folder_name(&name) {
        let todo = "name the file with a-z, 0-9 and _ alone: its name stands in names of files";
        return (None, Problems(vec![Problem::error(path, format!("{name:?} is no name of a format"), todo)]));
    }
    let text = match text_of(path, MAX_BYTES) {
        Ok(text) => text,
        Err(problem) => return (None, Problems(vec![problem])),
    };
    let source = Source::new(path, text);
    let format = source.parse().and_then(|root| format(&Table::root(&source, &root), name));
    let problems = source.into_problems();
    (format.filter(|_| !problems.has_errors()), problems)
}

fn format(table: &Table<'_>, name: String) -> Option<ExportFormat> {
    const ENCODINGS: [(&str, ExportEncoding); 3] =
        [("utf-8", ExportEncoding::Utf8), ("utf-8-bom", ExportEncoding::Utf8Bom), ("gb18030", ExportEncoding::Gb18030)];
    const DELIMITERS: [(&str, u8); 3] = [(",", b','), (";", b';'), ("tab", b'\t')];
    const ENDS: [(&str, Terminator); 2] = [("crlf", Terminator::CRLF), ("lf", Terminator::Any(b'\n'))];
    const STOPPED: [(&str, bool); 2] = [("row", true), ("say", false)];
    let guessed = table.optional("guessed").unwrap_or(false);
    let above = table.optional::<Vec<String>>("above").unwrap_or_default();
    let encoding = table.optional_name("encoding", &ENCODINGS).unwrap_or(ExportEncoding::Utf8Bom);
    let delimiter = table.optional_name("delimiter", &DELIMITERS).unwrap_or(b',');
    let line_end = table.optional_name("line_end", &ENDS).unwrap_or(Terminator::CRLF);
    let stopped_rows = table.optional_name("stopped", &STOPPED).unwrap_or(false);
    let tables = table.tables("column");
    let columns: Vec<ExportColumn> = tables.iter().filter_map(column).collect();
    let carriers = names(table, "carrier");
    let services = names(table, "service");
    table.finish();
    if above.len() > 20 || above.iter().any(|line| line.chars().count() > MAX_TEXT) {
        table.error("above", "more than 20 lines, or one that is too long", "write fewer, of 500 letters at most");
    }
    if tables.is_empty() {
        table.error("column", "a table without columns", "add [[column]] with its header and its value");
    } else if tables.len() > MAX_COLUMNS {
        table.error("column", format!("{} columns", tables.len()), format!("write {MAX_COLUMNS} at most"));
    } else if !columns.iter().any(|column| matches!(column.value, ExportValue::OrderRef | ExportValue::PackageRef)) {
        let todo = "add [[column]] with value = \"order_ref\" or \"package_ref\"";
        table.error("column", "no column says which order a row is of", todo);
    }
    for (key, is_there, is_used) in [
        ("carrier", carriers.is_some(), columns.iter().any(|column| matches!(column.value, ExportValue::Carrier))),
        ("service", services.is_some(), columns.iter().any(|column| matches!(column.value, ExportValue::Service))),
    ] {
        if is_there && !is_used && columns.len() == tables.len() {
            let what = format!("[{key}] has no effect without a column of that value");
            table.warn(key, what, format!("add a column with value = \"{key}\", or remove it"));
        }
    }
    if stopped_rows && !columns.iter().any(|column| matches!(column.value, ExportValue::State)) {
        let todo = "add a column with value = \"state\", or write stopped = \"say\"";
        table.error("stopped", "a row of a stopped parcel would look like any other", todo);
    }
    Some(ExportFormat {
        name,
        guessed,
        above,
        delimiter,
        encoding,
        line_end,
        stopped_rows,
        columns,
        carriers,
        services,
    })
}

/// A table of names; `None` where it is not there.
fn names(table: &Table<'_>, key: &'static str) -> Option<BTreeMap<String, String>> {
    table.has(key).then(|| {
        let names = table.texts(key);
        for (id, _) in names.iter().filter(|(_, name)| name.is_empty() || name.chars().count() > MAX_TEXT) {
            table.error(key, format!("the name of {id:?} is empty or too long"), "write it as that system calls it");
        }
        names
    })
}

/// The words of `value`, each with what it means where it needs nothing beside it.
const VALUES: [(&str, ExportWord); 16] = [
    ("order_ref", ExportWord::OrderRef),
    ("package_ref", ExportWord::PackageRef),
    ("tracking", ExportWord::Tracking),
    ("carrier", ExportWord::Carrier),
    ("service", ExportWord::Service),
    ("weight_g", ExportWord::Weight(MassUnit::G, 0)),
    ("weight_kg", ExportWord::Weight(MassUnit::Kg, 3)),
    ("weight_lb", ExportWord::Weight(MassUnit::Lb, 3)),
    ("shipped_at", ExportWord::ShippedAt),
    ("channel", ExportWord::Channel),
    ("shop", ExportWord::Shop),
    ("parcel", ExportWord::Parcel),
    ("parcels", ExportWord::Parcels),
    ("parcel_id", ExportWord::ParcelId),
    ("manifest", ExportWord::Manifest),
    ("state", ExportWord::State),
];

/// A word of `value`.
#[derive(Debug, Clone, Copy)]
enum ExportWord {
    OrderRef,
    PackageRef,
    Tracking,
    Carrier,
    Service,
    /// With so many decimals where nobody says how many.
    Weight(MassUnit, u32),
    ShippedAt,
    Channel,
    Shop,
    Parcel,
    Parcels,
    ParcelId,
    Manifest,
    State,
}

fn column(table: &Table<'_>) -> Option<ExportColumn> {
    const AS_TEXT: [(&str, AsText); 3] = [("plain", AsText::Plain), ("tab", AsText::Tab), ("formula", AsText::Formula)];
    let header = table.required::<String>("header");
    let as_text = table.optional_name("as_text", &AS_TEXT).unwrap_or(AsText::Plain);
    let required = table.optional("required").unwrap_or(false);
    let value = if table.has("text") { constant(table) } else { value(table) };
    table.finish();
    if let Some(header) = header.as_ref().filter(|header| header.chars().count() > MAX_TEXT) {
        let what = format!("a header of {} letters", header.chars().count());
        table.error("header", what, format!("write {MAX_TEXT} at most"));
    }
    Some(ExportColumn { header: header?, value: value?, as_text, required })
}

/// `text = "N/A"`.
fn constant(table: &Table<'_>) -> Option<ExportValue> {
    let text = table.required::<String>("text")?;
    if table.has("value") {
        table.knows(["value"]);
        table.error("text", "a column with both value and text", "write one of them");
    }
    if text.chars().count() > MAX_TEXT {
        table.error("text", "the text is too long", format!("write {MAX_TEXT} letters at most"));
    }
    Some(ExportValue::Text(text))
}

fn value(table: &Table<'_>) -> Option<ExportValue> {
    let word = table.required_name("value", &VALUES)?;
    let value = match word {
        ExportWord::OrderRef => ExportValue::OrderRef,
        ExportWord::PackageRef => ExportValue::PackageRef,
        ExportWord::Tracking => ExportValue::Tracking,
        ExportWord::Carrier => ExportValue::Carrier,
        ExportWord::Service => ExportValue::Service,
        ExportWord::Weight(unit, usual) => {
            let decimals = table.optional::<u32>("decimals").unwrap_or(usual);
            if decimals > MAX_DECIMALS {
                table.error("decimals", format!("{decimals} decimals"), format!("write 0 to {MAX_DECIMALS}"));
            }
            ExportValue::Weight(unit, decimals.min(MAX_DECIMALS))
        }
        ExportWord::ShippedAt => {
            let zone = table.optional_by("zone", timezone);
            let pattern = table.optional::<String>("pattern").unwrap_or_else(|| USUAL_PATTERN.to_owned());
            let tried = written(Timestamp(0), &pattern, &jiff::tz::TimeZone::UTC);
            if tried.is_err() || pattern.len() > 64 || !pattern.contains('%') {
                let todo = format!("write one such as \"{USUAL_PATTERN}\"");
                table.error("pattern", format!("{pattern:?} is no form of a time"), todo);
            }
            ExportValue::ShippedAt(pattern, zone)
        }
        ExportWord::Channel => ExportValue::Channel,
        ExportWord::Shop => ExportValue::Shop,
        ExportWord::Parcel => ExportValue::Parcel,
        ExportWord::Parcels => ExportValue::Parcels,
        ExportWord::ParcelId => ExportValue::ParcelId,
        ExportWord::Manifest => ExportValue::Manifest,
        ExportWord::State => ExportValue::State,
    };
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a folder with these files, of which `used` are in use.
    fn said(files: &[(&str, &str)], used: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).expect("written");
        }
        let exports = Exports {
            dir: Some(dir.path().to_owned()),
            formats: used.iter().map(|name| (*name).to_owned()).collect(),
            folder: PathBuf::new(),
            line: 7,
        };
        let (_, problems) = read(&exports, Path::new("station.toml"));
        let here = format!("{}/", dir.path().display());
        let level =
            |problem: &Problem| if problem.severity == super::super::Severity::Error { "error" } else { "warning" };
        problems.0.iter().map(|p| format!("{}: {}", level(p), p.to_string().replace(&here, ""))).collect()
    }

    const GOOD: &str = "[[column]]\nheader = \"Order\"\nvalue = \"order_ref\"\n";

    #[test]
    fn every_shipped_form_is_read_without_a_word_and_a_guessed_one_is_said_where_it_is_used() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/exports");
        let formats: Vec<String> =
            ["dianxiaomi", "mabang", "plain", "shopee", "tiktok"].iter().map(|name| (*name).to_owned()).collect();
        let exports = Exports { dir: Some(dir.clone()), formats: Vec::new(), folder: PathBuf::new(), line: 1 };
        let (read_formats, problems) = read(&exports, Path::new("station.toml"));
        assert_eq!(problems.0, []);
        assert_eq!(read_formats.keys().cloned().collect::<Vec<_>>(), formats);
        let used = Exports { formats, ..exports };
        let (_, problems) = read(&used, Path::new("station.toml"));
        let guessed = read_formats.values().filter(|format| format.guessed).count();
        assert!(guessed > 0 && !read_formats["plain"].guessed);
        assert_eq!(problems.0.iter().filter(|problem| problem.what == "this layout was guessed").count(), guessed);
        assert!(!problems.has_errors(), "{problems}");
    }

    #[test]
    fn every_mistake_of_a_form_is_said_with_its_line() {
        for (text, expected) in [
            ("", "a.toml:1: a table without columns; add [[column]]"),
            (
                "[[column]]\nvalue = \"tracking\"\n[[column]]\nheader = \"O\"\nvalue = \"order_ref\"\n",
                "a.toml:1: column[1].header is missing",
            ),
            (
                "[[column]]\nheader = \"O\"\nvalue = \"order_no\"\n",
                "a.toml:3: column[1].value is \"order_no\", which is not known; did you mean order_ref?",
            ),
            ("[[column]]\nheader = \"T\"\nvalue = \"tracking\"\n", "a.toml:1: no column says which order a row is of"),
            (
                "encoding = \"gbk\"\n",
                "a.toml:1: encoding is \"gbk\", which is not known; write \"utf-8\", \"utf-8-bom\", \"gb18030\"",
            ),
            ("delimiter = \"|\"\n", "a.toml:1: delimiter is \"|\", which is not known"),
            ("stopped = \"row\"\n", "a.toml:1: a row of a stopped parcel would look like any other"),
            ("[carrier]\nusps.ground = \"G\"\n", "a.toml:2: carrier.usps is not \"text\" in quotation marks"),
            ("[[column]]\nheader = \"W\"\nvalue = \"weight_kg\"\ndecimals = 9\n", "a.toml:4: 9 decimals; write 0 to 6"),
            (
                "[[column]]\nheader = \"W\"\nvalue = \"shipped_at\"\npattern = \"%!\"\n",
                "a.toml:4: \"%!\" is no form of a time",
            ),
            (
                "[[column]]\nheader = \"W\"\nvalue = \"shipped_at\"\nzone = \"Pacific\"\n",
                "a.toml:4: no time zone \"Pacific\"",
            ),
            (
                "[[column]]\nheader = \"W\"\nvalue = \"shop\"\npattern = \"%Y\"\n",
                "a.toml:4: unknown key column[1].pattern",
            ),
            (
                "[[column]]\nheader = \"W\"\nvalue = \"shop\"\ntext = \"x\"\n",
                "a.toml:4: a column with both value and text",
            ),
        ] {
            let found = said(&[("a.toml", text)], &["a"]);
            assert!(found.iter().any(|line| line.starts_with(&format!("error: {expected}"))), "{text:?}: {found:#?}");
            // Nobody waits for it where it is not in use.
            assert!(said(&[("a.toml", text)], &[]).iter().all(|line| line.starts_with("warning: ")), "{text:?}");
        }
    }

    #[test]
    fn a_carrier_of_the_cards_that_a_form_in_use_has_no_name_for_is_a_warning() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/exports");
        let exports =
            Exports { dir: Some(dir.clone()), formats: vec!["tiktok".into()], folder: PathBuf::new(), line: 1 };
        let (mut formats, _) = read(&exports, Path::new("station.toml"));
        let (cards, _) =
            super::super::carriers::read(&dir.with_file_name("carriers"), &["usps".into(), "ontrac".into()]);
        let cards = cards.expect("the shipped cards");
        assert_eq!(nameless(&exports, &formats, &cards), []);
        formats.get_mut("tiktok").and_then(|form| form.carriers.as_mut()).expect("names").remove("ontrac");
        let found = nameless(&exports, &formats, &cards);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].to_string().contains("tiktok.toml: has no name for ontrac, whose rows would be refused; write")
        );
    }

    #[test]
    fn a_form_in_use_that_is_not_there_is_said_on_the_line_of_the_station_s_file() {
        assert_eq!(said(&[("tiktok.toml", GOOD)], &["tiktok"]), [""; 0]);
        let found = said(&[("tiktok.toml", GOOD)], &["tiktoc"]);
        assert_eq!(
            found,
            ["error: station.toml:7: formats: no format \"tiktoc\"; did you mean tiktok? write one of tiktok"]
        );
        let found = said(&[("Tik Tok.toml", GOOD)], &[]);
        assert!(found[0].starts_with("warning: Tik Tok.toml: \"Tik Tok\" is no name of a format;"), "{found:?}");
    }
}
