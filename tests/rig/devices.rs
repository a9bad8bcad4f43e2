//! Devices that come, go, lie and fall silent.

use hal::sim::{Edge, PrinterFault, ScaleFault};
use parceld::barcode::Command;

use super::bench::{Bench, edge};
use super::packer::{close, doubted, label, open, pack, tracking, verified_once};

const ORDER: &str = "RIG-2001";
/// What the station may hold after a scanner that lost its mind, with room for an unoptimised build.
const MEMORY_KIB: u64 = 60 << 10;

#[tokio::test]
async fn rubbish_and_a_megabyte_from_the_scanner_are_refused_and_the_next_scan_works() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    bench.scanner.send(b"\xff\xfe\x00\x81\r").await.unwrap();
    station.screen.says("bad_scan").await;
    pack(&bench, &station, ORDER).await;
    // It is read slowly, and was refused long before its end.
    let megabyte = vec![b'A'; 1 << 20];
    let (sent, _) = tokio::join!(bench.scanner.send(&megabyte), station.screen.says("bad_scan"));
    sent.unwrap();
    station.screen.complains("device_floods").await;
    bench.scanner.send(b"\r").await.unwrap();
    bench.scan(ORDER).await;
    station.screen.says("order_done").await;
    let held = station.resident_kib();
    assert!(held < MEMORY_KIB, "{held} KiB");
}

#[tokio::test]
async fn a_scale_that_never_rests_weighs_nothing() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.scale.set_fault(ScaleFault::NeverSettles);
    bench.put(580);
    station.screen.says("wait_still").await;
    let parcel = bench.parcel().await;
    assert_eq!((parcel["state"].as_str(), parcel["weight"].is_null()), (Some("open"), true), "{parcel:#}");
    bench.scale.set_fault(ScaleFault::None);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    assert_eq!(bench.parcel().await["weight"]["value"], "580.0");
}

#[tokio::test]
async fn a_scale_pulled_in_the_middle_of_a_word_is_missed_and_comes_back() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.scale.unplug_mid_frame().await;
    station.screen.says("scale_absent").await;
    assert_eq!(bench.parcel().await["state"], "open");
    bench.scale.replug().unwrap();
    station.screen.says("place_parcel").await;
    bench.put(580);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    assert_eq!(bench.parcel().await["weight"]["value"], "580.0");
}

#[tokio::test]
async fn a_scale_that_says_nothing_or_rubbish_weighs_nothing() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    for (fault, said) in [(ScaleFault::Silent, "scale_silent"), (ScaleFault::Garbage, "scale_nonsense")] {
        bench.scale.set_fault(fault);
        bench.put(580);
        // Nonsense without end is told as silence too, for a moment; the headline it comes back to is its own.
        station.screen.says(said).await;
        bench.scale.lift();
        bench.scale.set_fault(ScaleFault::None);
        station.screen.says("place_parcel").await;
    }
    bench.scale.set_fault(ScaleFault::Overload);
    station.screen.says("weight_over").await;
    assert_eq!(bench.parcel().await["state"], "open");
}

#[tokio::test]
async fn a_scanner_pulled_and_put_back_is_missed_and_works_again() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    bench.scanner.unplug();
    station.screen.complains("scanner_absent").await;
    bench.scanner.replug().unwrap();
    station.screen.is_content().await;
    pack(&bench, &station, ORDER).await;
}

#[tokio::test]
async fn a_printer_that_is_off_is_waited_for() {
    let bench = Bench::with_orders(&[ORDER]).await;
    bench.printer.set_fault(PrinterFault::Off);
    bench.printer.settled().await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    let number = tracking(&station.screen.says("printer_absent").await);
    assert_eq!(bench.parcel().await["prints"], serde_json::json!([]));
    bench.printer.set_fault(PrinterFault::None);
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
}

#[tokio::test]
async fn a_label_caught_without_paper_comes_out_once_when_there_is_paper() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put_and_print_into(PrinterFault::PaperOut).await;
    station.screen.says("printer_silent").await;
    bench.scan(&Command::Reprint.encode()).await;
    station.screen.says("printer_blocked").await;
    bench.printed(0).await;
    bench.printer.set_fault(PrinterFault::None);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
}

#[tokio::test]
async fn a_printer_that_answers_nonsense_gets_no_label() {
    let bench = Bench::with_orders(&[ORDER]).await;
    bench.printer.set_fault(PrinterFault::Nonsense);
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    station.screen.says("printer_nonsense").await;
    bench.printed(0).await;
    bench.printer.set_fault(PrinterFault::None);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    bench.printed(1).await;
}

#[tokio::test]
async fn a_paused_printer_says_so_and_prints_when_it_is_let_go() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put_and_print_into(PrinterFault::Paused).await;
    station.screen.says("printer_paused").await;
    bench.printer.set_fault(PrinterFault::None);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    bench.printed(1).await;
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_of_a_label_is_a_doubt_and_not_a_second_label() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put_and_print_into(PrinterFault::ResetAfter(200)).await;
    let number = tracking(&station.screen.says("label_doubt").await);
    bench.printer.set_fault(PrinterFault::None);
    assert_eq!(bench.parcel().await["state"], "print_uncertain");
    bench.printed(0).await;
    station.screen.asks_for_the_label().await;
    bench.scan(&Command::Reprint.encode()).await;
    bench.printed(1).await;
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    verified_once(&bench, &number, &["spoiled", "verified"]).await;
}

