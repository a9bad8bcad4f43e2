//! `parceld doctor`: open each device once and say what answers, and what is plugged in that no configuration names.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hal::gpio::{Backend, Gpio, GpioErrorKind};
use hal::port::{Address, Port, PortError, PortErrorKind};
use hal::printer::{Language, Session, Status, StatusError};
use hal::scale::{self, Pace};
use hal::scanner::ScannerProtocol;
use hal::usb::{self, DeviceKind, UsbDevice};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{BenchPanel, BenchPrinter, BenchScale, BenchScanner, Devices, Pins, lamp};

/// A scale that is awake answers well within this time.
const ANSWER: Duration = Duration::from_secs(3);
/// A scanner that sends without end is known by then; another says nothing while nobody scans.
const LISTEN: Duration = Duration::from_millis(500);
/// Where sysfs is mounted.
const SYS: &str = "/sys";

/// The result for one device.
#[derive(Debug)]
pub struct DeviceFinding {
    device: String,
    address: String,
    health: Health,
    say: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    Silent,
    Absent,
    Busy,
}

impl DeviceFinding {
    /// Whether it works.
    pub fn is_ok(&self) -> bool {
        self.health == Health::Ok
    }
}

/// `scale /dev/ttyUSB0: silent: …`.
impl fmt::Display for DeviceFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let health = match self.health {
            Health::Ok => "ok",
            Health::Silent => "silent",
            Health::Absent => "absent",
            Health::Busy => "busy",
        };
        write!(f, "{} {}: {health}: {}", self.device, self.address, self.say)
    }
}

/// Opens every device, one after the other.
pub async fn examine(devices: &Devices) -> Vec<DeviceFinding> {
    let plugged = usb::list(Path::new(SYS));
    let mut findings = Vec::new();
    let mut add = |device: String, address: &Address, (health, mut say): (Health, String)| {
        if let Some(found) = known(address, &plugged) {
            say = format!("{say} ({}, {})", name(found), found.selector());
        }
        findings.push(DeviceFinding { device, address: address.to_string(), health, say });
    };
    for scanner in &devices.scanners {
        add(format!("scanner {}", scanner.name), &scanner.address, try_scanner(scanner).await);
    }
    if let Some(scale) = &devices.scale {
        let found = match Port::open(&scale.address).await {
            Ok(mut port) => weigh(&mut port, scale).await,
            Err(error) => not_open(&error),
        };
        add("scale".to_owned(), &scale.address, found);
    }
    for printer in devices.printer.iter().chain(&devices.receipt) {
        add(format!("printer {}", printer.name), &printer.address, try_printer(printer).await);
    }
    if let Some(pins) = &devices.pins {
        findings.push(try_lines(pins).await);
    }
    findings.extend(devices.panel.as_ref().map(try_panel));
    findings
}

/// Opens the display and draws nothing, because a station may be showing something there.
fn try_panel(panel: &BenchPanel) -> DeviceFinding {
    let (health, say) = match panel.open() {
        Ok(display) => {
            let (width, height) = display.size();
            (Health::Ok, format!("a picture of {width} x {height} pixels, as large as it fits"))
        }
        Err(error) => (Health::Absent, error.to_string()),
    };
    DeviceFinding { device: "panel".to_owned(), address: panel.device.display().to_string(), health, say }
}

/// Takes the lines, lights every lamp for a moment, and sounds the tone.
async fn try_lines(pins: &Pins) -> DeviceFinding {
    let address = match &pins.backend {
        Backend::Rppal => "rppal".to_owned(),
        Backend::Gpiocdev { chip } => chip.clone().unwrap_or_else(|| "gpiocdev".to_owned()),
    };
    let tried = match Gpio::open(pins) {
        Ok(mut gpio) => lamp::try_out(&mut gpio).await.map(|()| gpio.describe().join(", ")),
        Err(error) => Err(error),
    };
    let (health, say) = match tried {
        Ok(lines) if lines.is_empty() => (Health::Ok, "no line is wired".to_owned()),
        Ok(lines) => (Health::Ok, format!("lit every lamp and sounded the tone; see that they did: {lines}")),
        Err(error) if error.kind() == GpioErrorKind::Busy => (Health::Busy, error.to_string()),
        Err(error) => (Health::Absent, error.to_string()),
    };
    DeviceFinding { device: "gpio".to_owned(), address, health, say }
}

