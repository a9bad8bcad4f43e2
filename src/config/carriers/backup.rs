//! A backup of the last cards that were good, beside the journal: a station that starts after a power cut with a wrong
//! card in its folder goes on with these.

use std::fs;
use std::io;
use std::path::Path;

use crate::ids::CarrierId;
use crate::store::private;

/// Holds the hash of the cards that are kept; hidden, so that it is no carrier.
const HASH: &str = ".hash";

/// Keeps a copy of the carriers in `dir` (all, or those named in `only`) in `backup`, unless that holds the same already.
/// Written aside and renamed: a power cut leaves the old copy or the new one.
pub fn back_up(dir: &Path, only: &[CarrierId], hash: &str, backup: &Path) -> io::Result<()> {
    if fs::read_to_string(backup.join(HASH)).is_ok_and(|known| known == hash) {
        return Ok(());
    }
    let aside = backup.with_extension("new");
    let old = backup.with_extension("old");
    remove(&aside)?;
    private::folder(&aside)?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let wanted = only.is_empty() || only.iter().any(|only| name == only.as_str());
        if wanted && fs::metadata(entry.path())?.is_dir() {
            copy(&entry.path(), &aside.join(name))?;
        } else if name == super::formats::FILE {
            write(&aside.join(name), &fs::read(entry.path())?)?;
        }
    }
    // Somebody may write to the folder while it is copied.
    if super::read(&aside, only).0.is_none_or(|cards| cards.hash() != hash) {
        remove(&aside)?;
        return Err(io::Error::other("the rate cards were changed while they were copied"));
    }
    write(&aside.join(HASH), hash.as_bytes())?;
    fs::File::open(&aside)?.sync_all()?;
    remove(&old)?;
    if backup.exists() {
        fs::rename(backup, &old)?;
    }
    fs::rename(&aside, backup)?;
    if let Some(folder) = backup.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    remove(&old)
}

fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A carrier's folder, its services' folders and their files; nothing lies deeper.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    private::folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, into) = (entry.path(), to.join(entry.file_name()));
        if fs::metadata(&path)?.is_dir() {
            copy(&path, &into)?;
        } else {
            write(&into, &fs::read(&path)?)?;
        }
    }
    fs::File::open(to)?.sync_all()
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write as _;
    let mut file = private::file(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
