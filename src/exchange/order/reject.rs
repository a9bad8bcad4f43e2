//! The reject file: what was not taken, why, and as it stood, for somebody to open in a spreadsheet, mend and import again.

use csv::{StringRecord, Terminator, WriterBuilder};

use super::columns::reader;
use super::{Batch, RefusedRow, SheetHead};
use crate::exchange::spreadsheet::{self, no_formula};

/// CSV. Of a sheet, the columns `row` and `reason` and then its own, one row for each of its rows; of JSON the columns `row`,
/// `reason` and `original`.
pub fn reject_file<T>(batch: &Batch<T>) -> String {
    if let Some(head) = &batch.head {
        return of_sheet(head, &batch.refused);
    }
    let rows = batch.refused.iter().map(|refused| {
        let reason = no_formula(&refused.reason);
        [refused.row.to_string(), reason, no_formula(&refused.text)]
    });
    spreadsheet::table(["row", "reason", "original"], rows, Terminator::CRLF)
}

/// The rows of a sheet as they stood. Row and reason stand on the first row of each order; a text that was too long to be kept
/// ends early.
fn of_sheet(head: &SheetHead, refused: &[RefusedRow]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new());
    let mut write = |row: &str, reason: &str, cells: &mut dyn Iterator<Item = String>| {
        // Writing to memory never fails.
        let _ = writer.write_record([row.to_owned(), reason.to_owned()].into_iter().chain(cells));
    };
    write("row", "reason", &mut head.columns.iter().cloned());
    for refused in refused {
        let (mut row, mut reason) = (refused.row.to_string(), no_formula(&refused.reason));
        let mut records = reader(&refused.text, head.delimiter);
        let mut record = StringRecord::new();
        while matches!(records.read_record(&mut record), Ok(true)) {
            let cell = |at: usize| no_formula(record.get(at).unwrap_or_default());
            let columns = head.columns.len().max(record.len());
            write(&row, &reason, &mut (0..columns).map(cell));
            row.clear();
            reason.clear();
        }
        if !reason.is_empty() {
            write(&row, &reason, &mut std::iter::empty());
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
