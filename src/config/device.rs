//! Scanners, the scale and the printers: which device file or address, and how it speaks.

use std::collections::BTreeSet;

use hal::port::{Framing, Handshake};
use hal::printer;
use hal::printer::Language;
use hal::scale::{self, WireUnit};
use hal::scanner::{self, ScannerProtocol};
use hal::usb::{DeviceKind, Selector};

use super::declare::declare;
use super::place::{A_LINE, DEMO, DeviceAddress, DevicePlace, demo, place};
use super::read::{text, within};
use super::serial;
use super::table::Table;
use super::value::NamedValue;
use crate::barcode::{Accept, Symbology};
use crate::label::{self, Draws, Media};

declare! {
    /// A barcode scanner.
    "[[scanner]]" as ScannerKeys {
        /// What people call it, 1 to 32 characters; unique on the station.
        name: String, required, by text(1..=32);
        /// What it is, and where: `/dev/ttyACM0`, `evdev:/dev/input/event3`, `hidpos:usb:0c2e:0b61`.
        device: (scanner::ScannerProtocol, DevicePlace), required, by of_scanner;
        /// Bits per second of a serial line.
        baud: u32, optional, by serial::baud;
        /// Data bits, parity, stop bits of a serial line: `8N1`.
        framing: Framing, optional;
        /// Who may hold whom up on a serial line.
        handshake: Handshake, optional;
        /// What a serial scanner speaks.
        protocol: scanner::ScannerProtocol, optional;
        /// What ends a scan of a serial scanner.
        suffix: scanner::Ending, optional;
        /// How a serial scanner is told what became of its scan.
        feedback: scanner::Feedback, optional;
        /// The kinds of code it may read; every kind without.
        accept: Vec<Symbology>, default [];
        /// The longest code it may read, bytes.
        max_bytes: u32, default 512, by within(1..=512, "bytes");
        /// Whether what it sends is written down.
        record: bool, default false;
    }
}

declare! {
    /// The scale.
    "[scale]" as ScaleKeys {
        /// What it speaks.
        protocol: scale::ScaleProtocol, required;
        /// A serial line, or for `hid` a HID device: `/dev/hidraw0`, `usb:0922:8003`, `auto`.
        device: DevicePlace, required, by of_scale;
        /// Bits per second of a serial line.
        baud: u32, optional, by serial::baud;
        /// Data bits, parity, stop bits of a serial line: `7E1`.
        framing: Framing, optional;
        /// Who may hold whom up on a serial line.
        handshake: Handshake, optional;
        /// The unit on its display, where the wire has none.
        unit: WireUnit, optional;
        /// So many equal readings count as a pan at rest, where the wire does not say.
        equal_readings: u32, optional, by within(2..=50, "readings");
        /// Whether what passes is written down.
        record: bool, default false;
    }
}

declare! {
    /// A printer.
    "[[printer]]" as PrinterKeys {
        /// What people call it, 1 to 32 characters; unique on the station.
        name: String, required, by text(1..=32);
        /// What it prints.
        role: Role, required;
        /// What it speaks.
        language: printer::Language, required;
        /// Whether it is asked how it is.
        status: Asking, default "auto";
        /// `tcp://host:port`, a USB printer, or a serial line with `baud`.
        device: DevicePlace, required, by of_printer;
        /// Bits per second of a serial line.
        baud: u32, optional, by serial::baud;
        /// Data bits, parity, stop bits of a serial line: `8N1`.
        framing: Framing, optional;
        /// Who may hold whom up on a serial line.
        handshake: Handshake, optional;
        /// 203 or 300 dots per inch.
        dpi: u32, required, by dpi;
        /// Width of the label in millimetres: those of desktop printers.
        width_mm: u32, required, by within(50..=110, "mm");
        /// Height of the label in millimetres, 50 to 300; 0 is endless paper.
        height_mm: u32, required, by height;
        /// How much of a label it draws itself; without, what its language does well.
        draws: Draws, optional;
        /// How pictures are sent in ZPL.
        pictures: PictureForm, default "acs";
        /// Whether what passes is written down.
        record: bool, default false;
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
pub enum Role {
    /// Labels of parcels.
    Label,
    /// Receipts.
    Receipt,
}

impl NamedValue for Role {
    const NAMES: &'static [(&'static str, Self)] = &[("label", Self::Label), ("receipt", Self::Receipt)];
}

/// Whether a printer is asked how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// It is.
    Auto,
    /// Never.
    None,
}

impl NamedValue for Asking {
    const NAMES: &'static [(&'static str, Self)] = &[("auto", Self::Auto), ("none", Self::None)];
}

/// How pictures are sent in ZPL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureForm {
    /// Run-length coded: every printer reads it.
    Acs,
    /// Deflated.
    Z64,
}

impl NamedValue for PictureForm {
    const NAMES: &'static [(&'static str, Self)] = &[("acs", Self::Acs), ("z64", Self::Z64)];
}

impl NamedValue for Draws {
    const NAMES: &'static [(&'static str, Self)] =
        &[("text-and-bars", Self::TextAndBars), ("bars", Self::Bars), ("nothing", Self::Nothing)];
}

