//! The events a station tells the world: CloudEvents 1.0 in JSON (cloudevents.io, *JSON Event Format*), one line each.
//!
//! An event is serialized once, when its fact is recorded, and these bytes are what is kept and sent. It carries no
//! name, address or phone: an order's reference, a tracking number, a country and three characters of a postcode.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::units::Date;

/// Whose events these are: `parceld/<warehouse>/<station>/<incarnation>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The warehouse, `station.warehouse`.
    pub warehouse: String,
    /// The station, `station.id`.
    pub station: String,
    /// The database's random name; a new or restored database has a new one.
    pub incarnation: String,
}

/// What happened. The list is closed: a receiver may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A parcel's weight settled and was taken.
    ParcelWeighed,
    /// A carrier was chosen and a tracking number consumed.
    ParcelCommitted,
    /// The printed label was scanned back: the parcel is closed.
    ParcelVerified,
    /// The parcel was closed on the printer's evidence, where the station does not scan back.
    ParcelAttested,
    /// The parcel's tracking number is dead and never used again.
    ParcelVoided,
    /// The parcel was put aside for a person.
    ParcelHeld,
    /// A label came out again under the same number.
    LabelReprinted,
    /// A bag, cage or pallet was closed.
    ContainerClosed,
    /// A manifest was closed; its data is `parceld.manifest/1`.
    ManifestClosed,
    /// A manifest's parcels went with the carrier.
    ManifestHandedOver,
    /// Something came back.
    ReturnReceived,
    /// Stands in the place of an event the receiver refused.
    Tombstone,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::ParcelWeighed,
        Self::ParcelCommitted,
        Self::ParcelVerified,
        Self::ParcelAttested,
        Self::ParcelVoided,
        Self::ParcelHeld,
        Self::LabelReprinted,
        Self::ContainerClosed,
        Self::ManifestClosed,
        Self::ManifestHandedOver,
        Self::ReturnReceived,
        Self::Tombstone,
    ];

    /// The CloudEvents `type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ParcelWeighed => "parceld.parcel.weighed",
            Self::ParcelCommitted => "parceld.parcel.committed",
            Self::ParcelVerified => "parceld.parcel.verified",
            Self::ParcelAttested => "parceld.parcel.attested",
            Self::ParcelVoided => "parceld.parcel.voided",
            Self::ParcelHeld => "parceld.parcel.held",
            Self::LabelReprinted => "parceld.label.reprinted",
            Self::ContainerClosed => "parceld.container.closed",
            Self::ManifestClosed => "parceld.manifest.closed",
            Self::ManifestHandedOver => "parceld.manifest.handed_over",
            Self::ReturnReceived => "parceld.return.received",
            Self::Tombstone => "parceld.tombstone",
        }
    }
}

/// An event that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The clock is beyond the years 1 to 9999.
    #[error("write an event at {0} ms; set the station's clock")]
    Time(i64),
    /// The data has no form in JSON.
    #[error("write an event's data: {0}")]
    Data(#[from] serde_json::Error),
}

/// `data` of the parcel events, `parceld.parcel/1`. What does not apply is left out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Parcel<'a> {
    /// The station's own name of the parcel.
    pub parcel: &'a str,
    /// The order it ships.
    pub order_ref: &'a str,
    /// `ontrac.ground`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<&'a str>,
    /// The carrier's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<&'a str>,
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
    /// Why it was voided or held: a word of the station's list, never free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

/// The first three characters of a postcode: enough for a zone, too little for a house.
pub fn post_prefix(postcode: &str) -> &str {
    postcode.char_indices().nth(3).map_or(postcode, |(end, _)| &postcode[..end])
}

#[derive(Serialize)]
struct Schema<'a, T: Serialize> {
    schema: &'static str,
    #[serde(flatten)]
    data: &'a T,
}

/// A parcel event, on one line. `kind` is one of the parcel and label kinds.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn parcel_event(
    source: &Source,
    kind: Kind,
    seq: u64,
    time_ms: i64,
    parcel: &Parcel<'_>,
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
    pub carrier: &'a str,
    /// The day it is handed over.
    pub ship_date: Date,
    /// What the parcels in it weigh, rounded by the caller.
    pub gross_g: i64,
    /// The bags on a pallet.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub containers: &'a [String],
    /// Their numbers.
    pub tracking: &'a [&'a str],
}

/// A bag or a pallet was closed, on one line.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn container_event(
    source: &Source,
    seq: u64,
    time_ms: i64,
    container: &Container<'_>,
) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.container/1", data: container };
    cloud_event(source, Kind::ContainerClosed, seq, time_ms, &data)
}

/// The event that takes the place of `original` when the receiver refuses it: its number and the SHA-256 of its bytes.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn tombstone(source: &Source, seq: u64, time_ms: i64, original: &str) -> Result<String, EventError> {
    #[derive(Serialize)]
    struct Tombstone {
        schema: &'static str,
        seq: u64,
        sha256: String,
    }
    let sha256 = Sha256::digest(original).iter().map(|byte| format!("{byte:02x}")).collect();
    let data = Tombstone { schema: "parceld.tombstone/1", seq, sha256 };
    cloud_event(source, Kind::Tombstone, seq, time_ms, &data)
}

