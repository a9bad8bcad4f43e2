//! What was given back to the seller's systems, for each form of table: so each parcel is given once, and again only on
//! request.
//!
//! A file is written first and noted here afterwards: after a cut in between the same parcels are given again, and none is
//! lost.

use rusqlite::{OptionalExtension, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::ids::ParcelId;
use crate::station::fact::{Fact, Intercept};
use crate::units::Timestamp;

/// How far a form of table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportMark {
    /// Whatever was put on a manifest up to this fact is given, or is not to be.
    pub done: u64,
    /// Whatever was stopped up to this fact after it was given is said.
    pub stops: u64,
    /// The life of the database in which something was given last.
    pub incarnation: String,
}

/// A parcel that a fact put on a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnManifest {
    /// The fact.
    pub fact: u64,
    /// The parcel.
    pub parcel: ParcelId,
    /// It is given, and nothing was said against it since.
    pub given: bool,
}

/// A parcel that was stopped after it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoppedAfter {
    /// The fact that stopped it.
    pub fact: u64,
    /// The parcel.
    pub parcel: ParcelId,
    /// The fact that had put it on the manifest it was given from.
    pub given: u64,
}

/// What is to be noted of a form of table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportNote {
    /// The form.
    pub format: String,
    /// Parcels that were given, each with the fact that put it on its manifest.
    pub given: Vec<(ParcelId, u64)>,
    /// Parcels of which it was said that they do not travel, each with the fact up to which that was looked at.
    pub stopped: Vec<(ParcelId, u64)>,
    /// How far the form is then; `None`: as far as before.
    pub done: Option<u64>,
    /// The same for what was stopped.
    pub stops: Option<u64>,
}

impl ExportNote {
    /// The same in parts of so many parcels; how far the form is stands in the last one, so that a part that is lost is
    /// given again.
    pub fn parts(self, most: usize) -> Vec<Self> {
        let part = |given: &[_], stopped: &[_]| Self {
            format: self.format.clone(),
            given: given.to_vec(),
            stopped: stopped.to_vec(),
            ..Self::default()
        };
        let given = self.given.chunks(most).map(|given| part(given, &[]));
        let mut parts: Vec<Self> = given.chain(self.stopped.chunks(most).map(|stopped| part(&[], stopped))).collect();
        parts.push(Self { done: self.done, stops: self.stops, ..part(&[], &[]) });
        parts
    }
}

