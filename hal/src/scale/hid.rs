//! USB HID scales: usage page 0x8D, as `/dev/hidrawN` hands their reports over.
//!
//! ```text
//!   03      04       02     00         14 00
//!   report  status   unit   exponent   weight, low byte first
//!           4 rest   2 g    10^0       20            -> 20 g at rest
//! ```
//! From the USB-IF's HID Point of Sale Usage Tables 1.02 (scale page) and usbscale.c. The report's number is the
//! device's choice (3 on nearly all; Accupost's is 9), so it is a parameter. A device sends by itself, falls silent when
//! it sleeps, and its first report after opening may be old.

use super::codec::{Answer, Codec};
use super::reading::{Reading, State, WireUnit};

/// The number of the data report on nearly every scale.
pub const USUAL_REPORT: u8 = 3;
/// Control report 2, bit 1: set to zero. Best effort: many scales ignore it, so look for a reading of zero after it.
pub const ZERO: &[u8] = &[0x02, 0x02];

/// Reads whole reports.
#[derive(Debug, Clone, Copy)]
pub struct Hid {
    report: u8,
}

impl Default for Hid {
    fn default() -> Self {
        Self::new(USUAL_REPORT)
    }
}

impl Hid {
    /// For scales whose data report has this number.
    #[must_use]
    pub fn new(report: u8) -> Self {
        Self { report }
    }
}

impl Codec for Hid {
    /// Takes one report, with its number before it, as one read of a hidraw node gives it.
    fn push(&mut self, report: &[u8], emit: &mut dyn FnMut(Answer)) {
        emit(match report {
            [number, status, unit, exponent, low, high, ..] if *number == self.report => {
                let weight = u16::from_le_bytes([*low, *high]);
                read(*status, *unit, i8::from_le_bytes([*exponent]), weight, report)
                    .map_or(Answer::Garbled(report.len()), Answer::Reading)
            }
            [number, _, ..] if *number != 0 && *number != self.report => Answer::Other,
            _ => Answer::Garbled(report.len()),
        });
    }

    /// A report is whole or it is not one.
    fn reset(&mut self) -> usize {
        0
    }
}

/// `None` for a status the tables do not have: an empty read is all zeros, and is not a weight of zero.
fn read(status: u8, unit: u8, exponent: i8, weight: u16, raw: &[u8]) -> Option<Reading> {
    let (moving, negative) = match status {
        2 | 4 => (false, false),
        3 => (true, false),
        5 => (false, true),
        1 => return Some(Reading::without_weight(State::Fault("device_fault"), raw)),
        6 => return Some(Reading::without_weight(State::Over, raw)),
        7 => return Some(Reading::without_weight(State::Fault("needs_calibration"), raw)),
        8 => return Some(Reading::without_weight(State::Fault("needs_zero"), raw)),
        _ => return None,
    };
    let Some(unit) = unit_of(unit) else {
        return Some(Reading::without_weight(State::Fault("unknown_unit"), raw));
    };
    Reading::weighed(digits(weight, exponent, negative)?, unit, moving, raw)
}

/// Units of the scale page, usages 0x51 to 0x5C. The tael (5) has a different value in each country: no weight.
fn unit_of(code: u8) -> Option<WireUnit> {
    Some(match code {
        0x01 => WireUnit::Milligram,
        0x02 => WireUnit::Gram,
        0x03 => WireUnit::Kilogram,
        0x04 => WireUnit::Carat,
        0x06 => WireUnit::Grain,
        0x07 => WireUnit::Pennyweight,
        0x08 => WireUnit::Tonne,
        0x09 => WireUnit::ShortTon,
        0x0A => WireUnit::TroyOunce,
        0x0B => WireUnit::Ounce,
        0x0C => WireUnit::Pound,
        _ => return None,
    })
}

