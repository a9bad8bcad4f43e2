//! The item master: what files say of items over what is known, and what orders take from it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Core, filling};
use crate::exchange::order::items::{self, Filled, IncomingItem};
use crate::station::order::Order;
use crate::store::{Store, StoreError, StoredItem};

/// Items kept in one transaction at most while the station runs: a scan waits for no more than these.
pub const ITEMS_AT_ONCE: usize = 100;
/// Barcodes on several items that are named, at most.
const MOST_CODES: usize = 1_000;

/// What a file says of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPatch {
    /// Its SKU.
    pub sku: String,
    /// The patch, as `exchange` reads it from a row.
    pub patch: String,
}

impl From<&IncomingItem> for ItemPatch {
    fn from(item: &IncomingItem) -> Self {
        Self { sku: item.sku.clone(), patch: item.patch.clone() }
    }
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemVerdict {
    /// New here.
    Added,
    /// Something of it is otherwise from now on.
    Changed,
    /// As it was.
    Unchanged,
    /// It cannot be kept; `why` says it.
    Refused,
}

impl ItemVerdict {
    /// Every verdict with its name in answers.
    pub const NAMES: [(&str, Self); 4] = [
        ("added", Self::Added),
        ("changed", Self::Changed),
        ("unchanged", Self::Unchanged),
        ("refused", Self::Refused),
    ];
}

/// What became of one item, for whoever brought it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemAnswer {
    /// Which.
    pub sku: String,
    /// What.
    pub verdict: ItemVerdict,
    /// What changes, or why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The item master with what a file changes in it.
#[derive(Debug)]
pub struct ItemChanges<'s> {
    /// What is known; `None` before a station has run here.
    store: Option<&'s Store>,
    changed: BTreeMap<String, StoredItem>,
    /// Barcodes of what the file says, with the SKUs that they are on there.
    coded: BTreeMap<String, BTreeSet<String>>,
    /// Something is blocked that was not, or is so no more.
    stops: bool,
}

impl<'s> ItemChanges<'s> {
    /// Nothing has changed yet.
    pub fn of(store: Option<&'s Store>) -> Self {
        Self { store, changed: BTreeMap::new(), coded: BTreeMap::new(), stops: false }
    }

    /// What becomes of an item when this is said of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn judge(&mut self, said: &ItemPatch) -> Result<ItemAnswer, StoreError> {
        let answer = |verdict, why| ItemAnswer { sku: said.sku.clone(), verdict, why };
        let before = self.find(&said.sku)?;
        let body = match items::merged(before.as_deref(), &said.patch) {
            Ok(body) => body,
            Err(why) => return Ok(answer(ItemVerdict::Refused, Some(why))),
        };
        if before.as_ref() == Some(&body) {
            return Ok(answer(ItemVerdict::Unchanged, None));
        }
        if let Some(why) = self.bad_kit(&said.sku, &body)? {
            return Ok(answer(ItemVerdict::Refused, Some(why)));
        }
        let item = stored(&said.sku, body);
        // A line that says no SKU is another item from now on.
        self.stops |=
            before.as_deref().is_some_and(|before| stored(&said.sku, before.to_owned()).barcodes != item.barcodes);
        for code in &item.barcodes {
            self.coded.entry(code.clone()).or_default().insert(item.sku.clone());
        }
        let (verdict, why) = match &before {
            None => (ItemVerdict::Added, None),
            Some(before) => (ItemVerdict::Changed, Some(items::differences(before, &item.body).join(", "))),
        };
        let was_blocked = self.is_blocked(&said.sku)?;
        self.changed.insert(said.sku.clone(), item);
        self.stops |= self.is_blocked(&said.sku)? != was_blocked;
        Ok(answer(verdict, why))
    }

    /// Barcodes of the file that are on several items: a scan of one cannot tell which it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ambiguous(&self) -> Result<Vec<(String, Vec<String>)>, StoreError> {
        let mut all = Vec::new();
        for (code, here) in &self.coded {
            let mut skus = here.clone();
            for known in self.store.map(|store| store.items_coded(code)).transpose()?.unwrap_or_default() {
                // What the file says of an item otherwise holds.
                let still = self.changed.get(&known).is_none_or(|item| item.barcodes.contains(code));
                skus.extend(still.then_some(known));
            }
            if skus.len() > 1 {
                all.push((code.clone(), skus.into_iter().collect()));
            }
        }
        Ok(all)
    }

    fn find(&self, sku: &str) -> Result<Option<String>, StoreError> {
        if let Some(item) = self.changed.get(sku) {
            return Ok(Some(item.body.clone()));
        }
        self.store.map_or(Ok(None), |store| store.item(sku))
    }

    /// Whether an item is blocked, or holds one that is.
    fn is_blocked(&self, sku: &str) -> Result<bool, StoreError> {
        Ok(items::resolved(sku, &|sku| self.find(sku))?.ok().flatten().is_some_and(|item| filling::says_blocked(&item)))
    }

    /// Kits of this file in which an item stands, as deep as kits may.
    fn changed_above(&self, sku: &str) -> BTreeSet<String> {
        let mut above = BTreeSet::new();
        let mut below = BTreeSet::from([sku.to_owned()]);
        for _ in 0..=items::KNOWN_DEPTH {
            let holds = |item: &&StoredItem| item.components.iter().any(|(part, _)| below.contains(part));
            let next: BTreeSet<String> = self
                .changed
                .values()
                .filter(|item| !item.components.is_empty())
                .filter(holds)
                .map(|item| item.sku.clone())
                .collect();
            below = next.difference(&above).cloned().collect();
            above.extend(next);
            if below.is_empty() {
                break;
            }
        }
        above
    }

    /// Why an item with this document would make a kit that is none: itself, or one that it stands in.
    fn bad_kit(&self, sku: &str, body: &str) -> Result<Option<String>, StoreError> {
        if !body.contains("\"components\"") {
            return Ok(None);
        }
        let find = |wanted: &str| if wanted == sku { Ok(Some(body.to_owned())) } else { self.find(wanted) };
        let above = self.store.map(|store| store.kits_above(sku, items::KNOWN_DEPTH)).transpose()?;
        for kit in std::iter::once(sku.to_owned()).chain(above.unwrap_or_default()).chain(self.changed_above(sku)) {
            if let Err(bad) = items::resolved(&kit, &find)? {
                let through = if kit == sku { String::new() } else { format!("with it, in {kit}: ") };
                return Ok(Some(format!("{through}{bad}")));
            }
        }
        Ok(None)
    }
}

