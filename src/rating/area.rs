//! Places -> small numbers, by postcode or by name.
//!
//! A postcode is the surest sign; where a country has none that people know (Vietnam, much of Indonesia), tables name
//! provinces and districts instead. What a row says of a postcode wins over what another says of a name, and a name
//! over a whole country (`US:*`).
//!
//! Names are compared as [`crate::place`] reads them. A row is found under several keys, and a place looks for several:
//!
//! ```text
//!   row  VN/TP. HCM/Quan 7     VN/hochiminh/quan7     as written
//!                              VN/hochiminh/7~quan    without its word, and what that says: Q.7
//!                              VN/hochiminh/7~        for who leaves the word out, where no other row has this name
//!   row  ID/Jawa Barat/Bogor   ID/jawabarat/bogor     for everybody: Kota Bogor, Kab. Bogor
//! ```

use std::collections::BTreeMap;
use std::str::FromStr;

use super::postcode::PackedPlace;
use super::{Pattern, PatternError, Place, PostcodeMap, postcode, territory};
use crate::place::{self, CityName};

/// What a row of a table names: postcodes (`US:902`), or a region, a city in it, or a city (`VN/Ha Noi`,
/// `VN/Ha Noi/Ba Dinh`, `VN//Ba Dinh`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlacePattern {
    /// By postcode.
    Postcode(Pattern),
    /// By name.
    Name(NamePattern),
}

/// A region, a city in it, or a city of any region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamePattern {
    country: String,
    /// As regions are compared; empty where it is any.
    region: String,
    city: Option<CityName>,
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
        let name = NamePattern::new(country, region, city);
        if (name.region.is_empty() && name.city.is_none()) || city.contains('/') {
            return Err(bad());
        }
        Ok(Self::Name(name))
    }
}

impl PlacePattern {
    /// Whether some place may be in both. Of a name and a postcode nobody can tell: they may, in one country.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Postcode(a), Self::Postcode(b)) => territory::meet(a, b),
            (Self::Name(a), Self::Name(b)) => a.meets(b),
            (Self::Name(name), Self::Postcode(pattern)) | (Self::Postcode(pattern), Self::Name(name)) => {
                format!("{}:*", name.country).parse::<Pattern>().is_ok_and(|country| country.meets(pattern))
            }
        }
    }
}

impl NamePattern {
    fn new(country: &str, region: &str, city: &str) -> Self {
        let city = place::city(country, city);
        Self {
            country: country.to_owned(),
            region: place::region(country, region),
            city: (!city.exact.is_empty()).then_some(city),
        }
    }

    /// What it is compared as: of two rows with the same key nobody knows which one counts.
    pub fn key(&self) -> String {
        match &self.city {
            Some(city) => key(&self.country, &self.region, &told_apart(city)),
            None => key(&self.country, &self.region, ""),
        }
    }

    /// Whether both name regions, or both cities, of one country.
    pub fn is_like(&self, other: &Self) -> bool {
        self.country == other.country && self.city.is_some() == other.city.is_some()
    }

    /// The same with another region or another city, where it has those of `means`: a row for what `self` is also called.
    pub fn renamed(&self, means: &Self, alias: &Self) -> Option<Self> {
        let same = self.country == means.country && self.region == means.region;
        match &means.city {
            None => same.then(|| Self { region: alias.region.clone(), ..self.clone() }),
            Some(city) => {
                let is_it = self.city.as_ref().is_some_and(|own| told_apart(own) == told_apart(city));
                (same && is_it).then(|| alias.clone())
            }
        }
    }

    fn meets(&self, other: &Self) -> bool {
        let regions = self.region.is_empty() || other.region.is_empty() || self.region == other.region;
        let cities = match (&self.city, &other.city) {
            (Some(a), Some(b)) => {
                a.exact == b.exact || (a.stem == b.stem && (a.kind == b.kind || a.kind.is_empty() || b.kind.is_empty()))
            }
            _ => true,
        };
        self.country == other.country && regions && cities
    }

    /// The keys of a row, beside the one for a city without its word.
    fn keys(&self) -> Vec<String> {
        let city = |city: &str| key(&self.country, &self.region, city);
        match &self.city {
            None => vec![city("")],
            Some(name) if name.exact == name.stem => vec![city(&name.exact)],
            Some(name) => vec![city(&name.exact), city(&told_apart(name))],
        }
    }

    /// The key of a row that says of a city what some leave out. Without a region it could be anywhere.
    fn bare(&self) -> Option<String> {
        let city = self.city.as_ref().filter(|city| !city.kind.is_empty() && !self.region.is_empty())?;
        Some(key(&self.country, &self.region, &format!("{}~", city.stem)))
    }
}

fn key(country: &str, region: &str, city: &str) -> String {
    format!("{country}/{region}/{city}")
}

/// A city without its word, and what that says.
fn told_apart(city: &CityName) -> String {
    if city.kind.is_empty() { city.stem.clone() } else { format!("{}~{}", city.stem, city.kind) }
}

/// The keys under which tables look a place up.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceKeys {
    packed: Option<PackedPlace>,
    /// From the most to the least exact.
    names: Vec<String>,
}

