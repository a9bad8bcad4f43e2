//! Fuel tables: `from,percent`.

use std::path::Path;

use super::super::problem::Problems;
use super::files::CarrierFiles;
use super::percent::parts;
use super::sheet::Sheet;
use crate::units::Date;

/// The weeks, ascending; `None` when one cannot be read.
pub(super) fn weeks(path: &Path, files: &mut CarrierFiles, problems: &mut Problems) -> Option<Vec<(Date, i64)>> {
    let sheet = Sheet::read(path, files, problems)?;
    let ([from, percent], _) = sheet.columns(["from", "percent"], ["note"], problems)?;
    let mut weeks: Vec<(Date, i64)> = Vec::new();
    for row in &sheet.rows {
        let day = row.cells[from].parse::<Date>();
        let parts = sheet.number(row.cells[percent].trim_end_matches('%').trim_end()).and_then(|text| parts(&text));
        match (day, parts) {
            (Ok(day), Some(_)) if weeks.last().is_some_and(|(last, _)| *last >= day) => {
                let what = format!("{day} does not come after the row above it");
                problems.push(sheet.error(row.line, what, "sort the rows by date, each once"));
            }
            (Ok(day), Some(parts)) => weeks.push((day, parts)),
            (Err(_), _) => {
                let what = format!("{:?} is no date", row.cells[from]);
                problems.push(sheet.error(row.line, what, "write the first day of the week, 2026-11-23"));
            }
            (_, None) => {
                let what = format!("{:?} is no percentage", row.cells[percent]);
                problems.push(sheet.error(row.line, what, "write up to 4 decimals, 12.5"));
            }
        }
    }
    (weeks.len() == sheet.rows.len() && !weeks.is_empty()).then_some(weeks)
}
