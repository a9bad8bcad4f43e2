//! Says what a scale says: `cargo run -p parceld-hal --example weigh -- mt-sics /dev/ttyUSB0 9600 8N1`.
//!
//! The protocol is one of hid, mt-sics, toledo-8217, nci, a-and-d, cas, ohaus, sbi, adam. Ctrl-C ends.

mod common;

use parceld_hal::port::Port;
use parceld_hal::scale::{self, Pace, Protocol, Settings, WireUnit};
use parceld_hal::usb::Kind;
use tokio::sync::{mpsc, watch};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [protocol, device @ ..] = &words[..] else { return Err("weigh PROTOCOL DEVICE [BAUD [FRAMING]]".into()) };
    let protocol: Protocol = protocol.parse()?;
    let kind = if protocol == Protocol::Hid { Kind::Scale } else { Kind::Serial };
    let mut port = Port::open(&common::address(kind, device)?).await?;
    let (_pace, mut paced) = watch::channel(Pace::Calm);
    let (_keys, mut pressed) = mpsc::channel(1);
    let settings = Settings { unit: Some(WireUnit::Kilogram), ..Settings::new(protocol) };
    Err(scale::read(&mut port, settings, &mut paced, &mut pressed, |event| println!("{event:?}")).await.into())
}
