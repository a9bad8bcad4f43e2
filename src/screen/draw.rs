//! The picture of a view: one thing to do on top, what is known of the parcel below it, the station's own state at the
//! bottom.
//!
//! ```text
//! +--------------------------------+
//! |  shape   headline              |  main: the mood's colour
//! |          detail                |
//! +--------------------------------+
//! | order                 ~ weight |  strip: as far as anything is known
//! | carrier                  price |
//! | tracking                 notes |
//! +--------------------------------+
//! | ! problem                      |  one line each, at most two
//! | link      to send       packed |  bar: always there
//! +--------------------------------+
//! ```

use std::convert::Infallible;

use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;

use super::lettering::{DETAIL, FIGURE, Face, HEADLINE, LINE, PROBLEM, SMALL, SMALLEST_DETAIL, Set};
use super::palette::{BAR, BAR_INK, Palette, WARN};
use super::shape::Pen;
use super::{Link, Sentence, View, Words};

/// Problems shown at once; the last line counts the others.
const PROBLEM_LINES: usize = 2;

/// Draws the whole screen. Made for 320 x 240; lays itself out for any larger target.
pub fn draw<D: DrawTarget<Color = Rgb565, Error = Infallible>>(view: &View, words: &Words, target: &mut D) {
    let area = target.bounding_box();
    let palette = Palette::of(view.mood);
    let Ok(()) = target.clear(palette.paper);
    let mut page = Page { view, words, palette, unit: (area.size.height / 60).max(4) as i32, target };
    let (rest, bar) = page.split(area, 6 * page.unit);
    page.bar(bar);
    let rest = page.problems(rest);
    let rest = page.strip(rest);
    page.main(rest);
}

/// One drawing: lengths are multiples of `unit`, which is 4 pixels at 240 lines.
struct Page<'a, D> {
    view: &'a View,
    words: &'a Words,
    palette: Palette,
    unit: i32,
    target: &'a mut D,
}

