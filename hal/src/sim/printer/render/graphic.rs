//! The data of `^GFA`: hexadecimal, run-length coded or packed (ZPL II Programming Guide, "Alternative Data Compression
//! Scheme").
//!
//! ```text
//!  G..Y g..z   1..19 and 20..400 times the next digit      ,   zeros to the row's end      !   ones to the row's end
//!  :           the row above again                         :Z64:<base64 of zlib>:<CRC-16/XMODEM of that base64>
//! ```

use std::io::Read;

use data_encoding::BASE64;
use flate2::read::ZlibDecoder;

/// The largest picture that is read, bytes.
const BYTES_MAX: usize = 8 << 20;

/// A picture of rows of `stride` bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Graphic {
    pub(super) stride: usize,
    pub(super) bits: Vec<u8>,
}

/// Reads what follows `^GF`; an error says what is wrong with it.
pub(super) fn read(parameters: &str) -> Result<Graphic, &'static str> {
    let mut parts = parameters.splitn(5, ',');
    let mut next = || parts.next().unwrap_or_default().trim();
    if !next().eq_ignore_ascii_case("A") {
        return Err("binary data");
    }
    let _ = next();
    let (bytes, stride) = (next().parse::<usize>().unwrap_or(0), next().parse::<usize>().unwrap_or(0));
    if stride == 0 || bytes == 0 || bytes > BYTES_MAX {
        return Err("its size");
    }
    let data = next();
    let bits = match data.strip_prefix(":Z64:") {
        Some(packed) => unpacked(packed, bytes)?,
        None => run_lengths(data, stride, bytes)?,
    };
    Ok(Graphic { stride, bits })
}

fn unpacked(packed: &str, bytes: usize) -> Result<Vec<u8>, &'static str> {
    let (text, check) = packed.rsplit_once(':').ok_or("no check")?;
    if u16::from_str_radix(check.trim(), 16) != Ok(crc16(text.as_bytes())) {
        return Err("its check is wrong");
    }
    let zlib = BASE64.decode(text.as_bytes()).map_err(|_| "no base64")?;
    let mut bits = Vec::new();
    ZlibDecoder::new(&*zlib).take(bytes as u64).read_to_end(&mut bits).map_err(|_| "not packed as it says")?;
    Ok(bits)
}

/// CRC-16/XMODEM: polynomial 0x1021, from 0.
fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0_u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    crc
}

fn run_lengths(data: &str, stride: usize, bytes: usize) -> Result<Vec<u8>, &'static str> {
    let (row, most) = (stride * 2, bytes * 2);
    let mut digits: Vec<u8> = Vec::with_capacity(most);
    let mut count = 0;
    for letter in data.bytes().filter(|letter| !letter.is_ascii_whitespace()) {
        let left = row - digits.len() % row;
        let (times, digit) = match letter {
            b'G'..=b'Y' => {
                count += usize::from(letter - b'F');
                continue;
            }
            b'g'..=b'z' => {
                count += usize::from(letter - b'f') * 20;
                continue;
            }
            b':' => {
                let above = digits.len().checked_sub(row).ok_or("no row above")?;
                if digits.len() < most {
                    digits.extend_from_within(above..);
                }
                continue;
            }
            b',' => (left, 0),
            b'!' => (left, 0xf),
            digit => {
                let value = char::from(digit).to_digit(16).ok_or("no hexadecimal")?;
                (count.max(1), u8::try_from(value).unwrap_or(0))
            }
        };
        count = 0;
        digits.extend(std::iter::repeat_n(digit, times.min(most.saturating_sub(digits.len()))));
    }
    Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_the_manual_writes_them() {
        let read = |data: &str| read(&format!("A,8,8,2,{data}")).map(|graphic| graphic.bits);
        assert_eq!(read("8001,::!"), Ok(vec![0x80, 0x01, 0, 0, 0, 0, 0, 0]), "no more rows than it has");
        assert_eq!(read("00HF\n:,!"), Ok(vec![0x00, 0xff, 0x00, 0xff, 0, 0, 0xff, 0xff]));
        assert_eq!(read("hF"), Ok(vec![0xff; 8]), "a run that is too long ends with the picture");
        assert_eq!(read("IAB"), Ok(vec![0xaa, 0xab]));
        assert_eq!(read(":"), Err("no row above"));
        assert_eq!(read("XY?"), Err("no hexadecimal"));
    }

    #[test]
    fn a_packed_picture_is_read_and_a_damaged_one_is_not() {
        // zlib of eight bytes 0xff.
        let text = "eJz7/x8CACPkB/k=";
        let good = format!("A,8,8,2,:Z64:{text}:{:04X}", crc16(text.as_bytes()));
        assert_eq!(read(&good), Ok(Graphic { stride: 2, bits: vec![0xff; 8] }));
        assert_eq!(read(&good.replace("eJz7", "eJz8")), Err("its check is wrong"));
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn what_no_picture_is_said_to_be_is_refused() {
        assert_eq!(read("B,8,8,2,\0"), Err("binary data"));
        assert_eq!(read("A,8,99999999999,2,FF"), Err("its size"));
        assert_eq!(read("A,8,8,0,FF"), Err("its size"));
    }
}
