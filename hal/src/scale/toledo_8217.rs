//! Toledo 8217 and 8213 ("ECR"): one letter asks, and the unit is not on the wire.
//!
//! ```text
//!   we send      the scale answers
//!   W            02 30 32 2E 33 34 35 0D        STX 02.345 CR      a weight at rest; N before CR: net
//!                02 3F 41 0D                    STX ? s CR         no weight, and why
//!   Z  T         02 3F s 0D                     zero, tare the platter
//!
//!   s   bit 0 in motion   1 over capacity   2 under zero   3 outside the zero range   4 at zero
//!       bit 5 net, or always 1   6 always 1   7 parity
//! ```
//! From the 8217 interface description, the PSC Magellan and DIVA service manuals (p. 39, 45) and the 3700LP manual (8213
//! sends grams as `0XXXXX`). Two decimals are pounds, three kilograms, none grams: the configured unit is checked against
//! them, and where they differ there is no weight. A status is never a weight of zero. Some scales answer a weight once
//! and then `?` without any reason until it changes: that says nothing new, and the last weight does not count for it.
//! The scale wants 200 ms between letters and no CR; usual are 9600 baud and 7E1, and bit 7 is masked.

use super::codec::{Questions, ScaleAnswer, ScaleCodec};
use super::fault::Fault;
use super::reading::{Reading, Stability, WireUnit};

/// `W`, `Z`, `T`; keys are answered by a status like any other.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[b"W"], zero: b"Z", tare: b"T", answers_keys: false, gap_ms: 200 };

const STX: u8 = 0x02;
const CR: u8 = 0x0D;
/// The longest frame is some 10 bytes.
const LONGEST: usize = 16;

/// Reads frames from STX to CR.
#[derive(Debug)]
pub(super) struct Toledo8217 {
    unit: WireUnit,
    frame: Option<Vec<u8>>,
    noise: usize,
}

impl Toledo8217 {
    /// For a scale that shows this unit.
    pub(super) fn new(unit: WireUnit) -> Self {
        Self { unit, frame: None, noise: 0 }
    }

    fn read(&self, raw: &[u8]) -> Option<ScaleAnswer> {
        let text: Vec<u8> = raw.iter().map(|byte| byte & 0x7F).collect();
        let without_weight = |state| Some(ScaleAnswer::Reading(Reading::without_weight(state, raw)));
        if let [b'?', status] = text[..] {
            return without_weight(why(status));
        }
        let digits = String::from_utf8(text.strip_suffix(b"N").unwrap_or(&text).to_vec()).ok()?;
        let decimals = digits.split_once('.').map_or(0, |(_, part)| part.len());
        if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return None;
        }
        if !matches!((self.unit, decimals), (WireUnit::Pound, 2) | (WireUnit::Kilogram, 3) | (WireUnit::Gram, 0)) {
            return without_weight(Stability::Fault(Fault::UnitMismatch));
        }
        Reading::weighed(digits, self.unit, false, raw).map(ScaleAnswer::Reading)
    }

    fn take_noise(&mut self, emit: &mut dyn FnMut(ScaleAnswer)) {
        let noise = self.reset();
        if noise > 0 {
            emit(ScaleAnswer::Garbled(noise));
        }
    }
}

/// Why there is no weight: the first of these that holds.
fn why(status: u8) -> Stability {
    match status {
        _ if status & 0x01 != 0 => Stability::Fault(Fault::Busy),
        _ if status & 0x02 != 0 => Stability::Over,
        _ if status & 0x04 != 0 => Stability::Under,
        _ if status & 0x08 != 0 => Stability::Fault(Fault::NeedsZero),
        _ if status & 0x10 != 0 => Stability::AtZero,
        _ => Stability::Fault(Fault::NoNewWeight),
    }
}

