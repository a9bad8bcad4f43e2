//! Where a device is, as `device` says it.

use std::path::PathBuf;

use hal::port::{Address, SerialSettings, UsbAddress};
use hal::usb::{DeviceKind, Selector};

use super::read::refuse;
use super::table::Table;

/// Where a device is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceAddress {
    /// There.
    At(Address),
    /// A virtual device that `parceld demo` puts in this place.
    Demo,
}

impl DeviceAddress {
    /// Where it is; `None` in the demo's places.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::At(address) => Some(address.clone()),
            Self::Demo => None,
        }
    }
}

/// Where a device is, as its key says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DevicePlace {
    /// `demo`: a virtual device that `parceld demo` puts in this place.
    Demo,
    /// `tcp://`, then this host and port.
    Network(String),
    /// `usb:`, `usb-port:` or `auto`: a USB device, wherever it is plugged in.
    Usb(Selector),
    /// The path of a device file.
    File(PathBuf),
}

impl DevicePlace {
    /// The device there, which is of this kind; a serial one is set as `line`.
    pub(super) fn device(self, kind: DeviceKind, line: SerialSettings) -> DeviceAddress {
        DeviceAddress::At(match self {
            Self::Demo => return DeviceAddress::Demo,
            Self::Network(host) => Address::Tcp(host),
            Self::Usb(selector) => Address::Usb(UsbAddress { kind, selector, line }),
            Self::File(path) if kind == DeviceKind::Serial => Address::Serial(SerialSettings { path, ..line }),
            Self::File(path) => Address::Node(path),
        })
    }
}

/// `device = "demo"`, which only the demo replaces.
pub(super) const DEMO: &str = "demo";

pub(super) fn demo(table: &Table<'_>, key: &str) -> Option<DevicePlace> {
    let todo = "write the real device, or start the station with parceld demo";
    table.warn(key, "\"demo\" stands for a virtual device", todo);
    Some(DevicePlace::Demo)
}

/// A device file: its path, or a USB device wherever it is plugged in.
pub(super) fn place(table: &Table<'_>, key: &str, device: &str, example: &str) -> Option<DevicePlace> {
    if device.starts_with("usb:") || device.starts_with("usb-port:") {
        device.parse().inspect_err(|error| refuse(table, key, error)).ok().map(DevicePlace::Usb)
    } else if !device.starts_with('/') || device.contains(char::is_control) {
        table.error(key, format!("device {device:?} is not a device file"), format!("write {example}"));
        None
    } else {
        Some(DevicePlace::File(device.into()))
    }
}

/// An example of a serial line.
pub(super) const A_LINE: &str = "its path, such as /dev/serial/by-id/…";
