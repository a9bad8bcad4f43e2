//! Labels that carriers and platforms made: printed as they are, never set again.
//!
//! They are kept ready for one printer: as the dots of its whole paper, or as ZPL that was checked. Only a word of ours
//! is added where they leave white: `R2` below everything on a reprint, and SPECIMEN on a station whose labels must not
//! travel. Where there is no white for `R2` it is left out ([`Labels::marks_reprint`]); a label that must say SPECIMEN
//! and cannot is refused.

use std::sync::Arc;

use super::bitmap::Bitmap;
use super::document::{Align, Area, Document, Element, Point, Text};
use super::picture::LabelPicture;
use super::{LabelError, Labels, Language, Media};
use crate::units::Length;

/// A label made elsewhere, ready for a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplied {
    /// The paper and head it was made ready for.
    pub media: Media,
    /// What is printed.
    pub content: SuppliedContent,
}

/// What is printed of a supplied label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuppliedContent {
    /// Dots.
    Dots {
        /// The whole paper: dots across and down.
        paper: (u32, u32),
        /// Where the picture's corner is.
        at: Point,
        /// Everything that is black.
        picture: LabelPicture,
    },
    /// One format of ZPL whose commands have all been found harmless.
    Zpl(Arc<[u8]>),
}

/// A word printed on a supplied label is so high.
const WORD: Length = Length::from_nanometres(3_000_000);
/// White between it and everything else.
const GAP: Length = Length::from_nanometres(1_000_000);

impl Supplied {
    /// From the dots of a whole paper.
    #[must_use]
    pub fn dots(media: Media, paper: &Bitmap) -> Self {
        let ink = paper.ink().unwrap_or(Area { at: Point { x: 0, y: 0 }, width: 0, height: 0 });
        let content = SuppliedContent::Dots {
            paper: (paper.width(), paper.height()),
            at: ink.at,
            picture: paper.cut(ink).into(),
        };
        Self { media, content }
    }

    /// The dots of the whole paper; `None` for ZPL, which only its printer draws.
    #[must_use]
    pub fn paper(&self) -> Option<Bitmap> {
        let SuppliedContent::Dots { paper: (width, height), at, picture } = &self.content else { return None };
        let mut paper = Bitmap::new(*width, *height);
        paper.paint(picture.dots(), i64::from(at.x), i64::from(at.y));
        Some(paper)
    }
}

impl Labels {
    /// A supplied label as a job for the printer, which prints it once.
    ///
    /// # Errors
    /// [`LabelError`] when it was made ready for another printer, or must say SPECIMEN and leaves no white for it.
    pub fn supplied(&self, supplied: &Supplied, attempt: u32, specimen: bool) -> Result<Vec<u8>, LabelError> {
        match (&supplied.content, self.supplied_document(supplied, attempt, specimen)?) {
            (SuppliedContent::Zpl(zpl), _) => Ok(zpl.to_vec()),
            (SuppliedContent::Dots { .. }, document) => {
                Ok(document.map(|document| self.encode(&document)).unwrap_or_default())
            }
        }
    }

    /// A supplied label as things to draw; `None` for ZPL, which only its printer draws.
    ///
    /// # Errors
    /// As [`Labels::supplied`].
    pub fn supplied_document(
        &self,
        supplied: &Supplied,
        attempt: u32,
        specimen: bool,
    ) -> Result<Option<Document>, LabelError> {
        let (made, has) = (supplied.media, self.printer.media);
        if made != has {
            return Err(LabelError::OtherPaper { made, has });
        }
        let SuppliedContent::Dots { paper, at, picture } = &supplied.content else {
            return match (self.printer.language, specimen) {
                (Language::Zpl, false) => Ok(None),
                (Language::Zpl, true) => Err(LabelError::Zpl("on a station whose labels say SPECIMEN")),
                (Language::Tspl | Language::EscPos, _) => Err(LabelError::Zpl("by this printer")),
            };
        };
        let mut elements = vec![Element::Picture { at: *at, picture: picture.clone() }];
        if specimen {
            let y = white_rows(*paper, *at, picture, made).ok_or(LabelError::NoRoom("SPECIMEN"))?;
            elements.push(word(*paper, y, Align::Start, "SPECIMEN", made));
        }
        if attempt > 1
            && let Some(y) = margin(*paper, *at, picture, made)
        {
            elements.push(word(*paper, y, Align::End, &format!("R{attempt}"), made));
        }
        let (width, height) = *paper;
        Ok(Some(Document { width, height, dots_per_metre: made.dots_per_metre(), elements }))
    }

    /// Whether a reprint of this label says that it is one.
    #[must_use]
    pub fn marks_reprint(&self, supplied: &Supplied) -> bool {
        match &supplied.content {
            SuppliedContent::Zpl(_) => false,
            SuppliedContent::Dots { paper, at, picture } => margin(*paper, *at, picture, supplied.media).is_some(),
        }
    }
}

/// Where a word stands below everything else, if there is room for it.
fn margin((_, height): (u32, u32), at: Point, picture: &LabelPicture, media: Media) -> Option<u32> {
    let (word, gap) = (media.dots(WORD), media.dots(GAP));
    let below = at.y + picture.dots().height() + gap;
    let y = height.checked_sub(word + gap)?;
    (y >= below).then_some(y)
}

