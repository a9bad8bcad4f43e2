//! The envelope: a CloudEvent on one line.

#![deny(clippy::wildcard_enum_match_arm)]

use serde::Serialize;

/// Whose events these are: `parceld/<warehouse>/<station>/<incarnation>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSource {
    /// The warehouse, `station.warehouse`.
    pub warehouse: String,
    /// The station, `station.id`.
    pub station: String,
    /// The database's random name; a new or restored database has a new one.
    pub incarnation: String,
    /// How its clock stands: `synced`, `holdover`, `operator` or `doubt`; `None` where nothing was said of it.
    pub clock: Option<&'static str>,
}

/// Declares each kind of event once: its variant and its CloudEvents `type`.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident => $name:literal;)*) => {
        /// What happened. The list grows: a receiver takes kinds that it does not know.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $variant,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The CloudEvents `type`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

events! {
    /// A carrier was chosen and a tracking number consumed.
    ParcelCommitted => "parceld.parcel.committed";
    /// The printed label was scanned back: the parcel is closed.
    ParcelVerified => "parceld.parcel.verified";
    /// Its printer proved that its label is out, and it is closed on that.
    ParcelAttested => "parceld.parcel.attested";
    /// The parcel's tracking number is dead and never used again.
    ParcelVoided => "parceld.parcel.voided";
    /// A closed parcel was put aside for a person.
    ParcelHeld => "parceld.parcel.held";
    /// A bag or a pallet was closed; its data is [`Container`](super::Container).
    ContainerClosed => "parceld.container.closed";
    /// A manifest was closed; its data is `parceld.manifest/1`.
    ManifestClosed => "parceld.manifest.closed";
    /// A manifest's parcels went with the carrier; its data is [`Handover`](super::Handover).
    ManifestHandedOver => "parceld.manifest.handed_over";
    /// A parcel that had gone out came back.
    ReturnReceived => "parceld.return.received";
    /// The parcel is to be stopped: its order was cancelled, held or changed, or its number may be on another parcel.
    ParcelIntercepted => "parceld.parcel.intercepted";
    /// The reason to stop the parcel has gone.
    ParcelReleased => "parceld.parcel.released";
    /// The parcel is on a manifest and was not handed over.
    ParcelLeftOut => "parceld.parcel.left_out";
    /// An order that was offered to the station was not kept; its data is [`OrderRefused`](super::OrderRefused).
    OrderRefused => "parceld.order.refused";
    /// The station runs on a copy of its database; its data is [`Copied`](super::Copied).
    StationCopied => "parceld.station.copied";
    /// Stands in the place of an event the receiver refused.
    Tombstone => "parceld.tombstone";
}

/// An event that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The clock is beyond the years 1 to 9999.
    #[error("write an event at {0} ms; set the station's clock")]
    Time(i64),
    /// An event of this kind cannot be made of this fact: the table of facts is wrong.
    #[error("a fact {fact:?} cannot be told as {kind}")]
    Fact {
        /// The name of the fact.
        fact: &'static str,
        /// The event's `type`.
        kind: &'static str,
    },
    /// The data has no form in JSON.
    #[error("write an event's data: {0}")]
    Data(#[from] serde_json::Error),
}

/// An event as JSON on one line: `id` is `<incarnation>-<seq>`, `time` is RFC 3339 in UTC, `stationseq` is `seq`,
/// `clock` says whether `time` may be believed.
/// `data` says its own version in `schema` and holds nothing personal.
///
/// # Errors
/// [`EventError`] for a time out of range, or data that JSON has no form for.
pub fn cloud_event(
    source: &EventSource,
    kind: EventKind,
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
        #[serde(skip_serializing_if = "Option::is_none")]
        clock: Option<&'static str>,
        data: &'a T,
    }
    let EventSource { warehouse, station, incarnation, clock } = source;
    let time = jiff::Timestamp::from_millisecond(time_ms).map_err(|_| EventError::Time(time_ms))?;
    Ok(serde_json::to_string(&CloudEvent {
        specversion: "1.0",
        id: format!("{incarnation}-{seq}"),
        source: format!("parceld/{warehouse}/{station}/{incarnation}"),
        r#type: kind.name(),
        time: format!("{time:.3}"),
        stationseq: seq,
        clock: *clock,
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
