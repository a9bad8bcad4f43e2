//! What a long history costs: a thousand parcels and a million, in the same run.
//!
//! The million is a thousand days of a thousand parcels, written in bulk. It is measured twice: with an uplink whose
//! receiver has everything, and at a station that never had one.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parceld::barcode::{Command, Scan};
use parceld::daemon::intake::{AT_ONCE, OrderOrigin};
use parceld::daemon::{Core, Moment, Setup};
use parceld::station::event::Input;
use parceld::store::{DATABASE, PAGE, StoredOrder};
use parceld::units::{Date, Timestamp, Uptime};

use super::bulk;
use super::core::Floor;
use super::folder::{self, Folder};
use super::machine::Times;
use super::ms;
use super::program::Program;

/// Parcels of a day, and days.
const DAY: usize = 1_000;
const DAYS: i64 = 1_000;
const STARTS: usize = 5;
const SCANS: usize = 10_000;
/// Orders of one file, and how many files.
const FILE: usize = 500;
const FILES: usize = 5;

/// A station with a history.
struct Aged {
    config: PathBuf,
    setup: Setup,
}

pub fn measure(folder: &Folder) {
    let orders = folder::orders(DAY + 4 * FILE * FILES);
    let (packed, fresh) = orders.split_at(DAY);
    let day = folder.path().join("day.db");
    pack(packed, &day);
    let mut last = Vec::new();
    for (name, uplink) in [("with an uplink", true), ("without an uplink", false)] {
        let [young, old] = [("young", 1), ("old", DAYS)].map(|(age, days)| {
            let name = format!("{age}-{uplink}");
            let aged = Aged::new(folder, &name, uplink);
            let database = folder.path().join(&name).join(DATABASE);
            std::fs::create_dir_all(folder.path().join(&name)).expect("a folder");
            std::fs::copy(&day, &database).expect("a copy");
            let began = Instant::now();
            bulk::repeat(&database, days, uplink);
            let size = std::fs::metadata(&database).map_or(0, |data| data.len());
            println!(
                "growth: {} parcels {name}: {:.0} MB, written in {:.0} s",
                days * DAY as i64,
                size as f64 / 1e6,
                began.elapsed().as_secs_f64()
            );
            aged
        });
        let [(a, c), (b, d)] = [young.starts(), old.starts()];
        let (e, f) = scans(&young, &old, packed);
        let (files, rest) = fresh.split_at(2 * FILE * FILES);
        let (g, h) = imports(&young, &old, files, |order| order.clone());
        let (i, j) = imports(&young, &old, rest, scattered);
        println!("growth: imports with random references {i:.1} ms at 1k, {j:.1} ms at 1M = {:.2} x; aim <= 2", j / i);
        last.push(format!(
            "growth: {name}: ready {a:.0} ms at 1k, {b:.0} ms at 1M; resident {c:.1} MB at 1k, {d:.1} MB at 1M; \
             scan p99 {e:.2} ms at 1k, {f:.2} ms at 1M; import of {FILE} orders {g:.0} ms at 1k, {h:.0} ms at 1M"
        ));
        for age in ["young", "old"] {
            let _ = std::fs::remove_dir_all(folder.path().join(format!("{age}-{uplink}")));
        }
    }
    last.iter().for_each(|line| println!("{line}"));
}

/// Packs a day that ends with its parcels in the van.
fn pack(orders: &[StoredOrder], to: &Path) {
    let memory = Folder::in_memory();
    let setup = folder::setup(&memory.station("day", None));
    let mut floor = Floor::new(&setup, orders);
    orders.iter().for_each(|order| floor.pack(order));
    floor.close_manifests();
    for carrier in setup.cards.carriers() {
        let handover = Command::Handover(carrier.id.to_string()).encode();
        floor.scan(&handover);
        // A scan that follows at once is the scanner's own repeat.
        floor.wait(2_000);
        floor.scan(&handover);
        floor.wait(2_000);
    }
    assert!(floor.known() <= 1, "what has gone is forgotten, except what was shown last");
    drop(floor);
    std::fs::copy(setup.config.station.data_dir.join(DATABASE), to).expect("a copy");
}

