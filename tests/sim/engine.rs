//! The station under test: the rules alone with the facts kept in memory, or the whole core over a real database.

use std::path::Path;
use std::sync::Arc;

use parceld::daemon::{Core, Moment};
use parceld::exchange::order;
use parceld::ids::ParcelId;
use parceld::rating::Cards;
use parceld::screen::View;
use parceld::station::event::{Effect, Event, Input, Job, Lookup, PrinterEvent};
use parceld::station::fact::{Cause, Fact};
use parceld::station::live::Live;
use parceld::station::order::{Order, OrderId};
use parceld::station::parcels::State;
use parceld::station::{Outcome, Rules, Station, World};
use parceld::store::{Store, StoredOrder};
use parceld::units::{Date, Timestamp, Uptime};

/// The orders of the demo.
const FIFTY: &[u8] = include_bytes!("../../config/orders/sample.jsonl");

/// What every history is played with.
pub(crate) struct Stage {
    pub(crate) rules: Rules,
    pub(crate) cards: Arc<Cards>,
    pub(crate) orders: Vec<Order>,
    pub(crate) stored: Vec<StoredOrder>,
}

impl Stage {
    pub(crate) fn new(rules: Rules) -> Self {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
        let cards = Arc::new(
            parceld::config::carriers::load(&dir, &["usps", "ontrac", "gofo", "cityline"].map(Into::into))
                .expect("the shipped cards"),
        );
        let incoming = order::read(FIFTY, "sample.jsonl").accepted;
        let orders = incoming.iter().map(|incoming| incoming.order.clone()).collect();
        let stored = incoming.into_iter().map(parceld::daemon::orders::stored).collect();
        Self { rules, cards, orders, stored }
    }
}

pub(crate) enum Engine<'a> {
    Rules { stage: &'a Stage, station: Box<Station>, live: Box<Live>, facts: Vec<Fact>, believes: Believes },
    Whole { stage: &'a Stage, core: Option<Box<Core>>, dir: tempfile::TempDir },
}

impl<'a> Engine<'a> {
    pub(crate) fn rules(stage: &'a Stage) -> Self {
        Self::Rules {
            stage,
            station: Box::default(),
            live: Box::default(),
            facts: Vec::new(),
            believes: Believes::Proof,
        }
    }

    /// A station that believes more than is proved: wrong on purpose.
    pub(crate) fn gullible(stage: &'a Stage, believes: Believes) -> Self {
        Self::Rules { stage, station: Box::default(), live: Box::default(), facts: Vec::new(), believes }
    }

    pub(crate) fn whole(stage: &'a Stage) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let mut core = open(stage, dir.path());
        let today = Date::new(2026, 11, 23).expect("a day");
        let moment = Moment { now: Uptime(0), wall: Timestamp(0), today, minute: 0, clock: None };
        core.take_all_orders(moment, &stage.stored).expect("orders");
        Self::Whole { stage, core: Some(core), dir }
    }

    pub(crate) fn stage(&self) -> &'a Stage {
        match self {
            Self::Rules { stage, .. } | Self::Whole { stage, .. } => stage,
        }
    }

    pub(crate) fn step(&mut self, moment: Moment, input: Input) -> Outcome {
        match self {
            Self::Whole { core, .. } => {
                core.as_mut().expect("a running core").step(moment, input).expect("a disk that takes it")
            }
            Self::Rules { stage, station, live, facts, believes } => {
                let event = match input {
                    Input::Scan { scanner, scan } => {
                        if live.repeats(moment.now, &scanner, &scan.text) {
                            return Outcome::default();
                        }
                        let keys = scan.keys();
                        let found = |order: &&Order| keys.contains(&order.order_ref);
                        let found = stage.orders.iter().find(found).cloned();
                        let order = found.map_or(Lookup::None, |order| Lookup::One {
                            order: Box::new(order),
                            version: 1,
                            blocked: None,
                        });
                        Event::Scanned { scanner, scan, order }
                    }
                    Input::Event(event) => event,
                };
                // As the core does: what is to be said of the clock is recorded before anything is decided by it.
                let order = in_hand(stage, station);
                let looked = station.decide(&world(stage, live, order, moment), &Event::Clock);
                looked.facts.iter().for_each(|fact| station.evolve(fact));
                facts.extend(looked.facts.iter().cloned());
                live.after(moment.now, &Event::Clock, &looked, order.is_some());
                live.observe(&event, &stage.rules);
                let mut outcome = station.decide(&world(stage, live, order, moment), &event);
                if let Some(believed) = believed(*believes, station, &event) {
                    outcome = believed;
                }
                for fact in &outcome.facts {
                    station.evolve(fact);
                }
                facts.extend(outcome.facts.iter().cloned());
                live.after(moment.now, &event, &outcome, order.is_some());
                outcome.facts.splice(0..0, looked.facts);
                outcome.effects.splice(0..0, looked.effects);
                outcome
            }
        }
    }

    /// The program dies and comes back: what was only true then is gone.
    pub(crate) fn restart(&mut self) {
        match self {
            Self::Whole { stage, core, dir } => {
                drop(core.take());
                *core = Some(open(stage, dir.path()));
            }
            Self::Rules { station, live, facts, .. } => {
                **station = Station::replay(facts.iter().cloned());
                **live = Live::default();
            }
        }
    }

    pub(crate) fn view(&self, moment: Moment) -> View {
        match self {
            Self::Whole { core, .. } => core.as_ref().expect("a running core").view(moment),
            Self::Rules { stage, station, live, .. } => {
                station.view(&world(stage, live, in_hand(stage, station), moment))
            }
        }
    }

    pub(crate) fn station(&self) -> &Station {
        match self {
            Self::Whole { core, .. } => core.as_ref().expect("a running core").station(),
            Self::Rules { station, .. } => station,
        }
    }

    /// The parcels of an order, also those that have gone.
    pub(crate) fn of_order(&self, order: &OrderId) -> Vec<ParcelId> {
        match self {
            Self::Whole { core, .. } => {
                let archive = core.as_ref().expect("a running core").archive();
                archive.of_order(order).expect("readable parcels").iter().map(|parcel| parcel.id).collect()
            }
            Self::Rules { station, .. } => station.of_order(order).map(|parcel| parcel.id).collect(),
        }
    }

    /// Every fact that replay hands over.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        match self {
            Self::Rules { facts, .. } => facts.clone(),
            Self::Whole { core, .. } => {
                let mut facts = Vec::new();
                let store = core.as_ref().expect("a running core").store();
                store.replay(|fact| facts.push(fact)).expect("readable facts");
                facts
            }
        }
    }

    /// Numbers of the events that wait or waited for the uplink; `None` where none are kept.
    pub(crate) fn outbox(&self) -> Option<Vec<u64>> {
        let Self::Whole { core, .. } = self else { return None };
        let store = core.as_ref()?.store();
        let rows = store.outbox_after(store.incarnation(), 0, 100_000, usize::MAX).expect("the outbox");
        Some(rows.iter().map(|row| row.seq).collect())
    }

    pub(crate) fn in_hand(&self) -> Option<ParcelId> {
        self.station().in_hand().map(|parcel| parcel.id)
    }
}

