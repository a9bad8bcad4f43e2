//! What lists are made of: orders and parcels by the day, and by how their numbers begin. Each answer is bounded.

use rusqlite::{OptionalExtension, params};

use super::orders::ListedOrder;
use super::{Store, StoreError};
use crate::ids::ParcelId;
use crate::station::SSCC_POOL;
use crate::station::order::OrderId;
use crate::units::Timestamp;

/// From one instant to another, and without that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSpan {
    /// The first instant.
    pub from: Timestamp,
    /// The first one after it.
    pub to: Timestamp,
}

impl TimeSpan {
    /// Whether an instant is in it.
    pub fn holds(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// Behind every text that begins with `text`.
fn after(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

impl Store {
    /// The number of the order that came last: orders are counted from 1, and none is ever taken out.
    pub fn last_order(&self) -> Result<i64, StoreError> {
        Ok(self.db.query_row("SELECT coalesce(max(id), 0) FROM orders", [], |row| row.get(0))?)
    }

    /// The newest document of the order with this number, and when it came.
    pub fn listed_order(&self, number: i64) -> Result<Option<(ListedOrder, Timestamp)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT o.channel, o.shop, o.order_ref, v.body, o.sealed_with, v.version, o.since
             FROM orders o JOIN order_versions v ON v.order_id = o.id WHERE o.id = ?1 ORDER BY v.version DESC LIMIT 1",
        )?;
        let row = |row: &rusqlite::Row<'_>| {
            let id = OrderId { channel: row.get(0)?, shop: row.get(1)?, number: row.get(2)? };
            Ok((id, row.get(3)?, row.get(4)?, row.get(5)?, Timestamp(row.get(6)?)))
        };
        let Some((id, stands, sealed_with, version, since)) = select.query_row([number], row).optional()? else {
            return Ok(None);
        };
        let body = self.text(stands, sealed_with, version)?;
        Ok(Some((ListedOrder { id, body }, since)))
    }

