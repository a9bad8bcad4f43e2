//! Colours. White (or black, on amber) on each of them has a contrast of at least 5 : 1, and no two moods are told
//! apart by colour alone: each screen has a shape and words.

use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::*;

use super::Mood;

/// What one screen is drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// The whole background.
    pub(super) paper: Rgb565,
    /// Words and shapes on it.
    pub(super) ink: Rgb565,
    /// The strip of facts: the paper, darker.
    pub(super) strip: Rgb565,
    /// Words on the strip.
    pub(super) strip_ink: Rgb565,
    /// Lesser words on the strip.
    pub(super) faint: Rgb565,
}

/// The bar at the bottom.
pub(super) const BAR: Rgb565 = rgb(0x10, 0x12, 0x16);
/// Words on the bar.
pub(super) const BAR_INK: Rgb565 = rgb(0xe8, 0xea, 0xee);
/// Trouble on the bar.
pub(super) const WARN: Rgb565 = rgb(0xff, 0xc8, 0x30);

const WHITE: Rgb565 = Rgb565::WHITE;

impl Palette {
    pub(super) const fn of(mood: Mood) -> Self {
        let (paper, ink, strip, faint) = match mood {
            Mood::Ready => (rgb(0x0e, 0x56, 0xb0), WHITE, rgb(0x08, 0x38, 0x78), rgb(0xb8, 0xd4, 0xf8)),
            Mood::Busy => (rgb(0x4a, 0x51, 0x5c), WHITE, rgb(0x2c, 0x31, 0x3a), rgb(0xc8, 0xd0, 0xda)),
            Mood::Good => (rgb(0x0c, 0x78, 0x3c), WHITE, rgb(0x06, 0x4e, 0x26), rgb(0xb8, 0xec, 0xc8)),
            Mood::Ask => (rgb(0xf8, 0xb8, 0x10), rgb(0x10, 0x10, 0x10), rgb(0x40, 0x30, 0x08), rgb(0xf8, 0xe0, 0xa0)),
            Mood::Stop => (rgb(0xb8, 0x14, 0x20), WHITE, rgb(0x70, 0x08, 0x14), rgb(0xf8, 0xc8, 0xc8)),
        };
        Self { paper, ink, strip, strip_ink: WHITE, faint }
    }
}

const fn rgb(r: u8, g: u8, b: u8) -> Rgb565 {
    Rgb565::new(r >> 3, g >> 2, b >> 3)
}