impl ScaleCodec for Toledo8217 {
    fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(ScaleAnswer)) {
        for &byte in bytes {
            match (byte & 0x7F, &mut self.frame) {
                // The status byte of a frame may look like anything but these two.
                (STX, _) => {
                    self.take_noise(emit);
                    self.frame = Some(Vec::with_capacity(LONGEST));
                }
                (CR, Some(_)) => {
                    let raw = self.frame.take().unwrap_or_default();
                    emit(self.read(&raw).unwrap_or(ScaleAnswer::Garbled(raw.len() + 2)));
                }
                (_, Some(frame)) if frame.len() < LONGEST => frame.push(byte),
                (_, Some(frame)) => {
                    self.noise += frame.len() + 2;
                    self.frame = None;
                }
                (CR, None) => self.take_noise(emit),
                (_, None) => self.noise += 1,
            }
        }
    }

    fn reset(&mut self) -> usize {
        let held = self.frame.take().map_or(0, |frame| frame.len() + 1);
        held + std::mem::take(&mut self.noise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(unit: WireUnit, bytes: &[u8]) -> Vec<ScaleAnswer> {
        let mut out = Vec::new();
        Toledo8217::new(unit).push(bytes, &mut |answer| out.push(answer));
        out
    }

    fn reading(unit: WireUnit, bytes: &[u8]) -> (i64, Stability) {
        match &answers(unit, bytes)[..] {
            [ScaleAnswer::Reading(reading)] => (reading.picograms, reading.state),
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = WireUnit::Gram.picograms();

    #[test]
    fn a_weight_has_the_unit_that_was_set_if_its_decimals_agree() {
        use WireUnit::{Gram, Kilogram, Pound};
        assert_eq!(reading(Kilogram, b"\x0202.345\r"), (2345 * GRAM, Stability::Stable));
        let parity = [0x82, 0x30, 0xB2, 0x2E, 0x33, 0xB4, 0x35, 0x8D];
        assert_eq!(reading(Kilogram, &parity), (2345 * GRAM, Stability::Stable));
        assert_eq!(reading(Kilogram, b"\x0202.345N\r"), (2345 * GRAM, Stability::Stable));
        assert_eq!(reading(Pound, b"\x0201.00\r"), (WireUnit::Pound.picograms(), Stability::Stable));
        assert_eq!(reading(Gram, b"\x02001234\r"), (1234 * GRAM, Stability::Stable));
        for (unit, frame) in [(Pound, &b"\x0202.345\r"[..]), (Kilogram, b"\x0201.00\r"), (Gram, b"\x0201.0\r")] {
            assert_eq!(reading(unit, frame), (0, Stability::Fault(Fault::UnitMismatch)));
        }
    }

    #[test]
    fn a_status_is_no_weight_and_never_zero() {
        let table = [
            (0x41, Stability::Fault(Fault::Busy)),
            (0x44, Stability::Under),
            (0x42, Stability::Over),
            (0x48, Stability::Fault(Fault::NeedsZero)),
            (0x50, Stability::AtZero),
            (0x60, Stability::Fault(Fault::NoNewWeight)),
            (0x40, Stability::Fault(Fault::NoNewWeight)),
            (0xC1, Stability::Fault(Fault::Busy)),
        ];
        for (status, state) in table {
            assert_eq!(reading(WireUnit::Kilogram, &[0x02, 0x3F, status, 0x0D]), (0, state), "{status:#x}");
        }
    }

    #[test]
    fn half_a_frame_and_a_new_one_never_make_a_weight() {
        let out = answers(WireUnit::Kilogram, b"\x0201\x0202.345\r");
        assert!(
            matches!(&out[..], [ScaleAnswer::Garbled(3), ScaleAnswer::Reading(r)] if r.picograms == 2345 * GRAM),
            "{out:?}"
        );
        assert_eq!(
            answers(WireUnit::Kilogram, b"\x020102.345.1\r"),
            [ScaleAnswer::Reading(Reading::without_weight(Stability::Fault(Fault::UnitMismatch), b"0102.345.1"))]
        );
        assert_eq!(answers(WireUnit::Kilogram, b"\x02\r"), [ScaleAnswer::Garbled(2)]);
    }
}
