//! USB HID POS scanners: usage page 0x8C, as `/dev/hidrawN` hands their reports over.
//!
//! ```text
//!   02      0D      5D 45 30   35 39 30 … 34 00 00 …         00
//!   report  length  ]  E  0    data, as long as it says      bit 0: more follows in the next report
//! ```
//! From the USB-IF's HID Point of Sale Usage Tables 1.02 (bar code scanner page) and the Access-IS LSR118 and ATR110 manuals.
//! The report's number and the places of its fields are the device's choice, told by its descriptor; Microscan's has no
//! identifier and begins its data behind the length. Parts are put together until one is the last.

use super::{Frame, ScannerCodec};
use crate::hid::{Descriptor, ReportKind, SCANNER_PAGE, usage};

const DECODED_DATA: u32 = usage(SCANNER_PAGE, 0xFE);
const AIM_IDENTIFIER: [u32; 3] = [usage(SCANNER_PAGE, 0xFB), usage(SCANNER_PAGE, 0xFC), usage(SCANNER_PAGE, 0xFD)];
const DATA_LENGTH: u32 = usage(0x01, 0x3B);
const CONTINUED: u32 = usage(SCANNER_PAGE, 0xFF);

/// Where the parts of a report are, in bytes from its beginning (its number is byte 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanLayout {
    /// The report's number.
    pub report: u8,
    /// The byte that says how long the data is.
    pub length: usize,
    /// The three bytes of the AIM identifier, where there are any.
    pub aim: Option<usize>,
    /// The first byte of the data.
    pub data: usize,
    /// How much data fits.
    pub room: usize,
    /// The byte whose bit 0 says that more follows.
    pub continued: Option<usize>,
}

impl ScanLayout {
    /// What most scanners have, and what is taken where a descriptor cannot be read.
    #[must_use]
    pub fn usual() -> Self {
        Self { report: 2, length: 1, aim: Some(2), data: 5, room: 56, continued: Some(63) }
    }

    /// What the descriptor says; `None` for a device that is no scanner or says too little of itself.
    #[must_use]
    pub fn of(descriptor: &Descriptor) -> Option<Self> {
        if !descriptor.is_of_page(SCANNER_PAGE) {
            return None;
        }
        let data = descriptor.find(ReportKind::Input, DECODED_DATA)?;
        let numbered = usize::from(data.report.is_some());
        let byte = |bits: u32| usize::try_from(bits / 8).ok().map(|byte| byte + numbered);
        let of_this_report =
            |usage| descriptor.find(ReportKind::Input, usage).filter(|field| field.report == data.report);
        let length = match of_this_report(DATA_LENGTH) {
            Some(length) => byte(length.offset)?,
            None => numbered,
        };
        Some(Self {
            report: data.report.unwrap_or(0),
            length,
            aim: AIM_IDENTIFIER.iter().find_map(|usage| of_this_report(*usage)).and_then(|aim| byte(aim.offset)),
            data: byte(data.offset)?,
            room: usize::try_from(data.count.checked_mul(data.bits)? / 8).ok()?,
            continued: of_this_report(CONTINUED).and_then(|field| byte(field.offset)),
        })
    }
}

/// Reports into scans.
#[derive(Debug)]
pub struct HidPos {
    layout: ScanLayout,
    longest: usize,
    parts: Vec<u8>,
    swallowing: bool,
}

impl HidPos {
    /// For reports laid out like this, and scans of up to `longest` bytes.
    #[must_use]
    pub fn new(layout: ScanLayout, longest: usize) -> Self {
        Self { layout, longest, parts: Vec::new(), swallowing: false }
    }

    /// The identifier and the data of one report; `None` when it says more than it holds.
    fn read<'a>(&self, report: &'a [u8]) -> Option<(&'a [u8], &'a [u8], bool)> {
        let ScanLayout { length, aim, data, room, continued, .. } = self.layout;
        let said = usize::from(*report.get(length)?);
        // Some count the identifier in.
        let identifier = aim.and_then(|at| report.get(at..at + 3)).unwrap_or_default();
        let held = report.get(data..)?;
        let text = held.get(..said).filter(|_| said <= room)?;
        let more = continued.and_then(|at| report.get(at)).is_some_and(|byte| byte & 1 == 1);
        let identifier = if identifier.first() == Some(&b']') { identifier } else { &[] };
        Some((identifier, text, more))
    }
}

