//! Orders as a shop sends them.

use serde_json::{Value, json};

/// A small parcel across town, in a B2 carton.
pub(crate) fn order(order_ref: &str) -> Value {
    json!({
        "schema": "parceld.order/1", "rev": 1, "order_ref": order_ref, "channel": "rig", "shop": "US-01",
        "state": "ready", "parcels_planned": 1,
        "ship_to": {
            "name": "Marisol Vega", "line1": "117 Foxglove Dr", "line2": "", "city": "Los Angeles", "region": "CA",
            "postcode": "90026", "country": "US", "phone": "", "residential": true
        },
        "service": {
            "signature": "none", "insure": { "amount": "0", "currency": "USD" }, "terms": "n/a", "expedite": false,
            "label_source": "station"
        },
        "lines": [{
            "sku": "MUG", "barcodes": [], "title": "Mug", "qty": 1, "unit_g": 400, "value": "9.90", "currency": "USD",
            "dg": { "class": "none" }
        }],
        "box": "B2"
    })
}
