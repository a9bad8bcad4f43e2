//! What a power cut leaves of a write that was not synced.

use crate::dice::Dice;

/// Bytes of a sector: what a disk writes at once, or tears.
pub(super) const SECTOR: usize = 512;

/// How a cut treats what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Everything was still in the cache.
    LosesAll,
    /// Everything had been written, though nobody had waited for it.
    KeepsAll,
    /// Each sector by itself.
    Mixed,
}

impl Mood {
    pub(super) fn any(dice: &mut Dice) -> Self {
        match dice.below(6) {
            0 => Self::LosesAll,
            1 => Self::KeepsAll,
            _ => Self::Mixed,
        }
    }

    /// How many of the bytes of one sector's part of a write arrive.
    pub(super) fn arrives(self, dice: &mut Dice, bytes: usize) -> usize {
        match self {
            Self::LosesAll => 0,
            Self::KeepsAll => bytes,
            Self::Mixed => match dice.below(8) {
                0..=2 => 0,
                3 => dice.below(bytes + 1),
                _ => bytes,
            },
        }
    }

    /// Whether a change of a file's length arrives.
    pub(super) fn cuts_length(self, dice: &mut Dice) -> bool {
        match self {
            Self::LosesAll => false,
            Self::KeepsAll => true,
            Self::Mixed => dice.one_in(2),
        }
    }
}

/// The parts of a write by the sectors that they fall in.
pub(super) fn parts(at: usize, length: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let here = at + from;
        let part = (SECTOR - here % SECTOR).min(length - from);
        let found = (part > 0).then_some((from, part));
        from += part;
        found
    })
}
