//! Given facts, when an event comes, then this is decided.

mod allocation;
mod aside;
mod bags;
mod clock;
mod doubt;
mod facts;
mod intercept;
mod investigated;
mod manifest;
mod marks;
mod ok;
mod orders;
mod pallets;
mod pools;
mod printing;
mod reprint;
mod screen;
mod supplied;
mod way;
mod weight;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::barcode::{Command, Scan};
use crate::exchange::{order, sample};
use crate::ids::ParcelId;
use crate::ids::{CarrierId, PoolId};
use crate::label::{Draws, Labels, Language, Media, PrinterFormat, Supplied};
use crate::rating::Cards;
use crate::screen::{Sentence, View};
use crate::station::event::{
    Effect, Event, Job, KeyRefusal, Lookup, NoWeight, PrinterEvent, PrinterProblem, Reading, ScaleFault, ScaleKey,
    WeightState,
};
use crate::station::fact::{Fact, NumberSource};
use crate::station::fact::{FeedUnit, Odometer, Testimony};
use crate::station::live::Live;
use crate::station::order::{Address, Order, OrderId, OrderState};
use crate::station::parcels::{Parcel, State};
use crate::station::{Carton, Outcome, Rules, Station, World};
use crate::units::{Date, Mass, Timestamp, Uptime};

/// A small parcel for Los Angeles, two more, one that is too heavy for everybody, one for Hawaii.
const LIGHT: &str = "576467363673733005";
const OTHER: &str = "576483572709762623";
const THIRD: &str = "576429266524463758";
const HEAVY: &str = "576446708808509774";
const HAWAII: &str = "576433857468372562";
const ON_HOLD: &str = "576456312246939028";
const CANCELLED: &str = "576473857997773931";

fn cards() -> Arc<Cards> {
    static CARDS: OnceLock<Arc<Cards>> = OnceLock::new();
    let load = || {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
        Arc::new(
            crate::config::carriers::load(&dir, &["usps", "ontrac", "gofo", "cityline"].map(CarrierId::from))
                .expect("the shipped cards"),
        )
    };
    CARDS.get_or_init(load).clone()
}

/// A station with its world; every event takes the way the loop gives it, the disk left out.
struct Bench {
    station: Station,
    live: Live,
    /// The order of the parcel in hand, and its label.
    in_hand: (Option<Order>, Option<Supplied>),
    rules: Rules,
    cards: Arc<Cards>,
    orders: BTreeMap<String, Order>,
    now: Uptime,
    today: Date,
    wall: Timestamp,
    clock: Option<crate::station::clock::ClockReading>,
    /// How many facts the world was told.
    told: u64,
    /// What the memory keeps for orders that bring a label.
    label: Option<Supplied>,
}

impl Bench {
    /// A station whose pools have begun.
    fn new() -> Self {
        let mut bench = Self::without_numbers();
        for carrier in bench.cards.clone().carriers() {
            let pool = carrier.pools.iter().find(|pool| pool.station == bench.rules.station).expect("a pool");
            bench.given([Fact::PoolStarted { carrier: carrier.id.clone(), pool: pool.id.clone(), next: pool.from }]);
        }
        bench
    }

    fn without_numbers() -> Self {
        let orders = order::read(sample::FIFTY.as_bytes(), "sample.jsonl").accepted;
        let sides = |text: &str| text.parse().expect("a size");
        let carton = |text: &str| Carton { outer: sides(text) };
        let rules = Rules {
            station: "DEMO-ST01".into(),
            warehouse: "US-LAX-1".into(),
            warehouse_names: Vec::new(),
            ship_from: Address {
                name: "parceld".into(),
                line1: "1 Example Street".into(),
                city: "Los Angeles".into(),
                region: "CA".into(),
                postcode: "90058".into(),
                country: "US".into(),
                ..Address::default()
            },
            boxes: [("B1", "8x6x4in"), ("B2", "12x9x6in"), ("B3", "16x12x8in"), ("B4", "20x16x12in")]
                .map(|(id, size)| (id.to_owned(), carton(size)))
                .into(),
            scale: "mt-sics /dev/ttyUSB0".to_owned(),
            empty_below: Mass::from_grams(5),
            verify_scan: true,
            policy: crate::rating::Policy::default(),
            allocation: crate::rating::Allocation::default(),
            labels: labels(),
            sscc: None,
            receipts: true,
            specimen: true,
            supervisors: [crate::station::badge::Supervisor::of_badge("op17")].into(),
            marks: crate::station::parcels::marks::Marks::default(),
            deadlines: std::sync::Arc::default(),
            languages: ["en", "es"].map(str::to_owned).into(),
            language: "en".into(),
            released: Date::EPOCH,
        };
        Self {
            station: Station::default(),
            live: Live::default(),
            in_hand: (None, None),
            rules,
            cards: cards(),
            orders: orders.into_iter().map(|incoming| (incoming.order.order_ref.clone(), incoming.order)).collect(),
            now: Uptime(1_000_000),
            today: Date::new(2026, 11, 23).expect("a day"),
            wall: Timestamp(1_795_000_000_000),
            clock: None,
            told: 0,
            label: None,
        }
    }

