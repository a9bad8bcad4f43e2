//! Events that wait for the uplink, as the exact bytes that will be sent; and the documents of closed manifests.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::units::Timestamp;
use crate::uplink::event::EventKind;

/// An event to be kept with the facts it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// `stationseq`.
    pub seq: u64,
    /// Which event it is.
    pub kind: EventKind,
    /// The event as JSON, serialized once: these bytes are sent every time.
    pub body: String,
    /// Position, from 0, of the fact it tells of among those recorded with it.
    pub fact: Option<usize>,
    /// The manifest in it: identifier, document, hash.
    pub manifest: Option<(String, String, String)>,
}

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// `stationseq`.
    pub seq: u64,
    /// Its row in the outbox, counted through all incarnations.
    pub row: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The CloudEvents `type`.
    pub kind: String,
    /// The bytes that are sent.
    pub body: String,
}

/// An event that the receiver would not take, kept beside its tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Its row in the outbox, counted through all incarnations.
    pub row: u64,
    /// What the receiver said, for people.
    pub reason: String,
    /// The event that was refused.
    pub body: String,
}

pub(super) const NOTE_CONFIRMED: &str = "UPDATE lives SET confirmed = ?1 WHERE life = (SELECT max(life) FROM lives)";

/// Keeps an event in its row, with the number of its fact in the journal.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    at: Timestamp,
    row: u64,
    event: &Announcement,
    fact: Option<u64>,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("INSERT INTO outbox (seq, at, kind, body, fact) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![row, at.0, event.kind.name(), event.body, fact])?;
    if let Some((id, document, hash)) = &event.manifest {
        transaction
            .prepare_cached("INSERT INTO manifests (id, seq, body, hash) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, row, document, hash])?;
    }
    Ok(())
}

impl Store {
    /// The last `stationseq` of the present incarnation; 0 for none.
    pub fn announced(&self) -> u64 {
        self.head - self.base
    }

    /// Events of a life after one of its numbers, oldest first, at most `max` of them and about `max_bytes`; one at least
    /// if there is one.
    pub fn outbox_after(
        &self,
        incarnation: &str,
        after: u64,
        max: usize,
        max_bytes: usize,
    ) -> Result<Vec<Waiting>, StoreError> {
        let Some((base, end)) = self.rows_of(incarnation)? else { return Ok(Vec::new()) };
        let mut select = self.db.prepare_cached(
            "SELECT seq, at, kind, body FROM outbox WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = select.query(params![base.saturating_add(after), end, max])?;
        let (mut events, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            let event =
                Waiting { seq: seq - base, row: seq, at: Timestamp(row.get(1)?), kind: row.get(2)?, body: row.get(3)? };
            bytes += event.body.len();
            if bytes > max_bytes && !events.is_empty() {
                break;
            }
            events.push(event);
        }
        Ok(events)
    }

    /// The tracking numbers that were given with events of this life, from one of them on.
    pub fn numbers_announced_from(&self, seq: u64) -> Result<Vec<String>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT json_extract(body, '$.data.tracking') FROM outbox
             WHERE seq >= ?1 AND kind = ?2 AND json_valid(body) ORDER BY seq",
        )?;
        let told = params![self.base.saturating_add(seq), EventKind::ParcelCommitted.name()];
        let numbers = select.query_map(told, |row| row.get::<_, Option<String>>(0))?;
        Ok(numbers.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    /// When the oldest event was recorded that the receiver does not have, as far as the clock was believed, and how many
    /// there are of any life; `None` when it has them all.
    pub fn waiting(&self) -> Result<(u64, Option<Timestamp>), StoreError> {
        let mut past = self.db.prepare_cached(
            "SELECT confirmed, (SELECT base FROM lives n WHERE n.life = l.life + 1) FROM lives l
             WHERE life < (SELECT max(life) FROM lives) ORDER BY life",
        )?;
        let ends = past.query_map([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)))?;
        let mut ends: Vec<(u64, u64)> = ends.collect::<Result<_, _>>()?;
        ends.push((self.confirmed, self.head));
        let count = ends.iter().map(|(confirmed, end)| end.saturating_sub(*confirmed)).sum();
        let Some((after, _)) = ends.iter().find(|(confirmed, end)| end > confirmed) else { return Ok((count, None)) };
        let mut select = self.db.prepare_cached("SELECT at, fact FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT 1")?;
        let oldest = |row: &rusqlite::Row<'_>| Ok((Timestamp(row.get(0)?), row.get::<_, Option<u64>>(1)?));
        let since = match select.query_row([after], oldest).optional()? {
            Some((at, Some(fact))) => self.counts_from(fact, at)?,
            oldest => oldest.map(|(at, _)| at),
        };
        Ok((count, since))
    }

    /// The receiver has every event of this life up to a `stationseq`. Written with the next commit, or now when nothing
    /// waits any more: then there may be no next commit for a long time, and commands that read should see it.
    pub fn confirm(&mut self, seq: u64) -> Result<(), StoreError> {
        self.confirmed = self.confirmed.max(self.base.saturating_add(seq).min(self.head));
        if self.confirmed == self.confirmed_on_disk || self.confirmed < self.head {
            return Ok(());
        }
        match self.db.prepare_cached(NOTE_CONFIRMED)?.execute([self.confirmed]) {
            Ok(_) => self.confirmed_on_disk = self.confirmed,
            Err(error) => tracing::warn!(%error, "a receipt waits for the next commit"),
        }
        Ok(())
    }

    /// The last `stationseq` of this life that the receiver has, as far as this station knows.
    pub fn confirmed(&self) -> u64 {
        self.confirmed.saturating_sub(self.base)
    }

    /// Puts a tombstone in the place of an event of a life that the receiver would not take, and keeps the original.
    pub fn set_aside(&mut self, incarnation: &str, seq: u64, reason: &str, tombstone: &str) -> Result<(), StoreError> {
        let Some((base, _)) = self.rows_of(incarnation)? else { return Ok(()) };
        let seq = base + seq;
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT OR IGNORE INTO aside (seq, reason, body) SELECT seq, ?2, body FROM outbox WHERE seq = ?1",
            params![seq, reason],
        )?;
        transaction.execute(
            "UPDATE outbox SET kind = ?3, body = ?2 WHERE seq = ?1",
            params![seq, tombstone, EventKind::Tombstone.name()],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Every event that was set aside.
    pub fn aside(&self) -> Result<Vec<Aside>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT seq, reason, body FROM aside ORDER BY seq")?;
        let rows =
            select.query_map([], |row| Ok(Aside { row: row.get(0)?, reason: row.get(1)?, body: row.get(2)? }))?;
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
