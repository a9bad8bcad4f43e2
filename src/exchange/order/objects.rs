//! Orders as other systems write them in JSON: one object an order, with its lines inside.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde_json::Value;

use super::format::{BoundFormat, FileShape, ForeignFormat, left_units_note};
use super::{Batch, MAX_ORDERS, OrderError, OrderSource, Reasons, RefusedRow, json, unique};

/// Every order of a text, if one of them is of one of these formats.
pub(super) fn read(text: &str, formats: &[&ForeignFormat], source: OrderSource<'_>) -> Option<Batch> {
    let parsed = Parsed::of(text);
    let reader = formats.iter().find_map(|format| {
        let reader = ObjectReader::new(format)?;
        parsed.orders(format).any(|(order, _, _)| reader.is_of(order)).then_some(reader)
    })?;
    let mut batch = Batch { refused: parsed.unread.clone(), ..Batch::default() };
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    let mut left_units = 0;
    for (order, row, twice) in parsed.orders(reader.bound.format).take(MAX_ORDERS + 1) {
        let rows = reader.rows(order, row);
        if let Some(why) = rows.iter().find_map(|(_, cells)| reader.bound.left_out(cells)) {
            *left_out.entry(why).or_default() += 1;
            continue;
        }
        let mut errors: Vec<OrderError> = twice.iter().cloned().map(OrderError::Twice).collect();
        let (value, left) = reader.bound.order(&rows, &mut errors);
        left_units += left;
        match json::of(value, row, source) {
            Ok(incoming) if errors.is_empty() => batch.accepted.push(incoming),
            read => {
                errors.extend(read.err().into_iter().flat_map(|reasons| reasons.0));
                batch.refused.push(RefusedRow::new(row, &order.to_string(), Reasons(errors)));
            }
        }
    }
    batch.refused.sort_by_key(|refused| refused.row);
    let orders = |count: usize| if count == 1 { "1 order is".to_owned() } else { format!("{count} orders are") };
    batch.notes = reader.bound.format.notes();
    batch.notes.extend(left_out.into_iter().map(|(why, count)| format!("{} left out: {why}", orders(count))));
    batch.notes.extend(left_units_note(left_units));
    Some(batch)
}

/// A text as values: one with all its orders, or one a line.
struct Parsed {
    /// Each with the line it stands on, and the names that stand twice in it.
    values: Vec<(Value, usize, Vec<String>)>,
    /// Lines that are no JSON.
    unread: Vec<RefusedRow>,
    by_line: bool,
}

impl Parsed {
    fn of(text: &str) -> Self {
        if let Ok((value, twice)) = unique::value(text, 1) {
            return Self { values: vec![(value, 1, twice)], unread: Vec::new(), by_line: false };
        }
        let mut parsed = Self { values: Vec::new(), unread: Vec::new(), by_line: true };
        for (line, row) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()).take(MAX_ORDERS + 1) {
            match unique::value(line, row) {
                Ok((value, twice)) => parsed.values.push((value, row, twice)),
                Err(error) => parsed.unread.push(RefusedRow::new(row, line, Reasons::from(error))),
            }
        }
        parsed
    }

    /// The orders, where a format has them: each with its line, or with its place from 1 where all are one value.
    fn orders<'v>(&'v self, format: &'v ForeignFormat) -> impl Iterator<Item = (&'v Value, usize, &'v [String])> {
        self.values.iter().flat_map(move |(value, line, twice)| {
            // A line that is no order by the format is one all the same, and is refused for what it lacks.
            let orders = orders_in(format, value).or_else(|| self.by_line.then(|| vec![value]));
            let rows = (1..).map(move |place| if self.by_line { *line } else { place });
            orders.into_iter().flatten().zip(rows).map(move |(order, row)| (order, row, twice.as_slice()))
        })
    }
}

/// The list of orders in a value; `None` where none of the format's places has one.
fn orders_in<'v>(format: &ForeignFormat, value: &'v Value) -> Option<Vec<&'v Value>> {
    let FileShape::Json { orders, .. } = &format.shape else { return None };
    orders.iter().find_map(|path| match at(value, path)? {
        Value::Array(items) => Some(items.iter().collect()),
        object @ Value::Object(_) if path.is_empty() => Some(vec![object]),
        _ => None,
    })
}

/// A format of JSON, with the paths that stand for its columns.
struct ObjectReader<'f> {
    bound: BoundFormat<'f>,
    paths: Vec<String>,
    lines: &'f str,
}

impl<'f> ObjectReader<'f> {
    fn new(format: &'f ForeignFormat) -> Option<Self> {
        let FileShape::Json { lines, .. } = &format.shape else { return None };
        let tests = format.columns.iter().filter_map(|column| column.only_where.as_ref());
        let tests = tests.chain(format.left_out.iter().map(|left| &left.rows));
        let mut paths: Vec<String> = Vec::new();
        let all = format.columns.iter().flat_map(|column| &column.names).chain(tests.flat_map(|test| &test.names));
        for path in all {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        Some(Self { bound: BoundFormat::new(format, paths.clone()).ok()?, paths, lines })
    }

    /// Whether an order has what the format needs.
    fn is_of(&self, order: &Value) -> bool {
        let rows = self.rows(order, 0);
        let says = |path: &String| {
            let place = self.paths.iter().position(|name| name == path);
            place.is_some_and(|place| rows.iter().any(|(_, row)| row.get(place).is_some_and(|cell| !cell.is_empty())))
        };
        let required = self.bound.format.columns.iter().filter(|column| column.required);
        required.into_iter().all(|column| column.names.iter().any(says))
    }

    /// An order as rows, all with the number that it is named by: one for each of its lines, or one where it has none.
    fn rows(&self, order: &Value, number: usize) -> Vec<(usize, StringRecord)> {
        let row = |line: Option<&Value>| -> (usize, StringRecord) {
            let cell = |name: &String| {
                let inside = name.strip_prefix(self.lines).and_then(|rest| rest.strip_prefix('.'));
                let found = match inside {
                    Some(path) => line.and_then(|line| at(line, path)),
                    None => at(order, name),
                };
                found.map(cell_of).unwrap_or_default()
            };
            (number, self.paths.iter().map(cell).collect::<Vec<_>>().into())
        };
        match at(order, self.lines) {
            Some(Value::Array(items)) if !items.is_empty() => items.iter().map(|item| row(Some(item))).collect(),
            _ => vec![row(None)],
        }
    }
}

/// What stands at `a.b[0].c`; the value itself at the empty path.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(value, |value, step| {
        let (name, place) = match step.split_once('[') {
            Some((name, place)) => (name, Some(place.strip_suffix(']')?.parse::<usize>().ok()?)),
            None => (step, None),
        };
        let inner = value.get(name)?;
        place.map_or(Some(inner), |place| inner.get(place))
    })
}

/// A value as a cell. A number that was rounded when it was read is written as spreadsheets write such, and refused where it
/// is an identifier.
fn cell_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string().replace('e', "E+"),
        Value::Array(items) if items.iter().all(|item| item.is_string() || item.is_number()) => {
            items.iter().map(cell_of).collect::<Vec<_>>().join("|")
        }
        other => other.to_string(),
    }
}
