//! One label, once: what the station finds out by itself after a cut, and what it leaves to the packer.

use hal::sim::{Edge, Printer, PrinterFault, PrinterSettings};
use parceld::barcode::Command;
use serde_json::{Value, json};

use super::bench::{Bench, edge};
use super::order::order;
use super::packer::{close, doubted, label, open, pack, told_once, tracking, verified_once};

const FIRST: &str = "RIG-3001";
const ORDER: &str = "RIG-3002";

/// A station that was killed the moment its printer had taken the label of the second order, and what the printer did with
/// it then; the first one was packed, so that the odometer is known to count.
async fn killed_into(bench: &Bench, fault: PrinterFault) -> String {
    let station = bench.start().await;
    pack(bench, &station, FIRST).await;
    bench.put(0);
    open(bench, &station, ORDER).await;
    let mut edges = bench.printer.watch_edges();
    bench.put_and_print_into(fault).await;
    edge(&mut edges, Edge::LabelReceived).await;
    let number = tracking(&station.screen.now());
    station.kill();
    number
}

/// State and evidence of each print of the second parcel.
async fn prints(bench: &Bench) -> Vec<(String, String)> {
    let shown = bench.shown(2).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    shown["prints"].as_array().unwrap().iter().map(|print| (text(&print["state"]), text(&print["evidence"]))).collect()
}

#[tokio::test]
async fn a_label_that_came_out_while_the_station_was_off_is_found_out_by_itself() {
    let bench = Bench::with_orders(&[FIRST, ORDER]).await;
    let number = killed_into(&bench, PrinterFault::NeverReplies).await;
    bench.printed(2).await;
    bench.printer.set_fault(PrinterFault::None);

    let station = bench.start().await;
    assert_eq!(label(&station).await, number);
    assert_eq!(prints(&bench).await, [("printed".to_owned(), "rung 4: odometer 8565 -> 8571".to_owned())]);
    close(&bench, &station, &number).await;
    bench.printed(2).await;
}

#[tokio::test]
async fn a_label_that_was_swallowed_while_the_station_was_off_is_printed_again_by_itself_once() {
    let bench = Bench::with_orders(&[FIRST, ORDER]).await;
    let number = killed_into(&bench, PrinterFault::Swallows).await;
    bench.printer.set_fault(PrinterFault::None);

    let station = bench.start().await;
    assert_eq!(label(&station).await, number);
    bench.printed(2).await;
    assert!(bench.last_label().contains("R2") && bench.last_label().contains(&number));
    close(&bench, &station, &number).await;
    let prints = prints(&bench).await;
    assert_eq!(prints.len(), 2, "{prints:?}");
    assert_eq!(prints[0].0, "spoiled");
    assert_eq!(prints[0].1, "nothing came out; odometer 8565 -> 8565");
    bench.printed(2).await;
}

#[tokio::test]
async fn a_label_that_waits_for_paper_is_waited_for_and_comes_out_once_however_often_the_station_is_killed() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    let mut edges = bench.printer.watch_edges();
    bench.put_and_print_into(PrinterFault::PaperOut).await;
    edge(&mut edges, Edge::LabelReceived).await;
    let number = tracking(&station.screen.now());
    station.kill();

    let mut station = bench.start().await;
    for _ in 0..2 {
        let waits =
            |view: &Value| view["headline"]["key"] == "label_doubt" && view["detail"]["key"] == "printer_silent";
        station.screen.shows("the question and the printer", waits).await;
        assert_eq!(bench.parcel().await["state"], "print_uncertain");
        station.kill();
        station = bench.start().await;
    }
    station.screen.shows("the question and the printer", |view| view["detail"]["key"] == "printer_silent").await;
    bench.scan(&Command::Reprint.encode()).await;
    station.screen.says("printer_blocked").await;
    bench.printed(0).await;
    bench.printer.set_fault(PrinterFault::None);
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    bench.printed(1).await;
    verified_once(&bench, &number, &["verified"]).await;
    told_once(&bench, &station, ORDER, &number).await;
}

#[tokio::test]
async fn a_printer_that_was_without_power_is_not_believed_that_nothing_came_out() {
    let settings = PrinterSettings { odometer_forgets: true, ..PrinterSettings::default() };
    let bench = Bench::with_printer(settings, &[FIRST, ORDER]).await;
    let number = killed_into(&bench, PrinterFault::NeverReplies).await;
    bench.printed(2).await;
    for fault in [PrinterFault::Off, PrinterFault::None] {
        bench.printer.set_fault(fault);
        bench.printer.settled().await;
    }

    let station = bench.start().await;
    doubted(&bench, 2, "odometer 8565 -> 8565, and the printer may have been without power").await;
    assert_eq!(station.screen.now()["headline"]["key"], "label_doubt");
    close(&bench, &station, &number).await;
    bench.printed(2).await;
}

#[tokio::test]
async fn another_printer_in_its_place_is_not_believed_at_all() {
    let mut bench = Bench::with_orders(&[FIRST, ORDER]).await;
    let number = killed_into(&bench, PrinterFault::Swallows).await;
    let address = bench.printer.addr();
    bench.printer.set_fault(PrinterFault::Off);
    bench.printer.settled().await;
    let other = PrinterSettings { serial: 2, render: false, ..PrinterSettings::default() };
    bench.printer = Printer::listen(address, other).await.unwrap();

    let station = bench.start().await;
    doubted(&bench, 2, "another printer answers").await;
    bench.printed(0).await;
    bench.scan(&Command::Reprint.encode()).await;
    assert_eq!(label(&station).await, number);
    close(&bench, &station, &number).await;
    bench.printed(1).await;
}

