//! How postcodes look, in countries where that is certain.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::table::{list, rows};
use super::territory::{Territory, territories};

/// The longest postcode without blanks and hyphens: ZIP+4 has nine, Iran has ten.
const LONGEST: usize = 10;
/// The same with the letters of its country before it.
const LONGEST_WRITTEN: usize = LONGEST + 3;
/// The first and the last ZIP code.
const ZIPS: (u32, u32) = (501, 99_950);
/// How a British postcode ends: the inward half. What stands before it is the outward one.
const INWARD: &str = " 9AA";

/// The postcodes of one country.
#[derive(Debug)]
struct PostcodeShape {
    country: &'static str,
    is_needed: bool,
    forms: Vec<PostcodeForm>,
    /// What some people write before it.
    before: Vec<&'static str>,
    /// Each form has an outward and an inward half.
    has_outward: bool,
    /// No form has a letter.
    is_digits: bool,
    /// What a postcode must be.
    expected: String,
}

/// One way to write a postcode.
#[derive(Debug)]
struct PostcodeForm {
    /// As it is printed.
    printed: &'static str,
    /// Without blanks and hyphens.
    letters: Vec<u8>,
}

static SHAPES: LazyLock<Vec<PostcodeShape>> =
    LazyLock::new(|| rows(include_str!("postcodes.csv")).map(PostcodeShape::read).collect());

/// What is known of the postcodes of a country or a territory.
type KnownPostcodes = (&'static PostcodeShape, Option<&'static Territory>);

/// By the two letters of a country: each parcel is looked up here, for every price.
static COUNTRIES: LazyLock<Vec<Option<KnownPostcodes>>> = LazyLock::new(|| {
    let mut countries = vec![None; 26 * 26];
    let own = SHAPES.iter().map(|shape| (shape.country, Some((shape, None))));
    let shape_of = |territory: &Territory| SHAPES.iter().find(|shape| shape.country == territory.of);
    let theirs =
        territories().iter().map(|territory| (territory.country, shape_of(territory).zip(Some(Some(territory)))));
    for (country, known) in own.chain(theirs) {
        if let Some(place) = place_of(country).and_then(|at| countries.get_mut(at)) {
            *place = known;
        }
    }
    countries
});

fn place_of(country: &str) -> Option<usize> {
    let [a, b] = <[u8; 2]>::try_from(country.as_bytes()).ok()?;
    let letter = |byte: u8| byte.is_ascii_uppercase().then(|| usize::from(byte - b'A'));
    Some(letter(a)? * 26 + letter(b)?)
}

fn known(country: &str) -> Option<KnownPostcodes> {
    COUNTRIES.get(place_of(country)?).copied().flatten()
}

impl PostcodeShape {
    fn read([country, needed, forms, example, before]: [&'static str; 5]) -> Self {
        let letters = |form: &str| form.bytes().filter(|byte| !is_gap(char::from(*byte))).collect();
        let forms: Vec<PostcodeForm> =
            list(forms).map(|printed| PostcodeForm { printed, letters: letters(printed) }).collect();
        let is_digits = forms.iter().all(|form| form.letters.iter().all(u8::is_ascii_digit));
        let expected = match is_digits {
            false => format!("a whole postcode, such as {example}"),
            true => {
                let digits: Vec<String> = forms.iter().enumerate().map(|(at, form)| digits(form.printed, at)).collect();
                let cut = if example.starts_with('0') { " (a spreadsheet may have cut a leading 0)" } else { "" };
                format!("{}, such as {example}{cut}", digits.join(", or "))
            }
        };
        let has_outward = forms.iter().all(|form| form.printed.ends_with(INWARD));
        let (is_needed, before) = (needed == "yes", list(before).collect());
        Self { country, is_needed, forms, before, has_outward, is_digits, expected }
    }

    /// The form that the letters and digits of a postcode have.
    fn form(&self, letters: &[u8]) -> Option<&PostcodeForm> {
        self.forms.iter().find(|form| fits(letters, &form.letters))
    }

    /// The same without what people write before it, as far as it then has a form.
    fn without_country<'a>(&self, country: &str, letters: &'a [u8]) -> &'a [u8] {
        if self.form(letters).is_some() {
            return letters;
        }
        let before = self.before.iter().copied().chain([country, self.country]);
        let mut rest = before.filter_map(|before| letters.strip_prefix(before.as_bytes()));
        rest.find(|rest| self.form(rest).is_some()).unwrap_or(letters)
    }

    /// The form of a postcode whose last letters and digits are `code`. Where a country has postcodes of several lengths,
    /// blanks and hyphens tell what belongs together: they stand where the form has one, or at the end.
    fn written_form(&self, text: &str, code: &[u8]) -> Option<&PostcodeForm> {
        let form = self.form(code)?;
        if self.forms.len() == 1 || !self.is_digits || text.len() == code.len() {
            return Some(form);
        }
        let written = &text[text.len() - written_length(text, code.len())..];
        let written = written.trim_matches(is_gap);
        (written.len() == code.len() || parts(written).eq(parts(form.printed))).then_some(form)
    }
}

