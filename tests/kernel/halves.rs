//! A serial adapter, and cables that are pulled in the middle of what a device says.

use nix::sys::termios::{ControlFlags, tcgetattr};

use super::adapter::{self, Adapter};
use super::bench::Bench;
use super::packer;
use super::program::until;

/// A packet of a scanner that speaks SSI: length, opcode, source, status, Code 128, text, check.
fn ssi(text: &str) -> Vec<u8> {
    let mut packet = vec![u8::try_from(5 + text.len()).unwrap(), 0xf3, 0, 0, 0x03];
    packet.extend(text.as_bytes());
    let sum: u16 = packet.iter().map(|byte| u16::from(*byte)).sum();
    packet.extend(sum.wrapping_neg().to_be_bytes());
    packet
}

/// The scale of the bench behind the adapter, as its maker sets it.
async fn with_adapter(orders: &[&str]) -> (Bench, Adapter) {
    let bench = Bench::with_orders(orders).await;
    bench.reconfigure("protocol = \"hid\"", "protocol = \"mt-sics\"\nbaud = 9600\nframing = \"7E1\"");
    bench.reconfigure("usb:0922:8003", adapter::SELECTOR);
    let adapter = Adapter::with_scale();
    until("the adapter", || std::path::Path::new(adapter::NODE).exists()).await;
    (bench, adapter)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_is_weighed_over_an_ftdi_adapter_at_7e1_and_after_a_frame_that_was_cut() {
    let (bench, adapter) = with_adapter(&["K-1", "K-2"]).await;
    let station = bench.start().await;
    let line = std::fs::File::open(adapter::NODE).unwrap();
    let flags = tcgetattr(&line).unwrap().control_flags;
    let seven_even = ControlFlags::CS7 | ControlFlags::PARENB;
    assert_eq!(flags & (ControlFlags::CSIZE | ControlFlags::PARENB | ControlFlags::PARODD), seven_even);
    drop(line);
    packer::open(&bench, &station, "K-1").await;
    adapter.put(580);
    let number = packer::label(&station).await;
    packer::close(&bench, &station, &number).await;
    adapter.put(0);
    station.screen.shows("an empty pan", |view| view["headline"]["key"] == "scan_order").await;

    // `S S      0.` of the next parcel, then nothing.
    packer::open(&bench, &station, "K-2").await;
    adapter.breaks_after(11);
    adapter.put(1234);
    until("half a weight", || adapter.is_broken()).await;
    adapter.unplug();
    station.screen.says("scale_absent").await;
    adapter.put(0);
    adapter.plug();
    station.screen.says("place_parcel").await;
    adapter.put(1234);
    let number = packer::label(&station).await;
    packer::close(&bench, &station, &number).await;
    let weighed: Vec<String> = [bench.shown(1).await, bench.shown(2).await]
        .map(|parcel| parcel["weight"]["value"].as_str().unwrap().to_owned())
        .to_vec();
    assert_eq!(weighed, ["580.0", "1234.0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_that_was_cut_is_no_scan_and_the_next_one_is_whole() {
    let bench = Bench::with_orders(&["K-1", "K-2"]).await;
    bench.reconfigure("device = \"usb:0c2e:0b61\"", "device = \"usb:0c2e:0b61\"\nprotocol = \"ssi\"");
    let station = bench.start().await;
    let packet = ssi("K-2");
    bench.send(&packet[..packet.len() / 2 + 2]);
    bench.scanner.unplug();
    station.screen.complains("scanner_absent").await;
    bench.scanner.plug();
    station.screen.is_content().await;
    bench.send(&ssi("K-1"));
    station.screen.shows("the whole scan's order", |view| view["order"] == "K-1").await;
}
