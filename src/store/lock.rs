//! The lock of the data folder: one process writes.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::{LOCK, Store, StoreError, private};

/// Takes the lock of a folder; it is held as long as the file is kept.
pub(super) fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK);
    let failed = |source| StoreError::File { path: path.clone(), source };
    let lock = private::file(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(path)),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

impl Store {
    /// Whether a station runs on a folder, as far as this user may know.
    pub fn is_running(dir: &Path) -> bool {
        matches!(File::open(dir.join(LOCK)).map(|lock| lock.try_lock()), Ok(Err(TryLockError::WouldBlock)))
    }
}
