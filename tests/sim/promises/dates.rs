use parceld::station::fact::Fact;
use parceld::units::Date;

use crate::record::Record;

/// A small step of the clock is believed, and may be another day.
const STEP: i64 = 1;
/// What a packer may say alone.
const SAID: i64 = 10;

/// In the order of the journal: no number while the clock is in doubt, and no day before one that was given.
pub(super) fn never_fall(record: &Record) -> Result<(), String> {
    let (mut believed, mut last) = (false, None::<Date>);
    for fact in &record.facts {
        match fact {
            Fact::ClockBelieved { .. } => believed = true,
            Fact::ClockDoubted { .. } => believed = false,
            // Another life of the database is not bound by the days of the last.
            Fact::Copied { .. } => last = None,
            Fact::Committed { parcel, commitment } => {
                let (day, ship_date) = (commitment.chosen_on, commitment.ship_date);
                if !believed {
                    return Err(format!("{parcel} has a date, and the clock was in doubt"));
                }
                if day < last || day.is_none_or(|day| day > ship_date) {
                    return Err(format!("{parcel} was chosen on {day:?} for {ship_date}, after one on {last:?}"));
                }
                last = day;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The day that a label got is the day it was, as far as people told the truth.
pub(super) fn true_days(record: &Record) -> Result<(), String> {
    let off = if record.lied { SAID + STEP } else { STEP };
    for (parcel, given, true_day) in &record.days {
        if given.number().abs_diff(true_day.number()) > off.unsigned_abs() {
            return Err(format!("{parcel} got {given} on {true_day}"));
        }
    }
    Ok(())
}
