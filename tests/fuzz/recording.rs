//! Recordings of devices.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parceld_hal::record::Recording;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(recording) = Recording::parse(text)
    {
        let length: usize = recording.runs.iter().map(|(_, _, run)| run.len()).sum();
        assert!(2 * length <= text.len());
    }
});
