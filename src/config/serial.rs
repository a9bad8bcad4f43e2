//! A serial line: `baud`, `framing` and `handshake` of a scanner, scale or printer.

pub use hal::port::{Framing, Handshake, SerialSettings};

use super::table::Table;

const HANDSHAKES: [(&str, Handshake); 3] =
    [("none", Handshake::None), ("rts-cts", Handshake::RtsCts), ("xon-xoff", Handshake::XonXoff)];
/// Rates that serial adapters and the devices of a bench have in common.
const BAUDS: [u32; 10] = [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200];
/// The settings of a serial line, as far as they are written.
pub(super) struct SerialLine {
    pub(super) baud: Option<u32>,
    framing: Option<Framing>,
    handshake: Option<Handshake>,
    wrong: bool,
}

impl SerialLine {
    pub(super) fn read(table: &Table<'_>) -> Self {
        let baud = table.optional::<u32>("baud");
        let known = baud.is_none_or(|baud| BAUDS.contains(&baud));
        if !known {
            let rates = BAUDS.map(|rate| rate.to_string()).join(", ");
            table.error("baud", "baud is not a rate that serial lines have", format!("write one of {rates}"));
        }
        let framing = table.optional_text("framing");
        let handshake = table.optional_name("handshake", &HANDSHAKES);
        Self { baud, framing, handshake, wrong: !known }
    }

    /// The line at `path`, if its settings are right.
    pub(super) fn settings(&self, path: &str) -> Option<SerialSettings> {
        (!self.wrong).then(|| {
            let usual = SerialSettings::new(path);
            SerialSettings {
                baud: self.baud.unwrap_or(usual.baud),
                framing: self.framing.unwrap_or(usual.framing),
                handshake: self.handshake.unwrap_or(usual.handshake),
                ..usual
            }
        })
    }

    /// Warns of settings that a device without a serial line does not have.
    pub(super) fn unused(&self, table: &Table<'_>, by: &str) {
        for (key, there) in [
            ("baud", self.baud.is_some()),
            ("framing", self.framing.is_some()),
            ("handshake", self.handshake.is_some()),
        ] {
            if there {
                table.warn(key, format!("{key} has no effect on {by}"), "remove it");
            }
        }
    }
}
