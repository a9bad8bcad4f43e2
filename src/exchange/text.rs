//! The bytes of a file -> its text; or what the file is instead, and why it cannot be read, in words for a person.
//!
//! Configuration is UTF-8 ([`text`]). Lists that other programs write are UTF-8, UTF-16 with its mark, or GB18030, which
//! Chinese spreadsheets save ([`sheet_text`]). Of other encodings nothing is guessed: they are named as far as that can be
//! told. Workbooks, archives and pictures are known by how their bytes begin: people give them the ending of what they
//! should have saved.

use std::borrow::Cow;
use std::io;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_16BE, UTF_16LE};

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
/// What a workbook is called.
const WORKBOOK: &str = "an Excel workbook (.xlsx)";
/// What stands in a ZIP archive that is a document.
const ZIPPED: [(&[u8], &str); 4] = [
    (b"xl/", WORKBOOK),
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
    /// Text in UTF-16, as some spreadsheets save it: read of lists, unless letters are cut in two.
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
    /// The same, of a list that may be text in an encoding which cannot be told from others for certain.
    #[error(
        "line {line} holds the byte {byte:#04X}, byte {at} of the file, which is not UTF-8: perhaps this is {encoding}"
    )]
    Encoding {
        /// Its line, from 1.
        line: usize,
        /// The byte.
        byte: u8,
        /// Its place in the file, from 1.
        at: usize,
        /// What people call the encoding.
        encoding: &'static str,
    },
}

impl NotText {
    /// The line, where it is one line's fault.
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Byte { line, .. } | Self::Encoding { line, .. } => Some(*line),
            Self::Kind(_) | Self::Utf16 => None,
        }
    }
}

/// The text of a list that another program wrote: UTF-8, UTF-16 with its mark, or GB18030.
///
/// # Errors
/// What it is instead.
pub fn sheet_text(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    match text(bytes) {
        Ok(text) => Ok(text.into()),
        Err(NotText::Utf16) => {
            let (encoding, rest) = if bytes[0] == 0xff { (UTF_16LE, &bytes[2..]) } else { (UTF_16BE, &bytes[2..]) };
            encoding.decode_without_bom_handling_and_without_replacement(rest).ok_or(NotText::Utf16)
        }
        Err(NotText::Byte { line, byte, at }) => {
            chinese(bytes).map_err(|encoding| NotText::Encoding { line, byte, at, encoding })
        }
        Err(error) => Err(error),
    }
}

/// Text in GB18030. Nearly all bytes are some text in it, so it must also look like one: to somebody who knows how often
/// signs follow each other in each language, and by signs that people write. GB2312 has those; what GB18030 has beside them
/// is where texts in other encodings end up.
///
/// # Errors
/// The encoding that it may be.
fn chinese(bytes: &[u8]) -> Result<Cow<'_, str>, &'static str> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let is_chinese = guess == GBK || guess == GB18030;
    let common = || {
        let (mut all, mut common, mut rest) = (0_usize, 0_usize, bytes);
        while let Some((first, more)) = rest.split_first() {
            rest = match (first, more.first()) {
                (0..=0x7f, _) | (_, None) => more,
                (lead, Some(trail)) => {
                    all += 1;
                    // Signs and full-width letters, and the characters of GB2312.
                    common += usize::from(matches!(lead, 0xa1 | 0xa3 | 0xb0..=0xf7) && *trail >= 0xa1);
                    &more[1..]
                }
            };
        }
        common * 10 >= all * 9
    };
    let decoded = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    match decoded {
        Some(text) if is_chinese && common() && !text.contains('\u{fffd}') => Ok(text),
        _ => Err(called(guess)),
    }
}

/// What people call an encoding.
fn called(encoding: &'static Encoding) -> &'static str {
    match encoding {
        encoding if encoding == BIG5 => "Big5 (traditional Chinese)",
        encoding if encoding == GBK || encoding == GB18030 => "GB18030 (Chinese), with signs that are none",
        encoding => match encoding.name() {
            "windows-1252" => "Windows-1252 (Western Europe)",
            "windows-1250" => "Windows-1250 (Central Europe)",
            "windows-1251" => "Windows-1251 (Cyrillic)",
            "windows-1258" => "Windows-1258 (Vietnamese)",
            "windows-874" => "Windows-874 (Thai)",
            "Shift_JIS" => "Shift_JIS (Japanese)",
            "EUC-JP" => "EUC-JP (Japanese)",
            "EUC-KR" => "EUC-KR (Korean)",
            other => other,
        },
    }
}

/// Whether bytes are an Excel workbook as they are saved today (.xlsx).
pub fn is_workbook(bytes: &[u8]) -> bool {
    kind(bytes) == Some(WORKBOOK)
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
    use encoding_rs::{EUC_JP, EUC_KR, SHIFT_JIS, WINDOWS_874, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};

    use super::*;

    #[test]
    fn what_chinese_and_european_spreadsheets_save_is_read_or_named() {
        let sheet = |name: &str| format!("order_ref,ship_to.name\r\n1,{name},12 Sample Ave\r\n");
        for name in ["王小明,陶瓷杯", "张伟", "北京市朝阳区", "（无）"] {
            let text = sheet(name);
            assert_eq!(sheet_text(&GB18030.encode(&text).0), Ok(text.as_str().into()), "{name}");
            let wide = |order: fn(u16) -> [u8; 2]| {
                let bytes: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect();
                sheet_text(&bytes).map(Cow::into_owned)
            };
            assert_eq!([wide(u16::to_le_bytes), wide(u16::to_be_bytes)], [Ok(text.clone()), Ok(text.clone())]);
        }
        for (encoding, name, said) in [
            (WINDOWS_1252, "José Peña", "perhaps this is Windows-1252 (Western Europe)"),
            (WINDOWS_1252, "Jérôme Müller", "perhaps this is Windows-1252 (Western Europe)"),
            (WINDOWS_1254, "Ünal Öz", "perhaps this is Windows-1252 (Western Europe)"),
            (WINDOWS_1251, "Москва", "perhaps this is Windows-1251 (Cyrillic)"),
            (WINDOWS_874, "สมชาย ใจดี", "perhaps this is Windows-874 (Thai)"),
            (BIG5, "王小明", "perhaps this is Big5 (traditional Chinese)"),
            (EUC_KR, "김철수", "perhaps this is EUC-KR (Korean)"),
            (EUC_JP, "東京都", "perhaps this is EUC-JP (Japanese)"),
            (SHIFT_JIS, "山田太郎", "perhaps this is Shift_JIS (Japanese)"),
        ] {
            let error = sheet_text(&encoding.encode(&sheet(name)).0).expect_err(name).to_string();
            assert!(error.ends_with(said), "{name}: {error}");
        }
        // Half a pair, and half a letter.
        assert_eq!(sheet_text(b"\xff\xfe\x00\xd8a\0"), Err(NotText::Utf16));
        assert_eq!(sheet_text(b"\xff\xfea\0b"), Err(NotText::Utf16));
    }

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
