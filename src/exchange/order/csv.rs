//! Orders as a spreadsheet's text: one row per order line, names flattened with dots.
//!
//! The rows of one `order_ref` and `rev` are one order, wherever they stand. A column of the order may be filled on its
//! first row only; two rows that say different things refuse the order. The rows are found first and read one order at
//! a time, so a large file costs little more than itself.

use std::collections::HashMap;
use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::{Batch, OrderError, Refused, json, refuse_file};

/// More columns than any export has.
const MAX_COLUMNS: usize = 500;
/// A row over more lines than this has lost its closing quotation mark.
const MAX_ROW_LINES: usize = 100;
/// What separates several barcodes of one cell.
const LIST: char = '|';

/// Columns whose cells are whole numbers in the schema. Mass and size also take text with a unit.
const WHOLE: [&str; 10] = [
    "rev",
    "parcels_planned",
    "priority",
    "label.page",
    "label.dpi",
    "lines.qty",
    "lines.unit_g",
    "lines.dg.wh",
    "lines.dg.cells",
    "lines.dg.batteries",
];
/// Columns whose cells are true or false.
const FLAGS: [&str; 6] = [
    "ship_to.residential",
    "ship_to.masked",
    "service.pod",
    "service.expedite",
    "service.weekend",
    "deadlines.derived",
];

/// Every order of a text.
pub(super) fn read(text: &str) -> Batch {
    if text.trim().is_empty() {
        return Batch::default();
    }
    let sheet = match Sheet::of(text) {
        Ok(sheet) => sheet,
        Err(reason) => return refuse_file(text.lines().next().unwrap_or_default(), reason),
    };
    let mut batch = Batch::default();
    for rows in sheet.orders() {
        let row = rows[0].line;
        match sheet.order(&rows).and_then(|value| json::of(&value, row)) {
            Ok(incoming) => batch.accepted.push(incoming),
            Err(error) => {
                let original: Vec<&str> = rows.iter().map(|row| text[row.bytes.clone()].trim()).collect();
                batch.refused.push(Refused::new(row, &original.join("\n"), error));
            }
        }
    }
    batch
}

/// A file whose first row has been read.
struct Sheet<'a> {
    text: &'a str,
    delimiter: u8,
    columns: Vec<String>,
    order_ref: usize,
    rev: Option<usize>,
}

/// Where one row stands.
#[derive(Debug, Clone)]
struct Row {
    line: usize,
    bytes: Range<usize>,
}

impl<'a> Sheet<'a> {
    /// Finds the delimiter: the one that makes a column `order_ref`.
    fn of(text: &'a str) -> Result<Self, String> {
        for delimiter in *b",;\t" {
            let mut reader = reader(text, delimiter);
            let mut header = StringRecord::new();
            if !reader.read_record(&mut header).map_err(|error| error.to_string())? {
                continue;
            }
            let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
            if let Some(order_ref) = columns.iter().position(|name| name == "order_ref") {
                check_columns(&columns)?;
                let rev = columns.iter().position(|name| name == "rev");
                return Ok(Self { text, delimiter, columns, order_ref, rev });
            }
        }
        Err("no column order_ref; the first row names the columns as parceld.order/1 does: order_ref, ship_to.name, \
             lines.sku"
            .to_owned())
    }

    /// The rows of each order, orders by their first row.
    fn orders(&self) -> Vec<Vec<Row>> {
        let mut reader = reader(self.text, self.delimiter);
        let mut record = StringRecord::new();
        let mut places: HashMap<(String, String), usize> = HashMap::new();
        let mut orders: Vec<Vec<Row>> = Vec::new();
        let mut header = true;
        loop {
            let start = reader.position().clone();
            if !matches!(reader.read_record(&mut record), Ok(true)) {
                return orders;
            }
            let row = self.row(&start, reader.position().byte());
            if std::mem::take(&mut header) || record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default().trim();
            let key = (cell(Some(self.order_ref)).to_owned(), cell(self.rev).to_owned());
            // A row without a reference is its own refusal.
            let place = if key.0.is_empty() { orders.len() } else { *places.entry(key).or_insert(orders.len()) };
            match orders.get_mut(place) {
                Some(rows) => rows.push(row),
                None => orders.push(vec![row]),
            }
        }
    }

