//! One step of the station: observe, decide, commit, evolve. The only place where facts are written.

use std::sync::Arc;

use super::announce::Announcer;
use super::labels;
use super::orders::readable;
use crate::label::Supplied;
use crate::rating::Cards;
use crate::screen::{Link, View};
use crate::station::event::{Event, Input, Lookup};
use crate::station::fact::Fact;
use crate::station::live::Live;
use crate::station::order::{Order, OrderId};
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
    in_hand: Option<OrderInHand>,
}

/// The order of the parcel in hand, as it was said when the parcel was begun.
#[derive(Debug)]
struct OrderInHand {
    id: OrderId,
    version: u64,
    order: Order,
    /// Its label, where that came with it.
    label: Option<Supplied>,
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
        let mut core = Self { station, live: Live::default(), store, rules, cards, in_hand: None };
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
    pub fn step(&mut self, moment: Moment, input: impl Into<Input>) -> Result<Outcome, StoreError> {
        let input = input.into();
        if let Input::Scan { scanner, scan } = &input
            && self.live.repeats(moment.now, scanner, &scan.text)
        {
            return Ok(Outcome::default());
        }
        if input == Input::Event(Event::Reconsider) {
            // An order that was imported again may have brought its label.
            self.forget_label();
        }
        let is_scan = matches!(input, Input::Scan { .. });
        let outcome = self.sync_label().and_then(|()| self.complete(input)).and_then(|event| {
            self.live.observe(&event, &self.rules);
            let outcome = self.decide(moment, &event);
            let in_hand = self.in_hand.is_some();
            self.commit(moment, &outcome.facts, &OrderBatch::default())?;
            self.live.after(moment.now, &event, &outcome, in_hand);
            Ok(outcome)
        });
        // What is recorded is done, whatever becomes of this reading: it is tried again with the next event.
        if let Err(error) = self.sync_order() {
            tracing::error!(%error, "the order in hand cannot be read");
        }
        match &outcome {
            // Only what was recorded, or what answers the packer, ends the alarm: a reading of the scale proves nothing.
            Ok(outcome) if !outcome.facts.is_empty() || is_scan => {
                self.live.cannot_record = None;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "cannot record");
                self.live.cannot_record = Some(error.to_string());
                self.live.damaged |= error.is_damage();
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
        let in_hand = self.in_hand.is_some();
        self.commit(moment, &outcome.facts, orders)?;
        self.live.after(moment.now, &Event::Reconsider, outcome, in_hand);
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
            order: self.in_hand.as_ref().map(|in_hand| &in_hand.order),
            label: self.in_hand.as_ref().and_then(|in_hand| in_hand.label.as_ref()),
            rules: &self.rules,
            cards: &self.cards,
        }
    }

    /// A scanned code with the order that it finds; everything else is complete.
    fn complete(&self, input: Input) -> Result<Event, StoreError> {
        let (scanner, scan) = match input {
            Input::Scan { scanner, scan } => (scanner, scan),
            Input::Event(event) => return Ok(event),
        };
        let order = match self.store.find_order(&scan.keys())? {
            FoundOrder::None => Lookup::None,
            FoundOrder::Many(orders) => Lookup::Many(orders),
            FoundOrder::One { body, version } => {
                readable(&body).map_or(Lookup::None, |order| Lookup::One { order: Box::new(order), version })
            }
        };
        Ok(Event::Scanned { scanner, scan, order })
    }

    /// Keeps the order of the parcel in hand at hand.
    fn sync_order(&mut self) -> Result<(), StoreError> {
        let Some(parcel) = self.station.in_hand() else {
            self.in_hand = None;
            return Ok(());
        };
        if self.in_hand.as_ref().is_some_and(|known| known.id == parcel.order && known.version == parcel.version) {
            return Ok(());
        }
        let (id, version) = (parcel.order.clone(), parcel.version);
        self.in_hand = None;
        let body = self.store.order_at(&id, version)?;
        let order = body.as_deref().and_then(readable);
        self.in_hand = order.map(|order| OrderInHand { id, version, order, label: None });
        self.sync_label()
    }

    fn forget_label(&mut self) {
        if let Some(in_hand) = &mut self.in_hand {
            in_hand.label = None;
        }
    }

    /// Keeps the label that came with the order in hand at hand.
    fn sync_label(&mut self) -> Result<(), StoreError> {
        if let Some(in_hand) = self.in_hand.as_mut().filter(|in_hand| in_hand.label.is_none())
            && let Some(given) = &in_hand.order.label
        {
            let label = self.store.label(&in_hand.order.id(), given.tracking.as_str())?;
            in_hand.label = label.and_then(labels::ready);
        }
        Ok(())
    }

    fn count_queue(&mut self) -> Result<(), StoreError> {
        (self.live.queue, self.live.waits_since) = self.store.waiting()?;
        Ok(())
    }
}
