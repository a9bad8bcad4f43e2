//! Draws ESC/POS: text in cells of 12 x 24 dots, raster images, Code 128, QR, on endless paper.
//!
//! It draws what receipts and our labels are made of; page mode, downloaded characters and code pages are not drawn, and
//! said to be so.

use std::collections::BTreeSet;

use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_6X12;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::*;
use embedded_graphics::text::{Baseline, Text};

use super::parse::{Length, command_length};
use crate::sim::code128;

/// A cell of font A.
const CELL: (u32, u32) = (12, 24);
/// From one line to the next.
const PITCH: u32 = 30;
/// The longest paper that is drawn, dots: 4 m.
const LONGEST: usize = 32_000;

/// A drawn receipt.
pub(super) struct DrawnReceipt {
    pub(super) png: Vec<u8>,
    pub(super) unsupported: Vec<String>,
    pub(super) clipped: Vec<String>,
}

/// Rows of dots, as many as there are.
struct Paper {
    width: u32,
    rows: Vec<Vec<bool>>,
}

impl Paper {
    fn dot(&mut self, x: u32, y: usize) {
        if y >= LONGEST {
            return;
        }
        if self.rows.len() <= y {
            self.rows.resize(y + 1, vec![false; self.width as usize]);
        }
        if let Some(dot) = self.rows[y].get_mut(x as usize) {
            *dot = true;
        }
    }
}

struct ReceiptState {
    paper: Paper,
    y: usize,
    line: Vec<u8>,
    across: u32,
    down: u32,
    align: u8,
    reverse: bool,
    spacing: u32,
    bar_height: u32,
    module: u32,
    qr: (u32, Vec<u8>),
    unsupported: BTreeSet<String>,
    clipped: Vec<String>,
}

/// Draws a job on paper of so many dots across.
pub(super) fn draw(job: &[u8], width: u32) -> DrawnReceipt {
    let mut state = ReceiptState {
        paper: Paper { width, rows: Vec::new() },
        y: 0,
        line: Vec::new(),
        across: 1,
        down: 1,
        align: 0,
        reverse: false,
        spacing: PITCH,
        bar_height: 162,
        module: 3,
        qr: (3, Vec::new()),
        unsupported: BTreeSet::new(),
        clipped: Vec::new(),
    };
    let mut rest = job;
    while let Some(&first) = rest.first() {
        let length = match first {
            0x10 | 0x1B | 0x1C | 0x1D => match command_length(rest) {
                Length::Of(length) => length.min(rest.len()),
                Length::Unknown => rest.len(),
            },
            _ => 1,
        };
        let (command, after) = rest.split_at(length);
        state.take(command);
        rest = after;
    }
    state.end_line();
    DrawnReceipt {
        png: png(&state.paper),
        unsupported: state.unsupported.into_iter().collect(),
        clipped: state.clipped,
    }
}

impl ReceiptState {
    fn take(&mut self, command: &[u8]) {
        match *command {
            [0x1B, b'@'] => (self.across, self.down, self.align, self.reverse, self.spacing) = (1, 1, 0, false, PITCH),
            [0x1B, b'a', n] => self.align = n % 48,
            [0x1B, b'2'] => self.spacing = PITCH,
            [0x1B, b'3', n] => self.spacing = n.into(),
            [0x1B, b'd', n] => self.feed(u32::from(n) * self.spacing),
            [0x1B, b'J', n] => self.feed(n.into()),
            [0x1D, b'!', n] => (self.across, self.down) = (u32::from(n >> 4 & 7) + 1, u32::from(n & 7) + 1),
            [0x1D, b'B', n] => self.reverse = n & 1 == 1,
            [0x1D, b'h', n] => self.bar_height = n.into(),
            [0x1D, b'w', n] => self.module = n.into(),
            [0x1D, b'v', _, _, xl, xh, yl, yh, ref data @ ..] => {
                self.raster(u16::from_le_bytes([xl, xh]).into(), u16::from_le_bytes([yl, yh]).into(), data);
            }
            [0x1D, b'k', 73, _, ref data @ ..] => self.bars(data),
            [0x1D, b'(', b'k', _, _, 49, 67, n] => self.qr.0 = n.into(),
            [0x1D, b'(', b'k', _, _, 49, 80, 48, ref data @ ..] => self.qr.1 = data.to_vec(),
            [0x1D, b'(', b'k', _, _, 49, 81, ..] => self.matrix(),
            // Bold, underline, fonts, text below bars, error correction, code pages, cut: nothing that moves anything.
            [0x1B, b'E' | b'G' | b'-' | b'M' | b't' | b'R' | b'{' | b'V', ..] => {}
            [0x1D, b'H' | b'f' | b'V' | b'(' | b'b', ..] => {}
            [b'\n'] => {
                let down = self.spacing.max(CELL.1 * self.down);
                let (y, text) = (self.y, !self.line.is_empty());
                self.end_line();
                self.y = if text { y + down as usize } else { self.y + self.spacing as usize };
            }
            [text] if text >= b' ' => self.line.push(text),
            [_] => {}
            ref other => {
                let name: Vec<String> = other.iter().take(2).map(|byte| format!("{byte:02X}")).collect();
                self.unsupported.insert(name.join(" "));
            }
        }
    }

