//! Code 128 (ISO/IEC 15417): text -> codewords, as few of them as there can be.
//!
//! ```text
//!  quiet | start | data … | check | stop | quiet
//!   10X     11X    11X each   11X    13X    10X        X = the narrowest bar
//! ```
//!
//! Subset B holds printable ASCII, subset C two digits a codeword. Subset A (control characters) is never used:
//! nothing the station prints has any.

/// Starts in subset B.
const START_B: u8 = 104;
/// Starts in subset C.
const START_C: u8 = 105;
/// In subset B: go on in subset C.
const TO_C: u8 = 99;
/// In subset C: go on in subset B.
const TO_B: u8 = 100;
/// Function 1: first in a symbol it says GS1, later it ends an element of variable length.
const FNC1: u8 = 102;
const STOP: u8 = 106;

/// FNC1 among the data, as a scanner sends it back: GS.
const SEPARATOR: u8 = 0x1d;

/// Modules of quiet zone that belong on either side.
pub const QUIET_MODULES: u32 = 10;

/// A Code 128 symbol: start, data and check codewords; the stop pattern is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code128 {
    codewords: Vec<u8>,
}

/// Which subset the next codeword is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subset {
    B,
    C,
}

impl Code128 {
    /// Plain text: 1 to 80 characters of printable ASCII; `None` for anything else.
    pub fn text(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        (printable && (1..=80).contains(&text.len())).then(|| Self::encode(text.as_bytes()))
    }

    /// GS1 elements, each with its application identifier, separated by FNC1: read back as `]C1`. At most 48
    /// characters (GS1 General Specifications 5.4.4), letters and digits only; `None` for anything else.
    pub fn gs1(elements: &[&str]) -> Option<Self> {
        let length: usize =
            elements.iter().map(|element| element.len()).sum::<usize>() + elements.len().saturating_sub(1);
        let sound = |element: &&str| !element.is_empty() && element.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if elements.is_empty() || length > 48 || !elements.iter().all(sound) {
            return None;
        }
        let mut data = Vec::with_capacity(length + 1);
        for element in elements {
            data.push(SEPARATOR);
            data.extend_from_slice(element.as_bytes());
        }
        Some(Self::encode(&data))
    }

    /// Modules from the first bar to the last, without quiet zones.
    pub fn modules(&self) -> u32 {
        let codewords = u32::try_from(self.codewords.len()).unwrap_or(u32::MAX / 22);
        11 * codewords + 13
    }

    /// Start, data and check codewords.
    pub fn codewords(&self) -> &[u8] {
        &self.codewords
    }

    /// The symbol as widths in modules, bar and space in turn, beginning and ending with a bar.
    pub fn bars(&self) -> Vec<u8> {
        let drawn = self.codewords.iter().chain([&STOP]);
        let mut bars: Vec<u8> = drawn.flat_map(|codeword| PATTERNS[usize::from(*codeword)]).collect();
        bars.push(2);
        bars
    }

    /// `data` is printable ASCII and [`SEPARATOR`].
    fn encode(data: &[u8]) -> Self {
        let cost = Cost::of(data);
        let mut subset = cost.cheaper_start();
        let mut codewords = vec![match subset {
            Subset::B => START_B,
            Subset::C => START_C,
        }];
        let mut at = 0;
        while let Some(&byte) = data.get(at) {
            match (subset, pair(data, at)) {
                (_, _) if byte == SEPARATOR => {
                    codewords.push(FNC1);
                    at += 1;
                }
                (Subset::C, Some(value)) if cost.stays_in_c(at) => {
                    codewords.push(value);
                    at += 2;
                }
                (Subset::C, _) => {
                    codewords.push(TO_B);
                    subset = Subset::B;
                }
                (Subset::B, Some(_)) if cost.leaves_b(at) => {
                    codewords.push(TO_C);
                    subset = Subset::C;
                }
                (Subset::B, _) => {
                    codewords.push(byte - b' ');
                    at += 1;
                }
            }
        }
        codewords.push(check(&codewords));
        Self { codewords }
    }
}

/// Codewords still needed from each place on, in either subset: the shortest way, from the end backwards.
struct Cost {
    in_b: Vec<usize>,
    in_c: Vec<usize>,
}

impl Cost {
    fn of(data: &[u8]) -> Self {
        let end = data.len();
        let mut cost = Self { in_b: vec![0; end + 2], in_c: vec![0; end + 2] };
        for at in (0..end).rev() {
            if data[at] == SEPARATOR {
                cost.in_b[at] = 1 + cost.in_b[at + 1];
                cost.in_c[at] = 1 + cost.in_c[at + 1];
            } else {
                let digits = pair(data, at).map(|_| 1 + cost.in_c[at + 2]);
                let single = 1 + cost.in_b[at + 1];
                cost.in_b[at] = digits.map_or(single, |digits| single.min(1 + digits));
                cost.in_c[at] = digits.map_or(1 + single, |digits| digits.min(1 + single));
            }
        }
        cost
    }

