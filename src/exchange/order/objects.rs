//! Orders as other systems write them in JSON: one object an order, with its lines inside.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde_json::Value;

use super::format::{BoundFormat, FileShape, ForeignFormat};
use super::{Batch, Incoming, MAX_ORDERS, OrderError, OrderSource, Reasons, RefusedRow, json, unique};

/// Every order of a text, if it is of one of these formats.
pub(super) fn read(text: &str, formats: &[&ForeignFormat], source: OrderSource<'_>) -> Option<Batch> {
    // Objects one a line, each an order; or one value with all of them.
    let lines = || text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let whole = unique::value(text, 1).ok();
    let line;
    let first = match &whole {
        Some((value, _)) => value,
        None => {
            line = unique::value(lines().next()?.0, 1).ok()?.0;
            &line
        }
    };
    let format = *formats.iter().find(|format| {
        orders_in(format, first).is_some_and(|orders| orders.first().is_some_and(|order| is_of(format, order)))
    })?;
    let bound = BoundFormat::new(format, names(format)).ok()?;
    let mut batch = Batch::default();
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    let mut take = |order: &Value, row: usize, twice: &[String]| {
        if let Some(why) = rows(format, order).iter().find_map(|row| bound.left_out(row)) {
            *left_out.entry(why).or_default() += 1;
            return;
        }
        let original = || order.to_string();
        match one(&bound, order, row, twice, source) {
            Ok(incoming) => batch.accepted.push(incoming),
            Err(reasons) => batch.refused.push(RefusedRow::new(row, &original(), reasons)),
        }
    };
    match &whole {
        Some((value, twice)) => {
            for (order, row) in orders_in(format, value)?.into_iter().take(MAX_ORDERS + 1).zip(1..) {
                take(order, row, twice);
            }
        }
        None => {
            let mut unread = Vec::new();
            for (line, row) in lines().take(MAX_ORDERS + 1) {
                match unique::value(line, row) {
                    Ok((value, twice)) => {
                        for order in orders_in(format, &value).unwrap_or_else(|| vec![&value]) {
                            take(order, row, &twice);
                        }
                    }
                    Err(error) => unread.push(RefusedRow::new(row, line, Reasons::from(error))),
                }
            }
            batch.refused.extend(unread);
            batch.refused.sort_by_key(|refused| refused.row);
        }
    }
    let orders = |count: usize| if count == 1 { "1 order is".to_owned() } else { format!("{count} orders are") };
    batch.notes = format.notes();
    batch.notes.extend(left_out.into_iter().map(|(why, count)| format!("{} left out: {why}", orders(count))));
    Some(batch)
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

/// Whether an order has what the format needs.
fn is_of(format: &ForeignFormat, order: &Value) -> bool {
    let rows = rows(format, order);
    let names = names(format);
    let says = |path: &String| {
        let place = names.iter().position(|name| name == path);
        place.is_some_and(|place| rows.iter().any(|row| row.get(place).is_some_and(|cell| !cell.is_empty())))
    };
    format.columns.iter().filter(|column| column.required).all(|column| column.names.iter().any(says))
}

fn one(
    bound: &BoundFormat<'_>,
    order: &Value,
    row: usize,
    twice: &[String],
    source: OrderSource<'_>,
) -> Result<Incoming, Reasons> {
    let mut errors: Vec<OrderError> = twice.iter().cloned().map(OrderError::Twice).collect();
    let rows: Vec<(usize, StringRecord)> = rows(bound.format, order).into_iter().map(|cells| (row, cells)).collect();
    let value = bound.order(&rows, &mut errors);
    match json::of(value, row, source) {
        Ok(incoming) if errors.is_empty() => Ok(incoming),
        Ok(_) => Err(Reasons(errors)),
        Err(more) => {
            errors.extend(more.0);
            Err(Reasons(errors))
        }
    }
}

/// The paths that stand for columns.
fn names(format: &ForeignFormat) -> Vec<String> {
    let tests = format.columns.iter().filter_map(|column| column.only_where.as_ref());
    let tests = tests.chain(format.left_out.iter().map(|left| &left.rows));
    let mut names: Vec<String> = Vec::new();
    let all = format.columns.iter().flat_map(|column| &column.names).chain(tests.flat_map(|test| &test.names));
    for name in all {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// An order as rows: one for each of its lines, or one where it has none.
fn rows(format: &ForeignFormat, order: &Value) -> Vec<StringRecord> {
    let FileShape::Json { lines, .. } = &format.shape else { return Vec::new() };
    let names = names(format);
    let row = |line: Option<&Value>| -> StringRecord {
        let cell = |name: &String| {
            let inside = name.strip_prefix(lines.as_str()).and_then(|rest| rest.strip_prefix('.'));
            let found = match inside {
                Some(path) => line.and_then(|line| at(line, path)),
                None => at(order, name),
            };
            found.map(cell_of).unwrap_or_default()
        };
        names.iter().map(cell).collect::<Vec<_>>().into()
    };
    match at(order, lines) {
        Some(Value::Array(items)) if !items.is_empty() => items.iter().map(|item| row(Some(item))).collect(),
        _ => vec![row(None)],
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
