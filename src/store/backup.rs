//! Copies of the database, made beside the running station.
//!
//! ```text
//! parceld-LAX1-ST03-20261130T013000Z-2f6c0e9a81b7d354-8125.db
//!         station   when (UTC)       incarnation      newest fact      .nightly.db: made by the clock
//! ```
//!
//! A copy is what one read transaction sees (`VACUUM INTO`), without the deleted pages. It is written under another name,
//! read back whole, synced and renamed, and never written over another. It has a row that says that it is a copy, so that
//! a database that was put back knows it wherever it is put. The keys of its orders are in another file, and are not copied.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::check::{self, Damage, Gently};
use super::{DATABASE, StoreError, schema};
use crate::units::Timestamp;

/// How names of copies end, and those of copies that the clock made.
const ENDING: &str = ".db";
const NIGHTLY: &str = ".nightly.db";
/// How the name of a copy ends that is not whole yet.
const PART: &str = ".part";
/// The row of a copy that says so.
pub(super) const BACKUP_ROW: &str = "backup";

/// What a copy of the database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The station; `None` where nothing in it says.
    pub station: Option<String>,
    /// Its incarnation.
    pub incarnation: String,
    /// Its newest fact.
    pub seq: u64,
    /// When it was made; `None` for a database that is no copy.
    pub at: Option<Timestamp>,
    /// Orders with names and addresses that whoever has it can read: copies of earlier versions have them.
    pub orders_with_addresses: u64,
    /// Orders whose names and addresses are sealed with keys that are not in it.
    pub orders_sealed: u64,
    /// Labels that came with them.
    pub labels: u64,
}

/// Who makes a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupBy {
    /// A person: it stays.
    Person,
    /// The clock: the oldest of these make room.
    Clock,
}

/// Why there is no copy, or why it is not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A folder or file cannot be used.
    #[error("use {path}: {source}; name a folder that is there and that this user may write")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// There is one of that name.
    #[error("write {0}: it is there; nothing is written over a backup, try again in a second")]
    Exists(PathBuf),
    /// It is on a disk that may break with the station's.
    #[error("write into {0}: it is on the station's own disk, so its medium is not mounted; put it in")]
    NoDisk(PathBuf),
    /// No room.
    #[error("write {0}: no room is left there; free some, or use another medium")]
    Full(PathBuf),
    /// The medium lost what was written.
    #[error("read {path} back: {damage}; use another medium")]
    Medium {
        /// The copy.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A file to be put back is damaged.
    #[error("read {path}: {damage}; nothing was touched, use another backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A file to be put back is something else.
    #[error("read {0}: it is no database of a station; name a file that `parceld backup` made")]
    Foreign(PathBuf),
    /// There is none.
    #[error("look into {dir}: no backup of {station} is there; name the folder or the file of one")]
    None {
        /// The folder.
        dir: PathBuf,
        /// The station.
        station: String,
    },
    /// It is another station's.
    #[error(
        "put {path} back: it is of {}, and this station is {station}; name another backup, or say --other-station",
        .of.as_deref().unwrap_or("a station that it does not name")
    )]
    OtherStation {
        /// The file.
        path: PathBuf,
        /// Its station.
        of: Option<String>,
        /// This one.
        station: String,
    },
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// A copy as its name tells of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackupName {
    /// When it was made, `20261130T013000Z`: it sorts by time.
    pub time: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether the clock made it.
    pub nightly: bool,
}

/// The row that a copy has.
#[derive(Debug, Serialize, Deserialize)]
struct CopyRow {
    station: String,
    at: i64,
}

