//! What is known of an item, and what a file says anew.

use serde_json::{Map, Value};

use crate::exchange::canonical;

/// Largest item as it is kept, in bytes of JSON.
const MAX_BYTES: usize = 64 << 10;

/// An item as it is from now on, as canonical JSON: what the patch says over what was known.
///
/// # Errors
/// Why it cannot be kept.
pub fn merged(before: Option<&str>, patch: &str) -> Result<String, String> {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).map_err(|error| error.to_string());
    let mut item = before.map(read).transpose()?.unwrap_or_default();
    let patch = read(patch)?;
    let class = |map: &Map<String, Value>| map.get("dg").and_then(|dg| dg.get("class")).cloned();
    // What was said of a class does not hold for another one.
    if class(&patch).is_some_and(|now| Some(now) != class(&item)) {
        item.remove("dg");
    }
    over(&mut item, patch);
    if !item.contains_key("blocked") && item.remove("blocked_why").is_some() {
        return Err("blocked_why says why it is blocked, and blocked does not say that it is; fill in both".to_owned());
    }
    if let Some(goods) = item.get("dg").and_then(Value::as_object) {
        let more: Vec<String> = goods.keys().filter(|name| *name != "class").map(|name| format!("dg.{name}")).collect();
        match (goods.get("class").and_then(Value::as_str), more.join(", ")) {
            (None, more) => {
                return Err(format!("{more} is of some dangerous goods, and dg.class does not say which; fill it in"));
            }
            (Some("none"), more) if !more.is_empty() => {
                return Err(format!(
                    "dg.class says none, and {more} that there is something; correct the one that is wrong"
                ));
            }
            _ => {}
        }
    }
    let text = canonical::text(&Value::Object(item));
    if text.len() > MAX_BYTES {
        return Err(format!("it would be longer than {MAX_BYTES} bytes; shorten its texts and barcodes"));
    }
    Ok(text)
}

fn over(item: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, said) in patch {
        match said {
            Value::Null => {
                item.remove(&name);
                if name == "blocked" {
                    item.remove("blocked_why");
                }
            }
            Value::Object(inner) => {
                let mut known = match item.remove(&name) {
                    Some(Value::Object(known)) => known,
                    _ => Map::new(),
                };
                over(&mut known, inner);
                if !known.is_empty() {
                    item.insert(name, Value::Object(known));
                }
            }
            said => {
                item.insert(name, said);
            }
        }
    }
}

/// What differs between two items, each with what it was and is: `unit_g 350 -> 360`.
pub fn differences(before: &str, now: &str) -> Vec<String> {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (before, now) = (read(before), read(now));
    let paths = canonical::differing(&before, &now);
    let at = |value: &Value, path: &str| {
        let found = path.split('.').try_fold(value, |value, step| value.get(step));
        match found {
            None | Some(Value::Null) => "nothing".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => canonical::text(other),
        }
    };
    paths.iter().map(|path| format!("{path} {} -> {}", at(&before, path), at(&now, path))).collect()
}
