//! The computer's clock, as it stands where the tests run: nothing here sets it.

use parceld::barcode::Command;
use serde_json::Value;

use super::bench::{Bench, CARRIER};
use super::order::order;
use super::packer::{close, label, open, pack};

const FIRST: &str = "RIG-7001";
const SECOND: &str = "RIG-7002";

/// How the clock stood when the events of an order were made.
async fn clocks(bench: &Bench, order_ref: &str) -> Vec<Value> {
    let events = bench.received(2).await;
    let of_order = |event: &&Value| event["data"]["order_ref"] == order_ref;
    events.iter().filter(of_order).map(|event| event["clock"].clone()).collect()
}

#[tokio::test]
async fn where_nothing_vouches_for_the_clock_the_packer_is_asked_once_for_the_date() {
    let bench = Bench::bare().await;
    // Before anything is recorded: what was believed once goes on being believed until the computer is started again.
    bench.reconfigure("clock = \"system\"", "clock = \"vouched\"");
    bench.run(&["pool", "start", CARRIER, "usps-demo-1", "--next", "1"]).await.good();
    bench.import(&[order(FIRST), order(SECOND)]).await.good();
    let asks = bench.run(&["doctor"]).await.out.contains("nothing vouches for it");

    let station = bench.start().await;
    if asks {
        station.screen.says("date_ask").await;
        bench.scan(FIRST).await;
        let weighs = |view: &Value| view["order"] == FIRST && view["headline"]["key"] == "place_parcel";
        station.screen.shows("place_parcel", weighs).await;
        bench.put(580);
        let asked = |view: &Value| view["headline"]["key"] == "date_ask" && view["order"] == FIRST;
        let view = station.screen.shows("date_ask for the parcel", asked).await;
        assert_eq!(view["tracking"], Value::Null, "no number while nobody knows the day");
        bench.scan(&Command::DateOk.encode()).await;
    } else {
        open(&bench, &station, FIRST).await;
        bench.put(580);
    }
    let number = label(&station).await;
    close(&bench, &station, &number).await;
    station.screen.all_sent().await;
    let said = clocks(&bench, FIRST).await;
    let known = ["synced", "holdover", "operator"];
    assert!(said.iter().all(|clock| known.contains(&clock.as_str().unwrap_or_default())), "{said:?}");
    assert_eq!(said.iter().all(|clock| clock == "operator"), asks, "{said:?}");

    // The computer was not started again, so the answer holds.
    station.kill();
    let station = bench.start().await;
    station.screen.says("scan_order").await;
    pack(&bench, &station, SECOND).await;
}

#[tokio::test]
async fn a_station_that_is_told_to_believe_the_system_asks_nobody() {
    let bench = Bench::with_orders(&[FIRST]).await;
    let station = bench.start().await;
    pack(&bench, &station, FIRST).await;
    station.screen.all_sent().await;
    assert!(clocks(&bench, FIRST).await.iter().all(|clock| clock == "synced"));
}
