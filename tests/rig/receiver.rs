//! A receiver that hangs, refuses, wants another token, or is not the receiver at all. Packing goes on meanwhile.

use parceld::uplink::receiver::ReceiverFault;

use super::bench::Bench;
use super::order::order;
use super::packer::{pack, told_once};
use super::program::until;

const ORDERS: [&str; 2] = ["RIG-3001", "RIG-3002"];

/// Packs while the receiver has this fault, heals it, and checks that everything arrives once. `link` is what the
/// screen says of the link meanwhile.
async fn packs_through(fault: ReceiverFault, link: &str) {
    let bench = Bench::with_orders(&ORDERS).await;
    bench.receiver.set_fault(fault);
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    let held_up = |view: &serde_json::Value| view["link"] == link && view["queue"] == 2;
    station.screen.shows(link, held_up).await;
    if link == "stopped" {
        station.screen.complains("uplink_stopped").await;
    }
    let second = pack(&bench, &station, ORDERS[1]).await;
    station.screen.shows("four events waiting", |view| view["queue"] == 4).await;
    assert!(bench.receiver.events().await.is_empty());

    bench.receiver.set_fault(ReceiverFault::None);
    // What hangs is cut, so that nobody waits for its time to pass.
    bench.receiver.pull_cable(true);
    bench.receiver.pull_cable(false);
    bench.run(&["outbox", "retry"]).await.good();
    told_once(&bench, &station, ORDERS[0], &first).await;
    told_once(&bench, &station, ORDERS[1], &second).await;
    station.screen.is_content().await;
    let outbox = bench.ask(&["outbox", "list"]).await;
    assert_eq!((outbox["waiting"].as_u64(), outbox["confirmed"].as_u64()), (Some(0), Some(4)), "{outbox:#}");
}

#[tokio::test]
async fn packing_goes_on_while_the_receiver_hangs() {
    packs_through(ReceiverFault::Hang, "down").await;
}

#[tokio::test]
async fn packing_goes_on_while_the_receiver_fails() {
    packs_through(ReceiverFault::Refuse(500), "down").await;
}

#[tokio::test]
async fn packing_goes_on_behind_a_sign_in_page() {
    packs_through(ReceiverFault::CaptivePortal, "down").await;
}

#[tokio::test]
async fn packing_goes_on_when_the_token_is_refused_and_the_upload_when_a_person_says_so() {
    packs_through(ReceiverFault::Refuse(401), "stopped").await;
}

#[tokio::test]
async fn a_stop_survives_a_restart_and_ends_for_good_with_other_settings() {
    let bench = Bench::with_orders(&ORDERS).await;
    let stopped = |view: &serde_json::Value| view["link"] == "stopped";
    bench.receiver.set_fault(ReceiverFault::Refuse(401));
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    station.screen.shows("a stop", stopped).await;
    bench.receiver.set_fault(ReceiverFault::None);
    assert!(station.terminate().await.success());
    let station = bench.start().await;
    station.screen.shows("a stop", stopped).await;
    assert!(bench.receiver.events().await.is_empty());
    assert!(station.terminate().await.success());

    // The file is another, and when it is the old one again the stop is long over.
    let token = bench.path("uplink.token");
    let old = std::fs::read_to_string(&token).unwrap();
    std::fs::write(&token, format!("{old}\n")).unwrap();
    let station = bench.start().await;
    told_once(&bench, &station, ORDERS[0], &number).await;
    assert!(bench.ask(&["outbox", "list"]).await["stopped"].is_null());
    assert!(station.terminate().await.success());
    std::fs::write(&token, old).unwrap();
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[1]).await;
    station.screen.all_sent().await;
}

#[tokio::test]
async fn what_has_waited_for_a_week_is_called_out_until_it_has_arrived() {
    let bench = Bench::with_orders(&ORDERS).await;
    bench.receiver.set_fault(ReceiverFault::Refuse(503));
    let station = bench.start().await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    station.screen.shows("two events waiting", |view| view["queue"] == 2).await;
    station.terminate().await;
    bench.age_the_outbox(7);

    let station = bench.start().await;
    station.screen.complains("not_sent").await;
    let log = station.logged("parceld outbox export").await;
    assert!(log.contains("ERROR") && log.contains("days=7"), "{log}");
    bench.receiver.set_fault(ReceiverFault::None);
    bench.run(&["outbox", "retry"]).await.good();
    told_once(&bench, &station, ORDERS[0], &number).await;
    station.screen.is_content().await;
}

#[tokio::test]
async fn a_receiver_that_heals_is_found_without_anybody() {
    let bench = Bench::with_orders(&ORDERS).await;
    bench.receiver.set_fault(ReceiverFault::Refuse(503));
    let station = bench.start().await;
    station.screen.shows("a link that is down", |view| view["link"] == "down").await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    bench.receiver.set_fault(ReceiverFault::None);
    told_once(&bench, &station, ORDERS[0], &number).await;
}

#[tokio::test]
async fn an_order_from_the_receiver_can_be_packed() {
    let bench = Bench::with_orders(&[]).await;
    bench.receiver.add_orders(vec![order(ORDERS[0]).to_string()]).await;
    let station = bench.start().await;
    station.logged("orders pulled accepted=1").await;
    let number = pack(&bench, &station, ORDERS[0]).await;
    told_once(&bench, &station, ORDERS[0], &number).await;
}

#[tokio::test]
async fn what_was_sent_is_kept_for_whoever_asks() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.all_sent().await;
    let file = bench.path("events.jsonl");
    bench.run(&["outbox", "export", "--out", file.to_str().unwrap()]).await.good();
    until("the file is there", || file.exists()).await;
    let stored: Vec<String> = bench.receiver.events().await.into_iter().map(|event| event.body).collect();
    let exported = std::fs::read_to_string(file).unwrap();
    assert_eq!(exported.lines().collect::<Vec<_>>(), stored);
}
