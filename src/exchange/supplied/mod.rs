//! Labels in: what carriers and platforms hand out as PDF, PNG or ZPL -> what the label printer is sent.
//!
//! ```text
//!  PDF page --draw at the printer's dots--+
//!  PNG -----grey--------------------------+--> trim, turn, place --> half black or more is black --> Supplied
//!  ZPL -----every command looked at----------------------------------------------------------------> Supplied
//! ```
//!
//! Bars keep their size: a page whose content fits the paper is drawn at its true size, a picture at a whole number of
//! dots for each of its own. Only what does not fit is shrunk, at most to [`LEAST_PERCENT`], and then its number must
//! read back from the dots. A file for many orders is split by the number that each page shows, in its text or its bar
//! codes; a number on no page, or on two, is refused and never guessed.
//!
//! A file is hostile until it is read. Everything here is bounded but the PDF renderer's memory and time, which it does
//! not bound itself: whoever reads files of strangers does it in a process that is bounded.

mod paper;
mod pdf;
mod picture;
#[cfg(test)]
mod tests;
mod zpl;

use std::fmt;
use std::str::FromStr;

use crate::barcode::Scan;
use crate::label::{Bitmap, Media, PrinterFormat, Supplied};
use paper::DotsSource;

/// Largest file: three times the label PDF of a large wave.
pub const MAX_FILE_BYTES: usize = 64 << 20;
/// Most pages of a PDF.
pub const MAX_PAGES: usize = 5_000;
/// Longest side of a page, in millimetres.
pub const MAX_MM: u32 = 1_000;
/// Most dots of a page: A3 at 300 dpi is 17 million.
pub const MAX_DOTS: u64 = 24 << 20;
/// What does not fit the paper is shrunk to this at most: an 8 inch label on 6 inch paper.
pub const LEAST_PERCENT: u32 = 70;

/// How a label was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelFormat {
    /// Pages.
    Pdf,
    /// One picture.
    Png,
    /// One format of a Zebra printer's language.
    Zpl,
}

impl LabelFormat {
    /// Every format by its name, which is also how its files end.
    pub const NAMES: [(&str, Self); 3] = [("pdf", Self::Pdf), ("png", Self::Png), ("zpl", Self::Zpl)];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Zpl => "zpl",
        }
    }
}

/// A format that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be pdf, png or zpl")]
pub struct UnknownFormat;

impl FromStr for LabelFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let text = text.to_ascii_lowercase();
        Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, format)| *format).ok_or(UnknownFormat)
    }
}

/// Which label of a file is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The tracking number it must show; empty to take whatever is there.
    pub number: String,
    /// Its page, from 1; without one it is found by its number.
    pub page: Option<u32>,
    /// The resolution that ZPL was made for, where somebody says so.
    pub dpi: Option<u32>,
}

