//! Postcodes as numbers: prefixes and ranges become intervals, and a lookup is one binary search.
//!
//! A place is packed into a `u64`: two letters of the country, then up to ten letters or digits of the postcode, in
//! base 37 (0 is "nothing more", then `0`-`9`, then `A`-`Z`), left-aligned. Everything that begins with a prefix is
//! then one interval, and longer patterns lie inside shorter ones.
//!
//! British postcodes are no prefixes of each other: IV1 is one district and IV12 another. They are packed in their parts:
//!
//! ```text
//!   IV1 3AB    I V 0 1 _ 3 A B      area, two places; district, two digits; its letter (EC1A), one; inward code, three
//!   M1 1AE     M _ 0 1 _ 1 A E      GB:IV is the area, GB:IV1..IV63 districts, GB:EC1A one district, GB:IV1 3 a sector
//! ```

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Place, british};
use crate::place;

/// The longest postcode, without spaces and hyphens: ZIP+4 has nine, Iran has ten.
const LONGEST: u32 = 10;
/// Digits, letters, and "nothing more".
const BASE: u64 = 37;
/// How many numbers are a country's.
const COUNTRY: u64 = BASE.pow(LONGEST);

/// A country with a whole, the beginning of, or a range of postcodes: `US:902`, `US:810..832`, `US:*`.
///
/// What is longer wins over what is shorter, so an exact postcode wins over its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    first: u64,
    last: u64,
    length: u32,
}

/// A pattern that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not `CC:…`.
    #[error("{0:?} has no country; write two capital letters, a colon and the postcode, such as US:902")]
    Country(String),
    /// Empty, too long, or with characters postcodes do not have.
    #[error("{0:?} is not a postcode; write 1 to 10 capital letters and digits, a range such as 810..832, or *")]
    Postcode(String),
    /// Not `CC/region` or `CC/region/city`.
    #[error(
        "{0:?} is no place; write the country, a slash and its region, and if wanted a slash and the city: VN/Ha Noi/Ba Dinh"
    )]
    Name(String),
    /// Two postcodes with a hyphen between them.
    #[error("{0:?} is no postcode; write a range with two dots: 810..832")]
    Hyphen(String),
    /// Both ends of a range must have the same number of characters.
    #[error("{0:?} is not a range; write two postcodes of the same length, the lower first, such as 810..832")]
    Range(String),
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let shown = || text.chars().take(40).collect::<String>();
        let (country, postcodes) = text.trim().split_once(':').ok_or_else(|| PatternError::Country(shown()))?;
        let country = pack_country(country).ok_or_else(|| PatternError::Country(shown()))?;
        if postcodes == "*" {
            return Ok(Self::new(country, (0, 0), (0, 0)));
        }
        let (low, high) = postcodes.split_once("..").unwrap_or((postcodes, postcodes));
        let bad = || PatternError::Postcode(shown());
        let british = place::has_outward(&text.trim()[..2]);
        if is_hyphenated_range(postcodes, british) {
            return Err(PatternError::Hyphen(shown()));
        }
        let pack = if british { pack_british } else { pack_postcode };
        let low = pack(low).filter(|(_, length)| *length > 0).ok_or_else(bad)?;
        let high = pack(high).filter(|(_, length)| *length > 0).ok_or_else(bad)?;
        if low.1 != high.1 || low.0 > high.0 {
            return Err(PatternError::Range(shown()));
        }
        Ok(Self::new(country, low, high))
    }
}

impl Pattern {
    /// Whether it is a whole country.
    pub const fn is_country(&self) -> bool {
        self.length == 0
    }

    /// The same postcodes as those of another country; `None` where it lies in neither of the two.
    pub(super) fn moved(&self, from: &str, to: &str) -> Option<Self> {
        let (from, to) = (pack_country(from)?, pack_country(to)?);
        let within = from..from + COUNTRY;
        let moved = |packed: u64| packed - from + to;
        within.contains(&self.first).then(|| Self { first: moved(self.first), last: moved(self.last), ..*self })
    }

