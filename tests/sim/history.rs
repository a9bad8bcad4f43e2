//! One seeded history: a bench in trouble, then a calm in which it must come free.

use std::collections::BTreeMap;

use parceld::barcode::{Command, Scan};
use parceld::ids::ParcelId;
use parceld::station::SSCC_POOL;
use parceld::station::containers::Bag;
use parceld::station::event::{Act, Effect, Event, Input, Job, Learned, Reading, WeightState};
use parceld::station::fact::{BagKind, Ending, Fact, FactKind};
use parceld::station::order::OrderState;
use parceld::units::{Date, Mass};

use crate::clocks::Clocks;
use crate::dice::Dice;
use crate::engine::Engine;
use crate::packer::{CARRIERS, Move, Packer};
use crate::printer::Printer;
use crate::record::Record;

/// Turns of trouble, and the most that the calm may take.
const TROUBLE: usize = 90;
const CALM: usize = 160;

struct Bench<'a> {
    dice: Dice,
    engine: Engine<'a>,
    printer: Printer,
    packer: Packer,
    orders: Vec<String>,
    /// Labels that the packer destroyed: everything of this parcel up to this attempt.
    destroyed: Vec<Job>,
    /// Facts recorded so far, without decisions, which replay leaves out.
    recorded: usize,
    /// The number of every parcel that ever had one.
    numbers: BTreeMap<ParcelId, String>,
    /// Closed manifests of which nothing says yet that the receiver has them.
    manifests: Vec<String>,
    pan: i64,
    clocks: Clocks,
    days: Vec<(ParcelId, Date, Date)>,
    lied: bool,
    /// The station was killed at least once.
    crashes: bool,
}

pub(crate) fn play(seed: u64, engine: Engine<'_>) -> Result<Record, String> {
    let mut dice = Dice::new(seed);
    let stage = engine.stage();
    let orders = (0..6).filter_map(|_| dice.pick(&stage.orders)).map(|order| order.order_ref.clone()).collect();
    let crashes = dice.one_in(2);
    let printer = Printer::new(&mut dice);
    let clocks = Clocks::new(&mut dice);
    let mut bench = Bench {
        dice,
        engine,
        printer,
        packer: Packer::default(),
        orders,
        destroyed: Vec::new(),
        recorded: 0,
        numbers: BTreeMap::new(),
        manifests: Vec::new(),
        pan: 0,
        clocks,
        days: Vec::new(),
        lied: false,
        crashes,
    };
    bench.begin();
    for _ in 0..TROUBLE {
        bench.turn(false);
    }
    bench.clocks.keep();
    let mut left = CALM;
    while bench.engine.in_hand().is_some() || !bench.printer.said.is_empty() {
        left -= 1;
        if left == 0 {
            let view = bench.engine.view(bench.clocks.moment());
            return Err(format!(
                "the bench does not come free: {:?}, {:?}",
                view.headline,
                bench.engine.station().in_hand()
            ));
        }
        bench.turn(true);
    }
    bench.engine.restart();
    Ok(Record {
        facts: bench.engine.facts(),
        station: bench.engine.station().clone(),
        emitted: bench.printer.emitted,
        outbox: bench.engine.outbox(),
        days: bench.days,
        lied: bench.lied,
    })
}

