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
    /// Rows name several cities of that name, and the place does not say which kind it is.
    Unclear,
    /// Half a postcode is not enough to say which row it is.
    Half,
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
        self.rows_from(&PlaceKeys::new(place, self.origins.is_named())).is_some()
    }

    /// Whether parcels may leave from somewhere in a country.
    pub(super) fn leaves_country(&self, country: &str) -> bool {
        self.origins.is_in(country)
    }

    pub(super) fn collects(&self, from: &PlaceKeys) -> bool {
        self.rows_from(from).is_some()
    }

    pub(super) fn is_named(&self) -> bool {
        self.origins.is_named() || self.destinations.iter().any(PlaceMap::is_named)
    }

    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|zone| zone == name)
    }

    /// Whether any row names a place of a country by its region or its city.
    pub(super) fn is_named_in(&self, country: &str) -> bool {
        self.destinations.iter().any(|rows| rows.is_named_in(country))
    }

    /// Whether half of the destination's postcode does not say which row it is.
    pub(super) fn needs_more(&self, from: &PlaceKeys, to: &PlaceKeys) -> bool {
        self.rows_from(from).is_some_and(|rows| rows.needs_more(to))
    }

    /// Whether only the row of its whole country has a destination, while others name parts of that country.
    pub(super) fn is_rest(&self, from: &PlaceKeys, to: &Place, keys: &PlaceKeys) -> bool {
        self.rows_from(from).is_some_and(|rows| rows.is_rest(to, keys))
    }

    fn rows_from(&self, from: &PlaceKeys) -> Option<&PlaceMap> {
        // Of half a postcode it must be certain which origin it is, too.
        let origin = self.origins.get(from).filter(|_| !self.origins.needs_more(from))?;
        self.destinations.get(origin as usize)
    }

    pub(super) fn find(&self, from: &PlaceKeys, to: &PlaceKeys) -> Result<&ZoneEntry, ZoneMiss> {
        let target = self.rows_from(from).ok_or(ZoneMiss::Origin)?.get(to).ok_or(ZoneMiss::Destination)?;
        if target == PlaceMap::UNCLEAR {
            return Err(ZoneMiss::Unclear);
        }
        match self.targets.get(target as usize) {
            Some(Some(target)) => Ok(target),
            Some(None) => Err(ZoneMiss::Excluded),
            None => Err(ZoneMiss::Destination),
        }
    }
}
