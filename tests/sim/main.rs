//! Seeded histories of a bench in trouble. `PARCELD_SIM_SEEDS=n` plays n of them; a failure prints its seed.

mod clocks;
mod dice;
mod engine;
mod history;
mod machine;
mod packer;
mod printer;
mod promises;
mod record;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use engine::{Believes, Engine, Stage};
use history::play;
use parceld::barcode::gs1::SsccRange;
use parceld::ids::ParcelId;
use parceld::label::{Draws, Labels, Language, Media, PrinterFormat};
use parceld::rating::Dg;
use parceld::station::Station;
use parceld::station::event::Job;
use parceld::station::fact::{Cause, Fact, FactKind};
use parceld::station::order::Address;
use parceld::station::parcels::Parcel;
use parceld::station::parcels::marks::{MarkRule, Marks};
use parceld::station::{Carton, Rules, Shown};
use parceld::units::{Date, Mass};
use printer::Emitted;
use record::Record;

/// Played when nobody says how many.
const SEEDS: u64 = 300;
/// Over a real database, which waits for the disk at every step.
const WHOLE_SEEDS: u64 = 3;
/// Histories that are cut after each of their facts.
const SNAPSHOT_SEEDS: u64 = 5;
/// A history in which something is said of what has gone, and the clock is doubted.
const CUT: u64 = 38;
/// Seeds that found something. A change to the models makes another history of a seed: what it found gets a test beside
/// the rules, and then leaves this list.
const FOUND: &[u64] = &[];

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let carton = |size: &str| Carton { outer: size.parse().expect("a size") };
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
            warehouse_names: Vec::new(),
            ship_from,
            boxes: [("B1", "8x6x4in"), ("B2", "12x9x6in"), ("B3", "16x12x8in"), ("B4", "20x16x12in")]
                .map(|(id, size)| (id.to_owned(), carton(size)))
                .into(),
            scale: "mt-sics".to_owned(),
            empty_below: Mass::from_grams(5),
            verify_scan: true,
            policy: parceld::rating::Policy::default(),
            allocation: parceld::rating::Allocation::default(),
            labels: labels(),
            specimen: true,
            supervisors: [parceld::station::badge::Supervisor::of_badge(packer::SUPERVISOR)].into(),
            marks: Marks(vec![MarkRule {
                mark: Some("UN3481".into()),
                goods: [Dg::LiIon].into(),
                ..MarkRule::default()
            }]),
            deadlines: std::sync::Arc::default(),
            sscc: Some(SsccRange::new("0614141", 0, Some((100, 60_000))).expect("a range")),
            receipts: true,
            languages: ["en".to_owned()].into(),
            language: "en".into(),
            released: Date::EPOCH,
        })
    })
}

/// The shipped layouts on 100 x 150 mm.
fn labels() -> Arc<Labels> {
    let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels");
    let (layouts, _) = parceld::config::labels::read(&folder, media);
    let printer = PrinterFormat { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media };
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
    let (mut closed, mut again, mut found, mut bagged, mut laid) = (0, 0, 0, 0, 0);
    for seed in FOUND.iter().copied().chain(0..seeds(SEEDS)) {
        let record = hold(seed, Engine::rules(stage()));
        let count = |of: fn(&Fact) -> bool| record.facts.iter().filter(|fact| of(fact)).count() as u64;
        closed += count(|fact| matches!(fact, Fact::Verified { .. }));
        bagged += count(|fact| matches!(fact, Fact::BagClosed { sscc: Some(_), .. }));
        laid += count(|fact| matches!(fact, Fact::Palleted { .. }));
        again += count(by_itself);
        found += count(|fact| matches!(fact, Fact::PrintConfirmed { evidence, .. } if evidence.contains("->")));
    }
    let seeds = seeds(SEEDS);
    assert!(closed > seeds / 2, "the histories pack nothing: {closed}");
    assert!(bagged > seeds / 50, "the histories close no bag: {bagged}");
    assert!(laid > seeds / 200, "the histories lay no bag on a pallet: {laid}");
    assert!(again >= seeds / 50 && found >= seeds / 30, "no printer is believed: {again} printed again, {found} found");
    println!(
        "{seeds} histories: {closed} closed, {again} printed again by themselves, {found} found out by their printers"
    );
}

