//! What a history or a day leaves behind, for the promises to be checked against.

use parceld::ids::ParcelId;
use parceld::station::Station;
use parceld::station::fact::Fact;
use parceld::units::Date;

use crate::printer::Emitted;

/// Facts without decisions, the station that they made, the labels that came out, and the outbox.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) facts: Vec<Fact>,
    pub(crate) station: Station,
    pub(crate) emitted: Vec<Emitted>,
    pub(crate) outbox: Option<Vec<u64>>,
    /// Each label's day, and the one it was.
    pub(crate) days: Vec<(ParcelId, Date, Date)>,
    /// The packer said once that another day is today.
    pub(crate) lied: bool,
}
