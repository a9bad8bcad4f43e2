//! Zebra's Simple Serial Interface (SSI), packeted.
//!
//! ```text
//!   07   F3      00       00      01  4E 52   FE 65
//!   len  opcode  source   status  type  text  check: two's complement of the sum of all bytes before it
//!        decode  scanner  bit 0: sent again, bit 1: more follows
//!
//!   04 D0 04 00 FF 28         we: ACK, within 2 s, or the scanner sends it again
//!   05 D1 04 00 01 FF 25      we: NAK, send it again
//!   05 E6 04 00 00 FF 11      we: beep
//! ```
//! From Zebra's SSI programmer's guide. The length counts everything but the check. A packet that comes again because our
//! ACK was lost has bit 0 set and is the same scan; `NR` of type 1 is "nothing read". What is no packet is thrown away
//! until the line pauses.

use super::{Frame, ScannerCodec};

const ACK: u8 = 0xD0;
const NAK: u8 = 0xD1;
const DECODE: u8 = 0xF3;
/// Our beep.
pub(super) const BEEP: u8 = 0xE6;
const HOST: u8 = 0x04;
const RETRANSMIT: u8 = 1;
const MORE: u8 = 1 << 1;
/// Length, opcode, source, status.
const HEADER: usize = 4;
const CHECK: usize = 2;

/// A packet of ours.
#[must_use]
pub fn packet(opcode: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(HEADER + data.len()).unwrap_or(u8::MAX);
    let mut packet = vec![length, opcode, HOST, 0];
    packet.extend(data);
    packet.extend(check(&packet).to_be_bytes());
    packet
}

fn check(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte))).wrapping_neg()
}

/// Collects packets, answers them, and puts the parts of a long scan together.
#[derive(Debug)]
pub struct Ssi {
    packet: Vec<u8>,
    /// The rest of the line is not believed until it pauses.
    lost: bool,
    /// The data of the last packet that was taken.
    last: Option<Vec<u8>>,
    parts: Vec<u8>,
    longest: usize,
    last_ms: u64,
}

impl Ssi {
    /// For scans of up to `longest` bytes.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self { packet: Vec::new(), lost: false, last: None, parts: Vec::new(), longest, last_ms: 0 }
    }

    fn whole(&mut self, emit: &mut dyn FnMut(Frame)) {
        let packet = std::mem::take(&mut self.packet);
        let (body, sum) = packet.split_at(packet.len() - CHECK);
        if check(body).to_be_bytes() != sum {
            emit(Frame::Reply(self::packet(NAK, &[1])));
            emit(Frame::Bad("checksum"));
            return;
        }
        let (opcode, status, data) = (body[1], body[3], &body[HEADER..]);
        // Acknowledging an acknowledgement would go on for ever.
        if matches!(opcode, ACK | NAK) {
            return;
        }
        emit(Frame::Reply(self::packet(ACK, &[])));
        let again = status & RETRANSMIT != 0 && self.last.as_deref() == Some(data);
        if opcode != DECODE || again {
            return;
        }
        self.last = Some(data.to_vec());
        let [kind, text @ ..] = data else { return };
        if *kind == 1 && text == b"NR" {
            return;
        }
        if self.parts.len() + text.len() > self.longest {
            emit(Frame::TooLong(self.parts.len() + text.len()));
            self.parts.clear();
            return;
        }
        self.parts.extend(text);
        if status & MORE == 0 && !self.parts.is_empty() {
            emit(Frame::Scan(std::mem::take(&mut self.parts)));
        }
    }
}

impl ScannerCodec for Ssi {
    fn push(&mut self, bytes: &[u8], now_ms: u64, emit: &mut dyn FnMut(Frame)) {
        if now_ms.saturating_sub(self.last_ms) > super::GAP_MS {
            self.idle(emit);
        }
        self.last_ms = now_ms;
        for &byte in bytes {
            if self.lost {
                continue;
            }
            self.packet.push(byte);
            match usize::from(self.packet[0]) {
                length if length < HEADER => {
                    self.packet.clear();
                    self.lost = true;
                }
                length if self.packet.len() == length + CHECK => self.whole(emit),
                _ => {}
            }
        }
    }

