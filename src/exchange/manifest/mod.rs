//! Manifests out: `parceld.manifest/1`, the list of parcels handed to one carrier in one wave.
//!
//! Closed manifests of a station form a chain: each holds the hash of the one before it, so that none can be changed,
//! left out or slipped in unseen. **The hash** is SHA-256 over the document's canonical JSON ([`canonical`]: keys sorted
//! by their bytes, no white space, text in UTF-8) in which the field `hash` is the empty string, written in lower-case
//! hexadecimal. Anybody can check it with nothing but a JSON library:
//! `json.dumps(doc | {"hash": ""}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)` is the hashed text.
//!
//! It holds no personal data: order reference, tracking number, country and the first three characters of the
//! postcode. It holds only what the station knows; a field that is not known is left out, never filled with nothing.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::canonical;
use crate::ids::{CarrierId, ServiceOrCarrier, TrackingNumber};
use crate::rating::{Basis, Billable, Dg, Signature};
use crate::units::{Date, Dims, LengthUnit, Mass, Money, Timestamp};

/// The schema's name, as it stands in the field `schema`.
pub const SCHEMA: &str = "parceld.manifest/1";

/// Characters of a postcode that may leave the station.
const POSTCODE_PREFIX: usize = 3;

/// What a manifest is made from when it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestInput {
    /// `US-LAX-1.LAX1-ST03.20260115.ONTRAC.2`: unique over every station, carrier, day and wave.
    pub manifest_id: String,
    /// `ontrac`.
    pub carrier: CarrierId,
    /// The warehouse it leaves from: `US-LAX-1`.
    pub ship_from: String,
    /// The station that closed it.
    pub station: String,
    /// The day it is handed over, in the warehouse's zone.
    pub ship_date: Date,
    /// Counts the manifests of this carrier and day from 1.
    pub wave: u32,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// The operator's badge, if somebody was logged in.
    pub closed_by: Option<String>,
    /// In the order they were verified.
    pub parcels: Vec<ManifestParcel>,
    /// Bags and cages that hold some of them, and pallets.
    pub containers: Vec<ManifestContainer>,
    /// `hash` of the manifest this station closed before; empty for its first.
    pub prev_hash: String,
}

/// A bag, a pallet or a cage on a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestContainer {
    /// Its identifier: an SSCC, or the station's own name for it; of a cage what its barcode says.
    pub id: String,
    /// `bag`, `pallet` or `cage`.
    pub kind: &'static str,
    /// What the parcels in it weigh.
    pub gross: Mass,
    /// How many they are.
    pub parcels: usize,
    /// The pallet that a bag is on.
    pub pallet: Option<String>,
}

/// One parcel of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestParcel {
    /// The station's own identifier.
    pub parcel_id: String,
    /// The channel's order.
    pub order_ref: String,
    /// Where that was sold; empty where nobody said it.
    pub channel: String,
    /// Which shop of the channel.
    pub shop: String,
    /// The carrier's number.
    pub tracking: TrackingNumber,
    /// `ontrac.ground`.
    pub service: ServiceOrCarrier,
    /// Gross mass.
    pub mass: Mass,
    /// Outside, where known.
    pub dims: Option<Dims>,
    /// The weight that was paid for.
    pub billable: Option<Billable>,
    /// Zone of the rate table.
    pub zone: Option<String>,
    /// Routing code of the label.
    pub sort_code: Option<String>,
    /// The bag it is in, or else the cage.
    pub container: Option<String>,
    /// When its printed label was read back.
    pub packed_at: Timestamp,
    /// When its label was sent to the printer.
    pub labelled_at: Option<Timestamp>,
    /// Hash of the rate card.
    pub rate_id: Option<String>,
    /// What the station expects to pay.
    pub est_cost: Option<Money>,
    /// Dangerous goods inside.
    pub dg: BTreeSet<Dg>,
    /// What the recipient must do.
    pub signature: Signature,
    /// Insured amount.
    pub insured: Option<Money>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The whole postcode; only its first three characters are written.
    pub postcode: String,
}

/// The document, with its hash.
pub fn document(input: &ManifestInput) -> Value {
    let total = input.parcels.iter().map(|parcel| parcel.mass.grams_rounded()).sum::<i64>();
    let mut document = json!({
        "schema": SCHEMA,
        "manifest_id": input.manifest_id,
        "carrier": input.carrier,
        "ship_from": input.ship_from,
        "station": input.station,
        "ship_date": input.ship_date,
        "wave": input.wave,
        "closed_at": rfc3339(input.closed_at),
        "parcel_count": input.parcels.len(),
        "total_g": total,
        "parcels": input.parcels.iter().map(parcel).collect::<Vec<_>>(),
        "prev_hash": input.prev_hash,
        "hash": "",
    });
    if let Some(operator) = &input.closed_by {
        document["closed_by"] = json!(operator);
    }
    if !input.containers.is_empty() {
        document["containers"] = input.containers.iter().map(container).collect();
    }
    document["hash"] = Value::String(hash(&document));
    document
}

