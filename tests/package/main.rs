//! The Debian package on a machine with systemd: installed, described, started, stuck, upgraded, removed.
//! `tests/package/run` boots a machine for it; nothing here runs elsewhere.
//!
//! The devices are those of the kernel bench: USB gadgets, found by udev with the package's rules and reached through the
//! unit's own DeviceAllow.

#[path = "../rig/blocks.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod blocks;
#[path = "../kernel/gadget.rs"]
mod gadget;
#[path = "../rig/order.rs"]
mod order;
#[path = "../rig/packer.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod packer;
#[path = "../kernel/printer.rs"]
#[expect(dead_code, reason = "the kernel bench uses the rest")]
mod printer;
#[path = "../rig/program.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod program;
#[path = "../kernel/scale.rs"]
#[expect(dead_code, reason = "the kernel bench uses the rest")]
mod scale;
#[path = "../rig/screen.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod screen;

mod bench;
mod debian;
mod memory;
mod pages;
mod station;

use std::path::Path;

use bench::{Bench, CONFIG, DATA};
use debian::{Version, command, install, is_there, purge, remove, says};
use station::{Station, journal, property, state, systemctl};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn installed_it_has_its_user_is_enabled_and_waits_for_a_configuration_without_failing() {
    purge();
    let said = install(Version::New);
    assert!(said.contains("sudo parceld setup"), "{said}");
    assert!(says("getent", &["passwd", "parceld"]).contains("/var/lib/parceld"));
    assert_eq!(systemctl(&["is-enabled", "parceld"]).trim(), "enabled");
    assert_eq!(property("ConditionResult"), "no");
    assert_eq!(
        (state().as_str(), property("Result").as_str(), property("NRestarts").as_str()),
        ("inactive", "success", "0")
    );
    let status = systemctl(&["status", "parceld"]);
    assert!(status.contains("ConditionPathExists=/etc/parceld/station.toml"), "{status}");
    for file in [
        "/usr/share/man/man1/parceld.1.gz",
        "/usr/share/bash-completion/completions/parceld",
        "/usr/share/zsh/vendor-completions/_parceld",
        "/usr/share/fish/vendor_completions.d/parceld.fish",
        "/usr/share/doc/parceld/copyright",
        "/usr/share/doc/parceld/changelog.Debian.gz",
        "/usr/share/doc/parceld/README.md",
        "/usr/share/doc/parceld/src/guide/trouble.md",
    ] {
        assert!(Path::new(file).exists(), "{file}");
    }
    println!("package: {} KiB installed", says("dpkg-query", &["-Wf", "${Installed-Size}", "parceld"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn set_up_by_its_own_command_it_starts_and_packs_a_parcel_on_devices_that_udev_named() {
    let bench = Bench::with_orders(&["P-1"]).await;
    for (name, node) in [("scanner", "/dev/ttyACM0"), ("scale", "/dev/hidraw0")] {
        let link = std::fs::canonicalize(format!("/dev/parceld/{name}")).unwrap();
        assert_eq!(link, Path::new(node), "{name}");
        assert_eq!(says("stat", &["-c", "%G %a", node]).trim(), "parceld 660");
    }
    assert_eq!(says("stat", &["-c", "%U %G %a", CONFIG]).trim(), "root parceld 640");
    assert_eq!(says("stat", &["-c", "%U %G %a", DATA]).trim(), "parceld parceld 700");
    assert_eq!((property("Type").as_str(), property("User").as_str()), ("notify", "parceld"));
    let station = Station::running().await;
    let number = packer::pack(&bench, &station, "P-1").await;
    packer::verified_once(&bench, &number, &["verified"]).await;
    bench.printed(1).await;
    let (began, ready) = (property("ExecMainStartTimestampMonotonic"), property("ActiveEnterTimestampMonotonic"));
    let took = ready.parse::<u64>().unwrap() - began.parse::<u64>().unwrap();
    println!("start to ready: {} ms; resident: {} KiB", took / 1000, station::resident_kib());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_the_installed_pages_works_as_printed() {
    // Set up, with every device, and not yet started.
    let _bench = Bench::with_orders(&[]).await;
    systemctl(&["stop", "parceld"]);
    pages::type_all();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_unit_is_exposed_no_more_than_1_7() {
    let _bench = Bench::with_orders(&[]).await;
    let (judged, good) = command("systemd-analyze", &["security", "--no-pager", "--threshold=17", "parceld"]);
    let verdict = judged.lines().last().unwrap_or_default().to_owned();
    println!("{verdict}");
    assert!(good, "{judged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_that_is_stuck_is_killed_by_the_watchdog_and_comes_back_with_its_parcel_in_hand() {
    let bench = Bench::with_orders(&["P-1"]).await;
    let station = Station::running().await;
    packer::open(&bench, &station, "P-1").await;
    let stuck = property("MainPID");
    systemctl(&["kill", "--signal=STOP", "--kill-whom=main", "parceld"]);
    let again = Station::after(&stuck).await;
    assert!(says("journalctl", &["--no-pager", "-u", "parceld"]).contains("Watchdog timeout"));
    again.screen.shows("the order in hand", |view| view["order"] == "P-1").await;
    bench.put(580);
    let number = packer::label(&again).await;
    packer::close(&bench, &again, &number).await;
    packer::verified_once(&bench, &number, &["verified"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_configuration_is_not_started_again_and_the_status_says_what_to_do() {
    let bench = Bench::with_orders(&[]).await;
    bench.reconfigure("timezone = \"America/Los_Angeles\"", "timezone = \"America/Nowhere\"");
    assert!(!command("systemctl", &["restart", "parceld"]).1);
    assert_eq!((state().as_str(), property("ExecMainStatus").as_str()), ("failed", "78"));
    assert_eq!(property("NRestarts"), "0");
    let status = systemctl(&["status", "--no-pager", "--full", "parceld"]);
    assert!(status.contains(&format!("{CONFIG}:")) && status.contains("write its IANA name"), "{status}");
    assert!(journal(&["-p", "err"]).contains("America/Nowhere"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_knows_how_grave_each_line_is_and_takes_only_so_many() {
    let bench = Bench::with_orders(&[]).await;
    let station = Station::running().await;
    bench.scanner.unplug();
    station.screen.complains("scanner_absent").await;
    station::logged(&["device is away device=Scanner"]);
    let graver = journal(&["-p", "warning"]);
    assert!(!graver.contains("ready page="), "{graver}");
    let all = journal(&["-p", "info"]);
    assert!(all.contains("ready page=") && !all.contains("<6>"), "{all}");
    assert_eq!(property("LogRateLimitBurst"), "500");
    assert_eq!(property("LogRateLimitIntervalUSec"), "30s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_takes_the_database_of_the_first_format_along_with_its_open_parcel() {
    purge();
    install(Version::Old);
    let bench = Bench::with_orders(&["P-1"]).await;
    let station = Station::running().await;
    packer::open(&bench, &station, "P-1").await;
    systemctl(&["stop", "parceld"]);
    memory::as_of_the_first_format("P-1");
    install(Version::New);
    assert_eq!(says("dpkg-query", &["-Wf", "${Status}", "parceld"]), "install ok installed");
    let station = Station::running().await;
    station.screen.shows("the order in hand", |view| view["order"] == "P-1").await;
    bench.put(580);
    let number = packer::label(&station).await;
    packer::close(&bench, &station, &number).await;
    packer::verified_once(&bench, &number, &["verified"]).await;
    assert!(memory::format() > 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_version_is_refused_in_words_and_not_tried_again() {
    let _bench = Bench::with_orders(&[]).await;
    systemctl(&["stop", "parceld"]);
    memory::set_format(999);
    assert!(!command("systemctl", &["start", "parceld"]).1);
    assert_eq!((state().as_str(), property("ExecMainStatus").as_str()), ("failed", "78"));
    let status = systemctl(&["status", "--no-pager", "--full", "parceld"]);
    assert!(status.contains("newer parceld"), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removed_it_leaves_memory_and_configuration_and_installed_again_it_goes_on() {
    let bench = Bench::with_orders(&["P-1"]).await;
    let station = Station::running().await;
    packer::open(&bench, &station, "P-1").await;
    remove();
    assert!(!is_there("/usr/bin/parceld") && is_there(CONFIG) && is_there(DATA));
    assert!(is_there("/etc/parceld/carriers/usps/carrier.toml"));
    assert_ne!(state(), "active");
    install(Version::New);
    assert_eq!((state().as_str(), systemctl(&["is-enabled", "parceld"]).trim()), ("active", "enabled"));
    let station = Station::running().await;
    station.screen.shows("the order in hand", |view| view["order"] == "P-1").await;
    drop(bench);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purged_it_leaves_nothing_but_its_user() {
    drop(Bench::with_orders(&["P-1"]).await);
    purge();
    for left in [DATA, "/etc/parceld", "/usr/bin/parceld", "/usr/lib/systemd/system/parceld.service"] {
        assert!(!is_there(left), "{left}");
    }
    assert_ne!(state(), "active");
    assert!(says("getent", &["passwd", "parceld"]).starts_with("parceld:"));
}
