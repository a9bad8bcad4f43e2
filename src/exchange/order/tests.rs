use super::*;
use crate::calendar::DeadlineKind;
use crate::exchange::supplied;
use crate::rating::{Dg, Signature};
use crate::station::order::OrderState;
use crate::units::{Mass, Timestamp};

/// The example of the schema.
const EXAMPLE: &str = r#"{"schema":"parceld.order/1","rev":7,"order_ref":"576461413038785752","channel":"tiktok_shop",
 "shop":"US-01","state":"ready","parcels_planned":1,
 "deadlines":{"ship_by":"2026-01-15T23:59:59-08:00","collect_by":"2026-01-16T23:59:59-08:00"},
 "ship_to":{"name":"Ann Example","line1":"1 Main St","line2":"","city":"Boston","region":"MA","postcode":"02116",
  "country":"US","phone":"","residential":true},
 "service":{"signature":"adult21","insure":{"amount":"50","currency":"USD"},"terms":"DDP","expedite":false,
  "label_source":"station"},
 "package_ref":"1152000000000000001",
 "lines":[{"line_ref":"L1","sku":"A-1","barcodes":["2000000000015"],"title":"Lamp","qty":2,"unit_g":310,
  "value":"12.90","currency":"USD","dg":{"class":"li_ion"}}],
 "box":"B2","label":{"tracking":"","format":"pdf","path":"","page":1},"gift_note":"line one\nline two"}"#;

const MINIMAL: &str = r#"{"order_ref":"A1","ship_to":{"name":"Ann","line1":"1 Main St","city":"Boston",
 "postcode":"02116","country":"US"},"lines":[{"sku":"S","qty":1}]}"#;

/// An order from outside.
fn new(text: &str) -> Result<Order, Reasons> {
    json::one(text, 1, ANY_STATION).map(|incoming| incoming.order)
}

/// The minimal order with one part replaced.
fn with(from: &str, to: &str) -> Result<Order, Reasons> {
    assert!(MINIMAL.contains(from), "{from}");
    new(&MINIMAL.replace(from, to))
}

fn why(result: Result<Order, Reasons>) -> String {
    result.expect_err("must be refused").to_string()
}

#[test]
fn the_example_of_the_schema_is_read() {
    let order = new(EXAMPLE).unwrap();
    assert_eq!((order.order_ref.as_str(), order.rev, order.state), ("576461413038785752", 7, OrderState::Ready));
    let collect_by = order.deadlines.get(DeadlineKind::CollectBy).map(|deadline| deadline.at);
    assert_eq!(collect_by, Some(Timestamp(1_768_636_799_000)));
    assert_eq!((order.signature, order.ship_to.postcode.as_str()), (Signature::Adult21, "02116"));
    assert_eq!(order.insure.unwrap().to_string(), "50.00 USD");
    assert_eq!(order.expected_mass(), Some(Mass::from_grams(620)));
    assert_eq!(order.value().unwrap().to_string(), "25.80 USD");
    assert_eq!((order.lines[0].dg, order.box_id.as_deref()), (Dg::LiIon, Some("B2")));
    assert_eq!(order.references, ["1152000000000000001", "L1"]);
}

