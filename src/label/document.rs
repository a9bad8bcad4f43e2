//! A label as a printer-neutral list of things to draw, in dots from the top left corner.

use super::code128::Code128;

/// Everything on one label, in drawing order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Dots across.
    pub width: u32,
    /// Dots down.
    pub height: u32,
    /// Later ones are drawn over earlier ones.
    pub elements: Vec<Element>,
}

/// Where an element's top left corner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Dots from the left edge.
    pub x: u32,
    /// Dots from the top edge.
    pub y: u32,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// One line of text.
    Text(Text),
    /// A black area: a rule, or the ground of reversed text.
    Fill {
        /// Its corner.
        at: Point,
        /// Dots across.
        width: u32,
        /// Dots down.
        height: u32,
    },
    /// The outline of a rectangle.
    Frame {
        /// Its outer corner.
        at: Point,
        /// Outer dots across.
        width: u32,
        /// Outer dots down.
        height: u32,
        /// Dots of the line, inwards.
        line: u32,
    },
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
}

/// One line of text in the printer's own scalable font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Corner of the character cells.
    pub at: Point,
    /// Dots of a cell from top to bottom.
    pub size: u32,
    /// Dots that stand for `size` across: equal for the font's own shape, more for stretched letters.
    pub stretch: u32,
    /// Where it stands in its room.
    pub align: Align,
    /// White, on a ground drawn before.
    pub reverse: bool,
    /// The characters: data, never commands.
    pub text: String,
}

/// Where text stands in its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Begins at its corner.
    Left,
    /// In the middle of so many dots.
    Centre(u32),
    /// Ends after so many dots.
    Right(u32),
}
