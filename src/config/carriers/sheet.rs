//! A CSV file as rows of trimmed cells with their line numbers.
//!
//! The first row is the header. Rows whose first cell begins with `#` are comments, rows of nothing but empty cells
//! (spreadsheets leave them) do not count. Spreadsheets save what their country does: cells are separated by commas,
//! semicolons or tabs, whichever the header has most of, and numbers may have separators (see [`Sheet::number`]).

use std::path::{Path, PathBuf};

use super::super::problem::{Problem, Problems};
use super::files::CarrierFiles;

/// A header and the rows below it, each with as many cells.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) path: PathBuf,
    pub(super) header: SheetRow,
    pub(super) rows: Vec<SheetRow>,
    separator: u8,
}

#[derive(Debug)]
pub(super) struct SheetRow {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

impl Sheet {
    /// Reads the file; `None`, and a problem, when there is no header. Rows of another width are problems, and left
    /// out.
    pub(super) fn read(path: &Path, files: &mut CarrierFiles, problems: &mut Problems) -> Option<Self> {
        let text = files.read(path, problems)?;
        let separator = separator(&text);
        let mut rows = rows(&text, separator, path, problems).into_iter();
        let Some(header) = rows.next() else {
            problems.push(Problem::error(path, "has no header", "write the names of the columns in its first row"));
            return None;
        };
        let width = header.cells.len();
        let mut whole = Vec::new();
        for row in rows {
            if row.cells.len() == width {
                whole.push(row);
            } else {
                let what = format!("{} columns where the header has {width}", row.cells.len());
                problems.push(Problem::error(path, what, "add or remove cells").at(row.line));
            }
        }
        if whole.is_empty() {
            problems.push(Problem::error(path, "has no rows", "fill in the table below the header"));
        }
        Some(Self { path: path.to_owned(), header, rows: whole, separator })
    }

    /// A cell that should hold something and does not: merged cells are saved like that.
    pub(super) fn blank(&self, row: &SheetRow, what: &str) -> Problem {
        let todo = "cells that were merged in the spreadsheet are saved like this: fill in every row";
        self.error(row.line, format!("{what} is empty"), todo)
    }

    /// A cell's number with its separators taken out: `1,234.50`, `1 234.50`, `1'234.50`; where a comma cannot separate
    /// cells, `12,50` and `1.234,50` too. `None` for what can be read in two ways: there a comma before the last three
    /// digits says nothing (`1,234`), and between semicolons a dot does not either (`1.234`; `0.125` is clear).
    pub(super) fn number(&self, cell: &str) -> Option<String> {
        let decimal_comma = self.separator != b',' && cell.contains(',');
        let tail = cell.rsplit(',').next().unwrap_or_default().len();
        let single = cell.matches(',').count() == 1;
        let (group, point) = match (decimal_comma, cell.contains('.')) {
            (true, false) if single && tail == 3 => return None,
            (false, true) if self.separator == b';' && is_thousand(cell) => return None,
            (true, dots) if single && (!dots || cell.rfind('.') < cell.rfind(',')) => ('.', ','),
            _ => (',', '.'),
        };
        let (whole, fraction) = cell.split_once(point).map_or((cell, None), |(whole, part)| (whole, Some(part)));
        let apart = |c: char| c == group || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}');
        let parts: Vec<&str> = whole.split(apart).collect();
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let grouped = parts.len() > 1 && digits(parts[0]) && parts[0].len() <= 3;
        if parts.len() > 1 && !(grouped && parts[1..].iter().all(|part| part.len() == 3 && digits(part))) {
            return Some(cell.to_owned());
        }
        Some(fraction.map_or_else(|| parts.concat(), |fraction| format!("{}.{fraction}", parts.concat())))
    }

    pub(super) fn error(&self, line: usize, what: impl Into<String>, what_to_do: impl Into<String>) -> Problem {
        Problem::error(&self.path, what, what_to_do).at(line)
    }

    /// Positions of the named columns: those that must be there, those that may. Any other is a problem.
    pub(super) fn columns<const N: usize, const M: usize>(
        &self,
        required: [&str; N],
        optional: [&str; M],
        problems: &mut Problems,
    ) -> Option<([usize; N], [Option<usize>; M])> {
        let at = |name: &str| self.header.cells.iter().position(|cell| cell == name);
        let known = required.iter().chain(&optional).copied().collect::<Vec<_>>().join(", ");
        for (position, cell) in self.header.cells.iter().enumerate() {
            if !required.contains(&cell.as_str()) && !optional.contains(&cell.as_str()) {
                let todo = format!("remove it, or name it one of {known}");
                problems.push(self.error(self.header.line, format!("unknown column {cell:?}"), todo));
            } else if at(cell) != Some(position) {
                let what = format!("column {cell:?} twice");
                problems.push(self.error(self.header.line, what, "remove one of them"));
            }
        }
        let found = required.map(at);
        for (name, _) in required.iter().zip(found).filter(|(_, found)| found.is_none()) {
            let what = format!("column {name:?} is missing");
            problems.push(self.error(self.header.line, what, format!("add it; the columns are {known}")));
        }
        found.iter().all(Option::is_some).then(|| (found.map(Option::unwrap_or_default), optional.map(at)))
    }
}

/// Whether a number has three digits behind its only dot and could be a thousand: `1.234`, and not `0.125`.
fn is_thousand(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    cell.split_once('.').is_some_and(|(whole, tail)| {
        digits(whole) && digits(tail) && tail.len() == 3 && whole.len() <= 3 && !whole.starts_with('0')
    })
}

/// What the first row that is no comment has most of.
fn separator(text: &str) -> u8 {
    let header =
        text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let count = |separator: &u8| header.bytes().filter(|byte| byte == separator).count();
    // Of two equally frequent ones `max_by_key` takes the last: the comma.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn rows(text: &str, separator: u8, path: &Path, problems: &mut Problems) -> Vec<SheetRow> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
                let cells: Vec<String> = record.iter().map(str::to_owned).collect();
                let comment = cells.first().is_some_and(|cell| cell.starts_with('#'));
                if !comment && cells.iter().any(|cell| !cell.is_empty()) {
                    rows.push(SheetRow { line, cells });
                }
            }
            Err(error) => problems.push(Problem::error(path, format!("not CSV: {error}"), "save it as CSV again")),
        }
    }
    rows
}
