//! Claims about whole labels, and the bytes that printers are sent.

#![expect(clippy::disallowed_methods, reason = "a test may write its golden files when it is asked to")]

use std::path::Path;
use std::sync::LazyLock;

use super::document::{Area, Text};
use super::*;
use crate::station::order::Address;
use crate::units::{Date, Mass};

const METRIC: Media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
const INCH: Media = Media { dpi: 203, width_mm: 102, height_mm: 152 };
const FINE: Media = Media { dpi: 300, width_mm: 100, height_mm: 150 };

fn labels(language: Language, media: Media) -> Labels {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels");
    let (layouts, problems) = crate::config::labels::read(&folder, media);
    assert!(!problems.has_errors(), "{problems}");
    Labels::new(PrinterFormat { language, draws: Draws::TextAndBars, packed: false, media }, layouts.into_values())
}

pub(super) static ZPL: LazyLock<Labels> = LazyLock::new(|| labels(Language::Zpl, METRIC));
pub(super) static TSPL: LazyLock<Labels> = LazyLock::new(|| labels(Language::Tspl, METRIC));

fn address(lines: [&str; 7]) -> Address {
    let [name, line1, line2, city, region, postcode, country] = lines.map(str::to_owned);
    Address { name, line1, line2, city, region, postcode, country, phone: String::new(), residential: true }
}

pub(super) fn usps() -> Label {
    Label {
        carrier: "USPS".into(),
        service: "GROUND ADVANTAGE".into(),
        from: address(["Example Returns", "1 Example Street", "", "Los Angeles", "CA", "90058", "US"]),
        to: address(["Jordan Alvarez", "3200 Wilshire Blvd", "Apt 1204", "Los Angeles", "CA", "90010-1234", "US"]),
        sort_code: None,
        sort_detail: None,
        mass: Mass::from_grams(1204),
        tracking: "9261290345678900000016".into(),
        order_ref: "576461413038785752".into(),
        parcel: "P000042".into(),
        ship_date: Date::new(2026, 11, 22).expect("a day"),
        attempt: 1,
        specimen: false,
        values: BTreeMap::new(),
        container: None,
    }
}

pub(super) fn parcel() -> Label {
    Label {
        carrier: "OnTrac".into(),
        service: "GROUND".into(),
        to: address(["María José Núñez", "12 Main St, #4", "", "Rancho Santa Margarita", "CA", "92688", "US"]),
        sort_code: Some("LAX-07".into()),
        tracking: "D10011354453707".into(),
        attempt: 2,
        specimen: true,
        ..usps()
    }
}

fn printed(layout: &str, label: &Label) -> String {
    String::from_utf8(ZPL.print(layout, label).expect("a label that fits")).expect("ASCII")
}

#[test]
fn the_bytes_sent_to_a_printer_do_not_change_unnoticed() {
    let fine = labels(Language::Zpl, FINE);
    let inch = labels(Language::Tspl, INCH);
    let cases: [(&str, &[u8], Vec<u8>); 4] = [
        ("impb.zpl", include_bytes!("../../tests/data/labels/impb.zpl"), ZPL.print("impb", &usps()).expect("fits")),
        (
            "impb-300.zpl",
            include_bytes!("../../tests/data/labels/impb-300.zpl"),
            fine.print("impb", &usps()).expect("fits"),
        ),
        (
            "parcel.zpl",
            include_bytes!("../../tests/data/labels/parcel.zpl"),
            ZPL.print("parcel", &parcel()).expect("fits"),
        ),
        (
            "parcel.tspl",
            include_bytes!("../../tests/data/labels/parcel.tspl"),
            inch.print("parcel", &Label { to: usps().to, ..parcel() }).expect("fits"),
        ),
    ];
    for (name, golden, printed) in cases {
        if std::env::var_os("PARCELD_UPDATE_GOLDEN").is_some() {
            let path = format!("{}/tests/data/labels/{name}", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, &printed).expect("a writable source tree");
        } else {
            assert!(printed == golden, "{name}: if it is meant, run again with PARCELD_UPDATE_GOLDEN=1");
        }
    }
}

