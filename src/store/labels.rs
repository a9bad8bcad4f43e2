//! Labels that came with their orders, as bytes that are ready for the printer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Store, StoreError};

/// A label made elsewhere, to be kept beside its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLabel {
    /// The tracking number on it.
    pub number: String,
    /// The printer it was made ready for: dots per inch, and millimetres across and down.
    pub media: (u32, u32, u32),
    /// What the bytes are: `png`, `zpl`.
    pub kind: String,
    /// The label.
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
    order_ref: &str,
    rev: u64,
    label: &StoredLabel,
) -> rusqlite::Result<usize> {
    let (dpi, width_mm, height_mm) = label.media;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO labels (order_ref, number, rev, dpi, width_mm, height_mm, kind, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![order_ref, label.number, rev, dpi, width_mm, height_mm, label.kind, label.bytes])
}

impl Store {
    /// The label of an order with this number.
    pub fn label(&self, order_ref: &str, number: &str) -> Result<Option<StoredLabel>, StoreError> {
        let mut select = self.db.prepare_cached(
            "SELECT number, dpi, width_mm, height_mm, kind, body FROM labels WHERE order_ref = ?1 AND number = ?2",
        )?;
        let read = |row: &rusqlite::Row<'_>| {
            let media = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(StoredLabel { number: row.get(0)?, media, kind: row.get(4)?, bytes: row.get(5)? })
        };
        Ok(select.query_row(params![order_ref, number], read).optional()?)
    }

    /// Whether an order's label has to be read: the order is news, or what is kept was made ready for another printer.
    pub fn wants_label(
        &self,
        order_ref: &str,
        rev: u64,
        number: &str,
        media: (u32, u32, u32),
    ) -> Result<bool, StoreError> {
        let mut newest =
            self.db.prepare_cached("SELECT rev, erased FROM orders WHERE order_ref = ?1 ORDER BY rev DESC LIMIT 1")?;
        let known: Option<(u64, bool)> =
            newest.query_row(params![order_ref], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match known {
            Some((known, erased)) if known > rev || (known == rev && erased) => Ok(false),
            Some((known, _)) if known == rev => {
                Ok(self.label(order_ref, number)?.is_none_or(|kept| kept.media != media))
            }
            _ => Ok(true),
        }
    }
}
