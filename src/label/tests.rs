//! Claims about whole labels, and the ZPL that printers are sent, byte for byte.

#![expect(clippy::disallowed_methods, reason = "a test may write its golden files when it is asked to")]

use proptest::prelude::*;

use super::document::{Align, Document, Element, Point, Text};
use super::*;
use crate::label::code128::Code128;

const METRIC: Media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
const INCH: Media = Media { dpi: 203, width_mm: 102, height_mm: 152 };
const FINE: Media = Media { dpi: 300, width_mm: 100, height_mm: 150 };

fn address(lines: [&str; 7]) -> Address {
    let [name, line1, line2, city, region, postcode, country] = lines.map(str::to_owned);
    Address { name, line1, line2, city, region, postcode, country, phone: String::new(), residential: true }
}

fn usps() -> Label {
    Label {
        carrier: "USPS".into(),
        service: "GROUND ADVANTAGE".into(),
        from: address(["Example Returns", "1 Example Street", "", "Los Angeles", "CA", "90058", "US"]),
        to: address(["Jordan Alvarez", "3200 Wilshire Blvd", "Apt 1204", "Los Angeles", "CA", "90010-1234", "US"]),
        sort_code: None,
        mass: Mass::from_grams(1204),
        tracking: "9261290345678900000016".into(),
        symbol: Symbol::Impb,
        order_ref: "576461413038785752".into(),
        ship_date: Date::new(2026, 11, 22).expect("a day"),
        attempt: 1,
        specimen: false,
    }
}

fn ontrac() -> Label {
    Label {
        carrier: "OnTrac".into(),
        service: "GROUND".into(),
        to: address(["María José Núñez", "12 Main St, #4", "", "Rancho Santa Margarita", "CA", "92688", "US"]),
        sort_code: Some("LAX-07".into()),
        tracking: "D10011354453707".into(),
        symbol: Symbol::Code128,
        attempt: 2,
        specimen: true,
        ..usps()
    }
}

fn printed(label: &Label, media: Media) -> String {
    String::from_utf8(zpl(label, media).expect("a label that fits")).expect("ASCII")
}

/// One ZPL command: its two letters and what stands up to the next one.
type Read = (String, String);

/// Reads ZPL as a printer does: a command begins at every `^` and `~`, wherever it stands.
fn commands(zpl: &str) -> Vec<Read> {
    let mut found = Vec::new();
    let mut rest = zpl;
    while let Some(at) = rest.find(['^', '~']) {
        let end = rest[at + 1..].find(['^', '~']).map_or(rest.len(), |next| at + 1 + next);
        let command = &rest[at..end];
        // The font of `^A` is its second letter.
        found.push((command[..3].to_owned(), command[3..].trim_end_matches('\n').to_owned()));
        rest = &rest[end..];
    }
    found
}

