//! A document as ZPL II.
//!
//! ```text
//!  ^XA ^CI28 ^JZN ^PW ^LL ^LH0,0                one format; UTF-8; no reprint by the printer itself; the label's size
//!    ^FO ^A0N [^FB] [^FR] ^FH_ ^FD … ^FS        text
//!    ^FO [^FR] ^GFA … ^FS                       pictures
//!    ^FO ^GB ^FS                                rules and frames
//!    ^FO ^BY ^BCN ^FH_ ^FD … ^FS                bars, mode N: every shift is ours
//!  ^PQ1 ^XZ                                     one copy
//! ```
//!
//! Text is data: every `^FD` stands behind `^FH_`, and whatever could be a command, a field's own escape, a stored-format
//! substitute or another encoding's byte is written as `_` and two hexadecimal digits (ZPL II Programming Guide, `^FH`).

use std::fmt::Write;

use super::code128;
use super::document::{Align, Area, Document, Element, Text};

/// The document as one ZPL format of ASCII bytes; `packed` pictures are smaller, and not every printer reads them.
pub(super) fn encode(document: &Document, packed: bool) -> Vec<u8> {
    let mut zpl = Zpl { text: String::with_capacity(4096), packed, reverse: "" };
    zpl.put(format_args!("^XA\n^CI28\n^JZN\n^PW{}\n^LL{}\n^LH0,0\n", document.width, document.height));
    zpl.elements(&document.elements);
    zpl.put(format_args!("^PQ1\n^XZ\n"));
    zpl.text.into_bytes()
}

struct Zpl {
    text: String,
    packed: bool,
    /// `^FR` on a black ground.
    reverse: &'static str,
}

impl Zpl {
    fn put(&mut self, command: std::fmt::Arguments<'_>) {
        // Writing into a `String` cannot fail.
        let _ = self.text.write_fmt(command);
    }

    fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            self.element(element);
        }
    }

    fn element(&mut self, element: &Element) {
        match element {
            Element::Text(text) => self.text(text),
            Element::Picture { at, picture } => {
                let (bytes, stride) = (picture.dots().bits().len(), picture.dots().stride());
                let reverse = self.reverse;
                self.put(format_args!("^FO{},{}{reverse}^GFA,{bytes},{bytes},{stride},", at.x, at.y));
                self.text.push_str(if self.packed { picture.z64() } else { picture.acs() });
                self.text.push_str("^FS\n");
            }
            Element::Fill(area) => self.rectangle(*area, area.width.min(area.height)),
            Element::Frame(area, line) => self.rectangle(*area, *line),
            Element::Bars { at, module, height, symbol } => {
                let reverse = self.reverse;
                self.put(format_args!("^FO{},{}{reverse}^BY{module}^BCN,{height},N,N,N,N", at.x, at.y));
                self.data(&code128::invocation(symbol));
            }
            Element::Reverse(area, inside) => {
                self.rectangle(*area, area.width.min(area.height));
                let outside = std::mem::replace(&mut self.reverse, "^FR");
                self.elements(inside);
                self.reverse = outside;
            }
        }
    }

    fn text(&mut self, text: &Text) {
        self.put(format_args!("^FO{},{}^A0N,{},{}", text.at.x, text.at.y, text.size, text.size));
        match text.align {
            Align::Start => {}
            Align::Middle => self.put(format_args!("^FB{},1,0,C,0", text.room)),
            Align::End => self.put(format_args!("^FB{},1,0,R,0", text.room)),
        }
        self.text.push_str(self.reverse);
        self.data(&text.text);
    }

    fn rectangle(&mut self, area: Area, line: u32) {
        let reverse = self.reverse;
        let (at, width, height) = (area.at, area.width, area.height);
        self.put(format_args!("^FO{},{}{reverse}^GB{width},{height},{line}^FS\n", at.x, at.y));
    }

    fn data(&mut self, text: &str) {
        self.text.push_str("^FH_^FD");
        for byte in text.bytes() {
            match byte {
                b'^' | b'~' | b'\\' | b'_' | b',' => self.put(format_args!("_{byte:02X}")),
                b' '..=b'~' => self.text.push(char::from(byte)),
                _ => self.put(format_args!("_{byte:02X}")),
            }
        }
        self.text.push_str("^FS\n");
    }
}
