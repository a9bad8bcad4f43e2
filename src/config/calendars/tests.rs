//! The shipped calendars and rules against what was published, and what is said of a wrong file.

use super::super::deadlines;
use super::*;
use crate::calendar::{DeadlineKind, Deadlines, PlacedOrder};
use crate::units::Timestamp;

fn problems(name: &str, text: &str) -> Vec<String> {
    let (mut found, mut problems) = (BTreeMap::new(), Problems::default());
    take(Path::new(name), text.to_owned(), &mut found, &mut problems);
    assert_eq!(found.is_empty(), problems.has_errors());
    problems.0.iter().map(ToString::to_string).collect()
}

const SMALL: &str = "first = \"2026-01-01\"\nlast = \"2026-12-31\"\n[[weekend]]\ndays = [\"sun\"]\n";

#[test]
fn the_shipped_calendars_are_without_a_problem_and_all_of_the_folder_are_shipped() {
    let (calendars, problems) = read(None);
    assert_eq!(problems.0, []);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/calendars");
    let countries: Vec<String> = files(&folder, &mut Problems::default())
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    assert_eq!(calendars.all().map(|(country, _)| country).collect::<Vec<_>>(), countries);
}

#[test]
fn a_file_of_the_folder_takes_the_place_of_the_shipped_one_and_leaves_the_others() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("US.toml"), SMALL).expect("written");
    std::fs::write(dir.path().join("FR.toml"), SMALL).expect("written");
    let (calendars, problems) = read(Some(dir.path()));
    assert_eq!(problems.0, []);
    let christmas = Date::new(2026, 12, 25).expect("a day");
    let works = |country: &str| calendars.is_working_day(country, "", christmas);
    assert_eq!([works("US"), works("FR"), works("GB"), works("DE")], [Some(true), Some(true), Some(false), None]);
}

#[test]
fn what_is_wrong_with_a_calendar_is_said_on_its_line() {
    assert_eq!(problems("US.toml", SMALL), [""; 0]);
    for (name, text, said) in [
        ("UK.toml", SMALL.to_owned(), "UK.toml:1: \"UK\" is no country; did you mean GB?"),
        ("US.toml", SMALL.replace("2026-12-31", "2025-12-31"), "US.toml:2: the calendar goes from 2026-01-01 to 2025"),
        ("US.toml", SMALL.replace("2026-12-31", "2096-12-31"), "less than 30 years later"),
        ("US.toml", SMALL.replace("\"sun\"", ""), "US.toml:4: a weekend is one day to three"),
        ("US.toml", SMALL.replace("\"sun\"", "\"sunday\""), "US.toml:4: weekend[1].days is \"sunday\""),
        (
            "US.toml",
            SMALL.replace("days", "regions = [\"Ohio\"]\ndays"),
            "nothing says which days of the week are free everywhere",
        ),
        ("US.toml", SMALL.replace("days", "regions = []\ndays"), "US.toml:4: a region has no name"),
        (
            "US.toml",
            format!("{SMALL}[[holiday]]\nname = \"A\"\nevery = \"13-01\"\n"),
            "US.toml:7: holiday[1].every: \"13-01\" is no day of every year; write \"12-25\"",
        ),
        ("US.toml", format!("{SMALL}[[holiday]]\nname = \"A\"\n"), "US.toml:6: a holiday is on a day of every year"),
        (
            "US.toml",
            format!("{SMALL}[[holiday]]\nname = \"A\"\ndates = [\"2026-02-30\"]\n"),
            "US.toml:7: holiday[1].dates",
        ),
        (
            "US.toml",
            format!(
                "{SMALL}[[holiday]]\nname = \"A\"\nevery = \"01-01\"\nfirst = \"2026-02-01\"\nlast = \"2026-01-01\"\n"
            ),
            "US.toml:9: it ends on 2026-01-01, before it begins on 2026-02-01",
        ),
        (
            "US.toml",
            format!("{SMALL}[[holidays]]\nname = \"A\"\n"),
            "US.toml:5: unknown key holidays; did you mean holiday?",
        ),
    ] {
        let found = problems(name, &text);
        assert!(found.iter().any(|problem| problem.contains(said)), "{text}: {found:#?}");
    }
}

