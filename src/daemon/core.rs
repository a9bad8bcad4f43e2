//! One step of the station: observe, decide, commit, evolve. The only place where facts are written.

use std::sync::Arc;

use super::announce::Announcer;
use super::archive::{self, Archive};
use super::orders::readable;
use super::{filling, labels};
use crate::ids::{BagId, ParcelId};
use crate::label::Supplied;
use crate::rating::Cards;
use crate::screen::{Link, View};
use crate::station::clock::ClockReading;
use crate::station::event::{Act, Effect, Event, Input, Lookup};
use crate::station::fact::Fact;
use crate::station::live::Live;
use crate::station::order::{Order, OrderId};
use crate::station::{Outcome, Rules, Shown, Station, World};
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
    /// What the computer's clocks say beside it; `None` where what is known of the clock stands.
    pub clock: Option<ClockReading>,
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
    /// Something may be forgotten.
    to_forget: bool,
    /// Something may be to be given to the sellers' systems, or was stopped after it was.
    to_export: bool,
    /// The fact as of which the snapshot is that was kept last.
    snapshot: u64,
    /// What is to be done because of the clock, until an event succeeds and takes it out.
    owed: Vec<Effect>,
    /// The row of the last order that was looked at to be erased.
    pub(super) erase_after: i64,
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

    /// Facts that are recorded between two snapshots: what a start replays at most, in a fraction of a second.
    const SNAPSHOT_EVERY: u64 = 10_000;

    /// The station as it was left: from the newest snapshot and the facts after it.
    pub fn new(mut store: Store, rules: Rules, cards: Arc<Cards>) -> Result<Self, StoreError> {
        let station = archive::start(&mut store)?;
        let snapshot = store.snapshot_seq()?;
        let mut core = Self {
            station,
            live: Live::default(),
            store,
            rules,
            cards,
            in_hand: None,
            to_forget: false,
            to_export: true,
            snapshot,
            owed: Vec::new(),
            erase_after: 0,
        };
        core.sync_order()?;
        core.look_at_store()?;
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

    /// The time, where the clock is believed: by it ages are counted.
    pub fn believed(&self, moment: Moment) -> Option<Timestamp> {
        self.station.clock_doubt().is_none().then_some(moment.wall)
    }

    /// What time it is at least; `None` where the clock is believed.
    pub fn time_floor(&self) -> Option<Timestamp> {
        self.station.time_floor(&self.rules)
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
        let outcome = self.look_at_clock(moment).and_then(|facts| {
            let of_clock_alone = input == Input::Event(Event::Clock);
            let mut outcome = if of_clock_alone { Outcome::default() } else { self.take(moment, input)? };
            outcome.facts.splice(0..0, facts);
            outcome.effects.splice(0..0, std::mem::take(&mut self.owed));
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
        if let Err(error) = self.look_at_store() {
            tracing::error!(%error, "the outbox cannot be read");
        }
        self.forget();
        outcome
    }

    /// Records what is to be said of the clock, before anything is decided by it.
    fn look_at_clock(&mut self, moment: Moment) -> Result<Vec<Fact>, StoreError> {
        let mut outcome = self.decide(moment, &Event::Clock);
        self.commit(moment, &outcome.facts, &OrderBatch::default())?;
        self.live.after(moment.now, &Event::Clock, &outcome, self.in_hand.is_some());
        self.owed.append(&mut outcome.effects);
        for fact in &outcome.facts {
            if let Fact::ClockDoubted { why, .. } = fact {
                tracing::warn!(?why, wall = moment.wall.0, "the computer's clock is not believed; the screen asks");
            }
        }
        Ok(outcome.facts)
    }

    fn take(&mut self, moment: Moment, input: Input) -> Result<Outcome, StoreError> {
        self.sync_label()?;
        let event = self.complete(input)?;
        self.recall_named(&event)?;
        self.live.observe(&event, &self.rules);
        let outcome = self.decide(moment, &event);
        let in_hand = self.in_hand.is_some();
        self.commit(moment, &outcome.facts, &OrderBatch::default())?;
        self.live.after(moment.now, &event, &outcome, in_hand);
        Ok(outcome)
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
        self.forget();
        self.look_at_store()
    }

    /// Tries again to write what failed and follows from no event: the mark of copies.
    pub(super) fn retry_mark(&mut self) {
        self.store.retry_mark();
        self.live.no_mark = self.store.mark_fails();
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
            self.to_forget |= matches!(fact, Fact::ManifestHandedOver { .. } | Fact::Voided { .. });
            self.to_export |= matches!(
                fact,
                Fact::ManifestClosed { .. }
                    | Fact::Voided { .. }
                    | Fact::Held { .. }
                    | Fact::LeftOut { .. }
                    | Fact::Intercepted { .. }
                    | Fact::Released { .. }
            );
        }
        Ok(())
    }

    /// Whether something may be to be exported since this was asked last; so it is at the start.
    pub(super) fn take_to_export(&mut self) -> bool {
        std::mem::take(&mut self.to_export)
    }

    /// The station, and what it has forgotten.
    pub fn archive(&self) -> Archive<'_> {
        Archive { station: &self.station, store: &self.store }
    }

    /// Brings back what an event names and the station has forgotten.
    fn recall_named(&mut self, event: &Event) -> Result<(), StoreError> {
        // The label that came with the order in hand names a number, which may have been used long ago.
        if let Some(label) = self.in_hand.as_ref().and_then(|in_hand| in_hand.order.label.as_ref())
            && self.station.in_hand().is_some_and(|parcel| parcel.tracking().is_none())
        {
            let number = label.tracking.clone();
            self.recall_numbered(number.as_str())?;
        }
        match event {
            Event::Scanned { scan, order, .. } if scan.command().is_none() => {
                for key in scan.keys() {
                    if self.recall_numbered(&key)? {
                        break;
                    }
                }
                self.recall_containers(&scan.keys())?;
                if let Some(id) = Station::parcel_marked(&scan.text) {
                    self.recall(id)?;
                }
                match order {
                    Lookup::None => {}
                    Lookup::Unread(id) => self.recall_order(&id.number)?,
                    Lookup::One { order, .. } => self.recall_order(&order.order_ref)?,
                    Lookup::Many(orders) => orders.iter().try_for_each(|id| self.recall_order(&id.number))?,
                }
            }
            Event::Copied { parcels, .. } => parcels.iter().try_for_each(|id| self.recall(*id))?,
            Event::OrderChanged { begun, .. } => begun.iter().try_for_each(|(id, _)| self.recall(*id))?,
            Event::Act(Act::LearnOutcomes { outcomes }) => {
                for learned in outcomes {
                    self.recall_numbered(learned.tracking.as_str())?;
                }
            }
            // What these name is here; a command is about what was shown, which is not forgotten.
            Event::Scanned { .. }
            | Event::Started
            | Event::BadScan { .. }
            | Event::Weight { .. }
            | Event::NoWeight(_)
            | Event::ScaleKey { .. }
            | Event::Device { .. }
            | Event::Printer(..)
            | Event::Uplink { .. }
            | Event::Confirmed { .. }
            | Event::OrderRefused { .. }
            | Event::Act(Act::CloseManifest { .. } | Act::StartPools | Act::StartPool { .. })
            | Event::Clock
            | Event::Reconsider => {}
        }
        Ok(())
    }

    /// Brings back the parcel that travels under a number. Whether there is one.
    fn recall_numbered(&mut self, number: &str) -> Result<bool, StoreError> {
        let Some(id) = self.archive().by_tracking(number)? else { return Ok(false) };
        self.recall(id)?;
        Ok(true)
    }

    /// Brings back the parcels of the orders with a number.
    pub(super) fn recall_order(&mut self, number: &str) -> Result<(), StoreError> {
        self.store.parcels_of_number(number)?.into_iter().try_for_each(|id| self.recall(id))
    }

    fn recall(&mut self, id: ParcelId) -> Result<(), StoreError> {
        if self.station.parcel(id).is_some() {
            return Ok(());
        }
        if let Some(parcel) = self.store.parcel(id)? {
            if let Some(bag) = parcel.bag() {
                archive::recall_bag(&self.store, &mut self.station, bag)?;
            }
            self.station.recall(parcel);
            self.to_forget = true;
        }
        Ok(())
    }

    /// Brings back the bags and pallets of which these are codes.
    fn recall_containers(&mut self, keys: &[String]) -> Result<(), StoreError> {
        let mut found: Vec<BagId> = Station::bag_called(&self.rules, keys).into_iter().collect();
        for key in keys {
            found.extend(self.store.bag_with_sscc(key.strip_prefix("00").unwrap_or(key))?);
            found.extend(self.store.bag_with_sscc(key)?);
        }
        for id in found {
            archive::recall_bag(&self.store, &mut self.station, id)?;
            self.to_forget = true;
        }
        Ok(())
    }

    /// Forgets what is not here any more, and now and then, with nothing in hand, keeps a snapshot. What fails is tried
    /// again: it only makes the next start longer.
    fn forget(&mut self) {
        if self.to_forget {
            if let Err(error) = archive::keep_bags(&mut self.store, &self.station) {
                tracing::error!(%error, "bags cannot be kept");
                return;
            }
            let shown = Shown { parcel: self.live.shown, container: self.live.container };
            self.station.forget(shown);
            self.to_forget = shown.parcel.is_some() || shown.container.is_some();
        }
        let seq = self.store.last_fact();
        if seq >= self.snapshot + Self::SNAPSHOT_EVERY && self.station.in_hand().is_none() {
            self.snapshot = seq;
            if let Err(error) = self.store.keep_snapshot(&self.station, seq) {
                tracing::error!(%error, "no snapshot could be kept");
            }
        }
    }

    fn world(&self, moment: Moment) -> World<'_> {
        World {
            now: moment.now,
            wall: moment.wall,
            today: moment.today,
            minute: moment.minute,
            clock: moment.clock,
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
            FoundOrder::KeyGone(id) => Lookup::Unread(id),
            FoundOrder::Many(orders) => Lookup::Many(orders),
            FoundOrder::One { id, body, version } => match readable(&body) {
                Some(order) => {
                    let blocked = filling::blocked_sku(&self.store, &order)?;
                    Lookup::One { order: Box::new(order), version, blocked }
                }
                None => Lookup::Unread(id),
            },
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

    /// What is known of an order is out of the memory, too.
    pub(super) fn forget_in_hand(&mut self, order: &OrderId) {
        self.in_hand.take_if(|in_hand| in_hand.id == *order);
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

    /// What is shown of the memory itself.
    fn look_at_store(&mut self) -> Result<(), StoreError> {
        self.live.no_mark = self.store.mark_fails();
        (self.live.queue, self.live.waits_since) = self.store.waiting()?;
        Ok(())
    }
}
