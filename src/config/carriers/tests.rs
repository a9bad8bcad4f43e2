use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::rating::{Availability, Invented, ParcelToRate, Policy, Signature};

pub(super) const CARRIER: &str = r#"name = "ACME"
label = "parcel"
[number]
prefix = "AC"
width = 4
check = "none"
[[pool]]
id = "a"
station = "S1"
from = 0
to = 4999
[[service]]
id = "ground"
name = "GROUND"
"#;

pub(super) const RULES: &str = r#"currency = "USD"
zones = "zones.csv"
without_dims = "price"
[weight]
round = "up"
step = "1lb"
[dimensions]
unit = "in"
round = "up"
step = "1in"
divisor = "139in3/lb"
[[surcharge]]
name = "remote"
amount = "3.00"
area = "remote.csv"
"#;

/// A folder with one good carrier, in which some files are replaced.
pub(super) struct Folder {
    pub(super) dir: TempDir,
}

impl Folder {
    pub(super) fn with(replaced: &[(&str, &str)]) -> Self {
        let mut files = BTreeMap::from([
            ("acme/carrier.toml", CARRIER),
            ("acme/ground/2026-01-01.toml", RULES),
            ("acme/ground/2026-01-01.prices.csv", "# Invented.\nmax_lb,1,2|3\n1,5.00,6.00\n2,5.50,6.50\n"),
            ("acme/ground/zones.csv", "origin,destination,zone\nUS:9,US:90,1\nUS:9,US:1,2\n"),
            ("acme/ground/remote.csv", "destination\nUS:90704\n"),
        ]);
        files.extend(replaced.iter().copied());
        let dir = TempDir::new().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { dir }
    }

    /// The problems as `check` shows them, with paths below the folder.
    pub(super) fn problems(&self) -> Vec<String> {
        let prefix = format!("{}/", self.dir.path().display());
        let (cards, problems) = read(self.dir.path(), &[]);
        assert_eq!(cards.is_none(), problems.has_errors());
        problems.into_iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
    }
}

/// The only problem when one file is replaced.
pub(super) fn only(file: &str, text: &str) -> String {
    let found = Folder::with(&[(file, text)]).problems();
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().unwrap_or_default()
}

#[test]
fn the_shipped_carriers_have_no_problem_and_collect_from_los_angeles() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
    let (cards, problems) = read(&dir, &[]);
    assert!(problems.is_empty(), "{problems}");
    let cards = cards.unwrap();
    assert_eq!((cards.carriers().len(), cards.services().len()), (9, 18));
    let mut place = Place::at("US", "90058");
    let idle = |place: &Place| -> Vec<String> {
        let shown = check_origin(&cards, &dir, place).into_iter().map(|problem| problem.to_string());
        let short = |shown: String| shown.replace(&format!("{}/", dir.display()), "");
        shown.map(short).filter_map(|shown| Some(shown.split_once(": ")?.0.to_owned())).collect()
    };
    let abroad = ["jt", "ninjavan", "royalmail/tracked48", "yanwen", "yodel/home48"];
    let is_abroad = |service: &String| abroad.iter().any(|carrier| service.starts_with(carrier));
    assert!(idle(&place).len() == 14 && idle(&place).iter().all(is_abroad), "{:?}", idle(&place));
    place.postcode = "10001".into();
    assert_eq!(idle(&place).len(), 18);
    let malaysia = Place::at("MY", "50000");
    assert!(idle(&malaysia).iter().all(|service| !service.starts_with("jt") && !service.starts_with("ninjavan")));
    for carrier in cards.carriers().iter().filter(|carrier| carrier.number.is_some()) {
        let stations: Vec<_> = carrier.pools.iter().map(|pool| pool.station.as_str()).collect();
        assert_eq!(stations, ["DEMO-ST01", "LAX1-ST03"], "{}", carrier.id);
    }
    assert_eq!(
        cards
            .carrier(&"usps".into())
            .and_then(|usps| usps.service(&"usps.ground_advantage".into()))
            .map(|service| service.name.as_str()),
        Some("GROUND ADVANTAGE")
    );
}

