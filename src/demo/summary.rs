//! What a headless demo did.

use std::path::Path;

use serde::Serialize;

use super::{DemoError, files};
use crate::store::{Store, StoreError};

/// What a headless demo did: `summary.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Orders that were to be packed.
    pub orders: usize,
    /// Of them, those whose parcels the receiver has.
    pub confirmed: usize,
    /// The others, each with its reason.
    pub refused: Vec<RefusedOrder>,
    /// Parcels with a tracking number.
    pub parcels: usize,
    /// Labels sent to the printer.
    pub labels: usize,
    /// Parcels whose printed label was scanned back.
    pub verified: usize,
    /// Parcels on a closed manifest.
    pub manifested: usize,
    /// From the first scan to the last receipt.
    pub elapsed_ms: u64,
    /// Manifests that were closed.
    #[serde(skip)]
    pub manifests: Vec<String>,
}

/// An order that was not packed.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedOrder {
    /// Which.
    pub order_ref: String,
    /// What the screen said.
    pub reason: String,
}

impl Summary {
    /// Writes the manifests and `summary.json`; labels and events are written as they come.
    pub(super) fn write(&self, out: &Path, data: &Path) -> Result<(), DemoError> {
        let folder = out.join("manifests");
        std::fs::create_dir_all(&folder).map_err(|source| DemoError::File { path: folder.clone(), source })?;
        let failed = |error: StoreError| DemoError::Stuck(error.to_string());
        let store = Store::read(data).map_err(failed)?;
        for manifest in &self.manifests {
            if let Some(body) = store.manifest(manifest).map_err(failed)? {
                files::write(&folder.join(format!("{manifest}.json")), body.as_bytes())?;
            }
        }
        let summary = serde_json::to_string_pretty(self).unwrap_or_default();
        files::write(&out.join("summary.json"), format!("{summary}\n").as_bytes())
    }
}
