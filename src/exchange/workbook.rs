//! Excel workbooks (.xlsx) -> the text of each of their sheets, as CSV.
//!
//! Reading is done by `calamine`, which bounds neither memory nor time: it belongs into a process that is bounded. It reads
//! each number as a float; one of which the last digits are then in doubt is written as spreadsheets write such numbers
//! (`5.76461E+17`), and refused where it is an identifier. Every row of a sheet is one row here, blank ones too, so that a
//! row keeps its number. A merged cell says the same in every row and column that it covers.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Cell, DataRef, Dimensions, Reader as _, SheetType, Xlsx, XlsxError};

/// A sheet as CSV: cells between commas, one line end after each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookSheet {
    /// As its tab says.
    pub name: String,
    /// Its rows.
    pub text: String,
}

/// Most columns of a row: more than any export has.
const MAX_COLUMNS: usize = 500;
/// Most sheets of a workbook.
const MAX_SHEETS: usize = 50;
/// From here on floats leave whole numbers out.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Why a workbook cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// It is damaged, or guarded by a password.
    #[error("the workbook cannot be read ({0}); open it in a spreadsheet and save it again, or as CSV UTF-8")]
    Damaged(#[from] XlsxError),
    /// It has more than any export.
    #[error("the sheet {0:?} has more than {MAX_COLUMNS} columns; leave out what is not needed")]
    Wide(String),
    /// Its rows are not in order.
    #[error(
        "the rows of the sheet {0:?} are out of order; open it in a spreadsheet and save it again, or as CSV UTF-8"
    )]
    Disorder(String),
    /// It has more than any export.
    #[error("the workbook has more than {MAX_SHEETS} sheets; put the one with the orders in a file of its own")]
    Many,
}

/// What a reader of a workbook is told, in its order.
#[derive(Debug)]
pub enum SheetEvent<'a> {
    /// A sheet begins.
    Sheet(&'a str),
    /// Its next row; empty for a blank one.
    Row(&'a [String]),
}

/// Reads every sheet, hidden ones too.
///
/// # Errors
/// [`WorkbookError`]; what was told before is to be forgotten.
pub fn read(bytes: Vec<u8>, mut tell: impl FnMut(SheetEvent<'_>)) -> Result<(), WorkbookError> {
    let mut workbook: Xlsx<Cursor<Vec<u8>>> = Xlsx::new(Cursor::new(bytes))?;
    let sheets = workbook.sheets_metadata().to_vec();
    if sheets.len() > MAX_SHEETS {
        return Err(WorkbookError::Many);
    }
    for sheet in sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        tell(SheetEvent::Sheet(&sheet.name));
        let merged = workbook.merge_cells_by_sheet_name(&sheet.name)?;
        let mut rows = SheetRows::new(&sheet.name, merged);
        let mut cells = workbook.worksheet_cells_reader(&sheet.name)?;
        while let Some(cell) = cells.next_cell()? {
            rows.take(&cell, &mut tell)?;
        }
        rows.end(&mut tell);
    }
    Ok(())
}

/// The rows of one sheet as its cells come.
struct SheetRows<'s> {
    sheet: &'s str,
    /// The row that is being filled, from 0.
    at: u32,
    row: Vec<String>,
    /// Merged cells by where they begin.
    merged: BTreeMap<(u32, u32), Dimensions>,
    /// Those that reach below the row where they began, with what they say.
    open: Vec<(Dimensions, String)>,
}

impl<'s> SheetRows<'s> {
    fn new(sheet: &'s str, merged: Vec<Dimensions>) -> Self {
        let merged = merged.into_iter().map(|area| (area.start, area)).collect();
        Self { sheet, at: 0, row: Vec::new(), merged, open: Vec::new() }
    }

    fn take(&mut self, cell: &Cell<DataRef<'_>>, tell: &mut impl FnMut(SheetEvent<'_>)) -> Result<(), WorkbookError> {
        let (row, column) = cell.get_position();
        let text = text_of(cell.get_value());
        if text.is_empty() {
            return Ok(());
        }
        if row < self.at {
            return Err(WorkbookError::Disorder(self.sheet.to_owned()));
        }
        while self.at < row {
            self.end_row(tell);
        }
        self.put(column, text.clone())?;
        if let Some(area) = self.merged.get(&(row, column)).copied() {
            if area.end.1 as usize >= MAX_COLUMNS {
                return Err(WorkbookError::Wide(self.sheet.to_owned()));
            }
            for column in area.start.1..=area.end.1 {
                self.put(column, text.clone())?;
            }
            if area.end.0 > row {
                self.open.push((area, text));
            }
        }
        Ok(())
    }

    fn put(&mut self, column: u32, text: String) -> Result<(), WorkbookError> {
        let column = column as usize;
        if column >= MAX_COLUMNS {
            return Err(WorkbookError::Wide(self.sheet.to_owned()));
        }
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        self.row[column] = text;
        Ok(())
    }

    fn end_row(&mut self, tell: &mut impl FnMut(SheetEvent<'_>)) {
        tell(SheetEvent::Row(&self.row));
        self.at += 1;
        self.row.clear();
        self.open.retain(|(area, _)| area.end.0 >= self.at);
        for (area, text) in std::mem::take(&mut self.open) {
            for column in area.start.1..=area.end.1 {
                // Its columns were looked at where it began.
                let _ = self.put(column, text.clone());
            }
            self.open.push((area, text));
        }
    }

    /// The last row, and those that a merged cell still reaches.
    fn end(mut self, tell: &mut impl FnMut(SheetEvent<'_>)) {
        let last = self.at;
        while !self.row.is_empty() && (self.at == last || !self.open.is_empty()) {
            self.end_row(tell);
        }
    }
}

/// What a person sees in a cell, as far as it can be told.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() >= EXACT => {
            format!("{number:E}").replace('E', "E+").replace("E+-", "E-")
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        DataRef::Error(error) => error.to_string(),
    }
}

/// Sheets as their texts, from what a reader was told.
#[derive(Debug, Default)]
pub struct SheetTexts {
    sheets: Vec<(String, csv::Writer<Vec<u8>>)>,
}

impl SheetTexts {
    /// A sheet begins.
    pub fn sheet(&mut self, name: &str) {
        self.sheets.push((name.to_owned(), csv::WriterBuilder::new().flexible(true).from_writer(Vec::new())));
    }

    /// Its next row.
    pub fn row(&mut self, cells: &[String]) {
        if let Some((_, writer)) = self.sheets.last_mut() {
            // A blank row is a row. Writing to memory never fails.
            let _ = if cells.is_empty() { writer.write_record([""]) } else { writer.write_record(cells) };
        }
    }

    /// All of them.
    pub fn finish(self) -> Vec<WorkbookSheet> {
        let text = |writer: csv::Writer<Vec<u8>>| String::from_utf8(writer.into_inner().unwrap_or_default());
        let sheet = |(name, writer)| WorkbookSheet { name, text: text(writer).unwrap_or_default() };
        self.sheets.into_iter().map(sheet).collect()
    }
}
