//! Postcodes as numbers: prefixes and ranges become intervals, and a lookup is one binary search.
//!
//! A place is packed into a `u64`: two letters of the country, then up to ten letters or digits of the postcode, in
//! base 37 (0 is "nothing more", then `0`-`9`, then `A`-`Z`), left-aligned. Everything that begins with a prefix is
//! then one interval, and longer patterns lie inside shorter ones.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::Place;

/// The longest postcode, without spaces and hyphens: ZIP+4 has nine, Iran has ten.
const LONGEST: u32 = 10;
/// Digits, letters, and "nothing more".
const BASE: u64 = 37;

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
        let low = pack_postcode(low).filter(|(_, length)| *length > 0).ok_or_else(bad)?;
        let high = pack_postcode(high).filter(|(_, length)| *length > 0).ok_or_else(bad)?;
        if low.1 != high.1 || low.0 > high.0 {
            return Err(PatternError::Range(shown()));
        }
        Ok(Self::new(country, low, high))
    }
}

impl Pattern {
    fn new(country: u64, low: (u64, u32), high: (u64, u32)) -> Self {
        let below = BASE.pow(LONGEST - low.1);
        let first = country + low.0 * below;
        let last = country + high.0 * below + (below - 1);
        Self { first, last, length: low.1 }
    }
}

/// The place as a number; `None` when its country or postcode cannot be one.
pub(super) fn pack(place: &Place) -> Option<u64> {
    let (postcode, length) = pack_postcode(&place.postcode)?;
    Some(pack_country(&place.country)? + postcode * BASE.pow(LONGEST - length))
}

fn pack_country(text: &str) -> Option<u64> {
    let bytes = <[u8; 2]>::try_from(text.as_bytes()).ok()?;
    if !bytes.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let [a, b] = bytes.map(|byte| u64::from(byte - b'A'));
    Some((a * 26 + b) * BASE.pow(LONGEST))
}

/// The packed characters and how many they are; spaces and hyphens do not count.
fn pack_postcode(text: &str) -> Option<(u64, u32)> {
    let (mut packed, mut length) = (0, 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
        let digit = match byte.to_ascii_uppercase() {
            byte @ b'0'..=b'9' => byte - b'0' + 1,
            byte @ b'A'..=b'Z' => byte - b'A' + 11,
            _ => return None,
        };
        if length == LONGEST {
            return None;
        }
        packed = packed * BASE + u64::from(digit);
        length += 1;
    }
    Some((packed, length))
}

/// Two patterns of the same length that name the same place: which of them wins is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    /// Position of the one that begins first (or stands first in the list).
    pub first: usize,
    /// Position of the other.
    pub second: usize,
}

/// Places -> small numbers: disjoint intervals in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostcodeMap {
    starts: Vec<u64>,
    values: Vec<Option<u32>>,
}

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
        Self { starts: painted.keys().copied().collect(), values: painted.into_values().collect() }
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

    /// The value of the longest pattern that covers the packed place.
    pub(super) fn get(&self, place: u64) -> Option<u32> {
        let at = self.starts.partition_point(|start| *start <= place);
        at.checked_sub(1).and_then(|at| self.values[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> u64 {
        let (country, postcode) = text.split_once(':').unwrap_or((text, ""));
        pack(&Place { country: country.into(), postcode: postcode.into(), residential: false }).unwrap()
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
