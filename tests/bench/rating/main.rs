//! The rate engine on a fixed load: see `workload`. The last line is the figure that matters; what stands before it says
//! what one decision costs with its record, what loading costs, and how the cost grows.
//!
//! Quotes are counted only where a service carries the parcel; refusals are answered in the same time and not counted.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    unreachable_pub,
    reason = "a bench divides what it measured, and is one program"
)]

#[path = "../machine.rs"]
mod machine;
mod reference;
mod workload;

use std::path::Path;
use std::time::{Duration, Instant};

use machine::Times;
use parceld::config::carriers;
use parceld::rating::{Availability, Cards, ParcelToRate, Policy, RatedParcel};
use reference::Checksum;

const PARCELS: usize = 120_000;
const ROUNDS: usize = 5;
const SEED: u64 = 20_261_124;
/// Answers are kept until so many are there, and looked at only then.
const KEPT: usize = 64;

/// Asks this program, started anew, what it holds when it has loaded so many services of so many postcodes each (0: the
/// workload's own tables).
const HOLD: &str = "hold";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, services, postcodes] = arguments.as_slice()
        && word == HOLD
    {
        return hold(services.parse().expect("a number"), postcodes.parse().expect("a number"));
    }
    println!("{}", machine::describe(Path::new(env!("CARGO_MANIFEST_DIR"))));
    let services = workload::services(workload::SERVICES, SEED);
    let parcels = workload::parcels(PARCELS, SEED);
    let cards = load(&services);
    println!(
        "workload: {PARCELS} parcels, seed {SEED}, {} services x {} zones x {} breaks, {} prefixes, 3 surcharges and fuel",
        services.len(),
        workload::ZONES,
        workload::BREAKS,
        workload::PREFIXES
    );

    let mut best = Duration::MAX;
    let (mut quotes, mut refused) = (0, 0);
    let mut sum = Checksum::new();
    for _ in 0..ROUNDS {
        sum = Checksum::new();
        (quotes, refused) = (0, 0);
        let took = rounds(&cards, &parcels, |rated| {
            quotes += rated.offers().len();
            refused += rated.refused().len();
            sum.engine(rated, services.len());
        });
        best = best.min(took);
    }
    let mut expected = Checksum::new();
    parcels.iter().for_each(|parcel| expected.reference(parcel, &services));
    println!("outcome: {quotes} quotes, {refused} reasons against; checksum {:016x}", sum.0);
    assert!(sum == expected, "the reference implementation says {:016x}", expected.0);

    whole(&cards, &parcels);
    growth_by_services(&parcels);
    growth_by_postcodes(&parcels);
    loading();
    println!("rating: {:.0} explained quotes/s, one core", quotes as f64 / best.as_secs_f64());
}

