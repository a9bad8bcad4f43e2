//! The letters of the printer's own fonts, drawn with one scalable font.
//!
//! Zebra's font 0 is narrow and bold, and its capitals are as high as three quarters of the cell. Noto Sans Bold is set
//! narrower for it. The bitmap fonts of TSPL have cells of one width, and here each letter stands in the middle of its cell.

use ttf_parser::{Face, GlyphId, OutlineBuilder};
use zeno::{Command, Mask, PathBuilder, Transform};

use super::dots::Dots;

const NOTO: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../config/fonts/NotoSans-Bold.ttf"));

/// The base line in thousandths of the cell, from its top; capitals reach from there to the top.
const BASE: u16 = 750;
/// How high the font's capitals are, in thousandths of its em.
const CAPITALS: u16 = 714;
/// How narrow font 0 is set, in thousandths: its lines are then a little shorter than Zebra's.
const NARROW: u16 = 760;
/// Darker than this is black.
const HALF: u8 = 128;

/// The font. `None` would be a damaged one; it is part of the program.
pub(super) struct Letters(Option<Face<'static>>);

impl Default for Letters {
    fn default() -> Self {
        Self(Face::parse(NOTO, 0).ok())
    }
}

#[expect(clippy::float_arithmetic, reason = "outlines are curves; no weight, length or amount comes of them")]
impl Letters {
    /// How wide a line of font 0 is, in a cell so wide.
    pub(super) fn width(&self, text: &str, across: u32) -> u32 {
        let scale = narrow(across);
        whole(text.chars().map(|letter| self.advance(letter) * scale).sum())
    }

    /// Draws a line of font 0 from the top left corner of its cell.
    pub(super) fn line(&self, dots: &mut Dots, text: &str, (x, y): (i64, i64), cell: u32, across: u32) {
        let (down, along) = (em(cell), narrow(across));
        let mut pen = 0.0;
        for letter in text.chars() {
            if x + i64::from(whole(pen)) > i64::from(dots.width()) {
                return;
            }
            self.letter(dots, letter, (x, y + base(cell)), (pen, along, down));
            pen += self.advance(letter) * along;
        }
    }

    /// Draws a line in cells of one size, each letter in the middle of its own.
    pub(super) fn cells(&self, dots: &mut Dots, text: &str, (x, y): (i64, i64), (width, height): (u32, u32)) {
        let (down, room) = (em(height), single(width));
        for (at, letter) in (0_u32..).zip(text.chars()) {
            let left = x + i64::from(at) * i64::from(width);
            if left > i64::from(dots.width()) {
                return;
            }
            let natural = self.advance(letter) * down;
            let along = if natural > room { down * room / natural } else { down };
            self.letter(dots, letter, (left, y + base(height)), ((room - natural.min(room)) / 2.0, along, down));
        }
    }

    /// One letter on the base line that begins at a dot: the pen is so far behind it, the scales are along and down.
    fn letter(&self, dots: &mut Dots, letter: char, (x, y): (i64, i64), (pen, along, down): (f32, f32, f32)) {
        let Some((face, glyph)) = self.glyph(letter) else { return };
        let mut outline = Outline(Vec::new());
        if face.outline_glyph(glyph, &mut outline).is_none() {
            return;
        }
        let place = Transform::scale(along, -down).then_translate(pen, 0.0);
        let (mask, at) = Mask::new(&outline.0[..]).transform(Some(place)).render();
        for (y, row) in (y + i64::from(at.top)..).zip(mask.chunks(at.width.max(1) as usize)) {
            for (x, _) in (x + i64::from(at.left)..).zip(row).filter(|(_, level)| **level >= HALF) {
                dots.set(x, y);
            }
        }
    }

    fn glyph(&self, letter: char) -> Option<(&Face<'static>, GlyphId)> {
        let face = self.0.as_ref()?;
        Some((face, face.glyph_index(letter)?))
    }

    /// In units of the font. What it does not have is a blank as wide as a digit.
    fn advance(&self, letter: char) -> f32 {
        let advance = |(face, glyph): (&Face<'_>, GlyphId)| face.glyph_hor_advance(glyph);
        f32::from(self.glyph(letter).or_else(|| self.glyph('0')).and_then(advance).unwrap_or(0))
    }
}

/// Dots of a unit of the font, in a cell so high.
#[expect(clippy::float_arithmetic, reason = "a scale for outlines")]
fn em(cell: u32) -> f32 {
    single(cell) * f32::from(BASE) / f32::from(CAPITALS) / 1000.0
}

/// The same along a line of font 0, in a cell so wide.
#[expect(clippy::float_arithmetic, reason = "a scale for outlines")]
fn narrow(across: u32) -> f32 {
    em(across) * f32::from(NARROW) / 1000.0
}

fn base(cell: u32) -> i64 {
    (i64::from(cell) * i64::from(BASE) + 500) / 1000
}

#[expect(clippy::cast_precision_loss, reason = "sizes of letters have four digits at most")]
fn single(dots: u32) -> f32 {
    dots as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded up to a dot, never negative")]
fn whole(dots: f32) -> u32 {
    dots.ceil() as u32
}

/// From the parser's outlines to those that are filled.
struct Outline(Vec<Command>);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to([x, y]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to([x, y]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to([x1, y1], [x, y]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.curve_to([x1, y1], [x2, y2], [x, y]);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_fill_three_quarters_of_the_cell() {
        let letters = Letters::default();
        let mut dots = Dots::new(400, 200);
        letters.line(&mut dots, "HHH", (10, 40), 100, 100);
        assert!(dots.ink() > 3 * 75 * 20);
        for (top, bottom, black) in [(0, 40, false), (40, 42, true), (113, 115, true), (115, 200, false)] {
            let mut other = dots.clone();
            other.clear(0, 0, 400, top);
            other.clear(0, bottom.into(), 400, 200);
            assert_eq!(other.ink() > 0, black, "{top} to {bottom}");
        }
    }

    #[test]
    fn a_line_is_as_wide_as_is_said_and_a_cell_holds_its_letter() {
        let letters = Letters::default();
        for text in ["WWWW", "il.1", "MANIFEST 0123", "ÄÖÜ"] {
            let width = letters.width(text, 60);
            let mut dots = Dots::new(900, 90);
            letters.line(&mut dots, text, (0, 0), 60, 60);
            assert_eq!(dots.cut(width + 2, 90).ink(), dots.ink(), "{text}");
            let mut cells = Dots::new(900, 90);
            letters.cells(&mut cells, text, (0, 0), (32, 48));
            let right = 32 * u32::try_from(text.chars().count()).unwrap() + 2;
            assert_eq!(cells.cut(right, 90).ink(), cells.ink(), "{text}");
            assert!(cells.ink() > 0);
        }
    }

    #[test]
    fn a_character_without_a_glyph_is_blank_and_takes_room() {
        let letters = Letters::default();
        let mut dots = Dots::new(300, 90);
        letters.line(&mut dots, "中", (0, 0), 60, 60);
        assert_eq!(dots.ink(), 0);
        assert!(letters.width("中", 60) > 20);
    }
}
