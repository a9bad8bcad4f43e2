//! Type: the largest face in which a text fits, and its letters, enlarged with smoothed edges.

use std::convert::Infallible;

use embedded_graphics::mono_font::iso_8859_1 as iso;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565};
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};

/// A font at a whole multiple of its size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    font: &'static MonoFont<'static>,
    scale: u32,
}

const fn face(font: &'static MonoFont<'static>, scale: u32) -> Face {
    Face { font, scale }
}

/// For the headline, largest first.
pub(super) const HEADLINE: &[Face] = &[
    face(&iso::FONT_9X18_BOLD, 4),
    face(&iso::FONT_9X18_BOLD, 3),
    face(&iso::FONT_8X13_BOLD, 3),
    face(&iso::FONT_9X18_BOLD, 2),
    face(&iso::FONT_8X13_BOLD, 2),
    face(&iso::FONT_7X13_BOLD, 2),
    face(&iso::FONT_9X18_BOLD, 1),
    face(&iso::FONT_7X13_BOLD, 1),
    face(&iso::FONT_6X10, 1),
];

/// For the second line.
pub(super) const DETAIL: &[Face] = &[
    face(&iso::FONT_8X13, 2),
    face(&iso::FONT_10X20, 1),
    face(&iso::FONT_9X15, 1),
    face(&iso::FONT_7X13, 1),
    face(&iso::FONT_6X10, 1),
];

/// For the second line where the first one needs the room.
pub(super) const SMALLEST_DETAIL: &[Face] = DETAIL.split_at(4).1;

/// For figures that are read from a distance: weight, price.
pub(super) const FIGURE: &[Face] = &[
    face(&iso::FONT_8X13_BOLD, 2),
    face(&iso::FONT_10X20, 1),
    face(&iso::FONT_9X15_BOLD, 1),
    face(&iso::FONT_7X13_BOLD, 1),
];

/// For one line of facts.
pub(super) const LINE: &[Face] = &[
    face(&iso::FONT_10X20, 1),
    face(&iso::FONT_9X15, 1),
    face(&iso::FONT_8X13, 1),
    face(&iso::FONT_7X13, 1),
    face(&iso::FONT_6X13, 1),
    face(&iso::FONT_5X8, 1),
];

/// For the bar at the bottom and for notes.
pub(super) const SMALL: &[Face] = &[face(&iso::FONT_7X13_BOLD, 1), face(&iso::FONT_6X13, 1), face(&iso::FONT_5X8, 1)];

/// For problems: cut rather than too small to read from the bench.
pub(super) const PROBLEM: &[Face] = &[face(&iso::FONT_7X13_BOLD, 1), face(&iso::FONT_6X13, 1)];

impl Face {
    const fn advance(self) -> u32 {
        (self.font.character_size.width + self.font.character_spacing) * self.scale
    }

    const fn height(self) -> u32 {
        self.font.character_size.height * self.scale
    }
}

/// A text broken into lines of one face.
#[derive(Debug, Clone)]
pub(super) struct Set {
    face: Face,
    lines: Vec<String>,
}

impl Set {
    /// Sets `text` in the largest of `faces` in which it fits into `room`. Words stay whole, codes (words with a digit)
    /// break where the line ends; what does not fit even in the last face ends in `...`.
    pub(super) fn fit(text: &str, room: Size, faces: &[Face]) -> Self {
        let fits = |face: &Face| {
            let lines = wrap(text, (room.width / face.advance()) as usize, false)?;
            (lines.len() as u32 * face.height() <= room.height).then_some(Self { face: *face, lines })
        };
        faces.iter().find_map(fits).unwrap_or_else(|| Self::cut(text, room, faces[faces.len() - 1]))
    }

