//! A backup made beside the running station, and put back: by the commands alone.

use std::path::PathBuf;

use super::bench::Bench;
use super::packer::pack;

const ORDERS: [&str; 4] = ["RIG-8001", "RIG-8002", "RIG-8003", "RIG-8004"];

/// The file that `parceld backup` names first.
async fn back_up(bench: &Bench) -> (PathBuf, String) {
    let copies = bench.path("copies");
    let made = bench.run(&["backup", copies.to_str().unwrap()]).await.good();
    let (file, rest) = made.out.split_once('\n').unwrap();
    (file.into(), rest.to_owned())
}

#[tokio::test]
async fn a_backup_that_was_put_back_gives_no_number_twice_and_says_what_to_do() {
    let bench = Bench::with_orders(&ORDERS).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    let (file, said) = back_up(&bench).await;
    assert!(said.contains("names and addresses: orders 4") && said.contains("carry it elsewhere"), "{said}");
    pack(&bench, &station, ORDERS[1]).await;
    pack(&bench, &station, ORDERS[2]).await;
    let used = bench.numbers().await;
    assert_eq!(used.len(), 3);
    station.screen.all_sent().await;
    let file = file.to_str().unwrap();
    let running = bench.run(&["restore", file]).await;
    assert!(running.code == Some(75) && running.err.contains("already running"), "{running:?}");
    assert!(station.terminate().await.success());

    // A folder means its newest backup of this station.
    let folder = bench.path("copies");
    let restored = bench.run(&["restore", folder.to_str().unwrap()]).await.good();
    for words in [file, "replaced-", "systemctl start parceld", "parceld pool start --all"] {
        assert!(restored.out.contains(words), "{words}: {restored:?}");
    }
    let pools = bench.run(&["pool", "list"]).await.good();
    assert!(pools.out.contains("Start the station"), "{pools:?}");
    let station = bench.start().await;
    let number = bench.is_locked_until_a_person_says_so(&station, ORDERS[3]).await;
    assert!(!used.contains(&number), "{number} was given before");
    station.screen.all_sent().await;
}

#[tokio::test]
async fn a_station_goes_on_from_its_backup_on_another_card() {
    let bench = Bench::with_orders(&ORDERS[..2]).await;
    let station = bench.start().await;
    pack(&bench, &station, ORDERS[0]).await;
    let (file, _) = back_up(&bench).await;
    let used = bench.numbers().await;
    station.kill();
    // The other card has neither the data nor the mark.
    std::fs::remove_dir_all(bench.data()).unwrap();
    std::fs::remove_dir_all(parceld::store::Mark::beside(&bench.data())).unwrap();
    let renamed = bench.path("renamed.db");
    std::fs::rename(file, &renamed).unwrap();
    let restored = bench.run(&["restore", renamed.to_str().unwrap()]).await.good();
    assert!(restored.out.contains("nothing lay in"), "{restored:?}");
    let station = bench.start().await;
    let number = bench.is_locked_until_a_person_says_so(&station, ORDERS[1]).await;
    assert!(!used.contains(&number), "{number} was given before");
    let pools = bench.ask(&["pool", "list"]).await;
    assert!(pools["copied"].is_null(), "{pools:#}");
}

#[tokio::test]
async fn what_cannot_be_backed_up_or_put_back_is_said_and_nothing_changes() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let there = bench.path("no/folder");
    let refused = [
        bench.run(&["backup", there.to_str().unwrap()]).await,
        bench.run(&["restore", bench.path("data").to_str().unwrap()]).await,
        bench.run(&["restore", bench.config.to_str().unwrap()]).await,
        bench.run(&["restore", there.to_str().unwrap()]).await,
    ];
    assert!(refused.iter().all(|ran| ran.code == Some(69) && !ran.err.is_empty()), "{refused:?}");
    let (file, _) = back_up(&bench).await;
    let file = file.to_str().unwrap();
    bench.reconfigure("id = \"DEMO-ST01\"", "id = \"DEMO-ST02\"");
    let other = bench.run(&["restore", file]).await;
    assert!(other.code == Some(69) && other.err.contains("it is of DEMO-ST01"), "{other:?}");
    bench.run(&["restore", file, "--other-station"]).await.good();
}
