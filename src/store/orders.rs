//! Orders as they were imported: every revision that came, found by any unique reference.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::labels::{self, StoredLabel};
use super::{Store, StoreError};

/// An order as `exchange` read it, to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrder {
    /// Its identifier.
    pub order_ref: String,
    /// Its revision.
    pub rev: u64,
    /// Other references that find it.
    pub keys: Vec<String>,
    /// The document.
    pub body: String,
    /// Its label, where that was made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<StoredLabel>,
}

/// What a code finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    None,
    /// One order: its newest document.
    One(String),
    /// Several orders.
    Many,
}

/// What became of imported orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Import {
    /// New, or newer than before.
    pub accepted: usize,
    /// The same as before.
    pub unchanged: usize,
    /// Older than what is known: ignored.
    pub older: usize,
}

impl Store {
    /// Keeps orders with their labels, and the cursor they were pulled with; all or none. Of an order that is known already
    /// only a label is news, because it was made ready for another printer.
    pub fn put_orders(&mut self, orders: &[StoredOrder], cursor: Option<&str>) -> Result<Import, StoreError> {
        let mut import = Import::default();
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut newest = transaction
                .prepare_cached("SELECT rev, erased FROM orders WHERE order_ref = ?1 ORDER BY rev DESC LIMIT 1")?;
            let mut insert =
                transaction.prepare_cached("INSERT INTO orders (order_ref, rev, body) VALUES (?1, ?2, ?3)")?;
            let mut forget = transaction.prepare_cached("DELETE FROM order_keys WHERE order_ref = ?1")?;
            let mut key =
                transaction.prepare_cached("INSERT OR IGNORE INTO order_keys (key, order_ref) VALUES (?1, ?2)")?;
            for order in orders {
                let known: Option<(u64, bool)> =
                    newest.query_row(params![order.order_ref], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                let wanted = match known {
                    Some((known, erased)) if known == order.rev => {
                        import.unchanged += 1;
                        !erased
                    }
                    Some((known, _)) if known > order.rev => {
                        import.older += 1;
                        false
                    }
                    _ => {
                        insert.execute(params![order.order_ref, order.rev, order.body])?;
                        forget.execute(params![order.order_ref])?;
                        for reference in std::iter::once(&order.order_ref).chain(&order.keys) {
                            key.execute(params![reference, order.order_ref])?;
                        }
                        import.accepted += 1;
                        true
                    }
                };
                if let Some(label) = order.label.as_ref().filter(|_| wanted) {
                    labels::put(&transaction, &order.order_ref, order.rev, label)?;
                }
            }
            if let Some(cursor) = cursor {
                transaction.execute("UPDATE meta SET value = ?1 WHERE key = 'cursor'", params![cursor])?;
            }
        }
        transaction.commit()?;
        Ok(import)
    }

    /// The cursor of the last pull.
    pub fn cursor(&self) -> Result<String, StoreError> {
        Ok(self.db.query_row("SELECT value FROM meta WHERE key = 'cursor'", [], |row| row.get(0))?)
    }

    /// The order that any of these codes finds; the first code that finds one decides.
    pub fn find_order(&self, codes: &[String]) -> Result<Found, StoreError> {
        let mut find = self
            .db
            .prepare_cached("SELECT order_ref FROM order_keys WHERE key = ?1 ORDER BY order_ref <> ?1 LIMIT 2")?;
        for code in codes {
            let found: Vec<String> = find.query_map(params![code], |row| row.get(0))?.collect::<Result<_, _>>()?;
            // An order's own identifier is never ambiguous.
            let found = if found.contains(code) { vec![code.clone()] } else { found };
            match found.as_slice() {
                [] => {}
                [order_ref] => return Ok(self.newest_order(order_ref)?.map_or(Found::None, Found::One)),
                _ => return Ok(Found::Many),
            }
        }
        Ok(Found::None)
    }

    /// The newest document of an order.
    pub fn newest_order(&self, order_ref: &str) -> Result<Option<String>, StoreError> {
        let mut newest =
            self.db.prepare_cached("SELECT body FROM orders WHERE order_ref = ?1 ORDER BY rev DESC LIMIT 1")?;
        Ok(newest.query_row(params![order_ref], |row| row.get(0)).optional()?)
    }

    /// The document of an order at one revision.
    pub fn order_at(&self, order_ref: &str, rev: u64) -> Result<Option<String>, StoreError> {
        let mut at = self.db.prepare_cached("SELECT body FROM orders WHERE order_ref = ?1 AND rev = ?2")?;
        Ok(at.query_row(params![order_ref, rev], |row| row.get(0)).optional()?)
    }

    /// The newest document of every order, by identifier, `limit` at most.
    pub fn orders(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        let mut all = self.db.prepare_cached(
            "SELECT body FROM orders o WHERE rev = (SELECT max(rev) FROM orders n WHERE n.order_ref = o.order_ref)
             ORDER BY order_ref LIMIT ?1",
        )?;
        Ok(all.query_map(params![limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}
