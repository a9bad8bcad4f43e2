//! Says what a scale says: `cargo run -p parceld-hal --example weigh -- mt-sics /dev/ttyUSB0 9600 8N1`.
//!
//! The protocol is one of hid, mt-sics, toledo-8217, nci, a-and-d, cas, ohaus, sbi, adam. Ctrl-C ends.

mod common;

use parceld_hal::port::Port;
use parceld_hal::scale::{self, Pace, ScaleProtocol, ScaleSettings, WireUnit};
use parceld_hal::usb::DeviceKind;
use tokio::sync::{mpsc, watch};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [protocol, device @ ..] = &words[..] else { return Err("weigh PROTOCOL DEVICE [BAUD [FRAMING]]".into()) };
    let protocol: ScaleProtocol = protocol.parse()?;
    let kind = if protocol == ScaleProtocol::Hid { DeviceKind::Scale } else { DeviceKind::Serial };
    let mut port = Port::open(&common::address(kind, device)?).await?;
    let (_pace, mut paced) = watch::channel(Pace::Calm);
    let (_keys, mut pressed) = mpsc::channel(1);
    let settings = ScaleSettings { unit: Some(WireUnit::Kilogram), ..ScaleSettings::new(protocol) };
    Err(scale::read(&mut port, settings, &mut paced, &mut pressed, |event| println!("{event:?}")).await.into())
}
