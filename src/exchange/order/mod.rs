//! Orders in: `parceld.order/1` as JSON (one object, an array, or one object per line) or CSV (one row per order line,
//! the same names flattened with dots: `ship_to.postcode`, `lines.sku`).
//!
//! Identifiers are text: a JSON number is refused, because spreadsheets and JSON readers round long ones. Unknown
//! fields are kept with the order. An order whose parts cannot all be read is refused alone; a file is refused whole
//! only when it cannot be taken apart at all, or is larger than the limits below.
//!
//! What is left out when absent: `rev` is 0, `state` is `ready`, `parcels_planned` is 1, `residential` is true (the
//! dearer reading), `dg` is `none`, `signature` is `none`. An order that is not `ready` may come without an address and
//! without lines, so that a cancellation never bounces.

mod content;
mod csv;
mod document;
mod erased;
mod fields;
mod json;
mod label;
mod reject;
#[cfg(test)]
mod tests;

use std::str::FromStr;

pub use content::{content_hash, named, without_shop};
pub use erased::erased;
pub use label::LabelFile;
pub use reject::reject_file;

use crate::station::order::Order;

/// The schema's name, as it stands in the field `schema`.
pub const SCHEMA: &str = "parceld.order/1";

/// Largest file: a day of the largest warehouse is a tenth of it, and it fits a Pi's memory twice.
pub const MAX_FILE_BYTES: usize = 64 << 20;
/// Most orders of one file.
pub const MAX_ORDERS: usize = 100_000;
/// Longest text of a field that the station reads, in characters.
pub const MAX_TEXT: usize = 200;
/// Longest text of a field that is only kept (a buyer's message), in characters.
pub const MAX_KEPT_TEXT: usize = 4_000;
/// Largest order as it is kept, in bytes of JSON.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// Most lines of one order.
pub const MAX_LINES: usize = 200;
/// Longest original text in a reject file, in characters.
const MAX_REFUSED_TEXT: usize = 4_000;

/// A file of orders, taken apart.
#[derive(Debug, Default)]
pub struct Batch {
    /// Orders that could be read, in the file's order.
    pub accepted: Vec<Incoming>,
    /// What could not be read.
    pub refused: Vec<Refused>,
}

/// An order that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What the station works with.
    pub order: Order,
    /// The whole order as canonical JSON, unknown fields included: two equal bodies are the same order.
    pub body: String,
    /// Line of the file it begins on; in a JSON array, its place from 1.
    pub row: usize,
    /// Where its label is, if that was made elsewhere.
    pub label: Option<LabelFile>,
}

impl Incoming {
    /// The order as one that is refused after all.
    pub fn refuse(self, reason: impl ToString) -> Refused {
        Refused::new(self.row, &self.body, reason)
    }
}

/// An order, or a file, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Line of the file it begins on; in a JSON array, its place from 1; 0 for the file as a whole.
    pub row: usize,
    /// As it stood in the file, at most 4,000 characters.
    pub text: String,
    /// Why, and what to do.
    pub reason: String,
}

impl Refused {
    fn new(row: usize, text: &str, reason: impl ToString) -> Self {
        Self { row, text: text.chars().take(MAX_REFUSED_TEXT).collect(), reason: reason.to_string() }
    }
}

/// An order that cannot be read. Never quotes a name or an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Not JSON.
    #[error("not JSON ({0}); export the order again")]
    Syntax(String),
    /// A field that every order needs is absent or empty.
    #[error("{0} is missing; fill it in")]
    Missing(String),
    /// A field that holds the wrong kind of thing.
    #[error("{field} must be {expected}")]
    Kind {
        /// Which field: `lines[2].qty`.
        field: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// An identifier written as a number.
    #[error("{0} is a number; write it as text in quotation marks, because long numbers lose digits")]
    NumberForText(String),
    /// An identifier that a spreadsheet has rounded.
    #[error("{0} was rounded by a spreadsheet; format the column as text and export again")]
    Rounded(String),
    /// A quantity that cannot be read.
    #[error("{field}: {why}")]
    Value {
        /// Which field.
        field: String,
        /// What is wrong and what to write.
        why: String,
    },
    /// Longer than any field may be.
    #[error("{field} is longer than {most} {of}; shorten it")]
    TooLong {
        /// Which field.
        field: String,
        /// The limit.
        most: usize,
        /// Characters, lines, bytes.
        of: &'static str,
    },
    /// A character that never belongs into text.
    #[error("{field} holds the control character {code:#04x}; remove it")]
    Control {
        /// Which field.
        field: String,
        /// The character's number.
        code: u32,
    },
    /// Two rows of one order that say different things.
    #[error("rows {first} and {second} are the same order and disagree on {field}; make them equal")]
    Disagree {
        /// Line of the file that said it first.
        first: usize,
        /// Line of the file that says otherwise.
        second: usize,
        /// Which column.
        field: String,
    },
    /// Something this version does not do; the order must not go out as if it had not been asked.
    #[error("{field} asks for {what}, which this version does not do; {instead}")]
    NotDriven {
        /// Which field.
        field: String,
        /// What it asks for.
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
}

/// How a file of orders is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One object, an array, or one object per line.
    Json,
    /// One row per order line; comma, semicolon or tab.
    Csv,
}

/// A `--format` that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown order format {0:?}; use json or csv")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text.to_ascii_lowercase().as_str() {
            "json" | "jsonl" | "ndjson" => Ok(Self::Json),
            "csv" | "tsv" => Ok(Self::Csv),
            _ => Err(UnknownFormat(text.chars().take(40).collect())),
        }
    }
}

impl Format {
    /// By the end of the file's name, else by the first character: `{` and `[` begin JSON.
    fn of(name: &str, text: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        ending
            .parse()
            .unwrap_or_else(|_| if text.trim_start().starts_with(['{', '[']) { Self::Json } else { Self::Csv })
    }
}

/// One order from one JSON object.
pub fn parse(text: &str) -> Result<Order, OrderError> {
    json::one(text, 1).map(|incoming| incoming.order)
}

/// One order from a JSON value that is at hand already; its row is 1.
pub fn read_value(value: &serde_json::Value) -> Result<Incoming, OrderError> {
    json::of(value, 1)
}

/// Takes a file of orders apart; `name` is the file's name, whose ending tells the format.
pub fn read(bytes: &[u8], name: &str) -> Batch {
    read_with(bytes, |text| Format::of(name, text))
}

/// The same for a format that a person named.
pub fn read_as(bytes: &[u8], format: Format) -> Batch {
    read_with(bytes, |_| format)
}

fn read_with(bytes: &[u8], format: impl FnOnce(&str) -> Format) -> Batch {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(reason) => return refuse_file("", reason),
    };
    let batch = match format(text) {
        Format::Json => json::read(text),
        Format::Csv => csv::read(text),
    };
    if batch.accepted.len() + batch.refused.len() > MAX_ORDERS {
        return refuse_file("", format!("more than {MAX_ORDERS} orders; split the file"));
    }
    batch
}

fn decode(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!("larger than {} MiB; split the file", MAX_FILE_BYTES >> 20));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        format!("not UTF-8 text (byte {} is not); save the file as CSV UTF-8 or as JSON", error.valid_up_to())
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn refuse_file(text: &str, reason: impl ToString) -> Batch {
    Batch { accepted: Vec::new(), refused: vec![Refused::new(0, text, reason)] }
}
