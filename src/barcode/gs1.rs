//! GS1 element strings: application identifiers and their data.
//!
//! ```text
//!   ]C1  01 09506000134352  10 ABC <GS>  37 5
//!        GTIN, 14 digits    batch, ends  count
//!                           at FNC1
//! ```
//! From the GS1 General Specifications, section 3. Elements of a predefined length need no separator; all others end with
//! FNC1, which scanners send as GS (0x1D), or with the symbol. A check digit that is wrong makes the whole string wrong: half
//! of a misread symbol is not believed either.

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gs1Element<'a> {
    /// The application identifier: `01`, `420`, `3103`.
    pub ai: &'a str,
    /// Its data.
    pub data: &'a str,
}

/// An element string that cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gs1Error {
    /// No such application identifier.
    #[error("{0:?} is no GS1 application identifier; check that the scanner sends FNC1 as GS")]
    Identifier(String),
    /// Too short, too long, or letters where digits belong.
    #[error("the data of ({ai}) is {data:?}; scan again, and check that the scanner sends FNC1 as GS")]
    Data {
        /// Its application identifier.
        ai: String,
        /// What stands there.
        data: String,
    },
    /// The check digit is another.
    #[error("the check digit of ({0}) is wrong; scan again")]
    Check(String),
}

/// What an application identifier takes.
struct Rule {
    /// The identifier, or the first digits of a family.
    prefix: &'static str,
    /// Digits of the identifier.
    length: usize,
    least: usize,
    most: usize,
    digits: bool,
    /// Whether the last digit is a check digit (mod 10, weights 3 and 1).
    check: bool,
}

const fn digits(prefix: &'static str, length: usize, least: usize, most: usize) -> Rule {
    Rule { prefix, length, least, most, digits: true, check: false }
}

const fn text(prefix: &'static str, length: usize, most: usize) -> Rule {
    Rule { prefix, length, least: 1, most, digits: false, check: false }
}

const fn checked(prefix: &'static str, length: usize, most: usize) -> Rule {
    Rule { prefix, length, least: most, most, digits: true, check: true }
}

/// Longest prefix first within each leading digit, so that the first that fits is right.
const RULES: [Rule; 62] = [
    checked("00", 2, 18),
    checked("01", 2, 14),
    checked("02", 2, 14),
    checked("03", 2, 14),
    text("10", 2, 20),
    digits("11", 2, 6, 6),
    digits("12", 2, 6, 6),
    digits("13", 2, 6, 6),
    digits("15", 2, 6, 6),
    digits("16", 2, 6, 6),
    digits("17", 2, 6, 6),
    digits("20", 2, 2, 2),
    text("21", 2, 20),
    text("22", 2, 20),
    text("235", 3, 28),
    text("240", 3, 30),
    text("241", 3, 30),
    digits("242", 3, 1, 6),
    text("243", 3, 20),
    text("250", 3, 30),
    text("251", 3, 30),
    digits("253", 3, 13, 30),
    text("254", 3, 20),
    digits("255", 3, 13, 25),
    digits("30", 2, 1, 8),
    digits("37", 2, 1, 8),
    digits("390", 4, 1, 15),
    digits("391", 4, 4, 18),
    digits("392", 4, 1, 15),
    digits("393", 4, 4, 18),
    digits("394", 4, 4, 4),
    digits("395", 4, 6, 6),
    // 310n to 369n: measures; the last digit of the identifier is where the point stands.
    digits("3", 4, 6, 6),
    text("400", 3, 30),
    text("401", 3, 30),
    checked("402", 3, 17),
    text("403", 3, 30),
    checked("410", 3, 13),
    checked("411", 3, 13),
    checked("412", 3, 13),
    checked("413", 3, 13),
    checked("414", 3, 13),
    checked("415", 3, 13),
    checked("416", 3, 13),
    checked("417", 3, 13),
    text("420", 3, 20),
    text("421", 3, 12),
    digits("422", 3, 3, 3),
    digits("423", 3, 3, 15),
    digits("424", 3, 3, 3),
    digits("425", 3, 3, 15),
    digits("426", 3, 3, 3),
    text("427", 3, 3),
    // 4300 to 4333: where a parcel goes, and how.
    text("43", 4, 70),
    text("70", 4, 30),
    text("71", 3, 20),
    text("72", 4, 30),
    text("80", 4, 70),
    text("81", 4, 70),
    text("82", 4, 70),
    text("90", 2, 30),
    // 91 to 99: the company's own.
    text("9", 2, 90),
];

