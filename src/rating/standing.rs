//! How the services stand at the moment of a choice: what the cards cannot know.

use std::collections::BTreeMap;

use crate::units::Date;

/// One entry per service, in the order of [`super::Cards::services`]; what is missing is as usual.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    services: Vec<ServiceStanding>,
}

/// How one service stands.
#[derive(Debug, Clone, Default)]
pub struct ServiceStanding {
    /// It cannot be used now, whatever its cards say.
    pub unavailable: Option<Unavailable>,
    /// It leaves only on this day: its van has gone.
    pub leaves: Option<Date>,
    /// The account's parcels of this month, for prices by volume.
    pub month: Month,
    /// What became of its parcels.
    pub record: Record,
    /// The same by name of the zone.
    pub by_zone: BTreeMap<String, Record>,
    /// This parcel goes with it if it carries it, whatever the price.
    pub turn: Option<Turn>,
    /// The order is outside of its share of so many of a hundred: it takes the parcel only when no other service does.
    pub beside: Option<u32>,
}

/// Parcels of this month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Month {
    /// This station's own: counted.
    pub own: u64,
    /// Of the account's other stations, and the day somebody last said so: an estimate.
    pub elsewhere: Option<(u64, Date)>,
}

impl Month {
    /// As far as is known.
    pub fn parcels(self) -> u64 {
        self.own.saturating_add(self.elsewhere.map_or(0, |(parcels, _)| parcels))
    }
}

/// What became of parcels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// Of which something is known.
    pub parcels: u64,
    /// Came back, were lost or broken, or were complained about.
    pub failed: u64,
    /// Came later than the card says.
    pub late: u64,
}

impl Record {
    /// `of` these parcels in parts per million; `None` without parcels.
    pub(super) fn rate(self, of: u64) -> Option<i64> {
        i64::try_from(of.checked_mul(1_000_000)?.checked_div(self.parcels)?).ok()
    }
}

/// Why a parcel goes with a service though another may be cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Parcel `number` of `of` of a trial's stage.
    Trial {
        /// Counted from 1.
        number: u64,
        /// The stage's last.
        of: u64,
    },
    /// This order is in its share.
    Share {
        /// Of a hundred.
        percent: u32,
    },
}

/// Why a service cannot be used at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Somebody switched its carrier off: a strike, a storm.
    Outage,
    /// The station has no tracking number of its carrier to give out.
    NoNumbers,
    /// It has had as many parcels as it may.
    Cap {
        /// How many.
        parcels: u64,
        /// `day`, `wave`, `month`.
        per: &'static str,
    },
    /// The order is not among those that it is tried with.
    Share,
    /// A stage of its trial is full, and too little is known of what became of it.
    TrialWaits,
    /// Its trial was stopped.
    TrialStopped {
        /// Parcels that failed.
        failed: u64,
        /// Of so many known.
        of: u64,
        /// How much likelier that is of a bad carrier than of a good one.
        odds: u64,
    },
}

impl Standing {
    /// One entry per service, in the order of [`super::Cards::services`].
    pub const fn new(services: Vec<ServiceStanding>) -> Self {
        Self { services }
    }

    /// One more parcel of this month has gone with the service at this position.
    pub fn count(&mut self, service: u32) {
        if let Some(stands) = self.services.get_mut(service as usize) {
            stands.month.own += 1;
        }
    }

    /// How the service at this position stands.
    pub(super) fn of(&self, service: u32) -> &ServiceStanding {
        static USUAL: ServiceStanding = ServiceStanding {
            unavailable: None,
            leaves: None,
            month: Month { own: 0, elsewhere: None },
            record: Record { parcels: 0, failed: 0, late: 0 },
            by_zone: BTreeMap::new(),
            turn: None,
            beside: None,
        };
        self.services.get(service as usize).unwrap_or(&USUAL)
    }
}
