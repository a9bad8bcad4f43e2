//! One cell -> a value of `parceld.order/1`. No reason quotes what may be a name.

use jiff::civil::DateTime;
use serde_json::Value;

use super::{CellReading, ForeignFormat, Market};
use crate::units::Decimal;

/// Longest word of a closed list that is shown where it is not known.
const MAX_WORD: usize = 40;
/// What a spreadsheet writes where it could not calculate.
const SHEET_ERRORS: [&str; 8] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#####"];

/// The value of a cell that is not empty; `None` where it says nothing.
pub(super) fn value(
    format: &ForeignFormat,
    reading: &CellReading,
    cell: &str,
    market: Option<&Market>,
) -> Result<Option<Value>, String> {
    let text = |text: &str| Ok(Some(Value::String(text.to_owned())));
    match reading {
        CellReading::Plain => text(cell),
        CellReading::Words(words, other) => {
            let meant = words.iter().find(|(word, _)| same(word, cell)).map(|(_, meant)| meant).or(other.as_ref());
            match meant {
                Some(meant) if meant.is_empty() => Ok(None),
                Some(meant) => text(meant),
                None => Err(unknown(cell)),
            }
        }
        CellReading::Country => format.country(cell).map_or_else(
            || Err("is no country that is known; write its two letters (ISO 3166), such as US".to_owned()),
            text,
        ),
        CellReading::Time => time(cell, market).and_then(|time| text(&time)),
        CellReading::Seconds => seconds(cell).and_then(|time| time.map_or(Ok(None), |time| text(&time))),
        CellReading::Mass(unit) => {
            let number = Decimal::parse(cell).map_err(|error| error.to_string())?;
            if number.mantissa == 0 { Ok(None) } else { text(&format!("{cell}{}", unit.symbol())) }
        }
        CellReading::Length(unit) => {
            let number = Decimal::parse(cell).map_err(|error| error.to_string())?;
            if number.mantissa == 0 { Ok(None) } else { text(&format!("{cell}{}", unit.symbol())) }
        }
        CellReading::Money => money(cell, market.map_or('.', |market| market.decimal)).and_then(|amount| text(&amount)),
    }
}

/// Whether a cell holds what a spreadsheet writes instead of a value.
pub(super) fn is_sheet_error(cell: &str) -> bool {
    SHEET_ERRORS.iter().any(|error| cell.eq_ignore_ascii_case(error))
        || cell.len() > 4 && cell.bytes().all(|b| b == b'#')
}

/// Words are one in whatever case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.trim().to_lowercase()
}

/// A word that is not on its list. What has digits or is long is no such word, and may be personal.
pub(super) fn unknown(cell: &str) -> String {
    let shown = cell.chars().count() <= MAX_WORD && !cell.chars().any(char::is_numeric);
    let word = if shown { format!("{cell:?} is") } else { "holds what is".to_owned() };
    format!("{word} not known; add the word to the format's file with what it means")
}

/// A time of the market's clocks as an instant. Where clocks are set back, an hour comes twice: the first is taken.
fn time(cell: &str, market: Option<&Market>) -> Result<String, String> {
    // A workbook's own times.
    const OWN: [&str; 2] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    if let Ok(time) = cell.parse::<jiff::Timestamp>() {
        return Ok(time.to_string());
    }
    let market = market.ok_or("is a time without a zone; give the format a [[market]] with its zone")?;
    let patterns = market.times.iter().map(String::as_str).chain(OWN);
    let read = patterns.filter_map(|pattern| DateTime::strptime(pattern, cell).ok()).next();
    let read = read.ok_or_else(|| {
        let first = market.times.first().map_or(OWN[0], String::as_str);
        format!(
            "is no time as this system writes it ({first}); export it again, or add the pattern to the format's file"
        )
    })?;
    let instant = read.to_zoned(market.zone.clone()).map_err(|_| "is no time of a calendar".to_owned())?;
    Ok(instant.timestamp().to_string())
}

/// Seconds since 1970 as an instant; 0 says nothing.
fn seconds(cell: &str) -> Result<Option<String>, String> {
    let wrong = || "is no time in seconds since 1970".to_owned();
    let seconds: i64 = cell.parse().map_err(|_| wrong())?;
    if seconds == 0 {
        return Ok(None);
    }
    // Milliseconds would be a year that nobody writes.
    let time = jiff::Timestamp::from_second(seconds).ok().filter(|time| time.as_second() < 1 << 33);
    time.map(|time| Some(time.to_string())).ok_or_else(wrong)
}