impl NamedValue for WireUnit {
    const NAMES: &'static [(&'static str, Self)] = &[("kg", Self::Kilogram), ("g", Self::Gram), ("lb", Self::Pound)];
}

/// What a serial scanner may speak.
impl NamedValue for ScannerProtocol {
    const NAMES: &'static [(&'static str, Self)] = &[("lines", Self::Lines), ("ssi", Self::Ssi)];
}

pub(super) fn scanners(root: &Table<'_>) -> Vec<Scanner> {
    let tables = root.tables(ScannerKeys::TABLE.name());
    if tables.is_empty() {
        root.error("scanner", "no [[scanner]]", "add one; the floor works by scanning");
    }
    let mut names = BTreeSet::new();
    tables.iter().filter_map(|table| scanner(table, &mut names)).collect()
}

fn scanner(table: &Table<'_>, names: &mut BTreeSet<String>) -> Option<Scanner> {
    let keys = ScannerKeys::read(table);
    if let Some(name) = table.look::<String>("name")
        && !names.insert(name.clone())
    {
        table.error("name", format!("two scanners are named {name:?}"), "give each its own name");
    }
    let kind = scanner_kind(&table.look::<String>("device").unwrap_or_default());
    if kind != DeviceKind::Serial {
        serial::unused(table, &format!("a {}", kind.name()));
        for key in ["protocol", "suffix", "feedback"] {
            if table.has(key) {
                table.warn(key, format!("{key} has no effect: this scanner is no serial line"), "remove it");
            }
        }
    }
    let speaks_ssi = kind == DeviceKind::Serial && table.look("protocol") == Some(ScannerProtocol::Ssi);
    if table.look("feedback") == Some(scanner::Feedback::Ssi) && !speaks_ssi {
        table.error("feedback", "ssi feedback needs the ssi protocol", "write protocol = \"ssi\", or another feedback");
    }
    let keys = keys?;
    let line = serial::line(table, keys.baud, keys.framing, keys.handshake)?;
    let (protocol, place) = keys.device;
    let settings = scanner::ScannerSettings {
        protocol: if kind == DeviceKind::Serial { keys.protocol.unwrap_or(protocol) } else { protocol },
        ending: keys.suffix.unwrap_or_default(),
        feedback: keys.feedback.unwrap_or_default(),
        ..scanner::ScannerSettings::default()
    };
    let max_bytes = usize::try_from(keys.max_bytes).unwrap_or(usize::MAX);
    Some(Scanner {
        name: keys.name,
        device: place.device(kind, line),
        settings,
        accept: Accept { symbologies: keys.accept, max_bytes },
        record: keys.record,
    })
}

/// `evdev:` before a keyboard, `hidpos:` before a HID scanner; all else is a serial line.
pub(super) fn scanner_kind(device: &str) -> DeviceKind {
    if device.starts_with("evdev:") {
        DeviceKind::Keyboard
    } else if device.starts_with("hidpos:") {
        DeviceKind::Scanner
    } else {
        DeviceKind::Serial
    }
}

pub(super) fn of_scanner(
    table: &Table<'_>,
    key: &'static str,
    device: String,
) -> Option<(ScannerProtocol, DevicePlace)> {
    let device = device.as_str();
    let there = |device, example| place(table, key, device, example);
    if device == DEMO {
        Some((ScannerProtocol::Lines, demo(table, key)?))
    } else if let Some(device) = device.strip_prefix("evdev:") {
        Some((ScannerProtocol::Keyboard, there(device, "evdev:/dev/input/by-id/…-event-kbd")?))
    } else if let Some(device) = device.strip_prefix("hidpos:") {
        Some((ScannerProtocol::HidPos, there(device, "hidpos:/dev/hidraw0")?))
    } else {
        Some((ScannerProtocol::Lines, there(device, A_LINE)?))
    }
}

pub(super) fn scale(root: &Table<'_>) -> Option<Scale> {
    let table = root.required_table(ScaleKeys::TABLE.name())?;
    let keys = ScaleKeys::read(&table);
    if let Some(protocol) = table.look::<scale::ScaleProtocol>("protocol") {
        unused_by_scale(&table, protocol);
    }
    let keys = keys?;
    let line = serial::line(&table, keys.baud, keys.framing, keys.handshake)?;
    let kind = if keys.protocol == scale::ScaleProtocol::Hid { DeviceKind::Scale } else { DeviceKind::Serial };
    let usual = scale::ScaleSettings::new(keys.protocol);
    let equal_readings = keys.equal_readings.unwrap_or(usual.equal_readings);
    Some(Scale {
        settings: scale::ScaleSettings { unit: keys.unit, equal_readings, ..usual },
        device: keys.device.device(kind, line),
        record: keys.record,
    })
}