impl Bench<'_> {
    fn begin(&mut self) {
        let stage = self.engine.stage();
        for carrier in stage.cards.carriers() {
            for pool in carrier.pools.iter().filter(|pool| pool.station == stage.rules.station) {
                let (carrier, pool, next) = (carrier.id.clone(), pool.id.clone(), pool.from);
                self.event(true, Event::Act(Act::StartPool { carrier, pool, next }));
            }
        }
        // Without it no bag has a number, and all else is the same.
        if let Some(range) = stage.rules.sscc.as_ref().filter(|_| self.dice.one_in(2)) {
            let (carrier, pool) = (SSCC_POOL.into(), range.prefix().into());
            self.event(true, Event::Act(Act::StartPool { carrier, pool, next: range.serials().0 }));
        }
        self.event(true, Event::Started);
    }

    fn turn(&mut self, calm: bool) {
        let ms = if calm { 1_500 } else { [300, 900, 1_500, 5_000][self.dice.below(4)] };
        self.clocks.pass(ms);
        if !calm && self.dice.one_in(90) {
            self.clocks.trouble(&mut self.dice);
        }
        self.event(calm, Event::Clock);
        let out = self.printer.emitted.len();
        self.printer.tick(&mut self.dice, calm, self.recorded);
        // The worst moment: a label is out, and nobody has heard of it.
        if !calm && self.crashes && self.printer.emitted.len() > out && self.dice.one_in(3) {
            self.crash();
        }
        let hear = if calm { 4 } else { self.dice.below(3) };
        for _ in 0..hear {
            if let Some(event) = self.printer.said.pop_front() {
                self.event(calm, event);
            }
        }
        self.weigh(calm);
        if !calm && self.dice.one_in(10) {
            let late = self.dice.below(3);
            let told = self.manifests.len().saturating_sub(late);
            self.event(calm, Event::Confirmed { manifests: self.manifests[..told].to_vec() });
        }
        if !calm && self.dice.one_in(12) {
            self.driver_comes();
        }
        if !calm && self.dice.one_in(30) {
            self.outcome_arrives();
        }
        if !calm && self.dice.one_in(20) {
            let carrier = CARRIERS[self.dice.below(CARRIERS.len())].into();
            self.event(calm, Event::Act(Act::CloseManifest { carrier }));
        }
        if !calm && self.dice.one_in(12) {
            self.order_changes();
        }
        if !calm && self.crashes && self.dice.one_in(25) {
            self.crash();
        }
        self.pack(calm);
    }

    /// The carrier of the oldest manifest takes what is on it.
    fn driver_comes(&mut self) {
        let waits = self.engine.station().manifests().iter().find(|manifest| !manifest.handed_over);
        let Some(carrier) = waits.map(|manifest| manifest.carrier.to_string()) else { return };
        self.scan(false, &Command::Handover(carrier).encode());
        self.scan(false, &Command::Ok.encode());
    }

    /// Somebody's records say what became of a parcel.
    fn outcome_arrives(&mut self) {
        let numbers: Vec<String> = self.numbers.values().cloned().collect();
        let Some(tracking) = self.dice.pick(&numbers).cloned() else { return };
        let ending = [Ending::Delivered, Ending::Lost][self.dice.below(2)];
        let on = self.clocks.true_day();
        let outcomes = vec![Learned { tracking: tracking.into(), ending, on, service: None }];
        self.event(false, Event::Act(Act::LearnOutcomes { outcomes }));
    }

    /// Something else is said of an order, or what was said first again.
    fn order_changes(&mut self) {
        let stage = self.engine.stage();
        let Some(number) = self.dice.pick(&self.orders).cloned() else { return };
        let Some(packed) = stage.orders.iter().find(|order| order.order_ref == number) else { return };
        let mut order = Box::new(packed.clone());
        match self.dice.below(4) {
            0 => order.state = OrderState::Cancelled,
            1 => order.state = OrderState::Hold,
            2 => order.ship_to.line1 = "2 New Street".to_owned(),
            _ => {}
        }
        let parcels = self.engine.of_order(&packed.id());
        let begun = parcels.into_iter().map(|parcel| (parcel, Some(packed.clone()))).collect();
        self.event(false, Event::OrderChanged { order, begun, blocked: false });
    }

    fn weigh(&mut self, calm: bool) {
        let state = if !calm && self.dice.one_in(4) { WeightState::Moving } else { WeightState::Stable };
        let mass = Mass::from_grams(self.pan);
        let reading = Reading { mass, value: self.pan.to_string(), unit: "g".into(), state, raw: b"S".to_vec() };
        self.event(calm, Event::Weight { reading, at: self.clocks.moment().now });
    }

    fn pack(&mut self, calm: bool) {
        let view = self.engine.view(self.clocks.moment());
        let orders = if calm { &[][..] } else { &self.orders };
        let bag = if calm { None } else { bag_to_lay(&self.engine) };
        let chosen = if let Some(code) = bag.filter(|_| self.dice.one_in(2)) {
            Move::Scan(code)
        } else if !calm && self.dice.one_in(7) {
            let labels = self.labels_anywhere();
            Packer::blunder(&mut self.dice, &labels, &self.orders)
        } else {
            let label = label_in_hand(&self.engine, &self.printer, &self.destroyed);
            self.packer.follow(&mut self.dice, &view, label, orders)
        };
        match chosen {
            Move::Nothing => {}
            Move::Put(grams) => self.pan = grams,
            Move::Lift => self.pan = 0,
            Move::LoadPaper => self.printer.load_paper(),
            Move::SetClock => self.clocks.correct(),
            Move::SayDate => self.say_date(calm),
            Move::Scan(text) => self.scan(calm, &text),
            Move::Say(command) => self.scan(calm, &command.encode()),
        }
    }

    /// The screen asks for the date. Where it is wrong a person sets the clock, or says yes to what is near.
    fn say_date(&mut self, calm: bool) {
        match self.clocks.days_wrong() {
            0 => {}
            -9..=9 if !calm && self.dice.one_in(3) => self.lied = true,
            _ => return self.clocks.correct(),
        }
        let yes = if self.dice.one_in(2) { Command::DateOk } else { Command::Ok };
        self.scan(calm, &yes.encode());
    }

    fn scan(&mut self, calm: bool, text: &str) {
        let Ok(scan) = Scan::read(text.as_bytes()) else { return };
        self.event(calm, Input::Scan { scanner: "hand".into(), scan });
    }

    fn event(&mut self, calm: bool, event: impl Into<Input>) {
        let outcome = self.engine.step(self.clocks.moment(), event.into());
        self.recorded += outcome.facts.iter().filter(|fact| fact.kind() != FactKind::Decided).count();
        for fact in &outcome.facts {
            match fact {
                // Said to the packer as "destroy it": from here on it is not in anybody's hand.
                Fact::PrintSpoiled { parcel, attempt, .. } => {
                    self.destroyed.push(Job { parcel: *parcel, attempt: *attempt });
                }
                Fact::Verified { .. } => self.pan = 0,
                Fact::Committed { parcel, commitment } => {
                    self.numbers.insert(*parcel, commitment.tracking.to_string());
                    self.days.extend(commitment.chosen_on.map(|day| (*parcel, day, self.clocks.true_day())));
                }
                Fact::ManifestClosed { manifest, .. } => self.manifests.push(manifest.clone()),
                Fact::ManifestConfirmed { manifest } => self.manifests.retain(|waits| waits != manifest),
                _ => {}
            }
        }
        if !calm && self.crashes && !outcome.effects.is_empty() && self.dice.one_in(30) {
            return self.crash();
        }
        for effect in &outcome.effects {
            self.printer.perform(&mut self.dice, calm, effect);
        }
        if outcome.effects.contains(&Effect::Reconsider) {
            self.event(calm, Event::Reconsider);
        }
    }

    /// The numbers of every label that came out, destroyed or not: a packer may scan any of them.
    fn labels_anywhere(&self) -> Vec<String> {
        self.printer.emitted.iter().filter_map(|out| self.numbers.get(&out.job.parcel).cloned()).collect()
    }

    /// Between the record and what follows from it.
    fn crash(&mut self) {
        let mains = self.dice.one_in(2);
        self.printer.orphan(&mut self.dice, mains);
        if mains {
            self.clocks.reboot(&mut self.dice);
        }
        self.engine.restart();
        self.event(true, Event::Started);
    }
}

