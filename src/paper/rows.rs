//! Rows of text, put together by hand.

use crate::label::Matrix;
use crate::label::document::Align;
use crate::label::layout::{CellContent, Extent, LayoutCell, LayoutRow, Modules, TextStyle};
use crate::label::template::Template;
use crate::units::Length;

pub(super) const MARGIN_NARROW: Length = tenths(15);
pub(super) const MARGIN_WIDE: Length = tenths(120);

/// Letters of what is read, of what stands beside it, and of what is looked for across a room.
pub(super) const TEXT: i64 = 36;
pub(super) const SMALL: i64 = 27;
/// Nothing is set smaller.
const FLOOR: i64 = 18;

/// So many tenths of a millimetre.
pub(super) const fn tenths(tenths: i64) -> Length {
    Length::from_nanometres(tenths * 100_000)
}

/// A document from the top.
#[derive(Debug, Default)]
pub(super) struct Rows {
    done: Vec<LayoutRow>,
    /// A heading and its height: it stands on one page with what follows.
    heading: Option<(i64, Vec<LayoutRow>)>,
    /// White at the end of lines that would be too long to be followed across office paper.
    tail: i64,
}

impl Rows {
    /// For office paper, or for the narrow paper of receipts.
    pub(super) fn on(wide_paper: bool) -> Self {
        Self { tail: if wide_paper { 800 } else { 0 }, ..Self::default() }
    }

    /// All of them.
    pub(super) fn finish(mut self) -> Vec<LayoutRow> {
        self.row(0, []);
        self.done
    }

    /// Cells beside each other, so many tenths high.
    pub(super) fn row(&mut self, height: i64, cells: impl IntoIterator<Item = LayoutCell>) {
        let next = row(height, cells);
        let kept = self.heading.take().map(|(above, mut inside)| {
            inside.push(next.clone());
            row(above + height, [rows(inside)])
        });
        self.done.push(kept.unwrap_or(next));
    }

    pub(super) fn gap(&mut self, height: i64) {
        self.row(height, []);
    }

    pub(super) fn rule(&mut self) {
        self.gap(8);
        self.row(4, [LayoutCell { reverse: true, ..nothing() }]);
        self.gap(8);
    }

    /// White on black across the paper.
    pub(super) fn title(&mut self, title: String) {
        self.row(85, [reversed(text(title, 54, Align::Middle))]);
        self.gap(15);
    }

    /// What a part of the document is about.
    pub(super) fn heading(&mut self, heading: String) {
        let inside = vec![
            row(15, []),
            row(50, [text(heading, 42, Align::Start)]),
            row(3, [LayoutCell { reverse: true, ..nothing() }]),
            row(12, []),
        ];
        self.heading = Some((80, inside));
    }

    /// A name and its value, at the two ends of a line.
    pub(super) fn pair(&mut self, name: String, value: String) {
        self.line(50, pair(name, value, TEXT));
    }

    /// Cells of a line that is no longer than it can be followed.
    pub(super) fn line(&mut self, height: i64, cells: impl IntoIterator<Item = LayoutCell>) {
        let tail = (self.tail > 0).then(|| space(self.tail));
        self.row(height, cells.into_iter().chain(tail));
    }

    /// The same, further in: a part of what stands above.
    pub(super) fn part(&mut self, name: String, value: String) {
        let [name, value] = pair(name, value, TEXT);
        self.line(50, [space(40), name, value]);
    }

    /// Room to write in by hand: a line with what belongs on it in small letters below.
    pub(super) fn blank_line(&mut self, name: String, height: i64) {
        // In one row, so that no page ends between the line and its name.
        self.row(height + 43, [blank_line(name, height)]);
    }
}

pub(super) fn row(height: i64, cells: impl IntoIterator<Item = LayoutCell>) -> LayoutRow {
    LayoutRow { height: Extent::Fixed(tenths(height)), only_with: None, cells: cells.into_iter().collect() }
}

/// A name and its value, at the two ends of a line.
pub(super) fn pair(name: String, value: String, size: i64) -> [LayoutCell; 2] {
    let room = if size > TEXT { 430 } else { 330 };
    [text(name, TEXT.max(size * 9 / 16), Align::Start), wide(text(value, size, Align::End), room)]
}

/// Room to write in by hand.
pub(super) fn blank_line(name: String, height: i64) -> LayoutCell {
    rows([
        row(height, []),
        row(3, [LayoutCell { reverse: true, ..nothing() }]),
        row(40, [text(name, SMALL, Align::Start)]),
    ])
}

/// Rows within a row: they stay on one page. The last takes what whole dots leave of the height.
pub(super) fn rows(rows: impl IntoIterator<Item = LayoutRow>) -> LayoutCell {
    let mut rows: Vec<LayoutRow> = rows.into_iter().collect();
    if let Some(last) = rows.last_mut() {
        last.height = Extent::Rest;
    }
    LayoutCell { content: CellContent::Rows(rows), ..nothing() }
}

/// White on black.
pub(super) fn reversed(cell: LayoutCell) -> LayoutCell {
    LayoutCell { reverse: true, padding: tenths(8), ..cell }
}

/// With a line around it.
pub(super) fn framed(cell: LayoutCell) -> LayoutCell {
    LayoutCell { frame: Some(tenths(5)), padding: tenths(10), ..cell }
}

pub(super) fn nothing() -> LayoutCell {
    let (width, padding) = (Extent::Rest, Length::ZERO);
    LayoutCell { width, only_with: None, padding, frame: None, reverse: false, content: CellContent::Nothing }
}

/// One line of text, shrunk where it is long; a break where even that is too much.
pub(super) fn text(text: impl Into<String>, size: i64, align: Align) -> LayoutCell {
    styled(text, size, 2, align)
}

/// Text of at most so many lines.
pub(super) fn styled(text: impl Into<String>, size: i64, pieces: usize, align: Align) -> LayoutCell {
    let style =
        TextStyle { largest: tenths(size), smallest: tenths(FLOOR.min(size)), pieces, align, place: Align::Middle };
    LayoutCell { content: CellContent::Text(style, Template::literal(text)), ..nothing() }
}

/// The cell, so many tenths across.
pub(super) fn wide(cell: LayoutCell, width: i64) -> LayoutCell {
    LayoutCell { width: Extent::Fixed(tenths(width)), ..cell }
}

/// White between two cells.
pub(super) fn space(width: i64) -> LayoutCell {
    wide(nothing(), width)
}

/// A QR code as large as its cell allows.
pub(super) fn qr(code: &str) -> LayoutCell {
    let modules = Modules { narrowest: tenths(3), widest: tenths(10) };
    LayoutCell { content: CellContent::Matrix(modules, Matrix::Qr, Template::literal(code)), ..nothing() }
}

/// The last line of a page.
pub(super) fn foot(name: &str, page: String) -> LayoutRow {
    row(50, [text(name, SMALL, Align::Start), wide(text(page, SMALL, Align::End), 400)])
}
