//! CSV files that people open in a spreadsheet.

use csv::{Terminator, WriterBuilder};

/// A table with its header line; its lines end as `end` says.
pub fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>, end: Terminator) -> String {
    let mut writer = WriterBuilder::new().terminator(end).from_writer(Vec::new());
    // Writing to memory never fails, and every row has the header's length.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Whether a spreadsheet takes a cell for a formula.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Foreign text as a cell: what a spreadsheet would run as a formula gets a leading apostrophe.
pub fn no_formula(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}
