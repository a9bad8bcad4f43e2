//! What an order says, apart from how it is counted: two documents with the same content say the same.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::clean::{clean, forget_unknown};
use super::{Incoming, items};
use crate::exchange::canonical;
use crate::station::order::OrderId;

/// SHA-256 of a document without its revision and the name of its schema, spelt as new documents are: one that was kept
/// before they were cleaned says what it said. What the station took from its item master is left out: an order says the
/// same however the master has changed since.
pub fn content_hash(body: &str) -> [u8; 32] {
    Sha256::digest(without(body, &["rev", "schema"], items::unfill)).into()
}

/// A document that names no shop.
pub fn without_shop(body: &str) -> String {
    without(body, &["shop"], items::unfill)
}

/// The fields in which a document says something else than the one before, from the order down; a list is one field.
pub fn changes(before: &str, now: &str) -> Vec<String> {
    let read = |body: &str| {
        serde_json::from_str::<Value>(&without(body, &["rev", "schema"], items::unmark)).unwrap_or_default()
    };
    let whole = |path: String| if path.is_empty() { "the order".to_owned() } else { path };
    canonical::differing(&read(before), &read(now)).into_iter().map(whole).collect()
}

/// A document that says of its order that it waits.
pub fn on_hold(body: &str) -> String {
    let Ok(Value::Object(mut map)) = serde_json::from_str(body) else { return body.to_owned() };
    map.insert("state".to_owned(), "hold".into());
    canonical::text(&Value::Object(map))
}

/// What an order that cannot be read seems to be called: short, printable, and perhaps empty.
pub fn named(body: &str) -> OrderId {
    const MOST: usize = 64;
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |name: &str| match &value[name] {
        Value::String(text) => text.chars().filter(|c| !c.is_control()).take(MOST).collect(),
        Value::Number(number) => number.to_string().chars().take(MOST).collect(),
        _ => String::new(),
    };
    OrderId { channel: text("channel"), shop: text("shop"), number: text("order_ref") }
}

impl Incoming {
    /// The same order of a shop, where it names none itself.
    pub fn of_shop(mut self, shop: &str) -> Self {
        if self.order.shop.trim().is_empty()
            && !shop.is_empty()
            && let Ok(Value::Object(mut map)) = serde_json::from_str(&self.body)
        {
            map.insert("shop".to_owned(), shop.into());
            self.body = canonical::text(&Value::Object(map));
            shop.clone_into(&mut self.order.shop);
        }
        self
    }
}

/// A document without these fields; `rid` does with its lines what is wanted.
fn without(body: &str, fields: &[&str], rid: fn(&mut Value)) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    clean(&mut value);
    rid(&mut value);
    forget_unknown(&mut value);
    if let Value::Object(map) = &mut value {
        map.retain(|name, _| !fields.contains(&name.as_str()));
    }
    canonical::text(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_revision_is_how_an_order_is_counted_and_not_what_it_says() {
        let first = content_hash(r#"{"order_ref":"A","rev":1,"schema":"parceld.order/1","state":"ready"}"#);
        assert_eq!(first, content_hash(r#"{"state":"ready","order_ref":"A"}"#));
        assert_ne!(first, content_hash(r#"{"state":"hold","order_ref":"A"}"#));
    }

    #[test]
    fn what_changes_is_named_by_its_field() {
        let before = r#"{"order_ref":"A","rev":1,"ship_to":{"line1":"1 A","city":"B"},"lines":[{"sku":"S","qty":1}]}"#;
        let now = r#"{"order_ref":"A","rev":2,"ship_to":{"line1":"2 A","city":"B"},"lines":[{"sku":"S","qty":2}],"box":"B1"}"#;
        assert_eq!(changes(before, now), ["box", "lines", "ship_to.line1"]);
        assert_eq!(changes(before, before), Vec::<String>::new());
    }

    #[test]
    fn a_document_that_is_none_is_its_own_content() {
        assert_eq!(without_shop("stub"), "stub");
        assert_eq!(without_shop(r#"{"shop":"A","order_ref":"1"}"#), r#"{"order_ref":"1"}"#);
    }
}