fn load(services: &[workload::Service]) -> Cards {
    let dir = tempfile::tempdir().expect("a folder");
    workload::write(services, dir.path());
    carriers::load(dir.path(), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Rates every parcel; `look` sees each answer outside of the time that is returned.
fn rounds(cards: &Cards, parcels: &[ParcelToRate], mut look: impl FnMut(&RatedParcel<'_>)) -> Duration {
    let (availability, policy) = (Availability::default(), Policy::default());
    let mut took = Duration::ZERO;
    let mut answers = Vec::with_capacity(KEPT);
    for some in parcels.chunks(KEPT) {
        let began = Instant::now();
        answers.extend(some.iter().map(|parcel| cards.rate(parcel, &availability, &policy)));
        took += began.elapsed();
        answers.drain(..).for_each(|rated| look(&rated));
    }
    took
}

/// One whole decision: the record with every line in words, what would have changed it, and its JSON.
fn whole(cards: &Cards, parcels: &[ParcelToRate]) {
    let (availability, policy) = (Availability::default(), Policy::default());
    let mut bytes = 0;
    let some = &parcels[..parcels.len() / 20];
    let times: Times = some
        .iter()
        .map(|parcel| {
            let began = Instant::now();
            let decision = cards.decide(parcel, &availability, &policy);
            let stored = serde_json::to_vec(&decision).expect("JSON");
            let took = began.elapsed();
            bytes += stored.len();
            took
        })
        .collect();
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "one decision with its record as JSON: {:.1} us median, {:.1} us p99, {} bytes",
        us(times.median()),
        us(times.percentile(99)),
        bytes / some.len()
    );
}

fn growth_by_services(parcels: &[ParcelToRate]) {
    let some = &parcels[..parcels.len() / 10];
    for count in [1, 10, 100] {
        let cards = load(&workload::services(count, SEED));
        let took = best_of(|| rounds(&cards, some, |_| ()));
        println!(
            "{count} services: {:.2} us a parcel, {:.3} us a service, {} KiB resident",
            us_each(took, some.len()),
            us_each(took, some.len() * count),
            held(count, 0)
        );
    }
}

/// One service whose zone table has as many postcodes.
fn growth_by_postcodes(parcels: &[ParcelToRate]) {
    let some = &parcels[..parcels.len() / 10];
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let (cards, _) = with_postcodes(1, count);
        let parcels: Vec<ParcelToRate> = some
            .iter()
            .zip(workload_postcodes(count))
            .map(|(parcel, postcode)| {
                let mut parcel = parcel.clone();
                (parcel.to.country, parcel.to.postcode) = ("XX".into(), postcode);
                parcel
            })
            .collect();
        let took = best_of(|| rounds(&cards, &parcels, |_| ()));
        println!(
            "{count} postcodes: {:.3} us a service, {} KiB resident",
            us_each(took, parcels.len()),
            held(1, count)
        );
    }
}

fn loading() {
    const SERVICES: usize = 12;
    const POSTCODES: usize = 40_000;
    let took = best_of(|| with_postcodes(SERVICES, POSTCODES).1);
    println!(
        "loading {POSTCODES} postcodes x {SERVICES} services: {:.0} ms, {} KiB resident",
        took.as_secs_f64() * 1e3,
        held(SERVICES, POSTCODES)
    );
}

/// Seven digits, spread over all there are; the same places for every count that divides ten million.
fn workload_postcodes(count: usize) -> impl Iterator<Item = String> {
    let step = 10_000_000 / count;
    let mut dice = workload::Dice(SEED);
    std::iter::from_fn(move || Some(format!("{:07}", dice.below(count as u64) as usize * step)))
}

fn with_postcodes(services: usize, postcodes: usize) -> (Cards, Duration) {
    use std::fmt::Write as _;
    let dir = tempfile::tempdir().expect("a folder");
    workload::write(&workload::services(services, SEED), dir.path());
    let step = 10_000_000 / postcodes;
    for at in 0..services {
        let mut zones = "origin,destination,zone\n".to_owned();
        for postcode in 0..postcodes {
            let _ = writeln!(zones, "US:900,XX:{:07},{}", postcode * step, 1 + (postcode + at) % workload::ZONES);
        }
        std::fs::write(dir.path().join(format!("carrier{at:03}/parcel/zones.csv")), zones).expect("a file");
    }
    let began = Instant::now();
    let cards = carriers::load(dir.path(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    (cards, began.elapsed())
}

fn best_of(run: impl Fn() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| run()).min().unwrap_or_default()
}

fn us_each(took: Duration, count: usize) -> f64 {
    took.as_secs_f64() * 1e6 / count as f64
}

fn hold(services: usize, postcodes: usize) {
    let before = resident_kib();
    let cards = match postcodes {
        0 => load(&workload::services(services, SEED)),
        postcodes => with_postcodes(services, postcodes).0,
    };
    println!("{}", resident_kib().saturating_sub(before));
    drop(cards);
}

fn held(services: usize, postcodes: usize) -> String {
    let program = std::env::current_exe().expect("this program");
    let arguments = [HOLD.to_owned(), services.to_string(), postcodes.to_string()];
    let output = std::process::Command::new(program).args(arguments).output().expect("this program runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// What this process has in memory, with what its allocator keeps of what was freed.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
