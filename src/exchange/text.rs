//! The bytes of a file -> its text; or what the file is instead, and why it cannot be read, in words for a person.
//!
//! Text is UTF-8. Workbooks, archives and pictures are known by how their bytes begin: people give them the ending of what
//! they should have saved.

use std::io;

/// How files of other kinds begin.
const KINDS: [(&[u8], &str); 12] = [
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
];
/// How a ZIP archive begins.
const ZIP: &[u8] = b"PK\x03\x04";
/// What stands in a ZIP archive that is a document.
const ZIPPED: [(&[u8], &str); 4] = [
    (b"xl/", "an Excel workbook (.xlsx)"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)"),
    (b"word/", "a Word document"),
    (b"Index/Document.iwa", "a Numbers spreadsheet"),
];
/// As far as a ZIP archive is looked through from either end.
const LOOK: usize = 64 << 10;

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// A file of another kind.
    #[error("this is {0}")]
    Kind(&'static str),
    /// Text in UTF-16, as some spreadsheets save it.
    #[error("this is text in UTF-16, and UTF-8 is read here")]
    Utf16,
    /// A byte that is not UTF-8.
    #[error("line {line} holds the byte {byte:#04X}, byte {at} of the file, which is not UTF-8")]
    Byte {
        /// Its line, from 1.
        line: usize,
        /// The byte.
        byte: u8,
        /// Its place in the file, from 1.
        at: usize,
    },
}

impl NotText {
    /// The line, where it is one line's fault.
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Byte { line, .. } => Some(*line),
            Self::Kind(_) | Self::Utf16 => None,
        }
    }
}

/// The text of a file, without a byte-order mark.
///
/// # Errors
/// What it is instead.
pub fn text(bytes: &[u8]) -> Result<&str, NotText> {
    if let Some(kind) = kind(bytes) {
        return Err(NotText::Kind(kind));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(NotText::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        NotText::Byte { line, byte: bytes[at], at: at + 1 }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// What a file is that is no text by how it begins.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    let begins = |start: &[u8]| bytes.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
    if begins(ZIP) {
        let (first, last) = (&bytes[..bytes.len().min(LOOK)], &bytes[bytes.len().saturating_sub(LOOK)..]);
        let holds = |name: &[u8]| [first, last].iter().any(|part| part.windows(name.len()).any(|found| found == name));
        return Some(ZIPPED.iter().find(|(name, _)| holds(name)).map_or("a ZIP archive", |(_, kind)| kind));
    }
    KINDS.iter().find(|(start, _)| begins(start)).map(|(_, kind)| *kind)
}

/// Why a file that a person named cannot be read, and what to do, with `; ` between them.
pub fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; look at its name and its folder".to_owned(),
        io::ErrorKind::IsADirectory => "this is a folder; name a file in it".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "this user may not read it; change its owner or mode, or run the command with sudo".to_owned()
        }
        _ => format!("it cannot be read: {error}; try again, or copy it to another disk"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_without_its_mark_and_anything_else_is_named() {
        assert_eq!(text("\u{feff}id = 1".as_bytes()), Ok("id = 1"));
        assert_eq!(text(b""), Ok(""));
        for (bytes, said) in [
            (&b"PK\x03\x04...[Content_Types].xml...xl/workbook.xml"[..], "this is an Excel workbook (.xlsx)"),
            (
                b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
                "this is an OpenDocument spreadsheet (.ods)",
            ),
            (b"PK\x03\x04orders.csv", "this is a ZIP archive"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "this is an old Excel workbook (.xls)"),
            (b"%PDF-1.7", "this is a PDF"),
            (b"\x89PNG\r\n\x1a\n", "this is a picture (PNG)"),
            (b"\x1f\x8b\x08", "this is a gzip archive"),
            (b"SQLite format 3\0", "this is an SQLite database"),
            (b"<!DOCTYPE html><p>Sign in", "this is a web page"),
            (b"\xff\xfea\0", "this is text in UTF-16, and UTF-8 is read here"),
            (b"a\nb\ncaf\xe9", "line 3 holds the byte 0xE9, byte 8 of the file, which is not UTF-8"),
            (b"\xc9\xcf\xba\xa3", "line 1 holds the byte 0xC9, byte 1 of the file, which is not UTF-8"),
        ] {
            assert_eq!(text(bytes).expect_err(said).to_string(), said);
        }
    }
}
