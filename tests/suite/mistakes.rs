//! Mistakes as people make them, and the exact sentences that are said of them: in order files, in the configuration, in rate
//! cards. `tests/rig/mistakes.rs` has those of the command line.

use std::fs;
use std::path::Path;

use parceld::config::Config;
use parceld::daemon::{Setup, orders};
use parceld::exchange::order::{self, Formats};

/// Each mistake that is answered otherwise than its row says, all of them at once.
fn compare(said: impl IntoIterator<Item = (String, Vec<String>, Vec<&'static str>)>) {
    let mut wrong = String::new();
    for (mistake, said, expected) in said {
        if said != expected {
            wrong.push_str(&format!("{mistake}\n     says {said:#?}\n  instead {expected:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const HEADER: &str = "order_ref,ship_to.name,ship_to.line1,ship_to.city,ship_to.region,ship_to.postcode,ship_to.country,lines.sku,lines.qty";

/// A file with one order, in which some cells are replaced.
fn sheet(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut columns: Vec<String> = HEADER.split(',').map(str::to_owned).collect();
    let mut row: Vec<String> =
        ["A1", "Ann Example", "1 Main St", "Boston", "MA", "02116", "US", "MUG", "1"].map(str::to_owned).to_vec();
    for (column, cell) in cells {
        match columns.iter().position(|known| known == column) {
            Some(at) => row[at] = (*cell).to_owned(),
            None => {
                columns.push((*column).to_owned());
                row.push((*cell).to_owned());
            }
        }
    }
    format!("{}\n{}\n", columns.join(","), row.join(",")).into_bytes()
}

/// One order as JSON, in which a part is replaced.
fn json(from: &str, to: &str) -> Vec<u8> {
    const ORDER: &str = r#"{"order_ref":"A1","ship_to":{"name":"Ann","line1":"1 Main St","city":"Boston","postcode":"02116","country":"US"},"lines":[{"sku":"S","qty":1}]}"#;
    assert!(ORDER.contains(from), "{from}");
    ORDER.replace(from, to).into_bytes()
}

const UNREAD: &str = "; save it as CSV UTF-8, or as JSON";

#[test]
fn every_mistake_in_an_order_file_is_answered_with_what_to_do() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
    let rules = Setup::load(&demo).unwrap().0.rules;
    let good = || sheet(&[]);
    let header = |name: &str| String::from_utf8(good()).unwrap().replace("order_ref", name).into_bytes();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf16 = [b"\xff\xfe".to_vec(), wide(&String::from_utf8(good()).unwrap())].concat();
    let xlsx = b"PK\x03\x04\x14\0\x06\0[Content_Types].xml ... xl/workbook.xml".to_vec();
    let ods = b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK".to_vec();
    let where_to_look = "; the first row names the columns, such as order_ref, ship_to.name, lines.sku; see `parceld orders \
                         --help`, or /usr/share/doc/parceld/config/orders/README.md";
    let no_column = format!("no column order_ref, which holds the number of each order{where_to_look}");
    let maybe = |name: &str| format!("no column order_ref; {name:?} may be it: name it order_ref{where_to_look}");
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let file = |text: &str| leak(format!("0: {text}{UNREAD}"));
    let fields = "there are channel_hint, signature, pod, insure, cod, terms, expedite, appointment, weekend, label_source, \
                  carrier, sms, retries";
    let rows: Vec<(&str, Vec<u8>, Vec<&'static str>)> = vec![
        // Files that are something else.
        ("orders.csv", xlsx.clone(), vec![file("this is an Excel workbook (.xlsx)")]),
        ("orders.jsonl", xlsx, vec![file("this is an Excel workbook (.xlsx)")]),
        ("orders.csv", ods, vec![file("this is an OpenDocument spreadsheet (.ods)")]),
        (
            "orders.csv",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            vec![file("this is an old Excel workbook (.xls)")],
        ),
        ("orders.csv", b"PK\x03\x04orders.csv".to_vec(), vec![file("this is a ZIP archive")]),
        ("orders.csv", b"%PDF-1.7\n".to_vec(), vec![file("this is a PDF")]),
        ("orders.csv", b"\x89PNG\r\n\x1a\n".to_vec(), vec![file("this is a picture (PNG)")]),
        ("orders.json", b"\x1f\x8b\x08\0".to_vec(), vec![file("this is a gzip archive")]),
        ("orders.csv", b"SQLite format 3\0".to_vec(), vec![file("this is an SQLite database")]),
        ("orders.csv", b"<!DOCTYPE html><title>Sign in</title>".to_vec(), vec![file("this is a web page")]),
        // Half a letter at its end.
        ("orders.csv", [utf16, vec![0]].concat(), vec![file("this is text in UTF-16, and UTF-8 is read here")]),
        (
            "orders.csv",
            [good(), b"A2,Jos\xe9".to_vec()].concat(),
            vec![file(
                "line 3 holds the byte 0xE9, byte 175 of the file, which is not UTF-8: perhaps this is Windows-1252 \
                 (Western Europe)",
            )],
        ),
        (
            "orders.csv",
            [good(), b"A2,\xa4\xfd\xa4\x70\xa9\xfa".to_vec()].concat(),
            vec![file(
                "line 3 holds the byte 0xA4, byte 172 of the file, which is not UTF-8: perhaps this is Big5 (traditional \
                 Chinese)",
            )],
        ),
        ("orders.csv", Vec::new(), vec!["0: the file is empty; export the orders again"]),
        (
            "orders.json",
            b"\n\n \r\n".to_vec(),
            vec!["0: there are only blank lines in the file; export the orders again"],
        ),
        ("orders.csv", b"A1,Ann,1 Main St\n".to_vec(), vec![leak(format!("0: {no_column}"))]),
        ("orders.csv", header("order no"), vec![leak(format!("0: {}", maybe("order no")))]),
        ("orders.csv", header("Order ID"), vec![leak(format!("0: {}", maybe("Order ID")))]),
        ("orders.csv", header("oder_ref"), vec![leak(format!("0: {}", maybe("oder_ref")))]),
        // Files that are read all the same.
        ("orders.csv", String::from_utf8(good()).unwrap().replace(',', ";").into_bytes(), vec!["accepted A1"]),
        ("orders.txt", String::from_utf8(good()).unwrap().replace(',', "\t").into_bytes(), vec!["accepted A1"]),
        ("orders.csv", [b"\xef\xbb\xbf".to_vec(), good()].concat(), vec!["accepted A1"]),
        ("orders.csv", json("A1", "A1"), vec!["accepted A1"]),
        ("orders.csv", format!("{HEADER}\n").into_bytes(), vec![]),
        ("orders.json", b"[]".to_vec(), vec![]),
        // JSON.
        (
            "orders.json",
            json(r#""qty":1}]}"#, r#""qty":1"#),
            vec!["1: not JSON (it ends too early at line 1, column 140); export the order again"],
        ),
        (
            "orders.jsonl",
            [json("A1", "A1"), b"\n{\"order_ref\":\n".to_vec()].concat(),
            vec!["accepted A1", "2: not JSON (it ends too early at line 2, column 13); export the order again"],
        ),
        (
            "orders.json",
            b"[\n{\"order_ref\": \"A1\"\n".to_vec(),
            vec!["0: not JSON (it ends too early at line 3, column 0); export the order again"],
        ),
        (
            "orders.json",
            json(r#""qty":1"#, r#""qty":1,"qty":2,"sku":"T""#),
            vec!["1: lines[1].qty stands twice; send it once; lines[1].sku stands twice; send it once"],
        ),
        (
            "orders.json",
            json(r#""A1""#, "576461413038785752"),
            vec!["1: order_ref is a number; write it as text in quotation marks, because long numbers lose digits"],
        ),
        (
            "orders.json",
            json(r#""lines""#, r#""service":{"signature":"adult","urgent":true},"lines""#),
            vec![leak(format!(
                "1: service.urgent is no field of parceld.order/1 and would be lost; {fields}; service.signature must be \
                 none, any, adult18 or adult21; did you mean adult18?"
            ))],
        ),
        // Words, countries, postcodes, boxes.
        (
            "orders.csv",
            sheet(&[("state", "redy")]),
            vec!["2: state must be ready, hold, cancel_requested, cancelled or done; did you mean ready?"],
        ),
        (
            "orders.csv",
            sheet(&[("lines.dg.class", "Li-Ion")]),
            vec![
                "2: lines[1].dg.class must be none, li_ion, li_metal, na_ion, liquid, powder, magnet, aerosol, lq or \
                 unknown; did you mean li_ion?",
            ],
        ),
        (
            "orders.csv",
            sheet(&[("service.terms", "ddp")]),
            vec!["2: service.terms must be DDP, DDU or n/a; did you mean DDP?"],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "UK"), ("ship_to.postcode", "SW1A 1AA")]),
            vec![
                "2: ship_to.country must be two capital letters of a country (ISO 3166), such as US; did you mean GB?",
            ],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "USA")]),
            vec![
                "2: ship_to.country must be two capital letters of a country (ISO 3166), such as US; did you mean US?",
            ],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "GB"), ("ship_to.postcode", "")]),
            vec!["2: ship_to.postcode is missing; fill it in"],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "GB"), ("ship_to.postcode", "SW1A")]),
            vec!["2: ship_to.postcode must be a whole postcode, such as SW1A 1AA"],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.postcode", "99999")]),
            vec!["2: ship_to.postcode must be a ZIP code that there is, from 00501 to 99950"],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.postcode", "2116")]),
            vec![
                "2: ship_to.postcode must be five digits, or five and four, such as 02116-1234 (a spreadsheet may have \
                 cut a leading 0)",
            ],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "PR")]),
            vec![
                "2: ship_to.postcode must be one of PR, which begins with 006, 007 or 009 (with another one the \
                 country is US)",
            ],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "DE"), ("ship_to.postcode", "1067")]),
            vec!["2: ship_to.postcode must be five digits, such as 01067 (a spreadsheet may have cut a leading 0)"],
        ),
        (
            "orders.csv",
            sheet(&[("ship_to.country", "IM"), ("ship_to.postcode", "IM1")]),
            vec!["2: ship_to.postcode must be a whole postcode, such as IM1 1AA"],
        ),
        ("orders.csv", sheet(&[("ship_to.postcode", "'02116-")]), vec!["accepted A1"]),
        (
            "orders.csv",
            sheet(&[("box", "C2")]),
            vec![
                "2: box: this station has no \"C2\"; did you mean B2? its boxes are B1, B2, B3, B4; add a [[packing.box]], \
                 or send dims instead",
            ],
        ),
        // Quantities.
        (
            "orders.csv",
            sheet(&[("lines.unit_g", "310 gramm")]),
            vec!["2: lines[1].unit_g: \"310 gramm\" has no known unit; write one of mg, g, kg, oz, lb, such as 310g"],
        ),
        (
            "orders.csv",
            sheet(&[("dims", "12x9x8")]),
            vec!["2: dims: \"12x9x8\" has no known unit; write one of mm, cm, in, such as 12x9x8in"],
        ),
        (
            "orders.csv",
            sheet(&[("dims", "12x9in")]),
            vec!["2: dims: \"12x9in\" is not a size; write three lengths and a unit, such as 12x9x8in"],
        ),
        (
            "orders.csv",
            sheet(&[("lines.qty", "0")]),
            vec!["2: lines[1].qty: 0 is not from 1 to 10000; write one inside"],
        ),
        // Every problem of an order at once.
        (
            "orders.csv",
            String::from_utf8(sheet(&[("ship_to.country", "UK"), ("box", "C9"), ("state", "redy")]))
                .unwrap()
                .replace("ship_to.postcode", "zip")
                .replace("lines.qty", "Quantity")
                .into_bytes(),
            vec![
                "2: state must be ready, hold, cancel_requested, cancelled or done; did you mean ready?; ship_to.country \
                 must be two capital letters of a country (ISO 3166), such as US; did you mean GB?; lines[1].qty is \
                 missing; fill it in; box: this station has no \"C9\"; its boxes are B1, B2, B3, B4; add a \
                 [[packing.box]], or send dims instead; no column of parceld.order/1 is called \"zip\" \
                 (ship_to.postcode?), \"Quantity\" (lines.qty?); rename what is meant",
            ],
        ),
        (
            "orders.json",
            json(r#""order_ref":"A1""#, r#""schema":"parceld.order/2","order_ref":"A 1""#),
            vec!["1: schema must be parceld.order/1; order_ref must be letters, digits and signs without blanks"],
        ),
    ];
    compare(rows.into_iter().map(|(name, bytes, expected)| {
        let batch = order::read_for(&bytes, name, Formats::default(), &|order| orders::unfit(&rules, order));
        let accepted = batch.accepted.iter().map(|incoming| format!("accepted {}", incoming.order.order_ref));
        let refused = batch.refused.iter().map(|refused| format!("{}: {}", refused.row, refused.reason));
        let shown: String = String::from_utf8_lossy(&bytes).chars().take(200).collect();
        (format!("{name} {shown:?}"), accepted.chain(refused).collect(), expected)
    }));
}