/// An amount with its sign of currency and its thousands, as a decimal number.
fn money(cell: &str, decimal: char) -> Result<String, String> {
    let thousands = if decimal == ',' { '.' } else { ',' };
    let wrong = || {
        format!(
            "is no amount; write digits with {decimal:?} before the decimals and {thousands:?} between thousands only"
        )
    };
    let sign = |c: char| c.is_alphabetic() || c.is_whitespace() || "$€£¥₫฿₱₩.".contains(c) && c != decimal;
    let number = cell.trim_start_matches(sign);
    let number = number.trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace() || "$€£¥₫฿₱₩".contains(c));
    let (whole, fraction) = number.split_once(decimal).unwrap_or((number, ""));
    let groups: Vec<&str> = whole.split(thousands).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = groups.len() == 1 || groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    if !groups.iter().all(|group| digits(group)) || !grouped || !(fraction.is_empty() || digits(fraction)) {
        return Err(wrong());
    }
    let whole = groups.concat();
    Ok(if number.contains(decimal) { format!("{whole}.{fraction}") } else { whole })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn market(zone: &str, pattern: &str, decimal: char) -> Market {
        Market {
            country: "US".into(),
            zone: TimeZone::get(zone).expect("a zone"),
            times: vec![pattern.into()],
            currency: None,
            decimal,
            cash_on_delivery: true,
        }
    }

    #[test]
    fn times_are_of_the_markets_clocks() {
        let us = market("America/Los_Angeles", "%m/%d/%Y %I:%M:%S %p", '.');
        let th = market("Asia/Bangkok", "%d/%m/%Y %H:%M:%S", '.');
        for (market, cell, instant) in [
            (&us, "01/14/2026 02:01:00 PM", "2026-01-14T22:01:00Z"),
            (&us, "07/04/2026 12:00:00 AM", "2026-07-04T07:00:00Z"),
            (&us, "11/01/2026 01:30:00 AM", "2026-11-01T08:30:00Z"),
            (&us, "2026-01-14T22:01:00Z", "2026-01-14T22:01:00Z"),
            (&th, "14/01/2026 22:01:00", "2026-01-14T15:01:00Z"),
            (&th, "2026-01-14 22:01:00", "2026-01-14T15:01:00Z"),
        ] {
            assert_eq!(time(cell, Some(market)).as_deref(), Ok(instant), "{cell}");
        }
        for cell in ["14/01/2026 22:01:00", "46036.9", "yesterday", "13/13/2026 01:00:00 AM"] {
            assert!(time(cell, Some(&us)).is_err_and(|why| !why.contains(cell)), "{cell}");
        }
        assert!(time("2026-01-14 22:01:00", None).is_err());
        assert_eq!(seconds("1768428060"), Ok(Some("2026-01-14T22:01:00Z".into())));
        assert_eq!((seconds("0"), seconds("1768428060000").is_err()), (Ok(None), true));
    }

    #[test]
    fn amounts_are_read_with_their_signs_and_thousands_or_not_at_all() {
        for (cell, decimal, amount) in [
            ("25", '.', "25"),
            ("$25.00", '.', "25.00"),
            ("1,022.25", '.', "1022.25"),
            ("THB 1,299", '.', "1299"),
            ("Rp250.000", ',', "250000"),
            ("Rp. 250.000", ',', "250000"),
            ("250.000 ₫", ',', "250000"),
            ("12,90 €", ',', "12.90"),
            ("9.000", '.', "9.000"),
        ] {
            assert_eq!(money(cell, decimal).as_deref(), Ok(amount), "{cell}");
        }
        for cell in ["12,90", "1,02,225", "-5", "abc", "", "1.2.3", "1 000", "9,000,00"] {
            assert!(money(cell, '.').is_err(), "{cell}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_shown_unless_it_may_be_personal() {
        assert!(unknown("Lost in space").contains("\"Lost in space\""));
        assert!(!unknown("12 Sample Ave").contains("Sample"));
        assert!(is_sheet_error("#n/a") && is_sheet_error("########") && !is_sheet_error("#1"));
    }
}