impl<D: DrawTarget<Color = Rgb565, Error = Infallible>> Page<'_, D> {
    /// The shape, the headline, the detail.
    fn main(&mut self, area: Rectangle) {
        let gap = 2 * self.unit;
        let side = (area.size.width * 3 / 10).min(area.size.height.saturating_sub(2 * gap as u32));
        let shape = area.top_left + Point::new(gap, middle(area.size.height, side));
        let (ink, paper) = (self.palette.ink, self.palette.paper);
        Pen { target: self.target, at: shape, side, ink, paper }.symbol(self.view.symbol);

        let left = side as i32 + 2 * gap + self.unit;
        let room = Size::new(
            area.size.width.saturating_sub((left + gap) as u32),
            area.size.height.saturating_sub(2 * gap as u32),
        );
        let at = area.top_left + Point::new(left, gap);
        let headline = self.words.say(&self.view.headline);
        let Some(detail) = &self.view.detail else {
            let set = Set::fit(&headline, room, HEADLINE);
            set.draw(at + Point::new(0, middle(room.height, set.size().height)), ink, self.target);
            return;
        };
        let (headline, detail) = both(&headline, &self.words.say(detail), room, self.unit as u32);
        let taken = headline.size().height + self.unit as u32;
        let top = at + Point::new(0, middle(room.height, taken + detail.size().height));
        headline.draw(top, ink, self.target);
        detail.draw(top + Point::new(0, taken as i32), ink, self.target);
    }

    /// What is known of the parcel in hand; answers what is left above it.
    fn strip(&mut self, area: Rectangle) -> Rectangle {
        let view = self.view;
        let first = view.order.is_some() || view.weight.is_some();
        let second = view.carrier.is_some();
        let third = view.tracking.is_some() || !view.price_notes.is_empty();
        let heights =
            [(first, 7), (second, 6), (third, 5)].map(|(there, units)| if there { units * self.unit } else { 0 });
        let total: i32 = heights.iter().sum();
        if total == 0 {
            return area;
        }
        let (above, strip) = self.split(area, total + self.unit);
        self.fill(strip, self.palette.strip);
        let mut row = Rectangle::new(strip.top_left, Size::new(strip.size.width, heights[0] as u32));
        row.top_left.y += self.unit / 2;
        self.order_and_weight(row);
        row = below(row, heights[1]);
        self.carrier_and_price(row);
        row = below(row, heights[2]);
        self.tracking_and_notes(row);
        above
    }

    fn order_and_weight(&mut self, row: Rectangle) {
        let mut left = row;
        if let Some((weight, still)) = &self.view.weight {
            let set = Set::line(weight, Size::new(row.size.width * 6 / 10, row.size.height), FIGURE);
            let mark = row.size.height * 2 / 3;
            let taken = set.size().width + mark + 4 * self.unit as u32;
            left.size.width = row.size.width.saturating_sub(taken);
            let mut at = row.top_left + Point::new(left.size.width as i32 + self.unit, middle(row.size.height, mark));
            self.stillness(at, mark, *still);
            at =
                Point::new(at.x + mark as i32 + self.unit, row.top_left.y + middle(row.size.height, set.size().height));
            let ink = if *still { self.palette.strip_ink } else { self.palette.faint };
            set.draw(at, ink, self.target);
        }
        if let Some(order) = &self.view.order {
            self.line(order, left, LINE, self.palette.strip_ink);
        }
    }

    /// Two waves while the weight moves; nothing when it is still.
    fn stillness(&mut self, at: Point, side: u32, still: bool) {
        if still {
            return;
        }
        let mut pen = Pen { target: self.target, at, side, ink: self.palette.faint, paper: self.palette.strip };
        for y in [26, 58] {
            for (from, to) in [((4, 14), (26, 0)), ((26, 0), (48, 14)), ((48, 14), (70, 0)), ((70, 0), (92, 14))] {
                pen.stroke((from.0, from.1 + y), (to.0, to.1 + y), 12);
            }
        }
    }

    fn carrier_and_price(&mut self, row: Rectangle) {
        let Some((service, price)) = &self.view.carrier else { return };
        let set = Set::line(price, Size::new(row.size.width / 2, row.size.height), &FIGURE[1..]);
        let width = set.size().width + 2 * self.unit as u32;
        let at = row.top_left
            + Point::new(row.size.width.saturating_sub(width) as i32, middle(row.size.height, set.size().height));
        set.draw(at, self.palette.strip_ink, self.target);
        let left = Rectangle::new(row.top_left, Size::new(row.size.width.saturating_sub(width), row.size.height));
        self.line(service, left, &LINE[1..], self.palette.strip_ink);
    }

    fn tracking_and_notes(&mut self, row: Rectangle) {
        let mut left = row;
        if !self.view.price_notes.is_empty() {
            let notes = self.view.price_notes.join(" \u{b7} ");
            let half = if self.view.tracking.is_some() { row.size.width / 2 } else { row.size.width };
            let room = Size::new(half.saturating_sub(4 * self.unit as u32), row.size.height);
            let set = Set::line(&notes, room, SMALL);
            left.size.width = row.size.width.saturating_sub(set.size().width + 2 * self.unit as u32);
            let at = row.top_left + Point::new(left.size.width as i32, middle(row.size.height, set.size().height));
            set.draw(at, WARN, self.target);
        }
        if let Some(tracking) = &self.view.tracking {
            self.line(tracking, left, &LINE[3..], self.palette.faint);
        }
    }

    /// Whatever somebody must look at; answers what is left above it.
    fn problems(&mut self, area: Rectangle) -> Rectangle {
        let problems: &[Sentence] = &self.view.problems;
        let shown = problems.len().min(PROBLEM_LINES);
        let height = 5 * self.unit;
        let (above, mut row) = self.split(area, height * shown as i32);
        self.fill(row, BAR);
        row.size.height = height as u32;
        for (n, problem) in problems.iter().take(shown).enumerate() {
            let others = problems.len() - shown;
            let mut room = row;
            if n + 1 == shown && others > 0 {
                let set = Set::line(&format!("+{others}"), row.size, SMALL);
                room.size.width = room.size.width.saturating_sub(set.size().width + 2 * self.unit as u32);
                let at = Point::new(room.size.width as i32, middle(row.size.height, set.size().height));
                set.draw(row.top_left + at, WARN, self.target);
            }
            let side = (3 * self.unit + 1) as u32;
            let at = row.top_left + Point::new(2 * self.unit, middle(row.size.height, side));
            let mut pen = Pen { target: self.target, at, side, ink: WARN, paper: BAR };
            pen.triangle((48, 4), (2, 92), (94, 92));
            pen.hole(42, 36, 14, 28, 0);
            pen.hole(42, 72, 14, 12, 0);
            let indent = side as i32 + self.unit;
            room.top_left.x += indent;
            room.size.width = room.size.width.saturating_sub(indent as u32);
            self.line(&self.words.say(problem), room, PROBLEM, WARN);
            row = below(row, height);
        }
        above
    }

    /// Link, queue, count of the shift.
    fn bar(&mut self, area: Rectangle) {
        self.fill(area, BAR);
        let third = area.size.width / 3;
        let (link, ink) = match self.view.link {
            Link::None => (Sentence::LinkNone, BAR_INK),
            Link::Up => (Sentence::LinkUp, BAR_INK),
            Link::Down => (Sentence::LinkDown, WARN),
            Link::Stopped => (Sentence::LinkStopped, WARN),
        };
        let texts = [
            self.words.say(&link),
            self.words.say(&Sentence::Queue { count: self.view.queue }),
            self.words.say(&Sentence::Packed { count: self.view.packed }),
        ];
        let side = 4 * self.unit as u32;
        for (n, text) in (0..).zip(&texts) {
            let cell =
                Rectangle::new(area.top_left + Point::new(n * third as i32, 0), Size::new(third, area.size.height));
            let at = cell.top_left + Point::new(2 * self.unit, middle(cell.size.height, side));
            let ink = if n == 0 { ink } else { BAR_INK };
            let mut pen = Pen { target: self.target, at, side, ink, paper: BAR };
            match n {
                0 => pen.link(self.view.link),
                1 => pen.tray(),
                _ => pen.parcel(),
            }
            let indent = side as i32 + self.unit;
            let room = Rectangle::new(
                cell.top_left + Point::new(indent, 0),
                Size::new((third + self.unit as u32).saturating_sub(indent as u32), cell.size.height),
            );
            self.line(text, room, SMALL, ink);
        }
    }

    /// One line, as large as it fits, in the middle of the row's height.
    fn line(&mut self, text: &str, row: Rectangle, faces: &[Face], ink: Rgb565) {
        let width = row.size.width.saturating_sub(3 * self.unit as u32);
        let set = Set::line(text, Size::new(width, row.size.height), faces);
        let at = row.top_left + Point::new(2 * self.unit, middle(row.size.height, set.size().height));
        set.draw(at, ink, self.target);
    }

    fn fill(&mut self, area: Rectangle, color: Rgb565) {
        let Ok(()) = self.target.fill_solid(&area, color);
    }

    /// The area without its lowest `height` lines, and those.
    fn split(&self, area: Rectangle, height: i32) -> (Rectangle, Rectangle) {
        let height = (height as u32).min(area.size.height);
        let above = Size::new(area.size.width, area.size.height - height);
        let lower = area.top_left + Point::new(0, above.height as i32);
        (Rectangle::new(area.top_left, above), Rectangle::new(lower, Size::new(area.size.width, height)))
    }
}

/// A headline and what stands below it. A long headline takes what the other leaves in its smallest letters, and what stands
/// below is never the larger one.
pub(super) fn both(headline: &str, detail: &str, room: Size, gap: u32) -> (Set, Set) {
    let high = |height: u32| Size::new(room.width, height);
    let mut above = Set::fit(headline, high(room.height * 2 / 3), HEADLINE);
    if above.is_small() {
        let least = Set::fit(detail, high(room.height / 3), SMALLEST_DETAIL).size().height + gap;
        above = Set::fit(headline, high(room.height.saturating_sub(least)), HEADLINE);
    }
    let left = room.height.saturating_sub(above.size().height + gap);
    let below = Set::fit(detail, high(left), above.no_larger(DETAIL));
    (above, below)
}

const fn middle(room: u32, size: u32) -> i32 {
    (room.saturating_sub(size) / 2) as i32
}

const fn below(row: Rectangle, height: i32) -> Rectangle {
    Rectangle {
        top_left: Point::new(row.top_left.x, row.top_left.y + row.size.height as i32),
        size: Size::new(row.size.width, height as u32),
    }
}