/// Each device that is plugged in and not configured, with the line of `station.toml` that would configure it.
pub fn unnamed(devices: &Devices) -> Vec<String> {
    let plugged = usb::list(Path::new(SYS));
    let of_named: Vec<&UsbDevice> =
        configured(devices).into_iter().filter_map(|(_, address)| known(address, &plugged)).collect();
    let socket = |found: &UsbDevice| found.port.split(':').next().unwrap_or_default().to_owned();
    // A device shows several faces: a scanner that is used as a serial line may be a keyboard, too.
    let is_free = |found: &&UsbDevice| !of_named.iter().any(|named| socket(named) == socket(found));
    let say = |found: &UsbDevice| {
        format!("{} {}: {}; {}", found.kind.name(), found.node.display(), name(found), how_to_use(found))
    };
    plugged.iter().filter(is_free).map(say).collect()
}

/// Devices of the bench that are one, whatever they are called: each would take what the other is to hear.
pub fn shared(devices: &Devices) -> Vec<String> {
    let mut taken: Vec<(PathBuf, String)> = Vec::new();
    let mut shared = Vec::new();
    for (who, address) in configured(devices) {
        let Some(node) = node(address) else { continue };
        match taken.iter().find(|(there, _)| *there == node) {
            Some((_, first)) => shared.push(format!("{first} and {who} are one device, {}", node.display())),
            None => taken.push((node, who)),
        }
    }
    shared
}

/// Every device that has an address, as it is called.
fn configured(devices: &Devices) -> Vec<(String, &Address)> {
    let scanners = devices.scanners.iter().map(|scanner| (format!("scanner {}", scanner.name), &scanner.address));
    let scale = devices.scale.iter().map(|scale| ("scale".to_owned(), &scale.address));
    let printers = devices.printer.iter().chain(&devices.receipt);
    let printers = printers.map(|printer| (format!("printer {}", printer.name), &printer.address));
    scanners.chain(scale).chain(printers).collect()
}

fn how_to_use(found: &UsbDevice) -> String {
    let selector = found.selector();
    match found.kind {
        DeviceKind::Serial => format!("a scanner or a scale: device = \"{selector}\""),
        DeviceKind::Scale => format!("[scale] protocol = \"hid\", device = \"{selector}\""),
        DeviceKind::Scanner => format!("[[scanner]] device = \"hidpos:{selector}\""),
        DeviceKind::Keyboard => format!("if it is a scanner: [[scanner]] device = \"evdev:{selector}\""),
        DeviceKind::Printer => format!("[[printer]] device = \"{selector}\""),
    }
}

fn name(found: &UsbDevice) -> String {
    let id = format!("{:04x}:{:04x}", found.vendor, found.product);
    if found.name.is_empty() { id } else { format!("{} {id}", found.name) }
}

/// The USB device behind an address.
fn known<'a>(address: &Address, plugged: &'a [UsbDevice]) -> Option<&'a UsbDevice> {
    let node = node(address)?;
    plugged.iter().find(|found| found.node == node)
}

/// The file behind an address, where it is plugged in.
fn node(address: &Address) -> Option<PathBuf> {
    match address {
        Address::Usb(usb) => Some(usb::find(usb.kind, &usb.selector, Path::new(SYS)).ok()?.node),
        other => std::fs::canonicalize(other.node()?).ok(),
    }
}

fn not_open(error: &PortError) -> (Health, String) {
    let health = match error.kind() {
        PortErrorKind::Busy => Health::Busy,
        _ => Health::Absent,
    };
    (health, error.to_string())
}

async fn try_scanner(scanner: &BenchScanner) -> (Health, String) {
    let mut port = match Port::open(&scanner.address).await {
        Ok(port) => port,
        Err(error) => return not_open(&error),
    };
    if floods(&mut port).await {
        return (Health::Busy, "it sends without end; check `baud` and its own settings, or replace it".to_owned());
    }
    match scanner.settings.protocol {
        ScannerProtocol::Keyboard if port.node().is_some_and(|node| usb::is_inhibited(node, Path::new(SYS))) => {
            let todo = "let it in again in /etc/udev/rules.d/61-parceld.rules, as 60-parceld.rules says";
            (Health::Silent, format!("the system lets no key of it through; {todo}"))
        }
        ScannerProtocol::Keyboard => match port.grab() {
            Ok(()) => (Health::Ok, "ours alone; scan something with --watch to see it work".to_owned()),
            Err(error) => not_open(&error),
        },
        ScannerProtocol::Lines | ScannerProtocol::Ssi | ScannerProtocol::HidPos => {
            (Health::Ok, "open; scan something with --watch to see it work".to_owned())
        }
    }
}

/// Whether more comes of it than anybody scans.
async fn floods(port: &mut Port) -> bool {
    let (floods, mut flooded) = mpsc::channel(1);
    port.tell_floods(floods);
    let mut buffer = [0; 1024];
    let listen = async { while port.receive(&mut buffer).await.is_ok() {} };
    tokio::select! {
        _ = timeout(LISTEN, listen) => false,
        Some(()) = flooded.recv() => true,
    }
}

