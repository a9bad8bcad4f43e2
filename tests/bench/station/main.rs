//! The station against the clock: `cargo bench --bench station [-- latency|core|numbers|start|idle|imports|growth]`.
//!
//! Everything runs in a folder on the disk that the build is on, or below `$PARCELD_BENCH_DIR`. `start`, `idle`
//! and `growth` run the program itself: the one built with this bench, or `$PARCELD_BIN`.

#![expect(clippy::float_arithmetic, unreachable_pub, reason = "a bench divides what it measured, and is one program")]

mod bare;
mod bulk;
mod core;
mod folder;
mod growth;
mod idle;
mod imports;
mod latency;
mod numbers;
mod program;
mod start;

use std::time::Duration;

#[path = "../machine.rs"]
mod machine;

/// Milliseconds for a person.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let folder = folder::Folder::new();
    println!("{}", machine::describe(folder.path()));
    type Part = (&'static str, fn(&folder::Folder));
    let parts: [Part; 7] = [
        ("latency", latency::measure),
        ("core", core::measure),
        ("numbers", numbers::measure),
        ("start", start::measure),
        ("idle", idle::measure),
        ("imports", imports::measure),
        ("growth", growth::measure),
    ];
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&folder);
        }
    }
}
