//! What must not go: a parcel whose order was cancelled, changed or put on hold after it was packed, until its driver has it.

use parceld::barcode::Command;
use serde_json::Value;

use super::bench::{Bench, CARRIER};
use super::order::order;
use super::packer::pack;
use super::station::Station;

const ORDERS: [&str; 4] = ["RIG-9001", "RIG-9002", "RIG-9003", "RIG-9004"];

fn said(order_ref: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut order = order(order_ref);
    order["rev"] = 2.into();
    change(&mut order);
    order
}

async fn say(bench: &Bench, station: &Station, command: &Command, key: &str) -> Value {
    bench.scan(&command.encode()).await;
    station.screen.says(key).await
}

/// The same command once more, after the time in which it is one scan.
async fn say_again(bench: &Bench, station: &Station, command: &Command, key: &str) -> Value {
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    say(bench, station, command, key).await
}

#[tokio::test]
async fn what_must_not_go_is_caught_at_every_scan_and_named_with_its_way_out() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    let mut numbers = Vec::new();
    for order in ORDERS {
        numbers.push(pack(&bench, &station, order).await);
    }
    let cancelled = said(ORDERS[0], |order| order["state"] = "cancelled".into());
    let moved = said(ORDERS[1], |order| order["ship_to"]["line1"] = "2 New Street".into());
    let answer = bench.import(&[cancelled, moved]).await.good();
    assert!(answer.out.contains("2 in conflict"), "{answer:?}");
    for (order, now, number) in [
        (ORDERS[0], "it is cancelled", &numbers[0]),
        (ORDERS[1], "it says something else than when it was packed", &numbers[1]),
    ] {
        let line = format!("{order}: in conflict: {now}; its parcel {number} is packed: take it out");
        assert!(answer.out.contains(&line), "{answer:?}");
    }
    // The moment the news comes, and as long as it stands.
    let news = station.screen.says("take_out").await;
    assert!(news["headline"]["args"][0][1].as_str().unwrap().contains("9"), "{news:#}");
    station.screen.complains("take_out").await;

    bench.scan(&numbers[0]).await;
    let shown = station.screen.says("order_cancelled").await;
    assert_eq!(shown["detail"]["key"], "out_void", "{shown:#}");
    assert_eq!(shown["detail"]["args"][0][1], numbers[0].as_str());
    say(&bench, &station, &Command::Cage("7".into()), "order_cancelled").await;
    let named = say(&bench, &station, &Command::Manifest(CARRIER.into()), "take_out").await;
    let list = named["headline"]["args"][0][1].as_str().unwrap();
    assert!(list.contains(&numbers[0]) && list.contains(&numbers[1]), "{list}");
    let by_command = bench.run(&["manifest", "close", CARRIER]).await;
    assert!(by_command.code == Some(69) && by_command.err.contains(&numbers[0]), "{by_command:?}");

    bench.scan(&numbers[0]).await;
    station.screen.says("order_cancelled").await;
    say(&bench, &station, &Command::Void, "confirm_void").await;
    say_again(&bench, &station, &Command::Void, "voided").await;
    bench.scan(&numbers[1]).await;
    station.screen.says("order_changed").await;
    say(&bench, &station, &Command::Void, "confirm_void").await;
    say_again(&bench, &station, &Command::Void, "voided").await;
    station.screen.is_content().await;
    say(&bench, &station, &Command::Manifest(CARRIER.into()), "confirm_manifest").await;
    say_again(&bench, &station, &Command::Manifest(CARRIER.into()), "manifest_closed").await;

    // On the manifest, and not gone.
    bench.import(&[said(ORDERS[2], |order| order["state"] = "hold".into())]).await.good();
    let stop = say(&bench, &station, &Command::Handover(CARRIER.into()), "order_hold").await;
    assert_eq!(stop["detail"]["key"], "out_leave", "{stop:#}");
    say(&bench, &station, &Command::Hold, "stays_here").await;
    say(&bench, &station, &Command::Handover(CARRIER.into()), "confirm_handover").await;
    let taken = say_again(&bench, &station, &Command::Handover(CARRIER.into()), "handed_over").await;
    assert!(taken["headline"]["args"].to_string().contains("\"1\""), "one of the two: {taken:#}");

    // Too late for the one that has gone: said, and nothing stops.
    let late = bench.import(&[said(ORDERS[3], |order| order["state"] = "cancelled".into())]).await.good();
    assert!(late.out.contains("has gone with its carrier already"), "{late:?}");
    station.screen.says("too_late").await;
    station.screen.is_content().await;

    station.screen.all_sent().await;
    let events = bench.received(1).await;
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).collect::<Vec<_>>();
    let intercepted: Vec<(&str, bool)> = of("parceld.parcel.intercepted")
        .iter()
        .map(|event| (event["data"]["reason"].as_str().unwrap(), event["data"]["late"] == true))
        .collect();
    assert_eq!(intercepted, [("cancelled", false), ("changed", false), ("hold", false), ("cancelled", true)]);
    let handed_over = &of("parceld.manifest.handed_over")[0]["data"];
    assert_eq!(handed_over["parcels"], 1);
    assert_eq!(handed_over["left_out"][0], numbers[2].as_str());
    assert_eq!(of("parceld.parcel.left_out").len(), 1);

    // What was put aside goes on when its order may, and with another van.
    bench.import(&[said(ORDERS[2], |order| order["rev"] = 3.into())]).await.good();
    bench.scan(ORDERS[2]).await;
    station.screen.says("resumed").await;
    super::packer::close(&bench, &station, &numbers[2]).await;
    say(&bench, &station, &Command::Manifest(CARRIER.into()), "confirm_manifest").await;
    let second = say_again(&bench, &station, &Command::Manifest(CARRIER.into()), "manifest_closed").await;
    assert!(second["headline"]["args"].to_string().contains("\"1\""), "{second:#}");
}

