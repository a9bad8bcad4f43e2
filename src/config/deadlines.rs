//! Deadlines of channels: `config/deadlines.toml`, or the file that `deadlines_file` names.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::tz::TimeZone;

use super::calendars::{dates, week_end};
use super::problem::{Problem, Problems};
use super::rates::{Weekday, minute};
use super::station::timezone;
use super::table::{Source, Table};
use super::text::text_of;
use crate::calendar::{Calendars, Certainty, CountedTime, DeadlineKind, DeadlineRule, DeadlineRules, DeadlineTerm};
use crate::ids::is_country;

/// The shipped rules, for a station that names none.
const SHIPPED: &str = include_str!("../../config/deadlines.toml");
/// Largest file of rules: thirty times the one we ship.
const MAX_BYTES: u64 = 256 << 10;
/// Most rules.
const MAX_RULES: usize = 500;
/// Most days that a rule gives.
const MAX_DAYS: u16 = 366;
/// The last minute of a day.
const END_OF_DAY: u16 = 23 * 60 + 59;

/// The rules of a file, or the shipped ones, with every problem.
pub(super) fn read(file: Option<&Path>, calendars: &Calendars) -> (DeadlineRules, Problems) {
    let Some(path) = file else { return parse(Path::new("config/deadlines.toml"), SHIPPED.to_owned(), calendars) };
    match text_of(path, MAX_BYTES) {
        Ok(text) => parse(path, text, calendars),
        Err(problem) => {
            let todo = format!("{}; or leave deadlines_file out for the shipped rules", problem.what_to_do);
            (DeadlineRules::default(), Problems(vec![Problem { what_to_do: todo, ..problem }]))
        }
    }
}

fn parse(path: &Path, text: String, calendars: &Calendars) -> (DeadlineRules, Problems) {
    let source = Source::new(path, text);
    let mut read = DeadlineRules::default();
    if let Some(root) = source.parse() {
        let table = Table::root(&source, &root);
        read.zones = zones(&table);
        let entries = table.tables("rule");
        if entries.len() > MAX_RULES {
            table.error("rule", format!("{} rules", entries.len()), format!("write at most {MAX_RULES}"));
        }
        for entry in entries.iter().take(MAX_RULES) {
            let Some(rule) = rule(entry, &read.zones, calendars) else { continue };
            let other = read.rules.iter().find_map(|other| DeadlineRules::overlap(other, &rule));
            if let Some(kind) = other {
                let what = format!("a rule above gives the same orders a {}, too", kind.word());
                entry.error(
                    "channels",
                    what,
                    "end the one above with last, begin this one with first, or take one out",
                );
            }
            read.rules.push(rule);
        }
        table.finish();
    }
    (read, source.into_problems())
}

fn zones(table: &Table<'_>) -> BTreeMap<String, TimeZone> {
    let mut zones = BTreeMap::new();
    for (country, zone) in table.texts("zones") {
        is_known(table, "zones", &country);
        zones.extend(timezone(table, "zones", zone).map(|zone| (country, zone)));
    }
    zones
}

fn is_known(table: &Table<'_>, key: &str, country: &str) {
    if !is_country(country) {
        table.error(key, format!("{country:?} is no country"), "write two capital letters (ISO 3166), such as US");
    }
}

fn rule(table: &Table<'_>, zones: &BTreeMap<String, TimeZone>, calendars: &Calendars) -> Option<DeadlineRule> {
    let channels = table.required::<Vec<String>>("channels");
    let markets = table.required::<Vec<String>>("markets");
    let from = table.optional::<Vec<String>>("from").unwrap_or_default();
    for (key, names) in [("channels", channels.as_ref()), ("markets", markets.as_ref())] {
        if names.is_some_and(Vec::is_empty) {
            table.error(key, "the rule holds for no order", format!("name one in {key}, or take the rule out"));
        }
    }
    if table.has("from") && from.is_empty() {
        table.error("from", "no country is named", "write its countries, or leave from out for any");
    }
    from.iter().for_each(|country| is_known(table, "from", country));
    let certainty = table.required_name("certainty", &Certainty::NAMES);
    let source = table.required::<String>("source");
    let terms: Vec<(DeadlineKind, DeadlineTerm)> =
        DeadlineKind::NAMES.into_iter().filter_map(|(name, kind)| Some((kind, term(&table.table(name)?)?))).collect();
    if table.count(&DeadlineKind::NAMES.map(|(name, _)| name)) == 0 {
        table.error("channels", "the rule gives no deadline", "write one, such as ship_by = { working_days = 2 }");
    }
    for market in markets.iter().flatten() {
        is_known(table, "markets", market);
        if !zones.contains_key(market) {
            let todo = format!("add {market} = \"Asia/Singapore\", or what its zone is, to [zones]");
            table.error("markets", format!("no clock of {market} is known"), todo);
        }
        let in_working_days = terms.iter().any(|(_, term)| matches!(term.time, CountedTime::WorkingDays(_)));
        if in_working_days && calendars.at(market, "").is_none() {
            let todo = format!("add {market}.toml to calendars_dir, or write days or hours");
            table.error("markets", format!("there is no calendar of {market} to count working days"), todo);
        }
    }
    let dates = dates(table);
    let weekend = table.optional::<Vec<Weekday>>("weekend").map(|days| week_end(table, "weekend", days));
    table.finish();
    Some(DeadlineRule {
        channels: channels?,
        markets: markets?,
        from,
        dates,
        weekend,
        terms,
        certainty: certainty?,
        source: source?,
    })
}

