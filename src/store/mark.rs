//! The mark beside the data folder: which database is at home there, how far its journal was, and which numbers it used.
//!
//! It is a database of its own (WAL, `synchronous = NORMAL`): whole after a power cut, and perhaps some commits behind.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::private;

use crate::station::fact::PoolNext;

/// The name of the mark's file in its folder.
const FILE: &str = "mark.db";

/// The mark's database, open for writing.
#[derive(Debug)]
pub struct Mark {
    db: Connection,
    dir: PathBuf,
    failed: bool,
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
            db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
            db.pragma_update(None, "synchronous", "NORMAL")?;
            db.execute_batch(
                "CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY CHECK (one = 1), incarnation TEXT NOT NULL, seq INTEGER NOT NULL);
                 CREATE TABLE IF NOT EXISTS pools (carrier TEXT NOT NULL, pool TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (carrier, pool)) WITHOUT ROWID;",
            )?;
            Ok(db)
        };
        open().map(|db| Self { db, dir: dir.to_owned(), failed: false }).map_err(|error| failed(&error))
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
            mark.begin(&old.incarnation, old.seq, &old.next).map_err(failed)?;
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
    pub(super) fn begin(&mut self, incarnation: &str, seq: u64, next: &[PoolNext]) -> rusqlite::Result<()> {
        self.db.pragma_update(None, "synchronous", "FULL")?;
        let begun = self.write(incarnation, seq, next);
        self.db.pragma_update(None, "synchronous", "NORMAL")?;
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
        match self.write(incarnation, seq, next) {
            Ok(()) => self.failed = false,
            Err(error) => {
                if !std::mem::replace(&mut self.failed, true) {
                    tracing::error!(%error, "the mark beside the data folder cannot be written");
                }
            }
        }
    }

    fn write(&mut self, incarnation: &str, seq: u64, next: &[PoolNext]) -> rusqlite::Result<()> {
        let transaction = self.db.transaction()?;
        transaction
            .prepare_cached("INSERT OR REPLACE INTO mark VALUES (1, ?1, ?2)")?
            .execute(params![incarnation, seq])?;
        for PoolNext { carrier, pool, next } in next {
            transaction
                .prepare_cached(
                    "INSERT INTO pools VALUES (?1, ?2, ?3)
                     ON CONFLICT (carrier, pool) DO UPDATE SET next = max(next, excluded.next)",
                )?
                .execute(params![carrier.as_str(), pool.as_str(), next])?;
        }
        transaction.commit()
    }
}
