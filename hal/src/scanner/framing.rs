//! Lines of bytes: where a scan ends on a serial line.
//!
//! ```text
//!   5D 45 30 35 39 30 31 … 34 0D          ]E0590…4 CR
//!   31 32 33 0D 0A                        CR LF: one scan, not two
//!   02 31 32 33 03                        STX … ETX
//!   31 32 33 09                           TAB
//!   31 32 33 <nothing for 100 ms>         no suffix at all
//! ```
//! Suffixes and the `]cm` prefix as in the NCR 7895, Denso AT27Q and Opticon L-46X manuals; scanners ship with any of
//! them, so all are taken without being configured. GS (0x1D) inside GS1 data is part of the scan.

use super::{Frame, GAP_MS, ScannerCodec};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// What ends a scan. A pause of [`GAP_MS`] does too, whatever is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// CR, LF, CR LF, TAB, or STX before and ETX behind.
    #[default]
    Auto,
    /// CR alone.
    Cr,
    /// LF alone.
    Lf,
    /// CR and LF.
    CrLf,
    /// TAB alone.
    Tab,
}

impl Ending {
    /// All of them, with the names they have in the configuration.
    pub const NAMES: [(&str, Self); 5] =
        [("auto", Self::Auto), ("cr", Self::Cr), ("lf", Self::Lf), ("crlf", Self::CrLf), ("tab", Self::Tab)];

    fn is(self, byte: u8) -> bool {
        match self {
            Self::Auto => matches!(byte, b'\r' | b'\n' | b'\t' | STX | ETX),
            Self::Cr => byte == b'\r',
            Self::Lf | Self::CrLf => byte == b'\n',
            Self::Tab => byte == b'\t',
        }
    }
}

/// Cuts bytes into scans. Holds at most one scan of the longest length. A character that ends scans elsewhere stays in a
/// scan where another ending is set: whoever reads the text refuses it, and half a code is never taken for a whole one.
#[derive(Debug)]
pub struct ScanFraming {
    ending: Ending,
    line: Vec<u8>,
    longest: usize,
    swallowing: bool,
    last_ms: u64,
}

impl ScanFraming {
    /// For scans of up to `longest` bytes that end like this.
    #[must_use]
    pub fn new(ending: Ending, longest: usize) -> Self {
        Self { ending, line: Vec::new(), longest, swallowing: false, last_ms: 0 }
    }

    fn end(&mut self, emit: &mut dyn FnMut(Frame)) {
        self.swallowing = false;
        if self.ending == Ending::CrLf && self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        if !self.line.is_empty() {
            emit(Frame::Scan(std::mem::take(&mut self.line)));
        }
    }
}

impl ScannerCodec for ScanFraming {
    fn push(&mut self, bytes: &[u8], now_ms: u64, emit: &mut dyn FnMut(Frame)) {
        if now_ms.saturating_sub(self.last_ms) > GAP_MS {
            self.end(emit);
        }
        self.last_ms = now_ms;
        for &byte in bytes {
            match byte {
                _ if self.ending.is(byte) => self.end(emit),
                _ if self.swallowing => {}
                _ if self.line.len() == self.longest => {
                    self.line.clear();
                    self.swallowing = true;
                    emit(Frame::TooLong(self.longest + 1));
                }
                _ => self.line.push(byte),
            }
        }
    }

    fn idle(&mut self, emit: &mut dyn FnMut(Frame)) {
        self.end(emit);
    }

    fn pending(&self) -> bool {
        self.swallowing || !self.line.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::LONGEST;
    use super::*;

    fn frames(chunks: &[(&[u8], u64)]) -> Vec<Frame> {
        let mut framing = ScanFraming::new(Ending::Auto, 16);
        let mut out = Vec::new();
        for (bytes, now_ms) in chunks {
            framing.push(bytes, *now_ms, &mut |frame| out.push(frame));
        }
        framing.idle(&mut |frame| out.push(frame));
        out
    }

    fn scan(text: &str) -> Frame {
        Frame::Scan(text.as_bytes().to_vec())
    }

    #[test]
    fn every_usual_terminator_ends_one_scan() {
        for sent in ["123\r", "123\n", "123\r\n", "123\n\r", "123\t", "\x02123\x03", "\x02123\x03\r\n", "\r\n123\r\n"] {
            assert_eq!(frames(&[(sent.as_bytes(), 0)]), [scan("123")], "{sent:?}");
        }
    }

    #[test]
    fn the_separator_of_gs1_data_stays_inside() {
        let sent = b"]C10109506000134352\x1d10ABC\r";
        let mut framing = ScanFraming::new(Ending::Auto, LONGEST);
        let mut out = Vec::new();
        framing.push(sent, 0, &mut |frame| out.push(frame));
        assert_eq!(out, [Frame::Scan(sent[..sent.len() - 1].to_vec())]);
    }

    #[test]
    fn two_scans_in_one_read_are_two() {
        assert_eq!(frames(&[(b"12\r34\r", 0)]), [scan("12"), scan("34")]);
    }

    #[test]
    fn a_gap_ends_a_scan_without_a_terminator() {
        assert_eq!(frames(&[(b"12", 0), (b"34", 100), (b"56\r", 201)]), [scan("1234"), scan("56")]);
    }

    #[test]
    fn an_overlong_line_is_reported_once_and_the_next_scan_is_whole() {
        let long = [b'x'; 1_000_000];
        assert_eq!(frames(&[(&long, 0), (&long, 1), (b"\r123\r", 2)]), [Frame::TooLong(17), scan("123")]);
    }

    #[test]
    fn an_overlong_line_is_over_after_a_gap() {
        assert_eq!(frames(&[(&[b'x'; 40], 0), (b"123\r", 500)]), [Frame::TooLong(17), scan("123")]);
    }

    #[test]
    fn the_longest_scan_is_taken() {
        assert_eq!(frames(&[(b"0123456789abcdef\r", 0)]), [scan("0123456789abcdef")]);
    }

    #[test]
    fn a_set_ending_is_the_only_one_and_the_others_stay_in_the_scan() {
        let cut = |ending, sent: &str| {
            let (mut framing, mut out) = (ScanFraming::new(ending, 64), Vec::new());
            framing.push(sent.as_bytes(), 0, &mut |frame| out.push(frame));
            out
        };
        assert_eq!(cut(Ending::Cr, "1\t2\r3\n4\r"), [scan("1\t2"), scan("3\n4")]);
        assert_eq!(cut(Ending::CrLf, "1\r2\r\n34\r\n"), [scan("1\r2"), scan("34")]);
        assert_eq!(cut(Ending::Lf, "1\r\n"), [scan("1\r")]);
        assert_eq!(cut(Ending::Tab, "1\t2\t"), [scan("1"), scan("2")]);
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_split_does_not_matter(
            sent in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(2), Just(3), any::<u8>()], 0..80),
            cut in 0usize..80,
        ) {
            let cut = cut.min(sent.len());
            let one_by_one: Vec<_> = sent.chunks(1).map(|byte| (byte, 0)).collect();
            let whole = frames(&[(&sent, 0)]);
            prop_assert_eq!(&frames(&one_by_one), &whole);
            prop_assert_eq!(&frames(&[(&sent[..cut], 0), (&sent[cut..], 50)]), &whole);
        }
    }
}
