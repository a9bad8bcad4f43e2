//! Places -> small numbers, by postcode or by name.
//!
//! A postcode is the surest sign; where a country has none that people know (Vietnam, much of Indonesia), tables name
//! provinces and districts instead. What a row says of a postcode wins over what another says of a name, and a name
//! over a whole country (`US:*`).

use std::str::FromStr;

use super::{Pattern, PatternError, Place, PostcodeMap, postcode};

/// What a row of a table names: postcodes (`US:902`), or a region, a city in it, or a city (`VN/Ha Noi`,
/// `VN/Ha Noi/Ba Dinh`, `VN//Ba Dinh`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlacePattern {
    /// By postcode.
    Postcode(Pattern),
    /// By name, as names are compared: `VN/hanoi/badinh`.
    Name(String),
}

impl FromStr for PlacePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let named = text.split_once('/').filter(|(country, _)| !country.contains(':'));
        let Some((country, names)) = named else { return text.parse().map(Self::Postcode) };
        let bad = || PatternError::Name(text.chars().take(40).collect());
        // The same check of the country as a postcode's.
        let _: Pattern = format!("{country}:*").parse()?;
        let (region, city) = names.split_once('/').unwrap_or((names, ""));
        let (region, city) = (plain(region), plain(city));
        if (region.is_empty() && city.is_empty()) || city.contains('/') {
            return Err(bad());
        }
        Ok(Self::Name(key(country, &region, &city)))
    }
}

impl PlacePattern {
    /// Whether some place may be in both. Of a name and a postcode nobody can tell: they may, in one country.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Postcode(a), Self::Postcode(b)) => a.meets(b),
            (Self::Name(a), Self::Name(b)) => {
                let part = |name: &str, at: usize| name.split('/').nth(at).unwrap_or_default().to_owned();
                (0..3).all(|at| {
                    let (a, b) = (part(a, at), part(b, at));
                    a.is_empty() || b.is_empty() || a == b
                })
            }
            (Self::Name(name), Self::Postcode(pattern)) | (Self::Postcode(pattern), Self::Name(name)) => {
                format!("{}:*", &name[..2]).parse::<Pattern>().is_ok_and(|country| country.meets(pattern))
            }
        }
    }
}

fn key(country: &str, region: &str, city: &str) -> String {
    format!("{country}/{region}/{city}")
}

/// A name as it is compared: lower case, without accents, marks and blanks, so that `Hồ Chí Minh`, `Ho Chi Minh` and
/// `HO-CHI-MINH` are one.
fn plain(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let letter = |c: char| match c {
        'đ' | 'Đ' => 'd',
        _ => c,
    };
    let kept = |c: &char| c.is_alphanumeric() || *c == '/';
    name.nfkd().filter(kept).map(letter).flat_map(char::to_lowercase).collect()
}

/// The keys under which tables look a place up.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceKeys {
    packed: Option<u64>,
    /// From the most to the least exact.
    names: [String; 3],
}

impl PlaceKeys {
    /// `named`: whether any table names places.
    pub(super) fn new(place: &Place, named: bool) -> Self {
        let mut names = <[String; 3]>::default();
        if named && (!place.region.is_empty() || !place.city.is_empty()) {
            let (region, city) = (plain(&place.region), plain(&place.city));
            names =
                [key(&place.country, &region, &city), key(&place.country, "", &city), key(&place.country, &region, "")];
        }
        Self { packed: postcode::pack(place), names }
    }
}

/// Places -> small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceMap {
    postcodes: PostcodeMap,
    /// Sorted by name; with any, whole countries are looked up after them.
    names: Vec<(String, u32)>,
    countries: PostcodeMap,
}

impl PlaceMap {
    /// Builds the map; of two rows about one place the longer postcode wins.
    pub fn new(entries: &[(PlacePattern, u32)]) -> Self {
        let mut names: Vec<(String, u32)> = Vec::new();
        let mut patterns: Vec<(Pattern, u32)> = Vec::new();
        for (spot, value) in entries {
            match spot {
                PlacePattern::Name(name) => names.push((name.clone(), *value)),
                PlacePattern::Postcode(pattern) => patterns.push((*pattern, *value)),
            }
        }
        names.sort();
        let (countries, postcodes): (Vec<_>, Vec<_>) =
            patterns.into_iter().partition(|(pattern, _)| !names.is_empty() && pattern.is_country());
        Self { postcodes: PostcodeMap::new(&postcodes), names, countries: PostcodeMap::new(&countries) }
    }

    /// Whether any row names places instead of postcodes.
    pub fn is_named(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether any row names a place of a country.
    pub(super) fn is_in(&self, country: &str) -> bool {
        let named = || self.names.iter().any(|(name, _)| name.split('/').next() == Some(country));
        self.postcodes.is_in(country) || self.countries.is_in(country) || named()
    }

    pub(super) fn get(&self, place: &PlaceKeys) -> Option<u32> {
        let by_postcode = place.packed.and_then(|packed| self.postcodes.get(packed));
        if by_postcode.is_some() || self.names.is_empty() {
            return by_postcode;
        }
        let named = |name: &String| {
            let at = self.names.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
            Some(self.names[at].1)
        };
        let by_name = place.names.iter().filter(|name| !name.is_empty()).find_map(named);
        by_name.or_else(|| place.packed.and_then(|packed| self.countries.get(packed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(map: &PlaceMap, country: &str, postcode: &str, region: &str, city: &str) -> Option<u32> {
        let place = Place { region: region.into(), city: city.into(), ..Place::at(country, postcode) };
        map.get(&PlaceKeys::new(&place, map.is_named()))
    }

    #[test]
    fn a_postcode_wins_over_a_name_and_a_name_over_a_country() {
        let rows = ["VN:*", "VN/Ha Noi", "VN/Hà Nội/Ba Đình", "VN//Thu Duc", "VN:7000", "MY:88"];
        let entries: Vec<_> = rows.iter().zip(0..).map(|(text, value)| (text.parse().unwrap(), value)).collect();
        let map = PlaceMap::new(&entries);
        assert_eq!(found(&map, "VN", "", "Đà Nẵng", "Hải Châu"), Some(0));
        assert_eq!(found(&map, "VN", "", "HA-NOI", "Cầu Giấy"), Some(1));
        assert_eq!(found(&map, "VN", "", "Hà Nội", "ba dinh"), Some(2));
        assert_eq!(found(&map, "VN", "", "Hồ Chí Minh", "Thủ Đức"), Some(3));
        assert_eq!(found(&map, "VN", "70001", "Hà Nội", "Ba Đình"), Some(4));
        assert_eq!(found(&map, "MY", "88000", "Sabah", ""), Some(5));
        assert_eq!(found(&map, "MY", "50000", "Hà Nội", ""), None);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["VN/", "VN//", "/Ha Noi", "vn/Ha Noi", "VN/a/b/c", "VN/-"] {
            assert!(text.parse::<PlacePattern>().is_err(), "{text:?}");
        }
    }
}
