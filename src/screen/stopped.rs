//! The picture of a station that does not run: what is wrong, and what to do.
//!
//! ```text
//! +--------------------------------+
//! |  X  headline                   |  red
//! +--------------------------------+
//! | what is wrong                  |  as large as it fits
//! +--------------------------------+
//! | what to do                     |
//! +--------------------------------+
//! ```

use std::convert::Infallible;

use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;

use super::lettering::{DETAIL, HEADLINE, LINE, Set};
use super::palette::{BAR, BAR_INK, Palette};
use super::shape::Pen;
use super::{Mood, Symbol};

/// Draws it. `why` may be long: what does not fit is cut.
pub fn draw_stopped<D>(headline: &str, why: &str, todo: &str, target: &mut D)
where
    D: DrawTarget<Color = Rgb565, Error = Infallible>,
{
    let area = target.bounding_box();
    let palette = Palette::of(Mood::Stop);
    let Ok(()) = target.clear(palette.strip);
    let gap = (area.size.height / 40).max(2);
    let inner = |top: u32, height: u32| {
        let size = Size::new(area.size.width.saturating_sub(2 * gap), height.saturating_sub(2 * gap));
        Rectangle::new(area.top_left + Point::new(gap as i32, (top + gap) as i32), size)
    };
    let head = area.size.height * 2 / 5;
    let foot = area.size.height / 5;
    let Ok(()) = target.fill_solid(&Rectangle::new(area.top_left, Size::new(area.size.width, head)), palette.paper);
    let below = Point::new(0, (area.size.height - foot) as i32);
    let Ok(()) = target.fill_solid(&Rectangle::new(area.top_left + below, Size::new(area.size.width, foot)), BAR);

    let title = inner(0, head);
    let side = title.size.height;
    Pen { target, at: title.top_left, side, ink: palette.ink, paper: palette.paper }.symbol(Symbol::Cross);
    let indent = side + 2 * gap;
    let room = Rectangle::new(
        title.top_left + Point::new(indent as i32, 0),
        Size::new(title.size.width.saturating_sub(indent), side),
    );
    middle(&Set::fit(headline, room.size, HEADLINE), room, palette.ink, target);
    let room = inner(head, area.size.height - head - foot);
    middle(&Set::fit_whole(why, room.size, DETAIL), room, palette.strip_ink, target);
    let room = inner(area.size.height - foot, foot);
    middle(&Set::fit(todo, room.size, LINE), room, BAR_INK, target);
}

/// In the middle of the room's height.
fn middle<D>(set: &Set, room: Rectangle, ink: Rgb565, target: &mut D)
where
    D: DrawTarget<Color = Rgb565, Error = Infallible>,
{
    let down = room.size.height.saturating_sub(set.size().height) / 2;
    set.draw(room.top_left + Point::new(0, down as i32), ink, target);
}

#[cfg(test)]
mod tests {
    use super::super::Picture;
    use super::*;

    #[test]
    fn where_the_fault_is_stays_in_one_piece_on_every_display() {
        let fault = "/etc/parceld/station.toml:123: no time zone \"Pacific\"; write its IANA name";
        for size in [Size::new(320, 240), Size::new(400, 240), Size::new(480, 320)] {
            let set = Set::fit_whole(fault, Size::new(size.width - 16, size.height / 3), DETAIL);
            assert!(set.size().width <= size.width - 16, "{size}");
            assert!(format!("{set:?}").contains("/etc/parceld/station.toml:123:"), "{set:?}");
        }
    }

    #[test]
    fn two_faults_are_two_pictures() {
        let drawn = |why: &str| {
            let mut picture = Picture::new(400, 240);
            draw_stopped("Station stopped", why, "Correct it", &mut picture);
            picture
        };
        assert_ne!(drawn("a"), drawn("b"));
        assert_eq!(drawn(&"long ".repeat(500)), drawn(&"long ".repeat(500)), "what does not fit is cut");
    }
}
