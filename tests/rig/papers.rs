//! Documents for people: slips, bag labels, sheets; and the bags they are about.

use hal::printer::Language;
use hal::sim::{Printer, PrinterFault, Scanner};
use parceld::barcode::Command;
use serde_json::Value;

use super::bench::{Bench, CARRIER};
use super::packer::{close, label, open, pack};
use super::program::until;
use super::station::Station;

const ORDERS: [&str; 4] = ["RIG-6001", "RIG-6002", "RIG-6003", "RIG-6004"];

async fn say(bench: &Bench, command: Command) {
    bench.scan(&command.encode()).await;
}

/// A second scanner: what it reads is never a repetition of what the first one read.
fn second_scanner(bench: &Bench) -> Scanner {
    let scanner = Scanner::open_at(bench.path("second")).unwrap();
    let table = format!("[[scanner]]\nname = \"second\"\ndevice = {:?}\n\n[scale]", scanner.path().to_str().unwrap());
    bench.reconfigure("[scale]", &table);
    scanner
}

/// Closes the carrier's manifest; its identifier.
async fn close_manifest(bench: &Bench) -> String {
    bench.run(&["manifest", "close", CARRIER]).await.good();
    let manifests = bench.ask(&["manifest", "list"]).await;
    manifests[0]["manifest_id"].as_str().unwrap().to_owned()
}

/// The code on each receipt, first to last, once so many came out.
async fn receipts(printer: &Printer, count: u64) -> Vec<String> {
    until("a receipt comes out", || printer.printed() >= count).await;
    assert_eq!(printer.printed(), count);
    let code = |printed: &std::sync::Arc<hal::sim::Printed>| {
        assert_eq!((&printed.report.unsupported, &printed.report.clipped), (&Vec::new(), &Vec::new()));
        let qr = printed.report.decoded.iter().find(|symbol| symbol.symbology == "qr");
        qr.map_or_else(String::new, |symbol| symbol.text.clone())
    };
    printer.history().iter().map(code).collect()
}

/// Like `pack`, with a bag open: its number is said.
async fn pack_into_bag(bench: &Bench, station: &Station, order: &str, bag: &str) -> String {
    open(bench, station, order).await;
    bench.put(580);
    let number = label(station).await;
    bench.scale.lift();
    bench.scan(&number).await;
    let said = |view: &Value| {
        let (headline, args) = (&view["headline"], &view["headline"]["args"]);
        headline["key"] == "done_bag" && args[0][1] == number.as_str() && args[1][1] == bag
    };
    station.screen.shows("done, into the bag", said).await;
    number
}

#[tokio::test]
async fn a_closed_manifest_has_a_slip_and_the_same_again_whenever_it_is_asked_for() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let printer = bench.with_receipt_printer().await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    let id = close_manifest(&bench).await;
    assert_eq!(receipts(&printer, 1).await, [id.as_str()]);
    bench.run(&["manifest", "print", &id]).await.good();
    receipts(&printer, 2).await;
    let unknown = bench.run(&["manifest", "print", "nobody"]).await;
    assert!(unknown.code == Some(69) && unknown.err.contains("no manifest nobody"), "{unknown:?}");
    station.kill();
    // With no station running the command prints it itself.
    bench.run(&["manifest", "print", &id]).await.good();
    receipts(&printer, 3).await;
    let pictures: Vec<_> = printer.history().iter().map(|printed| printed.png.clone()).collect();
    assert!(pictures.windows(2).all(|pair| pair[0] == pair[1]), "a slip is made from the record");
}

#[tokio::test]
async fn slips_come_out_of_label_printers_too_where_receipts_are_to_come_out_of_one() {
    for (language, name) in [(Language::Zpl, "zpl"), (Language::Tspl, "tspl")] {
        let bench = Bench::with_orders(&ORDERS[..1]).await;
        let printer = bench.with_receipts(language, name).await;
        let station = bench.start().await;
        say(&bench, Command::BagOpen).await;
        station.screen.says("bag_opened").await;
        pack_into_bag(&bench, &station, ORDERS[0], "B1").await;
        let id = close_manifest(&bench).await;
        let mut slips = receipts(&printer, 2).await;
        slips.sort();
        assert_eq!(slips, [&id, "US-LAX-1.DEMO-ST01.B1"], "{name}");
        station.screen.is_content().await;
    }
}

