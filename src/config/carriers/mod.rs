//! Folders of TOML and CSV -> [`Cards`]. The format is documented in `config/carriers/README.md`.
//!
//! ```text
//! carriers/formats.toml                            formats.rs   how the numbers of other carriers look
//! carriers/<carrier>/carrier.toml                  carrier.rs   names, numbers, pools
//! carriers/<carrier>/aliases.csv                   aliases.rs   what else its places are called
//! carriers/<carrier>/<service>/<from>.toml         card.rs      one period's rules (parts of it in rules.rs, when.rs)
//! carriers/<carrier>/<service>/<from>.prices.csv   prices.rs    rows by weight, columns by zone
//! carriers/<carrier>/<service>/<from>.cubic.csv    prices.rs    rows by volume, columns by zone
//! carriers/<carrier>/<service>/*.csv               zones.rs     zones and area lists, by the names the rules give
//!                                                  fuel.rs      fuel by week
//! ```
//!
//! Everything wrong is found in one pass. With any error nothing is loaded: half a card would price wrong.

mod aliases;
mod backup;
mod card;
mod carrier;
mod context;
mod files;
mod formats;
mod fuel;
mod percent;
mod prices;
mod rules;
mod service;
mod sheet;
mod tables;
mod when;
mod zones;

#[cfg(test)]
mod numbers_tests;
#[cfg(test)]
mod sheets_tests;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use backup::back_up;

use super::problem::{Problem, Problems};
use crate::ids::{CarrierId, ServiceId, did_you_mean, is_country};
use crate::rating::{Cards, Place, ServiceCards};
use files::CarrierFiles;

/// Reads the carriers in `dir`, all or those named in `only`; every problem, warnings too, when there is an error among
/// them.
pub fn load(dir: &Path, only: &[CarrierId]) -> Result<Cards, Problems> {
    let (cards, problems) = read(dir, only);
    cards.ok_or(problems)
}

/// Reads the carriers in `dir`, all or those named in `only`: the cards when nothing is wrong with them, and every
/// problem, warnings too.
pub fn read(dir: &Path, only: &[CarrierId]) -> (Option<Cards>, Problems) {
    let mut problems = Problems::default();
    let mut files = CarrierFiles::default();
    let (mut carriers, mut services) = (Vec::new(), Vec::new());
    let published = formats::published(dir, &mut files, &mut problems);
    let folders: Vec<CarrierId> = files::folders(dir, &mut problems).into_iter().map(CarrierId::from).collect();
    for missing in only.iter().filter(|name| !folders.contains(name)) {
        let meant = did_you_mean(missing.as_str(), folders.iter().map(CarrierId::as_str));
        let todo = format!("{meant}add its folder, or take it out of [rates]");
        problems.push(Problem::error(dir.join(missing.as_str()), "no such carrier", todo));
    }
    for folder in folders.into_iter().filter(|folder| only.is_empty() || only.contains(folder)) {
        let loaded = carrier::load(&dir.join(folder.as_str()), &folder, &published, &mut files, &mut problems);
        carriers.extend(loaded.carrier);
        services.extend(loaded.services);
    }
    if carriers.is_empty() && !problems.has_errors() {
        let todo = "put a folder per carrier there, as config/carriers/README.md says";
        problems.push(Problem::error(dir, "no carriers here", todo));
    }
    let cards =
        (!problems.has_errors()).then(|| Cards::new(carriers, services, files.hash(dir)).with_published(published));
    (cards, problems)
}

/// A warning for each service that does not collect from where the station is, though it does from elsewhere in that
/// country or its carrier has no other service here: a carrier's services of other countries are as they should be.
pub fn check_origin(cards: &Cards, dir: &Path, ship_from: &Place) -> Problems {
    if !is_country(&ship_from.country) {
        // That is what is wrong, and it is said.
        return Problems::default();
    }
    let idle: Vec<&ServiceId> = cards.not_from(ship_from).collect();
    let carrier_is_idle = |service: &ServiceCards| {
        let of_carrier = cards.services().iter().filter(|other| other.id.carrier() == service.id.carrier());
        of_carrier.map(|other| &other.id).all(|id| idle.contains(&id))
    };
    let wanted = |id: &&ServiceId| {
        let service = cards.services().iter().find(|service| service.id == **id);
        service.is_some_and(|service| service.collects_in(&ship_from.country) || carrier_is_idle(service))
    };
    let warning = |service: &ServiceId| {
        let folder = dir.join(service.carrier().as_str()).join(service.name());
        let what = format!("no zones from {}:{}", ship_from.country, ship_from.postcode);
        let todo = "add this origin to its zone table, or every parcel is refused by this service";
        Problem::error(folder, what, todo).warning()
    };
    Problems(idle.iter().copied().filter(wanted).map(warning).collect())
}