/// How many bytes of a text its last `letters` letters and digits take, with what stands between and behind them.
fn written_length(text: &str, letters: usize) -> usize {
    let ends = text.bytes().rev().enumerate().filter(|(_, byte)| !is_gap(char::from(*byte)));
    ends.take(letters).last().map_or(0, |(at, _)| at + 1)
}

/// How long the parts of a text are between which blanks and hyphens stand.
fn parts(text: &str) -> impl Iterator<Item = usize> {
    text.split(is_gap).map(str::len).filter(|length| *length > 0)
}

/// `99999-9999` as `five and four`; the first of several forms says of what.
fn digits(form: &str, at: usize) -> String {
    const NUMBERS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let number = |digits: usize| NUMBERS.get(digits).copied().unwrap_or("many");
    match at {
        0 => format!("{} digits", number(form.bytes().filter(|byte| *byte == b'9').count())),
        _ => parts(form).map(number).collect::<Vec<_>>().join(" and "),
    }
}

const fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '-')
}

fn fits(letters: &[u8], form: &[u8]) -> bool {
    let fit = |(byte, of): (&u8, &u8)| match of {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        _ => byte == of,
    };
    letters.len() == form.len() && letters.iter().zip(form).all(fit)
}

/// The letters and digits of a postcode, in capitals, without what stands between them.
#[derive(Debug, Clone, Copy)]
pub struct PostcodeLetters {
    bytes: [u8; LONGEST_WRITTEN],
    first: usize,
    end: usize,
}

impl PostcodeLetters {
    /// At most ten capital letters and digits.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.first..self.end]
    }

    /// `None` where something else stands in it, or too much.
    fn read(postcode: &str) -> Option<Self> {
        let mut read = Self { bytes: [0; LONGEST_WRITTEN], first: 0, end: 0 };
        for byte in postcode.bytes().filter(|byte| !is_gap(char::from(*byte))) {
            if !byte.is_ascii_alphanumeric() {
                return None;
            }
            *read.bytes.get_mut(read.end)? = byte.to_ascii_uppercase();
            read.end += 1;
        }
        Some(read)
    }
}

/// The letters and digits of a whole postcode. `None` where it is none of its country, or too long for any. An empty one is
/// whole where addresses without one are.
pub fn letters(country: &str, postcode: &str) -> Option<PostcodeLetters> {
    let mut letters = PostcodeLetters::read(postcode)?;
    let Some((shape, territory)) = known(country) else { return (letters.end <= LONGEST).then_some(letters) };
    if letters.end == 0 {
        return (!shape.is_needed).then_some(letters);
    }
    letters.first = letters.end - shape.without_country(country, letters.as_bytes()).len();
    let whole = shape.written_form(postcode, letters.as_bytes()).is_some();
    let there = territory.is_none_or(|territory| territory.has(letters.as_bytes()));
    (whole && there).then_some(letters)
}

/// The outward half of a postcode that has two halves, where that is all there is of it: `HS1`, `EC1A`.
pub fn half(country: &str, postcode: &str) -> Option<PostcodeLetters> {
    let letters = PostcodeLetters::read(postcode)?;
    let fits_half = |form: &PostcodeForm| {
        form.printed.strip_suffix(INWARD).is_some_and(|outward| fits(letters.as_bytes(), outward.as_bytes()))
    };
    known(country)?.0.forms.iter().any(fits_half).then_some(letters)
}

/// Whether the postcodes of a country have an outward and an inward half, as the British ones do.
pub fn has_outward(country: &str) -> bool {
    known(country).is_some_and(|(shape, _)| shape.has_outward)
}

/// What a postcode must be and is not; `None` where it may be what it is.
pub fn wrong(country: &str, postcode: &str) -> Option<&'static str> {
    let (shape, territory) = known(country)?;
    let read = PostcodeLetters::read(postcode);
    let code = read.as_ref().map(|read| shape.without_country(country, read.as_bytes())).unwrap_or_default();
    if shape.written_form(postcode, code).is_none() {
        return Some(&shape.expected);
    }
    if let Some(territory) = territory.filter(|territory| !territory.has(code)) {
        return Some(&territory.expected);
    }
    let zip = || std::str::from_utf8(code.get(..5)?).ok()?.parse().ok();
    let no_zip = shape.country == "US" && zip().is_none_or(|zip: u32| zip < ZIPS.0 || zip > ZIPS.1);
    no_zip.then_some("a ZIP code that there is, from 00501 to 99950")
}