const CARRIER: &str = "name = \"ACME\"\nlabel = \"parcel\"\n[number]\nprefix = \"AC\"\nwidth = 4\ncheck = \"none\"\n[[pool]]\n\
                       id = \"a\"\nstation = \"DEMO-ST01\"\nfrom = 0\nto = 4999\n[[service]]\nid = \"ground\"\nname = \"GROUND\"\n";
const CARD: &str = "currency = \"USD\"\nzones = \"zones.csv\"\nwithout_dims = \"price\"\n[weight]\nround = \"up\"\nstep = \"1lb\"\n\
                    [dimensions]\nunit = \"in\"\nround = \"up\"\nstep = \"1in\"\ndivisor = \"139in3/lb\"\n[[surcharge]]\n\
                    name = \"far\"\namount = \"3.00\"\nzones = [\"2\"]\n[[limit]]\nzones = [\"1\", \"2\"]\nweight = \"70lb\"\n";
const PRICES: &str = "max_lb,1,2\n1,5.00,6.00\n2,5.50,6.50\n";
const ZONES: &str = "origin,destination,zone\nUS:9,US:90,1\nUS:9,US:1,2\n";
const CARD_PATH: &str = "carriers/acme/ground/2026-01-01.toml";
const PRICES_PATH: &str = "carriers/acme/ground/2026-01-01.prices.csv";