/// What a station takes for proof that nothing came out.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Believes {
    /// What is proved, as it should.
    Proof,
    /// Every odometer that does not move.
    AnyOdometer,
    /// One that is known to count, also of a printer that was without power.
    WithoutPower,
}

/// What a station decides that believes more than is proved.
fn believed(believes: Believes, station: &Station, event: &Event) -> Option<Outcome> {
    let Event::Printer(job, PrinterEvent::AtRest { says }) = event else { return None };
    let parcel = station.parcel(job.parcel)?;
    let print = parcel.prints().last().filter(|_| parcel.state() == State::PrintUncertain)?;
    let before = &print.before.as_ref()?.says;
    let again = Job { attempt: job.attempt + 1, ..*job };
    let spoiled = Fact::PrintSpoiled {
        parcel: job.parcel,
        attempt: job.attempt,
        reason: "the odometer did not move".into(),
        cause: Some(Cause::NothingOut),
        operator: None,
        supervisor: None,
    };
    let stood_still = parcel.attempt() == job.attempt && before.odometer.is_some() && says.odometer == before.odometer;
    let same = says.serial.is_some() && says.serial == before.serial;
    let is_believed = match believes {
        Believes::Proof => false,
        Believes::AnyOdometer => true,
        Believes::WithoutPower => same && station.counts_labels(),
    };
    let effects = vec![Effect::Prepare { job: again, clear: true }];
    (stood_still && is_believed && job.attempt < Station::ATTEMPTS).then(|| Outcome {
        facts: vec![spoiled],
        effects,
        ..Outcome::default()
    })
}

fn open(stage: &Stage, dir: &Path) -> Box<Core> {
    let store = Store::open(dir).expect("a store");
    Box::new(Core::new(store, stage.rules.clone(), stage.cards.clone()).expect("a core"))
}

fn world<'w>(stage: &'w Stage, live: &'w Live, order: Option<&'w Order>, moment: Moment) -> World<'w> {
    let Moment { now, wall, today, minute, clock } = moment;
    World { now, wall, today, minute, clock, live, order, label: None, rules: &stage.rules, cards: &stage.cards }
}

/// The order of the parcel in hand.
fn in_hand<'w>(stage: &'w Stage, station: &Station) -> Option<&'w Order> {
    station.in_hand().and_then(|parcel| stage.orders.iter().find(|o| o.order_ref == parcel.order.number))
}
