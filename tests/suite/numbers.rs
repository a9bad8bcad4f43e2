//! Tracking numbers: every one that is published as right or wrong, against the formats that ship.

use std::path::Path;
use std::sync::OnceLock;

use parceld::barcode::{Evidence, Issuer, Numbers};
use parceld::config::carriers;
use parceld::ids::CarrierId;
use proptest::prelude::*;

/// A published number, and whether it is one of these formats of a carrier.
struct Sample {
    carrier: CarrierId,
    formats: Vec<String>,
    is_one: bool,
    number: String,
}

fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let text = include_str!("../data/numbers.csv");
        let rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes()).into_records();
        let read = |row: csv::StringRecord| Sample {
            carrier: row[0].into(),
            formats: row[1].split('|').map(str::to_owned).collect(),
            is_one: &row[2] == "yes",
            number: row[3].to_owned(),
        };
        rows.map(|row| read(row.expect("a row of the table"))).collect()
    })
}

fn numbers() -> &'static Numbers {
    static NUMBERS: OnceLock<Numbers> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
        carriers::load(&dir, &[]).expect("the shipped cards").numbers().clone()
    })
}

/// The carrier as if it had these formats alone.
fn with_formats(carrier: &CarrierId, formats: &[String]) -> Issuer {
    let issuer = numbers().issuers().iter().find(|issuer| issuer.id == *carrier).expect("a known carrier");
    let mut issuer = issuer.clone();
    issuer.formats.retain(|format| formats.contains(&format.name));
    assert_eq!(issuer.formats.len(), formats.len(), "{carrier} has the formats {formats:?}");
    issuer
}

#[test]
fn every_published_number_is_told_from_every_one_that_is_none() {
    assert_eq!(samples().len(), 280);
    for Sample { carrier, formats, is_one, number } in samples() {
        let judged = with_formats(carrier, formats).check(number);
        assert_eq!(judged.is_ok(), *is_one, "{carrier} {formats:?} {number}: {judged:?}");
        let known = numbers().check(carrier, number);
        let found = numbers().whose(number).iter().any(|found| found.issuer.id == *carrier);
        assert_eq!(known.is_ok(), found, "{carrier} {number}");
        assert!(!is_one || found, "{carrier} {number}: {known:?}");
    }
}

#[test]
fn every_format_that_ships_has_a_published_number() {
    let published = include_str!("../../config/carriers/formats.toml");
    for issuer in numbers().issuers().iter().filter(|issuer| published.contains(&format!("id = \"{}\"", issuer.id))) {
        for format in &issuer.formats {
            let has = |sample: &&Sample| sample.carrier == issuer.id && sample.formats.contains(&format.name);
            assert!(samples().iter().any(|sample| has(&sample)), "{} {}", issuer.id, format.name);
        }
    }
}

#[test]
fn a_number_of_several_carriers_is_said_to_be_of_all_of_them() {
    let whose = |number: &str| -> Vec<_> {
        let found = numbers().whose(number);
        found.iter().map(|found| (found.issuer.id.clone(), found.evidence)).collect()
    };
    let (sure, look) = (Evidence::CheckDigit, Evidence::LookOnly);
    let of = |id: &str, evidence| (CarrierId::from(id), evidence);
    assert_eq!(whose("not a number"), []);
    assert_eq!(whose("TBA010000000000")[0], of("amazon", look));
    let british = whose("RB 123 456 785 GB");
    assert_eq!(british[..3], [of("royalmail", sure), of("s10", sure), of("yanwen", sure)]);
    // Twelve digits of FedEx that keep Luhn's rule too.
    assert_eq!(whose("320595463938").iter().filter(|(_, evidence)| *evidence == sure).count(), 1);
    let routed = numbers().whose("420 787459400111206206406260787");
    assert_eq!((routed[0].issuer.id.as_str(), routed[0].number.as_str()), ("usps", "9400111206206406260787"));
}

#[test]
fn both_check_digits_of_a_d_number_are_right_and_no_third() {
    let right = |number: &str| numbers().check(&"ontrac".into(), number).is_ok();
    let digits = (0..10).filter(|digit| right(&format!("D1073490208142{digit}")));
    assert_eq!(digits.collect::<Vec<_>>(), [0, 9]);
}