    fn given(&mut self, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            self.station.evolve(&fact);
        }
        self.sync();
    }

    fn world(&self) -> World<'_> {
        World {
            now: self.now,
            wall: self.wall,
            today: self.today,
            minute: 600,
            clock: self.clock,
            live: &self.live,
            order: self.in_hand.0.as_ref(),
            label: self.in_hand.1.as_ref(),
            rules: &self.rules,
            cards: &self.cards,
        }
    }

    fn sync(&mut self) {
        let order = self.station.in_hand().and_then(|parcel| self.orders.get(&parcel.order.number)).cloned();
        let label = order.as_ref().and_then(|order| order.label.as_ref()).and_then(|_| self.label.clone());
        self.in_hand = (order, label);
    }

    fn when(&mut self, event: Event) -> Outcome {
        self.sync();
        self.live.observe(&event, &self.rules);
        let outcome = self.station.decide(&self.world(), &event);
        for fact in &outcome.facts {
            self.told += u64::from(self.station.announces(fact).is_some());
            self.station.evolve(fact);
        }
        self.live.after(self.now, &event, &outcome, self.in_hand.0.is_some());
        self.sync();
        outcome
    }

    /// Something else is said of the order of the newest parcel than when it was begun.
    fn order_says(&mut self, change: impl FnOnce(&mut Order)) -> Outcome {
        let id = self.parcel().order.clone();
        let packed = self.orders[&id.number].clone();
        let mut order = Box::new(packed.clone());
        change(&mut order);
        let begun = self.station.of_order(&id).map(|parcel| (parcel.id, Some(packed.clone()))).collect();
        self.when(Event::OrderChanged { order, begun, blocked: false })
    }

    fn later(&mut self, ms: u64) {
        self.now = self.now.plus(ms);
    }

    fn scan(&mut self, text: &str) -> Outcome {
        let scan = Scan::read(text.as_bytes()).expect("a code");
        let keys = scan.keys();
        let finds = |order: &&Order| keys.iter().any(|key| *key == order.order_ref || order.references.contains(key));
        let order = self.orders.values().find(finds).cloned();
        let order =
            order.map_or(Lookup::None, |order| Lookup::One { order: Box::new(order), version: 1, blocked: None });
        self.when(Event::Scanned { scanner: "hand".into(), scan, order })
    }

    fn command(&mut self, command: &Command) -> Outcome {
        self.later(1_000);
        self.scan(&command.encode())
    }

    fn scale(&mut self, grams: i64, state: WeightState) -> Outcome {
        let mass = Mass::from_grams(grams);
        let reading = Reading { mass, value: grams.to_string(), unit: "g".into(), state, raw: b"S S".to_vec() };
        self.when(Event::Weight { reading, at: self.now })
    }

    /// Lifts everything off the pan and puts this on it.
    fn weigh(&mut self, grams: i64) -> Outcome {
        self.scale(0, WeightState::Stable);
        self.scale(grams, WeightState::Stable)
    }

    fn printer(&mut self, attempt: u32, event: PrinterEvent) -> Outcome {
        let parcel = self.station.in_hand().map_or(ParcelId(1), |parcel| parcel.id);
        self.when(Event::Printer(Job { parcel, attempt }, event))
    }

    fn ready(&mut self, attempt: u32) -> Outcome {
        self.ready_at(attempt, zebra(8560))
    }

    /// The printer is ready and says this of itself.
    fn ready_at(&mut self, attempt: u32, says: Testimony) -> Outcome {
        self.printer(attempt, PrinterEvent::Ready { printer: "label".into(), says: Box::new(says) })
    }

    /// The printer was asked what became of a label, and says this of itself.
    fn at_rest(&mut self, attempt: u32, says: Testimony) -> Outcome {
        self.printer(attempt, PrinterEvent::AtRest { says: Box::new(says) })
    }

    fn out(&mut self, attempt: u32) -> Outcome {
        self.printer(attempt, PrinterEvent::LabelOut { rung: 3, evidence: "queue empty".into() })
    }

    fn lost(&mut self, attempt: u32) -> Outcome {
        self.printer(attempt, PrinterEvent::Lost { why: "reset".into() })
    }

    /// An order, opened and brought into a state on the way to its label.
    fn at(state: State) -> Self {
        let mut bench = Self::new();
        bench.bring(LIGHT, state);
        bench
    }

    fn bring(&mut self, order: &str, state: State) {
        let weight = if state == State::Weighed { 40_000 } else { 500 };
        let steps: [&dyn Fn(&mut Self); 6] = [
            &|bench| drop(bench.scan(order)),
            &|bench| drop(bench.weigh(weight)),
            &|bench| drop(bench.ready(1)),
            &|bench| drop(bench.printer(1, PrinterEvent::Sent)),
            &|bench| {
                if state == State::PrintUncertain {
                    bench.lost(1);
                    bench.at_rest(1, Testimony::default());
                } else {
                    bench.out(1);
                }
            },
            &|bench| {
                let tracking = bench.tracking();
                drop(bench.scan(&tracking));
            },
        ];
        for step in steps {
            step(self);
            self.later(3_000);
            let parcel = self.station.parcels().next_back().map(Parcel::state);
            if parcel == Some(state) {
                return;
            }
        }
        panic!("{state:?} is not on the way");
    }

    fn parcel(&self) -> &Parcel {
        self.station.parcels().next_back().expect("a parcel")
    }

    fn state(&self) -> State {
        self.parcel().state()
    }

    fn tracking(&self) -> String {
        self.parcel().tracking().expect("a number").to_owned()
    }

    fn view(&self) -> View {
        self.station.view(&self.world())
    }

    fn headline(&self) -> &'static str {
        self.view().headline.key()
    }
}

