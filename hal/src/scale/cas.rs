//! CAS: a stream of 22 bytes (NT, CI, PDS), or a handshake (AP, SW-II).
//!
//! ```text
//!   53 54 2C 47 53 2C 31 C4 2C 30 30 30 30 31 33 2E 35 20 6B 67 0D 0A
//!   S  T  ,  G  S  ,  id la ,  0  0  0  0  1  3  .  5     k  g  CR LF
//!   ST at rest, US not, OL over;  GS gross, NT net;  la: lamps, bit 7 = 1, 6 at rest, 4 held, 2 gross, 1 tare, 0 zero
//!
//!   05 ENQ ->  <- 06 ACK   11 DC1 ->  <- 01 02 53 20 30 31 2E 32 33 34 6B 67 65 03 04
//!                                        SOH STX S sign 0 1 . 2 3 4  k  g  bcc ETX EOT
//!   S at rest, U not; sign blank or -; bcc = exclusive or of everything from the S to the unit
//! ```
//! From the CAS NT-200 (p. 49), CI-600D (p. 75), PDS (p. 31) and SW-II (p. 15) manuals and the AP description. Some send
//! 0x81 for SOH, or a weight or unit a character longer; 0x15 (NAK) means: ask again. The lamps and the bcc are binary, so
//! the line must be 8 bits wide and nothing is masked. A scale that streams ignores ENQ.

use super::codec::{Questions, ScaleAnswer, ScaleCodec};
use super::lines;
use super::reading::{Reading, Stability};

/// ENQ; the weight comes after DC1. Keys are the scale's own.
pub(super) const QUESTIONS: Questions =
    Questions { weight: &[&[ENQ]], zero: b"", tare: b"", answers_keys: false, gap_ms: 0 };

const SOH: u8 = 0x01;
const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const EOT: u8 = 0x04;
const ENQ: u8 = 0x05;
const ACK: u8 = 0x06;
const DC1: u8 = 0x11;
const NAK: u8 = 0x15;
/// A block with a weight of six digits, and with a digit and a unit character more.
const BLOCK: std::ops::RangeInclusive<usize> = 15..=17;
/// Before its CR LF.
const LINE: usize = 20;

/// Reads blocks and lines.
#[derive(Debug, Default)]
pub(super) struct Cas {
    held: Vec<u8>,
    swallowed: usize,
}

impl ScaleCodec for Cas {
    fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(ScaleAnswer)) {
        for &byte in bytes {
            self.take(byte, emit);
        }
    }

    fn reset(&mut self) -> usize {
        let held = self.held.len() + self.swallowed;
        self.held.clear();
        self.swallowed = 0;
        held
    }
}

impl Cas {
    fn take(&mut self, byte: u8, emit: &mut dyn FnMut(ScaleAnswer)) {
        let first = self.held.first().map(|first| first & 0x7F);
        match byte {
            b'\r' | b'\n' if self.swallowed > 0 => emit(ScaleAnswer::Garbled(self.reset() + 1)),
            b'\r' | b'\n' if self.held.is_empty() => {}
            _ if self.swallowed > 0 => self.swallowed += 1,
            ACK if self.held.is_empty() => emit(ScaleAnswer::Wants(&[DC1])),
            NAK if self.held.is_empty() => emit(ScaleAnswer::Other),
            b'\r' | b'\n' if first != Some(SOH) => {
                let raw = std::mem::take(&mut self.held);
                emit(line(&raw).map_or(ScaleAnswer::Garbled(raw.len() + 1), ScaleAnswer::Reading));
            }
            _ => {
                self.held.push(byte);
                match first.or(Some(byte & 0x7F)) {
                    Some(SOH) => self.block(emit),
                    _ if self.held.len() > LINE => self.swallow(),
                    _ => {}
                }
            }
        }
    }

    /// A block is as long as it is: its bcc may look like its end.
    fn block(&mut self, emit: &mut dyn FnMut(ScaleAnswer)) {
        if self.held.len() < *BLOCK.start() {
            return;
        }
        if self.held.ends_with(&[ETX, EOT]) {
            let raw = std::mem::take(&mut self.held);
            emit(block(&raw).map_or(ScaleAnswer::Garbled(raw.len()), ScaleAnswer::Reading));
        } else if self.held.len() == *BLOCK.end() {
            self.swallow();
        }
    }

    /// Neither line nor block: nothing is believed until a line ends.
    fn swallow(&mut self) {
        self.swallowed = self.held.len();
        self.held.clear();
    }
}

