//! What a packer does, and what must be true of a parcel afterwards.

use serde_json::Value;

use super::bench::Bench;
use super::program::DEADLINE;
use super::station::Station;

/// Scans the order and waits until the station wants its parcel on the pan.
pub(crate) async fn open(bench: &Bench, station: &Station, order_ref: &str) {
    bench.scan(order_ref).await;
    let wanted = |view: &Value| view["order"] == order_ref && view["headline"]["key"] == "place_parcel";
    station.screen.shows("place_parcel for the order", wanted).await;
}

/// Waits until the station wants the label scanned; the number on it.
pub(crate) async fn label(station: &Station) -> String {
    tracking(&station.screen.says("scan_label").await)
}

/// The number on the screen.
pub(crate) fn tracking(view: &Value) -> String {
    view["tracking"].as_str().expect("a tracking number").to_owned()
}

/// Scans the label and waits until the parcel is closed.
pub(crate) async fn close(bench: &Bench, station: &Station, tracking: &str) {
    bench.scale.lift();
    bench.scan(tracking).await;
    let closed = |view: &Value| view["headline"]["key"] == "done" && view["headline"]["args"][0][1] == tracking;
    station.screen.shows("done", closed).await;
}

/// One parcel from the scan to the closed box; its number.
pub(crate) async fn pack(bench: &Bench, station: &Station, order_ref: &str) -> String {
    open(bench, station, order_ref).await;
    bench.put(580);
    let number = label(station).await;
    close(bench, station, &number).await;
    number
}

/// The parcel is verified under this number, and these are its prints, first to last.
pub(crate) async fn verified_once(bench: &Bench, tracking: &str, prints: &[&str]) {
    let parcel = bench.parcel().await;
    assert_eq!(parcel["state"], "verified", "{parcel:#}");
    assert_eq!(parcel["tracking"], tracking);
    let states: Vec<&str> = parcel["prints"].as_array().unwrap().iter().map(|p| p["state"].as_str().unwrap()).collect();
    assert_eq!(states, prints);
    let parcels = bench.ask(&["parcels", "list"]).await;
    assert_eq!(parcels.as_array().unwrap().len(), 1, "{parcels:#}");
}

/// Waits until a parcel's label is in doubt for this reason.
pub(crate) async fn doubted(bench: &Bench, parcel: u64, why: &str) {
    let looking = async {
        loop {
            let prints = bench.shown(parcel).await["prints"].clone();
            let last = prints.as_array().and_then(|prints| prints.last()).cloned().unwrap_or_default();
            if last["state"] == "doubt" && last["evidence"].as_str().is_some_and(|evidence| evidence.contains(why)) {
                return;
            }
        }
    };
    assert!(tokio::time::timeout(DEADLINE, looking).await.is_ok(), "never in doubt because {why}");
}

/// The receiver knows this parcel as committed once and verified once, under one number.
pub(crate) async fn told_once(bench: &Bench, station: &Station, order_ref: &str, tracking: &str) {
    station.screen.all_sent().await;
    let events = bench.received(2).await;
    for kind in ["parceld.parcel.committed", "parceld.parcel.verified"] {
        let of_parcel = |event: &&Value| event["type"] == kind && event["data"]["order_ref"] == order_ref;
        let found: Vec<&Value> = events.iter().filter(of_parcel).collect();
        assert_eq!(found.len(), 1, "{kind}: {events:#?}");
        assert_eq!(found[0]["data"]["tracking"], tracking);
    }
}