impl Aged {
    fn new(folder: &Folder, name: &str, uplink: bool) -> Self {
        let config = folder.station(name, None);
        if uplink {
            let mut text = std::fs::read_to_string(&config).expect("a configuration");
            // Nobody is there: what is measured is the station.
            text.push_str("\n[uplink]\nurl = \"http://127.0.0.1:9/\"\ntoken_file = \"token\"\n");
            std::fs::write(&config, text).expect("a configuration");
            let token = folder.path().join("token");
            std::fs::write(&token, "token").expect("a token");
            std::fs::set_permissions(&token, Permissions::from_mode(0o600)).expect("a mode");
        }
        let setup = folder::setup(&config);
        Self { config, setup }
    }

    /// Median time to READY=1, ms, and the most memory, MB. The first start has no snapshot and is told apart.
    fn starts(&self) -> (f64, f64) {
        let first = Program::start(&self.config);
        println!("growth: first start, without a snapshot, {:.1} s", first.ready.as_secs_f64());
        drop(first);
        let mut memory = 0;
        let ready: Times = (0..STARTS)
            .map(|_| {
                let program = Program::start(&self.config);
                memory = memory.max(program.status("VmRSS"));
                program.ready
            })
            .collect();
        (ms(ready.median()), memory as f64 / 1024.0)
    }
}

/// Scans of what has long gone, by its order and by its label, and of what was never here; the 99th percentile of both, ms.
fn scans(young: &Aged, old: &Aged, packed: &[StoredOrder]) -> (f64, f64) {
    let mut cores = [folder::open(&young.setup), folder::open(&old.setup)];
    let mut times = [Vec::new(), Vec::new()];
    let mut read = [0, 0];
    for n in 0..SCANS {
        let order = &packed[n * 7 % packed.len()].id.number;
        let day = n as i64 * 13 % DAYS;
        for (which, core) in cores.iter_mut().enumerate() {
            let text = match (n % 3, which, day) {
                (0, _, _) => format!("NOBODYS-{n}"),
                (_, 1, 1..) => format!("{order}-{day}"),
                _ => order.clone(),
            };
            let scan = Scan::read(text.as_bytes()).expect("a scan");
            let before = bytes_read();
            let took = step(core, n, Input::Scan { scanner: "hand".to_owned(), scan });
            read[which] += bytes_read() - before;
            times[which].push(took);
        }
    }
    let [few, many] = read.map(|bytes| bytes as f64 / f64::from(PAGE) / SCANS as f64);
    println!("growth: a scan reads {few:.2} pages from the file at 1k, {many:.2} at 1M");
    let [few, many] = times.map(|times| ms(times.into_iter().collect::<Times>().percentile(99)));
    println!("growth: scan p99 {:.2} x; aim <= 1.5", many / few);
    (few, many)
}

/// How long the loop stands still for a file of orders in all, ms, the median; the files are different ones.
fn imports(
    young: &Aged,
    old: &Aged,
    orders: &[StoredOrder],
    named: impl Fn(&StoredOrder) -> StoredOrder,
) -> (f64, f64) {
    let mut cores = [folder::open(&young.setup), folder::open(&old.setup)];
    let mut times = [Vec::new(), Vec::new()];
    for file in orders.chunks(FILE).take(FILES) {
        let file: Vec<StoredOrder> = file.iter().map(&named).collect();
        for (core, times) in cores.iter_mut().zip(&mut times) {
            let began = Instant::now();
            for piece in file.chunks(AT_ONCE) {
                core.take_orders(moment(0), piece, OrderOrigin::File, None).expect("orders");
            }
            times.push(began.elapsed());
        }
    }
    let [few, many] = times.map(|times| ms(times.into_iter().collect::<Times>().median()));
    (few, many)
}

/// The same order under a reference that lies anywhere among the others.
fn scattered(order: &StoredOrder) -> StoredOrder {
    let mut order = order.clone();
    order.id.number = order.id.number.chars().rev().collect();
    order
}

fn step(core: &mut Core, n: usize, input: Input) -> Duration {
    let began = Instant::now();
    core.step(moment(n), input).expect("a step");
    began.elapsed()
}

/// The moment of the n-th scan: long after the one before.
fn moment(n: usize) -> Moment {
    let now = 10_000 * n as u64;
    let today = Date::new(2029, 7, 15).expect("a date");
    Moment { now: Uptime(now), wall: Timestamp(1_878_800_000_000 + now as i64), today, minute: 600, clock: None }
}

/// Bytes that this process has read, whatever from.
fn bytes_read() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    io.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok()).unwrap_or(0)
}
