//! Which USB devices are plugged in, and which of them is meant.
//!
//! Names such as `ttyUSB0` change with the order of plugging in. A device is found again by what it is
//! (`usb:0922:8003`, with its serial number where it has one) or by the socket it is plugged into (`usb-port:1-1.3`), at each
//! opening anew. Two alike without serial numbers are told apart by their sockets, never guessed. Everything is read from
//! sysfs; strings of devices are believed as little as any other bytes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::hid::{self, SCALE_PAGE, SCANNER_PAGE};

/// What a device is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    /// A serial line: `/dev/ttyUSB0`, `/dev/ttyACM0`.
    Serial,
    /// A HID scale.
    Scale,
    /// A HID POS scanner.
    Scanner,
    /// A keyboard, or a scanner that types.
    Keyboard,
    /// A printer.
    Printer,
}

impl DeviceKind {
    const ALL: [Self; 5] = [Self::Serial, Self::Scale, Self::Scanner, Self::Keyboard, Self::Printer];

    /// The class of sysfs, how its nodes begin, and where they are below `/dev`.
    const fn class(self) -> (&'static str, &'static [&'static str], &'static str) {
        match self {
            Self::Serial => ("tty", &["ttyUSB", "ttyACM"], ""),
            Self::Scale | Self::Scanner => ("hidraw", &["hidraw"], ""),
            Self::Keyboard => ("input", &["event"], "input"),
            Self::Printer => ("usbmisc", &["lp"], "usb"),
        }
    }

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serial => "serial line",
            Self::Scale => "HID scale",
            Self::Scanner => "HID scanner",
            Self::Keyboard => "keyboard",
            Self::Printer => "USB printer",
        }
    }
}

/// A device that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbDevice {
    /// Its file: `/dev/hidraw0`.
    pub node: PathBuf,
    /// What it is good for.
    pub kind: DeviceKind,
    /// USB vendor.
    pub vendor: u16,
    /// USB product.
    pub product: u16,
    /// Its serial number.
    pub serial: Option<String>,
    /// Maker and product as it names itself.
    pub name: String,
    /// The socket and the interface: `1-1.3:1.0`.
    pub port: String,
}

/// Which device is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The only one of its kind.
    Only,
    /// By what it is: `usb:0922:8003`, `usb:0922:8003:0071003`.
    Id {
        /// USB vendor.
        vendor: u16,
        /// USB product.
        product: u16,
        /// Its serial number.
        serial: Option<String>,
    },
    /// By where it is plugged in: `usb-port:1-1.3`, with an interface where it has several: `usb-port:1-1.3:1.1`.
    Port(String),
}

/// Text that selects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no USB device; write usb:0922:8003, usb:0922:8003:SERIAL or usb-port:1-1.3 (`parceld doctor` lists them)"
)]
pub struct SelectorError(String);

/// Longer than any serial number of a device.
const SERIAL_MAX: usize = 126;

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || SelectorError(text.chars().take(80).collect());
        if let Some(port) = text.strip_prefix("usb-port:") {
            let plain = port.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b':'));
            return (plain && port.contains('-') && port.len() < 40)
                .then(|| Self::Port(port.to_owned()))
                .ok_or_else(wrong);
        }
        let mut parts = text.strip_prefix("usb:").ok_or_else(wrong)?.splitn(3, ':');
        let mut number = || {
            let part = parts.next().filter(|part| part.len() == 4)?;
            u16::from_str_radix(part, 16).ok()
        };
        let (vendor, product) = (number().ok_or_else(wrong)?, number().ok_or_else(wrong)?);
        let serial = parts.next().map(str::to_owned);
        match &serial {
            Some(serial) if serial.is_empty() || serial.len() > SERIAL_MAX || serial.contains(char::is_control) => {
                Err(wrong())
            }
            _ => Ok(Self::Id { vendor, product, serial }),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("auto"),
            Self::Id { vendor, product, serial: None } => write!(f, "usb:{vendor:04x}:{product:04x}"),
            Self::Id { vendor, product, serial: Some(serial) } => write!(f, "usb:{vendor:04x}:{product:04x}:{serial}"),
            Self::Port(port) => write!(f, "usb-port:{port}"),
        }
    }
}

impl Selector {
    fn selects(&self, found: &UsbDevice) -> bool {
        match self {
            Self::Only => true,
            Self::Id { vendor, product, serial } => {
                (found.vendor, found.product) == (*vendor, *product)
                    && (serial.is_none() || serial.as_deref() == found.serial.as_deref())
            }
            Self::Port(port) => {
                found.port == *port || found.port.strip_prefix(port.as_str()).is_some_and(|rest| rest.starts_with(':'))
            }
        }
    }
}

impl UsbDevice {
    /// How the configuration names it so that no replugging changes it: by its serial number, or by its socket.
    #[must_use]
    pub fn selector(&self) -> Selector {
        match &self.serial {
            Some(serial) => Selector::Id { vendor: self.vendor, product: self.product, serial: Some(serial.clone()) },
            None => Selector::Port(self.port.split(':').next().unwrap_or_default().to_owned()),
        }
    }
}

