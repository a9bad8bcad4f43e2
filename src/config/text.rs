//! Files of the configuration as text: bounded, UTF-8, and each failure a problem that says what to do.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::problem::Problem;
use crate::exchange::text;

/// Largest `station.toml`: a hundred times the one we ship.
const MAX_STATION_BYTES: u64 = 1 << 20;

/// The bytes of a file that has at most so many.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn bytes_of(path: &Path, most: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| unread(path, &error))?;
    if bytes.len() as u64 > most {
        let what = format!("is larger than {} KiB", most >> 10);
        return Err(Problem::error(path, what, "split it, or look whether it is the right file"));
    }
    Ok(bytes)
}

/// The text that these bytes of a file are.
///
/// # Errors
/// What they are instead; with its line where one byte is wrong.
pub(super) fn text_in<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    text::text(bytes).map_err(|error| {
        let is_table = path.extension().is_some_and(|ending| ending == "csv");
        let todo = match (&error, is_table) {
            (_, true) => "save the table as CSV UTF-8 under this name",
            (text::NotText::Kind(_), false) => "put the text file in its place",
            (_, false) => "open it in a text editor, and save it as UTF-8",
        };
        // The line stands before what is wrong.
        let what = match &error {
            text::NotText::Byte { byte, at, .. } => {
                format!("holds the byte {byte:#04X}, byte {at} of the file, which is not UTF-8")
            }
            other => other.to_string(),
        };
        let problem = Problem::error(path, what, todo);
        match error.line() {
            Some(line) => problem.at(line),
            None => problem,
        }
    })
}

/// The text of a file that has at most so many bytes.
///
/// # Errors
/// As [`bytes_of`] and [`text_in`].
pub(super) fn text_of(path: &Path, most: u64) -> Result<String, Problem> {
    let bytes = bytes_of(path, most)?;
    text_in(path, &bytes).map(str::to_owned)
}

/// The text of `station.toml`.
///
/// # Errors
/// As [`text_of`], with how the file is named.
pub(super) fn station_file(path: &Path) -> Result<String, Problem> {
    let named =
        |problem: Problem| Problem { what_to_do: "name the station's file with --config".to_owned(), ..problem };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let todo = "name the station's file with --config, or make one with `parceld setup`";
            Err(Problem::error(path, "there is no such file", todo))
        }
        Ok(found) if found.is_dir() => {
            let todo =
                format!("name the station's file in it, such as --config {}", path.join("station.toml").display());
            Err(Problem::error(path, "this is a folder", todo))
        }
        _ => text_of(path, MAX_STATION_BYTES).map_err(|problem| match problem.what.as_str() {
            what if what.starts_with("this is ") && !what.contains("UTF-16") => named(problem),
            _ => problem,
        }),
    }
}

/// A file or a folder that cannot be read.
pub(super) fn unread(path: &Path, error: &io::Error) -> Problem {
    let said = text::unreadable(error);
    let (what, todo) = said.split_once("; ").unwrap_or((&said, "look at it"));
    Problem::error(path, what, todo)
}
