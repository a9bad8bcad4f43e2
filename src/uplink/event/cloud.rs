//! The envelope: a CloudEvent on one line.

use serde::Serialize;

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
    /// An order that was offered to the station was not kept; its data is [`OrderRefused`](super::OrderRefused).
    OrderRefused,
    /// The station runs on a copy of its database; its data is [`Copied`](super::Copied).
    StationCopied,
    /// Stands in the place of an event the receiver refused.
    Tombstone,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
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

/// Data with its version.
#[derive(Serialize)]
pub(super) struct Schema<'a, T: Serialize> {
    pub(super) schema: &'static str,
    #[serde(flatten)]
    pub(super) data: &'a T,
}