/// Why there is not one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOne {
    /// None is plugged in.
    None,
    /// Several are.
    Several(Vec<UsbDevice>),
}

/// The one device of this kind that is meant, from sysfs mounted at `sys`.
///
/// # Errors
/// [`NotOne`].
pub fn find(kind: DeviceKind, selector: &Selector, sys: &Path) -> Result<UsbDevice, NotOne> {
    let mut found = of_kind(kind, sys);
    found.retain(|found| selector.selects(found));
    match found.len() {
        0 => Err(NotOne::None),
        1 => found.pop().ok_or(NotOne::None),
        _ => Err(NotOne::Several(found)),
    }
}

/// Every device that a bench may have, by kind and socket.
#[must_use]
pub fn list(sys: &Path) -> Vec<UsbDevice> {
    DeviceKind::ALL.into_iter().flat_map(|kind| of_kind(kind, sys)).collect()
}

fn of_kind(kind: DeviceKind, sys: &Path) -> Vec<UsbDevice> {
    let (class, starts, folder) = kind.class();
    let entries = std::fs::read_dir(sys.join("class").join(class)).into_iter().flatten().flatten();
    let mut found: Vec<UsbDevice> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            starts.iter().any(|start| name.starts_with(start)).then_some(())?;
            let at = std::fs::canonicalize(entry.path()).ok()?;
            let node = Path::new("/dev").join(folder).join(&name);
            is_of(kind, &at, &node, sys).then(|| describe(kind, node, &at)).flatten()
        })
        .collect();
    found.sort_by(|a, b| (&a.port, &a.node).cmp(&(&b.port, &b.node)));
    found
}

fn is_of(kind: DeviceKind, at: &Path, node: &Path, sys: &Path) -> bool {
    let of_page = |page| hid::of_node_name(node, sys).is_some_and(|descriptor| descriptor.is_of_page(page));
    match kind {
        DeviceKind::Serial | DeviceKind::Printer => true,
        DeviceKind::Scale => of_page(SCALE_PAGE),
        DeviceKind::Scanner => of_page(SCANNER_PAGE),
        DeviceKind::Keyboard => types_digits(&read(&at.join("device/capabilities/key")).unwrap_or_default()),
    }
}

/// Whether the keys 1 to 0 and Enter are among a device's keys: bits 2 to 11 and 28 of the last word.
fn types_digits(capabilities: &str) -> bool {
    const WANTED: u64 = 0x3FF << 2 | 1 << 28;
    let last = capabilities.split_ascii_whitespace().last().and_then(|word| u64::from_str_radix(word, 16).ok());
    last.is_some_and(|word| word & WANTED == WANTED)
}

/// Whether the system lets no key of an input device through (`/dev/input/event3`): a rule of udev keeps it from typing
/// into a console.
#[must_use]
pub fn is_inhibited(node: &Path, sys: &Path) -> bool {
    let Some(name) = std::fs::canonicalize(node).ok().and_then(|node| Some(node.file_name()?.to_owned())) else {
        return false;
    };
    read(&sys.join("class/input").join(name).join("device/inhibited")).as_deref() == Some("1")
}

/// Climbs from a node's place in sysfs to the USB device that it belongs to.
fn describe(kind: DeviceKind, node: PathBuf, at: &Path) -> Option<UsbDevice> {
    let device = at.ancestors().find(|folder| folder.join("idVendor").is_file())?;
    let hex = |file: &str| u16::from_str_radix(&read(&device.join(file))?, 16).ok();
    let socket = device.file_name()?.to_str()?;
    let interface = at.ancestors().find_map(|folder| {
        let name = folder.file_name()?.to_str()?;
        name.strip_prefix(socket)?.starts_with(':').then(|| name.to_owned())
    });
    let said = |file: &str| read(&device.join(file)).filter(|text| !text.is_empty());
    let names: Vec<String> = [said("manufacturer"), said("product")].into_iter().flatten().collect();
    Some(UsbDevice {
        node,
        kind,
        vendor: hex("idVendor")?,
        product: hex("idProduct")?,
        serial: said("serial"),
        name: names.join(" "),
        port: interface.unwrap_or_else(|| socket.to_owned()),
    })
}

