//! Scanners, the scale and the printer: which device file or address, and how it speaks.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hal::scale::{Protocol, Settings, WireUnit};

use super::read::{driven, plain_text, within};
use super::serial::{Line, SerialSettings};
use super::table::Table;

/// Where a device is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// A serial line, or a USB device that behaves like one.
    Serial(SerialSettings),
    /// A USB printer: `/dev/usb/lp0`.
    UsbPrinter(PathBuf),
    /// A USB scale: `/dev/hidraw0`; `None` takes the first that says it is a scale.
    Hidraw(Option<PathBuf>),
    /// `host:port` of a network printer.
    Tcp(String),
    /// A virtual device that `parceld demo` puts in this place.
    Demo,
}

/// A barcode scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    /// What people call it; unique on the station.
    pub name: String,
    /// A serial line.
    pub device: Device,
}

/// The scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// What it speaks, and what its protocol leaves open.
    pub settings: Settings,
    /// A HID device for HID, else a serial line.
    pub device: Device,
}

/// The label printer; it speaks ZPL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    /// What people call it.
    pub name: String,
    /// The network, USB or a serial line.
    pub device: Device,
    /// 203 or 300 dots per inch.
    pub dpi: u32,
    /// Width of the label in millimetres.
    pub width_mm: u32,
    /// Height of the label in millimetres.
    pub height_mm: u32,
}

const SUFFIXES: [(&str, Option<()>); 5] =
    [("auto", Some(())), ("cr", None), ("lf", None), ("crlf", None), ("tab", None)];
/// Equal readings in a row that may be asked for.
const EQUAL_READINGS: std::ops::RangeInclusive<u32> = 2..=50;
/// Label widths and heights of desktop printers, in millimetres.
const WIDTHS: std::ops::RangeInclusive<u32> = 50..=110;
const HEIGHTS: std::ops::RangeInclusive<u32> = 50..=300;

/// `device = "demo"`, which only the demo replaces.
fn demo(table: &Table<'_>) -> Device {
    table.warn(
        "device",
        "\"demo\" stands for a virtual device",
        "write the real device, or start the station with parceld demo",
    );
    Device::Demo
}

fn is_absolute(table: &Table<'_>, device: &str, example: &str) -> bool {
    let absolute = device.starts_with('/') && !device.contains(char::is_control);
    if !absolute {
        table.error("device", format!("device {device:?} is not a device file"), format!("write {example}"));
    }
    absolute
}

pub(super) fn scanners(root: &Table<'_>) -> Vec<Scanner> {
    let tables = root.tables("scanner");
    if tables.is_empty() {
        root.error("scanner", "no [[scanner]]", "add one; the floor works by scanning");
    }
    let mut names = BTreeSet::new();
    tables.iter().filter_map(|table| scanner(table, &mut names)).collect()
}

fn scanner(table: &Table<'_>, names: &mut BTreeSet<String>) -> Option<Scanner> {
    let name = plain_text(table, "name", 1..=32);
    if let Some(name) = &name
        && !names.insert(name.clone())
    {
        table.error("name", format!("two scanners are named {name:?}"), "give each its own name");
    }
    let line = Line::read(table);
    // Any of them, or a pause, ends a scan.
    if table.count(&["suffix"]) > 0 {
        driven(table, "suffix", &SUFFIXES);
    }
    let device = table.required::<String>("device").and_then(|device| match device.as_str() {
        "demo" => Some(demo(table)),
        other if other.starts_with("evdev:") || other.starts_with("hidpos:") => {
            table.error(
                "device",
                "keyboard and HID scanners are not driven by this version",
                "set the scanner to its USB serial (CDC) mode and write its /dev/serial/by-id/ path",
            );
            None
        }
        other => is_absolute(table, other, "its path, such as /dev/serial/by-id/…").then(|| line.serial(other))?,
    });
    table.finish();
    Some(Scanner { name: name?, device: device? })
}

pub(super) fn scale(root: &Table<'_>) -> Option<Scale> {
    let table = root.required_table("scale")?;
    let protocol = table.required_name("protocol", &Protocol::NAMES);
    let line = Line::read(&table);
    let settings = protocol.map(|protocol| scale_settings(&table, protocol));
    let device = table.required::<String>("device").and_then(|device| match (protocol?, device.as_str()) {
        (_, "demo") => Some(demo(&table)),
        (Protocol::Hid, "auto") => Some(Device::Hidraw(None)),
        (Protocol::Hid, path) => {
            line.unused(&table, "a HID scale");
            is_absolute(&table, path, "\"auto\", or its path, such as /dev/hidraw0")
                .then(|| Device::Hidraw(Some(path.into())))
        }
        (_, path) => is_absolute(&table, path, "its path, such as /dev/serial/by-id/…").then(|| line.serial(path))?,
    });
    table.finish();
    Some(Scale { settings: settings?, device: device? })
}

