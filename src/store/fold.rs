//! What is kept shorter when it is old: events that the receiver has become tombstones, and of a decision stays what was
//! chosen. Numbers, parcels, manifests and every other fact stay as they are.
//!
//! Folded is what the number and the clock both call old: the newest [`NEWEST`] rows stay whole, and a row is old only when
//! the one so many after it is old too. A clock that was wrong for a while folds nothing.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::{Store, StoreError};
use crate::station::fact::{Fact, FactKind};
use crate::units::Timestamp;
use crate::uplink::event::{self, EventKind};

/// Rows of the journal, and events of each life, that stay whole however old they are.
const NEWEST: u64 = 1_000;
/// How far each table is folded.
const EVENTS: &str = "folded_events";
const FACTS: &str = "folded_facts";

impl Store {
    /// Folds what was recorded before an instant: so many rows of each table at most are looked at. Whether there may be more.
    pub fn fold(&mut self, before: Timestamp, most: u64) -> Result<bool, StoreError> {
        let events = self.fold_events(before, most)?;
        let decisions = self.fold_decisions(before, most)?;
        Ok(events || decisions)
    }

    fn fold_events(&mut self, before: Timestamp, most: u64) -> Result<bool, StoreError> {
        let done = self.folded(EVENTS)?;
        let mut next = None;
        for life in self.lives()? {
            let Some((base, end)) = self.rows_of(&life.incarnation)? else { continue };
            let last = (base + life.confirmed).min(end.saturating_sub(NEWEST));
            if last > done.max(base) {
                next = Some((done.max(base), last));
                break;
            }
        }
        let Some((from, last)) = next else { return Ok(false) };
        let to = last.min(from + most);
        let old = "SELECT seq, body FROM outbox o WHERE seq > ?1 AND seq <= ?2 AND at < ?3
             AND (SELECT at FROM outbox WHERE seq = o.seq + ?4) < ?3 ORDER BY seq";
        let (rows, reached) = self.old_rows(old, from, to, before)?;
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (row, body) in rows {
            if let Some(folded) = event::folded(&body) {
                transaction
                    .prepare_cached("UPDATE outbox SET kind = ?2, body = ?3 WHERE seq = ?1")?
                    .execute(params![row, EventKind::Tombstone.name(), folded])?;
            }
        }
        note(&transaction, EVENTS, reached)?;
        transaction.commit()?;
        Ok(reached > from)
    }

    fn fold_decisions(&mut self, before: Timestamp, most: u64) -> Result<bool, StoreError> {
        let from = self.folded(FACTS)?;
        let to = self.last_seq.saturating_sub(NEWEST).min(from + most);
        let old = "SELECT seq, body FROM journal j WHERE seq > ?1 AND seq <= ?2 AND at < ?3
             AND (SELECT at FROM journal WHERE seq = j.seq + ?4) < ?3 ORDER BY seq";
        let (rows, reached) = self.old_rows(old, from, to, before)?;
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (seq, body) in rows {
            // Most facts are no decisions: they are not read twice for it.
            let decided = body.contains(FactKind::Decided.name()).then(|| serde_json::from_str(&body));
            let Some(Ok(Fact::Decided { parcel, mut decision })) = decided else { continue };
            decision.fold();
            let folded = serde_json::to_string(&Fact::Decided { parcel, decision })
                .map_err(|source| StoreError::Fact { seq, source })?;
            transaction.prepare_cached("UPDATE journal SET body = ?2 WHERE seq = ?1")?.execute(params![seq, folded])?;
        }
        note(&transaction, FACTS, reached)?;
        transaction.commit()?;
        Ok(reached > from)
    }

    /// The old ones of the rows after one up to another, and how far that is.
    fn old_rows(
        &self,
        sql: &str,
        from: u64,
        to: u64,
        before: Timestamp,
    ) -> Result<(Vec<(u64, String)>, u64), StoreError> {
        let mut select = self.db.prepare_cached(sql)?;
        let rows = select.query_map(params![from, to, before.0, NEWEST], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(u64, String)> = rows.collect::<Result<_, _>>()?;
        let reached = rows.last().map_or(from, |(row, _)| *row);
        Ok((rows, reached))
    }

    fn folded(&self, table: &str) -> Result<u64, StoreError> {
        let mut select = self.db.prepare_cached("SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?1")?;
        Ok(select.query_row([table], |row| row.get(0)).optional()?.unwrap_or(0))
    }
}

fn note(transaction: &rusqlite::Transaction<'_>, table: &str, reached: u64) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?
        .execute(params![table, reached.to_string()])?;
    Ok(())
}
