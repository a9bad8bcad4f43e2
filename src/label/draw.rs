//! A layout and a label become things to draw.

use super::code128::{Code128, QUIET_MODULES};
use super::codes::{self, Matrix};
use super::content::Label;
use super::document::{Align, Area, Document, Element, Point, Text};
use super::fit::{self, Room};
use super::layout::{Bars, CellContent, Extent, Layout, LayoutCell, LayoutRow, Modules, TextStyle};
use super::lettering::Lettering;
use super::template::{LabelField, Template};
use super::{LabelError, Media, font};
use crate::units::Length;

/// The label as things to draw on this paper; the layout stands in its middle.
pub(super) fn draw(
    layout: &Layout,
    label: &Label,
    media: Media,
    lettering: &Lettering,
) -> Result<Document, LabelError> {
    let mut drawing = Drawing { label, lettering, media, cuts: false, elements: Vec::with_capacity(48) };
    let (width, margin) = (drawing.dots(layout.width), drawing.dots(layout.margin));
    let paper = media.dots(Length::from_nanometres(i64::from(media.width_mm) * 1_000_000));
    let (height, inner) = match layout.height {
        Some(height) => (
            media.dots(Length::from_nanometres(i64::from(media.height_mm) * 1_000_000)),
            drawing.dots(height).saturating_sub(2 * margin),
        ),
        None => {
            let rows = drawing.total(layout.rows.iter().filter(|row| drawing.has_text(row.only_with.as_ref())));
            (rows + 2 * margin, rows)
        }
    };
    let top = (height - inner.min(height)) / 2;
    let at = Point { x: paper.saturating_sub(width) / 2 + margin, y: top };
    let area = Area { at, width: width.saturating_sub(2 * margin), height: inner };
    drawing.rows(&layout.rows, area)?;
    let elements = drawing.elements;
    Ok(Document { width: paper, height, dots_per_metre: media.dots_per_metre(), elements })
}

/// Rows of fixed height on as many pages as they take, from the top; one page of endless paper. Each page may end with a
/// row of its own, made from its number and how many there are.
pub(super) fn pages(
    rows: &[LayoutRow],
    margin: Length,
    foot: impl Fn(usize, usize) -> Option<LayoutRow>,
    media: Media,
    lettering: &Lettering,
) -> Result<Vec<Document>, LabelError> {
    let label = Label::blank();
    let drawing = || Drawing { label: &label, lettering, media, cuts: true, elements: Vec::new() };
    let (width, paper) = media.size();
    let margin = media.dots(margin);
    let height_of = |rows: &[LayoutRow]| drawing().total(rows.iter());
    let foot_height = foot(1, 1).map_or(0, |foot| height_of(&[foot]));
    let room = if paper == 0 { u32::MAX } else { paper.saturating_sub(2 * margin + foot_height) };
    let mut pages: Vec<&[LayoutRow]> = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let mut taken = 0;
        let fitting = rest.iter().take_while(|row| {
            taken += drawing().fixed(row.height);
            taken <= room
        });
        // A row higher than a page has one to itself, and is an error when it is drawn.
        let (page, others) = rest.split_at(fitting.count().max(1));
        pages.push(page);
        rest = others;
    }
    let draw_page = |(number, page): (usize, &&[LayoutRow])| {
        let mut drawing = drawing();
        let inside = height_of(page);
        let height = if paper == 0 { inside + 2 * margin } else { paper };
        let area = |y, height| Area { at: Point { x: margin, y }, width: width.saturating_sub(2 * margin), height };
        drawing.rows(page, area(margin, inside.min(height.saturating_sub(2 * margin))))?;
        if let Some(foot) = foot(number, pages.len()) {
            drawing.rows(&[foot], area(height.saturating_sub(margin + foot_height), foot_height))?;
        }
        Ok(Document { width, height, dots_per_metre: media.dots_per_metre(), elements: drawing.elements })
    };
    (1..).zip(&pages).map(draw_page).collect()
}

struct Drawing<'a> {
    label: &'a Label,
    lettering: &'a Lettering,
    media: Media,
    /// Text too long for its room is cut, and ends in two points to say so. Never on a label.
    cuts: bool,
    elements: Vec<Element>,
}

