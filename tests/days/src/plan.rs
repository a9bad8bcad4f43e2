//! What a day is made of: how many parcels, and how often what goes wrong.

use crate::mutations::Mutation;

/// How often things go wrong, a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FaultRates {
    /// The program is killed in the middle of an operation of its disk.
    pub(crate) kills: usize,
    /// The power goes in the middle of an operation of the disk.
    pub(crate) cuts: usize,
    /// The link goes away or gets bad, and comes back.
    pub(crate) flaps: usize,
    /// One operation of the disk fails.
    pub(crate) bad_operations: usize,
    /// Every operation of the disk fails for a while.
    pub(crate) bad_spells: usize,
    /// The disk is full for a while, once in so many days.
    pub(crate) full_one_in: usize,
    /// An old copy of the database is put back, once in so many days.
    pub(crate) restore_one_in: usize,
    /// The card goes on in another computer, once in so many days.
    pub(crate) moved_one_in: usize,
    /// The hub is restored from a backup, once in so many days.
    pub(crate) hub_loss_one_in: usize,
    /// The clock is wrong for a while.
    pub(crate) clock_jumps: usize,
    /// The packer does something else than what the screen asks for, once in so many moves.
    pub(crate) blunder_one_in: usize,
    /// Something else is said of an order.
    pub(crate) order_changes: usize,
}

/// What `facts/offline.md` asks of a day, and a little more.
pub(crate) const USUAL: FaultRates = FaultRates {
    kills: 5,
    cuts: 3,
    flaps: 40,
    bad_operations: 2,
    bad_spells: 1,
    full_one_in: 4,
    restore_one_in: 20,
    moved_one_in: 50,
    hub_loss_one_in: 20,
    clock_jumps: 1,
    blunder_one_in: 40,
    order_changes: 20,
};

/// How a day is played.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) parcels: usize,
    pub(crate) rates: FaultRates,
    pub(crate) mutation: Option<Mutation>,
    /// Facts, and what the packer sees, are printed.
    pub(crate) traced: bool,
}

impl Plan {
    pub(crate) fn usual(parcels: usize) -> Self {
        Self { parcels, rates: USUAL, mutation: None, traced: false }
    }

    /// A short day on which as much goes wrong as on a long one.
    #[cfg(test)]
    pub(crate) fn dense(parcels: usize) -> Self {
        let rates = FaultRates { kills: 60, cuts: 60, bad_operations: 20, full_one_in: usize::MAX, ..USUAL };
        Self { rates, ..Self::usual(parcels) }
    }

    /// A day on which what this breaks is used often.
    pub(crate) fn weakened(parcels: usize, mutation: Mutation) -> Self {
        let mut rates = FaultRates { full_one_in: usize::MAX, ..USUAL };
        match mutation {
            Mutation::SyncsAreLies => rates.cuts = 60,
            Mutation::FullDiskIsSilent => rates.full_one_in = 1,
            Mutation::CopyIsNotNoticed => rates.restore_one_in = 1,
            _ => {}
        }
        Self { parcels, rates, mutation: Some(mutation), traced: false }
    }
}
