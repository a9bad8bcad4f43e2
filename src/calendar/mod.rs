//! Which days are worked on, by country and region; and deadlines that count such days.
//!
//! Everything here is data that [`crate::config`] reads: `config/calendars/<country>.toml` and `config/deadlines.toml`. A
//! calendar says from which day to which its holidays are known. Beyond them only weekends are sure, and whoever asks can see
//! that ([`WorkingDays::is_known`]).

#![deny(clippy::disallowed_methods)]

mod deadline;
#[cfg(test)]
mod deadline_tests;
mod holiday;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use deadline::{
    Certainty, CountedTime, Deadline, DeadlineKind, DeadlineOrigin, DeadlineRule, DeadlineRules, DeadlineTerm,
    Deadlines, PlacedOrder,
};
pub use holiday::{HolidayDay, HolidayMove, HolidayRule, UnknownHoliday};

use crate::place;
use crate::units::Date;

/// Most days of a weekend: some days of a week are worked on, or counting would never end.
pub const MAX_WEEKEND_DAYS: usize = 3;
/// Most years between the first and the last known day of a calendar.
pub const MAX_YEARS: u16 = 30;
/// Holidays by rule are counted so many years past the last known day.
const YEARS_BEYOND: u16 = 2;

/// Days of the week without work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekendRule {
    /// Where, as people write it; everywhere else in the country where it is empty.
    pub regions: Vec<String>,
    /// 0 is Monday, 6 is Sunday; at most [`MAX_WEEKEND_DAYS`].
    pub days: BTreeSet<u8>,
    /// The first and the last day that it holds; `None`: always.
    pub dates: (Option<Date>, Option<Date>),
}

/// What a country's file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRules {
    /// Two capital letters (ISO 3166-1).
    pub country: String,
    /// The first day from which on every holiday is known.
    pub first: Date,
    /// The last such day.
    pub last: Date,
    /// Of a region, the first that names it and holds on the day counts; else the first without regions.
    pub weekends: Vec<WeekendRule>,
    /// In their order: a holiday that moves goes to a day that none above it has.
    pub holidays: Vec<HolidayRule>,
}

/// The working days of every country that there is a calendar of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendars(BTreeMap<String, CountryCalendar>);

/// The working days of a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryCalendar {
    rules: CalendarRules,
    /// Holidays of each region that is named, as regions are compared.
    regions: BTreeMap<String, BTreeSet<Date>>,
    /// Holidays of all others.
    elsewhere: BTreeSet<Date>,
}

/// The working days of one place.
#[derive(Debug, Clone, Copy)]
pub struct WorkingDays<'a> {
    rules: &'a CalendarRules,
    /// As regions are compared.
    region: Option<&'a str>,
    /// In the place of what is usual there.
    weekend: Option<&'a BTreeSet<u8>>,
    holidays: &'a BTreeSet<Date>,
}

impl Calendars {
    /// These; the last of two of one country counts.
    pub fn new(rules: impl IntoIterator<Item = CalendarRules>) -> Self {
        Self(rules.into_iter().map(|rules| (rules.country.clone(), CountryCalendar::new(rules))).collect())
    }

    /// Every calendar, by its country.
    pub fn all(&self) -> impl Iterator<Item = (&str, &CountryCalendar)> {
        self.0.iter().map(|(country, calendar)| (country.as_str(), calendar))
    }

    /// The working days of a place; the region as people write it, or empty. `None` where there is no calendar.
    pub fn at(&self, country: &str, region: &str) -> Option<WorkingDays<'_>> {
        self.0.get(country).map(|calendar| calendar.at(region))
    }

    /// Whether a day is worked on; `None` where there is no calendar of the country.
    pub fn is_working_day(&self, country: &str, region: &str, day: Date) -> Option<bool> {
        self.at(country, region).map(|days| days.is_working_day(day))
    }
}

impl CountryCalendar {
    fn new(rules: CalendarRules) -> Self {
        let named = rules.weekends.iter().flat_map(|weekend| &weekend.regions);
        let named = named.chain(rules.holidays.iter().flat_map(|holiday| &holiday.regions));
        let named: BTreeSet<String> = named.map(|name| place::region(&rules.country, name)).collect();
        let regions = named.into_iter().map(|region| (region.clone(), rules.holidays_of(Some(&region)))).collect();
        let elsewhere = rules.holidays_of(None);
        Self { rules, regions, elsewhere }
    }