impl Core {
    /// Takes in items, each of them once, and says what became of them.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing of it is kept.
    pub fn take_items(&mut self, said: &[ItemPatch]) -> Result<Value, StoreError> {
        let mut changes = ItemChanges::of(Some(self.store()));
        let answers = said.iter().map(|said| changes.judge(said)).collect::<Result<Vec<_>, _>>()?;
        let ambiguous = changes.ambiguous()?;
        let stops = changes.stops;
        let changed: Vec<StoredItem> = changes.changed.into_values().collect();
        if stops {
            // Should nobody ask for it, it is done at the next start.
            self.store_mut().compare_orders_later()?;
        }
        if !changed.is_empty() {
            self.store_mut().put_items(&changed)?;
        }
        let mut told = answer(&answers, &ambiguous, false);
        // Whoever brings them asks for that once, after the last of them.
        told["compare"] = self.store().orders_to_compare()?.into();
        Ok(told)
    }

    /// What the item master says of an order's lines; `body` is the document that `order` was read from.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn fill_from_items(&self, order: &Order, body: &str) -> Result<Filled, StoreError> {
        filling::fill_from(self.store(), order, body)
    }
}

/// How many items came to what, and what a person must know of; of each item, where `all` is to be said.
pub fn answer(answers: &[ItemAnswer], ambiguous: &[(String, Vec<String>)], all: bool) -> Value {
    let mut said = serde_json::Map::new();
    for (name, verdict) in ItemVerdict::NAMES {
        said.insert(name.to_owned(), answers.iter().filter(|answer| answer.verdict == verdict).count().into());
    }
    let tells = |answer: &&ItemAnswer| match answer.verdict {
        ItemVerdict::Refused => true,
        ItemVerdict::Unchanged => false,
        ItemVerdict::Added | ItemVerdict::Changed => all,
    };
    let most = if all { usize::MAX } else { MOST_CODES };
    // Each refused item is named: whoever sent it counts on the others being here.
    said.insert("said".to_owned(), json!(answers.iter().filter(tells).collect::<Vec<_>>()));
    let codes = ambiguous.iter().take(most).map(|(code, skus)| json!({ "barcode": code, "skus": skus }));
    said.insert("ambiguous".to_owned(), codes.collect());
    said.into()
}

/// An item with what it is found by.
fn stored(sku: &str, body: String) -> StoredItem {
    let item: Value = serde_json::from_str(&body).unwrap_or_default();
    let list = |name: &str| item[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let component = |value: &Value| Some((text(&value["sku"])?, value["qty"].as_u64()?));
    StoredItem {
        sku: sku.to_owned(),
        barcodes: list("barcodes").iter().filter_map(text).collect(),
        components: list("components").iter().filter_map(component).collect(),
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(sku: &str, components: Value) -> ItemPatch {
        let patch = json!({ "sku": sku, "components": components });
        ItemPatch { sku: sku.to_owned(), patch: patch.to_string() }
    }

    #[test]
    fn a_kit_that_is_none_is_refused_in_whatever_order_its_file_has_them() {
        let large = [("CARTON", "BOX", 1_000), ("BOX", "BANK", 11)];
        let deep = [("A", "B", 1), ("B", "C", 1), ("C", "D", 1), ("D", "E", 1), ("E", "F", 1), ("F", "G", 1)];
        for kits in [&large[..], &deep] {
            for turned in [false, true] {
                let mut kits = kits.to_vec();
                if turned {
                    kits.reverse();
                }
                let mut changes = ItemChanges::of(None);
                let judge = |(kit, part, qty): (&str, &str, u64)| {
                    changes.judge(&patch(kit, json!([{ "sku": part, "qty": qty }]))).expect("no database").verdict
                };
                let verdicts: Vec<ItemVerdict> = kits.into_iter().map(judge).collect();
                assert!(verdicts.contains(&ItemVerdict::Refused), "{verdicts:?}");
            }
        }
    }
}