/// Field data as the printer understands it behind `^FH_`.
fn unescaped(data: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = data.as_bytes();
    while let [first, others @ ..] = rest {
        match (first, others) {
            (b'_', [high, low, tail @ ..]) => {
                let hex = |digit: u8| char::from(digit).to_digit(16).expect("hexadecimal");
                bytes.push(u8::try_from(hex(*high) * 16 + hex(*low)).expect("a byte"));
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    bytes
}

/// The commands a document means, with the data behind each `^FD` as bytes.
fn meant(document: &Document) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let mut meant: Vec<(&str, Option<Vec<u8>>)> = ["^XA", "^CI", "^PW", "^LL", "^LH"].map(|name| (name, None)).into();
    let mut field = |names: &[&'static str], data: Option<Vec<u8>>| {
        meant.extend(names.iter().map(|name| (*name, None)));
        if let Some(data) = data {
            meant.extend([("^FH", None), ("^FD", Some(data))]);
        }
        meant.push(("^FS", None));
    };
    for element in &document.elements {
        match element {
            Element::Text(text) => {
                let block = (text.align != Align::Left).then_some("^FB");
                let reverse = text.reverse.then_some("^FR");
                let names: Vec<_> = ["^FO", "^A0"].into_iter().chain(block).chain(reverse).collect();
                field(&names, Some(text.text.clone().into_bytes()));
            }
            Element::Fill { .. } | Element::Frame { .. } => field(&["^FO", "^GB"], None),
            Element::Bars { symbol, .. } => {
                field(&["^FO", "^BY", "^BC"], Some(code128::invocation(symbol).into_bytes()));
            }
        }
    }
    meant.extend([("^PQ", None), ("^XZ", None)]);
    meant
}

/// Checks that a printer finds exactly the commands meant, and no byte outside printable ASCII and line ends.
fn means_what_it_says(document: &Document, zpl: &[u8]) {
    assert!(zpl.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "a byte outside printable ASCII");
    let text = str::from_utf8(zpl).expect("ASCII");
    let found: Vec<_> = commands(text)
        .into_iter()
        .map(|(name, rest)| {
            let data = (name == "^FD").then(|| unescaped(&rest));
            (name, data)
        })
        .collect();
    let meant: Vec<_> = meant(document).into_iter().map(|(name, data)| (name.to_owned(), data)).collect();
    assert_eq!(found, meant);
}

#[test]
fn the_bytes_sent_to_a_printer_do_not_change_unnoticed() {
    let cases = [
        ("impb", include_str!("../../tests/data/labels/impb.zpl"), usps(), METRIC),
        ("impb-300", include_str!("../../tests/data/labels/impb-300.zpl"), usps(), FINE),
        ("code128", include_str!("../../tests/data/labels/code128.zpl"), ontrac(), INCH),
    ];
    for (name, golden, label, media) in cases {
        let printed = printed(&label, media);
        if std::env::var_os("PARCELD_UPDATE_GOLDEN").is_some() {
            let path = format!("{}/tests/data/labels/{name}.zpl", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, &printed).expect("a writable source tree");
        } else {
            assert_eq!(printed, golden, "{name}: if it is meant, run again with PARCELD_UPDATE_GOLDEN=1");
        }
    }
}

#[test]
fn a_usps_label_has_its_heading_its_bars_and_its_number_in_fours() {
    let printed = printed(&usps(), METRIC);
    assert!(printed.contains("^FDUSPS GROUND ADVANTAGE^FS"));
    assert!(printed.contains("^FDUSPS TRACKING #^FS"));
    assert!(printed.contains("^BY3^BCN,226,N,N,N,N^FH_^FD>;>842090010>89261290345678900000016^FS"));
    assert!(printed.contains("^FD9261 2903 4567 8900 0000 16^FS"));
    assert!(printed.contains("^GB760,15,15^FS"));
    assert!(printed.contains("^FD2.65 lb^FS") && printed.contains("^FD1.204 kg^FS"));
    assert!(printed.contains("^FD22 NOV 2026^FS"));
}

#[test]
fn only_a_reprint_says_so_and_only_a_specimen_says_so() {
    let first = printed(&usps(), METRIC);
    assert!(!first.contains("^FDR") && !first.contains("SPECIMEN"));
    let second = printed(&ontrac(), METRIC);
    assert!(second.contains("^FDR2^FS") && second.contains("^FDSPECIMEN^FS"));
    assert!(printed(&Label { attempt: u32::MAX, ..usps() }, METRIC).contains("^FDR4294967295^FS"));
}

#[test]
fn accented_letters_of_latin_1_are_sent_as_utf_8() {
    assert!(printed(&ontrac(), METRIC).contains("^FDMar_C3_ADa Jos_C3_A9 N_C3_BA_C3_B1ez^FS"));
}

#[test]
fn the_country_is_printed_on_parcels_that_leave_it() {
    let mut label = Label { symbol: Symbol::Code128, ..usps() };
    label.to = address(["Anna Schmidt", "Hauptstr. 5", "", "Berlin", "", "10115", "DE"]);
    let abroad = printed(&label, METRIC);
    assert!(abroad.contains("^FD10115 Berlin^FS") && abroad.contains("^FDDE^FS"));
    assert!(!printed(&usps(), METRIC).contains("^FDUS^FS"));
}

#[test]
fn a_long_address_line_shrinks_then_goes_on_in_a_second_line() {
    let mut label = usps();
    label.to.line1 = "3200 Wilshire Boulevard East".into();
    let shrunk = printed(&label, METRIC);
    assert!(shrunk.contains("^FD3200 Wilshire Boulevard East^FS"));
    label.to.line1 = "Sunset Boulevard Neighborhood Parcel Collection Point Number 4".into();
    let broken = printed(&label, METRIC);
    assert!(broken.contains("^FDSunset Boulevard") && broken.contains("Number 4^FS"));
    assert!(!broken.contains(&label.to.line1));
}

#[test]
fn what_does_not_fit_is_refused_with_its_field() {
    let long = "W".repeat(90);
    let field_of = |change: &dyn Fn(&mut Label)| {
        let mut label = ontrac();
        change(&mut label);
        match zpl(&label, METRIC) {
            Err(LabelError::TooWide { field, needed, room }) if needed > room => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field_of(&|label| label.to.name = long.clone()), "recipient's name");
    assert_eq!(field_of(&|label| label.from.line2 = long.clone()), "sender's line 2");
    assert_eq!(field_of(&|label| label.to.city = "long name ".repeat(100)), "recipient's city line");
    assert_eq!(field_of(&|label| label.service = long.clone()), "service");
    assert_eq!(field_of(&|label| label.sort_code = Some(long.clone())), "sort code");
    assert_eq!(field_of(&|label| label.order_ref = long.clone()), "order reference");
    assert_eq!(field_of(&|label| label.tracking = "W1".repeat(12)), "tracking number");
    assert_eq!(field_of(&|label| label.tracking = "1".repeat(70)), "tracking number");
}

#[test]
fn the_bars_and_their_quiet_zones_stay_on_the_paper() {
    let longest = |media: Media| {
        let fits = |digits: &usize| {
            let label = Label { tracking: "7".repeat(2 * digits), ..ontrac() };
            document(&label, media).is_ok()
        };
        (1..40).rev().find(fits).expect("a number that fits")
    };
    // 19 codewords of 11 modules and start, check and stop: 244 modules of 3 dots, of 740 dots.
    assert_eq!(longest(METRIC), 19);
    assert!((11 * (longest(METRIC) + 2) + 13) * 3 + 60 <= 800);
    assert!((11 * (longest(FINE) + 2) + 13) * 4 + 80 <= 1181);
}

#[test]
fn a_character_the_printer_lacks_is_refused_with_its_field() {
    let with = |name: &str| zpl(&Label { to: Address { name: name.into(), ..usps().to }, ..usps() }, METRIC);
    for (name, character) in [("Nguyễn Đức", 'ễ'), ("Łukasz", 'Ł'), ("王小明", '王'), ("a\nb", '\n'), ("O’Brien", '’')]
    {
        assert_eq!(with(name), Err(LabelError::Unprintable { field: "recipient's name", character }));
    }
    let service = Label { service: "A\\&B".into(), ..usps() };
    assert_eq!(zpl(&service, METRIC), Err(LabelError::Unprintable { field: "service", character: '\\' }));
}

#[test]
fn a_number_the_symbol_cannot_carry_is_refused() {
    for tracking in ["", "926129034567890000001", "D10011354453707", "8261290345678900000016"] {
        let refused = zpl(&Label { tracking: tracking.into(), ..usps() }, METRIC);
        assert_eq!(refused, Err(LabelError::Barcode(tracking.into())));
    }
    for postcode in ["", "9001", "V5K 0A1", "9001é"] {
        let to = Address { postcode: postcode.into(), ..usps().to };
        assert_eq!(zpl(&Label { to, ..usps() }, METRIC), Err(LabelError::Barcode(postcode.into())));
    }
}

#[test]
fn paper_and_resolution_without_a_layout_are_refused() {
    for (dpi, width_mm, height_mm) in
        [(203, 58, 150), (203, 100, 100), (600, 100, 150), (0, 0, 0), (203, u32::MAX, 150)]
    {
        let media = Media { dpi, width_mm, height_mm };
        assert_eq!(zpl(&usps(), media), Err(LabelError::Media { width_mm, height_mm, dpi }));
    }
}

/// The dots an element covers: left, top, right, bottom. Capitals and descenders together stay within a cell.
fn covered(element: &Element) -> (u32, u32, u32, u32) {
    let (at, width, height) = match element {
        Element::Text(Text { at, size, stretch, align, text, .. }) => match align {
            Align::Left => (at, font::width(text, *stretch), *size),
            Align::Centre(room) | Align::Right(room) => {
                assert!(font::width(text, *stretch) <= *room + *room / 100, "{text} in {room}");
                (at, *room, *size)
            }
        },
        Element::Fill { at, width, height } | Element::Frame { at, width, height, .. } => (at, *width, *height),
        Element::Bars { at, module, height, symbol } => (at, symbol.modules() * module, *height),
    };
    (at.x, at.y, at.x + width, at.y + height)
}

fn stays_on_the_paper(document: &Document) {
    for element in &document.elements {
        let (_, _, right, bottom) = covered(element);
        assert!(right <= document.width && bottom <= document.height, "{element:?}");
    }
}

#[test]
fn nothing_is_drawn_beside_the_paper() {
    for media in [METRIC, INCH, FINE] {
        for label in [usps(), ontrac()] {
            stays_on_the_paper(&document(&label, media).expect("a label that fits"));
        }
    }
}

/// Texts made to break out of a field, beside any text at all.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("^XA".to_owned()),
        Just("^FS^XZ~JR".to_owned()),
        Just("^FH^FD_5E".to_owned()),
        Just(">;>8".to_owned()),
        Just("\\&\u{10}\u{1e}\u{1f}\u{1d}\0\r\n".to_owned()),
        Just("! U1 ".to_owned()),
        Just("_".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
        any::<String>(),
    ];
    proptest::collection::vec(parts, 0..5).prop_map(|parts| parts.concat())
}

fn any_text_element() -> impl Strategy<Value = Element> {
    let align = prop_oneof![Just(Align::Left), Just(Align::Centre(700)), Just(Align::Right(300))];
    (hostile(), align, any::<bool>()).prop_map(|(text, align, reverse)| {
        Element::Text(Text { at: Point { x: 1, y: 2 }, size: 30, stretch: 30, align, reverse, text })
    })
}

proptest! {
    #[test]
    fn no_text_becomes_a_command_whatever_it_is(
        mut elements in proptest::collection::vec(any_text_element(), 0..6),
        number in "[ -~]{1,40}",
    ) {
        let symbol = Code128::text(&number).expect("printable");
        elements.push(Element::Bars { at: Point { x: 3, y: 4 }, module: 3, height: 160, symbol });
        let document = Document { width: 800, height: 1200, elements };
        means_what_it_says(&document, &zpl::encode(&document));
    }

    #[test]
    fn a_label_is_printed_whole_or_refused(
        texts in proptest::array::uniform8(hostile()),
        usual in "[A-Za-z0-9 .,#]{0,60}",
        tracking in prop_oneof![Just("D10011354453707".to_owned()), "[!-~]{1,30}"],
        picked in 0_usize..10,
    ) {
        let mut label = Label { tracking, ..ontrac() };
        label.to.line1 = usual;
        let fields = [
            &mut label.to.name,
            &mut label.to.line2,
            &mut label.to.city,
            &mut label.from.name,
            &mut label.order_ref,
            &mut label.service,
            &mut label.carrier,
            &mut label.tracking,
        ];
        for (at, (field, text)) in fields.into_iter().zip(texts).enumerate() {
            if at == picked {
                *field = text;
            }
        }
        if let Ok(document) = document(&label, METRIC) {
            stays_on_the_paper(&document);
            means_what_it_says(&document, &zpl::encode(&document));
        }
    }
}

#[test]
fn ten_thousand_characters_are_data_too() {
    let text = "^XZ~JR_5E".repeat(1200);
    let element = Element::Text(Text {
        at: Point { x: 0, y: 0 },
        size: 9,
        stretch: 9,
        align: Align::Left,
        reverse: false,
        text: text.clone(),
    });
    let document = Document { width: 800, height: 1200, elements: vec![element] };
    means_what_it_says(&document, &zpl::encode(&document));
    let label = Label { order_ref: text, ..usps() };
    assert!(matches!(zpl(&label, METRIC), Err(LabelError::TooWide { field: "order reference", .. })));
}
