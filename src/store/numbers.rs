//! What a fact does to numbers: which it uses for good, and from where their pool goes on. And how fast they are used.

#![deny(clippy::wildcard_enum_match_arm)]

use super::{Store, StoreError};
use crate::ids::{CarrierId, ParcelId, PoolId};
use crate::station::SSCC_POOL;
use crate::station::fact::{Fact, NumberSource, PoolNext};
use crate::units::Timestamp;

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

/// A number that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedNumber {
    /// Whose it is.
    pub carrier: CarrierId,
    /// The number.
    pub number: String,
}

/// The numbers that were used last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestNumbers {
    /// When the first of these parcels was begun.
    pub since: Timestamp,
    /// Newest first.
    pub numbers: Vec<UsedNumber>,
}

impl Store {
    /// The numbers of parcels that were begun since a moment, the newest and so many at most; `None` where there is none.
    pub fn numbers_since(&self, since: Timestamp, most: usize) -> Result<Option<LatestNumbers>, StoreError> {
        /// A parcel that lay on the shelf gets its number late: so many older ones in a row are none of these.
        const OLDER: usize = 1_000;
        let Some(first) = self.first_parcel_since(since)? else { return Ok(None) };
        let mut select =
            self.db.prepare_cached("SELECT carrier, number, parcel FROM numbers ORDER BY rowid DESC LIMIT ?1")?;
        let mut rows = select.query([most])?;
        let (mut numbers, mut oldest, mut older) = (Vec::new(), None, 0);
        while let Some(row) = rows.next()? {
            let (carrier, by): (String, u64) = (row.get(0)?, row.get(2)?);
            // Containers are counted by themselves; they are as old as the parcels beside them.
            if carrier != SSCC_POOL {
                if by < first.0 {
                    older += 1;
                    if older > OLDER {
                        break;
                    }
                    continue;
                }
                older = 0;
                oldest = Some(oldest.map_or(by, |oldest: u64| oldest.min(by)));
            }
            numbers.push(UsedNumber { carrier: carrier.into(), number: row.get(1)? });
        }
        let Some(oldest) = oldest else { return Ok(None) };
        let since = self.begun_at(ParcelId(oldest))?.unwrap_or(since);
        Ok(Some(LatestNumbers { since, numbers }))
    }

    /// The first parcel that was begun at a moment or later: parcels are counted in the order of time.
    fn first_parcel_since(&self, since: Timestamp) -> Result<Option<ParcelId>, StoreError> {
        let newest = "SELECT max(parcel) FROM journal WHERE parcel IS NOT NULL";
        let newest: Option<u64> = self.db.query_row(newest, [], |row| row.get(0))?;
        let Some(newest) = newest else { return Ok(None) };
        let (mut low, mut high) = (1, newest + 1);
        while low < high {
            let middle = low.midpoint(high);
            if self.begun_at(ParcelId(middle))?.is_some_and(|at| at >= since) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok((low <= newest).then_some(ParcelId(low)))
    }
}
