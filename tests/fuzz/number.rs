//! Tracking numbers: a pattern, a check digit and a number, each as strange as can be. `src/barcode` is taken in as source:
//! it depends on nothing of parceld but `src/ids` and `src/screen/sentence.rs`.

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
#[expect(
    dead_code,
    unused_imports,
    clippy::all,
    reason = "the whole module is taken in, and only its numbers are fuzzed"
)]
mod barcode;

use barcode::{Checksum, Evidence, Format, Issuer, LONGEST_NUMBER, Numbers, Shape};

// `pattern NUL check NUL number`.
fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut parts = text.splitn(3, '\0');
    let (Some(pattern), Some(check), Some(number)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Ok(check) = check.parse::<Checksum>() else { return };
    let Ok(shape) = Shape::new(pattern, &check) else { return };
    let formats = vec![Format { shapes: vec![shape], check, ..Format::default() }];
    let numbers = Numbers::new(vec![Issuer { id: "a".into(), name: "A".into(), formats }]);
    let alike = numbers.alike(number);
    let right = alike.first().is_some_and(|found| found.evidence != Evidence::WrongCheckDigit);
    assert_eq!(numbers.check(&"a".into(), number).is_ok(), right);
    assert!(alike.iter().all(|found| found.number.as_str().len() <= LONGEST_NUMBER));
});
