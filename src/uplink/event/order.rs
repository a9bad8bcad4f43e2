//! Orders that a person must look at.

use serde::{Serialize, Serializer};

use super::cloud::{EventError, EventKind, EventSource, Schema, cloud_event};

/// `data` of `parceld.order.refused`, `parceld.order_refused/1`. What is not known is empty and left out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct OrderRefused<'a> {
    /// Its number, as far as it could be read.
    #[serde(skip_serializing_if = "str::is_empty", serialize_with = "printable")]
    pub order_ref: &'a str,
    /// Where it came from.
    #[serde(skip_serializing_if = "str::is_empty", serialize_with = "printable")]
    pub channel: &'a str,
    /// The shop it came from.
    #[serde(skip_serializing_if = "str::is_empty", serialize_with = "printable")]
    pub shop: &'a str,
    /// What is wrong with it. Names fields, and never a value of a name, an address or a phone.
    #[serde(serialize_with = "printable")]
    pub reason: &'a str,
}

/// An order was not kept, on one line.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn order_refused_event(
    source: &EventSource,
    seq: u64,
    time_ms: i64,
    refused: &OrderRefused<'_>,
) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.order_refused/1", data: refused };
    cloud_event(source, EventKind::OrderRefused, seq, time_ms, &data)
}

/// At most this many characters of a text that came from elsewhere.
const PRINTABLE: usize = 200;

/// The first printable characters of a text that came from elsewhere.
fn printable<S: Serializer>(text: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = text.chars().filter(|c| !c.is_control()).take(PRINTABLE);
    serializer.serialize_str(&shown.collect::<String>())
}
