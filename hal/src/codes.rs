//! Reads the bars back from a picture of a label.
//!
//! Linear codes are Code 128, as a printer draws them: sharp, black on white, upright or turned by a quarter. A symbol
//! counts when two scan lines agree on it, since one line in a hundred of mere text passes the check character.

use std::collections::BTreeMap;
use std::io::Cursor;

use rxing::common::{BitArray, HybridBinarizer};
use rxing::datamatrix::DataMatrixReader;
use rxing::oned::{Code128Reader, OneDReader};
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::QRCodeReader;
use rxing::{
    BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult, RXingResultMetadataType, RXingResultMetadataValue,
    Reader,
};

/// Dots between scan lines: the lowest bars on a label are some 50 dots high.
const STEP: usize = 8;
/// The narrowest white worth starting anew behind: ten modules of two dots are a quiet zone.
const QUIET: usize = 20;
/// Darker than this is a bar.
const BLACK: u8 = 128;
/// Larger than any label at 600 dpi.
const DOTS_MAX: u32 = 1 << 26;

/// A bar code found in a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DecodedSymbol {
    /// What it says; an FNC1 within it is GS (0x1D), the leading one of a GS1 symbol is left out.
    pub text: String,
    /// GS1-128 (`]C1`) rather than plain Code 128 (`]C0`).
    pub gs1: bool,
}

/// A code of any symbology found in a picture.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Symbol {
    /// `code128`, `qr`, `datamatrix`, `pdf417`.
    pub symbology: &'static str,
    /// What it says.
    pub text: String,
    /// Whether it says GS1.
    pub gs1: bool,
}

/// Every code that is found in the picture: Code 128 as [`code128`], then at most one of each two-dimensional kind.
#[must_use]
pub fn symbols(png: &[u8]) -> Vec<Symbol> {
    let linear =
        code128(png).into_iter().map(|found| Symbol { symbology: "code128", text: found.text, gs1: found.gs1 });
    linear.chain(matrices(png)).collect()
}

/// At most one of each two-dimensional kind.
#[must_use]
pub fn matrices(png: &[u8]) -> Vec<Symbol> {
    let Some(picture) = Picture::read(png) else { return Vec::new() };
    let (Ok(width), Ok(height)) = (u32::try_from(picture.width), u32::try_from(picture.height)) else {
        return Vec::new();
    };
    let Ok(source) = Luma8LuminanceSource::new(picture.grey, width, height) else { return Vec::new() };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let found = [
        ("qr", QRCodeReader.decode_with_hints(&mut picture, &hints)),
        ("datamatrix", DataMatrixReader.decode_with_hints(&mut picture, &hints)),
        ("pdf417", PDF417Reader.decode_with_hints(&mut picture, &hints)),
    ];
    let symbol = |(symbology, found): (&'static str, Result<RXingResult, _>)| {
        found.ok().map(|result| Symbol { symbology, text: result.getText().to_owned(), gs1: false })
    };
    found.into_iter().filter_map(symbol).collect()
}

/// Dots across and down.
pub(crate) fn size(png: &[u8]) -> Option<(u32, u32)> {
    let picture = Picture::read(png)?;
    Some((u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?))
}

/// How many dots are black.
#[cfg(feature = "render")]
pub(crate) fn ink(png: &[u8]) -> usize {
    Picture::read(png).map_or(0, |picture| picture.grey.iter().filter(|level| **level < BLACK).count())
}

/// Every upright Code 128 symbol in the picture, from top to bottom and left to right; where there is none, those turned
/// by a quarter. Nothing for bytes that are no picture.
#[must_use]
pub fn code128(png: &[u8]) -> Vec<DecodedSymbol> {
    let Some(picture) = Picture::read(png) else { return Vec::new() };
    let mut found = FoundSymbols::default();
    let mut lines = DotLines { found: &mut found, last: Vec::new(), held: Vec::new() };
    for y in (STEP / 2..picture.height).step_by(STEP) {
        lines.read((0..picture.width).map(|x| picture.is_black(x, y)), y);
    }
    if lines.found.agree() {
        return found.agreed();
    }
    for x in (STEP / 2..picture.width).step_by(STEP) {
        let line = picture.height + x;
        lines.read((0..picture.height).map(|y| picture.is_black(x, y)), line);
        lines.read((0..picture.height).rev().map(|y| picture.is_black(x, y)), line);
    }
    found.agreed()
}

