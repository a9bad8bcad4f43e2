//! Rows of a table for territories whose postcodes are those of another country: `US:009` is the row of PR 00901, and `PR:*`
//! that of US 00901.
//!
//! Both are settled when a table is built, so that looking a place up costs nothing for it.

use std::sync::LazyLock;

use super::Pattern;
use crate::place::territories;

/// A territory's own patterns in the other country.
struct TerritoryPatterns {
    country: &'static str,
    of: &'static str,
    /// All of `of`.
    whole: Pattern,
    postcodes: Vec<Pattern>,
}

static PATTERNS: LazyLock<Vec<TerritoryPatterns>> = LazyLock::new(|| {
    let patterns = territories().iter().filter_map(|territory| {
        let of = territory.of;
        let read = |(first, last): &(&str, &str)| format!("{of}:{first}..{last}").parse().ok();
        Some(TerritoryPatterns {
            country: territory.country,
            of,
            whole: format!("{of}:*").parse().ok()?,
            postcodes: territory.postcodes.iter().map(read).collect::<Option<_>>()?,
        })
    });
    patterns.collect()
});

/// Adds the rows that follow from those that are there. A row as it was written wins over one of its exactness that was added.
pub(super) fn complete(rows: &mut Vec<(Pattern, u32)>) {
    let mut added: Vec<(Pattern, u32)> = Vec::new();
    for territory in PATTERNS.iter() {
        let TerritoryPatterns { country, of, whole, postcodes } = territory;
        if rows.iter().all(|(pattern, _)| !pattern.meets(whole) && pattern.moved(country, of).is_none()) {
            continue;
        }
        let before = added.len();
        for (pattern, value) in rows.iter() {
            // Of a territory that the table names apart, with its postcodes spelt as the other country's.
            match pattern.moved(country, of) {
                Some(_) if pattern.is_country() => added.extend(postcodes.iter().map(|of| (*of, *value))),
                moved => added.extend(moved.map(|moved| (moved, *value))),
            }
        }
        if added.len() == before {
            let its = |pattern: &Pattern| pattern.is_country() || postcodes.iter().any(|own| own.meets(pattern));
            let rows = rows.iter().filter(|(pattern, _)| its(pattern));
            added.extend(rows.filter_map(|(pattern, value)| Some((pattern.moved(of, country)?, *value))));
        }
    }
    // Of two rows of one exactness the later wins.
    added.append(rows);
    *rows = added;
}

/// Whether some place may be in both, under either of its spellings.
pub(super) fn meet(a: &Pattern, b: &Pattern) -> bool {
    let other = |pattern: &Pattern| {
        let moved = PATTERNS.iter().find_map(|territory| pattern.moved(territory.country, territory.of));
        moved.unwrap_or(*pattern)
    };
    other(a).meets(&other(b))
}

#[cfg(test)]
mod tests {
    use crate::rating::area::PlaceKeys;
    use crate::rating::{Place, PlaceMap, PlacePattern};

    fn found(rows: &[&str]) -> impl Fn(&str) -> Option<String> {
        let entries: Vec<_> = rows.iter().zip(0..).map(|(row, value)| (row.parse().unwrap(), value)).collect();
        let map = PlaceMap::new(&entries);
        let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        move |place| {
            let (country, postcode) = place.split_once(':').unwrap();
            let at = map.get(&PlaceKeys::new(&Place::at(country, postcode), map.is_named()))?;
            Some(rows[at as usize].clone())
        }
    }

    #[test]
    fn a_territory_is_the_same_place_under_both_of_its_countries() {
        let usps = found(&["US:006", "US:009", "US:969", "US:9", "US:0", "US:967"]);
        for (place, row) in [
            ("PR:00901", Some("US:009")),
            ("PR:00901-1234", Some("US:009")),
            ("PR:00601", Some("US:006")),
            ("PR:00725", Some("US:0")),
            ("VI:00802", Some("US:0")),
            ("GU:96910", Some("US:969")),
            ("MP:96950", Some("US:969")),
            ("AS:96799", Some("US:967")),
            ("PR:90210", None),
            ("PR:", None),
            ("GB:SW1A 1AA", None),
        ] {
            assert_eq!(usps(place).as_deref(), row, "{place}");
        }
        assert_eq!(found(&["US:*"])("GU:96910").as_deref(), Some("US:*"));
        assert_eq!(found(&["US:*", "VN/Ha Noi"])("GU:96910").as_deref(), Some("US:*"));
        assert_eq!(found(&["CA:*"])("PR:00901"), None);
    }

    #[test]
    fn a_table_that_names_a_territory_apart_has_it_apart_in_both_spellings() {
        let apart = found(&["US:*", "US:0", "PR:*", "GU:96910"]);
        for (place, row) in [
            ("PR:00901", Some("PR:*")),
            ("US:00901", Some("PR:*")),
            ("US:00725", Some("PR:*")),
            ("US:00802", Some("US:0")),
            ("VI:00802", Some("US:0")),
            ("GU:96910", Some("GU:96910")),
            ("US:96910", Some("GU:96910")),
            ("GU:96912", None),
            ("US:96912", Some("US:*")),
        ] {
            assert_eq!(apart(place).as_deref(), row, "{place}");
        }
        let both = found(&["US:009", "PR:*", "PR:009"]);
        assert_eq!([both("US:00901").as_deref(), both("PR:00901").as_deref()], [Some("US:009"), Some("PR:009")]);
    }

    #[test]
    fn lists_of_a_territory_meet_tables_of_its_country() {
        let meet = |a: &str, b: &str| a.parse::<PlacePattern>().unwrap().meets(&b.parse().unwrap());
        assert!(meet("PR:009", "US:009") && meet("US:*", "PR:*") && meet("PR:009", "PR:*"));
        assert!(!meet("PR:009", "US:006") && !meet("PR:009", "CA:*"));
    }
}
