//! Files as spreadsheets and shops write them (`tests/data/orders`): what is taken, and what is said of the rest.

use super::*;

macro_rules! sheet {
    ($name:literal) => {
        read(include_bytes!(concat!("../../../tests/data/orders/", $name)), $name)
    };
}

/// Every order with what became of it: its first line, or why not.
fn outcome(batch: &Batch) -> Vec<(usize, String)> {
    let accepted = batch.accepted.iter().map(|incoming| (incoming.row, incoming.order.ship_to.line1.clone()));
    let refused = batch.refused.iter().map(|refused| (refused.row, refused.reason.clone()));
    let mut all: Vec<(usize, String)> = accepted.chain(refused).collect();
    all.sort();
    all
}

fn refs(batch: &Batch) -> Vec<&str> {
    batch.accepted.iter().map(|incoming| incoming.order.order_ref.as_str()).collect()
}

/// The reason why the order whose text begins so was refused.
fn reason<'a>(batch: &'a Batch, begins: &str) -> &'a str {
    let refused = batch.refused.iter().find(|refused| refused.text.starts_with(begins));
    refused.map_or_else(|| panic!("{begins} is not refused: {batch:#?}"), |refused| &refused.reason)
}

#[test]
fn the_sample_sheet_is_read_whole() {
    let batch = read(include_bytes!("../../../config/orders/sample.csv"), "sample.csv");
    assert_eq!((refs(&batch), batch.refused.len()), (vec!["CSV-1001", "CSV-1002", "CSV-1003"], 0));
    assert_eq!(batch.accepted[0].order.lines.len(), 2);
}

