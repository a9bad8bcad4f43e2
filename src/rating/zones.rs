//! Where it leaves and where it goes -> the zone of the price table.

use std::collections::BTreeMap;

use super::{Pattern, Place, PostcodeMap, postcode};

/// Origin and destination -> zone. What no row names has no zone.
#[derive(Debug, Clone, Default)]
pub struct ZoneMap {
    names: Vec<String>,
    origins: PostcodeMap,
    destinations: Vec<PostcodeMap>,
    targets: Vec<Target>,
}

/// What the zone table says of a destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Position of the zone in the card's list of zones, which is its column in the prices.
    pub zone: usize,
    /// Routing code for the label.
    pub sort_code: Option<String>,
}

/// Which end of the way the table does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Miss {
    Origin,
    Destination,
}

impl ZoneMap {
    /// Zones in the order of the price columns, and the rows of the zone table: origin, destination, target. An
    /// origin's rows are its own: the longest origin that matches is used alone.
    pub fn new(names: Vec<String>, rows: &[(Pattern, Pattern, Target)]) -> Self {
        let mut targets = BTreeMap::new();
        let mut by_origin: BTreeMap<Pattern, Vec<(Pattern, u32)>> = BTreeMap::new();
        for (origin, destination, target) in rows {
            let next = u32::try_from(targets.len()).unwrap_or(u32::MAX);
            let at = *targets.entry(target.clone()).or_insert(next);
            by_origin.entry(*origin).or_default().push((*destination, at));
        }
        let origins: Vec<_> = by_origin.keys().copied().zip(0..).collect();
        let mut listed: Vec<_> = targets.into_iter().collect();
        listed.sort_by_key(|(_, at)| *at);
        Self {
            names,
            origins: PostcodeMap::new(&origins),
            destinations: by_origin.values().map(|rows| PostcodeMap::new(rows)).collect(),
            targets: listed.into_iter().map(|(target, _)| target).collect(),
        }
    }

    /// The names of the zones, in the order of the price columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether parcels may leave from here.
    pub fn leaves_from(&self, place: &Place) -> bool {
        postcode::pack(place).and_then(|place| self.origins.get(place)).is_some()
    }

    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|zone| zone == name)
    }

    pub(super) fn find(&self, from: Option<u64>, to: Option<u64>) -> Result<&Target, Miss> {
        let origin = from.and_then(|place| self.origins.get(place)).ok_or(Miss::Origin)?;
        let destinations = self.destinations.get(origin as usize).ok_or(Miss::Origin)?;
        let target = to.and_then(|place| destinations.get(place)).ok_or(Miss::Destination)?;
        self.targets.get(target as usize).ok_or(Miss::Destination)
    }
}