#[test]
fn a_good_folder_loads_and_its_hash_follows_its_content() {
    let hash = |replaced: &[(&str, &str)]| {
        let folder = Folder::with(replaced);
        let cards = load(folder.dir.path(), &[]).unwrap();
        (cards.hash().to_owned(), cards.services()[0].cards[0].hash.clone())
    };
    let (all, card) = hash(&[]);
    assert_eq!(hash(&[]), (all.clone(), card.clone()));
    let (other_all, other_card) = hash(&[("acme/ground/remote.csv", "destination\nUS:90705\n")]);
    assert!(other_all != all && other_card != card);
    let (other_all, same_card) = hash(&[("acme/carrier.toml", &CARRIER.replace("ACME", "ACNE"))]);
    assert!(other_all != all && same_card == card);
}

#[test]
fn every_problem_of_every_file_is_found_in_one_pass() {
    let folder = Folder::with(&[
        ("acme/carrier.toml", &CARRIER.replace("\"parcel\"", "7")),
        ("acme/ground/2026-01-01.toml", &RULES.replace("USD", "usd").replace("divisor", "divider")),
        ("acme/ground/2026-01-01.prices.csv", "max_lb,1,2\n1,5.00,-6.00\n1,x,6.50\n3,1.00\n"),
        ("acme/ground/zones.csv", "origin,destination,zone\nUS:9,90,1\nUS:9,US:1,7\n"),
        ("acme/ground/remote.csv", "place\nUS:90704\n"),
        ("Bad Name/carrier.toml", ""),
    ]);
    let found = folder.problems().join("\n");
    let expected = [
        "Bad Name: its name is not an id; name it with a-z, 0-9 and _",
        "acme/carrier.toml:2: label is not \"text\" in quotation marks; write label = \"text\" in quotation marks",
        "acme/ground/2026-01-01.toml:1: currency: \"usd\" is not a currency; write three capital letters, such as USD",
        "acme/ground/2026-01-01.toml:11: unknown key dimensions.divider; did you mean divisor? remove it, or write one of ",
        "acme/ground/2026-01-01.prices.csv:2: the price for zone 2 is negative: -6.00; write a price of 0 or more",
        "acme/ground/2026-01-01.prices.csv:3: the price for zone 1 is \"x\"; write an amount of USD",
        "acme/ground/2026-01-01.prices.csv:4: 2 columns where the header has 3; add or remove cells",
        "acme/ground/zones.csv:2: \"90\" has no country; write two capital letters",
        "acme/ground/zones.csv:3: zone \"7\" has no column in the prices; correct the zone, or add its prices",
        "acme/ground/remote.csv:1: column \"destination\" is missing; add it",
    ];
    for problem in expected {
        assert!(found.contains(problem), "{problem}\nis not among\n{found}");
    }
}

#[test]
fn a_weight_column_that_does_not_rise_is_an_error() {
    let found = only("acme/ground/2026-01-01.prices.csv", "max_lb,1,2\n1,5.00,6.00\n1.0,5.50,6.50\n");
    assert!(found.contains("prices.csv:3: 1.0 lb does not come after the row above it; "), "{found}");
}

#[test]
fn an_unreadable_bound_and_an_unknown_unit_are_errors() {
    let found = only("acme/ground/2026-01-01.prices.csv", "max_lb,1,2\n1e3,5.00,6.00\n");
    assert!(found.contains("prices.csv:2: \"1e3\" is not an amount above 0"), "{found}");
    let found = only("acme/ground/2026-01-01.prices.csv", "max_stone,1,2\n1,5.00,6.00\n");
    assert!(found.contains("prices.csv:1: the first column is \"max_stone\"; name it one of max_g, "), "{found}");
}

#[test]
fn a_column_nobody_uses_and_a_heavier_parcel_that_costs_less_are_warnings() {
    let folder =
        Folder::with(&[("acme/ground/2026-01-01.prices.csv", "max_lb,1,2|3,4\n1,5.00,6.00,7.00\n2,4.00,6.50,7.50\n")]);
    let found = folder.problems();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("prices.csv:3: more costs less than in the row above it; "), "{found:?}");
    assert!(found[1].contains("prices.csv:1: no row of the zone table has zone 4; "), "{found:?}");
    assert!(load(folder.dir.path(), &[]).is_ok());
}