impl ScannerCodec for HidPos {
    /// Takes one report, with its number before it, as one read of a hidraw node gives it.
    fn push(&mut self, report: &[u8], _now_ms: u64, emit: &mut dyn FnMut(Frame)) {
        if self.layout.report != 0 && report.first() != Some(&self.layout.report) {
            return;
        }
        let Some((identifier, text, more)) = self.read(report) else {
            self.parts.clear();
            emit(Frame::Bad("report"));
            return;
        };
        if self.parts.is_empty() && !self.swallowing {
            self.parts.extend(identifier);
        }
        if self.parts.len() + text.len() > self.longest && !self.swallowing {
            emit(Frame::TooLong(self.parts.len() + text.len()));
            self.parts.clear();
            self.swallowing = true;
        }
        if !self.swallowing {
            self.parts.extend(text);
        }
        if !more {
            let scan = std::mem::take(&mut self.parts);
            if !std::mem::take(&mut self.swallowing) && !scan.is_empty() {
                emit(Frame::Scan(scan));
            }
        }
    }

    /// The part that was to follow did not: half a code is no code.
    fn idle(&mut self, emit: &mut dyn FnMut(Frame)) {
        if !std::mem::take(&mut self.parts).is_empty() {
            emit(Frame::Bad("report"));
        }
        self.swallowing = false;
    }

    fn pending(&self) -> bool {
        self.swallowing || !self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(text: &[u8], more: bool) -> Vec<u8> {
        let mut report = vec![2, u8::try_from(text.len()).unwrap(), b']', b'E', b'0'];
        report.extend(text);
        report.resize(63, 0);
        report.push(u8::from(more));
        report
    }

    fn frames(layout: ScanLayout, reports: &[Vec<u8>]) -> Vec<Frame> {
        let (mut codec, mut out) = (HidPos::new(layout, 100), Vec::new());
        for report in reports {
            codec.push(report, 0, &mut |frame| out.push(frame));
        }
        out
    }

    fn scan(text: &[u8]) -> Frame {
        Frame::Scan(text.to_vec())
    }

    #[test]
    fn a_report_is_a_scan_with_its_identifier() {
        let usual = ScanLayout::usual();
        assert_eq!(frames(usual, &[report(b"5901882110014", false)]), [scan(b"]E05901882110014")]);
        assert_eq!(frames(usual, &[report(&[b'1'; 56], true), report(b"22", false)]), {
            [scan(&[&b"]E0"[..], &[b'1'; 56], b"22"].concat())]
        });
        assert_eq!(
            frames(
                usual,
                &[report(&[b'1'; 56], true), report(&[b'1'; 56], true), report(b"2", false), report(b"3", false)]
            ),
            [Frame::TooLong(115), scan(b"]E03")]
        );
        assert_eq!(frames(usual, &[vec![9, 1, 2]]), [], "another report");
        assert_eq!(frames(usual, &[vec![2, 200, 2]]), [Frame::Bad("report")]);
    }

    #[test]
    fn the_places_are_where_the_descriptor_puts_them() {
        #[rustfmt::skip]
        let microscan = [
            0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x85, 0x01, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
            0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02,
            0x95, 0x3E, 0x05, 0x8C, 0x09, 0xFE, 0x82, 0x02, 0x01,
            0xC0,
        ];
        let layout = ScanLayout::of(&Descriptor::parse(&microscan).unwrap()).unwrap();
        assert_eq!(layout, ScanLayout { report: 1, length: 1, aim: None, data: 2, room: 62, continued: None });
        let mut sent = vec![1, 3];
        sent.extend(b"]C1");
        sent.resize(64, 0);
        assert_eq!(frames(layout, &[sent]), [scan(b"]C1")]);
    }

    #[test]
    fn a_part_that_does_not_follow_spoils_the_scan() {
        let (mut codec, mut out) = (HidPos::new(ScanLayout::usual(), 100), Vec::new());
        codec.push(&report(b"12", true), 0, &mut |frame| out.push(frame));
        assert!(codec.pending());
        codec.idle(&mut |frame| out.push(frame));
        codec.push(&report(b"34", false), 500, &mut |frame| out.push(frame));
        assert_eq!(out, [Frame::Bad("report"), scan(b"]E034")]);
    }

    proptest! {
        #[test]
        fn no_report_panics_and_no_scan_outgrows_its_bound(
            reports in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..8),
        ) {
            for frame in frames(ScanLayout::usual(), &reports) {
                if let Frame::Scan(scan) = frame {
                    prop_assert!(scan.len() <= 100);
                }
            }
        }
    }
}
