//! What the station remembers: one SQLite file with the journal, the orders and the labels that came with them, the
//! numbers used and the outbox; and one with the keys of the orders.
//!
//! Only this module knows SQL. WAL with `synchronous=FULL`, asserted at every start: an acknowledged commit survives a
//! power cut. There is one writer, the running station; it holds the lock of the folder. Everybody else reads.
//!
//! It knows orders and events as text: what they mean is `exchange`'s and `uplink`'s.

mod archive;
mod backup;
mod check;
mod clock;
mod erase;
pub mod exports;
mod fold;
mod items;
mod keyring;
mod labels;
mod lists;
mod lives;
mod lock;
mod mark;
mod numbers;
mod orders;
mod outbox;
mod plain;
pub mod private;
mod restore;
mod room;
mod schema;
mod sealed;

#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod erase_tests;
#[cfg(test)]
mod fold_tests;
#[cfg(test)]
mod lives_tests;
#[cfg(test)]
mod orders_tests;
#[cfg(test)]
mod outbox_tests;
#[cfg(test)]
mod sealed_tests;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use keyring::Keyring;
use numbers::NumberUse;
use rusqlite::{Connection, OpenFlags, params};

use crate::ids::ParcelId;
use crate::station::fact::{Fact, FactKind};
use crate::units::Timestamp;

pub use backup::{Backup, BackupBy, BackupError, BackupName, back_up, backups, prune, same_disk, stamp, sweep};
pub use check::{Damage, Gently};
pub use items::StoredItem;
pub use keyring::KeyFault;
pub use labels::StoredLabel;
pub use lists::TimeSpan;
pub use lives::{BOARD, Life, Machine, Recognised, UplinkStop};
pub use mark::Mark;
pub use orders::{ContentHash, FoundOrder, KnownOrder, ListedOrder, NewVersion, OrderBatch, Put, StoredOrder};
pub use outbox::{Announcement, Aside, Waiting};
pub use restore::{PutBack, newest_backup, put_back};
pub use room::DiskRoom;
pub use schema::PAGE;
pub use sealed::renew_keys;

/// The name of the database in the data folder.
pub const DATABASE: &str = "station.db";
/// The name of the file with the keys of its orders.
pub const KEYS: &str = "station.keys";
const LOCK: &str = "station.lock";

