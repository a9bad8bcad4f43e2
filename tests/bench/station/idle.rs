//! What the program costs while nobody works: devices connected, empty pan.

use std::time::Duration;

use hal::sim::{Printer, PrinterSettings, Scale, Scanner};

use super::folder::Folder;
use super::program::Program;

/// How long nobody works.
const REST: Duration = Duration::from_secs(10);
/// The kernel counts processor time in hundredths of a second.
const TICK_MS: f64 = 10.0;

/// A HID scale sends by itself: so many reports a second.
const REPORTS: u32 = 5;
/// Zero at rest, in grams.
const REPORT: &[u8] = &[0x03, 0x02, 0x02, 0x00, 0x00, 0x00];

pub fn measure(folder: &Folder) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let entered = runtime.enter();
    let place = |name: &str| folder.path().join(name);
    let scanner = Scanner::open_at(place("idle-scanner")).expect("a scanner");
    let scale = Scale::open_at(place("idle-scale"), hal::scale::ScaleProtocol::MtSics).expect("a scale");
    let settings = PrinterSettings { render: false, ..PrinterSettings::default() };
    let listen = Printer::listen((std::net::Ipv4Addr::LOCALHOST, 0).into(), settings);
    let printer = runtime.block_on(listen).expect("a printer");
    let text = |path: &std::path::Path| path.display().to_string();
    let at = [text(scanner.path()), text(scale.path()), format!("tcp://{}", printer.addr())];
    let receipts = format!(
        "\n[[printer]]\nname = \"receipts\"\nrole = \"receipt\"\nlanguage = \"escpos\"\ndevice = {:?}\ndpi = 203\nwidth_mm = 80\nheight_mm = 150\n",
        at[2]
    );
    let config = folder.station("idle", Some([&at[0], &at[1], &at[2]]));
    let written = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("{written}{receipts}")).expect("a configuration");
    let mut stable = scale.watch_stable();
    let program = Program::start(&config);
    runtime.block_on(stable.recv()).expect("the scale is asked");
    rest("serial scanner, polled serial scale, two printers", &program);
    drop(program);

    // A node that is no tty to the program: it reads reports from it as from hidraw.
    let hid = Scanner::open_at(place("idle-hid")).expect("a scale");
    let written = std::fs::read_to_string(&config).expect("a configuration");
    let written = written.replace("\"mt-sics\"", "\"hid\"").replace(&at[1], &text(hid.path()));
    std::fs::write(&config, written).expect("a configuration");
    let program = Program::start(&config);
    runtime.spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(1) / REPORTS);
        loop {
            every.tick().await;
            if hid.send(REPORT).await.is_err() {
                return;
            }
        }
    });
    std::thread::sleep(Duration::from_secs(1));
    rest(&format!("serial scanner, HID scale with {REPORTS} reports a second, two printers"), &program);
    drop(entered);
}

fn rest(devices: &str, program: &Program) {
    let before = (program.ticks(), program.status("voluntary_ctxt_switches"));
    std::thread::sleep(REST);
    let used = (program.ticks() - before.0) as f64 * TICK_MS / REST.as_secs_f64();
    let woken = (program.status("voluntary_ctxt_switches") - before.1) as f64 / REST.as_secs_f64();
    println!("idle, {devices}: {used:.1} ms of processor a second, {woken:.1} wake-ups a second, over {REST:?}");
}
