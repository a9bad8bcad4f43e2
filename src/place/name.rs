//! KnownNames of places as they are compared.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::table::{list, rows};

/// The name of a city or a district as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CityName {
    /// As it was written: `kotabekasi`.
    pub exact: String,
    /// Without its administrative words: `bekasi`.
    pub stem: String,
    /// What those say of it: `kota`. Empty where none stands there, or none that tells two places apart.
    pub kind: &'static str,
}

/// A name as it is compared: lower case, without accents, marks and blanks, so that `Hồ Chí Minh`, `Ho Chi Minh` and
/// `HO-CHI-MINH` are one.
fn plain(name: &str) -> String {
    words(name).concat()
}

/// The name of a region as it is compared, without its administrative words: `hochiminh` for `TP.HCM` and `Ho Chi Minh City`.
pub fn region(country: &str, name: &str) -> String {
    KnownNames::of(country, "region").map_or_else(|| plain(name), |names| names.read(name).stem)
}

/// The name of a city or a district.
pub fn city(country: &str, name: &str) -> CityName {
    let bare = || CityName { exact: plain(name), stem: plain(name), kind: "" };
    KnownNames::of(country, "city").map_or_else(bare, |names| names.read(name))
}

/// The words of a name. What is not a letter, a digit or an accent stands between two.
fn words(name: &str) -> Vec<String> {
    let letter = |c: char| match c {
        'đ' | 'Đ' => 'd',
        _ => c,
    };
    let mut words = vec![String::new()];
    for c in name.nfkd() {
        match words.last_mut() {
            Some(word) if c.is_alphanumeric() => word.extend(letter(c).to_lowercase()),
            Some(word) if !is_combining_mark(c) && !word.is_empty() => words.push(String::new()),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What is known of the names of one kind of places in one country.
#[derive(Debug, Default)]
struct KnownNames {
    country: &'static str,
    /// `region` or `city`.
    of: &'static str,
    words: Vec<AdministrativeWord>,
    /// What each name means, both as they are compared.
    aliases: HashMap<String, String>,
}

/// A word that stands before or after a name.
#[derive(Debug)]
struct AdministrativeWord {
    words: Vec<String>,
    kind: &'static str,
    is_before: bool,
    /// It may stand without a blank, in letters of which each says something.
    is_glued: bool,
}

static NAMES: LazyLock<Vec<KnownNames>> = LazyLock::new(|| {
    let mut all: Vec<KnownNames> = Vec::new();
    for [country, of, kind, before, after] in rows(include_str!("words.csv")) {
        let both = list(before).map(|word| (word, true)).chain(list(after).map(|word| (word, false)));
        let both = both.map(|(word, is_before)| AdministrativeWord {
            words: words(word),
            kind,
            is_before,
            is_glued: !word.is_ascii() && !word.ends_with('.'),
        });
        KnownNames::entry(&mut all, country, of).words.extend(both);
    }
    for names in &mut all {
        // The longest first: `Kota Administrasi` before `Kota`.
        names.words.sort_by_key(|word| std::cmp::Reverse(word.words.concat().len()));
    }
    for [country, of, same] in rows(include_str!("aliases.csv")) {
        let mut same = list(same).map(plain);
        let first = same.next().unwrap_or_default();
        let aliases = &mut KnownNames::entry(&mut all, country, of).aliases;
        aliases.insert(first.clone(), first.clone());
        aliases.extend(same.map(|name| (name, first.clone())));
    }
    all
});

impl KnownNames {
    fn of(country: &str, of: &str) -> Option<&'static Self> {
        NAMES.iter().find(|names| names.country == country && names.of == of)
    }

    fn entry<'a>(all: &'a mut Vec<Self>, country: &'static str, of: &'static str) -> &'a mut Self {
        let at = all.iter().position(|names| names.country == country && names.of == of).unwrap_or_else(|| {
            all.push(Self { country, of, ..Self::default() });
            all.len() - 1
        });
        &mut all[at]
    }

    fn read(&self, name: &str) -> CityName {
        let name = words(name);
        let exact = name.concat();
        // `Negeri Sembilan` is a name, and `Negeri Selangor` is one with a word.
        let (after, kind_after) = self.strip(&name, false);
        let (before, kind_before) = self.strip(&name, true);
        let (both, kind_both) = self.strip(&after, true);
        let kind_both = if kind_both.is_empty() { kind_after } else { kind_both };
        let readings = [(&name, ""), (&after, kind_after), (&before, kind_before), (&both, kind_both)];
        let known = readings.iter().find_map(|(left, kind)| Some((self.aliases.get(&left.concat())?.clone(), *kind)));
        let (stem, kind) = known.unwrap_or_else(|| (both.concat(), kind_both));
        CityName { exact, stem, kind }
    }

    /// A name without the longest word before or after it, and what that says; without several where they say nothing
    /// (`Provinsi DKI Jakarta`).
    fn strip(&self, name: &[String], is_before: bool) -> (Vec<String>, &'static str) {
        let (mut left, mut kind) = (name.to_vec(), "");
        while kind.is_empty() {
            let mut there = self.words.iter().filter(|word| word.is_before == is_before);
            let Some((rest, says)) = there.find_map(|word| Some((word.without(&left)?, word.kind))) else { break };
            (left, kind) = (rest, says);
        }
        (left, kind)
    }
}

