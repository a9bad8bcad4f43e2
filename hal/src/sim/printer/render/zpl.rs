//! ZPL, as far as parceld writes it: text in font 0, Code 128, boxes, pictures, each also reversed.
//!
//! A field is drawn at its `^FS`. One that holds a command, or a parameter, that is not known here is left out whole and
//! said to be (ZPL II Programming Guide).

use super::graphic::{self, Graphic};
use super::letters::Letters;
use super::{Dots, Label};
use crate::sim::code128;

/// What says nothing of the dots on a label: units, media, speed, darkness, comments, copies.
const SILENT: [&str; 14] =
    ["^XA", "^XZ", "^FX", "^JZ", "^PQ", "^LL", "^MN", "^MT", "^MD", "^MM", "^PR", "^PF", "^LF", "^JM"];
/// Letters that are higher are not drawn.
const HIGHEST: u32 = 2000;
/// Width of the narrowest bar and height of bars where a format says neither, dots.
const BARS: (u32, u32) = (2, 10);
/// Size of font 0 where a format says none, dots.
const FONT: (u32, u32) = (12, 12);

/// The commands of a format, in their order: the name, and what stands behind it.
fn commands(job: &[u8]) -> Vec<(String, &[u8])> {
    let mut found = Vec::new();
    let is_begin = |byte: &u8| matches!(byte, b'^' | b'~');
    let mut rest = job;
    while let Some(at) = rest.iter().position(is_begin) {
        rest = &rest[at..];
        let end = rest[1..].iter().position(is_begin).map_or(rest.len(), |next| next + 1);
        let (command, after) = rest.split_at(end);
        let (name, data) = command.split_at(command.len().min(3));
        found.push((String::from_utf8_lossy(name).to_ascii_uppercase(), data));
        rest = after;
    }
    found
}

/// The commands of a format by name, in their order.
#[cfg(feature = "render")]
pub(super) fn names(job: &[u8]) -> Vec<String> {
    commands(job).into_iter().map(|(name, _)| name).collect()
}

/// The texts of its fields, bars and all.
pub(super) fn texts(job: &[u8]) -> Vec<String> {
    let mut hex = None;
    let mut texts = Vec::new();
    for (name, data) in commands(job) {
        match name.as_str() {
            "^FH" => hex = Some(indicator(data)),
            "^FD" | "^FV" => texts.push(String::from_utf8_lossy(&unescaped(data, hex)).into_owned()),
            "^FS" => hex = None,
            _ => {}
        }
    }
    texts
}

/// What begins a byte in hexadecimal digits.
fn indicator(data: &[u8]) -> u8 {
    data.first().copied().filter(u8::is_ascii_graphic).unwrap_or(b'_')
}

/// Field data behind `^FH`.
fn unescaped(data: &[u8], hex: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        let escaped = data.get(at + 1..at + 3).filter(|_| Some(byte) == hex);
        let value = escaped.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    bytes
}

/// What a command says, between commas.
struct Parameters<'a>(Vec<&'a str>);

impl<'a> Parameters<'a> {
    fn of(data: &'a [u8]) -> Self {
        Self(str::from_utf8(data).unwrap_or_default().trim().split(',').map(str::trim).collect())
    }

    fn word(&self, place: usize) -> &'a str {
        self.0.get(place).copied().unwrap_or_default()
    }

    /// `None` where nothing stands, or no number.
    fn number(&self, place: usize) -> Option<u32> {
        self.word(place).parse().ok()
    }
}

/// Where the text of a field stands in its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Middle,
    End,
}

/// What a field is made of.
#[derive(Default)]
enum Content {
    #[default]
    Text,
    /// Height in dots, and whether what they say stands below.
    Bars(u32, bool),
    /// Width, height and line.
    Box(u32, u32, u32),
    Picture(Graphic),
}

