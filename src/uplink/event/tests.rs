//! Every event is written as it was frozen.

use serde::Serialize;

use super::*;
use crate::units::Date;

const AT: i64 = 1_794_732_577_042; // 2026-11-15T08:49:37.042Z

fn source() -> EventSource {
    EventSource {
        warehouse: "US-LAX-1".into(),
        station: "LAX1-ST03".into(),
        incarnation: "9f3a61c0d27b4e85".into(),
        clock: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "the test reads what is frozen, the module does not")]
fn golden(name: &str) -> String {
    let path = format!("{}/tests/data/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_default().trim_end().to_owned()
}

#[test]
fn events_are_written_as_frozen() {
    let verified = ParcelEvent {
        parcel: "LAX1-ST03-000017",
        order_ref: "576461413038785752",
        service: Some(&"ontrac.ground".into()),
        tracking: Some(&"D10011354453707".into()),
        weight_g: Some(310),
        country: Some("US"),
        post_prefix: Some(post_prefix("90210")),
        ..ParcelEvent::default()
    };
    let voided = ParcelEvent { weight_g: None, reason: Some("damaged"), ..verified };
    #[derive(Serialize)]
    struct Manifest {
        schema: &'static str,
        manifest_id: &'static str,
    }
    let bag = Container {
        container: "006141411234567890",
        r#type: "bag",
        carrier: &"ontrac".into(),
        ship_date: Date::new(2026, 11, 15).unwrap(),
        gross_g: 1355,
        channel: "",
        shop: "",
        containers: &[],
        tracking: &[&"D10011354453707".into(), &"D10011354453715".into()],
    };
    let laid = ["006141411234567890".to_owned()];
    let pallet = Container { container: "006141411234567906", r#type: "pallet", containers: &laid, ..bag };
    let manifest = Manifest { schema: "parceld.manifest/1", manifest_id: "US-LAX-1.ST03.20261115.ONTRAC.2" };
    let source = source();
    let event = |kind, seq| cloud_event(&source, kind, seq, AT, &manifest).unwrap();
    let parcel = |kind, seq, data: &ParcelEvent<'_>| parcel_event(&source, kind, seq, AT, data).unwrap();
    for (name, written) in [
        ("parcel.verified", parcel(EventKind::ParcelVerified, 17, &verified)),
        ("parcel.attested", parcel(EventKind::ParcelAttested, 17, &verified)),
        ("parcel.voided", parcel(EventKind::ParcelVoided, 18, &voided)),
        ("return.received", parcel(EventKind::ReturnReceived, 22, &verified)),
        ("manifest.closed", event(EventKind::ManifestClosed, 19)),
        ("manifest.handed_over", event(EventKind::ManifestHandedOver, 20)),
        ("container.closed", container_event(&source, 21, AT, &bag).unwrap()),
        ("container.closed.pallet", container_event(&source, 22, AT, &pallet).unwrap()),
        ("tombstone", tombstone(&source, 18, AT, "refused").unwrap()),
    ] {
        assert_eq!(written, golden(name), "{name}");
    }
}

#[test]
fn an_event_says_how_the_clock_stood_and_keeps_that_under_a_new_number() {
    let source = EventSource { clock: Some("holdover"), ..source() };
    let manifest = Handover { manifest_id: "M1", parcels: 1, left_out: &[] };
    let written = handover_event(&source, 29, AT, &manifest).unwrap();
    assert_eq!(written, golden("manifest.handed_over.holdover"));
    let moved = renumbered(&written, "b2", 3).unwrap();
    assert!(moved.contains("\"stationseq\":3,\"clock\":\"holdover\",\"data\""), "{moved}");
}

#[test]
fn events_about_what_is_to_be_stopped_are_written_as_frozen() {
    let source = source();
    let told = ParcelEvent {
        parcel: "LAX1-ST03-000017",
        order_ref: "576461413038785752",
        channel: "tiktok_shop",
        shop: "US-01",
        service: Some(&"ontrac.ground".into()),
        tracking: Some(&"D10011354453707".into()),
        country: Some("US"),
        post_prefix: Some("902"),
        ..ParcelEvent::default()
    };
    let cancelled = ParcelEvent { reason: Some("cancelled"), ..told };
    let late = ParcelEvent { late: true, ..cancelled };
    let refused_by_driver = ParcelEvent { reason: Some("refused"), ..told };
    let parcel = |kind, seq, data: &ParcelEvent<'_>| parcel_event(&source, kind, seq, AT, data).unwrap();
    let bag = Container {
        container: "006141411234567890",
        r#type: "bag",
        carrier: &"ontrac".into(),
        ship_date: Date::new(2026, 11, 15).unwrap(),
        gross_g: 1355,
        channel: "tiktok_shop",
        shop: "US-01",
        containers: &[],
        tracking: &[&"D10011354453707".into()],
    };
    let handover = Handover {
        manifest_id: "US-LAX-1.ST03.20261115.ONTRAC.2",
        parcels: 41,
        left_out: &[&"D10011354453707".into()],
    };
    for (name, written) in [
        ("parcel.intercepted", parcel(EventKind::ParcelIntercepted, 23, &cancelled)),
        ("parcel.intercepted.late", parcel(EventKind::ParcelIntercepted, 24, &late)),
        ("parcel.released", parcel(EventKind::ParcelReleased, 25, &told)),
        ("parcel.left_out", parcel(EventKind::ParcelLeftOut, 26, &refused_by_driver)),
        ("container.closed.shop", container_event(&source, 27, AT, &bag).unwrap()),
        ("manifest.handed_over.left_out", handover_event(&source, 28, AT, &handover).unwrap()),
    ] {
        assert_eq!(written, golden(name), "{name}");
    }
}

#[test]
fn events_about_orders_and_the_station_are_written_as_frozen() {
    let source = source();
    let refused = OrderRefused {
        order_ref: "576461413038785752",
        channel: "tiktok_shop",
        shop: "US-01",
        reason: "ship_to.country is not a code of two letters",
    };
    let nameless = OrderRefused { reason: "no order_ref", ..OrderRefused::default() };
    let pools = [
        SuspendedPool { carrier: &"ontrac".into(), pool: &"D1001".into(), next: 135_445_371 },
        SuspendedPool { carrier: &"usps".into(), pool: &"9261290".into(), next: 4_017 },
    ];
    let copied = Copied { why: "receiver", before: "1c77de02aa904b31", pools: &pools };
    for (name, written) in [
        ("order.refused", order_refused_event(&source, 29, AT, &refused).unwrap()),
        ("order.refused.nameless", order_refused_event(&source, 30, AT, &nameless).unwrap()),
        ("station.copied", copied_event(&source, 1, AT, &copied).unwrap()),
    ] {
        assert_eq!(written, golden(name), "{name}");
    }
}

#[test]
fn text_from_elsewhere_is_shortened_and_made_printable() {
    let long = format!("bad\u{1b}[31m\r\n{}", "ü".repeat(10_000));
    let refused = OrderRefused { order_ref: &long, channel: &long, shop: &long, reason: &long };
    let event = order_refused_event(&source(), 1, AT, &refused).unwrap();
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    for field in ["order_ref", "channel", "shop", "reason"] {
        let text = event["data"][field].as_str().unwrap();
        assert!(text.starts_with("bad[31müü"), "{text}");
        assert_eq!(text.chars().count(), 200);
    }
}

#[test]
fn the_types_are_the_list_that_is_frozen() {
    let listed: Vec<String> = serde_json::from_str(&golden("types")).unwrap();
    assert_eq!(EventKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>(), listed);
}

#[test]
fn a_tombstone_is_known_by_its_type_alone() {
    assert!(is_tombstone(&tombstone(&source(), 1, AT, "x").unwrap()));
    let decoy = serde_json::json!({"note": "\"type\":\"parceld.tombstone\""});
    assert!(!is_tombstone(&cloud_event(&source(), EventKind::ParcelHeld, 1, AT, &decoy).unwrap()));
    assert!(!is_tombstone("not json"));
}

#[test]
fn a_postcode_keeps_three_characters() {
    for (postcode, prefix) in [("90210", "902"), ("SW1A 1AA", "SW1"), ("12", "12"), ("", ""), ("東京都港区", "東京都")]
    {
        assert_eq!(post_prefix(postcode), prefix);
    }
}

#[test]
fn a_clock_out_of_range_is_refused() {
    let data = serde_json::json!({});
    assert!(matches!(cloud_event(&source(), EventKind::ParcelHeld, 1, i64::MAX, &data), Err(EventError::Time(_))));
}

#[test]
fn a_tombstone_names_the_number_it_has_now() {
    let new = EventSource { incarnation: "b2".into(), ..source() };
    let moved = renumbered(&tombstone(&source(), 7, AT, "x").unwrap(), "b2", 3);
    assert_eq!(moved, Some(tombstone(&new, 3, AT, "x").unwrap()));
}