    /// The reader counts the empty lines before a row as part of it; people do not.
    fn row(&self, start: &csv::Position, end: u64) -> Row {
        let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let (from, to) = (place(start.byte()), place(end));
        let raw = &self.text[from..to];
        let blank = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        let lines = raw[..blank].matches('\n').count();
        Row { line: usize::try_from(start.line()).unwrap_or(usize::MAX).saturating_add(lines), bytes: from + blank..to }
    }

    /// One order from its rows, as the JSON it stands for.
    fn order(&self, rows: &[Row]) -> Result<Value, OrderError> {
        let mut order = Map::new();
        let mut lines = Vec::new();
        let mut said: HashMap<usize, (usize, String)> = HashMap::new();
        for row in rows {
            let record = self.record(row)?;
            let mut line = Map::new();
            for (at, (name, cell)) in self.columns.iter().zip(record.iter()).enumerate() {
                let cell = cell.trim();
                if cell.is_empty() {
                    continue;
                }
                if name.is_empty() {
                    let why = "a cell without a column name; name it in the first row".to_owned();
                    return Err(OrderError::Value { field: format!("row {}", row.line), why });
                }
                if let Some(inner) = name.strip_prefix("lines.") {
                    put(&mut line, inner, typed(name, cell));
                } else if let Some((first, before)) = said.get(&at) {
                    if before != cell {
                        return Err(OrderError::Disagree { first: *first, second: row.line, field: name.clone() });
                    }
                } else {
                    said.insert(at, (row.line, cell.to_owned()));
                    put(&mut order, name, typed(name, cell));
                }
            }
            if !line.is_empty() {
                lines.push(Value::Object(line));
            }
        }
        order.insert("lines".to_owned(), Value::Array(lines));
        Ok(Value::Object(order))
    }

    fn record(&self, row: &Row) -> Result<StringRecord, OrderError> {
        let raw = &self.text[row.bytes.clone()];
        let wrong = |why: String| OrderError::Value { field: format!("row {}", row.line), why };
        if raw.trim_end().lines().count() > MAX_ROW_LINES {
            return Err(wrong(format!("spans more than {MAX_ROW_LINES} lines; close its quotation marks")));
        }
        let mut record = StringRecord::new();
        reader(raw, self.delimiter).read_record(&mut record).map_err(|error| wrong(error.to_string()))?;
        if record.len() != self.columns.len() {
            let (cells, columns) = (record.len(), self.columns.len());
            return Err(wrong(format!("has {cells} cells and the first row {columns}; check its quotation marks")));
        }
        Ok(record)
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// Names that can be taken apart: bounded, each once, none inside another (`service` and `service.pod`).
fn check_columns(columns: &[String]) -> Result<(), String> {
    if columns.len() > MAX_COLUMNS {
        return Err(format!("more than {MAX_COLUMNS} columns; leave out what is not needed"));
    }
    let mut names: Vec<&str> = columns.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    for (index, name) in names.iter().enumerate() {
        if *name == "lines" || name.split('.').any(str::is_empty) || name.matches('.').count() > 7 {
            return Err(format!("column {name:?} is not a name of parceld.order/1; rename it"));
        }
        let inside =
            |other: &&&str| other.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if let Some(other) = names[index + 1..].iter().find(inside) {
            return Err(format!("columns {name:?} and {other:?} cannot stand together; leave one out"));
        }
    }
    Ok(())
}

/// Puts `value` at `a.b.c`. The columns have been checked: no step is anything but an object.
fn put(map: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            map.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            if let Value::Object(inner) = map.entry(first).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
    }
}

/// A cell as the schema has it. What does not look like the column's type stays text and is refused with its name.
fn typed(name: &str, cell: &str) -> Value {
    let text = || Value::String(cell.to_owned());
    if name == "lines.barcodes" {
        return cell.split(LIST).map(|code| Value::String(code.trim().to_owned())).collect();
    }
    if name == "dims_mm" || name == "lines.dims_mm" {
        let sides: Option<Vec<u64>> = cell.split(['x', 'X', '*']).map(|side| side.trim().parse().ok()).collect();
        return sides.map_or_else(text, Value::from);
    }
    if WHOLE.contains(&name) {
        return cell.parse::<u64>().map_or_else(|_| text(), Value::from);
    }
    if FLAGS.contains(&name) {
        return match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Value::Bool(true),
            "false" | "no" | "0" => Value::Bool(false),
            _ => text(),
        };
    }
    text()
}
