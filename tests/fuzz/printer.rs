//! What printers say: `~HS` with `~HQES` and `~HQOD`, TSPL's bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parceld_hal::printer::{Status, host, tspl, zpl};

fuzz_target!(|data: &[u8]| {
    let mut reader = zpl::Reader::new();
    let mut rest = data;
    while !rest.is_empty() {
        if reader.push(&mut rest) {
            let _ = reader.finish();
        }
    }
    let _ = (reader.is_open(), reader.has_line(), reader.finish());
    let _ = host::HostReport::read(data);
    for four in data.windows(4) {
        let _ = tspl::of_four([four[0], four[1], four[2], four[3]]);
        let _ = (tspl::of_byte(four[0]), Status::of_port(four[0]));
    }
});
