//! A serial line: `baud`, `framing` and `handshake` of a scanner, scale or printer.

pub use hal::port::{Framing, Handshake, SerialSettings};

use super::table::Table;
use super::value::NamedValue;

/// Rates that serial adapters and the devices of a bench have in common.
const BAUDS: [u32; 10] = [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200];

impl NamedValue for Handshake {
    const NAMES: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("rts-cts", Self::RtsCts), ("xon-xoff", Self::XonXoff)];
}

pub(super) fn baud(table: &Table<'_>, key: &'static str, baud: u32) -> Option<u32> {
    if BAUDS.contains(&baud) {
        return Some(baud);
    }
    let rates = BAUDS.map(|rate| rate.to_string()).join(", ");
    table.error(key, "baud is not a rate that serial lines have", format!("write one of {rates}"));
    None
}

/// A line as its keys say it, each as usual where it is left out; its path is still to be filled in. `None` where the rate is
/// wrong: nothing is opened at another one.
pub(super) fn line(
    table: &Table<'_>,
    baud: Option<u32>,
    framing: Option<Framing>,
    handshake: Option<Handshake>,
) -> Option<SerialSettings> {
    if baud.is_none() && table.look::<u32>("baud").is_some() {
        return None;
    }
    let usual = SerialSettings::new("");
    Some(SerialSettings {
        baud: baud.unwrap_or(usual.baud),
        framing: framing.unwrap_or(usual.framing),
        handshake: handshake.unwrap_or(usual.handshake),
        ..usual
    })
}

/// Warns of settings that a device without a serial line does not have.
pub(super) fn unused(table: &Table<'_>, by: &str) {
    for key in ["baud", "framing", "handshake"] {
        if table.has(key) {
            table.warn(key, format!("{key} has no effect on {by}"), "remove it");
        }
    }
}