    /// A packet that stopped in the middle is asked for again.
    fn idle(&mut self, emit: &mut dyn FnMut(Frame)) {
        if self.lost || !self.packet.is_empty() {
            emit(Frame::Reply(packet(NAK, &[1])));
            emit(Frame::Bad("checksum"));
        }
        self.packet.clear();
        self.lost = false;
    }

    fn pending(&self) -> bool {
        self.lost || !self.packet.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ACKNOWLEDGED: [u8; 6] = [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28];

    fn decode(status: u8, text: &[u8]) -> Vec<u8> {
        let mut packet = vec![u8::try_from(HEADER + 1 + text.len()).unwrap(), DECODE, 0, status, 0x03];
        packet.extend(text);
        packet.extend(check(&packet).to_be_bytes());
        packet
    }

    fn frames(parts: &[(&[u8], u64)]) -> Vec<Frame> {
        let (mut ssi, mut out) = (Ssi::new(300), Vec::new());
        for (bytes, now_ms) in parts {
            ssi.push(bytes, *now_ms, &mut |frame| out.push(frame));
        }
        out
    }

    fn scans(parts: &[(&[u8], u64)]) -> Vec<Vec<u8>> {
        let scan = |frame| if let Frame::Scan(scan) = frame { Some(scan) } else { None };
        frames(parts).into_iter().filter_map(scan).collect()
    }

    #[test]
    fn our_packets_are_those_of_the_guide() {
        assert_eq!(packet(ACK, &[]), ACKNOWLEDGED);
        assert_eq!(packet(BEEP, &[0]), [0x05, 0xE6, 0x04, 0x00, 0x00, 0xFF, 0x11]);
        assert_eq!(packet(0xE7, &[1]), [0x05, 0xE7, 0x04, 0x00, 0x01, 0xFF, 0x0F]);
    }

    #[test]
    fn a_scan_is_acknowledged_and_nothing_read_is_no_scan() {
        let nothing = [0x07, 0xF3, 0x00, 0x00, 0x01, 0x4E, 0x52, 0xFE, 0x65];
        assert_eq!(frames(&[(&nothing, 0)]), [Frame::Reply(ACKNOWLEDGED.to_vec())]);
        let scan = decode(0, b"12345");
        assert_eq!(frames(&[(&scan, 0)]), [Frame::Reply(ACKNOWLEDGED.to_vec()), Frame::Scan(b"12345".to_vec())]);
    }

    #[test]
    fn a_scan_sent_again_is_one_scan_and_another_is_another() {
        let (first, again, other) = (decode(0, b"1"), decode(1, b"1"), decode(0, b"1"));
        assert_eq!(scans(&[(&first, 0), (&again, 2_000), (&other, 4_000)]), [b"1", b"1"]);
        assert_eq!(scans(&[(&again, 0)]), [b"1"], "the first one was lost");
    }

    #[test]
    fn parts_are_put_together_and_bounded() {
        assert_eq!(scans(&[(&decode(2, b"123"), 0), (&decode(0, b"45"), 10)]), [b"12345"]);
        let part = decode(2, &[b'x'; 200]);
        let out = frames(&[(&part, 0), (&decode(2, &[b'y'; 200]), 10)]);
        assert!(out.contains(&Frame::TooLong(400)));
    }

    #[test]
    fn a_wrong_check_is_asked_for_again_and_never_a_scan() {
        let mut wrong = decode(0, b"12345");
        wrong[6] ^= 1;
        let asked = Frame::Reply(vec![0x05, 0xD1, 0x04, 0x00, 0x01, 0xFF, 0x25]);
        assert_eq!(frames(&[(&wrong, 0)]), [asked, Frame::Bad("checksum")]);
    }

    proptest! {
        #[test]
        fn a_scan_after_noise_and_a_pause_is_read(
            noise in proptest::collection::vec(any::<u8>(), 0..400),
            cut in 0usize..12,
        ) {
            let scan = decode(0, b"12345");
            let (a, b) = scan.split_at(cut.min(scan.len()));
            let found = scans(&[(&noise, 0), (a, 1_000), (b, 1_010)]);
            prop_assert_eq!(found.last().map(Vec::as_slice), Some(&b"12345"[..]));
        }
    }
}
