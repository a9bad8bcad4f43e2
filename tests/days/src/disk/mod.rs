//! A disk in memory that SQLite writes to, and that fails as disks do.
//!
//! # What it does
//!
//! - A write is seen at once and is on the disk after the file's next sync.
//! - When the power goes, each 512-byte sector of each write that was not synced is kept, lost or torn, by itself. A later
//!   write may survive where an earlier one does not: that is reordering.
//! - A file that was never synced may be gone, and one whose removal was not synced may be there again.
//! - The N-th operation fails, once or from then on; a write that fails has written some of its bytes.
//! - It has room for so many bytes.
//! - It can lie: say that it has synced, and has not.
//!
//! # What it claims
//!
//! Exactly what SQLite's own Unix disk claims of itself, no more: a write leaves the bytes beside it alone
//! (`POWERSAFE_OVERWRITE`). It claims no atomic, ordered or appending writes. With such claims SQLite leaves syncs out, and
//! surviving a cut would prove nothing.
//!
//! # Where it is put in
//!
//! It is registered as the process's default VFS, so that the shipped code opens its databases on it unchanged.

mod files;
mod locks;
mod sectors;
#[cfg(test)]
mod tests;
mod vfs;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::dice::Dice;
use files::DiskFile;
use locks::FileLocks;

pub(crate) use vfs::Mount;

/// Why an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiskError {
    /// An I/O error, or no power.
    Io,
    /// No room.
    Full,
    /// There is no such file.
    Missing,
}

/// How the N-th operation fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Failing {
    /// It does not.
    #[default]
    No,
    /// That one alone.
    Once(u64),
    /// That one and all after it.
    From(u64),
}

/// What the disk has done and what was done to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DiskSums {
    /// Reads, writes, syncs, and what else is asked of a disk.
    pub(crate) operations: u64,
    /// Reads.
    pub(crate) reads: u64,
    /// Writes.
    pub(crate) writes: u64,
    /// Syncs.
    pub(crate) syncs: u64,
    /// Operations that failed on purpose, the power aside.
    pub(crate) failed: u64,
    /// Operations for which there was no room.
    pub(crate) full: u64,
    /// Power cuts.
    pub(crate) cuts: u64,
    /// Sectors of a write that a cut took, whole or in part.
    pub(crate) lost_sectors: u64,
}

/// All files of one computer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<String, DiskFile>,
    /// Removed, and the folder was not synced since.
    removed: BTreeMap<String, DiskFile>,
    locks: BTreeMap<String, FileLocks>,
    /// Counts the times that the computer, or the program, was started: what was opened before is dead.
    boot: u64,
    handles: u64,
    failing: Failing,
    /// The operation in which the computer or the program stops.
    stops_at: Option<u64>,
    stopped: bool,
    /// Syncs are claimed and not done.
    lies: bool,
    /// The next so many writes are claimed and not done.
    drops: u64,
    room: Option<usize>,
    sums: DiskSums,
}

/// The content of all files at a moment, as a copy of the medium would have it.
#[derive(Debug, Clone)]
pub(crate) struct Copy(BTreeMap<String, Vec<u8>>);

