//! Labels: one document, encoded for a printer.
//!
//! Pure: bytes out, nothing sent. Text from outside is data: every field is escaped, capped in length, and refused when
//! it cannot be printed. A barcode that does not fit its space, with its quiet zones, is an error before printing.

#![deny(clippy::disallowed_methods)]

mod address;
mod bitmap;
pub mod code128;
pub mod document;
mod font;
mod layout;
mod sheet;
#[cfg(test)]
mod tests;
mod zpl;

pub use bitmap::Bitmap;

use crate::station::order::Address;
use crate::units::{Date, Mass};

/// Everything a parcel's label says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the carrier is called: `USPS`.
    pub carrier: String,
    /// What the service is called: `GROUND ADVANTAGE`.
    pub service: String,
    /// Sender.
    pub from: Address,
    /// Recipient.
    pub to: Address,
    /// Routing code, printed huge.
    pub sort_code: Option<String>,
    /// Gross mass.
    pub mass: Mass,
    /// Tracking number, as it is printed below the bars.
    pub tracking: String,
    /// What the bars encode.
    pub symbol: Symbol,
    /// The channel's order.
    pub order_ref: String,
    /// The day it is handed over.
    pub ship_date: Date,
    /// 1 for the first print; from 2 on the label says `R2`.
    pub attempt: u32,
    /// Printed across a label that must never travel.
    pub specimen: bool,
}

/// How the tracking number becomes bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// The number itself in Code 128.
    Code128,
    /// GS1-128 `(420)ZIP` + the number: USPS IMpb, symbology identifier `]C1`.
    Impb,
}

/// What the label is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    /// Dots per inch: 203 or 300.
    pub dpi: u32,
    /// Width in millimetres.
    pub width_mm: u32,
    /// Height in millimetres.
    pub height_mm: u32,
}

/// A label that cannot be printed as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Text longer or wider than its field allows.
    #[error("{field} does not fit the label ({needed} dots needed, {room} there are); shorten it in the order")]
    TooWide {
        /// Which field.
        field: &'static str,
        /// Dots it needs at its smallest size.
        needed: u32,
        /// Dots there are.
        room: u32,
    },
    /// A character that the printer's font does not have.
    #[error("{field} has {character:?}, which this printer cannot print; write it in Latin letters")]
    Unprintable {
        /// Which field.
        field: &'static str,
        /// The first such character.
        character: char,
    },
    /// A number the symbology cannot carry.
    #[error("{0:?} cannot be printed as a barcode")]
    Barcode(String),
    /// Paper this layout does not fit.
    #[error("no layout for {width_mm} x {height_mm} mm at {dpi} dpi")]
    Media {
        /// Width asked for.
        width_mm: u32,
        /// Height asked for.
        height_mm: u32,
        /// Resolution asked for.
        dpi: u32,
    },
}

/// The label as a ZPL II format that prints once and changes nothing in the printer's configuration.
///
/// # Errors
/// [`LabelError`] when any of it would come out clipped, blank or unreadable; then no byte is made.
pub fn zpl(label: &Label, media: Media) -> Result<Vec<u8>, LabelError> {
    document(label, media).map(|document| zpl::encode(&document))
}

/// The label as things to draw, for every printer language and for pictures.
///
/// # Errors
/// As [`zpl()`].
pub fn document(label: &Label, media: Media) -> Result<document::Document, LabelError> {
    layout::layout(label, media)
}

/// Refuses the first character that the printer's font does not have.
fn printable(field: &'static str, text: &str) -> Result<(), LabelError> {
    match text.chars().find(|character| !font::has(*character)) {
        Some(character) => Err(LabelError::Unprintable { field, character }),
        None => Ok(()),
    }
}
