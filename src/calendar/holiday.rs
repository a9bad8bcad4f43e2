//! Holidays: on which days of a year they fall, and on which they are kept.

use std::str::FromStr;

use crate::units::Date;

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRule {
    /// As people call it.
    pub name: String,
    /// Where it is kept, as people write it; in the whole country where it is empty.
    pub regions: Vec<String>,
    /// On which day of every year; `None` where only `dates` are known.
    pub every: Option<HolidayDay>,
    /// Days on which it falls, where no rule says it.
    pub dates: Vec<Date>,
    /// The first and the last day of the time in which it is kept; `None`: always.
    pub within: (Option<Date>, Option<Date>),
    /// What becomes of it on a weekend.
    pub moves: HolidayMove,
}

/// A day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayDay {
    /// Month and day: `12-25`. One that a year does not have is left out.
    Fixed(u8, u8),
    /// `third monday of january`: which of the month (1 to 4), the day of the week (0 is Monday), the month.
    Nth(u8, u8, u8),
    /// `last monday of may`: the day of the week, the month.
    Last(u8, u8),
    /// `easter-2`, `easter+1`: so many days after Easter Sunday of the Gregorian calendar.
    Easter(i16),
}

/// On which day a holiday is kept that falls on a weekend; the day itself is a holiday, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayMove {
    /// On none.
    Stays,
    /// Saturday's on Friday, Sunday's on Monday: the day of work beside it.
    Nearest,
    /// On the next day of work that is no holiday.
    Next,
    /// The same, of a Sunday alone.
    NextAfterSunday,
}

/// A text that names no day of every year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no day of every year; write \"12-25\", \"third monday of january\", \"last monday of may\" or \"easter-2\""
)]
pub struct UnknownHoliday(String);

const NTHS: [&str; 4] = ["first", "second", "third", "fourth"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Farthest from Easter that a feast is: Corpus Christi is 60 days after it.
const MAX_FROM_EASTER: i16 = 100;
const SUNDAY: u8 = 6;

impl HolidayMove {
    /// Every way with its name in the files.
    pub const NAMES: [(&str, Self); 4] =
        [("stays", Self::Stays), ("nearest", Self::Nearest), ("next", Self::Next), ("sunday", Self::NextAfterSunday)];

    /// The day on which one is kept that falls on `day`.
    pub(super) fn kept(self, day: Date, is_weekend: impl Fn(Date) -> bool, is_taken: impl Fn(Date) -> bool) -> Date {
        let is_free = |day: Date| !is_weekend(day) && !is_taken(day);
        let next = || {
            let mut then = day.next();
            // A month of holidays is none.
            for _ in 0..31 {
                if is_free(then) {
                    break;
                }
                then = then.next();
            }
            then
        };
        match self {
            Self::Nearest if is_weekend(day) => {
                let before = day.plus_days(-1);
                if is_weekend(before) { day.next() } else { before }
            }
            Self::Next if is_weekend(day) => next(),
            Self::NextAfterSunday if day.weekday() == SUNDAY && is_weekend(day) => next(),
            Self::Stays | Self::Nearest | Self::Next | Self::NextAfterSunday => day,
        }
    }
}

impl HolidayRule {
    /// The days of a year on which it falls.
    pub(super) fn days(&self, year: u16) -> Vec<Date> {
        let (first, last) = self.within;
        let holds = |day: &Date| first.is_none_or(|first| first <= *day) && last.is_none_or(|last| *day <= last);
        let dates = self.dates.iter().copied().filter(|day| day.year() == year);
        self.every.and_then(|every| every.of(year)).into_iter().chain(dates).filter(holds).collect()
    }
}

impl HolidayDay {
    /// The day in a year; `None` where the year has none.
    pub fn of(self, year: u16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day),
            Self::Nth(nth, weekday, month) => {
                let first = Date::new(year, month, 1)?;
                let to_weekday = (7 + weekday - first.weekday()) % 7;
                Some(first.plus_days(i16::from(to_weekday + 7 * (nth - 1))))
            }
            Self::Last(weekday, month) => {
                let last = Date::new(year, month, 1)?.last_of_month();
                Some(last.plus_days(-i16::from((7 + last.weekday() - weekday) % 7)))
            }
            Self::Easter(days) => Some(easter(year)?.plus_days(days)),
        }
    }
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of Nature, 1876; Meeus, Astronomical Algorithms, 8).
fn easter(year: u16) -> Option<Date> {
    let full = u32::from(year);
    let (golden, century, rest) = (full % 19, full / 100, full % 100);
    let corrected = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - corrected + 15) % 30;
    let week = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7;
    let late = (golden + 11 * moon + 22 * week) / 451;
    let day = moon + week + 114 - 7 * late;
    Date::new(year, u8::try_from(day / 31).ok()?, u8::try_from(day % 31 + 1).ok()?)
}

impl FromStr for HolidayDay {
    type Err = UnknownHoliday;

    fn from_str(text: &str) -> Result<Self, UnknownHoliday> {
        let lower = text.trim().to_ascii_lowercase();
        read(&lower).ok_or_else(|| UnknownHoliday(text.chars().take(40).collect()))
    }
}

fn read(text: &str) -> Option<HolidayDay> {
    let place = |names: &[&str], name: &str| names.iter().position(|known| *known == name);
    let number = |at: usize| u8::try_from(at).ok();
    if let Some(days) = text.strip_prefix("easter") {
        let days: i16 = if days.is_empty() { 0 } else { days.parse().ok()? };
        let signed = days == 0 || text.contains(['+', '-']);
        return (signed && days.abs() <= MAX_FROM_EASTER).then_some(HolidayDay::Easter(days));
    }
    if let [nth, weekday, "of", month] = text.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        let (weekday, month) = (number(place(&WEEKDAYS, weekday)?)?, number(place(&MONTHS, month)? + 1)?);
        return match nth {
            "last" => Some(HolidayDay::Last(weekday, month)),
            nth => Some(HolidayDay::Nth(number(place(&NTHS, nth)? + 1)?, weekday, month)),
        };
    }
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (month, day) = text.split_once('-').filter(|(month, day)| digits(month) && digits(day))?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // The 29th of February is a day of some years.
    Date::new(2024, month, day).map(|_| HolidayDay::Fixed(month, day))
}
