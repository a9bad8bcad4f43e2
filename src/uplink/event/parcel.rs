//! Parcels, and what they are put together in.

use serde::Serialize;

use super::cloud::{EventError, EventKind, EventSource, Schema, cloud_event};
use crate::ids::{CarrierId, ServiceOrCarrier, TrackingNumber};
use crate::units::Date;

/// `data` of the parcel events, `parceld.parcel/1`. What does not apply is left out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ParcelEvent<'a> {
    /// The station's own name of the parcel.
    pub parcel: &'a str,
    /// The order it ships.
    pub order_ref: &'a str,
    /// The channel the order came from.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub channel: &'a str,
    /// The shop it came from.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub shop: &'a str,
    /// `ontrac.ground`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<&'a ServiceOrCarrier>,
    /// The carrier's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<&'a TrackingNumber>,
    /// Grams, rounded by the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_g: Option<i64>,
    /// ISO 3166, two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<&'a str>,
    /// The destination's postcode as [`post_prefix`] leaves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_prefix: Option<&'a str>,
    /// `supplied` where the label and its number came with the order; left out where the station made them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_source: Option<&'a str>,
    /// Why it was voided, held, intercepted (`cancelled`, `hold`, `changed`, `done`, `copied`, `blocked`) or left out: a word of the
    /// station's list, never free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// It was handed over already when it was to be intercepted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// The first three characters of a postcode: enough for a zone, too little for a house.
pub fn post_prefix(postcode: &str) -> &str {
    postcode.char_indices().nth(3).map_or(postcode, |(end, _)| &postcode[..end])
}

/// A parcel event, on one line. `kind` is one of the parcel and label kinds.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn parcel_event(
    source: &EventSource,
    kind: EventKind,
    seq: u64,
    time_ms: i64,
    parcel: &ParcelEvent<'_>,
) -> Result<String, EventError> {
    cloud_event(source, kind, seq, time_ms, &Schema { schema: "parceld.parcel/1", data: parcel })
}

/// `data` of `parceld.container.closed`, `parceld.container/1`: what was put together, as an aggregation.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Container<'a> {
    /// Its identifier: an SSCC, or the station's own name for it.
    pub container: &'a str,
    /// `bag` or `pallet`.
    pub r#type: &'static str,
    /// Whose it is.
    pub carrier: &'a CarrierId,
    /// The day it is handed over.
    pub ship_date: Date,
    /// What the parcels in it weigh, rounded by the caller.
    pub gross_g: i64,
    /// The channel of everything in it, where that is one.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub channel: &'a str,
    /// The shop of everything in it, where that is one.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub shop: &'a str,
    /// The bags on a pallet.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub containers: &'a [String],
    /// Their numbers.
    pub tracking: &'a [&'a TrackingNumber],
}

/// A bag or a pallet was closed, on one line.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn container_event(
    source: &EventSource,
    seq: u64,
    time_ms: i64,
    container: &Container<'_>,
) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.container/1", data: container };
    cloud_event(source, EventKind::ContainerClosed, seq, time_ms, &data)
}

/// `data` of `parceld.manifest.handed_over`, `parceld.handover/1`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Handover<'a> {
    /// The manifest.
    pub manifest_id: &'a str,
    /// How many parcels were taken.
    pub parcels: u64,
    /// Tracking numbers on the manifest that were not.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub left_out: &'a [&'a TrackingNumber],
}

/// A manifest's parcels went with the carrier, on one line.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn handover_event(
    source: &EventSource,
    seq: u64,
    time_ms: i64,
    handover: &Handover<'_>,
) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.handover/1", data: handover };
    cloud_event(source, EventKind::ManifestHandedOver, seq, time_ms, &data)
}
