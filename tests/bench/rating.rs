//! Quotes per second with the shipped cards: 20,000 distinct parcels, each with its whole decision. One core.

#![expect(clippy::float_arithmetic, unreachable_pub, reason = "a bench divides what it measured, and is one program")]

mod machine;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use machine::Times;
use parceld::exchange::{order, sample};
use parceld::rating::{Decision, Dg, Parcel, Place, Signature};
use parceld::units::{Date, Dims, Mass};

const PARCELS: usize = 20_000;
const ROUNDS: usize = 5;
const SEED: u64 = 20_261_122;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (setup, _) = parceld::daemon::Setup::load(&root.join("config/demo.toml")).expect("the shipped configuration");
    let parcels = parcels(&setup.rules.boxes.values().map(|carton| carton.outer).collect::<Vec<_>>());
    println!("{}", machine::describe(root));
    let cards = &setup.cards;
    let services = cards.services().len();
    println!("workload: {PARCELS} parcels, seed {SEED}, {services} services of {} carriers", cards.carriers().len());

    let mut best = Duration::MAX;
    let mut decisions = Vec::with_capacity(PARCELS);
    for _ in 0..ROUNDS {
        decisions.clear();
        let began = Instant::now();
        decisions.extend(parcels.iter().map(|parcel| cards.decide(parcel, &BTreeMap::new())));
        best = best.min(began.elapsed());
    }
    let (quotes, refused, chosen) = counted(&decisions);
    println!("outcome: {quotes} quotes, {refused} services refused, {chosen} parcels with a choice");

    let single: Times = parcels.iter().map(|parcel| one(|| cards.decide(parcel, &BTreeMap::new()))).collect();
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    println!("one decision: {:.2} us median, {:.2} us p99", us(single.median()), us(single.percentile(99)));
    let per_second = |count: usize| count as f64 / best.as_secs_f64();
    println!("decisions: {:.0}/s, best of {ROUNDS} rounds", per_second(PARCELS));
    println!("services priced or refused: {:.0}/s, one core", per_second(PARCELS * services));
    println!("rating: {:.0} explained quotes/s, one core", per_second(quotes));
}

fn one(decide: impl FnOnce() -> Decision) -> Duration {
    let began = Instant::now();
    let decision = decide();
    let took = began.elapsed();
    drop(std::hint::black_box(decision));
    took
}

/// Quotes, services with at least one refusal, and parcels with a choice.
fn counted(decisions: &[Decision]) -> (usize, usize, usize) {
    let quotes = decisions.iter().map(|decision| decision.quotes.len()).sum();
    let refused = decisions.iter().map(|d| d.refusals.iter().map(|r| &r.service).collect::<BTreeSet<_>>().len()).sum();
    (quotes, refused, decisions.iter().filter(|decision| decision.choice.is_some()).count())
}

/// Half to the sample orders' places, half anywhere a ZIP code can be; 20 g to 32 kg; five in six in a carton.
fn parcels(boxes: &[Dims]) -> Vec<Parcel> {
    let samples = order::read(sample::FIFTY.as_bytes(), "sample.jsonl").accepted;
    let samples: Vec<_> = samples.into_iter().map(|incoming| incoming.order.ship_to).collect();
    let mut dice = Dice(SEED);
    let from = Place { country: "US".into(), postcode: "90058".into(), residential: false };
    let parcel = |_| {
        let (postcode, residential) = match dice.below(2) {
            0 => {
                let to = &samples[dice.below(samples.len())];
                (to.postcode.to_uppercase(), to.residential)
            }
            _ => (format!("{:05}", 501 + dice.below(99_450)), dice.below(10) > 0),
        };
        let heaviest = [500, 2_000, 10_000, 32_000][dice.below(4)];
        Parcel {
            mass: Mass::from_grams(20 + dice.below(heaviest) as i64),
            dims: boxes.get(dice.below(boxes.len() + 1)).copied(),
            from: from.clone(),
            to: Place { country: "US".into(), postcode, residential },
            ship_date: Date::new(2026, 7, 15).expect("a date"),
            dg: if dice.below(12) == 0 { BTreeSet::from([Dg::LiIon]) } else { BTreeSet::new() },
            signature: if dice.below(20) == 0 { Signature::Any } else { Signature::None },
            value: None,
            zone: None,
        }
    };
    (0..PARCELS).map(parcel).collect()
}

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or(0)
    }
}