/// A manifest of one parcel whose slip waits for a printer that is off.
async fn slip_waits(bench: &Bench) -> (Printer, Station, String) {
    let printer = bench.with_receipt_printer().await;
    printer.set_fault(PrinterFault::Off);
    printer.settled().await;
    let station = bench.start().await;
    pack(bench, &station, ORDERS[0]).await;
    let id = close_manifest(bench).await;
    station.screen.complains("receipt_waits").await;
    (printer, station, id)
}

#[tokio::test]
async fn a_dead_receipt_printer_stops_nothing_and_the_slip_comes_when_it_is_back() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let (printer, station, id) = slip_waits(&bench).await;
    pack(&bench, &station, ORDERS[1]).await;
    let pdf = bench.path("slip.pdf");
    bench.run(&["manifest", "export", &id, "--pdf", pdf.to_str().unwrap()]).await.good();
    assert!(std::fs::read(pdf).unwrap().starts_with(b"%PDF-1.7"));
    printer.set_fault(PrinterFault::None);
    assert_eq!(receipts(&printer, 1).await, [id]);
    station.screen.is_content().await;
}

#[tokio::test]
async fn a_slip_lost_in_a_power_cut_comes_when_the_packer_asks_for_the_manifest_again() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let (printer, station, id) = slip_waits(&bench).await;
    station.kill();

    printer.set_fault(PrinterFault::None);
    let station = bench.start().await;
    say(&bench, Command::Manifest(CARRIER.into())).await;
    station.screen.says("slip_again").await;
    assert_eq!(receipts(&printer, 1).await, [id]);
}

#[tokio::test]
async fn without_a_receipt_printer_a_manifest_closes_and_nobody_complains() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    let id = close_manifest(&bench).await;
    station.screen.is_content().await;
    let refused = bench.run(&["manifest", "print", &id]).await;
    assert!(refused.code == Some(69) && refused.err.contains("no receipt printer"), "{refused:?}");
}

#[tokio::test]
async fn a_bag_goes_through_a_power_cut_a_void_and_a_manifest() {
    let bench = Bench::with_orders(&ORDERS).await;
    let printer = bench.with_receipt_printer().await;
    let second_hand = second_scanner(&bench);
    let station = bench.start().await;
    say(&bench, Command::BagOpen).await;
    station.screen.says("bag_opened").await;
    let first = pack_into_bag(&bench, &station, ORDERS[0], "B1").await;
    station.kill();

    let station = bench.start().await;
    let second = pack_into_bag(&bench, &station, ORDERS[1], "B1").await;
    let third = pack_into_bag(&bench, &station, ORDERS[2], "B1").await;
    bench.scan(&second).await;
    station.screen.says("parcel_shown").await;
    say(&bench, Command::Void).await;
    station.screen.says("confirm_void").await;
    station.logged("device opened device=Scanner(\"second\")").await;
    second_hand.scan(&Command::Void.encode()).await.unwrap();
    station.screen.says("voided_bag").await;
    say(&bench, Command::BagClose).await;
    station.screen.shows("two in the bag", |view| view["headline"]["args"][1][1] == "2").await;
    assert_eq!(receipts(&printer, 1).await, ["US-LAX-1.DEMO-ST01.B1"]);
    station.kill();

    let station = bench.start().await;
    let loose = pack(&bench, &station, ORDERS[3]).await;
    say(&bench, Command::Cage("07".into())).await;
    station.screen.says("caged").await;
    let id = close_manifest(&bench).await;
    receipts(&printer, 2).await;
    let manifest = bench.ask(&["manifest", "show", &id]).await;
    let grams = manifest["parcels"][0]["weight_g"].as_i64().unwrap();
    assert_eq!(
        manifest["containers"],
        serde_json::json!([
            { "id": "US-LAX-1.DEMO-ST01.B1", "type": "bag", "gross_g": 2 * grams, "parcels": 2 },
            { "id": "07", "type": "cage", "gross_g": grams, "parcels": 1 },
        ])
    );
    let inside = |tracking: &str| {
        let parcels = manifest["parcels"].as_array().unwrap();
        parcels.iter().find(|parcel| parcel["tracking"] == tracking).map(|parcel| parcel["container"].clone())
    };
    assert_eq!(inside(&first), Some("US-LAX-1.DEMO-ST01.B1".into()));
    assert_eq!(inside(&third), inside(&first));
    assert_eq!((inside(&second), inside(&loose)), (None, Some("07".into())));
    station.screen.all_sent().await;
    let events = bench.received(1).await;
    let bags: Vec<&Value> = events.iter().filter(|event| event["type"] == "parceld.container.closed").collect();
    assert_eq!(bags.len(), 1);
    assert_eq!(bags[0]["data"]["tracking"], serde_json::json!([first, third]));
    bench.run(&["bag", "print", "B1"]).await.good();
    receipts(&printer, 3).await;
}

