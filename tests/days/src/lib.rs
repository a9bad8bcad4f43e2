//! Simulated days of a packing station: the shipped core on a disk that forgets, tears, fails and fills up.

mod checks;
pub mod command;
mod computer;
mod day;
#[path = "../../sim/dice.rs"]
mod dice;
mod disk;
mod hub;
#[path = "../../sim/machine.rs"]
mod machine;
mod mutations;
#[path = "../../sim/packer.rs"]
mod packer;
mod paper_label;
mod plan;
#[path = "../../sim/printer.rs"]
mod printer;
#[path = "../../sim/promises/mod.rs"]
mod promises;
#[path = "../../sim/record.rs"]
mod record;
mod stage;
mod sums;
#[cfg(test)]
mod tests;