    /// Whether some place is in both.
    pub const fn meets(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    fn new(country: u64, low: (u64, u32), high: (u64, u32)) -> Self {
        let below = BASE.pow(LONGEST - low.1);
        let first = country + low.0 * below;
        let last = country + high.0 * below + (below - 1);
        Self { first, last, length: low.1 }
    }
}

/// `810-832` or `810---832`, as charts print a range: it would be a postcode of six digits that nobody has. What postcodes
/// have hyphens in (`90210-1234`, `100-0001`, `K1A-0B1`) is no two numbers of one length; British ones have none.
fn is_hyphenated_range(postcodes: &str, british: bool) -> bool {
    let Some((low, high)) = postcodes.split_once('-') else { return false };
    let high = high.trim_start_matches('-');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    british || (low.trim().len() == high.trim().len() && digits(low.trim()) && digits(high.trim()))
}

/// A place as a number. What is known of half of its postcode alone is all the numbers that begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PackedPlace {
    pub(super) first: u64,
    /// The last of them; the first itself where nothing is left open.
    pub(super) last: u64,
}

impl PackedPlace {
    /// Whether its postcode is there, and only half of it.
    pub(super) const fn is_half(self) -> bool {
        let open = self.last - self.first;
        open > 0 && open < COUNTRY - 1
    }
}

/// The place as a number; `None` when its country or postcode cannot be one.
pub(super) fn pack(place: &Place) -> Option<PackedPlace> {
    /// What of a British postcode its outward half fills, and what the whole one does.
    const OUTWARD: u32 = 5;
    const WHOLE: u32 = 8;
    let (country, written) = (&place.country, &place.postcode);
    let at = pack_country(country)?;
    let Some(letters) = place::letters(country, written) else {
        let half = place::half(country, written)?;
        let (half, length) = pack_british(std::str::from_utf8(half.as_bytes()).ok()?)?;
        // Without a letter behind the district's digits it is the district that has none.
        let first = at + half * BASE.pow(LONGEST - length);
        return Some(PackedPlace { first, last: first + (BASE.pow(LONGEST - OUTWARD) - 1) });
    };
    let (packed, length) = match place::has_outward(country) {
        true => pack_british(std::str::from_utf8(letters.as_bytes()).ok()?).filter(|(_, length)| *length == WHOLE)?,
        false => pack_letters(letters.as_bytes().iter().copied())?,
    };
    let first = at + packed * BASE.pow(LONGEST - length);
    // Without a postcode it may be anywhere in the country.
    let open = if length == 0 { COUNTRY - 1 } else { 0 };
    Some(PackedPlace { first, last: first + open })
}

fn pack_country(text: &str) -> Option<u64> {
    let bytes = <[u8; 2]>::try_from(text.as_bytes()).ok()?;
    if !bytes.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let [a, b] = bytes.map(|byte| u64::from(byte - b'A'));
    Some((a * 26 + b) * COUNTRY)
}

/// The packed characters and how many they are; spaces and hyphens do not count.
fn pack_postcode(text: &str) -> Option<(u64, u32)> {
    pack_letters(text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')))
}

fn pack_letters(letters: impl Iterator<Item = u8>) -> Option<(u64, u32)> {
    let (mut packed, mut length) = (0, 0);
    for byte in letters {
        if length == LONGEST || !byte.is_ascii_alphanumeric() {
            return None;
        }
        packed = packed * BASE + value(byte);
        length += 1;
    }
    Some((packed, length))
}

/// A British postcode, or the beginning of one; how many of the eight places it fills.
fn pack_british(text: &str) -> Option<(u64, u32)> {
    let places = british::places(text)?;
    let packed = places.iter().fold(0, |packed, place| packed * BASE + place.map_or(0, value));
    Some((packed, u32::try_from(places.len()).ok()?))
}

const fn value(byte: u8) -> u64 {
    match byte {
        b'0'..=b'9' => (byte - b'0') as u64 + 1,
        _ => (byte.to_ascii_uppercase() - b'A') as u64 + 11,
    }
}

/// Two patterns of the same length that name the same place: which of them wins is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    /// Position of the one that begins first (or stands first in the list).
    pub first: usize,
    /// Position of the other.
    pub second: usize,
}

/// Places -> small numbers: disjoint intervals in ascending order, with a table that says where to begin looking.
///
/// ```text
/// jump     0      1      2      3      ...    as many stretches of one width as there are intervals, or some more
///          |      |      |      |
///          v      v      v      v
/// spans    [a[b    [c  [d[e[f    [g           a stretch holds one start, rarely a few
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostcodeMap {
    spans: Vec<Span>,
    /// For each stretch, the position of the last start that is not after its beginning.
    jump: Vec<u32>,
    /// Where the first stretch begins, and how many bits of a place lie within one.
    base: u64,
    shift: u32,
}

