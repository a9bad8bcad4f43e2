//! Whether a database is whole: its pages, its journal without a gap, and a fact for each number that was used.
//!
//! A power cut damages nothing, but a worn SD card does. What is cheap is looked at when the station starts: the first
//! bytes of the file, the newest facts and the newest numbers. All of it is looked at beside the loop, page by page, and
//! on each copy.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::station::SSCC_POOL;
use crate::station::fact::FactKind;

/// What is wrong with a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A number of the journal has no fact.
    #[error("fact {0} of the journal is missing")]
    FactMissing(u64),
    /// A number is used, and nothing says for what.
    #[error("number {number} of {carrier} is used, and the fact that used it is missing")]
    NumberWithoutFact {
        /// The carrier.
        carrier: String,
        /// The number.
        number: String,
    },
    /// Bags and pallets were closed with other numbers than are used.
    #[error("{facts} bags and pallets have an SSCC, and {numbers} are used")]
    Containers {
        /// Facts that gave one.
        facts: u64,
        /// Numbers that are used.
        numbers: u64,
    },
    /// The file does not begin as a database does.
    #[error("it does not begin as a database does")]
    Header,
    /// What SQLite says of its pages.
    #[error("{0}")]
    Pages(String),
}

/// Facts that are counted at once.
const PAGE: u64 = 2_000;
/// Facts and numbers that are looked at when the station starts.
const NEWEST: u64 = 4_000;
/// How every database begins, <https://sqlite.org/fileformat.html>.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Says what is wrong with the first bytes of a file; an empty file is a database without tables.
pub(super) fn header(file: &Path) -> Result<(), StoreError> {
    let mut begins = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut begins));
    read.map_err(|source| StoreError::File { path: file.to_owned(), source })?;
    if begins.is_empty() || begins == MAGIC { Ok(()) } else { Err(StoreError::Damaged(Damage::Header)) }
}

/// The newest facts and numbers: what a start can afford, however long the journal is.
pub(super) fn newest(db: &Connection) -> Result<(), StoreError> {
    let (facts, numbers) = (last(db, "journal", "seq")?, last(db, "numbers", "rowid")?);
    dense(db, facts.saturating_sub(NEWEST), facts)?;
    numbers_have_facts(db, numbers.saturating_sub(NEWEST), numbers)
}

/// Everything. What is recorded meanwhile is left out.
pub(super) fn whole(db: &Connection) -> Result<(), StoreError> {
    // Numbers first: the facts of those that are there now are there, too.
    let (numbers, facts) = (last(db, "numbers", "rowid")?, last(db, "journal", "seq")?);
    for after in (0..facts).step_by(PAGE as usize) {
        dense(db, after, facts.min(after + PAGE))?;
    }
    for after in (0..numbers).step_by(PAGE as usize) {
        numbers_have_facts(db, after, numbers.min(after + PAGE))?;
    }
    containers_have_facts(db)?;
    let said: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    // Which of the attached databases it is stands before it, on a line of its own.
    match said.lines().last() {
        Some("ok") => Ok(()),
        said => Err(StoreError::Damaged(Damage::Pages(said.unwrap_or_default().to_owned()))),
    }
}

fn last(db: &Connection, table: &str, key: &str) -> Result<u64, StoreError> {
    Ok(db.query_row(&format!("SELECT coalesce(max({key}), 0) FROM {table}"), [], |row| row.get(0))?)
}

/// Every number of the journal has its fact, behind `after` and up to `last`.
fn dense(db: &Connection, after: u64, last: u64) -> Result<(), StoreError> {
    let count = "SELECT count(*) FROM journal WHERE seq > ?1 AND seq <= ?2";
    let count: u64 = db.query_row(count, [after, last], |row| row.get(0))?;
    if count == last - after {
        return Ok(());
    }
    let mut facts = db.prepare("SELECT seq FROM journal WHERE seq > ?1 AND seq <= ?2 ORDER BY seq")?;
    let mut rows = facts.query([after, last])?;
    let mut expected = after + 1;
    while let Some(row) = rows.next()? {
        if row.get::<_, u64>(0)? != expected {
            break;
        }
        expected += 1;
    }
    Err(StoreError::Damaged(Damage::FactMissing(expected)))
}

/// Every number of a carrier has the fact that used it, behind a row and up to another.
fn numbers_have_facts(db: &Connection, after: u64, last: u64) -> Result<(), StoreError> {
    let alone = "SELECT carrier, number FROM numbers n WHERE n.rowid > ?1 AND n.rowid <= ?2 AND n.carrier <> ?3
         AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.parcel = n.parcel AND j.name = ?4 AND instr(j.body, n.number) > 0)
         LIMIT 1";
    let row = |row: &rusqlite::Row<'_>| Ok(Damage::NumberWithoutFact { carrier: row.get(0)?, number: row.get(1)? });
    let found = db.query_row(alone, params![after, last, SSCC_POOL, FactKind::Committed.name()], row).optional()?;
    found.map_or(Ok(()), |damage| Err(StoreError::Damaged(damage)))
}

/// As many bags and pallets have an SSCC as are used: their facts are in no index.
fn containers_have_facts(db: &Connection) -> Result<(), StoreError> {
    let both = "SELECT (SELECT count(*) FROM journal WHERE name = ?1 AND instr(body, '\"sscc\":') > 0),
                       (SELECT count(*) FROM numbers WHERE carrier = ?2)";
    let names = params![FactKind::BagClosed.name(), SSCC_POOL];
    let (facts, numbers) = db.query_row(both, names, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if facts == numbers { Ok(()) } else { Err(StoreError::Damaged(Damage::Containers { facts, numbers })) }
}

/// Work beside the loop: it takes a quarter of the time, so that packing has the disk, and ends when it is told to.
#[derive(Debug, Clone, Default)]
pub struct Gently {
    stop: Arc<AtomicBool>,
    give_way: Arc<AtomicBool>,
}

impl Gently {
    /// Instructions of SQLite between two pauses.
    const STEPS: i32 = 1_000;
    /// So many times as long as it has worked it rests, and at most so long.
    const RESTS: u32 = 3;
    const LONGEST: Duration = Duration::from_millis(200);

    /// Ends the work, soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Breaks off what is done now, and only that.
    pub fn give_way(&self) {
        self.give_way.store(true, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.give_way.load(Ordering::Relaxed)
    }

    /// From now on what a connection does is done gently.
    pub(super) fn work(&self, db: &mut Connection) -> Result<(), StoreError> {
        self.give_way.store(false, Ordering::Relaxed);
        let gently = self.clone();
        let mut since = Instant::now();
        let rest = move || {
            std::thread::sleep((since.elapsed() * Self::RESTS).min(Self::LONGEST));
            since = Instant::now();
            gently.is_over()
        };
        Ok(db.progress_handler(Self::STEPS, Some(rest))?)
    }
}

impl Store {
    /// Looks at the newest facts and numbers.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or why it cannot be looked at.
    pub fn check_newest(&self) -> Result<(), StoreError> {
        newest(&self.db)
    }

    /// Looks at everything; long, where the journal is.
    ///
    /// # Errors
    /// As [`Store::check_newest`].
    pub fn check_whole(&self) -> Result<(), StoreError> {
        whole(&self.db)
    }

    /// What this reader does from now on is done gently.
    ///
    /// # Errors
    /// SQLite's.
    pub fn be_gentle(&mut self, gently: &Gently) -> Result<(), StoreError> {
        gently.work(&mut self.db)
    }
}
