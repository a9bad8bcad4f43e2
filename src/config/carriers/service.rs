//! A service's folder: its periods, and whether they meet.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::problem::{Problem, Problems};
use super::aliases::Aliases;
use super::card::{self, Period};
use super::files::{self, CarrierFiles};
use crate::rating::Card;
use crate::units::Date;

/// The cards that could be read, oldest first.
pub(super) fn load(dir: &Path, aliases: &Aliases, files: &mut CarrierFiles, problems: &mut Problems) -> Vec<Card> {
    let names = files::files(dir, problems);
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut periods: Vec<Period> = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(".toml")) {
        used.insert(name.clone());
        match name.trim_end_matches(".toml").parse::<Date>() {
            Ok(from) => periods.push(card::load(dir, from, aliases, files, problems)),
            Err(_) => {
                let todo = "name it by its first ship date, such as 2026-07-12.toml";
                problems.push(Problem::error(dir.join(name), "its name is not a date", todo));
            }
        }
    }
    if periods.is_empty() {
        problems.push(Problem::error(dir, "a service without prices", "add a <first ship date>.toml and its prices"));
    }
    periods.sort_by_key(|period| period.from);
    check_periods(&periods, problems);
    used.extend(periods.iter().flat_map(|period| period.files.iter().cloned()));
    let all_read = periods.iter().all(|period| period.is_read);
    for name in names.iter().filter(|name| all_read && name.ends_with(".csv") && !used.contains(*name)) {
        let todo = "correct its name or the period's rules, or remove it";
        problems.push(Problem::error(dir.join(name), "no period uses this table", todo).warning());
    }
    periods.into_iter().filter_map(|period| period.card).collect()
}

fn check_periods(periods: &[Period], problems: &mut Problems) {
    for period in periods {
        if let Some((line, until)) = period.until
            && until < period.from
        {
            let what = format!("ends on {until}, before it begins");
            problems.push(Problem::error(&period.path, what, "write the last ship date").at(line));
        }
    }
    for pair in periods.windows(2) {
        let Some((line, until)) = pair[0].until else { continue };
        let next = pair[1].from;
        if until >= next {
            let what = format!("runs until {until}, and the next period begins on {next}");
            let todo = "end it the day before, or leave `until` out";
            problems.push(Problem::error(&pair[0].path, what, todo).at(line));
        } else if until.next() < next {
            let what = format!("runs until {until}, and the next period begins only on {next}");
            let todo = "add a period for the days between, or leave `until` out";
            problems.push(Problem::error(&pair[0].path, what, todo).at(line));
        }
    }
}
