//! A CSV file as rows of trimmed cells with their line numbers.
//!
//! The first row is the header. Rows whose first cell begins with `#` are comments, rows of nothing but empty cells
//! (spreadsheets leave them) do not count.

use std::path::{Path, PathBuf};

use super::super::problem::{Problem, Problems};
use super::files::Files;

/// A header and the rows below it, each with as many cells.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) path: PathBuf,
    pub(super) header: Row,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

impl Sheet {
    /// Reads the file; `None`, and a problem, when there is no header. Rows of another width are problems, and left
    /// out.
    pub(super) fn read(path: &Path, files: &mut Files, problems: &mut Problems) -> Option<Self> {
        let text = files.read(path, problems)?;
        let mut rows = rows(&text, path, problems).into_iter();
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
        Some(Self { path: path.to_owned(), header, rows: whole })
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

fn rows(text: &str, path: &Path, problems: &mut Problems) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
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
                    rows.push(Row { line, cells });
                }
            }
            Err(error) => problems.push(Problem::error(path, format!("not CSV: {error}"), "save it as CSV again")),
        }
    }
    rows
}