/// Where each symbol was first seen, and on how many lines.
#[derive(Default)]
struct FoundSymbols(BTreeMap<DecodedSymbol, ((usize, usize), u32)>);

impl FoundSymbols {
    fn saw(&mut self, symbol: DecodedSymbol, at: (usize, usize)) {
        self.0.entry(symbol).or_insert((at, 0)).1 += 1;
    }

    fn agree(&self) -> bool {
        self.0.values().any(|(_, lines)| *lines >= 2)
    }

    fn agreed(self) -> Vec<DecodedSymbol> {
        let mut agreed: Vec<_> = self.0.into_iter().filter(|(_, (_, lines))| *lines >= 2).collect();
        agreed.sort_by_key(|(_, (at, _))| *at);
        agreed.into_iter().map(|(symbol, _)| symbol).collect()
    }
}

/// Lines of dots, one after the other. Bars are the same on many lines: a line like the last is not read again.
struct DotLines<'a> {
    found: &'a mut FoundSymbols,
    last: Vec<bool>,
    held: Vec<(DecodedSymbol, usize)>,
}

impl DotLines<'_> {
    fn read(&mut self, dots: impl Iterator<Item = bool>, line: usize) {
        let dots: Vec<bool> = dots.collect();
        if dots != self.last {
            self.held = on_line(&dots);
            self.last = dots;
        }
        for (symbol, at) in &self.held {
            self.found.saw(symbol.clone(), (line, *at));
        }
    }
}

/// What one line of dots holds: looks behind each symbol found, and behind each quiet zone where none was.
fn on_line(dots: &[bool]) -> Vec<(DecodedSymbol, usize)> {
    let mut found = Vec::new();
    // A symbol has at least 4 characters of 6 elements; a line with fewer changes has none.
    if dots.windows(2).filter(|pair| pair[0] != pair[1]).count() < 24 {
        return found;
    }
    let hints = DecodeHints { AssumeGs1: Some(true), ..DecodeHints::default() };
    let mut start = 0;
    while start + QUIET < dots.len() {
        let decoded = Code128Reader.decode_row(0, &bits(&dots[start..]), &hints).ok();
        let behind = match decoded.as_ref().and_then(right_end) {
            Some(end) => {
                found.extend(decoded.as_ref().and_then(symbol_of).map(|symbol| (symbol, start)));
                Some(start + end.max(1))
            }
            None => next_cluster(dots, start),
        };
        let Some(behind) = behind else { break };
        start = behind;
    }
    found
}

fn bits(dots: &[bool]) -> BitArray {
    let mut row = BitArray::with_size(dots.len());
    for (at, _) in dots.iter().enumerate().filter(|(_, black)| **black) {
        row.set(at);
    }
    row
}

