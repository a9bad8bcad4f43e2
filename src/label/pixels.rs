//! A document as dots: what a printer that draws nothing itself is sent, and what a screen shows.

use super::bitmap::Bitmap;
use super::document::{Document, Element, Text};
use super::lettering::Lettering;

/// Everything on the label. The printer's own font is stood in for by ours, squeezed into the room the text was given.
pub(super) fn pixels(document: &Document, lettering: &Lettering) -> Bitmap {
    let mut paper = Bitmap::new(document.width, document.height);
    draw(&mut paper, &document.elements, lettering);
    paper
}

fn draw(paper: &mut Bitmap, elements: &[Element], lettering: &Lettering) {
    for element in elements {
        match element {
            Element::Text(text) => {
                if let Some((x, y, dots)) = lettered(text, lettering) {
                    paper.paint(dots.dots(), x, y);
                }
            }
            Element::Picture { at, picture } => paper.paint(picture.dots(), i64::from(at.x), i64::from(at.y)),
            Element::Fill(area) => paper.fill(area.at.x, area.at.y, area.width, area.height),
            Element::Frame(area, line) => {
                let (right, bottom) = (area.at.x + area.width, area.at.y + area.height);
                paper.fill(area.at.x, area.at.y, area.width, *line);
                paper.fill(area.at.x, bottom.saturating_sub(*line), area.width, *line);
                paper.fill(area.at.x, area.at.y, *line, area.height);
                paper.fill(right.saturating_sub(*line), area.at.y, *line, area.height);
            }
            Element::Bars { at, module, height, symbol } => {
                let mut x = at.x;
                for (place, modules) in symbol.bars().into_iter().enumerate() {
                    let width = u32::from(modules) * module;
                    if place.is_multiple_of(2) {
                        paper.fill(x, at.y, width, *height);
                    }
                    x += width;
                }
            }
            Element::Reverse(area, inside) => {
                draw(paper, inside, lettering);
                let mut ground = Bitmap::new(area.width, area.height);
                ground.fill(0, 0, area.width, area.height);
                paper.invert(&ground, i64::from(area.at.x), i64::from(area.at.y));
            }
        }
    }
}

/// Text of the printer's own font as a picture, and where its corner is. Nothing for blanks.
pub(super) fn lettered(text: &Text, lettering: &Lettering) -> Option<(i64, i64, super::picture::LabelPicture)> {
    let drawn = lettering.draw(&text.text, text.size, text.room).ok()?;
    let width = drawn.picture.dots().width();
    let left = i64::from(text.align.offset(text.room, width));
    (width > 0).then(|| (i64::from(text.at.x) + left, i64::from(text.at.y) + drawn.top, drawn.picture))
}
