//! Orders as a spreadsheet's text: one row per order line, names flattened with dots.
//!
//! The rows of one channel, shop, `order_ref` and `rev` are one order, wherever they stand. A column of the order may be
//! filled on its first row only; two rows that say different things refuse the order, and so do rows below it that do not
//! say whose they are. The rows are found first and read one order at a time, so a large file costs little more than
//! itself.

use std::collections::HashMap;
use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::owners::{self, FieldShape, OrderField};
use super::{Batch, Incoming, MAX_ORDERS, OrderError, OrderSource, Reasons, RefusedRow, json, refuse_file};

/// More columns than any export has.
const MAX_COLUMNS: usize = 500;
/// A row over more lines than this has lost its closing quotation mark.
const MAX_ROW_LINES: usize = 100;
/// Columns that are no fields, as many as are named.
const MOST_COLUMNS: usize = 8;
/// What separates several texts of one cell.
const LIST: char = '|';
/// The columns that name an order beside its number.
const NAMES: [&str; 3] = ["rev", "channel", "shop"];

/// Every order of a text.
pub(super) fn read(text: &str, source: OrderSource<'_>) -> Batch {
    let sheet = match OrderSheet::of(text) {
        Ok(sheet) => sheet,
        Err(reason) => return refuse_file(text.lines().next().unwrap_or_default(), reason),
    };
    let mut batch = Batch::default();
    for group in sheet.groups() {
        let row = group.rows.first().map_or(0, |row| row.line);
        match sheet.incoming(&group, row, source) {
            Ok(incoming) => batch.accepted.push(incoming),
            Err(reasons) => batch.refused.push(RefusedRow::new(row, &sheet.original(&group), reasons)),
        }
    }
    batch
}

/// A file whose first row has been read.
struct OrderSheet<'a> {
    text: &'a str,
    delimiter: u8,
    columns: Vec<String>,
    /// What the table of fields says of each column.
    fields: Vec<Option<&'static OrderField>>,
    order_ref: usize,
    /// Where the columns of [`NAMES`] are.
    names: [Option<usize>; 3],
}

/// Where one row stands.
#[derive(Debug, Clone)]
struct CsvRow {
    line: usize,
    bytes: Range<usize>,
}

/// The rows of one order.
#[derive(Debug, Default)]
struct Group {
    /// Its cells in the columns of [`NAMES`]; empty where none of its rows has filled them in.
    names: [String; 3],
    rows: Vec<CsvRow>,
    /// Rows below it without a number.
    orphans: Vec<CsvRow>,
    /// Rows of its number that could be another order's too.
    unclear: Vec<CsvRow>,
}

impl Group {
    /// A column may be filled on one row of an order only: an empty cell is no other name.
    fn may_hold(&self, names: &[String; 3]) -> bool {
        self.names.iter().zip(names).all(|(one, other)| one == other || one.is_empty() || other.is_empty())
    }

    fn push(&mut self, row: CsvRow, names: [String; 3]) {
        for (known, name) in self.names.iter_mut().zip(names) {
            if known.is_empty() {
                *known = name;
            }
        }
        self.rows.push(row);
    }

    /// What is wrong with it as rows.
    fn errors(&self) -> Vec<OrderError> {
        let orphans: Vec<usize> = self.orphans.iter().map(|row| row.line).collect();
        let unclear = self.unclear.iter().map(|row| OrderError::Value {
            field: format!("row {}", row.line),
            why: "may belong to several orders of this number; fill in channel, shop and rev in every row".to_owned(),
        });
        let orphans = (!orphans.is_empty()).then_some(OrderError::Orphans(orphans));
        orphans.into_iter().chain(unclear).collect()
    }
}

impl<'a> OrderSheet<'a> {
    /// Finds the delimiter: the one that makes a column `order_ref`.
    fn of(text: &'a str) -> Result<Self, String> {
        for delimiter in *b",;\t" {
            let mut reader = reader(text, delimiter);
            let mut header = StringRecord::new();
            if !reader.read_record(&mut header).map_err(|error| error.to_string())? {
                continue;
            }
            let columns: Vec<String> = header.iter().map(|name| spelled(name.trim())).collect();
            let column = |wanted: &str| columns.iter().position(|name| name == wanted);
            if let Some(order_ref) = column("order_ref") {
                check_columns(&columns)?;
                let names = NAMES.map(column);
                let fields = columns.iter().map(|name| owners::column(name)).collect();
                return Ok(Self { text, delimiter, columns, fields, order_ref, names });
            }
        }
        Err(no_order_ref(text))
    }

