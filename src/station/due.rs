//! Until when an order must be shipped: what it says itself, and what the rules of its channel say of the rest.

use super::Rules;
use super::order::Order;
use crate::calendar::{Deadlines, PlacedOrder};

impl Rules {
    /// The deadlines of an order: its own, and of what it says nothing of, what is derived from the moment at which it was placed. One that does not say when, or is a pre-order, has its own alone.
    pub fn deadlines_of(&self, order: &Order) -> Deadlines {
        let mut deadlines = order.deadlines.clone();
        if let Some(at) = order.placed_at.filter(|_| !order.preorder) {
            let market = if order.market.trim().is_empty() { &order.ship_to.country } else { &order.market };
            let from = (self.ship_from.country.as_str(), self.ship_from.region.as_str());
            let placed = PlacedOrder { channel: &order.channel, market, from, at };
            self.deadlines.rules.derive(&self.deadlines.calendars, placed, &mut deadlines);
        }
        deadlines
    }
}
