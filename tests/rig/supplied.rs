//! Labels that platforms and carriers hand out: imported with their orders, printed without a network, scanned back.

use std::io::Write;
use std::path::Path;

use hal::sim::{Edge, PrinterFault, PrinterSettings, draw};
use parceld::barcode::Command;
use parceld::label::Bitmap;
use serde_json::{Value, json};

use super::bench::{Bench, edge};
use super::order::order;
use super::packer::{close, label, open, verified_once};
use super::sheet::{A6, Sheet, pdf};

const ORDER: &str = "RIG-6001";
const NUMBER: &str = "JJD0002257639032011";
const OTHER: &str = "JJD0002257639032012";
const THIRD: &str = "JJD0002257639032013";

/// An order that brings its label.
fn supplied(order_ref: &str, number: &str, label: &Value) -> Value {
    let mut order = order(order_ref);
    order["service"]["label_source"] = "supplied".into();
    order["label"] = label.clone();
    order["label"]["tracking"] = number.into();
    order
}

fn on_page(page: Option<u32>) -> Value {
    json!({ "format": "pdf", "path": "waybills/wave7.pdf", "page": page, "sha256": "" })
}

/// A bench of a carrier whose labels all come from elsewhere, and a wave of three labels beside its order files.
async fn bench() -> Bench {
    let bench = Bench::bare().await;
    bench.reconfigure(r#""gofo", "cityline"]"#, r#""gofo", "cityline", "yodel"]"#);
    std::fs::create_dir(bench.path("waybills")).unwrap();
    write(&bench, "wave7.pdf", &pdf(&[OTHER, THIRD, NUMBER].map(|number| Sheet::new(A6, number))));
    bench
}

fn write(bench: &Bench, name: &str, bytes: &[u8]) {
    std::fs::write(bench.path("waybills").join(name), bytes).unwrap();
}

/// What a scanner reads of the label that came out last.
fn on_paper(bench: &Bench) -> Vec<String> {
    let job = bench.printer.history().last().expect("a label came out").job.clone();
    let drawn = draw(hal::printer::Language::Zpl, &job, PrinterSettings::default());
    assert_eq!(drawn.report.error, None);
    drawn.report.decoded.into_iter().map(|symbol| symbol.text).collect()
}

#[tokio::test]
async fn a_supplied_label_is_printed_scanned_back_and_goes_on_its_carriers_manifest_with_the_cable_pulled() {
    let bench = bench().await;
    bench.receiver.pull_cable(true);
    // Nobody says whose the number is: it tells.
    let imported = bench.import(&[supplied(ORDER, NUMBER, &on_page(Some(3)))]).await.good();
    assert!(imported.out.contains("1 accepted"), "{imported:?}");
    // From here on the file is not needed.
    std::fs::remove_dir_all(bench.path("waybills")).unwrap();
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    assert_eq!(label(&station).await, NUMBER);
    bench.printed(1).await;
    assert!(on_paper(&bench).contains(&NUMBER.to_owned()), "{:?}", on_paper(&bench));
    assert!(bench.last_label().contains("SPECIMEN"));
    close(&bench, &station, NUMBER).await;
    verified_once(&bench, NUMBER, &["verified"]).await;
    let parcel = bench.parcel().await;
    assert_eq!((parcel["service"].as_str(), parcel["label_source"].as_str()), (Some("yodel.home48"), Some("supplied")));
    assert_eq!(parcel["decision"]["choice"], "yodel.home48");
    bench.run(&["manifest", "close", "yodel"]).await.good();
    bench.receiver.pull_cable(false);
    bench.run(&["outbox", "retry"]).await.good();
    station.screen.all_sent().await;
    assert_eq!(bench.parcel().await["state"], "confirmed");
    let events = bench.received(3).await;
    let committed = events.iter().find(|event| event["type"] == "parceld.parcel.committed").unwrap();
    assert_eq!(committed["data"]["label_source"], "supplied");
    let manifest = events.iter().find(|event| event["type"] == "parceld.manifest.closed").unwrap();
    let line = &manifest["data"]["parcels"][0];
    assert!(line["tracking"] == NUMBER && line["est_cost"].is_null(), "{line:#}");
}

#[tokio::test]
async fn a_supplied_label_survives_power_cuts_between_its_import_and_its_print() {
    let bench = bench().await;
    let station = bench.start().await;
    bench.import(&[supplied(ORDER, NUMBER, &on_page(None))]).await.good();
    station.kill();
    std::fs::remove_dir_all(bench.path("waybills")).unwrap();

    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    let mut edges = bench.printer.watch_edges();
    bench.printer.hold_status_replies(true);
    bench.put(580);
    edge(&mut edges, Edge::StatusAsked).await;
    assert_eq!(bench.parcel().await["state"], "committed");
    station.kill();
    assert_eq!(bench.printer.printed(), 0);
    bench.printer.hold_status_replies(false);

    let station = bench.start().await;
    assert_eq!(label(&station).await, NUMBER);
    bench.printed(1).await;
    assert!(on_paper(&bench).contains(&NUMBER.to_owned()));
    close(&bench, &station, NUMBER).await;
    verified_once(&bench, NUMBER, &["verified"]).await;
}

#[tokio::test]
async fn a_supplied_label_is_found_out_after_a_cut_and_printed_again_only_when_the_packer_says_so() {
    let bench = bench().await;
    bench.import(&[supplied(ORDER, NUMBER, &on_page(Some(3)))]).await.good();
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put_and_print_into(PrinterFault::NeverReplies).await;
    bench.printed(1).await;
    assert!(!bench.last_label().contains("R2"));
    station.kill();
    bench.printer.set_fault(PrinterFault::None);

    let station = bench.start().await;
    // The printer tells that it is out.
    station.screen.says("scan_label").await;
    bench.printed(1).await;
    bench.scan(&Command::Reprint.encode()).await;
    bench.printed(2).await;
    assert!(bench.last_label().contains("R2") && on_paper(&bench).contains(&NUMBER.to_owned()));
    close(&bench, &station, NUMBER).await;
    verified_once(&bench, NUMBER, &["spoiled", "verified"]).await;
}

/// A content stream that is 600 MB of blanks and takes two thousand bytes: a PDF may pack a stream as often as it likes.
fn bomb() -> Vec<u8> {
    let pack = |write: &dyn Fn(&mut dyn Write)| {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        write(&mut packer);
        packer.finish().unwrap()
    };
    let blanks = vec![b' '; 1 << 20];
    let once = pack(&|to| (0..600).for_each(|_| to.write_all(&blanks).unwrap()));
    let twice = pack(&|to| to.write_all(&once).unwrap());
    let head = format!(
        "%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
         3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 283 425]/Contents 4 0 R>> endobj\n\
         4 0 obj <</Length {}/Filter[/FlateDecode/FlateDecode]>> stream\n",
        twice.len()
    );
    [head.as_bytes(), &twice, b"\nendstream endobj\ntrailer <</Root 1 0 R>>\n"].concat()
}

