//! Tracking numbers out: what was packed, as a table that the seller's system takes. The form of the table is data
//! (`config/exports/<name>.toml`): which columns, how they are called, what stands in each.
//!
//! Identifiers (numbers of orders, of their packages, of tracking) are never changed, because the system could not find them
//! again; what a spreadsheet would run as a formula and could do harm is refused instead. Other foreign text gets an
//! apostrophe, as everywhere ([`no_formula`]). Nothing personal is in a row.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use csv::{Terminator, WriterBuilder};
use encoding_rs::GB18030;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::spreadsheet::{is_formula, no_formula};
use crate::ids::{ParcelId, ServiceOrCarrier};
use crate::station::order::OrderId;
use crate::units::{Mass, MassUnit, Timestamp};

/// How an instant is written where nobody says how.
pub const USUAL_PATTERN: &str = "%Y-%m-%d %H:%M:%S";

/// A form of table, as its file says it.
#[derive(Debug, Clone)]
pub struct ExportFormat {
    /// The name of its file, without the ending.
    pub name: String,
    /// Nobody has tried it with the system that it is for.
    pub guessed: bool,
    /// Lines above the header, a cell each.
    pub above: Vec<String>,
    /// What stands between cells.
    pub delimiter: u8,
    /// How text becomes bytes.
    pub encoding: ExportEncoding,
    /// What ends a line.
    pub line_end: Terminator,
    /// Whether a parcel that was stopped after it was exported gets a row.
    pub stopped_rows: bool,
    /// Its columns, from the left.
    pub columns: Vec<ExportColumn>,
    /// What that system calls a carrier or service of ours; without the table our own words stand.
    pub carriers: Option<BTreeMap<String, String>>,
    /// The same for the value `service`.
    pub services: Option<BTreeMap<String, String>>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ExportColumn {
    /// Its name.
    pub header: String,
    /// What stands in it.
    pub value: ExportValue,
    /// What keeps a spreadsheet from taking it for a number.
    pub as_text: AsText,
    /// A row with nothing in it is refused.
    pub required: bool,
}

/// What may stand in a column.
#[derive(Debug, Clone)]
pub enum ExportValue {
    /// The number of the order.
    OrderRef,
    /// The number that the channel gave the package.
    PackageRef,
    /// The tracking number.
    Tracking,
    /// The carrier.
    Carrier,
    /// The service.
    Service,
    /// The gross weight, with so many decimals.
    Weight(MassUnit, u32),
    /// When it left, in this form; in this zone, or else in the station's.
    ShippedAt(String, Option<TimeZone>),
    /// Where it was sold.
    Channel,
    /// Which shop of the channel.
    Shop,
    /// Which parcel of its order, from 1.
    Parcel,
    /// How many parcels its order has.
    Parcels,
    /// The station's own name for the parcel.
    ParcelId,
    /// The manifest.
    Manifest,
    /// `shipped`, or why it was stopped.
    State,
    /// Always the same.
    Text(String),
}

/// What keeps a spreadsheet from taking an identifier for a number, and rounding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsText {
    /// Nothing.
    Plain,
    /// A tab behind it.
    Tab,
    /// `="…"`.
    Formula,
}

/// How text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 behind a byte-order mark: spreadsheets know it by that.
    Utf8Bom,
    /// GB18030, as Chinese systems have it.
    Gb18030,
}

/// A parcel that was packed, with every value that a column may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRow {
    /// The parcel.
    pub parcel: ParcelId,
    /// Which parcel of its order it is, from 1, and how many there are; those that were voided do not count.
    pub place: (usize, usize),
    /// Its order.
    pub order: OrderId,
    /// The number that the channel gave the package; empty where nobody said it, or it was erased.
    pub package_ref: String,
    /// The number it travels under.
    pub tracking: String,
    /// Its service, or the carrier alone.
    pub service: ServiceOrCarrier,
    /// Its gross weight.
    pub mass: Option<Mass>,
    /// The manifest it is on.
    pub manifest: String,
    /// When the carrier took the manifest; when it was closed, where nobody said that yet.
    pub shipped_at: Timestamp,
    /// Why it was stopped, if it was.
    pub stopped: Option<String>,
}

