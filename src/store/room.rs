//! What is left on the disk: below a floor nothing new is begun, so that what was begun can end.

use std::io;
use std::path::Path;

/// A file system that can make fewer files than this is full, whatever is free on it: SQLite and exports need a few.
const FILES: u64 = 1_000;

/// What is left where a folder lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskRoom {
    /// Megabytes (1,000,000 bytes) that this user may write.
    pub free_mb: u64,
    /// Files that can be made (inodes); `None` where the file system does not count them.
    pub files: Option<u64>,
}

impl DiskRoom {
    /// What is left in a folder's file system.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn of(dir: &Path) -> io::Result<Self> {
        let stat = nix::sys::statvfs::statvfs(dir)?;
        let free_mb = stat.blocks_available().saturating_mul(stat.fragment_size()) / 1_000_000;
        let files = (stat.files() > 0).then(|| stat.files_available());
        Ok(Self { free_mb, files })
    }

    /// Whether less is left than is to stay free.
    pub fn is_short(&self, keep_free_mb: u32) -> bool {
        self.free_mb < u64::from(keep_free_mb) || self.files.is_some_and(|files| files < FILES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_short_of_bytes_or_of_files() {
        let room = |free_mb, files| DiskRoom { free_mb, files };
        assert!(room(99, Some(5_000)).is_short(100));
        assert!(room(5_000, Some(999)).is_short(100));
        assert!(!room(100, Some(1_000)).is_short(100));
        assert!(!room(100, None).is_short(100), "FAT counts no files");
    }

    #[test]
    fn the_room_of_a_folder_is_that_of_its_disk() {
        let dir = tempfile::tempdir().unwrap();
        assert!(DiskRoom::of(dir.path()).unwrap().free_mb > 0);
        assert!(DiskRoom::of(&dir.path().join("none")).is_err());
    }
}
