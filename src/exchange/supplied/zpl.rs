//! ZPL from outside: one format, every command of which is on a list.
//!
//! ```text
//!  ^XA           ours follows it: every setting that a label before may have left, and this paper's size
//!    kept        fields, fonts, barcodes, lines, pictures           as they are
//!    left out    speed, darkness, media, orientation, comments      they would stay in the printer
//!    refused     everything else: memory, settings, other labels    with what to do
//!  ^PQ1 ^XZ
//! ```
//! What is kept must also be of the size that it says, and no larger than the paper (`sizes.rs`).
//!
//!
//! A printer takes `^` and `~` for commands wherever they stand, also within data, and so does this reader; the commands
//! that would choose other characters for that are refused. Control characters stand for commands, too (ZPL II
//! Programming Guide: STX is `^XA`, SI is `^FS`), and are refused.

mod sizes;

use super::{SuppliedError, Wanted, bare};
use crate::label::{Language, Media, PrinterFormat, Supplied, SuppliedContent};

/// Largest ZPL: a whole label as one picture, written down in hexadecimal at 300 dpi.
const MAX_BYTES: usize = 1 << 20;
/// Most commands.
const MAX_COMMANDS: usize = 5_000;
/// Millimetres by which ZPL and paper may differ: labels are 4 in wide, and 100 mm.
const NEAR: u32 = 4;
/// Dots of a millimetre of the coarser print heads, and their name.
const COARSE: (u32, u32) = (8, 203);

/// Printed as they stand.
const KEPT: [&str; 51] = [
    "^A", "^B0", "^B1", "^B2", "^B3", "^B4", "^B5", "^B7", "^B8", "^B9", "^BA", "^BB", "^BC", "^BD", "^BE", "^BF",
    "^BI", "^BJ", "^BK", "^BL", "^BM", "^BO", "^BP", "^BQ", "^BR", "^BS", "^BT", "^BU", "^BX", "^BY", "^BZ", "^CF",
    "^CI", "^FB", "^FD", "^FH", "^FO", "^FP", "^FR", "^FS", "^FT", "^FV", "^FW", "^GB", "^GC", "^GD", "^GE", "^GF",
    "^GS", "^LH", "^TB",
];
/// They set the printer, and say nothing of what is on the label.
const LEFT_OUT: [&str; 18] = [
    "^CO", "^FX", "^JZ", "^LL", "^LS", "^LT", "^MC", "^MD", "^MF", "^MM", "^MN", "^MT", "^ML", "^PO", "^PR", "^PW",
    "^SS", "^XB",
];
/// Left out where they say this, refused where they say anything else.
const HARMLESS: [(&str, &[&str], &str); 4] = [
    ("^LR", &["", "N"], "prints the whole label white on black"),
    ("^PM", &["", "N"], "prints a mirror image"),
    ("^MU", &["", "D"], "measures in other units than dots"),
    ("^JM", &["", "A"], "prints at half the resolution"),
];
/// Character sets whose letters our own labels can follow: 850, UTF-8, Windows-1252 and their like.
const ENCODINGS: [&str; 3] = ["13", "27", "28"];

/// One command: its name, and what follows it up to the next.
#[derive(Debug, Clone, Copy)]
struct ZplCommand<'a> {
    name: &'a [u8],
    rest: &'a [u8],
}

impl ZplCommand<'_> {
    /// As much of it as a message shows.
    fn beginning(&self) -> Vec<u8> {
        [self.name, &self.rest[..self.rest.len().min(12)]].concat()
    }
}