#[test]
fn a_refusal_says_what_is_wrong_and_what_to_do() {
    let why =
        |carrier: &str, number: &str| numbers().check(&carrier.into(), number).expect_err("no number").to_string();
    let cases = [
        ("usps", "9400111206206406260788", "its check digit is wrong; read it again, or ask who made it for another"),
        ("usps", "940011120620640626078", "it has 21 characters, not 20, 22, 26 or 30; read it again"),
        ("ups", "1Z5R8939035756712I", "'I' at 18 does not belong there"),
        ("s10", "RB123456785XX", "none begins and ends like this; read it again, or ask who made it"),
        ("upps", "1Z5R89390357567127", "nobody has said how this carrier's numbers look; write the carrier's id"),
        ("dhl", "GM12", "it has 4 characters, not 10 to 41; read it again"),
    ];
    for (carrier, number, what) in cases {
        let said = why(carrier, number);
        assert!(said.contains(what), "{said}");
    }
    let shown = why("usps", &"1".repeat(10_000));
    assert!(shown.len() < 200 && shown.contains("it has 10000 characters"), "{shown}");
}

/// Checksums that find every single wrong character.
const FIND_ALL: [&str; 3] = ["mod10-3-1", "luhn", "mod37-36"];

#[test]
fn no_single_digit_of_a_published_number_can_change_where_its_check_digit_finds_all() {
    let mut changed = 0;
    for sample in samples().iter().filter(|sample| sample.is_one) {
        for name in &sample.formats {
            let issuer = with_formats(&sample.carrier, std::slice::from_ref(name));
            let format = &issuer.formats[0];
            let finds_all = FIND_ALL.iter().any(|name| name.parse() == Ok(format.check.clone()));
            // The first digits of these two are not covered.
            let covered = !["Ground SSCC-18", "Ground 96, 22 digits"].contains(&name.as_str());
            let whole = Numbers::new(vec![issuer.clone()]);
            let Some(found) = whole.whose(&sample.number).pop().filter(|_| finds_all && covered) else { continue };
            for damaged in neighbours(found.number.as_str()) {
                assert!(issuer.check(&damaged).is_err(), "{} {name}: {damaged} for {}", sample.carrier, found.number);
                changed += 1;
            }
        }
    }
    assert!(changed > 9_000, "{changed}");
}

/// Every number that differs in one digit.
fn neighbours(number: &str) -> impl Iterator<Item = String> {
    let digits = number.bytes().enumerate().filter(|(_, character)| character.is_ascii_digit());
    digits.flat_map(move |(at, right)| {
        let others = (b'0'..=b'9').filter(move |other| *other != right);
        others.map(move |other| format!("{}{}{}", &number[..at], char::from(other), &number[at + 1..]))
    })
}

proptest! {
    #[test]
    fn any_text_is_judged_and_the_judgements_agree(text in "[ 0-9A-Z]{0,40}|.{0,60}|420[0-9]{5,40}") {
        for found in numbers().alike(&text) {
            let right = found.evidence != Evidence::WrongCheckDigit;
            prop_assert_eq!(numbers().check(&found.issuer.id, &text).is_ok(), right);
            prop_assert_eq!(found.issuer.check(found.number.as_str()).is_ok(), right);
        }
    }

    #[test]
    fn blanks_never_matter(at in 0..280_usize, blanks in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let Sample { carrier, number, .. } = &samples()[at];
        let mut blank = number.clone();
        for place in blanks {
            blank.insert(place.index(blank.len()), ' ');
        }
        prop_assert_eq!(numbers().check(carrier, &blank), numbers().check(carrier, number));
    }
}

#[test]
fn ten_thousand_characters_are_refused_like_any_other_number() {
    for text in ["9", "A", "é", " ", "420", "1Z"].map(|text| text.repeat(10_000)) {
        assert_eq!(numbers().alike(&text), []);
        assert!(numbers().issuers().iter().all(|issuer| issuer.check(&text).is_err()));
    }
}
