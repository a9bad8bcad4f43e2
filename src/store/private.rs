//! What is in the data folder is the station's alone: 0700 and 0600, whatever the umask says.
//!
//! Names and addresses lie there. SQLite gives the files beside a database the database's own mode.

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use nix::unistd::{AccessFlags, Uid, User, eaccess};

use super::StoreError;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
/// What others may do.
const OTHERS: u32 = 0o077;
/// A folder in which everybody has files: nobody's own.
const STICKY: u32 = 0o1000;
/// Folders of the data folder that are ours as a whole.
const FOLDERS: [&str; 4] = ["recordings", "carriers.good", "carriers.new", "carriers.old"];
/// How our files in the data folder begin.
const FILES: [&str; 2] = ["station.", "control.sock"];

/// Makes a folder, and those above it, for this user alone. One that is there stays as it is.
pub fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Opens a file for writing at its end, and makes it for this user alone where it is not there.
pub fn file(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).mode(FILE).open(path)
}

/// Makes a file for this user alone, or closes one of this user to others.
pub(super) fn own_file(path: &Path) -> io::Result<()> {
    file(path)?;
    close(path).map(drop)
}

/// Takes away from others what they may do with the data folder and what is ours in it; says so once.
pub(super) fn mend(dir: &Path) {
    match mend_all(dir) {
        Ok(0) => {}
        Ok(mended) => tracing::info!(mended, dir = %dir.display(), "others could look in here, and can no more"),
        Err(error) => tracing::warn!(%error, dir = %dir.display(), "others may look in here; type chmod -R go= on it"),
    }
}

/// How many files and folders others could use.
fn mend_all(dir: &Path) -> io::Result<usize> {
    let (mut mended, mut foreign) = (0, false);
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if FOLDERS.contains(&name.as_str()) {
            mended += mend_below(&entry.path())?;
        } else if FILES.iter().any(|ours| name.starts_with(ours)) {
            mended += usize::from(close(&entry.path())?);
        } else {
            foreign = true;
        }
    }
    // A folder in which others have something is not ours to close.
    let is_ours = !foreign && dir.parent().is_some() && fs::metadata(dir)?.mode() & STICKY == 0;
    Ok(mended + usize::from(is_ours && close(dir)?))
}

/// The same for everything below a folder of ours.
fn mend_below(dir: &Path) -> io::Result<usize> {
    let mut mended = usize::from(close(dir)?);
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        mended += match entry.file_type()?.is_dir() {
            true => mend_below(&entry.path())?,
            false => usize::from(close(&entry.path())?),
        };
    }
    Ok(mended)
}

/// Closes one file or folder to others. Whether it was open. A link, and what is somebody else's, is left.
fn close(path: &Path) -> io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() || found.mode() & OTHERS == 0 || found.uid() != Uid::effective().as_raw() {
        return Ok(false);
    }
    let mode = if found.is_dir() { FOLDER } else { FILE };
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    Ok(true)
}

/// Whether this user may write the folder and the files of the database in it.
pub(super) fn check(dir: &Path) -> Result<(), StoreError> {
    let beside = ["db-wal", "db-shm"].map(|end| dir.join(super::DATABASE).with_extension(end));
    let [log, index] = &beside;
    let paths = [dir, &dir.join(super::LOCK), &dir.join(super::DATABASE), log, index, &dir.join(super::KEYS)];
    may(dir, &paths, AccessFlags::R_OK | AccessFlags::W_OK)
}

/// Whether this user may read the database.
pub(super) fn check_read(dir: &Path) -> Result<(), StoreError> {
    may(dir, &[dir, &dir.join(super::DATABASE), &dir.join(super::KEYS)], AccessFlags::R_OK)
}

/// Whether a file is there. One that this user may not look for may be there, and that is another matter.
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    match path.try_exists() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(StoreError::Closed { path: path.to_owned(), user: name(Uid::effective()) })
        }
        found => Ok(found.unwrap_or(false)),
    }
}

fn may(dir: &Path, paths: &[&Path], access: AccessFlags) -> Result<(), StoreError> {
    for path in paths {
        if !is_there(path)? {
            continue;
        }
        let Ok(found) = fs::metadata(path) else { continue };
        let search = if found.is_dir() { AccessFlags::X_OK } else { AccessFlags::empty() };
        if eaccess(*path, access | search).is_err() {
            return Err(not_ours(dir, path, &found));
        }
    }
    Ok(())
}

/// Who may not use what, and what to type. Whose the folder is, theirs the files should be.
fn not_ours(dir: &Path, path: &Path, found: &Metadata) -> StoreError {
    let owner = Uid::from_raw(found.uid());
    let keeper = fs::metadata(dir).map_or(owner, |dir| Uid::from_raw(dir.uid()));
    let (user, shown) = (Uid::effective(), dir.display());
    let todo = match () {
        () if owner != keeper => format!("sudo chown -R {}: {shown}", name(keeper)),
        () if owner == user => format!("sudo chmod -R u=rwX {shown}"),
        () if keeper.is_root() => format!("sudo chown -R {}: {shown}", name(user)),
        () => format!("sudo -u {} parceld …", name(keeper)),
    };
    let mode = found.mode() & 0o7777;
    StoreError::NotOurs { path: path.to_owned(), owner: name(owner), mode, user: name(user), todo }
}

/// A user's name, or its number where it has none.
fn name(user: Uid) -> String {
    User::from_uid(user).ok().flatten().map_or_else(|| user.to_string(), |user| user.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").mode() & 0o7777
    }

    fn open_to_others(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("changed");
    }

    #[test]
    fn whatever_the_station_makes_in_its_folder_is_its_own() {
        let above = tempfile::tempdir().expect("a folder");
        let dir = above.path().join("parceld");
        let store = Store::open(&dir).expect("a store");
        assert_eq!(mode(&dir), 0o700);
        for name in ["station.db", "station.db-wal", "station.db-shm", "station.lock"] {
            assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
        }
        drop(store);

        // One from before is mended when it is opened.
        fs::create_dir_all(dir.join("recordings")).expect("a folder");
        fs::write(dir.join("recordings/scale.txt"), "x").expect("a file");
        for (path, was) in [("", 0o755), ("station.db", 0o644), ("recordings", 0o755), ("recordings/scale.txt", 0o664)]
        {
            open_to_others(&dir.join(path), was);
        }
        let _store = Store::open(&dir).expect("a store");
        for (path, is) in [("", 0o700), ("station.db", 0o600), ("station.db-wal", 0o600), ("recordings", 0o700)] {
            assert_eq!(mode(&dir.join(path)), is, "{path}");
        }
        assert_eq!(mode(&dir.join("recordings/scale.txt")), 0o600);
        assert_eq!(mend_all(&dir).expect("looked at"), 0, "and it is said once");
    }

    #[test]
    fn a_folder_that_others_use_too_is_not_closed_to_them() {
        let dir = tempfile::tempdir().expect("a folder");
        open_to_others(dir.path(), 0o755);
        fs::write(dir.path().join("theirs.txt"), "x").expect("a file");
        open_to_others(&dir.path().join("theirs.txt"), 0o644);
        let _store = Store::open(dir.path()).expect("a store");
        assert_eq!((mode(dir.path()), mode(&dir.path().join("theirs.txt"))), (0o755, 0o644));
        assert_eq!(mode(&dir.path().join("station.db")), 0o600);
    }
}
