//! Every field of the schema does what its row of the table says: nothing that a seller writes is lost.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::owners::{self, FIELDS, FieldShape, Owner};
use super::*;

/// An order with something in every field that may be there, its label made here or elsewhere.
fn full(label_source: &str) -> Value {
    let mut order = json!({
        "schema": SCHEMA, "rev": 7, "order_ref": "A1", "channel": "rig", "shop": "US-01", "market": "US",
        "warehouse": "US-LAX-1", "package_ref": "P1", "parcels_planned": 1, "state": "ready", "state_reason": "paid",
        "placed_at": "2026-01-14T22:01:00Z", "tz": "America/Los_Angeles",
        "deadlines": { "ship_by": "2026-01-14T22:01:00Z", "collect_by": "2026-01-15T22:01:00Z",
            "autocancel_ship": "2026-01-16T22:01:00Z", "autocancel_collect": "2026-01-17T22:01:00Z",
            "deliver_by": "2026-01-18T22:01:00Z", "derived": true },
        "priority": 600, "preorder": true,
        "ship_to": { "name": "Ann Example", "company": "Example Ltd", "line1": "1 Main St", "line2": "Apt 2",
            "city": "Boston", "region": "MA", "postcode": "02116", "country": "US", "phone": "+1 555 0100",
            "email": "ann@example.com", "residential": true, "masked": false },
        "service": { "signature": "any", "pod": true, "insure": { "amount": "50.00", "currency": "USD" },
            "cod": { "amount": "0", "currency": "USD" }, "terms": "DDP", "expedite": false, "appointment": true,
            "weekend": true, "label_source": label_source, "sms": false, "retries": 0 },
        "lines": [{ "line_ref": "L1", "sku": "MUG", "barcodes": ["200"], "title": "Mug", "qty": 2, "unit_g": 310,
            "dims_mm": [100, 90, 80], "value": "12.90", "currency": "USD", "hs": "691110", "origin": "CN",
            "dg": { "class": "li_ion", "un": "UN3481", "pi": "contained", "wh": 11.1, "cells": 1, "batteries": 1 } }],
        "box": "B2", "dims": "12x9x8in",
        "label": { "format": "pdf", "page": 1, "dpi": 203, "sha256": "ab".repeat(32), "pages": [], "codes": [] },
        "gift_note": "unknown, and not kept"
    });
    if label_source != "station" {
        put(&mut order, "label.tracking", json!("T1"));
        put(&mut order, "label.path", json!("labels/T1.pdf"));
        put(&mut order, "service.carrier", json!("yodel"));
        put(&mut order, "service.channel_hint", json!("standard"));
    }
    order
}

/// The order in which this field is what its owner says: the label of one is made elsewhere, of all others here.
fn order_for(path: &str) -> Value {
    let elsewhere = path.starts_with("label.") || matches!(path, "service.carrier" | "service.channel_hint");
    full(if elsewhere { "supplied" } else { "station" })
}

/// The field at a path of the table, in the first line of the order where it is one of lines.
fn place<'a>(order: &'a mut Value, path: &str) -> &'a mut Value {
    let path = path.strip_prefix("lines.").map_or_else(|| path.to_owned(), |inner| format!("lines/0.{inner}"));
    let (before, name) = path.rsplit_once('.').unwrap_or(("", &path));
    let pointer = if before.is_empty() { String::new() } else { format!("/{}", before.replace('.', "/")) };
    &mut order.pointer_mut(&pointer).expect("an object")[name.to_owned()]
}

fn put(order: &mut Value, path: &str, value: Value) {
    *place(order, path) = value;
}

/// The field's name as errors say it.
fn said(path: &str) -> String {
    path.strip_prefix("lines.").map_or_else(|| path.to_owned(), |inner| format!("lines[1].{inner}"))
}

fn why(order: &Value) -> String {
    read_value(order).expect_err("must be refused").to_string()
}

/// Something that no field of this shape can hold.
fn wrong(shape: FieldShape) -> Value {
    if matches!(shape, FieldShape::Object | FieldShape::Objects) { json!("x") } else { json!({ "x": [] }) }
}

