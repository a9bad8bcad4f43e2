//! Seeded histories of a bench in trouble. `PARCELD_SIM_SEEDS=n` plays n of them; a failure prints its seed.

mod dice;
mod engine;
mod history;
mod packer;
mod printer;
mod promises;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use engine::{Engine, Stage};
use history::{Record, play};
use parceld::label::{Draws, Labels, Language, Media, Printer};
use parceld::station::fact::Fact;
use parceld::station::order::Address;
use parceld::station::{Carton, Rules};
use parceld::units::Mass;

/// Played when nobody says how many.
const SEEDS: u64 = 300;
/// Over a real database, which waits for the disk at every step.
const WHOLE_SEEDS: u64 = 3;
/// Seeds that found something. A change to the models makes another history of a seed: what it found gets a test beside
/// the rules, and then leaves this list.
const FOUND: &[u64] = &[];

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let carton = |size: &str| Carton { outer: size.parse().expect("a size"), tare: Mass::from_grams(100) };
        let ship_from = Address {
            name: "parceld".into(),
            line1: "1 Example Street".into(),
            city: "Los Angeles".into(),
            region: "CA".into(),
            postcode: "90058".into(),
            country: "US".into(),
            ..Address::default()
        };
        Stage::new(Rules {
            station: "DEMO-ST01".into(),
            warehouse: "US-LAX-1".into(),
            ship_from,
            boxes: [("B1", "8x6x4in"), ("B2", "12x9x6in"), ("B3", "16x12x8in"), ("B4", "20x16x12in")]
                .map(|(id, size)| (id.to_owned(), carton(size)))
                .into(),
            scale: "mt-sics".to_owned(),
            empty_below: Mass::from_grams(5),
            policy: parceld::rating::Policy::default(),
            allocation: parceld::rating::Allocation::default(),
            labels: labels(),
            specimen: true,
            languages: ["en".to_owned()].into(),
            language: "en".into(),
        })
    })
}

/// The shipped layouts on 100 x 150 mm.
fn labels() -> Arc<Labels> {
    let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels");
    let (layouts, _) = parceld::config::labels::read(&folder, Some(media));
    let printer = Printer { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media };
    Arc::new(Labels::new(printer, layouts.into_values()))
}

fn seeds(default: u64) -> u64 {
    std::env::var("PARCELD_SIM_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn hold(seed: u64, engine: Engine<'_>) -> Record {
    let record = play(seed, engine).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    promises::check(&record).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    record
}

#[test]
fn every_promise_holds_in_every_history() {
    let mut closed = 0;
    for seed in FOUND.iter().copied().chain(0..seeds(SEEDS)) {
        let record = hold(seed, Engine::rules(stage()));
        closed += record.facts.iter().filter(|fact| matches!(fact, Fact::Verified { .. })).count();
    }
    assert!(closed as u64 > seeds(SEEDS) / 2, "the histories pack nothing: {closed}");
}

#[test]
fn every_promise_holds_over_a_real_database() {
    for seed in 0..seeds(WHOLE_SEEDS).min(50) {
        hold(seed, Engine::whole(stage()));
    }
}

/// A history in which much happened.
fn eventful() -> Record {
    let eventful = |record: &Record| {
        let has = |name: &str| record.facts.iter().any(|fact| fact.name() == name);
        let again = |fact: &Fact| matches!(fact, Fact::PrintStarted { attempt: 2, .. });
        has("manifest_closed") && record.facts.iter().any(again) && !record.emitted.is_empty()
    };
    (0..400).map(|seed| hold(seed, Engine::rules(stage()))).find(eventful).expect("an eventful history")
}

/// The promises see what is broken on purpose: each breach is found by the promise it breaks.
#[test]
fn a_broken_history_is_found_out() {
    type Breach = fn(&mut Record);
    let breaches: [(&str, Breach); 6] = [
        ("every label", |record| record.facts.retain(|fact| fact.name() != "print_started")),
        ("no number", |record| {
            let committed = record.facts.iter().find(|fact| fact.name() == "committed").cloned();
            record.facts.extend(committed);
        }),
        ("no second live label", |record| record.facts.retain(|fact| fact.name() != "print_spoiled")),
        ("manifests", |record| {
            let closed = record.facts.iter().find(|fact| fact.name() == "manifest_closed").cloned();
            record.facts.extend(closed);
        }),
        ("no parcel closes", |record| {
            let verified = record.facts.iter().position(|fact| fact.name() == "verified").expect("one");
            let Fact::Verified { parcel, .. } = record.facts[verified] else { return };
            let spoiled = Fact::PrintSpoiled { parcel, attempt: 1, reason: "on purpose".into() };
            record.facts.insert(verified, spoiled);
        }),
        ("events are numbered", |record| {
            record.facts.extend(record.facts.iter().rev().find(|f| f.name() == "verified").cloned())
        }),
    ];
    for (promise, breach) in breaches {
        let mut record = eventful();
        breach(&mut record);
        let why = promises::check(&record).expect_err(promise);
        assert!(why.starts_with(promise), "{promise}: {why}");
    }
}
