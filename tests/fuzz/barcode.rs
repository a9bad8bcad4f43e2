//! Scans: text, symbology, GS1, commands. `src/barcode` is taken in as source: it depends on nothing of
//! parceld but `src/ids` and `src/screen/sentence.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/ids/mod.rs"]
#[expect(dead_code, unused_imports, clippy::all, reason = "src/barcode names carriers and numbers by it")]
mod ids;

#[path = "../../src/screen/sentence.rs"]
#[expect(dead_code, reason = "a command names its sentence on the command sheet")]
mod sentence;
mod screen {
    pub use super::sentence::Sentence;
}

#[path = "../../src/barcode/mod.rs"]
#[expect(dead_code, unused_imports, clippy::all, reason = "the whole module is taken in, and only its reading is fuzzed")]
mod barcode;

fuzz_target!(|data: &[u8]| {
    let Ok(scan) = barcode::Scan::read(data) else { return };
    let keys = scan.keys();
    assert!(!keys.is_empty() && keys.iter().all(|key| !key.is_empty() && key.len() <= data.len()));
    let _ = (scan.command(), scan.gs1(), barcode::gs1::has_check_digit(&scan.text));
    if let Ok(elements) = barcode::gs1::parse(&scan.text) {
        let length: usize = elements.iter().map(|element| element.ai.len() + element.data.len()).sum();
        assert!(length <= scan.text.len());
    }
});
