//! The origin and the destination of a parcel -> the zone of the price table.

use std::collections::BTreeMap;

use super::Place;
use super::area::{PlaceKeys, PlaceMap, PlacePattern};

/// Origin and destination -> zone. What no row names has no zone.
#[derive(Debug, Clone, Default)]
pub struct ZoneMap {
    names: Vec<String>,
    origins: PlaceMap,
    destinations: Vec<PlaceMap>,
    targets: Vec<Option<ZoneEntry>>,
}

/// What the zone table says of a destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ZoneEntry {
    /// Position of the zone in the card's list of zones, which is its column in the prices.
    pub zone: usize,
    /// Routing code for the label.
    pub sort_code: Option<String>,
    /// What stands beside it on the label, smaller: the street, where carriers sort that far.
    pub sort_detail: Option<String>,
    /// Days on the way, where the table says it.
    pub days: Option<u16>,
}

/// Why the zone table has no zone for a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ZoneMiss {
    /// No row names where it leaves from.
    Origin,
    /// No row of that origin names where it goes.
    Destination,
    /// The row says that it is not served.
    Excluded,
}

impl ZoneMap {
    /// Zones in the order of the price columns, and the rows of the zone table: origin, destination, target (`None`: not
    /// served). An origin's rows are its own: the most exact origin that matches is used alone.
    pub fn new(names: Vec<String>, rows: Vec<(PlacePattern, PlacePattern, Option<ZoneEntry>)>) -> Self {
        let mut targets = BTreeMap::new();
        let mut by_origin: BTreeMap<PlacePattern, Vec<(PlacePattern, u32)>> = BTreeMap::new();
        for (origin, destination, target) in rows {
            let next = u32::try_from(targets.len()).unwrap_or(u32::MAX);
            let at = *targets.entry(target).or_insert(next);
            by_origin.entry(origin).or_default().push((destination, at));
        }
        let origins: Vec<_> = by_origin.keys().cloned().zip(0..).collect();
        let mut listed: Vec<_> = targets.into_iter().collect();
        listed.sort_by_key(|(_, at)| *at);
        Self {
            names,
            origins: PlaceMap::new(&origins),
            destinations: by_origin.values().map(|rows| PlaceMap::new(rows)).collect(),
            targets: listed.into_iter().map(|(target, _)| target).collect(),
        }
    }

    /// The names of the zones, in the order of the price columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether parcels may leave from here.
    pub fn leaves_from(&self, place: &Place) -> bool {
        self.origins.get(&PlaceKeys::new(place, self.origins.is_named())).is_some()
    }

    /// Whether parcels may leave from somewhere in a country.
    pub(super) fn leaves_country(&self, country: &str) -> bool {
        self.origins.is_in(country)
    }

    pub(super) fn collects(&self, from: &PlaceKeys) -> bool {
        self.origins.get(from).is_some()
    }

    pub(super) fn is_named(&self) -> bool {
        self.origins.is_named() || self.destinations.iter().any(PlaceMap::is_named)
    }

    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|zone| zone == name)
    }

    pub(super) fn find(&self, from: &PlaceKeys, to: &PlaceKeys) -> Result<&ZoneEntry, ZoneMiss> {
        let origin = self.origins.get(from).ok_or(ZoneMiss::Origin)?;
        let destinations = self.destinations.get(origin as usize).ok_or(ZoneMiss::Origin)?;
        let target = destinations.get(to).ok_or(ZoneMiss::Destination)?;
        match self.targets.get(target as usize) {
            Some(Some(target)) => Ok(target),
            Some(None) => Err(ZoneMiss::Excluded),
            None => Err(ZoneMiss::Destination),
        }
    }
}
