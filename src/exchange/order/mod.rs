//! Orders in: `parceld.order/1` as JSON (one object, an array, or one object per line) or CSV (one row per order line,
//! the same names flattened with dots: `ship_to.postcode`, `lines.sku`), and files of other systems, sheets or JSON, by their
//! [`ForeignFormat`]. Every file becomes `parceld.order/1` values first; one set of rules looks at those.
//!
//! Identifiers are text: a JSON number is refused, because spreadsheets and JSON readers round long ones. An order whose
//! parts cannot all be read is refused alone, with every reason; a file is refused whole only when it cannot be taken apart
//! at all, or is larger than the limits below.
//!
//! **Whatever a seller says is honoured or refused aloud.** `owners.rs` lists every field with what is done with it, and
//! reading goes through that list. Of an order that is ready this is refused:
//!
//! - a wish that nothing here fulfils: `service.expedite`, `sms`, `retries`, `cod`; a carrier or a hint where the label is
//!   made here; a label's number or file that `label_source` does not speak of; `label.pages`, `label.codes`;
//! - a name that is not known inside `deadlines`, `service`, `service.insure`, `lines.dg` and `label`. Unknown fields
//!   elsewhere are read over, unless it is plain which field is meant: `State`, `status` of a cancelled order,
//!   `signature` outside `service`;
//! - a masked address (`ship_to.masked`, or `*` in it) where the label is made here;
//! - a name that stands twice in one object of JSON, at any depth, and text that has lost characters (U+FFFD);
//! - more decimals than a currency has, and goods of which `dg` says what cannot be read.
//!
//! What is left out when absent: `rev` is 0, `state` is `ready`, `parcels_planned` is 1, `residential` is true (the
//! dearer reading), `dg` is `none`, `signature` is `none`, `label_source` is `station`, `warehouse` is empty. An order that
//! names no shop is of the one that the reader was told, if any. An order that is not `ready` may come without an address
//! and without lines, and the refusals above do not count for it, so that a cancellation never bounces.
//!
//! What is kept is the document with its lines of addresses and titles on one line each, without signs that nobody sees, and
//! without what nothing here goes by: unknown fields (a gift note), `ship_to.email`, `ship_to.phone`, `state_reason`. A
//! postcode is spelt as its country prints it ([`crate::place::tidied`]): `07030-` and `'07030` are `07030`. The company
//! stands behind the name on the label. A number in a whole field may be written `1.0`.

mod clean;
mod columns;
mod content;
mod csv;
mod document;
mod erased;
mod error;
mod fields;
mod format;
pub mod items;
mod json;
mod kind;
mod label;
mod objects;
mod owners;
#[cfg(test)]
mod page_tests;
mod printable;
mod reject;
mod rounded;
#[cfg(test)]
mod sheets_tests;
#[cfg(test)]
mod tests;
mod unique;
#[cfg(test)]
mod wishes_tests;

use std::borrow::Cow;
use std::str::FromStr;

pub use content::{changes, content_hash, named, on_hold, without_shop};
pub use erased::{erased, erased_unread};
pub use error::{OrderError, Reasons};
pub use format::{CellReading, FieldName, FileShape, ForeignFormat, FormatColumn, LeftOut, Market, RowTest, heading};
pub use kind::RecordKind;
pub use label::LabelFile;
pub use owners::{field_list, item_field_list};
pub use printable::unprintable;
pub use reject::reject_file;

use super::text;
use super::workbook::WorkbookSheet;
use crate::station::order::Order;
use format::NoFormat;

/// The schema's name, as it stands in the field `schema`.
pub const SCHEMA: &str = "parceld.order/1";

/// Largest file: a day of the largest warehouse is a tenth of it, and it fits a Pi's memory twice.
pub const MAX_FILE_BYTES: usize = 64 << 20;
/// Most orders of one file.
pub const MAX_ORDERS: usize = 100_000;
/// Longest text of a field that the station reads, in characters.
pub const MAX_TEXT: usize = 200;
/// Longest text of a field that nothing here goes by (a buyer's message), in characters.
pub const MAX_KEPT_TEXT: usize = 4_000;
/// Largest order as it is kept, in bytes of JSON.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// Most lines of one order.
pub const MAX_LINES: usize = 200;
/// Longest original text in a reject file, in characters.
const MAX_REFUSED_TEXT: usize = 4_000;