/// Identifiers whose elements need no separator behind them, by their first two digits, and how long they are with it.
const PREDEFINED: [(&str, usize); 22] = [
    ("00", 20),
    ("01", 16),
    ("02", 16),
    ("03", 16),
    ("04", 18),
    ("11", 8),
    ("12", 8),
    ("13", 8),
    ("14", 8),
    ("15", 8),
    ("16", 8),
    ("17", 8),
    ("18", 8),
    ("19", 8),
    ("20", 4),
    ("31", 10),
    ("32", 10),
    ("33", 10),
    ("34", 10),
    ("35", 10),
    ("36", 10),
    ("41", 16),
];

const GS: char = '\u{1d}';

/// The elements of a string, in their order.
///
/// # Errors
/// [`Gs1Error`]; nothing of a string that is wrong anywhere is believed.
pub fn parse(string: &str) -> Result<Vec<Gs1Element<'_>>, Gs1Error> {
    let mut elements = Vec::new();
    let mut rest = string.trim_start_matches(GS);
    while !rest.is_empty() {
        let unknown = || Gs1Error::Identifier(rest.chars().take(4).collect());
        let rule = RULES.iter().find(|rule| rest.starts_with(rule.prefix)).ok_or_else(unknown)?;
        let (ai, after) = rest.split_at_checked(rule.length).ok_or_else(unknown)?;
        if !ai.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unknown());
        }
        let predefined = PREDEFINED.iter().find(|(start, _)| ai.starts_with(start));
        let length = match predefined {
            Some((_, length)) => length - rule.length,
            None => after.find(GS).unwrap_or(after.len()),
        };
        let bad = |data: &str| Gs1Error::Data { ai: ai.to_owned(), data: data.chars().take(40).collect() };
        let (data, behind) = after.split_at_checked(length).ok_or_else(|| bad(after))?;
        let right = (rule.least..=rule.most).contains(&data.len())
            && !data.contains(GS)
            && data.is_ascii()
            && (!rule.digits || data.bytes().all(|byte| byte.is_ascii_digit()));
        if !right {
            return Err(bad(data));
        }
        if rule.check && !has_check_digit(data) {
            return Err(Gs1Error::Check(ai.to_owned()));
        }
        elements.push(Gs1Element { ai, data });
        rest = behind.trim_start_matches(GS);
    }
    Ok(elements)
}

/// Serial Shipping Container Codes of one company (GS1 General Specifications 4.3.1 and 2.2.1):
///
/// ```text
///   0          0614141        123456789   0
///   extension  company prefix serial      check digit       18 digits in all
/// ```
///
/// Stations of one company share its prefix: each is given serials of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsccRange {
    prefix: String,
    extension: u8,
    from: u64,
    to: u64,
}

/// Numbers that make no SSCC.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SsccError {
    /// Not a company prefix.
    #[error("{0:?} is no GS1 company prefix; write its 7 to 10 digits as GS1 gave them")]
    Prefix(String),
    /// Not a digit.
    #[error("the extension digit is {0}; write 0 to 9")]
    Extension(u8),
    /// Serials that there are not.
    #[error(
        "serials {from} to {to} are not within 0 to {most}, which this prefix leaves; write two of them, as 1-{most}"
    )]
    Serials {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
        /// The largest that the prefix leaves digits for.
        most: u64,
    },
}

impl SsccRange {
    /// Digits of an SSCC, the check digit among them.
    pub const DIGITS: usize = 18;

    /// The serials of one station; without any, all but 0.
    ///
    /// # Errors
    /// [`SsccError`].
    pub fn new(prefix: &str, extension: u8, serials: Option<(u64, u64)>) -> Result<Self, SsccError> {
        if !(7..=10).contains(&prefix.len()) || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SsccError::Prefix(prefix.chars().take(20).collect()));
        }
        if extension > 9 {
            return Err(SsccError::Extension(extension));
        }
        let width = u32::try_from(Self::DIGITS - 2 - prefix.len()).unwrap_or(0);
        let most = 10_u64.pow(width) - 1;
        let (from, to) = serials.unwrap_or((1, most));
        if from > to || to > most {
            return Err(SsccError::Serials { from, to, most });
        }
        Ok(Self { prefix: prefix.to_owned(), extension, from, to })
    }

    /// The company's digits.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The first and the last serial.
    pub const fn serials(&self) -> (u64, u64) {
        (self.from, self.to)
    }

    /// The 18 digits with this serial; `None` outside the range.
    pub fn number(&self, serial: u64) -> Option<String> {
        (self.from..=self.to).contains(&serial).then(|| {
            let width = Self::DIGITS - 2 - self.prefix.len();
            let digits = format!("{}{}{serial:0width$}", self.extension, self.prefix);
            format!("{digits}{}", check_digit(&digits))
        })
    }
}

/// The digit that makes a number end in its check digit: mod 10, weights 3 and 1 from the right.
fn check_digit(digits: &str) -> u32 {
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    let weighed = digits.bytes().rev().enumerate().map(|(at, byte)| digit(byte) * if at % 2 == 0 { 3 } else { 1 });
    (10 - weighed.sum::<u32>() % 10) % 10
}

