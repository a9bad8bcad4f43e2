//! Events that wait for the uplink, as the exact bytes that will be sent; and the documents of closed manifests.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::units::Timestamp;

/// An event to be kept with the facts it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// `stationseq`.
    pub seq: u64,
    /// Its type.
    pub kind: &'static str,
    /// The event, serialized once.
    pub body: String,
    /// The manifest in it: identifier, document, hash.
    pub manifest: Option<(String, String, String)>,
}

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// `stationseq`.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Its type.
    pub kind: String,
    /// The bytes.
    pub body: String,
}

/// An event that the receiver would not take, kept beside its tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// `stationseq`.
    pub seq: u64,
    /// What the receiver said.
    pub reason: String,
    /// The original.
    pub body: String,
}

pub(super) fn insert(transaction: &Transaction<'_>, at: Timestamp, events: &[Announcement]) -> Result<(), StoreError> {
    let mut outbox = transaction.prepare_cached("INSERT INTO outbox (seq, at, kind, body) VALUES (?1, ?2, ?3, ?4)")?;
    for event in events {
        outbox.execute(params![event.seq, at.0, event.kind, event.body])?;
        if let Some((id, document, hash)) = &event.manifest {
            transaction
                .prepare_cached("INSERT INTO manifests (id, seq, body, hash) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id, event.seq, document, hash])?;
        }
    }
    Ok(())
}

impl Store {
    /// Events after `after`, oldest first, at most `max` of them and about `max_bytes`; one at least if there is one.
    pub fn outbox_after(&self, after: u64, max: usize, max_bytes: usize) -> Result<Vec<Waiting>, StoreError> {
        let mut select =
            self.db.prepare_cached("SELECT seq, at, kind, body FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = select.query(params![after, max])?;
        let (mut events, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let event = Waiting { seq: row.get(0)?, at: Timestamp(row.get(1)?), kind: row.get(2)?, body: row.get(3)? };
            bytes += event.body.len();
            if bytes > max_bytes && !events.is_empty() {
                break;
            }
            events.push(event);
        }
        Ok(events)
    }

    /// When the oldest event was recorded that the receiver does not have; `None` when it has them all.
    pub fn waiting_since(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT at FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT 1")?;
        Ok(select.query_row([self.confirmed], |row| row.get(0).map(Timestamp)).optional()?)
    }

    /// The last `stationseq` in the outbox.
    pub fn outbox_head(&self) -> Result<u64, StoreError> {
        Ok(self.db.prepare_cached("SELECT coalesce(max(seq), 0) FROM outbox")?.query_row([], |row| row.get(0))?)
    }

    /// The receiver has everything up to this `stationseq`. Written with the next commit, or now when nothing waits any
    /// more: then there may be no next commit for a long time, and commands that read should see it.
    pub fn confirm(&mut self, seq: u64) -> Result<(), StoreError> {
        self.confirmed = self.confirmed.max(seq);
        if self.confirmed == self.confirmed_on_disk || self.confirmed < self.outbox_head()? {
            return Ok(());
        }
        let noted = self
            .db
            .prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'confirmed'")?
            .execute([self.confirmed.to_string()]);
        match noted {
            Ok(_) => self.confirmed_on_disk = self.confirmed,
            Err(error) => tracing::warn!(%error, "a receipt waits for the next commit"),
        }
        Ok(())
    }

    /// What the receiver has, as far as this station knows.
    pub fn confirmed(&self) -> u64 {
        self.confirmed
    }

    /// Puts a tombstone in the place of an event that the receiver would not take, and keeps the original.
    pub fn set_aside(&mut self, seq: u64, reason: &str, tombstone: &str) -> Result<(), StoreError> {
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT OR IGNORE INTO aside (seq, reason, body) SELECT seq, ?2, body FROM outbox WHERE seq = ?1",
            params![seq, reason],
        )?;
        transaction.execute(
            "UPDATE outbox SET kind = 'parceld.tombstone', body = ?2 WHERE seq = ?1",
            params![seq, tombstone],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Every event that was set aside.
    pub fn aside(&self) -> Result<Vec<Aside>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT seq, reason, body FROM aside ORDER BY seq")?;
        let rows =
            select.query_map([], |row| Ok(Aside { seq: row.get(0)?, reason: row.get(1)?, body: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The document of a closed manifest.
    pub fn manifest(&self, id: &str) -> Result<Option<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT body FROM manifests WHERE id = ?1")?;
        Ok(select.query_row(params![id], |row| row.get(0)).optional()?)
    }

    /// The hash of the manifest closed last; the next one is chained to it.
    pub fn last_manifest_hash(&self) -> Result<Option<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT hash FROM manifests ORDER BY seq DESC LIMIT 1")?;
        Ok(select.query_row([], |row| row.get(0)).optional()?)
    }
}
