//! What several parts of `station.toml` read in the same way.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::table::Table;
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

/// Text without control characters, of a bounded number of characters.
pub(super) fn plain_text(table: &Table<'_>, key: &'static str, length: RangeInclusive<usize>) -> Option<String> {
    let text = table.required::<String>(key)?;
    if !length.contains(&text.trim().chars().count()) || text.contains(char::is_control) {
        let (least, most) = (length.start(), length.end());
        let todo = format!("write {least} to {most} characters on one line");
        table.error(key, format!("{key} is empty, too long or holds a control character"), todo);
        return None;
    }
    Some(text)
}

/// A whole number inside its range.
pub(super) fn within(table: &Table<'_>, key: &'static str, range: &RangeInclusive<u32>, unit: &str) -> Option<u32> {
    let number = table.required::<u32>(key)?;
    if !range.contains(&number) {
        let todo = format!("write a number from {} to {} ({unit})", range.start(), range.end());
        table.error(key, format!("{key} is {number}, outside its range"), todo);
        return None;
    }
    Some(number)
}

/// A name that is safe in file names, addresses and barcodes.
pub(super) fn identifier(table: &Table<'_>, key: &'static str) -> Option<String> {
    let id = table.required::<String>(key)?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !(1..=32).contains(&id.len()) || !id.bytes().all(known) || id.bytes().all(|byte| byte == b'.') {
        table.error(key, format!("{key} {id:?} is not an identifier"), "write 1 to 32 of A-Z a-z 0-9 . _ -");
        return None;
    }
    Some(id)
}

/// A path as the file means it: relative to the file's folder.
pub(super) fn path_from(base: &Path, text: &str) -> PathBuf {
    base.join(text)
}

/// A folder that must be there.
pub(super) fn folder(table: &Table<'_>, key: &'static str, path: PathBuf) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path);
    }
    table.error(key, format!("{key}: no folder {}", path.display()), "make it, or correct the path");
    None
}

/// One of `names`; a name without a value is known and not driven by this version.
pub(super) fn driven<T: Copy>(table: &Table<'_>, key: &'static str, names: &[(&str, Option<T>)]) -> Option<T> {
    let value = table.required_name(key, names)?;
    if value.is_none() {
        let used: Vec<String> =
            names.iter().filter(|(_, value)| value.is_some()).map(|(name, _)| format!("{name:?}")).collect();
        let what = format!("{key} names something that is not driven by this version");
        table.error(key, what, format!("use {}", used.join(" or ")));
    }
    value
}
