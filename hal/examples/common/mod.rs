//! The device on the command line: `DEVICE [BAUD [FRAMING]]`.

use parceld_hal::port::{Address, SerialSettings, UsbAddress};
use parceld_hal::usb::DeviceKind;

/// `/dev/ttyUSB0 9600 7E1`, `tcp://192.0.2.10:9100`, `usb:0922:8003`, `usb-port:1-1.3`, or a node that is no line.
pub(crate) fn address(kind: DeviceKind, words: &[String]) -> Result<Address, Box<dyn std::error::Error>> {
    let [device, settings @ ..] = words else { return Err("name a device".into()) };
    let mut line = SerialSettings::new(device);
    if let Some(baud) = settings.first() {
        line.baud = baud.parse()?;
    }
    if let Some(framing) = settings.get(1) {
        line.framing = framing.parse()?;
    }
    Ok(match device.strip_prefix("tcp://") {
        Some(host) => Address::Tcp(host.to_owned()),
        None if device.starts_with("usb") => Address::Usb(UsbAddress { kind, selector: device.parse()?, line }),
        None if kind == DeviceKind::Serial => Address::Serial(line),
        None => Address::Node(device.into()),
    })
}
