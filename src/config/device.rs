//! Scanners, the scale and the printer: which device file or address, and how it speaks.

use std::collections::BTreeSet;

use hal::port::{Address, UsbAddress};
use hal::printer::Language;
use hal::scale;
use hal::scanner::{self, ScannerProtocol};
use hal::usb::{DeviceKind, Selector};

use super::read::{plain_text, within};
use super::serial::SerialLine;
use super::table::Table;
use crate::barcode::{Accept, Symbology};
use crate::label::{self, Draws, Media};

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

/// A barcode scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    /// What people call it; unique on the station.
    pub name: String,
    /// A serial line, a keyboard or a HID scanner.
    pub device: DeviceAddress,
    /// What it speaks, what ends a scan, how it hears what became of it.
    pub settings: scanner::ScannerSettings,
    /// What it may read.
    pub accept: Accept,
    /// Whether what it says is written down.
    pub record: bool,
}

/// The scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// What it speaks, and what its protocol leaves open.
    pub settings: scale::ScaleSettings,
    /// A HID device for HID, else a serial line.
    pub device: DeviceAddress,
    /// Whether what passes is written down.
    pub record: bool,
}

/// A printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    /// What people call it.
    pub name: String,
    /// The network, USB or a serial line.
    pub device: DeviceAddress,
    /// What it speaks.
    pub language: Language,
    /// Whether it is asked how it is.
    pub asks: bool,
    /// 203 or 300 dots per inch.
    pub dpi: u32,
    /// Width of the label in millimetres.
    pub width_mm: u32,
    /// Height of the label in millimetres; 0 is endless paper.
    pub height_mm: u32,
    /// How much of a label it draws itself.
    pub draws: Draws,
    /// ZPL: it reads packed pictures.
    pub packed: bool,
    /// Whether what passes is written down.
    pub record: bool,
}

impl Printer {
    /// What its labels are encoded for.
    pub fn labels(&self) -> label::PrinterFormat {
        let language = match self.language {
            Language::Zpl => label::Language::Zpl,
            Language::Tspl => label::Language::Tspl,
            Language::EscPos => label::Language::EscPos,
        };
        let media = Media { dpi: self.dpi, width_mm: self.width_mm, height_mm: self.height_mm };
        label::PrinterFormat { language, draws: self.draws, packed: self.packed, media }
    }
}

/// What a printer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Label,
    Receipt,
}

/// Equal readings in a row that may be asked for.
const EQUAL_READINGS: std::ops::RangeInclusive<u32> = 2..=50;
const DRAWS: [(&str, Draws); 3] =
    [("text-and-bars", Draws::TextAndBars), ("bars", Draws::Bars), ("nothing", Draws::Nothing)];
/// Label widths and heights of desktop printers, in millimetres.
const WIDTHS: std::ops::RangeInclusive<u32> = 50..=110;
const HEIGHTS: std::ops::RangeInclusive<u32> = 50..=300;

/// `device = "demo"`, which only the demo replaces.
fn demo(table: &Table<'_>) -> DeviceAddress {
    table.warn(
        "device",
        "\"demo\" stands for a virtual device",
        "write the real device, or start the station with parceld demo",
    );
    DeviceAddress::Demo
}

