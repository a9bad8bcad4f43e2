//! The reject file: what was not taken, why, and as it stood, for somebody to open in a spreadsheet.

use csv::Terminator;

use super::Batch;
use crate::exchange::spreadsheet::{self, no_formula};

/// CSV with the columns `row`, `reason`, `original`.
pub fn reject_file(batch: &Batch) -> String {
    let rows = batch.refused.iter().map(|refused| {
        let reason = no_formula(&refused.reason);
        [refused.row.to_string(), reason, no_formula(&refused.text)]
    });
    spreadsheet::table(["row", "reason", "original"], rows, Terminator::CRLF)
}
