//! The computer: its disk, its clock, what is plugged in, and its backups.

use super::{Shortcoming, StationSite, Urgency};
use crate::daemon::clocks::reading;
use crate::devices::doctor;
use crate::store::{DiskRoom, backups, stamp};
use crate::units::Timestamp;

/// A nightly backup that is older was missed twice.
const BACKUP_MS: i64 = 2 * 86_400_000;

pub(super) fn lacking(site: &StationSite<'_>) -> Vec<Shortcoming> {
    let mut found = one_device_twice(site);
    found.extend(disk(site));
    found.extend(clock(site));
    found.extend(backup(site));
    found
}

fn one_device_twice(site: &StationSite<'_>) -> Vec<Shortcoming> {
    let todo = "write the device of each into the configuration; `parceld doctor` says what is plugged in";
    let shared = doctor::shared(&site.setup.devices()).into_iter();
    shared.map(|what| Shortcoming::new(Urgency::Stops, what, todo)).collect()
}

fn disk(site: &StationSite<'_>) -> Option<Shortcoming> {
    let station = &site.setup.config.station;
    // Before the first start there is no folder; its disk is that of what it will lie in.
    let dir = station.data_dir.ancestors().find(|dir| dir.is_dir())?;
    let room = DiskRoom::of(dir).ok()?;
    room.is_short(station.keep_free_mb).then(|| {
        let what = format!("{} MB are free on the disk of {}", room.free_mb, station.data_dir.display());
        let todo = format!("free some space: {} MB are to stay free (keep_free_mb)", station.keep_free_mb);
        Shortcoming::new(Urgency::Stops, what, todo)
    })
}

/// What the screen will ask, or asks already.
fn clock(site: &StationSite<'_>) -> Option<Shortcoming> {
    let vouched = reading(site.setup.config.station.clock, site.now).vouched;
    let doubted = site.station.is_some_and(|station| station.clock_doubt().is_some());
    let how = "connect the network, or scan DATEOK when the screen asks";
    match () {
        () if site.today.next() < site.setup.rules.released => {
            let what = format!("the clock shows {}, and this program was made later", site.today);
            Some(Shortcoming::new(Urgency::Stops, what, "set the clock, or connect the network"))
        }
        () if vouched.is_some() => None,
        () if doubted => Some(Shortcoming::new(Urgency::Stops, "the clock is in doubt, and no label gets a date", how)),
        () => {
            let what = "nothing vouches for the clock, so the screen asks for the date after each start";
            Some(Shortcoming::new(Urgency::Notice, what, how))
        }
    }
}

fn backup(site: &StationSite<'_>) -> Option<Shortcoming> {
    let dir = &site.setup.config.backup.as_ref()?.dir;
    // Before the first night there is nothing to copy.
    site.station?;
    let todo = "see that its medium is in, then `parceld backup`";
    let shown = dir.display();
    let what = match backups(dir, &site.setup.rules.station) {
        Err(error) => format!("the backups cannot be looked at: {error}"),
        Ok(all) => match all.last() {
            None => format!("no backup of this station is in {shown}"),
            Some(newest) if newest.time < stamp(Timestamp(site.now.0 - BACKUP_MS)) => {
                format!("the newest backup in {shown} is of {}", newest.time)
            }
            Some(_) => return None,
        },
    };
    Some(Shortcoming::new(Urgency::Soon, what, todo))
}