    /// The same, and breaks codes only where no face is small enough to leave them whole.
    pub(super) fn fit_whole(text: &str, room: Size, faces: &[Face]) -> Self {
        let longest = text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0) as u32;
        let from = faces.iter().position(|face| longest * face.advance() <= room.width).unwrap_or(0);
        Self::fit(text, room, &faces[from..])
    }

    /// Sets `text` on one line, in the largest of `faces` in which it fits; cut with `...` when it fits in none.
    pub(super) fn line(text: &str, room: Size, faces: &[Face]) -> Self {
        let length = text.chars().count() as u32;
        let fits = |face: &&Face| length * face.advance() <= room.width && face.height() <= room.height;
        match faces.iter().find(fits) {
            Some(face) => Self { face: *face, lines: vec![text.into()] },
            None => Self::cut(text, Size::new(room.width, 1), faces[faces.len() - 1]),
        }
    }

    fn cut(text: &str, room: Size, face: Face) -> Self {
        let columns = ((room.width / face.advance()) as usize).max(1);
        let mut lines = wrap(text, columns, true).unwrap_or_default();
        let rows = ((room.height / face.height()) as usize).max(1);
        if lines.len() > rows {
            lines.truncate(rows);
            if let Some(last) = lines.last_mut() {
                *last = last.chars().take(columns.saturating_sub(3)).collect::<String>() + "...";
            }
        }
        Self { face, lines }
    }

    /// Whether nothing of the text was cut.
    #[cfg(test)]
    pub(super) fn holds(&self, text: &str) -> bool {
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        letters(&self.lines.concat()) == letters(text)
    }

    /// Whether it is in letters that are not enlarged.
    pub(super) const fn is_small(&self) -> bool {
        self.face.scale == 1
    }

    /// Those of some faces, largest first, that are no higher than this text's; the smallest where none is.
    pub(super) fn no_larger<'f>(&self, faces: &'f [Face]) -> &'f [Face] {
        let first = faces.iter().position(|face| face.height() <= self.face.height());
        &faces[first.unwrap_or(faces.len() - 1)..]
    }

    /// Pixels it takes.
    pub(super) fn size(&self) -> Size {
        let longest = self.lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        Size::new(longest as u32 * self.face.advance(), self.lines.len() as u32 * self.face.height())
    }

    /// Draws it from its top left corner.
    pub(super) fn draw<D: DrawTarget<Color = Rgb565, Error = Infallible>>(
        &self,
        at: Point,
        ink: Rgb565,
        target: &mut D,
    ) {
        for (row, line) in (0..).zip(&self.lines) {
            let top_left = at + Point::new(0, row * self.face.height() as i32);
            let Ok(()) = Letters::of(line, self.face).draw(top_left, ink, target);
        }
    }
}

/// Lines of at most `columns` characters. Nothing when a word is longer and neither a code nor to be broken by `force`.
fn wrap(text: &str, columns: usize, force: bool) -> Option<Vec<String>> {
    if columns == 0 {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if let Some(line) = lines.last_mut()
            && line.chars().count() + 1 + length <= columns
        {
            line.push(' ');
            line.push_str(word);
        } else if length <= columns {
            lines.push(word.into());
        } else if force || is_code(word) {
            let letters: Vec<char> = word.chars().collect();
            lines.extend(letters.chunks(columns).map(|chunk| chunk.iter().collect()));
        } else {
            return None;
        }
    }
    Some(lines)
}

/// Order and tracking numbers: long, and not read as words.
fn is_code(word: &str) -> bool {
    word.chars().count() > 8 && word.contains(|c: char| c.is_ascii_digit())
}

/// One line's letters as bits.
struct Letters {
    size: Size,
    bits: Vec<bool>,
}

impl Letters {
    fn of(line: &str, face: Face) -> Self {
        let plain = Face { scale: 1, ..face };
        let mut letters = Self::blank(Size::new(line.chars().count() as u32 * plain.advance(), plain.height()));
        let style = MonoTextStyle::new(face.font, BinaryColor::On);
        let Ok(_) = Text::with_baseline(line, Point::zero(), style, Baseline::Top).draw(&mut letters);
        match face.scale {
            1 => letters,
            2 => letters.doubled(),
            3 => letters.tripled(),
            _ => letters.doubled().doubled(),
        }
    }

    fn blank(size: Size) -> Self {
        Self { size, bits: vec![false; (size.width * size.height) as usize] }
    }