    fn cheaper_start(&self) -> Subset {
        if self.in_c[0] < self.in_b[0] { Subset::C } else { Subset::B }
    }

    /// Whether the pair at this place is worth a codeword of subset C where the symbol already is in it.
    fn stays_in_c(&self, at: usize) -> bool {
        self.in_c[at + 2] < 2 + self.in_b[at + 1]
    }

    /// Whether the pair at this place is worth changing to subset C.
    fn leaves_b(&self, at: usize) -> bool {
        2 + self.in_c[at + 2] < 1 + self.in_b[at + 1]
    }
}

/// The value of the two digits at this place.
fn pair(data: &[u8], at: usize) -> Option<u8> {
    match data.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// The start's value and every data codeword times its place, modulo 103.
fn check(codewords: &[u8]) -> u8 {
    let sum: usize = codewords.iter().enumerate().map(|(place, value)| place.max(1) * usize::from(*value)).sum();
    u8::try_from(sum % 103).unwrap_or(0)
}

/// The symbol as a ZPL `^BC` field in mode N: every start, shift and function is written as an invocation code (ZPL II
/// Programming Guide, `^BC`, "Code 128 Invocation Characters"), so that the printer chooses nothing and adds only the
/// check character.
pub(super) fn invocation(symbol: &Code128) -> String {
    let mut subset = Subset::B;
    let mut field = String::new();
    for &codeword in symbol.codewords.split_last().map_or(&[][..], |(_, data)| data) {
        match (subset, codeword) {
            (_, START_B) => field.push_str(">:"),
            (_, FNC1) => field.push_str(">8"),
            (_, START_C) | (Subset::B, TO_C) => {
                field.push_str(if codeword == START_C { ">;" } else { ">5" });
                subset = Subset::C;
            }
            (Subset::C, TO_B) => {
                field.push_str(">6");
                subset = Subset::B;
            }
            (Subset::C, value) => field.extend([char::from(b'0' + value / 10), char::from(b'0' + value % 10)]),
            (Subset::B, value) if value + b' ' == b'>' => field.push_str(">0"),
            (Subset::B, value) => field.push(char::from(value + b' ')),
        }
    }
    field
}

/// The symbol as the data of ESC/POS `GS k 73`: `{B` and `{C` choose the subset, `{1` is FNC1, pairs of subset C are
/// their values (Epson, `GS k` function B). At most 80 characters come to at most 162 bytes.
pub(super) fn function_b(symbol: &Code128) -> Vec<u8> {
    let mut in_c = false;
    let mut data = Vec::new();
    for &codeword in symbol.codewords.split_last().map_or(&[][..], |(_, data)| data) {
        match codeword {
            START_C => data.extend(b"{C"),
            START_B => data.extend(b"{B"),
            FNC1 => data.extend(b"{1"),
            TO_C if !in_c => data.extend(b"{C"),
            TO_B if in_c => data.extend(b"{B"),
            value if in_c => data.push(value),
            value if value + b' ' == b'{' => data.extend(b"{{"),
            value => data.push(value + b' '),
        }
        in_c = match codeword {
            START_C => true,
            START_B => false,
            TO_C => true,
            TO_B if in_c => false,
            _ => in_c,
        };
    }
    data
}

/// Bar, space, bar, space, bar, space of every codeword, in modules; the stop has one more bar of 2 (ISO/IEC 15417
/// table 1).
#[rustfmt::skip]
const PATTERNS: [[u8; 6]; 107] = [
    [2, 1, 2, 2, 2, 2], [2, 2, 2, 1, 2, 2], [2, 2, 2, 2, 2, 1], [1, 2, 1, 2, 2, 3], [1, 2, 1, 3, 2, 2],
    [1, 3, 1, 2, 2, 2], [1, 2, 2, 2, 1, 3], [1, 2, 2, 3, 1, 2], [1, 3, 2, 2, 1, 2], [2, 2, 1, 2, 1, 3],
    [2, 2, 1, 3, 1, 2], [2, 3, 1, 2, 1, 2], [1, 1, 2, 2, 3, 2], [1, 2, 2, 1, 3, 2], [1, 2, 2, 2, 3, 1],
    [1, 1, 3, 2, 2, 2], [1, 2, 3, 1, 2, 2], [1, 2, 3, 2, 2, 1], [2, 2, 3, 2, 1, 1], [2, 2, 1, 1, 3, 2],
    [2, 2, 1, 2, 3, 1], [2, 1, 3, 2, 1, 2], [2, 2, 3, 1, 1, 2], [3, 1, 2, 1, 3, 1], [3, 1, 1, 2, 2, 2],
    [3, 2, 1, 1, 2, 2], [3, 2, 1, 2, 2, 1], [3, 1, 2, 2, 1, 2], [3, 2, 2, 1, 1, 2], [3, 2, 2, 2, 1, 1],
    [2, 1, 2, 1, 2, 3], [2, 1, 2, 3, 2, 1], [2, 3, 2, 1, 2, 1], [1, 1, 1, 3, 2, 3], [1, 3, 1, 1, 2, 3],
    [1, 3, 1, 3, 2, 1], [1, 1, 2, 3, 1, 3], [1, 3, 2, 1, 1, 3], [1, 3, 2, 3, 1, 1], [2, 1, 1, 3, 1, 3],
    [2, 3, 1, 1, 1, 3], [2, 3, 1, 3, 1, 1], [1, 1, 2, 1, 3, 3], [1, 1, 2, 3, 3, 1], [1, 3, 2, 1, 3, 1],
    [1, 1, 3, 1, 2, 3], [1, 1, 3, 3, 2, 1], [1, 3, 3, 1, 2, 1], [3, 1, 3, 1, 2, 1], [2, 1, 1, 3, 3, 1],
    [2, 3, 1, 1, 3, 1], [2, 1, 3, 1, 1, 3], [2, 1, 3, 3, 1, 1], [2, 1, 3, 1, 3, 1], [3, 1, 1, 1, 2, 3],
    [3, 1, 1, 3, 2, 1], [3, 3, 1, 1, 2, 1], [3, 1, 2, 1, 1, 3], [3, 1, 2, 3, 1, 1], [3, 3, 2, 1, 1, 1],
    [3, 1, 4, 1, 1, 1], [2, 2, 1, 4, 1, 1], [4, 3, 1, 1, 1, 1], [1, 1, 1, 2, 2, 4], [1, 1, 1, 4, 2, 2],
    [1, 2, 1, 1, 2, 4], [1, 2, 1, 4, 2, 1], [1, 4, 1, 1, 2, 2], [1, 4, 1, 2, 2, 1], [1, 1, 2, 2, 1, 4],
    [1, 1, 2, 4, 1, 2], [1, 2, 2, 1, 1, 4], [1, 2, 2, 4, 1, 1], [1, 4, 2, 1, 1, 2], [1, 4, 2, 2, 1, 1],
    [2, 4, 1, 2, 1, 1], [2, 2, 1, 1, 1, 4], [4, 1, 3, 1, 1, 1], [2, 4, 1, 1, 1, 2], [1, 3, 4, 1, 1, 1],
    [1, 1, 1, 2, 4, 2], [1, 2, 1, 1, 4, 2], [1, 2, 1, 2, 4, 1], [1, 1, 4, 2, 1, 2], [1, 2, 4, 1, 1, 2],
    [1, 2, 4, 2, 1, 1], [4, 1, 1, 2, 1, 2], [4, 2, 1, 1, 1, 2], [4, 2, 1, 2, 1, 1], [2, 1, 2, 1, 4, 1],
    [2, 1, 4, 1, 2, 1], [4, 1, 2, 1, 2, 1], [1, 1, 1, 1, 4, 3], [1, 1, 1, 3, 4, 1], [1, 3, 1, 1, 4, 1],
    [1, 1, 4, 1, 1, 3], [1, 1, 4, 3, 1, 1], [4, 1, 1, 1, 1, 3], [4, 1, 1, 3, 1, 1], [1, 1, 3, 1, 4, 1],
    [1, 1, 4, 1, 3, 1], [3, 1, 1, 1, 4, 1], [4, 1, 1, 1, 3, 1], [2, 1, 1, 4, 1, 2], [2, 1, 1, 2, 1, 4],
    [2, 1, 1, 2, 3, 2], [2, 3, 3, 1, 1, 1],
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Code128 {
        Code128::text(text).expect("printable")
    }

    /// Reads codewords as a scanner does; FNC1 comes back as GS.
    fn read(codewords: &[u8]) -> String {
        let mut in_c = false;
        let mut read = String::new();
        for &codeword in &codewords[..codewords.len() - 1] {
            match codeword {
                START_B => in_c = false,
                START_C => in_c = true,
                FNC1 => read.push(char::from(SEPARATOR)),
                TO_C if !in_c => in_c = true,
                TO_B if in_c => in_c = false,
                pair if in_c => read.push_str(&format!("{pair:02}")),
                character => read.push(char::from(character + b' ')),
            }
        }
        read
    }

    #[test]
    fn subsets_are_chosen_for_the_fewest_codewords() {
        let cases: [(&str, &[u8]); 9] = [
            ("A", &[START_B, 33]),
            ("12", &[START_C, 12]),
            ("1", &[START_B, 17]),
            ("123", &[START_B, 17, 18, 19]),
            ("A12", &[START_B, 33, 17, 18]),
            ("A1234", &[START_B, 33, TO_C, 12, 34]),
            ("1234A", &[START_C, 12, 34, TO_B, 33]),
            ("A123456B", &[START_B, 33, TO_C, 12, 34, 56, TO_B, 34]),
            ("A1234B", &[START_B, 33, 17, 18, 19, 20, 34]),
        ];
        for (printed, codewords) in cases {
            let symbol = text(printed);
            assert_eq!(symbol.codewords().split_last().map(|(_, data)| data), Some(codewords), "{printed}");
        }
    }

    #[test]
    fn the_check_character_is_that_of_the_published_examples() {
        // "PJJ123C" is the usual worked example: 54 in subset A, whose start is one less than that of B.
        let spelled = [START_B, 48, 42, 42, 17, 18, 19, 35];
        assert_eq!(text("PJJ123C").codewords(), [&spelled[..], &[55]].concat());
        assert_eq!(text("331337").codewords(), [START_C, 33, 13, 37, ((105 + 33 + 2 * 13 + 3 * 37) % 103) as u8]);
    }

    #[test]
    fn a_symbol_is_drawn_from_the_standards_patterns() {
        let bars = text("12").bars();
        assert_eq!(bars[..6], [2, 1, 1, 2, 3, 2], "start C");
        assert_eq!(bars[6..12], [1, 1, 2, 2, 3, 2], "12");
        assert_eq!(bars[18..], [2, 3, 3, 1, 1, 1, 2], "stop");
    }

    #[test]
    fn every_pattern_has_eleven_modules_and_an_even_number_of_them_black() {
        for (value, pattern) in PATTERNS.iter().enumerate() {
            assert_eq!(pattern.iter().sum::<u8>(), 11, "{value}");
            assert_eq!((pattern[0] + pattern[2] + pattern[4]) % 2, 0, "{value}");
            assert_eq!(PATTERNS.iter().filter(|other| *other == pattern).count(), 1, "{value}");
        }
    }

    #[test]
    fn a_usps_package_barcode_is_222_modules_wide() {
        let symbol = Code128::gs1(&["42090058", "9400111206206406260787"]).expect("digits");
        assert_eq!(symbol.modules(), 11 * (17 + 2) + 13);
        assert_eq!(invocation(&symbol), ">;>842090058>89400111206206406260787");
        assert_eq!(symbol.bars().iter().map(|bar| u32::from(*bar)).sum::<u32>(), symbol.modules());
    }

    #[test]
    fn what_would_be_an_invocation_code_is_escaped() {
        assert_eq!(invocation(&text("A>;B")), ">:A>0;B");
        assert_eq!(invocation(&text("D10011354453707")), ">:D>510011354453707");
        assert_eq!(invocation(&text("123456A")), ">;123456>6A");
    }

    #[test]
    fn what_the_symbology_or_the_standard_does_not_hold_is_refused() {
        for text in ["", "é", "A\tB", "A\u{1d}B", &"1".repeat(81)] {
            assert_eq!(Code128::text(text), None, "{text:?}");
        }
        for elements in [&[][..], &[""], &["42090058", "9*"], &["4209005>"], &["1".repeat(49).as_str()]] {
            assert_eq!(Code128::gs1(elements), None, "{elements:?}");
        }
    }

    /// The fewest codewords by trying every way.
    fn fewest(data: &[u8], subset: Subset) -> usize {
        match (data, subset) {
            ([], _) => 0,
            ([_, rest @ ..], Subset::B) => {
                let single = 1 + fewest(rest, Subset::B);
                pair(data, 0).map_or(single, |_| single.min(2 + fewest(&data[2..], Subset::C)))
            }
            (_, Subset::C) => {
                let other = 1 + fewest(data, Subset::B);
                pair(data, 0).map_or(other, |_| other.min(1 + fewest(&data[2..], Subset::C)))
            }
        }
    }

    proptest! {
        #[test]
        fn every_text_reads_back_and_is_as_short_as_it_can_be(printed in "([0-9]{0,5}[A-C>]{0,2}){1,3}") {
            prop_assume!(!printed.is_empty());
            let symbol = text(&printed);
            prop_assert_eq!(read(symbol.codewords()), printed.clone());
            let best = fewest(printed.as_bytes(), Subset::B).min(fewest(printed.as_bytes(), Subset::C));
            prop_assert_eq!(symbol.codewords().len(), best + 2);
        }

        #[test]
        fn any_text_is_encoded_or_refused(printed in ".{0,90}") {
            if let Some(symbol) = Code128::text(&printed) {
                prop_assert_eq!(read(symbol.codewords()), printed);
            }
        }
    }
}
