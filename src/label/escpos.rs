//! A document as ESC/POS, for receipt printers that print labels.
//!
//! ```text
//!  1B 40                          initialise
//!  1D 76 30 00 xL xH yL yH …      bands of dots, 256 rows at most
//!  1D 68 n  1D 77 n  1D 48 00     a barcode's height, module, no text below
//!  1B 61 01  1D 6B 49 n …  1B 61 00   Code 128 (function B), in the middle
//!  1D 56 …                        cut
//! ```
//!
//! Text is always dots, so that it is the same on every clone; a barcode is the printer's own where it stands alone in
//! the middle of its rows. The crate `escpos` writes the frame around it; bars and dots are written here, because it has
//! no Code 128 and scales pictures.

use std::cell::RefCell;
use std::rc::Rc;

use escpos::driver::Driver;
use escpos::printer::Printer;
use escpos::utils::Protocol;

use super::bitmap::Bitmap;
use super::code128::{self, Code128};
use super::document::{Document, Element};
use super::lettering::Lettering;
use super::pixels;

/// Some printers lose rows of higher bands.
const BAND: u32 = 256;
/// Modules a receipt printer draws: 2 to 6 dots.
const MODULES: std::ops::RangeInclusive<u32> = 2..=6;

/// The bytes a printer would be sent.
#[derive(Debug, Clone, Default)]
pub(super) struct JobBytes(Rc<RefCell<Vec<u8>>>);

impl Driver for JobBytes {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> escpos::errors::Result<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> escpos::errors::Result<usize> {
        Ok(0)
    }

    fn flush(&self) -> escpos::errors::Result<()> {
        Ok(())
    }
}

/// What `commands` write, as one job that ends with a cut. Writing into memory does not fail.
pub(super) fn job(
    commands: impl FnOnce(&mut Printer<JobBytes>) -> escpos::errors::Result<()>,
) -> escpos::errors::Result<Vec<u8>> {
    let memory = JobBytes::default();
    let mut printer = Printer::new(memory.clone(), Protocol::default(), None);
    printer.init()?;
    commands(&mut printer)?;
    printer.print_cut()?;
    drop(printer);
    Ok(memory.0.take())
}

/// The document as one job.
pub(super) fn encode(document: &Document, lettering: &Lettering) -> Vec<u8> {
    let (paper, bars) = parts(document, lettering);
    let written = job(|printer| {
        let mut from = 0;
        for bar in bars {
            bands(printer, &paper, from, bar.from)?;
            bar.write(printer)?;
            from = bar.from + bar.height;
        }
        bands(printer, &paper, from, paper.height())
    });
    written.unwrap_or_default()
}

/// A barcode that the printer draws.
struct Bar<'a> {
    from: u32,
    height: u32,
    module: u32,
    symbol: &'a Code128,
}

/// What the printer draws itself, and the dots of everything else.
fn parts<'a>(document: &'a Document, lettering: &Lettering) -> (Bitmap, Vec<Bar<'a>>) {
    let (codes, others): (Vec<&Element>, Vec<&Element>) =
        document.elements.iter().partition(|element| matches!(element, Element::Bars { .. }));
    let mut elements: Vec<Element> = others.into_iter().cloned().collect();
    let without = pixels::pixels(&Document { elements: elements.clone(), ..*document }, lettering);
    let mut bars: Vec<Bar<'a>> = Vec::new();
    for code in codes {
        let Element::Bars { at, module, height, symbol } = code else { continue };
        let width = symbol.modules() * module;
        let off_centre = document.width.abs_diff(2 * at.x + width);
        let alone = (at.y..at.y + height).all(|y| without.row(y).iter().all(|byte| *byte == 0))
            && bars.iter().all(|bar| bar.from + bar.height <= at.y);
        if MODULES.contains(module) && *height <= 255 && off_centre <= 2 * module && alone {
            bars.push(Bar { from: at.y, height: *height, module: *module, symbol });
        } else {
            elements.push(code.clone());
        }
    }
    (pixels::pixels(&Document { elements, ..*document }, lettering), bars)
}

/// Rows as raster bit images.
pub(super) fn bands(printer: &mut Printer<JobBytes>, paper: &Bitmap, from: u32, to: u32) -> escpos::errors::Result<()> {
    let stride = paper.stride();
    for top in (from..to).step_by(BAND as usize) {
        let rows = BAND.min(to - top);
        let mut band = b"\x1Dv0\0".to_vec();
        for size in [stride, rows] {
            band.extend(u16::try_from(size).unwrap_or(u16::MAX).to_le_bytes());
        }
        (top..top + rows).for_each(|y| band.extend_from_slice(paper.row(y)));
        printer.custom(&band)?;
    }
    Ok(())
}

impl Bar<'_> {
    fn write(&self, printer: &mut Printer<JobBytes>) -> escpos::errors::Result<()> {
        let data = code128::function_b(self.symbol);
        let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        let size = [0x1D, b'h', byte(self.height), 0x1D, b'w', byte(self.module), 0x1D, b'H', 0];
        printer.custom(&size)?;
        let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
        printer.custom(&[&b"\x1Ba\x01\x1Dk\x49"[..], &[length], &data, b"\x1Ba\x00"].concat())?;
        Ok(())
    }
}