#[test]
fn breaks_and_signs_that_nobody_sees_are_no_reason_to_refuse_an_address() {
    let batch = sheet!("characters.csv");
    let lines: Vec<&str> = batch.accepted.iter().map(|incoming| incoming.order.ship_to.line1.as_str()).collect();
    assert_eq!(lines[..5], ["12 Sample Ave Apt 4"; 5]);
    assert_eq!(
        lines[5..],
        [
            "12 Sample Ave 🏠",
            "12 Sample Ave",
            "12Sample Ave",
            "12 Sample Ave",
            "12 Sample Ave ♥",
            "12 Sample Ave ☎",
            "𝟏𝟐 𝐒𝐚𝐦𝐩𝐥𝐞 Ave",
            "１２　Ｓａｍｐｌｅ　Ａｖｅ",
            "12 CafÃ© Ave",
        ]
    );
    assert!(batch.accepted[0].body.contains(r#""line1":"12 Sample Ave Apt 4""#), "what is kept is clean too");
    assert_eq!(batch.refused.len(), 1);
    assert!(reason(&batch, "C-repl").starts_with("ship_to.line1 has lost a character (U+FFFD)"));
}

#[test]
fn a_masked_name_is_refused_and_no_phone_is_kept() {
    let batch = sheet!("names.csv");
    assert!(!batch.accepted[0].body.contains("555"), "{}", batch.accepted[0].body);
    assert_eq!(batch.refused.len(), 1);
    assert!(reason(&batch, "P-mask").starts_with("the address is masked (ship_to.name) and the label is made here"));
}

#[test]
fn numbers_are_read_as_sheets_write_them_and_what_is_unclear_is_shown() {
    let batch = sheet!("numbers.csv");
    let good = ["N-qty10", "N-qty200", "N-massdec", "N-massunit", "N-masslbs", "N-massLB", "N-massblank", "N-revdec"];
    assert_eq!(refs(&batch), good);
    let quantities: Vec<u32> = batch.accepted.iter().map(|incoming| incoming.order.lines[0].qty).collect();
    assert_eq!(quantities, [1, 2, 1, 1, 1, 1, 1, 1]);
    let mass = |at: usize| batch.accepted[at].order.lines[0].unit_mass;
    assert_eq!([mass(2), mass(3)], ["310g".parse().ok(); 2]);
    assert_eq!([mass(4), mass(5)], ["1lb".parse().ok(); 2]);
    assert_eq!(batch.accepted[7].order.rev, 1);
    for (begins, said) in [
        (
            "N-qtythou",
            "lines[1].qty must be a whole number, not \"1,200\"; write it in digits alone, without thousands",
        ),
        ("N-val$", "lines[1].value: \"$12.90\" is not a number"),
        ("N-valusd", "lines[1].value: \"12.90 USD\" is not a number"),
        ("N-valcomma", "lines[1].value: \"12,90\" is not a number"),
        ("N-val4", "lines[1].value: \"12.9000\" has more decimals than USD has; write 12.90"),
        ("N-valthou", "lines[1].value: \"1,299.00\" is not a number"),
        ("N-massc", "lines[1].unit_g: \"0,31kg\" is not a number"),
        ("N-masscjk", "lines[1].unit_g: \"310克\" has no known unit; write one of mg, g, kg, oz, lb"),
    ] {
        assert!(reason(&batch, begins).starts_with(said), "{begins}: {}", reason(&batch, begins));
    }
    let thousand = "order_ref,ship_to.name,ship_to.line1,ship_to.city,ship_to.postcode,ship_to.country,lines.sku,lines.qty\n\
                    A1,Ann,1 Main St,Boston,02116,US,S,1.000\n";
    let batch = read(thousand.as_bytes(), "o.csv");
    assert!(reason(&batch, "A1").starts_with("lines[1].qty must be a whole number, not \"1.000\""));
}

#[test]
fn dots_in_dong_are_thousands_and_never_decimals() {
    let batch = sheet!("dong.csv");
    assert_eq!(refs(&batch), ["V00"]);
    let said = "lines[1].value: \"250.000\": three digits after a dot can only be thousands here; write 250000 or 250";
    assert_eq!(reason(&batch, "V01"), said);
    assert_eq!(reason(&batch, "V03"), "lines[1].value: \"250000.00\" has more decimals than VND has; write 250000");
}

#[test]
fn times_without_a_zone_are_refused() {
    assert_eq!(refs(&sheet!("dates.csv"))[0], "D00");
    for refused in &sheet!("dates.csv").refused {
        assert!(refused.reason.starts_with("deadlines.ship_by must be a time with its zone"), "{}", refused.reason);
    }
}

#[test]
fn an_order_above_rows_without_a_number_is_refused_whole_and_the_others_go_on() {
    let batch = sheet!("merged.csv");
    assert_eq!(refs(&batch), ["S-7"]);
    let [refused] = &batch.refused[..] else { panic!("{batch:?}") };
    assert_eq!(refused.reason, "rows 3, 4 have no order_ref and stand below it; fill in order_ref in every row");
    assert_eq!((refused.row, refused.text.lines().count()), (2, 3), "its rows are in the reject file");
    let mended = sheet!("merged-mended.csv");
    assert_eq!((refs(&mended), mended.accepted[0].order.lines.len()), (vec!["S-6", "S-7"], 3));
}

#[test]
fn a_row_without_a_number_before_any_order_is_its_own_refusal() {
    let text = "order_ref,ship_to.name,ship_to.line1,ship_to.city,ship_to.postcode,ship_to.country,lines.sku,lines.qty\n\
                ,,,,,,B,2\nS-7,Pat,1 St,Hoboken,07030,US,A,1\n";
    let batch = read(text.as_bytes(), "o.csv");
    assert_eq!(refs(&batch), ["S-7"]);
    assert!(batch.refused[0].reason.starts_with("order_ref is missing; fill it in"));
}

#[test]
fn one_number_in_two_shops_is_two_orders() {
    let batch = sheet!("shops.csv");
    let of: Vec<(&str, &str)> =
        batch.accepted.iter().map(|one| (one.order.shop.as_str(), one.order.ship_to.name.as_str())).collect();
    assert_eq!(of, [("A", "Alice Sample"), ("B", "Bob Sample")]);
    // A row that leaves the shop out goes on with the order above it; where that is another one, nobody can tell.
    let header =
        "order_ref,shop,ship_to.name,ship_to.line1,ship_to.city,ship_to.postcode,ship_to.country,lines.sku,lines.qty";
    let (a, b) = ("1,A,Ann,1 St,Hoboken,07030,US,A,1", "1,B,Bob,2 St,Hoboken,07030,US,B,1");
    let other = "2,A,Cy,3 St,Hoboken,07030,US,C,1";
    let counts = |rows: &[&str]| {
        let batch = read(format!("{header}\n{}\n", rows.join("\n")).as_bytes(), "o.csv");
        let lines: Vec<usize> = batch.accepted.iter().map(|one| one.order.lines.len()).collect();
        (lines, batch.refused.into_iter().map(|refused| refused.reason).collect::<Vec<_>>())
    };
    assert_eq!(counts(&[a, "1,,,,,,,D,1", b]), (vec![2, 1], vec![]));
    assert_eq!(counts(&[a, b, "1,,,,,,,D,1"]), (vec![1, 2], vec![]));
    let (lines, reasons) = counts(&[a, b, other, "1,,,,,,,D,1"]);
    let unclear = "row 5: may belong to several orders of this number; fill in channel, shop and rev in every row";
    assert_eq!((lines, reasons), (vec![1], vec![unclear.to_owned(); 2]));
}

#[test]
fn an_apostrophe_of_a_spreadsheet_is_no_part_of_a_number() {
    let batch = sheet!("apostrophe.csv");
    assert_eq!(refs(&batch), ["#1001"]);
    let reasons = &batch.refused[0].reason;
    for field in ["order_ref", "lines[1].sku"] {
        assert!(
            reasons.contains(&format!("{field} begins with the apostrophe that a spreadsheet writes")),
            "{reasons}"
        );
    }
    assert!(!reasons.contains("ship_to.postcode"), "what a ZIP code behind it is, is certain: {reasons}");
}

#[test]
fn a_zip_code_is_taken_in_every_spelling_that_is_certain() {
    let batch = sheet!("zips.csv");
    let of = |incoming: &Incoming| (incoming.order.order_ref.clone(), incoming.order.ship_to.postcode.clone());
    let taken: Vec<(String, String)> = batch.accepted.iter().map(of).collect();
    let whole = ["Z-plain", "Z-hyphen", "Z-apostrophe", "Z-formula", "Z-wide", "Z-invisible"];
    let (five, nine): (Vec<_>, Vec<_>) = taken.into_iter().partition(|(_, postcode)| postcode == "07030");
    assert_eq!(five.into_iter().map(|(number, _)| number).collect::<Vec<_>>(), whole);
    let plus_four = ["Z-nine", "Z-blank", "Z-plus4"].map(|number| (number.to_owned(), "07030-1234".to_owned()));
    assert_eq!(nine, plus_four);
    let refused: Vec<&str> = batch.refused.iter().map(|refused| refused.reason.as_str()).collect();
    let sentence = "ship_to.postcode must be five digits, or five and four, such as 02116-1234 (a spreadsheet may have cut a \
                    leading 0)";
    assert_eq!(refused, [sentence; 3]);
    // The same order with another spelling of its ZIP code is the same order.
    let bodies = |batch: &Batch, number: &str| {
        let found = batch.accepted.iter().find(|incoming| incoming.order.order_ref == number).unwrap();
        content_hash(&found.body.replace(number, "Z"))
    };
    for number in &whole[1..] {
        assert_eq!(bodies(&batch, number), bodies(&batch, whole[0]), "{number}");
    }
    let kept_before = batch.accepted[0].body.replace("07030", "07030-");
    assert_eq!(content_hash(&kept_before), content_hash(&batch.accepted[0].body));
}

#[test]
fn a_territory_has_its_own_zip_codes() {
    let batch = sheet!("territories.csv");
    assert_eq!(batch.accepted.len(), 12);
    let wrong = |begins: &str| reason(&batch, begins);
    assert_eq!(
        wrong("X-PR"),
        "ship_to.postcode must be one of PR, which begins with 006, 007 or 009 (with another one the country is US)"
    );
    assert!(wrong("X-GU").starts_with("ship_to.postcode must be one of GU, which begins with 96910 to 96932"));
    assert!(wrong("X-VI").starts_with("ship_to.postcode must be five digits, or five and four"));
    assert_eq!(wrong("X-AS"), "ship_to.postcode is missing; fill it in");
}

#[test]
fn what_is_no_whole_postcode_is_refused_in_every_country_where_that_is_certain() {
    let batch = sheet!("half-postcodes.csv");
    assert_eq!(refs(&batch), ["H05", "H10", "H11"]);
    let whole = "ship_to.postcode must be a whole postcode, such as ";
    let digits = "(a spreadsheet may have cut a leading 0)";
    for (number, said) in [
        ("H00", "ship_to.postcode is missing; fill it in".to_owned()),
        ("H01", format!("{whole}SW1A 1AA")),
        ("H02", format!("{whole}SW1A 1AA")),
        ("H03", "ship_to.postcode is missing; fill it in".to_owned()),
        ("H04", "ship_to.postcode is missing; fill it in".to_owned()),
        ("H06", "ship_to.postcode must be five digits, such as 10110".to_owned()),
        ("H07", format!("ship_to.postcode must be five digits, such as 01067 {digits}")),
        ("H08", format!("ship_to.postcode must be six digits, such as 018956 {digits}")),
        ("H09", format!("ship_to.postcode must be four digits, such as 0800 {digits}")),
        ("H12", format!("{whole}JE2 3AB")),
        ("H13", format!("ship_to.postcode must be six digits, such as 010000 {digits}")),
        ("H14", format!("ship_to.postcode must be four digits, such as 0922 {digits}")),
        ("H15", format!("ship_to.postcode must be seven digits, such as 060-0001 {digits}")),
    ] {
        assert_eq!(reason(&batch, number), said, "{number}");
    }
}

#[test]
fn names_of_columns_are_read_in_any_case_and_an_unknown_one_is_named_beside_what_is_missing() {
    assert_eq!(refs(&sheet!("case.csv")), ["S-3"]);
    let batch = sheet!("wrongname.csv");
    assert_eq!(
        batch.refused[0].reason,
        "ship_to.postcode is missing; fill it in; lines[1].qty is missing; fill it in; no column of parceld.order/1 is \
         called \"ship_to.zip\" (ship_to.postcode?), \"lines.quantity\" (lines.qty?); rename what is meant"
    );
}

#[test]
fn old_line_ends_and_empty_columns_at_the_end_are_read() {
    assert_eq!(refs(&sheet!("carriage-returns.csv")), ["S-5"]);
    assert_eq!(outcome(&sheet!("trailing.csv")), [(2, "1 St".to_owned()), (3, "1 St".to_owned())]);
}

#[test]
fn what_no_font_has_can_be_said_at_import() {
    let media = crate::label::Media { dpi: 203, width_mm: 100, height_mm: 150 };
    let (language, draws) = (crate::label::Language::Zpl, crate::label::Draws::TextAndBars);
    let labels = crate::label::Labels::new(crate::label::PrinterFormat { language, draws, packed: false, media }, []);
    let mut said = Vec::new();
    for batch in [sheet!("characters.csv"), sheet!("names.csv")] {
        for Incoming { order, .. } in batch.accepted {
            for reason in unprintable(&order, &labels) {
                said.push(format!("{}: {}", order.order_ref, reason.split(", which").next().unwrap_or_default()));
            }
        }
    }
    let expected = [
        "C-emoji: ship_to.line1 holds U+1F3E0",
        "C-heart: ship_to.line1 holds U+2665",
        "C-vs16: ship_to.line1 holds U+260E",
        "C-math: ship_to.line1 holds U+1D7CF",
        "N-emoji: ship_to.name holds U+1F495",
        "N-arab: ship_to.name holds U+0645",
        "N-kh: ship_to.name holds U+179F",
        "N-hebrew: ship_to.name holds U+05D3",
    ];
    assert_eq!(said, expected);
}

#[test]
fn no_sign_that_a_terminal_obeys_stands_in_a_reason() {
    let text = "order_ref,\u{1b}[2Jmarket\nA1,US\nA1,GB\n";
    let batch = read(text.as_bytes(), "o.csv");
    let reason = &batch.refused[0].reason;
    assert!(reason.contains("disagree on \u{fffd}[2Jmarket; make them equal"), "{reason:?}");
}