/// From here to the next one's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: u64,
    /// [`NOWHERE`] where no pattern is.
    value: u32,
}

/// No value is this.
const NOWHERE: u32 = u32::MAX;

impl PostcodeMap {
    /// Builds the map from patterns and their values; what is longer wins.
    pub fn new(entries: &[(Pattern, u32)]) -> Self {
        let mut by_length: Vec<_> = entries.iter().collect();
        by_length.sort_by_key(|(pattern, _)| pattern.length);
        let mut painted: BTreeMap<u64, Option<u32>> = BTreeMap::from([(0, None)]);
        for (pattern, value) in by_length {
            let after = pattern.last + 1;
            let behind = painted.range(..=after).next_back().and_then(|(_, value)| *value);
            let inside: Vec<u64> = painted.range(pattern.first..after).map(|(start, _)| *start).collect();
            for start in inside {
                painted.remove(&start);
            }
            painted.insert(pattern.first, Some(*value));
            painted.insert(after, behind);
        }
        let spans = painted.into_iter().map(|(start, value)| Span { start, value: value.unwrap_or(NOWHERE) });
        Self::indexed(spans.collect())
    }

    fn indexed(spans: Vec<Span>) -> Self {
        /// More stretches than intervals, because postcodes come in clusters; more than a million would not fit a cache.
        const MORE: usize = 4;
        const MOST: usize = 1 << 20;
        let (Some(base), Some(last)) = (spans.get(1), spans.last()) else { return Self { spans, ..Self::default() } };
        let (base, last) = (base.start, last.start);
        let wanted = (spans.len() * MORE).next_power_of_two().min(MOST) as u64;
        let span = last - base;
        let shift = (0..64).find(|shift| span >> shift < wanted).unwrap_or(0);
        let (mut jump, mut at) = (Vec::new(), 1);
        for stretch in 0..=(span >> shift) + 1 {
            let begins = base.saturating_add(stretch << shift);
            while spans.get(at + 1).is_some_and(|span| span.start <= begins) {
                at += 1;
            }
            jump.push(u32::try_from(at).unwrap_or(NOWHERE));
        }
        Self { spans, jump, base, shift }
    }

    /// Pairs of entries that claim the same place with the same length.
    pub fn clashes(patterns: &[Pattern]) -> Vec<Clash> {
        let mut order: Vec<usize> = (0..patterns.len()).collect();
        order.sort_by_key(|&at| (patterns[at].length, patterns[at].first, at));
        let mut clashes = Vec::new();
        let mut widest: Option<usize> = None;
        for second in order {
            if let Some(first) = widest
                && patterns[first].length == patterns[second].length
                && patterns[second].first <= patterns[first].last
            {
                clashes.push(Clash { first, second });
                if patterns[second].last <= patterns[first].last {
                    continue;
                }
            }
            widest = Some(second);
        }
        clashes
    }

    /// Whether any pattern lies in a country.
    pub(super) fn is_in(&self, country: &str) -> bool {
        let Some(first) = pack_country(country) else { return false };
        let within = first..first + COUNTRY;
        self.spans.iter().any(|span| span.value != NOWHERE && within.contains(&span.start))
    }

    /// Whether not all places between two have one value: what is known of the place does not say which.
    pub(super) fn tells_apart(&self, place: PackedPlace) -> bool {
        let after = self.spans.partition_point(|span| span.start <= place.first);
        let at = |at: usize| self.spans.get(at).map_or(NOWHERE, |span| span.value);
        let first = after.checked_sub(1).map_or(NOWHERE, at);
        let inside = self.spans[after..].iter().take_while(|span| span.start <= place.last);
        inside.into_iter().any(|span| span.value != first)
    }

