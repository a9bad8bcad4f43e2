//! A station of the version before goes on: the parcel in hand, what waits, and every event under the number it had.

use serde_json::{Value, json};

use super::bench::Bench;
use super::packer::{close, pack};

/// Its parcels: four confirmed, two closed and not sent, one put aside with its number, one in hand with its label out.
const SECOND: &str = include_str!("../data/upgrade/second.sql");
const IN_HAND: &str = "GFUS90000100000006";

fn put_in_place(bench: &Bench) {
    std::fs::create_dir_all(bench.data()).unwrap();
    let db = rusqlite::Connection::open(bench.data().join(parceld::store::DATABASE)).unwrap();
    db.execute_batch(SECOND).unwrap();
}

fn outbox(bench: &Bench) -> Vec<(u64, String)> {
    let db = rusqlite::Connection::open(bench.data().join(parceld::store::DATABASE)).unwrap();
    let mut rows = db.prepare("SELECT seq, body FROM outbox ORDER BY seq").unwrap();
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_station_of_the_version_before_goes_on_where_it_was() {
    let bench = Bench::bare().await;
    put_in_place(&bench);
    let before = outbox(&bench);
    let early = bench.run(&["parcels", "list"]).await;
    assert!(early.code == Some(69) && early.err.contains("start the service"), "{early:?}");
    // The receiver has what was confirmed.
    let station = bench.start().await;
    let in_hand = station.screen.says("scan_label").await;
    assert_eq!(in_hand["tracking"], IN_HAND);
    assert_eq!(in_hand["problems"], json!([]), "it is at home, and nothing is wrong");
    close(&bench, &station, IN_HAND).await;
    let after = outbox(&bench);
    assert_eq!(after[..before.len()], before[..], "what waits is as it was");
    assert_eq!(after.len(), before.len() + 1);
    let verified: Value = serde_json::from_str(&after.last().unwrap().1).unwrap();
    assert_eq!(verified["stationseq"], before.len() as u64 + 1);
    assert_eq!(verified["data"]["shop"], "US-01", "known by its shop from now on");
    let parcels = bench.ask(&["parcels", "list"]).await;
    assert!(parcels.as_array().unwrap().iter().all(|parcel| parcel["channel"] == "tiktok_shop"), "{parcels:#}");

    // What was put aside comes back by its order, and pools go on.
    bench.scan("576451206313011357").await;
    station.screen.says("resumed").await;
    let held = bench.shown(7).await["tracking"].as_str().unwrap().to_owned();
    close(&bench, &station, &held).await;
    bench.import(&[super::order::order("RIG-6001")]).await.good();
    let number = pack(&bench, &station, "RIG-6001").await;
    assert_ne!(number, IN_HAND);
    station.kill();
    let station = bench.start().await;
    station.screen.says("scan_order").await;
    // Names that were kept in plain text are sealed, and overwritten.
    assert!(station.terminate().await.success());
    for file in std::fs::read_dir(bench.data()).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file())
    {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(12).any(|part| part == b"Marisol Vega"), "{}", file.display());
    }
}

#[tokio::test]
async fn what_was_cancelled_under_its_parcel_before_the_update_is_caught_after_it() {
    let bench = Bench::bare().await;
    put_in_place(&bench);
    let db = rusqlite::Connection::open(bench.data().join(parceld::store::DATABASE)).unwrap();
    db.execute_batch(
        "INSERT INTO orders SELECT order_ref, 2, json_set(body, '$.rev', 2, '$.state', 'cancelled'), 0 FROM orders
         WHERE order_ref = '576424067453068283'",
    )
    .unwrap();
    drop(db);
    let station = bench.start().await;
    station.screen.complains("take_out").await;
    assert_eq!(bench.shown(5).await["intercepted"], "cancelled");
}
