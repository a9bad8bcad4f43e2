use super::*;
use crate::units::Currency;

const GOLDEN: &str = include_str!("../../../tests/data/manifest-1.json");

fn a_parcel(number: u32, grams: i64) -> ManifestParcel {
    ManifestParcel {
        parcel_id: format!("LAX1-ST03.{number}"),
        order_ref: format!("57646141303878575{number}"),
        channel: String::new(),
        shop: String::new(),
        tracking: format!("D1001000000001{number}").into(),
        service: "ontrac.ground".into(),
        mass: Mass::from_grams(grams),
        dims: "12x9x6in".parse().ok(),
        billable: Some(Billable { value: "2".into(), unit: "lb".into(), basis: Basis::Dimensional }),
        zone: Some("2".into()),
        sort_code: Some("LAX".into()),
        container: None,
        packed_at: Timestamp(1_768_430_400_000),
        labelled_at: Some(Timestamp(1_768_430_395_250)),
        rate_id: Some("7c0ffee".into()),
        est_cost: Some(Money::new(713, Currency::USD)),
        dg: BTreeSet::from([Dg::LiIon]),
        signature: Signature::None,
        insured: None,
        country: "US".into(),
        postcode: "90026-1234".into(),
    }
}

fn an_input(wave: u32, prev_hash: &str) -> ManifestInput {
    let ship_date = Date::new(2026, 1, 14).unwrap();
    ManifestInput {
        manifest_id: format!("US-LAX-1.LAX1-ST03.20260114.ONTRAC.{wave}"),
        carrier: "ontrac".into(),
        ship_from: "US-LAX-1".into(),
        station: "LAX1-ST03".into(),
        ship_date,
        wave,
        closed_at: Timestamp(1_768_435_200_000),
        closed_by: Some("op17".into()),
        parcels: vec![a_parcel(2, 310), a_parcel(3, 1_045)],
        containers: vec![],
        prev_hash: prev_hash.into(),
    }
}

fn a_chain() -> Vec<Value> {
    let mut chain: Vec<Value> = Vec::new();
    for wave in 1..=3 {
        let prev = chain.last().map_or("", |document| document["hash"].as_str().unwrap()).to_owned();
        chain.push(document(&an_input(wave, &prev)));
    }
    chain
}

#[test]
fn a_manifest_is_written_as_it_always_was() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(canonical::text(&document(&an_input(1, ""))), canonical::text(&golden));
    assert_eq!(verify(&[golden]), Ok(()));
}

#[test]
fn a_manifest_holds_three_characters_of_the_postcode_and_no_more() {
    let text = document(&an_input(1, "")).to_string();
    assert!(text.contains(r#""post_prefix":"900""#) && !text.contains("90026"));
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut input = an_input(1, "");
    input.closed_by = None;
    let parcel = &mut input.parcels[0];
    (parcel.dims, parcel.est_cost, parcel.sort_code) = (None, None, None);
    let document = document(&input);
    assert!(document.get("closed_by").is_none());
    for name in ["dims_mm", "est_cost", "currency", "sort_code"] {
        assert!(document["parcels"][0].get(name).is_none(), "{name}");
    }
    assert_eq!(verify(&[document]), Ok(()));
}

#[test]
fn bags_cages_and_pallets_stand_on_it_where_there_are_any() {
    let mut input = an_input(1, "");
    assert!(document(&input).get("containers").is_none() && document(&input)["parcels"][0].get("container").is_none());
    input.parcels[0].container = Some("006141411234567890".into());
    let container = |id: &str, kind, pallet: Option<&str>| {
        let pallet = pallet.map(str::to_owned);
        ManifestContainer { id: id.to_owned(), kind, gross: Mass::from_grams(310), parcels: 1, pallet }
    };
    input.containers = vec![
        container("006141411234567890", "bag", None),
        container("US-LAX-1.ST03.B4", "bag", Some("US-LAX-1.ST03.PAL5")),
        container("US-LAX-1.ST03.PAL5", "pallet", None),
    ];
    let document = document(&input);
    let bag = json!({"id": "006141411234567890", "type": "bag", "gross_g": 310, "parcels": 1});
    let laid =
        json!({"id": "US-LAX-1.ST03.B4", "type": "bag", "gross_g": 310, "parcels": 1, "pallet": "US-LAX-1.ST03.PAL5"});
    let pallet = json!({"id": "US-LAX-1.ST03.PAL5", "type": "pallet", "gross_g": 310, "parcels": 1});
    assert_eq!(document["containers"], json!([bag, laid, pallet]));
    assert_eq!(document["parcels"][0]["container"], "006141411234567890");
    assert_eq!(verify(&[document]), Ok(()));
}

#[test]
fn a_chain_holds_and_may_begin_in_the_middle() {
    let chain = a_chain();
    assert_eq!(verify(&chain), Ok(()));
    assert_eq!(verify(&chain[1..]), Ok(()));
    assert_eq!(verify(&[]), Ok(()));
}

#[test]
fn a_chain_survives_being_printed_out_and_read_back() {
    let read = |document: &Value| serde_json::from_str(&serde_json::to_string_pretty(document).unwrap()).unwrap();
    assert_eq!(verify(&a_chain().iter().map(read).collect::<Vec<Value>>()), Ok(()));
}

#[test]
fn a_manifest_that_was_changed_is_found() {
    let mut chain = a_chain();
    chain[1]["parcels"][0]["weight_g"] = json!(311);
    let id = "US-LAX-1.LAX1-ST03.20260114.ONTRAC.2".to_owned();
    assert_eq!(verify(&chain), Err(ChainError::Hash { place: 2, id }));
}

#[test]
fn a_manifest_left_out_is_found() {
    let mut chain = a_chain();
    chain.remove(1);
    assert!(matches!(verify(&chain), Err(ChainError::Link { place: 2, .. })));
}

#[test]
fn totals_that_do_not_add_up_are_found_even_under_a_right_hash() {
    let mut document = document(&an_input(1, ""));
    document["total_g"] = json!(1);
    document["hash"] = json!(hash(&document));
    assert!(matches!(verify(&[document]), Err(ChainError::Totals { place: 1, .. })));
    assert_eq!(verify(&[json!([])]), Err(ChainError::Schema { place: 1 }));
}
