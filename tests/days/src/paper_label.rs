//! A label as it lies on the bench.

use parceld::station::event::Job;

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