impl Store {
    /// How far a form of table is; `None` where nothing was ever given in it.
    pub fn export_mark(&self, format: &str) -> Result<Option<ExportMark>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT done, stops, incarnation FROM exports WHERE format = ?1")?;
        let mark = |row: &rusqlite::Row<'_>| {
            Ok(ExportMark { done: row.get(0)?, stops: row.get(1)?, incarnation: row.get(2)? })
        };
        Ok(select.query_row([format], mark).optional()?)
    }

    /// Parcels that were put on manifests, in the order of the facts that did it, behind a fact and its parcel: so many at
    /// most.
    pub fn manifested_after(
        &self,
        format: &str,
        (fact, parcel): (u64, ParcelId),
        most: usize,
    ) -> Result<Vec<OnManifest>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT manifested.fact, manifested.parcel,
                    exported.parcel IS NOT NULL AND (exported.stopped IS NULL OR exported.stopped > manifested.fact)
             FROM manifested LEFT JOIN exported
             ON exported.export = (SELECT id FROM exports WHERE format = ?1) AND exported.parcel = manifested.parcel
             WHERE (manifested.fact, manifested.parcel) > (?2, ?3) ORDER BY manifested.fact, manifested.parcel LIMIT ?4",
        )?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(OnManifest { fact: row.get(0)?, parcel: ParcelId(row.get(1)?), given: row.get(2)? })
        };
        Ok(select.query_map(params![format, fact, parcel.0, most], row)?.collect::<Result<_, _>>()?)
    }

    /// Parcels that were stopped by facts behind one, after they were given, and nothing was said of it; so many at most. A
    /// parcel may be there twice.
    pub fn stopped_after(&self, format: &str, fact: u64, most: usize) -> Result<Vec<StoppedAfter>, StoreError> {
        // The names stand in the text: only so is the index of these facts used.
        let mut select = self.db.prepare_cached(
            "SELECT journal.seq, journal.parcel, exported.fact FROM journal CROSS JOIN exported
             ON exported.export = (SELECT id FROM exports WHERE format = ?1) AND exported.parcel = journal.parcel
             WHERE journal.name IN ('voided', 'held', 'left_out', 'intercepted') AND journal.seq > ?2
             AND journal.seq > exported.fact AND (exported.stopped IS NULL OR exported.stopped < journal.seq)
             ORDER BY journal.seq LIMIT ?3",
        )?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(StoppedAfter { fact: row.get(0)?, parcel: ParcelId(row.get(1)?), given: row.get(2)? })
        };
        Ok(select.query_map(params![format, fact, most], row)?.collect::<Result<_, _>>()?)
    }

    /// Why a parcel was intercepted after a fact, and whether its carrier had it already; `None` where it was not, or goes on.
    pub fn intercepted_after(&self, parcel: ParcelId, fact: u64) -> Result<Option<(Intercept, bool)>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT seq, body FROM journal WHERE parcel = ?1 AND seq > ?2 AND name IN ('intercepted', 'released')
             ORDER BY seq DESC LIMIT 1",
        )?;
        let mut rows = select.query(params![parcel.0, fact])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        match self.fact(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)? {
            Fact::Intercepted { reason, late, .. } => Ok(Some((reason, late))),
            _ => Ok(None),
        }
    }

    /// The manifest that a fact closed, when that was, and when its carrier took it.
    pub fn manifest_closed_by(&self, fact: u64) -> Result<Option<(String, Timestamp, Option<Timestamp>)>, StoreError> {
        let mut select = self.db.prepare_cached("SELECT at, body FROM journal WHERE seq = ?1")?;
        let row = |row: &rusqlite::Row<'_>| Ok((Timestamp(row.get(0)?), row.get::<_, String>(1)?));
        let Some((closed, body)) = select.query_row([fact], row).optional()? else { return Ok(None) };
        let Fact::ManifestClosed { manifest, .. } = self.fact(fact, &body)? else { return Ok(None) };
        let mut select = self.db.prepare_cached(
            "SELECT at FROM journal WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.manifest') END = ?1
             AND name IN ('manifest_closed', 'manifest_handed_over', 'manifest_confirmed')
             AND name = 'manifest_handed_over' LIMIT 1",
        )?;
        let handed_over = select.query_row([&manifest], |row| row.get(0).map(Timestamp)).optional()?;
        Ok(Some((manifest, closed, handed_over)))
    }

    /// The fact that closed a manifest.
    pub fn closing_fact(&self, manifest: &str) -> Result<Option<u64>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT seq FROM journal WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.manifest') END = ?1
             AND name IN ('manifest_closed', 'manifest_handed_over', 'manifest_confirmed')
             AND name = 'manifest_closed' LIMIT 1",
        )?;
        Ok(select.query_row([manifest], |row| row.get(0)).optional()?)
    }

    /// The newest fact that was recorded before an instant; 0 for none.
    pub fn fact_before(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.last_before(at)
    }

    /// Notes what was given, all or none. How far a form is never goes back.
    pub fn note_exported(&mut self, at: Timestamp, note: &ExportNote) -> Result<(), StoreError> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            transaction
                .prepare_cached(
                    "INSERT INTO exports (format, done, stops, incarnation) VALUES (?1, coalesce(?2, 0), coalesce(?3, 0), ?4)
                     ON CONFLICT (format) DO UPDATE SET done = max(done, excluded.done),
                     stops = max(stops, excluded.stops), incarnation = excluded.incarnation",
                )?
                .execute(params![note.format, note.done, note.stops, self.incarnation])?;
            let export: i64 = transaction
                .prepare_cached("SELECT id FROM exports WHERE format = ?1")?
                .query_row([&note.format], |row| row.get(0))?;
            let mut given = transaction
                .prepare_cached("INSERT OR REPLACE INTO exported (export, parcel, fact, at) VALUES (?1, ?2, ?3, ?4)")?;
            for (parcel, fact) in &note.given {
                given.execute(params![export, parcel.0, fact, at.0])?;
            }
            let mut stopped =
                transaction.prepare_cached("UPDATE exported SET stopped = ?3 WHERE export = ?1 AND parcel = ?2")?;
            for (parcel, fact) in &note.stopped {
                stopped.execute(params![export, parcel.0, fact])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{folder, open};
    use crate::store::{DATABASE, schema};
    use crate::units::Date;

    const AT: Timestamp = Timestamp(1_000);

    fn closed(manifest: &str, parcels: &[u64]) -> Fact {
        Fact::ManifestClosed {
            manifest: manifest.to_owned(),
            carrier: "usps".into(),
            ship_date: Date::EPOCH,
            wave: 1,
            parcels: parcels.iter().map(|id| ParcelId(*id)).collect(),
            operator: None,
        }
    }

    fn voided(parcel: u64) -> Fact {
        Fact::Voided { parcel: ParcelId(parcel), reason: "torn".into() }
    }

    fn note(given: &[(u64, u64)], stopped: &[(u64, u64)]) -> ExportNote {
        let ids = |list: &[(u64, u64)]| list.iter().map(|(id, fact)| (ParcelId(*id), *fact)).collect();
        ExportNote { format: "plain".into(), given: ids(given), stopped: ids(stopped), done: None, stops: None }
    }

    /// Parcels that are not given yet.
    fn open_ones(store: &Store, format: &str) -> Vec<(u64, u64)> {
        let all = store.manifested_after(format, (0, ParcelId(0)), 100).unwrap();
        all.into_iter().filter(|on| !on.given).map(|on| (on.parcel.0, on.fact)).collect()
    }

    #[test]
    fn each_form_has_its_own_parcels_and_a_parcel_is_given_again_only_on_a_later_manifest() {
        let dir = folder();
        let mut store = open(&dir);
        store.commit(AT, &[closed("M1", &[2, 1])], &[]).unwrap();
        assert_eq!(store.export_mark("plain").unwrap(), None);
        assert_eq!(open_ones(&store, "plain"), [(1, 1), (2, 1)]);
        store.note_exported(AT, &note(&[(1, 1)], &[])).unwrap();
        assert_eq!((open_ones(&store, "plain"), open_ones(&store, "tiktok").len()), (vec![(2, 1)], 2));

        // Stopped, and said; then on another manifest.
        store.commit(AT, &[voided(1), voided(2)], &[]).unwrap();
        let stopped = store.stopped_after("plain", 0, 9).unwrap();
        assert_eq!(stopped, [StoppedAfter { fact: 2, parcel: ParcelId(1), given: 1 }], "the other was never given");
        store.note_exported(AT, &note(&[], &[(1, 2)])).unwrap();
        assert_eq!(store.stopped_after("plain", 0, 9).unwrap(), []);
        store.commit(AT, &[closed("M2", &[1])], &[]).unwrap();
        assert_eq!(open_ones(&store, "plain"), [(2, 1), (1, 4)]);
        store.note_exported(AT, &note(&[(1, 4)], &[])).unwrap();
        assert_eq!(open_ones(&store, "plain"), [(2, 1)]);
    }

    #[test]
    fn pages_follow_each_other_and_a_mark_never_goes_back() {
        let dir = folder();
        let mut store = open(&dir);
        store.commit(AT, &[closed("M1", &[3, 1]), closed("M2", &[2])], &[]).unwrap();
        let page = |after| {
            let page = store.manifested_after("plain", after, 2).unwrap();
            page.iter().map(|on| (on.fact, on.parcel.0)).collect::<Vec<_>>()
        };
        assert_eq!((page((0, ParcelId(0))), page((1, ParcelId(3)))), (vec![(1, 1), (1, 3)], vec![(2, 2)]));
        let far = |done, stops| ExportNote { done: Some(done), stops: Some(stops), ..note(&[], &[]) };
        store.note_exported(AT, &far(2, 1)).unwrap();
        store.note_exported(AT, &far(1, 2)).unwrap();
        let mark = store.export_mark("plain").unwrap().unwrap();
        assert_eq!((mark.done, mark.stops, mark.incarnation.as_str()), (2, 2, store.incarnation()));
    }

    #[test]
    fn a_note_is_taken_in_parts_and_only_the_last_says_how_far_it_goes() {
        let whole = ExportNote { done: Some(9), stops: Some(8), ..note(&[(1, 1), (2, 1), (3, 1)], &[(4, 7)]) };
        let parts = whole.parts(2);
        assert_eq!(parts.len(), 4);
        assert_eq!(parts.iter().map(|part| part.given.len() + part.stopped.len()).sum::<usize>(), 4);
        assert!(parts[..3].iter().all(|part| part.done.is_none()) && parts[3].done == Some(9));
    }

    #[test]
    fn a_manifest_says_when_it_was_closed_and_taken_and_an_interception_counts_until_it_is_released() {
        let dir = folder();
        let mut store = open(&dir);
        store.commit(AT, &[closed("M1", &[1])], &[]).unwrap();
        assert_eq!(store.manifest_closed_by(1).unwrap(), Some(("M1".into(), AT, None)));
        let taken = Fact::ManifestHandedOver { manifest: "M1".into(), left_out: Vec::new() };
        store.commit(Timestamp(5_000), &[taken], &[]).unwrap();
        assert_eq!(store.manifest_closed_by(1).unwrap(), Some(("M1".into(), AT, Some(Timestamp(5_000)))));
        assert_eq!((store.manifest_closed_by(2).unwrap(), store.manifest_closed_by(9).unwrap()), (None, None));
        assert_eq!((store.closing_fact("M1").unwrap(), store.closing_fact("M2").unwrap()), (Some(1), None));
        let parcel = ParcelId(1);
        let intercepted = Fact::Intercepted { parcel, reason: Intercept::Cancelled, late: true };
        store.commit(AT, &[intercepted], &[]).unwrap();
        assert_eq!(store.intercepted_after(parcel, 1).unwrap(), Some((Intercept::Cancelled, true)));
        assert_eq!(store.intercepted_after(parcel, 3).unwrap(), None);
        store.commit(AT, &[Fact::Released { parcel }], &[]).unwrap();
        assert_eq!(store.intercepted_after(parcel, 1).unwrap(), None);
    }

    #[test]
    fn a_database_of_the_version_before_has_everything_it_packed_still_to_give() {
        let dir = folder();
        std::fs::create_dir_all(dir.path()).unwrap();
        let db = rusqlite::Connection::open(dir.path().join(DATABASE)).unwrap();
        schema::make_older(&db, 6);
        db.execute_batch(
            "INSERT INTO journal VALUES (1, 5, NULL, 'manifest_closed',
                 '{\"fact\":\"manifest_closed\",\"manifest\":\"M1\",\"carrier\":\"usps\",\"ship_date\":\"2026-11-30\",\"wave\":1,\
             \"parcels\":[1]}');
             INSERT INTO manifested VALUES (1, 1);",
        )
        .unwrap();
        drop(db);
        let mut store = open(&dir);
        assert_eq!(open_ones(&store, "plain"), [(1, 1)]);
        store.note_exported(AT, &note(&[(1, 1)], &[])).unwrap();
        drop(store);
        assert_eq!(open_ones(&open(&dir), "plain"), [], "and it is remembered");
    }
}