#[test]
fn one_place_in_two_zones_is_an_error_and_twice_in_one_a_warning() {
    let rows = "origin,destination,zone\nUS:9,US:90,1\nUS:9,US:80..91,2\n";
    let found = only("acme/ground/zones.csv", rows);
    assert!(found.contains("zones.csv:2: its destination overlaps with the one on line 3; one place"), "{found}");
    let rows = "origin,destination,zone\nUS:9,US:90,1\nUS:9,US:90,1\nUS:9,US:91,2\n";
    let found = only("acme/ground/zones.csv", rows);
    assert!(found.contains("zones.csv:3: its destination overlaps with the one on line 2; remove"), "{found}");
    let rows = "origin,destination,zone\nUS:8..9,US:90,1\nUS:9,US:91,2\n";
    let found = only("acme/ground/zones.csv", rows);
    assert!(found.contains("zones.csv:3: its origin overlaps with the one on line 2; "), "{found}");
}

#[test]
fn periods_that_do_not_meet_are_errors() {
    let later = ["toml", "prices.csv"].map(|end| format!("acme/ground/2026-07-01.{end}"));
    let periods = |until: &str| {
        Folder::with(&[
            ("acme/ground/2026-01-01.toml", &format!("until = \"{until}\"\n{RULES}")),
            (&later[0], RULES),
            (&later[1], "max_lb,1,2\n1,5.00,6.00\n"),
        ])
        .problems()
        .join("\n")
    };
    assert_eq!(periods("2026-06-30"), "");
    assert!(
        periods("2026-06-29").contains("2026-01-01.toml:1: runs until 2026-06-29, and the next period begins only")
    );
    assert!(periods("2026-07-01").contains("2026-01-01.toml:1: runs until 2026-07-01, and the next period begins on"));
    assert!(periods("2025-12-31").contains("2026-01-01.toml:1: ends on 2025-12-31, before it begins; "));
}

#[test]
fn missing_and_misnamed_files_are_named() {
    let folder = Folder::with(&[
        ("acme/ground/summer.toml", RULES),
        ("acme/ground/2026-01-01.price.csv", "max_lb,1\n1,5.00\n"),
        ("acme/express/zones.csv", ""),
        ("ghost/readme.txt", ""),
    ]);
    fs::remove_file(folder.dir.path().join("acme/ground/2026-01-01.prices.csv")).unwrap();
    let found = folder.problems().join("\n");
    for problem in [
        "acme/ground/summer.toml: its name is not a date; ",
        "acme/ground/2026-01-01.prices.csv: is missing; add it",
        "acme/ground/2026-01-01.price.csv: no period uses this table; ",
        "acme/express: a service without a name; ",
        "acme/express: a service without prices; ",
        "ghost/carrier.toml: is missing; add it",
    ] {
        assert!(found.contains(problem), "{problem}\nis not among\n{found}");
    }
}

#[test]
fn a_surcharge_that_does_not_say_when_is_an_error() {
    let none = RULES.replace("area = \"remote.csv\"\n", "");
    let found = Folder::with(&[("acme/ground/2026-01-01.toml", &none)]).problems();
    assert!(found[0].contains("2026-01-01.toml:12: no condition; write when it holds, such as"), "{found:?}");
    let found = only("acme/ground/2026-01-01.toml", &format!("{RULES}always = true\n"));
    assert!(found.contains("2026-01-01.toml:16: always, and a condition; write one of them"), "{found}");
}

#[test]
fn an_empty_folder_and_a_missing_one_are_errors() {
    let dir = TempDir::new().unwrap();
    assert!(
        read(dir.path(), &[])
            .1
            .to_string()
            .ends_with(": no carriers here; put a folder per carrier there, as config/carriers/README.md says")
    );
    assert!(load(&dir.path().join("absent"), &[]).is_err_and(|problems| problems.has_errors()));
}

#[test]
fn the_last_good_cards_are_kept_whole_and_replaced_only_by_others() {
    let folder = Folder::with(&[]);
    let kept = TempDir::new().unwrap();
    let kept = kept.path().join("carriers.good");
    let hash = || load(folder.dir.path(), &[]).unwrap().hash().to_owned();
    fs::write(folder.dir.path().join("README.md"), "no carrier").unwrap();
    let first = hash();
    back_up(folder.dir.path(), &[], &first, &kept).unwrap();
    assert_eq!(load(&kept, &[]).unwrap().hash(), first);
    assert!(!kept.join("README.md").exists());

    fs::write(folder.dir.path().join("acme/ground/remote.csv"), "destination\nUS:90705\n").unwrap();
    let second = hash();
    let changed = back_up(folder.dir.path(), &[], "of something else", &kept).unwrap_err();
    assert!(changed.to_string().contains("changed while they were copied"), "{changed}");
    assert_eq!(load(&kept, &[]).unwrap().hash(), first, "the old copy stays");
    back_up(folder.dir.path(), &["acme".into()], &second, &kept).unwrap();
    assert_eq!(load(&kept, &[]).unwrap().hash(), second);
    assert!(!kept.with_extension("old").exists() && !kept.with_extension("new").exists());
}

