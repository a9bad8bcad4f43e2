//! What the station remembers: one SQLite file with the journal, the orders and the labels that came with them, the
//! numbers used and the outbox.
//!
//! Only this module knows SQL. WAL with `synchronous=FULL`, asserted at every start: an acknowledged commit survives a
//! power cut. There is one writer, the running station; it holds the lock of the folder. Everybody else reads.
//!
//! It knows orders and events as text: what they mean is `exchange`'s and `uplink`'s.

mod erase;
mod labels;
mod lives;
mod mark;
mod orders;
mod outbox;
pub mod private;
mod schema;

#[cfg(test)]
mod erase_tests;
#[cfg(test)]
mod lives_tests;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use crate::ids::ParcelId;
use crate::station::SSCC_POOL;
use crate::station::fact::{Fact, FactKind};
use crate::units::Timestamp;

pub use labels::StoredLabel;
pub use lives::{BOARD, Life, Machine, Recognised, UplinkStop};
pub use mark::Mark;
pub use orders::{ContentHash, FoundOrder, KnownOrder, NewVersion, OrderBatch, Put, StoredOrder};
pub use outbox::{Announcement, Aside, Waiting};

/// The name of the database in the data folder.
pub const DATABASE: &str = "station.db";
const LOCK: &str = "station.lock";

