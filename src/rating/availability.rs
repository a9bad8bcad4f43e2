//! What the cards cannot know of the services at the moment of a choice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::Date;

/// One entry for each service, in the order of [`super::Cards::services`]. A service without an entry is available, and
/// nothing is known of its parcels.
#[derive(Debug, Clone, Default)]
pub struct Availability {
    services: Vec<ServiceAvailability>,
}

/// Whether one service can take a parcel now, and what counts for or against it.
#[derive(Debug, Clone, Default)]
pub struct ServiceAvailability {
    /// Why it cannot be used now, whatever its cards say.
    pub unavailable: Option<Unavailable>,
    /// The day its next van leaves, where that is not the ship date of the parcel.
    pub leaves: Option<Date>,
    /// The account's parcels of this month, for prices by volume.
    pub month: MonthlyParcels,
    /// What became of its parcels.
    pub record: DeliveryRecord,
    /// What became of its parcels, by name of the zone.
    pub by_zone: BTreeMap<String, DeliveryRecord>,
    /// Why it takes this parcel before all others, if it carries it.
    pub priority: Option<Priority>,
    /// The percentage of its share, where the order is not in it. Then it comes after all others.
    pub outside_share: Option<u32>,
}

/// Parcels of an account with one service in one month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthlyParcels {
    /// Of this station, counted.
    pub own: u64,
    /// An estimate for the account's other stations, and the day it was stated.
    pub elsewhere: Option<(u64, Date)>,
}

impl MonthlyParcels {
    /// Of all stations.
    pub fn parcels(self) -> u64 {
        self.own.saturating_add(self.elsewhere.map_or(0, |(parcels, _)| parcels))
    }
}

/// Counts of parcels whose outcome is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    /// All of them.
    pub parcels: u64,
    /// Those that came back, were lost or broken, or were complained about.
    pub failed: u64,
    /// Those that arrived later than the card says.
    pub late: u64,
}

impl DeliveryRecord {
    /// `of` these parcels in parts per million; `None` without parcels.
    pub(super) fn rate(self, of: u64) -> Option<i64> {
        i64::try_from(of.checked_mul(1_000_000)?.checked_div(self.parcels)?).ok()
    }
}

/// Why a service takes a parcel before all others, even where another is cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// The parcel is one of a trial's stage.
    Trial {
        /// The parcel's number in the stage, from 1.
        number: u64,
        /// How many parcels the stage goes up to.
        of: u64,
    },
    /// The order is in the service's share.
    Share {
        /// Of all orders, 0 to 100.
        percent: u32,
    },
}

/// Why a service cannot be used at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// A person has switched its carrier off, for example in a strike or a storm.
    Outage,
    /// The station has no tracking number of its carrier to give out.
    NoNumbers,
    /// It has had as many parcels as it may.
    Cap {
        /// The most it may have.
        parcels: u64,
        /// `day`, `wave`, `month`.
        per: &'static str,
    },
    /// The service is on trial with a part of the orders, and this order is not in that part.
    Share,
    /// A stage of its trial is full, and the outcomes of too few of its parcels are known.
    TrialWaits,
    /// Its trial was stopped.
    TrialStopped {
        /// Parcels that failed.
        failed: u64,
        /// Parcels whose outcome is known.
        of: u64,
        /// How many times likelier these failures are of a bad carrier than of a good one.
        odds: u64,
    },
}

impl Availability {
    /// One entry for each service, in the order of [`super::Cards::services`].
    pub const fn new(services: Vec<ServiceAvailability>) -> Self {
        Self { services }
    }

    /// Counts one more parcel of this month for the service at this position.
    pub fn count(&mut self, service: u32) {
        if let Some(service) = self.services.get_mut(service as usize) {
            service.month.own += 1;
        }
    }

    /// The entry of the service at this position.
    pub(super) fn of(&self, service: u32) -> &ServiceAvailability {
        static AVAILABLE: ServiceAvailability = ServiceAvailability {
            unavailable: None,
            leaves: None,
            month: MonthlyParcels { own: 0, elsewhere: None },
            record: DeliveryRecord { parcels: 0, failed: 0, late: 0 },
            by_zone: BTreeMap::new(),
            priority: None,
            outside_share: None,
        };
        self.services.get(service as usize).unwrap_or(&AVAILABLE)
    }
}