#[test]
fn a_usps_label_has_its_heading_its_bars_and_its_number_in_fours() {
    let printed = printed("impb", &usps());
    assert!(printed.contains("^FDUSPS GROUND ADVANTAGE^FS"));
    assert!(printed.contains("^FDUSPS TRACKING #^FS"));
    assert!(printed.contains("^BY3^BCN,224,N,N,N,N^FH_^FD>;>842090010>89261290345678900000016^FS"), "{printed}");
    assert!(printed.contains("^FD9261 2903 4567 8900 0000 16^FS"));
    assert!(printed.contains("^GB760,15,15^FS"));
    assert!(printed.contains("^FD2.65 lb^FS") && printed.contains("^FD1.204 kg^FS"));
    assert!(printed.contains("^FD22 NOV 2026^FS"));
}

#[test]
fn only_a_reprint_says_so_and_only_a_specimen_says_so() {
    let first = printed("impb", &usps());
    assert!(!first.contains("^FDR") && !first.contains("SPECIMEN"));
    let second = printed("parcel", &parcel());
    assert!(second.contains("^FDR2^FS") && second.contains("^FDSPECIMEN^FS"));
    assert!(printed("impb", &Label { attempt: u32::MAX, ..usps() }).contains("^FDR4294967295^FS"));
}

#[test]
fn what_is_not_plain_ascii_is_a_picture_of_its_own_and_the_rest_is_the_printers() {
    let printed = printed("parcel", &parcel());
    assert!(!printed.contains("Jos") && printed.contains("^FD12 Main St_2C #4^FS"));
    assert_eq!(printed.matches("^GFA,").count(), 1);
}

#[test]
fn the_country_is_printed_on_parcels_that_leave_it() {
    let mut label = usps();
    label.to = address(["Anna Schmidt", "Hauptstr. 5", "", "Berlin", "", "10115", "DE"]);
    let abroad = printed("parcel", &label);
    assert!(abroad.contains("^FD10115 Berlin^FS") && abroad.contains("^FDDE^FS"));
    assert!(!printed("impb", &usps()).contains("^FDUS^FS"));
}

#[test]
fn a_long_address_line_shrinks_then_goes_on_in_a_second_line() {
    let mut label = usps();
    label.to.line1 = "3200 Wilshire Boulevard East".into();
    let shrunk = printed("impb", &label);
    assert!(shrunk.contains("^FD3200 Wilshire Boulevard East^FS"));
    label.to.line1 = "Sunset Boulevard Neighborhood Parcel Collection Point Number 4".into();
    let broken = printed("impb", &label);
    assert!(broken.contains("^FDSunset Boulevard") && broken.contains("Number 4^FS"));
    assert!(!broken.contains(&label.to.line1));
}

