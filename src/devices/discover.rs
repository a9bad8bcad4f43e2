//! Which of the devices that are plugged in are the bench's: a guess by what they are, for a first configuration.
//!
//! Nothing is opened, and nothing is guessed between two: a role that two devices could have is left to a person.

use std::path::Path;

use hal::usb::{DeviceKind, UsbDevice};

/// Makers of scanners, those of the udev rules: Honeywell, Zebra (Symbol), Datalogic, Opticon, Newland.
const SCANNERS: [u16; 5] = [0x0c2e, 0x05e0, 0x05f9, 0x065a, 0x1eab];

/// One device for each role that only one of them can have, as `station.toml` names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovered {
    /// `[[scanner]] device`.
    pub scanner: Option<DeviceChoice>,
    /// `[scale] device`; a HID scale unless `on_a_line`.
    pub scale: Option<DeviceChoice>,
    /// `[[printer]] device`.
    pub printer: Option<DeviceChoice>,
    /// `[[printer]] language`, as the printer says.
    pub printer_language: Option<&'static str>,
}

/// A device for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceChoice {
    /// What `device` says.
    pub device: String,
    /// The name that it gives itself over USB.
    pub name: String,
    /// It is a serial line.
    pub on_a_line: bool,
}

/// Looks at what is plugged in, from sysfs mounted at `sys`.
pub fn discover(sys: &Path) -> Discovered {
    let plugged = hal::usb::list(sys);
    let of = |kind: DeviceKind, wanted: &dyn Fn(&UsbDevice) -> bool| {
        let mut found = plugged.iter().filter(|found| found.kind == kind && wanted(found));
        found.next().filter(|_| found.next().is_none())
    };
    let scans = |found: &UsbDevice| SCANNERS.contains(&found.vendor);
    // A scanner shows several faces; the line is the best of them, the keyboard the last.
    let faces = [(DeviceKind::Serial, ""), (DeviceKind::Scanner, "hidpos:"), (DeviceKind::Keyboard, "evdev:")];
    let scanner = faces.into_iter().find_map(|(kind, prefix)| Some(role(of(kind, &scans)?, prefix)));
    let scale = of(DeviceKind::Scale, &|_| true).or_else(|| of(DeviceKind::Serial, &|found| !scans(found)));
    let printer = of(DeviceKind::Printer, &|_| true);
    Discovered {
        scanner,
        scale: scale.map(|found| role(found, "")),
        printer: printer.map(|found| role(found, "")),
        printer_language: printer.and_then(|found| language(found, sys)),
    }
}

fn role(found: &UsbDevice, prefix: &str) -> DeviceChoice {
    let device = format!("{prefix}{}", found.selector());
    DeviceChoice { device, name: found.name.clone(), on_a_line: found.kind == DeviceKind::Serial }
}

/// From the printer's IEEE 1284 id (`MFG:Zebra;CMD:ZPL;…`), which usblp asks for.
fn language(found: &UsbDevice, sys: &Path) -> Option<&'static str> {
    let at = sys.join("class/usbmisc").join(found.node.file_name()?).join("device/ieee1284_id");
    let said = std::fs::read_to_string(at).ok()?.to_ascii_uppercase();
    let known = [("ZPL", "zpl"), ("TSPL", "tspl"), ("ESC/POS", "escpos"), ("EPSON", "escpos")];
    known.into_iter().find_map(|(word, language)| said.contains(word).then_some(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plugs a device into a socket of a sysfs that is made up.
    fn plug(sys: &Path, socket: &str, (vendor, serial): (&str, &str), class: &str, node: &str) -> std::path::PathBuf {
        let device = sys.join("devices/usb1").join(socket);
        let at = device.join(format!("{socket}:1.0/{node}"));
        std::fs::create_dir_all(at.join("device")).unwrap();
        for (file, text) in [("idVendor", vendor), ("idProduct", "0001"), ("product", "Thing"), ("serial", serial)] {
            std::fs::write(device.join(file), text).unwrap();
        }
        let class = sys.join("class").join(class);
        std::fs::create_dir_all(&class).unwrap();
        std::os::unix::fs::symlink(&at, class.join(node)).unwrap();
        at.join("device")
    }

    #[test]
    fn a_bench_is_recognised_by_makers_descriptors_and_the_printers_own_words() {
        let sys = tempfile::tempdir().unwrap();
        assert_eq!(discover(sys.path()), Discovered::default());
        plug(sys.path(), "1-1", ("0c2e", "S1"), "tty", "ttyACM0");
        plug(sys.path(), "1-2", ("0403", "A1"), "tty", "ttyUSB0");
        let printer = plug(sys.path(), "1-3", ("0a5f", "P1"), "usbmisc", "lp0");
        std::fs::write(printer.join("ieee1284_id"), "MFG:Zebra;CMD:ZPL;").unwrap();
        let found = discover(sys.path());
        let names = |role: &Option<DeviceChoice>| role.as_ref().map(|role| (role.device.clone(), role.on_a_line));
        assert_eq!(names(&found.scanner), Some(("usb:0c2e:0001:S1".to_owned(), true)));
        assert_eq!(names(&found.scale), Some(("usb:0403:0001:A1".to_owned(), true)));
        assert_eq!(names(&found.printer), Some(("usb:0a5f:0001:P1".to_owned(), false)));
        assert_eq!(found.printer_language, Some("zpl"));
        let scale = plug(sys.path(), "1-4", ("0922", "D1"), "hidraw", "hidraw0");
        std::fs::write(scale.join("report_descriptor"), [0x05, 0x8D, 0x09, 0x20, 0xA1, 0x01, 0xC0]).unwrap();
        assert_eq!(names(&discover(sys.path()).scale), Some(("usb:0922:0001:D1".to_owned(), false)));
    }

    #[test]
    fn between_two_alike_nobody_guesses() {
        let sys = tempfile::tempdir().unwrap();
        plug(sys.path(), "1-1", ("0c2e", "S1"), "tty", "ttyACM0");
        plug(sys.path(), "1-2", ("0c2e", "S2"), "tty", "ttyACM1");
        assert_eq!(discover(sys.path()), Discovered::default());
    }
}
