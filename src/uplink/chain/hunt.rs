//! The search for an event that the receiver refuses.

use super::batch::EventBatch;
use super::step::Step;
use crate::uplink::OutboxRow;

/// The state of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hunt {
    /// No event is being searched for.
    No,
    /// A batch was refused and is being halved. `taken`: an event was taken since then.
    Halving { taken: bool },
    /// This one was refused alone, and the row before it must be fetched to see whether it is taken.
    Seeking { row: OutboxRow, reason: String },
    /// The last batch that was taken is put again, to see whether it still is.
    Asking { row: OutboxRow, reason: String, neighbour: EventBatch },
    /// It is this one.
    Found { row: OutboxRow, reason: String },
    /// One was set aside, and no event has been taken since.
    After,
}

impl Hunt {
    /// The next step of the search; `None` where the upload goes on as usual.
    pub(super) fn step(&self) -> Option<Step> {
        match self {
            Self::Seeking { row, .. } => Some(Step::Load { after: row.seq.saturating_sub(2), max: 1 }),
            Self::Asking { neighbour, .. } => Some(Step::Append(neighbour.clone())),
            Self::Found { row, reason } => Some(Step::SetAside { row: row.clone(), reason: reason.clone() }),
            Self::No | Self::Halving { .. } | Self::After => None,
        }
    }

    /// An event was taken; `going_on` where others of the refused batch are still to be put.
    pub(super) fn taken(&mut self, going_on: bool) {
        *self = match self {
            Self::Halving { .. } if going_on => Self::Halving { taken: true },
            _ => Self::No,
        };
    }

    /// A batch of several was refused.
    pub(super) fn halve(&mut self) {
        if *self == Self::No {
            *self = Self::Halving { taken: false };
        }
    }

    /// `row` was refused alone. `last` is the batch that was taken last. False where nothing can show that others are
    /// taken.
    pub(super) fn alone(&mut self, row: OutboxRow, reason: String, last: Option<EventBatch>) -> bool {
        *self = match (&*self, last) {
            (Self::After, _) => return false,
            (Self::Halving { taken: true }, _) => Self::Found { row, reason },
            (_, Some(neighbour)) => Self::Asking { row, reason, neighbour },
            (_, None) if row.seq > 1 => Self::Seeking { row, reason },
            (_, None) => return false,
        };
        true
    }

    /// Gives up what was found: it may no longer hold.
    pub(super) fn begin_again(&mut self) {
        if matches!(self, Self::Seeking { .. } | Self::Asking { .. } | Self::Found { .. }) {
            *self = Self::Halving { taken: false };
        }
    }
}
