//! Two devices of the bench in one place: each would take what the other is to hear.

use hal::scale::ScaleProtocol;
use hal::usb::DeviceKind;

use super::device::{PrinterKeys, ScaleKeys, ScannerKeys, printer_kind, scanner_kind};
use super::place::DEMO;
use super::table::Table;

/// An error for each device that is in a place which one before it has. Names that look different may still be one device:
/// `parceld check` and `parceld doctor` look at what is plugged in.
pub(super) fn check(root: &Table<'_>) {
    let mut taken: Vec<(String, String)> = Vec::new();
    let mut take = |table: &Table<'_>, role: &str, kind: &dyn Fn(&str) -> DeviceKind| {
        let Some(device) = table.look::<String>("device").filter(|device| device != DEMO) else { return };
        let who = table.look::<String>("name").map_or(role.to_owned(), |name| format!("{role} {name}"));
        let place = place(&device, kind(&device));
        match taken.iter().find(|(there, _)| *there == place) {
            Some((_, first)) => {
                let what = format!("{who} is at {device}, and so is {first}");
                table.error("device", what, "write the device of each; `parceld doctor` says what is plugged in");
            }
            None => taken.push((place, who)),
        }
    };
    for table in root.tables(ScannerKeys::TABLE.name()) {
        take(&table, "scanner", &scanner_kind);
    }
    if let Some(table) = root.table(ScaleKeys::TABLE.name()) {
        let is_hid = table.look("protocol") == Some(ScaleProtocol::Hid);
        take(&table, "scale", &|_| if is_hid { DeviceKind::Scale } else { DeviceKind::Serial });
    }
    for table in root.tables(PrinterKeys::TABLE.name()) {
        let has_baud = table.look::<u32>("baud").is_some();
        take(&table, "printer", &|device| printer_kind(device, has_baud));
    }
}

/// The place alone: a file whatever is said of what it is; of a USB device also its face, because one may show several.
fn place(device: &str, kind: DeviceKind) -> String {
    let at = ["evdev:", "hidpos:"].iter().find_map(|kind| device.strip_prefix(kind)).unwrap_or(device);
    if at.starts_with('/') || at.starts_with("tcp://") { at.to_owned() } else { format!("{} {at}", kind.name()) }
}