/// A file of orders, or of items, taken apart.
#[derive(Debug)]
pub struct Batch<T = Incoming> {
    /// What could be read, in the file's order.
    pub accepted: Vec<T>,
    /// What could not be read.
    pub refused: Vec<RefusedRow>,
    /// What a person must know of the file as a whole.
    pub notes: Vec<String>,
    /// Of a sheet, its own columns.
    pub head: Option<SheetHead>,
}

/// The columns of a sheet as it names them, and what stands between its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetHead {
    /// Their names.
    pub columns: Vec<String>,
    /// A comma, a semicolon or a tab.
    pub delimiter: u8,
}

/// An order that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What the station works with.
    pub order: Order,
    /// The order as canonical JSON, as far as it is used: two equal bodies are the same order.
    pub body: String,
    /// Line of the file it begins on; in a JSON array, its place from 1.
    pub row: usize,
    /// Where its label is, if that was made elsewhere.
    pub label: Option<LabelFile>,
}

impl<T> Batch<T> {
    const fn empty() -> Self {
        Self { accepted: Vec::new(), refused: Vec::new(), notes: Vec::new(), head: None }
    }

    /// A file that could not be taken apart.
    pub fn unread(why: impl ToString) -> Self {
        refuse_file("", why)
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::empty()
    }
}

impl Incoming {
    /// The order as one that is refused after all.
    pub fn refuse(self, reason: impl ToString) -> RefusedRow {
        RefusedRow::new(self.row, &self.body, reason)
    }
}

/// An order, or a file, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Line of the file it begins on; in a JSON array, its place from 1; 0 for the file as a whole.
    pub row: usize,
    /// As it stood in the file, at most 4,000 characters.
    pub text: String,
    /// Why, and what to do.
    pub reason: String,
}

impl RefusedRow {
    fn new(row: usize, text: &str, reason: impl ToString) -> Self {
        // A name of a column is told as it stands, and a terminal obeys some signs.
        let reason = reason.to_string().replace(char::is_control, "\u{fffd}");
        Self { row, text: text.chars().take(MAX_REFUSED_TEXT).collect(), reason }
    }
}

/// Of orders of which no station says anything.
const ANY_STATION: OrderSource<'static> = OrderSource::Outside(&|_: &Order| Vec::new());

/// How a file of orders is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFormat {
    /// One object, an array, or one object per line.
    Json,
    /// One row per order line; comma, semicolon or tab.
    Csv,
}

/// A `--format` that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no format {0:?}; use one of {1}")]
pub struct UnknownFormat(String, String);

impl FromStr for OrderFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text.to_ascii_lowercase().as_str() {
            "json" | "jsonl" | "ndjson" => Ok(Self::Json),
            "csv" | "tsv" => Ok(Self::Csv),
            _ => Err(UnknownFormat(text.chars().take(40).collect(), "json, csv".to_owned())),
        }
    }
}

impl OrderFormat {
    /// By the end of the file's name; JSON also by its first character, whatever the name says: no column begins with `{` or
    /// `[`.
    fn of(name: &str, text: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        match ending.parse() {
            Ok(Self::Json) => Self::Json,
            _ if text.trim_start().starts_with(['{', '[']) => Self::Json,
            _ => Self::Csv,
        }
    }
}

/// What is wrong with an order for the station that is to pack it, beside what stands in its fields.
pub type Unfit<'a> = &'a dyn Fn(&Order) -> Vec<String>;

/// Where an order comes from.
#[derive(Clone, Copy)]
enum OrderSource<'a> {
    /// From outside, and what the station says of it.
    Outside(Unfit<'a>),
    /// From the station's own disk: it was taken once. What newer rules would refuse is no reason to lose it.
    Kept,
}

/// An order that was taken before, from its body as it is kept. Rules that came later do not count: such an order stays
/// readable. What comes from outside is read with [`read_value`] or [`read`].
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str) -> Result<Order, Reasons> {
    json::one(text, 1, OrderSource::Kept).map(|incoming| incoming.order)
}

