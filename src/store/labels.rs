//! Labels that came with their orders, as bytes that are ready for the printer; sealed with the key of their order.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::keyring::{CipherKey, SealedPlace};
use super::{Store, StoreError};
use crate::station::order::OrderId;

/// A label made elsewhere, to be kept beside its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLabel {
    /// The tracking number on it.
    pub number: String,
    /// The printer it was made ready for: dots per inch, and millimetres across and down.
    pub media: (u32, u32, u32),
    /// The format of the bytes: `png` or `zpl`.
    pub kind: String,
    /// The label in that format; base64 in JSON.
    #[serde(serialize_with = "to_text", deserialize_with = "from_text")]
    pub bytes: Vec<u8>,
}

fn to_text<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&STANDARD.encode(bytes))
}

fn from_text<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(from)?).map_err(serde::de::Error::custom)
}

/// Keeps a label in place of an older one with its number.
pub(super) fn put(
    transaction: &Transaction<'_>,
    order: i64,
    label: &StoredLabel,
    key: &CipherKey,
) -> Result<(), StoreError> {
    let (dpi, width_mm, height_mm) = label.media;
    let body = key.seal(SealedPlace::Label(&label.number), &label.bytes)?;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO labels (order_id, number, dpi, width_mm, height_mm, kind, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![order, label.number, dpi, width_mm, height_mm, label.kind, body])?;
    Ok(())
}

impl Store {
    /// The label of an order with this number; `None` also where its key is gone.
    pub fn label(&self, order: &OrderId, number: &str) -> Result<Option<StoredLabel>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT l.number, l.dpi, l.width_mm, l.height_mm, l.kind, l.body, o.sealed_with
             FROM orders o JOIN labels l ON l.order_id = o.id
             WHERE o.order_ref = ?3 AND o.shop = ?2 AND o.channel = ?1 AND l.number = ?4",
        )?;
        let read = |row: &rusqlite::Row<'_>| {
            let media = (row.get(1)?, row.get(2)?, row.get(3)?);
            let label = StoredLabel { number: row.get(0)?, media, kind: row.get(4)?, bytes: row.get(5)? };
            Ok((label, row.get(6)?))
        };
        let found = select.query_row(params![order.channel, order.shop, order.number, number], read).optional()?;
        let Some((mut label, sealed_with)) = found else { return Ok(None) };
        let Some(bytes) = self.opened(&label.bytes, sealed_with, SealedPlace::Label(number))? else { return Ok(None) };
        label.bytes = bytes;
        Ok(Some(label))
    }

    /// Every label of an order, by number.
    pub fn labels(&self, order: &OrderId) -> Result<Vec<StoredLabel>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT l.number FROM orders o JOIN labels l ON l.order_id = o.id
             WHERE o.order_ref = ?3 AND o.shop = ?2 AND o.channel = ?1 ORDER BY l.number",
        )?;
        let numbers: Vec<String> = select
            .query_map(params![order.channel, order.shop, order.number], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut labels = Vec::new();
        for number in numbers {
            labels.extend(self.label(order, &number)?);
        }
        Ok(labels)
    }
}