/// A wish, as far as the shape can say one.
fn wish(shape: FieldShape) -> Value {
    match shape {
        FieldShape::Flag => json!(true),
        FieldShape::Whole => json!(2),
        FieldShape::Texts => json!(["A"]),
        FieldShape::Object => json!({ "amount": "5.00", "currency": "USD" }),
        _ => json!("something"),
    }
}

#[test]
fn every_field_of_the_schema_is_in_the_table_once() {
    let paths: BTreeSet<&str> = FIELDS.iter().map(|field| field.path).collect();
    assert_eq!(paths.len(), FIELDS.len());
    let whole = |order: &Value| {
        let mut found = BTreeSet::new();
        collect(order, "", &mut found);
        found
    };
    let mut found = whole(&full("station"));
    found.extend(whole(&full("supplied")));
    found.remove("gift_note");
    let listed: BTreeSet<String> = paths.into_iter().map(str::to_owned).collect();
    // Two names of one size, of which an order has one.
    let missing: Vec<_> = listed.symmetric_difference(&found).filter(|path| *path != "dims_mm").collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The paths of every field in a value, without places in lists.
fn collect(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.insert(path.clone());
                collect(inner, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, path, found)),
        _ => {}
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "\"wish\" of \"service\" is read, and no owner of it is named")]
fn nothing_is_read_that_the_table_does_not_have() {
    let (order, reading) = (json!({ "service": { "wish": "x" } }), super::fields::OrderReading::default());
    let root = super::fields::Fields::root(&order, &reading).unwrap();
    assert_eq!(root.object("service").text("wish"), "", "nor where nobody looks");
}

#[test]
fn a_full_order_is_read_from_json_and_every_field_of_it_is_owned() {
    // Reading stops a test at a field that the table does not have.
    for source in ["station", "supplied", "platform"] {
        let order = read_value(&full(source)).unwrap_or_else(|reasons| panic!("{source}: {reasons}"));
        for state in ["hold", "cancel_requested", "cancelled", "done"] {
            let mut waiting = full(source);
            put(&mut waiting, "state", json!(state));
            assert!(read_value(&waiting).is_ok(), "{source} {state}");
        }
        assert_eq!(parse(&order.body).as_ref(), Ok(&order.order), "{source}");
    }
}

#[test]
fn what_is_honoured_or_printed_is_read_and_what_is_wrong_with_it_is_said() {
    for field in &FIELDS {
        let (Owner::Honoured(by) | Owner::Printed(by) | Owner::WithLabel(by, _)) = field.owner else { continue };
        assert!(!by.is_empty(), "{}", field.path);
        let mut order = order_for(field.path);
        put(&mut order, field.path, wrong(field.shape));
        // Of a label that is made elsewhere nothing is said of the address; of this one all is.
        let reasons = why(&order);
        assert!(reasons.contains(&said(field.path)), "{}: {reasons}", field.path);
    }
}

#[test]
fn an_order_that_asks_for_something_nothing_does_is_refused_with_its_reason() {
    let mut refused = 0;
    for field in &FIELDS {
        let (Owner::Refused(refusal) | Owner::WithLabel(_, refusal)) = field.owner else { continue };
        let mut order = full("station");
        put(&mut order, field.path, wish(field.shape));
        let reason = format!("{} asks for {}, which {}; {}", field.path, refusal.what, refusal.but, refusal.instead);
        assert_eq!(why(&order), reason);
        // Only what may go out is refused: a cancellation never bounces.
        put(&mut order, "state", json!("cancelled"));
        assert!(read_value(&order).is_ok(), "{}", field.path);
        // With a label that is made elsewhere its number, its file and its carrier are honoured.
        let mut supplied = full("supplied");
        put(&mut supplied, field.path, wish(field.shape));
        assert_eq!(read_value(&supplied).is_ok(), matches!(field.owner, Owner::WithLabel(..)), "{}", field.path);
        refused += 1;
    }
    assert_eq!(refused, 10);
}