/// One order from a JSON value that is at hand already; its row is 1.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_value(value: &serde_json::Value) -> Result<Incoming, Reasons> {
    json::of(value.clone(), 1, ANY_STATION)
}

/// Takes a file of orders apart; `name` is the file's name, whose ending tells the format.
pub fn read(bytes: &[u8], name: &str) -> Batch {
    read_with(bytes, |text| OrderFormat::of(name, text), Formats::default(), ANY_STATION)
}

/// The same for the station that is to pack them, also of files that other systems write: what it cannot do with an order is
/// said with all else that is wrong. A workbook is read with [`read_workbook`].
pub fn read_for(bytes: &[u8], name: &str, formats: Formats<'_>, unfit: Unfit<'_>) -> Batch {
    read_with(bytes, |text| OrderFormat::of(name, text), formats, OrderSource::Outside(unfit))
}

/// The same as [`read`] for a format that a person named.
pub fn read_as(bytes: &[u8], format: OrderFormat) -> Batch {
    read_with(bytes, |_| format, Formats::default(), ANY_STATION)
}

/// The orders of a workbook: of the one sheet that has any.
pub fn read_workbook(sheets: &[WorkbookSheet], formats: Formats<'_>, unfit: Unfit<'_>) -> Batch {
    let source = OrderSource::Outside(unfit);
    records_of(sheets, formats, &|value, row, _| json::of(value, row, source))
}

/// The records of a workbook: of the one sheet that has any.
fn records_of<T>(sheets: &[WorkbookSheet], formats: Formats<'_>, take: csv::Take<'_, T>) -> Batch<T> {
    let what = formats.kind.plural();
    let filled = || sheets.iter().filter(|sheet| !sheet.text.trim().is_empty());
    let text = |sheet: &'_ WorkbookSheet| -> String { sheet.name.chars().take(40).collect() };
    let read = |sheet: &WorkbookSheet| {
        let sheet = csv::SheetText { text: &sheet.text, by_row: true };
        csv::read(sheet, formats, take)
    };
    let unread = |batch: &Batch<T>| batch.refused.iter().any(|refused| refused.row == 0);
    let mut found: Vec<(&WorkbookSheet, Batch<T>)> = Vec::new();
    let mut why = None;
    for sheet in filled() {
        let batch = read(sheet);
        if unread(&batch) {
            why = why.or(batch.refused.into_iter().next());
        } else {
            found.push((sheet, batch));
        }
    }
    if let [(one, _), (other, _), ..] = found.as_slice() {
        let (one, other) = (text(one), text(other));
        return refuse_file(
            "",
            format!("the sheets {one:?} and {other:?} both hold {what}; put each in a file of its own"),
        );
    }
    let Some((sheet, mut batch)) = found.pop() else {
        let nothing = || RefusedRow::new(0, "", format!("there is nothing in the workbook; export the {what} again"));
        return Batch { refused: vec![why.unwrap_or_else(nothing)], ..Batch::empty() };
    };
    let others = filled().filter(|other| other.name != sheet.name);
    batch.notes.extend(others.map(|other| format!("the sheet {:?} is not read: it holds no {what}", text(other))));
    bounded(batch, formats.kind)
}

/// The formats that a file may be of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Formats<'a> {
    known: &'a [ForeignFormat],
    named: Option<&'a str>,
    kind: RecordKind,
}

impl<'a> Formats<'a> {
    /// Any of these, and `parceld.order/1`.
    pub fn any(known: &'a [ForeignFormat]) -> Self {
        Self { known, named: None, kind: RecordKind::Orders }
    }

    /// The same of files of items.
    #[must_use]
    pub fn of_items(self) -> Self {
        Self { kind: RecordKind::Items, ..self }
    }

    fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The one of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(known: &'a [ForeignFormat], name: &'a str) -> Result<Self, UnknownFormat> {
        let found = Self { known, named: Some(name), kind: RecordKind::Orders };
        if found.may_be_own() || known.iter().any(|format| format.name == name) {
            return Ok(found);
        }
        let names: Vec<&str> = known.iter().map(|format| format.name.as_str()).chain([SCHEMA]).collect();
        Err(UnknownFormat(name.chars().take(40).collect(), names.join(", ")))
    }

    /// Whether a file may be `parceld.order/1`.
    fn may_be_own(&self) -> bool {
        self.named.is_none_or(|name| name == SCHEMA || name.parse::<OrderFormat>().is_ok())
    }

    fn named_format(&self) -> Option<&'a ForeignFormat> {
        self.known.iter().find(|format| Some(format.name.as_str()) == self.named)
    }

    /// The format of a sheet with these headings.
    fn of_sheet(&self, headings: &[String]) -> Result<&'a ForeignFormat, NoFormat> {
        match self.named_format() {
            Some(format) => format::of_sheet(std::slice::from_ref(format), headings),
            None if self.named.is_some() => Err(NoFormat::Unknown),
            None => format::of_sheet(self.known, headings),
        }
    }

    /// The formats of JSON.
    fn of_json(&self) -> Vec<&'a ForeignFormat> {
        let wanted = |format: &&ForeignFormat| self.named.is_none_or(|name| format.name == name);
        self.known.iter().filter(|format| format.shape != FileShape::Sheet).filter(wanted).collect()
    }
}

fn read_with(
    bytes: &[u8],
    format: impl FnOnce(&str) -> OrderFormat,
    formats: Formats<'_>,
    source: OrderSource<'_>,
) -> Batch {
    let text = match decode(bytes, formats.kind) {
        Ok(text) => text,
        Err(reason) => return refuse_file("", reason),
    };
    let is_json = formats
        .named_format()
        .map_or_else(|| format(&text) == OrderFormat::Json, |format| format.shape != FileShape::Sheet);
    if !is_json {
        let take = |value, row, _: &dyn Fn() -> String| json::of(value, row, source);
        return bounded(csv::read(csv::SheetText { text: &text, by_row: false }, formats, &take), formats.kind);
    }
    let foreign = formats.of_json();
    let own = formats.may_be_own();
    // Every order of ours has this name, and none of the others.
    let read = if foreign.is_empty() || own && text.contains("\"order_ref\"") {
        None
    } else {
        objects::read(&text, &foreign, source)
    };
    match (read, formats.named_format()) {
        (Some(batch), _) => bounded(batch, formats.kind),
        (None, Some(format)) => refuse_file("", format!("this is not {}; say another --format, or none", format.title)),
        (None, None) => bounded(json::read(&text, source), formats.kind),
    }
}

fn bounded<T>(mut batch: Batch<T>, kind: RecordKind) -> Batch<T> {
    if batch.accepted.len() + batch.refused.len() > MAX_ORDERS {
        return refuse_file("", format!("more than {MAX_ORDERS} {}; split the file", kind.plural()));
    }
    if batch.accepted.is_empty() && batch.refused.is_empty() {
        batch.notes.push(format!("there are no {} in the file to take in", kind.plural()));
    }
    batch
}

/// The text without a byte-order mark. Line ends of old Macintosh programs, a carriage return alone, become those of all
/// others.
fn decode(bytes: &[u8], kind: RecordKind) -> Result<Cow<'_, str>, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!("larger than {} MiB; split the file", MAX_FILE_BYTES >> 20));
    }
    let or_json = if kind == RecordKind::Orders { ", or as JSON" } else { "" };
    let text = text::sheet_text(bytes).map_err(|error| format!("{error}; save it as CSV UTF-8{or_json}"))?;
    if text.trim().is_empty() {
        let what = if text.is_empty() { "the file is empty" } else { "there are only blank lines in the file" };
        return Err(format!("{what}; export the {} again", kind.plural()));
    }
    let old = text.contains('\r') && !text.contains('\n');
    Ok(if old { text.replace('\r', "\n").into() } else { text })
}

fn refuse_file<T>(text: &str, reason: impl ToString) -> Batch<T> {
    Batch { refused: vec![RefusedRow::new(0, text, reason)], ..Batch::empty() }
}
