//! Whether parcels can go out: what a correct configuration may still lack. `parceld check` lists it, most urgent first, each
//! with what mends it.
//!
//! `carriers` looks at numbers and prices, `orders` at the orders that wait, `machine` at the computer, `leaving` at what
//! is packed and stays, `exports` at tracking numbers that no seller's system was given, `calendars` at holidays, and `api` at
//! where other programs send orders to.

mod access;
mod api;
mod calendars;
mod carriers;
mod exports;
mod leaving;
mod machine;
mod orders;
#[cfg(test)]
mod tests;

use std::fmt;

use super::{Setup, today};
use crate::station::Station;
use crate::store::{Store, StoreError};
use crate::units::{Date, Timestamp};

/// How urgent something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Parcels stay here because of it.
    Stops,
    /// They go, and should not.
    Wrong,
    /// They will stay.
    Soon,
    /// Somebody should know.
    Notice,
}

/// Something that keeps parcels here, or will.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortcoming {
    /// How urgent it is.
    pub urgency: Urgency,
    /// What is lacking.
    pub what: String,
    /// What mends it.
    pub todo: String,
}

impl Shortcoming {
    fn new(urgency: Urgency, what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { urgency, what: what.into(), todo: todo.into() }
    }
}

impl fmt::Display for Shortcoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urgency = match self.urgency {
            Urgency::Stops => "stops parcels",
            Urgency::Wrong => "wrong",
            Urgency::Soon => "soon",
            Urgency::Notice => "notice",
        };
        write!(f, "{urgency}: {}; {}", self.what, self.todo)
    }
}

/// What can be seen of a station's memory.
#[derive(Debug, Clone, Copy)]
pub enum SeenMemory<'a> {
    /// All of it.
    Open(&'a Station, &'a Store),
    /// No station has run here yet.
    Empty,
    /// It cannot be looked into: nothing is said of what is in it.
    Closed,
}

/// What a station has at a moment.
struct StationSite<'a> {
    setup: &'a Setup,
    /// What is remembered; `None` where no station has run yet.
    station: Option<&'a Station>,
    now: Timestamp,
    today: Date,
}

/// Everything that is lacking at a moment.
///
/// # Errors
/// The memory cannot be read.
pub fn shortcomings(setup: &Setup, memory: SeenMemory<'_>, now: Timestamp) -> Result<Vec<Shortcoming>, StoreError> {
    let today = today(&setup.config.station.timezone, now);
    let station = match memory {
        SeenMemory::Open(station, _) => Some(station),
        SeenMemory::Empty | SeenMemory::Closed => None,
    };
    let site = StationSite { setup, station, now, today };
    let mut found = carriers::lacking(&site);
    found.extend(machine::lacking(&site));
    found.extend(access::lacking(&setup.config));
    found.extend(calendars::lacking(&site));
    found.extend(api::lacking(&site));
    match memory {
        SeenMemory::Open(station, store) => {
            found.extend(carriers::numbers_lacking(&site));
            found.extend(orders::lacking(&site, station, store)?);
            found.extend(leaving::lacking(&site, station));
            found.extend(exports::lacking(&site, store)?);
        }
        SeenMemory::Empty => found.extend(carriers::numbers_lacking(&site)),
        SeenMemory::Closed => {}
    }
    found.sort();
    Ok(found)
}

/// `1 parcel`, `12 parcels`.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