#[tokio::test]
async fn a_voided_label_that_waits_in_the_printer_never_comes_out() {
    let bench = Bench::with_orders(&[FIRST, ORDER]).await;
    let table = bench.second_scanner();
    let station = bench.start().await;
    open(&bench, &station, FIRST).await;
    let mut edges = bench.printer.watch_edges();
    bench.put_and_print_into(PrinterFault::PaperOut).await;
    edge(&mut edges, Edge::LabelReceived).await;
    let void = Command::Void.encode();
    bench.scan(&void).await;
    station.screen.says("confirm_void").await;
    table.scan(&void).await.unwrap();
    station.screen.says("voided").await;
    edge(&mut edges, Edge::Disconnected).await;
    edge(&mut edges, Edge::Disconnected).await;
    bench.printer.set_fault(PrinterFault::None);
    bench.put(0);
    let number = pack(&bench, &station, ORDER).await;
    bench.printed(1).await;
    assert!(bench.last_label().contains(&number));
}

#[tokio::test]
async fn a_supervisor_lets_a_closed_parcels_label_be_printed_again() {
    let bench = Bench::with_orders(&[ORDER]).await;
    bench.reconfigure("specimen = true\n", "specimen = true\nsupervisors = [\"op17\"]\n");
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDER).await;
    station.screen.says("scan_order").await;
    bench.scan(&number).await;
    station.screen.says("parcel_shown").await;
    bench.scan(&Command::ReprintFor("SMEAR".into()).encode()).await;
    station.screen.says("supervisor_needed").await;
    bench.scan(&Command::Badge("7031".into()).encode()).await;
    station.screen.says("not_supervisor").await;
    bench.scan(&number).await;
    bench.scan(&Command::ReprintFor("SMEAR".into()).encode()).await;
    station.screen.says("supervisor_needed").await;
    bench.scan(&Command::Badge("op17".into()).encode()).await;
    bench.printed(2).await;
    assert!(bench.last_label().contains("R2") && bench.last_label().contains(&number));
    let use_newest = |view: &Value| view["headline"]["key"] == "scan_label" && view["detail"]["key"] == "use_newest";
    station.screen.shows("which label to use", use_newest).await;
    close(&bench, &station, &number).await;
    verified_once(&bench, &number, &["spoiled", "verified"]).await;
    let evidence = bench.parcel().await["prints"][0]["evidence"].clone();
    assert_eq!(evidence, "smeared; the packer asked for another; allowed by op17");
}

#[tokio::test]
async fn the_secret_part_of_a_badge_is_in_no_log_no_fact_and_on_no_page() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let made = bench.run(&["badge", "op17", "--out", bench.path("badge.pdf").to_str().unwrap()]).await.good();
    assert!(made.out.contains("\"op17 sha256:"), "{made:?}");
    let secret = "K7Q2M6XA4TBC5DEF";
    let badge = Command::Badge(format!("op17.{secret}")).encode();
    let configured = parceld::station::badge::Supervisor::of_badge(&format!("op17.{secret}")).configured();
    bench.reconfigure("specimen = true\n", &format!("specimen = true\nsupervisors = [{configured:?}]\n"));
    let station = bench.start().await;
    bench.scan(&badge).await;
    let welcome = station.screen.says("welcome").await;
    let number = pack(&bench, &station, ORDER).await;
    station.screen.says("scan_order").await;
    bench.scan(&number).await;
    station.screen.says("parcel_shown").await;
    bench.scan(&Command::ReprintFor("SMEAR".into()).encode()).await;
    station.screen.says("supervisor_needed").await;
    bench.scan(&badge).await;
    bench.printed(2).await;
    let evidence = bench.parcel().await["prints"][0]["evidence"].clone();
    assert_eq!(evidence, "smeared; the packer asked for another; packer op17; allowed by op17");
    let log = station.logged("print_spoiled").await;
    let mut told = vec![welcome.to_string().into_bytes(), log.into_bytes()];
    for entry in std::fs::read_dir(bench.data()).unwrap() {
        let path = entry.unwrap().path();
        told.extend(std::fs::read(&path).ok());
    }
    assert!(told.iter().all(|bytes| !bytes.windows(secret.len()).any(|part| part == secret.as_bytes())));
}

#[tokio::test]
async fn a_battery_parcel_closes_with_its_sticker_alone() {
    let bench = Bench::with_orders(&[]).await;
    let mut battery = order(ORDER);
    battery["lines"][0]["dg"] = json!({ "class": "li_ion", "un": "UN3481", "pi": "packed_with", "cells": 1 });
    bench.import(&[battery]).await.good();
    let station = bench.start().await;
    open(&bench, &station, ORDER).await;
    bench.put(580);
    let number = tracking(&station.screen.says("mark_wanted").await);
    bench.scan(&number).await;
    station.screen.says("mark_first").await;
    bench.scan(&Command::MarkOk("UN3480".into()).encode()).await;
    station.screen.says("mark_other").await;
    bench.scan(&Command::MarkOk("UN3481".into()).encode()).await;
    station.screen.says("mark_on").await;
    label(&station).await;
    close(&bench, &station, &number).await;
    let parcel = bench.parcel().await;
    assert_eq!(parcel["marks"], json!([{ "mark": "UN3481", "on": true }]));
    let history = parcel["history"].to_string();
    assert!(history.contains("\"marked\""), "{history}");
}
