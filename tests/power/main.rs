//! Power cuts: the shipped program packs parcels on a machine whose disk loses what was not flushed, and the power goes at
//! random moments. `tests/power/run` boots the machines; nothing here runs elsewhere.
//!
//! ```text
//!  scanner  scale   printer  receiver    disk's cache      this program: everything here outlives the cut
//!     | ptys |         | sockets |           | NBD
//!   ttyS1  ttyS2       network            /dev/vda         QEMU: Debian's kernel, ext4, and parceld alone
//! ```
//!
//! A shift is one station from its first start through many cuts. After each the station is asked what it knows, and must
//! know everything that its screen had said, every label that came out, and everything that the receiver was told.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

#[path = "../rig/demo_config.rs"]
mod demo_config;
#[path = "../sim/dice.rs"]
mod dice;
#[path = "../rig/order.rs"]
mod order;
#[path = "../rig/program.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod program;
#[path = "../rig/screen.rs"]
#[expect(dead_code, reason = "the rig uses the rest")]
mod screen;

mod bench;
mod disk;
mod machine;
mod packer;
mod shift;
mod world;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use machine::Arch;
use shift::{Broken, Plan};

/// Cuts of one station: few enough that the page lists all its parcels.
const CUTS: usize = 20;

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut file = || PathBuf::from(args.next().expect("a file"));
    let (kernel, initrd, log) = (file(), file(), file());
    let words: Vec<String> = args.collect();
    let number = |name: &str, default: usize| {
        let at = words.iter().position(|word| word == name);
        at.and_then(|at| words.get(at + 1)).map_or(default, |value| value.parse().expect("a number"))
    };
    let (cuts, seed) = (number("--cuts", 3), number("--seed", 1));
    let said = |name: &str| words.iter().any(|word| word == name);
    let arch = if said("arm64") { Arch::Arm64 } else { Arch::Amd64 };
    let plan = Plan { arch, kernel, initrd, seed: seed as u64, cuts: 0, flush: Duration::ZERO };
    if said("--measure") {
        return measure(&plan).await;
    }
    let weakened = said("--weakened");
    let done = std::fs::read_to_string(&log).unwrap_or_default();
    let mut lines = File::options().create(true).append(true).open(&log).expect("the log can be written");
    let (mut left, mut parcels, mut labels) = (cuts, 0, 0);
    for shift in 0.. {
        if left == 0 {
            break;
        }
        let plan = Plan { seed: plan.seed * 1_000_000 + shift, cuts: left.min(CUTS), ..plan.clone() };
        left -= plan.cuts;
        let name = format!("shift seed={} cuts={} ", plan.seed, plan.cuts);
        if let Some(line) = done.lines().find(|line| line.starts_with(&name)) {
            println!("{line} (already in {})", log.display());
            continue;
        }
        match shift::run(&plan, |line| println!("{line}")).await {
            Ok(totals) => {
                (parcels, labels) = (parcels + totals.parcels, labels + totals.labels);
                writeln!(lines, "{name}ok: {totals}").expect("the log can be written");
            }
            // One that does not even start is not caught but broken.
            Err(Broken { promise, cuts: 1.., kept }) if weakened => {
                println!("caught: {}", promise.lines().next().unwrap_or_default());
                let _ = std::fs::remove_dir_all(kept);
                return ExitCode::SUCCESS;
            }
            Err(Broken { promise, kept, .. }) => {
                eprintln!("broken, seed {}: {promise}\nthe disk and the rest are in {}", plan.seed, kept.display());
                return ExitCode::FAILURE;
            }
        }
    }
    if weakened {
        eprintln!("{cuts} power cuts and the weakened program was not caught");
        return ExitCode::FAILURE;
    }
    println!("{cuts} power cuts, no promise broken; {parcels} parcels and {labels} labels in this run");
    ExitCode::SUCCESS
}

/// What a parcel costs the disk, with flushes that take longer and longer.
async fn measure(plan: &Plan) -> ExitCode {
    for flush in [0, 5, 20] {
        let plan = Plan { flush: Duration::from_millis(flush), ..plan.clone() };
        match shift::measure(&plan).await {
            Ok(cost) => println!("flush {flush} ms: {cost}"),
            Err(Broken { promise, .. }) => {
                eprintln!("{promise}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
