//! An order's document as it is kept and compared: without what is personal and not used, and with one spelling for what
//! can be written in several ways.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::owners::{self, FieldShape, Owner};
use crate::place;

/// Cleans the document in place.
pub(super) fn clean(order: &mut Value) {
    if let Value::Object(order) = order {
        fields(order, "");
    }
}

/// The same of an item of the item master.
pub(super) fn clean_item(item: &mut Map<String, Value>) {
    fields(item, owners::ITEM);
}

fn fields(map: &mut Map<String, Value>, scope: &str) {
    map.retain(|name, _| !matches!(owners::find(scope, name).map(|field| field.owner), Some(Owner::Dropped(_))));
    for (name, value) in map.iter_mut() {
        let Some(field) = owners::find(scope, name) else { continue };
        match (field.shape, value) {
            (FieldShape::Object, Value::Object(inner)) => fields(inner, field.path),
            (FieldShape::Objects, Value::Array(items)) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| fields(item, field.path));
            }
            (FieldShape::Line, Value::String(text)) => *text = one_line(text),
            (FieldShape::Whole | FieldShape::Mass, value) => {
                if let Some(whole) = whole(value) {
                    *value = whole;
                }
            }
            _ => {}
        }
    }
    if scope == "ship_to" {
        postcode(map);
    }
}

/// A postcode has one spelling, whatever system wrote it.
fn postcode(address: &mut Map<String, Value>) {
    let country = address.get("country").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(Value::String(postcode)) = address.get_mut("postcode")
        && let Cow::Owned(tidied) = place::tidied(&country, postcode)
    {
        *postcode = tidied;
    }
}

/// Takes every field out that the table does not have: nothing here goes by it, and it may be a buyer's message.
pub(super) fn forget_unknown(order: &mut Value) {
    if let Value::Object(order) = order {
        forget(order, "");
    }
}

fn forget(map: &mut Map<String, Value>, scope: &str) {
    map.retain(|name, _| owners::find(scope, name).is_some());
    for (name, value) in map.iter_mut() {
        let Some(field) = owners::find(scope, name) else { continue };
        match value {
            Value::Object(inner) => forget(inner, field.path),
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| forget(item, field.path));
            }
            _ => {}
        }
    }
}

/// `1.0` is 1.
fn whole(value: &Value) -> Option<Value> {
    let text = value.as_number().filter(|number| number.is_f64())?.to_string();
    text.strip_suffix(".0")?.parse::<u64>().ok().map(Value::from)
}

/// Text on one line: what breaks a line, tabs and blanks of other widths are one blank together, and signs that nobody sees
/// are left out. Other control characters stay, and are an error.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars().filter(|character| !is_invisible(*character)) {
        // The blank of Chinese and Japanese is a letter wide, and a sign of its own.
        let blank = character.is_whitespace() && character != '\u{3000}';
        if !blank {
            line.push(character);
        } else if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line.truncate(line.trim_end_matches(' ').len());
    line
}

/// Signs that only steer how text is set: direction, variants of signs, where a word may break; and the byte-order mark.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_is_kept_in_the_spelling_of_its_country() {
        for (country, written, kept) in [
            ("US", "07030-", "07030"),
            ("US", "07030 1234", "07030-1234"),
            ("US", "'07030", "07030"),
            ("US", "07030.0", "07030.0"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("VN", "70000", "70000"),
        ] {
            let mut order = serde_json::json!({ "ship_to": { "country": country, "postcode": written } });
            clean(&mut order);
            assert_eq!(order["ship_to"]["postcode"], kept);
        }
        let mut other = serde_json::json!({ "postcode": "07030-", "ship_to": { "postcode": 7030 } });
        let before = other.clone();
        clean(&mut other);
        assert_eq!(other, before);
    }

    #[test]
    fn breaks_and_tabs_are_one_blank_and_invisible_signs_are_none() {
        for (text, line) in [
            ("12 Sample Ave\r\nApt 4", "12 Sample Ave Apt 4"),
            ("12 Sample Ave\tApt 4", "12 Sample Ave Apt 4"),
            ("a\u{b}b\u{c}c\u{2028}d\u{2029}e\u{85}f\rg", "a b c d e f g"),
            ("12\u{a0}Sample", "12 Sample"),
            ("a \n b\n", "a b"),
            ("\u{202a}+1 555-0100\u{202c}", "+1 555-0100"),
            ("\u{feff}12\u{200b}Sample \u{260e}\u{fe0f}", "12Sample \u{260e}"),
            ("soft\u{ad}ly\u{2066}\u{2069}\u{200e}\u{200f}", "softly"),
            ("１２　Ｓａｍｐｌｅ", "１２　Ｓａｍｐｌｅ"),
            ("bell\u{7}", "bell\u{7}"),
        ] {
            assert_eq!(one_line(text), line, "{text:?}");
            assert_eq!(one_line(line), line);
        }
    }
}
