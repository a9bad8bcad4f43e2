//! One scan, as the scanner sent it.
//!
//! ```text
//!  ]  c  m   text …          AIM identifier (ISO/IEC 15424): c = symbology, m = modifier; only where the scanner sends it
//!  ]  C  1   42090210<GS>9261…
//! ```

use super::gs1::{self, Gs1Error};
use super::{Command, CommandError};

/// A decoded symbol: its symbology, where the scanner said it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// AIM symbology identifier without the `]`: `C1`, `E0`, `Q3`.
    pub aim: Option<[u8; 2]>,
    /// The text. FNC1 within GS1 data is GS (0x1D); no other control character is ever in it.
    pub text: String,
}

/// Bytes that are no scan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Nothing in it.
    #[error("empty scan; scan again")]
    Empty,
    /// Longer than any code the station knows.
    #[error("{0} bytes are too long for a code; check the scanner's suffix setting")]
    TooLong(usize),
    /// A control character or a byte that is no text.
    #[error("byte {byte:#04x} at {at} is no text; check the scanner's baud rate and framing")]
    NotText {
        /// The byte.
        byte: u8,
        /// Where it stood.
        at: usize,
    },
    /// The symbol says that it has a check digit, and that digit is another.
    #[error("the check digit is wrong; scan again")]
    CheckDigit,
    /// Not a symbology that this scanner may read.
    #[error("a {0} code is not for this scanner; scan the right code, or add it to `accept`")]
    NotAccepted(&'static str),
    /// The scanner does not say which symbology it was, and only some are for it.
    #[error("the scanner does not say what kind of code it read; switch its AIM identifier on")]
    NoIdentifier,
}

/// How scanners send an FNC1 that stands between two GS1 elements.
const GS: char = '\u{1d}';

impl Scan {
    /// Bytes a scan may have. Order and tracking codes stay under 100; what is longer is two scans run together or a
    /// device that is no scanner.
    pub const MAX_BYTES: usize = 512;

    /// Reads what one scan left on the wire, without the scanner's suffix. Blanks around it are not part of it.
    pub fn read(bytes: &[u8]) -> Result<Self, ScanError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(ScanError::TooLong(bytes.len()));
        }
        let text = printable(bytes)?.trim_matches(' ');
        let (aim, text) = match text.as_bytes() {
            [b']', symbology, modifier, ..] if symbology.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() => {
                (Some([*symbology, *modifier]), text[3..].trim_matches(' '))
            }
            _ => (None, text),
        };
        if text.is_empty() {
            return Err(ScanError::Empty);
        }
        let scan = Self { aim, text: text.to_owned() };
        if scan.has_wrong_check_digit() { Err(ScanError::CheckDigit) } else { Ok(scan) }
    }

    /// EAN-13 and UPC-A, EAN-8 and verified ITF always carry a check digit; GS1 data does where its identifiers say so.
    fn has_wrong_check_digit(&self) -> bool {
        match self.aim {
            Some([b'E', b'0' | b'4'] | [b'I', b'1']) => !gs1::has_check_digit(&self.text),
            _ => matches!(self.gs1(), Some(Err(Gs1Error::Check(_)))),
        }
    }

    /// The GS1 elements, where the symbol says that it holds them.
    pub fn gs1(&self) -> Option<Result<Vec<gs1::Gs1Element<'_>>, Gs1Error>> {
        matches!(self.aim?, [b'C', b'1'] | [b'd', b'2'] | [b'Q', b'3'] | [b'e', b'0'] | [b'J', b'1'])
            .then(|| gs1::parse(&self.text))
    }

    /// The command this code gives; `None` for every code that does not begin like one.
    pub fn command(&self) -> Option<Result<Command, CommandError>> {
        self.text.starts_with(Command::PREFIX).then(|| Command::parse(&self.text))
    }

    /// What this code may mean as a reference or a tracking number, most specific first and none twice: the text as it
    /// is, the text without the separators around it, the number inside a USPS routing code, and of GS1 data the numbers
    /// that name one thing: SSCC, GTIN (with fewer digits too, as EAN and UPC have it), serial, order and consignment.
    pub fn keys(&self) -> Vec<String> {
        let bare = self.text.trim_matches(GS);
        let mut keys = vec![self.text.clone()];
        let elements = self.gs1().and_then(Result::ok).unwrap_or_default();
        let named = elements.iter().flat_map(|element| match (element.ai, element.data) {
            ("01" | "02", gtin) => [Some(gtin), gtin.strip_prefix('0'), gtin.strip_prefix("00")],
            ("00" | "21" | "250" | "400" | "401" | "402", number) => [Some(number), None, None],
            _ => [None; 3],
        });
        let inner = [bare].into_iter().chain(without_routing(bare)).chain(named.flatten());
        let inner = inner.filter(|key| !key.is_empty());
        for key in inner {
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
        }
        keys
    }
}

/// Digits of the ZIP that may follow `420`: ZIP+4 and ZIP.
const ZIP_DIGITS: [usize; 2] = [5, 9];

/// The tracking numbers that stand behind `420` + ZIP in a USPS Intelligent Mail package barcode (USPS Publication 199).
/// A scanner that sends no separator leaves the ZIP's length open; the number behind it begins with 9 and has 22 or 26
/// digits.
pub(super) fn without_routing(text: &str) -> impl Iterator<Item = &str> {
    let routed = text.strip_prefix("420").unwrap_or("");
    ZIP_DIGITS.into_iter().filter_map(move |digits| {
        let (zip, number) = routed.split_at_checked(digits)?;
        let separated = number.starts_with(GS);
        let number = number.trim_start_matches(GS);
        let known_length = separated || matches!(number.len(), 22 | 26);
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        (all_digits(zip) && all_digits(number) && number.starts_with('9') && known_length).then_some(number)
    })
}

