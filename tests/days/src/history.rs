//! What a history leaves behind for the promises of `tests/sim/promises/`, which hold over a day as well.

use parceld::ids::ParcelId;
use parceld::station::Station;
use parceld::station::event::Job;
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
    /// The day that each label got, and the day that it was.
    pub(crate) days: Vec<(ParcelId, Date, Date)>,
    /// Nobody lies about the date here.
    pub(crate) lied: bool,
}

/// A label on paper, with what is printed on it.
#[derive(Debug, Clone)]
pub(crate) struct PaperLabel {
    pub(crate) job: Job,
    pub(crate) tracking: String,
    /// So many facts were recorded when it came out.
    pub(crate) after: usize,
    /// In so manieth history of the database.
    pub(crate) history: usize,
}
