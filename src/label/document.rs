//! A label as a printer-neutral list of things to draw, in dots from the top left corner.

pub use super::area::{Area, Point};
use super::code128::Code128;
use super::picture::LabelPicture;

/// Everything on one label, in drawing order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Dots across.
    pub width: u32,
    /// Dots down.
    pub height: u32,
    /// Dots of a millimetre, in thousandths: a TSPL printer is told millimetres.
    pub dots_per_metre: u32,
    /// They do not overlap, but for what stands inside a reversed area.
    pub elements: Vec<Element>,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// One line of text that the printer's own font has.
    Text(Text),
    /// Dots: text in other scripts, two-dimensional codes, a logo.
    Picture {
        /// Its corner.
        at: Point,
        /// Its dots.
        picture: LabelPicture,
    },
    /// A black area.
    Fill(Area),
    /// The outline of a rectangle, as many dots inwards.
    Frame(Area, u32),
    /// A barcode without text.
    Bars {
        /// Corner of the first bar.
        at: Point,
        /// Dots of the narrowest bar.
        module: u32,
        /// Dots down.
        height: u32,
        /// What is encoded.
        symbol: Code128,
    },
    /// A black area, and white on it what is inside.
    Reverse(Area, Vec<Element>),
}

/// One line of text in the printer's own font: printable ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Corner of the character cells, or of the room it stands in.
    pub at: Point,
    /// Dots of a cell from top to bottom.
    pub size: u32,
    /// Dots across that it has, and takes at most.
    pub room: u32,
    /// Where it stands in its room.
    pub align: Align,
    /// The characters: data, never commands.
    pub text: String,
}

/// Where something stands in its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At its beginning.
    #[default]
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

impl Align {
    /// How far in something of `length` begins.
    #[must_use]
    pub const fn offset(self, room: u32, length: u32) -> u32 {
        match self {
            Self::Start => 0,
            Self::Middle => room.saturating_sub(length) / 2,
            Self::End => room.saturating_sub(length),
        }
    }
}
