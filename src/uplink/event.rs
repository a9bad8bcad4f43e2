//! The events a station tells the world: CloudEvents 1.0 in JSON (cloudevents.io, *JSON Event Format*), one line each.
//!
//! An event is serialized once, when its fact is recorded, and these bytes are what is kept and sent. It carries no
//! name, address or phone: an order's reference, channel and shop, a tracking number, a country and three characters of
//! a postcode. Text that came from elsewhere is shortened and made printable.

use serde::{Deserialize, Serialize, Serializer};
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

/// What happened. The list grows: a receiver takes kinds that it does not know.
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
    /// The parcel is to be stopped: its order was cancelled, held or changed, or its number may be on another parcel.
    ParcelIntercepted,
    /// The reason to stop the parcel has gone.
    ParcelReleased,
    /// The parcel is on a manifest and was not handed over.
    ParcelLeftOut,
    /// An order that was offered to the station was not kept; its data is [`OrderRefused`].
    OrderRefused,
    /// What is said of an order contradicts what was done with it; its data is [`OrderConflict`].
    OrderConflict,
    /// The station runs on a copy of its database; its data is [`Copied`].
    StationCopied,
    /// Stands in the place of an event the receiver refused.
    Tombstone,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
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
        Self::ParcelIntercepted,
        Self::ParcelReleased,
        Self::ParcelLeftOut,
        Self::OrderRefused,
        Self::OrderConflict,
        Self::StationCopied,
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
            Self::ParcelIntercepted => "parceld.parcel.intercepted",
            Self::ParcelReleased => "parceld.parcel.released",
            Self::ParcelLeftOut => "parceld.parcel.left_out",
            Self::OrderRefused => "parceld.order.refused",
            Self::OrderConflict => "parceld.order.conflict",
            Self::StationCopied => "parceld.station.copied",
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
    /// The channel the order came from.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub channel: &'a str,
    /// The shop it came from.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub shop: &'a str,
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
    /// Why it was voided, held, intercepted (`cancelled`, `hold`, `changed`, `copied`) or left out: a word of the
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

/// `data` of `parceld.manifest.handed_over`, `parceld.handover/1`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Handover<'a> {
    /// The manifest.
    pub manifest_id: &'a str,
    /// How many parcels were taken.
    pub parcels: u64,
    /// Tracking numbers on the manifest that were not.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub left_out: &'a [&'a str],
}

/// A manifest's parcels went with the carrier, on one line.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn handover_event(source: &Source, seq: u64, time_ms: i64, handover: &Handover<'_>) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.handover/1", data: handover };
    cloud_event(source, Kind::ManifestHandedOver, seq, time_ms, &data)
}

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
    source: &Source,
    seq: u64,
    time_ms: i64,
    refused: &OrderRefused<'_>,
) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.order_refused/1", data: refused };
    cloud_event(source, Kind::OrderRefused, seq, time_ms, &data)
}

/// `data` of `parceld.order.conflict`, `parceld.order_conflict/1`: a person must settle it.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct OrderConflict<'a> {
    /// The order.
    #[serde(serialize_with = "printable")]
    pub order_ref: &'a str,
    /// Where it came from.
    #[serde(skip_serializing_if = "str::is_empty", serialize_with = "printable")]
    pub channel: &'a str,
    /// The shop it came from.
    #[serde(skip_serializing_if = "str::is_empty", serialize_with = "printable")]
    pub shop: &'a str,
    /// What is said of it now: `cancelled`, `ready`.
    #[serde(serialize_with = "printable")]
    pub state: &'a str,
    /// Tracking numbers of its parcels here.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub parcels: &'a [&'a str],
    /// What contradicts what. Names fields, and never a value of a name, an address or a phone.
    #[serde(serialize_with = "printable")]
    pub reason: &'a str,
}

/// What is said of an order contradicts what was done with it, on one line.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn order_conflict_event(
    source: &Source,
    seq: u64,
    time_ms: i64,
    conflict: &OrderConflict<'_>,
) -> Result<String, EventError> {
    let data = Schema { schema: "parceld.order_conflict/1", data: conflict };
    cloud_event(source, Kind::OrderConflict, seq, time_ms, &data)
}

/// `data` of `parceld.station.copied`, `parceld.copied/1`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Copied<'a> {
    /// How it was noticed: a word of the station's list.
    pub why: &'a str,
    /// The incarnation that the database had before.
    pub before: &'a str,
    /// The pools of numbers that give none until a person has said where they go on.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub pools: &'a [SuspendedPool<'a>],
}

/// A pool that gives no numbers.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SuspendedPool<'a> {
    /// Whose numbers they are.
    pub carrier: &'a str,
    /// Its name.
    pub pool: &'a str,
    /// The serial that would have come next.
    pub next: u64,
}

/// The station runs on a copy of its database, on one line. `source` names the new incarnation.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn copied_event(source: &Source, seq: u64, time_ms: i64, copied: &Copied<'_>) -> Result<String, EventError> {
    cloud_event(source, Kind::StationCopied, seq, time_ms, &Schema { schema: "parceld.copied/1", data: copied })
}

/// At most this many characters of a text that came from elsewhere.
const PRINTABLE: usize = 200;