#[test]
fn what_asks_for_nothing_is_no_wish() {
    for (path, nothing) in [
        ("service.sms", vec![json!(false), json!(null), json!(""), json!(0), json!("no"), json!([]), json!({})]),
        ("service.retries", vec![json!(0), json!(null), json!("0"), json!("")]),
        ("service.expedite", vec![json!(false), json!(null)]),
        ("service.cod", vec![json!(null), json!({}), json!({ "amount": "0" }), json!({ "amount": "0.00" })]),
        ("service.carrier", vec![json!(""), json!(null)]),
        ("label.pages", vec![json!([]), json!(null)]),
    ] {
        for value in nothing {
            let mut order = full("station");
            put(&mut order, path, value.clone());
            assert!(read_value(&order).is_ok(), "{path} {value}");
        }
    }
}

#[test]
fn what_is_kept_stands_in_the_body_and_what_is_dropped_does_not() {
    for field in &FIELDS {
        let mut order = order_for(field.path);
        let value = place(&mut order, field.path).clone();
        let incoming = read_value(&order).unwrap_or_else(|reasons| panic!("{}: {reasons}", field.path));
        let mut body: Value = serde_json::from_str(&incoming.body).unwrap();
        let kept = place(&mut body, field.path);
        match field.owner {
            Owner::Kept(why) => assert!(!why.is_empty() && *kept == value, "{}: {kept}", field.path),
            Owner::Dropped(why) => assert!(!why.is_empty() && kept.is_null(), "{}: {kept}", field.path),
            _ => {}
        }
    }
    assert!(!read_value(&full("station")).unwrap().body.contains("ann@example.com"));
    for personal in ["gift_note", "+1 555 0100", "\"paid\""] {
        assert!(!read_value(&full("station")).unwrap().body.contains(personal), "{personal}");
    }
}

#[test]
fn a_name_that_nobody_knows_is_refused_where_it_would_be_a_lost_wish() {
    for (path, known) in [
        ("service.expidite", "channel_hint, signature, pod, insure, cod, terms, expedite,"),
        ("service.insure.amuont", "amount, currency"),
        ("deadlines.ship_before", "ship_by, collect_by,"),
        ("label.trackin", "tracking, format,"),
        ("lines.dg.un_number", "class, un, pi, wh, cells, batteries"),
    ] {
        let mut order = full("station");
        put(&mut order, path, json!("x"));
        let reason = format!("{} is no field of parceld.order/1 and would be lost; there are {known}", said(path));
        assert!(why(&order).starts_with(&reason), "{}", why(&order));
        put(&mut order, "state", json!("hold"));
        assert!(read_value(&order).is_ok(), "{path}");
    }
    for path in ["note", "ship_to.delivery_note", "lines.colour"] {
        let mut order = full("station");
        put(&mut order, path, json!("x"));
        assert!(!read_value(&order).unwrap().body.contains("\"x\""), "{path} is read over");
    }
}

#[test]
fn what_is_said_of_dangerous_goods_and_cannot_be_read_is_an_error() {
    for (name, value, reason) in [
        ("un", json!(3481), "lines[1].dg.un is a number"),
        ("un", json!("3481"), "lines[1].dg.un must be UN and four digits, such as UN3481"),
        ("pi", json!("967"), "lines[1].dg.pi must be contained, packed_with or alone"),
        ("cells", json!("one"), "lines[1].dg.cells must be a whole number"),
        ("batteries", json!(1.5), "lines[1].dg.batteries must be a whole number, not 1.5;"),
        ("wh", json!("much"), "lines[1].dg.wh must be watt-hours, such as 11.1"),
        ("wh", json!(-1), "lines[1].dg.wh must be watt-hours, such as 11.1"),
    ] {
        let mut order = full("station");
        put(&mut order, &format!("lines.dg.{name}"), value);
        assert!(why(&order).starts_with(reason), "{}", why(&order));
        // One that was taken before this was said stays readable; its goods are taken for the worst.
        assert!(parse(&order.to_string()).is_ok());
    }
}

#[test]
fn a_company_is_printed_behind_the_name() {
    let name = |name: &str, company: &str| {
        let mut order = full("station");
        put(&mut order, "ship_to.name", json!(name));
        put(&mut order, "ship_to.company", json!(company));
        read_value(&order).map(|incoming| incoming.order.ship_to.name).map_err(|reasons| reasons.to_string())
    };
    assert_eq!(name("Ann", "Example Ltd").as_deref(), Ok("Ann, Example Ltd"));
    assert_eq!(name("Example Ltd", "EXAMPLE LTD ").as_deref(), Ok("Example Ltd"));
    assert_eq!(name("", "Example Ltd").as_deref(), Ok("Example Ltd"));
    assert_eq!(name("Ann", "").as_deref(), Ok("Ann"));
    let long = name(&"a".repeat(120), &"b".repeat(120));
    assert!(long.is_err_and(|why| why.starts_with("ship_to.name with ship_to.company is longer than 200 characters")));
}