/// The bytes as text without control characters; GS is a separator, not a control character, here.
fn printable(bytes: &[u8]) -> Result<&str, ScanError> {
    let not_text = |at: usize| ScanError::NotText { byte: bytes[at], at };
    let text = str::from_utf8(bytes).map_err(|error| not_text(error.valid_up_to()))?;
    match text.char_indices().find(|(_, character)| character.is_control() && *character != GS) {
        Some((at, _)) => Err(not_text(at)),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(text: &str) -> Scan {
        Scan::read(text.as_bytes()).expect("a scan")
    }

    #[test]
    fn a_symbology_identifier_is_kept_apart_from_the_text() {
        assert_eq!(scan("]C1420902109"), Scan { aim: Some(*b"C1"), text: "420902109".into() });
        assert_eq!(scan("420902109"), Scan { aim: None, text: "420902109".into() });
        assert_eq!(scan("]-1x").aim, None);
    }

    #[test]
    fn blanks_around_a_code_are_not_part_of_it() {
        assert_eq!(scan("  ]Q3 A 1  ").text, "A 1");
    }

    #[test]
    fn nothing_is_no_scan() {
        for nothing in ["", "   ", "]C1", "]C1  "] {
            assert_eq!(Scan::read(nothing.as_bytes()), Err(ScanError::Empty), "{nothing:?}");
        }
    }

    #[test]
    fn control_characters_other_than_the_gs1_separator_are_refused() {
        assert_eq!(scan("A\u{1d}B").text, "A\u{1d}B");
        assert_eq!(Scan::read(b"AB\rC"), Err(ScanError::NotText { byte: b'\r', at: 2 }));
        assert_eq!(Scan::read(b"\x1bA"), Err(ScanError::NotText { byte: 0x1b, at: 0 }));
        assert_eq!(Scan::read("A\u{85}".as_bytes()), Err(ScanError::NotText { byte: 0xc2, at: 1 }));
        assert_eq!(Scan::read(b"A\xffB"), Err(ScanError::NotText { byte: 0xff, at: 1 }));
    }

    #[test]
    fn a_code_longer_than_any_real_one_is_refused() {
        assert!(Scan::read(&[b'A'; Scan::MAX_BYTES]).is_ok());
        assert_eq!(Scan::read(&[b'A'; Scan::MAX_BYTES + 1]), Err(ScanError::TooLong(513)));
    }

    #[test]
    fn only_a_code_with_the_prefix_is_a_command() {
        assert_eq!(scan("OK").command(), None);
        assert_eq!(scan("x%PD:OK:0").command(), None);
        assert_eq!(scan(&format!("]Q1{}", Command::Ok.encode())).command(), Some(Ok(Command::Ok)));
        assert_eq!(scan("%PD:OK").command(), Some(Err(CommandError::Check)));
    }

    #[test]
    fn the_number_inside_a_routing_code_is_found() {
        let cases = [
            ("]C1420900589400111206206406260787", "9400111206206406260787"),
            ("420900589400111206206406260787", "9400111206206406260787"),
            ("4201002334249200190132607600833457", "9200190132607600833457"),
            ("42090058\u{1d}9400111206206406260787", "9400111206206406260787"),
            ("\u{1d}42090058\u{1d}9400111206206406260787", "9400111206206406260787"),
            ("42090058123492748931507708513018050063", "92748931507708513018050063"),
        ];
        for (read, number) in cases {
            let keys = scan(read).keys();
            assert_eq!(keys.first(), Some(&scan(read).text), "{read:?}");
            assert_eq!(keys.last().map(String::as_str), Some(number), "{read:?}");
        }
    }

    #[test]
    fn a_zip_whose_length_cannot_be_told_gives_both_numbers() {
        let keys = scan("4209005892349200190132607600833457").keys();
        assert_eq!(keys[1..], ["92349200190132607600833457", "9200190132607600833457"]);
    }

    #[test]
    fn any_other_code_means_itself_alone() {
        for text in
            ["576461413038785752", "D10011354453707", "1LSCXVE005BUEFX", "00340434161094021501", "42090058", "420"]
        {
            assert_eq!(scan(text).keys(), [text]);
        }
    }

    #[test]
    fn a_symbol_with_a_check_digit_is_believed_only_with_the_right_one() {
        for good in ["]E05901882110014", "]E0036000291452", "]E496385074", "]I109506000134352", "]C00000000000"] {
            assert!(Scan::read(good.as_bytes()).is_ok(), "{good}");
        }
        for wrong in ["]E05901882110015", "]E496385075", "]I109506000134353", "]C10109506000134353", "]E059018821100x4"]
        {
            assert_eq!(Scan::read(wrong.as_bytes()), Err(ScanError::CheckDigit), "{wrong}");
        }
    }

    #[test]
    fn gs1_data_is_found_by_the_numbers_in_it() {
        let keys = scan("]C1010950600013435221SER-1\u{1d}10LOT").keys();
        assert_eq!(keys[1..], ["09506000134352", "9506000134352", "SER-1"]);
        assert_eq!(scan("]d200106141412345678908").keys()[1..], ["106141412345678908"]);
        assert_eq!(scan("]C10109506000134352").keys().len(), 3);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(scan) = Scan::read(&bytes) {
                prop_assert!(!scan.text.chars().any(|c| c.is_control() && c != GS));
                prop_assert!(scan.keys().iter().all(|key| !key.is_empty()));
                let _ = scan.command();
            }
        }
    }
}
