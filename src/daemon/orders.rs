//! Orders between their formats and the memory, which keeps the document of each; and what this station cannot do with one.

use crate::exchange::order::{self, Incoming};
use crate::ids::did_you_mean;
use crate::station::Rules;
use crate::station::order::{Order, OrderState};
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

/// Everything because of which an order that can be read is none of this station's.
pub fn unfit(rules: &Rules, order: &Order) -> Vec<String> {
    let here = &rules.warehouse;
    let named = |name: &String| name.trim() == order.warehouse.trim();
    let is_here = order.warehouse.is_empty() || named(here) || rules.warehouse_names.iter().any(named);
    let elsewhere = (!is_here).then(|| {
        let shown: String = order.warehouse.chars().take(40).collect();
        format!(
            "it is for warehouse {shown:?}, and this is {here:?}; send it to a station there, or, if this is that one, add the \
             name to warehouse_names"
        )
    });
    elsewhere.into_iter().chain(unknown_box(rules, order)).chain(order::unprintable(order, &rules.labels)).collect()
}

/// Whether an order's size goes by a box that this station does not have.
pub fn lacks_box(rules: &Rules, order: &Order) -> bool {
    let packed_here = order.state == OrderState::Ready && order.label.is_none() && order.dims.is_none();
    packed_here && order.box_id.as_ref().is_some_and(|id| !rules.boxes.contains_key(id))
}

/// Why an order's box is none of this station's. One that has no boxes at all goes by what is measured.
fn unknown_box(rules: &Rules, order: &Order) -> Option<String> {
    let id = order.box_id.as_ref().filter(|_| !rules.boxes.is_empty() && lacks_box(rules, order))?;
    let known: Vec<&str> = rules.boxes.keys().map(String::as_str).collect();
    let shown: String = id.chars().take(40).collect();
    let meant = did_you_mean(id, known.iter().copied());
    let known = known.join(", ");
    Some(format!(
        "box: this station has no {shown:?}; {meant}its boxes are {known}; add a [[packing.box]], or send dims instead"
    ))
}