/// Whether the last digit is the check digit of the others: mod 10 with weights 3 and 1 from the right, as in GTIN, SSCC,
/// EAN, UPC and ITF-14.
pub fn has_check_digit(number: &str) -> bool {
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    let plain = number.len() > 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    let sum: u32 =
        number.bytes().rev().enumerate().map(|(at, byte)| digit(byte) * if at % 2 == 1 { 3 } else { 1 }).sum();
    plain && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(string: &str) -> Vec<(&str, &str)> {
        parse(string).unwrap().into_iter().map(|element| (element.ai, element.data)).collect()
    }

    #[test]
    fn elements_end_by_their_length_or_by_a_separator() {
        assert_eq!(read("010950600013435210ABC\u{1d}375"), [("01", "09506000134352"), ("10", "ABC"), ("37", "5")]);
        assert_eq!(read("00106141412345678908"), [("00", "106141412345678908")]);
        assert_eq!(read("42090210\u{1d}9261290345678900000016"), [("420", "90210"), ("92", "61290345678900000016")]);
        assert_eq!(read("3103001234\u{1d}11261123"), [("3103", "001234"), ("11", "261123")]);
        assert_eq!(read("\u{1d}421840T1A2B3\u{1d}"), [("421", "840T1A2B3")]);
        assert_eq!(read("4300ACME\u{1d}400PO-7"), [("4300", "ACME"), ("400", "PO-7")]);
    }

    #[test]
    fn a_wrong_check_digit_spoils_the_string() {
        assert_eq!(parse("0109506000134353"), Err(Gs1Error::Check("01".into())));
        assert_eq!(parse("00106141412345678909"), Err(Gs1Error::Check("00".into())));
    }

    #[test]
    fn what_is_no_element_is_named() {
        assert_eq!(parse("0509506000134352"), Err(Gs1Error::Identifier("0509".into())));
        assert_eq!(parse("010950600013"), Err(Gs1Error::Data { ai: "01".into(), data: "0950600013".into() }));
        assert_eq!(parse("375x"), Err(Gs1Error::Data { ai: "37".into(), data: "5x".into() }));
        assert_eq!(parse("10\u{1d}375"), Err(Gs1Error::Data { ai: "10".into(), data: String::new() }));
    }

    #[test]
    fn check_digits_of_the_usual_numbers() {
        for number in ["5901882110014", "96385074", "036000291452", "09506000134352", "106141412345678908"] {
            assert!(has_check_digit(number), "{number}");
        }
        for number in ["5901882110015", "", "0", "590188211001x"] {
            assert!(!has_check_digit(number), "{number}");
        }
    }

    #[test]
    fn an_sscc_is_extension_prefix_serial_and_check_digit() {
        let range = SsccRange::new("0614141", 0, None).unwrap();
        assert_eq!(range.number(123_456_789).as_deref(), Some("006141411234567890"));
        assert_eq!(range.number(1).as_deref(), Some("006141410000000012"));
        assert_eq!((range.number(0), range.number(1_000_000_000)), (None, None));
        let short = SsccRange::new("0614141999", 3, Some((0, 41))).unwrap();
        assert_eq!(short.number(41).as_deref(), Some("306141419990000416"));
        assert_eq!(short.number(42), None);
        assert_eq!(read(&format!("00{}", short.number(7).unwrap()))[0].0, "00");
    }

    #[test]
    fn numbers_that_make_no_sscc_are_refused() {
        for prefix in ["061414", "06141411234", "061414x", ""] {
            assert_eq!(SsccRange::new(prefix, 0, None), Err(SsccError::Prefix(prefix.into())));
        }
        assert_eq!(SsccRange::new("0614141", 10, None), Err(SsccError::Extension(10)));
        for (from, to) in [(2, 1), (0, 1_000_000_000)] {
            let most = 999_999_999;
            assert_eq!(SsccRange::new("0614141", 0, Some((from, to))), Err(SsccError::Serials { from, to, most }));
        }
    }

    proptest! {
        #[test]
        fn every_sscc_ends_in_its_check_digit(prefix in "[0-9]{7,10}", extension in 0_u8..10, serial in 0_u64..1_000_000) {
            let range = SsccRange::new(&prefix, extension, Some((0, 999_999))).unwrap();
            let number = range.number(serial).unwrap();
            prop_assert_eq!(number.len(), SsccRange::DIGITS);
            prop_assert!(has_check_digit(&number), "{}", number);
        }

        #[test]
        fn nothing_panics_and_elements_are_parts_of_the_string(string in "[0-9A-Z\u{1d}é]{0,60}") {
            if let Ok(elements) = parse(&string) {
                for element in elements {
                    let written = [element.ai, element.data].concat();
                    prop_assert!(string.contains(&written));
                }
            }
        }
    }
}