impl Drawing<'_> {
    fn dots(&self, length: Length) -> u32 {
        self.media.dots(length)
    }

    fn has_text(&self, field: Option<&LabelField>) -> bool {
        field.is_none_or(|field| field.has_text(self.label))
    }

    /// What rows of fixed height take.
    fn total<'r>(&self, rows: impl Iterator<Item = &'r LayoutRow>) -> u32 {
        rows.map(|row| self.fixed(row.height)).sum()
    }

    fn fixed(&self, extent: Extent) -> u32 {
        match extent {
            Extent::Fixed(length) => self.dots(length),
            Extent::Rest => 0,
        }
    }

    /// How much each of some extents takes of `room`.
    fn shares(&self, extents: &[Extent], room: u32) -> Result<Vec<u32>, LabelError> {
        let fixed: u32 = extents.iter().map(|extent| self.fixed(*extent)).sum();
        let rests = extents.iter().filter(|extent| **extent == Extent::Rest).count();
        let rest = room.checked_sub(fixed).ok_or(LabelError::TooWide { field: "layout", needed: fixed, room })?;
        let each = rest / u32::try_from(rests.max(1)).unwrap_or(1);
        Ok(extents.iter().map(|extent| if *extent == Extent::Rest { each } else { self.fixed(*extent) }).collect())
    }

    fn rows(&mut self, rows: &[LayoutRow], area: Area) -> Result<(), LabelError> {
        let rows: Vec<&LayoutRow> = rows.iter().filter(|row| self.has_text(row.only_with.as_ref())).collect();
        let extents: Vec<Extent> = rows.iter().map(|row| row.height).collect();
        let mut y = area.at.y;
        for (row, height) in rows.into_iter().zip(self.shares(&extents, area.height)?) {
            self.cells(&row.cells, Area { at: Point { x: area.at.x, y }, width: area.width, height })?;
            y += height;
        }
        Ok(())
    }

    fn cells(&mut self, cells: &[LayoutCell], area: Area) -> Result<(), LabelError> {
        let cells: Vec<&LayoutCell> = cells.iter().filter(|cell| self.has_text(cell.only_with.as_ref())).collect();
        let extents: Vec<Extent> = cells.iter().map(|cell| cell.width).collect();
        let mut x = area.at.x;
        for (cell, width) in cells.into_iter().zip(self.shares(&extents, area.width)?) {
            self.cell(cell, Area { at: Point { x, y: area.at.y }, width, height: area.height })?;
            x += width;
        }
        Ok(())
    }

    fn cell(&mut self, cell: &LayoutCell, area: Area) -> Result<(), LabelError> {
        if let Some(line) = cell.frame {
            let line = self.dots(line).max(1);
            self.elements.push(Element::Frame(area, line));
        }
        let padding = self.dots(cell.padding);
        let inner = Area {
            at: Point { x: area.at.x + padding, y: area.at.y + padding },
            width: area.width.saturating_sub(2 * padding),
            height: area.height.saturating_sub(2 * padding),
        };
        if !cell.reverse {
            return self.content(&cell.content, inner);
        }
        let before = std::mem::take(&mut self.elements);
        let drawn = self.content(&cell.content, inner);
        let inside = std::mem::replace(&mut self.elements, before);
        let element = if inside.is_empty() { Element::Fill(area) } else { Element::Reverse(area, inside) };
        self.elements.push(element);
        drawn
    }

    fn content(&mut self, content: &CellContent, area: Area) -> Result<(), LabelError> {
        match content {
            CellContent::Nothing => Ok(()),
            CellContent::Text(style, template) => self.text(*style, template, area),
            CellContent::Bars(modules, bars) => self.bars(*modules, bars, area),
            CellContent::Matrix(modules, matrix, template) => self.matrix(*modules, *matrix, template, area),
            CellContent::Image(picture) => {
                let (width, height) = (picture.dots().width(), picture.dots().height());
                let at = centred(area, width, height);
                self.elements.push(Element::Picture { at, picture: picture.clone() });
                Ok(())
            }
            CellContent::Rows(rows) => self.rows(rows, area),
        }
    }

    fn text(&mut self, style: TextStyle, template: &Template, area: Area) -> Result<(), LabelError> {
        let lines = template.lines(self.label);
        if lines.is_empty() {
            return Ok(());
        }
        let room = Room {
            width: area.width,
            height: area.height,
            largest: self.dots(style.largest),
            smallest: self.dots(style.smallest),
            pieces: style.pieces,
        };
        let block = match (fit::fit(&lines, room, self.lettering), &lines[..]) {
            (Err(LabelError::TooWide { .. }), [(field, line)]) if self.cuts => {
                fit::fit(&[(*field, self.cut(line, room))], room, self.lettering)?
            }
            (block, _) => block?,
        };
        let pitch = block.pitch();
        let mut y = area.at.y + style.place.offset(area.height, block.height_in(area.height));
        for text in block.lines {
            self.line(text, block.size, style.align, Area { at: Point { x: area.at.x, y }, ..area })?;
            y += pitch;
        }
        Ok(())
    }

    /// As much of the line as fits, and two points.
    fn cut(&self, line: &str, room: Room) -> String {
        let fits = |text: &String| fit::fit(&[("text", text.clone())], room, self.lettering).is_ok();
        let shorter = line.char_indices().rev().map(|(end, _)| format!("{}..", line[..end].trim_end()));
        shorter.into_iter().find(fits).unwrap_or_default()
    }

    /// One line: the printer's own font where it has it all, dots where it has not.
    fn line(&mut self, text: String, size: u32, align: Align, area: Area) -> Result<(), LabelError> {
        if font::has(&text) {
            self.elements.push(Element::Text(Text { at: area.at, size, room: area.width, align, text }));
            return Ok(());
        }
        let unprintable = |character| LabelError::Unprintable { field: "text", character };
        let drawn = self.lettering.draw(&text, size, area.width).map_err(unprintable)?;
        if drawn.picture.dots().width() == 0 {
            return Ok(());
        }
        let width = drawn.picture.dots().width();
        let place = |from: u32, offset: i64| u32::try_from(i64::from(from) + offset).unwrap_or(0);
        let left = align.offset(area.width, width);
        let x = if align == Align::Start { place(area.at.x, drawn.left.max(0)) } else { area.at.x + left };
        let at = Point { x, y: place(area.at.y, drawn.top) };
        self.elements.push(Element::Picture { at, picture: drawn.picture });
        Ok(())
    }

    fn bars(&mut self, modules: Modules, bars: &Bars, area: Area) -> Result<(), LabelError> {
        let (symbol, field) = match bars {
            Bars::Plain(template) => {
                let text = self.encoded(template)?;
                (Code128::text(&text).ok_or_else(|| refused(template, &text))?, template.name())
            }
            Bars::Gs1(elements) => {
                let texts: Result<Vec<String>, LabelError> =
                    elements.iter().map(|element| self.encoded(element)).collect();
                let texts = texts?;
                let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let last = elements.last().map_or("barcode", Template::name);
                let refused = || LabelError::Barcode { field: last, text: texts.concat().chars().take(64).collect() };
                (Code128::gs1(&parts).ok_or_else(refused)?, last)
            }
        };
        let wide = symbol.modules() + 2 * QUIET_MODULES;
        let module = self.module(modules, field, |module| (wide * module, 0), area)?;
        let width = symbol.modules() * module;
        let at = Point { x: area.at.x + (area.width - width) / 2, y: area.at.y };
        self.elements.push(Element::Bars { at, module, height: area.height, symbol });
        Ok(())
    }

    /// What a code carries.
    fn encoded(&self, template: &Template) -> Result<String, LabelError> {
        template.whole(self.label).ok_or_else(|| refused(template, &template.text(self.label)))
    }

    fn matrix(&mut self, modules: Modules, matrix: Matrix, template: &Template, area: Area) -> Result<(), LabelError> {
        let text = self.encoded(template)?;
        let mut too_large = refused(template, &text);
        for dots in matrix.modules(&text) {
            let (wide, high) = (dots.width() + 2 * matrix.quiet(), dots.height() + 2 * matrix.quiet());
            match self.module(modules, template.name(), |module| (wide * module, high * module), area) {
                Ok(module) => {
                    let picture = codes::magnified(&dots, module);
                    let at = centred(area, picture.width(), picture.height());
                    self.elements.push(Element::Picture { at, picture: picture.into() });
                    return Ok(());
                }
                Err(error) => too_large = error,
            }
        }
        Err(too_large)
    }

    /// The widest module with which a code and its quiet zones fit.
    fn module(
        &self,
        modules: Modules,
        field: &'static str,
        size: impl Fn(u32) -> (u32, u32),
        area: Area,
    ) -> Result<u32, LabelError> {
        // A module is a whole number of dots: the next above the narrowest, and at most the widest.
        let narrowest = self.media.dots_at_least(modules.narrowest).max(1);
        let widest = self.media.dots_at_most(modules.widest);
        if narrowest > widest {
            return Err(LabelError::Module { field });
        }
        let fits = |module: &u32| {
            let (width, height) = size(*module);
            width <= area.width && height <= area.height
        };
        (narrowest..=widest).rev().find(fits).ok_or_else(|| {
            let (width, height) = size(narrowest);
            if height > area.height {
                LabelError::TooWide { field, needed: height, room: area.height }
            } else {
                LabelError::TooWide { field, needed: width, room: area.width }
            }
        })
    }
}

fn refused(template: &Template, text: &str) -> LabelError {
    LabelError::Barcode { field: template.name(), text: text.chars().take(64).collect() }
}

fn centred(area: Area, width: u32, height: u32) -> Point {
    let middle = |from: u32, room: u32, taken: u32| from + Align::Middle.offset(room, taken);
    Point { x: middle(area.at.x, area.width, width), y: middle(area.at.y, area.height, height) }
}