#[test]
fn a_masked_address_is_refused_where_the_label_is_made_here() {
    for (path, masked) in [
        ("ship_to.masked", json!(true)),
        ("ship_to.name", json!("P*** E******")),
        ("ship_to.line1", json!("1* M*** St")),
        ("ship_to.city", json!("B＊＊＊")),
    ] {
        for (source, refused) in [("station", true), ("supplied", false), ("platform", false)] {
            let mut order = full(source);
            put(&mut order, path, masked.clone());
            let read = read_value(&order).map_err(|reasons| reasons.to_string());
            assert_eq!(read.is_err(), refused, "{path} {source}");
            if let Err(reasons) = read {
                assert!(
                    reasons.starts_with(&format!("the address is masked ({path}) and the label is made")),
                    "{reasons}"
                );
            }
        }
    }
    let mut order = full("station");
    put(&mut order, "ship_to.phone", json!("(+1)***-***-0100"));
    assert!(read_value(&order).is_ok(), "a phone is not printed");
}

#[test]
fn a_name_that_stands_twice_refuses_the_order_and_no_other() {
    let flat = full("station").to_string();
    let twice = flat.replacen("\"qty\":2", "\"qty\":1,\"qty\":2", 1).replace("A1", "A2");
    for (text, name) in [(format!("[{flat},{twice}]"), "o.json"), (format!("{flat}\n{twice}\n"), "o.jsonl")] {
        let batch = read(text.as_bytes(), name);
        assert_eq!((batch.accepted.len(), batch.refused.len()), (1, 1));
        assert_eq!(batch.refused[0].reason, "lines[1].qty stands twice; send it once");
    }
}

#[test]
fn a_lost_character_is_refused_wherever_it_stands() {
    for path in ["ship_to.line1", "lines.title", "gift_note", "lines.colour"] {
        let mut order = full("station");
        put(&mut order, path, json!("caf\u{fffd}"));
        let reason = format!("{} has lost a character (U+FFFD): the file was saved in another encoding", said(path));
        assert!(why(&order).starts_with(&reason), "{}", why(&order));
        put(&mut order, "state", json!("cancelled"));
        assert!(read_value(&order).is_ok(), "a cancellation never bounces");
    }
}

#[test]
fn numbers_that_cannot_be_kept_are_refused() {
    let rev = |rev: &str| {
        let text = full("station").to_string().replacen("\"rev\":7", &format!("\"rev\":{rev}"), 1);
        let batch = read(text.as_bytes(), "o.json");
        batch.refused.first().map_or_else(|| batch.accepted[0].order.rev.to_string(), |refused| refused.reason.clone())
    };
    assert_eq!(rev("9223372036854775807"), "9223372036854775807");
    assert_eq!(rev("3.0"), "3");
    assert!(
        rev("9223372036854775808").starts_with("rev: 9223372036854775808 is above 9223372036854775807, the largest")
    );
    assert!(rev("99999999999999999999").starts_with("rev must be a whole number, not 1"));
}

#[test]
fn every_reason_is_listed_and_of_many_the_first_fifty() {
    let mut order = full("station");
    put(&mut order, "ship_to.postcode", json!("2116"));
    put(&mut order, "lines.qty", json!("many"));
    put(&mut order, "service.expedite", json!(true));
    let reasons = why(&order);
    for reason in ["service.expedite asks for", "ship_to.postcode must be five digits", "lines[1].qty must be a whole"]
    {
        assert!(reasons.contains(reason), "{reasons}");
    }
    order["lines"] = Value::Array(vec![json!({ "sku": "A" }); 70]);
    let reasons = why(&order);
    assert!(reasons.ends_with("; and 22 more") && reasons.contains("lines[48].qty is missing"), "{reasons}");
}

