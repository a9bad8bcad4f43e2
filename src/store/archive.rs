//! What a station has forgotten, found again: parcels and manifests are made from their facts in the journal, bags are kept as
//! they were last; and the snapshot from which a station starts.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Store, StoreError};
use crate::ids::{BagId, ParcelId};
use crate::station::containers::Bag;
use crate::station::fact::Fact;
use crate::station::parcels::Parcel;
use crate::station::{Manifest, SNAPSHOT_VERSION, SSCC_POOL, Station};
use crate::units::Timestamp;

impl Store {
    /// A parcel as of the facts before one of the journal; `None` where it was not begun then.
    pub fn parcel_before(&self, id: ParcelId, before: u64) -> Result<Option<Parcel>, StoreError> {
        let mut facts = self.numbered_facts(
            "SELECT seq, body FROM journal WHERE parcel = ?1 AND seq < ?2 AND name <> 'decided'",
            params![id.0, before],
        )?;
        for manifest in self.manifests_of(id, before)? {
            facts.extend(self.facts_of_manifest(&manifest, before)?);
        }
        facts.sort_unstable_by_key(|(seq, _)| *seq);
        Ok(Parcel::replay(facts.iter().map(|(_, fact)| fact)))
    }

    /// A parcel as it is now.
    pub fn parcel(&self, id: ParcelId) -> Result<Option<Parcel>, StoreError> {
        self.parcel_before(id, u64::MAX >> 1)
    }

