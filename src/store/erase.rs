//! What is personal, taken out of the memory for good: order documents and the labels that came with them.
//!
//! A stub takes the place of an order, so that the same file brings nothing back. The journal holds nothing personal and
//! is never touched. `secure_delete` overwrites what is deleted. The write-ahead logs still have it, and its key, until they
//! are emptied, which a command that reads can hinder: only then is it gone.

use rusqlite::{OptionalExtension, params};

use super::keyring::Keyring;
use super::{Store, StoreError, schema};
use crate::ids::ParcelId;
use crate::station::order::OrderId;
use crate::units::Timestamp;

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
    /// none. What was said is still known by its hash. Then their keys are destroyed. It is gone from the files once
    /// [`Store::empty_log`] says so.
    pub fn erase(&mut self, stubs: &[(OrderId, String)]) -> Result<(), StoreError> {
        let all: Vec<_> = stubs.iter().map(|(id, stub)| (id, Some(stub.as_str()))).collect();
        self.take_out(&all, None)
    }

    /// The same for orders that may still be packed: no stub takes their place, and the same file brings them back.
    pub fn expire(&mut self, orders: &[OrderId]) -> Result<(), StoreError> {
        let all: Vec<_> = orders.iter().map(|id| (id, None)).collect();
        self.take_out(&all, None)
    }

    /// Erases one order because somebody asks for it; when and by whom is kept.
    pub fn erase_asked(&mut self, id: &OrderId, stub: &str, at: Timestamp, by_whom: &str) -> Result<(), StoreError> {
        self.take_out(&[(id, Some(stub))], Some((at, by_whom)))
    }

    /// When an order was erased because somebody asked for it, and by whom.
    pub fn erasures(&self, id: &OrderId) -> Result<Vec<(Timestamp, String)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT e.at, e.by_whom FROM orders o JOIN erasures e ON e.order_id = o.id
             WHERE o.order_ref = ?3 AND o.shop = ?2 AND o.channel = ?1 ORDER BY e.id",
        )?;
        let row = |row: &rusqlite::Row<'_>| Ok((Timestamp(row.get(0)?), row.get(1)?));
        Ok(select.query_map(params![id.channel, id.shop, id.number], row)?.collect::<Result<_, _>>()?)
    }

    /// When the newest version of an order came; `None` for an unknown order.
    pub fn order_since(&self, id: &OrderId) -> Result<Option<Timestamp>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT since_fact, since FROM orders WHERE order_ref = ?3 AND shop = ?2 AND channel = ?1",
        )?;
        let since = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Timestamp(row.get(1)?)));
        let since = select.query_row(params![id.channel, id.shop, id.number], since).optional()?;
        since.map_or(Ok(None), |(fact, at)| self.counts_from(fact, at))
    }

    /// When something was last recorded of a parcel.
    pub fn last_of_parcel(&self, parcel: ParcelId) -> Result<Option<Timestamp>, StoreError> {
        let mut select =
            self.db.prepare_cached("SELECT seq, at FROM journal WHERE parcel = ?1 ORDER BY seq DESC LIMIT 1")?;
        let last = select.query_row([parcel.0], |row| Ok((row.get(0)?, Timestamp(row.get(1)?)))).optional()?;
        last.map_or(Ok(None), |(fact, at)| self.counts_from(fact, at))
    }

    /// The database first, then the keys: an order whose key was destroyed is never taken for one that lost it.
    fn take_out(
        &mut self,
        orders: &[(&OrderId, Option<&str>)],
        asked: Option<(Timestamp, &str)>,
    ) -> Result<(), StoreError> {
        if orders.is_empty() {
            return Ok(());
        }
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut row = transaction
                .prepare_cached("SELECT id FROM orders WHERE order_ref = ?3 AND shop = ?2 AND channel = ?1")?;
            let mut texts = transaction.prepare_cached("UPDATE order_versions SET body = NULL WHERE order_id = ?1")?;
            let mut place = transaction.prepare_cached(
                "UPDATE order_versions SET body = ?2 WHERE order_id = ?1
                 AND version = (SELECT max(version) FROM order_versions WHERE order_id = ?1)",
            )?;
            let mut key = transaction.prepare_cached(
                "INSERT OR IGNORE INTO keys_to_destroy SELECT sealed_with FROM orders WHERE id = ?1 AND sealed_with > 0",
            )?;
            let mut erased =
                transaction.prepare_cached("UPDATE orders SET erased = 1, sealed_with = ?2 WHERE id = ?1")?;
            let mut labels = transaction.prepare_cached("DELETE FROM labels WHERE order_id = ?1")?;
            let mut audit =
                transaction.prepare_cached("INSERT INTO erasures (order_id, at, by_whom) VALUES (?1, ?2, ?3)")?;
            for (OrderId { channel, shop, number }, stub) in orders {
                let row: i64 = row.query_row(params![channel, shop, number], |row| row.get(0))?;
                key.execute([row])?;
                texts.execute([row])?;
                if let Some(stub) = stub {
                    place.execute(params![row, stub])?;
                }
                // 0: it has to be imported again.
                erased.execute(params![row, if stub.is_some() { None } else { Some(0) }])?;
                labels.execute([row])?;
                if let Some((at, by_whom)) = asked {
                    audit.execute(params![row, at.0, by_whom])?;
                }
            }
        }
        transaction.commit()?;
        self.destroy_keys()
    }

    /// Empties the write-ahead log, without waiting for anybody. False when a reader still needs it: nothing that was
    /// erased is gone for good then, and it is to be tried again.
    pub fn empty_log(&mut self) -> Result<bool, StoreError> {
        let keys = self.keyring.as_ref().map_or(Ok(true), Keyring::empty_log)?;
        Ok(schema::empty_log(&self.db)? && keys)
    }
}