    /// The first and the last day between which every holiday is known.
    pub fn known(&self) -> (Date, Date) {
        (self.rules.first, self.rules.last)
    }

    fn at(&self, region: &str) -> WorkingDays<'_> {
        let named = self.regions.get_key_value(&place::region(&self.rules.country, region));
        let (region, holidays) =
            named.map_or((None, &self.elsewhere), |(name, holidays)| (Some(name.as_str()), holidays));
        WorkingDays { rules: &self.rules, region, weekend: None, holidays }
    }
}

impl CalendarRules {
    fn is_of(&self, regions: &[String], region: Option<&str>) -> bool {
        regions.iter().any(|name| Some(place::region(&self.country, name).as_str()) == region)
    }

    /// The days of the week without work in a region on a day.
    fn weekend(&self, region: Option<&str>, day: Date) -> Option<&BTreeSet<u8>> {
        let holds = |weekend: &&WeekendRule| {
            let (first, last) = weekend.dates;
            first.is_none_or(|first| first <= day) && last.is_none_or(|last| day <= last)
        };
        let named = self.weekends.iter().filter(|weekend| self.is_of(&weekend.regions, region)).find(holds);
        let usual = || self.weekends.iter().filter(|weekend| weekend.regions.is_empty()).find(holds);
        named.or_else(usual).map(|weekend| &weekend.days)
    }

    fn is_weekend(&self, region: Option<&str>, day: Date) -> bool {
        self.weekend(region, day).is_some_and(|days| days.contains(&day.weekday()))
    }

    /// The holidays of a region, on the days on which they are kept.
    fn holidays_of(&self, region: Option<&str>) -> BTreeSet<Date> {
        let here = |holiday: &&HolidayRule| holiday.regions.is_empty() || self.is_of(&holiday.regions, region);
        // The new year of the next one may be kept in this one.
        let years = self.first.year().saturating_sub(1)..=self.last.year().saturating_add(YEARS_BEYOND).min(9_999);
        let mut days = BTreeSet::new();
        for year in years {
            let of_year: Vec<(Date, HolidayMove)> = (self.holidays.iter().filter(here))
                .flat_map(|holiday| holiday.days(year).into_iter().map(|day| (day, holiday.moves)))
                .collect();
            days.extend(of_year.iter().map(|(day, _)| *day));
            for (day, moves) in of_year {
                let kept = moves.kept(day, |day| self.is_weekend(region, day), |day| days.contains(&day));
                days.insert(kept);
            }
        }
        days
    }
}

impl<'a> WorkingDays<'a> {
    /// The same place, where these days of the week are free and no others: 0 is Monday. At most [`MAX_WEEKEND_DAYS`].
    #[must_use]
    pub fn with_weekend(self, days: &'a BTreeSet<u8>) -> Self {
        Self { weekend: Some(days), ..self }
    }

    /// Whether a day is worked on: no weekend, and no holiday that is known.
    pub fn is_working_day(&self, day: Date) -> bool {
        let is_weekend = match self.weekend {
            Some(days) => days.contains(&day.weekday()),
            None => self.rules.is_weekend(self.region, day),
        };
        !is_weekend && !self.holidays.contains(&day)
    }

    /// Whether every holiday around a day is known.
    pub fn is_known(&self, day: Date) -> bool {
        (self.rules.first..=self.rules.last).contains(&day)
    }

    /// The day itself where it is worked on, else the next that is.
    pub fn working_day_from(&self, day: Date) -> Date {
        if self.is_working_day(day) { day } else { self.add_working_days(day, 1) }
    }

    /// The working day so many after a day: 1 is the next one. 0 is the day itself, whatever it is.
    pub fn add_working_days(&self, day: Date, count: u16) -> Date {
        let mut day = day;
        for _ in 0..count {
            loop {
                let next = day.next();
                let is_last = next == day;
                day = next;
                if is_last || self.is_working_day(day) {
                    break;
                }
            }
        }
        day
    }
}

/// Calendars, and the rules that count by them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadlineBook {
    /// Which days are worked on.
    pub calendars: Calendars,
    /// What each channel gives.
    pub rules: DeadlineRules,
}
