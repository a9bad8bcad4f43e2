//! Order files as other systems write them (`tests/data/formats`), through the formats that ship: what is taken, and what is
//! said of the rest.

use std::path::Path;

use proptest::prelude::*;

use parceld::config::order_formats;
use parceld::exchange::order::{self, Batch, ForeignFormat, Formats, RecordKind};
use parceld::exchange::workbook::{self, SheetEvent, SheetTexts};
use parceld::station::order::Order;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");

fn shipped() -> Vec<ForeignFormat> {
    let (formats, problems) =
        order_formats::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/formats"), RecordKind::Orders);
    assert!(problems.is_empty(), "{problems}");
    formats
}

fn read(name: &str) -> Batch {
    let bytes = std::fs::read(Path::new(DATA).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let formats = shipped();
    let formats = Formats::any(&formats);
    if !parceld::exchange::text::is_workbook(&bytes) {
        return order::read_for(&bytes, name, formats, &|_| Vec::new());
    }
    let mut texts = SheetTexts::default();
    let unpacked = workbook::read(bytes, |event| match event {
        SheetEvent::Sheet(name) => texts.sheet(name),
        SheetEvent::Row(cells) => texts.row(cells),
    });
    unpacked.unwrap_or_else(|error| panic!("{name}: {error}"));
    order::read_workbook(&texts.finish(), formats, &|_| Vec::new())
}

/// An order in a line.
fn shown(order: &Order) -> String {
    let to = &order.ship_to;
    let lines: Vec<String> = order.lines.iter().map(|line| format!("{} x {}", line.qty, line.sku)).collect();
    format!(
        "{} {:?}: {}, {}, {}, {} {} {}: {}",
        order.order_ref,
        order.state,
        to.name,
        [to.line1.as_str(), to.line2.as_str()].join("/"),
        to.city,
        to.region,
        to.postcode,
        to.country,
        lines.join(" + ")
    )
}

/// What a file came to: its notes, its orders, and what was refused.
fn outcome(name: &str) -> Vec<String> {
    let batch = read(name);
    let notes = batch.notes.iter().map(|note| format!("note {note}"));
    let accepted = batch.accepted.iter().map(|incoming| format!("{} {}", incoming.row, shown(&incoming.order)));
    let refused = batch.refused.iter().map(|refused| format!("{} refused: {}", refused.row, refused.reason));
    notes.chain(accepted).chain(refused).collect()
}

#[test]
fn a_tiktok_export_is_read_with_all_that_it_does_to_its_cells() {
    assert_eq!(
        outcome("formats/tiktok-us.csv"),
        [
            "note read as TikTok Shop's order export",
            "note 1 row is left out: TikTok ships it from its own warehouse",
            "3 576461413038785752 Ready: Pat Example, 12 Sample Ave/, Hoboken, New Jersey 07030 US: 2 x MUG-1 + 1 x \
             1729412345678909999",
            "11 576461413038785753 Done: Pat Example, 12 Sample Ave/, Hoboken, New Jersey 07030 US: 1 x MUG-1",
            "15 576461413038785754 Cancelled: Pat Example, 12 Sample Ave/, Hoboken, New Jersey 07030 US: 1 x MUG-1",
            "27 576461413038785757 CancelRequested: Pat Example, 12 Sample Ave/, Hoboken, New Jersey 07030 US: 1 x MUG-1",
            "19 refused: the address is masked (ship_to.name) and the label is made here; send it whole, or say \
             label_source supplied; the address is masked (ship_to.line1) and the label is made here; send it whole, or \
             say label_source supplied",
            "31 refused: service.cod asks for cash on delivery, which this version does not do; leave it out, or ship the \
             order by hand",
            "35 refused: row 35, \"Order Status\": \"Lost in space\" is not known; add the word to the format's file with \
             what it means",
        ]
    );
    let batch = read("formats/tiktok-us.csv");
    let first = &batch.accepted[0];
    assert_eq!(first.order.channel, "tiktok_shop");
    assert_eq!(first.order.references, ["1153412345678901234"]);
    assert!(first.body.contains(r#""placed_at":"2026-01-14T22:01:00Z""#), "{}", first.body);
    assert!(first.body.contains(r#""value":"12.9""#) && first.body.contains(r#""currency":"USD""#), "{}", first.body);
    assert!(first.body.contains(r#""title":"Mug, 12 oz, White""#), "{}", first.body);
}

#[test]
fn a_pre_order_says_that_its_deadlines_count_from_another_day() {
    let text = std::fs::read_to_string(Path::new(DATA).join("formats/tiktok-us.csv")).expect("a file");
    let formats = shipped();
    let preorders = |text: &str| {
        let batch = order::read_for(text.as_bytes(), "o.csv", Formats::any(&formats), &|_| Vec::new());
        batch.accepted.iter().map(|incoming| incoming.order.preorder).collect::<Vec<_>>()
    };
    assert!(preorders(&text).iter().all(|is_one| !is_one));
    let all = preorders(&text.replace(",Normal,", ",Pre-order,"));
    assert!(all.len() > 3 && all.iter().any(|is_one| *is_one), "{all:?}");
}

#[test]
fn the_exports_of_other_markets_are_read_by_their_own_columns_and_clocks() {
    for (name, order, placed) in [
        (
            "formats/tiktok-th.csv",
            "576461413038785752 Ready: สมชาย ใจดี, 12 ถนนตัวอย่าง/คลองตัน, คลองเตย, กรุงเทพมหานคร 10110 TH: 1 x MUG-1",
            "2026-01-14T15:01:00Z",
        ),
        (
            "formats/tiktok-vn.csv",
            "576461413038785752 Ready: Nguyễn Văn A, 12 Đường Mẫu/Phường Bến Nghé, Quận 1, Hồ Chí Minh  VN: 1 x MUG-1",
            "2026-01-14T15:01:00Z",
        ),
        (
            "formats/tiktok-id.csv",
            "576461413038785752 Ready: Budi Contoh, Jl. Contoh 12/Pejuang, Medan Satria, Kota Bekasi, Jawa Barat 17131 ID: \
             1 x MUG-1",
            "2026-01-14T15:01:00Z",
        ),
        (
            "formats/tiktok-id.xlsx",
            "576461413038785752 Ready: Budi Contoh, Jl. Contoh 12/Pejuang, Medan Satria, Kota Bekasi, Jawa Barat 17131 ID: \
             1 x MUG-1",
            "2026-01-14T15:01:00Z",
        ),
        (
            "formats/shopee.csv",
            "260114ABCDEF12 Ready: Pat Example, 12 Jalan Contoh/Kampung Baru, Kuala Lumpur, Wilayah Persekutuan 50300 MY: \
             1 x MUG-1",
            "2026-01-14T14:01:00Z",
        ),
        (
            "formats/shopee-id.csv",
            "260114ABCDEF12 Ready: Budi Contoh, Jl. Contoh 12, Pejuang, Medan Satria/, KOTA BEKASI, JAWA BARAT  ID: \
             1 x MUG-1",
            "2026-01-14T15:01:00Z",
        ),
        (
            "formats/lazada.csv",
            "31415926535897 Ready: Pat Example, 12 Jalan Contoh/, Kuala Lumpur,  50300 MY: 2 x MUG-1",
            "2026-02-28T15:30:00Z",
        ),
    ] {
        let batch = read(name);
        let found: Vec<String> = batch.accepted.iter().map(|incoming| shown(&incoming.order)).collect();
        assert_eq!(found.first().map(String::as_str), Some(order), "{name}: {:?}", batch.refused);
        assert!(batch.accepted[0].body.contains(placed), "{name}: {}", batch.accepted[0].body);
    }
    let th = read("formats/tiktok-th.csv");
    assert!(th.refused[0].reason.contains("service.cod asks for cash on delivery"), "{}", th.refused[0].reason);
    assert!(th.accepted[0].body.contains(r#""value":"1299""#), "{}", th.accepted[0].body);
    assert!(read("formats/shopee-id.csv").accepted[0].body.contains(r#""value":"250000""#));
    let lazada = outcome("formats/lazada.csv");
    assert!(lazada[2].starts_with("4 31415926535898 Cancelled"), "{lazada:?}");
}

#[test]
fn units_that_were_cancelled_or_sent_do_not_travel_with_the_others_of_their_order() {
    let text = std::fs::read_to_string(Path::new(DATA).join("formats/lazada.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let with = |states: &[&str]| {
        let row = |state: &&str| lines[1].replace(",pending,", &format!(",{state},"));
        let sheet = [lines[0].to_owned()].into_iter().chain(states.iter().map(row)).collect::<Vec<_>>().join("\n");
        let batch = order::read_for(sheet.as_bytes(), "lazada.csv", Formats::any(&shipped()), &|_| Vec::new());
        let orders: Vec<String> = batch.accepted.iter().map(|incoming| shown(&incoming.order)).collect();
        let said = batch.notes.iter().find(|note| note.contains("left out")).cloned().unwrap_or_default();
        let refused: Vec<String> = batch.refused.into_iter().map(|refused| refused.reason).collect();
        (orders, refused, said)
    };
    for (states, state, units, left) in [
        (&["pending", "packed"][..], "Ready", 2, ""),
        (&["pending", "canceled", "pending"], "Ready", 2, "1 unit is left out"),
        (&["canceled", "shipped", "pending"], "Ready", 1, "2 units are left out"),
        (&["unpaid", "pending", "shipped"], "Hold", 2, "1 unit is left out"),
        (&["canceled", "shipped"], "Done", 2, ""),
        (&["canceled", "cancelled"], "Cancelled", 2, ""),
    ] {
        let (orders, refused, said) = with(states);
        assert_eq!(refused, Vec::<String>::new(), "{states:?}");
        assert!(orders[0].contains(&format!("535897 {state}: ")), "{states:?}: {orders:?}");
        assert!(orders[0].ends_with(&format!(": {units} x MUG-1")), "{states:?}: {orders:?}");
        assert!(said.starts_with(left) && said.is_empty() == left.is_empty(), "{states:?}: {said}");
    }
    let (orders, refused, _) = with(&["pending", "teleported"]);
    assert!(orders.is_empty() && refused[0].contains("\"teleported\" is not known"), "{orders:?} {refused:?}");
}

#[test]
fn json_is_known_by_any_of_its_orders_and_each_is_refused_for_what_it_lacks() {
    let text = std::fs::read_to_string(Path::new(DATA).join("formats/tiktok-api.json")).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = read("formats/tiktok-api.json");
    let orders = file["data"]["orders"].as_array_mut().unwrap();
    let mut lame = orders[0].clone();
    lame.as_object_mut().unwrap().remove("status");
    lame.as_object_mut().unwrap().remove("id");
    orders.insert(0, lame);
    let by_line: Vec<String> = orders.iter().map(serde_json::Value::to_string).collect();
    for (name, text) in [("a.json", file.to_string()), ("a.ndjson", by_line.join("\n"))] {
        let batch = order::read_for(text.as_bytes(), name, Formats::any(&shipped()), &|_| Vec::new());
        assert!(batch.notes[0].contains("TikTok"), "{name}: {:?}", batch.notes);
        assert_eq!(batch.accepted.len(), all.accepted.len(), "{name}");
        assert_eq!(batch.refused[0].row, 1, "{name}");
        assert!(batch.refused[0].reason.contains("order_ref is missing"), "{name}: {}", batch.refused[0].reason);
    }
}

/// The file with its first order paid as this word says.
fn paid_by(name: &str, paid: &str, by: &str) -> Batch {
    let text = std::fs::read_to_string(Path::new(DATA).join(name)).unwrap().replacen(paid, by, 1);
    order::read_for(text.as_bytes(), name, Formats::any(&shipped()), &|_| Vec::new())
}

#[test]
fn a_payment_is_known_to_be_made_or_its_order_is_refused_where_people_pay_on_delivery() {
    for (by, refused) in [
        ("Credit card", None),
        ("CREDIT CARD", None),
        ("", None),
        ("Cash on Delivery", Some("service.cod asks for cash on delivery")),
        ("ชำระเงินปลายทาง", Some("service.cod asks for cash on delivery")),
        ("Barter", Some("row 2, \"Payment Method\": \"Barter\" is not known; add the word to the format's file")),
    ] {
        let batch = paid_by("formats/tiktok-th.csv", "Credit card", by);
        let reason = batch.refused.iter().find(|refused| refused.row == 2).map(|refused| refused.reason.as_str());
        match (reason, refused) {
            (None, None) => {}
            (Some(reason), Some(said)) => assert!(reason.starts_with(said), "{by}: {reason}"),
            _ => panic!("{by}: {reason:?}"),
        }
    }
    // Nobody pays on delivery there, and the words are no matter.
    let us = paid_by("formats/tiktok-us.csv", "Credit card", "Barter");
    assert_eq!(us.accepted.len(), read("formats/tiktok-us.csv").accepted.len());
    // Who pays on delivery pays something: an amount that is not there is not nothing.
    let th = paid_by("formats/tiktok-th.csv", "Order Amount", "Amount of it");
    let reasons: Vec<&str> = th.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert!(reasons[0].contains("\"Payment Method\": needs \"order amount\", which is not filled in"), "{reasons:?}");
}

#[test]
fn erp_exports_are_filled_down_in_every_encoding_and_as_workbooks() {
    let first = "MB-1 Ready: Pat Example, 12 Sample Ave/, Hoboken, NJ 07030 US: 2 x MUG-1 + 1 x MUG-2 + 1 x MUG-2";
    for name in ["formats/mabang.csv", "formats/mabang-utf16.txt", "formats/mabang.xlsx"] {
        let batch = read(name);
        let found: Vec<String> = batch.accepted.iter().map(|incoming| shown(&incoming.order)).collect();
        assert_eq!(found, [first, "MB-2 Cancelled: Kim Sample, /, ,   US: 1 x MUG-1"], "{name}: {:?}", batch.refused);
        assert_eq!((batch.accepted[0].row, batch.accepted[1].row), (2, 5), "{name}");
        assert_eq!(batch.accepted[0].order.references, ["XM0001"]);
        assert_eq!(
            (batch.accepted[0].order.channel.as_str(), batch.accepted[0].order.shop.as_str()),
            ("TikTok", "US-01")
        );
        let placed = r#""placed_at":"2026-01-14T14:01:00Z""#;
        assert!(batch.accepted[0].body.contains(placed), "{name}: {}", batch.accepted[0].body);
        let due = r#""ship_by":"2026-01-16T04:00:00Z""#;
        assert!(batch.accepted[0].body.contains(due), "{name}: {}", batch.accepted[0].body);
    }
    let notes = read("formats/mabang.xlsx").notes;
    assert_eq!(notes, ["read as 马帮's order export", "the sheet \"任务信息\" is not read: it holds no orders"]);
    let dianxiaomi = outcome("formats/dianxiaomi.csv");
    assert_eq!(
        dianxiaomi[2],
        "2 576461413038785001 Ready: Pat Example, 12 Sample Ave/, Hoboken, New Jersey 07030 US: 1 x MUG-1"
    );
    assert!(dianxiaomi[1].contains("nobody has seen such a file yet"), "{dianxiaomi:?}");
}

#[test]
fn orders_in_json_are_read_by_their_paths_and_units_are_counted() {
    let batch = read("formats/tiktok-api.json");
    let found: Vec<String> = batch.accepted.iter().map(|incoming| shown(&incoming.order)).collect();
    assert_eq!(
        found,
        [
            "576461413038785752 Ready: Pat Example, 12 Sample Ave/, Hoboken, New Jersey 07030 US: 2 x MUG-1",
            "576461413038785753 Cancelled: , /, ,   : 1 x 1729412345678901234",
        ],
        "{:?}",
        batch.refused
    );
    assert!(batch.accepted[0].body.contains(r#""ship_by":"2026-01-16T22:00:00Z""#), "{}", batch.accepted[0].body);
    assert_eq!(batch.notes[1], "1 order is left out: TikTok ships it from its own warehouse");
    let mabang = outcome("formats/mabang-api.json");
    assert_eq!(mabang[2], "1 MB-1 Ready: Pat Example, 12 Sample Ave 4/, Hoboken, NJ 07030 US: 2 x MUG-1");
}

#[test]
fn a_header_that_changed_is_said() {
    assert_eq!(
        outcome("formats/tiktok-us-drifted.csv"),
        [
            "0 refused: this looks like TikTok Shop's order export, but there is no column \"quantity\"; export it with that \
          column, or, if it has another name now, add the name to the format's file"
        ]
    );
    let new = outcome("formats/tiktok-us-new-column.csv");
    assert_eq!(new[1], "note the format does not know \"gift wrap\", and nothing here goes by it");
    assert!(new[2].starts_with("2 576461413038785752 Ready"), "{new:?}");
    assert_eq!(
        outcome("formats/two-sheets.xlsx"),
        ["0 refused: the sheets \"A\" and \"B\" both hold orders; put each in a file of its own"]
    );
}

#[test]
fn numbers_that_a_spreadsheet_rounded_are_refused() {
    let rounded = "the column \"order_ref\" ends in zeros: a spreadsheet has rounded the numbers; import the file as it was \
                   downloaded";
    assert_eq!(outcome("orders/sheet-excel.csv"), [format!("0 refused: {rounded}")]);
    let workbook = outcome("formats/rounded.xlsx");
    assert!(workbook[2].contains("order_ref was rounded by a spreadsheet"), "{workbook:?}");
}

#[test]
fn files_that_spreadsheets_save_are_read_or_named() {
    for (name, who) in [
        ("orders/sheet-gb18030.csv", "王小明"),
        ("orders/sheet-utf16.csv", "王小明"),
        ("orders/sheet-sepline.csv", "Pat Example"),
    ] {
        let batch = read(name);
        let names: Vec<&str> = batch.accepted.iter().map(|incoming| incoming.order.ship_to.name.as_str()).collect();
        assert_eq!(names, [who], "{name}: {:?}", batch.refused);
    }
    for (name, said) in [
        ("orders/sheet-big5.csv", "perhaps this is Big5 (traditional Chinese); save it as CSV UTF-8, or as JSON"),
        ("orders/sheet-cp1252.csv", "perhaps this is Windows-1252 (Western Europe); save it as CSV UTF-8, or as JSON"),
    ] {
        let refused = outcome(name);
        assert!(refused[0].ends_with(said), "{name}: {refused:?}");
    }
}

#[test]
fn a_format_that_is_named_is_the_only_one() {
    let formats = shipped();
    let bytes = std::fs::read(Path::new(DATA).join("formats/tiktok-us.csv")).unwrap();
    let named = |name| {
        let formats = Formats::named(&formats, name).unwrap();
        order::read_for(&bytes, "a.csv", formats, &|_| Vec::new())
    };
    assert_eq!(named("tiktok").accepted.len(), 4);
    assert!(named("lazada").refused[0].reason.starts_with("no column order_ref"), "{:?}", named("lazada").refused);
    assert!(named("tiktok-api").refused[0].reason.starts_with("this is not TikTok Shop's orders as its API"));
    assert!(named("parceld.order/1").refused[0].reason.starts_with("no column order_ref"));
    let unknown = Formats::named(&formats, "tictoc").unwrap_err().to_string();
    assert!(unknown.starts_with("no format \"tictoc\"; use one of dianxiaomi, eccang, lazada"), "{unknown}");
}

/// An order of a small shop: its number, its street, and its lines.
type Small = (u64, String, Vec<(String, u32)>);

const SMALL: &str = "title = \"A shop\"\n[[column]]\nfield = \"order_ref\"\nnames = [\"No\"]\nrequired = true\n\
    [[column]]\nfield = \"ship_to.line1\"\nnames = [\"Street\"]\n[[column]]\nfield = \"ship_to.name\"\nnames = [\"To\"]\n\
    [[column]]\nfield = \"lines.sku\"\nnames = [\"Item\"]\n[[column]]\nfield = \"lines.qty\"\nnames = [\"Pieces\"]\n\
    [constants]\n\"ship_to.country\" = \"VN\"\n\"ship_to.city\" = \"Hue\"\n";

fn small(fill_down: bool) -> Vec<ForeignFormat> {
    let dir = tempfile::tempdir().expect("a folder");
    let text = if fill_down { format!("fill_down = true\n{SMALL}") } else { SMALL.to_owned() };
    std::fs::write(dir.path().join("small.toml"), text).expect("a file");
    let (formats, problems) = order_formats::read(dir.path(), RecordKind::Orders);
    assert!(problems.is_empty(), "{problems}");
    formats
}

/// The rows of orders as the shop writes them.
fn sheet<'a>(orders: impl IntoIterator<Item = &'a Small>, fill_down: bool) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["No", "To", "Street", "Item", "Pieces"]).expect("memory");
    for (number, street, lines) in orders {
        for (nth, (sku, qty)) in lines.iter().enumerate() {
            let of_order = |cell: &str| if fill_down && nth > 0 { String::new() } else { cell.to_owned() };
            let cells =
                [of_order(&format!("N-{number}")), of_order("Pat"), of_order(street), sku.clone(), qty.to_string()];
            writer.write_record(cells).expect("memory");
        }
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("text")
}

fn orders() -> impl Strategy<Value = Vec<Small>> {
    let line = ("[A-Z]{1,3}-[0-9]{1,3}", 1..9_u32);
    let order = ("[^\\p{C}*＊]{1,40}", prop::collection::vec(line, 1..4));
    prop::collection::vec(order, 1..8).prop_map(|orders| {
        orders.into_iter().zip(1000..).map(|((street, lines), number)| (number, street, lines)).collect()
    })
}

/// What each order came to, whatever row it stood on.
fn taken(text: &str, formats: &[ForeignFormat]) -> Vec<(String, String)> {
    let batch = order::read_for(text.as_bytes(), "a.csv", Formats::any(formats), &|_| Vec::new());
    let accepted = batch.accepted.into_iter().map(|incoming| (incoming.order.order_ref, incoming.body));
    let refused = batch.refused.into_iter().map(|refused| {
        let number = refused.text.split(',').next().unwrap_or_default().to_owned();
        (number, "refused".to_owned())
    });
    let mut all: Vec<(String, String)> = accepted.chain(refused).collect();
    all.sort();
    all
}

proptest! {
    #[test]
    fn the_order_of_orders_in_a_file_and_where_it_is_split_say_nothing(orders in orders(), at in any::<prop::sample::Index>()) {
        for fill_down in [false, true] {
            let formats = small(fill_down);
            let whole = taken(&sheet(&orders, fill_down), &formats);
            prop_assert_eq!(whole.len(), orders.len());
            let turned: Vec<&Small> = orders.iter().rev().collect();
            prop_assert_eq!(&taken(&sheet(turned, fill_down), &formats), &whole);
            let (one, other) = orders.split_at(at.index(orders.len()));
            let mut halves = Vec::new();
            for half in [one, other].into_iter().filter(|half| !half.is_empty()) {
                halves.extend(taken(&sheet(half, fill_down), &formats));
            }
            halves.sort();
            prop_assert_eq!(halves, whole);
        }
    }

    #[test]
    fn whatever_stands_in_a_cell_survives_or_refuses_its_order(street in "\\PC{0,60}") {
        let formats = small(false);
        let text = sheet([&(1, street.clone(), vec![("A-1".to_owned(), 1)])], false);
        let batch = order::read_for(text.as_bytes(), "a.csv", Formats::any(&formats), &|_| Vec::new());
        prop_assert_eq!(batch.accepted.len() + batch.refused.len(), 1);
        for incoming in batch.accepted {
            // Blanks of whatever width are one, and signs that nobody sees are none.
            let plain = |text: &str| -> String {
                text.chars().filter(|c| !c.is_whitespace() && !"\u{ad}\u{200b}\u{200e}\u{200f}\u{feff}".contains(*c)
                    && !('\u{fe00}'..='\u{fe0f}').contains(c)).collect()
            };
            prop_assert_eq!(plain(&incoming.order.ship_to.line1), plain(&street));
        }
    }

    #[test]
    fn no_bytes_make_reading_a_foreign_file_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), header in any::<bool>()) {
        let formats = shipped();
        let mut file = if header { "\u{feff}No,To,Street,Item,Pieces\r\n".as_bytes().to_vec() } else { Vec::new() };
        file.extend(bytes);
        let all: Vec<ForeignFormat> = formats.into_iter().chain(small(true)).collect();
        let _ = order::read_for(&file, "a.csv", Formats::any(&all), &|_| Vec::new());
        let _ = order::read_for(&file, "a.json", Formats::any(&all), &|_| Vec::new());
        let _ = workbook::read(file, |_| ());
    }
}
