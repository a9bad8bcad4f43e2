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

use super::code128;
use super::document::{Align, Area, Document, Element, Text};

/// A label with a logo; most are shorter.
const USUAL: usize = 8192;

/// The document as one ZPL format of ASCII bytes; `packed` pictures are smaller, and not every printer reads them.
pub(super) fn encode(document: &Document, packed: bool) -> Vec<u8> {
    let mut zpl = Zpl { text: String::with_capacity(USUAL), packed, reverse: "" };
    zpl.put("^XA\n^CI28\n^JZN\n");
    zpl.command("^PW", &[document.width]).put("\n");
    zpl.command("^LL", &[document.height]).put("\n^LH0,0\n");
    zpl.elements(&document.elements);
    zpl.put("^PQ1\n^XZ\n");
    zpl.text.into_bytes()
}

struct Zpl {
    text: String,
    packed: bool,
    /// `^FR` on a black ground.
    reverse: &'static str,
}

impl Zpl {
    fn put(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// A command and its numbers, with commas between them.
    fn command(&mut self, name: &str, numbers: &[u32]) -> &mut Self {
        self.put(name);
        for (place, number) in numbers.iter().enumerate() {
            if place > 0 {
                self.put(",");
            }
            self.put(itoa::Buffer::new().format(*number));
        }
        self
    }

    fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            self.element(element);
        }
    }

    fn element(&mut self, element: &Element) {
        let reverse = self.reverse;
        match element {
            Element::Text(text) => self.text(text),
            Element::Picture { at, picture } => {
                let dots = picture.dots();
                let bytes = dots.stride() * dots.height();
                self.command("^FO", &[at.x, at.y]).put(reverse);
                self.command("^GFA,", &[bytes, bytes, dots.stride()]).put(",");
                self.text.push_str(if self.packed { picture.z64() } else { picture.acs() });
                self.put("^FS\n");
            }
            Element::Fill(area) => self.rectangle(*area, area.width.min(area.height)),
            Element::Frame(area, line) => self.rectangle(*area, *line),
            Element::Bars { at, module, height, symbol } => {
                self.command("^FO", &[at.x, at.y]).put(reverse);
                self.command("^BY", &[*module]).command("^BCN,", &[*height]).put(",N,N,N,N");
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
        let reverse = self.reverse;
        self.command("^FO", &[text.at.x, text.at.y]).command("^A0N,", &[text.size, text.size]);
        match text.align {
            Align::Start => {}
            Align::Middle => _ = self.command("^FB", &[text.room, 1, 0]).put(",C,0"),
            Align::End => _ = self.command("^FB", &[text.room, 1, 0]).put(",R,0"),
        }
        self.put(reverse);
        self.data(&text.text);
    }

    fn rectangle(&mut self, area: Area, line: u32) {
        let reverse = self.reverse;
        self.command("^FO", &[area.at.x, area.at.y]).put(reverse);
        self.command("^GB", &[area.width, area.height, line]).put("^FS\n");
    }

    fn data(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        self.put("^FH_^FD");
        for byte in text.bytes() {
            match byte {
                b'^' | b'~' | b'\\' | b'_' | b',' | ..b' ' | 0x7f.. => {
                    let digits = [byte >> 4, byte & 0xf].map(|digit| char::from(HEX[usize::from(digit)]));
                    self.text.push('_');
                    self.text.extend(digits);
                }
                b' '..=b'~' => self.text.push(char::from(byte)),
            }
        }
        self.put("^FS\n");
    }
}
