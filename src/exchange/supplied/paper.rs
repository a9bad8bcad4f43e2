//! A page or a picture onto the printer's paper: at its true size where it fits, turned where it fits better, and shrunk
//! only where it must be.

use super::pdf::PdfDocument;
use super::picture::GreyPicture;
use super::{LEAST_PERCENT, SuppliedError, linear, matrices};
use crate::label::{Bitmap, Media, Supplied};
use crate::units::Length;

/// White above what is smaller than the paper, at most: where a label begins, most printers do not print.
const TOP: Length = Length::from_nanometres(2_000_000);
/// The longest label that is printed on endless paper.
const LONGEST: Length = Length::from_nanometres(300_000_000);
/// Turned it must come out so much larger, in percent, to be turned.
const WORTH: u64 = 105;
/// Thousandths of the true size.
const WHOLE: u32 = 1_000;

/// What is drawn.
pub(super) enum DotsSource<'a> {
    /// A page of a PDF.
    Page(&'a mut PdfDocument, usize),
    /// A picture.
    Picture(&'a GreyPicture),
}

impl DotsSource<'_> {
    /// At its true size.
    pub(super) fn full(&mut self, media: Media) -> Result<Bitmap, SuppliedError> {
        match self {
            DotsSource::Page(document, page) => document.draw(*page, media, WHOLE),
            DotsSource::Picture(picture) => Ok(picture.full(media)),
        }
    }

    /// How much of it the printer's dots show at its true size, in percent.
    fn percent(&self, media: Media) -> u32 {
        match self {
            DotsSource::Page(..) => 100,
            DotsSource::Picture(picture) => picture.percent(media),
        }
    }

    /// At so many thousandths of its true size.
    fn shrunk(&mut self, media: Media, size: u32) -> Result<Bitmap, SuppliedError> {
        match self {
            DotsSource::Page(document, page) => document.draw(*page, media, size),
            DotsSource::Picture(picture) => Ok(picture.shrunk(media, size)),
        }
    }
}

/// What will be printed.
#[derive(Debug)]
pub(super) struct Placed {
    paper: Bitmap,
    /// 100, unless it had to be shrunk, or its own dots are finer than the printer's.
    percent: u32,
}

/// Puts what is drawn onto the paper.
pub(super) fn place(media: Media, source: &mut DotsSource<'_>) -> Result<Placed, SuppliedError> {
    let room = room(media);
    let full = source.full(media)?;
    let ink = full.ink().ok_or(SuppliedError::Blank)?;
    let fits = |dots: &Bitmap| dots.width() <= room.0 && dots.height() <= room.1;
    let (trimmed, percent) = (full.cut(ink), source.percent(media));
    for dots in [&full, &trimmed] {
        if fits(dots) {
            return Ok(Placed { paper: put(media, dots), percent });
        }
        if dots.height() <= room.0 && dots.width() <= room.1 {
            return Ok(Placed { paper: put(media, &dots.rotated()), percent });
        }
    }
    let (upright, turned) = (size(room, (ink.width, ink.height)), size(room, (ink.height, ink.width)));
    let turn = u64::from(turned) * 100 > u64::from(upright) * WORTH;
    let mut size = if turn { turned } else { upright };
    // Every edge is rounded to a dot: what is shrunk may come out a dot larger than it should.
    while size * 100 >= LEAST_PERCENT * WHOLE {
        let drawn = source.shrunk(media, size)?;
        let drawn = drawn.ink().map(|ink| drawn.cut(ink)).ok_or(SuppliedError::Blank)?;
        let drawn = if turn { drawn.rotated() } else { drawn };
        if fits(&drawn) {
            return Ok(Placed { paper: put(media, &drawn), percent: size * percent / 1_000 });
        }
        size -= 2;
    }
    let mm = |dots: u32| u32::try_from(u64::from(dots) * 1_000 / u64::from(media.dots_per_metre())).unwrap_or(0);
    Err(SuppliedError::Shrunk { width_mm: mm(ink.width), height_mm: mm(ink.height), percent: size / 10, media })
}

/// Dots there are across and down.
fn room(media: Media) -> (u32, u32) {
    match media.size() {
        (width, 0) => (width, media.dots(LONGEST)),
        size => size,
    }
}

/// Thousandths of its size at which something fits.
fn size(room: (u32, u32), of: (u32, u32)) -> u32 {
    let part = |room: u32, of: u32| u64::from(room) * u64::from(WHOLE) / u64::from(of.max(1));
    u32::try_from(part(room.0, of.0).min(part(room.1, of.1))).unwrap_or(WHOLE).min(WHOLE)
}

/// In the middle across, and near the top.
fn put(media: Media, dots: &Bitmap) -> Bitmap {
    let (width, height) = match media.size() {
        (width, 0) => (width, dots.height()),
        size => size,
    };
    let down = (height.saturating_sub(dots.height()) / 2).min(media.dots(TOP));
    let mut paper = Bitmap::new(width, height);
    paper.paint(dots, i64::from(width.saturating_sub(dots.width()) / 2), i64::from(down));
    paper
}

impl Placed {
    /// The label, if its dots can stand for the number: what was shrunk must read back, and what reads back must say the
    /// number or nothing. `shown` says that the page's text shows it.
    pub(super) fn vouched(self, media: Media, number: &str, shown: bool) -> Result<Supplied, SuppliedError> {
        let whole = self.percent == 100;
        let known = number.is_empty() || (whole && shown);
        if !known {
            let read = linear(&self.paper);
            let says = |codes: &[String]| codes.iter().any(|code| code == number);
            if !says(&read) && !says(&matrices(&self.paper)) {
                let (number, percent) = (number.to_owned(), self.percent);
                match read.into_iter().next() {
                    Some(shows) if !shown => return Err(SuppliedError::Another { number, shows }),
                    _ if !whole => return Err(SuppliedError::Lost { number, percent, media }),
                    _ => {}
                }
            }
        }
        Ok(Supplied::dots(media, &self.paper))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::document::{Area, Point};

    #[test]
    fn a_size_is_what_fits_both_ways_and_never_more_than_the_whole() {
        assert_eq!(size((800, 1200), (1600, 1200)), 500);
        assert_eq!(size((800, 1200), (400, 2400)), 500);
        assert_eq!(size((800, 1200), (10, 10)), 1_000);
    }

    #[test]
    fn what_is_smaller_lies_in_the_middle_and_near_the_top() {
        let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
        let mut dots = Bitmap::new(100, 100);
        dots.fill(0, 0, 100, 100);
        let ink = put(media, &dots).ink();
        assert_eq!(ink, Some(Area { at: Point { x: 350, y: 16 }, width: 100, height: 100 }));
        let endless = put(Media { height_mm: 0, ..media }, &dots);
        assert_eq!((endless.width(), endless.height()), (800, 100));
    }
}