/// Whether every address of a country has a postcode.
pub fn is_needed(country: &str) -> bool {
    known(country).is_some_and(|(shape, _)| shape.is_needed)
}

/// A postcode in the spelling that is kept, printed and compared: with the letters and digits of computers, in capitals, with
/// blanks and hyphens as its country prints them, without the country before it and without what keeps a spreadsheet from
/// reading it as a number. One that is not certain stays as it is, and [`wrong`] says why.
pub fn tidied<'a>(country: &str, postcode: &'a str) -> Cow<'a, str> {
    let narrow: Cow<'a, str> = match postcode.is_ascii() {
        true => Cow::Borrowed(postcode),
        false => Cow::Owned(postcode.chars().map(narrowed).collect()),
    };
    let written = narrow.trim();
    // `="07030"`: a formula that is text.
    let guarded = written.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).map(str::trim);
    let written = guarded.unwrap_or(written);
    let Some((shape, _)) = known(country) else {
        return if guarded.is_some() { written.to_owned().into() } else { narrow };
    };
    let written = if shape.is_digits { written.strip_prefix('\'').unwrap_or(written).trim() } else { written };
    let mark = shape.before.iter().filter(|before| !before.is_ascii()).find_map(|mark| written.strip_prefix(mark));
    let written = mark.unwrap_or(written).trim();
    let spelled = PostcodeLetters::read(written).and_then(|read| {
        let code = shape.without_country(country, read.as_bytes());
        let form = shape.written_form(written, code)?;
        let mut code = code.iter().map(|byte| char::from(*byte));
        form.printed.chars().map(|of| if is_gap(of) { Some(of) } else { code.next() }).collect::<Option<String>>()
    });
    spelled.map_or(narrow, Cow::Owned)
}

