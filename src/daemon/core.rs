//! One step of the station: observe, decide, commit, evolve. The only place where facts are written.

use std::sync::Arc;

use super::announce::Announcer;
use super::labels;
use super::orders::readable;
use crate::rating::Cards;
use crate::screen::{Link, View};
use crate::station::event::{Event, Lookup};
use crate::station::fact::Fact;
use crate::station::live::Live;
use crate::station::{Outcome, Rules, Station, World};
use crate::store::{FoundOrder, OrderBatch, Store, StoreError};
use crate::units::{Date, Timestamp, Uptime};

/// A moment, on every clock that matters.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// For waiting.
    pub now: Uptime,
    /// For people.
    pub wall: Timestamp,
    /// The ship date.
    pub today: Date,
    /// Minute of the day, in the warehouse's zone.
    pub minute: u16,
}

/// Station, memory and world together.
#[derive(Debug)]
pub struct Core {
    station: Station,
    live: Live,
    store: Store,
    rules: Rules,
    cards: Arc<Cards>,
}

impl Core {
    /// Puts other cards in force, from the next decision on.
    pub fn swap_cards(&mut self, cards: Arc<Cards>) {
        self.cards = cards;
    }

    /// Replays the journal.
    pub fn new(store: Store, rules: Rules, cards: Arc<Cards>) -> Result<Self, StoreError> {
        let mut station = Station::default();
        store.replay(|fact| station.evolve(&fact))?;
        let mut core = Self { station, live: Live::default(), store, rules, cards };
        core.sync_order()?;
        core.count_queue()?;
        Ok(core)
    }

    /// There is an uplink; until it answers, the link is down.
    pub fn expect_uplink(&mut self) {
        self.live.link = Some((Link::Down, None));
    }

    /// The station as the facts made it.
    pub fn station(&self) -> &Station {
        &self.station
    }

    /// What is only true now.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The memory.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The memory, to write what is no fact: orders, and what the uplink knows.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// What the station is configured to be.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The rate cards in force.
    pub fn cards(&self) -> &Arc<Cards> {
        &self.cards
    }

    /// What the packer sees.
    pub fn view(&self, moment: Moment) -> View {
        self.station.view(&self.world(moment))
    }

    /// Takes one event in. When it cannot be recorded nothing has changed, the screen says so, and nothing is done.
    pub fn step(&mut self, moment: Moment, mut event: Event) -> Result<Outcome, StoreError> {
        if let Event::Scanned { scanner, scan, .. } = &event
            && self.live.repeats(moment.now, scanner, &scan.text)
        {
            return Ok(Outcome::default());
        }
        if event == Event::Reconsider {
            // An order that was imported again may have brought its label.
            self.live.label = None;
        }
        let outcome = self.sync_label().and_then(|()| self.look_up(&mut event)).and_then(|()| {
            self.live.observe(&event, &self.rules);
            let outcome = self.decide(moment, &event);
            self.commit(moment, &outcome.facts, &OrderBatch::default())?;
            self.live.after(moment.now, &event, &outcome);
            Ok(outcome)
        });
        // What is recorded is done, whatever becomes of this reading: it is tried again with the next event.
        if let Err(error) = self.sync_order() {
            tracing::error!(%error, "the order in hand cannot be read");
        }
        match &outcome {
            // Only what was recorded, or what answers the packer, ends the alarm: a reading of the scale proves nothing.
            Ok(outcome) if !outcome.facts.is_empty() || matches!(event, Event::Scanned { .. }) => {
                self.live.cannot_record = None;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "cannot record");
                self.live.cannot_record = Some(error.to_string());
                self.live.forget_scan();
            }
        }
        if let Err(error) = self.count_queue() {
            tracing::error!(%error, "the outbox cannot be read");
        }
        outcome
    }

    /// Records an outcome that was decided beforehand, with orders; a packer hears what it says.
    pub(super) fn record(
        &mut self,
        moment: Moment,
        outcome: &mut Outcome,
        orders: &OrderBatch<'_>,
    ) -> Result<(), StoreError> {
        self.commit(moment, &outcome.facts, orders)?;
        self.live.after(moment.now, &Event::Reconsider, outcome);
        self.sync_order()?;
        self.count_queue()
    }

    /// What an event comes to; nothing is changed.
    pub(super) fn decide(&self, moment: Moment, event: &Event) -> Outcome {
        self.station.decide(&self.world(moment), event)
    }

    /// What is only true now, to be corrected.
    pub(super) fn live_mut(&mut self) -> &mut Live {
        &mut self.live
    }

    /// Records facts, what they tell the world, and orders, in one transaction; then the station is as they say.
    fn commit(&mut self, moment: Moment, facts: &[Fact], orders: &OrderBatch<'_>) -> Result<(), StoreError> {
        if facts.is_empty() && orders.puts.is_empty() && orders.cursor.is_none() {
            return Ok(());
        }
        let events = Announcer::new(&self.station, &self.rules, &self.store).announce(moment.wall, facts)?;
        self.store.commit_with(moment.wall, facts, &events, orders)?;
        for fact in facts {
            tracing::info!(fact = fact.name(), parcel = fact.parcel().map(|id| id.0), "recorded");
            self.station.evolve(fact);
        }
        Ok(())
    }

    fn world(&self, moment: Moment) -> World<'_> {
        World {
            now: moment.now,
            wall: moment.wall,
            today: moment.today,
            minute: moment.minute,
            live: &self.live,
            rules: &self.rules,
            cards: &self.cards,
        }
    }

    /// Fills in what a scanned code finds.
    fn look_up(&self, event: &mut Event) -> Result<(), StoreError> {
        if let Event::Scanned { scan, order, .. } = event {
            *order = match self.store.find_order(&scan.keys())? {
                FoundOrder::None => Lookup::None,
                FoundOrder::Many(orders) => Lookup::Many(orders),
                FoundOrder::One { body, version } => {
                    readable(&body).map_or(Lookup::None, |order| Lookup::One { order: Box::new(order), version })
                }
            };
        }
        Ok(())
    }

    /// Keeps the order of the parcel in hand at hand.
    fn sync_order(&mut self) -> Result<(), StoreError> {
        let Some((_, parcel)) = self.station.bench() else {
            self.live.order = None;
            self.live.order_of = None;
            self.live.label = None;
            return Ok(());
        };
        let packed_by = Some((parcel.order.clone(), parcel.version));
        if self.live.order.is_some() && self.live.order_of == packed_by {
            return Ok(());
        }
        let body = self.store.order_at(&parcel.order, parcel.version)?;
        self.live.order = body.as_deref().and_then(readable);
        self.live.order_of = packed_by;
        self.live.label = None;
        self.sync_label()
    }

    /// Keeps the label that came with the order in hand at hand.
    fn sync_label(&mut self) -> Result<(), StoreError> {
        let wanted = self.live.order.as_ref().filter(|_| self.live.label.is_none());
        if let Some((order, given)) = wanted.and_then(|order| Some((order, order.label.as_ref()?))) {
            self.live.label = self.store.label(&order.id(), given.tracking.as_str())?.and_then(labels::ready);
        }
        Ok(())
    }

    fn count_queue(&mut self) -> Result<(), StoreError> {
        (self.live.queue, self.live.waits_since) = self.store.waiting()?;
        Ok(())
    }
}
