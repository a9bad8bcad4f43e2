//! What stays of an order whose parcels have gone: enough to know it again, and nothing of its buyer.

use serde_json::json;

use super::SCHEMA;
use crate::exchange::canonical;
use crate::station::order::Order;

/// The document that takes its place: an order in the state `done`.
pub fn erased(order: &Order) -> String {
    canonical::text(&json!({
        "schema": SCHEMA,
        "order_ref": order.order_ref,
        "rev": order.rev,
        "channel": order.channel,
        "shop": order.shop,
        "state": "done",
        "parcels_planned": order.parcels_planned,
        "ship_to": { "country": order.ship_to.country },
    }))
}
