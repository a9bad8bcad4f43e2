//! A calendar date: the ship date, and the first and last day of a price.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{QuantityError, shown};

/// A day of the Gregorian calendar from the year 1 to 9999, ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(civil::Date);

impl Date {
    /// 1970-01-01.
    pub const EPOCH: Self = Self(civil::date(1970, 1, 1));

    /// A day that exists; `None` otherwise.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year < 1 {
            return None;
        }
        let (year, month, day) = (year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// 1 to 9999.
    pub fn year(self) -> u16 {
        self.0.year().unsigned_abs()
    }

    /// 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// 1 to 31.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }

    /// Days since 1970-01-01, to count between two dates.
    pub fn number(self) -> i64 {
        self.0.duration_since(Self::EPOCH.0).as_hours() / 24
    }

    /// 1 to 366.
    pub fn day_of_year(self) -> i64 {
        self.0.day_of_year().into()
    }

    /// 0 is Monday, 6 is Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_zero_offset().unsigned_abs()
    }

    /// The first day of its month.
    pub fn first_of_month(self) -> Self {
        Self(self.0.first_of_month())
    }

    /// The last day of its month.
    pub fn last_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// The day after this one; 9999-12-31 has none and stays.
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The day so many days later, or earlier where it is negative; the first or the last day there is where that is beyond.
    pub fn plus_days(self, days: i16) -> Self {
        self.0.saturating_add(jiff::Span::new().days(days)).into()
    }
}

impl From<civil::Date> for Date {
    /// The same day; the first day of the year 1 for one before it.
    fn from(date: civil::Date) -> Self {
        Self(date.max(civil::date(1, 1, 1)))
    }
}

impl FromStr for Date {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let read = || {
            let bytes = text.as_bytes();
            if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
                return None;
            }
            Self::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
        };
        read().ok_or_else(|| QuantityError::Date(shown(text)))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl TryFrom<String> for Date {
    type Error = QuantityError;

    fn try_from(text: String) -> Result<Self, QuantityError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn only_days_that_exist_from_the_year_1_to_9999_are_dates() {
        assert_eq!(
            [(0, 1, 1), (2026, 2, 29), (2026, 13, 1), (2026, 4, 31), (10_000, 1, 1), (2026, 1, 0)]
                .map(|(year, month, day)| Date::new(year, month, day)),
            [None; 6]
        );
        for text in ["2024-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in ["2026-7-12", "20260712", "2026-07-12T00", "0000-01-01", "2026/07/12", "2026-07-1\u{b2}"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert_eq!(size_of::<Date>(), 4);
    }

    #[test]
    fn days_are_counted_from_the_epoch_both_ways() {
        assert_eq!([Date::EPOCH, date("1969-12-31"), date("2000-03-01")].map(Date::number), [0, -1, 11_017]);
        assert_eq!([date("0001-01-01"), date("9999-12-31")].map(Date::number), [-719_162, 2_932_896]);
        assert_eq!([Date::EPOCH, date("2026-11-22")].map(Date::weekday), [3, 6]);
        assert_eq!([date("2024-12-31"), date("2026-12-31")].map(Date::day_of_year), [366, 365]);
    }

    #[test]
    fn the_next_day_crosses_months_and_years_and_the_last_one_stays() {
        for (day, next) in [
            ("2024-02-28", "2024-02-29"),
            ("2026-02-28", "2026-03-01"),
            ("2026-12-31", "2027-01-01"),
            ("9999-12-31", "9999-12-31"),
        ] {
            assert_eq!(date(day).next(), date(next));
        }
        for (day, days, then) in [
            ("2024-03-01", -1, "2024-02-29"),
            ("2026-12-31", 32, "2027-02-01"),
            ("0001-01-01", -1, "0001-01-01"),
            ("9999-12-30", 7, "9999-12-31"),
        ] {
            assert_eq!(date(day).plus_days(days), date(then));
        }
        assert_eq!(
            (date("2024-02-10").first_of_month(), date("2024-02-10").last_of_month()),
            (date("2024-02-01"), date("2024-02-29"))
        );
    }
}
