//! Paper to draw on: a grid of eighths of a millimetre, in which a layout is thought, turned into dots.

use super::document::{Align, Document, Element, Point, Text};
use super::{LabelError, Media, font};

/// Grid units across the part of the paper that is used: 100 mm.
pub(super) const WIDTH: u32 = 800;
/// Grid units down: 150 mm.
pub(super) const HEIGHT: u32 = 1200;

/// A document being drawn. Positions and sizes are grid units; at 203 dpi a unit is a dot.
pub(super) struct Sheet {
    dpi: u32,
    origin: Point,
    document: Document,
}

/// Text as a layout asks for it.
pub(super) struct Line<'a> {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) size: u32,
    pub(super) text: &'a str,
}

/// A line's room and sizes, largest first.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) width: u32,
    pub(super) largest: u32,
    pub(super) smallest: u32,
}

impl Sheet {
    /// Paper of 100 x 150 mm or 4 x 6 in (102 x 152 mm), and up to 2 mm more; the layout stands in its middle.
    pub(super) fn new(media: Media) -> Result<Self, LabelError> {
        let Media { dpi, width_mm, height_mm } = media;
        if !matches!(dpi, 203 | 300) || !(100..=104).contains(&width_mm) || !(150..=154).contains(&height_mm) {
            return Err(LabelError::Media { width_mm, height_mm, dpi });
        }
        let mut sheet = Self {
            dpi,
            origin: Point { x: 0, y: 0 },
            document: Document { width: 0, height: 0, elements: Vec::with_capacity(48) },
        };
        sheet.document.width = sheet.dots(width_mm * 8);
        sheet.document.height = sheet.dots(height_mm * 8);
        sheet.origin = Point {
            x: (sheet.document.width - sheet.dots(WIDTH)) / 2,
            y: (sheet.document.height - sheet.dots(HEIGHT)) / 2,
        };
        Ok(sheet)
    }

    /// Grid units as dots. A "203 dpi" head has 8 dots a millimetre, a "300 dpi" one 11.8.
    pub(super) fn dots(&self, units: u32) -> u32 {
        if self.dpi == 203 { units } else { units * 1500 / 1016 }
    }

    pub(super) const fn dpi(&self) -> u32 {
        self.dpi
    }

    /// Dots across the whole paper.
    pub(super) const fn width(&self) -> u32 {
        self.document.width
    }

    pub(super) fn finish(self) -> Document {
        self.document
    }

    pub(super) fn draw(&mut self, element: Element) {
        self.document.elements.push(element);
    }

    /// The dot at a place of the grid.
    pub(super) fn at(&self, x: u32, y: u32) -> Point {
        Point { x: self.origin.x + self.dots(x), y: self.origin.y + self.dots(y) }
    }

    pub(super) fn fill(&mut self, x: u32, y: u32, width: u32, height: u32) {
        let (at, width, height) = (self.at(x, y), self.dots(width), self.dots(height));
        self.draw(Element::Fill { at, width, height });
    }

    pub(super) fn frame(&mut self, x: u32, y: u32, side: u32, line: u32) {
        let (at, side, line) = (self.at(x, y), self.dots(side), self.dots(line));
        self.draw(Element::Frame { at, width: side, height: side, line });
    }

    /// Text from its left end.
    pub(super) fn text(&mut self, line: Line<'_>) {
        self.set(&line, line.size, Align::Left, false);
    }

    /// Text in the middle of `width` from its corner.
    pub(super) fn centre(&mut self, line: Line<'_>, width: u32) {
        let align = Align::Centre(self.dots(width));
        self.set(&line, line.size, align, false);
    }

    /// White text in the middle of `width`, on a ground drawn before.
    pub(super) fn centre_reverse(&mut self, line: Line<'_>, width: u32) {
        let align = Align::Centre(self.dots(width));
        self.set(&line, line.size, align, true);
    }

    /// Text stretched across to `stretch`, in the middle of `width`.
    pub(super) fn centre_stretched(&mut self, line: Line<'_>, stretch: u32, width: u32) {
        let align = Align::Centre(self.dots(width));
        self.set(&line, stretch, align, false);
    }

    /// Text that ends `width` right of its corner.
    pub(super) fn right(&mut self, line: Line<'_>, width: u32) {
        let align = Align::Right(self.dots(width));
        self.set(&line, line.size, align, false);
    }

    /// The largest size at which the text fits its room; the error is in dots.
    pub(super) fn fit(&self, field: &'static str, text: &str, room: Room) -> Result<u32, LabelError> {
        let sizes = (room.smallest..=room.largest).rev();
        let fits = |size: &u32| font::width(text, *size) <= room.width;
        sizes.into_iter().find(fits).ok_or_else(|| self.too_wide(field, font::width(text, room.smallest), room.width))
    }

    pub(super) fn too_wide(&self, field: &'static str, needed: u32, room: u32) -> LabelError {
        LabelError::TooWide { field, needed: self.dots(needed.min(u32::MAX / 1500)), room: self.dots(room) }
    }

    fn set(&mut self, line: &Line<'_>, stretch: u32, align: Align, reverse: bool) {
        let (at, size, stretch) = (self.at(line.x, line.y), self.dots(line.size), self.dots(stretch));
        self.draw(Element::Text(Text { at, size, stretch, align, reverse, text: line.text.to_owned() }));
    }
}