    /// Orders whose newest version came in a span, newest first, so many at most; and how many there are.
    pub fn orders_within(&self, span: TimeSpan, most: usize) -> Result<(Vec<i64>, u64), StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT id FROM orders WHERE since >= ?1 AND since < ?2 ORDER BY since DESC, id DESC LIMIT ?3",
        )?;
        let found = select.query_map(params![span.from.0, span.to.0, most], |row| row.get(0))?;
        let found = found.collect::<Result<_, _>>()?;
        let count = "SELECT count(*) FROM orders WHERE since >= ?1 AND since < ?2";
        Ok((found, self.db.query_row(count, [span.from.0, span.to.0], |row| row.get(0))?))
    }

    /// Orders whose number, or another reference of theirs, begins so; newest first, so many at most.
    pub fn orders_beginning(&self, text: &str, most: usize) -> Result<Vec<i64>, StoreError> {
        let mut orders = self.numbers_between(
            "SELECT id FROM orders WHERE order_ref >= ?1 AND order_ref < ?2 ORDER BY order_ref LIMIT ?3",
            text,
            most,
        )?;
        orders.extend(self.numbers_between(
            "SELECT order_id FROM order_keys WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3",
            text,
            most,
        )?);
        orders.sort_unstable_by(|one, next| next.cmp(one));
        orders.dedup();
        Ok(orders)
    }

    /// Parcels that were begun in a span, newest first, so many at most; and how many there are.
    pub fn parcels_within(&self, span: TimeSpan, most: usize) -> Result<(Vec<ParcelId>, u64), StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT parcel FROM journal WHERE name = 'parcel_opened' AND at >= ?1 AND at < ?2 ORDER BY at DESC, seq DESC
             LIMIT ?3",
        )?;
        let found = select.query_map(params![span.from.0, span.to.0, most], |row| row.get(0).map(ParcelId))?;
        let found = found.collect::<Result<_, _>>()?;
        let count = "SELECT count(*) FROM journal WHERE name = 'parcel_opened' AND at >= ?1 AND at < ?2";
        Ok((found, self.db.query_row(count, [span.from.0, span.to.0], |row| row.get(0))?))
    }

    /// When a parcel was begun.
    pub fn begun_at(&self, parcel: ParcelId) -> Result<Option<Timestamp>, StoreError> {
        let mut select =
            self.db.prepare_cached("SELECT at FROM journal WHERE parcel = ?1 AND name = 'parcel_opened' LIMIT 1")?;
        Ok(select.query_row([parcel.0], |row| row.get(0).map(Timestamp)).optional()?)
    }

    /// Parcels whose tracking number, or the number of whose order, begins so; newest first, so many at most.
    pub fn parcels_beginning(&self, text: &str, most: usize) -> Result<Vec<ParcelId>, StoreError> {
        let mut parcels = self.numbers_between(
            "SELECT parcel FROM journal WHERE name = 'parcel_opened'
             AND CASE WHEN json_valid(body) THEN json_extract(body, '$.order_ref') END >= ?1
             AND CASE WHEN json_valid(body) THEN json_extract(body, '$.order_ref') END < ?2
             ORDER BY CASE WHEN json_valid(body) THEN json_extract(body, '$.order_ref') END LIMIT ?3",
            text,
            most,
        )?;
        // A number is found within its carrier, so each is asked in turn.
        let mut select = self.db.prepare_cached(
            "WITH RECURSIVE carriers (id) AS (
                 SELECT min(carrier) FROM numbers
                 UNION ALL SELECT (SELECT min(carrier) FROM numbers WHERE carrier > id) FROM carriers WHERE id IS NOT NULL)
             SELECT parcel FROM carriers CROSS JOIN numbers ON carrier = id AND number >= ?1 AND number < ?2
             WHERE id <> ?4 LIMIT ?3",
        )?;
        let numbered = select.query_map(params![text, after(text), most, SSCC_POOL], |row| row.get(0))?;
        for parcel in numbered {
            parcels.push(parcel?);
        }
        parcels.sort_unstable_by(|one, next| next.cmp(one));
        parcels.dedup();
        Ok(parcels.into_iter().filter_map(|parcel| u64::try_from(parcel).ok().map(ParcelId)).collect())
    }

    /// How many manifests were closed.
    pub fn manifests_closed(&self) -> Result<u64, StoreError> {
        Ok(self.db.query_row("SELECT count(*) FROM manifests", [], |row| row.get(0))?)
    }

    fn numbers_between(&self, select: &str, text: &str, most: usize) -> Result<Vec<i64>, StoreError> {
        let mut select = self.db.prepare_cached(select)?;
        let found = select.query_map(params![text, after(text), most], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::fact::Fact;
    use crate::store::{NewVersion, OrderBatch, Put};

    fn span(from: i64, to: i64) -> TimeSpan {
        TimeSpan { from: Timestamp(from), to: Timestamp(to) }
    }

    fn opened(parcel: u64, order: &str) -> Fact {
        Fact::ParcelOpened {
            parcel: ParcelId(parcel),
            order_ref: order.to_owned(),
            rev: 0,
            channel: String::new(),
            shop: String::new(),
            version: Some(1),
            operator: None,
        }
    }

    fn put<'a>(number: &str, key: &str) -> Put<'a> {
        let version =
            NewVersion { version: 1, rev: 0, hash: [0; 32], body: "{}".to_owned(), keys: vec![key.to_owned()] };
        let id = OrderId { number: number.to_owned(), ..OrderId::default() };
        Put { id, version: Some(version), label: None }
    }

    #[test]
    fn orders_and_parcels_are_found_by_their_day_and_by_how_their_numbers_begin() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        for (at, order, parcel) in [(10, "A-1", 1), (20, "A-2", 2), (30, "B-1", 3)] {
            let puts = vec![put(order, &format!("PKG{parcel}"))];
            let batch = OrderBatch { puts, cursor: None };
            store.commit_with(Timestamp(at), &[opened(parcel, order)], &[], &batch).expect("kept");
        }
        assert_eq!(store.last_order().expect("a number"), 3);
        assert_eq!(store.orders_within(span(10, 30), 9).expect("found"), (vec![2, 1], 2));
        assert_eq!(store.orders_within(span(10, 31), 1).expect("found"), (vec![3], 3));
        assert_eq!(store.orders_beginning("A-", 9).expect("found"), [2, 1]);
        assert_eq!(store.orders_beginning("PKG3", 9).expect("found"), [3]);
        assert_eq!(store.orders_beginning("-1", 9).expect("found"), [] as [i64; 0]);
        let (listed, since) = store.listed_order(2).expect("read").expect("an order");
        assert_eq!((listed.id.number.as_str(), listed.body.as_deref(), since), ("A-2", Some("{}"), Timestamp(20)));
        assert_eq!(store.listed_order(4).expect("read"), None);
        let ids = |found: Vec<ParcelId>| found.into_iter().map(|id| id.0).collect::<Vec<_>>();
        let (within, all) = store.parcels_within(span(0, 21), 1).expect("found");
        assert_eq!((ids(within), all), (vec![2], 2));
        assert_eq!(ids(store.parcels_beginning("A-", 9).expect("found")), [2, 1]);
        assert_eq!(store.begun_at(ParcelId(3)).expect("read"), Some(Timestamp(30)));
        assert_eq!(store.begun_at(ParcelId(4)).expect("read"), None);
    }
}