/// A device file: its path, or a USB device wherever it is plugged in.
fn node(table: &Table<'_>, device: &str, kind: DeviceKind, line: &SerialLine, example: &str) -> Option<DeviceAddress> {
    let address = if device.starts_with("usb:") || device.starts_with("usb-port:") {
        match device.parse() {
            Ok(selector) => Address::Usb(UsbAddress { kind, selector, line: line.settings("")? }),
            Err(error) => {
                let error = error.to_string();
                let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
                table.error("device", what, todo);
                return None;
            }
        }
    } else if !device.starts_with('/') || device.contains(char::is_control) {
        table.error("device", format!("device {device:?} is not a device file"), format!("write {example}"));
        return None;
    } else if kind == DeviceKind::Serial {
        Address::Serial(line.settings(device)?)
    } else {
        Address::Node(device.into())
    };
    if kind != DeviceKind::Serial {
        line.unused(table, &format!("a {}", kind.name()));
    }
    Some(DeviceAddress::At(address))
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
    let line = SerialLine::read(table);
    let (protocol, device) = match table.required::<String>("device") {
        None => (ScannerProtocol::Lines, None),
        Some(device) if device == "demo" => (ScannerProtocol::Lines, Some(demo(table))),
        Some(device) => scanner_device(table, &device, &line),
    };
    const PROTOCOLS: [(&str, ScannerProtocol); 2] = [("lines", ScannerProtocol::Lines), ("ssi", ScannerProtocol::Ssi)];
    let written = table.optional_name("protocol", &PROTOCOLS);
    let on_a_line = protocol == ScannerProtocol::Lines;
    let protocol = if on_a_line { written.unwrap_or(protocol) } else { protocol };
    let ending = table.optional_name("suffix", &scanner::Ending::NAMES);
    let feedback = table.optional_name("feedback", &scanner::Feedback::NAMES);
    for (key, there) in
        [("protocol", written.is_some()), ("suffix", ending.is_some()), ("feedback", feedback.is_some())]
    {
        if there && !on_a_line {
            table.warn(key, format!("{key} has no effect: this scanner is no serial line"), "remove it");
        }
    }
    if feedback == Some(scanner::Feedback::Ssi) && protocol != ScannerProtocol::Ssi {
        table.error("feedback", "ssi feedback needs the ssi protocol", "write protocol = \"ssi\", or another feedback");
    }
    let usual = Accept::default();
    let most = u32::try_from(usual.max_bytes).unwrap_or(u32::MAX);
    let max_bytes =
        if table.count(&["max_bytes"]) > 0 { within(table, "max_bytes", &(1..=most), "bytes") } else { Some(most) };
    let symbologies = table.names("accept", &Symbology::NAMES);
    let record = table.optional("record").unwrap_or(false);
    table.finish();
    let accept = Accept { symbologies, max_bytes: usize::try_from(max_bytes?).unwrap_or(usual.max_bytes) };
    let settings = scanner::ScannerSettings {
        protocol,
        ending: ending.unwrap_or_default(),
        feedback: feedback.unwrap_or_default(),
        ..scanner::ScannerSettings::default()
    };
    Some(Scanner { name: name?, device: device?, settings, accept, record })
}

/// `evdev:` before a keyboard, `hidpos:` before a HID scanner; all else is a serial line.
fn scanner_device(table: &Table<'_>, device: &str, line: &SerialLine) -> (ScannerProtocol, Option<DeviceAddress>) {
    if let Some(device) = device.strip_prefix("evdev:") {
        (
            ScannerProtocol::Keyboard,
            node(table, device, DeviceKind::Keyboard, line, "evdev:/dev/input/by-id/…-event-kbd"),
        )
    } else if let Some(device) = device.strip_prefix("hidpos:") {
        (ScannerProtocol::HidPos, node(table, device, DeviceKind::Scanner, line, "hidpos:/dev/hidraw0"))
    } else {
        (ScannerProtocol::Lines, node(table, device, DeviceKind::Serial, line, "its path, such as /dev/serial/by-id/…"))
    }
}

pub(super) fn scale(root: &Table<'_>) -> Option<Scale> {
    let table = root.required_table("scale")?;
    let protocol = table.required_name("protocol", &scale::ScaleProtocol::NAMES);
    let line = SerialLine::read(&table);
    let settings = protocol.map(|protocol| scale_settings(&table, protocol));
    let device = table.required::<String>("device").and_then(|device| match (protocol?, device.as_str()) {
        (_, "demo") => Some(demo(&table)),
        (scale::ScaleProtocol::Hid, "auto") => {
            line.unused(&table, "a HID scale");
            let (kind, selector) = (DeviceKind::Scale, Selector::Only);
            Some(DeviceAddress::At(Address::Usb(UsbAddress { kind, selector, line: line.settings("")? })))
        }
        (scale::ScaleProtocol::Hid, device) => {
            node(&table, device, DeviceKind::Scale, &line, "\"auto\", or its path, such as /dev/hidraw0")
        }
        (_, device) => node(&table, device, DeviceKind::Serial, &line, "its path, such as /dev/serial/by-id/…"),
    });
    let record = table.optional("record").unwrap_or(false);
    table.finish();
    Some(Scale { settings: settings?, device: device?, record })
}