/// Over a database the station forgets what has gone, and brings back what something is said of; the rules alone forget
/// nothing. Both record the same.
#[test]
fn every_promise_holds_over_a_real_database_and_a_station_that_forgets_records_the_same() {
    for seed in 0..seeds(WHOLE_SEEDS).min(50) {
        let forgets = hold(seed, Engine::whole(stage()));
        let remembers = hold(seed, Engine::rules(stage()));
        // A database hands decisions over to nobody.
        let recorded: Vec<&Fact> = remembers.facts.iter().filter(|fact| fact.kind() != FactKind::Decided).collect();
        let differ = forgets.facts.iter().zip(&recorded).find(|(one, other)| one != *other);
        assert_eq!(differ, None, "seed {seed}");
        assert_eq!(forgets.facts.len(), recorded.len(), "seed {seed}");
    }
}

/// The station as of a cut, through the bytes of a snapshot, and then the facts after it: what one of them is about and was
/// forgotten is brought back as it was before.
fn through_a_snapshot(facts: &[Fact], cut: usize) -> Station {
    let mut station = Station::replay(facts[..cut].iter().cloned());
    station.forget(Shown::default());
    let mut station = Station::from_snapshot(&station.to_snapshot().expect("a snapshot")).expect("a station");
    for (at, fact) in facts.iter().enumerate().skip(cut) {
        if let Some(id) = fact.parcel()
            && station.parcel(id).is_none()
        {
            let about = |fact: &&Fact| match fact {
                Fact::ManifestClosed { parcels, .. } => parcels.contains(&id),
                Fact::ManifestConfirmed { .. } => true,
                fact => fact.parcel() == Some(id),
            };
            Parcel::replay(facts[..at].iter().filter(about)).into_iter().for_each(|parcel| station.recall(parcel));
        }
        station.evolve(fact);
    }
    station.forget(Shown::default());
    station
}

#[test]
fn a_snapshot_and_the_facts_after_it_make_the_same_station_wherever_it_is_cut() {
    let (mut late, mut handed_over) = (0, 0);
    for seed in (0..seeds(SNAPSHOT_SEEDS)).chain([CUT]) {
        let facts = play(seed, Engine::rules(stage())).expect("a history").facts;
        let mut whole = Station::replay(facts.iter().cloned());
        whole.forget(Shown::default());
        for cut in 0..=facts.len() {
            assert_eq!(through_a_snapshot(&facts, cut), whole, "seed {seed}, cut at {cut}");
        }
        let count = |of: fn(&Fact) -> bool| facts.iter().filter(|fact| of(fact)).count();
        late += count(|fact| matches!(fact, Fact::Returned { .. } | Fact::Intercepted { late: true, .. }));
        handed_over += count(|fact| matches!(fact, Fact::ManifestHandedOver { .. }));
    }
    assert!(late > 0 && handed_over > 0, "nothing is said of what has gone: {late} of {handed_over}");
}

/// An attempt that the station made without the packer's word.
fn by_itself(fact: &Fact) -> bool {
    matches!(fact, Fact::PrintSpoiled { cause: Some(Cause::NothingOut), .. })
}

/// A station that believes more than is proved prints a second label where the first came out, and is found out.
#[test]
fn a_station_that_believes_any_odometer_is_found_out() {
    for believes in [Believes::AnyOdometer, Believes::WithoutPower] {
        let caught = (0..10 * SEEDS).find_map(|seed| {
            let record = play(seed, Engine::gullible(stage(), believes)).ok()?;
            Some((seed, promises::check(&record).err()?))
        });
        let (seed, why) = caught.expect("a second label");
        println!("{seed}: {why}");
        assert!(why.starts_with("what is printed again by itself"), "{why}");
    }
}

fn spoiled(parcel: ParcelId, attempt: u32, cause: Option<Cause>) -> Fact {
    let reason = "on purpose".to_owned();
    Fact::PrintSpoiled { parcel, attempt, reason, cause, operator: None, supervisor: None }
}

/// The first history in which this happened.
fn history_with(wanted: impl Fn(&Record) -> bool) -> Record {
    (0..SEEDS).map(|seed| hold(seed, Engine::rules(stage()))).find(wanted).expect("such a history")
}

