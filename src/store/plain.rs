//! What earlier versions kept in plain text is sealed, once, at the first start of this one.
//!
//! It moves a few orders at a time into tables of the same shape. Each step is whole on the disk, so a start that is cut off
//! goes on where it was. The old tables are emptied from one end and dropped: every page of theirs is overwritten, also
//! where rows once lay that were moved.

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::keyring::{Keyring, SealedPlace};
use super::{StoreError, schema};
use crate::units::Timestamp;

/// Orders that are moved in one transaction.
const AT_ONCE: usize = 200;
/// Between two words about how far it is.
const SAID_EVERY: usize = 10_000;
/// What a step may take before systemd gives the start up.
const SYSTEMD_WAITS_US: u32 = 60_000_000;

/// Seals all of it.
pub(super) fn seal(db: &mut Connection, keyring: &mut Keyring) -> Result<(), StoreError> {
    if !schema::has_plain(db)? {
        return Ok(());
    }
    let mut done = 0;
    loop {
        let some = seal_next(db, keyring)?;
        if some == 0 {
            break;
        }
        done += some;
        let _ = sd_notify::notify(&[sd_notify::NotifyState::ExtendTimeoutUsec(SYSTEMD_WAITS_US)]);
        if done / SAID_EVERY != (done - some) / SAID_EVERY {
            tracing::info!(orders = done, "names and addresses that were kept in plain text are sealed");
        }
    }
    db.execute_batch("BEGIN IMMEDIATE; DROP TABLE order_versions_plain; DROP TABLE labels_plain; COMMIT;")?;
    if done > 0 {
        tracing::info!(orders = done, "all names and addresses that were kept in plain text are sealed");
    }
    Ok(())
}

/// Seals the next few. How many those were.
pub(super) fn seal_next(db: &mut Connection, keyring: &mut Keyring) -> Result<usize, StoreError> {
    let some = next(db)?;
    if !some.is_empty() {
        seal_some(db, keyring, &some)?;
    }
    Ok(some.len())
}

/// The next orders, each with whether it was erased.
fn next(db: &Connection) -> Result<Vec<(i64, bool)>, StoreError> {
    let mut orders = db.prepare(
        "SELECT DISTINCT p.order_id, o.erased FROM order_versions_plain p JOIN orders o ON o.id = p.order_id
         ORDER BY p.order_id LIMIT ?1",
    )?;
    let rows = orders.query_map([AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn seal_some(db: &mut Connection, keyring: &mut Keyring, orders: &[(i64, bool)]) -> Result<(), StoreError> {
    let at = Timestamp(jiff::Timestamp::now().as_millisecond());
    // Keys first: they are on the disk before anything is sealed with them.
    let mut keys = Vec::with_capacity(orders.len());
    for (_, erased) in orders {
        keys.push(if *erased { None } else { Some(keyring.take(at)?) });
    }
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    {
        let mut versions =
            transaction.prepare("SELECT version, rev, hash, body FROM order_versions_plain WHERE order_id = ?1")?;
        let mut version = transaction
            .prepare("INSERT INTO order_versions (order_id, version, rev, hash, body) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let mut labels = transaction
            .prepare("SELECT number, dpi, width_mm, height_mm, kind, body FROM labels_plain WHERE order_id = ?1")?;
        let mut label = transaction.prepare(
            "INSERT INTO labels (order_id, number, dpi, width_mm, height_mm, kind, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut sealed = transaction.prepare("UPDATE orders SET sealed_with = ?2 WHERE id = ?1")?;
        for ((id, _), key) in orders.iter().zip(&keys) {
            let mut rows = versions.query([id])?;
            while let Some(row) = rows.next()? {
                let (number, rev, hash): (u64, i64, Value) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let body = match (row.get(3)?, key) {
                    (Value::Text(text), Some((_, key))) => {
                        Value::Blob(key.seal(SealedPlace::Version(number), text.as_bytes())?)
                    }
                    (body, _) => body,
                };
                version.execute(params![id, number, rev, hash, body])?;
            }
            let mut rows = labels.query([id])?;
            while let (Some(row), Some((_, key))) = (rows.next()?, key) {
                let (number, kind, body): (String, String, Vec<u8>) = (row.get(0)?, row.get(4)?, row.get(5)?);
                let media: (u32, u32, u32) = (row.get(1)?, row.get(2)?, row.get(3)?);
                let body = key.seal(SealedPlace::Label(&number), &body)?;
                label.execute(params![id, number, media.0, media.1, media.2, kind, body])?;
            }
            if let Some((number, _)) = key {
                sealed.execute([id, number])?;
            }
        }
        let last = orders.last().map_or(0, |(id, _)| *id);
        transaction.execute("DELETE FROM order_versions_plain WHERE order_id <= ?1", [last])?;
        transaction.execute("DELETE FROM labels_plain WHERE order_id <= ?1", [last])?;
    }
    Ok(transaction.commit()?)
}
