//! A database that was put back, copied, cut or moved: no number twice, no event lost or told as another.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::bench::{Bench, CARRIER};
use super::packer::pack;
use super::program::until;

const ORDERS: [&str; 6] = ["RIG-7001", "RIG-7002", "RIG-7003", "RIG-7004", "RIG-7005", "RIG-7006"];

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(|file| file.unwrap()) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

impl Bench {
    pub(crate) async fn numbers(&self) -> BTreeSet<String> {
        let parcels = self.ask(&["parcels", "list"]).await;
        parcels.as_array().unwrap().iter().filter_map(|parcel| parcel["tracking"].as_str().map(str::to_owned)).collect()
    }

    /// What waits is a parcel that was committed and verified, that the database was copied, and that the parcel must not
    /// leave: the finding is told once, however often it is made.
    async fn has_told_it_once(&self) {
        let outbox = self.ask(&["outbox", "list"]).await;
        assert_eq!((&outbox["confirmed"], &outbox["waiting"]), (&2.into(), &4.into()), "{outbox:#}");
    }

    /// Nothing is given out before a person says where; then packing goes on with numbers that nobody had.
    pub(crate) async fn is_locked_until_a_person_says_so(
        &self,
        station: &super::station::Station,
        order: &str,
    ) -> String {
        station.screen.complains("station_copied").await;
        super::packer::open(self, station, order).await;
        self.put(580);
        station.screen.says("copied_no_numbers").await;
        let pools = self.ask(&["pool", "list"]).await;
        let pool = pools["pools"].as_array().unwrap().iter().find(|pool| pool["carrier"] == CARRIER).unwrap().clone();
        assert_eq!(pool["state"], "waits", "{pools:#}");
        let least = pool["next"].as_u64().unwrap();
        let low = self.run(&["pool", "start", CARRIER, "usps-demo-1", "--next", &(least - 1).to_string()]).await;
        assert_eq!(low.code, Some(69), "{low:?}");
        self.run(&["pool", "start", "--all"]).await.good();
        let number = super::packer::label(station).await;
        super::packer::close(self, station, &number).await;
        station.screen.shows("no lock", |view| !view["problems"].to_string().contains("station_copied")).await;
        number
    }
}

#[tokio::test]
async fn an_older_copy_that_was_put_back_gives_no_number_twice_and_tells_everything_once() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.all_sent().await;
    assert!(station.terminate().await.success());
    copy(&bench.data(), &bench.path("copy"));
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[1]).await;
    pack(&bench, &station, ORDERS[2]).await;
    station.screen.all_sent().await;
    let used = bench.numbers().await;
    let before = bench.receiver.events().await;
    station.kill();

    copy(&bench.path("copy"), &bench.data());
    let station = bench.start().await;
    let number = bench.is_locked_until_a_person_says_so(&station, ORDERS[3]).await;
    assert!(!used.contains(&number), "{number} was given before");
    station.screen.all_sent().await;
    let events = bench.receiver.events().await;
    assert_eq!(events[..before.len()], before[..], "what was told stays");
    let told = &events[before.len()..];
    assert!(told.iter().all(|event| event.incarnation != before[0].incarnation), "another incarnation");
    assert!(told.iter().map(|event| event.seq).eq(1..=told.len() as u64));
    let kinds: Vec<String> = told
        .iter()
        .map(|event| serde_json::from_str::<Value>(&event.body).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["parceld.station.copied", "parceld.parcel.committed", "parceld.parcel.verified"]);
    // It knows itself from now on.
    assert!(station.terminate().await.success());
    let station = bench.start().await;
    station.screen.is_content().await;
    pack(&bench, &station, ORDERS[4]).await;
}

#[tokio::test]
async fn a_copy_in_another_place_is_another_station_and_the_first_goes_on() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.all_sent().await;
    assert!(station.terminate().await.success());
    copy(&bench.data(), &bench.path("clone"));
    let original = std::fs::read_to_string(&bench.config).unwrap();
    let data = bench.data().display().to_string();
    std::fs::write(&bench.config, original.replace(&data, &bench.path("clone").display().to_string())).unwrap();
    let station = bench.start().await;
    station.screen.complains("station_copied").await;
    let pools = bench.ask(&["pool", "list"]).await;
    assert_eq!(pools["copied"], "no_mark", "{pools:#}");
    assert!(station.terminate().await.success());

    std::fs::write(&bench.config, original).unwrap();
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[1]).await;
    station.screen.is_content().await;
}

