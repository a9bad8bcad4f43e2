//! Black dots on white paper.

use std::io::Cursor;

use super::area::{Area, Point};

/// Dots of the largest picture that is read: more than any label has.
const MOST_DOTS: u64 = 1 << 26;

/// A picture of one bit a dot: rows from the top, eight dots a byte, the leftmost in the highest bit; 1 is black. Each
/// row fills whole bytes and the bits beyond the width are 0, as every printer language wants them.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    bits: Vec<u8>,
}

impl std::fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bitmap({} x {})", self.width, self.height)
    }
}

impl Bitmap {
    /// White paper.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, bits: vec![0; width.div_ceil(8) as usize * height as usize] }
    }

    /// Dots across.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Dots down.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Bytes of a row.
    #[must_use]
    pub const fn stride(&self) -> u32 {
        self.width.div_ceil(8)
    }

    /// All rows.
    #[must_use]
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// One row, from the left; empty below the paper.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let stride = self.stride() as usize;
        let start = y as usize * stride;
        self.bits.get(start..start + stride).unwrap_or_default()
    }

    /// Whether a dot is black; outside the paper none is.
    #[must_use]
    pub fn get(&self, x: u32, y: u32) -> bool {
        x < self.width && self.row(y).get((x / 8) as usize).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// Makes a dot black or white; nothing outside the paper.
    pub fn set(&mut self, x: u32, y: u32, black: bool) {
        if x >= self.width || y >= self.height {
            return;
        }
        let at = y as usize * self.stride() as usize + (x / 8) as usize;
        let bit = 0x80 >> (x % 8);
        if black { self.bits[at] |= bit } else { self.bits[at] &= !bit }
    }

    /// Blackens a rectangle, as far as it lies on the paper.
    pub fn fill(&mut self, x: u32, y: u32, width: u32, height: u32) {
        let (right, bottom) = (x.saturating_add(width).min(self.width), y.saturating_add(height).min(self.height));
        if x >= right {
            return;
        }
        let (first, last) = ((x / 8) as usize, ((right - 1) / 8) as usize);
        let (head, tail) = (0xff_u8 >> (x % 8), 0xff_u8 << (7 - (right - 1) % 8));
        for y in y..bottom {
            let start = y as usize * self.stride() as usize;
            let row = &mut self.bits[start + first..=start + last];
            match row {
                [only] => *only |= head & tail,
                [left, middle @ .., right] => {
                    *left |= head;
                    middle.fill(0xff);
                    *right |= tail;
                }
                [] => {}
            }
        }
    }

    /// Paints another picture's black dots on this one with its corner at a place, which may lie outside.
    pub fn paint(&mut self, picture: &Self, x: i64, y: i64) {
        self.each_byte(picture, x, y, |byte, dots| *byte |= dots);
    }

    /// Turns every dot under another picture's black dots over: white on a black ground.
    pub fn invert(&mut self, picture: &Self, x: i64, y: i64) {
        self.each_byte(picture, x, y, |byte, dots| *byte ^= dots);
    }

    /// Every byte of this one that a byte of the picture lies over, with the dots that do.
    fn each_byte(&mut self, picture: &Self, x: i64, y: i64, draw: impl Fn(&mut u8, u8)) {
        let stride = self.stride() as usize;
        let (first, shift) = (x.div_euclid(8), x.rem_euclid(8));
        let edge = 0xff_u8 << (stride * 8 - self.width as usize);
        for row in 0..picture.height {
            let Some(to) = y.checked_add(row.into()).and_then(|y| u32::try_from(y).ok()).filter(|y| *y < self.height)
            else {
                continue;
            };
            let start = to as usize * stride;
            let line = &mut self.bits[start..start + stride];
            for (place, byte) in (first..).zip(picture.row(row)).filter(|(_, byte)| **byte != 0) {
                let [left, right] = (u16::from(*byte) << 8 >> shift).to_be_bytes();
                for (place, dots) in [(place, left), (place + 1, right)] {
                    if let Some(byte) = usize::try_from(place).ok().and_then(|place| line.get_mut(place)) {
                        draw(byte, dots);
                    }
                }
            }
            if let Some(last) = line.last_mut() {
                *last &= edge;
            }
        }
    }

    /// A picture whose dots are asked for one by one.
    #[must_use]
    pub fn of(width: u32, height: u32, black: impl Fn(u32, u32) -> bool) -> Self {
        let mut dots = Self::new(width, height);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            if black(x, y) {
                dots.set(x, y, true);
            }
        }
        dots
    }

    /// The smallest rectangle with every black dot in it; `None` where there is none.
    #[must_use]
    pub fn ink(&self) -> Option<Area> {
        let inked = |y: &u32| self.row(*y).iter().any(|byte| *byte != 0);
        let (top, bottom) = ((0..self.height).find(inked)?, (0..self.height).rev().find(inked)?);
        let edges = (top..=bottom).filter_map(|y| {
            let row = self.row(y);
            let (first, last) = (row.iter().position(|byte| *byte != 0)?, row.iter().rposition(|byte| *byte != 0)?);
            let place = |byte: usize, bit: u32| u32::try_from(byte).unwrap_or(u32::MAX / 16) * 8 + bit;
            Some((place(first, row[first].leading_zeros()), place(last, 7 - row[last].trailing_zeros())))
        });
        let (left, right) = edges.reduce(|(left, right), (from, to)| (left.min(from), right.max(to)))?;
        Some(Area { at: Point { x: left, y: top }, width: right - left + 1, height: bottom - top + 1 })
    }

    /// A part of the picture; what lies outside is white.
    #[must_use]
    pub fn cut(&self, area: Area) -> Self {
        let mut part = Self::new(area.width, area.height);
        part.paint(self, -i64::from(area.at.x), -i64::from(area.at.y));
        part
    }

    /// The picture turned by a quarter, clockwise.
    #[must_use]
    pub fn rotated(&self) -> Self {
        Self::of(self.height, self.width, |x, y| self.get(y, self.height - 1 - x))
    }

    /// Whether no dot is black.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.bits.iter().all(|byte| *byte == 0)
    }

    /// The picture as a PNG of one bit a dot.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width.max(1), self.height.max(1));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_compression(png::Compression::Fast);
        let mut white: Vec<u8> = self.bits.iter().map(|byte| !byte).collect();
        white.resize(white.len().max(1), 0xff);
        // Writing into memory fails only for sizes that do not agree, and these do.
        if let Ok(mut writer) = encoder.write_header() {
            let _ = writer.write_image_data(&white);
        }
        bytes
    }

    /// Reads what [`Bitmap::png`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_png(bytes: &[u8]) -> Option<Self> {
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
        let (width, height) = (reader.info().width, reader.info().height);
        let ours = reader.output_color_type() == (png::ColorType::Grayscale, png::BitDepth::One);
        if !ours || u64::from(width) * u64::from(height) > MOST_DOTS {
            return None;
        }
        let mut dots = Self::new(width, height);
        reader.next_frame(&mut dots.bits).ok()?;
        dots.bits.iter_mut().for_each(|byte| *byte = !*byte);
        let beyond = dots.width % 8;
        if beyond > 0 {
            let stride = dots.stride() as usize;
            dots.bits.chunks_mut(stride).filter_map(<[u8]>::last_mut).for_each(|last| *last &= 0xff << (8 - beyond));
        }
        Some(dots)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_laid_beyond_the_edge_is_lost_and_nothing_else() {
        let mut dot = Bitmap::new(3, 2);
        dot.fill(0, 0, 3, 2);
        let mut paper = Bitmap::new(10, 4);
        for (x, y) in [(-2, -1), (8, 3), (i64::MAX / 2, 0), (0, i64::MIN / 2)] {
            paper.paint(&dot, x, y);
        }
        let black: Vec<_> =
            (0..4).flat_map(|y| (0..10).map(move |x| (x, y))).filter(|(x, y)| paper.get(*x, *y)).collect();
        assert_eq!(black, [(0, 0), (8, 3), (9, 3)]);
        paper.invert(&dot, 8, 2);
        assert!(paper.get(8, 2) && !paper.get(8, 3));
    }

    #[test]
    fn a_picture_turned_four_times_is_itself() {
        let mut dots = Bitmap::new(11, 5);
        dots.fill(1, 2, 7, 1);
        dots.fill(9, 0, 1, 3);
        let once = dots.rotated();
        assert_eq!((once.width(), once.height()), (5, 11));
        assert!(once.get(2, 1) && once.get(4, 9) && !once.get(0, 0));
        assert_eq!(once.rotated().rotated().rotated(), dots);
    }

    #[test]
    fn what_is_no_picture_of_ours_is_not_read() {
        assert_eq!(Bitmap::from_png(b""), None);
        assert_eq!(Bitmap::from_png(&Bitmap::new(9, 9).png()[..40]), None);
    }

    proptest! {
        #[test]
        fn a_picture_is_laid_dot_by_dot(x in -20..40_i64, y in -6..8_i64, bits in proptest::collection::vec(any::<bool>(), 11 * 3)) {
            let mut picture = Bitmap::new(11, 3);
            let mut paper = Bitmap::new(29, 5);
            paper.fill(3, 1, 14, 2);
            let before = paper.clone();
            for (at, black) in (0_u32..).zip(bits) {
                picture.set(at % 11, at / 11, black);
            }
            let mut inverted = paper.clone();
            paper.paint(&picture, x, y);
            inverted.invert(&picture, x, y);
            for (at_x, at_y) in (0..5_u32).flat_map(|y| (0..29_u32).map(move |x| (x, y))) {
                let from = (i64::from(at_x) - x, i64::from(at_y) - y);
                let over = u32::try_from(from.0).is_ok_and(|x| u32::try_from(from.1).is_ok_and(|y| picture.get(x, y)));
                prop_assert_eq!(paper.get(at_x, at_y), before.get(at_x, at_y) || over);
                prop_assert_eq!(inverted.get(at_x, at_y), before.get(at_x, at_y) != over);
            }
            prop_assert!((0..5).all(|y| (paper.row(y)[3] | inverted.row(y)[3]) & 0x07 == 0));
        }

        #[test]
        fn a_picture_reads_back_from_its_png_and_its_ink_holds_every_dot(
            width in 1..70_u32, fills in proptest::collection::vec((0..70_u32, 0..9_u32, 1..30_u32), 0..5),
        ) {
            let mut dots = Bitmap::new(width, 9);
            for (x, y, length) in fills {
                dots.fill(x, y, length, 2);
            }
            let read = Bitmap::from_png(&dots.png());
            prop_assert_eq!(read.as_ref(), Some(&dots));
            let black: Vec<_> = (0..9).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|(x, y)| dots.get(*x, *y)).collect();
            let Some(ink) = dots.ink() else {
                prop_assert_eq!(black, []);
                return Ok(());
            };
            let (right, bottom) = (ink.at.x + ink.width - 1, ink.at.y + ink.height - 1);
            let edge = |pick: fn(&(u32, u32)) -> u32| (black.iter().map(pick).min(), black.iter().map(pick).max());
            prop_assert_eq!(edge(|dot| dot.0), (Some(ink.at.x), Some(right)));
            prop_assert_eq!(edge(|dot| dot.1), (Some(ink.at.y), Some(bottom)));
            let mut again = Bitmap::new(width, 9);
            again.paint(&dots.cut(ink), i64::from(ink.at.x), i64::from(ink.at.y));
            prop_assert_eq!(again, dots);
        }

        #[test]
        fn a_filled_area_is_black_inside_and_white_outside(x in 0..40_u32, y in 0..6_u32, width in 0..40_u32, height in 0..6_u32) {
            let mut paper = Bitmap::new(29, 5);
            paper.fill(x, y, width, height);
            for (at_x, at_y) in (0..5).flat_map(|y| (0..29).map(move |x| (x, y))) {
                let inside = (x..x + width).contains(&at_x) && (y..y + height).contains(&at_y);
                prop_assert_eq!(paper.get(at_x, at_y), inside);
            }
            prop_assert!((0..5).all(|y| paper.row(y)[3] & 0x07 == 0), "bits beyond the width are white");
        }
    }
}
