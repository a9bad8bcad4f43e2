//! What the program costs while nobody works: devices connected, empty pan.

use std::time::Duration;

use hal::sim::{Printer, PrinterSettings, Scale, Scanner};

use super::folder::Folder;
use super::program::Program;

/// How long nobody works.
const REST: Duration = Duration::from_secs(10);
/// The kernel counts processor time in hundredths of a second.
const TICK_MS: f64 = 10.0;

pub fn measure(folder: &Folder) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let entered = runtime.enter();
    let scanner = Scanner::open_at(folder.path().join("idle-scanner")).expect("a scanner");
    let scale = Scale::open_at(folder.path().join("idle-scale"), hal::scale::Protocol::MtSics).expect("a scale");
    let settings = PrinterSettings { render: false, ..PrinterSettings::default() };
    let listen = Printer::listen((std::net::Ipv4Addr::LOCALHOST, 0).into(), settings);
    let printer = runtime.block_on(listen).expect("a printer");
    let text = |path: &std::path::Path| path.display().to_string();
    let at = [text(scanner.path()), text(scale.path()), format!("tcp://{}", printer.addr())];
    let config = folder.station("idle", Some([&at[0], &at[1], &at[2]]));
    let mut stable = scale.watch_stable();
    let program = Program::start(&config);
    runtime.block_on(stable.recv()).expect("the scale is asked");
    let before = (program.ticks(), program.status("voluntary_ctxt_switches"));
    std::thread::sleep(REST);
    let used = (program.ticks() - before.0) as f64 * TICK_MS / REST.as_secs_f64();
    let woken = (program.status("voluntary_ctxt_switches") - before.1) as f64 / REST.as_secs_f64();
    println!("idle: {used:.1} ms of processor a second, {woken:.1} voluntary context switches a second, over {REST:?}");
    drop(entered);
}
