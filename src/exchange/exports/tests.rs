//! Cells, lines and bytes of a table.

use super::*;

fn column(header: &str, value: ExportValue) -> ExportColumn {
    ExportColumn { header: header.to_owned(), value, as_text: AsText::Plain, required: false }
}

fn format(columns: Vec<ExportColumn>) -> ExportFormat {
    ExportFormat {
        name: "test".into(),
        guessed: false,
        above: Vec::new(),
        delimiter: b',',
        encoding: ExportEncoding::Utf8,
        line_end: Terminator::Any(b'\n'),
        stopped_rows: false,
        columns,
        carriers: None,
        services: None,
    }
}

fn row() -> ExportRow {
    ExportRow {
        parcel: ParcelId(12),
        place: (2, 3),
        order: OrderId { channel: "tiktok_shop".into(), shop: "US-01".into(), number: "576461413038785752".into() },
        package_ref: "1152921504606846976".into(),
        tracking: "9261290345678900000016".into(),
        service: "usps.ground_advantage".into(),
        mass: Some(Mass::from_grams(850)),
        manifest: "US-LAX-1.ST03.20261130.USPS.1".into(),
        shipped_at: Timestamp(1_796_000_000_000),
        stopped: None,
    }
}

fn text(format: &ExportFormat, row: &ExportRow) -> Result<String, String> {
    let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
    format.line(row, &zone).map(|line| String::from_utf8(line).expect("UTF-8"))
}

/// The cell of an order with this number.
fn order_cell(number: &str, as_text: AsText) -> Result<String, String> {
    let order = OrderId { number: number.into(), ..OrderId::default() };
    let columns = vec![ExportColumn { as_text, ..column("Order ID", ExportValue::OrderRef) }];
    text(&format(columns), &ExportRow { order, ..row() }).map(|line| line.trim_end_matches('\n').to_owned())
}

#[test]
fn each_value_stands_in_its_column_exactly() {
    let utc = ExportValue::ShippedAt("%d/%m/%Y %H:%M".into(), Some(TimeZone::UTC));
    let values = vec![
        ExportValue::OrderRef,
        ExportValue::PackageRef,
        ExportValue::Tracking,
        ExportValue::Carrier,
        ExportValue::Service,
        ExportValue::Weight(MassUnit::G, 0),
        ExportValue::Weight(MassUnit::Kg, 3),
        ExportValue::Weight(MassUnit::Lb, 2),
        ExportValue::ShippedAt(USUAL_PATTERN.into(), None),
        utc,
        ExportValue::Shop,
        ExportValue::Channel,
        ExportValue::Parcel,
        ExportValue::Parcels,
        ExportValue::ParcelId,
        ExportValue::Manifest,
        ExportValue::State,
        ExportValue::Text("N/A".into()),
    ];
    let format = format(values.into_iter().map(|value| column("x", value)).collect());
    assert_eq!(
        text(&format, &row()).expect("a line"),
        "576461413038785752,1152921504606846976,9261290345678900000016,usps,usps.ground_advantage,850,0.850,1.87,\
         2026-11-29 16:53:20,30/11/2026 00:53,US-01,tiktok_shop,2,3,P000012,US-LAX-1.ST03.20261130.USPS.1,shipped,N/A\n"
    );
    let stopped = ExportRow { stopped: Some("voided".into()), mass: None, ..row() };
    let line = text(&format, &stopped).expect("a line");
    assert!(line.contains(",usps.ground_advantage,,,,") && line.contains(",voided,N/A"), "{line}");
}