/// A parcel from US:90 that is not to a home.
pub(super) fn parcel(to: &str, mass: &str, dims: Option<&str>) -> ParcelToRate {
    ParcelToRate {
        mass: mass.parse().unwrap(),
        dims: dims.map(|dims| dims.parse().unwrap()),
        from: Place::at("US", "90001"),
        to: Place::at("US", to),
        ship_date: "2026-11-22".parse().unwrap(),
        dg: BTreeSet::new(),
        signature: Signature::None,
        value: None,
        insured: None,
        cod: None,
        terms: None,
        extras: BTreeSet::new(),
        zone: None,
    }
}

/// What the only service says: its lines, or the rules against it.
pub(super) fn said(folder: &Folder, parcel: &ParcelToRate) -> String {
    let cards = load(folder.dir.path(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let decision = cards.decide(parcel, &Availability::default(), &Policy::default());
    match decision.quotes.first() {
        Some(quote) => {
            let lines = quote.lines.iter().map(|line| format!("{} {}", line.rule, line.amount.amount()));
            format!("{} = {}", quote.total.amount(), lines.collect::<Vec<_>>().join(" + "))
        }
        None => decision.refusals.iter().map(|refusal| refusal.rule.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn with_rules(rules: &str) -> Folder {
    let rules = RULES[..RULES.find("[[surcharge]]").unwrap()].replace("divisor = \"139in3/lb\"\n", "") + rules;
    let prices = "max_lb,1,2|3\n1,5.00,6.00\n10,8.00,10.00\n50,20.00,30.00\n";
    let folder =
        Folder::with(&[("acme/ground/2026-01-01.toml", &rules), ("acme/ground/2026-01-01.prices.csv", prices)]);
    fs::remove_file(folder.dir.path().join("acme/ground/remote.csv")).unwrap();
    folder
}

#[test]
fn of_a_group_one_is_charged_and_what_needs_it_only_then() {
    let folder = with_rules(
        r#"
[[surcharge]]
name = "oversize"
amounts = [{ zones = ["1"], amount = "40.00" }, { zones = ["2", "3"], amount = "60.00" }]
any = [{ longest_over = "96in" }, { length_plus_girth_over = "130in" }]
group = "handling"
minimum_weight = "20lb"
[[surcharge]]
name = "handling"
amount = "9.00"
any = [{ longest_over = "48in" }, { second_over = "30in" }, { weight_over = "40lb" }]
group = "handling"
minimum_weight = "5lb"
[[surcharge]]
name = "peak handling"
amount = "2.00"
needs = ["oversize", "handling"]
dates = "2026-11-01..2027-01-15"
[[surcharge]]
name = "by weight"
amount = "0.50 each 1lb"
weight_over = "0.5lb"
weight_up_to = "2lb"
[[surcharge]]
name = "care"
percent = "10"
of = ["base", "handling", "oversize"]
at_least = "0.60"
at_most = "3.00"
always = true
"#,
    );
    assert_eq!(said(&folder, &parcel("90001", "0.4lb", None)), "5.60 = base 5.00 + care 0.60");
    assert_eq!(said(&folder, &parcel("90001", "1.2lb", None)), "9.80 = base 8.00 + by weight 1.00 + care 0.80");
    // 5 lb at least: the row of 10; a tenth of 17.00.
    let long = parcel("90001", "0.4lb", Some("49x3x3in"));
    assert_eq!(said(&folder, &long), "20.70 = base 8.00 + handling 9.00 + peak handling 2.00 + care 1.70");
    // Both would apply; the first of the group does. 20 lb at least: the row of 50.
    let longer = parcel("10001", "0.4lb", Some("97x3x3in"));
    assert_eq!(said(&folder, &longer), "95.00 = base 30.00 + oversize 60.00 + peak handling 2.00 + care 3.00");
    let spring = ParcelToRate { ship_date: "2026-03-01".parse().unwrap(), ..long };
    assert_eq!(said(&folder, &spring), "18.70 = base 8.00 + handling 9.00 + care 1.70");
}

#[test]
fn weight_and_money_are_rounded_by_band_and_by_name() {
    let folder = with_rules(
        "[money]\nround = \"half_even\"\nstep = \"0.05\"\ntotal = \"down\"\ntotal_step = \"1.00\"\n[[surcharge]]\nname = \"care\"\npercent = \"2.5\"\nof = [\"base\"]\nalways = true\n",
    );
    // 2.5 % of 5.00 is 0.125: of 0.10 and 0.15 the nearest is either, 0.10 is even.
    assert_eq!(said(&folder, &parcel("90001", "1lb", None)), "5.00 = base 5.00 + care 0.10 + rounding -0.10");
    let rules = RULES[..RULES.find("[[surcharge]]").unwrap()]
        .replace("step = \"1lb\"", "step = \"1lb\"\nabove = [{ over = \"10lb\", round = \"up\", step = \"5lb\" }]");
    let prices = "max_lb,1,2|3\nover,1.00 per lb,2.00 per lb\n";
    let folder =
        Folder::with(&[("acme/ground/2026-01-01.toml", &rules), ("acme/ground/2026-01-01.prices.csv", prices)]);
    let base = |mass| said(&folder, &parcel("90001", mass, None));
    assert_eq!(
        [base("9.2lb"), base("10lb"), base("10.1lb")],
        ["10.00 = base 10.00", "10.00 = base 10.00", "15.00 = base 15.00"]
    );
}

#[test]
fn a_row_that_grows_on_the_row_above_it_grows_on_what_that_is_charged() {
    let rules =
        RULES.replace("[weight]", "[money]\nround = \"nearest\"\nstep = \"0.10\"\n[weight]").replace("1lb", "1g");
    let prices = "max_g,1,2|3\n250,1.75 + 2.66 per 100g,6.00\n750,+ 2.00 per kg,6.00\n";
    let folder =
        Folder::with(&[("acme/ground/2026-01-01.toml", &rules), ("acme/ground/2026-01-01.prices.csv", prices)]);
    let base = |mass| said(&folder, &parcel("90001", mass, None));
    // 250 g: 6.65 is 6.70, and 1.75; 50 g more: 0.10.
    assert_eq!([base("250g"), base("300g")], ["8.45 = base 8.45", "8.55 = base 8.55"]);
}

#[test]
fn what_no_row_can_mean_is_named() {
    let prices = "acme/ground/2026-01-01.prices.csv";
    let found = only(prices, "max_lb,1,2|3\n1,-,6.00\n2,-,6.50\n");
    assert!(found.contains("prices.csv:1: zone 1 has no price; add its prices"), "{found}");
    let found = only(prices, "max_lb,1,2|3\nover,5.00,6.00\n2,5.50,6.50\n");
    assert!(found.contains(":3: a row below the one without a bound; "), "{found}");
    let found = only(prices, "max_lb,1,2|3\n1,+ 1.00 each 1lb,6.00\n2,5.50,6.50\n");
    assert!(found.contains(":2: the price for zone 1 grows on the row above it, which has none there; "), "{found}");
    let found = only("acme/ground/remote.csv", "destination\nUS:90704\nUS:33101\n");
    assert!(found.contains("remote.csv:3: no row of the zone table serves this place; "), "{found}");
    let found = only("acme/ground/2026-01-01.toml", &RULES.replace("USD", "USX"));
    assert!(found.contains("toml:1: no currency is called USX; write its code of ISO 4217"), "{found}");
    let limited = RULES.replace("divisor = \"139in3/lb\"\n", "[[limit]]\nweight = \"1lb\"\n");
    let found = only("acme/ground/2026-01-01.toml", &limited);
    assert!(found.contains("prices.csv:4: no parcel reaches this row: "), "{found}");
    let light = RULES.replace("step = \"1lb\"\n", "step = \"1lb\"\nminimum = \"2lb\"\n");
    let found = only("acme/ground/2026-01-01.toml", &light);
    assert!(found.contains("prices.csv:3: no parcel pays this row: "), "{found}");
    let found = only(prices, "max_lb,1,2|3\n1,5.00,6.00\n2,-,6.50\n3,6.00,-\n");
    assert!(found.contains(":3: zone 1 has a price for less and for more than this row, and none here; "), "{found}");
    let rules = "acme/ground/2026-01-01.toml";
    let before = |text: &str| RULES.replace("[[surcharge]]", &format!("{text}[[surcharge]]"));
    for (text, what) in [
        (format!("{RULES}dates = \"2027-01-15..2026-10-01\"\n"), ":16: its dates end before they begin; "),
        (format!("{RULES}at_least = \"5.00\"\nat_most = \"1.00\"\n"), ":16: at_least is more than at_most; "),
        (before("[[limit]]\nweight = \"0lb\"\n"), ": a limit that no parcel is within; "),
        (before("[[limit]]\nlongest = \"-1in\"\n"), ": a limit that no parcel is within; "),
        (format!("{RULES}[fuel]\npercent = \"5\"\non = []\n"), ":18: fuel on no line; "),
        (
            before("[[tier]]\nover = 10\npercent = \"5\"\n[[tier]]\nover = 20\npercent = \"2\"\n"),
            ": less is given back for more parcels than in the tier before; ",
        ),
    ] {
        let found = only(rules, &text);
        assert!(found.contains(what), "{what}: {found}");
    }
    let later = "name = \"late\"\namount = \"1.00\"\nalways = true\nneeds = [\"remot\"]\n";
    let found = only("acme/ground/2026-01-01.toml", &format!("{RULES}[[surcharge]]\n{later}"));
    assert!(found.contains("no surcharge above this one is called \"remot\"; "), "{found}");
}

#[test]
fn a_routing_code_and_what_stands_beside_it_come_from_the_zone_table() {
    let rows = "origin,destination,zone,sort_code,sort_detail\nUS:9,US:90,1,C51,S01\nUS:9,US:1,2,,\n";
    let folder = Folder::with(&[("acme/ground/zones.csv", rows)]);
    let cards = load(folder.dir.path(), &[]).unwrap();
    let sorted = |postcode: &str| {
        let decision = cards.decide(&parcel(postcode, "1lb", None), &Availability::default(), &Policy::default());
        let quote = &decision.quotes[0];
        (quote.sort_code.clone(), quote.sort_detail.clone())
    };
    assert_eq!(sorted("90001"), (Some("C51".into()), Some("S01".into())));
    assert_eq!(sorted("10001"), (None, None));
}

#[test]
fn what_is_an_example_says_so_in_its_own_file_and_beside_every_price() {
    let read = |carrier: &str, rules: &str| {
        let files = [("acme/carrier.toml", carrier), ("acme/ground/2026-01-01.toml", rules)];
        load(Folder::with(&files).dir.path(), &[]).unwrap()
    };
    let of = |cards: &crate::rating::Cards| {
        let card = &cards.services()[0].cards[0];
        (card.invented, card.notes.clone(), cards.carriers()[0].invented.clone())
    };
    let words = |invented: &[Invented]| invented.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(of(&read(CARRIER, RULES)), (false, vec![], words(&[])));
    let both = format!("invented = [\"numbers\", \"values\"]\n{CARRIER}");
    let said = vec!["invented prices".to_owned()];
    let cards = read(&both, &format!("invented = true\n{RULES}"));
    assert_eq!(of(&cards), (true, said.clone(), words(&[Invented::Numbers, Invented::Values])));
    let before = read(CARRIER, &format!("notes = [\"invented prices\"]\n{RULES}"));
    assert_eq!(of(&before), (true, said, words(&[])), "as cards of before say it");
}

const VIETNAM: &str = "origin,destination,zone\nVN/Ho Chi Minh,VN/Ho Chi Minh/Thu Duc,1\nVN/Ho Chi Minh,VN/Ho Chi Minh,2\n\
                       VN/Ho Chi Minh,VN:*,3\n";

#[test]
fn a_carrier_may_bring_other_names_of_its_places() {
    let zone = |aliases: Option<&str>, region: &str, city: &str| {
        let tables = [
            ("acme/ground/zones.csv", VIETNAM),
            ("acme/ground/remote.csv", "destination\nVN/Ho Chi Minh/Can Gio\n"),
            ("acme/ground/2026-01-01.prices.csv", "max_lb,1,2,3\n1,5.00,6.00,7.00\n"),
        ];
        let folder =
            Folder::with(&tables.into_iter().chain(aliases.map(|text| ("acme/aliases.csv", text))).collect::<Vec<_>>());
        let cards = read(folder.dir.path(), &[]).0.expect("cards");
        let place =
            |region: &str, city: &str| Place { region: region.into(), city: city.into(), ..Place::at("VN", "") };
        let parcel =
            ParcelToRate { from: place("Sai Gon", ""), to: place(region, city), ..parcel("10001", "0.5lb", None) };
        let decision = cards.decide(&parcel, &Availability::default(), &Policy::default());
        let quote = decision.quotes.into_iter().next().expect("a quote");
        let lines: Vec<String> = quote.lines.into_iter().map(|line| line.rule).collect();
        (format!("{} {}", quote.zone, lines.join("+")), quote.card)
    };
    let aliases = "name,means\nVN/Cho Lon,VN/Ho Chi Minh\nVN/Ho Chi Minh/Quan 2,VN/Ho Chi Minh/Thu Duc\n";
    let with = |region: &str, city: &str| zone(Some(aliases), region, city).0;
    assert_eq!(with("CHỢ LỚN", ""), "2 base");
    assert_eq!(with("Cho Lon", "Thu Duc"), "1 base");
    assert_eq!(["Quận 2", "Q.2", "District 2"].map(|city| with("TP HCM", city)), ["1 base"; 3]);
    assert_eq!(with("TP HCM", "Phường 2"), "2 base", "a ward is another place");
    assert_eq!(with("Cho Lon", "Can Gio"), "2 base+remote", "area lists have them too");
    assert_eq!(zone(None, "Cho Lon", "").0, "3 base");
    assert_ne!(zone(None, "Cho Lon", "").1, zone(Some(aliases), "Cho Lon", "").1, "another card has another hash");
    let clash = Folder::with(&[
        ("acme/ground/zones.csv", "origin,destination,zone\nUS:9,VN/A,1\nUS:9,VN/B,2\nUS:9,US:90,3\n"),
        ("acme/aliases.csv", "name,means\nVN/A,VN/B\n"),
    ]);
    let said = clash.problems();
    assert!(
        said.iter().any(|said| said.contains("zones.csv:3: its destination overlaps with the one on line 2")),
        "{said:#?}"
    );
}

#[test]
fn half_a_postcode_is_refused_by_a_card_that_tells_its_parts_apart() {
    let folder = Folder::with(&[
        ("acme/ground/zones.csv", "origin,destination,zone\nUS:9,GB:*,1\nUS:9,GB:IV1 3,2\n"),
        ("acme/ground/remote.csv", "destination\nGB:HS1 2\nGB:ZE1\n"),
    ]);
    let cards = load(folder.dir.path(), &[]).expect("cards");
    let answer = |postcode: &str, zone: Option<&str>| {
        let zone = zone.map(str::to_owned);
        let parcel = ParcelToRate { to: Place::at("GB", postcode), zone, ..parcel("", "0.5lb", None) };
        let decision = cards.decide(&parcel, &Availability::default(), &Policy::default());
        match decision.quotes.first() {
            Some(quote) => format!("{} in {} lines", quote.total.amount(), quote.lines.len()),
            None => decision.refusals.into_iter().map(|refusal| refusal.reason).collect(),
        }
    };
    let more = |postcode: &str| {
        format!("its tables tell parts of GB:{postcode} apart; write a whole postcode, such as SW1A 1AA")
    };
    assert_eq!([answer("IV1", None), answer("IV1 3AB", None)], [more("IV1"), "6.00 in 1 lines".to_owned()]);
    assert_eq!([answer("HS1", None), answer("HS1", Some("1"))], [more("HS1"), more("HS1")]);
    assert_eq!([answer("HS1 2AA", None), answer("HS1 9AA", None)], ["8.00 in 2 lines", "5.00 in 1 lines"]);
    assert_eq!([answer("ZE1", None), answer("M1", None)], ["8.00 in 2 lines", "5.00 in 1 lines"]);
    assert_eq!(answer("IV1", Some("2")), "6.00 in 1 lines", "a zone that a person gives needs no postcode");
}
