//! Two-dimensional codes as modules: QR (ISO/IEC 18004), Data Matrix (ISO/IEC 16022), PDF417 (ISO/IEC 15438).
//!
//! They are printed as pictures: what a printer's firmware makes of the same text differs from model to model in size,
//! and many have none at all.

use rxing::common::BitMatrix;
use rxing::datamatrix::DataMatrixWriter;
use rxing::pdf417::PDF417Writer;
use rxing::pdf417::encoder::Dimensions;
use rxing::qrcode::QRCodeWriter;
use rxing::{BarcodeFormat, EncodeHints, Writer};

use super::bitmap::Bitmap;

/// Longer texts than any label needs, and short of what the symbologies hold.
const LONGEST: usize = 700;
/// Heights of a PDF417 row in modules, the best first: three at least (ISO/IEC 15438), five on OnTrac labels.
const ROWS: [u32; 3] = [5, 4, 3];
/// What the encoder draws of each PDF417 row.
const DRAWN_ROW: u32 = 4;

/// Which code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matrix {
    /// Error correction level M.
    Qr,
    /// Square, ECC 200.
    DataMatrix,
    /// Error correction level 5.
    Pdf417 {
        /// Data columns; the encoder chooses where none are given.
        columns: Option<u32>,
    },
}

impl Matrix {
    /// White modules that belong on every side.
    #[must_use]
    pub const fn quiet(self) -> u32 {
        match self {
            Self::Qr => 4,
            Self::DataMatrix => 1,
            Self::Pdf417 { .. } => 2,
        }
    }

    /// The modules of a text, one dot each, without quiet zone, in every shape the code may have, the best first; none
    /// where it cannot carry the text.
    pub(super) fn modules(self, text: &str) -> Vec<Bitmap> {
        match (self, self.encoded(text)) {
            (_, None) => Vec::new(),
            (Self::Pdf417 { .. }, Some(rows)) => ROWS.map(|row| stretched(&rows, row)).into(),
            (Self::Qr | Self::DataMatrix, Some(modules)) => vec![modules],
        }
    }

    fn encoded(self, text: &str) -> Option<Bitmap> {
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        let hints = EncodeHints { Margin: Some("0".to_owned()), ..EncodeHints::default() };
        match self {
            Self::Qr => {
                let hints = EncodeHints { ErrorCorrection: Some("M".to_owned()), ..hints };
                let matrix = QRCodeWriter.encode_with_hints(text, &BarcodeFormat::QR_CODE, 0, 0, &hints).ok()?;
                Some(every(&matrix, 1))
            }
            Self::DataMatrix => {
                let matrix = DataMatrixWriter.encode_with_hints(text, &BarcodeFormat::DATA_MATRIX, 0, 0, &hints);
                Some(every(&matrix.ok()?, 1))
            }
            Self::Pdf417 { columns } => {
                let dimensions = columns.map(|columns| {
                    let columns = columns as usize;
                    Dimensions::new(columns, columns, 3, 90)
                });
                let hints = EncodeHints {
                    ErrorCorrection: Some("5".to_owned()),
                    Pdf417Dimensions: dimensions,
                    CharacterSet: (!text.is_ascii()).then(|| "UTF-8".to_owned()),
                    ..hints
                };
                let matrix = PDF417Writer.encode_with_hints(text, &BarcodeFormat::PDF_417, 0, 0, &hints).ok()?;
                Some(every(&matrix, DRAWN_ROW))
            }
        }
    }
}

/// Every so manieth row of the matrix.
fn every(matrix: &BitMatrix, step: u32) -> Bitmap {
    let mut dots = Bitmap::new(matrix.getWidth(), matrix.getHeight() / step);
    for y in 0..dots.height() {
        for x in (0..dots.width()).filter(|x| matrix.get(*x, y * step)) {
            dots.set(x, y, true);
        }
    }
    dots
}

/// Each row so many times.
fn stretched(dots: &Bitmap, times: u32) -> Bitmap {
    let mut high = Bitmap::new(dots.width(), dots.height() * times);
    for y in 0..high.height() {
        for x in (0..dots.width()).filter(|x| dots.get(*x, y / times)) {
            high.set(x, y, true);
        }
    }
    high
}

/// Modules as dots, each a square of so many.
pub(super) fn magnified(modules: &Bitmap, module: u32) -> Bitmap {
    let mut dots = Bitmap::new(modules.width() * module, modules.height() * module);
    for y in 0..modules.height() {
        for x in (0..modules.width()).filter(|x| modules.get(*x, y)) {
            dots.fill(x * module, y * module, module, module);
        }
    }
    dots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_those_of_the_standards() {
        let size = |matrix: Matrix, text: &str| matrix.modules(text).first().map(|dots| (dots.width(), dots.height()));
        assert_eq!(size(Matrix::Qr, "HELLO WORLD"), Some((21, 21)), "version 1");
        assert_eq!(size(Matrix::DataMatrix, "123456"), Some((10, 10)), "the smallest");
        let (width, height) = size(Matrix::Pdf417 { columns: Some(12) }, "D10011354453707").expect("it fits");
        assert_eq!((width, height % 5), (17 * (12 + 2) + 17 + 18, 0), "start, 2 indicators, 12 columns, stop");
    }

    #[test]
    fn what_cannot_be_carried_is_refused() {
        for matrix in [Matrix::Qr, Matrix::DataMatrix, Matrix::Pdf417 { columns: None }] {
            assert_eq!(matrix.modules(""), []);
            assert_eq!(matrix.modules(&"x".repeat(LONGEST + 1)), []);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_text_makes_an_encoder_fall_over(text in ".{0,60}") {
            for matrix in [Matrix::Qr, Matrix::DataMatrix, Matrix::Pdf417 { columns: Some(6) }] {
                let _ = matrix.modules(&text);
            }
        }
    }
}
