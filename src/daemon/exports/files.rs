//! Files of tables, written beside the loop whenever a manifest closes.
//!
//! `US-LAX-1.ST03.20261130.USPS.1.tiktok.csv` has what was not given yet of that manifest. A name is used once: what is
//! given of the same manifest later goes into `….tiktok.2.csv`. After a cut between a file and its note the same bytes are
//! found under the same name, and nothing is written twice.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{ExportChoice, ExportError, ExportJob, ExportMention, ExportReport};
use crate::daemon::Setup;
use crate::exchange::exports::ExportFormat;
use crate::exchange::spreadsheet;
use crate::store::Store;

/// Files of one manifest and form.
const MOST: u32 = 1_000;

/// Writes what was not given yet in a form: a file for each manifest, and one for what was stopped where the form has no rows
/// for that. The files, and what is to be noted.
///
/// # Errors
/// [`ExportError`]; what was written is written again then, into the same files.
pub(in crate::daemon) fn write_all(
    setup: &Setup,
    format: &ExportFormat,
) -> Result<(Vec<PathBuf>, ExportReport), ExportError> {
    let store = Store::read(&setup.config.station.data_dir)?;
    let folder = &setup.config.exports.folder;
    let zone = &setup.config.station.timezone;
    let job = ExportJob { store: &store, format, zone, choice: ExportChoice::New, shop: None, channel: None };
    let mut tables: Vec<(String, Vec<u8>)> = Vec::new();
    let head = format.head().map_err(io::Error::other)?;
    let report = job.run(|row, line| {
        let known = tables.iter().rposition(|(manifest, _)| *manifest == row.manifest);
        let at = known.unwrap_or_else(|| {
            tables.push((row.manifest.clone(), head.clone()));
            tables.len() - 1
        });
        tables[at].1.extend_from_slice(line);
        Ok(())
    })?;
    let mut files = Vec::new();
    if tables.is_empty() && !report.is_news() {
        return Ok((files, report));
    }
    make(folder)?;
    for (manifest, bytes) in tables {
        files.push(place(folder, &format!("{manifest}.{}", format.name), format.ending(), &bytes)?);
    }
    if !report.note.stopped.is_empty() && !format.stopped_rows {
        let name = format!("stopped.{}.{}", format.name, store.last_fact());
        files.push(place(folder, &name, "csv", stopped(&report).as_bytes())?);
    }
    Ok((files, report))
}

/// What was stopped after it was given, for a person.
fn stopped(report: &ExportReport) -> String {
    let noted = |stop: &&ExportMention| report.note.stopped.iter().any(|(parcel, _)| *parcel == stop.parcel);
    let rows = report.stopped.first.iter().filter(noted).map(|stop| {
        let [order, tracking] = [&stop.order.number, &stop.tracking].map(|text| spreadsheet::no_formula(text));
        [order, tracking, stop.parcel.to_string(), stop.why.clone()]
    });
    let more = (report.stopped.more > 0)
        .then(|| format!("and {} more, which `parceld parcels list` has", report.stopped.more));
    let rows = rows.chain(more.map(|more| [String::new(), String::new(), String::new(), more]));
    spreadsheet::table(["order_ref", "tracking", "parcel_id", "what"], rows, csv::Terminator::CRLF)
}

/// Makes the folder where it is not there. Whoever uploads its files may be of the service's group.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let made = std::fs::create_dir_all(folder);
    made.and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(0o750)))
        .map_err(|error| said(folder, &error))
}

/// Writes a file aside, syncs and renames it, under a name that no other bytes have.
fn place(folder: &Path, name: &str, ending: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let aside = folder.join(format!(".{name}.part"));
    for count in 1..=MOST {
        let number = if count == 1 { String::new() } else { format!(".{count}") };
        let path = folder.join(format!("{name}{number}.{ending}"));
        match std::fs::metadata(&path) {
            Ok(there) if there.len() != bytes.len() as u64 => continue,
            Ok(_) if std::fs::read(&path).map_err(|error| said(&path, &error))? == bytes => return Ok(path),
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(said(&path, &error)),
        }
        let write = || -> io::Result<()> {
            let mut file = File::create(&aside)?;
            file.set_permissions(Permissions::from_mode(0o640))?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&aside, &path)?;
            File::open(folder)?.sync_all()
        };
        return write().map(|()| path.clone()).map_err(|error| said(&path, &error));
    }
    Err(io::Error::other(format!("{} has {MOST} files of {name}; move them away", folder.display())))
}

fn said(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_written_once_and_others_never_over_them() {
        let dir = tempfile::tempdir().expect("a folder");
        let put = |bytes: &[u8]| place(dir.path(), "M1.tiktok", "csv", bytes).expect("written");
        let name = |path: PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(name(put(b"one")), "M1.tiktok.csv");
        assert_eq!(name(put(b"one")), "M1.tiktok.csv");
        assert_eq!(name(put(b"two")), "M1.tiktok.2.csv");
        assert_eq!(name(put(b"one")), "M1.tiktok.csv");
        assert_eq!(std::fs::read(dir.path().join("M1.tiktok.csv")).expect("there"), b"one");
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 2, "nothing is left aside");
        let gone = dir.path().join("nowhere");
        assert!(place(&gone, "M1", "csv", b"x").expect_err("no folder").to_string().contains("nowhere/M1.csv"));
    }
}
