//! The shipped program against kernel devices. `tests/kernel/run` boots a machine for it; nothing here runs elsewhere.
//!
//! ```text
//!  parceld -> hidraw, ttyACM, usblp -> dummy_hcd (a USB cable) -> hidg, ttyGS, g_printer -> the virtual devices here
//! ```

#[path = "../rig/demo_config.rs"]
mod demo_config;
#[path = "../rig/order.rs"]
mod order;
#[path = "../rig/packer.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod packer;
#[path = "../rig/program.rs"]
mod program;
#[path = "../rig/screen.rs"]
mod screen;
#[path = "../rig/station.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod station;

mod adapter;
mod bench;
mod chip;
mod display;
mod gadget;
mod halves;
mod lamps;
mod printer;
mod scale;
mod shown;
mod watch;

use bench::Bench;
use gadget::{Gadget, Identity};
use hal::sim::{Edge, PrinterFault};
use nix::sys::termios::{ControlFlags, tcgetattr};
use printer::PortStatus;
use scale::Scale;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_is_packed_over_hidraw_ttyacm_and_usblp() {
    let bench = Bench::with_orders(&["K-1", "K-2"]).await;
    let station = bench.start().await;
    let first = packer::pack(&bench, &station, "K-1").await;
    let second = packer::pack(&bench, &station, "K-2").await;
    assert_ne!(first, second);
    bench.printed(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_device_is_found_again_after_its_cable_was_pulled() {
    let bench = Bench::with_orders(&["K-1", "K-2", "K-3", "K-4"]).await;
    let station = bench.start().await;
    packer::pack(&bench, &station, "K-1").await;

    bench.scale.cable.unplug();
    station.screen.complains("scale_absent").await;
    bench.scale.cable.plug();
    station.screen.is_content().await;
    packer::pack(&bench, &station, "K-2").await;

    bench.scanner.unplug();
    station.screen.complains("scanner_absent").await;
    bench.scanner.plug();
    station.screen.is_content().await;
    packer::pack(&bench, &station, "K-3").await;

    packer::open(&bench, &station, "K-4").await;
    bench.printer.cable.unplug();
    bench.put(580);
    station.screen.says("printer_absent").await;
    bench.printer.cable.plug();
    let number = packer::label(&station).await;
    packer::close(&bench, &station, &number).await;
    bench.printed(4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_printer_that_is_pulled_in_the_middle_of_a_label_leaves_a_doubt_and_one_label() {
    let bench = Bench::with_orders(&["K-1"]).await;
    let station = bench.start().await;
    packer::open(&bench, &station, "K-1").await;
    // usblp takes the whole label; the printer takes 300 bytes of the conversation.
    bench.printer.machine.set_fault(PrinterFault::StallAfter(300));
    let mut edges = bench.printer.machine.watch_edges();
    bench.put(580);
    while edges.recv().await.unwrap() != Edge::FirstLabelByte {}
    bench.printer.cable.unplug();
    station.screen.says("label_doubt").await;
    // Without power it forgets what it had.
    for fault in [PrinterFault::Off, PrinterFault::None] {
        bench.printer.machine.set_fault(fault);
        bench.printer.machine.settled().await;
    }
    bench.printer.cable.plug();
    station.screen.asks_for_the_label().await;
    bench.scan(&parceld::barcode::Command::Reprint.encode()).await;
    let number = packer::label(&station).await;
    bench.printed(1).await;
    packer::close(&bench, &station, &number).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_printer_whose_port_says_that_paper_is_out_is_not_sent_a_label() {
    let bench = Bench::with_orders(&["K-1"]).await;
    let station = bench.start().await;
    packer::open(&bench, &station, "K-1").await;
    bench.printer.set_port(PortStatus::PaperOut);
    bench.put(580);
    station.screen.says("printer_paper_out").await;
    bench.printed(0).await;
    bench.printer.set_port(PortStatus::Ready);
    let number = packer::label(&station).await;
    packer::close(&bench, &station, &number).await;
    bench.printed(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanner_is_found_by_what_it_is_when_another_device_took_its_name() {
    let bench = Bench::with_orders(&["K-1"]).await;
    let station = bench.start().await;
    bench.scanner.unplug();
    station.screen.complains("scanner_absent").await;
    let modem = Identity { vendor: 0x1234, product: 0x0001, serial: "MODEM1" };
    let _first = Gadget::plug_in(3, modem, "acm.modem", &[]);
    program::until("the other device has the name", || std::path::Path::new("/dev/ttyACM0").exists()).await;
    bench.scanner.plug();
    station.screen.is_content().await;
    packer::pack(&bench, &station, "K-1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_scales_alike_are_never_guessed_and_told_apart_by_serial_number() {
    let bench = Bench::with_orders(&["K-1"]).await;
    let _second = Scale::plug_in(3, scale::SECOND);
    program::until("a second scale", || std::path::Path::new("/dev/hidraw1").exists()).await;
    let says = bench.doctor().await;
    assert!(says.contains("SCALE1") && says.contains("SCALE2"), "{says}");
    bench.reconfigure("usb:0922:8003", "usb:0922:8003:SCALE1");
    let station = bench.start().await;
    packer::pack(&bench, &station, "K-1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_another_program_holds_is_named_with_its_holder() {
    let bench = Bench::with_orders(&[]).await;
    // A HID scale has a node there as well.
    let mut nodes = std::fs::read_dir("/dev/usb").unwrap().map(|entry| entry.unwrap().path());
    let node = nodes.find(|node| node.to_string_lossy().contains("/lp")).expect("usblp's node");
    let held = std::fs::File::options().read(true).write(true).open(node).unwrap();
    let says = bench.doctor().await;
    assert!(says.contains("busy") && says.contains(&std::process::id().to_string()), "{says}");
    drop(held);
    let says = bench.doctor().await;
    assert!(says.contains("printer label usb:0a5f:0120: ok"), "{says}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seven_bits_and_even_parity_are_set_on_a_real_line() {
    let bench = Bench::with_orders(&["K-1"]).await;
    bench.reconfigure("device = \"usb:0c2e:0b61\"", "device = \"usb:0c2e:0b61\"\nbaud = 4800\nframing = \"7E1\"");
    let station = bench.start().await;
    packer::pack(&bench, &station, "K-1").await;
    let line = std::fs::File::open("/dev/ttyACM0").unwrap();
    let flags = tcgetattr(&line).unwrap().control_flags;
    assert_eq!(
        flags & (ControlFlags::CSIZE | ControlFlags::PARENB | ControlFlags::PARODD),
        ControlFlags::CS7 | ControlFlags::PARENB
    );
}