/// The format with its settings replaced by ours, if it is one that may be printed and shows the number.
pub(super) fn checked(bytes: &[u8], printer: PrinterFormat, wanted: &Wanted) -> Result<Supplied, SuppliedError> {
    if printer.language != Language::Zpl {
        return Err(SuppliedError::Zpl("cannot be printed by a printer of another language".to_owned()));
    }
    if bytes.len() > MAX_BYTES {
        return Err(SuppliedError::Zpl(format!("of more than {} KiB is no label", MAX_BYTES >> 10)));
    }
    let control = bytes.iter().find(|byte| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n' | b'\t'));
    if let Some(byte) = control {
        return Err(refused(format!("byte {byte:#04x}").as_bytes(), "may be a command of its own; get plain ZPL"));
    }
    let commands = commands(bytes)?;
    let media = printer.media;
    let mut zpl = opening(media);
    let mut meant = None;
    for command in &commands {
        let name = text(command.name);
        if name == "^PW" {
            meant = text(command.rest).trim().parse::<u32>().ok().or(meant);
        }
        if judged(*command, &name)? {
            if let Some(why) = sizes::refusal(command.name, command.rest, media) {
                return Err(refused(&command.beginning(), why));
            }
            zpl.extend_from_slice(command.name);
            zpl.extend_from_slice(command.rest);
        }
    }
    fits(meant, wanted.dpi, media)?;
    shows(&commands, &wanted.number)?;
    zpl.extend_from_slice(b"^PQ1\n^XZ\n");
    Ok(Supplied { media, content: SuppliedContent::Zpl(zpl.into()) })
}

/// What a label before may have left in the printer, set back, and this paper.
fn opening(media: Media) -> Vec<u8> {
    let (width, height) = media.size();
    let length = if height == 0 { String::new() } else { format!("^LL{height}") };
    format!("^XA\n^JZN^PON^PMN^LRN^LS0^LH0,0^FWN^PW{width}{length}\n").into_bytes()
}

/// Everything between the one `^XA` and the one `^XZ`.
fn commands(bytes: &[u8]) -> Result<Vec<ZplCommand<'_>>, SuppliedError> {
    let marks: Vec<usize> =
        bytes.iter().enumerate().filter(|(_, b)| matches!(b, b'^' | b'~')).map(|(at, _)| at).collect();
    let blank = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_whitespace);
    let outside = "has something outside of ^XA and ^XZ; get one label alone";
    if !blank(&bytes[..marks.first().copied().unwrap_or(bytes.len())]) {
        return Err(SuppliedError::Zpl(outside.to_owned()));
    }
    if marks.len() > MAX_COMMANDS {
        return Err(SuppliedError::Zpl(format!("has more than {MAX_COMMANDS} commands")));
    }
    let ends = marks.iter().skip(1).copied().chain([bytes.len()]);
    let mut commands: Vec<ZplCommand<'_>> =
        marks.iter().zip(ends).map(|(from, to)| command(&bytes[*from..to])).collect();
    let bare = |command: Option<&ZplCommand<'_>>, name: &[u8]| {
        command.is_some_and(|command| command.name == name && blank(command.rest))
    };
    let formats = commands.iter().filter(|command| matches!(command.name, b"^XA" | b"^XZ")).count();
    if formats != 2 || !bare(commands.first(), b"^XA") || !bare(commands.last(), b"^XZ") {
        return Err(SuppliedError::Zpl("must be exactly one format, from ^XA to ^XZ".to_owned()));
    }
    commands.pop();
    commands.remove(0);
    Ok(commands)
}

/// `^A` has the font's letter behind it, every other command two letters of its own.
fn command(bytes: &[u8]) -> ZplCommand<'_> {
    let long = if bytes.starts_with(b"^A") || bytes.starts_with(b"^a") { 2 } else { 3 };
    let (name, rest) = bytes.split_at(bytes.len().min(long));
    ZplCommand { name, rest }
}