/// The station's database, open for the one writer or for a reader.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    /// The keys of its orders; `None` for a reader who has none.
    keyring: Option<Keyring>,
    /// The last key that was looked at, whether an order has it.
    keys_looked_at: i64,
    /// The present incarnation, and the last row of the outbox before it began.
    incarnation: String,
    base: u64,
    /// Number of the last fact in the journal, and of the last row in the outbox.
    last_seq: u64,
    head: u64,
    /// The last row of this incarnation that the receiver has confirmed; in memory, and as written.
    confirmed: u64,
    confirmed_on_disk: u64,
    /// The mark beside the data folder, where there is one; and whether there should be.
    mark: Option<Mark>,
    mark_missing: bool,
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
    #[error("open {0}: no station has run here yet; check data_dir, or start the station")]
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
    /// A backup was being put back.
    #[error("open {0}: a backup was being put back when this computer stopped; say `parceld restore` again")]
    Underway(PathBuf),
    /// Its file is damaged.
    #[error("use the database: it is damaged ({0}); put a backup back with `parceld restore`, best on another SD card")]
    Damaged(Damage),
    /// The keys of its orders cannot be used.
    #[error(
        "use {path}: {fault}; put the file back that was there with this database. If it is lost, type `parceld subject \
         renew-keys`, and import again what is to be packed"
    )]
    Keys {
        /// Their file.
        path: PathBuf,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// Keys are to be given up, and nothing is wrong with them.
    #[error("renew {0}: nothing is wrong with it; nothing was touched")]
    KeysGood(PathBuf),
    /// Something cannot be sealed, or not opened.
    #[error("seal an order with its key: this process may not write; a bug")]
    Seal,
    /// A folder on the way to it is closed to this user.
    #[error("use {path}: {user} may not look into this folder; type `sudo parceld …`, or `sudo -u parceld parceld …`")]
    Closed {
        /// What cannot be looked at.
        path: PathBuf,
        /// Who this program is.
        user: String,
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
    /// A snapshot, or a bag in the archive, that cannot be written or read.
    #[error("keep or read a part of the station: {0}")]
    Snapshot(String),
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
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged(Damage::Pages(error.to_string()))
            }
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the database itself is what is wrong: it cannot be read, or contradicts what was read of it.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged(_) | Self::Fact { .. } => true,
            Self::Database(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation),
            _ => false,
        }
    }

    /// Whether somebody broke off what was done.
    pub fn is_broken_off(&self) -> bool {
        matches!(self, Self::Database(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted))
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
        let lock = lock::lock(dir)?;
        let path = dir.join(DATABASE);
        if dir.join(restore::UNDERWAY).exists() {
            return Err(StoreError::Underway(path));
        }
        if path.exists() {
            check::header(&path)?;
        }
        private::file(&path).map_err(file)?;
        private::mend(dir);
        let mut db = Connection::open(path)?;
        schema::prepare(&mut db)?;
        let mut keyring = sealed::open_keys(&mut db, dir)?;
        plain::seal(&mut db, &mut keyring)?;
        let mut store = Self::with(db, Some(keyring), Some(lock))?;
        store.destroy_keys()?;
        // What was sealed now, and what a run took out that was cut off, may stand in it.
        store.empty_log().inspect_err(|error| tracing::error!(%error, "the log could not be emptied")).ok();
        Ok(store)
    }

    /// Opens the database in `dir` for reading, beside the one who writes.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        private::check_read(dir)?;
        let path = dir.join(DATABASE);
        if dir.join(restore::UNDERWAY).exists() {
            return Err(StoreError::Underway(path));
        }
        if !private::is_there(&path)? {
            return Err(StoreError::Missing(path));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.set_prepared_statement_cache_capacity(schema::STATEMENTS);
        db.busy_timeout(std::time::Duration::from_secs(2))?;
        schema::check_current(&db)?;
        let keyring = sealed::read_keys(&db, dir)?;
        Self::with(db, keyring, None)
    }

    fn with(db: Connection, keyring: Option<Keyring>, lock: Option<File>) -> Result<Self, StoreError> {
        let newest = "SELECT incarnation, base, confirmed FROM lives ORDER BY life DESC LIMIT 1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (incarnation, base, confirmed) = db.query_row(newest, [], row)?;
        let last_seq = db.query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))?;
        let head: u64 = db.query_row("SELECT coalesce(max(seq), 0) FROM outbox", [], |row| row.get(0))?;
        let head = head.max(base);
        Ok(Self {
            db,
            keyring,
            keys_looked_at: 0,
            incarnation,
            base,
            last_seq,
            head,
            confirmed,
            confirmed_on_disk: confirmed,
            mark: None,
            mark_missing: false,
            _lock: lock,
        })
    }

    /// The random name of the present incarnation. A new or a copied database has another.
    pub fn incarnation(&self) -> &str {
        &self.incarnation
    }

    /// Hands over every fact that the station's state is made of, in order. Decisions are left out.
    pub fn replay(&self, mut take: impl FnMut(Fact)) -> Result<(), StoreError> {
        self.replay_after(0, u64::MAX >> 1, |_, fact| {
            take(fact);
            Ok(())
        })
    }

    /// The same of so many facts at most, from one on and without that one, with each fact's number in the journal.
    pub fn replay_after(
        &self,
        seq: u64,
        most: u64,
        mut take: impl FnMut(u64, Fact) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut facts =
            self.db.prepare("SELECT seq, body FROM journal WHERE seq > ?2 AND name <> ?1 ORDER BY seq LIMIT ?3")?;
        let mut rows = facts.query(params![FactKind::Decided.name(), seq, most])?;
        while let Some(row) = rows.next()? {
            let seq = row.get(0)?;
            take(seq, self.fact(seq, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?)?;
        }
        Ok(())
    }

    /// The number of the newest fact in the journal; 0 for none.
    pub fn last_fact(&self) -> u64 {
        self.last_seq
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
            // The name stands in the text: only so is the index of these facts used.
            .prepare("SELECT seq, at, body FROM journal WHERE name = 'operator_changed' AND seq <= ?1 ORDER BY seq DESC LIMIT 1")?;
        let mut rows = newest.query(params![self.last_before(at)?])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let Fact::OperatorChanged { operator } = self.entry(row)?.fact else { return Ok(None) };
        Ok(operator)
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
        // On the disk before anything that is sealed with them.
        let keys = self.keys_for(at, orders)?;
        let transaction = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut journal = transaction
                .prepare_cached("INSERT INTO journal (seq, at, parcel, name, body) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for fact in facts {
                seq += 1;
                let body = serde_json::to_string(fact).map_err(|source| StoreError::Fact { seq, source })?;
                journal.execute(params![seq, at.0, fact.parcel().map(|id| id.0), fact.name(), body])?;
                if let Fact::ManifestClosed { parcels, .. } = fact {
                    let mut on = transaction
                        .prepare_cached("INSERT OR IGNORE INTO manifested (parcel, fact) VALUES (?1, ?2)")?;
                    for parcel in parcels {
                        on.execute([parcel.0, seq])?;
                    }
                }
                if let Fact::ManifestConfirmed { manifest } = fact {
                    transaction
                        .prepare_cached("UPDATE manifests SET confirmed = 1 WHERE id = ?1")?
                        .execute([manifest])?;
                }
                if let NumberUse::Used { carrier, number, by, .. } = NumberUse::of(fact) {
                    transaction
                        .prepare_cached("INSERT INTO numbers (carrier, number, parcel) VALUES (?1, ?2, ?3)")?
                        .execute(params![carrier, number, by])?;
                }
            }
            for event in events {
                head = base + event.seq;
                outbox::insert(&transaction, at, head, event, event.fact.map(|index| first + index as u64))?;
            }
            orders::put(&transaction, at, orders, &keys)?;
            if confirmed != self.confirmed_on_disk {
                transaction.prepare_cached(outbox::NOTE_CONFIRMED)?.execute([confirmed])?;
            }
        }
        transaction.commit()?;
        (self.last_seq, self.head, self.confirmed_on_disk) = (seq, head, confirmed);
        // Before anything is done that follows from these facts.
        if let Some(mark) = self.mark.as_mut().filter(|_| !facts.is_empty()) {
            let next: Vec<_> = facts.iter().filter_map(|fact| NumberUse::of(fact).pool_after()).collect();
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