/// Where the dots go on after the next quiet zone; the zone itself stays, since a symbol must begin with one.
fn next_cluster(dots: &[bool], start: usize) -> Option<usize> {
    let first = start + dots[start..].iter().position(|black| *black)?;
    let mut white = 0;
    for (at, black) in dots.iter().enumerate().skip(first) {
        match (black, white) {
            (false, _) => white += 1,
            (true, QUIET..) => return Some(at - QUIET),
            (true, _) => white = 0,
        }
    }
    None
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a row, rounded to a dot")]
fn right_end(result: &RXingResult) -> Option<usize> {
    result.getPoints().iter().map(|point| point.x as usize).max()
}

fn symbol_of(result: &RXingResult) -> Option<DecodedSymbol> {
    let identifier = result.getRXingResultMetadata().get(&RXingResultMetadataType::SYMBOLOGY_IDENTIFIER);
    let gs1 = matches!(identifier, Some(RXingResultMetadataValue::SymbologyIdentifier(id)) if id == "]C1");
    let text = result.getText();
    let text = if gs1 { text.strip_prefix("]C1").unwrap_or(text) } else { text };
    (!text.is_empty()).then(|| DecodedSymbol { text: text.to_owned(), gs1 })
}

/// The dots of a picture.
struct Picture {
    width: usize,
    height: usize,
    grey: Vec<u8>,
}

impl Picture {
    fn read(png: &[u8]) -> Option<Self> {
        let mut decoder = png::Decoder::new(Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().ok()?;
        if reader.info().width.checked_mul(reader.info().height)? > DOTS_MAX {
            return None;
        }
        let mut bytes = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut bytes).ok()?;
        let samples = frame.color_type.samples();
        let grey = bytes.chunks_exact(samples).map(|pixel| pixel[0]).collect();
        let (width, height) = (usize::try_from(frame.width).ok()?, usize::try_from(frame.height).ok()?);
        Some(Self { width, height, grey })
    }

    fn is_black(&self, x: usize, y: usize) -> bool {
        self.grey.get(y * self.width + x).is_some_and(|level| *level < BLACK)
    }
}

#[cfg(all(test, feature = "render"))]
mod tests {
    use super::*;

    fn drawn(zpl: &str) -> Vec<u8> {
        let options = labelize::RenderOptions {
            language: Some(labelize::Language::Zpl),
            width_mm: Some(100.0),
            height_mm: Some(150.0),
            ..labelize::RenderOptions::default()
        };
        labelize::render_png(zpl.as_bytes(), options).unwrap().bytes
    }

    fn symbol(text: &str, gs1: bool) -> DecodedSymbol {
        DecodedSymbol { text: text.to_owned(), gs1 }
    }

    #[test]
    fn a_plain_code_is_read_back_among_text_and_lines() {
        let png = drawn(
            "^XA^FO10,10^GB780,1180,4^FS^FO60,40^A0N,60,60^FDSAMPLE STREET 1111^FS\
             ^FO120,300^BY3^BCN,160,Y,N,N^FD1LS717793482164^FS^FO60,900^A0N,200,200^FDIIIIII^FS^XZ",
        );
        assert_eq!(code128(&png), [symbol("1LS717793482164", false)]);
    }

    #[test]
    fn a_gs1_code_keeps_its_separator_and_is_told_from_a_plain_one() {
        let png = drawn(
            "^XA^FO60,100^BY3^BCN,170,N,N,N^FD>;>8420900589200190132607600833457^FS\
             ^FO60,400^BY2^BCN,120,N,N,N^FD>;>80109506000134352>810>6ABC>8375^FS^XZ",
        );
        let read = code128(&png);
        assert_eq!(read[0], symbol("420900589200190132607600833457", true));
        assert!(read[1].gs1 && read[1].text.starts_with("0109506000134352\x1d10ABC\x1d"), "{read:?}");
    }

    #[test]
    fn two_codes_side_by_side_are_read() {
        let png = drawn("^XA^FO60,60^BY2^BCN,120,N,N,N^FDAB123^FS^FO430,60^BY2^BCN,120,N,N,N^FDCD456^FS^XZ");
        assert_eq!(code128(&png), [symbol("AB123", false), symbol("CD456", false)]);
    }

    #[test]
    fn a_turned_code_is_read_where_none_is_upright() {
        let png = drawn("^XA^FO60,60^A0N,60,60^FDTEXT^FS^FO300,300^BY3^BCR,160,N,N,N^FDUPRIGHT99^FS^XZ");
        assert_eq!(code128(&png), [symbol("UPRIGHT99", false)]);
    }

    #[test]
    fn what_is_no_picture_holds_nothing() {
        assert_eq!(code128(b""), []);
        assert_eq!(code128(b"\x89PNG\r\n\x1a\nrubbish"), []);
        assert_eq!(code128(&drawn("^XA^FO60,60^A0N,90,90^FDNO BARS^FS^XZ")), []);
    }
}
