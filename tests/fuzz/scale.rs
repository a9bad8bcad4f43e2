//! Scales: the first byte chooses the protocol and how the rest is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parceld_hal::scale::{ScaleAnswer, ScaleProtocol, RAW_MAX, ScaleSettings, WireUnit};

fn answers(protocol: ScaleProtocol, bytes: &[u8], cut: usize) -> Vec<ScaleAnswer> {
    let mut codec = ScaleSettings { unit: Some(WireUnit::Kilogram), ..ScaleSettings::new(protocol) }.codec();
    let mut out = Vec::new();
    for part in bytes.chunks(cut.max(1)) {
        codec.push(part, &mut |answer| out.push(answer));
    }
    codec.reset();
    out
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let (_, protocol) = ScaleProtocol::NAMES[usize::from(choice) % ScaleProtocol::NAMES.len()];
    // A HID report is one read: it is not cut.
    let whole = answers(protocol, bytes, bytes.len());
    if protocol != ScaleProtocol::Hid {
        assert_eq!(whole, answers(protocol, bytes, 1 + usize::from(choice) / ScaleProtocol::NAMES.len()));
    }
    for answer in whole {
        if let ScaleAnswer::Reading(reading) = answer {
            assert!(reading.raw.len() <= RAW_MAX && (reading.state.has_weight() || reading.picograms == 0));
        }
    }
});
