//! What a fact does to numbers: which it uses for good, and from where their pool goes on.

#![deny(clippy::wildcard_enum_match_arm)]

use crate::ids::{CarrierId, PoolId};
use crate::station::SSCC_POOL;
use crate::station::fact::{Fact, NumberSource, PoolNext};

/// What a fact does to numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberUse<'a> {
    /// It uses one; it never goes back.
    Used {
        /// Whose it is.
        carrier: &'a str,
        /// The number.
        number: &'a str,
        /// The parcel or the container that has it.
        by: u64,
        /// The pool that it was drawn from, with its serial; `None` where it came with the order.
        drawn: Option<(&'a PoolId, u64)>,
    },
    /// A person said from where a pool goes on.
    Started {
        /// Whose pool.
        carrier: &'a CarrierId,
        /// Which.
        pool: &'a PoolId,
        /// The next serial.
        next: u64,
    },
    /// Nothing.
    Nothing,
}

impl<'a> NumberUse<'a> {
    /// What this fact does. A new one has to be decided here, or its number could be used twice.
    pub(super) fn of(fact: &'a Fact) -> Self {
        match fact {
            Fact::Committed { parcel, commitment } => Self::Used {
                carrier: commitment.carrier().as_str(),
                number: commitment.tracking.as_str(),
                by: parcel.0,
                drawn: match &commitment.source {
                    NumberSource::Drawn { pool, serial } => Some((pool, *serial)),
                    NumberSource::Supplied => None,
                },
            },
            Fact::BagClosed { bag, sscc: Some(sscc), .. } => Self::Used {
                carrier: SSCC_POOL,
                number: &sscc.number,
                by: bag.0,
                drawn: Some((&sscc.pool, sscc.serial)),
            },
            Fact::PoolStarted { carrier, pool, next } => Self::Started { carrier, pool, next: *next },
            // A parcel keeps the number that it was committed with, whatever becomes of it.
            Fact::ParcelOpened { .. }
            | Fact::BoxChosen { .. }
            | Fact::Weighed { .. }
            | Fact::Decided { .. }
            | Fact::PrintStarted { .. }
            | Fact::PrintSent { .. }
            | Fact::PrintConfirmed { .. }
            | Fact::PrintAborted { .. }
            | Fact::PrintDoubted { .. }
            | Fact::PrintSpoiled { .. }
            | Fact::Reopened { .. }
            | Fact::Marked { .. }
            | Fact::Verified { .. }
            | Fact::Attested { .. }
            | Fact::Voided { .. }
            | Fact::Held { .. }
            | Fact::Resumed { .. }
            | Fact::Intercepted { .. }
            | Fact::Released { .. }
            | Fact::LeftOut { .. }
            | Fact::Bagged { .. }
            | Fact::Caged { .. }
            | Fact::Ended { .. }
            | Fact::Returned { .. } => Self::Nothing,
            // A container without a number of its own, and manifests, which are counted by no pool.
            Fact::BagOpened { .. }
            | Fact::Palleted { .. }
            | Fact::BagClosed { sscc: None, .. }
            | Fact::ManifestClosed { .. }
            | Fact::ManifestHandedOver { .. }
            | Fact::ManifestConfirmed { .. } => Self::Nothing,
            // Pools that wait are not begun before a person says so.
            Fact::Copied { .. } | Fact::CopySettled => Self::Nothing,
            Fact::OrderRefused { .. }
            | Fact::OutageSet { .. }
            | Fact::VolumeStated { .. }
            | Fact::ClockBelieved { .. }
            | Fact::ClockDoubted { .. }
            | Fact::OperatorChanged { .. }
            | Fact::LanguageChanged { .. } => Self::Nothing,
        }
    }

    /// From where a pool goes on after it.
    pub(super) fn pool_after(self) -> Option<PoolNext> {
        match self {
            Self::Used { carrier, drawn: Some((pool, serial)), .. } => {
                Some(PoolNext { carrier: carrier.into(), pool: pool.clone(), next: serial + 1 })
            }
            Self::Started { carrier, pool, next } => {
                Some(PoolNext { carrier: carrier.clone(), pool: pool.clone(), next })
            }
            Self::Used { drawn: None, .. } | Self::Nothing => None,
        }
    }
}
