//! What the item master says of the lines of an order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::exchange::order::items::{self, Filled};
use crate::station::order::{Order, OrderState};
use crate::store::{Store, StoreError};

/// Why an order must not go out for an item that is blocked: for whoever reads a file beside the station.
///
/// # Errors
/// [`StoreError`].
pub fn blocked(store: &Store, order: &Order) -> Result<Vec<String>, StoreError> {
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|line| json!({ "sku": line.sku, "barcodes": line.barcodes, "dg": { "class": line.dg.name() } }))
        .collect();
    let body = json!({ "lines": lines }).to_string();
    Ok(fill_from(store, order, &body)?.refused)
}

/// A SKU of an order that is blocked, or holds something that is: for the bench, where only that one matters.
pub(super) fn blocked_sku(store: &Store, order: &Order) -> Result<Option<String>, StoreError> {
    let KnownItems { known, .. } = known_items(store, order)?;
    Ok(known.into_iter().find(|(_, item)| says_blocked(item)).map(|(sku, _)| sku))
}

/// Whether an item with what follows from its components must not be sent.
pub(super) fn says_blocked(item: &str) -> bool {
    item.contains("\"blocked\"") && serde_json::from_str::<Value>(item).is_ok_and(|item| item["blocked"].is_string())
}

/// What the item master knows of the lines of an order.
struct KnownItems {
    /// Items by SKU, as [`items::resolved`] makes them.
    known: BTreeMap<String, String>,
    /// SKUs of barcodes, for lines that say no SKU: of one that is on one item alone, or on several of which this is blocked.
    coded: BTreeMap<String, String>,
    /// Why kits cannot be taken apart.
    bad_kits: Vec<String>,
}

fn known_items(store: &Store, order: &Order) -> Result<KnownItems, StoreError> {
    let find = |sku: &str| store.item(sku);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut bad_kits = Vec::new();
    let mut skus: BTreeSet<String> = order.lines.iter().map(|line| line.sku.trim().to_owned()).collect();
    let mut coded: BTreeMap<String, String> = BTreeMap::new();
    for code in order.lines.iter().filter(|line| line.sku.trim().is_empty()).flat_map(|line| &line.barcodes) {
        let known = store.items_coded(code)?;
        let mut is_it = known.first().filter(|_| known.len() == 1);
        // Nobody can tell which of several it is; where one of them is blocked, it may be that one.
        for sku in known.iter().filter(|_| known.len() > 1) {
            let says = items::resolved(sku, &find)?.ok().flatten().is_some_and(|item| says_blocked(&item));
            is_it = is_it.or(says.then_some(sku));
        }
        if let Some(sku) = is_it {
            skus.insert(sku.clone());
            coded.insert(code.clone(), sku.clone());
        }
    }
    for sku in skus.iter().filter(|sku| !sku.is_empty()) {
        match items::resolved(sku, &find)? {
            Ok(item) => known.extend(item.map(|item| (sku.clone(), item))),
            Err(bad) => bad_kits.push(format!("{sku} cannot be taken apart: {bad}; import the item as it should be")),
        }
    }
    Ok(KnownItems { known, coded, bad_kits })
}

/// What the item master says of an order's lines; `body` is the document that `order` was read from.
pub(super) fn fill_from(store: &Store, order: &Order, body: &str) -> Result<Filled, StoreError> {
    let KnownItems { known, coded, bad_kits } = known_items(store, order)?;
    if known.is_empty() && bad_kits.is_empty() {
        return Ok(Filled::default());
    }
    let mut filled = items::fill(body, &known, &coded);
    filled.refused.extend(bad_kits);
    if order.state != OrderState::Ready {
        // A cancellation never bounces.
        filled.refused.clear();
    }
    Ok(filled)
}
