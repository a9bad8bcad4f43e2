//! `[backup]`: the copy of the database that the station makes every night.

use std::path::PathBuf;

use super::declare::declare;
use super::read::{file, within};
use super::table::Table;

declare! {
    /// A copy of the database every night. Left out, only `parceld backup` makes one.
    "[backup]" as BackupKeys {
        /// The folder, on a disk of its own: neither that of `data_dir` nor that of the system. It need not be there now.
        dir: PathBuf, required, by file;
        /// The hour, 0 to 23, in the warehouse's zone. One that was missed is made up for.
        at: u32, default 2, by within(0..=23, "the hour of the day");
        /// So many of these copies stay, 1 to 365.
        keep: u32, default 7, by within(1..=365, "copies");
    }
}

/// `Some(None)`: there is none, and nothing is wrong with that.
pub(super) fn backup(root: &Table<'_>) -> Option<Option<BackupKeys>> {
    match root.table(BackupKeys::TABLE.name()) {
        Some(table) => BackupKeys::read(&table).map(Some),
        None => Some(None),
    }
}