/// 1234 x 10^-3 as `1.234`, as the scale's own display shows it. `None` for an exponent no scale has.
fn digits(weight: u16, exponent: i8, negative: bool) -> Option<String> {
    let sign = if negative { "-" } else { "" };
    let places = usize::from(exponent.unsigned_abs());
    if places > 9 {
        return None;
    }
    if exponent >= 0 {
        let zeros = if weight == 0 { 0 } else { places };
        return Some(format!("{sign}{weight}{:0<zeros$}", ""));
    }
    let all = format!("{weight:0>width$}", width = places + 1);
    let (whole, part) = all.split_at(all.len() - places);
    Some(format!("{sign}{whole}.{part}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(report: &[u8]) -> Answer {
        let mut out = Vec::new();
        Hid::default().push(report, &mut |answer| out.push(answer));
        assert_eq!(out.len(), 1);
        out.remove(0)
    }

    fn reading(report: &[u8]) -> (i64, WireUnit, String, State) {
        match answer(report) {
            Answer::Reading(reading) => {
                assert_eq!(reading.raw, report);
                (reading.picograms, reading.unit, reading.text, reading.state)
            }
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = 1_000_000_000_000;

    #[test]
    fn each_status_is_told_apart() {
        use WireUnit::{Gram, Kilogram, Ounce};
        let table: [([u8; 6], i64, WireUnit, &str, State); 9] = [
            ([0x03, 0x04, 0x02, 0x00, 0x14, 0x00], 20 * GRAM, Gram, "20", State::Stable),
            ([0x03, 0x04, 0x03, 0xFD, 0xD2, 0x04], 1234 * GRAM, Kilogram, "1.234", State::Stable),
            ([0x03, 0x03, 0x03, 0xFD, 0x9C, 0x04], 1180 * GRAM, Kilogram, "1.180", State::Moving),
            ([0x03, 0x02, 0x0B, 0xFF, 0x00, 0x00], 0, Ounce, "0.0", State::Stable),
            ([0x03, 0x05, 0x02, 0x00, 0x14, 0x00], -20 * GRAM, Gram, "-20", State::Negative),
            ([0x03, 0x06, 0x0C, 0xFF, 0x00, 0x00], 0, Gram, "", State::Over),
            ([0x03, 0x01, 0x02, 0x00, 0x14, 0x00], 0, Gram, "", State::Fault("device_fault")),
            ([0x03, 0x07, 0x02, 0x00, 0x14, 0x00], 0, Gram, "", State::Fault("needs_calibration")),
            ([0x03, 0x08, 0x02, 0x00, 0x14, 0x00], 0, Gram, "", State::Fault("needs_zero")),
        ];
        for (report, picograms, unit, text, state) in table {
            assert_eq!(reading(&report), (picograms, unit, text.to_owned(), state));
        }
    }

    #[test]
    fn an_empty_report_is_not_zero() {
        assert_eq!(answer(&[0; 6]), Answer::Garbled(6));
        assert_eq!(answer(&[0x03, 0, 0x02, 0, 0, 0]), Answer::Garbled(6));
        assert_eq!(answer(&[0x03, 0x04, 0x02]), Answer::Garbled(3));
        assert_eq!(answer(&[]), Answer::Garbled(0));
    }

    #[test]
    fn an_unknown_unit_is_no_weight() {
        for unit in [0x00, 0x05, 0x0D, 0xFF] {
            assert_eq!(reading(&[0x03, 0x04, unit, 0, 1, 0]).3, State::Fault("unknown_unit"));
        }
    }

    #[test]
    fn exponents_go_both_ways_and_absurd_ones_are_refused() {
        assert_eq!(reading(&[0x03, 0x04, 0x02, 0x02, 0x05, 0x00]).0, 500 * GRAM);
        assert_eq!(reading(&[0x03, 0x04, 0x0B, 0xFF, 0xFF, 0xFF]).2, "6553.5");
        assert_eq!(answer(&[0x03, 0x04, 0x02, 0x80, 1, 0]), Answer::Garbled(6));
        assert_eq!(answer(&[0x03, 0x04, 0x02, 0x0A, 1, 0]), Answer::Garbled(6));
    }

    #[test]
    fn another_report_number_is_another_report() {
        let report = [0x09, 0x04, 0x02, 0x00, 0x14, 0x00];
        assert_eq!(answer(&report), Answer::Other);
        let mut out = Vec::new();
        Hid::new(9).push(&report, &mut |answer| out.push(answer));
        assert!(matches!(&out[..], [Answer::Reading(reading)] if reading.picograms == 20 * GRAM));
    }

    proptest! {
        #[test]
        fn no_report_panics(report in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = answer(&report);
        }
    }
}