/// Copies the database in `data_dir` into the folder `into`, which is made where only its last part is missing.
///
/// # Errors
/// Nothing is left behind then.
pub fn back_up(
    data_dir: &Path,
    into: &Path,
    station: &str,
    at: Timestamp,
    by: BackupBy,
    gently: Option<&Gently>,
) -> Result<(PathBuf, Backup), BackupError> {
    let file = |source| BackupError::File { path: into.to_owned(), source };
    if !into.is_dir() {
        DirBuilder::new().mode(0o700).create(into).map_err(file)?;
    }
    let into = std::path::absolute(into).map_err(file)?;
    let path = data_dir.join(DATABASE);
    if !path.exists() {
        return Err(StoreError::Missing(path).into());
    }
    let mut source = open(&path)?;
    schema::check_current(&source)?;
    if let Some(gently) = gently {
        gently.work(&mut source)?;
    }
    // The incarnation and the newest fact stand in the name, and the copy may have newer ones: it is named when it is made.
    let aside = into.join(format!("parceld-{station}-{}{PART}", stamp(at)));
    let backup = copy(&source, &aside, station, at, gently)?;
    let ending = if by == BackupBy::Clock { NIGHTLY } else { ENDING };
    let name = format!("parceld-{station}-{}-{}-{}{ending}", stamp(at), backup.incarnation, backup.seq);
    let named = into.join(name);
    let placed = if named.exists() {
        Err(BackupError::Exists(named.clone()))
    } else {
        std::fs::rename(&aside, &named).and_then(|()| File::open(&into)?.sync_all()).map_err(file)
    };
    if placed.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    placed.map(|()| (named, backup))
}

/// Copies a database into a new file, reads it back whole, and waits for the disk. A copy that fails is taken away.
pub(super) fn copy(
    source: &Connection,
    target: &Path,
    station: &str,
    at: Timestamp,
    gently: Option<&Gently>,
) -> Result<Backup, BackupError> {
    let new = File::options().write(true).create_new(true).mode(0o600).open(target).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return BackupError::Exists(target.to_owned());
        }
        BackupError::File { path: target.to_owned(), source: error }
    })?;
    // As long as it is locked it is being written; file systems without locks have none of two writers either.
    let _ = new.try_lock();
    let copied = fill(source, target, station, at, gently).and_then(|backup| {
        new.sync_all().map_err(|source| BackupError::File { path: target.to_owned(), source })?;
        Ok(backup)
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(target);
    }
    copied
}

fn fill(
    source: &Connection,
    target: &Path,
    station: &str,
    at: Timestamp,
    gently: Option<&Gently>,
) -> Result<Backup, BackupError> {
    let room = |error: StoreError| match error {
        StoreError::Full => BackupError::Full(target.to_owned()),
        error => error.into(),
    };
    source.execute("VACUUM INTO ?1", [target.to_string_lossy()]).map_err(|error| room(error.into()))?;
    let mut db = Connection::open_with_flags(target, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(StoreError::from)?;
    let write = |db: &Connection| -> rusqlite::Result<()> {
        // One file, also while it is written; a reader of it needs no other.
        db.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(()))?;
        let row = serde_json::to_string(&CopyRow { station: station.to_owned(), at: at.0 }).unwrap_or_default();
        db.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", [BACKUP_ROW, &row]).map(drop)
    };
    write(&db).map_err(|error| room(error.into()))?;
    if let Some(gently) = gently {
        gently.work(&mut db)?;
    }
    match check::whole(&db) {
        Ok(()) => Ok(contents(&db)?),
        // The source was read without a complaint, so this medium did not keep what was written.
        Err(StoreError::Damaged(damage @ (Damage::Pages(_) | Damage::Header))) => {
            Err(BackupError::Medium { path: target.to_owned(), damage })
        }
        Err(error) => Err(error.into()),
    }
}

/// Opens a database for reading. Its file is touched by SQLite alone: whoever opens and closes it beside takes away the
/// locks that the running station holds on it.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    Ok(db)
}