/// A digit, a letter, a blank or a hyphen that is as wide as a Chinese sign or of another script, as computers write it.
fn narrowed(c: char) -> char {
    /// The zeros of the digits that people write addresses in.
    const ZEROS: [char; 9] = ['０', '٠', '۰', '०', '০', '๐', '໐', '០', '၀'];
    let code = u32::from(c);
    let digit = ZEROS.iter().find_map(|zero| code.checked_sub(u32::from(*zero)).filter(|digit| *digit < 10));
    match c {
        _ if digit.is_some() => digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c),
        '！'..='～' => char::from_u32(code - 0xFEE0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | 'ｰ' => '-',
        _ if c.is_whitespace() => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_postcodes_are_taken_as_people_write_them_and_others_are_not() {
        for (country, postcode) in [
            ("US", "02116"),
            ("US", "02116-1234"),
            ("US", "021161234"),
            ("US", "99950"),
            ("PR", "00901"),
            ("PR", "00601-1234"),
            ("GB", "SW1A 1AA"),
            ("GB", "iv12 5np"),
            ("GB", "M11AE"),
            ("JE", "JE23AB"),
            ("IM", "IM99 1PS"),
            ("CA", "K1A 0B1"),
            ("SE", "SE-111 22"),
            ("SE", "S-111 22"),
            ("DE", "D-01067"),
            ("FI", "FIN-00100"),
            ("LV", "LV-1010"),
            ("JP", "1500001"),
            ("NL", "1012AB"),
            ("MY", "50050"),
            ("PH", "0922"),
            ("SA", "11564-1234"),
            ("VN", ""),
            ("VN", "whatever"),
        ] {
            assert_eq!(wrong(country, postcode), None, "{country} {postcode}");
            assert!(letters(country, postcode).is_some() || country == "VN", "{country} {postcode}");
        }
        for (country, postcode) in [
            ("US", "2116"),
            ("US", "7030-1234"),
            ("US", "0703-01234"),
            ("US", "02116.0"),
            ("US", "0211"),
            ("PR", "901"),
            ("PR", "90210"),
            ("GU", "00901"),
            ("GB", "SW1A"),
            ("GB", "HS"),
            ("GB", "90210"),
            ("GB", "LS11"),
            ("JE", "GY1 1AA"),
            ("GG", "JE2 3AB"),
            ("CA", "90210"),
            ("DE", "1067"),
            ("ES", "7100"),
            ("AU", "800"),
            ("SG", "18956"),
            ("JP", "60-0001"),
            ("FR", "6000"),
            ("IT", "100"),
            ("NO", "10"),
            ("KR", "1000"),
            ("MX", "1000"),
            ("CN", "10000"),
            ("MY", "500501"),
            ("TH", "1011"),
            ("PH", "92a2"),
            ("PH", "922"),
            ("PL", "0-001"),
            ("NZ", "110"),
            ("ZA", "1"),
        ] {
            assert!(wrong(country, postcode).is_some(), "{country} {postcode}");
            assert!(letters(country, postcode).is_none(), "{country} {postcode}");
        }
        for there_is_none in ["99999", "00000"] {
            assert!(wrong("US", there_is_none).is_some_and(|expected| expected.contains("ZIP code that there is")));
        }
        assert!(is_needed("GB") && is_needed("JE") && is_needed("PR") && !is_needed("VN") && !is_needed("HK"));
        assert!(
            has_outward("GB") && has_outward("IM") && !has_outward("US") && !has_outward("NL") && !has_outward("VN")
        );
        let halves = ["HS1", "ec1a", "SW1A", "M1"].map(|postcode| half("GB", postcode).is_some());
        assert_eq!(halves, [true; 4]);
        for (country, postcode) in
            [("GB", "HS"), ("GB", "SW1A 1AA"), ("GB", ""), ("JE", "GY1"), ("US", "902"), ("VN", "1")]
        {
            assert!(half(country, postcode).is_none(), "{country} {postcode}");
        }
    }

    #[test]
    fn a_postcode_has_one_spelling_however_it_was_written() {
        for written in [
            "07030",
            "07030-",
            "07030 -",
            "'07030",
            "=\"07030\"",
            "０７０３０",
            " 07030 ",
            "US-07030",
            "'０７０３０",
            "US 07030-",
        ] {
            assert_eq!(tidied("US", written), "07030", "{written}");
        }
        for written in
            ["070301234", "07030 1234", "07030-1234", "07030\u{2013}1234", "０７０３０－１２３４", "07030 - 1234"]
        {
            assert_eq!(tidied("US", written), "07030-1234", "{written}");
        }
        for (country, written, kept) in [
            ("PR", "00901-", "00901"),
            ("PR", "PR 00901", "00901"),
            ("DE", "=\"01067\"", "01067"),
            ("DE", "'01067", "01067"),
            ("DE", "D-01067", "01067"),
            ("DE", "０１０６７", "01067"),
            ("JP", "〒100-0001", "100-0001"),
            ("JP", "１００ー０００１", "100-0001"),
            ("JP", "1000001", "100-0001"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "ＳＷ１Ａ　１ＡＡ", "SW1A 1AA"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("SE", "SE-11122", "111 22"),
            ("PL", "00 001", "00-001"),
            ("TH", "๑๐๑๑๐", "10110"),
            ("VN", "７０００００", "700000"),
            ("VN", "=\"700000\"", "700000"),
        ] {
            assert_eq!(tidied(country, written), kept, "{country} {written}");
            assert_eq!(tidied(country, kept), kept);
            assert_eq!(wrong(country, kept), None, "{country} {kept}");
        }
        // What is not certain stays, and is refused as what it is.
        for (country, written) in [
            ("US", "07030.0"),
            ("US", "7030"),
            ("US", "'7030"),
            ("US", "0703-01234"),
            ("US", ""),
            ("GB", "'SW1A 1AA"),
            ("GB", "SW1A"),
            ("VN", "'70000"),
            ("VN", "whatever"),
            ("", "07030-"),
        ] {
            assert_eq!(tidied(country, written), written, "{country} {written}");
        }
    }

    #[test]
    fn what_a_postcode_must_be_is_said_of_each_country() {
        let said = |country: &str| known(country).unwrap().0.expected.as_str();
        let cut = " (a spreadsheet may have cut a leading 0)";
        assert_eq!(said("US"), format!("five digits, or five and four, such as 02116-1234{cut}"));
        assert_eq!(said("PR"), said("US"));
        assert_eq!(said("DE"), format!("five digits, such as 01067{cut}"));
        assert_eq!(said("JP"), format!("seven digits, such as 060-0001{cut}"));
        assert_eq!(said("TH"), "five digits, such as 10110");
        assert_eq!(said("TW"), "three digits, or five, or six, such as 100");
        assert_eq!(said("GB"), "a whole postcode, such as SW1A 1AA");
        for shape in &*SHAPES {
            let example = shape.expected.rsplit("such as ").next().unwrap().replace(cut, "");
            assert_eq!(wrong(shape.country, &example), None, "{}", shape.expected);
            assert_eq!(tidied(shape.country, &example), example);
        }
    }
}