#[tokio::test]
async fn a_database_without_its_newest_facts_notices_it() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    let used = bench.numbers().await;
    station.kill();
    let wal = bench.data().join("station.db-wal");
    assert!(wal.metadata().unwrap().len() > 0);
    std::fs::remove_file(&wal).unwrap();
    let _ = std::fs::remove_file(bench.data().join("station.db-shm"));
    // Orders and pools are gone with it: they are said again.
    bench.import(&[super::order::order(ORDERS[1])]).await;
    let station = bench.start().await;
    station.screen.complains("station_copied").await;
    bench.run(&["pool", "start", "--all"]).await.good();
    let number = pack(&bench, &station, ORDERS[1]).await;
    assert!(!used.contains(&number), "{number} was given before");
}

#[tokio::test]
async fn a_new_database_begins_behind_the_numbers_that_the_one_before_it_used() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, ORDERS[0]).await;
    // It is not synced: after a power cut the mark may be as it was some parcels ago.
    let mark = parceld::store::Mark::beside(&bench.data());
    copy(&mark, &bench.path("mark"));
    let second = pack(&bench, &station, ORDERS[2]).await;
    station.kill();
    copy(&bench.path("mark"), &mark);
    std::fs::remove_dir_all(bench.data()).unwrap();
    let again = bench.run(&["pool", "start", CARRIER, "usps-demo-1", "--next", "1"]).await;
    assert_eq!(again.code, Some(69), "{again:?}");
    bench.import(&[super::order::order(ORDERS[1])]).await.good();
    bench.run(&["pool", "start", "--all"]).await.good();
    let station = bench.start().await;
    let third = pack(&bench, &station, ORDERS[1]).await;
    assert!(third != first && third != second, "{third} was given before");
}

#[tokio::test]
async fn vacuum_a_restart_and_a_moved_clock_are_no_copy() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.kill();
    let db = rusqlite::Connection::open(bench.data().join("station.db")).unwrap();
    db.execute_batch("VACUUM; UPDATE journal SET at = at + 86400000;").unwrap();
    drop(db);
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[1]).await;
    station.screen.is_content().await;
}

#[tokio::test]
async fn an_image_of_the_whole_card_is_shown_by_the_receiver_and_nothing_is_confirmed_that_was_not_sent() {
    let bench = Bench::with_orders(&ORDERS).await;
    let mark = parceld::store::Mark::beside(&bench.data());
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.all_sent().await;
    assert!(station.terminate().await.success());
    copy(&bench.data(), &bench.path("copy"));
    copy(&mark, &bench.path("copy-mark"));
    let station = bench.start().await;
    let lost = [pack(&bench, &station, ORDERS[1]).await, pack(&bench, &station, ORDERS[2]).await];
    station.screen.all_sent().await;
    let before = bench.receiver.events().await;
    station.kill();

    // The image: data and mark. The first parcel is packed before the receiver can be reached.
    copy(&bench.path("copy"), &bench.data());
    copy(&bench.path("copy-mark"), &mark);
    bench.receiver.pull_cable(true);
    let station = bench.start().await;
    let twice = pack(&bench, &station, ORDERS[3]).await;
    assert!(lost.contains(&twice), "nothing on the card can tell");
    bench.receiver.pull_cable(false);
    bench.run(&["outbox", "retry"]).await.good();
    station.screen.complains("station_copied").await;
    station.screen.shows("a stop", |view| view["link"] == "stopped").await;
    bench.has_told_it_once().await;
    // Asking again compares again, and finds the same.
    bench.run(&["outbox", "retry"]).await.good();
    station.logged_times("the uplink waits for a person", 2).await;
    bench.has_told_it_once().await;
    // The stop is there after a restart.
    assert!(station.terminate().await.success());
    let station = bench.start().await;
    station.screen.shows("a stop", |view| view["link"] == "stopped").await;
    bench.run(&["outbox", "retry"]).await.good();
    station.logged_times("the uplink waits for a person", 2).await;
    bench.has_told_it_once().await;
    assert_eq!(bench.receiver.events().await, before);
    assert!(station.terminate().await.success());

    // Nothing but the word is needed, however often it was restarted.
    let station = bench.start().await;
    station.screen.shows("a stop", |view| view["link"] == "stopped").await;
    bench.run(&["pool", "start", "--all"]).await.good();
    station.screen.all_sent().await;
    // The label that may be on another parcel does not leave the house.
    station.screen.complains("take_out").await;
    let close = bench.run(&["manifest", "close", CARRIER]).await;
    assert!(close.code == Some(69) && close.err.contains("used twice"), "{close:?}");
    bench.scan(&twice).await;
    station.screen.says("parcel_copied").await;
    let fourth = pack(&bench, &station, ORDERS[4]).await;
    assert!(fourth != twice && !lost.contains(&fourth));
    station.screen.all_sent().await;
    until("everything of the second history is told", || true).await;
    let events = bench.receiver.events().await;
    let told: Vec<Value> =
        events[before.len()..].iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect();
    let verified: Vec<&str> = told
        .iter()
        .filter(|event| event["type"] == "parceld.parcel.verified")
        .filter_map(|event| event["data"]["order_ref"].as_str())
        .collect();
    assert_eq!(verified, [ORDERS[3], ORDERS[4]], "each once, under new numbers");
    assert!(events[before.len()..].iter().map(|event| event.seq).eq(1..=told.len() as u64));
}