/// What a protocol leaves open: the unit, and when the pan rests.
fn scale_settings(table: &Table<'_>, protocol: scale::ScaleProtocol) -> scale::ScaleSettings {
    const UNITS: [(&str, scale::WireUnit); 3] =
        [("kg", scale::WireUnit::Kilogram), ("g", scale::WireUnit::Gram), ("lb", scale::WireUnit::Pound)];
    let unit = table.optional_name("unit", &UNITS);
    if protocol.wants_unit() && table.count(&["unit"]) == 0 {
        let todo = "write the unit on the scale's display: unit = \"kg\", \"g\" or \"lb\"";
        table.error("protocol", "this protocol sends no unit with the weight", todo);
    } else if !protocol.wants_unit() && unit.is_some() {
        table.warn("unit", "unit has no effect: this protocol sends the unit with each weight", "remove it");
    }
    let usual = scale::ScaleSettings { unit, ..scale::ScaleSettings::new(protocol) };
    if table.count(&["equal_readings"]) == 0 {
        return usual;
    }
    if !protocol.counts_readings() {
        let what = "equal_readings has no effect: this protocol says itself when the pan rests";
        table.warn("equal_readings", what, "remove it");
    }
    let equal_readings = within(table, "equal_readings", &EQUAL_READINGS, "readings");
    scale::ScaleSettings { equal_readings: equal_readings.unwrap_or(usual.equal_readings), ..usual }
}

/// The label printer, and the receipt printer.
pub(super) fn printers(root: &Table<'_>) -> (Option<Printer>, Option<Printer>) {
    let (mut label, mut receipt, mut names) = (None, None, BTreeSet::new());
    for table in root.tables("printer") {
        let Some((role, printer)) = one_printer(&table) else { continue };
        if !names.insert(printer.name.clone()) {
            table.error("name", format!("two printers are named {:?}", printer.name), "give each its own name");
        }
        match role {
            Role::Receipt if receipt.is_some() => {
                table.error("role", "a second receipt printer", "keep one");
            }
            Role::Receipt => receipt = Some(printer),
            Role::Label if label.is_some() => {
                table.error("role", "a second label printer", "keep one; receipts have role = \"receipt\"");
            }
            Role::Label => label = Some(printer),
        }
    }
    if root.tables("printer").is_empty() {
        root.error("printer", "no [[printer]]", "add the label printer");
    } else if label.is_none() && receipt.is_some() {
        root.error("printer", "no [[printer]] with role = \"label\"", "add the label printer");
    }
    (label, receipt)
}

fn one_printer(table: &Table<'_>) -> Option<(Role, Printer)> {
    let name = plain_text(table, "name", 1..=32);
    let role = table.required_name("role", &[("label", Role::Label), ("receipt", Role::Receipt)]);
    let language = table.required_name("language", &Language::NAMES);
    let line = SerialLine::read(table);
    let device = table.required::<String>("device").and_then(|device| printer_device(table, &device, &line));
    let asks = table.optional_name("status", &[("auto", true), ("none", false)]).unwrap_or(true);
    let dpi = dpi(table);
    let width_mm = within(table, "width_mm", &WIDTHS, "mm");
    let height_mm = match table.optional::<u32>("height_mm") {
        Some(0) => Some(0),
        _ => within(table, "height_mm", &HEIGHTS, "mm; 0 is endless paper"),
    };
    let record = table.optional("record").unwrap_or(false);
    let draws = table.optional_name("draws", &DRAWS).unwrap_or(match language {
        // Its own letters come in five sizes: lines of one address would differ.
        Some(Language::Tspl) => Draws::Bars,
        _ => Draws::TextAndBars,
    });
    let packed = table.optional_name("pictures", &[("acs", false), ("z64", true)]).unwrap_or(false);
    if packed && language.is_some_and(|language| language != Language::Zpl) {
        table.warn("pictures", "pictures has no effect: only ZPL has two ways to send them", "remove it");
    }
    table.finish();
    let (name, language, device) = (name?, language?, device?);
    let (width_mm, height_mm) = (width_mm?, height_mm?);
    let printer = Printer { name, device, language, asks, dpi: dpi?, width_mm, height_mm, draws, packed, record };
    role.map(|role| (role, printer))
}

fn printer_device(table: &Table<'_>, device: &str, line: &SerialLine) -> Option<DeviceAddress> {
    if device == "demo" {
        return Some(demo(table));
    }
    if let Some(address) = device.strip_prefix("tcp://") {
        line.unused(table, "a network printer");
        if is_host_and_port(address) {
            return Some(DeviceAddress::At(Address::Tcp(address.to_owned())));
        }
        table.error(
            "device",
            format!("{device:?} is not an address"),
            "write tcp://, host, colon, port: tcp://192.0.2.10:9100",
        );
        return None;
    }
    let serial = ["/dev/tty", "/dev/serial/", "/dev/pts/"].iter().any(|start| device.starts_with(start));
    let kind = if serial || line.baud.is_some() { DeviceKind::Serial } else { DeviceKind::Printer };
    node(table, device, kind, line, "tcp://192.0.2.10:9100, /dev/usb/lp0 or /dev/serial/by-id/…")
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