fn container(container: &ManifestContainer) -> Value {
    let mut out = json!({
        "id": container.id,
        "type": container.kind,
        "gross_g": container.gross.grams_rounded(),
        "parcels": container.parcels,
    });
    if let Some(pallet) = &container.pallet {
        out["pallet"] = json!(pallet);
    }
    out
}

fn parcel(parcel: &ManifestParcel) -> Value {
    let prefix: String = parcel.postcode.chars().take(POSTCODE_PREFIX).collect();
    let mut out = json!({
        "parcel_id": parcel.parcel_id,
        "order_ref": parcel.order_ref,
        "tracking": parcel.tracking,
        "service": parcel.service,
        "weight_g": parcel.mass.grams_rounded(),
        "packed_at": rfc3339(parcel.packed_at),
        "dg": parcel.dg,
        "signature": parcel.signature,
        "insured": parcel.insured.map_or_else(|| "0".to_owned(), Money::amount),
        "dest": { "country": parcel.country, "post_prefix": prefix },
    });
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            out[name] = value;
        }
    };
    let named = |text: &String| (!text.is_empty()).then(|| json!(text));
    put("channel", named(&parcel.channel));
    put("shop", named(&parcel.shop));
    put("dims_mm", parcel.dims.map(millimetres));
    put("billable", parcel.billable.as_ref().map(billable));
    put("zone", parcel.zone.as_ref().map(|zone| json!(zone)));
    put("sort_code", parcel.sort_code.as_ref().map(|code| json!(code)));
    put("container", parcel.container.as_ref().map(|container| json!(container)));
    put("labelled_at", parcel.labelled_at.map(|at| json!(rfc3339(at))));
    put("rate_id", parcel.rate_id.as_ref().map(|card| json!(card)));
    put("est_cost", parcel.est_cost.map(|cost| json!(cost.amount())));
    put("currency", parcel.est_cost.map(|cost| json!(cost.currency.code())));
    out
}

/// Whole millimetres, longest first, rounded half up.
fn millimetres(dims: Dims) -> Value {
    let one = LengthUnit::Mm.nanometres();
    dims.sides().iter().map(|side| Value::from((side.nanometres() + one / 2) / one)).collect()
}

fn billable(billable: &Billable) -> Value {
    let basis = match billable.basis {
        Basis::Actual => "actual",
        Basis::Dimensional => "dimensional",
        Basis::Cubic => "cubic",
        Basis::Minimum => "minimum",
    };
    json!({ "value": billable.value, "unit": billable.unit, "basis": basis })
}

/// An instant in UTC; one that no calendar holds becomes the nearest that it does.
fn rfc3339(at: Timestamp) -> String {
    let edge = if at.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(edge).to_string()
}

/// The hash that a document ought to carry.
pub fn hash(document: &Value) -> String {
    let mut copy: Map<String, Value> = document.as_object().cloned().unwrap_or_default();
    copy.insert("hash".to_owned(), Value::String(String::new()));
    canonical::sha256_hex(&canonical::text(&Value::Object(copy)))
}

/// A manifest that does not stand where it says it stands. `place` counts from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Something else altogether.
    #[error("document {place} is not a {SCHEMA}; remove it from the export")]
    Schema {
        /// Which document.
        place: usize,
    },
    /// Changed after it was closed.
    #[error("manifest {id} (document {place}) was changed after it was closed; compare it with the station's copy")]
    Hash {
        /// Which document.
        place: usize,
        /// Its identifier.
        id: String,
    },
    /// One before it is missing, slipped in or out of order.
    #[error("manifest {id} (document {place}) does not follow the one before it; look for a missing one")]
    Link {
        /// Which document.
        place: usize,
        /// Its identifier.
        id: String,
    },
    /// Its totals are not those of its parcels.
    #[error("manifest {id} (document {place}) says another count or mass than its parcels have; call support")]
    Totals {
        /// Which document.
        place: usize,
        /// Its identifier.
        id: String,
    },
}

/// Checks manifests of one station, oldest first. The first may follow earlier ones that are not given.
pub fn verify(documents: &[Value]) -> Result<(), ChainError> {
    let mut before: Option<&str> = None;
    for (document, place) in documents.iter().zip(1..) {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = || text("manifest_id").chars().take(120).collect::<String>();
        if text("schema") != SCHEMA {
            return Err(ChainError::Schema { place });
        }
        if text("hash") != hash(document) {
            return Err(ChainError::Hash { place, id: id() });
        }
        if before.is_some_and(|hash| hash != text("prev_hash")) {
            return Err(ChainError::Link { place, id: id() });
        }
        if !totals_agree(document) {
            return Err(ChainError::Totals { place, id: id() });
        }
        before = document.get("hash").and_then(Value::as_str);
    }
    Ok(())
}

fn totals_agree(document: &Value) -> bool {
    let Some(parcels) = document.get("parcels").and_then(Value::as_array) else { return false };
    let grams = |value: &Value| value.get("weight_g").and_then(Value::as_i64);
    let total = parcels.iter().try_fold(0_i64, |sum, parcel| sum.checked_add(grams(parcel)?));
    document.get("parcel_count").and_then(Value::as_u64) == u64::try_from(parcels.len()).ok()
        && total.is_some()
        && document.get("total_g").and_then(Value::as_i64) == total
}
