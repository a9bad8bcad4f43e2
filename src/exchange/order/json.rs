//! The three ways orders come as JSON: one object, an array of them, one per line.

use serde_json::Value;
use serde_json::value::RawValue;

use super::{Batch, Incoming, OrderError, Refused, document, refuse_file};
use crate::exchange::canonical;

/// One order from one object.
pub(super) fn one(text: &str, row: usize) -> Result<Incoming, OrderError> {
    let value: Value = serde_json::from_str(text).map_err(syntax)?;
    of(&value, row)
}

/// One order from a value that came from JSON or was put together from CSV rows.
pub(super) fn of(value: &Value, row: usize) -> Result<Incoming, OrderError> {
    let (order, label) = document::order(value)?;
    Ok(Incoming { order, body: canonical::text(value), row, label })
}

/// Every order of a text.
pub(super) fn read(text: &str) -> Batch {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        Batch::default()
    } else if trimmed.starts_with('[') {
        match serde_json::from_str::<Vec<&RawValue>>(trimmed) {
            Ok(items) => collect(items.into_iter().map(RawValue::get).zip(1..)),
            Err(error) => refuse_file(trimmed, syntax(error)),
        }
    } else if is_lines(text) {
        collect(text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()))
    } else {
        collect(std::iter::once((trimmed, 1)))
    }
}

/// Several lines, of which at least one is an object by itself: a printed-out object indents its inner ones.
fn is_lines(text: &str) -> bool {
    text.lines().filter(|line| !line.trim().is_empty()).nth(1).is_some()
        && text.lines().any(|line| line.starts_with('{') && line.trim_end().ends_with('}'))
}

fn collect<'a>(rows: impl Iterator<Item = (&'a str, usize)>) -> Batch {
    let mut batch = Batch::default();
    for (text, row) in rows {
        match one(text, row) {
            Ok(incoming) => batch.accepted.push(incoming),
            Err(error) => batch.refused.push(Refused::new(row, text, error)),
        }
    }
    batch
}

/// What the parser says, without the text it stumbled over.
fn syntax(error: serde_json::Error) -> OrderError {
    let what = if error.is_eof() { "it ends too early" } else { "a sign is wrong" };
    OrderError::Syntax(format!("{what} at line {}, column {}", error.line(), error.column()))
}
