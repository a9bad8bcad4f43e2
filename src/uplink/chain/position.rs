//! Whose events are told, and what is known of the receiver.

use super::compare::Comparison;

/// Which life of the database the events are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChainLife {
    /// The one that goes on. No other history may go on under its numbers.
    Present,
    /// One that ended when its copy was taken. The true history may have gone on.
    Past,
}

/// What is known of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Nothing is known.
    Doubt,
    /// What it says of itself; whether it has our events is being found out.
    Comparing(Comparison),
    /// It has our events up to this one.
    At(u64),
    /// It will never take the rows from this one on.
    Moving(u64),
    /// It has every event that is left of a past life.
    Finished,
    /// The upload waits for a person.
    Stopped,
}

/// Whether the receiver has less than it had confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    No,
    New,
    Known,
}