/// The first printable characters of a text that came from elsewhere.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn printable<S: Serializer>(text: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = text.chars().filter(|c| !c.is_control()).take(PRINTABLE);
    serializer.serialize_str(&shown.collect::<String>())
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

/// An event for another incarnation and number; everything else of it stays. `None` for what is no event of ours.
pub fn renumbered(body: &str, incarnation: &str, seq: u64) -> Option<String> {
    #[derive(Serialize, Deserialize)]
    struct CloudEvent<'a> {
        specversion: String,
        id: String,
        source: String,
        r#type: String,
        time: String,
        stationseq: u64,
        #[serde(borrow)]
        data: &'a serde_json::value::RawValue,
    }
    let mut event: CloudEvent<'_> = serde_json::from_str(body).ok()?;
    let (of, _) = event.source.rsplit_once('/')?;
    (event.id, event.source, event.stationseq) = (format!("{incarnation}-{seq}"), format!("{of}/{incarnation}"), seq);
    serde_json::to_string(&event).ok()
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
            ..Parcel::default()
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
            channel: "",
            shop: "",
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
    fn events_about_what_is_to_be_stopped_are_written_as_frozen() {
        let source = source();
        let told = Parcel {
            parcel: "LAX1-ST03-000017",
            order_ref: "576461413038785752",
            channel: "tiktok_shop",
            shop: "US-01",
            service: Some("ontrac.ground"),
            tracking: Some("D10011354453707"),
            country: Some("US"),
            post_prefix: Some("902"),
            ..Parcel::default()
        };
        let cancelled = Parcel { reason: Some("cancelled"), ..told };
        let late = Parcel { late: true, ..cancelled };
        let refused_by_driver = Parcel { reason: Some("refused"), ..told };
        let parcel = |kind, seq, data: &Parcel<'_>| parcel_event(&source, kind, seq, AT, data).unwrap();
        let bag = Container {
            container: "006141411234567890",
            r#type: "bag",
            carrier: "ontrac",
            ship_date: Date::new(2026, 11, 15).unwrap(),
            gross_g: 1355,
            channel: "tiktok_shop",
            shop: "US-01",
            containers: &[],
            tracking: &["D10011354453707"],
        };
        let handover =
            Handover { manifest_id: "US-LAX-1.ST03.20261115.ONTRAC.2", parcels: 41, left_out: &["D10011354453707"] };
        for (name, written) in [
            ("parcel.intercepted", parcel(Kind::ParcelIntercepted, 23, &cancelled)),
            ("parcel.intercepted.late", parcel(Kind::ParcelIntercepted, 24, &late)),
            ("parcel.released", parcel(Kind::ParcelReleased, 25, &told)),
            ("parcel.left_out", parcel(Kind::ParcelLeftOut, 26, &refused_by_driver)),
            ("container.closed.shop", container_event(&source, 27, AT, &bag).unwrap()),
            ("manifest.handed_over.left_out", handover_event(&source, 28, AT, &handover).unwrap()),
        ] {
            assert_eq!(written, golden(name), "{name}");
        }
    }

    #[test]
    fn events_about_orders_and_the_station_are_written_as_frozen() {
        let source = source();
        let refused = OrderRefused {
            order_ref: "576461413038785752",
            channel: "tiktok_shop",
            shop: "US-01",
            reason: "ship_to.country is not a code of two letters",
        };
        let nameless = OrderRefused { reason: "no order_ref", ..OrderRefused::default() };
        let conflict = OrderConflict {
            order_ref: "576461413038785752",
            channel: "tiktok_shop",
            shop: "US-01",
            state: "cancelled",
            parcels: &["D10011354453707", "D10011354453715"],
            reason: "handed over already",
        };
        let pools = [
            SuspendedPool { carrier: "ontrac", pool: "D1001", next: 135_445_371 },
            SuspendedPool { carrier: "usps", pool: "9261290", next: 4_017 },
        ];
        let copied = Copied { why: "receiver", before: "1c77de02aa904b31", pools: &pools };
        for (name, written) in [
            ("order.refused", order_refused_event(&source, 29, AT, &refused).unwrap()),
            ("order.refused.nameless", order_refused_event(&source, 30, AT, &nameless).unwrap()),
            ("order.conflict", order_conflict_event(&source, 31, AT, &conflict).unwrap()),
            ("station.copied", copied_event(&source, 1, AT, &copied).unwrap()),
        ] {
            assert_eq!(written, golden(name), "{name}");
        }
    }

    #[test]
    fn text_from_elsewhere_is_shortened_and_made_printable() {
        let long = format!("bad\u{1b}[31m\r\n{}", "ü".repeat(10_000));
        let refused = OrderRefused { order_ref: &long, channel: &long, shop: &long, reason: &long };
        let event = order_refused_event(&source(), 1, AT, &refused).unwrap();
        let event: serde_json::Value = serde_json::from_str(&event).unwrap();
        for field in ["order_ref", "channel", "shop", "reason"] {
            let text = event["data"][field].as_str().unwrap();
            assert!(text.starts_with("bad[31müü"), "{text}");
            assert_eq!(text.chars().count(), 200);
        }
    }

    #[test]
    fn the_types_are_the_list_that_is_frozen() {
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
