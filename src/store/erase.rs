//! What is personal, taken out of the memory for good: order documents and the labels that came with them.
//!
//! A stub takes the place of an order, so that the same file brings nothing back. The journal holds nothing personal and
//! is never touched. `secure_delete` overwrites what is deleted; the write-ahead log, which still has it, is emptied.

use rusqlite::params;

use super::{Store, StoreError};
use crate::units::Timestamp;

impl Store {
    /// Orders of which anything personal is kept.
    pub fn kept_orders(&self) -> Result<Vec<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT DISTINCT order_ref FROM orders WHERE erased = 0")?;
        Ok(select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Facts that say that a manifest was confirmed, up to a moment, as they stand in the journal.
    pub fn manifests_confirmed_by(&self, at: Timestamp) -> Result<Vec<crate::station::fact::Fact>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT seq, body FROM journal WHERE name = 'manifest_confirmed' AND at <= ?1 ORDER BY seq",
        )?;
        let mut rows = select.query(params![at.0])?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            let fact = serde_json::from_str(body)
                .map_err(|source| StoreError::Fact { seq: row.get(0).unwrap_or(0), source })?;
            facts.push(fact);
        }
        Ok(facts)
    }

    /// Puts stubs in the place of orders, each of them its newest revision, and takes their labels away; all or none.
    pub fn erase(&mut self, stubs: &[(String, u64, String)]) -> Result<(), StoreError> {
        if stubs.is_empty() {
            return Ok(());
        }
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut older = transaction.prepare_cached("DELETE FROM orders WHERE order_ref = ?1 AND rev < ?2")?;
            let mut stub = transaction
                .prepare_cached("UPDATE orders SET body = ?3, erased = 1 WHERE order_ref = ?1 AND rev = ?2")?;
            let mut labels = transaction.prepare_cached("DELETE FROM labels WHERE order_ref = ?1")?;
            for (order_ref, rev, body) in stubs {
                older.execute(params![order_ref, rev])?;
                stub.execute(params![order_ref, rev, body])?;
                labels.execute(params![order_ref])?;
            }
        }
        transaction.commit()?;
        // A command that reads just now keeps the log; then the next time empties it.
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}
