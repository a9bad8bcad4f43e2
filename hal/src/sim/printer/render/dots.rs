//! Black dots on white paper.

/// Rows of dots from the top left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dots {
    width: u32,
    height: u32,
    /// `true` is black.
    rows: Vec<bool>,
}

impl Dots {
    /// White paper.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, rows: vec![false; width as usize * height as usize] }
    }

    pub(super) fn width(&self) -> u32 {
        self.width
    }

    pub(super) fn height(&self) -> u32 {
        self.height
    }

    /// How many are black.
    pub(super) fn ink(&self) -> usize {
        self.rows.iter().filter(|black| **black).count()
    }

    /// Makes one black; nothing outside the paper.
    pub(super) fn set(&mut self, x: i64, y: i64) {
        self.each(x, y, 1, 1, |dot| *dot = true);
    }

    /// Blackens a rectangle, as far as it is on the paper.
    pub(super) fn fill(&mut self, x: i64, y: i64, width: u32, height: u32) {
        self.each(x, y, width, height, |dot| *dot = true);
    }

    /// Draws the outline of a rectangle, so many dots inwards; it is no smaller than its line.
    pub(super) fn frame(&mut self, x: i64, y: i64, width: u32, height: u32, line: u32) {
        let (width, height) = (width.max(line), height.max(line));
        let far = |from: i64, length: u32| from.saturating_add(i64::from(length) - i64::from(line));
        self.fill(x, y, width, line);
        self.fill(x, far(y, height), width, line);
        self.fill(x, y, line, height);
        self.fill(far(x, width), y, line, height);
    }

    /// Makes a rectangle white.
    pub(super) fn clear(&mut self, x: i64, y: i64, width: u32, height: u32) {
        self.each(x, y, width, height, |dot| *dot = false);
    }

    /// Turns a rectangle over: black becomes white.
    pub(super) fn reverse(&mut self, x: i64, y: i64, width: u32, height: u32) {
        self.each(x, y, width, height, |dot| *dot = !*dot);
    }

    /// Turns every dot over that is black in `other`, which is as large.
    pub(super) fn turn_over(&mut self, other: &Self) {
        self.rows.iter_mut().zip(&other.rows).for_each(|(dot, over)| *dot ^= over);
    }

    /// Paints a picture of one bit a dot, eight dots a byte, the leftmost in the highest bit; 1 is black.
    pub(super) fn picture(&mut self, x: i64, y: i64, stride: usize, bits: &[u8]) {
        for (down, row) in (y..).zip(bits.chunks(stride.max(1))) {
            for (place, byte) in (0_i64..).zip(row).filter(|(_, byte)| **byte != 0) {
                (0..8).filter(|bit| byte & (0x80 >> bit) != 0).for_each(|bit| self.set(x + place * 8 + bit, down));
            }
        }
    }

    fn each(&mut self, x: i64, y: i64, width: u32, height: u32, change: impl Fn(&mut bool)) {
        let place = |at: i64, most: u32| usize::try_from(at.clamp(0, most.into())).unwrap_or(0);
        let (left, right) = (place(x, self.width), place(x.saturating_add(width.into()), self.width));
        let (top, bottom) = (place(y, self.height), place(y.saturating_add(height.into()), self.height));
        for row in self.rows.chunks_mut(self.width.max(1) as usize).take(bottom).skip(top) {
            row[left..right].iter_mut().for_each(&change);
        }
    }

    /// Its top left part.
    pub(super) fn cut(&self, width: u32, height: u32) -> Self {
        let mut part = Self::new(width.min(self.width), height.min(self.height));
        let (from, to) = (self.width.max(1) as usize, part.width.max(1) as usize);
        part.rows.chunks_mut(to).zip(self.rows.chunks(from)).for_each(|(part, row)| part.copy_from_slice(&row[..to]));
        part
    }

    /// The same on paper of another width, so many dots from its left edge.
    pub(super) fn shifted(&self, left: u32, width: u32) -> Self {
        let mut wide = Self::new(width, self.height);
        let (left, to) = (left as usize, width.max(1) as usize);
        for (row, from) in wide.rows.chunks_mut(to).zip(self.rows.chunks(self.width.max(1) as usize)) {
            row.iter_mut().skip(left).zip(from).for_each(|(dot, black)| *dot = *black);
        }
        wide
    }

    /// A PNG of one bit a dot.
    pub(super) fn png(&self) -> Vec<u8> {
        let white = |row: &[bool]| -> Vec<u8> {
            let byte = |dots: &[bool]| (0..8).fold(0, |byte, at| byte << 1 | u8::from(dots.get(at) != Some(&true)));
            row.chunks(8).map(byte).collect()
        };
        let bits: Vec<u8> = self.rows.chunks(self.width.max(1) as usize).flat_map(white).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        // Writing into memory fails only for sizes that do not agree, and these do.
        if let Ok(mut writer) = encoder.write_header() {
            let _ = writer.write_image_data(&bits);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_lies_on_the_paper_or_nowhere() {
        let mut dots = Dots::new(10, 6);
        dots.fill(-2, -2, 4, 4);
        dots.fill(8, 5, 90, 90);
        dots.fill(i64::MAX, 0, 9, 9);
        assert_eq!(dots.ink(), 4 + 2);
        dots.reverse(0, 0, 10, 6);
        assert_eq!(dots.ink(), 60 - 6);
        dots.clear(0, 0, 10, 5);
        assert_eq!(dots.ink(), 8);
    }

    #[test]
    fn a_frame_is_an_outline_and_one_with_a_thick_line_is_full() {
        let mut dots = Dots::new(20, 20);
        dots.frame(2, 2, 10, 8, 2);
        assert_eq!(dots.ink(), 10 * 8 - 6 * 4);
        dots.frame(2, 2, 10, 8, 8);
        assert_eq!(dots.ink(), 10 * 8);
        dots.frame(15, 0, 1, 1, 3);
        assert_eq!(dots.ink(), 10 * 8 + 3 * 3);
    }

    #[test]
    fn a_part_keeps_its_dots_wherever_it_is_put() {
        let mut dots = Dots::new(20, 20);
        dots.picture(3, 1, 1, &[0x81, 0xff]);
        let part = dots.cut(10, 2).cut(9, 5);
        assert_eq!(((part.width(), part.height()), part.ink()), ((9, 2), 1));
        let moved = dots.shifted(4, 30);
        let mut there = Dots::new(30, 20);
        there.picture(7, 1, 1, &[0x81, 0xff]);
        assert_eq!(moved, there);
    }
}