#[test]
fn what_does_not_fit_is_refused_with_its_field() {
    let long = "W".repeat(90);
    let field_of = |change: &dyn Fn(&mut Label)| {
        let mut label = parcel();
        change(&mut label);
        match ZPL.print("parcel", &label) {
            Err(LabelError::TooWide { field, needed, room }) if needed > room => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field_of(&|label| label.to.name = long.clone()), "recipient's name");
    assert_eq!(field_of(&|label| label.to.name = "Ж".repeat(300)), "recipient's name");
    assert_eq!(field_of(&|label| label.from.line2 = long.clone()), "sender's line 2");
    assert_eq!(field_of(&|label| label.to.city = "long name ".repeat(100)), "recipient's city line");
    assert_eq!(field_of(&|label| label.service = long.clone()), "carrier");
    assert_eq!(field_of(&|label| label.sort_code = Some(long.clone())), "sort code");
    assert_eq!(field_of(&|label| label.order_ref = long.clone()), "order reference");
    assert_eq!(field_of(&|label| label.tracking = "W1".repeat(20)), "tracking number");
    assert_eq!(field_of(&|label| label.tracking = "1".repeat(78)), "tracking number");
}

#[test]
fn a_character_no_font_has_is_refused_with_its_field() {
    let with = |name: &str| ZPL.print("impb", &Label { to: Address { name: name.into(), ..usps().to }, ..usps() });
    for (name, character) in [("Ann 😀", '😀'), ("a\nb", '\n'), ("a\u{7}b", '\u{7}'), ("سارة", 'س')] {
        assert_eq!(with(name), Err(LabelError::Unprintable { field: "recipient's name", character }));
    }
}

#[test]
fn a_number_the_symbol_cannot_carry_is_refused() {
    let refused = |label: Label| match ZPL.print("impb", &label) {
        Err(LabelError::Barcode { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(Label { tracking: String::new(), ..usps() }), "tracking number");
    assert_eq!(refused(Label { tracking: "9261*".into(), ..usps() }), "tracking number");
    for postcode in ["", "9001", "V5K 0A1", "9001é"] {
        let to = Address { postcode: postcode.into(), ..usps().to };
        assert_eq!(refused(Label { to, ..usps() }), "recipient's ZIP code", "{postcode}");
    }
}

#[test]
fn paper_without_a_layout_is_refused() {
    let small = labels(Language::Zpl, Media { dpi: 203, width_mm: 58, height_mm: 150 });
    assert_eq!(small.print("impb", &usps()), Err(LabelError::Layout("impb".into())));
}

#[test]
fn names_in_six_scripts_print_in_every_language() {
    let names = ["王小明", "山田太郎", "김민준", "สมชาย ใจดี", "Nguyễn Thị Minh Khai", "Łukasz Żółć"];
    for language in [Language::Zpl, Language::Tspl, Language::EscPos] {
        let labels = labels(language, METRIC);
        for name in names {
            let label = Label { to: Address { name: name.into(), ..usps().to }, ..usps() };
            let document = labels.document("impb", &label).expect("it fits");
            let pictures = document.elements.iter().filter(|element| matches!(element, Element::Picture { .. }));
            assert_eq!(pictures.count(), 1, "{name}");
            assert!(!labels.encode(&document).is_empty());
            stays_on_the_paper(&document);
        }
    }
}

#[test]
fn a_printer_that_draws_less_is_sent_more_and_prints_the_same() {
    let mut labels = labels(Language::Zpl, METRIC);
    let document = labels.document("impb", &usps()).expect("it fits");
    let whole = labels.pixels(&document);
    labels.printer.draws = Draws::Bars;
    let text = String::from_utf8(labels.encode(&document)).expect("ASCII");
    assert!(!text.contains("^A0N") && text.contains("^BCN"));
    labels.printer.draws = Draws::Nothing;
    let text = String::from_utf8(labels.encode(&document)).expect("ASCII");
    assert!(!text.contains("^BCN") && text.matches("^GFA,").count() == 1);
    let lettered = Document { elements: labels.lettered(&document.elements), ..document };
    assert_eq!(labels.pixels(&lettered).bits(), whole.bits());
}

/// The area an element covers.
fn covered(element: &Element) -> Area {
    match element {
        Element::Text(Text { at, size, room, text, .. }) => {
            let width = u64::from(font::width(text)) * u64::from(*size) / 1000;
            assert!(width <= u64::from(*room), "{text} in {room}");
            Area { at: *at, width: *room, height: size * 3 / 4 }
        }
        Element::Picture { at, picture } => {
            Area { at: *at, width: picture.dots().width(), height: picture.dots().height() }
        }
        Element::Fill(area) | Element::Frame(area, _) | Element::Reverse(area, _) => *area,
        Element::Bars { at, module, height, symbol } => {
            Area { at: *at, width: symbol.modules() * module, height: *height }
        }
    }
}

pub(super) fn stays_on_the_paper(document: &Document) {
    for element in &document.elements {
        let Area { at, width, height } = covered(element);
        assert!(at.x + width <= document.width && at.y + height <= document.height, "{element:?}");
        if let Element::Reverse(area, inside) = element {
            for element in inside.iter().map(covered) {
                assert!(element.at.x >= area.at.x && element.at.x + element.width <= area.at.x + area.width);
            }
        }
    }
}

#[test]
fn nothing_is_drawn_beside_the_paper() {
    for media in [METRIC, INCH, FINE] {
        let labels = labels(Language::Zpl, media);
        stays_on_the_paper(&labels.document("impb", &usps()).expect("a label that fits"));
        stays_on_the_paper(&labels.document("parcel", &parcel()).expect("a label that fits"));
    }
}
