//! Places on a label, in dots from its top left corner.

/// A dot: where the top left corner of something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Dots from the left edge.
    pub x: u32,
    /// Dots from the top edge.
    pub y: u32,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Its corner.
    pub at: Point,
    /// Dots across.
    pub width: u32,
    /// Dots down.
    pub height: u32,
}
