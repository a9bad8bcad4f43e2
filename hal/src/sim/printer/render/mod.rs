//! Draws labels: ZPL and TSPL become black dots on white paper.
//!
//! Two renderers can do it. [`Renderer::Own`] is small, so that a first build is short: it draws the commands that parceld
//! writes, and says of all others that they are not drawn. `labelize` draws nearly all of both languages and was written by
//! others, so that it proves something; it alone has more crates than the rest of the virtual devices.

mod dots;
mod graphic;
#[cfg(feature = "render")]
mod labelize;
mod letters;
mod tspl;
mod zpl;

use std::collections::BTreeSet;
use std::fmt;

use super::PrinterSettings;
use crate::printer::Language;
use dots::Dots;
use letters::Letters;

/// The largest paper that is drawn, in dots: half a metre square at 300 dpi.
const DOTS_MAX: u32 = 1 << 25;

/// What draws ZPL and TSPL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
    /// Part of this crate.
    Own,
    /// The crate of this name.
    #[cfg(feature = "render")]
    Labelize,
}

impl Default for Renderer {
    /// The independent one, where it is built in.
    fn default() -> Self {
        #[cfg(feature = "render")]
        return Self::Labelize;
        #[cfg(not(feature = "render"))]
        Self::Own
    }
}

impl fmt::Display for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "parceld's own, which draws the commands that parceld writes",
            #[cfg(feature = "render")]
            Self::Labelize => "labelize, an independent one",
        })
    }
}

/// A label as it was drawn.
#[derive(Debug)]
pub(super) struct DrawnLabel {
    pub(super) png: Vec<u8>,
    /// Commands that are not drawn.
    pub(super) unsupported: Vec<String>,
    /// What lies beyond the edge of the label.
    pub(super) clipped: Option<String>,
}

impl Renderer {
    /// Draws one format.
    pub(super) fn draw(self, language: Language, job: &[u8], settings: PrinterSettings) -> Result<DrawnLabel, String> {
        let per_mm = settings.dots_per_mm().unsigned_abs();
        let (width, height) = (u32::from(settings.width_mm) * per_mm, u32::from(settings.height_mm) * per_mm);
        if width.saturating_mul(height) > DOTS_MAX || width == 0 || height == 0 {
            return Err(format!("a label of {width} x {height} dots is not drawn; give it another width and height"));
        }
        match self {
            Self::Own => Ok(own(language, job, width, height)),
            #[cfg(feature = "render")]
            Self::Labelize => labelize::draw(language, job, (settings.width_mm, settings.height_mm), per_mm),
        }
    }
}

/// The texts of a job, as far as they are letters of the printer's own fonts.
pub(super) fn texts(language: Language, job: &[u8]) -> Vec<String> {
    match language {
        Language::Zpl => zpl::texts(job),
        Language::Tspl => tspl::texts(job),
        Language::EscPos => Vec::new(),
    }
}

/// Drawn on paper twice as wide and high, so that what lies beyond the edge can be counted.
fn own(language: Language, job: &[u8], width: u32, height: u32) -> DrawnLabel {
    let letters = Letters::default();
    let mut label = Label { paper: Dots::new(width * 2, height * 2), width, left: 0, refused: BTreeSet::new() };
    match language {
        Language::Tspl => tspl::draw(job, &mut label, &letters),
        Language::Zpl | Language::EscPos => zpl::draw(job, &mut label, &letters),
    }
    let drawn = label.paper.ink();
    let mut paper = label.paper.cut(label.width, height);
    let beyond = drawn - paper.ink();
    if label.left > 0 {
        paper = paper.shifted(label.left, width);
    }
    let unsupported: Vec<String> = label.refused.into_iter().collect();
    if !unsupported.is_empty() {
        confess(&mut paper, &unsupported, &letters);
    }
    DrawnLabel {
        png: paper.png(),
        unsupported,
        clipped: (beyond > 0).then(|| format!("{beyond} of {drawn} black dots lie beyond the edge of the label")),
    }
}