async fn weigh(port: &mut Port, scale: &BenchScale) -> (Health, String) {
    let (_pace, mut paced) = watch::channel(Pace::Eager);
    let (_keys, mut pressed) = mpsc::channel(1);
    let (said, mut says) = mpsc::channel(1);
    let reading = scale::read(port, scale.settings, &mut paced, &mut pressed, move |event| {
        let _ = said.try_send(event);
    });
    tokio::select! {
        lost = reading => (Health::Absent, lost.to_string()),
        event = timeout(ANSWER, says.recv()) => match event {
            Ok(Some(scale::Event::Reading(reading))) => (Health::Ok, in_words(&reading)),
            Ok(Some(scale::Event::Garbled(bytes))) => {
                (Health::Silent, format!("{bytes} bytes that are not its protocol; check protocol, baud and framing"))
            }
            _ => (Health::Silent, "no answer: asleep or off; press its ON key, check protocol, baud and cable".to_owned()),
        },
    }
}

/// A reading for a person: `it says 1.234 kg, at rest`.
pub(super) fn in_words(reading: &scale::Reading) -> String {
    use scale::Stability;
    let weight = format!("{} {}", reading.text, reading.unit.symbol());
    match reading.state {
        Stability::Stable => format!("it says {weight}, at rest"),
        Stability::Moving | Stability::Unsaid => format!("it says {weight}, moving"),
        Stability::Negative => format!("it says {weight}, below zero; empty it and zero it"),
        Stability::AtZero => "it says zero".to_owned(),
        Stability::Over => "it says: too heavy".to_owned(),
        Stability::Under => "it says: below zero; empty it and zero it".to_owned(),
        Stability::Fault(why) => format!("it gives no weight: {}; see its display", why.name()),
    }
}

async fn try_printer(printer: &BenchPrinter) -> (Health, String) {
    match printer.connect().await {
        Ok(session) => ask(session, printer).await,
        Err(error) => not_open(&error),
    }
}

async fn ask(mut session: Session, printer: &BenchPrinter) -> (Health, String) {
    let mut known = printer.known;
    let status = session.status(&mut known).await;
    session.close().await;
    match status {
        Ok(Some(status)) => (Health::Ok, how_it_is(&status, printer.language)),
        Ok(None) | Err(StatusError::Silent) => {
            let todo =
                "load labels, close the lid, and see that it speaks its `language`; it is printed to all the same";
            (Health::Silent, format!("no answer; {todo}"))
        }
        Err(StatusError::Nonsense(_)) => {
            (Health::Silent, "answers what its language does not have; check `language` and `device`".to_owned())
        }
        Err(StatusError::Lost(error)) => not_open(&error),
    }
}

/// A status for a person: `ready; proof of a label: its odometer (~HS: …)`.
pub(super) fn how_it_is(status: &Status, language: Language) -> String {
    let is = match (status.problem, status.busy) {
        (Some(problem), _) => format!("answers: {}", problem.name()),
        (None, Some(true)) => "busy printing".to_owned(),
        (None, _) if status.low => "ready, paper near its end".to_owned(),
        (None, _) => "ready".to_owned(),
    };
    let proof = match (language, status.odometer, status.busy) {
        (Language::EscPos, ..) => "it names the job it has printed",
        (_, Some(_), _) => "its odometer",
        (_, None, Some(_)) => "its empty queue",
        (_, None, None) => "none",
    };
    format!("{is}; proof of a label: {proof} ({})", status.text)
}

#[cfg(test)]
mod tests {
    use hal::port::SerialSettings;
    use hal::scale::{ScaleProtocol, ScaleSettings};

    use super::*;

    #[test]
    fn one_device_under_two_names_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("ttyUSB0"), "").unwrap();
        std::fs::write(at("ttyUSB1"), "").unwrap();
        std::os::unix::fs::symlink(at("ttyUSB0"), at("by-id")).unwrap();
        let line = |name: &str| Address::Serial(SerialSettings::new(at(name)));
        let devices = |scanner: &str, scale: &str| Devices {
            scanners: vec![BenchScanner::on_a_line("hand", line(scanner))],
            scale: Some(BenchScale {
                address: line(scale),
                settings: ScaleSettings::new(ScaleProtocol::MtSics),
                record: None,
            }),
            printer: None,
            receipt: None,
            pins: None,
            panel: None,
        };
        let one = std::fs::canonicalize(at("ttyUSB0")).unwrap();
        let said = [format!("scanner hand and scale are one device, {}", one.display())];
        assert_eq!(shared(&devices("by-id", "ttyUSB0")), said);
        assert_eq!(shared(&devices("ttyUSB0", "ttyUSB1")), [""; 0]);
        assert_eq!(shared(&devices("gone", "gone-too")), [""; 0]);
    }
}
