//! The calendar by which deadlines are counted here: whether it goes on.

use super::{Shortcoming, StationSite, Urgency};

/// So many days before its end a calendar is spoken of.
const SOON: i64 = 60;

pub(super) fn lacking(site: &StationSite<'_>) -> Vec<Shortcoming> {
    let country = site.setup.rules.ship_from.country.as_str();
    let calendars = &site.setup.rules.deadlines.calendars;
    let own = calendars.all().find(|(name, _)| *name == country);
    let ending = own.map(|(_, calendar)| calendar.known().1).filter(|last| last.number() - site.today.number() < SOON);
    ending
        .map(|last| {
            let what = format!(
                "the holidays of {country} are known up to {last}: a deadline that is derived beyond it may be too early"
            );
            let todo = format!("install a newer version, or put a newer {country}.toml into calendars_dir");
            Shortcoming::new(Urgency::Notice, what, todo)
        })
        .into_iter()
        .collect()
}
