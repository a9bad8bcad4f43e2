//! HID devices: a descriptor, and a report read by it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parceld_hal::hid::Descriptor;
use parceld_hal::scale::{self, ScaleCodec};
use parceld_hal::scanner::{self, hid_pos};

fuzz_target!(|data: &[u8]| {
    let at = usize::from(data.first().copied().unwrap_or(0));
    let (descriptor, report) = data.split_at(at.min(data.len()));
    let Ok(descriptor) = Descriptor::parse(descriptor) else { return };
    for field in &descriptor.fields {
        let _ = (field.value(report, 0), field.chosen(report), field.bytes(report));
    }
    if let Some(layout) = scale::hid::WeightLayout::of(&descriptor) {
        scale::hid::Hid::new(layout).push(report, &mut |answer| {
            if let scale::ScaleAnswer::Reading(reading) = answer {
                assert!(reading.raw.len() <= scale::RAW_MAX);
            }
        });
    }
    if let Some(layout) = hid_pos::ScanLayout::of(&descriptor) {
        use scanner::ScannerCodec as _;
        hid_pos::HidPos::new(layout, 64).push(report, 0, &mut |_| {});
    }
});