/// Whether these bytes are a [`tombstone`].
pub fn is_tombstone(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    serde_json::from_str::<Typed>(body).is_ok_and(|event| event.r#type == Kind::Tombstone.name())
}

/// An event as JSON on one line: `id` is `<incarnation>-<seq>`, `time` is RFC 3339 in UTC, `stationseq` is `seq`.
/// `data` says its own version in `schema` and holds nothing personal.
///
/// # Errors
/// [`EventError`] for a time out of range, or data that JSON has no form for.
pub fn cloud_event(
    source: &Source,
    kind: Kind,
    seq: u64,
    time_ms: i64,
    data: &impl Serialize,
) -> Result<String, EventError> {
    #[derive(Serialize)]
    struct CloudEvent<'a, T> {
        specversion: &'static str,
        id: String,
        source: String,
        r#type: &'static str,
        time: String,
        stationseq: u64,
        data: &'a T,
    }
    let Source { warehouse, station, incarnation } = source;
    let time = jiff::Timestamp::from_millisecond(time_ms).map_err(|_| EventError::Time(time_ms))?;
    Ok(serde_json::to_string(&CloudEvent {
        specversion: "1.0",
        id: format!("{incarnation}-{seq}"),
        source: format!("parceld/{warehouse}/{station}/{incarnation}"),
        r#type: kind.name(),
        time: format!("{time:.3}"),
        stationseq: seq,
        data,
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_794_732_577_042; // 2026-11-15T08:49:37.042Z

    fn source() -> Source {
        Source { warehouse: "US-LAX-1".into(), station: "LAX1-ST03".into(), incarnation: "9f3a61c0d27b4e85".into() }
    }

    fn golden(name: &str) -> String {
        let path = format!("{}/tests/data/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_default().trim_end().to_owned()
    }

    #[test]
    fn events_are_written_as_frozen() {
        let verified = Parcel {
            parcel: "LAX1-ST03-000017",
            order_ref: "576461413038785752",
            service: Some("ontrac.ground"),
            tracking: Some("D10011354453707"),
            weight_g: Some(310),
            country: Some("US"),
            post_prefix: Some(post_prefix("90210")),
            label_source: None,
            reason: None,
        };
        let voided = Parcel { weight_g: None, reason: Some("damaged"), ..verified };
        #[derive(Serialize)]
        struct Manifest {
            schema: &'static str,
            manifest_id: &'static str,
        }
        let bag = Container {
            container: "006141411234567890",
            r#type: "bag",
            carrier: "ontrac",
            ship_date: Date::new(2026, 11, 15).unwrap(),
            gross_g: 1355,
            containers: &[],
            tracking: &["D10011354453707", "D10011354453715"],
        };
        let laid = ["006141411234567890".to_owned()];
        let pallet = Container { container: "006141411234567906", r#type: "pallet", containers: &laid, ..bag };
        let manifest = Manifest { schema: "parceld.manifest/1", manifest_id: "US-LAX-1.ST03.20261115.ONTRAC.2" };
        let source = source();
        let event = |kind, seq| cloud_event(&source, kind, seq, AT, &manifest).unwrap();
        let parcel = |kind, seq, data: &Parcel<'_>| parcel_event(&source, kind, seq, AT, data).unwrap();
        for (name, written) in [
            ("parcel.verified", parcel(Kind::ParcelVerified, 17, &verified)),
            ("parcel.voided", parcel(Kind::ParcelVoided, 18, &voided)),
            ("return.received", parcel(Kind::ReturnReceived, 22, &verified)),
            ("manifest.closed", event(Kind::ManifestClosed, 19)),
            ("manifest.handed_over", event(Kind::ManifestHandedOver, 20)),
            ("container.closed", container_event(&source, 21, AT, &bag).unwrap()),
            ("container.closed.pallet", container_event(&source, 22, AT, &pallet).unwrap()),
            ("tombstone", tombstone(&source, 18, AT, "refused").unwrap()),
        ] {
            assert_eq!(written, golden(name), "{name}");
        }
    }

    #[test]
    fn the_types_are_a_closed_list() {
        let listed: Vec<String> = serde_json::from_str(&golden("types")).unwrap();
        assert_eq!(Kind::ALL.map(Kind::name).to_vec(), listed);
    }

    #[test]
    fn a_tombstone_is_known_by_its_type_alone() {
        assert!(is_tombstone(&tombstone(&source(), 1, AT, "x").unwrap()));
        let decoy = serde_json::json!({"note": "\"type\":\"parceld.tombstone\""});
        assert!(!is_tombstone(&cloud_event(&source(), Kind::ParcelHeld, 1, AT, &decoy).unwrap()));
        assert!(!is_tombstone("not json"));
    }

    #[test]
    fn a_postcode_keeps_three_characters() {
        for (postcode, prefix) in
            [("90210", "902"), ("SW1A 1AA", "SW1"), ("12", "12"), ("", ""), ("東京都港区", "東京都")]
        {
            assert_eq!(post_prefix(postcode), prefix);
        }
    }

    #[test]
    fn a_clock_out_of_range_is_refused() {
        let data = serde_json::json!({});
        assert!(matches!(cloud_event(&source(), Kind::ParcelHeld, 1, i64::MAX, &data), Err(EventError::Time(_))));
    }
}
