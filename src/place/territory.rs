//! Territories with a country code of their own whose postcodes are those of another country.

use std::sync::LazyLock;

use super::table::{list, rows};

/// A territory and its postcodes among those of the other country.
#[derive(Debug)]
pub struct Territory {
    /// Its own code: `PR`.
    pub country: &'static str,
    /// Whose postcodes it has: `US`.
    pub of: &'static str,
    /// What they begin with, the first and the last of each range: `006` and `007`.
    pub postcodes: Vec<(&'static str, &'static str)>,
    /// What a postcode of it must be.
    pub(super) expected: String,
}

static TERRITORIES: LazyLock<Vec<Territory>> = LazyLock::new(|| {
    rows(include_str!("territories.csv"))
        .map(|[country, of, postcodes]| {
            let range = |text: &'static str| text.split_once("..").unwrap_or((text, text));
            let all = postcodes.replace("..", " to ").replace('/', ", ");
            let all = all.rsplit_once(", ").map_or_else(|| all.clone(), |(first, last)| format!("{first} or {last}"));
            let expected = format!("one of {country}, which begins with {all} (with another one the country is {of})");
            Territory { country, of, postcodes: list(postcodes).map(range).collect(), expected }
        })
        .collect()
});

/// All of them.
pub fn territories() -> &'static [Territory] {
    &TERRITORIES
}

/// The territory with this code.
fn territory(country: &str) -> Option<&'static Territory> {
    TERRITORIES.iter().find(|territory| territory.country == country)
}

/// The country that a parcel does not leave on its way to a territory: US for PR. Any other is its own.
pub fn nation(country: &str) -> &str {
    territory(country).map_or(country, |territory| territory.of)
}

impl Territory {
    /// Whether a postcode, without what stands between its parts, is one of the territory.
    pub(super) fn has(&self, postcode: &[u8]) -> bool {
        self.postcodes.iter().any(|(first, last)| {
            let beginning = postcode.get(..first.len()).unwrap_or_default();
            (first.as_bytes()..=last.as_bytes()).contains(&beginning)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_territory_knows_its_postcodes_and_its_nation() {
        let has = |country: &str, postcode: &str| territory(country).unwrap().has(postcode.as_bytes());
        for (country, postcode) in
            [("PR", "00601"), ("PR", "009011234"), ("GU", "96932"), ("VI", "00802"), ("AS", "96799"), ("MP", "96950")]
        {
            assert!(has(country, postcode), "{country} {postcode}");
            assert_eq!(nation(country), "US");
        }
        for (country, postcode) in [("PR", "90210"), ("PR", "00802"), ("PR", "00"), ("GU", "96950"), ("GU", "96799")] {
            assert!(!has(country, postcode), "{country} {postcode}");
        }
        assert_eq!([nation("US"), nation("JE"), nation("")], ["US", "JE", ""]);
        assert_eq!(
            territory("PR").unwrap().expected,
            "one of PR, which begins with 006, 007 or 009 (with another one the country is US)"
        );
    }
}