/// The promises see what is broken on purpose: each breach is found by the promise it breaks.
#[test]
fn a_broken_history_is_found_out() {
    type Breach = fn(&mut Record);
    let breaches: [(&str, &[&str], Breach); 17] = [
        ("every label", &["print_started"], |record| record.facts.retain(|fact| fact.name() != "print_started")),
        ("no number", &["committed"], |record| {
            let committed = record.facts.iter().find(|fact| fact.name() == "committed").cloned();
            record.facts.extend(committed);
        }),
        ("no second live label", &["print_spoiled"], |record| {
            record.facts.retain(|fact| fact.name() != "print_spoiled");
        }),
        ("manifests", &["manifest_closed"], |record| {
            let closed = record.facts.iter().find(|fact| fact.name() == "manifest_closed").cloned();
            record.facts.extend(closed);
        }),
        ("no parcel closes with", &["verified"], |record| {
            let verified = record.facts.iter().position(|fact| fact.name() == "verified").expect("one");
            let Fact::Verified { parcel, .. } = record.facts[verified] else { return };
            record.facts.insert(verified, spoiled(parcel, 1, None));
        }),
        ("a bag holds", &["bagged"], |record| {
            let bagged = record.facts.iter().rev().find(|fact| fact.name() == "bagged").cloned();
            record.facts.extend(bagged);
        }),
        ("a bag holds", &["palleted"], |record| {
            let laid = record.facts.iter().rev().find(|fact| fact.name() == "palleted").cloned();
            record.facts.extend(laid);
        }),
        ("events are numbered", &["verified"], |record| record.outbox = Some(vec![1, 3])),
        ("what must not travel", &["released", "verified"], |record| {
            for fact in record.facts.iter_mut().filter(|fact| fact.name() == "released") {
                *fact = Fact::OperatorChanged { operator: None };
            }
            record.station = Station::replay(record.facts.iter().cloned());
        }),
        ("what is printed again by itself", &["verified"], |record| {
            let job = record.emitted[0].job;
            record.facts.push(spoiled(job.parcel, job.attempt, Some(Cause::NothingOut)));
        }),
        ("a parcel has one label", &["reopened"], |record| {
            let reopened = record.facts.iter().position(|fact| fact.name() == "reopened").expect("one");
            let Fact::PrintSpoiled { attempt, .. } = &mut record.facts[reopened + 1] else { return };
            let (of, next) = (*attempt, *attempt + 1);
            *attempt = 99;
            let Fact::Reopened { parcel, .. } = record.facts[reopened] else { return };
            for attempt in [of, next] {
                let job = Job { parcel, attempt };
                record.emitted.retain(|out| out.job != job);
                record.emitted.push(Emitted { job, after: 0 });
            }
        }),
        ("a closed parcel's label came out", &["verified"], |record| record.emitted.clear()),
        ("ship dates never fall", &["clock_doubted", "committed"], |record| {
            record.facts.retain(|fact| fact.name() != "clock_believed");
        }),
        ("ship dates never fall", &["committed"], |record| {
            let last = record.facts.iter_mut().rev().find_map(|fact| match fact {
                Fact::Committed { commitment, .. } => Some(commitment),
                _ => None,
            });
            last.expect("one").chosen_on = Some(Date::EPOCH);
        }),
        ("a label has the day", &["committed"], |record| {
            record.days.iter_mut().for_each(|(_, given, _)| *given = Date::EPOCH);
        }),
        ("a fourth print has", &["reopened"], |record| {
            for fact in &mut record.facts {
                if let Fact::PrintSpoiled { supervisor, .. } = fact {
                    *supervisor = None;
                }
            }
        }),
        ("no parcel closes without", &["marked", "verified"], |record| {
            for fact in &mut record.facts {
                if let Fact::Marked { mark, .. } = fact {
                    *mark = "another".to_owned();
                }
            }
        }),
    ];
    for (promise, wanted, breach) in breaches {
        let has = |record: &Record, name: &&&str| record.facts.iter().any(|fact| fact.name() == **name);
        let may_be_broken = |record: &Record| {
            let mut broken = record.clone();
            breach(&mut broken);
            promises::check(&broken).is_err_and(|why| why.starts_with(promise))
        };
        let mut record = history_with(|record| wanted.iter().all(|name| has(record, &name)) && may_be_broken(record));
        breach(&mut record);
        let why = promises::check(&record).expect_err(promise);
        assert!(why.starts_with(promise), "{promise}: {why}");
    }
}