#[tokio::test]
async fn a_receiver_that_was_restored_hears_again_what_an_earlier_life_had_told() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    pack(&bench, &station, ORDERS[1]).await;
    station.screen.all_sent().await;
    assert!(station.terminate().await.success());
    copy(&bench.data(), &bench.path("copy"));
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[2]).await;
    station.kill();
    copy(&bench.path("copy"), &bench.data());
    let station = bench.start().await;
    bench.run(&["pool", "start", "--all"]).await.good();
    pack(&bench, &station, ORDERS[3]).await;
    station.screen.all_sent().await;
    let here = || -> BTreeSet<String> {
        let db = rusqlite::Connection::open(bench.data().join("station.db")).unwrap();
        let mut rows = db.prepare("SELECT body FROM outbox").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };

    // It has half of the first life, and nothing of the second.
    bench.receiver.go_back(2).await;
    pack(&bench, &station, ORDERS[4]).await;
    let mut stored = bench.receiver.watch();
    stored.wait_for(|stored| *stored >= 9).await.unwrap();
    station.screen.all_sent().await;
    let there: Vec<String> = bench.receiver.events().await.into_iter().map(|event| event.body).collect();
    assert_eq!(there.len(), 9, "each once");
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), here());
}

#[tokio::test]
async fn a_mark_that_cannot_be_written_is_on_the_screen_until_it_can() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let mark = parceld::store::Mark::beside(&bench.data());
    let station = bench.start().await;
    station.screen.is_content().await;
    std::fs::rename(&mark, bench.path("away")).unwrap();
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.complains("no_mark").await;
    // Nobody has to pack for it to be seen that it is back.
    std::fs::rename(bench.path("away"), &mark).unwrap();
    station.screen.is_content().await;
    station.kill();
    let station = bench.start().await;
    station.screen.is_content().await;
    pack(&bench, &station, ORDERS[1]).await;
}

#[tokio::test]
async fn a_mark_that_cannot_be_opened_is_on_the_screen_and_packing_goes_on() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let station = bench.start().await;
    station.screen.says("scan_order").await;
    station.terminate().await;
    let mark = parceld::store::Mark::beside(&bench.data());
    std::fs::remove_dir_all(&mark).unwrap();
    std::fs::write(&mark, "no folder").unwrap();
    let station = bench.start().await;
    station.screen.complains("no_mark").await;
    pack(&bench, &station, ORDERS[0]).await;
}

#[tokio::test]
async fn the_same_image_put_back_twice_is_shown_twice() {
    let bench = Bench::with_orders(&ORDERS).await;
    let mark = parceld::store::Mark::beside(&bench.data());
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.all_sent().await;
    assert!(station.terminate().await.success());
    copy(&bench.data(), &bench.path("copy"));
    copy(&mark, &bench.path("copy-mark"));
    let station = bench.start().await;
    let mut used = vec![pack(&bench, &station, ORDERS[1]).await, pack(&bench, &station, ORDERS[2]).await];
    station.screen.all_sent().await;
    station.kill();
    for order in [ORDERS[3], ORDERS[4]] {
        copy(&bench.path("copy"), &bench.data());
        copy(&bench.path("copy-mark"), &mark);
        let station = bench.start().await;
        station.screen.complains("station_copied").await;
        station.screen.shows("a stop", |view| view["link"] == "stopped").await;
        bench.run(&["pool", "start", "--all"]).await.good();
        let number = pack(&bench, &station, order).await;
        assert!(!used.contains(&number), "{number} was given before");
        used.push(number);
        station.screen.all_sent().await;
        station.kill();
    }
}
