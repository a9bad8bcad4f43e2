//! Documents for people: manifest slips, bag labels, shift summaries and sheets of command barcodes.
//!
//! ```text
//!  Paper (what it says) + Words -> rows -> label::Labels::pages -> Documents -> a receipt printer, or pages of a PDF file
//! ```
//!
//! Pure: values in, rows out. Rows are those of label layouts, built here because no two slips have as many of them. The
//! same paper comes narrow out of a receipt printer and wide on office paper, where a manifest lists each parcel too.
//!
//! It prints no live label: a paper may be printed twice, late or never, and nothing is decided from it. It holds no name
//! and no address of a recipient.

#![deny(clippy::disallowed_methods)]

mod bag;
mod manifest;
mod pdf;
mod rows;
mod sheet;
mod shift;
#[cfg(test)]
mod tests;

use crate::label::document::Document;
use crate::label::{LabelError, Labels, Media};
use crate::screen::{Sentence, Words};

pub use bag::BagSlip;
pub use manifest::{ContainerKind, ManifestSlip, SlipContainer, SlipLine};
pub use pdf::pdf;
pub use sheet::{CommandSheet, SheetEntry, commands, entry, heading};
pub use shift::{Operator, ShiftSummary};

use rows::{MARGIN_NARROW, MARGIN_WIDE, Rows};

/// A4 at the resolution of an office printer.
pub const A4: Media = Media { dpi: 300, width_mm: 210, height_mm: 297 };
/// Paper wider than this is office paper.
const NARROW_MM: u32 = 120;

/// One document, complete: whoever draws it asks nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    /// What a carrier's driver takes and signs for.
    Manifest(ManifestSlip),
    /// What is stuck on a bag that has no SSCC.
    Bag(BagSlip),
    /// What operators did on a day.
    Shift(ShiftSummary),
    /// Barcodes of commands.
    Sheet(CommandSheet),
}

impl Paper {
    /// The document for this printer's paper.
    ///
    /// # Errors
    /// [`LabelError`] when the paper is too narrow for something.
    pub fn draw(&self, labels: &Labels, words: &Words) -> Result<Vec<Document>, LabelError> {
        let media = labels.printer.media;
        let wide = media.width_mm > NARROW_MM;
        let mut rows = Rows::on(wide);
        match self {
            Self::Manifest(slip) => slip.write(&mut rows, words, wide),
            Self::Bag(slip) => slip.write(&mut rows, words),
            Self::Shift(summary) => summary.write(&mut rows, words),
            Self::Sheet(sheet) => sheet.write(&mut rows, words, wide),
        }
        let foot = |page: usize, of: usize| {
            let note = Sentence::PaperPage { page: page as u64, pages: of as u64 };
            wide.then(|| rows::foot(&self.name(), words.say(&note)))
        };
        labels.pages(&rows.finish(), if wide { MARGIN_WIDE } else { MARGIN_NARROW }, foot)
    }

    /// What it is called: at its foot, and as the title of a file.
    pub fn name(&self) -> String {
        match self {
            Self::Manifest(slip) => slip.id.clone(),
            Self::Bag(slip) => slip.id.clone(),
            Self::Shift(summary) => format!("{} {}", summary.station, summary.day),
            Self::Sheet(sheet) => sheet.station.clone(),
        }
    }
}