#[test]
fn a_shop_that_the_file_does_not_name_comes_from_outside_it() {
    let mut order = full("station");
    for absent in [json!(null), json!(""), json!("  ")] {
        order["shop"] = absent;
        let incoming = read_value(&order).unwrap().of_shop("DE-02");
        assert_eq!(incoming.order.shop, "DE-02");
        assert!(incoming.body.contains(r#""shop":"DE-02""#));
        assert_eq!(parse(&incoming.body).unwrap(), incoming.order);
    }
    order["shop"] = json!("US-01");
    assert_eq!(read_value(&order).unwrap().of_shop("DE-02").order.shop, "US-01");
}

#[test]
fn an_order_says_its_warehouse() {
    assert_eq!(read_value(&full("station")).unwrap().order.warehouse, "US-LAX-1");
    let mut order = full("station");
    order["warehouse"] = json!(null);
    assert_eq!(read_value(&order).unwrap().order.warehouse, "");
}

#[test]
fn an_order_that_older_rules_took_stays_readable() {
    let mut order = full("station");
    for (path, value) in [
        ("service.expedite", json!(true)),
        ("service.carrier", json!("yodel")),
        ("service.odd", json!(1)),
        ("label.tracking", json!("T1")),
        ("ship_to.masked", json!("maybe")),
        ("ship_to.name", json!("P*** E***")),
        ("ship_to.line1", json!("caf\u{fffd}")),
        ("ship_to.company", json!(7)),
        ("lines.value", json!("12.9000")),
        ("warehouse", json!(3)),
        ("order_ref", json!("'57646")),
    ] {
        put(&mut order, path, value);
    }
    assert!(why(&order).matches("; ").count() > 9);
    assert_eq!(parse(&order.to_string()).unwrap().value().unwrap().to_string(), "25.80 USD");
}

#[test]
fn a_column_is_read_as_the_table_says_and_in_whatever_case() {
    for field in &FIELDS {
        assert!(owners::column(&field.path.to_uppercase()).is_some_and(|found| found.path == field.path));
    }
    // What a cell of each shape becomes, down to the order.
    let csv = "ORDER_REF,Rev,Ship_To.Name,ship_to.line1,ship_to.city,ship_to.postcode,ship_to.country,\
               ship_to.residential,Lines.Sku,lines.qty,lines.UNIT_G,lines.barcodes,lines.dg.wh,dims_mm,priority\n\
               A1,2.0,Ann,1 Main St,Boston,02116,US,no,S,3.00,310.0,1|2,11.1,300x200x100,600\n";
    let batch = read(csv.as_bytes(), "o.csv");
    assert_eq!(batch.refused, []);
    let order = &batch.accepted[0].order;
    assert_eq!((order.rev, order.lines[0].qty, order.ship_to.residential), (2, 3, false));
    assert_eq!((order.lines[0].unit_mass, order.lines[0].barcodes.len()), ("310g".parse().ok(), 2));
    assert_eq!(order.dims, "300x200x100mm".parse().ok());
    assert!(batch.accepted[0].body.contains(r#""priority":600"#));
}

#[test]
fn a_wish_under_a_name_that_nothing_goes_by_is_refused_with_the_name_that_is_meant() {
    for (path, value, meant) in [
        ("State", json!("cancelled"), "state"),
        ("status", json!("Canceled"), "state"),
        ("status", json!("on_hold"), "state"),
        ("signature", json!("adult21"), "service.signature"),
        ("expedite", json!(true), "service.expedite"),
        ("insure", json!("500"), "service.insure"),
        ("ship_to.Line2", json!("Flat 3"), "ship_to.line2"),
        ("lines.QTY", json!(5), "lines.qty"),
    ] {
        let mut order = full("station");
        put(&mut order, path, value);
        let said = read_value(&order).expect_err(path).to_string();
        assert!(said.contains(&format!("nothing goes by this name; write it as {meant}")), "{path}: {said}");
        assert!(parse(&order.to_string()).is_ok(), "{path}: what was taken before stays readable");
    }
    for (path, value) in [("status", json!("unfulfilled")), ("signature", json!("none")), ("expedite", json!(false))] {
        let mut order = full("station");
        put(&mut order, path, value);
        assert!(read_value(&order).is_ok(), "{path}");
    }
}
