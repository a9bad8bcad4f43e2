//! What a layout says, as it was read from its file: rows of cells, from the top.
//!
//! ```text
//!  +------- row, 18 mm --------------------------+
//!  | cell 18 mm |  cell, the rest  | cell 25 mm  |
//!  +------- row, the rest ------------------------+      a cell holds a text, a code, an image,
//!  |  cell                                        |      or rows of its own
//!  +---------------------------------------------+
//! ```

use super::codes::Matrix;
use super::document::Align;
use super::picture::LabelPicture;
use super::template::{LabelField, Template};
use crate::units::Length;

/// A label's layout for one size of paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What carriers call it.
    pub name: String,
    /// The paper it is meant for, across.
    pub width: Length,
    /// Down; on endless paper as much as its rows take.
    pub height: Option<Length>,
    /// White on every side.
    pub margin: Length,
    /// From the top.
    pub rows: Vec<LayoutRow>,
}

/// How much of its row or column something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// So much.
    Fixed(Length),
    /// What the others leave, in equal parts.
    Rest,
}

/// Cells beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutRow {
    /// Down.
    pub height: Extent,
    /// Left out where this says nothing.
    pub only_with: Option<LabelField>,
    /// From the left.
    pub cells: Vec<LayoutCell>,
}

impl LayoutRow {
    /// The same with every text as this makes it.
    pub(super) fn readable(&self, readable: &impl Fn(&str) -> String) -> Self {
        let rows = |rows: &[Self]| rows.iter().map(|row| row.readable(readable)).collect();
        let cell = |cell: &LayoutCell| {
            let content = match &cell.content {
                CellContent::Text(style, template) => CellContent::Text(*style, template.readable(readable)),
                CellContent::Rows(inner) => CellContent::Rows(rows(inner)),
                other => other.clone(),
            };
            LayoutCell { content, ..cell.clone() }
        };
        Self { cells: self.cells.iter().map(cell).collect(), ..self.clone() }
    }
}

/// A rectangle of the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutCell {
    /// Across.
    pub width: Extent,
    /// Left out where this says nothing.
    pub only_with: Option<LabelField>,
    /// White inside its edges.
    pub padding: Length,
    /// Thickness of a line around it.
    pub frame: Option<Length>,
    /// Black, its content white.
    pub reverse: bool,
    /// What stands in it.
    pub content: CellContent,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellContent {
    /// Nothing; a reversed cell is a rule then.
    Nothing,
    /// Text.
    Text(TextStyle, Template),
    /// Code 128 with plain text, or GS1-128 with its elements.
    Bars(Modules, Bars),
    /// A two-dimensional code.
    Matrix(Modules, Matrix, Template),
    /// A picture, already in the printer's dots.
    Image(LabelPicture),
    /// Rows of its own.
    Rows(Vec<LayoutRow>),
}

/// What a linear barcode encodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bars {
    /// Code 128.
    Plain(Template),
    /// GS1-128: elements that begin with their application identifiers.
    Gs1(Vec<Template>),
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// The cell height it is set in where it fits.
    pub largest: Length,
    /// The smallest it is shrunk to; then it is broken, then it is an error.
    pub smallest: Length,
    /// Pieces each of its lines may be broken into.
    pub pieces: usize,
    /// Across.
    pub align: Align,
    /// Down.
    pub place: Align,
}

/// The narrowest bar, or the side of a module: the widest between these that fits is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modules {
    /// At least.
    pub narrowest: Length,
    /// At most.
    pub widest: Length,
}