/// A label of the parcel in hand that came out and was not destroyed.
fn label_in_hand(engine: &Engine<'_>, printer: &Printer, destroyed: &[Job]) -> Option<String> {
    let parcel = engine.station().in_hand()?;
    let gone = destroyed.iter().filter(|job| job.parcel == parcel.id).map(|job| job.attempt).max().unwrap_or(0);
    let out = printer.emitted.iter().any(|out| out.job.parcel == parcel.id && out.job.attempt > gone);
    out.then(|| parcel.tracking().map(str::to_owned))?
}

/// The label of a closed bag that is on no pallet, while one is open.
fn bag_to_lay(engine: &Engine<'_>) -> Option<String> {
    let station = engine.station();
    station.bags().find(|(_, bag)| bag.kind == BagKind::Pallet && !bag.closed)?;
    let here = |bag: &Bag| {
        let first = bag.parcels.first().and_then(|(id, _)| station.parcel(*id));
        first.is_some_and(|parcel| !station.handed_over(parcel))
    };
    let loose = |bag: &Bag| bag.kind == BagKind::Bag && bag.closed && bag.pallet.is_none() && here(bag);
    let (id, _) = station.bags().rev().find(|(_, bag)| loose(bag))?;
    Some(station.container(&engine.stage().rules, id))
}
