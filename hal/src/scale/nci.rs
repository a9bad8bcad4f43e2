//! NCI ("SCP-01"): Weigh-Tronix, Brecknell, Fairbanks, Ohaus Aviator, Adam MDW.
//!
//! ```text
//!   we send      the scale answers
//!   W CR         0A 30 30 31 2E 32 35 6C 62 0D 0A 30 30 0D 03     LF 001.25lb CR LF 00 CR ETX
//!                0A 53 31 30 0D 03                                LF S10 CR ETX          status alone
//!   Z CR  T CR   LF h h CR ETX                                    zero, tare
//!                0A 3F 0D 03                                      LF ? CR ETX            not understood
//!
//!   h 1   bit 0 in motion   1 at zero   2, 3 memory fault
//!   h 2   bit 0 below zero  1 over capacity   2 program fault   3 not calibrated   6 another byte follows
//!   h 3   bits 0, 1 range   2 net   3 zero not found   6 another byte follows
//! ```
//! From the NCI 7800 manual (p. 32), NCI 6702 (p. 14), AWT 7821 (p. 25), Ohaus Aviator (p. 49), Adam MDW (p. 13) and the
//! DIVA manual (p. 35, which puts `S` before the status and leaves the weight out unless it may be used). Status bytes are
//! `0`..`?` and, with bit 6, `p`..DEL. Over capacity the display shows `^`, below it `_`, without zero `-`. Commands end
//! with CR alone; bit 7 is parity.

use super::codec::{Questions, ScaleAnswer, ScaleCodec};
use super::fault::Fault;
use super::lines;
use super::reading::{Reading, Stability};

/// `W`, `Z`, `T`; a key is answered by a status like any other.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[b"W\r"], zero: b"Z\r", tare: b"T\r", answers_keys: false, gap_ms: 0 };

const LF: u8 = 0x0A;
const CR: u8 = 0x0D;
const ETX: u8 = 0x03;
/// The longest frame is some 25 bytes.
const LONGEST: usize = 48;

/// Reads what ends with ETX.
#[derive(Debug, Default)]
pub(super) struct Nci {
    frame: Vec<u8>,
    swallowed: usize,
}

impl ScaleCodec for Nci {
    fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(ScaleAnswer)) {
        for &byte in bytes {
            match byte & 0x7F {
                ETX if self.swallowed > 0 => emit(ScaleAnswer::Garbled(self.reset() + 1)),
                ETX => {
                    emit(read(&self.frame).unwrap_or(ScaleAnswer::Garbled(self.frame.len() + 1)));
                    self.frame.clear();
                }
                _ if self.swallowed > 0 => self.swallowed += 1,
                _ if self.frame.len() == LONGEST => {
                    self.frame.clear();
                    self.swallowed = LONGEST + 1;
                }
                _ => self.frame.push(byte),
            }
        }
    }

    fn reset(&mut self) -> usize {
        let held = self.frame.len() + self.swallowed;
        self.frame.clear();
        self.swallowed = 0;
        held
    }
}

fn read(raw: &[u8]) -> Option<ScaleAnswer> {
    let frame: Vec<u8> = raw.iter().map(|byte| byte & 0x7F).collect();
    let parts: Vec<&[u8]> = frame.strip_prefix(&[LF])?.strip_suffix(&[CR])?.split(|byte| *byte == LF).collect();
    let answer = |reading| Some(ScaleAnswer::Reading(reading));
    match parts[..] {
        [b"?"] => answer(Reading::without_weight(Stability::Fault(Fault::SyntaxError), raw)),
        [status] => {
            let state = NciStatus::read(status)?.alone();
            answer(Reading::without_weight(state, raw))
        }
        [weight, status] => answer(weighed(weight.strip_suffix(&[CR])?, &NciStatus::read(status)?, raw)?),
        _ => None,
    }
}

fn weighed(field: &[u8], status: &NciStatus, raw: &[u8]) -> Option<Reading> {
    let field = lines::text(field)?;
    let shown = field.trim_matches(|c: char| c == ' ' || c.is_ascii_alphabetic());
    let all = |mark: u8| !shown.is_empty() && shown.bytes().all(|byte| byte == mark);
    let state = match () {
        () if status.fault.is_some() => status.alone(),
        () if all(b'^') || status.over => Stability::Over,
        () if all(b'_') => Stability::Under,
        () if all(b'-') => Stability::Fault(Fault::NeedsZero),
        () => {
            let (number, unit) = lines::number_and_unit(&field)?;
            let state = if status.motion { Stability::Moving } else { Stability::Stable };
            let reading = Reading::named(number, &unit.to_ascii_lowercase(), state, raw)?;
            // Below zero by its status, whatever the digits say: no weight to be paid.
            return Some(match reading.state {
                Stability::Stable if status.under => Reading::without_weight(Stability::Under, raw),
                _ => reading,
            });
        }
    };
    Some(Reading::without_weight(state, raw))
}

