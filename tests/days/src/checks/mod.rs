//! What must be true of a day, whatever went wrong: I1 to I12, each a function that knows only what happened.
//!
//! Some can only be seen while it happens; they are looked at there and say their invariant's name:
//!
//! | what | where |
//! |---|---|
//! | I1: what was acknowledged is in the journal after each restart, and at the end | `day/crash.rs`, `day/mod.rs` |
//! | I2: a label carries the number of its parcel | `day/turn.rs` |
//! | I10: a full disk refuses and loses nothing; personal data goes when it has served, and not before | `day/crash.rs`, `day/night.rs` |
//! | I11: a start takes five seconds at most on a worn card | `day/crash.rs` |
//! | I12: when the faults stop, the bench comes free and the outbox drains | `day/mod.rs`, `day/upload.rs` |

mod hub;
mod manifests;
mod numbers;
mod orders;
#[cfg(test)]
mod tests;

use parceld::rating::NumberPool;
use parceld::station::fact::Fact;

use crate::hub::Taken;
use crate::paper_label::PaperLabel;
use crate::record::Record;

/// What is left of a day.
#[derive(Clone)]
pub(crate) struct Evidence {
    /// The history that holds at the end.
    pub(crate) record: Record,
    /// What old copies took away: acknowledged once, and not in the journal any more.
    pub(crate) lost: Vec<Vec<Fact>>,
    /// Every label that ever came out of the printer.
    pub(crate) labels: Vec<PaperLabel>,
    /// The number of the history that holds.
    pub(crate) history: usize,
    /// What the hub has.
    pub(crate) taken: Vec<Taken>,
    /// Events that it has not confirmed.
    pub(crate) waits: u64,
    /// Which serials the station may use.
    pub(crate) pools: Vec<NumberPool>,
}

type Check = fn(&Evidence) -> Result<(), String>;

/// Each invariant with what it says.
pub(crate) const ALL: [(&str, &str, Check); 10] = [
    ("I1", "every committed parcel is at the hub, once", hub::committed_once),
    ("I2", "no tracking number is on two parcels, in any history", numbers::on_one_parcel),
    ("I3", "every number is of a pool of this station, and every gap has a reason", numbers::of_a_pool),
    ("I4", "a manifest has closed parcels only, and none that is void", manifests::closed_only),
    ("I5", "every label that came out is known", manifests::labels_are_known),
    ("I6", "nothing went with a carrier that has no label on it", manifests::nothing_without_label),
    ("I7", "every line of a manifest is at the hub, once", hub::lines_once),
    ("I8", "an order has no more live parcels than were planned", orders::as_planned),
    ("I9", "events are numbered without a gap, in every incarnation", hub::dense),
    ("I12", "the hub has confirmed everything", hub::drained),
];

/// What does not hold.
pub(crate) fn check(evidence: &Evidence) -> Vec<String> {
    let failed = |(id, says, check): &(&str, &str, Check)| {
        let why = check(evidence).err()?;
        Some(format!("{id}: {says}: {why}"))
    };
    ALL.iter().filter_map(failed).collect()
}
