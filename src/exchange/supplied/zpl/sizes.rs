//! Sizes within ZPL: what a command says of itself must be what follows it, and fit the paper.
//!
//! A printer believes them. A picture that says that it is longer than its data swallows what comes next, the next label
//! among it; a box of a million dots, or a bar code of a mile, keeps the head busy or the printer out of memory.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

use super::super::MAX_MM;
use super::NEAR;
use crate::label::Media;

/// Numbers that are no measure in dots: command, place of the parameter, the most it may be.
const OWN: [(&[u8], usize, u32); 10] = [
    // Lines of a block, and dots between them: what a printer takes.
    (b"^FB", 1, 9_999),
    (b"^FB", 2, 9_999),
    // Places: what is off the paper is not printed.
    (b"^FO", 0, 32_000),
    (b"^FO", 1, 32_000),
    (b"^FT", 0, 32_000),
    (b"^FT", 1, 32_000),
    // Dots of a module, and how often it is magnified.
    (b"^BY", 0, 10),
    (b"^BQ", 2, 20),
    (b"^BO", 1, 20),
    // ISO 15434 and its like: an encoding.
    (b"^CI", 0, 99),
];
/// What their data says, they do not measure; a picture is looked at by itself.
const DATA: [&[u8]; 5] = [b"^FD", b"^FV", b"^FH", b"^FS", b"^GF"];

const LARGE: &str = "is larger than the paper, or than any label needs; get the label for this paper";
const OTHER: &str = "says another size than its data has; get the label again";

/// Why the sizes of a command cannot be let through.
pub(super) fn refusal(name: &[u8], rest: &[u8], media: Media) -> Option<&'static str> {
    let name = name.to_ascii_uppercase();
    if name == b"^GF" {
        return picture(rest, media).err();
    }
    if DATA.contains(&name.as_slice()) {
        return None;
    }
    let (width, length) = paper(media);
    let parameters = rest.split(|byte| *byte == b',').enumerate();
    let is_large = |(place, parameter): (usize, &[u8])| {
        let own = OWN.iter().find(|(command, at, _)| *command == name && *at == place);
        let most = own.map_or(width.max(length), |(.., most)| *most);
        number(parameter).is_some_and(|number| number > most)
    };
    parameters.into_iter().any(is_large).then_some(LARGE)
}

/// Dots across and down, with what labels are wider than paper.
fn paper(media: Media) -> (u32, u32) {
    let (width, length) = media.size();
    let dots = |mm: u32| mm * media.dots_per_metre() / 1_000;
    let length = if length == 0 { dots(MAX_MM) } else { length };
    (width + dots(NEAR), length + dots(NEAR))
}

/// The whole number that a parameter begins with, without its sign; one that is too long for any is the largest.
fn number(parameter: &[u8]) -> Option<u32> {
    let digits = parameter.trim_ascii();
    let digits = digits.strip_prefix(b"-").or(digits.strip_prefix(b"+")).unwrap_or(digits);
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let is_number = end > 0 && matches!(digits.get(end), None | Some(b'.'));
    is_number.then(|| std::str::from_utf8(&digits[..end]).ok()?.parse().ok()).map(|number| number.unwrap_or(u32::MAX))
}

/// `^GFA,bytes,bytes of the picture,bytes of a row,data`.
fn picture(rest: &[u8], media: Media) -> Result<(), &'static str> {
    let mut parts = rest.splitn(5, |byte| *byte == b',').skip(1);
    let mut size = || parts.next().and_then(number).filter(|number| *number > 0).ok_or(OTHER);
    let (sent, all, row) = (size()?, size()?, size()?);
    let data: Vec<u8> = parts.next().ok_or(OTHER)?.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let (width, length) = paper(media);
    if row > width.div_ceil(8) || all / row > length {
        return Err(LARGE);
    }
    let written = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let is_whole =
        all % row == 0 && sent <= all.max(written) && bytes(&data, all as usize, row as usize) == Some(all as usize);
    if is_whole { Ok(()) } else { Err(OTHER) }
}

/// How many bytes of a picture the data makes, once it is more than `most` no matter how many.
fn bytes(data: &[u8], most: usize, row: usize) -> Option<usize> {
    if let Some(packed) = data.strip_prefix(b":Z64:") {
        let mut plain = Vec::new();
        ZlibDecoder::new(&*base64_of(packed)?).take(most as u64 + 1).read_to_end(&mut plain).ok()?;
        return Some(plain.len());
    }
    match data.strip_prefix(b":B64:") {
        Some(plain) => base64_of(plain).map(|plain| plain.len()),
        None => digits(data, 2 * most, 2 * row).map(|digits| digits / 2),
    }
}

/// What stands before the check sum.
fn base64_of(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text.split(|byte| *byte == b':').next()?).ok()
}

/// How many hexadecimal digits they are: `G` to `Y` repeat the next one 1 to 19 times, `g` to `z` 20 to 400 times, `,` and
/// `!` fill the row, `:` repeats the one before.
fn digits(data: &[u8], most: usize, row: usize) -> Option<usize> {
    let (mut count, mut times) = (0_usize, 0_usize);
    for byte in data {
        match byte {
            b'G'..=b'Y' => times += usize::from(byte - b'G') + 1,
            b'g'..=b'z' => times += (usize::from(byte - b'g') + 1) * 20,
            _ if byte.is_ascii_hexdigit() => count += std::mem::take(&mut times).max(1),
            b',' | b'!' => count += row - count % row,
            b':' if count > 0 && count.is_multiple_of(row) => count += row,
            _ => return None,
        }
        if count > most {
            return None;
        }
    }
    (times == 0).then_some(count)
}
