//! Orders as a spreadsheet's text: one row per order line, names flattened with dots; and the items of the item master, one row
//! per component of a kit.
//!
//! The rows of one channel, shop, `order_ref` and `rev` are one order, wherever they stand. A column of the order may be
//! filled on its first row only; two rows that say different things refuse the order, and so do rows below it that do not
//! say whose they are. The rows are found first and read one order at a time, so a large file costs little more than
//! itself.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use csv::StringRecord;
use serde_json::{Map, Value};

use super::columns::{MAX_COLUMNS, check_columns, no_order_ref, no_sku, put, reader, spelled, typed};
use super::format::{BoundFormat, NoFormat, heading, left_units_note};
use super::kind::RecordKind;
use super::owners::{self, OrderField};
use super::rounded::DigitColumn;
use super::{Batch, Formats, MAX_ORDERS, OrderError, Reasons, RefusedRow, SheetHead, refuse_file};

/// What may stand between cells.
const DELIMITERS: [u8; 3] = *b",;\t";
/// Rows in which the header is looked for: exports put a title or a blank row above it.
const MAX_ABOVE: usize = 10;
/// A row over more lines than this has lost its closing quotation mark.
const MAX_ROW_LINES: usize = 100;
/// Columns that are no fields, as many as are named.
const MOST_COLUMNS: usize = 8;
/// What stands in a cell of an item that takes away what was said before.
const CLEAR: &str = "-";

/// What one record becomes: from its value, the row it begins on, and its rows as they stood.
pub(super) type Take<'a, T> = &'a dyn Fn(Value, usize, &dyn Fn() -> String) -> Result<T, Reasons>;

/// Every record of a sheet.
pub(super) fn read<T>(sheet: SheetText<'_>, formats: Formats<'_>, take: Take<'_, T>) -> Batch<T> {
    let text = sheet.text;
    let sheet = match OrderSheet::of(sheet, formats) {
        Ok(sheet) => sheet,
        Err(reason) => return refuse_file(text.lines().next().unwrap_or_default(), reason),
    };
    let Groups { groups, left_out, rounded } = sheet.groups();
    if let Some(name) = rounded {
        let why = "a spreadsheet has rounded the numbers; import the file as it was downloaded";
        return refuse_file(
            text.lines().next().unwrap_or_default(),
            format!("the column {name:?} ends in zeros: {why}"),
        );
    }
    let head = SheetHead { columns: sheet.columns.clone(), delimiter: sheet.delimiter };
    let mut batch = Batch { notes: sheet.notes(&left_out), head: Some(head), ..Batch::empty() };
    let mut left_units = 0;
    for group in groups {
        let row = group.rows.first().map_or(0, |row| row.line);
        match sheet.incoming(&group, row, take, &mut left_units) {
            Ok(incoming) => batch.accepted.push(incoming),
            Err(reasons) => batch.refused.push(RefusedRow::new(row, &sheet.original(&group), reasons)),
        }
    }
    batch.notes.extend(left_units_note(left_units));
    batch
}

/// A sheet's text, and how its rows are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct SheetText<'a> {
    pub(super) text: &'a str,
    /// A row of a workbook may hold line breaks, and is one row all the same.
    pub(super) by_row: bool,
}

/// A file whose header has been found.
struct OrderSheet<'a> {
    text: &'a str,
    by_row: bool,
    delimiter: u8,
    /// How many rows stand before the orders, the header with them.
    above: usize,
    columns: Vec<String>,
    meaning: Meaning<'a>,
    order_ref: usize,
    /// Where the columns of [`RecordKind::names`] are.
    names: [Option<usize>; 3],
    kind: RecordKind,
}