/// What `parceld check` says of a station in whose folder these files are replaced; without what it says of the demo's devices.
fn checked(replaced: &[(&str, Vec<u8>)]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let repository = |folder: &str| format!("{}/config/{folder}", env!("CARGO_MANIFEST_DIR"));
    let files = [
        ("station.toml", station()),
        ("carriers/acme/carrier.toml", CARRIER.to_owned()),
        (CARD_PATH, CARD.to_owned()),
        (PRICES_PATH, PRICES.to_owned()),
        ("carriers/acme/ground/zones.csv", ZONES.to_owned()),
    ];
    for (name, text) in files {
        let bytes = replaced.iter().find(|(replaced, _)| *replaced == name).map(|(_, bytes)| bytes.clone());
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes.unwrap_or_else(|| text.into_bytes())).unwrap();
    }
    for (name, bytes) in replaced {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    for folder in ["languages", "labels"] {
        std::os::unix::fs::symlink(repository(folder), dir.path().join(folder)).unwrap();
    }
    let problems = Config::check_all(&dir.path().join("station.toml"));
    let here = format!("{}/", dir.path().display());
    let said = problems.iter().map(|problem| problem.to_string().replace(&here, ""));
    said.filter(|said| !said.contains("stands for a virtual device")).collect()
}

/// The demo's file with the carriers of this test.
fn station() -> String {
    include_str!("../../config/demo.toml").replace("carriers = [\"usps\", \"ontrac\", \"gofo\", \"cityline\"]\n", "")
}

