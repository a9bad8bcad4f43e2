//! Orders as they were imported: everything that was said of them, in the order it came, found by any unique reference.
//!
//! An order is known by channel, shop and number. What is said of it anew is its next *version*; the highest holds. A
//! version keeps the hash of its content when its text is erased, so that the same file is known again for ever. Texts are
//! sealed with the key of their order, and opened only where they are read.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::keyring::{OrderKey, SealedPlace};
use super::labels::{self, StoredLabel};
use super::{Store, StoreError};
use crate::station::order::OrderId;
use crate::units::Timestamp;

/// An order as `exchange` read it, to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrder {
    /// Channel, shop and number.
    pub id: OrderId,
    /// The shop was said by nobody and is the folder of the file: an order that is known without a shop is the same one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shop_of_folder: bool,
    /// The document as canonical JSON.
    pub body: String,
    /// Its label, where that was made elsewhere and is news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<StoredLabel>,
    /// Where its file says something else of the same order before: that row, and this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<(usize, usize)>,
}

/// SHA-256 of an order's content.
pub type ContentHash = [u8; 32];

/// The newest version of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOrder {
    /// Number of the version, counted by this database.
    pub version: u64,
    /// The revision as its sender counts it; 0 for none.
    pub rev: u64,
    /// The document, or the stub in its place; empty where its key is gone.
    pub body: String,
    /// Whether the document was erased.
    pub erased: bool,
    /// Whether its key is gone: the order has to be imported again.
    pub key_gone: bool,
    /// The hash of its content; `None` where it came before hashes were kept.
    hash: Option<ContentHash>,
    row: i64,
    sealed_with: Option<i64>,
}

/// An order of the list of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOrder {
    /// Channel, shop and number.
    pub id: OrderId,
    /// Its newest document, or the stub in its place; `None` where its key is gone.
    pub body: Option<String>,
}

/// The orders that a scanned code finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundOrder {
    /// Nothing.
    None,
    /// Exactly one order.
    One {
        /// Channel, shop and number.
        id: OrderId,
        /// Its newest document.
        body: String,
        /// The number of that version.
        version: u64,
    },
    /// One order whose key is gone: it has to be imported again.
    KeyGone(OrderId),
    /// Several orders: a person must choose.
    Many(Vec<OrderId>),
}

/// Changes of orders, written in one transaction with the facts that follow from them.
#[derive(Debug, Default)]
pub struct OrderBatch<'a> {
    /// New versions of orders, and new labels.
    pub puts: Vec<Put<'a>>,
    /// The cursor with which the next orders are asked for; `None` leaves it as it is.
    pub cursor: Option<&'a str>,
}

/// A new version of one order, a new label, or both.
#[derive(Debug)]
pub struct Put<'a> {
    /// Channel, shop and number of the order.
    pub id: OrderId,
    /// The new version; `None` where only the label is new.
    pub version: Option<NewVersion>,
    /// The new label; `None` where there is none.
    pub label: Option<&'a StoredLabel>,
}

/// A new version of an order.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Its number, higher than that of any version before.
    pub version: u64,
    /// The revision as its sender counts it; 0 for none.
    pub rev: u64,
    /// The hash of its content.
    pub hash: ContentHash,
    /// The document as canonical JSON.
    pub body: String,
    /// Other references by which the order is found.
    pub keys: Vec<String>,
}

