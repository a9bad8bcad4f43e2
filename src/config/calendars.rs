//! Working days of countries: the shipped `config/calendars/<country>.toml`, and those of the folder that `calendars_dir` names.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::problem::Problems;
use super::rates::Weekday;
use super::table::{Source, Table};
use super::text::{text_of, unread};
use crate::calendar::{
    CalendarRules, Calendars, HolidayDay, HolidayMove, HolidayRule, MAX_WEEKEND_DAYS, MAX_YEARS, WeekendRule,
};
use crate::ids::{country_meant, is_country};
use crate::units::Date;

/// Largest file: fifty times the largest that we ship.
const MAX_BYTES: u64 = 256 << 10;
/// Most holidays of one country.
const MAX_HOLIDAYS: usize = 200;
/// Most days that one holiday names.
const MAX_DATES: usize = 100;

/// The shipped calendars, by country.
const SHIPPED: [(&str, &str); 8] = [
    ("GB", include_str!("../../config/calendars/GB.toml")),
    ("ID", include_str!("../../config/calendars/ID.toml")),
    ("MY", include_str!("../../config/calendars/MY.toml")),
    ("PH", include_str!("../../config/calendars/PH.toml")),
    ("SG", include_str!("../../config/calendars/SG.toml")),
    ("TH", include_str!("../../config/calendars/TH.toml")),
    ("US", include_str!("../../config/calendars/US.toml")),
    ("VN", include_str!("../../config/calendars/VN.toml")),
];

/// The shipped calendars, and those of a folder in the place of those of the same country; with every problem of both.
pub(super) fn read(dir: Option<&Path>) -> (Calendars, Problems) {
    let mut problems = Problems::default();
    let mut found: BTreeMap<String, CalendarRules> = BTreeMap::new();
    for (country, text) in SHIPPED {
        take(
            &Path::new("config/calendars").join(format!("{country}.toml")),
            text.to_owned(),
            &mut found,
            &mut problems,
        );
    }
    for path in dir.map(|dir| files(dir, &mut problems)).unwrap_or_default() {
        match text_of(&path, MAX_BYTES) {
            Ok(text) => take(&path, text, &mut found, &mut problems),
            Err(problem) => problems.push(problem),
        }
    }
    (Calendars::new(found.into_values()), problems)
}

/// Its calendars, in the order of their names.
fn files(dir: &Path, problems: &mut Problems) -> Vec<PathBuf> {
    let files = match std::fs::read_dir(dir) {
        Ok(files) => files,
        Err(error) => {
            problems.push(unread(dir, &error));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    paths
}

fn take(path: &Path, text: String, found: &mut BTreeMap<String, CalendarRules>, problems: &mut Problems) {
    let source = Source::new(path, text);
    let rules = source.parse().and_then(|root| {
        let table = Table::root(&source, &root);
        let rules = calendar(&table, path);
        table.finish();
        rules
    });
    let wrong = source.into_problems();
    if let Some(rules) = rules.filter(|_| !wrong.has_errors()) {
        found.insert(rules.country.clone(), rules);
    }
    problems.extend(wrong.0);
}

fn calendar(table: &Table<'_>, path: &Path) -> Option<CalendarRules> {
    let country = path.file_stem()?.to_str()?.to_owned();
    if !is_country(&country) {
        let meant = country_meant(&country).map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        let todo = format!("{meant}call the file by two capital letters of ISO 3166, such as US.toml");
        table.error("first", format!("{country:?} is no country"), todo);
    }
    let (first, last) = (table.required::<Date>("first"), table.required::<Date>("last"));
    if let (Some(first), Some(last)) = (first, last)
        && (last < first || last.year() - first.year() >= MAX_YEARS)
    {
        let todo = format!("write a last day behind the first, less than {MAX_YEARS} years later");
        table.error("last", format!("the calendar goes from {first} to {last}"), todo);
    }
    let weekends: Vec<WeekendRule> = table.tables("weekend").iter().filter_map(weekend).collect();
    if !weekends.iter().any(|weekend| weekend.regions.is_empty() && weekend.dates == (None, None)) {
        let todo = "add a [[weekend]] without regions and dates, such as days = [\"sat\", \"sun\"]";
        table.error("weekend", "nothing says which days of the week are free everywhere", todo);
    }
    let entries = table.tables("holiday");
    if entries.len() > MAX_HOLIDAYS {
        let todo = format!("write at most {MAX_HOLIDAYS}; one holiday may have many dates");
        table.error("holiday", format!("{} holidays", entries.len()), todo);
        return None;
    }
    let holidays = entries.iter().filter_map(holiday).collect();
    Some(CalendarRules { country, first: first?, last: last?, weekends, holidays })
}

fn weekend(table: &Table<'_>) -> Option<WeekendRule> {
    let regions = regions(table);
    let days = table.required::<Vec<Weekday>>("days").map(|days| week_end(table, "days", days));
    let dates = dates(table);
    table.finish();
    Some(WeekendRule { regions, days: days?, dates })
}

/// Days of the week without work.
pub(super) fn week_end(table: &Table<'_>, key: &str, days: Vec<Weekday>) -> BTreeSet<u8> {
    let days: BTreeSet<u8> = days.into_iter().map(Weekday::number).collect();
    if !(1..=MAX_WEEKEND_DAYS).contains(&days.len()) {
        let todo = format!("write its days, such as {key} = [\"sat\", \"sun\"]");
        table.error(key, "a weekend is one day to three", todo);
    }
    days
}

fn holiday(table: &Table<'_>) -> Option<HolidayRule> {
    let (name, regions) = (table.required::<String>("name"), regions(table));
    let every = table.optional_text::<HolidayDay>("every");
    let days = table.optional::<Vec<Date>>("dates").unwrap_or_default();
    if table.count(&["every", "dates"]) != 1 || table.has("dates") && !(1..=MAX_DATES).contains(&days.len()) {
        let todo = format!("write every = \"12-25\", or dates = [\"2026-03-03\"], up to {MAX_DATES}");
        table.error("name", "a holiday is on a day of every year, or on days of its own", todo);
    }
    let within = dates(table);
    let moves = table.optional_name("moves", &HolidayMove::NAMES).unwrap_or(HolidayMove::Stays);
    table.finish();
    Some(HolidayRule { name: name?, regions, every, dates: days, within, moves })
}

/// An empty list would mean everywhere.
fn regions(table: &Table<'_>) -> Vec<String> {
    let regions = table.optional::<Vec<String>>("regions").unwrap_or_default();
    if table.has("regions") && (regions.is_empty() || regions.iter().any(|name| name.trim().is_empty())) {
        table.error("regions", "a region has no name", "write its regions, or leave the key out for the whole country");
    }
    regions
}

/// `first` and `last` of a table.
pub(super) fn dates(table: &Table<'_>) -> (Option<Date>, Option<Date>) {
    let dates = (table.optional::<Date>("first"), table.optional::<Date>("last"));
    if let (Some(first), Some(last)) = dates
        && last < first
    {
        table.error("last", format!("it ends on {last}, before it begins on {first}"), "write the later day as last");
    }
    dates
}