fn line(raw: &[u8]) -> Option<Reading> {
    let [b0, b1, b',', g0, g1, b',', _, lamps, b',', data @ ..] = raw else { return None };
    if raw.len() != LINE || !matches!(&[*g0, *g1], b"GS" | b"NT") || lamps & 0x80 == 0 {
        return None;
    }
    let state = match &[*b0, *b1] {
        b"ST" => Stability::Stable,
        b"US" => Stability::Moving,
        b"OL" => return Some(Reading::without_weight(Stability::Over, raw)),
        _ => return None,
    };
    weighed(&String::from_utf8(data.to_vec()).ok()?, state, raw)
}

fn block(raw: &[u8]) -> Option<Reading> {
    let [SOH | 0x81, STX, inner @ .., bcc, ETX, EOT] = raw else { return None };
    if inner.iter().fold(0, |sum, byte| sum ^ byte) != *bcc {
        return None;
    }
    let (state, field) = inner.split_first()?;
    let state = match state {
        b'S' => Stability::Stable,
        b'U' => Stability::Moving,
        _ => return None,
    };
    weighed(&String::from_utf8(field.to_vec()).ok()?, state, raw)
}

fn weighed(field: &str, state: Stability, raw: &[u8]) -> Option<Reading> {
    let (number, unit) = lines::number_and_unit(field)?;
    Reading::named(number, unit, state, raw)
}

#[cfg(test)]
mod tests {
    use super::super::fault::Fault;
    use super::*;
    use crate::scale::WireUnit;

    fn answers(bytes: &[u8]) -> Vec<ScaleAnswer> {
        let mut out = Vec::new();
        Cas::default().push(bytes, &mut |answer| out.push(answer));
        out
    }

    fn reading(bytes: &[u8]) -> (i64, Stability) {
        match &answers(bytes)[..] {
            [ScaleAnswer::Reading(reading)] => (reading.picograms, reading.state),
            other => panic!("{other:?}"),
        }
    }

    const GRAM: i64 = WireUnit::Gram.picograms();

    #[test]
    fn lines_of_the_stream_are_read() {
        let table: [(&[u8], i64, Stability); 5] = [
            (b"ST,GS,1\xC4,000013.5 kg\r\n", 13_500 * GRAM, Stability::Stable),
            (b"US,GS,1\x84,000013.5 kg\r\n", 13_500 * GRAM, Stability::Moving),
            (b"ST,NT,1\xC2,-00001.5 kg\r\n", -1_500 * GRAM, Stability::Negative),
            (b"OL,GS,1\x80,        \x20kg\r\n", 0, Stability::Over),
            (b"ST,GS,1\xC4,0000.135 lx\r\n", 0, Stability::Fault(Fault::UnknownUnit)),
        ];
        for (frame, picograms, state) in table {
            assert_eq!(reading(frame), (picograms, state));
        }
    }

    #[test]
    fn a_block_is_asked_for_and_its_check_byte_counts() {
        assert_eq!(answers(&[ACK]), [ScaleAnswer::Wants(&[DC1])]);
        assert_eq!(answers(&[NAK]), [ScaleAnswer::Other]);
        let block = b"\x01\x02S 01.234kg\x65\x03\x04";
        assert_eq!(reading(block), (1234 * GRAM, Stability::Stable));
        let other_soh = [&[0x81], &block[1..]].concat();
        assert_eq!(reading(&other_soh), (1234 * GRAM, Stability::Stable));
        let mut wrong = *block;
        wrong[5] = b'2';
        assert_eq!(answers(&wrong), [ScaleAnswer::Garbled(15)]);
        let moving = b"U 01.234kg";
        let bcc = moving.iter().fold(0, |sum, byte| sum ^ byte);
        assert_eq!(reading(&[&[1, 2], &moving[..], &[bcc, 3, 4]].concat()), (1234 * GRAM, Stability::Moving));
    }

    #[test]
    fn two_lines_run_together_are_no_weight() {
        let out = answers(b"ST,GS,1\xC4,0000ST,GS,1\xC4,000013.5 kg\r\nST,GS,1\xC4,000013.5 kg\r\n");
        assert!(
            matches!(&out[..], [ScaleAnswer::Garbled(_), ScaleAnswer::Reading(r)] if r.picograms == 13_500 * GRAM),
            "{out:?}"
        );
        assert_eq!(answers(b"ST,GS,1\xC4,00013.5 kg\r\n"), [ScaleAnswer::Garbled(20)]);
    }
}
