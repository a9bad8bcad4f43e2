//! Files that a person names.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IntoInnerError, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use parceld::exchange::text;

use super::{CommandResult, Failure, UNAVAILABLE};

/// A file larger than the limit is read one byte past it, so that the reader says what is wrong with it. An error says what
/// to do.
pub(super) fn read_bounded(file: &Path, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| text::unreadable(&error))
}

/// Does the same with each file. What ends it at one names those behind that: somebody counts on them.
pub(super) fn each<T>(files: &[PathBuf], mut one: impl FnMut(&Path) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    let mut done = Vec::with_capacity(files.len());
    for (nth, file) in files.iter().enumerate() {
        match one(file) {
            Ok(came) => done.push(came),
            Err(failure) if nth + 1 == files.len() => return Err(failure),
            Err(failure) => {
                let rest: Vec<String> = files[nth + 1..].iter().map(|file| file.display().to_string()).collect();
                return Err(Failure::say(failure.code, format!("{failure}; not looked at: {}", rest.join(", "))));
            }
        }
    }
    Ok(done)
}

/// Writes aside, syncs, renames: the file is whole or it is not there.
pub(super) fn write_whole(out: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> CommandResult {
    write_with(&File::options(), out, |file| fill(file).map(|()| true))
}

/// The same, where there is something to write: `fill` says whether there is. Nothing is touched otherwise.
pub(super) fn write_if(out: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<bool>) -> CommandResult {
    write_with(&File::options(), out, fill)
}

/// The same, and nobody else may read it.
pub(super) fn write_private(out: &Path, bytes: &[u8]) -> CommandResult {
    write_with(File::options().mode(0o600), out, |file| file.write_all(bytes).map(|()| true))
}

fn write_with(
    how: &OpenOptions,
    out: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<bool>,
) -> CommandResult {
    let mut aside = out.as_os_str().to_owned();
    aside.push(".part");
    let done = || -> io::Result<()> {
        // One that was left behind may have another mode.
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = BufWriter::new(how.clone().write(true).create_new(true).open(&aside)?);
        if !fill(&mut file)? {
            return fs::remove_file(&aside);
        }
        file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&aside, out)?;
        // Whoever goes on from here relies on it.
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    done().map_err(|error| Failure::say(UNAVAILABLE, format!("write {}: {error}", out.display())))
}