/// What the columns of a sheet mean.
enum Meaning<'a> {
    /// Each is a field of `parceld.order/1`, or none.
    Own(Vec<Option<&'static OrderField>>),
    /// What another system's format says.
    Foreign(BoundFormat<'a>),
}

/// The rows of a sheet, put together.
#[derive(Debug, Default)]
struct Groups {
    groups: Vec<Group>,
    /// Rows that were left out, by the reason.
    left_out: BTreeMap<String, usize>,
    /// The column whose numbers a spreadsheet has rounded.
    rounded: Option<String>,
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
    /// Its cells in the columns of [`RecordKind::names`]; empty where none of its rows has filled them in.
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
    /// Finds delimiter and header: a column `order_ref`, or what another system calls its columns.
    fn of(sheet: SheetText<'a>, formats: Formats<'a>) -> Result<Self, String> {
        let SheetText { text, by_row } = sheet;
        let kind = formats.kind();
        let mut why = NoFormat::Unknown;
        let (skip, said) = separator(text).map_or((0, None), |delimiter| (1, Some(delimiter)));
        for delimiter in DELIMITERS.into_iter().filter(|delimiter| said.is_none_or(|said| said == *delimiter)) {
            let mut reader = reader(text, delimiter);
            let mut record = StringRecord::new();
            for above in 1..=MAX_ABOVE {
                if !reader.read_record(&mut record).map_err(|error| error.to_string())? {
                    break;
                }
                if above <= skip || record.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                let sheet = |columns, meaning, order_ref, names| Self {
                    text,
                    by_row,
                    delimiter,
                    above,
                    columns,
                    meaning,
                    order_ref,
                    names,
                    kind,
                };
                let columns: Vec<String> = record.iter().map(|name| spelled(kind, name.trim())).collect();
                let column = |wanted: &str| columns.iter().position(|name| !name.is_empty() && name == wanted);
                if let (Some(order_ref), true) = (column(kind.id_column()), formats.may_be_own()) {
                    check_columns(&columns)?;
                    let names = kind.names().map(column);
                    let fields = columns.iter().map(|name| kind.column(name)).collect();
                    return Ok(sheet(columns, Meaning::Own(fields), order_ref, names));
                }
                if record.len() > MAX_COLUMNS {
                    continue;
                }
                match formats.of_sheet(&record.iter().map(heading).collect::<Vec<_>>()) {
                    Ok(format) => {
                        let columns: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
                        let bound = BoundFormat::new(format, columns.clone())?;
                        let order_ref = bound.place(kind.id()).ok_or("no column of the order's number")?;
                        let names = kind.names().map(|name| bound.place(name));
                        return Ok(sheet(columns, Meaning::Foreign(bound), order_ref, names));
                    }
                    Err(NoFormat::Unknown) => {}
                    Err(near) => why = near,
                }
            }
        }
        match why {
            NoFormat::Unknown if kind == RecordKind::Items => Err(no_sku()),
            NoFormat::Unknown => Err(no_order_ref(text)),
            near => Err(near.to_string()),
        }
    }

    /// What a person must know of the file.
    fn notes(&self, left_out: &BTreeMap<String, usize>) -> Vec<String> {
        let bound = match &self.meaning {
            Meaning::Foreign(bound) => bound,
            Meaning::Own(fields) if self.kind == RecordKind::Items => return self.unread(fields),
            Meaning::Own(_) => return Vec::new(),
        };
        let rows = |count: usize| if count == 1 { "1 row is".to_owned() } else { format!("{count} rows are") };
        let left_out = left_out.iter().map(|(why, count)| format!("{} left out: {why}", rows(*count)));
        bound.notes().into_iter().chain(left_out).collect()
    }

    /// Columns of a file of items that are no fields.
    fn unread(&self, fields: &[Option<&'static OrderField>]) -> Vec<String> {
        let unknown = self.columns.iter().zip(fields).filter(|(name, field)| field.is_none() && !name.is_empty());
        let shown: Vec<String> = unknown.take(MOST_COLUMNS).map(|(name, _)| format!("{:?}", cut(name))).collect();
        let note = || format!("nothing here goes by the columns {}; see `parceld items --help`", shown.join(", "));
        (!shown.is_empty()).then(note).into_iter().collect()
    }

    /// The columns of identifiers.
    fn identifiers(&self) -> Vec<usize> {
        match &self.meaning {
            Meaning::Own(fields) => {
                let is_id = |field: &&OrderField| self.kind.identifiers().contains(&field.path);
                (0..fields.len()).filter(|at| fields[*at].filter(is_id).is_some()).collect()
            }
            Meaning::Foreign(bound) => bound.identifiers(),
        }
    }

    /// The rows of each order, orders by their first row. Reading ends behind the first order too many.
    fn groups(&self) -> Groups {
        let mut reader = reader(self.text, self.delimiter);
        let mut record = StringRecord::new();
        let mut of_number: HashMap<String, Vec<usize>> = HashMap::new();
        let mut all = Groups::default();
        // The order that the row before belongs to.
        let mut last = None;
        let foreign = match &self.meaning {
            Meaning::Own(_) => None,
            Meaning::Foreign(bound) => Some(bound),
        };
        let fill_down = self.kind == RecordKind::Items || foreign.is_some_and(|bound| bound.format.fill_down);
        let mut digits: Vec<(usize, DigitColumn)> =
            self.identifiers().into_iter().map(|at| (at, DigitColumn::default())).collect();
        // Where rows go on what was left out.
        let mut left_above = None;
        let mut count = 0;
        while all.groups.len() <= MAX_ORDERS {
            let start = reader.position().clone();
            if !matches!(reader.read_record(&mut record), Ok(true)) {
                break;
            }
            count += 1;
            let mut row = self.row(&start, reader.position().byte());
            if self.by_row {
                row.line = count;
            }
            if count <= self.above || record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_owned();
            let number = cell(self.order_ref);
            if let Some(bound) = foreign {
                let explains = |text: &String| number.eq_ignore_ascii_case(text);
                if count == self.above + 1 && bound.format.descriptions.iter().any(explains) {
                    continue;
                }
                let why = bound.left_out(&record).or(left_above.filter(|_| number.is_empty()));
                left_above = if fill_down { why } else { None };
                if let Some(why) = why {
                    *all.left_out.entry(why.to_owned()).or_default() += 1;
                    continue;
                }
            }
            digits.iter_mut().for_each(|(at, column)| column.see(record.get(*at).unwrap_or_default().trim()));
            let names = self.names.map(|at| at.map(cell).unwrap_or_default());
            let groups = &mut all.groups;
            if number.is_empty() {
                match last.and_then(|at: usize| groups.get_mut(at)) {
                    Some(above) if fill_down => above.rows.push(row),
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
        let rounded = digits.iter().find(|(_, column)| column.is_rounded());
        all.rounded = rounded.map(|(at, _)| cut(&self.columns[*at]));
        all
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

    /// One record with all its reasons. Units of it that do not travel are counted.
    fn incoming<T>(&self, group: &Group, row: usize, take: Take<'_, T>, left_units: &mut usize) -> Result<T, Reasons> {
        let mut errors = group.errors();
        let (rows, whole) = self.records(&group.rows, &mut errors);
        let value = match &self.meaning {
            Meaning::Own(fields) => self.order(fields, &rows, &mut errors),
            Meaning::Foreign(bound) => {
                let (value, left) = bound.order(&rows, &mut errors);
                *left_units += left;
                value
            }
        };
        let mut read = take(value, row, &|| self.original(group));
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
        let Meaning::Own(fields) = &self.meaning else { return None };
        if self.kind == RecordKind::Items {
            return None;
        }
        let mut names = Vec::new();
        for (name, _) in self.columns.iter().zip(fields).filter(|(_, field)| field.is_none()) {
            let missing = |path: &&str| !self.columns.iter().any(|column| column == path);
            let shown = cut(name);
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

    /// The cells of rows, each with its line, and whether all of them could be read.
    fn records(&self, rows: &[CsvRow], errors: &mut Vec<OrderError>) -> (Vec<(usize, StringRecord)>, bool) {
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            match self.record(row) {
                Ok(record) => records.push((row.line, record)),
                Err(error) => errors.push(error),
            }
        }
        let whole = records.len() == rows.len();
        (records, whole)
    }

    /// One order from its rows, as the JSON it stands for.
    fn order(
        &self,
        fields: &[Option<&'static OrderField>],
        rows: &[(usize, StringRecord)],
        errors: &mut Vec<OrderError>,
    ) -> Value {
        let mut order = Map::new();
        let mut lines = Vec::new();
        let (list, items) = (self.kind.list(), self.kind == RecordKind::Items);
        let value = |at: usize, cell: &str| match cell {
            CLEAR if items => Value::Null,
            cell => typed(fields[at], cell),
        };
        let mut said: HashMap<usize, (usize, &str)> = HashMap::new();
        let first = rows.first().map_or(0, |(number, _)| *number);
        let has_sku = |record: &StringRecord| record.get(self.order_ref).is_some_and(|cell| !cell.trim().is_empty());
        for (number, record) in rows {
            let mut line = Map::new();
            for (at, (name, cell)) in self.columns.iter().zip(record.iter()).enumerate() {
                let cell = cell.trim();
                if cell.is_empty() {
                    continue;
                }
                if name.is_empty() {
                    let why = "a cell without a column name; name it in the first row".to_owned();
                    errors.push(OrderError::Value { field: format!("row {number}"), why });
                } else if let Some(inner) = name.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) {
                    put(&mut line, inner, value(at, cell));
                } else if items && *number != first && !has_sku(record) {
                    let why =
                        "stands in a row without a SKU, where only a component may; write the SKU, or take it out";
                    errors
                        .push(OrderError::Value { field: format!("row {number}: {}", cut(name)), why: why.to_owned() });
                } else if let Some((first, before)) = said.get(&at) {
                    if *before != cell {
                        errors.push(self.kind.disagree(*first, *number, name.clone()));
                    }
                } else {
                    said.insert(at, (*number, cell));
                    put(&mut order, name, value(at, cell));
                }
            }
            if !line.is_empty() {
                lines.push(Value::Object(line));
            }
        }
        if !(items && lines.is_empty()) {
            order.insert(list.to_owned(), Value::Array(lines));
        }
        Value::Object(order)
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
        // A workbook leaves them out, too.
        if cells < named && !self.by_row || record.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
            return Err(wrong(format!("has {cells} cells and the first row {columns}; check its quotation marks")));
        }
        Ok(record)
    }
}

fn cut(name: &str) -> String {
    name.chars().take(40).collect()
}

/// The separator that the first line names, as some spreadsheets write it: `sep=;`.
fn separator(text: &str) -> Option<u8> {
    let first = text.lines().next()?.trim();
    let (name, said) = first.split_at_checked(4)?;
    let separator = said.bytes().next().or(Some(b'\t'))?;
    (name.eq_ignore_ascii_case("sep=") && said.len() <= 1 && DELIMITERS.contains(&separator)).then_some(separator)
}
