//! The three ways orders come as JSON: one object, an array of them, one per line.

use serde_json::Value;
use serde_json::value::RawValue;

use super::{
    Batch, Incoming, OrderError, OrderSource, Reasons, RefusedRow, clean, document, items, refuse_file, unique,
};
use crate::exchange::canonical;

/// One order from one object.
pub(super) fn one(text: &str, row: usize, source: OrderSource<'_>) -> Result<Incoming, Reasons> {
    let (value, twice) = unique::value(text, row)?;
    let read = of(value, row, source);
    if twice.is_empty() {
        return read;
    }
    let more = read.map_or_else(|reasons| reasons.0, |_| Vec::new());
    Err(Reasons(twice.into_iter().map(OrderError::Twice).chain(more).collect()))
}

/// One order from a value that came from JSON or was put together from CSV rows.
pub(super) fn of(mut value: Value, row: usize, source: OrderSource<'_>) -> Result<Incoming, Reasons> {
    clean::clean(&mut value);
    if !matches!(source, OrderSource::Kept) {
        items::unmark(&mut value);
    }
    let (order, label) = document::order(&value, source)?;
    clean::forget_unknown(&mut value);
    Ok(Incoming { order, body: canonical::text(&value), row, label })
}

/// Every order of a text.
pub(super) fn read(text: &str, source: OrderSource<'_>) -> Batch {
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(items) => collect(items.into_iter().map(RawValue::get).zip(1..), source),
            Err(error) => refuse_file(text, unique::syntax(&error, 1)),
        }
    } else if is_lines(text) {
        collect(text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()), source)
    } else {
        collect(std::iter::once((text, 1)), source)
    }
}

/// Several lines, of which at least one is an object by itself: a printed-out object indents its inner ones.
fn is_lines(text: &str) -> bool {
    text.lines().filter(|line| !line.trim().is_empty()).nth(1).is_some()
        && text.lines().any(|line| line.starts_with('{') && line.trim_end().ends_with('}'))
}

fn collect<'a>(rows: impl Iterator<Item = (&'a str, usize)>, source: OrderSource<'_>) -> Batch {
    let mut batch = Batch::default();
    for (text, row) in rows {
        match one(text, row, source) {
            Ok(incoming) => batch.accepted.push(incoming),
            Err(reasons) => batch.refused.push(RefusedRow::new(row, text, reasons)),
        }
    }
    batch
}