#[test]
fn what_is_kept_has_one_spelling_and_no_field_that_nobody_knows() {
    let body = |text: &str| read(text.as_bytes(), "o.json").accepted.remove(0).body;
    let kept = body(EXAMPLE);
    assert!(!kept.contains("gift_note") && kept.starts_with(r#"{"box":"B2","channel""#));
    assert_eq!(kept, body(&kept));
}

#[test]
fn what_is_left_out_has_its_stated_meaning() {
    let order = new(MINIMAL).unwrap();
    assert_eq!((order.rev, order.state, order.parcels_planned), (0, OrderState::Ready, 1));
    assert!(order.ship_to.residential && order.insure.is_none() && order.dims.is_none() && order.box_id.is_none());
    assert_eq!((order.lines[0].dg, order.lines[0].unit_mass, order.lines[0].value), (Dg::None, None, None));
}

#[test]
fn masses_and_sizes_are_read_with_their_unit_or_in_the_fields_own() {
    let mass = |text: &str| with(r#""qty":1"#, &format!(r#""qty":1,"unit_g":{text}"#)).unwrap().lines[0].unit_mass;
    assert_eq!(mass("310"), Some(Mass::from_grams(310)));
    assert_eq!(mass(r#""310g""#), Some(Mass::from_grams(310)));
    assert_eq!(mass(r#""16oz""#), "1lb".parse().ok());
    assert_eq!(mass("0"), None);
    let dims = |field: &str| with(r#""lines""#, &format!(r#"{field},"lines""#)).unwrap().dims;
    assert_eq!(dims(r#""dims_mm":[100,300,200]"#), "300x200x100mm".parse().ok());
    assert_eq!(dims(r#""dims":"12x9x8in""#), "12x9x8in".parse().ok());
    assert_eq!(dims(r#""dims_mm":[0,0,0]"#), None);
}

#[test]
fn an_order_that_is_not_ready_may_come_bare() {
    let order = new(r#"{"order_ref":"A1","rev":2,"state":"cancelled","label":{"tracking":"T1"}}"#).unwrap();
    assert_eq!((order.state, order.references), (OrderState::Cancelled, vec!["T1".to_owned()]));
}

#[test]
fn each_fault_is_refused_with_the_field_and_what_to_do() {
    let cases = [
        (r#""A1""#, "576461413038785752", "order_ref is a number; write it as text"),
        (r#""A1""#, r#""5.76461E+17""#, "order_ref was rounded by a spreadsheet"),
        (r#""A1""#, r#""%PD:OK:X""#, "order_ref must be something that no command barcode begins with"),
        (r#""A1""#, r#""A 1""#, "order_ref must be letters, digits and signs without blanks"),
        (r#""A1""#, r#""""#, "order_ref is missing"),
        (r#""02116""#, r#""2116""#, "ship_to.postcode must be five digits"),
        (r#""02116""#, r#""""#, "ship_to.postcode is missing"),
        (r#""US""#, r#""us""#, "ship_to.country must be two capital letters of a country"),
        (r#""Ann""#, r#""An\u001bn""#, "ship_to.name holds the control character 0x1b"),
        (r#""Ann""#, "null", "ship_to.name is missing"),
        (r#""qty":1"#, r#""qty":0"#, "lines[1].qty: 0 is not from 1 to 10000"),
        (r#""qty":1"#, r#""qty":1.5"#, "lines[1].qty must be a whole number"),
        (r#""qty":1"#, r#""qty":"1""#, "lines[1].qty must be a whole number"),
        (r#""qty":1"#, r#""count":1"#, "lines[1].qty is missing"),
        (r#""qty":1"#, r#""qty":1,"unit_g":-5"#, "lines[1].unit_g must be whole grams"),
        (r#""qty":1"#, r#""qty":1,"unit_g":310.5"#, "lines[1].unit_g must be whole grams"),
        (r#""qty":1"#, r#""qty":1,"unit_g":"310""#, "lines[1].unit_g: \"310\" has no known unit"),
        (r#""qty":1"#, r#""qty":1,"value":12.9"#, "lines[1].value must be text in quotation marks"),
        (r#""qty":1"#, r#""qty":1,"value":"12.905""#, "lines[1].value: \"12.905\": three digits after a dot can"),
        (r#""qty":1"#, r#""qty":1,"value":"9","currency":"usd""#, "lines[1].currency: \"usd\" is not a currency"),
        (r#""qty":1"#, r#""qty":1,"dg":{"class":"lithium"}"#, "lines[1].dg.class must be none, li_ion"),
        (r#""lines""#, r#""state":"open","lines""#, "state must be ready, hold"),
        (r#""lines""#, r#""schema":"parceld.order/2","lines""#, "schema must be parceld.order/1"),
        (r#""lines""#, r#""placed_at":"2026-01-14 22:01","lines""#, "placed_at must be a time with its zone"),
        (r#""lines""#, r#""service":{"label_source":"supplied"},"lines""#, "label.tracking is missing"),
        (
            r#""lines""#,
            r#""service":{"label_source":"mine"},"lines""#,
            "service.label_source must be station, supplied",
        ),
        (r#""lines""#, r#""service":{"cod":{"amount":"5"}},"lines""#, "service.cod asks for cash on delivery"),
        (r#""lines""#, r#""dims":"1x1x1in","dims_mm":[9,9,9],"lines""#, "dims: dims_mm says otherwise"),
        (r#""lines""#, r#""other_id":123456789012345678901234,"lines""#, "other_id is a number; write it as text"),
        (r#""lines""#, r#""note":"a\u0000b","lines""#, "note holds the control character 0x00"),
        (r#"[{"sku":"S","qty":1}]"#, "[]", "lines is missing"),
        (r#"[{"sku":"S","qty":1}]"#, "{}", "lines must be a list"),
        (r#"{"sku":"S","qty":1}"#, r#"{"qty":1}"#, "lines[1].sku is missing"),
    ];
    for (from, to, reason) in cases {
        let said = why(with(from, to));
        assert!(said.starts_with(reason), "{to}: {said}");
    }
}

/// The minimal order with a label that was made elsewhere, and more in `service` and in `label`.
fn with_label(service: &str, label: &str) -> Result<Incoming, Reasons> {
    let fields = format!(
        r#""service":{{"label_source":"supplied"{service}}},"label":{{"tracking":"JJD0002257639032011"{label}}},"lines""#
    );
    json::one(&MINIMAL.replace(r#""lines""#, &fields), 1, ANY_STATION)
}

#[test]
fn an_order_brings_its_label_and_says_where_it_is() {
    let sha256 = "AB".repeat(32);
    let label = format!(r#","format":"pdf","path":"waybills/wave7.pdf","page":3,"sha256":"{sha256}""#);
    let incoming = with_label(r#","carrier":"yodel.home48","channel_hint":"standard""#, &label).unwrap();
    let given = incoming.order.label.unwrap();
    assert_eq!((given.tracking, given.service), ("JJD0002257639032011".into(), Some("yodel.home48".into())));
    assert_eq!(given.hint, "standard");
    assert_eq!(incoming.order.references, ["JJD0002257639032011"]);
    let path = "waybills/wave7.pdf".to_owned();
    let (format, sha256) = (Some(supplied::LabelFormat::Pdf), Some("ab".repeat(32)));
    assert_eq!(incoming.label, Some(LabelFile { path, format, page: Some(3), sha256, dpi: None }));
    // Without a format the path's ending is one.
    let format = |label: &str| with_label("", label).unwrap().label.unwrap().format;
    assert_eq!(format(r#","path":"a/b.ZPL""#), Some(supplied::LabelFormat::Zpl));
    assert_eq!((format(r#","path":"a.b/label""#), format("")), (None, None));
    // A platform's label is the same; the station's own has none, and nothing of one may stand in `label`.
    let platform =
        MINIMAL.replace(r#""lines""#, r#""service":{"label_source":"platform"},"label":{"tracking":"T1"},"lines""#);
    assert!(new(&platform).unwrap().label.is_some());
    let station = why(new(&platform.replace("platform", "station")));
    assert!(
        station.starts_with("label.tracking asks for a label made elsewhere, which service.label_source does not say")
    );
}

#[test]
fn each_fault_of_a_label_is_refused_with_its_field() {
    for (label, reason) in [
        (r#","format":"gif""#, "label.format must be pdf, png or zpl"),
        (r#","page":0"#, "label.page: 0 is not from 1 to"),
        (r#","page":"3""#, "label.page must be a whole number"),
        (r#","sha256":"abc""#, "label.sha256 must be 64 hexadecimal digits"),
        (r#","path":7"#, "label.path is a number"),
        (r#","dpi":"fine""#, "label.dpi must be a whole number"),
    ] {
        let said = with_label("", label).expect_err("must be refused").to_string();
        assert!(said.starts_with(reason), "{label}: {said}");
    }
    let several = MINIMAL.replace(
        r#""lines""#,
        r#""parcels_planned":2,"service":{"label_source":"supplied"},"label":{"tracking":"T1"},"lines""#,
    );
    assert!(why(new(&several)).starts_with("parcels_planned: a supplied label is one parcel's"));
}

#[test]
fn an_address_that_the_platform_masks_is_no_fault_where_the_label_has_it() {
    let masked = r#"{"order_ref":"A1","ship_to":{"name":"M***a","postcode":"9****","country":"US"},
        "service":{"label_source":"platform"},"label":{"tracking":"T1"},"lines":[{"sku":"S","qty":1}]}"#;
    assert_eq!(new(masked).unwrap().ship_to.postcode, "9****");
    let station = why(new(&masked.replace("platform", "station")));
    for reason in ["label.tracking asks for", "ship_to.line1 is missing", "the address is masked (ship_to.name)"] {
        assert!(station.contains(reason), "{station}");
    }
    assert!(why(new(&masked.replace(r#","country":"US""#, ""))).starts_with("ship_to.country is missing"));
}

#[test]
fn what_stays_of_an_order_whose_parcels_have_gone_says_nothing_of_its_buyer() {
    let stub = erased(&new(EXAMPLE).unwrap(), OrderState::Done);
    for personal in ["Ann", "Main", "Boston", "02116", "gift", "Lamp"] {
        assert!(!stub.contains(personal), "{stub}");
    }
    let order = parse(&stub).unwrap();
    assert_eq!((order.order_ref.as_str(), order.rev, order.state), ("576461413038785752", 7, OrderState::Done));
    assert_eq!(erased(&order, OrderState::Done), stub);
    // One that nobody can read is known by its name.
    let unread = parse(&erased_unread(&order.id(), 7, OrderState::Cancelled)).unwrap();
    assert_eq!((unread.id(), unread.rev, unread.state), (order.id(), 7, OrderState::Cancelled));
}

#[test]
fn a_refusal_never_quotes_a_name_or_an_address() {
    for (from, to) in [
        ("Ann", "Secretname\\u0007"),
        ("Ann", "Secret*"),
        ("1 Main St", "Secretstreet\\u0007"),
        ("1 Main St", "Secretstreet\\ufffd"),
        ("02116", "Secretcode"),
        // A row that slipped by a column.
        ("\"qty\":1", "\"qty\":\"Secretname\""),
    ] {
        assert!(!why(with(from, to)).contains("Secret"));
    }
}

#[test]
fn everything_is_bounded() {
    let long = |count: usize| "x".repeat(count);
    assert!(why(with("Ann", &long(201))).starts_with("ship_to.name is longer than 200 characters"));
    assert!(with("Ann", &"é".repeat(200)).is_ok());
    assert!(why(with("A1", &long(65))).starts_with("order_ref is longer than 64 characters"));
    let note = |count: usize| with(r#""lines""#, &format!(r#""note":"{}","lines""#, long(count)));
    assert!(note(4_000).is_ok());
    assert!(why(note(4_001)).starts_with("note is longer than 4000 characters"));
    let lines = |count: usize| {
        with(r#"[{"sku":"S","qty":1}]"#, &format!("[{}]", vec![r#"{"sku":"S","qty":1}"#; count].join(",")))
    };
    assert!(lines(200).is_ok());
    assert!(why(lines(201)).starts_with("lines is longer than 200 lines"));
    let many = |count: usize| {
        with(r#""lines""#, &format!(r#""notes":[{}],"lines""#, vec![format!("\"{}\"", long(4_000)); count].join(",")))
    };
    assert!(why(many(70)).starts_with("the order is longer than 262144 bytes"));
    assert!(why(new(&"[".repeat(100_000))).starts_with("not JSON"));
    assert!(why(new(r#"["order"]"#)).starts_with("the order must be a JSON object"));
}

#[test]
fn json_comes_as_one_object_as_an_array_and_one_per_line() {
    let flat = MINIMAL.replace('\n', "");
    let two = flat.replace("A1", "A2");
    let refs = |text: &str, name: &str| -> Vec<(String, usize)> {
        let batch = read(text.as_bytes(), name);
        assert_eq!(batch.refused, []);
        batch.accepted.into_iter().map(|incoming| (incoming.order.order_ref, incoming.row)).collect()
    };
    let both = |first: usize, second: usize| vec![("A1".to_owned(), first), ("A2".to_owned(), second)];
    assert_eq!(refs(MINIMAL, "o.json"), [("A1".to_owned(), 1)]);
    assert_eq!(refs(&format!("\u{feff}[{MINIMAL},\n{two}]"), "o.json"), both(1, 2));
    assert_eq!(refs(&format!("{flat}\r\n\r\n{two}\r\n"), "o.jsonl"), both(1, 3));
    assert_eq!(refs(&format!("{flat}\n{two}"), "no-ending"), both(1, 2));
    assert_eq!(refs("[]", "o.json"), []);
}

#[test]
fn a_row_that_cannot_be_read_is_refused_alone() {
    let flat = MINIMAL.replace('\n', "");
    let batch = read(format!("{flat}\n{{\"order_ref\":\"A2\"\n{}\n", flat.replace("A1", "A3")).as_bytes(), "o.jsonl");
    let refs: Vec<&str> = batch.accepted.iter().map(|incoming| incoming.order.order_ref.as_str()).collect();
    assert_eq!(refs, ["A1", "A3"]);
    assert_eq!((batch.refused.len(), batch.refused[0].row), (1, 2));
    assert_eq!(batch.refused[0].text, "{\"order_ref\":\"A2\"");
    assert!(batch.refused[0].reason.starts_with("not JSON (it ends too early at line 2, column"));
}

const HEADER: &str = "order_ref,rev,ship_to.name,ship_to.line1,ship_to.city,ship_to.postcode,ship_to.country,lines.sku,lines.qty,lines.unit_g,lines.barcodes,tz";

#[test]
fn csv_rows_of_one_order_are_one_order_wherever_they_stand() {
    let text = format!(
        "{HEADER}\nA1,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\nA2,1,Bob,2 Main St,Boston,02116,US,S9,2,1lb,111|222,\n\
         A1,1,,,,,,S2,3,,,=keep me\n"
    );
    let batch = read(text.as_bytes(), "o.csv");
    assert_eq!(batch.refused, []);
    let [one, two] = &batch.accepted[..] else { panic!("{batch:?}") };
    let skus: Vec<(&str, u32)> = one.order.lines.iter().map(|line| (line.sku.as_str(), line.qty)).collect();
    assert_eq!(skus, [("S1", 1), ("S2", 3)]);
    assert_eq!((one.row, two.row), (2, 3));
    assert!(one.body.contains(r#""tz":"=keep me""#));
    assert_eq!(two.order.lines[0].unit_mass, "1lb".parse().ok());
    assert_eq!(two.order.lines[0].barcodes, ["111", "222"]);
}

#[test]
fn an_order_reads_the_same_from_csv_and_from_json() {
    let csv = format!("{HEADER}\nA1,3,Ann,1 Main St,Boston,02116,US,S,1,310,,\n");
    let json = with(r#""qty":1"#, r#""qty":1,"unit_g":310"#).unwrap();
    assert_eq!(read(csv.as_bytes(), "o.csv").accepted[0].order, Order { rev: 3, ..json });
}

#[test]
fn a_byte_order_mark_semicolons_tabs_and_line_breaks_inside_cells_are_read() {
    for (delimiter, name) in [(";", "o.csv"), ("\t", "o.txt")] {
        let row = "A1,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\"two\r\nlines\"";
        let text = format!("\u{feff}{HEADER}\r\n\r\n{row}\r\n{}\r\n", row.replace("A1", "A2")).replace(',', delimiter);
        let batch = read(text.as_bytes(), name);
        assert_eq!(batch.refused, []);
        assert_eq!(batch.accepted.iter().map(|incoming| incoming.row).collect::<Vec<_>>(), [3, 5]);
        assert!(batch.accepted[0].body.contains(r#""tz":"two\r\nlines""#));
    }
}

#[test]
fn csv_faults_are_refused_by_order() {
    let text = format!(
        "{HEADER}\nA1,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\nA1,1,Ann,1 Main St,Boston,90210,US,S2,1,,,\n\
         A2,1,Ann,1 Main St,Boston,02116,US,S1,1\n,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\n\
         A3,1,Ann,1 Main St,Boston,2116,US,S1,1,310,,\nA4,1,Ann,1 Main St,Boston,02116,US,S1,one,310,,\n\
         5.76461E+17,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\nA5,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\n"
    );
    let batch = read(text.as_bytes(), "o.csv");
    assert_eq!(batch.accepted.iter().map(|incoming| incoming.order.order_ref.as_str()).collect::<Vec<_>>(), ["A5"]);
    let reasons: Vec<(usize, &str)> =
        batch.refused.iter().map(|refused| (refused.row, refused.reason.as_str())).collect();
    let expected = [
        (2, "rows 2 and 3 are the same order and disagree on ship_to.postcode"),
        // The row below it could be its own.
        (4, "row 5 has no order_ref and stands below it; fill in order_ref in every row; row 4: has 9 cells"),
        (6, "ship_to.postcode must be five digits"),
        (7, "lines[1].qty must be a whole number"),
        (8, "order_ref was rounded by a spreadsheet"),
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for ((row, reason), (at, begin)) in reasons.into_iter().zip(expected) {
        assert!(row == at && reason.starts_with(begin), "{row}: {reason}");
    }
    assert_eq!(batch.refused[0].text.lines().count(), 2);
}

#[test]
fn a_quotation_mark_left_open_says_so() {
    let rows: String = (0..150).map(|n| format!("A{n},1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\n")).collect();
    let batch = read(format!("{HEADER}\nB1,1,\"Ann,1 Main St\n{rows}").as_bytes(), "o.csv");
    assert_eq!((batch.accepted.len(), batch.refused.len()), (0, 1));
    assert_eq!(batch.refused[0].reason, "row 2: spans more than 100 lines; close its quotation marks");
}

#[test]
fn a_file_that_cannot_be_taken_apart_is_refused_whole() {
    let reason = |bytes: &[u8], name: &str| {
        let batch = read(bytes, name);
        assert_eq!((batch.accepted.len(), batch.refused.len(), batch.refused[0].row), (0, 1, 0));
        batch.refused[0].reason.clone()
    };
    assert!(
        reason(b"\xff\xfeo\0r", "o.csv")
            .starts_with("this is text in UTF-16, and UTF-8 is read here; save it as CSV UTF-8")
    );
    assert!(reason(b"Order ID,Name\n1,Ann\n", "o.csv").starts_with("no column order_ref"));
    assert!(reason(b"order_ref,service,service.pod\n1,,\n", "o.csv").starts_with("columns \"service\""));
    assert!(reason(b"order_ref,lines.sku,lines.sku\n1,,\n", "o.csv").starts_with("columns \"lines.sku\""));
    assert!(reason(b"order_ref,a..b\n1,\n", "o.csv").starts_with("column \"a..b\""));
    assert!(reason(b"[{\"order_ref\":\"A1\"},", "o.json").starts_with("not JSON (it ends too early"));
    assert!(reason(&vec![b' '; MAX_FILE_BYTES + 1], "o.csv").starts_with("larger than 64 MiB"));
}

#[test]
fn a_reject_file_has_the_sheets_own_columns_and_no_formula() {
    let flat = MINIMAL.replace('\n', "");
    let csv = format!("{HEADER}\n=A1,1,Ann,1 Main St,Boston,2116,US,S1,1,310,,\n=A1,1,,,,,,\"S\"\"2\",x,,,\n");
    let batch = read(csv.as_bytes(), "o.csv");
    assert_eq!(
        reject_file(&batch),
        format!(
            "row,reason,{HEADER}\r\n2,\"ship_to.postcode must be five digits, or five and four, such as 02116-1234 (a \
             spreadsheet may have cut a leading 0); lines[2].qty must be a whole number\",'=A1,1,Ann,1 Main \
             St,Boston,2116,US,S1,1,310,,\r\n,,'=A1,1,,,,,,\"S\"\"2\",x,,,\r\n"
        )
    );
    let mended = reject_file(&batch).replace("2116", "02116").replace(",x,", ",1,").replace("'=A1", "A1");
    assert_eq!(read(mended.as_bytes(), "o.csv").accepted[0].order.lines.len(), 2, "it can be mended and imported");
    for start in ["=", "+", "-", "@"] {
        let batch = read(format!("{flat}\n{start}SUM(A1)\n").as_bytes(), "o.jsonl");
        assert!(reject_file(&batch).ends_with(&format!(",'{start}SUM(A1)\r\n")));
    }
    let quoted = Batch { refused: vec![RefusedRow::new(1, "a \"b\"\nc", "why")], ..Batch::default() };
    assert!(reject_file(&quoted).ends_with("1,why,\"a \"\"b\"\"\nc\"\r\n"));
}

#[test]
fn the_format_is_what_a_person_says_else_the_ending_else_the_first_character() {
    assert_eq!("NDJSON".parse(), Ok(OrderFormat::Json));
    assert_eq!("xlsx".parse::<OrderFormat>().unwrap_err().to_string(), "no format \"xlsx\"; use one of json, csv");
    assert_eq!(read_as(MINIMAL.as_bytes(), OrderFormat::Json).accepted.len(), 1);
    assert_eq!(read(MINIMAL.as_bytes(), "orders").accepted.len(), 1);
    assert_eq!(read(MINIMAL.as_bytes(), "orders.csv").accepted.len(), 1, "JSON is plain to see");
    assert!(read(HEADER.as_bytes(), "orders.json").refused[0].reason.starts_with("not JSON"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_reading_panic_and_every_row_is_accounted_for(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        text in "[\\[{\"a:1,}\\]\n\r;\tE+. é-]{0,200}",
    ) {
        for format in [OrderFormat::Json, OrderFormat::Csv] {
            reject_file(&read_as(&bytes, format));
            reject_file(&read_as(text.as_bytes(), format));
            let sheet = format!("{HEADER}\n{text}\nZ1,1,Ann,1 Main St,Boston,02116,US,S1,1,310,,\n");
            let batch = read_as(sheet.as_bytes(), OrderFormat::Csv);
            let said = |line: &str| batch.accepted.iter().any(|one| one.order.order_ref == "Z1")
                || batch.refused.iter().any(|one| one.text.contains(line));
            proptest::prop_assert!(said("Z1,1,Ann"), "{batch:?}");
        }
    }

    #[test]
    fn an_accepted_body_reads_back_as_the_same_order(
        name in "[ -)+-~é]{1,40}", qty in 1_u32..9_999, grams in 0_u32..900_000, note in "[ -~\n]{0,80}",
    ) {
        let mut value: serde_json::Value = serde_json::from_str(MINIMAL).unwrap();
        value["ship_to"]["name"] = format!("N{name}").into();
        value["lines"][0]["qty"] = qty.into();
        value["lines"][0]["unit_g"] = grams.into();
        value["note"] = note.into();
        let one = read_value(&value).unwrap();
        proptest::prop_assert_eq!(parse(&one.body).unwrap(), one.order);
    }
}