/// The days of a year from Monday to Friday without work, as the lists that each file names have them.
const PUBLISHED: [(&str, &str, u16, &str); 20] = [
    ("US", "", 2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),
    ("US", "", 2023, "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25"),
    ("US", "", 2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
    ("US", "", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
    ("US", "", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
    ("US", "", 2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
    ("GB", "", 2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
    ("GB", "", 2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
    ("GB", "", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
    ("GB", "", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
    (
        "TH",
        "",
        2026,
        "01-01 01-02 03-03 04-06 04-13 04-14 04-15 05-01 05-04 06-01 06-03 07-28 07-29 07-30 08-12 10-13 10-23 12-07 12-10 \
         12-31",
    ),
    ("VN", "", 2026, "01-01 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 09-01 09-02"),
    ("MY", "", 2026, "02-17 02-18 03-20 03-23 05-01 05-27 06-01 06-02 06-17 08-25 08-31 09-16 12-25"),
    ("MY", "", 2027, "02-08 03-10 03-11 05-17 05-20 06-07 08-16 08-31 09-16"),
    (
        "MY",
        "Selangor Darul Ehsan",
        2026,
        "01-01 02-17 02-18 03-20 03-23 05-01 05-27 06-01 06-02 06-17 08-25 08-31 09-16 11-09 12-25",
    ),
    (
        "PH",
        "",
        2026,
        "01-01 02-17 03-20 04-02 04-03 04-09 05-01 05-27 06-12 08-21 08-31 11-02 11-30 12-08 12-24 12-25 12-30 12-31",
    ),
    ("ID", "", 2026, "01-01 01-16 02-17 03-19 04-03 05-01 05-14 05-27 06-01 06-16 08-17 08-25 12-25"),
    ("ID", "", 2027, "01-01 01-05 03-08 03-10 03-11 03-26 05-06 05-17 05-20 06-01 08-17"),
    ("SG", "", 2026, "01-01 02-17 02-18 04-03 05-01 05-27 06-01 08-10 11-09 12-25"),
    ("SG", "", 2027, "01-01 02-08 03-10 03-26 05-17 05-20 08-09 10-28"),
];

#[test]
fn the_days_off_of_each_shipped_year_are_those_that_were_published() {
    let (calendars, _) = read(None);
    for (country, region, year, published) in PUBLISHED {
        let days = calendars.at(country, region).expect("a calendar");
        let first = Date::new(year, 1, 1).expect("a day");
        assert!(days.is_known(first) && days.is_known(first.plus_days(364)), "{country} {year}");
        let of_year = (0..366).map(|at| first.plus_days(at)).filter(|day| day.year() == year && day.weekday() < 5);
        let off: Vec<String> =
            of_year.filter(|day| !days.is_working_day(*day)).map(|day| day.to_string()[5..].to_owned()).collect();
        assert_eq!(off.join(" "), published, "{country} {region} {year}");
    }
}

#[test]
fn the_weekend_of_malaysia_goes_by_the_state_and_by_the_year() {
    let (calendars, _) = read(None);
    let off = |region: &str, day: &str| {
        let day: Date = day.parse().expect("a day");
        !calendars.is_working_day("MY", region, day).expect("a calendar")
    };
    // Two Fridays and the Sundays behind them, before and after Johor changed.
    for (region, found) in [
        ("Kedah", [true, false, true, false]),
        ("Kelantan", [true, false, true, false]),
        ("Terengganu Darul Iman", [true, false, true, false]),
        ("Johor", [true, false, false, true]),
        ("Selangor", [false, true, false, true]),
        ("", [false, true, false, true]),
    ] {
        assert_eq!(
            ["2024-12-06", "2024-12-08", "2025-01-10", "2025-01-12"].map(|day| off(region, day)),
            found,
            "{region}"
        );
    }
}

/// The deadlines of an order of a channel that was placed then, on the clock of its market, without those that it lacks.
fn shown(channel: &str, market: &str, from: &str, placed: &str) -> Vec<String> {
    let (calendars, _) = read(None);
    let (rules, problems) = deadlines::read(None, &calendars);
    assert_eq!(problems.0, []);
    let zone = rules.zones[market].clone();
    let at =
        placed.parse::<jiff::civil::DateTime>().expect("a time").to_zoned(zone.clone()).expect("a time").timestamp();
    let order = PlacedOrder { channel, market, from: (from, ""), at: Timestamp(at.as_millisecond()) };
    let mut found = Deadlines::default();
    rules.derive(&calendars, order, &mut found);
    let local = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).expect("a time").to_zoned(zone.clone());
    found
        .all()
        .map(|(kind, deadline): (DeadlineKind, _)| {
            format!("{} {}", kind.word(), local(deadline.at).strftime("%a %m-%d %H:%M"))
        })
        .collect()
}

#[test]
fn an_order_of_the_united_states_has_two_working_days_and_a_federal_holiday_is_none() {
    assert_eq!(
        shown("tiktok_shop", "US", "US", "2026-11-24 23:58"),
        [
            "ship_by Fri 11-27 23:59",
            "collect_by Fri 11-27 23:59",
            "autocancel_ship Fri 12-04 23:59",
            "deliver_by Thu 12-03 23:59"
        ]
    );
    // The pages' own example: a Thursday before Independence Day, and a Friday evening.
    assert_eq!(shown("tiktok_shop", "US", "CN", "2026-07-02 10:00")[0], "ship_by Tue 07-07 23:59");
    assert_eq!(shown("TikTok", "US", "US", "2026-01-30 20:47")[0], "ship_by Tue 02-03 23:59");
    // The carrier's scan counts from 2026-01-09 on, and before October 2025 nothing is known.
    assert_eq!(shown("tiktok_shop", "US", "US", "2026-01-08 12:00").len(), 3);
    assert_eq!(shown("tiktok_shop", "US", "US", "2025-10-22 23:59"), [""; 0]);
    assert_eq!(shown("shopee", "US", "US", "2026-01-30 20:47"), [""; 0]);
}

#[test]
fn an_order_of_vietnam_goes_the_same_day_before_two_and_the_next_one_after() {
    assert_eq!(
        shown("tiktok_shop", "VN", "VN", "2026-04-29 13:59"),
        [
            "ship_by Wed 04-29 23:59",
            "collect_by Wed 04-29 23:59",
            "autocancel_ship Mon 05-04 23:59",
            "autocancel_collect Tue 05-05 23:59"
        ]
    );
    assert_eq!(
        shown("tiktok_shop", "VN", "VN", "2026-04-29 14:00")[..2],
        ["ship_by Sat 05-02 23:59", "collect_by Sat 05-02 23:59"]
    );
    assert_eq!(shown("tiktok_shop", "VN", "VN", "2026-05-02 14:00")[1], "collect_by Mon 05-04 23:59");
    assert_eq!(
        shown("tiktok_shop", "VN", "CN", "2026-07-04 09:00"),
        ["ship_by Mon 07-06 09:00", "collect_by Tue 07-07 23:59"]
    );
    assert_eq!(shown("tiktok_shop", "VN", "CN", "2026-06-21 09:00"), [""; 0], "the day before that rule");
}

#[test]
fn orders_of_britain_and_thailand_have_their_working_days_and_other_markets_have_none_that_nobody_knows() {
    assert_eq!(shown("tiktok_shop", "GB", "GB", "2026-12-24 12:00"), ["ship_by Wed 12-30 23:59"]);
    assert_eq!(
        shown("tiktok_shop", "TH", "TH", "2026-04-10 12:00"),
        [
            "ship_by Thu 04-16 23:59",
            "collect_by Fri 04-17 23:59",
            "autocancel_ship Thu 04-16 23:59",
            "autocancel_collect Fri 04-17 23:59"
        ]
    );
    for market in ["ID", "MY", "PH", "SG"] {
        assert_eq!(shown("tiktok_shop", market, market, "2026-04-10 12:00"), [""; 0], "{market}");
    }
}