impl PlaceKeys {
    /// `named`: whether any table names places.
    pub(super) fn new(place: &Place, named: bool) -> Self {
        let mut names = Vec::new();
        if named && (!place.region.is_empty() || !place.city.is_empty()) {
            let (country, region) = (&place.country, place::region(&place.country, &place.region));
            let city = place::city(country, &place.city);
            for region in [region.as_str(), ""] {
                let mut push = |city: &str| {
                    let key = key(country, region, city);
                    if !names.contains(&key) {
                        names.push(key);
                    }
                };
                if !city.exact.is_empty() {
                    push(&city.exact);
                    push(&told_apart(&city));
                    push(&city.stem);
                    if city.kind.is_empty() && !region.is_empty() {
                        push(&format!("{}~", city.stem));
                    }
                }
            }
            if !region.is_empty() {
                names.push(key(country, &region, ""));
            }
        }
        Self { packed: postcode::pack(place), names }
    }

    /// Whether only half of its postcode is known.
    pub(super) fn is_half(&self) -> bool {
        self.packed.is_some_and(PackedPlace::is_half)
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
    /// The value of a city that several rows name, each with a word that the place leaves out.
    pub(super) const UNCLEAR: u32 = u32::MAX - 1;

    /// Builds the map; of two rows about one place the longer postcode wins. Rows of a country count for its territories
    /// that no row names, and those of a territory for the other spelling of its places.
    pub fn new(entries: &[(PlacePattern, u32)]) -> Self {
        let mut names: Vec<(String, u32)> = Vec::new();
        let mut bare: BTreeMap<String, u32> = BTreeMap::new();
        let mut patterns: Vec<(Pattern, u32)> = Vec::new();
        for (spot, value) in entries {
            match spot {
                PlacePattern::Name(name) => {
                    names.extend(name.keys().into_iter().map(|key| (key, *value)));
                    let all = name.bare().map(|key| bare.entry(key).or_insert(*value));
                    if let Some(known) = all.filter(|known| **known != *value) {
                        *known = Self::UNCLEAR;
                    }
                }
                PlacePattern::Postcode(pattern) => patterns.push((*pattern, *value)),
            }
        }
        names.extend(bare);
        names.sort();
        names.dedup();
        territory::complete(&mut patterns);
        let (countries, postcodes): (Vec<_>, Vec<_>) =
            patterns.into_iter().partition(|(pattern, _)| !names.is_empty() && pattern.is_country());
        Self { postcodes: PostcodeMap::new(&postcodes), names, countries: PostcodeMap::new(&countries) }
    }

    /// Whether any row names places instead of postcodes.
    pub fn is_named(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether any row names places of a country instead of postcodes.
    pub(super) fn is_named_in(&self, country: &str) -> bool {
        self.names.iter().any(|(name, _)| name.split('/').next() == Some(country))
    }

    /// Whether any row names a place of a country.
    pub(super) fn is_in(&self, country: &str) -> bool {
        self.postcodes.is_in(country) || self.countries.is_in(country) || self.is_named_in(country)
    }

    pub(super) fn get(&self, place: &PlaceKeys) -> Option<u32> {
        let by_postcode = place.packed.and_then(|packed| self.postcodes.get(packed.first));
        if by_postcode.is_some() || self.names.is_empty() {
            return by_postcode;
        }
        self.by_name(place).or_else(|| place.packed.and_then(|packed| self.countries.get(packed.first)))
    }

    fn by_name(&self, place: &PlaceKeys) -> Option<u32> {
        place.names.iter().find_map(|name| {
            let at = self.names.binary_search_by(|(known, _)| known.cmp(name)).ok()?;
            Some(self.names[at].1)
        })
    }

    /// Whether half of the place's postcode is not enough to say which row it is.
    pub(super) fn needs_more(&self, place: &PlaceKeys) -> bool {
        place.packed.is_some_and(|packed| packed.is_half() && self.postcodes.tells_apart(packed))
    }

    /// Whether a place is found under its whole country alone, while other rows name parts of that country, of which it may
    /// be one.
    pub(super) fn is_rest(&self, place: &Place, keys: &PlaceKeys) -> bool {
        let Some(packed) = keys.packed else { return false };
        let by_name = self.by_name(keys).is_some();
        if place.postcode.is_empty() {
            let named = !keys.names.is_empty() && self.is_named_in(&place.country);
            !by_name && self.get(keys).is_some() && (named || self.postcodes.tells_apart(packed))
        } else {
            let asked = !keys.names.is_empty() && self.is_named_in(&place.country);
            asked
                && !by_name
                && self.postcodes.get(packed.first).is_none()
                && self.countries.get(packed.first).is_some()
        }
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

    fn map(rows: &[&str]) -> PlaceMap {
        PlaceMap::new(&rows.iter().zip(0..).map(|(text, value)| (text.parse().unwrap(), value)).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_is_found_with_and_without_its_administrative_words() {
        let map =
            map(&["VN:*", "VN/Ho Chi Minh", "VN/TP. Hồ Chí Minh/Quận 7", "VN/Hà Nội", "VN/Binh Duong", "VN//Thu Duc"]);
        let at = |region: &str, city: &str| found(&map, "VN", "700000", region, city);
        for region in ["TP. Hồ Chí Minh", "Thành phố Hồ Chí Minh", "TP.HCM", "Ho Chi Minh City", "Sài Gòn", "HCMC"]
        {
            assert_eq!(at(region, "Quận 1"), Some(1), "{region}");
            for city in ["Quận 7", "Q.7", "District 7", "7", "quan 7"] {
                assert_eq!(at(region, city), Some(2), "{region}/{city}");
            }
            assert_eq!(at(region, "Phường 7"), Some(1), "{region}: a ward is no district");
        }
        assert_eq!([at("Thành phố Hà Nội", ""), at("Tỉnh Bình Dương", "Dĩ An")], [Some(3), Some(4)]);
        assert_eq!([at("", "TP. Thủ Đức"), at("x", "Thành phố Thủ Đức")], [Some(5); 2]);
        assert_eq!(at("Lâm Đồng", "Đà Lạt"), Some(0));
    }

    #[test]
    fn two_cities_of_one_name_stay_two() {
        let apart =
            map(&["ID/Jawa Barat", "ID/Jawa Barat/Kota Bekasi", "ID/Jawa Barat/Kab. Bekasi", "ID/Jawa Barat/Bogor"]);
        let at = |region: &str, city: &str| found(&apart, "ID", "17111", region, city);
        assert_eq!([at("West Java", "KOTA BEKASI"), at("Jawa Barat", "Bekasi City")], [Some(1); 2]);
        assert_eq!([at("Jawa Barat", "Kabupaten Bekasi"), at("Jabar", "Bekasi Regency")], [Some(2); 2]);
        assert_eq!(at("Jawa Barat", "Bekasi"), Some(PlaceMap::UNCLEAR), "nobody knows which of the two");
        assert_eq!(["Bogor", "Kota Bogor", "KAB. BOGOR"].map(|city| at("Jawa Barat", city)), [Some(3); 3]);
        let city = map(&["ID/Jawa Barat", "ID/Jawa Barat/Kota Bekasi", "PH//Quezon City"]);
        let at = |city_name: &str| found(&city, "ID", "", "Jawa Barat", city_name);
        assert_eq!([at("Bekasi"), at("Kota Bekasi"), at("Kabupaten Bekasi")], [Some(1), Some(1), Some(0)]);
        let quezon = ["Quezon City", "Quezon"].map(|name| found(&city, "PH", "1100", "Bukidnon", name));
        assert_eq!(quezon, [Some(2), None], "a city of any region is not a town of that name");
        let same = map(&["ID/Jawa Barat/Kota Bekasi", "ID/Banten"]);
        assert_eq!(found(&same, "ID", "", "Jawa Barat", "Bekasi"), Some(0));
    }

    #[test]
    fn a_place_that_only_the_row_of_its_country_has_is_known_as_the_rest() {
        let rest = |rows: &[&str], postcode: &str, region: &str, city: &str| {
            let map = map(rows);
            let place = Place { region: region.into(), city: city.into(), ..Place::at("VN", postcode) };
            map.is_rest(&place, &PlaceKeys::new(&place, true))
        };
        let named = ["VN:*", "VN/Ha Noi", "ID/Banten"];
        assert!(rest(&named, "", "Lam Dong", "") && rest(&named, "670000", "Lam Dong", "Da Lat"));
        assert!(rest(&named, "", "", "Da Lat"));
        assert!(!rest(&named, "", "TP Ha Noi", "Ba Dinh"));
        assert!(!rest(&named[1..], "", "Lam Dong", ""), "it is not found at all");
        assert!(!rest(&["VN:*", "ID/Banten"], "", "Lam Dong", ""), "no part of the country is named");
        assert!(!rest(&["VN:*", "VN/Ha Noi", "VN:67"], "670000", "Lam Dong", ""), "its postcode is");
        assert!(rest(&["VN:*", "VN:67"], "", "", "") && !rest(&["VN:*", "VN:67"], "700000", "Ha Noi", ""));
    }

    #[test]
    fn rows_of_one_place_meet() {
        let meet = |a: &str, b: &str| a.parse::<PlacePattern>().unwrap().meets(&b.parse().unwrap());
        assert!(meet("ID/West Java", "ID/Jawa Barat/Bekasi") && meet("ID/Jawa Barat/Bekasi", "ID//Kota Bekasi"));
        assert!(meet("VN/TP HCM", "VN:*") && meet("VN//Quan 7", "VN//District 7"));
        assert!(!meet("ID//Kota Bekasi", "ID//Kab. Bekasi") && !meet("ID/Banten", "ID/Jawa Barat"));
        assert!(!meet("VN/Ha Noi", "ID:*") && !meet("VN/Ha Noi", "ID/Ha Noi"));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["VN/", "VN//", "/Ha Noi", "vn/Ha Noi", "VN/a/b/c", "VN/-"] {
            assert!(text.parse::<PlacePattern>().is_err(), "{text:?}");
        }
    }
}