/// What a protocol leaves open: the unit, and when the pan rests.
fn scale_settings(table: &Table<'_>, protocol: Protocol) -> Settings {
    const UNITS: [(&str, WireUnit); 3] = [("kg", WireUnit::Kilogram), ("g", WireUnit::Gram), ("lb", WireUnit::Pound)];
    let unit = table.optional_name("unit", &UNITS);
    if protocol.wants_unit() && table.count(&["unit"]) == 0 {
        let todo = "write the unit on the scale's display: unit = \"kg\", \"g\" or \"lb\"";
        table.error("protocol", "this protocol sends no unit with the weight", todo);
    } else if !protocol.wants_unit() && unit.is_some() {
        table.warn("unit", "unit has no effect: this protocol sends the unit with each weight", "remove it");
    }
    let usual = Settings { unit, ..Settings::new(protocol) };
    if table.count(&["equal_readings"]) == 0 {
        return usual;
    }
    if !protocol.counts_readings() {
        let what = "equal_readings has no effect: this protocol says itself when the pan rests";
        table.warn("equal_readings", what, "remove it");
    }
    let equal_readings = within(table, "equal_readings", &EQUAL_READINGS, "readings");
    Settings { equal_readings: equal_readings.unwrap_or(usual.equal_readings), ..usual }
}

pub(super) fn printer(root: &Table<'_>) -> Option<Printer> {
    let tables = root.tables("printer");
    let printers: Vec<Option<Printer>> = tables.iter().map(one_printer).collect();
    match tables.get(1) {
        None if tables.is_empty() => root.error("printer", "no [[printer]]", "add the label printer"),
        None => {}
        Some(second) => {
            second.error("name", "a second printer is not driven by this version", "keep the label printer")
        }
    }
    printers.into_iter().next().flatten()
}

fn one_printer(table: &Table<'_>) -> Option<Printer> {
    let name = plain_text(table, "name", 1..=32);
    let role = driven(table, "role", &[("label", Some(())), ("receipt", None)]);
    let language = driven(table, "language", &[("zpl", Some(())), ("tspl", None), ("escpos", None)]);
    let line = Line::read(table);
    let device = table.required::<String>("device").and_then(|device| printer_device(table, &device, &line));
    let dpi = dpi(table);
    let width_mm = within(table, "width_mm", &WIDTHS, "mm");
    let height_mm = within(table, "height_mm", &HEIGHTS, "mm");
    table.finish();
    role.and(language)?;
    Some(Printer { name: name?, device: device?, dpi: dpi?, width_mm: width_mm?, height_mm: height_mm? })
}

fn printer_device(table: &Table<'_>, device: &str, line: &Line) -> Option<Device> {
    if device == "demo" {
        return Some(demo(table));
    }
    if let Some(address) = device.strip_prefix("tcp://") {
        line.unused(table, "a network printer");
        if is_host_and_port(address) {
            return Some(Device::Tcp(address.to_owned()));
        }
        table.error(
            "device",
            format!("{device:?} is not an address"),
            "write tcp://, host, colon, port: tcp://192.0.2.10:9100",
        );
        return None;
    }
    if !is_absolute(table, device, "tcp://192.0.2.10:9100, /dev/usb/lp0 or /dev/serial/by-id/…") {
        return None;
    }
    let serial = ["/dev/tty", "/dev/serial/", "/dev/pts/"].iter().any(|start| device.starts_with(start));
    if serial || line.baud.is_some() {
        return line.serial(device);
    }
    line.unused(table, "a USB printer");
    Some(Device::UsbPrinter(device.into()))
}

/// `192.0.2.10:9100`, `[2001:db8::1]:9100`, `printer.local:9100`.
fn is_host_and_port(address: &str) -> bool {
    if let Ok(socket) = address.parse::<std::net::SocketAddr>() {
        return socket.port() != 0;
    }
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let all_digits = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    port.parse::<u16>().is_ok_and(|port| port != 0) && host.len() <= 253 && !all_digits && host.split('.').all(label)
}

fn dpi(table: &Table<'_>) -> Option<u32> {
    let dpi = table.required::<u32>("dpi")?;
    if !matches!(dpi, 203 | 300) {
        table.error("dpi", format!("no label is drawn for {dpi} dots per inch"), "write 203 or 300");
        return None;
    }
    Some(dpi)
}