    /// The parcel that travels under a number. A scan knows no carrier: each is asked in turn, which costs a parcel less than
    /// an index of its own.
    pub fn parcel_numbered(&self, number: &str) -> Result<Option<ParcelId>, StoreError> {
        let mut select = self.db.prepare_cached(
            "WITH RECURSIVE carriers (id) AS (
                 SELECT min(carrier) FROM numbers
                 UNION ALL SELECT (SELECT min(carrier) FROM numbers WHERE carrier > id) FROM carriers WHERE id IS NOT NULL)
             SELECT parcel FROM carriers CROSS JOIN numbers ON carrier = id AND number = ?1
             WHERE id <> ?2 ORDER BY parcel DESC LIMIT 1",
        )?;
        Ok(select.query_row([number, SSCC_POOL], |row| row.get(0).map(ParcelId)).optional()?)
    }

    /// The parcels of every order with this number, oldest first.
    pub fn parcels_of_number(&self, number: &str) -> Result<Vec<ParcelId>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT parcel FROM journal WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.order_ref') END = ?1
             AND name = 'parcel_opened' ORDER BY parcel",
        )?;
        Ok(select.query_map([number], |row| row.get(0).map(ParcelId))?.collect::<Result<_, _>>()?)
    }

    /// A manifest as it is now.
    pub fn old_manifest(&self, id: &str) -> Result<Option<Manifest>, StoreError> {
        let facts = self.facts_of_manifest(id, u64::MAX >> 1)?;
        Ok(Manifest::replay(facts.iter().map(|(_, fact)| fact)))
    }

    /// Since when the receiver has a manifest, as far as the clock was believed; `None` when it has not, or nobody knows.
    pub fn manifest_confirmed_at(&self, id: &str) -> Result<Option<Timestamp>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT seq, at FROM journal WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.manifest') END = ?1
             AND name IN ('manifest_closed', 'manifest_handed_over', 'manifest_confirmed')
             AND name = 'manifest_confirmed' LIMIT 1",
        )?;
        let confirmed = select.query_row([id], |row| Ok((row.get(0)?, Timestamp(row.get(1)?)))).optional()?;
        confirmed.map_or(Ok(None), |(seq, at)| self.counts_from(seq, at))
    }

    /// Manifests of which the receiver has the events and nothing says so yet: the oldest 200.
    pub fn manifests_arrived(&self) -> Result<Vec<String>, StoreError> {
        const MOST: usize = 200;
        let mut select = self.db.prepare_cached(
            "SELECT id FROM manifests WHERE confirmed = 0 AND seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut arrived: Vec<String> = Vec::new();
        for life in self.lives()? {
            let base = self.rows_of(&life.incarnation)?.map_or(0, |(base, _)| base);
            let rows =
                select.query_map(params![base, base + life.confirmed, MOST - arrived.len()], |row| row.get(0))?;
            for id in rows {
                arrived.push(id?);
            }
        }
        Ok(arrived)
    }

    /// The identifiers of closed manifests, newest first, so many at most.
    pub fn manifest_ids(&self, most: usize) -> Result<Vec<String>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT id FROM manifests ORDER BY seq DESC LIMIT ?1")?;
        Ok(select.query_map([most], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Keeps bags and pallets as they were last.
    pub fn keep_bags<'a>(&mut self, bags: impl Iterator<Item = (BagId, &'a Bag)>) -> Result<(), StoreError> {
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut keep = transaction.prepare_cached("INSERT OR REPLACE INTO bags (id, body) VALUES (?1, ?2)")?;
            for (id, bag) in bags {
                let body = serde_json::to_string(bag).map_err(|error| StoreError::Snapshot(error.to_string()))?;
                keep.execute(params![id.0, body])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// A bag or a pallet that the station has forgotten.
    pub fn old_bag(&self, id: BagId) -> Result<Option<Bag>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT body FROM bags WHERE id = ?1")?;
        let body: Option<String> = select.query_row([id.0], |row| row.get(0)).optional()?;
        let read = |body: String| serde_json::from_str(&body).map_err(|error| StoreError::Snapshot(error.to_string()));
        body.map(read).transpose()
    }

    /// The bag or pallet with an SSCC.
    pub fn bag_with_sscc(&self, sscc: &str) -> Result<Option<BagId>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT parcel FROM numbers WHERE carrier = ?1 AND number = ?2")?;
        Ok(select.query_row([SSCC_POOL, sscc], |row| row.get(0).map(BagId)).optional()?)
    }

    /// The station as it was at a fact of the journal, and that fact's number; `None` where there is no snapshot that this
    /// program can use.
    pub fn snapshot(&self) -> Result<Option<(u64, Station)>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT seq, sha256, body FROM snapshot WHERE version = ?1")?;
        let row =
            |row: &rusqlite::Row<'_>| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?));
        let found = select.query_row([SNAPSHOT_VERSION], row).optional()?;
        let usable = found.filter(|(seq, hash, body)| *seq <= self.last_seq && Sha256::digest(body).as_slice() == hash);
        Ok(usable.and_then(|(seq, _, body)| Some((seq, Station::from_snapshot(&body).ok()?))))
    }

    /// The fact as of which the snapshot is; 0 where there is none.
    pub fn snapshot_seq(&self) -> Result<u64, StoreError> {
        Ok(self.db.query_row("SELECT coalesce(max(seq), 0) FROM snapshot", [], |row| row.get(0))?)
    }

    /// Keeps the station as it is after a fact, in the place of the snapshot before.
    pub fn keep_snapshot(&mut self, station: &Station, seq: u64) -> Result<(), StoreError> {
        let body = station.to_snapshot().map_err(|error| StoreError::Snapshot(error.to_string()))?;
        let hash = Sha256::digest(&body);
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO snapshot (id, seq, version, sha256, body) VALUES (1, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![seq, SNAPSHOT_VERSION, hash.as_slice(), body])?;
        Ok(())
    }

    /// The manifests that a parcel was put on, by their identifiers.
    fn manifests_of(&self, id: ParcelId, before: u64) -> Result<Vec<String>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT DISTINCT CASE WHEN json_valid(j.body) THEN json_extract(j.body, '$.manifest') END
             FROM manifested m JOIN journal j ON j.seq = m.fact WHERE m.parcel = ?1 AND m.fact < ?2",
        )?;
        let ids = select.query_map(params![id.0, before], |row| row.get::<_, Option<String>>(0))?;
        Ok(ids.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    fn facts_of_manifest(&self, id: &str, before: u64) -> Result<Vec<(u64, Fact)>, StoreError> {
        self.numbered_facts(
            "SELECT seq, body FROM journal WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.manifest') END = ?1
             AND name IN ('manifest_closed', 'manifest_handed_over', 'manifest_confirmed') AND seq < ?2 ORDER BY seq",
            params![id, before],
        )
    }

    fn numbered_facts(&self, select: &str, of: &[&dyn rusqlite::ToSql]) -> Result<Vec<(u64, Fact)>, StoreError> {
        let mut select = self.db.prepare_cached(select)?;
        let mut rows = select.query(of)?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            facts.push((seq, self.fact(seq, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?));
        }
        Ok(facts)
    }
}