/// A field that is being received.
#[derive(Default)]
struct ZplField {
    at: (i64, i64),
    font: Option<(u32, u32)>,
    block: Option<(u32, Place)>,
    content: Content,
    reverse: bool,
    hex: Option<u8>,
    data: Option<Vec<u8>>,
    refused: bool,
}

struct Format<'a> {
    label: &'a mut Label,
    letters: &'a Letters,
    paper: u32,
    home: (i64, i64),
    font: (u32, u32),
    bars: (u32, u32),
    utf8: bool,
    field: ZplField,
}

/// Draws a format.
pub(super) fn draw(job: &[u8], label: &mut Label, letters: &Letters) {
    let (paper, field) = (label.width, ZplField::default());
    let mut format = Format { label, letters, paper, home: (0, 0), font: FONT, bars: BARS, utf8: false, field };
    for (name, data) in commands(job) {
        format.take(&name, data);
    }
}

impl Format<'_> {
    fn take(&mut self, name: &str, data: &[u8]) {
        let says = Parameters::of(data);
        let pair = |default: u32| (says.number(0).unwrap_or(default), says.number(1).unwrap_or(default));
        match name {
            "^CI" => self.utf8 = says.number(0) == Some(28),
            "^PW" => {
                self.label.width = says.number(0).unwrap_or(self.paper).clamp(1, self.paper);
                self.label.left = (self.paper - self.label.width) / 2;
            }
            "^LH" => self.home = (pair(0).0.into(), pair(0).1.into()),
            "^BY" => self.bars = (says.number(0).unwrap_or(self.bars.0), says.number(2).unwrap_or(self.bars.1)),
            "^CF" if matches!(says.word(0), "0" | "") => self.font = self.size(says.number(1), says.number(2)),
            "^FO" if says.number(2).unwrap_or(0) > 0 => self.refuse("^FO: aligned"),
            "^FO" => self.field.at = (i64::from(pair(0).0) + self.home.0, i64::from(pair(0).1) + self.home.1),
            "^A0" => match says.word(0) {
                "" | "N" => self.field.font = Some(self.size(says.number(1), says.number(2))),
                _ => self.refuse("^A0: turned"),
            },
            "^FB" => self.block(&says),
            "^FR" => self.field.reverse = true,
            "^FH" => self.field.hex = Some(indicator(data)),
            "^FD" => self.field.data = Some(unescaped(data, self.field.hex)),
            "^GB" => self.rectangle(&says),
            "^GF" => match graphic::read(&String::from_utf8_lossy(data)) {
                Ok(picture) => self.field.content = Content::Picture(picture),
                Err(wrong) => self.refuse(format!("^GF: {wrong}")),
            },
            "^BC" => self.symbol(&says),
            "^FS" => {
                let field = std::mem::take(&mut self.field);
                if !field.refused {
                    self.draw(&field);
                }
            }
            silent if SILENT.contains(&silent) => {}
            unknown => self.refuse(unknown),
        }
    }

    /// Leaves the field out.
    fn refuse(&mut self, what: impl Into<String>) {
        self.field.refused = true;
        self.label.refuse(what);
    }

    /// Height and width of letters; one that is not said is like the other.
    fn size(&self, height: Option<u32>, width: Option<u32>) -> (u32, u32) {
        let some = |size: Option<u32>| size.filter(|size| *size > 0);
        match (some(height), some(width)) {
            (Some(height), width) => (height, width.unwrap_or(height)),
            (None, Some(width)) => (width, width),
            (None, None) => self.font,
        }
    }

    fn block(&mut self, says: &Parameters<'_>) {
        if says.number(1).unwrap_or(1) > 1 {
            return self.refuse("^FB: several lines");
        }
        let place = match says.word(3) {
            "C" => Place::Middle,
            "R" => Place::End,
            // The last line of a justified block stands at its beginning.
            _ => Place::Start,
        };
        self.field.block = Some((says.number(0).unwrap_or(0), place));
    }

    fn rectangle(&mut self, says: &Parameters<'_>) {
        if says.word(3) == "W" {
            return self.refuse("^GB: white");
        }
        if says.number(4).unwrap_or(0) > 0 {
            return self.refuse("^GB: round corners");
        }
        let line = says.number(2).unwrap_or(1).max(1);
        self.field.content = Content::Box(says.number(0).unwrap_or(line), says.number(1).unwrap_or(line), line);
    }

    fn symbol(&mut self, says: &Parameters<'_>) {
        match (says.word(0), says.word(3), says.word(5)) {
            ("" | "N", "" | "N", "" | "N") => {
                self.field.content = Content::Bars(says.number(1).unwrap_or(self.bars.1), says.word(2) != "N");
            }
            ("" | "N", "" | "N", mode) => self.refuse(format!("^BC: mode {mode}")),
            ("" | "N", ..) => self.refuse("^BC: text above"),
            _ => self.refuse("^BC: turned"),
        }
    }

    fn draw(&mut self, field: &ZplField) {
        if !field.reverse {
            return self.ink(field, None);
        }
        let mut dots = Dots::new(self.label.paper.width(), self.label.paper.height());
        self.ink(field, Some(&mut dots));
        self.label.paper.turn_over(&dots);
    }

    /// Draws the field on the label, or on other paper.
    fn ink(&mut self, field: &ZplField, other: Option<&mut Dots>) {
        let Label { paper, refused, .. } = &mut *self.label;
        let dots = other.unwrap_or(paper);
        let (x, y) = field.at;
        match &field.content {
            Content::Box(width, height, line) => dots.frame(x, y, *width, *height, *line),
            Content::Picture(picture) => dots.picture(x, y, picture.stride, &picture.bits),
            Content::Bars(height, text) => {
                let data = field.data.as_deref().unwrap_or_default();
                let Some(symbol) = code128::of_invocations(data) else {
                    refused.insert("^BC: its data".to_owned());
                    return;
                };
                let module = self.bars.0;
                for (place, _) in (0_u32..).zip(&symbol.modules).filter(|(_, black)| **black) {
                    dots.fill(x + i64::from(place) * i64::from(module), y, module, *height);
                }
                if *text {
                    let width = u32::try_from(symbol.modules.len()).unwrap_or(0) * module;
                    let (cell, gap) = (module * 10, module * 2);
                    let left = width.saturating_sub(self.letters.width(&symbol.text, cell)) / 2;
                    let below = y + i64::from(*height) + i64::from(gap);
                    self.letters.line(dots, &symbol.text, (x + i64::from(left), below), cell, cell);
                }
            }
            Content::Text => {
                let Some(data) = &field.data else { return };
                let text: String = match self.utf8 {
                    true => String::from_utf8_lossy(data).into_owned(),
                    false => data.iter().map(|byte| char::from(*byte)).collect(),
                };
                let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
                let (cell, across) = field.font.unwrap_or(self.font);
                if cell.max(across) > HIGHEST {
                    refused.insert(format!("^A0: letters of more than {HIGHEST} dots"));
                    return;
                }
                let left = field.block.map_or(0, |(room, place)| {
                    let left = i64::from(room) - i64::from(self.letters.width(&text, across));
                    match place {
                        Place::Start => 0,
                        Place::Middle => left / 2,
                        Place::End => left,
                    }
                });
                self.letters.line(dots, &text, (x + left, y), cell, across);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(zpl: &str) -> (Dots, Vec<String>) {
        let label = Dots::new(400, 300);
        let mut label = Label { paper: label, width: 400, left: 0, refused: std::collections::BTreeSet::new() };
        draw(zpl.as_bytes(), &mut label, &Letters::default());
        (label.paper, label.refused.into_iter().collect())
    }

    #[test]
    fn a_reversed_field_turns_over_what_it_lies_on() {
        let (ground, _) = drawn("^XA^FO10,10^GB300,100,100^FS^XZ");
        let (reversed, refused) = drawn("^XA^FO10,10^GB300,100,100^FS^FO20,20^A0N,60,60^FR^FH_^FDA_42^FS^XZ");
        let (black, _) = drawn("^XA^FO20,20^A0N,60,60^FDAB^FS^XZ");
        assert_eq!(reversed.ink(), ground.ink() - black.ink());
        assert_eq!(refused, [""; 0]);
    }

    #[test]
    fn text_stands_in_its_block_as_it_is_told() {
        let edges = |zpl: &str| {
            let dots = drawn(zpl).0;
            let black = |width: u32| dots.cut(width, 300).ink();
            ((0..400).find(|width| black(*width + 1) > 0), (0..=400).rev().find(|width| black(*width) < dots.ink()))
        };
        let ((start, _), (_, end)) = (
            edges("^XA^FO50,10^A0N,40,40^FB300,1,0,L,0^FDHH^FS^XZ"),
            edges("^XA^FO50,10^A0N,40,40^FB300,1,0,R,0^FDHH^FS^XZ"),
        );
        let (left, right) = edges("^XA^FO50,10^A0N,40,40^FB300,1,0,C,0^FDHH^FS^XZ");
        assert!(start.unwrap() - 50 < 6 && 350 - end.unwrap() < 6, "{start:?} {end:?}");
        assert!((left.unwrap() - 50).abs_diff(350 - right.unwrap()) < 6, "{left:?} {right:?}");
    }

    #[test]
    fn the_home_of_a_label_moves_its_fields() {
        assert_eq!(drawn("^XA^LH20,30^FO1,2^GB9,9,1^FS^XZ").0, drawn("^XA^FO21,32^GB9,9,1^FS^XZ").0);
    }

    #[test]
    fn a_field_with_something_unknown_is_left_out_and_named() {
        for (field, name) in [
            ("^A0R,20,20^FDa", "^A0: turned"),
            ("^FB100,2,0,L,0^FDa", "^FB: several lines"),
            ("^BCR,50,N,N,N^FDa", "^BC: turned"),
            ("^BCN,50,Y,Y,N^FDa", "^BC: text above"),
            ("^BCN,50,N,N,N,A^FDa", "^BC: mode A"),
            ("^BCN,50,N,N,N,N^FD>;123", "^BC: its data"),
            ("^GB9,9,1,W", "^GB: white"),
            ("^GB9,9,1,B,3", "^GB: round corners"),
            ("^GFB,1,1,1,x", "^GF: binary data"),
            ("^A0N,9999,9999^FDa", "^A0: letters of more than 2000 dots"),
            ("^B3N,N,50^FDa", "^B3"),
            ("^FT1,1^FDa", "^FT"),
        ] {
            let (dots, refused) = drawn(&format!("^XA^FO10,10{field}^FS^XZ"));
            assert_eq!((dots.ink(), &refused[..]), (0, &[name.to_owned()][..]), "{field}");
        }
    }

    #[test]
    fn bars_say_what_they_are_told_and_below_them_what_they_say() {
        let (bare, _) = drawn("^XA^FO40,40^BY2^BCN,60,N,N,N^FD>:AB>51234^FS^XZ");
        let (named, _) = drawn("^XA^FO40,40^BY2^BCN,60,Y,N,N^FD>:AB>51234^FS^XZ");
        assert_eq!(named.cut(400, 100), bare.cut(400, 100));
        assert!(named.ink() > bare.ink());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_fail(zpl in "(\\^[A-Z0]{2}|[0-9A-Za-z,:_>]|~DG|\n){0,60}", noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            drawn(&format!("^XA{zpl}^FS^XZ"));
            super::super::own(crate::printer::Language::Zpl, &noise, 40, 40);
            super::super::own(crate::printer::Language::Tspl, &noise, 40, 40);
        }
    }
}