    /// The rows of each order, orders by their first row. Reading ends behind the first order too many.
    fn groups(&self) -> Vec<Group> {
        let mut reader = reader(self.text, self.delimiter);
        let mut record = StringRecord::new();
        let mut of_number: HashMap<String, Vec<usize>> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        // The order that the row before belongs to.
        let mut last = None;
        let mut header = true;
        while groups.len() <= MAX_ORDERS {
            let start = reader.position().clone();
            if !matches!(reader.read_record(&mut record), Ok(true)) {
                break;
            }
            let row = self.row(&start, reader.position().byte());
            if std::mem::take(&mut header) || record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
            let number = cell(self.order_ref);
            let names = self.names.map(|at| at.map(cell).unwrap_or_default());
            if number.is_empty() {
                match last.and_then(|at: usize| groups.get_mut(at)) {
                    Some(above) => above.orphans.push(row),
                    None => groups.push(Group { rows: vec![row], ..Group::default() }),
                }
                continue;
            }
            let places = of_number.entry(number).or_default();
            let mut fitting = places.iter().copied().filter(|at| groups[*at].may_hold(&names)).peekable();
            let at = match (fitting.next(), fitting.peek()) {
                (None, _) => {
                    places.push(groups.len());
                    groups.push(Group::default());
                    groups.len() - 1
                }
                (Some(at), None) => at,
                (Some(first), Some(_)) => match last {
                    // A row below one of them continues it.
                    Some(above) if above == first || fitting.any(|at| at == above) => above,
                    _ => {
                        let all = places.iter().filter(|at| groups[**at].may_hold(&names)).copied();
                        all.collect::<Vec<_>>().into_iter().for_each(|at| groups[at].unclear.push(row.clone()));
                        continue;
                    }
                },
            };
            groups[at].push(row, names);
            last = Some(at);
        }
        groups
    }

    /// The reader counts the empty lines before a row as part of it; people do not.
    fn row(&self, start: &csv::Position, end: u64) -> CsvRow {
        let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let (from, to) = (place(start.byte()), place(end));
        let raw = &self.text[from..to];
        let blank = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        let lines = raw[..blank].matches('\n').count();
        CsvRow {
            line: usize::try_from(start.line()).unwrap_or(usize::MAX).saturating_add(lines),
            bytes: from + blank..to,
        }
    }

    /// One order with all its reasons.
    fn incoming(&self, group: &Group, row: usize, source: OrderSource<'_>) -> Result<Incoming, Reasons> {
        let mut errors = group.errors();
        let (value, whole) = self.order(&group.rows, &mut errors);
        let mut read = json::of(value, row, source);
        if let (false, Err(reasons)) = (whole, &mut read) {
            // What its other rows lack may stand in the one that cannot be read.
            reasons.0.retain(|reason| !matches!(reason, OrderError::Missing(_)));
        }
        let read = read.and_then(|incoming| if errors.is_empty() { Ok(incoming) } else { Err(Reasons(Vec::new())) });
        read.map_err(|more| {
            errors.extend(more.0);
            errors.extend(self.unknown_columns());
            Reasons(errors)
        })
    }

    /// Its rows as they stood.
    fn original(&self, group: &Group) -> String {
        let mut rows: Vec<&CsvRow> = group.rows.iter().chain(&group.orphans).chain(&group.unclear).collect();
        rows.sort_by_key(|row| row.bytes.start);
        rows.iter().map(|row| self.text[row.bytes.clone()].trim()).collect::<Vec<_>>().join("\n")
    }

    /// Columns that are no fields and may be what is missing: those of an address, of lines or of the service, and those that
    /// are called like a field for which there is no column.
    fn unknown_columns(&self) -> Option<OrderError> {
        let mut names = Vec::new();
        for (name, _) in self.columns.iter().zip(&self.fields).filter(|(_, field)| field.is_none()) {
            let missing = |path: &&str| !self.columns.iter().any(|column| column == path);
            let shown = name.chars().take(40).collect::<String>();
            match owners::called(name).filter(missing) {
                Some(path) => names.push(format!("{shown:?} ({path}?)")),
                None if ["ship_to.", "lines.", "service."].iter().any(|scope| name.starts_with(scope)) => {
                    names.push(format!("{shown:?}"));
                }
                None => {}
            }
        }
        names.truncate(MOST_COLUMNS);
        (!names.is_empty()).then(|| OrderError::Column(names.join(", ")))
    }

