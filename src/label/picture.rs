//! A picture that is part of labels, and the ways ZPL writes one down.
//!
//! ```text
//!  ^GFA,n,n,bytes a row,<data>
//!    ACS   hexadecimal; G..Y say 1..19 and g..z say 20..400 times the next digit; `,` zeros to the row's end; `:` the row
//!          above again                        (ZPL II Programming Guide, "Alternative Data Compression Scheme")
//!          `!`, ones to the row's end, is never written: some readers take it for bits, and some for digits
//!    Z64   :Z64:<base64 of zlib>:<CRC-16/XMODEM of that base64>
//! ```

use std::io::Write;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::bitmap::Bitmap;

/// A picture, shared by all labels it is on, so that it is written down once.
#[derive(Debug, Clone)]
pub struct LabelPicture(Arc<PictureData>);

#[derive(Debug)]
struct PictureData {
    dots: Bitmap,
    acs: OnceLock<String>,
    z64: OnceLock<String>,
}

impl PartialEq for LabelPicture {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.dots == other.0.dots
    }
}

impl Eq for LabelPicture {}

impl From<Bitmap> for LabelPicture {
    fn from(dots: Bitmap) -> Self {
        Self(Arc::new(PictureData { dots, acs: OnceLock::new(), z64: OnceLock::new() }))
    }
}

impl LabelPicture {
    /// Its dots.
    #[must_use]
    pub fn dots(&self) -> &Bitmap {
        &self.0.dots
    }

    /// Run-length coded hexadecimal: every ZPL II printer reads it.
    pub(super) fn acs(&self) -> &str {
        self.0.acs.get_or_init(|| acs(&self.0.dots))
    }

    /// Half as long again; old printers and compatible ones may not read it.
    pub(super) fn z64(&self) -> &str {
        self.0.z64.get_or_init(|| z64(self.0.dots.bits()))
    }
}

fn acs(dots: &Bitmap) -> String {
    let mut coded = String::new();
    let mut above: Option<&[u8]> = None;
    for row in (0..dots.height()).map(|y| dots.row(y)) {
        if above == Some(row) {
            coded.push(':');
        } else {
            code_row(row, &mut coded);
        }
        above = Some(row);
    }
    coded
}

fn code_row(row: &[u8], coded: &mut String) {
    let digit = |at: usize| (row[at / 2] >> if at.is_multiple_of(2) { 4 } else { 0 }) & 0xf;
    let end = row.len() * 2;
    let mut at = 0;
    while at < end {
        let value = digit(at);
        let run = (at..end).take_while(|at| digit(*at) == value).count();
        match (value, at + run == end) {
            (0x0, true) => coded.push(','),
            _ => repeat(run, value, coded),
        }
        at += run;
    }
}

/// `count` times one hexadecimal digit.
fn repeat(mut count: usize, value: u8, coded: &mut String) {
    let value = char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 });
    while count > 2 {
        let step = count.min(419);
        if step >= 20 {
            coded.push(char::from(b'f' + u8::try_from(step / 20).unwrap_or(20)));
        }
        if !step.is_multiple_of(20) {
            coded.push(char::from(b'F' + u8::try_from(step % 20).unwrap_or(19)));
        }
        coded.push(value);
        count -= step;
    }
    coded.extend(std::iter::repeat_n(value, count));
}

fn z64(bits: &[u8]) -> String {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing into memory cannot fail.
    let packed = packer.write_all(bits).and_then(|()| packer.finish()).unwrap_or_default();
    let text = STANDARD.encode(packed);
    let check = crc16(text.as_bytes());
    format!(":Z64:{text}:{check:04X}")
}

/// CRC-16/XMODEM: polynomial 0x1021, from 0.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads ACS as a printer does.
    fn read(coded: &str, stride: usize) -> Vec<u8> {
        let mut digits: Vec<u8> = Vec::new();
        let mut count = 0;
        for letter in coded.chars() {
            let left = stride * 2 - digits.len() % (stride * 2);
            match letter {
                ',' => digits.extend(std::iter::repeat_n(0, left)),
                ':' => digits.extend_from_within(digits.len() - stride * 2..),
                'G'..='Y' => count += letter as usize - 'F' as usize,
                'g'..='z' => count += (letter as usize - 'f' as usize) * 20,
                digit => {
                    let value = u8::try_from(digit.to_digit(16).expect("hexadecimal")).expect("a digit");
                    digits.extend(std::iter::repeat_n(value, count.max(1)));
                    count = 0;
                }
            }
        }
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    #[test]
    fn the_manuals_examples_are_written_as_there() {
        let mut coded = String::new();
        repeat(7, 6, &mut coded);
        repeat(40, 0xB, &mut coded);
        repeat(327, 0xB, &mut coded);
        assert_eq!(coded, "M6hBvMB");
        assert_eq!(crc16(b"123456789"), 0x31C3);
    }

    #[test]
    fn rows_that_are_the_same_or_end_alike_cost_one_letter() {
        let mut dots = Bitmap::new(80, 4);
        dots.fill(8, 0, 72, 2);
        assert_eq!(acs(&dots), "00XF:,:");
    }

    proptest! {
        #[test]
        fn every_picture_reads_back(width in 1..900_u32, fills in proptest::collection::vec((0..900_u32, 0..9_u32, 1..500_u32), 0..9)) {
            let mut dots = Bitmap::new(width, 9);
            for (x, y, length) in fills {
                dots.fill(x, y, length, 3);
            }
            prop_assert_eq!(read(&acs(&dots), dots.stride() as usize), dots.bits());
        }
    }
}
