//! Tracking numbers that should be in a file for the seller's system, and are not.

use super::{Shortcoming, StationSite, Urgency, counted};
use crate::daemon::exports::{ExportChoice, ExportError, ExportJob};
use crate::store::{Store, StoreError};

pub(super) fn lacking(site: &StationSite<'_>, store: &Store) -> Result<Vec<Shortcoming>, StoreError> {
    let mut found = Vec::new();
    let setup = site.setup;
    for format in setup.config.exports.formats.iter().filter_map(|name| setup.exports.get(name)) {
        // Nothing was ever written: the station has not started with it.
        if store.export_mark(&format.name)?.is_none() {
            continue;
        }
        let zone = &setup.config.station.timezone;
        let job = ExportJob { store, format, zone, choice: ExportChoice::New, shop: None, channel: None };
        let report = match job.run(|_, _| Ok(())) {
            Ok(report) => report,
            Err(ExportError::Store(error)) => return Err(error),
            Err(error @ (ExportError::Write(_) | ExportError::Manifest(_))) => {
                let todo = "look at its file in the folder of formats";
                found.push(Shortcoming::new(Urgency::Notice, format!("{}: {error}", format.name), todo));
                continue;
            }
        };
        let name = &format.name;
        let parcels = |count: u64| counted(usize::try_from(count).unwrap_or(usize::MAX), "parcel");
        if let Some(first) = report.refused.first.first() {
            let what = format!("{} can be in no file of {name}", parcels(report.refused.count()));
            found.push(Shortcoming::new(Urgency::Notice, what, first.to_string()));
        }
        if report.rows > 0 {
            let what = format!("{} on closed manifests, and in no file of {name} yet", parcels(report.rows));
            let folder = setup.config.exports.folder.display();
            let todo =
                format!("start the station, which writes them into {folder}; where it runs, its log says why not");
            found.push(Shortcoming::new(Urgency::Notice, what, todo));
        }
    }
    Ok(found)
}
