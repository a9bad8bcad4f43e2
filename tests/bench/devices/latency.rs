//! From the last byte of a scan in the line to its event, against a bare read loop on the same line.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use hal::port::{Address, SerialSettings};
use hal::sim::Scanner;
use parceld::devices::{Devices, Drivers};
use parceld::station::event::Input;

use super::machine::Times;

const SCANS: usize = 2_000;
/// Between two scans, so that each finds its reader asleep, as on a bench.
const PAUSE: Duration = Duration::from_millis(2);
const SCAN: &[u8] = b"]C0576467363673733005\r";

pub fn measure() {
    let runtime = runtime();
    let entered = runtime.enter();
    let scanner = Scanner::open().expect("a scanner");
    let bare = times(&runtime, &scanner, bare_loop(scanner.path()));
    let ours = times(&runtime, &scanner, hand(scanner.path()));
    drop(entered);
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    for (name, bare, ours) in
        [("median", bare.median(), ours.median()), ("p99", bare.percentile(99), ours.percentile(99))]
    {
        let added = us(ours) - us(bare);
        println!(
            "scan's last byte -> event, {name}: {:.0} us, bare read loop {:.0} us, added {added:.0} us",
            us(ours),
            us(bare)
        );
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

fn times(runtime: &tokio::runtime::Runtime, scanner: &Scanner, heard: Receiver<Instant>) -> Times {
    // The reader has opened the line once it has heard something.
    while heard.recv_timeout(Duration::from_millis(50)).is_err() {
        runtime.block_on(scanner.send(SCAN)).expect("a line");
    }
    while heard.recv_timeout(Duration::from_millis(50)).is_ok() {}
    let one = |_| {
        std::thread::sleep(PAUSE);
        let sent = Instant::now();
        runtime.block_on(scanner.send(SCAN)).expect("a line");
        heard.recv().expect("a scan").duration_since(sent)
    };
    (0..SCANS).map(one).collect()
}

/// What a scan costs at least: a thread that blocks in `read`.
fn bare_loop(path: &Path) -> Receiver<Instant> {
    let (tell, heard) = channel();
    let mut line = File::open(path).expect("a line");
    std::thread::spawn(move || {
        let mut buffer = [0; 256];
        while let Ok(count @ 1..) = line.read(&mut buffer) {
            if buffer[..count].contains(&b'\r') && tell.send(Instant::now()).is_err() {
                return;
            }
        }
    });
    heard
}

/// The shipped hand on a runtime of its own, as the service has it.
fn hand(path: &Path) -> Receiver<Instant> {
    let (tell, heard) = channel();
    let address = Address::Serial(SerialSettings { baud: 115_200, ..SerialSettings::new(path) });
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let (events, mut said) = tokio::sync::mpsc::channel(64);
            let scanner = parceld::devices::BenchScanner::on_a_line("hand", address);
            let devices =
                Devices { scanners: vec![scanner], scale: None, printer: None, receipt: None, pins: None, panel: None };
            let _hands = Drivers::start(devices, &events, tokio::time::Instant::now());
            while let Some(event) = said.recv().await {
                if matches!(event, Input::Scan { .. }) && tell.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
    });
    heard
}
