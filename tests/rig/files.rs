//! Files that are full, broken, too new, or somebody else's.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::bench::Bench;
use super::order::order;
use super::packer::{pack, told_once};
use super::program::{parceld, repository};
use super::station::Station;

const ORDER: &str = "RIG-4002";
/// Blocks of 512 bytes: SQLite's shared index fits, and nothing behind a journal of some pages.
const BLOCKS: u32 = 64;

#[tokio::test]
async fn a_full_disk_stops_the_packer_and_loses_and_prints_nothing() {
    let bench = Bench::with_orders(&["RIG-4001", ORDER]).await;
    let station = bench.start().await;
    let first = pack(&bench, &station, "RIG-4001").await;
    let others: Vec<Value> = (4100..4120).map(|number| order(&format!("RIG-{number}"))).collect();
    bench.import(&others).await.good();
    // Killed, it leaves a journal that is longer than what fits from now on, so that not one page can be added.
    station.kill();
    assert!(std::fs::metadata(bench.data().join("station.db-wal")).unwrap().len() > 512 * u64::from(BLOCKS));

    let station = Station::start_on_a_full_disk(&bench.config, BLOCKS).await;
    station.logged("device opened device=Scanner").await;
    bench.scan(ORDER).await;
    station.screen.says("cannot_record").await;
    // Readings of the scale record nothing, so they prove nothing.
    bench.put(580);
    let view = station.screen.shows("the weight", |view| view["weight"][0] == "0.580 kg").await;
    assert_eq!(view["headline"]["key"], "cannot_record", "{view:#}");
    bench.scale.lift();
    bench.scan(ORDER).await;
    let view = station.screen.shows("an empty pan", |view| view["weight"][0] == "0.000 kg").await;
    assert_eq!(view["headline"]["key"], "cannot_record", "{view:#}");
    station.kill();
    bench.printed(1).await;
    assert_eq!(bench.ask(&["parcels", "list"]).await.as_array().unwrap().len(), 1);

    let station = bench.start().await;
    let second = pack(&bench, &station, ORDER).await;
    assert_ne!(first, second);
    bench.printed(2).await;
    told_once(&bench, &station, "RIG-4001", &first).await;
    told_once(&bench, &station, ORDER, &second).await;
}

/// Carrier folders of this bench's own, to be broken.
fn own_carriers(bench: &Bench) -> PathBuf {
    let own = bench.path("carriers");
    copy(&repository("config/carriers"), &own);
    bench.configure(&own);
    own
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// The first price table of a carrier.
fn prices(carrier: &Path) -> PathBuf {
    let mut folders = vec![carrier.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(".prices.csv") {
                return path;
            }
        }
    }
    panic!("no prices in {}", carrier.display());
}

#[tokio::test]
async fn a_station_with_a_broken_rate_card_does_not_start_and_names_the_line() {
    let bench = Bench::bare().await;
    let broken = prices(&own_carriers(&bench).join("usps"));
    let text = std::fs::read_to_string(&broken).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let cut = lines[5].rfind(',').unwrap();
    lines[5].replace_range(cut.., ",-1.00");
    std::fs::write(&broken, lines.join("\n")).unwrap();
    let place = format!("{}:6:", broken.display());
    let run = bench.run(&["run"]).await;
    assert!(run.code == Some(78) && run.err.contains(&place), "{place} {run:?}");
    let check = bench.run(&["check"]).await;
    assert!(check.code == Some(78) && check.out.contains(&place), "{place} {check:?}");
}

#[tokio::test]
async fn one_bad_row_in_an_order_file_is_refused_alone_and_said() {
    let bench = Bench::bare().await;
    let mut bad = order("RIG-4102");
    bad["ship_to"]["country"] = "Atlantis".into();
    let imported = bench.import(&[order("RIG-4101"), bad, order("RIG-4103")]).await;
    assert_eq!(imported.code, Some(69), "{imported:?}");
    assert!(imported.out.contains("2 accepted") && imported.out.contains("1 refused"), "{imported:?}");
    assert!(imported.out.contains("orders.jsonl:2:") && imported.err.contains("1 order was refused"), "{imported:?}");
    let rejects = std::fs::read_to_string(bench.path("orders.jsonl.rejects.csv")).unwrap();
    assert!(rejects.contains("Atlantis") || rejects.contains("RIG-4102"), "{rejects}");
    let orders = bench.ask(&["orders", "list"]).await;
    let refs: Vec<&str> = orders.as_array().unwrap().iter().map(|o| o["order_ref"].as_str().unwrap()).collect();
    assert!(refs.len() == 2 && refs.contains(&"RIG-4101") && refs.contains(&"RIG-4103"), "{refs:?}");

    let mended = bench.import(&[order("RIG-4101"), order("RIG-4102"), order("RIG-4103")]).await.good();
    assert!(mended.out.contains("1 accepted, 2 unchanged"), "{mended:?}");
    assert!(!bench.path("orders.jsonl.rejects.csv").exists());
}

#[tokio::test]
async fn a_memory_of_a_newer_version_is_refused() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let database = std::fs::read_dir(bench.data()).unwrap().map(|entry| entry.unwrap().path());
    let database = database.into_iter().find(|path| path.extension().is_some_and(|e| e == "db")).unwrap();
    let db = rusqlite::Connection::open(database).unwrap();
    db.pragma_update(None, "user_version", 999).unwrap();
    drop(db);
    for args in [&["run"][..], &["parcels", "list"]] {
        let refused = bench.run(args).await;
        assert!(refused.code == Some(78) && refused.err.contains("newer parceld"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_second_station_on_the_same_folder_is_sent_away() {
    let bench = Bench::with_orders(&[ORDER]).await;
    let station = bench.start().await;
    let second = bench.run(&["run"]).await;
    assert!(second.code == Some(75) && second.err.contains("already running"), "{second:?}");
    bench.scan(ORDER).await;
    station.screen.says("place_parcel").await;
    bench.run(&["outbox", "retry"]).await.good();
}

#[tokio::test]
async fn a_configuration_that_is_not_there_is_a_wrong_configuration() {
    for command in ["run", "check", "doctor"] {
        let ran = parceld([command, "--config", "/nonexistent/station.toml"]).await;
        assert_eq!(ran.code, Some(78), "{ran:?}");
        assert!((ran.out + &ran.err).contains("/nonexistent/station.toml"));
    }
}