#[tokio::test]
async fn a_bag_with_an_sscc_has_its_label_from_the_label_printer_between_two_parcels() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    bench.reconfigure("warehouse = \"US-LAX-1\"", "warehouse = \"US-LAX-1\"\ngs1_prefix = \"0614141\"");
    bench.run(&["pool", "start", "gs1", "0614141", "--next", "123456789"]).await.good();
    let station = bench.start().await;
    say(&bench, Command::BagOpen).await;
    station.screen.says("bag_opened").await;
    pack_into_bag(&bench, &station, ORDERS[0], "B1").await;
    bench.printed(1).await;
    say(&bench, Command::BagClose).await;
    bench.printed(2).await;
    let bars = bench.last_label();
    assert!(bars.contains("^FD>;>800006141411234567890^FS") && bars.contains("(00) 006141411234567890"), "{bars}");
    pack(&bench, &station, ORDERS[1]).await;
    bench.printed(3).await;
    let bags = bench.ask(&["bag", "list"]).await;
    assert_eq!((&bags[0]["container"], &bags[0]["state"]), (&"006141411234567890".into(), &"closed".into()));
}

#[tokio::test]
async fn a_pallet_of_bags_goes_through_a_power_cut_with_its_own_sscc_and_on_one_manifest() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let receipt = bench.with_receipt_printer().await;
    bench.reconfigure("warehouse = \"US-LAX-1\"", "warehouse = \"US-LAX-1\"\ngs1_prefix = \"0614141\"");
    bench.run(&["pool", "start", "gs1", "0614141", "--next", "123456789"]).await.good();
    let station = bench.start().await;
    let mut numbers = Vec::new();
    for (order, bag) in ORDERS.iter().zip(["B1", "B2"]) {
        say(&bench, Command::BagOpen).await;
        station.screen.says("bag_opened").await;
        numbers.push(pack_into_bag(&bench, &station, order, bag).await);
        say(&bench, Command::BagClose).await;
        station.screen.says("bag_closed").await;
    }
    bench.printed(4).await;
    say(&bench, Command::PalletOpen).await;
    station.screen.says("pallet_opened").await;
    bench.scan("00006141411234567890").await;
    station.screen.says("bag_on_pallet").await;
    station.kill();

    let station = bench.start().await;
    bench.scan("00006141411234567906").await;
    station.screen.shows("two bags", |view| view["headline"]["args"][2][1] == "2").await;
    say(&bench, Command::PalletClose).await;
    bench.printed(5).await;
    let pallet = "006141411234567913";
    let label = bench.last_label();
    assert!(label.contains(&format!("^FD>;>800{pallet}^FS")) && label.contains("^FDPALLET^FS"), "{label}");
    assert_eq!(bench.parcel().await["pallet"], "PAL3");
    let bags = bench.ask(&["bag", "list"]).await;
    assert_eq!(
        (&bags[0]["type"], &bags[0]["container"], &bags[0]["parcels"]),
        (&"pallet".into(), &pallet.into(), &2.into())
    );
    assert_eq!((&bags[1]["bag"], &bags[1]["pallet"]), (&"B2".into(), &"PAL3".into()));
    bench.run(&["bag", "print", "PAL3"]).await.good();
    bench.printed(6).await;
    let file = bench.path("pallet.pdf");
    bench.run(&["bag", "export", "PAL3", "--pdf", file.to_str().unwrap()]).await.good();
    assert!(std::fs::read(file).unwrap().starts_with(b"%PDF-1.7"));

    let id = close_manifest(&bench).await;
    receipts(&receipt, 1).await;
    let manifest = bench.ask(&["manifest", "show", &id]).await;
    let grams = manifest["parcels"][0]["weight_g"].as_i64().unwrap();
    let bag =
        |id: &str| serde_json::json!({ "id": id, "type": "bag", "gross_g": grams, "parcels": 1, "pallet": pallet });
    let on = serde_json::json!({ "id": pallet, "type": "pallet", "gross_g": 2 * grams, "parcels": 2 });
    let containers = serde_json::json!([on, bag("006141411234567890"), bag("006141411234567906")]);
    assert_eq!(manifest["containers"], containers);
    station.screen.all_sent().await;
    let events = bench.received(1).await;
    let closed: Vec<&Value> = events.iter().filter(|event| event["type"] == "parceld.container.closed").collect();
    assert_eq!(closed.len(), 3);
    let data = &closed[2]["data"];
    assert_eq!((&data["type"], &data["container"]), (&"pallet".into(), &pallet.into()));
    assert_eq!(data["containers"], serde_json::json!(["006141411234567890", "006141411234567906"]));
    assert_eq!(data["tracking"], serde_json::json!(numbers));
}

