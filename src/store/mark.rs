//! The mark beside the data folder: which database is at home there, how far its journal was, and which numbers it used.
//!
//! It is a database of its own (WAL, `synchronous = NORMAL`): whole after a power cut, and perhaps some commits behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, params};

use super::private;
use crate::ids::{CarrierId, PoolId};
use crate::station::fact::PoolNext;

/// The name of the mark's file in its folder.
const FILE: &str = "mark.db";

/// The mark's database, open for writing.
#[derive(Debug)]
pub struct Mark {
    db: Connection,
    dir: PathBuf,
    /// Which file it is: its medium may be taken away, and another lie in its place.
    file: Option<(u64, u64)>,
    /// The incarnation that it names, as far as it was read or written.
    says: Option<String>,
    /// From where pools go on, as far as that is not written.
    unwritten: BTreeMap<(CarrierId, PoolId), u64>,
    failed: bool,
}

/// Why the mark cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum MarkError {
    /// What the database says.
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    /// Its medium or its folder is away.
    #[error("its file is not there any more")]
    Gone,
    /// The file there is not the one that was opened.
    #[error("another file lies in its place")]
    Another,
    /// It cannot be opened again.
    #[error("{0}")]
    Closed(String),
}

/// The content of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    /// The incarnation that is at home here.
    pub(super) incarnation: String,
    /// The last fact of its journal, as far as it was marked.
    pub(super) seq: u64,
    /// The next serial of each pool, as far as it was marked.
    pub(super) next: Vec<PoolNext>,
}

impl Mark {
    /// The folder of the mark where the configuration names none: `/var/lib/parceld` has `/var/lib/parceld-mark`.
    pub fn beside(data_dir: &Path) -> PathBuf {
        let mut name = data_dir.file_name().unwrap_or_default().to_owned();
        name.push("-mark");
        data_dir.with_file_name(name)
    }

