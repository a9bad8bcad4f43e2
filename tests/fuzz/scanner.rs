//! Scanners: the first byte chooses the protocol and how the rest is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parceld_hal::scanner::{Ending, Frame, ScannerProtocol, ScannerSettings};

const LONGEST: usize = 64;
const PROTOCOLS: [ScannerProtocol; 4] = [ScannerProtocol::Lines, ScannerProtocol::Ssi, ScannerProtocol::Keyboard, ScannerProtocol::HidPos];

fn frames(settings: ScannerSettings, bytes: &[u8], cut: usize) -> Vec<Frame> {
    let mut codec = settings.codec();
    let mut out = Vec::new();
    for part in bytes.chunks(cut.max(1)) {
        codec.push(part, 0, &mut |frame| out.push(frame));
    }
    codec.idle(&mut |frame| out.push(frame));
    assert!(!codec.pending(), "a pause ends whatever had begun");
    out
}

fuzz_target!(|data: &[u8]| {
    let [choice, ending, bytes @ ..] = data else { return };
    let protocol = PROTOCOLS[usize::from(*choice) % PROTOCOLS.len()];
    let (_, ending) = Ending::NAMES[usize::from(*ending) % Ending::NAMES.len()];
    let settings = ScannerSettings { protocol, ending, longest: LONGEST, ..ScannerSettings::default() };
    let whole = frames(settings, bytes, bytes.len());
    // A HID report is one read: it is not cut.
    if protocol != ScannerProtocol::HidPos {
        assert_eq!(whole, frames(settings, bytes, 1 + usize::from(*choice) / PROTOCOLS.len()));
    }
    for frame in whole {
        if let Frame::Scan(scan) = frame {
            assert!(!scan.is_empty() && scan.len() <= LONGEST);
        }
    }
});
