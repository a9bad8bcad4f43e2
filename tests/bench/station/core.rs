//! Parcels a second with nothing but the core and its disk: no device is waited for.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parceld::barcode::Scan;
use parceld::daemon::intake::OrderOrigin;
use parceld::daemon::{Core, Moment, Setup, control};
use parceld::station::event::{Act, Effect, Event, Input, Job, PrinterEvent, Reading, WeightState};
use parceld::station::fact::{FeedUnit, Odometer, Testimony};
use parceld::store::StoredOrder;
use parceld::units::{Date, Mass, Timestamp, Uptime};

use super::bare::Bare;
use super::folder::{self, Folder};
use super::machine::Times;
use super::ms;

const PARCELS: usize = 2_000;

pub fn measure(folder: &Folder) {
    let setup = folder::setup(&folder.station("core", None));
    let bare = Bare::open(folder.path());
    let orders = folder::orders(PARCELS);
    let mut floor = Floor::new(&setup, &orders);
    let before = Written::now();
    let bytes = database(&setup);
    let began = Instant::now();
    let mut commits = Vec::with_capacity(PARCELS / 10);
    let mut aside = Duration::ZERO;
    for (n, order) in orders.iter().enumerate() {
        floor.pack(order);
        if n % 10 == 0 {
            let commit = bare.commit();
            aside += commit;
            commits.push(commit);
        }
    }
    let took = began.elapsed() - aside;
    let written = Written::now();
    let bare: Times = commits.into_iter().collect();
    let each = took / PARCELS as u32;
    let grown = (database(&setup) - bytes) / PARCELS as u64;
    println!("core: {:.1} parcels/s over {PARCELS} parcels, fully durable", PARCELS as f64 / took.as_secs_f64());
    println!("core: {} commits a parcel", floor.commits / PARCELS as u64);
    println!(
        "core: {:.3} ms a parcel = {:.2} bare commits ({:.3} ms each, median, in the same run)",
        ms(each),
        each.as_secs_f64() / bare.median().as_secs_f64(),
        ms(bare.median())
    );
    println!("core: {grown} bytes a parcel stay in the database");
    println!("core: {} bytes a parcel written, WAL and checkpoints", (written.0 - before.0) / PARCELS as u64);
}

/// Size of the database, bytes, without what still lies in the WAL.
fn database(setup: &Setup) -> u64 {
    let file = setup.config.station.data_dir.join(parceld::store::DATABASE);
    std::fs::metadata(file).map_or(0, |data| data.len())
}

/// Bytes this process has written, whatever it wrote to.
struct Written(u64);

impl Written {
    fn now() -> Self {
        let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        Self(io.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok()).unwrap_or(0))
    }
}

/// A packer, a scale and a printer that take no time.
pub struct Floor {
    core: Core,
    moment: Moment,
    /// Steps that recorded something: each is one commit.
    pub commits: u64,
    /// How long each step took, from its event to the changed station.
    pub took: Vec<Duration>,
    /// Pieces of orders that come in between the steps. An event comes at any moment of a piece, and waits for its end.
    pub coming: VecDeque<Vec<StoredOrder>>,
}

impl Floor {
    /// A station that knows these orders and whose pools have begun.
    pub fn new(setup: &Setup, orders: &[StoredOrder]) -> Self {
        let mut core = folder::open(setup);
        let today = Date::new(2026, 7, 15).expect("a date");
        let moment = Moment { now: Uptime(0), wall: Timestamp(1_784_100_000_000), today, minute: 600, clock: None };
        core.take_all_orders(moment, orders).expect("orders");
        let mut floor = Self { core, moment, commits: 0, took: Vec::new(), coming: VecDeque::new() };
        for carrier in setup.cards.carriers() {
            for pool in carrier.pools.iter().filter(|pool| pool.station == setup.rules.station) {
                let (carrier, pool, next) = (carrier.id.clone(), pool.id.clone(), pool.from);
                floor.step(Event::Act(Act::StartPool { carrier, pool, next }));
            }
        }
        floor.commits = 0;
        floor.took.clear();
        floor
    }

