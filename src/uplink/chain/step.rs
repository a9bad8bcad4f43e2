//! What the chain asks of the driver.

use super::batch::EventBatch;
use crate::units::Uptime;
use crate::uplink::OutboxRow;

/// The next step of the upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask for the head, then [`Chain::headed`](super::Chain::headed).
    Head,
    /// Ask the loop for at most `max` rows behind `after`, then [`Chain::loaded`](super::Chain::loaded).
    Load {
        /// The last row not wanted.
        after: u64,
        /// How many rows at most.
        max: usize,
    },
    /// Put these, then [`Chain::appended`](super::Chain::appended).
    Append(EventBatch),
    /// Have the loop set the row aside, then [`Chain::set_aside`](super::Chain::set_aside).
    SetAside {
        /// The event that is refused alone.
        row: OutboxRow,
        /// What the receiver said, for people.
        reason: String,
    },
    /// Have the loop give the rows from this one on new numbers, then [`Chain::moved_on`](super::Chain::moved_on).
    Move {
        /// The first of them.
        from: u64,
    },
    /// Ask for orders, then [`Chain::ordered`](super::Chain::ordered) or the methods of `OrderPull`.
    Orders,
    /// Nothing before this instant, or a new event, or a person.
    Wait(Option<Uptime>),
    /// Nothing before a person's retry.
    Stopped,
    /// Nothing more, for ever: everything of this past incarnation is told.
    Finished,
}
