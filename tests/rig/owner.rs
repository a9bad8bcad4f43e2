//! Whose the files are. Some of it only root can try; elsewhere those tests claim nothing.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use super::bench::Bench;
use super::program::PARCELD;
use super::station::Station;

/// The user `nobody`: there is one everywhere.
const NOBODY: u32 = 65_534;

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

/// A bench whose data folder and mark belong to somebody, who may go through the folder they lie in.
async fn bench_of(user: u32) -> Bench {
    let bench = Bench::bare().await;
    std::fs::set_permissions(bench.path(""), std::fs::Permissions::from_mode(0o711)).unwrap();
    for folder in [bench.data(), bench.path("data-mark")] {
        std::fs::create_dir(&folder).unwrap();
        chown(&folder, Some(user), Some(user)).unwrap();
    }
    chown(bench.path("uplink.token"), Some(user), Some(user)).unwrap();
    bench
}

fn assert_all_of(user: u32, dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let found = std::fs::metadata(&path).unwrap();
        assert_eq!((found.uid(), found.mode() & 0o077), (user, 0), "{}", path.display());
    }
}

#[tokio::test]
async fn what_root_does_before_the_first_start_belongs_to_the_station_s_user() {
    if !is_root() {
        return;
    }
    let bench = bench_of(NOBODY).await;
    bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "1"]).await.good();
    assert!(bench.data().join("station.db").exists());
    assert_all_of(NOBODY, &bench.data());
    assert_all_of(NOBODY, &bench.path("data-mark"));

    // And a service that root starts by hand goes on as that user.
    let station = Station::start(&bench.config).await;
    assert_eq!(station.user(), NOBODY);
    assert_all_of(NOBODY, &bench.data());
}

#[tokio::test]
async fn a_database_that_root_made_is_named_with_its_owner_and_what_mends_it() {
    if !is_root() {
        return;
    }
    let bench = bench_of(0).await;
    bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "1"]).await.good();
    for theirs in [bench.data(), bench.path("uplink.token")] {
        chown(theirs, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let mut service = Command::new("setpriv");
    service.args(["--reuid=65534", "--regid=65534", "--clear-groups", PARCELD, "run", "--config"]).arg(&bench.config);
    let ended = tokio::task::spawn_blocking(move || service.stdin(Stdio::null()).output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(69), "{said}");
    assert!(said.contains("belongs to root (mode 600)") && said.contains("`sudo chown -R nobody: "), "{said}");

    // Root makes it no worse.
    let refused = bench.run(&["pool", "start", "usps", "usps-demo-1", "--next", "9"]).await;
    assert_eq!(refused.code, Some(69), "{refused:?}");
    assert!(refused.err.contains("type `chown -R --reference="), "{refused:?}");
}

#[tokio::test]
async fn the_rows_that_were_refused_are_for_nobody_else_to_read() {
    let bench = Bench::bare().await;
    let file = bench.path("orders.csv");
    std::fs::write(&file, "order_ref,ship_to.name\nA1,Marisol Vega\n").unwrap();
    let rejects = bench.path("orders.csv.rejects.csv");
    std::fs::write(&rejects, "of the last time").unwrap();
    std::fs::set_permissions(&rejects, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(bench.run(&["orders", "import", file.to_str().unwrap()]).await.code, Some(69));
    assert!(std::fs::read_to_string(&rejects).unwrap().contains("Marisol Vega"));
    assert_eq!(mode(&rejects), 0o600);
}