/// The station's database, open for the one writer or for a reader.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    /// The present incarnation, and the last row of the outbox before it began.
    incarnation: String,
    base: u64,
    /// Number of the last fact in the journal, and of the last row in the outbox.
    last_seq: u64,
    head: u64,
    /// The last row of this incarnation that the receiver has confirmed; in memory, and as written.
    confirmed: u64,
    confirmed_on_disk: u64,
    /// The mark beside the data folder, where there is one.
    mark: Option<Mark>,
    /// The lock of the folder, held until the store is dropped; `None` for a reader.
    _lock: Option<File>,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes here.
    #[error("lock {0}: a station is already running on this folder; stop it, or give another data_dir")]
    Locked(PathBuf),
    /// There is no database.
    #[error("open {0}: no station has run here yet; check data_dir")]
    Missing(PathBuf),
    /// A newer program wrote it.
    #[error(
        "open the database: it was written by a newer parceld (format {found}, this one knows {known}); install that version again"
    )]
    Newer {
        /// The format on disk.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// An older program wrote it, and a reader changes nothing.
    #[error(
        "open the database: it was written by an older parceld (format {found}, this one reads {known}); start the service, \
         which brings it up to date"
    )]
    Older {
        /// The format on disk.
        found: i64,
        /// The format that this program reads.
        known: i64,
    },
    /// A setting that durability needs is not in force.
    #[error("set {0} on the database: the file system does not allow it; use a local disk")]
    Pragma(&'static str),
    /// The disk is full.
    #[error("record: the disk is full; free some space, nothing is lost")]
    Full,
    /// A folder or file cannot be used.
    #[error("use {path}: {source}; check the folder and its owner")]
    File {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// It belongs to somebody else.
    #[error("use {path}: it belongs to {owner} (mode {mode:o}), and this program runs as {user}; type `{todo}`")]
    NotOurs {
        /// The folder or file.
        path: PathBuf,
        /// Whose it is.
        owner: String,
        /// What it lets whom do.
        mode: u32,
        /// Who this program is.
        user: String,
        /// What mends it.
        todo: String,
    },
    /// Any other error of SQLite.
    #[error("use the database: {0}")]
    Database(rusqlite::Error),
    /// A fact on disk that this program cannot read.
    #[error("read fact {seq} of the journal: {source}; install the version that wrote it")]
    Fact {
        /// Its number in the journal.
        seq: u64,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
    /// An event that cannot be written.
    #[error("tell the world: {0}")]
    Event(String),
    /// The operating system has no random numbers.
    #[error("make a random number: {0}")]
    Random(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

/// A fact as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number, dense and rising from 1.
    pub seq: u64,
    /// When it was recorded, by the station's wall clock.
    pub at: Timestamp,
    /// The fact as it was written.
    pub fact: Fact,
}

impl Store {
    /// Opens the database in `dir` for writing, and makes it if there is none. Fails when another process has the lock.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let file = |source| StoreError::File { path: dir.to_owned(), source };
        private::folder(dir).map_err(file)?;
        private::check(dir)?;
        let lock_path = dir.join(LOCK);
        let lock = private::file(&lock_path).map_err(file)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::Locked(lock_path)),
            Err(std::fs::TryLockError::Error(source)) => return Err(StoreError::File { path: lock_path, source }),
        }
        let database = dir.join(DATABASE);
        private::file(&database).map_err(file)?;
        private::mend(dir);
        let mut db = Connection::open(database)?;
        schema::prepare(&mut db)?;
        Self::with(db, Some(lock))
    }

    /// Opens the database in `dir` for reading, beside the one who writes.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        private::check_read(dir)?;
        let path = dir.join(DATABASE);
        if !path.exists() {
            return Err(StoreError::Missing(path));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(std::time::Duration::from_secs(2))?;
        schema::check_current(&db)?;
        Self::with(db, None)
    }

    fn with(db: Connection, lock: Option<File>) -> Result<Self, StoreError> {
        let newest = "SELECT incarnation, base, confirmed FROM lives ORDER BY life DESC LIMIT 1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (incarnation, base, confirmed) = db.query_row(newest, [], row)?;
        let last_seq = db.query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))?;
        let head: u64 = db.query_row("SELECT coalesce(max(seq), 0) FROM outbox", [], |row| row.get(0))?;
        let head = head.max(base);
        Ok(Self {
            db,
            incarnation,
            base,
            last_seq,
            head,
            confirmed,
            confirmed_on_disk: confirmed,
            mark: None,
            _lock: lock,
        })
    }

    /// The random name of the present incarnation. A new or a copied database has another.
    pub fn incarnation(&self) -> &str {
        &self.incarnation
    }

    /// The last `stationseq` of the present incarnation; 0 for none.
    pub fn announced(&self) -> u64 {
        self.head - self.base
    }

    /// Hands over every fact that the station's state is made of, in order. Decisions are left out.
    pub fn replay(&self, mut take: impl FnMut(Fact)) -> Result<(), StoreError> {
        let mut facts = self.db.prepare("SELECT seq, body FROM journal WHERE name <> ?1 ORDER BY seq")?;
        let mut rows = facts.query(params![FactKind::Decided.name()])?;
        while let Some(row) = rows.next()? {
            take(self.fact(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?);
        }
        Ok(())
    }

    /// Everything recorded about one parcel, in order.
    pub fn history(&self, parcel: ParcelId) -> Result<Vec<JournalEntry>, StoreError> {
        let mut facts = self.db.prepare("SELECT seq, at, body FROM journal WHERE parcel = ?1 ORDER BY seq")?;
        let mut rows = facts.query(params![parcel.0])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(self.entry(row)?);
        }
        Ok(entries)
    }

    /// What state is made of and was recorded between two instants of the station's clock, in order: from the newest entry
    /// before them on, so that a clock that was set back loses nothing.
    pub fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut take: impl FnMut(JournalEntry),
    ) -> Result<(), StoreError> {
        let after = self.last_before(from)?;
        let mut facts = self
            .db
            .prepare("SELECT seq, at, body FROM journal WHERE seq > ?1 AND at < ?2 AND name <> ?3 ORDER BY seq")?;
        let mut rows = facts.query(params![after, to.0, FactKind::Decided.name()])?;
        while let Some(row) = rows.next()? {
            take(self.entry(row)?);
        }
        Ok(())
    }

    /// The operator who was signed in at an instant of the station's clock.
    pub fn operator_before(&self, at: Timestamp) -> Result<Option<String>, StoreError> {
        let mut newest = self
            .db
            .prepare("SELECT seq, at, body FROM journal WHERE seq <= ?1 AND name = ?2 ORDER BY seq DESC LIMIT 1")?;
        let mut rows = newest.query(params![self.last_before(at)?, FactKind::OperatorChanged.name()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        match self.entry(row)?.fact {
            Fact::OperatorChanged { operator } => Ok(operator),
            _ => Ok(None),
        }
    }

    /// Number of the newest fact that was recorded before an instant; 0 for none.
    fn last_before(&self, at: Timestamp) -> Result<u64, StoreError> {
        let newest = "SELECT coalesce((SELECT seq FROM journal WHERE at < ?1 ORDER BY seq DESC LIMIT 1), 0)";
        Ok(self.db.query_row(newest, params![at.0], |row| row.get(0))?)
    }

    /// Records facts and what they tell the world: all of them or none, on the disk when this returns.
    pub fn commit(&mut self, at: Timestamp, facts: &[Fact], events: &[Announcement]) -> Result<(), StoreError> {
        if facts.is_empty() && events.is_empty() {
            return Ok(());
        }
        self.commit_with(at, facts, events, &OrderBatch::default())
    }

    /// The same, with orders in the same transaction.
    pub fn commit_with(
        &mut self,
        at: Timestamp,
        facts: &[Fact],
        events: &[Announcement],
        orders: &OrderBatch<'_>,
    ) -> Result<(), StoreError> {
        let (mut seq, confirmed) = (self.last_seq, self.confirmed);
        let (base, first) = (self.base, self.last_seq + 1);
        let mut head = self.head;
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut journal = transaction
                .prepare_cached("INSERT INTO journal (seq, at, parcel, name, body) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for fact in facts {
                seq += 1;
                let body = serde_json::to_string(fact).map_err(|source| StoreError::Fact { seq, source })?;
                journal.execute(params![seq, at.0, fact.parcel().map(|id| id.0), fact.name(), body])?;
                let number = match fact {
                    Fact::Committed { parcel, commitment } => {
                        Some((commitment.carrier().as_str(), commitment.tracking.as_str(), parcel.0))
                    }
                    Fact::BagClosed { bag, sscc: Some(sscc), .. } => Some((SSCC_POOL, sscc.number.as_str(), bag.0)),
                    _ => None,
                };
                if let Some((carrier, number, used_by)) = number {
                    transaction
                        .prepare_cached("INSERT INTO numbers (carrier, number, parcel) VALUES (?1, ?2, ?3)")?
                        .execute(params![carrier, number, used_by])?;
                }
            }
            for event in events {
                head = base + event.seq;
                outbox::insert(&transaction, at, head, event, event.fact.map(|index| first + index as u64))?;
            }
            orders::put(&transaction, orders)?;
            if confirmed != self.confirmed_on_disk {
                transaction.prepare_cached(outbox::NOTE_CONFIRMED)?.execute([confirmed])?;
            }
        }
        transaction.commit()?;
        (self.last_seq, self.head, self.confirmed_on_disk) = (seq, head, confirmed);
        // Before anything is done that follows from these facts.
        if let Some(mark) = self.mark.as_mut().filter(|_| !facts.is_empty()) {
            let next: Vec<_> = facts.iter().filter_map(lives::pool_after).collect();
            mark.note(&self.incarnation, seq, &next);
        }
        Ok(())
    }

    /// A row of number, time and body.
    fn entry(&self, row: &rusqlite::Row<'_>) -> Result<JournalEntry, StoreError> {
        let seq = row.get(0)?;
        let fact = self.fact(seq, row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
        Ok(JournalEntry { seq, at: Timestamp(row.get(1)?), fact })
    }

    /// A fact as it stands in the journal; one from before orders were known by their shop gets it from there.
    fn fact(&self, seq: u64, body: &str) -> Result<Fact, StoreError> {
        let mut fact = serde_json::from_str(body).map_err(|source| StoreError::Fact { seq, source })?;
        if let Fact::ParcelOpened { order_ref, rev, channel, shop, version: version @ None, .. } = &mut fact {
            *version = Some(*rev);
            if let Some(owner) = self.owner_before_shops(order_ref)? {
                (*channel, *shop) = owner;
            }
        }
        Ok(fact)
    }

    /// Makes the disk full: the database takes no more than so many pages.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.db.pragma_update(None, "max_page_count", pages)?;
        Ok(())
    }
}