/// Where a word stands on rows that are white but for a frame at the sides: the lowest such place.
fn white_rows(paper: (u32, u32), at: Point, picture: &LabelPicture, media: Media) -> Option<u32> {
    let (word, gap) = (media.dots(WORD), media.dots(GAP));
    let dots = picture.dots();
    let inside = (paper.0 / 10).saturating_sub(at.x)..(paper.0 - paper.0 / 10).saturating_sub(at.x);
    let white = |y: u32| y.checked_sub(at.y).is_none_or(|y| !inside.clone().any(|x| dots.get(x, y)));
    let mut rows = 0;
    for y in (0..paper.1).rev() {
        rows = if white(y) { rows + 1 } else { 0 };
        if rows == word + 2 * gap {
            return Some(y + gap);
        }
    }
    None
}

fn word((width, _): (u32, u32), y: u32, align: Align, text: &str, media: Media) -> Element {
    let side = width / 10;
    let at = Point { x: side, y };
    let size = media.dots(WORD);
    Element::Text(Text { at, size, room: width - 2 * side, align, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::{Draws, PrinterFormat};
    use super::*;

    const MEDIA: Media = Media { dpi: 203, width_mm: 100, height_mm: 150 };

    fn labels(language: Language, media: Media) -> Labels {
        Labels::new(PrinterFormat { language, draws: Draws::TextAndBars, packed: false, media }, [])
    }

    /// Black from the top to so many millimetres.
    fn black_to(mm: u32) -> Supplied {
        let mut paper = Bitmap::new(800, 1200);
        paper.fill(0, 0, 800, mm * 8);
        Supplied::dots(MEDIA, &paper)
    }

    fn job(labels: &Labels, supplied: &Supplied, attempt: u32, specimen: bool) -> Result<String, LabelError> {
        labels.supplied(supplied, attempt, specimen).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn a_reprint_says_so_only_where_the_label_leaves_white_below() {
        let labels = labels(Language::Zpl, MEDIA);
        for (mm, marked) in [(100, true), (145, true), (146, false), (150, false)] {
            let label = black_to(mm);
            assert_eq!(labels.marks_reprint(&label), marked, "{mm}");
            assert_eq!(job(&labels, &label, 2, false).map(|job| job.contains("^FDR2^FS")), Ok(marked), "{mm}");
            assert_eq!(job(&labels, &label, 1, false).map(|job| job.contains("^FDR")), Ok(false), "{mm}");
        }
    }

    #[test]
    fn a_label_that_must_say_specimen_says_it_on_white_or_is_not_printed() {
        let labels = labels(Language::Zpl, MEDIA);
        assert_eq!(job(&labels, &black_to(140), 1, true).map(|job| job.contains("SPECIMEN")), Ok(true));
        assert_eq!(job(&labels, &black_to(150), 1, true), Err(LabelError::NoRoom("SPECIMEN")));
        // A frame at the sides leaves white inside it.
        let mut framed = Bitmap::new(800, 1200);
        framed.fill(0, 0, 8, 1200);
        framed.fill(792, 0, 8, 1200);
        framed.fill(0, 0, 800, 600);
        framed.fill(0, 700, 800, 500);
        assert!(job(&labels, &Supplied::dots(MEDIA, &framed), 1, true).is_ok_and(|job| job.contains("SPECIMEN")));
    }

    #[test]
    fn a_label_made_ready_for_another_printer_is_not_printed() {
        let finer = Media { dpi: 300, ..MEDIA };
        let refused = job(&labels(Language::Zpl, finer), &black_to(100), 1, false).expect_err("another head");
        assert_eq!(
            refused.to_string(),
            "the supplied label was made for 203 dpi, 100 x 150 mm, and the printer has 300 dpi, 100 x 150 mm; import \
             its order again"
        );
    }

    #[test]
    fn supplied_zpl_is_sent_as_it_is_and_only_where_it_is_understood() {
        let zpl = Supplied { media: MEDIA, content: SuppliedContent::Zpl(b"^XA^FO10,10^FDA^FS^XZ".as_slice().into()) };
        assert_eq!(job(&labels(Language::Zpl, MEDIA), &zpl, 2, false).as_deref(), Ok("^XA^FO10,10^FDA^FS^XZ"));
        assert_eq!(job(&labels(Language::Tspl, MEDIA), &zpl, 1, false), Err(LabelError::Zpl("by this printer")));
        assert!(job(&labels(Language::Zpl, MEDIA), &zpl, 1, true).is_err());
        assert!(!labels(Language::Zpl, MEDIA).marks_reprint(&zpl));
    }

    #[test]
    fn the_paper_is_what_was_put_in() {
        let mut paper = Bitmap::new(800, 1200);
        paper.fill(33, 7, 401, 90);
        assert_eq!(Supplied::dots(MEDIA, &paper).paper(), Some(paper));
        assert_eq!(Supplied::dots(MEDIA, &Bitmap::new(8, 8)).paper(), Some(Bitmap::new(8, 8)));
    }
}
