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

use std::io::{BufRead, BufReader, Lines, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use bench::{Bench, CONFIG, DATA, ORDERS};
use debian::{Version, command, install, is_there, purge, remove, says, unpacked};
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

#[test]
fn it_brings_the_licences_of_all_that_is_in_it_and_a_list_of_that_for_this_very_program() {
    install(Version::New);
    let doc = "/usr/share/doc/parceld";
    let licences = unpacked(&format!("{doc}/licences.txt.gz"));
    for words in ["\nrusqlite 0.", "\nSQLite 3.", "\nRust's standard library 1.", "Permission is hereby granted"] {
        assert!(licences.contains(words), "{words:?} is not in the licences");
    }
    let list: serde_json::Value = serde_json::from_str(&unpacked(&format!("{doc}/parceld.cdx.json.gz"))).unwrap();
    let sum = says("sha256sum", &["/usr/bin/parceld"]);
    let listed = &list["metadata"]["component"]["hashes"][0]["content"];
    assert_eq!(sum.split_whitespace().next(), listed.as_str());
    let target = list["metadata"]["properties"][0]["value"].as_str().unwrap();
    assert!(target.starts_with(std::env::consts::ARCH), "{target}");
    let names = list["components"].as_array().unwrap().iter().map(|component| &component["name"]);
    for name in names {
        assert!(licences.contains(&format!("\n{}", name.as_str().unwrap())), "{name} is not in the licences");
    }
    let copyright = std::fs::read_to_string(format!("{doc}/copyright")).unwrap();
    assert!(copyright.contains("\nLicense: OFL-1.1\n PREAMBLE\n"), "{copyright}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_demo_packs_orders_without_a_configuration_and_its_virtual_printer_draws_what_others_write() {
    purge();
    install(Version::New);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo").display().to_string();
    let said = says("/usr/bin/parceld", &["demo", "--headless", "--orders", "3", "--out", &out]);
    assert!(said.contains("3 orders"), "{said}");
    let labels = std::fs::read_dir(folder.path().join("demo/labels")).unwrap();
    assert!(
        labels.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "png")).count() > 0
    );

    let printed = folder.path().join("printed");
    let printer = StandalonePrinter::switch_on(&printed);
    printer.send("^XA^FO60,60^BY3^B3N,N,120,N,N^FDPARCELD^FS^XZ");
    program::until("the label is on the disk", || printed.join("0001.json").exists()).await;
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(printed.join("0001.json")).unwrap()).unwrap();
    assert_eq!((&report["unsupported"], &report["error"]), (&serde_json::json!([]), &serde_json::Value::Null));
    assert!(std::fs::read(printed.join("0001.png")).is_ok_and(|png| png.len() > 100));
}

/// `parceld printer`, until it is dropped.
struct StandalonePrinter {
    process: Child,
    address: String,
    /// It goes on to say what it prints.
    _said: Lines<BufReader<ChildStderr>>,
}

impl StandalonePrinter {
    fn switch_on(out: &Path) -> Self {
        let mut command = Command::new("/usr/bin/parceld");
        command.args(["printer", "--listen", "127.0.0.1:0", "--out"]).arg(out);
        let mut process = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let listens = |line: &String| line.contains("the virtual printer listens");
        let line = said.by_ref().map_while(Result::ok).find(listens).expect("it says where it listens");
        assert!(line.contains("labelize"), "{line}");
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("address=")).expect("an address");
        Self { address: address.to_owned(), process, _said: said }
    }

    fn send(&self, job: &str) {
        TcpStream::connect(&self.address).unwrap().write_all(job.as_bytes()).unwrap();
    }
}

impl Drop for StandalonePrinter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
    assert_eq!(says("stat", &["-c", "%U %G %a", ORDERS]).trim(), "parceld parceld-orders 3770");
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
    for left in [DATA, ORDERS, "/etc/parceld", "/usr/bin/parceld", "/usr/lib/systemd/system/parceld.service"] {
        assert!(!is_there(left), "{left}");
    }
    assert_ne!(state(), "active");
    assert!(says("getent", &["passwd", "parceld"]).starts_with("parceld:"));
}