fn term(table: &Table<'_>) -> Option<DeadlineTerm> {
    let count = |key| table.optional::<u16>(key);
    let times = [
        count("working_days").map(CountedTime::WorkingDays),
        count("days").map(CountedTime::Days),
        count("hours").map(CountedTime::Hours),
    ];
    let time = times.into_iter().flatten().next();
    let cut_off = table.optional_by("before", minute);
    let until = table.optional_by("until", minute);
    if table.count(&["working_days", "days", "hours"]) != 1 {
        let todo = "write working_days = 2, or days, or hours";
        table.error("working_days", "a deadline is counted in one way", todo);
    }
    let (in_working_days, in_hours) =
        (matches!(time, Some(CountedTime::WorkingDays(_))), matches!(time, Some(CountedTime::Hours(_))));
    if time.is_some() && (table.has("before") && !in_working_days || table.has("until") && in_hours) {
        let todo = "leave it out; before is of working days alone, and hours end when they end";
        table.error(if table.has("before") { "before" } else { "until" }, "it has no effect here", todo);
    }
    if let Some(CountedTime::WorkingDays(days) | CountedTime::Days(days)) = time
        && days > MAX_DAYS
    {
        table.error("working_days", format!("{days} days"), format!("write at most {MAX_DAYS}"));
    }
    table.finish();
    Some(DeadlineTerm { time: time?, cut_off, until: until.unwrap_or(END_OF_DAY) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::calendars;

    const RULE: &str = "[zones]\nUS = \"America/Los_Angeles\"\n[[rule]]\nchannels = [\"a\"]\nmarkets = [\"US\"]\n\
        certainty = \"guessed\"\nsource = \"x\"\nship_by = { working_days = 2 }\n";

    fn problems(text: &str) -> Vec<String> {
        let (_, problems) = parse(Path::new("a.toml"), text.to_owned(), &calendars::read(None).0);
        problems.0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_shipped_rules_are_without_a_problem_and_each_says_where_it_is_from() {
        let (rules, problems) = read(None, &calendars::read(None).0);
        assert_eq!(problems.0, []);
        assert!(rules.rules.iter().all(|rule| !rule.source.is_empty() && rule.dates.0.is_some()));
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_said_on_its_line() {
        assert_eq!(problems(RULE), [""; 0]);
        for (text, said) in [
            (RULE.replace("US = \"America/Los_Angeles\"", ""), "a.toml:5: no clock of US is known"),
            (RULE.replace("America/Los_Angeles", "America/Atlantis"), "no time zone \"America/Atlantis\""),
            (RULE.replace("[\"US\"]", "[\"UK\"]"), "a.toml:5: \"UK\" is no country"),
            (
                RULE.replace("US", "FR").replace("America/Los_Angeles", "Europe/Paris"),
                "a.toml:5: there is no calendar of FR to count working days; add FR.toml to calendars_dir",
            ),
            (RULE.replace("[\"a\"]", "[]"), "a.toml:4: the rule holds for no order"),
            (RULE.replace("working_days = 2", ""), "a deadline is counted in one way"),
            (RULE.replace("working_days = 2", "days = 2, hours = 3"), "a deadline is counted in one way"),
            (RULE.replace("working_days = 2", "hours = 2, until = \"12:00\""), "it has no effect here"),
            (RULE.replace("working_days = 2", "days = 2, before = \"14:00\""), "it has no effect here"),
            (RULE.replace("working_days = 2", "working_days = 2, before = \"25:00\""), "write hours and minutes"),
            (RULE.replace("ship_by", "shipby"), "unknown key rule[1].shipby; did you mean ship_by?"),
            (RULE.replace("guessed", "sure"), "a.toml:6: rule[1].certainty is \"sure\", which is not known"),
            (
                format!("{RULE}{}", RULE.replace("[zones]\nUS = \"America/Los_Angeles\"\n", "")),
                "a.toml:10: a rule above gives the same orders a ship_by, too",
            ),
        ] {
            let found = problems(&text);
            assert!(found.iter().any(|problem| problem.contains(said)), "{text}: {found:#?}");
        }
    }

    #[test]
    fn two_rules_that_hold_one_after_the_other_or_for_other_warehouses_do_not_overlap() {
        let next = RULE.replace("[zones]\nUS = \"America/Los_Angeles\"\n", "");
        let dated =
            |text: &str, key: &str, day: &str| text.replace("certainty", &format!("{key} = \"{day}\"\ncertainty"));
        let (one, other) = (dated(RULE, "last", "2026-01-31"), dated(&next, "first", "2026-02-01"));
        assert_eq!(problems(&format!("{one}{other}")), [""; 0]);
        let other = dated(&next, "first", "2026-01-31");
        assert_eq!(problems(&format!("{one}{other}")).len(), 1);
        let from = |text: &str, country: &str| text.replace("certainty", &format!("from = [\"{country}\"]\ncertainty"));
        assert_eq!(problems(&format!("{}{}", from(RULE, "US"), from(&next, "CN"))), [""; 0]);
    }
}
