//! The reject file: what was not taken, why, and as it stood, for somebody to open in a spreadsheet.

use super::Batch;

/// CSV with the columns `row`, `reason`, `original`. A cell that a spreadsheet would run as a formula gets a leading
/// apostrophe.
pub fn reject_file(batch: &Batch) -> String {
    let mut out = String::from("row,reason,original\r\n");
    for refused in &batch.refused {
        let row = refused.row.to_string();
        let cells = [row.as_str(), refused.reason.as_str(), refused.text.as_str()].map(cell);
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', ';', '\t', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