#[tokio::test]
async fn each_order_whose_label_cannot_be_used_is_refused_alone_and_with_its_reason() {
    let bench = bench().await;
    std::fs::write(bench.path("secret.pdf"), pdf(&[Sheet::new(A6, NUMBER)])).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", bench.path("waybills/link.pdf")).unwrap();
    write(&bench, "bomb.pdf", &bomb());
    write(&bench, "cut.pdf", &pdf(&[Sheet::new(A6, NUMBER)])[..300]);
    write(&bench, "wide.pdf", &pdf(&[Sheet::new((3_000_000.0, 400.0), NUMBER)]));
    write(&bench, "setup.zpl", format!("^XA^JUS^FO9,9^A0N,30,30^FD{NUMBER}^FS^XZ").as_bytes());
    write(&bench, "label.zpl", format!("^XA^FO9,9^A0N,30,30^FD{NUMBER}^FS^XZ").as_bytes());
    write(&bench, "blank.png", &Bitmap::new(800, 1200).png());
    let file = |path: &str| json!({ "path": path });
    let mut unknown = supplied("RIG-6120", NUMBER, &on_page(Some(3)));
    unknown["service"]["carrier"] = "yodle".into();
    let mut other = supplied("RIG-6121", NUMBER, &on_page(Some(3)));
    other["service"]["carrier"] = "gofo".into();
    let wrong = "00".repeat(32);
    let cases = [
        (supplied("RIG-6101", OTHER, &on_page(None)), ""),
        (supplied("RIG-6102", NUMBER, &file("waybills/wave8.pdf")), "waybills/wave8.pdf is not there"),
        (supplied("RIG-6103", "NOBODYS-1", &on_page(Some(3))), "no carrier here has numbers like NOBODYS-1"),
        (supplied("RIG-6104", NUMBER, &file("../secret.pdf")), "leads out of the folder"),
        (supplied("RIG-6105", NUMBER, &file("/etc/passwd")), "leads out of the folder"),
        (supplied("RIG-6106", NUMBER, &file("waybills/link.pdf")), "is a link out of the folder"),
        (supplied("RIG-6107", NUMBER, &file("")), "label.path is missing"),
        (supplied("RIG-6108", NUMBER, &file("waybills")), "is no file"),
        (supplied("RIG-6109", NUMBER, &file("waybills/bomb.pdf")), "more memory or time to draw than a label may"),
        (supplied("RIG-6110", NUMBER, &file("waybills/cut.pdf")), "not a PDF that can be read"),
        (supplied("RIG-6111", NUMBER, &file("waybills/wide.pdf")), "the page is 1058333 x 141 mm"),
        (supplied("RIG-6112", NUMBER, &file("waybills/setup.zpl")), "^JUS is not let through"),
        (supplied("RIG-6113", NUMBER, &file("waybills/label.zpl")), "on a station whose labels say SPECIMEN"),
        (supplied("RIG-6114", NUMBER, &file("waybills/blank.png")), "it is blank"),
        (supplied("RIG-6115", NUMBER, &on_page(Some(1))), "it shows JJD0002257639032012, not JJD0002257639032011"),
        (supplied("RIG-6116", NUMBER, &on_page(Some(4))), "there is no page 4, the file has 3"),
        (supplied("RIG-6117", "JJD0002257639032019", &on_page(None)), "no page shows JJD0002257639032019"),
        (
            supplied("RIG-6118", NUMBER, &json!({ "path": "waybills/wave7.pdf", "sha256": wrong })),
            "another than label.sha256 says",
        ),
        (supplied("RIG-6119", THIRD, &on_page(Some(2))), ""),
        (unknown, "service.carrier \"yodle\" is no carrier"),
        (other, "is no number of GOFO EXPRESS"),
    ];
    let orders: Vec<Value> = cases.iter().map(|(order, _)| order.clone()).collect();
    let imported = bench.import(&orders).await;
    assert_eq!(imported.code, Some(69), "{imported:?}");
    assert!(
        imported.out.contains("2 accepted, 0 unchanged, 0 changed, 0 older, 0 in conflict, 19 refused"),
        "{imported:?}"
    );
    for (row, (_, reason)) in (1..).zip(&cases) {
        let said = imported.out.lines().find(|line| line.contains(&format!("orders.jsonl:{row}: ")));
        assert_eq!(said.is_some(), !reason.is_empty(), "row {row}: {imported:?}");
        assert!(said.is_none_or(|said| said.contains(reason)), "row {row}: {said:?}");
    }
    let rejects = std::fs::read_to_string(bench.path("orders.jsonl.rejects.csv")).unwrap();
    assert!(rejects.contains("RIG-6102") && !rejects.contains("RIG-6101"), "{rejects}");

    let mended = supplied("RIG-6102", NUMBER, &on_page(Some(3)));
    let again = bench.import(&[orders[0].clone(), mended, orders[18].clone()]).await.good();
    assert!(again.out.contains("1 accepted, 2 unchanged"), "{again:?}");
}