impl AdministrativeWord {
    /// The words of a name without this one; `None` where it does not stand there, or nothing else does.
    fn without(&self, name: &[String]) -> Option<Vec<String>> {
        let rest = if self.is_before { name.strip_prefix(&self.words[..]) } else { name.strip_suffix(&self.words[..]) };
        if let Some(rest) = rest {
            return (!rest.is_empty()).then(|| rest.to_vec());
        }
        let (whole, word) = (name.concat(), self.words.concat());
        let rest = if self.is_before { whole.strip_prefix(&word) } else { whole.strip_suffix(&word) };
        // A name of one sign needs the word: 雄县.
        let rest = rest.filter(|rest| self.is_glued && rest.chars().nth(1).is_some())?;
        Some(vec![rest.to_owned()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All names of each list are the same region.
    fn one_region(country: &str, names: &[&str]) {
        let compared: Vec<String> = names.iter().map(|name| region(country, name)).collect();
        assert!(compared.iter().all(|name| *name == compared[0]), "{country}: {names:?} are {compared:?}");
    }

    #[test]
    fn a_region_is_one_with_and_without_its_administrative_words() {
        one_region(
            "VN",
            &[
                "Ho Chi Minh",
                "Hồ Chí Minh",
                "TP. Hồ Chí Minh",
                "TP Ho Chi Minh",
                "Thành phố Hồ Chí Minh",
                "Thanh pho Ho Chi Minh",
                "TP.HCM",
                "TPHCM",
                "T.P. HCM",
                "HCMC",
                "Ho Chi Minh City",
                "HO-CHI-MINH",
                "Sài Gòn",
                "Saigon",
                "Sai Gon City",
            ],
        );
        one_region("VN", &["Hà Nội", "Hanoi", "Ha Noi City", "Thành phố Hà Nội", "TP Hà Nội", "HN"]);
        one_region("VN", &["Bình Dương", "Tỉnh Bình Dương", "Binh Duong Province", "tinh binh duong"]);
        one_region("VN", &["Bà Rịa–Vũng Tàu", "Ba Ria - Vung Tau", "Tinh BRVT", "Vũng Tàu"]);
        one_region(
            "ID",
            &[
                "DKI Jakarta",
                "Jakarta",
                "DAERAH KHUSUS JAKARTA",
                "Daerah Khusus Ibukota Jakarta",
                "Special Capital Region of Jakarta",
                "Jakarta Raya",
                "Provinsi DKI Jakarta",
                "DKJ",
            ],
        );
        one_region(
            "ID",
            &[
                "DI Yogyakarta",
                "D.I. Yogyakarta",
                "Daerah Istimewa Yogyakarta",
                "Yogyakarta",
                "DIY",
                "Special Region of Yogyakarta",
            ],
        );
        one_region("ID", &["Jawa Barat", "West Java", "Provinsi Jawa Barat", "JABAR", "West Java Province"]);
        one_region("ID", &["Jawa Timur", "East Java", "Prov. Jawa Timur", "Jatim"]);
        one_region("ID", &["Jawa Tengah", "Central Java", "Jateng"]);
        one_region("ID", &["Aceh", "Nanggroe Aceh Darussalam", "NAD", "Daerah Istimewa Aceh"]);
        one_region(
            "TH",
            &[
                "กรุงเทพมหานคร",
                "กรุงเทพ",
                "กรุงเทพฯ",
                "กทม.",
                "Bangkok",
                "Krung Thep",
                "Krung Thep Maha Nakhon",
                "BANGKOK PROVINCE",
                "จังหวัดกรุงเทพมหานคร",
            ],
        );
        one_region(
            "TH",
            &["จังหวัดเชียงใหม่", "จ.เชียงใหม่", "เชียงใหม่", "Chiang Mai", "Changwat Chiang Mai", "Chiang Mai Province"],
        );
        one_region("TH", &["จันทบุรี", "จ. จันทบุรี", "Chanthaburi"]);
        one_region("CN", &["内蒙古自治区", "内蒙古", "Nei Mongol", "Inner Mongolia", "Neimenggu Zizhiqu"]);
        one_region(
            "CN",
            &[
                "广西壮族自治区",
                "广西",
                "廣西",
                "Guangxi",
                "Guangxi Zhuang Autonomous Region",
                "Guangxi Zhuangzuzizhiqu",
            ],
        );
        one_region("CN", &["宁夏回族自治区", "宁夏", "Ningxia"]);
        one_region("CN", &["新疆维吾尔自治区", "新疆", "Xinjiang", "Xinjiang Uygur Autonomous Region"]);
        one_region("CN", &["香港特别行政区", "香港", "Hong Kong SAR", "Hong Kong"]);
        one_region("CN", &["广东省", "广东", "Guangdong", "Guangdong Province", "Guangdong Sheng"]);
        one_region("CN", &["北京市", "北京", "Beijing", "Beijing Shi"]);
        one_region("MY", &["Pulau Pinang", "Penang", "P. Pinang"]);
        one_region(
            "MY",
            &["Kuala Lumpur", "WP Kuala Lumpur", "W.P. Kuala Lumpur", "Wilayah Persekutuan Kuala Lumpur", "KL"],
        );
        one_region("MY", &["Selangor", "Selangor Darul Ehsan", "Negeri Selangor"]);
        one_region("MY", &["Negeri Sembilan", "N. Sembilan", "Negeri Sembilan Darul Khusus"]);
        one_region("PH", &["Metro Manila", "NCR", "National Capital Region"]);
        one_region("PH", &["Cebu", "Province of Cebu", "Cebu Province"]);
    }

    #[test]
    fn two_regions_stay_two() {
        let lists: [(&str, &[&str]); 4] = [
            ("CN", &["山西省", "陕西省", "河南", "河北", "湖南", "海南", "江西", "广西", "广东"]),
            (
                "ID",
                &[
                    "Papua",
                    "Papua Barat",
                    "Papua Selatan",
                    "Riau",
                    "Kepulauan Riau",
                    "Maluku",
                    "Maluku Utara",
                    "Jawa Barat",
                ],
            ),
            ("TH", &["เพชรบุรี", "เพชรบูรณ์", "จันทบุรี", "ปราจีนบุรี", "นครนายก", "นครปฐม"]),
            (
                "VN",
                &[
                    "Quảng Nam",
                    "Quảng Ninh",
                    "Quảng Ngãi",
                    "Hà Nam",
                    "Hà Nội",
                    "Hà Giang",
                    "Hà Tĩnh",
                    "Đà Nẵng",
                    "Đồng Nai",
                ],
            ),
        ];
        for (country, names) in lists {
            let mut compared: Vec<String> = names.iter().map(|name| region(country, name)).collect();
            compared.sort();
            compared.dedup();
            assert_eq!(compared.len(), names.len(), "{compared:?}");
        }
        // A country without such words has none taken away.
        assert_eq!(region("US", "Oklahoma City"), "oklahomacity");
        assert_eq!([region("VN", "Tỉnh"), region("VN", "")], ["tinh", ""]);
    }

    #[test]
    fn a_city_keeps_what_tells_two_of_one_name_apart() {
        let read = |country: &str, name: &str| {
            let CityName { stem, kind, .. } = city(country, name);
            (stem, kind)
        };
        for (country, name, stem, kind) in [
            ("ID", "Bekasi", "bekasi", ""),
            ("ID", "Kota Bekasi", "bekasi", "kota"),
            ("ID", "Bekasi City", "bekasi", "kota"),
            ("ID", "KAB. BEKASI", "bekasi", "kabupaten"),
            ("ID", "Kabupaten Bekasi", "bekasi", "kabupaten"),
            ("ID", "Bekasi Regency", "bekasi", "kabupaten"),
            ("ID", "Kota Administrasi Jakarta Selatan", "jakartaselatan", "kota"),
            ("ID", "South Jakarta", "jakartaselatan", ""),
            ("ID", "Kotabaru", "kotabaru", ""),
            ("MY", "Kota Kinabalu", "kotakinabalu", ""),
            ("VN", "Quận 7", "7", "quan"),
            ("VN", "Q.7", "7", "quan"),
            ("VN", "District 7", "7", ""),
            ("VN", "Huyện Củ Chi", "cuchi", "huyen"),
            ("VN", "TP. Thủ Đức", "thuduc", "city"),
            ("VN", "Thủ Đức City", "thuduc", "city"),
            ("VN", "Thị xã Bến Cát", "bencat", "town"),
            ("TH", "อำเภอเมืองเชียงใหม่", "เมืองเชียงใหม่", "district"),
            ("PH", "Quezon City", "quezon", "city"),
            ("PH", "City of Manila", "manila", "city"),
            ("CN", "深圳市", "深圳", "city"),
            ("CN", "南山区", "南山", "district"),
            ("CN", "雄县", "雄县", ""),
        ] {
            assert_eq!(read(country, name), (plain(stem), kind), "{country} {name}");
        }
        assert_eq!(city("ID", "Kota Bekasi").exact, "kotabekasi");
    }

    #[test]
    fn no_alias_means_two_places() {
        for [country, of, same] in rows(include_str!("aliases.csv")) {
            let names = KnownNames::of(country, of).unwrap();
            let first = plain(list(same).next().unwrap());
            for name in list(same) {
                assert_eq!(names.aliases[&plain(name)], first, "{country}: {name} stands in two rows");
            }
        }
    }
}
