//! What a USB HID device says of itself: its report descriptor.
//!
//! Which bytes of a report mean what is the device's choice; the usages are the standard's. Descriptors are read from
//! sysfs, parsed here without touching a device, and believed as little as any other bytes.

mod descriptor;

use std::path::Path;

pub use descriptor::{Descriptor, DescriptorError, Field, ReportKind, usage};

/// Usage page of weighing devices (HID Point of Sale Usage Tables 1.02).
pub const SCALE_PAGE: u16 = 0x8D;
/// Usage page of barcode scanners (the same).
pub const SCANNER_PAGE: u16 = 0x8C;

/// The kernel hands out at most this much.
const DESCRIPTOR_MAX: usize = 4096;

/// The descriptor of `/dev/hidrawN`, from sysfs mounted at `sys`; `None` when there is none or it cannot be read.
#[must_use]
pub fn of_node(node: &Path, sys: &Path) -> Option<Descriptor> {
    of_node_name(&std::fs::canonicalize(node).ok()?, sys)
}

/// The same by the node's name alone.
pub(crate) fn of_node_name(node: &Path, sys: &Path) -> Option<Descriptor> {
    let file = sys.join("class/hidraw").join(node.file_name()?).join("device/report_descriptor");
    let bytes = std::fs::read(file).ok()?;
    Descriptor::parse(bytes.get(..bytes.len().min(DESCRIPTOR_MAX))?).ok()
}