    fn step(&mut self, event: impl Into<Input>) -> Vec<Effect> {
        self.moment.now.0 += 100;
        self.moment.wall.0 += 100;
        let waited = self.piece();
        let began = Instant::now();
        let outcome = self.core.step(self.moment, event).expect("a step");
        self.took.push(waited + began.elapsed());
        self.commits += u64::from(!outcome.facts.is_empty());
        outcome.effects
    }

    /// Takes a piece of orders in, and what the next event waits for it: on average half.
    fn piece(&mut self) -> Duration {
        let Some(piece) = self.coming.pop_front() else { return Duration::ZERO };
        let began = Instant::now();
        self.core.take_orders(self.moment, &piece, OrderOrigin::File, None).expect("orders");
        // Steps of 0.618 fall everywhere between 0 and 1, evenly.
        began.elapsed() * (self.took.len() as u32 * 618 % 1000) / 1000
    }

    /// Time passes.
    pub fn wait(&mut self, ms: u64) {
        self.moment.now.0 += ms;
        self.moment.wall.0 += ms as i64;
    }

    /// Parcels that the station has not forgotten.
    pub fn known(&self) -> usize {
        self.core.station().parcels().count()
    }

    /// What the packer's scanner reads.
    pub fn scan(&mut self, text: &str) -> Vec<Effect> {
        let scan = Scan::read(text.as_bytes()).expect("a scan");
        self.step(Input::Scan { scanner: "hand".to_owned(), scan })
    }

    fn weigh(&mut self, grams: i64) -> Vec<Effect> {
        let value = format!("{grams}.0");
        let raw = format!("S S {value:>10} g").into_bytes();
        let mass = Mass::from_grams(grams);
        let reading = Reading { mass, value, unit: "g".to_owned(), state: WeightState::Stable, raw };
        let at = self.moment.now;
        self.step(Event::Weight { reading, at })
    }

    fn printer(&mut self, job: Job, event: PrinterEvent) -> Vec<Effect> {
        self.step(Event::Printer(job, event))
    }

    /// One order from the scan to the verified label.
    pub fn pack(&mut self, order: &StoredOrder) {
        self.weigh(0);
        self.scan(&order.id.number);
        let effects = self.weigh(740);
        let job =
            effects.iter().find_map(|effect| if let Effect::Prepare { job, .. } = effect { Some(*job) } else { None });
        let Some(job) = job else { panic!("{} found no carrier: {:?}", order.id.number, self.core.live().say) };
        self.printer(job, PrinterEvent::Ready { printer: "label".to_owned(), says: Box::new(says()) });
        self.printer(job, PrinterEvent::Sent);
        let evidence = "~HS: queue empty, 0 formats, 0 labels left".to_owned();
        self.printer(job, PrinterEvent::LabelOut { rung: 3, evidence });
        let tracking = self.core.station().parcel(job.parcel).and_then(|p| p.tracking()).expect("a number").to_owned();
        self.scan(&tracking);
        assert!(self.core.station().in_hand().is_none(), "{} is not closed", order.id.number);
    }

    /// Every carrier's parcels leave on a manifest.
    pub fn close_manifests(&mut self) {
        let carriers: Vec<_> = self.core.cards().carriers().iter().map(|carrier| carrier.id.clone()).collect();
        for carrier in carriers {
            let call = control::Call::CloseManifest { carrier };
            let _ = control::perform(&mut self.core, self.moment, call, &parceld::screen::Words::english());
        }
    }
}

/// What a printer of a good make says of itself.
fn says() -> Testimony {
    Testimony {
        address: "tcp://192.0.2.10:9100".to_owned(),
        serial: Some("41A06440023".to_owned()),
        odometer: Some(Odometer { count: 8_560, unit: FeedUnit::Inch }),
        empty: true,
        stored: Some(1),
    }
}