/// What a protocol leaves open, the unit and when the pan rests, and what it does not.
fn unused_by_scale(table: &Table<'_>, protocol: scale::ScaleProtocol) {
    match table.look::<String>("device").as_deref() {
        Some(DEMO) | None => {}
        Some("auto") if protocol == scale::ScaleProtocol::Hid => serial::unused(table, "a HID scale"),
        Some(_) if protocol == scale::ScaleProtocol::Hid => {
            serial::unused(table, &format!("a {}", DeviceKind::Scale.name()))
        }
        Some(_) => {}
    }
    if protocol.wants_unit() && !table.has("unit") {
        let todo = "write the unit on the scale's display: unit = \"kg\", \"g\" or \"lb\"";
        table.error("protocol", "this protocol sends no unit with the weight", todo);
    } else if !protocol.wants_unit() && table.has("unit") {
        table.warn("unit", "unit has no effect: this protocol sends the unit with each weight", "remove it");
    }
    if !protocol.counts_readings() && table.has("equal_readings") {
        let what = "equal_readings has no effect: this protocol says itself when the pan rests";
        table.warn("equal_readings", what, "remove it");
    }
}

pub(super) fn of_scale(table: &Table<'_>, key: &'static str, device: String) -> Option<DevicePlace> {
    match table.look::<scale::ScaleProtocol>("protocol")? {
        _ if device == DEMO => demo(table, key),
        scale::ScaleProtocol::Hid if device == "auto" => Some(DevicePlace::Usb(Selector::Only)),
        scale::ScaleProtocol::Hid => place(table, key, &device, "\"auto\", or its path, such as /dev/hidraw0"),
        _ => place(table, key, &device, A_LINE),
    }
}

/// The label printer, and the receipt printer.
pub(super) fn printers(root: &Table<'_>) -> (Option<Printer>, Option<Printer>) {
    let (mut label, mut receipt, mut names) = (None, None, BTreeSet::new());
    let tables = root.tables(PrinterKeys::TABLE.name());
    for table in &tables {
        let Some((role, printer)) = printer(table) else { continue };
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
    if tables.is_empty() {
        root.error("printer", "no [[printer]]", "add the label printer");
    } else if label.is_none() && receipt.is_some() {
        root.error("printer", "no [[printer]] with role = \"label\"", "add the label printer");
    }
    (label, receipt)
}

fn printer(table: &Table<'_>) -> Option<(Role, Printer)> {
    let keys = PrinterKeys::read(table);
    let kind = match table.look::<String>("device") {
        Some(device) => {
            let kind = printer_kind(&device, table.look::<u32>("baud").is_some());
            if device.starts_with("tcp://") {
                serial::unused(table, "a network printer");
            } else if device != DEMO && kind != DeviceKind::Serial {
                serial::unused(table, &format!("a {}", kind.name()));
            }
            kind
        }
        None => DeviceKind::Printer,
    };
    let is_zpl = table.look::<Language>("language").is_none_or(|language| language == Language::Zpl);
    if !is_zpl && table.look("pictures") == Some(PictureForm::Z64) {
        table.warn("pictures", "pictures has no effect: only ZPL has two ways to send them", "remove it");
    }
    let keys = keys?;
    let line = serial::line(table, keys.baud, keys.framing, keys.handshake)?;
    let draws = keys.draws.unwrap_or(match keys.language {
        // Its own letters come in five sizes: lines of one address would differ.
        Language::Tspl => Draws::Bars,
        Language::Zpl | Language::EscPos => Draws::TextAndBars,
    });
    let printer = Printer {
        name: keys.name,
        device: keys.device.device(kind, line),
        language: keys.language,
        asks: keys.status == Asking::Auto,
        dpi: keys.dpi,
        width_mm: keys.width_mm,
        height_mm: keys.height_mm,
        draws,
        packed: keys.pictures == PictureForm::Z64,
        record: keys.record,
    };
    Some((keys.role, printer))
}

/// A tty, or whatever has a baud rate, is a serial line.
pub(super) fn printer_kind(device: &str, has_baud: bool) -> DeviceKind {
    let is_tty = ["/dev/tty", "/dev/serial/", "/dev/pts/"].iter().any(|start| device.starts_with(start));
    if is_tty || has_baud { DeviceKind::Serial } else { DeviceKind::Printer }
}

pub(super) fn of_printer(table: &Table<'_>, key: &'static str, device: String) -> Option<DevicePlace> {
    if device == DEMO {
        return demo(table, key);
    }
    let Some(address) = device.strip_prefix("tcp://") else {
        return place(table, key, &device, "tcp://192.0.2.10:9100, /dev/usb/lp0 or /dev/serial/by-id/…");
    };
    if is_host_and_port(address) {
        return Some(DevicePlace::Network(address.to_owned()));
    }
    let todo = "write tcp://, host, colon, port: tcp://192.0.2.10:9100";
    table.error(key, format!("{device:?} is not an address"), todo);
    None
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

pub(super) fn dpi(table: &Table<'_>, key: &'static str, dpi: u32) -> Option<u32> {
    if !matches!(dpi, 203 | 300) {
        table.error(key, format!("no label is drawn for {dpi} dots per inch"), "write 203 or 300");
        return None;
    }
    Some(dpi)
}

pub(super) fn height(table: &Table<'_>, key: &'static str, height: u32) -> Option<u32> {
    match height {
        0 => Some(0),
        _ => within(50..=300, "mm; 0 is endless paper")(table, key, height),
    }
}