    /// The value of the longest pattern that covers the packed place.
    pub(super) fn get(&self, place: u64) -> Option<u32> {
        let stretch = usize::try_from(place.checked_sub(self.base)? >> self.shift).ok()?;
        let first = *self.jump.get(stretch)? as usize;
        // After the last stretch is where nothing is.
        let last = *self.jump.get(stretch + 1)? as usize;
        let more = self.spans.get(first + 1..=last)?.partition_point(|span| span.start <= place);
        self.spans.get(first + more).map(|span| span.value).filter(|value| *value != NOWHERE)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(text: &str) -> u64 {
        let (country, postcode) = text.split_once(':').unwrap_or((text, ""));
        pack(&Place::at(country, postcode)).unwrap().first
    }

    fn map(patterns: &[&str]) -> PostcodeMap {
        let entries: Vec<_> = patterns.iter().zip(0..).map(|(text, value)| (text.parse().unwrap(), value)).collect();
        PostcodeMap::new(&entries)
    }

    #[test]
    fn the_longest_pattern_wins_whatever_the_order() {
        for patterns in [["US:902", "US:90210", "US:*"], ["US:*", "US:902", "US:90210"], ["US:90210", "US:*", "US:902"]]
        {
            let map = map(&patterns);
            let winner = |text: &str| map.get(place(text)).map(|at| patterns[at as usize]);
            assert_eq!(winner("US:90210"), Some("US:90210"));
            assert_eq!(winner("US:90210-1234"), Some("US:90210"));
            assert_eq!(winner("US:90211"), Some("US:902"));
            assert_eq!(winner("US:10001"), Some("US:*"));
            assert_eq!(winner("CA:K1A 0B1"), None);
        }
    }

    #[test]
    fn a_range_covers_both_its_ends_and_all_that_begins_with_them() {
        let map = map(&["US:810..832", "GB:SW1A..SW1Y"]);
        let found = ["US:80999", "US:81000", "US:83299", "US:83300", "GB:SW1A 1AA", "GB:SW1Y9ZZ", "GB:SW1Z", "GB:SW2"]
            .map(|text| map.get(place(text)));
        assert_eq!(found, [None, Some(0), Some(0), None, Some(1), Some(1), None, None]);
    }

    proptest! {
        #[test]
        fn the_table_finds_what_a_search_finds(
            rows in prop::collection::vec((0_u32..20, "[0-9]{1,4}"), 0..60), asked in prop::collection::vec("[0-9]{0,6}", 1..40)
        ) {
            let patterns: Vec<(Pattern, u32)> =
                rows.iter().map(|(value, postcode)| (format!("XX:{postcode}").parse().unwrap(), *value)).collect();
            let map = PostcodeMap::new(&patterns);
            for postcode in asked {
                let place = place(&format!("XX:{postcode}"));
                let at = map.spans.partition_point(|span| span.start <= place).checked_sub(1);
                let found = at.map(|at| map.spans[at].value).filter(|value| *value != NOWHERE);
                prop_assert_eq!(map.get(place), found, "{}", postcode);
                let longest = patterns.iter().filter(|(p, _)| (p.first..=p.last).contains(&place)).map(|(p, _)| p.length).max();
                let expected = patterns.iter().rfind(|(p, _)| {
                    Some(p.length) == longest && (p.first..=p.last).contains(&place)
                });
                prop_assert_eq!(found, expected.map(|(_, value)| *value));
            }
        }
    }

    #[test]
    fn british_districts_are_no_prefixes_of_each_other() {
        let map =
            map(&["GB:IV", "GB:IV1..IV28", "GB:IV1", "GB:M1", "GB:M", "GB:EC1A", "GB:IV1 3", "GB:IV13AB", "JE:JE2"]);
        let found = |text: &str| map.get(place(text));
        assert_eq!([found("GB:IV40 8AB"), found("GB:IV63 6TX")], [Some(0); 2]);
        assert_eq!([found("GB:IV2 3BL"), found("GB:iv12 4qr"), found("GB:IV28 3XE")], [Some(1); 3]);
        assert_eq!(found("GB:IV1 1AA"), Some(2), "of two of one length the later wins");
        assert_eq!([found("GB:M1 1AE"), found("GB:M11AE")], [Some(3); 2]);
        assert_eq!([found("GB:M11 1AE"), found("GB:M2 5BQ")], [Some(4); 2]);
        assert_eq!(found("GB:ME1 1AA"), None, "ME is another area than M");
        assert_eq!([found("GB:EC1A 1BB"), found("GB:EC1Y 8SY")], [Some(5), None]);
        assert_eq!([found("GB:IV1 3CD"), found("GB:IV1 3AB"), found("JE:JE2 3AB")], [Some(6), Some(7), Some(8)]);
    }

    #[test]
    fn what_is_no_british_postcode_is_refused() {
        for text in
            ["GB:1", "GB:ABC1", "GB:IV123", "GB:IV1..", "GB:IV63..IV1", "GB:IV..IV3", "GB:IV1 3ABC", "GB:IV A", "GB:Ü1"]
        {
            assert!(text.parse::<Pattern>().is_err(), "{text:?}");
        }
        for postcode in ["", "12345", "IV1 3A!", "IV1 63", "IV1 ABC", "é"] {
            assert_eq!(pack(&Place::at("GB", postcode)), None);
        }
    }

    #[test]
    fn a_range_with_a_hyphen_is_no_postcode() {
        for text in ["US:900-905", "US:005---008", "US: 900 - 905", "GB:IV1-IV63", "GB:IV1-63", "GB:BT1-9"] {
            let why = text.parse::<Pattern>().unwrap_err().to_string();
            assert!(why.ends_with("write a range with two dots: 810..832"), "{text}: {why}");
        }
        for text in ["US:90210-1234", "JP:100-0001", "PL:00-001", "CA:K1A-0B1", "BR:01000-000"] {
            assert!(text.parse::<Pattern>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_postcode_that_is_not_whole_is_no_place() {
        for (country, postcode) in [
            ("US", "7030"),
            ("US", "703"),
            ("US", "7030-1234"),
            ("PR", "90210"),
            ("PH", "922"),
            ("MY", "1000"),
            ("DE", "1067"),
            ("GB", "HS"),
            ("GB", "IV40 8"),
            ("GB", ""),
            ("JE", "GY1 1AA"),
        ] {
            assert_eq!(pack(&Place::at(country, postcode)), None, "{country}:{postcode}");
        }
        for (country, postcode) in [
            ("US", "07030"),
            ("US", "07030-1234"),
            ("PR", "00901"),
            ("PH", "0922"),
            ("DE", "01067"),
            ("SE", "SE-111 22"),
            ("VN", "1067"),
            ("GB", "HS1 2AA"),
        ] {
            let packed = pack(&Place::at(country, postcode)).unwrap();
            assert_eq!(packed.first, packed.last, "{country}:{postcode}");
        }
        assert_eq!(place("SE:SE-111 22"), place("SE:11122"));
    }

    #[test]
    fn half_a_british_postcode_is_a_place_where_the_tables_need_no_more() {
        let map = map(&["GB:*", "GB:HS1..HS9", "GB:IV1 3", "GB:EC1A", "GB:E1W"]);
        let half = |postcode: &str| {
            let packed = pack(&Place::at("GB", postcode)).unwrap();
            (map.tells_apart(packed), map.get(packed.first))
        };
        assert_eq!(half("HS1"), (false, Some(1)));
        assert_eq!(half("IV1"), (true, Some(0)), "IV1 3 is another zone than the rest of IV1");
        let halves = ["IV12", "EC1A", "E1W", "E1"].map(half);
        assert_eq!(halves, [(false, Some(0)), (false, Some(3)), (false, Some(4)), (false, Some(0))]);
        let without = pack(&Place::at("VN", "")).unwrap();
        assert!(!PostcodeMap::new(&[("VN:*".parse().unwrap(), 0)]).tells_apart(without));
        assert!(PostcodeMap::new(&[("VN:*".parse().unwrap(), 0), ("VN:7".parse().unwrap(), 1)]).tells_apart(without));
        assert!(!PostcodeMap::default().tells_apart(without));
    }

    #[test]
    fn patterns_of_one_length_that_share_a_place_clash() {
        let patterns = ["US:902", "US:90210", "US:900..905", "US:906..910", "US:910"].map(|text| text.parse().unwrap());
        assert_eq!(PostcodeMap::clashes(&patterns), [Clash { first: 2, second: 0 }, Clash { first: 3, second: 4 }]);
        assert!(PostcodeMap::clashes(&["US:902", "US:9021", "CA:902"].map(|text| text.parse().unwrap())).is_empty());
    }

    #[test]
    fn what_is_not_a_pattern_is_refused() {
        for text in
            ["", "902", "us:902", "US:", "US:9_2", "US:12345678901", "US:900..90", "US:905..900", "US:..9", "ÜS:1"]
        {
            assert!(text.parse::<Pattern>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_last_country_does_not_overflow() {
        let map = map(&["ZZ:*"]);
        assert_eq!(map.get(place("ZZ:ZZZZZZZZZZ")), Some(0));
        assert_eq!(map.get(place("AA:0")), None);
    }
}