#[tokio::test]
async fn an_order_that_the_hub_hands_out_with_a_label_elsewhere_is_refused_unless_the_label_is_here() {
    let bench = bench().await;
    bench.import(&[supplied(ORDER, NUMBER, &on_page(Some(3)))]).await.good();
    let mut newer = supplied(ORDER, NUMBER, &json!({}));
    newer["rev"] = 2.into();
    let unknown = supplied("RIG-6201", OTHER, &on_page(Some(1)));
    bench.receiver.add_orders([newer, unknown].map(|order| order.to_string()).to_vec()).await;
    let station = bench.start().await;
    station.logged("orders pulled").await;
    let log = station.logged("an order from the receiver was refused").await;
    assert!(log.contains("RIG-6201") && !log.contains(&format!("{ORDER}\" reason")), "{log}");
    let orders = bench.ask(&["orders", "list"]).await;
    let known: Vec<_> =
        orders.as_array().unwrap().iter().map(|o| (o["order_ref"].as_str(), o["rev"].as_u64())).collect();
    assert_eq!(known, [(Some(ORDER), Some(2))]);
    open(&bench, &station, ORDER).await;
    bench.put(580);
    assert_eq!(label(&station).await, NUMBER);
    bench.printed(1).await;
    assert!(on_paper(&bench).contains(&NUMBER.to_owned()));
}

#[tokio::test]
async fn what_would_be_printed_from_a_file_is_shown_before() {
    let bench = bench().await;
    let file = |name: &str| bench.path("waybills").join(name).to_string_lossy().into_owned();
    let out = bench.path("preview.png").to_string_lossy().into_owned();
    let preview = async |args: &[&str]| bench.run(&[&["label", "preview", "--out", &out], args].concat()).await;
    let shown = preview(&["--file", &file("wave7.pdf"), "--page", "3"]).await.good();
    assert!(shown.out.contains("800 x 1200 dots"), "{shown:?}");
    let codes = hal::sim::decode::code128(&std::fs::read(Path::new(&out)).unwrap());
    assert!(codes.iter().any(|code| code.text == NUMBER), "{codes:?}");
    preview(&["--file", &file("wave7.pdf"), "--tracking", THIRD]).await.good();
    let missing = preview(&["--file", &file("wave7.pdf"), "--page", "9"]).await;
    assert!(missing.code == Some(64) && missing.err.contains("there is no page 9"), "{missing:?}");
    let neither = preview(&[]).await;
    assert_eq!(neither.code, Some(64), "{neither:?}");
}
