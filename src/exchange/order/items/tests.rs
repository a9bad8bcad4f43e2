use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::exchange::order::{changes, content_hash, parse};

/// Items by their SKU, as they are after these rows.
fn after(known: &BTreeMap<String, String>, csv: &str) -> (BTreeMap<String, String>, Vec<(usize, String)>) {
    let batch = read(csv.as_bytes(), Formats::default());
    let mut known = known.clone();
    let mut refused: Vec<(usize, String)> =
        batch.refused.iter().map(|refused| (refused.row, refused.reason.clone())).collect();
    for item in batch.accepted {
        match merged(known.get(&item.sku).map(String::as_str), &item.patch) {
            Ok(body) => drop(known.insert(item.sku, body)),
            Err(why) => refused.push((item.row, why)),
        }
    }
    (known, refused)
}

fn items(csv: &str) -> BTreeMap<String, String> {
    let (items, refused) = after(&BTreeMap::new(), csv);
    assert_eq!(refused, []);
    items
}

fn whole(items: &BTreeMap<String, String>, sku: &str) -> Result<Value, BadKit> {
    let find = |sku: &str| Ok::<_, Infallible>(items.get(sku).cloned());
    let Ok(found) = resolved(sku, &find);
    found.map(|item| item.map(|item| serde_json::from_str(&item).expect("an item")).unwrap_or_default())
}

fn filled(order: &Value, items: &BTreeMap<String, String>) -> Filled {
    let skus = order["lines"].as_array().into_iter().flatten().filter_map(|line| line["sku"].as_str());
    let known = skus.filter_map(|sku| Some((sku.to_owned(), whole(items, sku).ok().filter(|item| !item.is_null())?)));
    let known: BTreeMap<String, String> = known.map(|(sku, item)| (sku, item.to_string())).collect();
    fill(&canonical::text(order), &known, &BTreeMap::new())
}

fn order(lines: Value) -> Value {
    json!({ "order_ref": "1", "lines": lines, "ship_to": { "name": "A", "line1": "1 A St", "city": "Boston",
        "region": "MA", "postcode": "02116", "country": "US" } })
}

#[test]
fn the_sample_is_taken_whole_and_a_second_time_changes_nothing() {
    let sample = include_str!("../../../../config/items/sample.csv");
    let items = items(sample);
    assert_eq!(items.keys().collect::<Vec<_>>(), ["BANK", "CAMP-SET", "MUG", "SHOE-FAKE"]);
    assert_eq!(
        items["BANK"],
        r#"{"barcodes":["4006381333948","B0EXAMPLE1"],"dg":{"batteries":1,"cells":1,"class":"li_ion","pi":"alone","un":"UN3480","wh":"37"},"dims_mm":[140,70,16],"hs":"8507.60","origin":"CN","sku":"BANK","title":"Power bank 10000 mAh","unit_g":210}"#
    );
    assert_eq!(after(&items, sample), (items.clone(), Vec::new()));
    let set = whole(&items, "CAMP-SET").expect("a kit");
    assert_eq!(
        (&set["unit_g"], &set["dg"]["class"], &set["dg"]["batteries"]),
        (&json!(910), &json!("li_ion"), &json!(1))
    );
}

