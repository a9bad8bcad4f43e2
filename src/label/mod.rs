//! Labels: one document, encoded for a printer.
//!
//! ```text
//!  Label (what it says) + Layout (config/labels) -> Document (things in dots) -> ZPL | TSPL | ESC/POS | pixels
//! ```
//!
//! Pure: bytes out, nothing sent. Text from outside is data: every field is escaped, and refused when it cannot be
//! printed. Printable ASCII is set in the printer's own font; everything else is drawn with ours and sent as a picture.
//! What does not fit is shrunk, then broken, then refused: nothing is ever cut. A barcode that does not fit its room with
//! its quiet zones is an error before printing.

#![deny(clippy::disallowed_methods)]

mod address;
mod area;
mod bitmap;
pub mod code128;
mod codes;
#[cfg(test)]
mod commands_tests;
mod content;
pub mod document;
mod draw;
mod escpos;
mod fit;
mod font;
pub mod layout;
mod lettering;
mod picture;
mod pixels;
mod supplied;
pub mod template;
#[cfg(test)]
mod tests;
mod tspl;
mod zpl;

use std::collections::BTreeMap;

pub use bitmap::Bitmap;
pub use codes::Matrix;
pub use content::{ContainerLabel, Label};
use document::{Document, Element, Point};
use layout::{Layout, LayoutRow};
use lettering::Lettering;
pub use lettering::other_scripts;
pub use picture::LabelPicture;
pub use supplied::{Supplied, SuppliedContent};

use crate::units::Length;

/// What the layout of a bag's label with an SSCC is called.
pub const SSCC_LAYOUT: &str = "sscc";

/// What the label is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    /// Dots per inch: 203 or 300.
    pub dpi: u32,
    /// Width in millimetres.
    pub width_mm: u32,
    /// Height in millimetres; 0 is endless paper.
    pub height_mm: u32,
}

impl Media {
    /// Dots in so many millimetres: a "203 dpi" head has 8 a millimetre, a "300 dpi" one 300 an inch.
    const fn pitch(self) -> (i64, i64) {
        match self.dpi {
            300 => (1500, 127),
            _ => (8, 1),
        }
    }

    /// The nearest number of dots.
    #[must_use]
    pub fn dots(self, length: Length) -> u32 {
        self.rounded(length, |per| per / 2)
    }

    fn dots_at_least(self, length: Length) -> u32 {
        self.rounded(length, |per| per - 1)
    }

    fn dots_at_most(self, length: Length) -> u32 {
        self.rounded(length, |_| 0)
    }

    /// Whole dots, after so much of one is added; none for less than nothing, and no paper is longer than kilometres.
    fn rounded(self, length: Length, more: impl Fn(i64) -> i64) -> u32 {
        let (dots, millimetres) = self.pitch();
        let per = millimetres * 1_000_000;
        let dots = length.nanometres().max(0).saturating_mul(dots).saturating_add(more(per)) / per;
        u32::try_from(dots).unwrap_or(u32::MAX)
    }

    /// Dots in a metre.
    #[must_use]
    pub const fn dots_per_metre(self) -> u32 {
        if self.dpi == 300 { 11_811 } else { 8_000 }
    }

    /// The whole label in dots; endless paper has no height.
    #[must_use]
    pub fn size(self) -> (u32, u32) {
        let dots = |mm: u32| self.dots(Length::from_nanometres(i64::from(mm) * 1_000_000));
        (dots(self.width_mm), dots(self.height_mm))
    }
}

/// `203 dpi, 100 x 150 mm`.
impl std::fmt::Display for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { dpi, width_mm, height_mm } = self;
        match height_mm {
            0 => write!(f, "{dpi} dpi, {width_mm} mm endless"),
            _ => write!(f, "{dpi} dpi, {width_mm} x {height_mm} mm"),
        }
    }
}

/// What a printer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrinterFormat {
    /// What it speaks.
    pub language: Language,
    /// What it draws itself.
    pub draws: Draws,
    /// ZPL: it reads `:Z64:`.
    pub packed: bool,
    /// Its paper and its head.
    pub media: Media,
}

/// What a printer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Zebra and most label printers.
    Zpl,
    /// TSC and its many clones.
    Tspl,
    /// Epson and most receipt printers.
    EscPos,
}

/// How much of a label the printer draws itself. The more, the shorter the job and the sharper the bars; the less, the
/// more alike labels come out of different printers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draws {
    /// Text in its own font, and bars.
    TextAndBars,
    /// Bars; text is sent as pictures.
    Bars,
    /// Nothing: the whole label is one picture.
    Nothing,
}