#[tokio::test]
async fn a_parcel_that_the_driver_refuses_is_scanned_out_and_not_counted_as_taken() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    pack(&bench, &station, ORDERS[1]).await;
    bench.run(&["manifest", "close", CARRIER]).await.good();
    bench.scan(&first).await;
    let shown = station.screen.says("parcel_shown").await;
    assert_eq!(shown["detail"]["key"], "leave_how", "{shown:#}");
    say(&bench, &station, &Command::Problem("DAMAGED".into()), "stays_here").await;
    say(&bench, &station, &Command::Handover(CARRIER.into()), "confirm_handover").await;
    let taken = say_again(&bench, &station, &Command::Handover(CARRIER.into()), "handed_over").await;
    assert!(taken["headline"]["args"].to_string().contains("\"1\""), "{taken:#}");
    let manifests = bench.ask(&["manifest", "list"]).await;
    assert_eq!((&manifests[0]["parcels"], &manifests[0]["left_out"][0]), (&2.into(), &first.as_str().into()));
    assert_eq!(bench.shown(1).await["state"], "held");
}

#[tokio::test]
async fn a_cancellation_after_the_print_says_what_gets_out_of_it_and_stays() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    super::packer::open(&bench, &station, ORDERS[0]).await;
    bench.put(580);
    let number = super::packer::label(&station).await;
    bench.import(&[said(ORDERS[0], |order| order["state"] = "cancelled".into())]).await.good();
    let stays = |view: &Value| view["headline"]["key"] == "order_cancelled" && view["detail"]["key"] == "out_void";
    station.screen.shows("the way out", stays).await;
    bench.scan(&number).await;
    station.screen.shows("the way out", stays).await;
    say(&bench, &station, &Command::Void, "confirm_void").await;
    say_again(&bench, &station, &Command::Void, "voided").await;
    station.screen.says("scan_order").await;
}

#[tokio::test]
async fn what_is_cancelled_stays_here_when_the_order_is_then_called_done() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    for (rev, state) in [(2, "cancelled"), (3, "done")] {
        let change = |order: &mut Value| (order["rev"], order["state"]) = (rev.into(), state.into());
        bench.import(&[said(ORDERS[0], change)]).await.good();
    }
    let refused = bench.run(&["manifest", "close", CARRIER]).await;
    assert!(refused.code == Some(69) && refused.err.contains(&first), "{refused:?}");
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    bench.scan(&first).await;
    station.screen.says("order_cancelled").await;
    say(&bench, &station, &Command::Void, "confirm_void").await;
    say_again(&bench, &station, &Command::Void, "voided").await;

    // Put aside before its label was scanned, and shipped elsewhere since.
    super::packer::open(&bench, &station, ORDERS[1]).await;
    bench.put(580);
    super::packer::label(&station).await;
    say(&bench, &station, &Command::Hold, "held").await;
    let told = bench.import(&[said(ORDERS[1], |order| order["state"] = "done".into())]).await.good();
    assert!(told.out.contains("1 in conflict"), "{told:?}");
    bench.scan(ORDERS[1]).await;
    let stop = station.screen.says("order_done").await;
    assert_eq!(stop["detail"]["key"], "out_void", "{stop:#}");
}