/// Writes versions, labels and the cursor; `keys` has the key of each order.
pub(super) fn put(
    transaction: &Transaction<'_>,
    at: Timestamp,
    batch: &OrderBatch<'_>,
    keys: &[OrderKey],
) -> Result<(), StoreError> {
    for put in &batch.puts {
        let key = keys.iter().find(|key| key.id == put.id).ok_or(StoreError::Seal)?;
        let OrderId { channel, shop, number } = &put.id;
        transaction
            .prepare_cached("INSERT OR IGNORE INTO orders (channel, shop, order_ref) VALUES (?1, ?2, ?3)")?
            .execute(params![channel, shop, number])?;
        let row: i64 = transaction
            .prepare_cached("SELECT id FROM orders WHERE order_ref = ?3 AND shop = ?2 AND channel = ?1")?
            .query_row(params![channel, shop, number], |row| row.get(0))?;
        let is_new = transaction
            .prepare_cached("UPDATE orders SET sealed_with = ?2 WHERE id = ?1 AND sealed_with IS NOT ?2")?
            .execute(params![row, key.number])?;
        if is_new > 0 && key.replaces {
            forget_sealed(transaction, row)?;
        }
        if let Some(said) = &put.version {
            let body = key.key.seal(SealedPlace::Version(said.version), said.body.as_bytes())?;
            transaction
                .prepare_cached(
                    "INSERT INTO order_versions (order_id, version, rev, hash, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![row, said.version, said.rev, said.hash, body])?;
            transaction
                .prepare_cached(
                    "UPDATE orders SET erased = 0, since = ?2, since_fact = (SELECT coalesce(max(seq), 0) FROM journal)
                     WHERE id = ?1",
                )?
                .execute(params![row, at.0])?;
            transaction.prepare_cached("DELETE FROM order_keys WHERE order_id = ?1")?.execute([row])?;
            let mut key =
                transaction.prepare_cached("INSERT OR IGNORE INTO order_keys (key, order_id) VALUES (?1, ?2)")?;
            for reference in [number].into_iter().chain(&put.id.with_shop()).chain(&said.keys) {
                key.execute(params![reference, row])?;
            }
        }
        if let Some(label) = put.label {
            labels::put(transaction, row, label, &key.key)?;
        }
    }
    if let Some(cursor) = batch.cursor {
        transaction.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'cursor'")?.execute([cursor])?;
    }
    Ok(())
}

/// Takes away what was sealed with a key that is gone: nobody can read it.
fn forget_sealed(transaction: &Transaction<'_>, row: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE order_versions SET body = NULL WHERE order_id = ?1 AND typeof(body) = 'blob'")?
        .execute([row])?;
    transaction.prepare_cached("DELETE FROM labels WHERE order_id = ?1")?.execute([row])?;
    Ok(())
}

impl Store {
    /// Keeps orders, and the cursor they were pulled with; all or none.
    pub fn put_orders(&mut self, batch: &OrderBatch<'_>) -> Result<(), StoreError> {
        self.commit_with(Timestamp(0), &[], &[], batch)
    }

    /// The newest version of an order; `None` for an unknown order.
    pub fn known_order(&self, id: &OrderId) -> Result<Option<KnownOrder>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT v.version, v.rev, v.body, o.erased, v.hash, o.id, o.sealed_with
             FROM orders o JOIN order_versions v ON v.order_id = o.id
             WHERE o.order_ref = ?3 AND o.shop = ?2 AND o.channel = ?1 ORDER BY v.version DESC LIMIT 1",
        )?;
        let known = |row: &rusqlite::Row<'_>| {
            let known = KnownOrder {
                version: row.get(0)?,
                rev: row.get(1)?,
                body: String::new(),
                erased: row.get(3)?,
                key_gone: false,
                hash: row.get(4)?,
                row: row.get(5)?,
                sealed_with: row.get(6)?,
            };
            Ok((known, row.get::<_, Value>(2)?))
        };
        let found = select.query_row(params![id.channel, id.shop, id.number], known).optional()?;
        let Some((mut known, stands)) = found else { return Ok(None) };
        match self.text(stands, known.sealed_with, known.version)? {
            Some(body) => known.body = body,
            None => known.key_gone = true,
        }
        Ok(Some(known))
    }

    /// Whether a content is what holds of an order (`Some(true)`), was said of it before, or was never said. `hash` makes
    /// the hash of a document that came before hashes were kept.
    pub fn holds_or_held(
        &self,
        known: &KnownOrder,
        content: &ContentHash,
        hash: impl Fn(&str) -> ContentHash,
    ) -> Result<Option<bool>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT version, hash, CASE WHEN hash IS NULL THEN body END FROM order_versions WHERE order_id = ?1
             ORDER BY version DESC",
        )?;
        let mut rows = select.query([known.row])?;
        while let Some(row) = rows.next()? {
            let version: u64 = row.get(0)?;
            let kept: Option<ContentHash> = match row.get(1)? {
                Some(kept) => Some(kept),
                None if version == known.version && known.erased => None,
                None => self.text(row.get(2)?, known.sealed_with, version)?.as_deref().map(&hash),
            };
            if kept.as_ref() == Some(content) {
                return Ok(Some(version == known.version));
            }
        }
        Ok(None)
    }

    /// The cursor of the last pull.
    pub fn cursor(&self) -> Result<String, StoreError> {
        Ok(self.db.query_row("SELECT value FROM meta WHERE key = 'cursor'", [], |row| row.get(0))?)
    }

    /// The order that any of these codes finds; the first code that finds one decides. An order's own number goes before
    /// what only refers to it.
    pub fn find_order(&self, codes: &[String]) -> Result<FoundOrder, StoreError> {
        let mut find = self.db.prepare_cached(
            "SELECT o.channel, o.shop, o.order_ref FROM order_keys k JOIN orders o ON o.id = k.order_id WHERE k.key = ?1
             ORDER BY o.order_ref <> ?1, o.shop, o.channel LIMIT 100",
        )?;
        for code in codes {
            let id =
                |row: &rusqlite::Row<'_>| Ok(OrderId { channel: row.get(0)?, shop: row.get(1)?, number: row.get(2)? });
            let mut found: Vec<OrderId> = find.query_map(params![code], id)?.collect::<Result<_, _>>()?;
            let called = |id: &OrderId| id.number == *code || id.with_shop().as_ref() == Some(code);
            if found.iter().any(called) {
                found.retain(called);
            }
            if found.is_empty() {
                found = self.orders_called(code)?;
            }
            match found.as_slice() {
                [] => {}
                [id] => {
                    return Ok(match self.known_order(id)? {
                        None => FoundOrder::None,
                        Some(known) if known.key_gone => FoundOrder::KeyGone(id.clone()),
                        Some(known) => FoundOrder::One { id: id.clone(), body: known.body, version: known.version },
                    });
                }
                _ => return Ok(FoundOrder::Many(found)),
            }
        }
        Ok(FoundOrder::None)
    }

    /// Every order with a number, of a shop and a number (`US-01/1001`), or called so in full (`etsy/US-01/1001`).
    pub fn orders_called(&self, name: &str) -> Result<Vec<OrderId>, StoreError> {
        let found = self.orders_numbered(name)?;
        let Some((_, rest)) = name.split_once('/').filter(|_| found.is_empty()) else { return Ok(found) };
        let mut found = self.orders_numbered(rest)?;
        found.retain(|id| id.to_string() == name);
        Ok(found)
    }

    fn orders_numbered(&self, name: &str) -> Result<Vec<OrderId>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT o.channel, o.shop, o.order_ref FROM order_keys k JOIN orders o ON o.id = k.order_id WHERE k.key = ?1
             AND (o.order_ref = ?1 OR o.shop || '/' || o.order_ref = ?1) ORDER BY o.shop, o.channel",
        )?;
        let id = |row: &rusqlite::Row<'_>| Ok(OrderId { channel: row.get(0)?, shop: row.get(1)?, number: row.get(2)? });
        Ok(select.query_map([name], id)?.collect::<Result<_, _>>()?)
    }

    /// The newest document of an order; `None` for an unknown order, and where its key is gone.
    pub fn newest_order(&self, id: &OrderId) -> Result<Option<String>, StoreError> {
        Ok(self.known_order(id)?.filter(|known| !known.key_gone).map(|known| known.body))
    }

    /// The document of one version of an order; of a later one, where the same was imported again because this one could not
    /// be read. `None` when it was erased, its key is gone, or it never was.
    pub fn order_at(&self, id: &OrderId, version: u64) -> Result<Option<String>, StoreError> {
        let mut at = self.db.prepare_cached(
            "SELECT s.body, o.sealed_with, s.version FROM orders o
             JOIN order_versions v ON v.order_id = o.id
             JOIN order_versions s ON s.order_id = o.id AND (s.version = v.version OR s.hash = v.hash)
             WHERE o.order_ref = ?3 AND o.shop = ?2 AND o.channel = ?1 AND v.version = ?4 AND s.version >= ?4
             ORDER BY s.version",
        )?;
        let mut rows = at.query(params![id.channel, id.shop, id.number, version])?;
        while let Some(row) = rows.next()? {
            if let Some(text) = self.text(row.get(0)?, row.get(1)?, row.get(2)?)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The versions of an order, oldest first.
    pub fn order_versions(&self, id: &OrderId) -> Result<Vec<u64>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT v.version FROM orders o JOIN order_versions v ON v.order_id = o.id
             WHERE o.order_ref = ?3 AND o.shop = ?2 AND o.channel = ?1 ORDER BY v.version",
        )?;
        let versions = select.query_map(params![id.channel, id.shop, id.number], |row| row.get(0))?;
        Ok(versions.collect::<Result<_, _>>()?)
    }

    /// The newest document of every order, by number, `limit` at most.
    pub fn orders(&self, limit: usize) -> Result<Vec<ListedOrder>, StoreError> {
        let mut all = self.db.prepare_cached(
            "SELECT o.channel, o.shop, o.order_ref, v.body, o.sealed_with, v.version
             FROM orders o JOIN order_versions v ON v.order_id = o.id
             AND v.version = (SELECT max(version) FROM order_versions n WHERE n.order_id = o.id)
             ORDER BY o.order_ref, o.shop, o.channel LIMIT ?1",
        )?;
        let mut rows = all.query(params![limit])?;
        let mut orders = Vec::new();
        while let Some(row) = rows.next()? {
            let id = OrderId { channel: row.get(0)?, shop: row.get(1)?, number: row.get(2)? };
            orders.push(ListedOrder { id, body: self.text(row.get(3)?, row.get(4)?, row.get(5)?)? });
        }
        Ok(orders)
    }

    /// Orders that wait to be packed, newest first and so many at most: nothing of them is erased, and no parcel was begun
    /// for an order of their number.
    pub fn orders_waiting(&self, most: usize) -> Result<Vec<OrderId>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT w.channel, w.shop, w.order_ref FROM orders w WHERE w.erased = 0 AND w.id > 0 AND NOT EXISTS (
                 SELECT 1 FROM journal j WHERE j.name = 'parcel_opened'
                 AND CASE WHEN json_valid(j.body) THEN json_extract(j.body, '$.order_ref') END = w.order_ref)
             ORDER BY w.id DESC LIMIT ?1",
        )?;
        let id = |row: &rusqlite::Row<'_>| Ok(OrderId { channel: row.get(0)?, shop: row.get(1)?, number: row.get(2)? });
        Ok(select.query_map([most], id)?.collect::<Result<_, _>>()?)
    }

    /// Whether parcels of an earlier format have yet to be compared with their orders.
    pub fn orders_to_compare(&self) -> Result<bool, StoreError> {
        Ok(self.meta("orders_to_compare")?.is_some())
    }

    /// Has the next start compare parcels with their orders again, should the power go before that is done.
    pub fn compare_orders_later(&mut self) -> Result<(), StoreError> {
        self.set_meta("orders_to_compare", Some("1"))
    }

    /// Records that they have been compared.
    pub fn orders_compared(&mut self) -> Result<(), StoreError> {
        self.set_meta("orders_to_compare", None)
    }

    /// Whose order a number was before orders were known by their shop; `None` when the memory never had it.
    pub(super) fn owner_before_shops(&self, number: &str) -> Result<Option<(String, String)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT channel, shop FROM orders WHERE order_ref = ?1
             AND id <= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'orders_before_shops')",
        )?;
        Ok(select.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }
}
