//! What stays of an order that was erased: enough to know it again, and nothing of its buyer.

use serde_json::json;

use super::SCHEMA;
use crate::exchange::canonical;
use crate::station::order::{Order, OrderId, OrderState};

/// The document that takes its place: an order in this state, which is not ready.
pub fn erased(order: &Order, state: OrderState) -> String {
    canonical::text(&json!({
        "schema": SCHEMA,
        "order_ref": order.order_ref,
        "rev": order.rev,
        "channel": order.channel,
        "shop": order.shop,
        "state": word(state),
        "parcels_planned": order.parcels_planned,
        "ship_to": { "country": order.ship_to.country },
    }))
}

/// The same for an order that nobody can read any more.
pub fn erased_unread(id: &OrderId, rev: u64, state: OrderState) -> String {
    canonical::text(&json!({
        "schema": SCHEMA,
        "order_ref": id.number,
        "rev": rev,
        "channel": id.channel,
        "shop": id.shop,
        "state": word(state),
    }))
}

fn word(state: OrderState) -> &'static str {
    match state {
        OrderState::Hold => "hold",
        OrderState::CancelRequested | OrderState::Cancelled => "cancelled",
        OrderState::Ready | OrderState::Done => "done",
    }
}