/// What a database holds, of this format or an older one.
pub(super) fn contents(db: &Connection) -> Result<Backup, StoreError> {
    let version = schema::check_version(db)?;
    let row = |key: &str| -> Result<Option<String>, StoreError> {
        Ok(db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
    };
    let count = |select: &str| -> Result<u64, StoreError> { Ok(db.query_row(select, [], |row| row.get(0))?) };
    let incarnation = match version {
        ..=2 => row("incarnation")?.unwrap_or_default(),
        _ => db.query_row("SELECT incarnation FROM lives ORDER BY life DESC LIMIT 1", [], |row| row.get(0))?,
    };
    let copied: Option<CopyRow> = row(BACKUP_ROW)?.and_then(|text| serde_json::from_str(&text).ok());
    let (station, at) = match copied {
        Some(CopyRow { station, at }) => (Some(station), Some(Timestamp(at))),
        None => (told_station(db)?, None),
    };
    Ok(Backup {
        station,
        incarnation,
        seq: count("SELECT coalesce(max(seq), 0) FROM journal")?,
        at,
        orders_with_addresses: match version {
            ..=1 => count("SELECT count(DISTINCT order_ref) FROM orders")?,
            2 => count("SELECT count(DISTINCT order_ref) FROM orders WHERE erased = 0")?,
            3..=4 => count("SELECT count(*) FROM orders WHERE erased = 0")?,
            _ => 0,
        },
        orders_sealed: match version {
            ..=4 => 0,
            _ => count("SELECT count(*) FROM orders WHERE sealed_with > 0")?,
        },
        labels: if version < 2 { 0 } else { count("SELECT count(*) FROM labels")? },
    })
}

/// The station that the newest event is of: its `source` is `parceld/<warehouse>/<station>/<incarnation>`.
fn told_station(db: &Connection) -> Result<Option<String>, StoreError> {
    let newest = "SELECT json_extract(body, '$.source') FROM outbox WHERE json_valid(body) ORDER BY seq DESC LIMIT 1";
    let source: Option<String> = db.query_row(newest, [], |row| row.get(0)).optional()?.flatten();
    Ok(source.and_then(|source| source.split('/').nth(2).map(str::to_owned)))
}

/// The copies of a station in a folder, oldest first.
///
/// # Errors
/// The folder cannot be read.
pub fn backups(dir: &Path, station: &str) -> Result<Vec<BackupName>, BackupError> {
    let mut found: Vec<BackupName> = files(dir)?.into_iter().filter_map(|path| named(path, station)).collect();
    found.sort();
    Ok(found)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect()
    };
    read().map_err(|source| BackupError::File { path: dir.to_owned(), source })
}

/// What the name of a copy of this station tells.
fn named(path: PathBuf, station: &str) -> Option<BackupName> {
    let rest = path.file_name()?.to_str()?.strip_prefix("parceld-")?.strip_prefix(station)?.strip_prefix('-')?;
    let nightly = rest.ends_with(NIGHTLY);
    let stem = rest.strip_suffix(if nightly { NIGHTLY } else { ENDING })?;
    let parts: Vec<&str> = stem.split('-').collect();
    let [time, _, seq] = parts.as_slice() else { return None };
    let good = is_stamp(time) && seq.parse::<u64>().is_ok();
    good.then(|| BackupName { time: (*time).to_owned(), path: path.clone(), nightly })
}

fn remove(path: &Path) -> Result<(), BackupError> {
    std::fs::remove_file(path).map_err(|source| BackupError::File { path: path.to_owned(), source })
}

/// Takes the oldest nightly copies of a station away, all but `keep`. One that claims to be newer than the one just made
/// goes first: the clock was wrong.
///
/// # Errors
/// A file cannot be taken away.
pub fn prune(dir: &Path, station: &str, just_made: &Path, keep: usize) -> Result<(), BackupError> {
    let mut nightly: Vec<BackupName> = backups(dir, station)?.into_iter().filter(|backup| backup.nightly).collect();
    let made = nightly.iter().position(|backup| backup.path == just_made).map_or(0, |made| made + 1);
    nightly.rotate_left(made);
    let gone = nightly.len().saturating_sub(keep.max(1));
    nightly.iter().take(gone).try_for_each(|backup| remove(&backup.path))
}

/// Takes away what a cut left half written, so that it does not fill the medium.
///
/// # Errors
/// A file cannot be taken away.
pub fn sweep(dir: &Path, station: &str) -> Result<(), BackupError> {
    let start = format!("parceld-{station}-");
    let half = |path: &&PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(PART));
        name.and_then(|name| name.strip_prefix(&start)).is_some_and(is_stamp)
    };
    let left = |path: &&PathBuf| File::open(path).is_ok_and(|file| file.try_lock().is_ok());
    files(dir)?.iter().filter(half).filter(left).try_for_each(|path| remove(path))
}

/// Whether two folders are on one file system.
///
/// # Errors
/// One of them cannot be asked.
pub fn same_disk(one: &Path, other: &Path) -> std::io::Result<bool> {
    Ok(one.metadata()?.dev() == other.metadata()?.dev())
}

/// A moment as names have it: `20261130T013000Z`.
pub fn stamp(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn is_stamp(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() == 16 && text.is_ascii() && digits(&text[..8]) && digits(&text[9..15]) && text.ends_with('Z')
}