/// Why a label cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuppliedError {
    /// The file is too large.
    #[error("larger than {} MiB; split the file", MAX_FILE_BYTES >> 20)]
    Large,
    /// Not what its format says.
    #[error("not {0} that can be read; download it again")]
    Unreadable(&'static str),
    /// Locked.
    #[error("the PDF is locked; save it without a password")]
    Locked,
    /// More pages than any wave.
    #[error("{0} pages, and {MAX_PAGES} are the most; split the file")]
    Pages(usize),
    /// No such page.
    #[error("there is no page {page}, the file has {pages}; correct label.page")]
    NoPage {
        /// Which was wanted.
        page: u32,
        /// How many there are.
        pages: usize,
    },
    /// No page shows the number.
    #[error("no page shows {0}; name its page in label.page, or get the label again")]
    OnNoPage(String),
    /// Several pages show the number.
    #[error("pages {pages} all show {number}; name the right one in label.page")]
    OnPages {
        /// The number.
        number: String,
        /// `2, 5`.
        pages: String,
    },
    /// It shows another number.
    #[error("it shows {shows}, not {number}; correct label.page or label.path")]
    Another {
        /// The number that was wanted.
        number: String,
        /// What its bar code says.
        shows: String,
    },
    /// Nothing on it.
    #[error("it is blank; correct label.page, or get the label again")]
    Blank,
    /// The renderer gave up.
    #[error("it cannot be drawn; download the file again, or get it as PNG")]
    Broken,
    /// Smaller or larger than any label.
    #[error(
        "the page is {width_mm} x {height_mm} mm, and a label's page is 10 to {MAX_MM} mm; get it in its true size"
    )]
    PageSize {
        /// Across.
        width_mm: u32,
        /// Down.
        height_mm: u32,
    },
    /// A picture with too many dots.
    #[error("the picture is {width} x {height} dots; get it at 203 or 300 dpi")]
    Dots {
        /// Across.
        width: u32,
        /// Down.
        height: u32,
    },
    /// Far larger than the paper.
    #[error(
        "what is on it is {width_mm} x {height_mm} mm and would be shrunk to {percent} % for {media}; get one label a \
         page, A6 or 4 x 6 in"
    )]
    Shrunk {
        /// Across.
        width_mm: u32,
        /// Down.
        height_mm: u32,
        /// To how much of its size.
        percent: u32,
        /// The paper.
        media: Media,
    },
    /// It had to be shrunk, and then its bars say nothing any more.
    #[error("shrunk to {percent} % for {media}, its bar code {number} cannot be read back; get it in the paper's size")]
    Lost {
        /// The number.
        number: String,
        /// To how much of its size.
        percent: u32,
        /// The paper.
        media: Media,
    },
    /// A ZPL command that is not let through.
    #[error("{command} {why}")]
    Command {
        /// `^PQ5`.
        command: String,
        /// What it does, and what to do.
        why: &'static str,
    },
    /// ZPL for another printer.
    #[error("ZPL {0}; get the label as PDF or PNG")]
    Zpl(String),
}

/// A PNG in black and white, as large as it fits in so many dots of the printer.
///
/// # Errors
/// [`SuppliedError`] when it is no PNG, or has too many dots, or would have.
pub fn picture(png: &[u8], width: u32, height: u32) -> Result<Bitmap, SuppliedError> {
    if u64::from(width) * u64::from(height) > MAX_DOTS {
        return Err(SuppliedError::Dots { width, height });
    }
    picture::GreyPicture::read(png).map(|picture| picture.fitting(width, height))
}

/// A label's file, taken apart as far as it takes to find labels in it.
pub struct File {
    content: FileContent,
    printer: PrinterFormat,
    /// What the codes of each page mean, once they have been looked for.
    linear: Vec<Vec<String>>,
    matrices: Vec<Vec<String>>,
}

enum FileContent {
    Pdf(pdf::PdfDocument),
    Png(picture::GreyPicture),
    Zpl(Vec<u8>),
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({} pages)", self.pages())
    }
}