/// A line of sysfs: bounded, printable.
fn read(file: &Path) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    Some(text.trim().chars().filter(|c| !c.is_control()).take(SERIAL_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: &[u8] = &[0x05, 0x8D, 0x09, 0x20, 0xA1, 0x01, 0xC0];
    const MOUSE: &[u8] = &[0x05, 0x01, 0x09, 0x02, 0xA1, 0x01, 0xC0];

    /// A sysfs with devices in it.
    struct Sys(tempfile::TempDir);

    impl Sys {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        /// Plugs a device into a socket; `node` is its name in its class, below its interface.
        fn plug(
            &self,
            socket: &str,
            (vendor, product, serial): (&str, &str, &str),
            class: &str,
            node: &str,
        ) -> PathBuf {
            let device = self.0.path().join("devices/usb1").join(socket);
            let at = device.join(format!("{socket}:1.0/{node}"));
            std::fs::create_dir_all(at.join("device")).unwrap();
            let write = |file: &str, text: &str| std::fs::write(device.join(file), format!("{text}\n")).unwrap();
            write("idVendor", vendor);
            write("idProduct", product);
            write("product", "M25\u{7} Scale");
            if !serial.is_empty() {
                write("serial", serial);
            }
            let class = self.0.path().join("class").join(class);
            std::fs::create_dir_all(&class).unwrap();
            std::os::unix::fs::symlink(&at, class.join(node)).unwrap();
            at.join("device")
        }

        fn find(&self, kind: DeviceKind, selector: &str) -> Result<PathBuf, NotOne> {
            let selector = if selector == "auto" { Selector::Only } else { selector.parse().unwrap() };
            find(kind, &selector, self.0.path()).map(|found| found.node)
        }
    }

    #[test]
    fn a_scale_is_known_by_its_descriptor_and_found_by_what_it_is_and_where() {
        let sys = Sys::new();
        let scale = sys.plug("1-1.3", ("0922", "8003", ""), "hidraw", "hidraw7");
        std::fs::write(scale.join("report_descriptor"), SCALE).unwrap();
        let mouse = sys.plug("1-1.4", ("046d", "c077", ""), "hidraw", "hidraw0");
        std::fs::write(mouse.join("report_descriptor"), MOUSE).unwrap();
        for selector in ["auto", "usb:0922:8003", "usb-port:1-1.3", "usb-port:1-1.3:1.0"] {
            assert_eq!(sys.find(DeviceKind::Scale, selector), Ok("/dev/hidraw7".into()), "{selector}");
        }
        for selector in ["usb:046d:c077", "usb-port:1-1.4", "usb-port:1-1", "usb:0922:8003:SER"] {
            assert_eq!(sys.find(DeviceKind::Scale, selector), Err(NotOne::None), "{selector}");
        }
        let found = &list(sys.0.path())[0];
        assert_eq!((found.name.as_str(), found.port.as_str()), ("M25 Scale", "1-1.3:1.0"));
        assert_eq!(found.selector().to_string(), "usb-port:1-1.3");
    }

    #[test]
    fn two_alike_are_told_apart_by_serial_number_or_socket_and_never_guessed() {
        let sys = Sys::new();
        sys.plug("1-1.1", ("0403", "6001", "A1"), "tty", "ttyUSB1");
        sys.plug("1-1.2", ("0403", "6001", "B2"), "tty", "ttyUSB0");
        let Err(NotOne::Several(found)) = sys.find(DeviceKind::Serial, "usb:0403:6001") else { panic!("one of two") };
        assert_eq!(found.len(), 2);
        assert_eq!(sys.find(DeviceKind::Serial, "usb:0403:6001:B2"), Ok("/dev/ttyUSB0".into()));
        assert_eq!(sys.find(DeviceKind::Serial, "usb-port:1-1.1"), Ok("/dev/ttyUSB1".into()));
        assert_eq!(found[0].selector().to_string(), "usb:0403:6001:A1");
    }

    #[test]
    fn a_keyboard_types_digits_and_a_power_button_does_not() {
        let sys = Sys::new();
        let keyboard = sys.plug("1-2", ("0c2e", "0b61", ""), "input", "event5");
        std::fs::create_dir_all(keyboard.join("capabilities")).unwrap();
        std::fs::write(
            keyboard.join("capabilities/key"),
            "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n",
        )
        .unwrap();
        let button = sys.plug("1-3", ("0001", "0001", ""), "input", "event6");
        std::fs::create_dir_all(button.join("capabilities")).unwrap();
        std::fs::write(button.join("capabilities/key"), "10000000000000 0\n").unwrap();
        assert_eq!(sys.find(DeviceKind::Keyboard, "auto"), Ok("/dev/input/event5".into()));
        let node = sys.0.path().join("event5");
        std::fs::write(&node, "").unwrap();
        assert!(!is_inhibited(&node, sys.0.path()));
        std::fs::write(keyboard.join("inhibited"), "1\n").unwrap();
        assert!(is_inhibited(&node, sys.0.path()));
        sys.plug("1-4", ("0a5f", "0120", ""), "usbmisc", "lp3");
        assert_eq!(sys.find(DeviceKind::Printer, "auto"), Ok("/dev/usb/lp3".into()));
    }

    #[test]
    fn a_selector_is_written_as_it_is_read() {
        for text in ["usb:0922:8003", "usb:0922:8003:00:71", "usb-port:1-1.3", "usb-port:1-1.3:1.1"] {
            assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
        }
        for wrong in
            ["", "usb:", "usb:922:8003", "usb:0922", "usb:0922:8003:", "usb-port:", "usb-port:../x", "/dev/ttyUSB0"]
        {
            assert!(wrong.parse::<Selector>().is_err(), "{wrong:?}");
        }
    }
}
