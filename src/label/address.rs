//! An address as the lines of a label, and the size they are set in.

use super::sheet::{Room, Sheet};
use super::{LabelError, font};
use crate::station::order::Address;

/// A line and what it is called in an error.
type Named = (&'static str, String);

/// What an address's lines are called in errors.
pub(super) struct Names {
    name: &'static str,
    line1: &'static str,
    line2: &'static str,
    city: &'static str,
    all: &'static str,
}

/// The sender's.
pub(super) const FROM: Names = Names {
    name: "sender's name",
    line1: "sender's line 1",
    line2: "sender's line 2",
    city: "sender's city line",
    all: "sender's address",
};

/// The recipient's.
pub(super) const TO: Names = Names {
    name: "recipient's name",
    line1: "recipient's line 1",
    line2: "recipient's line 2",
    city: "recipient's city line",
    all: "recipient's address",
};

/// Lines set in one size.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Cell height in grid units.
    pub(super) size: u32,
    /// From the top.
    pub(super) lines: Vec<String>,
}

impl Block {
    /// From one line to the next.
    pub(super) const fn pitch(size: u32) -> u32 {
        size + size / 10
    }
}

/// Countries that write the postcode before the city (UPU, Postal addressing systems).
const POSTCODE_FIRST: [&str; 29] = [
    "AT", "BE", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IT", "LU", "MX", "MY", "NL", "NO",
    "PL", "PT", "RO", "RS", "SE", "SI", "SK", "TR", "VA", "XK",
];

/// The address in the largest size at which it fits: first with each line whole, then with lines broken at blanks.
pub(super) fn set(
    sheet: &Sheet,
    address: &Address,
    home: &str,
    names: &Names,
    room: Room,
    height: u32,
) -> Result<Block, LabelError> {
    let lines = lines(address, home, names);
    let whole_from = (room.largest + 2 * room.smallest) / 3;
    let whole = (whole_from..=room.largest).rev().map(|size| (size, 1));
    let broken = (room.smallest..=whole_from).rev().map(|size| (size, 2));
    for (size, pieces) in whole.chain(broken) {
        if let Some(lines) = break_all(&lines, size, room.width, pieces)
            && Block::pitch(size) * u32::try_from(lines.len()).unwrap_or(u32::MAX) <= height
        {
            return Ok(Block { size, lines });
        }
    }
    Err(misfit(sheet, &lines, names, room, height))
}

/// What does not fit at the smallest size: a line, or all of them together.
fn misfit(sheet: &Sheet, lines: &[Named], names: &Names, room: Room, height: u32) -> LabelError {
    let too_long = lines.iter().find(|(_, line)| broken(line, room.smallest, room.width, 2).is_none());
    match too_long {
        Some((field, line)) => sheet.too_wide(field, font::width(line, room.smallest), room.width),
        None => {
            let count = break_all(lines, room.smallest, room.width, 2).map_or(0, |lines| lines.len());
            sheet.too_wide(names.all, Block::pitch(room.smallest) * u32::try_from(count).unwrap_or(0), height)
        }
    }
}

fn break_all(lines: &[Named], size: u32, width: u32, pieces: usize) -> Option<Vec<String>> {
    let mut all = Vec::with_capacity(lines.len() * pieces);
    for (_, line) in lines {
        all.extend(broken(line, size, width, pieces)?);
    }
    Some(all)
}

/// The line in at most so many pieces, broken at blanks.
fn broken(line: &str, size: u32, width: u32, pieces: usize) -> Option<Vec<String>> {
    let mut done: Vec<String> = Vec::new();
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        if let Some(piece) = done.last_mut() {
            let longer = format!("{piece} {word}");
            if font::width(&longer, size) <= width {
                *piece = longer;
                continue;
            }
        }
        if done.len() == pieces || font::width(word, size) > width {
            return None;
        }
        done.push(word.to_owned());
    }
    Some(done)
}

/// The lines that say something. The country stands last where it is not the sender's own.
fn lines(address: &Address, home: &str, names: &Names) -> Vec<Named> {
    let locality = if POSTCODE_FIRST.contains(&address.country.as_str()) {
        [&address.postcode, &address.city, &address.region]
    } else {
        [&address.city, &address.region, &address.postcode]
    };
    let locality = locality.map(|part| part.trim()).into_iter().filter(|part| !part.is_empty());
    let abroad = if address.country == home { String::new() } else { address.country.clone() };
    let all = [
        (names.name, address.name.clone()),
        (names.line1, address.line1.clone()),
        (names.line2, address.line2.clone()),
        (names.city, locality.collect::<Vec<_>>().join(" ")),
        (names.city, abroad),
    ];
    all.into_iter().filter(|(_, line)| !line.trim().is_empty()).collect()
}

/// Refuses the first character that the printer's font does not have.
pub(super) fn printable(address: &Address, names: &Names) -> Result<(), LabelError> {
    let fields = [
        (names.name, &address.name),
        (names.line1, &address.line1),
        (names.line2, &address.line2),
        (names.city, &address.city),
        (names.city, &address.region),
        (names.city, &address.postcode),
        (names.city, &address.country),
    ];
    fields.into_iter().try_for_each(|(field, text)| super::printable(field, text))
}