/// Files that are wrong, by their names, and what is said of them.
type ConfigMistake = (Vec<(&'static str, Vec<u8>)>, Vec<&'static str>);

#[test]
fn every_mistake_in_the_configuration_is_answered_with_its_line_and_what_to_do() {
    assert_eq!(checked(&[]), [] as [String; 0], "without a mistake nothing is said");
    let with = |from: &str, to: &str| {
        let text = station();
        assert!(text.contains(from), "{from}");
        vec![("station.toml", text.replacen(from, to, 1).into_bytes())]
    };
    let devices = |scanner: &str, scale: &str| {
        let at = |device: &str| format!("device = \"{device}\"");
        let text = station().replacen(&at("demo"), &at(scanner), 1).replacen(&at("demo"), &at(scale), 1);
        vec![("station.toml", text.into_bytes())]
    };
    let bytes = |name: &'static str, bytes: &[u8]| vec![(name, bytes.to_vec())];
    let latin = |text: &str, at: &str| {
        let text = text.replacen(at, "@", 1);
        let (before, after) = text.split_once('@').unwrap();
        [before.as_bytes(), b"Jos\xe9", after.as_bytes()].concat()
    };
    let xlsx = b"PK\x03\x04[Content_Types].xml xl/workbook.xml";
    let rows: Vec<ConfigMistake> = vec![
        (
            bytes("station.toml", xlsx),
            vec!["station.toml: this is an Excel workbook (.xlsx); name the station's file with --config"],
        ),
        (
            bytes("station.toml", b"%PDF-1.4"),
            vec!["station.toml: this is a PDF; name the station's file with --config"],
        ),
        (
            bytes("station.toml", b"\xff\xfe[\0s\0"),
            vec![
                "station.toml: this is text in UTF-16, and UTF-8 is read here; open it in a text editor, and save it as \
                 UTF-8",
            ],
        ),
        (
            vec![("station.toml", latin(&station(), "parceld demo\""))],
            vec![
                "station.toml:14: holds the byte 0xE9, byte 395 of the file, which is not UTF-8; open it in a text editor, \
                 and save it as UTF-8",
            ],
        ),
        (
            with("country = \"US\"", "country = \"UK\""),
            vec![
                "station.toml:19: country \"UK\" is not a country; did you mean GB? write two capital letters of ISO 3166, \
                 such as US",
            ],
        ),
        // Two names of one node are found where it is plugged in: `src/daemon/readiness/tests.rs`.
        (
            devices("/dev/ttyUSB0", "/dev/ttyUSB0"),
            vec![
                "station.toml:27: scale is at /dev/ttyUSB0, and so is scanner hand; write the device of each; `parceld doctor` \
                 says what is plugged in",
            ],
        ),
        (
            devices("/dev/ttyUSB0\"\n\n[[scanner]]\nname = \"wedge\"\ndevice = \"evdev:/dev/ttyUSB0", "demo"),
            vec![
                "station.toml:27: scanner wedge is at evdev:/dev/ttyUSB0, and so is scanner hand; write the device of each; \
                 `parceld doctor` says what is plugged in",
            ],
        ),
        (
            with("protocol = \"mt-sics\"", "protocol = \"mtsics\""),
            vec![
                "station.toml:26: scale.protocol is \"mtsics\", which is not known; did you mean mt-sics? write \"hid\", \
                 \"mt-sics\", \"toledo-8217\", \"nci\", \"a-and-d\", \"cas\", \"ohaus\", \"sbi\", \"adam\"",
            ],
        ),
        (
            with("outer = \"8x6x4in\"", "outer = \"8x6x4\""),
            vec![
                "station.toml:55: packing.box[1].outer: \"8x6x4\" has no known unit; write one of mm, cm, in, such as \
                 12x9x8in",
            ],
        ),
        (
            with("specimen = true", "specimen = true\nempty_below = \"\""),
            vec!["station.toml:52: packing.empty_below: it is empty; write a number and its unit, such as 310g"],
        ),
        (
            with("carriers_dir = \"carriers\"", "carriers_dir = \"carriers\"\ncarriers = [\"acmee\"]"),
            vec!["carriers/acmee: no such carrier; did you mean acme? add its folder, or take it out of [rates]"],
        ),
        (
            with("carriers_dir = \"carriers\"", "carriers_dir = \"carriers\"\nlast_resort = [\"acme.groud\"]"),
            vec![
                "station.toml: [rates] names \"acme.groud\", and no card has that name; did you mean acme.ground? write \
                 one of acme.ground, or its carrier alone where that is meant",
            ],
        ),
        (
            with("listen = \"127.0.0.1:8080\"", "listen = \"8080\""),
            vec!["station.toml:67: \"8080\" is not an address and port; write one such as 127.0.0.1:8080"],
        ),
        // A price table that cannot be read is what is said, and nothing that follows from it.
        (
            bytes(PRICES_PATH, xlsx),
            vec![
                "carriers/acme/ground/2026-01-01.prices.csv: this is an Excel workbook (.xlsx); save the table as CSV \
                 UTF-8 under this name",
            ],
        ),
        (
            bytes(PRICES_PATH, b"kilos,1,2\n1,5.00,6.00\n"),
            vec![
                "carriers/acme/ground/2026-01-01.prices.csv:1: the first column is \"kilos\"; name it one of max_g, max_kg, \
                 max_oz, max_lb, or under_\u{2026} where a bound belongs to the row after it",
            ],
        ),
        (
            bytes(PRICES_PATH, b"max_lb,1,2\n1,5.00,6.00\n2,5.50\xa0,6.50\n"),
            vec![
                "carriers/acme/ground/2026-01-01.prices.csv:3: holds the byte 0xA0, byte 30 of the file, which is not \
                 UTF-8; save the table as CSV UTF-8 under this name",
            ],
        ),
        (
            vec![(CARD_PATH, CARD.replace("zones = [\"2\"]", "zones = [\"3\"]").into_bytes())],
            vec!["carriers/acme/ground/2026-01-01.toml:15: no zone is called \"3\"; write some of 1, 2"],
        ),
        (
            bytes(
                "carriers/acme/ground/zones.csv",
                b"origin,destination,zone\nUS:9,US:90,1\nUS:9,ID/Jawa Barat,2\nUS:9,ID/West Java,1\n",
            ),
            vec![
                "carriers/acme/ground/zones.csv:4: its destination overlaps with the one on line 3; one place has one zone: \
                 correct one of the two",
            ],
        ),
        (
            bytes("carriers/acme/aliases.csv", b"name,means\nVN/Saigon,VN:700\n"),
            vec![
                "carriers/acme/aliases.csv:2: \"VN:700\" is no name of a place; write the country, a slash and a region, and \
                 if wanted a slash and a city: VN/Ha Noi",
            ],
        ),
        (
            bytes(
                "carriers/acme/aliases.csv",
                b"name,means\nVN/Cho Lon,VN/Ho Chi Minh\nVN/TP HCM,VN/Ho Chi Minh\nVN/A,VN//B\n",
            ),
            vec![
                "carriers/acme/aliases.csv:3: both names are compared as one already; remove the row",
                "carriers/acme/aliases.csv:4: a region and a city, or two countries; write two regions of one country, or two \
                 cities of one",
                "carriers/acme/aliases.csv:2: no table of this carrier names what it means; write the name as a table \
                 has it, or remove the row",
            ],
        ),
        (
            vec![(CARD_PATH, b"SQLite format 3\0".to_vec())],
            vec!["carriers/acme/ground/2026-01-01.toml: this is an SQLite database; put the text file in its place"],
        ),
    ];
    compare(rows.into_iter().map(|(files, expected)| {
        let mistake = format!("{} {:.60?}", files[0].0, String::from_utf8_lossy(&files[0].1));
        (mistake, checked(&files), expected)
    }));
}
