//! One spelling for each JSON value, so that the same content is the same bytes and has the same hash.
//!
//! The rules are those of RFC 8785 as far as our documents need them: object keys sorted, no white space, the shortest
//! escapes, integers in plain digits. Documents that are hashed here hold no fractions (amounts are strings).

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// `value` in its one spelling.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// SHA-256 of `text`, in 64 lower-case hexadecimal digits.
pub fn sha256_hex(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// The paths at which two values differ, from the top down: `ship_to.city`. A list is one value; the top itself is the empty path.
pub fn differing(before: &Value, now: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    compare("", before, now, &mut paths);
    paths
}

fn compare(path: &str, before: &Value, now: &Value, paths: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let of = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or_default();
                compare(&path, &of(before), &of(now), paths);
            }
        }
        (before, now) if before == now => {}
        _ => paths.push(path.to_owned()),
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(&Value::String(key.clone()), out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_order_and_white_space_do_not_change_the_spelling() {
        let one: Value = serde_json::from_str(r#"{"b":[1,{"d":null,"c":"é\n"}],"a":true}"#).unwrap();
        let two: Value =
            serde_json::from_str("{ \"a\": true,\n \"b\": [1, {\"c\": \"\\u00e9\\n\", \"d\": null}] }").unwrap();
        assert_eq!(text(&one), r#"{"a":true,"b":[1,{"c":"é\n","d":null}]}"#);
        assert_eq!(text(&one), text(&two));
    }

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
