//! What tracking numbers look like: pools, the formats that a carrier publishes, and those of its own folder.

use super::tests::{CARRIER, Folder, only};
use super::*;

#[test]
fn number_pools_that_share_numbers_or_do_not_fit_are_errors() {
    let pool = "[[pool]]\nid = \"b\"\nstation = \"S2\"\nfrom = 4999\nto = 10000\n";
    let found = Folder::with(&[("acme/carrier.toml", &format!("{CARRIER}{pool}"))]).problems();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("carrier.toml:19: 10000 has more digits than a serial; "), "{found:?}");
    assert!(found[1].contains("carrier.toml:7: pools a and b share numbers; "), "{found:?}");
}

const FORMATS: &str = r#"[[carrier]]
id = "old"
name = "Old Lines"
[[carrier.format]]
name = "ten"
pattern = "OL(d{7})c"
check = "luhn"
[[carrier]]
id = "acme"
name = "Another Acme"
[[carrier.format]]
name = "any"
pattern = "x{4,9}"
"#;

/// Whether the numbers of a carrier of the folder, with its own words about them, may be these.
fn numbers_of(declared: &str, numbers: &[&str]) -> Vec<bool> {
    let carrier = CARRIER.replace("label = ", &format!("{declared}\nlabel = "));
    let folder = Folder::with(&[("formats.toml", FORMATS), ("acme/carrier.toml", &carrier)]);
    let cards = load(folder.dir.path(), &[]).unwrap();
    numbers.iter().map(|number| cards.numbers().check(&"acme".into(), number).is_ok()).collect()
}

#[test]
fn a_carriers_numbers_are_what_its_folder_says_and_without_a_word_as_they_are_made() {
    let numbers = ["AC0001", "AC001", "OL12345674", "OL12345675", "AB-1"];
    assert_eq!(numbers_of("", &numbers), [true, false, false, false, false]);
    let wide = "format = [{ name = \"wide\", pattern = \"[A-Z0-9-]{4,10}\" }]";
    assert_eq!(numbers_of(wide, &numbers), [true, true, true, true, true]);
    let both = format!("formats = [\"old\"]\n{wide}");
    assert_eq!(
        numbers_of(&both, &numbers),
        [true, true, true, false, true],
        "a check digit is kept where there is one"
    );
    let ends = "format = [{ name = \"ends\", pattern = \"aad{4}\", starts = [\"AC\"], ends = [\"1\", \"0\"] }]";
    assert_eq!(numbers_of(ends, &["AC0001", "AC0002", "AD0001"]), [true, false, false]);
}

#[test]
fn published_numbers_are_known_of_carriers_without_a_folder_and_kept_with_the_cards() {
    let folder = Folder::with(&[("formats.toml", FORMATS)]);
    let cards = load(folder.dir.path(), &[]).unwrap();
    let known = |cards: &Cards| -> Vec<String> {
        let names = cards.numbers().issuers().iter().map(|issuer| issuer.name.clone());
        let found = ["OL12345674", "AC0001", "XY123"].map(|number| cards.numbers().whose(number).len().to_string());
        names.chain(found).collect()
    };
    assert_eq!(known(&cards), ["ACME", "Old Lines", "1", "1", "0"], "the folder's word counts alone");
    let kept = folder.dir.path().join("kept");
    let only = [CarrierId::from("acme")];
    let chosen = load(folder.dir.path(), &only).unwrap();
    back_up(folder.dir.path(), &only, chosen.hash(), &kept).unwrap();
    assert_eq!(known(&load(&kept, &only).unwrap()), known(&cards));
    let other = Folder::with(&[("formats.toml", &FORMATS.replace("ten", "eleven"))]);
    assert_ne!(load(other.dir.path(), &[]).unwrap().hash(), cards.hash());
}

#[test]
fn a_format_that_cannot_be_used_is_named_with_its_line() {
    let formats = |from: &str, to: &str| only("formats.toml", &FORMATS.replace(from, to));
    let cases = [
        ("(d{7})c", "(d{7}c", "6: pattern \"OL(d{7}c\": the round brackets do not stand once, around something; "),
        ("(d{7})c", "d{8}", "6: pattern \"OLd{8}\": the pattern and its check do not agree; "),
        ("OL(d{7})c", "(OLd{7})c", "6: pattern \"(OLd{7})c\": its check is defined for digits only; "),
        ("x{4,9}", "x{4,9}d{1,2}", "13: pattern \"x{4,9}d{1,2}\": two counts vary; "),
        ("x{4,9}", "ol", "13: pattern \"ol\": 'o' at 1 means nothing; write A-Z 0-9 - d a x [ ] { } ( ) c, "),
        ("luhn", "lunh", "7: carrier[1].format[1].check: no check digit is called \"lunh\"; write none, mod7, "),
        ("\"luhn\"", "\"luhn\"\nstarts = [\"ol\"]", "8: \"ol\" is in no number; write capital letters, digits"),
        ("\"luhn\"", "\"luhn\"\nbefore = \"A\"", "8: \"A\" is nothing the check digit can follow from; "),
        ("\"any\"", "\"any\"\nprefix = \"A\"", "13: unknown key carrier[2].format[1].prefix; "),
        ("id = \"acme\"", "id = \"old\"", "9: carrier old twice; put its formats below one [[carrier]]"),
        ("id = \"acme\"", "id = \"Acme\"", "9: \"Acme\" is not an id; write it with a-z, 0-9 and _"),
    ];
    for (from, to, problem) in cases {
        let found = formats(from, to);
        assert!(found.starts_with(&format!("formats.toml:{problem}")), "{problem}\n{found}");
    }
    let bare = FORMATS.split("[[carrier.format]]\nname = \"any\"").next().unwrap();
    assert!(only("formats.toml", bare).starts_with("formats.toml:8: a carrier without formats; add "));
    assert!(only("formats.toml", "[[carrier]").starts_with("formats.toml:1: not TOML: "));
}

#[test]
fn what_a_carrier_says_of_its_numbers_and_how_it_makes_them_agree() {
    let carrier = |from: &str, to: &str| {
        let carrier = CARRIER.replace(from, to);
        let found = Folder::with(&[("formats.toml", FORMATS), ("acme/carrier.toml", &carrier)]).problems();
        assert_eq!(found.len(), 1, "{found:#?}");
        found.into_iter().next().unwrap_or_default()
    };
    let found = carrier("[number]", "formats = [\"old\"]\n[number]");
    let said =
        "carrier.toml:4: numbers made like this break the carrier's own formats: \"AC0000\" is no number of acme: ";
    assert!(found.contains(said) && found.contains("it has 6 characters, not 10; correct the prefix"), "{found}");
    let found = carrier("[number]", "formats = [\"olt\"]\n[number]");
    assert!(found.contains("toml:3: formats.toml has no carrier \"olt\"; did you mean old? write the id"), "{found}");
    let found = carrier("check = \"none\"", "check = \"luhn\"");
    assert!(found.contains("toml:6: no number can be made: the check digit is defined for digits only; "), "{found}");
    let (before, pools) = CARRIER.split_once("[number]").unwrap();
    let nothing = format!("{before}{}", &pools[pools.find("[[service]]").unwrap()..]);
    let found = only("acme/carrier.toml", &nothing);
    assert!(found.contains("toml:1: nothing says how its tracking numbers look, so none is checked; "), "{found}");
    let folder = Folder::with(&[("acme/carrier.toml", &nothing)]);
    assert!(load(folder.dir.path(), &[]).unwrap().numbers().check(&"acme".into(), "anything").is_ok());
}
