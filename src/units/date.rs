//! A calendar date: the ship date, and the first and last day of a price.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{QuantityError, shown};

/// A day of the Gregorian calendar, ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// 1970-01-01.
    pub const EPOCH: Self = Self { year: 1970, month: 1, day: 1 };

    /// A day that exists; `None` otherwise.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01 (which was a Thursday), to count between two dates.
    pub const fn number(self) -> i64 {
        // Years that begin in March put the leap day last, and the months' lengths in a pattern of 153 days for five.
        let (year, month) = (self.year as i64, self.month as i64);
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leaps + (month * 153 + 2) / 5 + self.day as i64 - 1 - 719_468
    }

    /// 1 to 366.
    pub const fn day_of_year(self) -> i64 {
        self.number() - Self { month: 1, day: 1, ..self }.number() + 1
    }

    /// 0 is Monday, 6 is Sunday.
    pub const fn weekday(self) -> u8 {
        (self.number() + 3).rem_euclid(7) as u8
    }

    /// The first day of its month.
    pub const fn first_of_month(self) -> Self {
        Self { day: 1, ..self }
    }

    /// The last day of its month.
    pub const fn last_of_month(self) -> Self {
        Self { day: days_in(self.year, self.month), ..self }
    }

    /// The day after this one.
    pub const fn next(self) -> Self {
        if self.day < days_in(self.year, self.month) {
            Self { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Self { month: self.month + 1, day: 1, ..self }
        } else {
            Self { year: self.year + 1, month: 1, day: 1 }
        }
    }
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
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
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
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
