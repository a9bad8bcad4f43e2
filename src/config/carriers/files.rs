//! Reading the files of a carriers folder, bounded, and remembering what was read for the hashes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::super::problem::{Problem, Problems};
use super::super::read::lost_character;
use super::super::text::{bytes_of, text_in, unread};
use crate::ids::is_folder_name;

/// A zone table of every postcode of the United Kingdom is under 50 MB; more is not a rate card.
const LARGEST: u64 = 64 << 20;

/// Every file that was read, by path, with the SHA-256 of its content.
#[derive(Debug, Default)]
pub(super) struct CarrierFiles {
    read: BTreeMap<PathBuf, [u8; 32]>,
}

impl CarrierFiles {
    /// The file's text without a byte-order mark; `None`, and a problem, when it cannot be read.
    pub(super) fn read(&mut self, path: &Path, problems: &mut Problems) -> Option<String> {
        let mut read = || -> Result<String, Problem> {
            if !path.exists() {
                return Err(Problem::error(path, "is missing", "add it"));
            }
            let bytes = bytes_of(path, LARGEST)?;
            let text = text_in(path, &bytes)?;
            self.read.insert(path.to_owned(), Sha256::digest(&bytes).into());
            Ok(text.to_owned())
        };
        let text = read().map_err(|problem| problems.push(problem)).ok()?;
        problems.extend(lost_character(path, &text));
        Some(text)
    }

    /// Hash over every file below `dir` that was read: its path there and its content.
    pub(super) fn hash(&self, dir: &Path) -> String {
        let below = self.read.iter().filter_map(|(path, content)| Some((path.strip_prefix(dir).ok()?, content)));
        hash(below)
    }

    /// Hash over these files of a folder, and one from elsewhere.
    pub(super) fn hash_of<'a>(
        &self,
        dir: &Path,
        names: impl IntoIterator<Item = &'a str>,
        other: Option<&PathBuf>,
    ) -> String {
        let named = names.into_iter().filter_map(|name| Some((Path::new(name), self.read.get(&dir.join(name))?)));
        let other = other.and_then(|path| Some((Path::new(path.file_name()?), self.read.get(path)?)));
        hash(named.chain(other))
    }
}

fn hash<'a>(files: impl Iterator<Item = (&'a Path, &'a [u8; 32])>) -> String {
    let mut all = Sha256::new();
    for (path, content) in files {
        all.update(path.to_string_lossy().as_bytes());
        all.update([0]);
        all.update(content);
    }
    HEXLOWER.encode(&all.finalize())
}

/// The folders in `dir`, by name. Hidden ones do not count; a name no service id can have is a problem.
pub(super) fn folders(dir: &Path, problems: &mut Problems) -> Vec<String> {
    let found = entries(dir, true, problems);
    let (good, bad): (Vec<_>, Vec<_>) = found.into_iter().partition(|name| is_folder_name(name));
    for name in bad {
        let what = "its name is not an id";
        problems.push(Problem::error(dir.join(name), what, "name it with a-z, 0-9 and _"));
    }
    good
}

/// The files in `dir`, by name. Hidden ones do not count.
pub(super) fn files(dir: &Path, problems: &mut Problems) -> Vec<String> {
    entries(dir, false, problems)
}

fn entries(dir: &Path, folders: bool, problems: &mut Problems) -> Vec<String> {
    let listed = fs::read_dir(dir).and_then(|entries| {
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && fs::metadata(entry.path())?.is_dir() == folders {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    });
    listed.unwrap_or_else(|error| {
        problems.push(unread(dir, &error));
        Vec::new()
    })
}
