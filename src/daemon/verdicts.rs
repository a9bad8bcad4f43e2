//! Where orders come from, and what becomes of each.

use serde::{Deserialize, Serialize};

use crate::exchange::order::items::FromItems;
use crate::station::order::OrderId;

/// Where orders come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderOrigin {
    /// A file, by a command.
    File,
    /// A file of which a person says that it is the last word, also where the same was said before.
    FileAsNewest,
    /// The receiver: what is refused is told it.
    Receiver,
}

/// What became of one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderVerdict {
    /// New here.
    Accepted,
    /// What holds already.
    Unchanged,
    /// Holds from now on.
    Changed,
    /// What held once, or a revision below the one that holds: ignored.
    Older,
    /// It contradicts what was done here, or what only a person takes back; `why` says it.
    InConflict,
    /// It cannot be kept; `why` says it.
    Refused,
}

impl OrderVerdict {
    /// Every verdict with its name in answers, as people read it.
    pub const NAMES: [(&str, Self); 6] = [
        ("accepted", Self::Accepted),
        ("unchanged", Self::Unchanged),
        ("changed", Self::Changed),
        ("older", Self::Older),
        ("in conflict", Self::InConflict),
        ("refused", Self::Refused),
    ];
}

/// What became of one order, for whoever brought it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAnswer {
    /// Which.
    #[serde(flatten)]
    pub id: OrderId,
    /// What.
    pub verdict: OrderVerdict,
    /// Whether what is said holds from now on, or did before.
    pub kept: bool,
    /// Why, where a person must know it; quotes nothing personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// It is older by its `rev` alone: its content never held here, and is not taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_held: bool,
    /// What it has from the item master.
    #[serde(default, skip_serializing_if = "FromItems::is_nothing")]
    pub from_items: FromItems,
}

impl OrderAnswer {
    pub(super) fn new(id: OrderId, verdict: OrderVerdict, why: Option<String>) -> Self {
        let kept = verdict == OrderVerdict::Unchanged;
        Self { id, verdict, kept, why, never_held: false, from_items: FromItems::Nothing }
    }

    /// Says more than what is said.
    pub(super) fn add(&mut self, more: String) {
        self.why = Some(self.why.take().map_or(more.clone(), |why| format!("{why}; {more}")));
    }
}
