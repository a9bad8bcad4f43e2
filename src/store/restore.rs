//! A copy of the database, put into its place.
//!
//! | the power goes | what is there then |
//! |---|---|
//! | while the copy is written | the database as it was; what is half written goes with the next try |
//! | while files are moved | a marker file: no station starts before the copy is put back again |
//! | after that | the copy |
//!
//! What lay there is moved into a folder beside, and stays. The keys of orders stay where they are, and are the copy's too.
//! The mark is not touched: by it, and by its own row, the database knows at its next start that it is a copy.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::backup::{self, Backup, BackupError};
use super::{DATABASE, StoreError, check, lock, schema};
use crate::units::Timestamp;

/// The file that says that files are being moved.
pub(super) const UNDERWAY: &str = "restore.underway";

/// A database that was put into its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBack {
    /// What it holds.
    pub backup: Backup,
    /// The folder with what lay there; `None` where nothing did.
    pub aside: Option<PathBuf>,
}

/// The newest copy of a station in a folder.
///
/// # Errors
/// There is none.
pub fn newest_backup(dir: &Path, station: &str) -> Result<PathBuf, BackupError> {
    let newest = backup::backups(dir, station)?.pop().map(|newest| newest.path);
    newest.ok_or_else(|| BackupError::None { dir: dir.to_owned(), station: station.to_owned() })
}

/// Puts a copy into the place of the database in `data_dir`. `other` allows the copy of another station.
///
/// # Errors
/// A station runs there, or the copy is not what it should be; then nothing was touched.
pub fn put_back(
    copy: &Path,
    data_dir: &Path,
    station: &str,
    other: bool,
    at: Timestamp,
) -> Result<PutBack, BackupError> {
    let failed = |source| BackupError::File { path: data_dir.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(failed)?;
    let _lock = lock::lock(data_dir)?;
    let (source, found) = inspect(copy)?;
    if found.station.as_deref() != Some(station) && !other {
        return Err(BackupError::OtherStation {
            path: copy.to_owned(),
            of: found.station,
            station: station.to_owned(),
        });
    }
    let new = data_dir.join(format!("{DATABASE}.part"));
    remove(&new).map_err(failed)?;
    let made = found.at.unwrap_or(at);
    let backup = backup::copy(&source, &new, found.station.as_deref().unwrap_or(station), made, None)?;
    let place = || -> std::io::Result<Option<PathBuf>> {
        as_its_folder(&new, data_dir)?;
        as_its_folder(&data_dir.join(super::LOCK), data_dir)?;
        let marker = data_dir.join(UNDERWAY);
        File::options().create(true).append(true).mode(0o600).open(&marker)?.sync_all()?;
        sync(data_dir)?;
        let aside = move_aside(data_dir, at)?;
        std::fs::rename(&new, data_dir.join(DATABASE))?;
        sync(data_dir)?;
        std::fs::remove_file(&marker)?;
        sync(data_dir)?;
        Ok(aside)
    };
    Ok(PutBack { backup, aside: place().map_err(failed)? })
}

/// Looks at everything in a copy; nothing is changed.
fn inspect(copy: &Path) -> Result<(Connection, Backup), BackupError> {
    let failed = |error: StoreError| match error {
        StoreError::Damaged(check::Damage::Header) => BackupError::Foreign(copy.to_owned()),
        StoreError::Damaged(damage) => BackupError::Damaged { path: copy.to_owned(), damage },
        StoreError::File { source, .. } => BackupError::File { path: copy.to_owned(), source },
        error => error.into(),
    };
    let look = || -> Result<(Connection, Option<Backup>), StoreError> {
        check::header(copy)?;
        let db = backup::open(copy)?;
        if schema::check_version(&db)? == 0 {
            return Ok((db, None));
        }
        check::whole(&db)?;
        let backup = backup::contents(&db)?;
        Ok((db, Some(backup)))
    };
    match look().map_err(failed)? {
        (db, Some(backup)) => Ok((db, backup)),
        (_, None) => Err(BackupError::Foreign(copy.to_owned())),
    }
}

/// Moves the database with its write-ahead log into a folder of its own.
fn move_aside(data_dir: &Path, at: Timestamp) -> std::io::Result<Option<PathBuf>> {
    let files = ["", "-wal", "-shm", "-journal"].map(|end| format!("{DATABASE}{end}"));
    let there: Vec<&String> = files.iter().filter(|file| data_dir.join(file).exists()).collect();
    if there.is_empty() {
        return Ok(None);
    }
    let aside = data_dir.join(format!("replaced-{}", backup::stamp(at)));
    DirBuilder::new().mode(0o700).create(&aside)?;
    as_its_folder(&aside, data_dir)?;
    for file in there {
        std::fs::rename(data_dir.join(file), aside.join(file))?;
    }
    sync(&aside)?;
    Ok(Some(aside))
}

/// Gives what root made to whom the folder belongs: the service could not open it otherwise.
fn as_its_folder(path: &Path, folder: &Path) -> std::io::Result<()> {
    let (path_is, folder_is) = (path.metadata()?, folder.metadata()?);
    if (path_is.uid(), path_is.gid()) == (folder_is.uid(), folder_is.gid()) {
        return Ok(());
    }
    chown(path, Some(folder_is.uid()), Some(folder_is.gid()))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