impl File {
    /// Opens a file for a printer.
    ///
    /// # Errors
    /// [`SuppliedError`] when it is not what `format` says, or is beyond the bounds.
    pub fn open(bytes: Vec<u8>, format: LabelFormat, printer: PrinterFormat) -> Result<Self, SuppliedError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(SuppliedError::Large);
        }
        let content = match format {
            LabelFormat::Pdf => FileContent::Pdf(pdf::PdfDocument::open(bytes)?),
            LabelFormat::Png => FileContent::Png(picture::GreyPicture::read(&bytes)?),
            LabelFormat::Zpl => FileContent::Zpl(bytes),
        };
        Ok(Self { content, printer, linear: Vec::new(), matrices: Vec::new() })
    }

    /// Pages of a PDF; 1 of the others.
    #[must_use]
    pub fn pages(&self) -> usize {
        match &self.content {
            FileContent::Pdf(document) => document.pages(),
            FileContent::Png(_) | FileContent::Zpl(_) => 1,
        }
    }

    /// A label of the file, ready for the printer. `alive` hears of every page that was looked at.
    ///
    /// # Errors
    /// [`SuppliedError`]: why this label cannot be used; others of the file may be.
    pub fn label(&mut self, wanted: &Wanted, alive: &mut dyn FnMut()) -> Result<Supplied, SuppliedError> {
        let pages = self.pages();
        if let Some(page) = wanted.page.filter(|page| *page == 0 || *page as usize > pages) {
            return Err(SuppliedError::NoPage { page, pages });
        }
        let (media, number) = (self.printer.media, wanted.number.as_str());
        let page = match wanted.page {
            Some(page) => page as usize - 1,
            None if pages == 1 => 0,
            None => self.find(number, alive)?,
        };
        let (placed, shown) = match &mut self.content {
            FileContent::Zpl(bytes) => return zpl::checked(bytes, self.printer, wanted),
            FileContent::Png(picture) => (paper::place(media, &mut DotsSource::Picture(picture))?, false),
            FileContent::Pdf(document) => {
                let shown = document.shows(page, number);
                (paper::place(media, &mut DotsSource::Page(document, page))?, shown)
            }
        };
        placed.vouched(media, number, shown)
    }

    /// The one page that shows the number: in its text, or else in a bar code. Where the text of several does (a label
    /// and its packing slip), the one with the bar code.
    fn find(&mut self, number: &str, alive: &mut dyn FnMut()) -> Result<usize, SuppliedError> {
        let FileContent::Pdf(document) = &mut self.content else { return Ok(0) };
        let all: Vec<usize> = (0..document.pages()).collect();
        let mut shown = Vec::new();
        for page in &all {
            alive();
            if document.shows(*page, number) {
                shown.push(*page);
            }
        }
        if let [page] = shown[..] {
            return Ok(page);
        }
        let candidates = if shown.is_empty() { &all } else { &shown };
        for (known, read) in [(&mut self.linear, linear as CodeReader), (&mut self.matrices, matrices)] {
            known.resize(all.len(), Vec::new());
            let mut coded = Vec::new();
            for page in candidates {
                alive();
                if known[*page].is_empty() {
                    // A page that cannot be drawn is no label; it says so when it is wanted itself.
                    let drawn = DotsSource::Page(document, *page).full(self.printer.media);
                    known[*page] = drawn.map(|dots| read(&dots)).unwrap_or_default();
                }
                if known[*page].iter().any(|key| key == number) {
                    coded.push(*page);
                }
            }
            match coded[..] {
                [] => {}
                [page] => return Ok(page),
                _ => return Err(on_pages(number, &coded)),
            }
        }
        match shown[..] {
            [] => Err(SuppliedError::OnNoPage(number.to_owned())),
            _ => Err(on_pages(number, &shown)),
        }
    }
}

fn on_pages(number: &str, pages: &[usize]) -> SuppliedError {
    let pages: Vec<String> = pages.iter().map(|page| (page + 1).to_string()).collect();
    SuppliedError::OnPages { number: number.to_owned(), pages: pages.join(", ") }
}

type CodeReader = fn(&Bitmap) -> Vec<String>;

/// What the linear codes among the dots mean to the station when they are scanned.
fn linear(dots: &Bitmap) -> Vec<String> {
    let meaning = |symbol: hal::codes::DecodedSymbol| meanings(&symbol.text, symbol.gs1);
    hal::codes::code128(&dots.png()).into_iter().flat_map(meaning).collect()
}

/// The same of the two-dimensional ones.
fn matrices(dots: &Bitmap) -> Vec<String> {
    hal::codes::matrices(&dots.png()).into_iter().flat_map(|symbol| meanings(&symbol.text, symbol.gs1)).collect()
}

fn meanings(text: &str, gs1: bool) -> Vec<String> {
    let aim = if gs1 { "]C1" } else { "" };
    Scan::read(format!("{aim}{text}").as_bytes()).map(|scan| scan.keys()).unwrap_or_default()
}

/// Letters and digits alone, in capitals: labels set numbers in groups.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}