#[tokio::test]
async fn a_label_that_was_refused_while_its_order_was_on_hold_is_printed_when_it_is_not() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    super::packer::open(&bench, &station, ORDERS[0]).await;
    bench.printer.set_fault(hal::sim::PrinterFault::Off);
    bench.put(580);
    station.screen.says("printer_absent").await;
    bench.import(&[said(ORDERS[0], |order| order["state"] = "hold".into())]).await.good();
    // Graver than the printer.
    station.screen.says("order_hold").await;
    bench.printer.set_fault(hal::sim::PrinterFault::None);
    station.screen.is_content().await;
    assert_eq!(bench.printer.printed(), 0);
    bench.import(&[said(ORDERS[0], |order| order["rev"] = 3.into())]).await.good();
    let number = super::packer::label(&station).await;
    bench.printed(1).await;
    // A label that would not be printed again is not spoiled for it.
    bench
        .import(&[said(ORDERS[0], |order| (order["rev"], order["state"]) = (4.into(), "cancelled".into()))])
        .await
        .good();
    station.screen.says("order_cancelled").await;
    say(&bench, &station, &Command::Reprint, "order_cancelled").await;
    assert_eq!(bench.parcel().await["state"], "printed");
    bench.import(&[said(ORDERS[0], |order| order["rev"] = 5.into())]).await.good();
    super::packer::close(&bench, &station, &number).await;
}

#[tokio::test]
async fn of_an_order_that_becomes_fewer_parcels_none_goes() {
    let bench = Bench::with_orders(&[]).await;
    let planned = |rev: u64, parcels: u64| {
        said(ORDERS[0], |order| (order["rev"], order["parcels_planned"]) = (rev.into(), parcels.into()))
    };
    bench.import(&[planned(1, 2)]).await.good();
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let second = pack(&bench, &station, ORDERS[0]).await;
    let told = bench.import(&[planned(2, 1)]).await.good();
    assert!(told.out.contains(&first) && told.out.contains(&second), "{told:?}");
    let refused = bench.run(&["manifest", "close", CARRIER]).await;
    assert!(refused.code == Some(69) && refused.err.contains(&first) && refused.err.contains(&second), "{refused:?}");
    bench.import(&[planned(3, 2)]).await.good();
    station.screen.is_content().await;
}

#[tokio::test]
async fn what_was_put_aside_for_its_order_waits_and_is_told_no_more_to_do() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    bench.import(&[said(ORDERS[0], |order| order["state"] = "hold".into())]).await.good();
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    bench.scan(&number).await;
    let stop = station.screen.says("order_hold").await;
    assert_eq!(stop["detail"]["key"], "out_hold", "{stop:#}");
    say(&bench, &station, &Command::Hold, "held").await;
    bench.scan(ORDERS[0]).await;
    let waits = station.screen.says("order_hold").await;
    assert_eq!(waits["detail"]["key"], "scan_order", "{waits:#}");
}

#[tokio::test]
async fn a_bag_with_a_parcel_that_was_left_out_before_goes_on_a_pallet() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    bench.run(&["manifest", "close", CARRIER]).await.good();
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    bench.scan(&number).await;
    station.screen.says("parcel_shown").await;
    say(&bench, &station, &Command::Hold, "stays_here").await;
    say(&bench, &station, &Command::BagOpen, "bag_opened").await;
    bench.scan(ORDERS[0]).await;
    station.screen.says("resumed").await;
    bench.scan(&number).await;
    station.screen.says("done_bag").await;
    say(&bench, &station, &Command::BagClose, "bag_closed").await;
    say(&bench, &station, &Command::PalletOpen, "pallet_opened").await;
    let bags = bench.ask(&["bag", "list"]).await;
    let bag = bags.as_array().unwrap().iter().find(|bag| bag["bag"] == "B1").unwrap();
    bench.scan(bag["container"].as_str().unwrap()).await;
    station.screen.says("bag_on_pallet").await;
}

#[tokio::test]
async fn a_cancellation_counts_until_the_van_leaves_also_when_the_address_is_erased() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    bench.run(&["manifest", "close", CARRIER]).await.good();
    station.screen.all_sent().await;
    let confirmed = || async { bench.parcel().await["state"] == "confirmed" };
    while !confirmed().await {}
    station.terminate().await;
    let db = rusqlite::Connection::open(bench.data().join(parceld::store::DATABASE)).unwrap();
    db.execute("UPDATE journal SET at = at - ?1", [73 * 3_600_000]).unwrap();
    drop(db);
    let station = bench.start().await;
    station.logged("personal data erased").await;
    let mut cancelled = said(ORDERS[0], |order| order["state"] = "cancelled".into());
    cancelled.as_object_mut().unwrap().remove("rev");
    let told = bench.import(&[cancelled.clone()]).await.good();
    assert!(told.out.contains("1 in conflict") && told.out.contains(&number), "{told:?}");
    let stop = say(&bench, &station, &Command::Handover(CARRIER.into()), "order_cancelled").await;
    assert_eq!(stop["detail"]["key"], "out_leave", "{stop:#}");
    // Of what was erased nobody can say that it is the same: another address stops it too.
    let elsewhere = said(ORDERS[0], |order| {
        (order["rev"], order["ship_to"]["line1"]) = (9.into(), "2 New Street".into());
    });
    let told = bench.import(&[elsewhere]).await.good();
    assert!(told.out.contains("1 in conflict") && told.out.contains("says something else"), "{told:?}");
}
