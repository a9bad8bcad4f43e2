//! A backup made beside the running station, and put back: by the commands alone.

use std::path::{Path, PathBuf};

use super::bench::Bench;
use super::packer::pack;
use super::program::until;

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
    assert!(said.contains("are sealed: orders 4") && said.contains("carry it elsewhere"), "{said}");
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
    // The keys were on the card that broke.
    assert_eq!(bench.ask(&["orders", "show", ORDERS[1]]).await["state"], "import_again");
    bench.import(&[super::order::order(ORDERS[1])]).await.good();
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
    let said = bench.ask(&["backup", bench.path("json").to_str().unwrap()]).await;
    assert!(said["file"].as_str().unwrap().contains(said["incarnation"].as_str().unwrap()), "{said:#}");
    assert_eq!((&said["station"], &said["orders_sealed"]), (&"DEMO-ST01".into(), &1.into()), "{said:#}");
    let (file, _) = back_up(&bench).await;
    let file = file.to_str().unwrap();
    bench.reconfigure("id = \"DEMO-ST01\"", "id = \"DEMO-ST02\"");
    let other = bench.run(&["restore", file]).await;
    assert!(other.code == Some(69) && other.err.contains("it is of DEMO-ST01"), "{other:?}");
    bench.run(&["restore", file, "--other-station"]).await.good();
}

/// Copies that the clock made in a folder.
fn nightly(dir: &Path) -> Vec<String> {
    let files = std::fs::read_dir(dir).into_iter().flatten().map(|file| file.unwrap().file_name());
    files.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(".nightly.db")).collect()
}

impl Bench {
    fn copies_every_night(&self, dir: &Path) {
        self.reconfigure("[uplink]", &format!("[backup]\ndir = {:?}\nkeep = 1\n\n[uplink]", dir.to_str().unwrap()));
    }
}

#[tokio::test]
async fn a_night_without_a_copy_is_made_up_for_when_the_station_starts() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    // Another disk than that of the bench, as a stick would be.
    let stick = tempfile::tempdir_in("/dev/shm").unwrap();
    let copies = stick.path().join("backups");
    bench.copies_every_night(&copies);
    let station = bench.start().await;
    station.logged("the database is copied").await;
    let made = nightly(&copies);
    assert_eq!(made.len(), 1);
    assert!(station.terminate().await.success());
    // An old one makes room, and a person's stays.
    let time = made[0].strip_prefix("parceld-DEMO-ST01-").unwrap().split_once('-').unwrap().0;
    std::fs::rename(copies.join(&made[0]), copies.join(made[0].replace(time, "20200101T020000Z"))).unwrap();
    bench.run(&["backup", copies.to_str().unwrap()]).await.good();
    let station = bench.start().await;
    station.logged("the database is copied").await;
    until("one copy is there", || nightly(&copies).len() == 1).await;
    assert!(!nightly(&copies)[0].contains("20200101"));
    assert_eq!(std::fs::read_dir(&copies).unwrap().count(), 2);
    pack(&bench, &station, ORDERS[0]).await;
    station.screen.is_content().await;
}

#[tokio::test]
async fn a_stick_that_is_not_mounted_is_a_quiet_warning_and_no_copy_on_the_card() {
    let bench = Bench::with_orders(&ORDERS[..1]).await;
    let mount_point = bench.path("stick");
    std::fs::create_dir(&mount_point).unwrap();
    bench.copies_every_night(&mount_point.join("backups"));
    let station = bench.start().await;
    station.screen.complains("no_backup").await;
    station.logged("its medium is not mounted").await;
    assert_eq!(std::fs::read_dir(&mount_point).unwrap().count(), 0);
    pack(&bench, &station, ORDERS[0]).await;
}