impl ExportFormat {
    /// The ending of its files.
    pub fn ending(&self) -> &'static str {
        if self.delimiter == b'\t' { "tsv" } else { "csv" }
    }

    /// How a file begins.
    ///
    /// # Errors
    /// A header that the encoding does not have.
    pub fn head(&self) -> Result<Vec<u8>, String> {
        let mut bytes = match self.encoding {
            ExportEncoding::Utf8Bom => "\u{feff}".as_bytes().to_vec(),
            ExportEncoding::Utf8 | ExportEncoding::Gb18030 => Vec::new(),
        };
        for line in &self.above {
            bytes.extend(self.record([line.as_str()].into_iter())?);
        }
        bytes.extend(self.record(self.columns.iter().map(|column| column.header.as_str()))?);
        Ok(bytes)
    }

    /// The line of a parcel; times are of `zone` where the column says no other.
    ///
    /// # Errors
    /// Why it cannot stand in the file, and what to do.
    pub fn line(&self, row: &ExportRow, zone: &TimeZone) -> Result<Vec<u8>, String> {
        let cells: Vec<String> =
            self.columns.iter().map(|column| self.cell(column, row, zone)).collect::<Result<_, _>>()?;
        self.record(cells.iter().map(String::as_str))
    }

    fn record<'a>(&self, cells: impl Iterator<Item = &'a str>) -> Result<Vec<u8>, String> {
        let mut writer = WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(self.line_end)
            .flexible(true)
            .from_writer(Vec::new());
        // Writing to memory never fails.
        let _ = writer.write_record(cells);
        let bytes = writer.into_inner().unwrap_or_default();
        match self.encoding {
            ExportEncoding::Utf8 | ExportEncoding::Utf8Bom => Ok(bytes),
            ExportEncoding::Gb18030 => {
                let text = String::from_utf8(bytes).unwrap_or_default();
                let (encoded, _, lost) = GB18030.encode(&text);
                if lost {
                    return Err("it has a character that GB18030 has not; write encoding = \"utf-8-bom\"".to_owned());
                }
                Ok(encoded.into_owned())
            }
        }
    }

    fn cell(&self, column: &ExportColumn, row: &ExportRow, zone: &TimeZone) -> Result<String, String> {
        let id = |text: &str| identifier(&column.header, text, column.as_text);
        let number = |number: usize| number.to_string();
        let text = match &column.value {
            ExportValue::OrderRef => id(&row.order.number)?,
            ExportValue::PackageRef => id(&row.package_ref)?,
            ExportValue::Tracking => id(&row.tracking)?,
            ExportValue::Carrier => match &self.carriers {
                Some(names) => self.named("carrier", names, &row.service)?,
                None => no_formula(row.service.carrier().as_str()),
            },
            ExportValue::Service => match &self.services {
                Some(names) => self.named("service", names, &row.service)?,
                None => no_formula(row.service.as_str()),
            },
            ExportValue::Weight(unit, decimals) => {
                row.mass.map_or_else(String::new, |mass| mass.fixed(*unit, *decimals))
            }
            ExportValue::ShippedAt(pattern, own) => written(row.shipped_at, pattern, own.as_ref().unwrap_or(zone))?,
            ExportValue::Channel => no_formula(&row.order.channel),
            ExportValue::Shop => no_formula(&row.order.shop),
            ExportValue::Parcel => number(row.place.0),
            ExportValue::Parcels => number(row.place.1),
            ExportValue::ParcelId => row.parcel.to_string(),
            ExportValue::Manifest => row.manifest.clone(),
            ExportValue::State => row.stopped.clone().unwrap_or_else(|| "shipped".to_owned()),
            ExportValue::Text(text) => text.clone(),
        };
        if text.is_empty() && column.required {
            let header = &column.header;
            return Err(format!(
                "it has nothing for the column {header:?}, which must not be empty; fill it in by hand"
            ));
        }
        Ok(match column.as_text {
            _ if text.is_empty() => text,
            AsText::Plain => text,
            AsText::Tab => text + "\t",
            AsText::Formula => format!("=\"{}\"", text.replace('"', "\"\"")),
        })
    }

    /// What the system calls a service, or else its carrier.
    fn named(
        &self,
        table: &str,
        names: &BTreeMap<String, String>,
        service: &ServiceOrCarrier,
    ) -> Result<String, String> {
        let (service, carrier) = (service.as_str(), service.carrier().as_str());
        names.get(service).or_else(|| names.get(carrier)).cloned().ok_or_else(|| {
            format!(
                "the format {} has no name for {service:?}; write \"{carrier}\" = \"…\" below [{table}] of its file, as that \
                 system calls it",
                self.name
            )
        })
    }

    /// Whether the table has a name for a carrier, or for one of its services.
    pub fn knows(&self, carrier: &str) -> bool {
        let of_it = |name: &String| name.split('.').next() == Some(carrier);
        self.carriers.as_ref().is_none_or(|names| names.keys().any(of_it))
    }
}

/// An identifier as it is. What a spreadsheet would take for a formula stays as long as it can only be a number or the name
/// of a cell: it calls nothing, and the system would not find it changed.
fn identifier(header: &str, text: &str, as_text: AsText) -> Result<String, String> {
    let calls_nothing = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#');
    let harmless = text.chars().skip(1).all(calls_nothing);
    if as_text != AsText::Formula && is_formula(text) && !harmless {
        return Err(format!(
            "a spreadsheet would run {text:?} as a formula, and an identifier is not changed; write as_text = \"formula\" \
             for the column {header:?}, or correct it at its source"
        ));
    }
    Ok(text.to_owned())
}

/// An instant in a zone.
///
/// # Errors
/// A pattern that no instant can be written in.
pub fn written(at: Timestamp, pattern: &str, zone: &TimeZone) -> Result<String, String> {
    let edge = if at.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(edge).to_zoned(zone.clone());
    strtime::format(pattern, &instant)
        .map_err(|error| format!("{pattern:?} is no form of a time: {error}; write one such as {USUAL_PATTERN}"))
}