/// Whether a command is kept. One that is on no list is refused.
fn judged(command: ZplCommand<'_>, name: &str) -> Result<bool, SuppliedError> {
    let rest = text(command.rest);
    let said = rest.trim().to_ascii_uppercase();
    let refuse = |why| Err(refused(&command.beginning(), why));
    if let Some((_, harmless, why)) = HARMLESS.iter().find(|(known, ..)| *known == name) {
        return if harmless.contains(&said.as_str()) { Ok(false) } else { refuse(why) };
    }
    match name {
        "^PQ" => match said.split(',').next().unwrap_or_default() {
            "" | "1" => Ok(false),
            _ => refuse("prints more than one label; get one label with ^PQ1"),
        },
        "^CI" if !ENCODINGS.contains(&said.split(',').next().unwrap_or_default()) => {
            refuse("chooses a character set that would change other labels; get ^CI28")
        }
        "^GF" if !said.starts_with("A,") => refuse("is a picture in bytes that may be commands; get it as ^GFA"),
        // What is left of a command for another language would stand here.
        "^FS" if !said.is_empty() => refuse("is followed by what is no command; get plain ZPL"),
        "^FR" if !said.is_empty() => refuse("is followed by what is no command; get plain ZPL"),
        _ if KEPT.contains(&name) => Ok(true),
        _ if LEFT_OUT.contains(&name) => Ok(false),
        "^XG" | "^IM" | "^IL" | "^XF" | "^FN" => {
            refuse("uses what should be in the printer's memory, and is not; get the label with everything in it")
        }
        _ => refuse("is not let through: it may set the printer, use its memory, or print something else"),
    }
}

/// Whether ZPL is meant for this paper and head: as somebody said, or as far as its own width tells.
fn fits(width: Option<u32>, said: Option<u32>, media: Media) -> Result<(), SuppliedError> {
    if let Some(dpi) = said.filter(|dpi| *dpi != media.dpi) {
        return Err(SuppliedError::Zpl(format!("is made for {dpi} dpi, and the printer has {}", media.dpi)));
    }
    let across = media.size().0;
    let most = across + NEAR * media.dots_per_metre() / 1_000;
    let coarse = media.width_mm * COARSE.0;
    let coarser = media.dpi != COARSE.1 && said.is_none();
    match width {
        Some(width) if width > most || (coarser && width.abs_diff(coarse) <= NEAR * COARSE.0) => {
            Err(SuppliedError::Zpl(format!("is made for {width} dots across, and {media} has {across}")))
        }
        _ => Ok(()),
    }
}

/// A label whose fields show other numbers and not this one is another's; a picture may show anything.
fn shows(commands: &[ZplCommand<'_>], number: &str) -> Result<(), SuppliedError> {
    let picture = commands.iter().any(|command| command.name.eq_ignore_ascii_case(b"^GF"));
    let mut escape = None;
    for command in commands {
        match text(command.name).as_str() {
            "^FH" => escape = Some(command.rest.first().copied().filter(u8::is_ascii_graphic).unwrap_or(b'_')),
            "^FS" => escape = None,
            "^FD" | "^FV" if data(command.rest, escape).contains(&bare(number)) => return Ok(()),
            _ => {}
        }
    }
    if picture || number.is_empty() { Ok(()) } else { Err(SuppliedError::OnNoPage(number.to_owned())) }
}

/// Letters and digits of a field, without the invocation codes of Code 128 (`>;`, `>8`).
fn data(field: &[u8], escape: Option<u8>) -> String {
    let mut plain = Vec::with_capacity(field.len());
    let mut bytes = field.iter().copied();
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    while let Some(byte) = bytes.next() {
        match byte {
            _ if Some(byte) == escape => {
                let (high, low) = (digit(bytes.next()), digit(bytes.next()));
                plain.extend(high.zip(low).map(|(high, low)| high << 4 | low));
            }
            b'>' => drop(bytes.next()),
            _ => plain.push(byte),
        }
    }
    bare(&text(&plain))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_uppercase()
}

fn refused(command: &[u8], why: &'static str) -> SuppliedError {
    let command = String::from_utf8_lossy(command).chars().filter(|c| !c.is_control()).collect();
    SuppliedError::Command { command, why }
}
