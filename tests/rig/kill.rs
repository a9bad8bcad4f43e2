//! The mains plug is pulled at each step of a parcel. Afterwards the parcel goes on where it was.

use hal::sim::{Edge, PrinterFault, PrinterSettings};
use parceld::barcode::Command;
use parceld::uplink::receiver::ReceiverFault;

use super::bench::{Bench, CARRIER, edge};
use super::packer::{close, label, open, pack, told_once, tracking, verified_once};
use super::program::until;

const ORDER: &str = "RIG-1001";

#[tokio::test]
async fn a_parcel_that_was_scanned_is_in_hand_after_a_power_cut() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    station.kill();

    let station = bench.start().await;
    let wanted = |view: &serde_json::Value| view["order"] == ORDER && view["headline"]["key"] == "place_parcel";
    station.screen.shows("the order in hand", wanted).await;
    bench.put(580);
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

#[tokio::test]
async fn a_label_that_was_not_begun_is_printed_once_and_under_the_same_number_after_a_power_cut() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    let mut edges = bench.printer.watch_edges();
    bench.printer.hold_status_replies(true);
    bench.put(580);
    edge(&mut edges, Edge::StatusAsked).await;
    let committed = bench.parcel().await;
    assert_eq!(committed["state"], "committed");
    station.kill();
    assert_eq!(bench.printer.printed(), 0);
    bench.printer.hold_status_replies(false);

    let station = bench.start().await;
    let number = label(&station).await;
    assert_eq!(committed["tracking"], number.as_str());
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

/// A printer that cannot say afterwards what it printed.
const CLONE: PrinterSettings = PrinterSettings {
    dpi: 203,
    width_mm: 100,
    height_mm: 150,
    render: false,
    renderer: hal::sim::Renderer::Own,
    tells_faults: false,
    language: None,
    names_jobs: true,
    tells_more: false,
    serial: 0,
    counts_pictures: false,
    odometer_forgets: false,
};

/// A station that was killed when its printer had the label and had not said so: its number, and the station after it.
async fn in_doubt(bench: &Bench) -> (String, super::station::Station) {
    let station = bench.start().await;
    open(bench, &station, ORDER).await;
    bench.put_and_print_into(PrinterFault::NeverReplies).await;
    bench.printed(1).await;
    let number = tracking(&station.screen.now());
    station.kill();
    bench.printer.set_fault(PrinterFault::None);
    let station = bench.start().await;
    station.screen.says("label_doubt").await;
    assert_eq!(bench.parcel().await["state"], "print_uncertain");
    (number, station)
}

#[tokio::test]
async fn a_label_in_doubt_is_asked_for_and_its_scan_closes_the_parcel() {
    let bench = Bench::with_printer(CLONE, &[ORDER]).await;
    let (number, station) = in_doubt(&bench).await;
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

#[tokio::test]
async fn a_label_in_doubt_is_printed_again_only_when_the_packer_says_so() {
    let bench = Bench::with_printer(CLONE, &[ORDER]).await;
    let (number, station) = in_doubt(&bench).await;
    assert!(!bench.last_label().contains("R2"));
    bench.printed(1).await;
    bench.scan(&Command::Reprint.encode()).await;
    bench.printed(2).await;
    assert!(bench.last_label().contains("R2") && bench.last_label().contains(&number));
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    verified_once(&bench, &number, &["spoiled", "verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

#[tokio::test]
async fn a_label_cut_off_at_its_first_bytes_is_asked_for() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    let mut edges = bench.printer.watch_edges();
    bench.put_and_print_into(PrinterFault::StallAfter(60)).await;
    edge(&mut edges, Edge::FirstLabelByte).await;
    let number = tracking(&station.screen.now());
    station.kill();
    // Switched off and on, it forgets the rest of the label.
    bench.printer.set_fault(PrinterFault::Off);
    bench.printer.settled().await;
    bench.printer.set_fault(PrinterFault::None);
    bench.printer.settled().await;
    bench.printed(0).await;

    let station = bench.start().await;
    station.screen.asks_for_the_label().await;
    bench.scan(&Command::Reprint.encode()).await;
    bench.printed(1).await;
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    verified_once(&bench, &number, &["spoiled", "verified"]).await;
}

#[tokio::test]
async fn a_label_that_is_out_waits_for_its_scan_after_a_power_cut() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    label(&station).await;
    // "Scan the label" is said when the printer has the bytes; its own word that the label is out comes after.
    let number = loop {
        let parcel = bench.parcel().await;
        match parcel["state"].as_str() {
            Some("printed") => break parcel["tracking"].as_str().unwrap().to_owned(),
            state => assert_eq!(state, Some("sent")),
        }
    };
    station.kill();

    let station = bench.start().await;
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

#[tokio::test]
async fn a_verified_parcel_is_done_after_a_power_cut_and_told_once() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDER).await;
    station.kill();

    let station = bench.start().await;
    station.screen.says("scan_order").await;
    bench.scan(ORDER).await;
    station.screen.says("order_done").await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

#[tokio::test]
async fn a_manifest_closed_without_a_network_is_confirmed_when_it_is_back() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDER).await;
    station.screen.all_sent().await;
    bench.receiver.pull_cable(true);
    bench.run(&["manifest", "close", CARRIER]).await.good();
    station.kill();
    assert_eq!(bench.parcel().await["state"], "manifested");
    let manifests = bench.ask(&["manifest", "list"]).await;
    assert_eq!((manifests[0]["state"].as_str(), manifests[0]["parcels"].as_u64()), (Some("closed"), Some(1)));

    let station = bench.start().await;
    station.screen.shows("one event to send", |view| view["queue"] == 1).await;
    bench.receiver.pull_cable(false);
    bench.run(&["outbox", "retry"]).await.good();
    station.screen.all_sent().await;
    assert_eq!(bench.parcel().await["state"], "confirmed");
    let id = manifests[0]["manifest_id"].as_str().unwrap();
    let manifest = bench.ask(&["manifest", "show", id]).await;
    let events = bench.received(3).await;
    let closed: Vec<_> = events.iter().filter(|event| event["type"] == "parceld.manifest.closed").collect();
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["data"], manifest);
    assert!(manifest.to_string().contains(&number));
}

#[tokio::test]
async fn an_answer_of_the_receiver_lost_in_a_power_cut_doubles_nothing() {
    let bench = Bench::with_orders(&[ORDER, "RIG-1002"]).await;
    bench.receiver.set_fault(ReceiverFault::LoseAnswer);
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDER).await;
    bench.received(1).await;
    station.kill();
    bench.receiver.set_fault(ReceiverFault::None);

    let station = bench.start().await;
    told_once(&bench, &station, ORDER, &number).await;
    let second = pack(&bench, &station, "RIG-1002").await;
    assert_ne!(number, second);
    told_once(&bench, &station, "RIG-1002", &second).await;
}

#[tokio::test]
async fn a_station_asked_to_end_ends_well_and_leaves_no_socket() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    let socket = bench.data().join("control.sock");
    assert!(socket.exists());
    assert_eq!(station.terminate().await.code(), Some(0));
    until("the socket goes", || !socket.exists()).await;
    assert_eq!(bench.parcel().await["state"], "open");
}
