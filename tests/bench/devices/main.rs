//! Devices against the clock: `cargo bench --bench devices [-- codecs|latency]`.

#![expect(clippy::float_arithmetic, unreachable_pub, reason = "a bench divides what it measured, and is one program")]

mod codecs;
mod latency;

#[path = "../machine.rs"]
mod machine;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    println!("{}", machine::describe(&std::env::temp_dir()));
    let parts: [(&str, fn()); 2] = [("codecs", codecs::measure), ("latency", latency::measure)];
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure();
        }
    }
}