    /// One order from its rows, as the JSON it stands for, and whether each of them could be read.
    fn order(&self, rows: &[CsvRow], errors: &mut Vec<OrderError>) -> (Value, bool) {
        let mut order = Map::new();
        let mut lines = Vec::new();
        let mut said: HashMap<usize, (usize, String)> = HashMap::new();
        let mut whole = true;
        for row in rows {
            let record = match self.record(row) {
                Ok(record) => record,
                Err(error) => {
                    errors.push(error);
                    whole = false;
                    continue;
                }
            };
            let mut line = Map::new();
            for (at, (name, cell)) in self.columns.iter().zip(record.iter()).enumerate() {
                let cell = cell.trim();
                if cell.is_empty() {
                    continue;
                }
                if name.is_empty() {
                    let why = "a cell without a column name; name it in the first row".to_owned();
                    errors.push(OrderError::Value { field: format!("row {}", row.line), why });
                } else if let Some(inner) = name.strip_prefix("lines.") {
                    put(&mut line, inner, typed(self.fields[at], cell));
                } else if let Some((first, before)) = said.get(&at) {
                    if before != cell {
                        let (first, second) = (*first, row.line);
                        errors.push(OrderError::Disagree { first, second, field: name.clone() });
                    }
                } else {
                    said.insert(at, (row.line, cell.to_owned()));
                    put(&mut order, name, typed(self.fields[at], cell));
                }
            }
            if !line.is_empty() {
                lines.push(Value::Object(line));
            }
        }
        order.insert("lines".to_owned(), Value::Array(lines));
        (Value::Object(order), whole)
    }

    fn record(&self, row: &CsvRow) -> Result<StringRecord, OrderError> {
        let raw = &self.text[row.bytes.clone()];
        let wrong = |why: String| OrderError::Value { field: format!("row {}", row.line), why };
        if raw.trim_end().lines().count() > MAX_ROW_LINES {
            return Err(wrong(format!("spans more than {MAX_ROW_LINES} lines; close its quotation marks")));
        }
        let mut record = StringRecord::new();
        reader(raw, self.delimiter).read_record(&mut record).map_err(|error| wrong(error.to_string()))?;
        let (cells, columns) = (record.len(), self.columns.len());
        // Empty columns at the end are what a spreadsheet leaves or takes away as it likes.
        let named = self.columns.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        if cells < named || record.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
            return Err(wrong(format!("has {cells} cells and the first row {columns}; check its quotation marks")));
        }
        Ok(record)
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// Why a file without a column `order_ref` is not read, and which of its columns may be meant.
fn no_order_ref(text: &str) -> String {
    const WHERE: &str = "the first row names the columns, such as order_ref, ship_to.name, lines.sku; see `parceld orders \
                         --help`, or /usr/share/doc/parceld/config/orders/README.md";
    let mut header = StringRecord::new();
    let columns = |delimiter: &u8| reader(text, *delimiter).read_record(&mut header).map_or(0, |_| header.len());
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(columns).unwrap_or(b',');
    if !matches!(reader(text, delimiter).read_record(&mut header), Ok(true)) {
        return format!("no column order_ref; {WHERE}");
    }
    let meant = header.iter().map(str::trim).find(|name| owners::called(name) == Some("order_ref"));
    match meant {
        Some(name) => {
            let name: String = name.chars().take(40).collect();
            format!("no column order_ref; {name:?} may be it: name it order_ref; {WHERE}")
        }
        None => format!("no column order_ref, which holds the number of each order; {WHERE}"),
    }
}

/// A column's name as the schema spells it; an unknown one as it is.
fn spelled(name: &str) -> String {
    owners::column(name).map_or(name, |field| field.path).to_owned()
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

/// A cell as the schema has it. What does not look like what its column holds stays text and is refused with its name.
fn typed(field: Option<&OrderField>, cell: &str) -> Value {
    let text = || Value::String(cell.to_owned());
    match field.map(|field| field.shape) {
        Some(FieldShape::Texts) => cell.split(LIST).map(|code| Value::String(code.trim().to_owned())).collect(),
        Some(FieldShape::Sides) => {
            let sides: Option<Vec<u64>> = cell.split(['x', 'X', '*']).map(|side| side.trim().parse().ok()).collect();
            sides.map_or_else(text, Value::from)
        }
        Some(FieldShape::Whole | FieldShape::Mass) => whole(cell).map_or_else(text, Value::from),
        Some(FieldShape::Flag) => match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Value::Bool(true),
            "false" | "no" | "0" => Value::Bool(false),
            _ => text(),
        },
        _ => text(),
    }
}

/// `2` and, as some programs write it, `2.0` and `2.00`. Three zeros may be thousands.
fn whole(cell: &str) -> Option<u64> {
    let digits = cell.strip_suffix(".00").or_else(|| cell.strip_suffix(".0")).unwrap_or(cell);
    digits.parse().ok()
}
