//! Says what a scanner reads: `cargo run -p parceld-hal --example scan -- lines /dev/ttyACM0`.
//!
//! The protocol is one of lines, ssi, keyboard (`/dev/input/event3`), hid-pos (`/dev/hidraw0`). Ctrl-C ends.

mod common;

use parceld_hal::port::Port;
use parceld_hal::scanner::{self, ScannerProtocol, ScannerSettings};
use parceld_hal::usb::DeviceKind;
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [protocol, device @ ..] = &words[..] else { return Err("scan PROTOCOL DEVICE [BAUD [FRAMING]]".into()) };
    let (protocol, kind) = match protocol.as_str() {
        "lines" => (ScannerProtocol::Lines, DeviceKind::Serial),
        "ssi" => (ScannerProtocol::Ssi, DeviceKind::Serial),
        "keyboard" => (ScannerProtocol::Keyboard, DeviceKind::Keyboard),
        "hid-pos" => (ScannerProtocol::HidPos, DeviceKind::Scanner),
        _ => return Err("the protocol is lines, ssi, keyboard or hid-pos".into()),
    };
    let mut port = Port::open(&common::address(kind, device)?).await?;
    let (_verdicts, mut judged) = mpsc::channel(1);
    let settings = ScannerSettings { protocol, ..ScannerSettings::default() };
    let say = |frame| match frame {
        scanner::Frame::Scan(bytes) => println!("{}", bytes.escape_ascii()),
        other => println!("{other:?}"),
    };
    Err(scanner::read(&mut port, settings, &mut judged, say).await.into())
}
