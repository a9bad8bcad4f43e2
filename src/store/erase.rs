//! What is personal, taken out of the memory for good: order documents and the labels that came with them.
//!
//! A stub takes the place of an order, so that the same file brings nothing back. The journal holds nothing personal and
//! is never touched. `secure_delete` overwrites what is deleted. The write-ahead log still has it until it is emptied, which
//! a command that reads can hinder: only then is it gone.

use rusqlite::params;

use super::{Store, StoreError};
use crate::station::order::OrderId;

impl Store {
    /// Orders of which anything personal is kept, each with its row: so many after a row.
    pub fn orders_not_erased(&self, after: i64, most: usize) -> Result<Vec<(i64, OrderId)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT id, channel, shop, order_ref FROM orders WHERE erased = 0 AND id > ?1 ORDER BY id LIMIT ?2",
        )?;
        let id = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, OrderId { channel: row.get(1)?, shop: row.get(2)?, number: row.get(3)? }))
        };
        Ok(select.query_map(params![after, most], id)?.collect::<Result<_, _>>()?)
    }

    /// Puts stubs in the place of what holds of orders, and takes their labels and all that was said before away; all or
    /// none. What was said is still known by its hash. It is gone from the files once [`Store::empty_log`] says so.
    pub fn erase(&mut self, stubs: &[(OrderId, String)]) -> Result<(), StoreError> {
        if stubs.is_empty() {
            return Ok(());
        }
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut row = transaction
                .prepare_cached("SELECT id FROM orders WHERE order_ref = ?3 AND shop = ?2 AND channel = ?1")?;
            let mut texts = transaction.prepare_cached("UPDATE order_versions SET body = NULL WHERE order_id = ?1")?;
            let mut stub = transaction.prepare_cached(
                "UPDATE order_versions SET body = ?2 WHERE order_id = ?1
                 AND version = (SELECT max(version) FROM order_versions WHERE order_id = ?1)",
            )?;
            let mut erased = transaction.prepare_cached("UPDATE orders SET erased = 1 WHERE id = ?1")?;
            let mut labels = transaction.prepare_cached("DELETE FROM labels WHERE order_id = ?1")?;
            for (OrderId { channel, shop, number }, body) in stubs {
                let row: i64 = row.query_row(params![channel, shop, number], |row| row.get(0))?;
                texts.execute([row])?;
                stub.execute(params![row, body])?;
                erased.execute([row])?;
                labels.execute([row])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Empties the write-ahead log, without waiting for anybody. False when a reader still needs it: nothing that was
    /// erased is gone for good then, and it is to be tried again.
    pub fn empty_log(&mut self) -> Result<bool, StoreError> {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        self.db.busy_timeout(std::time::Duration::ZERO)?;
        let answer = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], row);
        self.db.busy_timeout(super::schema::PATIENCE)?;
        // Whether somebody was in the way; how many pages the log has, and how many of them are in the database.
        let (busy, pages, moved): (i64, i64, i64) = answer?;
        Ok(busy == 0 && pages == moved)
    }
}