impl Disk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it has done so far.
    pub(crate) fn sums(&self) -> DiskSums {
        self.lock().sums
    }

    /// The next operations fail so, counted from 1 for the next.
    pub(crate) fn fail(&self, failing: Failing) {
        let mut inner = self.lock();
        let now = inner.sums.operations;
        inner.failing = match failing {
            Failing::No => Failing::No,
            Failing::Once(nth) => Failing::Once(now + nth),
            Failing::From(nth) => Failing::From(now + nth),
        };
    }

    /// The power goes, or the program is killed, in the N-th operation from now.
    pub(crate) fn stop_in(&self, nth: u64) {
        let mut inner = self.lock();
        inner.stops_at = Some(inner.sums.operations + nth.max(1));
    }

    /// Whether the power is away, or the program dead.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// From now on syncs are claimed and not done, or done again.
    pub(crate) fn lie(&self, lies: bool) {
        self.lock().lies = lies;
    }

    /// The next so many writes are claimed and not done.
    pub(crate) fn drop_writes(&self, writes: u64) {
        self.lock().drops = writes;
    }

    /// Bytes that all files together may have; `None` for no bound.
    pub(crate) fn room(&self, bytes: Option<usize>) {
        self.lock().room = bytes;
    }

    /// Bytes that all files have.
    pub(crate) fn used(&self) -> usize {
        self.lock().used()
    }

    /// The power goes now, and comes back: what was not synced is kept, lost or torn by sectors.
    pub(crate) fn cut(&self, dice: &mut Dice) {
        let mut inner = self.lock();
        inner.sums.cuts += 1;
        let mut lost = 0;
        // Now and then everything of one kind: all that was not synced is lost, or all is kept.
        let mood = sectors::Mood::any(dice);
        inner.files.retain(|_, file| {
            let stays = file.is_listed || dice.one_in(2);
            if stays {
                lost += file.cut(mood, dice);
            }
            stays
        });
        for (name, mut file) in std::mem::take(&mut inner.removed) {
            if dice.one_in(2) && !inner.files.contains_key(&name) {
                lost += file.cut(mood, dice);
                inner.files.insert(name, file);
            }
        }
        inner.sums.lost_sectors += lost;
        inner.start();
    }

    /// The program is killed and started again; the computer goes on, and what was written is seen.
    pub(crate) fn kill(&self) {
        self.lock().start();
    }

    /// A copy of the files below a folder, as a program would read them.
    pub(crate) fn copy(&self, folder: &Path) -> Copy {
        let inner = self.lock();
        let below = inner.files.iter().filter(|(name, _)| Path::new(name).starts_with(folder));
        Copy(below.map(|(name, file)| (name.clone(), file.content().to_vec())).collect())
    }

    /// Puts a copy into the place of the files of a folder, durably; nothing may be open.
    pub(crate) fn put_back(&self, folder: &Path, copy: &Copy) {
        let mut inner = self.lock();
        inner.files.retain(|name, _| !Path::new(name).starts_with(folder));
        inner.removed.retain(|name, _| !Path::new(name).starts_with(folder));
        inner.files.extend(copy.0.iter().map(|(name, bytes)| (name.clone(), DiskFile::durable(bytes.clone()))));
        inner.start();
    }

    /// Whether some file below a folder contains these bytes.
    pub(crate) fn contains(&self, folder: &Path, bytes: &[u8]) -> bool {
        let inner = self.lock();
        let mut below = inner.files.iter().filter(|(name, _)| Path::new(name).starts_with(folder));
        below.any(|(_, file)| file.content().windows(bytes.len()).any(|window| window == bytes))
    }

    /// A hash of every file, to compare two runs.
    pub(crate) fn fingerprint(&self) -> u64 {
        let inner = self.lock();
        let lengths = inner.files.values().map(|file| file.content().len() as u64);
        lengths.fold(inner.sums.operations, |hash, length| hash.rotate_left(7) ^ length)
    }
}

impl Inner {
    /// Everything that was open is closed.
    fn start(&mut self) {
        self.boot += 1;
        self.locks.clear();
        (self.stops_at, self.stopped) = (None, false);
    }

    fn used(&self) -> usize {
        self.files.values().map(|file| file.content().len()).sum()
    }

    /// Counts an operation. Whether it goes well.
    fn operate(&mut self) -> Result<(), DiskError> {
        if self.stopped {
            return Err(DiskError::Io);
        }
        self.sums.operations += 1;
        let now = self.sums.operations;
        if self.stops_at.is_some_and(|at| now >= at) {
            self.stopped = true;
            return Err(DiskError::Io);
        }
        let fails = match self.failing {
            Failing::No => false,
            Failing::Once(nth) => now == nth,
            Failing::From(nth) => now >= nth,
        };
        if fails {
            self.sums.failed += 1;
            return Err(DiskError::Io);
        }
        Ok(())
    }
}
