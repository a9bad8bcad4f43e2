//! Tables as spreadsheets write them: separators, thousands, lost characters, and rows spread over files.

use proptest::prelude::*;

use super::tests::{CARRIER, Folder, RULES, only, parcel, said};
use super::*;

#[test]
fn spreadsheets_of_every_country_are_read_alike() {
    let quote = |replaced: &[(&str, &str)]| {
        let folder = Folder::with(replaced);
        assert_eq!(folder.problems(), Vec::<String>::new());
        let cards = load(folder.dir.path(), &[]).unwrap();
        let card = &cards.services()[0].cards[0];
        format!("{:?} {:?}", card.prices, card.zones)
    };
    let (prices, zones) = ("acme/ground/2026-01-01.prices.csv", "acme/ground/zones.csv");
    let plain = quote(&[(prices, "max_lb,1,2|3\n1,5.00,6.00\n2,1250.50,6000.50\n")]);
    let commas = "\u{feff}max_lb;1;2|3\r\n1;5,00;6,00\r\n2;1.250,50;6000,50\r\n;;\r\n";
    assert_eq!(quote(&[(prices, commas), (zones, "origin;destination;zone\nUS:9;US:90;1\nUS:9;US:1;2\n")]), plain);
    let tabs = "max_lb\t1\t2|3\n1\t5.00\t6.00\n2\t1'250.50\t6 000.50\n";
    assert_eq!(quote(&[(prices, tabs)]), plain);
    let quoted = "max_lb,1,2|3\n1,5.00,6.00\n2,\"1,250.50\",\"6,000.50\"\n";
    assert_eq!(quote(&[(prices, quoted)]), plain);
}

#[test]
fn three_digits_after_a_dot_are_no_price() {
    let prices = "acme/ground/2026-01-01.prices.csv";
    // Of a currency with two decimals, whatever separates the cells.
    let found = only(prices, "max_lb,1,2|3\n1,5.00,6.00\n2,9.000,16.00\n");
    assert!(
        found.contains(":3: the price for zone 1: \"9.000\": three digits after a dot can only be thousands"),
        "{found}"
    );
    assert!(found.ends_with("; write 9000 or 9.00"), "{found}");
    assert!(
        only(prices, "max_lb,1,2|3\n1,5.00,6.00\n2,1.250 + 0.50 per kg,6.00\n").contains("\"1.250\": three digits")
    );
    // Of one with three, between semicolons: a sheet of a country that writes thousands so.
    let dinars = |table: &str| {
        let rules = RULES.replace("\"USD\"", "\"KWD\"");
        Folder::with(&[("acme/ground/2026-01-01.toml", &rules), (prices, table)]).problems().join("\n")
    };
    assert!(!dinars("max_lb,1,2|3\n1,5.000,6.000\n2,7.250,8.250\n").contains("price for zone"));
    assert!(dinars("max_lb;1;2|3\n1;5;6\n2;7.250;8.25\n").contains(":3: the price for zone 1 is \"7.250\""));
    // And of a bound there.
    assert!(
        only(prices, "max_lb;1;2|3\n1.000;5,00;6,00\n2;6,00;7,00\n").contains(":2: \"1.000\" can be read in two ways")
    );
    let folder = Folder::with(&[(prices, "max_lb;1;2|3\n0.125;5,00;6,00\n2;6,00;7,00\n")]);
    assert_eq!(folder.problems(), Vec::<String>::new(), "nothing writes a thousand as 0.125");
}

#[test]
fn an_amount_of_a_rule_with_too_many_decimals_says_what_to_write() {
    let found = only("acme/ground/2026-01-01.toml", &RULES.replace("\"3.00\"", "\"3.000\""));
    assert!(
        found.contains("amount: \"3.000\": three digits after a dot can only be thousands here; write 3000 or 3.00"),
        "{found}"
    );
}

#[test]
fn a_lost_character_is_a_problem_with_its_line() {
    for (file, text, line) in [
        ("acme/carrier.toml", CARRIER.replace("ACME", "Acm\u{fffd}"), 1),
        ("acme/ground/zones.csv", "origin,destination,zone\nUS:9,US:90,1\nUS:9,US:1,2\n# caf\u{fffd}\n".to_owned(), 4),
    ] {
        let found = only(file, &text);
        assert!(found.contains(&format!("{file}:{line}: holds U+FFFD")), "{found}");
    }
}

#[test]
fn an_unclear_number_a_merged_cell_and_a_footnote_are_named() {
    let prices = "acme/ground/2026-01-01.prices.csv";
    assert!(
        only(prices, "max_lb;1;2|3\n1;5,00;6,00\n2;1,250;6,00\n").contains(":3: the price for zone 1 is \"1,250\"")
    );
    assert!(
        only(prices, "max_lb,1,2|3\n1,5.00,6.00\n2,12,6\n3,,6.50\n")
            .contains(":4: the price for zone 1 is empty; cells")
    );
    assert!(only(prices, "max_lb,1,2|3\n1,5.00,6.00\n,5.50,6.50\n").contains(":3: max_lb is empty; cells"));
    let zones = "acme/ground/zones.csv";
    assert!(only(zones, "origin,destination,zone\nUS:9,US:90,1\n,US:1,2\n").contains(":3: origin is empty; cells"));
    let found = only(zones, "origin,destination,zone\nUS:9,US:90,1*\nUS:9,US:1,2+\n");
    assert!(found.contains("2 zones carry a footnote"), "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn how_rows_are_spread_over_files_never_matters(places in prop::collection::vec(0_usize..3, 4), asked in prop::sample::select(vec!["90001", "10001", "19999", "20000", "12345", "50000", "60000"])) {
        let rows = ["US:9,US:90,1", "US:9,US:1,2", "US:9,US:10..19,3", "US:9,US:5,-"];
        let mut files = [const { String::new() }; 3];
        for (row, place) in rows.iter().zip(&places) {
            files[*place].push_str(&format!("{row}\n"));
        }
        let names = ["zones.csv", "more.csv", "most.csv"];
        let used: Vec<usize> = (0..3).filter(|at| !files[*at].is_empty()).collect();
        let list = used.iter().map(|at| format!("{:?}", names[*at])).collect::<Vec<_>>().join(", ");
        let split_rules = RULES.replace("\"zones.csv\"", &format!("[{list}]"));
        let texts: Vec<(String, String)> = used
            .iter()
            .map(|at| (format!("acme/ground/{}", names[*at]), format!("origin,destination,zone\n{}", files[*at])))
            .collect();
        let mut replaced: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        // A price of its own for each zone, or nobody could tell them apart.
        let prices = ("acme/ground/2026-01-01.prices.csv", "max_lb,1,2,3\n1,5.00,6.00,7.00\n");
        replaced.extend([("acme/ground/2026-01-01.toml", split_rules.as_str()), prices]);
        let split = Folder::with(&replaced);
        let whole = format!("origin,destination,zone\n{}\n", rows.join("\n"));
        let whole = Folder::with(&[("acme/ground/zones.csv", &whole), prices]);
        let parcel = parcel(asked, "1lb", None);
        prop_assert_eq!(said(&split, &parcel), said(&whole, &parcel));
    }
}