    fn get(&self, x: i32, y: i32) -> bool {
        let inside = x >= 0 && y >= 0 && x < self.size.width as i32 && y < self.size.height as i32;
        inside && self.bits[(y * self.size.width as i32 + x) as usize]
    }

    /// Twice as large by Scale2x (Andrea Mazzoleni, 2001): corners of diagonal strokes are filled, edges stay sharp.
    fn doubled(&self) -> Self {
        self.enlarged(2, |[_, b, _, d, e, f, _, h, _], x, y| {
            let (row, column) = (if y == 0 { b } else { h }, if x == 0 { d } else { f });
            if b != h && d != f && row == column { row } else { e }
        })
    }

    /// Three times as large by Scale3x.
    fn tripled(&self) -> Self {
        self.enlarged(3, |[a, b, c, d, e, f, g, h, i], x, y| {
            if b == h || d == f {
                return e;
            }
            match (x, y) {
                (0, 0) if d == b => d,
                (1, 0) if (d == b && e != c) || (b == f && e != a) => b,
                (2, 0) if b == f => f,
                (0, 1) if (d == b && e != g) || (d == h && e != a) => d,
                (2, 1) if (b == f && e != i) || (h == f && e != c) => f,
                (0, 2) if d == h => d,
                (1, 2) if (d == h && e != i) || (h == f && e != g) => h,
                (2, 2) if h == f => f,
                _ => e,
            }
        })
    }

    /// Each bit becomes `times` x `times` bits, chosen by `rule` from the 3 x 3 around it (row by row) and the position.
    fn enlarged(&self, times: u32, rule: impl Fn([bool; 9], u32, u32) -> bool) -> Self {
        let mut large = Self::blank(self.size * times);
        for y in 0..large.size.height {
            for x in 0..large.size.width {
                let (cx, cy) = ((x / times) as i32, (y / times) as i32);
                let around = std::array::from_fn(|n| self.get(cx + n as i32 % 3 - 1, cy + n as i32 / 3 - 1));
                large.bits[(y * large.size.width + x) as usize] = rule(around, x % times, y % times);
            }
        }
        large
    }

    fn draw<D: DrawTarget<Color = Rgb565, Error = Infallible>>(
        &self,
        at: Point,
        ink: Rgb565,
        target: &mut D,
    ) -> Result<(), Infallible> {
        let area = Rectangle::new(Point::zero(), self.size);
        let set = area.points().filter(|p| self.get(p.x, p.y));
        target.draw_iter(set.map(|p| Pixel(at + p, ink)))
    }
}

impl OriginDimensions for Letters {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Letters {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let area = Rectangle::new(Point::zero(), self.size);
        for Pixel(point, color) in pixels.into_iter().filter(|Pixel(point, _)| area.contains(*point)) {
            self.bits[(point.y * self.size.width as i32 + point.x) as usize] = color.is_on();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Size = Size::new(190, 110);

    #[test]
    fn a_short_headline_is_large_and_a_long_one_smaller() {
        let short = Set::fit("Scan an order", ROOM, HEADLINE);
        let long = Set::fit("Is a label out? Scan it, or scan REPRINT", ROOM, HEADLINE);
        assert!(short.face.height() > long.face.height());
        assert_eq!(short.lines, ["Scan an", "order"]);
    }

    #[test]
    fn words_stay_whole_and_codes_break() {
        assert_eq!(wrap("impresora", 6, false), None);
        let lines = wrap("No order 576461413038785752", 10, false).unwrap();
        assert_eq!(lines, ["No order", "5764614130", "38785752"]);
    }

    #[test]
    fn a_text_always_stays_in_its_room() {
        let words = ["x", "a b c", "Donaudampfschifffahrtsgesellschaftskapitän und so weiter", &"long ".repeat(200)];
        for text in words {
            for room in [ROOM, Size::new(40, 12), Size::new(300, 16)] {
                let size = Set::fit(text, room, HEADLINE).size();
                assert!(size.width <= room.width && size.height <= room.height, "{text} in {room}: {size}");
            }
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        let set = Set::fit(&"long ".repeat(200), Size::new(100, 30), HEADLINE);
        assert!(set.lines.last().unwrap().ends_with("..."));
    }
}
