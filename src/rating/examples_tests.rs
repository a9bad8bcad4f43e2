//! Worked examples on the shipped cards, computed by hand from the published tables.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::config::carriers;
use crate::ids::CarrierId;
use crate::units::Mass;

pub(super) const AMERICAN: [&str; 4] = ["usps", "ontrac", "gofo", "cityline"];

/// Every card in `config/carriers`.
pub(super) fn everywhere() -> &'static Cards {
    static CARDS: LazyLock<Cards> = LazyLock::new(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
        carriers::load(&dir, &[]).unwrap_or_else(|problems| panic!("{problems}"))
    });
    &CARDS
}

/// The American cards in `config/carriers`.
pub(super) fn shipped() -> &'static Cards {
    static CARDS: LazyLock<Cards> = LazyLock::new(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
        carriers::load(&dir, &AMERICAN.map(CarrierId::from)).unwrap_or_else(|problems| panic!("{problems}"))
    });
    &CARDS
}

/// A parcel from Los Angeles on 2026-11-22 to an address that is not a home.
pub(super) fn parcel(to: &str, mass: &str, dims: Option<&str>) -> ParcelToRate {
    ParcelToRate {
        mass: mass.parse::<Mass>().unwrap(),
        dims: dims.map(|dims| dims.parse().unwrap()),
        from: Place::at("US", "90058"),
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

/// What one service answers: total, billable value and unit, basis; or the rules that refuse.
fn answer(parcel: &ParcelToRate, service: &str) -> String {
    let decision = shipped().decide(parcel, &Availability::default(), &Policy::default());
    match decision.quotes.iter().find(|quote| quote.service == service) {
        Some(Quote { total, billable: Billable { value, unit, basis }, .. }) => {
            format!("{} for {value} {unit} {basis:?}", total.amount())
        }
        None => {
            let refused = decision.refusals.iter().filter(|refusal| refusal.service == service);
            refused.map(|refusal| refusal.rule.as_str()).collect::<Vec<_>>().join(", ")
        }
    }
}

fn usps(to: &str, mass: &str, dims: Option<&str>) -> String {
    answer(&parcel(to, mass, dims), "usps.ground_advantage")
}

#[test]
fn a_pound_costs_what_notice_123_says_in_every_zone() {
    let places = ["90210", "92101", "89101", "85001", "97201", "75201", "60601", "10001"];
    let totals = ["7.61", "7.68", "8.00", "8.15", "8.74", "9.63", "9.98", "10.67"];
    for (to, total) in places.into_iter().zip(totals) {
        assert_eq!(usps(to, "1lb", None), format!("{total} for 1 lb Actual"), "{to}");
    }
}

#[test]
fn a_row_is_not_over_its_bound_to_the_last_digit() {
    assert_eq!(usps("90210", "4oz", None), "6.93 for 0.25 lb Actual");
    assert_eq!(usps("90210", "15.999oz", None), "6.93 for 0.9999375 lb Actual");
    assert_eq!(usps("90210", "15.9992oz", None), "7.61 for 1 lb Actual");
    assert_eq!(usps("90210", "16oz", None), "7.61 for 1 lb Actual");
    assert_eq!(usps("90210", "453.59237g", None), "7.61 for 1 lb Actual");
    assert_eq!(usps("90210", "453.59238g", None), "7.99 for 2 lb Actual");
}

#[test]
fn the_cheaper_of_weight_and_cubic_is_paid() {
    // 11.75 x 7.75 x 3.75 in = 341.48 in3 = 0.198 cu ft: tier 0.20, 7.82. 1.2 kg = 2.65 lb: row 3, 8.64.
    assert_eq!(usps("90210", "1.2kg", Some("30x20x10cm")), "7.82 for 0.20 cuft Cubic");
    // 960 in3 = 0.556 cu ft: tier 0.60, 9.84. Half a pound: 6.93.
    assert_eq!(usps("90210", "8oz", Some("12x10x8in")), "6.93 for 0.5 lb Actual");
    // Over 20 lb there is no cubic price.
    assert_eq!(usps("90210", "20lb", Some("8x8x8in")), "8.39 for 0.30 cuft Cubic");
    assert_eq!(usps("90210", "20.001lb", Some("8x8x8in")), "18.48 for 21 lb Actual");
}

#[test]
fn dimensional_weight_begins_above_one_cubic_foot() {
    assert_eq!(usps("10001", "5lb", Some("12x12x12in")), "19.19 for 5 lb Actual");
    // Up: 13 x 12 x 12 = 1872 in3 / 139 = 13.5 lb, 31.53. Down: 12 x 12 x 12 is still one cubic foot, 25.60.
    assert_eq!(usps("10001", "5lb", Some("12.1x12x12in")), "25.60 for 1.00 cuft Cubic");
    // Down: 12.25 x 12 x 12 is more than a cubic foot.
    assert_eq!(usps("10001", "5lb", Some("12.3x12x12in")), "31.53 for 14 lb Dimensional");
    // 36 x 18 x 18 in / 139 = 83.9 lb: paid as 70 lb, 53.33 + 10.00 + 21.00.
    assert_eq!(usps("90210", "5lb", Some("36x18x18in")), "84.33 for 70 lb Dimensional");
}

#[test]
fn nonstandard_fees_begin_above_their_bounds_and_stack() {
    assert_eq!(usps("90210", "2lb", Some("22x6x4in")), "7.99 for 2 lb Actual");
    assert_eq!(usps("90210", "2lb", Some("22.1x6x4in")), "12.49 for 2 lb Actual");
    assert_eq!(usps("90210", "2lb", Some("762x100x100mm")), "12.49 for 2 lb Actual");
    assert_eq!(usps("90210", "2lb", Some("763x100x100mm")), "17.99 for 2 lb Actual");
    // 3,456 in3 exactly: 24.9 lb, row 25, and only the length fee. 16 x 16 x 14 = 3,584: row 26 and the volume fee.
    assert_eq!(usps("90210", "3lb", Some("24x12x12in")), "29.82 for 25 lb Dimensional");
    assert_eq!(usps("90210", "3lb", Some("16x16x13.5in")), "47.27 for 26 lb Dimensional");
    // 32 x 12 x 12 = 4,608 in3: row 34, 32.32 + 10.00 + 21.00.
    assert_eq!(usps("90210", "3lb", Some("32x12x12in")), "63.32 for 34 lb Dimensional");
}

#[test]
fn the_limit_itself_is_carried_and_no_more() {
    assert_eq!(usps("10001", "70lb", None), "191.31 for 70 lb Actual");
    assert_eq!(usps("10001", "70.001lb", None), "max_weight");
    // 60 + 2 x (12 + 12) = 108 in; 8,640 in3 / 139 = 62.2 lb: 49.95 + 10.00 + 21.00.
    assert_eq!(usps("90210", "5lb", Some("60x12x12in")), "80.95 for 63 lb Dimensional");
    assert_eq!(usps("90210", "71lb", Some("60.1x12x12in")), "max_weight, max_length_plus_girth");
}

#[test]
fn a_refusal_says_by_how_much() {
    let decision =
        shipped().decide(&parcel("10001", "72.5lb", Some("30x20x21in")), &Availability::default(), &Policy::default());
    let reasons: Vec<_> = decision.refusals.iter().filter(|refusal| *refusal.service.carrier() == "usps").collect();
    assert_eq!(reasons[0].reason, "weight is 2.5 lb over the limit of 70 lb");
    assert!(reasons[1].reason.starts_with("length plus girth is 4 in over the limit of 108 in: "), "{reasons:?}");
}

#[test]
fn a_zone_given_by_hand_stands_for_the_table() {
    let by_hand = |zone: &str| ParcelToRate { zone: Some(zone.into()), ..parcel("90210", "1lb", None) };
    assert_eq!(answer(&by_hand("9"), "usps.ground_advantage"), "10.67 for 1 lb Actual");
    assert_eq!(answer(&by_hand("10"), "usps.ground_advantage"), "zone");
    assert_eq!(answer(&by_hand("8"), "gofo.parcel"), "zone");
}

#[test]
fn sides_round_to_the_nearest_inch_and_fuel_by_the_line_where_the_card_says_so() {
    let mut parcel = parcel("85001", "5lb", Some("12.4x10x8in"));
    // 12 x 10 x 8 / 139 = 6.9, 7 lb: 8.80 + 8.25 % (0.726).
    assert_eq!(answer(&parcel, "ontrac.ground"), "9.53 for 7 lb Dimensional");
    // The fuel on 0.45 is 0.037: 0.73 + 0.04, where 8.25 % of 9.25 would be 0.76.
    parcel.to.residential = true;
    assert_eq!(answer(&parcel, "ontrac.ground"), "10.02 for 7 lb Dimensional");
    parcel.signature = Signature::Adult21;
    assert_eq!(answer(&parcel, "ontrac.ground"), "18.17 for 7 lb Dimensional");
    // 13 x 10 x 8 / 139 = 7.5, 8 lb: 9.20 + 0.76.
    assert_eq!(
        answer(&self::parcel("85001", "5lb", Some("12.5x10x8in")), "ontrac.ground"),
        "9.96 for 8 lb Dimensional"
    );
}

#[test]
fn less_than_the_minimum_is_paid_as_the_minimum_and_remote_places_pay_more() {
    let inches = Some("6x5x4in");
    assert_eq!(answer(&parcel("90012", "1lb", inches), "cityline.nextday"), "7.74 for 3 lb Minimum");
    assert_eq!(answer(&parcel("90265", "1lb", inches), "cityline.nextday"), "11.34 for 3 lb Minimum");
    assert_eq!(answer(&parcel("90264", "1lb", inches), "cityline.nextday"), "7.74 for 3 lb Minimum");
    let in_june = ParcelToRate { ship_date: "2026-06-30".parse().unwrap(), ..parcel("90265", "1lb", inches) };
    assert_eq!(answer(&in_june, "cityline.nextday"), "10.94 for 3 lb Minimum");
}

#[test]
fn the_choice_differs_from_parcel_to_parcel() {
    let choice = |to: &str, mass: &str, dg: Option<Dg>| {
        let mut parcel = parcel(to, mass, Some("10x8x6in"));
        parcel.dg.extend(dg);
        shipped().decide(&parcel, &Availability::default(), &Policy::default()).choice.expect("a choice")
    };
    assert_eq!(choice("90012", "12oz", None), "gofo.parcel");
    assert_eq!(choice("90012", "12oz", Some(Dg::LiIon)), "usps.ground_advantage");
    assert_eq!(choice("90012", "2lb", Some(Dg::LiIon)), "ontrac.ground");
    assert_eq!(choice("90012", "24lb", None), "cityline.nextday");
    assert_eq!(choice("85701", "4lb", None), "ontrac.ground");
    assert_eq!(choice("59001", "4lb", None), "usps.ground_advantage");
    assert_eq!(choice("10001", "12oz", None), "gofo.parcel");
    assert_eq!(choice("10001", "12oz", Some(Dg::LiIon)), "usps.ground_advantage");
}

#[test]
fn a_price_by_size_says_how_it_comes_about() {
    let how = |dims: &str| {
        let decision =
            shipped().decide(&parcel("10001", "5lb", Some(dims)), &Availability::default(), &Policy::default());
        let usps = decision.quotes.iter().find(|quote| quote.service == "usps.ground_advantage").unwrap();
        usps.lines[0].how.clone()
    };
    assert_eq!(how("12.3x12x12in"), "zone 8, not over 14 lb: 13 x 12 x 12 in / 139 in3/lb, at most 70 lb");
    assert_eq!(how("12.1x12x12in"), "zone 8, not over 1.00 cuft: 12 x 12 x 12 in");
}

#[test]
fn a_smaller_box_or_a_little_less_weight_is_found() {
    let usps = || Policy { goal: Goal::Preferred(vec!["usps.ground_advantage".into()]), ..Policy::default() };
    let changes = |to: &str, mass: &str, dims: &str| {
        let decision = shipped().decide(&parcel(to, mass, Some(dims)), &Availability::default(), &usps());
        let answer = |change: &Change| format!("{} less {}: {}", change.less, change.what, change.saves.amount());
        decision.changes.iter().map(answer).collect::<Vec<_>>()
    };
    // Down to the quarter inch 12 x 12 x 12 has a cubic price: 25.60 instead of 31.53.
    assert_eq!(changes("10001", "5lb", "12.3x12x12in"), ["0.06 in less longest side: 5.93"]);
    // 20 lb has a cubic price: 8.39 instead of 18.48.
    assert_eq!(changes("90210", "20.5lb", "8x8x8in"), ["227 g less weight: 10.09"]);
}

#[test]
fn only_the_post_goes_to_a_post_office_box() {
    let mut parcel = parcel("90012", "1lb", Some("8x6x4in"));
    parcel.to.po_box = true;
    for service in ["ontrac.ground", "gofo.parcel", "cityline.nextday"] {
        assert_eq!(answer(&parcel, service), "po_box");
    }
    assert_eq!(answer(&parcel, "usps.ground_advantage"), "7.61 for 1 lb Actual");
}

#[test]
fn the_example_in_the_readme_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers/README.md");
    #[expect(clippy::disallowed_methods, reason = "the test compares a document with the program")]
    let readme = std::fs::read_to_string(path).unwrap();
    let parcel = ParcelToRate { dg: BTreeSet::from([Dg::LiIon]), ..parcel("10001", "1.2kg", Some("30x20x10cm")) };
    let table = explain(&shipped().decide(&parcel, &Availability::default(), &Policy::default()));
    assert!(readme.contains(&table), "the README's example should be:\n{table}");
}

#[test]
fn the_json_is_what_programs_were_promised() {
    let mut decision = shipped().decide(&parcel("10001", "1lb", None), &Availability::default(), &Policy::default());
    decision.quotes.retain(|quote| *quote.service.carrier() == "usps");
    decision.refusals.retain(|refusal| *refusal.service.carrier() == "cityline");
    decision.choice = None;
    let card = decision.quotes[0].card.clone();
    assert_eq!(
        json(&decision),
        serde_json::json!({
            "ship_date": "2026-11-22", "from": "US:90058", "to": "US:100", "choice": null,
            "policy": "cheapest", "turn": null, "changes": [],
            "quotes": [{
                "service": "usps.ground_advantage", "total": "10.67", "currency": "USD", "zone": "8",
                "billable": {"value": "1", "unit": "lb", "basis": "actual"},
                "lines": [{"rule": "base", "amount": "10.67", "how": "zone 8, not over 1 lb"}],
                "leaves": null, "days": null,
                "card": card, "notes": ["approximate zones", "dimensions unknown"],
            }],
            "refusals": [{"service": "cityline.nextday", "rule": "zone", "reason": "does not serve US:100"}],
        })
    );
    assert_eq!(card.len(), 64);
}
