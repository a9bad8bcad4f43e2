//! What a scanner is told of its scan.

use super::ssi;

/// What became of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanVerdict {
    /// It was taken.
    Accepted,
    /// It was not.
    Refused,
}

/// How a scanner hears it. Only scanners that listen should be told: set their own good-read beep off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feedback {
    /// It is not told.
    #[default]
    None,
    /// Datalogic Magellan over RS-232: `B` good-read beep, `F` the long beeps of "not on file" (9300i manual, p. 469).
    Datalogic,
    /// Honeywell bases: ESC 7 good, ESC 8 bad (2020 base manual).
    Honeywell,
    /// Zebra SSI: one high beep, or five (SSI programmer's guide, beep codes 0 and 4).
    Ssi,
}

impl Feedback {
    /// All of them, with the names they have in the configuration.
    pub const NAMES: [(&str, Self); 4] =
        [("none", Self::None), ("datalogic", Self::Datalogic), ("honeywell", Self::Honeywell), ("ssi", Self::Ssi)];

    /// What is sent.
    #[must_use]
    pub fn bytes(self, verdict: ScanVerdict) -> Vec<u8> {
        match (self, verdict) {
            (Self::None, _) => Vec::new(),
            (Self::Datalogic, ScanVerdict::Accepted) => b"B".to_vec(),
            (Self::Datalogic, ScanVerdict::Refused) => b"F".to_vec(),
            (Self::Honeywell, ScanVerdict::Accepted) => b"\x1b7".to_vec(),
            (Self::Honeywell, ScanVerdict::Refused) => b"\x1b8".to_vec(),
            (Self::Ssi, ScanVerdict::Accepted) => ssi::packet(ssi::BEEP, &[0]),
            (Self::Ssi, ScanVerdict::Refused) => ssi::packet(ssi::BEEP, &[4]),
        }
    }
}