    fn feed(&mut self, dots: u32) {
        self.end_line();
        self.y += dots as usize;
    }

    /// Draws the line that was collected, and stands at its top.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let text: String = line.iter().map(|byte| char::from(*byte)).collect();
        let letters = u32::try_from(line.len()).unwrap_or(u32::MAX);
        let width = letters.saturating_mul(CELL.0 * self.across);
        if width > self.paper.width {
            self.clipped.push(format!("{text:?} is {width} dots, the paper {}", self.paper.width));
        }
        let left = self.left(width);
        let mut cells = Cells { dots: Vec::new() };
        let style = MonoTextStyle::new(&FONT_6X12, BinaryColor::On);
        let _ = Text::with_baseline(&text, Point::zero(), style, Baseline::Top).draw(&mut cells);
        let black: BTreeSet<(u32, u32)> = cells.dots.into_iter().collect();
        for y in 0..CELL.1 * self.down {
            for x in 0..width.min(self.paper.width) {
                let ink = black.contains(&(x / (2 * self.across), y / (2 * self.down)));
                if ink != self.reverse {
                    self.paper.dot(left + x, self.y + y as usize);
                }
            }
        }
        self.y += (CELL.1 * self.down) as usize;
    }

    fn left(&self, width: u32) -> u32 {
        let white = self.paper.width.saturating_sub(width);
        match self.align {
            1 => white / 2,
            2 => white,
            _ => 0,
        }
    }

    fn raster(&mut self, stride: u32, height: u32, data: &[u8]) {
        self.end_line();
        let left = self.left(stride * 8);
        for (y, row) in data.chunks(stride.max(1) as usize).take(height as usize).enumerate() {
            for (place, byte) in (0..).zip(row) {
                for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
                    let x = left + place * 8 + bit;
                    if x >= self.paper.width && self.clipped.is_empty() {
                        self.clipped.push(format!("a picture of {} dots, the paper {}", stride * 8, self.paper.width));
                    }
                    self.paper.dot(x, self.y + y);
                }
            }
        }
        self.y += height as usize;
    }

    fn bars(&mut self, data: &[u8]) {
        self.end_line();
        let Some(modules) = code128::of_function_b(data) else {
            self.unsupported.insert("1D 6B 49 (data)".to_owned());
            return;
        };
        let width = u32::try_from(modules.len()).unwrap_or(u32::MAX).saturating_mul(self.module);
        if width > self.paper.width {
            self.clipped.push(format!("a barcode of {width} dots, the paper {}: it is not printed", self.paper.width));
            return;
        }
        let mut x = self.left(width);
        for black in modules {
            let next = x + self.module;
            if black {
                for y in 0..self.bar_height as usize {
                    (x..next).for_each(|x| self.paper.dot(x, self.y + y));
                }
            }
            x = next;
        }
        self.y += self.bar_height as usize;
    }

    fn matrix(&mut self) {
        self.end_line();
        let Ok(code) = qrcode::QrCode::new(&self.qr.1) else { return };
        let (side, module) = (u32::try_from(code.width()).unwrap_or(0), self.qr.0);
        let left = self.left(side * module);
        for (place, colour) in (0..).zip(code.to_colors()) {
            if colour == qrcode::Color::Dark {
                let (x, y) = (place % side * module, place / side * module);
                for (dx, dy) in (0..module).flat_map(|dy| (0..module).map(move |dx| (dx, dy))) {
                    self.paper.dot(left + x + dx, self.y + (y + dy) as usize);
                }
            }
        }
        self.y += (side * module) as usize;
    }
}

/// Takes the dots of a line of text.
struct Cells {
    dots: Vec<(u32, u32)>,
}

impl Dimensions for Cells {
    fn bounding_box(&self) -> embedded_graphics::primitives::Rectangle {
        embedded_graphics::primitives::Rectangle::new(Point::zero(), Size::new(u32::MAX / 4, 64))
    }
}

impl DrawTarget for Cells {
    type Color = BinaryColor;
    type Error = core::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Self::Error> {
        let place = |Pixel(at, colour): Pixel<BinaryColor>| {
            (colour == BinaryColor::On).then_some((u32::try_from(at.x).ok()?, u32::try_from(at.y).ok()?))
        };
        self.dots.extend(pixels.into_iter().filter_map(place));
        Ok(())
    }
}

/// The paper as a black and white picture.
fn png(paper: &Paper) -> Vec<u8> {
    let height = u32::try_from(paper.rows.len().max(1)).unwrap_or(1);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, paper.width.max(1), height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut grey: Vec<u8> = paper.rows.iter().flatten().map(|black| if *black { 0 } else { 0xff }).collect();
    grey.resize((paper.width.max(1) * height) as usize, 0xff);
    if let Ok(mut writer) = encoder.write_header() {
        let _ = writer.write_image_data(&grey);
    }
    bytes
}