/// The names of the facts.
fn names(outcome: &Outcome) -> Vec<&'static str> {
    outcome.facts.iter().map(Fact::name).collect()
}

/// The key of what is said.
fn said(outcome: &Outcome) -> &'static str {
    outcome.say.as_ref().map_or("", |say| say.note.key())
}

/// The pool and the serial that the parcel's number was drawn with.
fn drawn(bench: &Bench) -> (PoolId, u64) {
    match &bench.parcel().commitment().expect("a commitment").source {
        NumberSource::Drawn { pool, serial } => (pool.clone(), *serial),
        NumberSource::Supplied => panic!("its label came with its order"),
    }
}

fn prepares(outcome: &Outcome) -> Option<u32> {
    outcome.effects.iter().find_map(|effect| match effect {
        Effect::Prepare { job, .. } => Some(job.attempt),
        _ => None,
    })
}

/// Whether the printer is to forget what it holds.
fn clears(outcome: &Outcome) -> bool {
    outcome.effects.iter().any(|effect| matches!(effect, Effect::Prepare { clear: true, .. } | Effect::Forget))
}

fn asks(outcome: &Outcome) -> Option<u32> {
    outcome.effects.iter().find_map(|effect| match effect {
        Effect::Ask(job) => Some(job.attempt),
        _ => None,
    })
}

fn sends(outcome: &Outcome) -> Option<u32> {
    outcome.effects.iter().find_map(|effect| match effect {
        Effect::Send { job, .. } => Some(job.attempt),
        _ => None,
    })
}

/// A printer of a good make at rest, which has fed so many inches.
fn zebra(inches: u64) -> Testimony {
    Testimony {
        address: "tcp://printer:9100".into(),
        serial: Some("41A06440023".into()),
        odometer: Some(Odometer { count: inches, unit: FeedUnit::Inch }),
        empty: true,
        stored: Some(1),
    }
}

/// The shipped layouts on 100 x 150 mm.
fn labels() -> Arc<Labels> {
    static LABELS: OnceLock<Arc<Labels>> = OnceLock::new();
    let read = || {
        let media = Media { dpi: 203, width_mm: 100, height_mm: 150 };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/labels");
        let (layouts, _) = crate::config::labels::read(&folder, media);
        let printer = PrinterFormat { language: Language::Zpl, draws: Draws::TextAndBars, packed: false, media };
        Arc::new(Labels::new(printer, layouts.into_values()))
    };
    Arc::clone(LABELS.get_or_init(read))
}