#[test]
fn an_identifier_is_never_changed_and_one_that_could_do_harm_is_refused() {
    for number in ["576461413038785752", "-1001", "+1001", "=A1", "@1001", "#1001", "A-1/2", "001"] {
        assert_eq!(order_cell(number, AsText::Plain).as_deref(), Ok(number));
        assert_eq!(order_cell(number, AsText::Tab), Ok(format!("{number}\t")));
    }
    for number in ["=cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "=HYPERLINK(\"x\")", "+A1:A9"] {
        for as_text in [AsText::Plain, AsText::Tab] {
            let refused = order_cell(number, as_text).expect_err(number);
            assert!(refused.contains("as_text = \"formula\" for the column \"Order ID\""), "{refused}");
        }
    }
    // Within quotation marks it is no formula any more.
    assert_eq!(
        order_cell("=HYPERLINK(\"x\")", AsText::Formula).as_deref(),
        Ok("\"=\"\"=HYPERLINK(\"\"\"\"x\"\"\"\")\"\"\"")
    );
    assert_eq!(order_cell("1001", AsText::Formula).as_deref(), Ok("\"=\"\"1001\"\"\""));
}

#[test]
fn other_foreign_text_gets_an_apostrophe_where_a_spreadsheet_would_run_it() {
    let shop = OrderId { shop: "=2+3".into(), channel: "a,\"b\"".into(), number: "1".into() };
    let columns = vec![column("Shop", ExportValue::Shop), column("Channel", ExportValue::Channel)];
    assert_eq!(text(&format(columns), &ExportRow { order: shop, ..row() }).as_deref(), Ok("'=2+3,\"a,\"\"b\"\"\"\n"));
}

#[test]
fn a_carrier_goes_by_the_name_of_the_system_and_one_without_a_name_is_refused() {
    let names = |list: &[(&str, &str)]| Some(list.iter().map(|(id, name)| ((*id).into(), (*name).into())).collect());
    let columns = vec![column("Carrier", ExportValue::Carrier), column("Service", ExportValue::Service)];
    let mut format = format(columns);
    format.carriers = names(&[("usps", "USPS"), ("usps.priority", "USPS Priority")]);
    assert_eq!(text(&format, &row()).as_deref(), Ok("USPS,usps.ground_advantage\n"));
    let priority = ExportRow { service: "usps.priority".into(), ..row() };
    assert_eq!(text(&format, &priority).as_deref(), Ok("USPS Priority,usps.priority\n"));
    let other = ExportRow { service: "ontrac.ground".into(), ..row() };
    let refused = text(&format, &other).expect_err("no name");
    assert!(refused.contains("has no name for \"ontrac.ground\"; write \"ontrac\" = "), "{refused}");
    assert!(format.knows("usps") && !format.knows("ontrac"));
    format.services = names(&[("usps.ground_advantage", "GA")]);
    assert_eq!(text(&format, &row()).as_deref(), Ok("USPS,GA\n"));
}

#[test]
fn what_must_not_be_empty_is_refused_and_what_may_is_left_empty() {
    let bare = ExportRow { package_ref: String::new(), ..row() };
    let mut format = format(vec![
        column("Order", ExportValue::OrderRef),
        ExportColumn { as_text: AsText::Formula, ..column("Package", ExportValue::PackageRef) },
    ]);
    assert_eq!(text(&format, &bare).as_deref(), Ok("576461413038785752,\n"));
    format.columns[1].required = true;
    assert!(text(&format, &bare).expect_err("empty").contains("nothing for the column \"Package\""));
}

#[test]
fn a_file_begins_with_its_mark_and_its_lines_and_is_in_its_encoding() {
    let mut format =
        format(vec![column("*订单号", ExportValue::OrderRef), column("标记", ExportValue::Text("已发货".into()))]);
    format.above = vec!["A note, once".into()];
    format.line_end = Terminator::CRLF;
    assert_eq!(format.head().expect("a head"), "\"A note, once\"\r\n*订单号,标记\r\n".as_bytes());
    format.encoding = ExportEncoding::Utf8Bom;
    assert!(format.head().expect("a head").starts_with(b"\xef\xbb\xbf\"A note"));
    format.encoding = ExportEncoding::Gb18030;
    format.delimiter = b'\t';
    assert_eq!(format.head().expect("a head"), b"A note, once\r\n*\xb6\xa9\xb5\xa5\xba\xc5\t\xb1\xea\xbc\xc7\r\n");
    let line = format.line(&row(), &TimeZone::UTC).expect("a line");
    assert_eq!(line, b"576461413038785752\t\xd2\xd1\xb7\xa2\xbb\xf5\r\n");
    assert_eq!(format.ending(), "tsv");
}

#[test]
fn a_pattern_that_says_nothing_is_refused() {
    assert_eq!(written(Timestamp(0), "%Y", &TimeZone::UTC).as_deref(), Ok("1970"));
    assert!(written(Timestamp(0), "%!", &TimeZone::UTC).is_err());
}
