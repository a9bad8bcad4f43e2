//! The station itself: the copy it runs on, and the events a receiver refused.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cloud::{EventError, EventKind, EventSource, Schema, cloud_event};
use crate::ids::{CarrierId, PoolId};

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
    pub carrier: &'a CarrierId,
    /// Its name.
    pub pool: &'a PoolId,
    /// The serial that would have come next.
    pub next: u64,
}

/// The station runs on a copy of its database, on one line. `source` names the new incarnation.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn copied_event(source: &EventSource, seq: u64, time_ms: i64, copied: &Copied<'_>) -> Result<String, EventError> {
    cloud_event(source, EventKind::StationCopied, seq, time_ms, &Schema { schema: "parceld.copied/1", data: copied })
}

/// The event that takes the place of `original` when the receiver refuses it: its number and the SHA-256 of its bytes.
///
/// # Errors
/// [`EventError`] as [`cloud_event`].
pub fn tombstone(source: &EventSource, seq: u64, time_ms: i64, original: &str) -> Result<String, EventError> {
    let sha256 = HEXLOWER.encode(&Sha256::digest(original));
    let data = Tombstone { schema: "parceld.tombstone/1".to_owned(), seq, sha256 };
    cloud_event(source, EventKind::Tombstone, seq, time_ms, &data)
}

/// The tombstone of an event that the receiver has and that is old; its number, time and source stay. `None` for what is
/// one already, or no event of ours.
pub fn folded(body: &str) -> Option<String> {
    let mut event: CloudEvent = serde_json::from_str(body).ok()?;
    if event.r#type == EventKind::Tombstone.name() {
        return None;
    }
    let sha256 = HEXLOWER.encode(&Sha256::digest(body));
    let data = Tombstone { schema: "parceld.tombstone/1".to_owned(), seq: event.stationseq, sha256 };
    event.r#type = EventKind::Tombstone.name().to_owned();
    event.data = serde_json::value::to_raw_value(&data).ok()?;
    serde_json::to_string(&event).ok()
}

/// Whether these bytes are a [`tombstone`].
pub fn is_tombstone(body: &str) -> bool {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    serde_json::from_str::<Typed>(body).is_ok_and(|event| event.r#type == EventKind::Tombstone.name())
}

/// An event as it stands in the outbox.
#[derive(Serialize, Deserialize)]
struct CloudEvent {
    specversion: String,
    id: String,
    source: String,
    r#type: String,
    time: String,
    stationseq: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clock: Option<String>,
    data: Box<serde_json::value::RawValue>,
}

/// What stands in the place of an event that was set aside, or is old.
#[derive(Serialize, Deserialize)]
struct Tombstone {
    schema: String,
    seq: u64,
    sha256: String,
}

/// An event for another incarnation and number; everything else of it stays. A tombstone names the number
/// it has now. `None` for what is no event of ours.
pub fn renumbered(body: &str, incarnation: &str, seq: u64) -> Option<String> {
    let mut event: CloudEvent = serde_json::from_str(body).ok()?;
    if event.r#type == EventKind::Tombstone.name() {
        let of: Tombstone = serde_json::from_str(event.data.get()).ok()?;
        event.data = serde_json::value::to_raw_value(&Tombstone { seq, ..of }).ok()?;
    }
    let (of, _) = event.source.rsplit_once('/')?;
    (event.id, event.source, event.stationseq) = (format!("{incarnation}-{seq}"), format!("{of}/{incarnation}"), seq);
    serde_json::to_string(&event).ok()
}