#[tokio::test]
async fn a_bag_label_waits_for_paper_and_for_the_next_parcels_label() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let station = bench.start().await;
    say(&bench, Command::BagOpen).await;
    station.screen.says("bag_opened").await;
    pack_into_bag(&bench, &station, ORDERS[0], "B1").await;
    bench.printed(1).await;
    bench.printer.set_fault(PrinterFault::Off);
    bench.printer.settled().await;
    say(&bench, Command::BagClose).await;
    station.screen.complains("bag_label_waits").await;
    // The next parcel's label does not wait behind it.
    open(&bench, &station, ORDERS[1]).await;
    bench.put(580);
    station.screen.says("printer_absent").await;
    bench.printer.set_fault(PrinterFault::None);
    let number = label(&station).await;
    assert!(bench.last_label().contains(&number));
    close(&bench, &station, &number).await;
    bench.printed(3).await;
    assert!(bench.last_label().contains("US-LAX-1.DEMO-ST01.B1"));
    station.screen.is_content().await;
}

#[tokio::test]
async fn the_shift_is_counted_by_operator_and_printed_when_it_is_asked_for() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let printer = bench.with_receipt_printer().await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    say(&bench, Command::Badge("7031".into())).await;
    station.screen.says("welcome").await;
    pack(&bench, &station, ORDERS[1]).await;
    say(&bench, Command::Shift).await;
    station.screen.says("on_paper").await;
    receipts(&printer, 1).await;
    let shift = bench.ask(&["shift"]).await;
    let of = |badge: Value| shift.as_array().unwrap().iter().find(|row| row["operator"] == badge).cloned();
    for row in [of(Value::Null), of("7031".into())] {
        let row = row.expect("a row");
        assert_eq!((&row["parcels"], &row["by_carrier"]["USPS"]), (&1.into(), &1.into()), "{row:#}");
    }
    let none = bench.ask(&["shift", "--date", "2020-02-20"]).await;
    assert_eq!(none, serde_json::json!([]));
    bench.run(&["shift", "--operator", "7031", "--print"]).await.good();
    receipts(&printer, 2).await;
}

#[tokio::test]
async fn the_command_sheet_is_a_file_in_each_language_and_a_receipt() {
    let bench = Bench::bare().await;
    let printer = bench.with_receipt_printer().await;
    for language in ["en", "es"] {
        let file = bench.path(&format!("{language}.pdf"));
        let args = ["sheet", "--language", language, "--also", "CAGE:07", "--out", file.to_str().unwrap()];
        bench.run(&args).await.good();
        assert!(std::fs::read(file).unwrap().starts_with(b"%PDF-1.7"));
    }
    bench.run(&["sheet", "--print"]).await.good();
    receipts(&printer, 1).await;
    let wrong = [&["sheet"][..], &["sheet", "--print", "--language", "tlh"], &["sheet", "--print", "--also", "DANCE"]];
    for args in wrong {
        let refused = bench.run(args).await;
        assert_eq!(refused.code, Some(64), "{refused:?}");
    }
}
