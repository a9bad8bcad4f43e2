//! Percentages, in parts per million.

use super::super::table::Table;
use crate::units::Decimal;

/// 1 % is 10,000 parts per million.
const PARTS_PER_PERCENT: i64 = 10_000;

/// A percentage of 0 or more, in parts per million.
pub(super) fn parts(text: &str) -> Option<i64> {
    let parts = Decimal::parse(text).ok().and_then(|percent| percent.scaled(PARTS_PER_PERCENT));
    parts.filter(|parts| *parts >= 0)
}

/// The percentage that `key` says.
pub(super) fn percent(table: &Table<'_>, key: &'static str) -> Option<i64> {
    let text: String = table.optional(key)?;
    let read = parts(&text);
    if read.is_none() {
        table.error(key, format!("{key} is {text:?}"), "write a percentage with up to 4 decimals, \"12.5\"");
    }
    read
}
