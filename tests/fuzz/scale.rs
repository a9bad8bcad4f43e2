//! Scales: the first byte chooses the protocol and how the rest is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parceld_hal::scale::{Answer, Protocol, RAW_MAX, Settings, WireUnit};

fn answers(protocol: Protocol, bytes: &[u8], cut: usize) -> Vec<Answer> {
    let mut codec = Settings { unit: Some(WireUnit::Kilogram), ..Settings::new(protocol) }.codec();
    let mut out = Vec::new();
    for part in bytes.chunks(cut.max(1)) {
        codec.push(part, &mut |answer| out.push(answer));
    }
    codec.reset();
    out
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let (_, protocol) = Protocol::NAMES[usize::from(choice) % Protocol::NAMES.len()];
    // A HID report is one read: it is not cut.
    let whole = answers(protocol, bytes, bytes.len());
    if protocol != Protocol::Hid {
        assert_eq!(whole, answers(protocol, bytes, 1 + usize::from(choice) / Protocol::NAMES.len()));
    }
    for answer in whole {
        if let Answer::Reading(reading) = answer {
            assert!(reading.raw.len() <= RAW_MAX && (reading.state.has_weight() || reading.picograms == 0));
        }
    }
});
