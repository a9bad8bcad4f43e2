//! What a Zebra tells beside `~HS`: its errors by name (`~HQES`), how much it ever fed (`~HQOD`), who it is (`~HQSN`).
//!
//! ```text
//!   STX CR LF                                     STX CR LF                             STX CR LF
//!     PRINTER STATUS                                PRINT METERS                          SERIAL NUMBER
//!     ERRORS:    1 00000000 00010004                TOTAL NONRESETTABLE:   8560 "         41A06440023
//!     WARNINGS:  0 00000000 00000000                USER RESETTABLE CNTR1: 9 "          ETX CR LF
//!   ETX CR LF           |      |                  ETX CR LF                     |
//!                       |      head open                                        " inches, cm centimetres (^MA)
//!                       paused
//! ```
//! From the ZPL II Programming Guide (`~HQ`) and lprint's ZPL driver. Printers that do not know these say nothing to them;
//! so they are asked before `~HS`, whose answer ends the wait.

use super::{FeedUnit, Odometer, Problem};

/// Asks for all three.
pub const ASK: &[u8] = b"~HQES~HQOD~HQSN";

/// Longer than any maker's serial number.
const SERIAL_MAX: usize = 40;

/// Error bits of the second group, and what they keep it from.
const ERRORS: [(u32, Problem); 14] = [
    (0x4, Problem::HeadOpen),
    (0x1, Problem::PaperOut),
    (0x2, Problem::RibbonOut),
    (0x8, Problem::Cutter),
    (0x1000, Problem::Jam),
    (0x10, Problem::HeadHot),
    (0x20, Problem::HeadHot),
    (0x40, Problem::Other),
    (0x80, Problem::Other),
    (0x100, Problem::Other),
    (0x200, Problem::Other),
    (0x4000, Problem::Jam),
    (0x8000, Problem::Jam),
    (0x10000, Problem::Paused),
];
/// Warning bit: paper near its end.
const PAPER_LOW: u32 = 0x8;

/// What a block of text says; what it leaves out is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostReport {
    /// The errors' worst.
    pub problem: Option<Problem>,
    /// Paper near its end.
    pub low: bool,
    /// How much it ever fed.
    pub odometer: Option<Odometer>,
    /// Its serial number.
    pub serial: Option<String>,
}

impl HostReport {
    /// Reads one block, without STX and ETX; `None` for a block of something else.
    #[must_use]
    pub fn read(block: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(block);
        let mut told = Self::default();
        let mut known = false;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.trim() == "SERIAL NUMBER" {
                told.serial = lines.by_ref().map(str::trim).find(|line| !line.is_empty()).and_then(serial);
                known |= told.serial.is_some();
                continue;
            }
            let Some((key, value)) = line.split_once(':') else { continue };
            let words: Vec<&str> = value.split_ascii_whitespace().collect();
            match (key.trim(), &words[..]) {
                ("ERRORS", [flag, _, low, ..]) => {
                    known = true;
                    let bits = u32::from_str_radix(low, 16).ok().filter(|_| *flag != "0").unwrap_or(0);
                    let worst = ERRORS.iter().find(|(bit, _)| bits & bit != 0).map(|(_, problem)| *problem);
                    told.problem = worst.or((bits != 0).then_some(Problem::Other));
                }
                ("WARNINGS", [flag, _, low, ..]) => {
                    let bits = u32::from_str_radix(low, 16).ok().filter(|_| *flag != "0").unwrap_or(0);
                    told.low = bits & PAPER_LOW != 0;
                }
                ("TOTAL NONRESETTABLE", [count, unit]) => {
                    known = true;
                    told.odometer = odometer(count, unit);
                }
                _ => {}
            }
        }
        known.then_some(told)
    }
}

/// A count without a unit proves nothing.
fn odometer(count: &str, unit: &str) -> Option<Odometer> {
    let unit = match unit {
        "\"" => FeedUnit::Inch,
        "cm" => FeedUnit::Centimetre,
        _ => return None,
    };
    Some(Odometer { count: count.parse().ok()?, unit })
}

fn serial(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (plain && text.len() <= SERIAL_MAX).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(bits: &str) -> Option<Problem> {
        let block = format!(
            "\r\n\r\n  PRINTER STATUS\r\n   ERRORS:         1 00000000 {bits}\r\n   WARNINGS:       0 00000000 00000000\r\n"
        );
        HostReport::read(block.as_bytes()).unwrap().problem
    }

    #[test]
    fn errors_are_named_the_nearest_to_the_hand_first() {
        assert_eq!(errors("00010004"), Some(Problem::HeadOpen));
        assert_eq!(errors("00010001"), Some(Problem::PaperOut));
        assert_eq!(errors("00010000"), Some(Problem::Paused));
        assert_eq!(errors("00000008"), Some(Problem::Cutter));
        assert_eq!(errors("80000000"), Some(Problem::Other));
        assert_eq!(errors("00000000"), None);
    }

    #[test]
    fn a_warning_stops_nothing_and_the_odometer_is_in_inches() {
        let block =
            b"\r\n\r\n  PRINTER STATUS\r\n   ERRORS:  0 00000000 00000000\r\n   WARNINGS:  1 00000000 00000008\r\n";
        assert_eq!(HostReport::read(block), Some(HostReport { low: true, ..HostReport::default() }));
        let block = b"\r\n  PRINT METERS\r\n    TOTAL NONRESETTABLE:              8560 \"\r\n    USER RESETTABLE CNTR1:               9 \"\r\n";
        assert_eq!(HostReport::read(block).unwrap().odometer, Some(Odometer { count: 8560, unit: FeedUnit::Inch }));
        let block = b"\r\n  PRINT METERS\r\n    TOTAL NONRESETTABLE:             21744 cm\r\n";
        assert_eq!(
            HostReport::read(block).unwrap().odometer,
            Some(Odometer { count: 21744, unit: FeedUnit::Centimetre })
        );
        for other in [&b""[..], b"030,0,0,1218", b"ERRORS", b"ERRORS: 1", b"\xff\xfe:\x00"] {
            assert_eq!(HostReport::read(other), None);
        }
    }

    #[test]
    fn a_serial_number_is_what_stands_below_its_heading() {
        let block = b"\r\n\r\n  SERIAL NUMBER\r\n\r\n  41A06440023\r\n\r\n";
        assert_eq!(HostReport::read(block).unwrap().serial.as_deref(), Some("41A06440023"));
        for none in [&b"\r\n SERIAL NUMBER\r\n"[..], b"SERIAL NUMBER\r\n \x07\r\n", b"41A06440023"] {
            assert_eq!(HostReport::read(none), None);
        }
    }
}
