//! Parcels that were begun: what is said afterwards of their orders, and of the items in them, stops them or lets them go on.

use std::collections::BTreeSet;

use super::orders::readable;
use super::{Core, Moment, filling};
use crate::ids::ParcelId;
use crate::station::event::Event;
use crate::station::fact::{Fact, Intercept};
use crate::station::order::{Order, OrderId};
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Station};
use crate::store::{OrderBatch, StoreError};

impl Core {
    /// What something new that is said of an order makes of the parcels that were begun for it.
    pub(super) fn follow(&self, moment: Moment, order: &Order) -> Result<Outcome, StoreError> {
        let mut begun: Vec<(ParcelId, Option<Order>)> = Vec::new();
        for parcel in self.station().of_order(&order.id()) {
            let packed = self.store().order_at(&parcel.order, parcel.version)?;
            begun.push((parcel.id, packed.as_deref().and_then(readable)));
        }
        if begun.is_empty() {
            return Ok(Outcome::default());
        }
        let blocked = filling::blocked_sku(self.store(), order)?.is_some();
        Ok(self.decide(moment, &Event::OrderChanged { order: Box::new(order.clone()), begun, blocked }))
    }

    /// Orders that changed under their parcels unseen, and what was blocked since: every parcel that has not gone is compared
    /// with its order, and with the item master, as they are now.
    pub(super) fn compare_orders(&mut self, moment: Moment) -> Result<(), StoreError> {
        if !self.store().orders_to_compare()? {
            return Ok(());
        }
        /// Nobody packs meanwhile; what was compared is kept.
        const AT_ONCE: usize = 100;
        for some in self.begun_orders().chunks(AT_ONCE) {
            self.follow_begun(moment, some)?;
        }
        self.store_mut().orders_compared()
    }

    /// The orders of parcels that have not gone.
    pub(super) fn begun_orders(&self) -> Vec<OrderId> {
        /// What was put on a manifest before so many of the newest parcels has gone, whether or not anybody said so.
        const NEWEST: usize = 5_000;
        let station = self.station();
        let here = |parcel: &&Parcel| parcel.state() != State::Voided && !station.handed_over(parcel);
        let orders = station.parcels().rev().take(NEWEST).filter(here).map(|parcel| parcel.order.clone());
        orders.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Compares the parcels of some orders with them. What follows is recorded; and which orders' parcels it stops.
    pub(super) fn follow_begun(
        &mut self,
        moment: Moment,
        orders: &[OrderId],
    ) -> Result<(Outcome, Vec<String>), StoreError> {
        let (mut whole, mut said) = (Outcome::default(), Vec::new());
        for id in orders {
            self.recall_order(&id.number)?;
            if let Some(order) = self.store().newest_order(id)?.as_deref().and_then(readable) {
                let outcome = self.follow(moment, &order)?;
                said.extend(stopped(self.station(), &outcome.facts).map(|stopped| format!("{id}: {stopped}")));
                join(&mut whole, outcome);
            }
        }
        self.record(moment, &mut whole, &OrderBatch::default())?;
        Ok((whole, said))
    }
}

/// What an import says of parcels that are stopped.
pub(super) fn stopped(station: &Station, facts: &[Fact]) -> Option<String> {
    let say = |fact: &Fact| {
        let Fact::Intercepted { parcel, reason, late } = fact else { return None };
        let known = station.parcel(*parcel)?;
        let name = known.tracking().map_or_else(|| parcel.to_string(), str::to_owned);
        let now = match reason {
            Intercept::Cancelled => "it is cancelled",
            Intercept::Hold => "it is on hold",
            Intercept::Changed => "it says something else than when it was packed",
            Intercept::Done => "it was shipped elsewhere",
            Intercept::Blocked => "what it holds is blocked",
            Intercept::Copied => return None,
        };
        let what = match (*late, known.state().closed()) {
            (true, _) => "has gone with its carrier already",
            (false, true) => "is packed: take it out, its scan says how",
            (false, false) => "is begun, and stops",
        };
        Some(format!("{now}; its parcel {name} {what}"))
    };
    let said: Vec<String> = facts.iter().filter_map(say).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// One outcome after another; the graver word is the last one said.
pub(super) fn join(whole: &mut Outcome, next: Outcome) {
    whole.facts.extend(next.facts);
    for effect in next.effects {
        if !whole.effects.contains(&effect) {
            whole.effects.push(effect);
        }
    }
    whole.say = next.say.or_else(|| whole.say.take());
}
