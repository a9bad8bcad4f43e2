//! A document as ZPL II.
//!
//! ```text
//!  ^XA ^CI28 ^PW ^LL ^LH0,0                     one format; UTF-8; the label's size; nothing the printer keeps
//!    ^FO ^A0N [^FB] [^FR] ^FH_ ^FD … ^FS        text
//!    ^FO ^GB ^FS                                rules and frames
//!    ^FO ^BY ^BCN ^FH_ ^FD … ^FS                bars, mode N: every shift is ours
//!  ^PQ1 ^XZ                                     one copy
//! ```
//!
//! Text is data: every `^FD` stands behind `^FH_`, and whatever could be a command, a field's own escape, a stored-format
//! substitute or another encoding's byte is written as `_` and two hexadecimal digits (ZPL II Programming Guide, `^FH`).

use std::fmt::Write;

use super::code128;
use super::document::{Align, Document, Element, Point, Text};

/// The document as one ZPL format of ASCII bytes.
pub(super) fn encode(document: &Document) -> Vec<u8> {
    let mut zpl = Zpl(String::with_capacity(4096));
    zpl.put(format_args!("^XA\n^CI28\n^PW{}\n^LL{}\n^LH0,0\n", document.width, document.height));
    for element in &document.elements {
        zpl.element(element);
    }
    zpl.put(format_args!("^PQ1\n^XZ\n"));
    zpl.0.into_bytes()
}

struct Zpl(String);

impl Zpl {
    fn put(&mut self, command: std::fmt::Arguments<'_>) {
        // Writing into a `String` cannot fail.
        let _ = self.0.write_fmt(command);
    }

    fn element(&mut self, element: &Element) {
        match element {
            Element::Text(text) => self.text(text),
            Element::Fill { at, width, height } => self.rectangle(*at, *width, *height, *width.min(height)),
            Element::Frame { at, width, height, line } => self.rectangle(*at, *width, *height, *line),
            Element::Bars { at, module, height, symbol } => {
                self.put(format_args!("^FO{},{}^BY{module}^BCN,{height},N,N,N,N", at.x, at.y));
                self.data(&code128::invocation(symbol));
            }
        }
    }

    fn text(&mut self, text: &Text) {
        self.put(format_args!("^FO{},{}^A0N,{},{}", text.at.x, text.at.y, text.size, text.stretch));
        match text.align {
            Align::Left => {}
            Align::Centre(room) => self.put(format_args!("^FB{room},1,0,C,0")),
            Align::Right(room) => self.put(format_args!("^FB{room},1,0,R,0")),
        }
        if text.reverse {
            self.put(format_args!("^FR"));
        }
        self.data(&text.text);
    }

    fn rectangle(&mut self, at: Point, width: u32, height: u32, line: u32) {
        self.put(format_args!("^FO{},{}^GB{width},{height},{line}^FS\n", at.x, at.y));
    }

    fn data(&mut self, text: &str) {
        self.put(format_args!("^FH_^FD"));
        for byte in text.bytes() {
            match byte {
                b'^' | b'~' | b'\\' | b'_' | b',' => self.put(format_args!("_{byte:02X}")),
                b' '..=b'~' => self.0.push(char::from(byte)),
                _ => self.put(format_args!("_{byte:02X}")),
            }
        }
        self.put(format_args!("^FS\n"));
    }
}
