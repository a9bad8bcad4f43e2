//! What is usual in the country of a station, as far as this computer knows it.

use std::path::Path;

/// Which time zones each country has, as every Linux carries it: `GB`, tab, where, tab, `Europe/London`.
const ZONES: &str = "/usr/share/zoneinfo/zone.tab";

/// The country that this computer's language is of: `GB` for `en_GB.UTF-8`.
pub(super) fn of_language() -> Option<String> {
    let language =
        ["LC_ALL", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()))?;
    country_in(&language)
}

fn country_in(language: &str) -> Option<String> {
    let (_, region) = language.split(['.', '@']).next()?.split_once('_')?;
    (region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| region.to_owned())
}

/// The time zone to propose: this computer's where it is one of the country, else the country's first.
pub(super) fn time_zone(country: &str) -> String {
    let own = jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let table = std::fs::read_to_string(Path::new(ZONES)).unwrap_or_default();
    zone_in(&table, country, &own)
}

fn zone_in(table: &str, country: &str, own: &str) -> String {
    let fields = |line: &'_ str| -> Option<(String, String)> {
        let mut fields = line.split('\t');
        Some((fields.next()?.to_owned(), fields.nth(1)?.to_owned()))
    };
    let lines = table.lines().filter(|line| !line.starts_with('#')).filter_map(fields);
    let zones: Vec<String> = lines.filter(|(code, _)| code == country).map(|(_, zone)| zone).collect();
    let ours = zones.iter().find(|zone| *zone == own).or(zones.first());
    ours.cloned().unwrap_or_else(|| own.to_owned())
}

/// Whether it measures in inches.
pub(super) fn uses_inches(country: &str) -> bool {
    country == "US"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_country_is_that_of_the_language() {
        assert_eq!(country_in("en_GB.UTF-8"), Some("GB".to_owned()));
        assert_eq!(country_in("de_DE@euro"), Some("DE".to_owned()));
        assert_eq!([country_in("C.UTF-8"), country_in("en"), country_in("POSIX")], [None, None, None]);
    }

    #[test]
    fn the_zone_is_this_computer_s_only_where_it_is_one_of_the_country() {
        let table = "# code\nGB\t+513030-0000731\tEurope/London\nUS\t+404251\tAmerica/New_York\tEastern\n\
                     US\t+340308\tAmerica/Los_Angeles\tPacific\n";
        let zone = |country, own| zone_in(table, country, own);
        assert_eq!(zone("GB", "UTC"), "Europe/London");
        assert_eq!(zone("US", "America/Los_Angeles"), "America/Los_Angeles");
        assert_eq!(zone("US", "Europe/London"), "America/New_York");
        assert_eq!(zone("XX", "Asia/Manila"), "Asia/Manila");
    }
}