#[tokio::test]
async fn a_scanner_beeps_for_what_the_station_took_not_for_what_it_read() {
    let bench = Bench::with_orders(&[ORDER]).await;
    bench.reconfigure("name = \"hand\"\n", "name = \"hand\"\nfeedback = \"datalogic\"\n");
    let station = bench.start().await;
    bench.scan("NO-SUCH-ORDER").await;
    station.screen.says("order_unknown").await;
    assert_eq!(bench.scanner.hear().await.unwrap(), b"F");
    bench.scan(ORDER).await;
    assert_eq!(bench.scanner.hear().await.unwrap(), b"B");
    station.screen.says("place_parcel").await;
}

#[tokio::test]
async fn a_parcel_is_weighed_in_another_protocol_and_the_recording_plays_again() {
    use hal::scale::{Event, Pace, ScaleProtocol, ScaleSettings, read};
    const GRAM: i64 = 1_000_000_000_000;
    let bench = Bench::with_orders(&[ORDER]).await;
    let scale = hal::sim::Scale::open_at(bench.path("nci"), ScaleProtocol::Nci).unwrap();
    bench.reconfigure("protocol = \"mt-sics\"\n", "protocol = \"nci\"\nrecord = true\n");
    bench.reconfigure(bench.scale.path().to_str().unwrap(), scale.path().to_str().unwrap());
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    scale.put(580 * GRAM);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    let weight = bench.parcel().await["weight"].clone();
    assert_eq!((weight["value"].as_str(), weight["unit"].as_str()), (Some("0.580"), Some("kg")), "{weight:#}");
    assert_eq!(weight["raw_hex"], "0a2020302e3538306b670d0a30300d");
    assert_eq!(weight["scale"], format!("nci {}", scale.path().display()));

    let text = std::fs::read_to_string(bench.data().join("recordings/scale.txt")).unwrap();
    let (mut port, _) = hal::port::Port::play(hal::record::Recording::parse(&text).unwrap()).unwrap();
    let (_pace, mut paced) = tokio::sync::watch::channel(Pace::Eager);
    let (_keys, mut pressed) = tokio::sync::mpsc::channel(1);
    let mut weights = Vec::new();
    let hear = |event| {
        if let Event::Reading(reading) = event {
            weights.push(reading.picograms);
        }
    };
    read(&mut port, ScaleSettings::new(ScaleProtocol::Nci), &mut paced, &mut pressed, hear).await;
    assert!(weights.contains(&(580 * GRAM)));
}

#[tokio::test]
async fn two_scanners_are_heard_and_each_has_its_own_name() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let table = bench.second_scanner();
    let station = bench.start().await;
    station.logged("Scanner(\"table\")").await;
    bench.scan(ORDER).await;
    station.screen.says("place_parcel").await;
    bench.put(580);
    let number = label(&station).await;
    table.scan(&number).await.unwrap();
    station.screen.says("done").await;
    let history = bench.parcel().await["history"].to_string();
    assert!(history.contains("verified"), "{history}");
    table.unplug();
    station.screen.says("scan_order").await;
}

#[tokio::test]
async fn a_label_that_the_printer_swallowed_is_known_by_its_odometer_and_printed_again_by_itself() {
    const SECOND: &str = "RIG-2002";
    let bench = Bench::with_orders(&[ORDER, SECOND]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    let number = label(&station).await;
    station.logged("fact=\"print_confirmed\"").await;
    let print = bench.parcel().await["prints"][0]["evidence"].to_string();
    assert!(print.contains("rung 4: odometer 8560 -> 8565"), "{print}");
    close(&bench, &station, &number).await;

    bench.put(0);
    bench.printer.set_fault(PrinterFault::Swallows);
    open(&bench, &station, SECOND).await;
    let mut edges = bench.printer.watch_edges();
    bench.put(580);
    edge(&mut edges, Edge::LabelReceived).await;
    bench.printer.set_fault(PrinterFault::None);
    bench.printed(2).await;
    assert!(bench.last_label().contains("R2"));
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    let prints = bench.shown(2).await["prints"].clone();
    assert_eq!((prints[0]["state"].as_str(), prints[1]["state"].as_str()), (Some("spoiled"), Some("verified")));
    assert_eq!(prints[0]["evidence"], "nothing came out; odometer 8565 -> 8565");
    bench.printed(2).await;
}

#[tokio::test]
async fn a_printer_that_swallows_every_label_is_tried_three_times_and_then_the_packer_is_asked() {
    const SECOND: &str = "RIG-2002";
    let bench = Bench::with_orders(&[ORDER, SECOND]).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDER).await;
    bench.put(0);
    bench.printer.set_fault(PrinterFault::Swallows);
    open(&bench, &station, SECOND).await;
    bench.put(580);
    doubted(&bench, 2, "printed 3 times and nothing came out").await;
    station.screen.says("label_doubt").await;
    let prints = bench.shown(2).await["prints"].clone();
    assert_eq!(prints.as_array().map(Vec::len), Some(3), "{prints:#}");
    bench.printed(1).await;
    bench.scan(&Command::Reprint.encode()).await;
    station.screen.says("supervisor_missing").await;
}