/// A label that is being drawn.
struct Label {
    paper: Dots,
    /// How wide it may print, dots.
    width: u32,
    /// Where that begins on the paper: what prints on a part of the width stands in its middle.
    left: u32,
    /// What is not drawn.
    refused: BTreeSet<String>,
}

impl Label {
    fn refuse(&mut self, what: impl Into<String>) {
        self.refused.insert(what.into());
    }
}

/// Says on the picture what is not on it: white letters on a black band at its top.
fn confess(paper: &mut Dots, unsupported: &[String], letters: &Letters) {
    const CELL: u32 = 28;
    const MARGIN: u32 = 8;
    let says = |named: usize| {
        let more = match unsupported.len() - named {
            0 => String::new(),
            left => format!(" and {left} more"),
        };
        format!("NOT DRAWN: {}{more}", unsupported[..named].join(", "))
    };
    let room = paper.width().saturating_sub(2 * MARGIN);
    let fits = |named: &usize| letters.width(&says(*named), CELL) <= room;
    let text = says((1..=unsupported.len()).rev().find(fits).unwrap_or(0));
    paper.clear(0, 0, paper.width(), CELL + 2 * MARGIN);
    letters.line(paper, &text, (MARGIN.into(), MARGIN.into()), CELL, CELL);
    let mut band = Dots::new(paper.width(), paper.height());
    band.fill(0, 0, paper.width(), CELL + 2 * MARGIN);
    paper.turn_over(&band);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(language: Language, job: &str) -> DrawnLabel {
        own(language, job.as_bytes(), 400, 300)
    }

    #[test]
    fn what_is_not_drawn_is_said_in_the_report_and_on_the_picture() {
        let plain = drawn(Language::Zpl, "^XA^FO10,200^GB100,20,2^FS^XZ");
        let more = drawn(Language::Zpl, "^XA^FO10,200^GB100,20,2^FS^FO10,60^B3N,N,60^FDABC^FS^GC9^FS^XZ");
        assert_eq!(plain.unsupported, [""; 0]);
        assert_eq!(more.unsupported, ["^B3", "^GC"]);
        assert_ne!(plain.png, more.png, "the picture says so too");
        let tspl = drawn(Language::Tspl, "CLS\r\nQRCODE 1,1,L,4,A,0,\"A\"\r\nBAR 1,1,5,5\r\nNEW 1\r\nPRINT 1\r\n");
        assert_eq!(tspl.unsupported, ["NEW", "QRCODE"]);
    }

    #[test]
    fn a_picture_with_no_room_to_name_all_that_is_missing_counts_them() {
        let names: Vec<String> = (0..90).map(|number| format!("^{number:02}")).collect();
        let mut paper = Dots::new(400, 300);
        confess(&mut paper, &names, &Letters::default());
        assert!(paper.ink() > 400 * 20, "a black band");
    }

    #[test]
    fn what_lies_beyond_the_edge_is_counted() {
        let beside = drawn(Language::Zpl, "^XA^FO390,10^GB20,10,10^FS^XZ");
        assert_eq!(beside.clipped.as_deref(), Some("100 of 200 black dots lie beyond the edge of the label"));
        let narrow = drawn(Language::Zpl, "^XA^PW200^FO190,10^GB20,10,10^FS^XZ");
        assert_eq!(narrow.clipped.as_deref(), Some("100 of 200 black dots lie beyond the edge of the label"));
        assert_eq!(drawn(Language::Tspl, "BAR 380,280,20,20\r\nPRINT 1\r\n").clipped, None);
    }

    #[test]
    fn paper_of_no_size_and_of_too_much_is_refused() {
        for (width_mm, height_mm) in [(0, 10), (10, 0), (u16::MAX, u16::MAX)] {
            let settings = PrinterSettings { width_mm, height_mm, ..PrinterSettings::default() };
            assert!(Renderer::Own.draw(Language::Zpl, b"^XA^XZ", settings).is_err(), "{width_mm} x {height_mm}");
        }
    }
}
