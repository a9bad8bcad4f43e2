//! Orders between their formats and the memory, which keeps the document of each.

use crate::exchange::order::{self, Incoming};
use crate::station::order::Order;
use crate::store::StoredOrder;

/// An order as the memory keeps it, without a label that came with it.
pub fn stored(incoming: Incoming) -> StoredOrder {
    let Incoming { order, body, .. } = incoming;
    StoredOrder { id: order.id(), shop_of_folder: false, body, label: None, otherwise: None }
}

/// An order as it is kept was readable when it came; one that is not any more is treated as absent, and said so.
pub(super) fn readable(body: &str) -> Option<Order> {
    order::parse(body).inspect_err(|error| tracing::error!(%error, "an order on disk cannot be read")).ok()
}