/// A label that cannot be printed as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Text or bars larger than their field allows.
    #[error("{field} does not fit the label ({needed} dots needed, {room} there are); shorten it in the order")]
    TooWide {
        /// Which field.
        field: &'static str,
        /// Dots it needs at its smallest size.
        needed: u32,
        /// Dots there are.
        room: u32,
    },
    /// A character that no font here has.
    #[error("{field} has {character:?}, which no font of the label has; write it in letters")]
    Unprintable {
        /// Which field.
        field: &'static str,
        /// The first such character.
        character: char,
    },
    /// A number the symbology cannot carry.
    #[error("{field} {text:?} cannot be printed as a barcode; correct it in the order")]
    Barcode {
        /// Which field.
        field: &'static str,
        /// What it says.
        text: String,
    },
    /// Bars as narrow and as wide as the layout wants them are no whole number of dots.
    #[error("the bars of {field} are no whole number of dots at this resolution; widen `module` in the layout")]
    Module {
        /// Which field.
        field: &'static str,
    },
    /// The carrier wants a layout that there is not for this paper.
    #[error("no layout `{0}` for the paper of the label printer; add one to the labels' folder")]
    Layout(String),
    /// A supplied label was made into dots for another paper or head.
    #[error("the supplied label was made for {made}, and the printer has {has}; import its order again")]
    OtherPaper {
        /// What it was made for.
        made: Media,
        /// What there is.
        has: Media,
    },
    /// Supplied ZPL, and a printer that does not speak it or labels that say SPECIMEN.
    #[error("supplied ZPL cannot be printed {0}; supply the label as PDF or PNG")]
    Zpl(&'static str),
    /// A supplied label that leaves no white for a word that must be on it.
    #[error("the supplied label leaves no white for the word {0}; print it on a station without specimen = true")]
    NoRoom(&'static str),
    /// The order's label was never stored here.
    #[error("its supplied label is not on this station; import the order again with the label's file")]
    NotHere,
}

/// The layouts for a printer's paper, and the fonts.
#[derive(Debug)]
pub struct Labels {
    /// The printer of the labels.
    pub printer: PrinterFormat,
    layouts: BTreeMap<String, Layout>,
    lettering: Lettering,
}

impl Labels {
    /// Layouts that fit this printer's paper, each name once.
    #[must_use]
    pub fn new(printer: PrinterFormat, layouts: impl IntoIterator<Item = Layout>) -> Self {
        let layouts = layouts.into_iter().map(|layout| (layout.name.clone(), layout)).collect();
        Self { printer, layouts, lettering: Lettering::default() }
    }

    /// A layout by the name carriers call it.
    #[must_use]
    pub fn layout(&self, name: &str) -> Option<&Layout> {
        self.layouts.get(name)
    }

    /// The names carriers may call.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.layouts.keys().map(String::as_str)
    }

    /// The first character of a line that cannot be printed, because neither the printer's font nor ours has it.
    #[must_use]
    pub fn unprintable(&self, text: &str) -> Option<char> {
        self.lettering.width(text).err()
    }

    /// The label as things to draw.
    ///
    /// # Errors
    /// [`LabelError`] when any of it would come out clipped, blank or unreadable.
    pub fn document(&self, layout: &str, label: &Label) -> Result<Document, LabelError> {
        let layout = self.layout(layout).ok_or_else(|| LabelError::Layout(layout.to_owned()))?;
        draw::draw(layout, label, self.printer.media, &self.lettering)
    }

    /// Rows of a document for people, on as many pages as they take: the printer's paper, with so much white around. A
    /// character that no font has becomes a question mark and a line that is too long ends in two points: unlike a label,
    /// such a document is better than none.
    ///
    /// # Errors
    /// [`LabelError`] when a code does not fit, or a row is higher than a page.
    pub fn pages(
        &self,
        rows: &[LayoutRow],
        margin: Length,
        foot: impl Fn(usize, usize) -> Option<LayoutRow>,
    ) -> Result<Vec<Document>, LabelError> {
        let readable = |row: LayoutRow| row.readable(&|text: &str| self.lettering.readable(text));
        let rows: Vec<LayoutRow> = rows.iter().cloned().map(readable).collect();
        draw::pages(&rows, margin, |page, of| foot(page, of).map(readable), self.printer.media, &self.lettering)
    }

    /// The document as a job for the printer, which prints it once.
    #[must_use]
    pub fn encode(&self, document: &Document) -> Vec<u8> {
        let drawn;
        let document = match self.printer.draws {
            Draws::TextAndBars => document,
            Draws::Bars => {
                drawn = Document { elements: self.lettered(&document.elements), ..*document };
                &drawn
            }
            Draws::Nothing => {
                let picture = self.pixels(document).into();
                drawn =
                    Document { elements: vec![Element::Picture { at: Point { x: 0, y: 0 }, picture }], ..*document };
                &drawn
            }
        };
        match self.printer.language {
            Language::Zpl => zpl::encode(document, self.printer.packed),
            Language::Tspl => tspl::encode(document, &self.lettering),
            Language::EscPos => escpos::encode(document, &self.lettering),
        }
    }

    /// The label as a job for the printer, which prints it once.
    ///
    /// # Errors
    /// As [`Labels::document`]; then no byte is made.
    pub fn print(&self, layout: &str, label: &Label) -> Result<Vec<u8>, LabelError> {
        self.document(layout, label).map(|document| self.encode(&document))
    }

    /// The document as dots; ours stand in for the printer's own letters.
    #[must_use]
    pub fn pixels(&self, document: &Document) -> Bitmap {
        pixels::pixels(document, &self.lettering)
    }

    /// The elements with every text as a picture.
    fn lettered(&self, elements: &[Element]) -> Vec<Element> {
        let place = |place: i64| u32::try_from(place).unwrap_or(0);
        let lettered = |element: &Element| match element {
            Element::Text(text) => pixels::lettered(text, &self.lettering)
                .map(|(x, y, picture)| Element::Picture { at: Point { x: place(x), y: place(y) }, picture }),
            Element::Reverse(area, inside) => Some(Element::Reverse(*area, self.lettered(inside))),
            other => Some(other.clone()),
        };
        elements.iter().filter_map(lettered).collect()
    }
}
