//! Devices that come, go, lie and fall silent.

use hal::sim::{PrinterFault, ScaleFault};
use parceld::barcode::Command;

use super::bench::Bench;
use super::packer::{close, label, open, pack, tracking, verified_once};

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
    bench.scanner.send(&vec![b'A'; 1 << 20]).await.unwrap();
    bench.scanner.send(b"\r").await.unwrap();
    station.screen.says("bad_scan").await;
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
    for fault in [ScaleFault::Silent, ScaleFault::Garbage] {
        bench.scale.set_fault(fault);
        bench.put(580);
        station.screen.says("scale_silent").await;
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
    bench.scan(&Command::Reprint.encode()).await;
    bench.printed(1).await;
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    verified_once(&bench, &number, &["spoiled", "verified"]).await;
}