#[test]
fn what_a_file_says_replaces_and_what_it_leaves_out_stays() {
    let known = items("sku,unit_g,hs,barcodes\nMUG,350,7323.94,1|2\n");
    let change = |csv: &str| after(&known, csv).0["MUG"].clone();
    assert_eq!(
        change("sku,unit_g\nMUG,12oz\n"),
        r#"{"barcodes":["1","2"],"hs":"7323.94","sku":"MUG","unit_g":"340.1942775g"}"#
    );
    assert_eq!(change("sku,unit_g,hs\nMUG,,\n"), known["MUG"]);
    assert_eq!(change("sku,unit_g,barcodes\nMUG,-,3\n"), r#"{"barcodes":["3"],"hs":"7323.94","sku":"MUG"}"#);
    assert_eq!(change("sku,components.sku,components.qty\nMUG,-,\n"), known["MUG"]);
    assert_eq!(change("sku,length,width,height\nMUG,10cm,9cm,95mm\n"), change("sku,dims_mm\nMUG,90x95x100\n"));
    let differ = differences(&known["MUG"], &change("sku,unit_g,hs,origin\nMUG,360,-,cn\n"));
    assert_eq!(differ, ["hs 7323.94 -> nothing", "origin nothing -> CN", "unit_g 350 -> 360"]);
}

#[test]
fn another_class_of_dangerous_goods_takes_away_what_was_said_of_the_one_before() {
    let known = items("sku,dg.class,dg.un,dg.pi\nA,li_ion,UN3481,contained\n");
    let now = after(&known, "sku,dg.class\nA,liquid\n").0;
    assert_eq!(now["A"], r#"{"dg":{"class":"liquid"},"sku":"A"}"#);
    let now = after(&known, "sku,dg.class,dg.cells\nA,li_ion,2\n").0;
    assert_eq!(now["A"], r#"{"dg":{"cells":2,"class":"li_ion","pi":"contained","un":"UN3481"},"sku":"A"}"#);
}

#[test]
fn every_bad_row_is_refused_with_its_reason_and_the_others_are_taken() {
    let (items, refused) = after(
        &BTreeMap::new(),
        "sku,unit_g,dims_mm,dg.class,dg.un,hs,origin,picture,blocked,blocked_why,barcodes,components.sku,components.qty\n\
         A,350,,,,,,,,,,,\n\
         B,heavy,10x10,wet,3481,x,Chin,../x.jpg,fake,,6.9E+12,,\n\
         C,,,,,,,,,because,,,\n\
         D,,,,,,,,,,,A,0\n\
         E,,,,,,,,,,,A,1\n\
         E,,,,,,,,,,,A,2\n\
         F,1,,,,,,,,,,,\n\
         F,2,,,,,,,,,,,\n\
         G,,,,UN3480,,,,,,,,\n\
         H,,,none,UN3480,,,,,,,,\n\
         I,350,,,,,,,,,,,\n\
         ,400,,,,,,,,,,,\n\
         %PD:VOID,,,,,,,,,,,,\n",
    );
    assert_eq!(items.keys().collect::<Vec<_>>(), ["A"]);
    for (row, why) in [
        (3, "unit_g: "),
        (3, "dims_mm"),
        (3, "dg.class must be none, li_ion"),
        (3, "dg.un must be UN and four digits"),
        (3, "hs must be the digits"),
        (3, "origin must be two capital letters"),
        (3, "picture must be the name of a file"),
        (3, "blocked must be counterfeit or prohibited"),
        (3, "barcodes was rounded by a spreadsheet"),
        (4, "blocked_why says why it is blocked"),
        (5, "components[1].qty: 0 is not from 1 to 1000"),
        (6, "components[2].sku: stands twice in the kit"),
        (10, "dg.un is of some dangerous goods, and dg.class does not say which"),
        (11, "dg.class says none, and dg.un that there is something"),
        (12, "row 13: unit_g: stands in a row without a SKU, where only a component may"),
        (8, "row 9: row 8 is the same item and says otherwise of unit_g; make them equal"),
    ] {
        let said = refused.iter().find(|(at, reason)| *at == row && reason.contains(why));
        assert!(said.is_some(), "{row}: {why}: {refused:#?}");
    }
}

#[test]
fn a_kit_is_what_its_components_are_and_never_a_part_of_itself() {
    let kits = items(
        "sku,unit_g,dg.class,blocked,components.sku,components.qty\nMUG,350,,,,\nSOAP,90,liquid,,,\nBANK,200,li_ion,,,\n\
         FAKE,10,,counterfeit,,\nPAIR,,,,MUG,2\nGIFT,,,,PAIR,1\n,,,,SOAP,3\nMIX,,,,SOAP,1\n,,,,BANK,1\n,,,,NEW,1\n\
         OWN,1000,none,,GIFT,1\nBAD,,,,FAKE,1\nA,,,,B,1\nB,,,,C,1\nC,,,,A,1\nK1,,,,K2,1\nK2,,,,K3,1\nK3,,,,K4,1\n\
         K4,,,,K5,1\nK5,,,,MUG,1\nHUGE,,,,GIFT,1000\nHUGER,,,,HUGE,1000\n",
    );
    let gift = whole(&kits, "GIFT").expect("a kit");
    assert_eq!((&gift["unit_g"], &gift["dg"]), (&json!(970), &json!({ "class": "liquid" })));
    let mix = whole(&kits, "MIX").expect("a kit");
    assert_eq!((&mix["unit_g"], &mix["dg"]), (&Value::Null, &json!({ "class": "unknown" })), "one is not known");
    let own = whole(&kits, "OWN").expect("a kit");
    assert_eq!((&own["unit_g"], &own["dg"]["class"]), (&json!(1000), &json!("liquid")), "what is in it counts");
    assert_eq!(whole(&kits, "BAD").expect("a kit")["blocked_part"], "FAKE");
    assert_eq!(whole(&kits, "A"), Err(BadKit::Cycle("A".into())));
    assert_eq!(whole(&kits, "K1"), Err(BadKit::Deep));
    assert!(whole(&kits, "K2").is_ok());
    assert_eq!(whole(&kits, "HUGER"), Err(BadKit::Large));
}

#[test]
fn a_line_takes_what_it_does_not_say_and_what_it_said_can_be_told_from_it() {
    let items = items("sku,unit_g,dims_mm,hs,origin,dg.class,dg.un\nBANK,210,140x70x16,8507.60,CN,li_ion,UN3480\n");
    let said = order(json!([{ "sku": "BANK", "qty": 1, "hs": "8507" }, { "sku": "MUG", "qty": 1 }]));
    let filled = filled(&said, &items);
    let body = filled.body.expect("something was taken");
    let read = parse(&body).expect("an order");
    assert_eq!(read.lines[0].unit_mass, Some(crate::units::Mass::from_grams(210)));
    assert_eq!((read.lines[0].dg.name(), read.lines[0].un.as_deref()), ("li_ion", Some("UN3480")));
    assert!(body.contains(r#""hs":"8507""#) && body.contains(r#""origin":"CN""#), "{body}");
    let plain = canonical::text(&said);
    assert_eq!(content_hash(&body), content_hash(&plain), "an order says what it said");
    assert_eq!(changes(&plain, &body), ["lines"]);
    assert!(!filled_alike(&plain, &body) && filled_alike(&body, &body));
    // What comes from outside names no item master.
    let again: Value = serde_json::from_str(&body).expect("JSON");
    let outside = crate::exchange::order::read_value(&again).expect("an order");
    assert!(!outside.body.contains("from_items"), "{}", outside.body);
}

#[test]
fn dangerous_goods_are_on_the_safer_side_and_a_blocked_item_refuses() {
    let items = items(
        "sku,dg.class,blocked,blocked_why,components.sku,components.qty\nBANK,li_ion,,,,\nMUG,none,,,,\n\
         FAKE,,counterfeit,no contract,,\nSET,,,,FAKE,1\nODD,unknown,,,,\n",
    );
    let line =
        |sku: &str, class: &str| filled(&order(json!([{ "sku": sku, "qty": 1, "dg": { "class": class } }])), &items);
    let denied = line("BANK", "none");
    assert_eq!(
        denied.said,
        ["BANK: the order says that it is no dangerous goods, the item master li_ion; it is taken as li_ion"]
    );
    let body = denied.body.expect("taken");
    assert_eq!(parse(&body).expect("an order").lines[0].dg.name(), "li_ion");
    let plain = canonical::text(&order(json!([{ "sku": "BANK", "qty": 1, "dg": { "class": "none" } }])));
    assert_eq!(content_hash(&body), content_hash(&plain));
    assert!(
        line("BANK", "liquid").refused[0].contains("BANK is liquid as the order says and li_ion as the item master")
    );
    assert!(line("BANK", "li_ion").body.is_none());
    assert!(line("MUG", "liquid").body.is_none(), "the order knows more");
    assert!(line("ODD", "liquid").body.is_none(), "the order knows more");
    let unknown = line("BANK", "unknown").body.expect("the master knows which");
    assert_eq!(parse(&unknown).expect("an order").lines[0].dg.name(), "li_ion");
    let null =
        filled(&order(json!([{ "sku": "BANK", "qty": 1, "dg": null }])), &items).body.expect("null says nothing");
    assert_eq!(parse(&null).expect("an order").lines[0].dg.name(), "li_ion");
    let coded = BTreeMap::from([("400638".to_owned(), "BANK".to_owned())]);
    let known = BTreeMap::from([("BANK".to_owned(), items["BANK"].clone())]);
    let by_code = canonical::text(&order(json!([{ "barcodes": ["1", "400638"], "qty": 1 }])));
    let by_code = fill(&by_code, &known, &coded).body.expect("a barcode tells the item");
    assert_eq!(parse(&by_code).expect("an order").lines[0].dg.name(), "li_ion");
    assert!(line("FAKE", "none").refused[0].starts_with("FAKE is blocked as counterfeit; take it out"));
    assert!(line("SET", "none").refused[0].starts_with("SET holds FAKE, which is blocked as counterfeit"));
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        1 => Just("-".to_owned()),
        2 => "[0-9]{1,6}",
        1 => "[0-9]{1,3}(\\.[0-9]{1,4})?(g|kg|oz|cm|mm|in)",
        1 => "[0-9]{1,3}x[0-9]{1,3}x[0-9]{1,3}(cm|in)?",
        2 => prop::sample::select(vec!["li_ion", "none", "UN3481", "alone", "CN", "counterfeit", "A", "B", "K", "x|y"])
            .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn any_row_is_taken_whole_or_refused(rows in prop::collection::vec(prop::collection::vec(cell(), 18), 1..6)) {
        const COLUMNS: [&str; 18] = [
            "sku", "title", "barcodes", "unit_g", "dims_mm", "dg.class", "dg.un", "dg.pi", "dg.wh", "dg.cells", "dg.batteries",
            "hs", "origin", "picture", "blocked", "blocked_why", "components.sku", "components.qty",
        ];
        let mut csv = ::csv::Writer::from_writer(Vec::new());
        csv.write_record(COLUMNS).expect("memory");
        rows.iter().for_each(|row| csv.write_record(row).expect("memory"));
        let bytes = csv.into_inner().expect("memory");
        let batch = read(&bytes, Formats::default());
        let said = rows.iter().any(|row| row.iter().any(|cell| !cell.trim().is_empty()));
        prop_assert!(!said || !batch.accepted.is_empty() || !batch.refused.is_empty());
        for item in batch.accepted {
            let Ok(body) = merged(None, &item.patch) else { continue };
            let kept: Value = serde_json::from_str(&body).expect("JSON");
            prop_assert_eq!(canonical::text(&kept), body.clone());
            prop_assert_eq!(kept["sku"].as_str(), Some(item.sku.as_str()));
            prop_assert!(!body.contains("null"), "what is taken away is not kept: {}", body);
            prop_assert_eq!(merged(Some(&body), &item.patch), Ok(body.clone()), "twice is once");
            let Ok(_) = resolved(&item.sku, &|_: &str| Ok::<_, Infallible>(Some(body.clone())));
            let order = order(json!([{ "sku": item.sku, "qty": 1 }]));
            let plain = canonical::text(&order);
            let filled = fill(&plain, &BTreeMap::from([(item.sku.clone(), body)]), &BTreeMap::new());
            if let Some(filled) = filled.body {
                prop_assert!(parse(&filled).is_ok(), "{}", filled);
                prop_assert_eq!(content_hash(&filled), content_hash(&plain));
            }
        }
    }
}
