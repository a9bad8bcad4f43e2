//! Shapes: what to do, without words. Drawn on a grid of 96 x 96, scaled to the room there is.

use std::convert::Infallible;

use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{
    Arc, Circle, CornerRadii, Line, PrimitiveStyle, PrimitiveStyleBuilder, Rectangle, RoundedRectangle,
    StrokeAlignment, Triangle,
};

use super::{Link, Symbol};

const GRID: i32 = 96;

/// Bars and gaps of the barcode in the shapes, alternating, in grid units.
const BARS: &[i32] = &[4, 2, 2, 4, 6, 2, 2, 2, 4, 4, 2, 2, 6, 4, 2, 2, 4];

/// A square on a target, ink and paper.
pub(super) struct Pen<'a, D> {
    pub(super) target: &'a mut D,
    /// Top left corner.
    pub(super) at: Point,
    /// Pixels of the square's side.
    pub(super) side: u32,
    pub(super) ink: Rgb565,
    pub(super) paper: Rgb565,
}

impl<D: DrawTarget<Color = Rgb565, Error = Infallible>> Pen<'_, D> {
    /// Draws the symbol into the square.
    pub(super) fn symbol(&mut self, symbol: Symbol) {
        match symbol {
            Symbol::Scan => self.scan(),
            Symbol::Scale => self.scale(true),
            Symbol::Empty => self.scale(false),
            Symbol::Printer => self.printer(),
            Symbol::Label => self.label(),
            Symbol::Check => self.check(),
            Symbol::Cross => self.cross(),
            Symbol::Question => self.question(),
        }
    }

    /// A barcode in a finder's corners.
    fn scan(&mut self) {
        for (x, dx) in [(4, 1), (92, -1)] {
            for (y, dy) in [(10, 1), (86, -1)] {
                self.bar(x.min(x + 20 * dx), y.min(y + 7 * dy), 20, 7);
                self.bar(x.min(x + 7 * dx), y.min(y + 20 * dy), 7, 20);
            }
        }
        self.barcode(21, 28, 40);
    }

    /// A scale; with a parcel coming down, or with one going off it.
    fn scale(&mut self, load: bool) {
        self.round(10, 68, 76, 24, 6);
        self.hole(34, 74, 28, 12, 3);
        self.bar(44, 60, 8, 8);
        self.bar(4, 54, 88, 7);
        if load {
            self.round(26, 18, 44, 33, 3);
            self.hole(44, 18, 8, 13, 0);
            self.triangle((12, 48), (4, 38), (20, 38));
            self.bar(9, 22, 6, 17);
            self.triangle((84, 48), (76, 38), (92, 38));
            self.bar(81, 22, 6, 17);
        } else {
            self.triangle((48, 4), (28, 25), (68, 25));
            self.bar(41, 24, 14, 22);
        }
    }

    /// A printer with its label half out.
    fn printer(&mut self) {
        self.round(22, 6, 52, 26, 3);
        self.hole(30, 13, 36, 19, 0);
        self.round(4, 30, 88, 38, 7);
        self.hole(74, 38, 9, 9, 4);
        self.hole(14, 53, 68, 6, 2);
        self.bar(20, 56, 56, 36);
        self.hole(25, 58, 46, 29, 0);
        self.bar(31, 64, 34, 5);
        self.bar(31, 73, 24, 5);
    }

    /// A label with its address and barcode.
    fn label(&mut self) {
        self.round(14, 2, 68, 92, 5);
        self.hole(20, 8, 56, 80, 2);
        self.bar(27, 15, 30, 6);
        self.bar(27, 25, 42, 6);
        self.bar(27, 35, 22, 6);
        self.bar(20, 46, 56, 4);
        self.barcode(21, 56, 26);
    }

    fn check(&mut self) {
        self.ring();
        for (from, to) in [((26, 50), (42, 66)), ((42, 66), (71, 34))] {
            self.stroke(from, to, 11);
        }
        self.disc(42, 66, 10);
    }

    fn cross(&mut self) {
        self.ring();
        self.stroke((31, 31), (65, 65), 12);
        self.stroke((65, 31), (31, 65), 12);
    }

    fn question(&mut self) {
        self.ring();
        let style = PrimitiveStyle::with_stroke(self.ink, self.length(10));
        let arc = Arc::new(self.point(33, 22), self.length(30), 170.0.deg(), 235.0.deg());
        let Ok(()) = arc.into_styled(style).draw(self.target);
        self.disc(58, 47, 10);
        self.stroke((58, 47), (48, 57), 10);
        self.bar(43, 52, 10, 9);
        self.disc(48, 73, 12);
    }

    /// Rising bars: full, hollow and struck out, or a no-entry sign; a dash where there is no uplink.
    pub(super) fn link(&mut self, link: Link) {
        match link {
            Link::None => self.bar(12, 42, 72, 12),
            Link::Up => {
                for (n, height) in (0..).zip([24, 48, 72, 90]) {
                    self.bar(4 + n * 24, 93 - height, 16, height);
                }
            }
            Link::Down => {
                for (n, height) in (0..).zip([24, 48, 72, 90]) {
                    self.bar(4 + n * 24, 93 - height, 16, height);
                    self.hole(8 + n * 24, 97 - height, 8, height - 8, 0);
                }
                self.stroke((6, 8), (90, 90), 14);
            }
            Link::Stopped => {
                self.disc(48, 48, 92);
                self.hole(20, 40, 56, 16, 0);
            }
        }
    }

    /// Events that leave: an arrow out of a tray.
    pub(super) fn tray(&mut self) {
        self.triangle((48, 4), (20, 36), (76, 36));
        self.bar(40, 34, 16, 34);
        self.bar(4, 56, 12, 36);
        self.bar(80, 56, 12, 36);
        self.bar(4, 80, 88, 12);
    }

    /// A parcel with its tape.
    pub(super) fn parcel(&mut self) {
        self.round(6, 10, 84, 78, 6);
        self.hole(38, 10, 20, 34, 0);
    }

    fn ring(&mut self) {
        let style = PrimitiveStyleBuilder::new()
            .stroke_color(self.ink)
            .stroke_width(self.length(8))
            .stroke_alignment(StrokeAlignment::Inside)
            .build();
        let circle = Circle::new(self.point(3, 3), self.length(90));
        let Ok(()) = circle.into_styled(style).draw(self.target);
    }

    fn barcode(&mut self, x: i32, y: i32, height: i32) {
        let mut at = x;
        for (n, width) in BARS.iter().enumerate() {
            if n % 2 == 0 {
                self.bar(at, y, *width, height);
            }
            at += width;
        }
    }

    pub(super) fn bar(&mut self, x: i32, y: i32, width: i32, height: i32) {
        self.fill(x, y, width, height, 0, self.ink);
    }

    pub(super) fn round(&mut self, x: i32, y: i32, width: i32, height: i32, radius: i32) {
        self.fill(x, y, width, height, radius, self.ink);
    }

    pub(super) fn hole(&mut self, x: i32, y: i32, width: i32, height: i32, radius: i32) {
        self.fill(x, y, width, height, radius, self.paper);
    }

    pub(super) fn triangle(&mut self, a: (i32, i32), b: (i32, i32), c: (i32, i32)) {
        let triangle = Triangle::new(self.point(a.0, a.1), self.point(b.0, b.1), self.point(c.0, c.1));
        let Ok(()) = triangle.into_styled(PrimitiveStyle::with_fill(self.ink)).draw(self.target);
    }

    pub(super) fn stroke(&mut self, from: (i32, i32), to: (i32, i32), width: i32) {
        let line = Line::new(self.point(from.0, from.1), self.point(to.0, to.1));
        let style = PrimitiveStyle::with_stroke(self.ink, self.length(width));
        let Ok(()) = line.into_styled(style).draw(self.target);
    }

    pub(super) fn disc(&mut self, x: i32, y: i32, across: i32) {
        let circle = Circle::with_center(self.point(x, y), self.length(across));
        let Ok(()) = circle.into_styled(PrimitiveStyle::with_fill(self.ink)).draw(self.target);
    }

    fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, radius: i32, color: Rgb565) {
        let (from, to) = (self.point(x, y), self.point(x + width, y + height));
        let area = Rectangle::new(from, Size::new((to.x - from.x).max(1) as u32, (to.y - from.y).max(1) as u32));
        let corners = CornerRadii::new(Size::new_equal(if radius == 0 { 0 } else { self.length(radius) }));
        let style = PrimitiveStyle::with_fill(color);
        let Ok(()) = RoundedRectangle::new(area, corners).into_styled(style).draw(self.target);
    }

    fn point(&self, x: i32, y: i32) -> Point {
        self.at + Point::new(x * self.side as i32 / GRID, y * self.side as i32 / GRID)
    }

    fn length(&self, n: i32) -> u32 {
        (n as u32 * self.side / GRID as u32).max(1)
    }
}
