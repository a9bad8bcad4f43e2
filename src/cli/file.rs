//! Files that a person names.

use std::fs::{self, File};
use std::io::{self, BufWriter, IntoInnerError, Read};
use std::path::Path;

use super::{CommandResult, Failure, UNAVAILABLE};

/// A file larger than the limit is read one byte past it, so that the reader says what is wrong with it.
pub(super) fn read_bounded(file: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes aside, syncs, renames: the file is whole or it is not there.
pub(super) fn write_whole(out: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> CommandResult {
    let aside = out.with_extension("part");
    let done = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(&aside)?);
        fill(&mut file)?;
        file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&aside, out)
    };
    done().map_err(|error| Failure::say(UNAVAILABLE, format!("write {}: {error}", out.display())))
}
