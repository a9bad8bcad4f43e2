//! What several parts of `station.toml` read in the same way.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::table::Table;
use super::value::NamedValue;
use crate::units::{Currency, Money, QuantityError};

/// What is wrong with a text that is no amount, called `name`, and what to write: an amount, or `or` what else. Decimals that
/// the currency does not have are named wherever in the text they stand.
pub(super) fn wrong_money(name: &str, text: &str, currency: Currency, or: &str) -> (String, String) {
    let too_many = text.split_ascii_whitespace().find_map(|word| match Money::parse(word, currency) {
        Err(error @ (QuantityError::Decimals { .. } | QuantityError::Thousands { .. })) => Some(error.to_string()),
        _ => None,
    });
    let split = |error: &str| error.split_once("; ").map(|(what, todo)| (format!("{name}: {what}"), todo.to_owned()));
    too_many.as_deref().and_then(split).unwrap_or_else(|| {
        let todo = format!("write an amount of {currency} with up to {} decimals{or}", currency.exponent());
        (format!("{name} is {text:?}"), todo)
    })
}

/// A problem for the first line with a character that was lost when the file was saved: U+FFFD stands in its place.
pub(super) fn lost_character(path: &Path, text: &str) -> Option<Problem> {
    let (line, _) = (1..).zip(text.lines()).find(|(_, line)| line.contains(char::REPLACEMENT_CHARACTER))?;
    let what = "holds U+FFFD, which stands for a character that was lost";
    Some(Problem::error(path, what, "write the character again, and save the file as UTF-8").at(line))
}

/// The value itself, where its type says everything.
pub(super) fn as_written<T>(_: &Table<'_>, _: &'static str, value: T) -> Option<T> {
    Some(value)
}

/// Text without control characters, of a bounded number of characters.
pub(super) fn text(length: RangeInclusive<usize>) -> impl Fn(&Table<'_>, &'static str, String) -> Option<String> {
    move |table, key, text| {
        if !length.contains(&text.trim().chars().count()) || text.contains(char::is_control) {
            let (least, most) = (length.start(), length.end());
            let todo = format!("write {least} to {most} characters on one line");
            table.error(key, format!("{key} is empty, too long or holds a control character"), todo);
            return None;
        }
        Some(text)
    }
}

/// A whole number inside its range.
pub(super) fn within(
    range: RangeInclusive<u32>,
    unit: &'static str,
) -> impl Fn(&Table<'_>, &'static str, u32) -> Option<u32> {
    move |table, key, number| {
        if !range.contains(&number) {
            let todo = format!("write a number from {} to {} ({unit})", range.start(), range.end());
            table.error(key, format!("{key} is {number}, outside its range"), todo);
            return None;
        }
        Some(number)
    }
}

/// A name that is safe in file names, addresses and barcodes.
pub(super) fn identifier(table: &Table<'_>, key: &'static str, id: String) -> Option<String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !(1..=32).contains(&id.len()) || !id.bytes().all(known) || id.bytes().all(|byte| byte == b'.') {
        table.error(key, format!("{key} {id:?} is not an identifier"), "write 1 to 32 of A-Z a-z 0-9 . _ -");
        return None;
    }
    Some(id)
}

/// A path as the file means it: relative to the file's folder.
pub(super) fn file(table: &Table<'_>, _: &'static str, path: String) -> Option<PathBuf> {
    Some(table.folder().join(path))
}

/// The path of a folder that must be there.
pub(super) fn folder(table: &Table<'_>, key: &'static str, path: String) -> Option<PathBuf> {
    folder_at(table, key, table.folder().join(path))
}

/// A folder that must be there.
pub(super) fn folder_at(table: &Table<'_>, key: &str, path: PathBuf) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path);
    }
    table.error(key, format!("{key}: no folder {}", path.display()), "make it, or correct the path");
    None
}

/// A value that this version drives; the others of its type are known, and not driven.
pub(super) fn driven<T: NamedValue + PartialEq>(
    table: &Table<'_>,
    key: &'static str,
    value: T,
    used: &[T],
) -> Option<T> {
    if used.contains(&value) {
        return Some(value);
    }
    let names = T::NAMES.iter().filter(|(_, value)| used.contains(value));
    let names: Vec<String> = names.map(|(name, _)| format!("{name:?}")).collect();
    let what = format!("{key} names something that is not driven by this version");
    table.error(key, what, format!("use {}", names.join(" or ")));
    None
}

/// Remembers the error of something that was read; it says what is wrong, and behind `; ` what to do.
pub(super) fn refuse(table: &Table<'_>, key: &str, error: &impl ToString) {
    let error = error.to_string();
    let (what, todo) = error.split_once("; ").unwrap_or((&error, "correct it"));
    table.error(key, what, todo);
}