/// The status bytes, put together.
#[derive(Default)]
struct NciStatus {
    motion: bool,
    at_zero: bool,
    under: bool,
    over: bool,
    fault: Option<Fault>,
}

impl NciStatus {
    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"S").unwrap_or(bytes);
        if !(2..=6).contains(&bytes.len()) || !bytes.iter().all(|byte| byte & 0x30 == 0x30) || bytes[0] & 0x40 != 0 {
            return None;
        }
        let bit = |at: usize, bit: u8| bytes.get(at).is_some_and(|byte| byte >> bit & 1 == 1);
        let fault = match () {
            () if bit(0, 2) || bit(0, 3) || bit(1, 2) => Some(Fault::DeviceFault),
            () if bit(1, 3) => Some(Fault::NeedsCalibration),
            () if bit(2, 3) => Some(Fault::NeedsZero),
            () => None,
        };
        Some(Self { motion: bit(0, 0), at_zero: bit(0, 1), under: bit(1, 0), over: bit(1, 1), fault })
    }

    /// What a status without a weight says.
    fn alone(&self) -> Stability {
        match self {
            Self { fault: Some(fault), .. } => Stability::Fault(*fault),
            Self { over: true, .. } => Stability::Over,
            Self { under: true, .. } => Stability::Under,
            Self { motion: true, .. } => Stability::Fault(Fault::Busy),
            Self { at_zero: true, .. } => Stability::AtZero,
            Self { .. } => Stability::Fault(Fault::NoNewWeight),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::WireUnit;

    fn reading(bytes: &[u8]) -> (i64, Stability) {
        let mut out = Vec::new();
        Nci::default().push(bytes, &mut |answer| out.push(answer));
        match &out[..] {
            [ScaleAnswer::Reading(reading)] => (reading.picograms, reading.state),
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = WireUnit::Gram.picograms();
    const LB: i64 = WireUnit::Pound.picograms();

    #[test]
    fn each_frame_of_the_manuals_is_read() {
        let table: [(&[u8], i64, Stability); 14] = [
            (b"\n001.25lb\r\n00\r\x03", LB / 4 * 5, Stability::Stable),
            (b"\n  1.234kg\r\n10\r\x03", 1234 * GRAM, Stability::Moving),
            (b"\n^^^^^^lb\r\n02\r\x03", 0, Stability::Over),
            (b"\n______lb\r\n01\r\x03", 0, Stability::Under),
            (b"\n------lb\r\n00\r\x03", 0, Stability::Fault(Fault::NeedsZero)),
            (b"\n -0.10lb\r\n01\r\x03", -LB / 10, Stability::Negative),
            (b"\n  1.000KG\r\nS0000\r\x03", 1000 * GRAM, Stability::Stable),
            (b"\n  0.000KG\r\nS2000\r\x03", 0, Stability::Stable),
            (b"\nS10\r\x03", 0, Stability::Fault(Fault::Busy)),
            (b"\nS20\r\x03", 0, Stability::AtZero),
            (b"\nS02\r\x03", 0, Stability::Over),
            (b"\n00\r\x03", 0, Stability::Fault(Fault::NoNewWeight)),
            (b"\n?\r\x03", 0, Stability::Fault(Fault::SyntaxError)),
            (b"\n  1.000kg\r\n08\r\x03", 0, Stability::Fault(Fault::NeedsCalibration)),
        ];
        for (frame, picograms, state) in table {
            assert_eq!(reading(frame), (picograms, state), "{:?}", String::from_utf8_lossy(frame));
        }
    }

    #[test]
    fn a_weight_below_zero_by_its_status_alone_is_no_weight() {
        assert_eq!(reading(b"\n  0.10lb\r\n01\r\x03"), (0, Stability::Under));
    }

    #[test]
    fn what_is_no_frame_is_garbled() {
        for frame in
            [&b"001.25lb\r\n00\r\x03"[..], b"\n001.25lb\r\n0\r\x03", b"\n1\n001.25lb\r\n00\r\x03", b"\n\r\x03", b"\x03"]
        {
            let mut out = Vec::new();
            Nci::default().push(frame, &mut |answer| out.push(answer));
            assert_eq!(out, [ScaleAnswer::Garbled(frame.len())]);
        }
    }
}