    /// Opens the mark in a folder, making both where they are not there.
    ///
    /// # Errors
    /// Why it cannot be used, for people.
    pub fn open(dir: &Path) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", dir.display());
        let made = private::folder(dir).and_then(|()| private::own_file(&dir.join(FILE)));
        made.map_err(|error| failed(&error))?;
        let open = || -> rusqlite::Result<Connection> {
            let db = Connection::open(dir.join(FILE))?;
            db.busy_timeout(std::time::Duration::from_secs(5))?;
            // A commit writes a page, and this says twenty words: a large one is a third of what a parcel writes. Only a new
            // file takes it.
            db.pragma_update(None, "page_size", 512)?;
            db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
            db.pragma_update(None, "synchronous", "NORMAL")?;
            db.execute_batch(
                "CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY CHECK (one = 1), incarnation TEXT NOT NULL, seq INTEGER NOT NULL);
                 CREATE TABLE IF NOT EXISTS pools (carrier TEXT NOT NULL, pool TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (carrier, pool)) WITHOUT ROWID;",
            )?;
            Ok(db)
        };
        let db = open().map_err(|error| failed(&error))?;
        let (dir, file) = (dir.to_owned(), file_in(dir));
        let mut mark = Self { db, dir, file, says: None, unwritten: BTreeMap::new(), failed: false };
        mark.says = mark.read().ok().flatten().map(|said| said.incarnation);
        Ok(mark)
    }

    /// Opens the mark in a folder that a configuration names from now on: what the one beside `data_dir` says moves there.
    ///
    /// # Errors
    /// As [`Mark::open`].
    pub fn open_instead(dir: &Path, data_dir: &Path) -> Result<Self, String> {
        let mut mark = Self::open(dir)?;
        let beside = Self::beside(data_dir);
        let same = beside.canonicalize().ok() == dir.canonicalize().ok();
        let failed = |error: rusqlite::Error| format!("{}: {error}", beside.display());
        if same || !beside.join(FILE).is_file() || mark.read().map_err(failed)?.is_some() {
            return Ok(mark);
        }
        if let Some(old) = Self::open(&beside)?.read().map_err(failed)? {
            let begun = mark.begin(&old.incarnation, old.seq, &old.next);
            begun.map_err(|error| format!("{}: {error}", dir.display()))?;
        }
        // One that stayed would be believed once, when it is old.
        for file in [FILE.to_owned(), format!("{FILE}-wal"), format!("{FILE}-shm")].map(|name| beside.join(name)) {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(format!("{}: {error}", file.display()));
                }
                _ => {}
            }
        }
        Ok(mark)
    }

    /// Its content; `None` when nothing was written yet.
    pub(super) fn read(&self) -> rusqlite::Result<Option<Marked>> {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let mark = self.db.query_row("SELECT incarnation, seq FROM mark", [], row).optional()?;
        let Some((incarnation, seq)) = mark else { return Ok(None) };
        let mut pools = self.db.prepare("SELECT carrier, pool, next FROM pools")?;
        let next = |row: &rusqlite::Row<'_>| {
            let (carrier, pool): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(PoolNext { carrier: carrier.into(), pool: pool.into(), next: row.get(2)? })
        };
        Ok(Some(Marked { incarnation, seq, next: pools.query_map([], next)?.collect::<Result<_, _>>()? }))
    }

    /// Says that a database is at home here, and is on the disk when this returns. Numbers that another one used stay used.
    pub(super) fn begin(&mut self, incarnation: &str, seq: u64, next: &[PoolNext]) -> Result<(), MarkError> {
        let begun = self.prepare(next).and_then(|()| {
            self.db.pragma_update(None, "synchronous", "FULL")?;
            let written = self.write(incarnation, seq);
            self.db.pragma_update(None, "synchronous", "NORMAL")?;
            written
        });
        self.failed = begun.is_err();
        begun?;
        // A power cut must not take the new folder: a mark that is not there means a copy.
        for folder in [Some(self.dir.as_path()), self.dir.parent()].into_iter().flatten() {
            if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
                tracing::warn!(%error, folder = %folder.display(), "a folder cannot be synced");
            }
        }
        Ok(())
    }

    /// Writes how far the journal is. An error is logged once, and not again until a write succeeds.
    pub(super) fn note(&mut self, incarnation: &str, seq: u64, next: &[PoolNext]) {
        let written = self.prepare(next).and_then(|()| self.write(incarnation, seq));
        let failed = std::mem::replace(&mut self.failed, written.is_err());
        match written {
            Ok(()) if failed => tracing::info!("the mark beside the data folder is written again"),
            Err(error) if !failed => tracing::error!(%error, "the mark beside the data folder cannot be written"),
            Ok(()) | Err(_) => {}
        }
    }

    /// Whether it could not be written.
    pub(super) fn fails(&self) -> bool {
        self.failed
    }

    /// Takes in what is to be written, and opens the file again where that may help.
    fn prepare(&mut self, next: &[PoolNext]) -> Result<(), MarkError> {
        for PoolNext { carrier, pool, next } in next {
            let least = self.unwritten.entry((carrier.clone(), pool.clone())).or_default();
            *least = (*next).max(*least);
        }
        if self.failed || file_in(&self.dir) != self.file {
            self.open_again()?;
        }
        Ok(())
    }

    fn write(&mut self, incarnation: &str, seq: u64) -> Result<(), MarkError> {
        let transaction = self.db.transaction()?;
        transaction
            .prepare_cached("INSERT OR REPLACE INTO mark VALUES (1, ?1, ?2)")?
            .execute(params![incarnation, seq])?;
        for ((carrier, pool), next) in &self.unwritten {
            transaction
                .prepare_cached(
                    "INSERT INTO pools VALUES (?1, ?2, ?3)
                     ON CONFLICT (carrier, pool) DO UPDATE SET next = max(next, excluded.next)",
                )?
                .execute(params![carrier.as_str(), pool.as_str(), next])?;
        }
        transaction.commit()?;
        self.unwritten.clear();
        self.says = Some(incarnation.to_owned());
        Ok(())
    }

    /// Opens the file that is there now, if it is still this mark: none is made in the place of a medium that is away.
    fn open_again(&mut self) -> Result<(), MarkError> {
        file_in(&self.dir).ok_or(MarkError::Gone)?;
        let again = Self::open(&self.dir).map_err(MarkError::Closed)?;
        if again.says != self.says {
            return Err(MarkError::Another);
        }
        // Closing, the old one would take away by its name the log that is the other file's now.
        self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        (self.db, self.file) = (again.db, again.file);
        Ok(())
    }
}

/// What tells the mark's file in a folder from every other; `None` where there is none.
fn file_in(dir: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(dir.join(FILE)).ok().map(|file| (file.dev(), file.ino()))
}
