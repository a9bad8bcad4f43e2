//! A document as TSPL.
//!
//! ```text
//!  SIZE 100 mm,150 mm     the label's size; gap, direction, speed and darkness stay as the printer has them
//!  CLS                    the image buffer is empty
//!  TEXT x,y,"4",0,1,1,"…" one of the five bitmap fonts, whose widths every model agrees on
//!  BAR x,y,w,h            rules, and each bar of a barcode
//!  BOX x,y,x2,y2,line     frames
//!  BITMAP x,y,bytes,h,0,… pictures: 0 is black
//!  REVERSE x,y,w,h        white on black
//!  PRINT 1,1              one copy
//! ```
//!
//! Barcodes are drawn bar by bar: how a model's own `BARCODE "128"` changes subsets, and whether it knows FNC1, differs
//! between makers, and with it the width. Text stands between quotation marks and holds neither these nor a backslash;
//! what does is drawn as a picture. (TSC TSPL/TSPL2 programming manual.)

use std::io::Write;

use super::document::{Area, Document, Element, Point, Text};
use super::lettering::Lettering;
use super::picture::LabelPicture;
use super::pixels;

/// Name, dots across and dots down of the bitmap fonts.
const FONTS: [(&str, u32, u32); 5] = [("1", 8, 12), ("2", 12, 20), ("3", 16, 24), ("4", 24, 32), ("5", 32, 48)];
/// Fonts are magnified so many times at most.
const MAGNIFIED: u32 = 10;

/// The document as one TSPL job.
pub(super) fn encode(document: &Document, lettering: &Lettering) -> Vec<u8> {
    let mut tspl = Tspl { bytes: Vec::with_capacity(8192), lettering };
    let millimetres =
        |dots: u32| Tenths((u64::from(dots) * 10_000).div_ceil(u64::from(document.dots_per_metre.max(1))));
    let (width, height) = (millimetres(document.width), millimetres(document.height));
    tspl.put(format_args!("SIZE {width} mm,{height} mm\r\nCLS\r\n"));
    tspl.elements(&document.elements);
    tspl.put(format_args!("PRINT 1,1\r\n"));
    tspl.bytes
}

/// Tenths of a millimetre, written with a point only where it is needed.
struct Tenths(u64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}", self.0 / 10),
            tenth => write!(f, "{}.{tenth}", self.0 / 10),
        }
    }
}

struct Tspl<'a> {
    bytes: Vec<u8>,
    lettering: &'a Lettering,
}

impl Tspl<'_> {
    fn put(&mut self, command: std::fmt::Arguments<'_>) {
        // Writing into a `Vec` cannot fail.
        let _ = self.bytes.write_fmt(command);
    }

    fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            self.element(element);
        }
    }

    fn element(&mut self, element: &Element) {
        match element {
            Element::Text(text) => self.text(text),
            Element::Picture { at, picture } => self.picture(*at, picture),
            Element::Fill(area) => self.bar(area.at.x, area.at.y, area.width, area.height),
            Element::Frame(Area { at, width, height }, line) => {
                let (right, bottom) = (at.x + width, at.y + height);
                self.put(format_args!("BOX {},{},{right},{bottom},{line}\r\n", at.x, at.y));
            }
            Element::Bars { at, module, height, symbol } => {
                let mut x = at.x;
                for (place, modules) in symbol.bars().into_iter().enumerate() {
                    let width = u32::from(modules) * module;
                    if place.is_multiple_of(2) {
                        self.bar(x, at.y, width, *height);
                    }
                    x += width;
                }
            }
            Element::Reverse(Area { at, width, height }, inside) => {
                self.elements(inside);
                self.put(format_args!("REVERSE {},{},{width},{height}\r\n", at.x, at.y));
            }
        }
    }

    fn bar(&mut self, x: u32, y: u32, width: u32, height: u32) {
        self.put(format_args!("BAR {x},{y},{width},{height}\r\n"));
    }

    /// In the largest font that fits the size and the room.
    fn text(&mut self, text: &Text) {
        let letters = u32::try_from(text.text.len()).unwrap_or(u32::MAX);
        let fitting = |(name, across, down): (&'static str, u32, u32)| {
            let widest = (text.room / across.saturating_mul(letters).max(1)).min(MAGNIFIED);
            let highest = (text.size / down).min(MAGNIFIED);
            // Letters up to twice as high as they are wide by their font are still letters.
            let (x, y) = (widest.min(highest), highest.min(widest.saturating_mul(2)));
            (x > 0 && y > 0).then_some((down * y, across * x, name, x, y))
        };
        let plain = !text.text.contains('"');
        let Some((down, across, name, x_times, y_times)) =
            FONTS.into_iter().filter_map(fitting).max().filter(|_| plain)
        else {
            if let Some((x, y, picture)) = pixels::lettered(text, self.lettering) {
                let place = |place: i64| u32::try_from(place).unwrap_or(0);
                self.picture(Point { x: place(x), y: place(y) }, &picture);
            }
            return;
        };
        let x = text.at.x + text.align.offset(text.room, across * letters);
        // Capitals stand in the upper three quarters of the cell, whatever the font.
        let y = text.at.y + (text.size * 3 / 4).saturating_sub(down) / 2;
        self.put(format_args!("TEXT {x},{y},\"{name}\",0,{x_times},{y_times},\"{}\"\r\n", text.text));
    }

    fn picture(&mut self, at: Point, picture: &LabelPicture) {
        let dots = picture.dots();
        self.put(format_args!("BITMAP {},{},{},{},0,", at.x, at.y, dots.stride(), dots.height()));
        self.bytes.extend(dots.bits().iter().map(|byte| !byte));
        self.bytes.extend(b"\r\n");
    }
}
