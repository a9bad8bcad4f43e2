use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn weekend(regions: &[&str], days: &[u8], dates: (Option<&str>, Option<&str>)) -> WeekendRule {
    WeekendRule {
        regions: regions.iter().map(|name| (*name).to_owned()).collect(),
        days: days.iter().copied().collect(),
        dates: (dates.0.map(day), dates.1.map(day)),
    }
}

fn holiday(every: Option<&str>, dates: &[&str], moves: HolidayMove) -> HolidayRule {
    HolidayRule {
        name: "A".to_owned(),
        regions: Vec::new(),
        every: every.map(|text| text.parse().expect("a day of every year")),
        dates: dates.iter().map(|text| day(text)).collect(),
        within: (None, None),
        moves,
    }
}

fn calendars(country: &str, weekends: Vec<WeekendRule>, holidays: Vec<HolidayRule>) -> Calendars {
    let (first, last) = (day("2024-01-01"), day("2027-12-31"));
    Calendars::new([CalendarRules { country: country.to_owned(), first, last, weekends, holidays }])
}

/// Saturday and Sunday, and these holidays.
fn usual(holidays: Vec<HolidayRule>) -> Calendars {
    calendars("GB", vec![weekend(&[], &[5, 6], (None, None))], holidays)
}

/// The holidays of a year on days of the week on which people else work.
fn kept(calendars: &Calendars, country: &str, region: &str, year: u16) -> Vec<String> {
    let days = calendars.at(country, region).expect("a calendar");
    let all = (0..366).map(|at| Date::new(year, 1, 1).expect("a day").plus_days(at)).filter(|day| day.year() == year);
    all.filter(|day| days.holidays.contains(day) && !days.rules.is_weekend(days.region, *day))
        .map(|day| day.to_string()[5..].to_owned())
        .collect()
}

#[test]
fn a_day_of_every_year_is_read_from_its_words_and_nothing_else_is() {
    for (text, year, falls) in [
        ("12-25", 2026, "2026-12-25"),
        ("third monday of january", 2026, "2026-01-19"),
        ("First Monday of June", 2026, "2026-06-01"),
        ("fourth thursday of november", 2026, "2026-11-26"),
        ("last monday of may", 2027, "2027-05-31"),
        ("last monday of august", 2026, "2026-08-31"),
        ("easter-2", 2026, "2026-04-03"),
        ("easter+1", 2027, "2027-03-29"),
        ("easter", 2024, "2024-03-31"),
        ("easter+39", 2026, "2026-05-14"),
    ] {
        assert_eq!(text.parse::<HolidayDay>().expect("a day").of(year), Some(day(falls)), "{text}");
    }
    assert_eq!("02-29".parse::<HolidayDay>().expect("a day").of(2026), None);
    for text in [
        "",
        "12-32",
        "1-1",
        "13-01",
        "25.12.",
        "fifth monday of may",
        "third may",
        "easter2",
        "easter+101",
        "easter--1",
        "+1-+1",
    ] {
        let error = text.parse::<HolidayDay>().expect_err(text).to_string();
        assert!(error.contains("is no day of every year; write \"12-25\""), "{error}");
    }
}

#[test]
fn easter_is_on_the_days_that_the_tables_of_the_church_have() {
    for falls in ["1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2011-04-24", "2038-04-25", "2049-04-18"] {
        let falls = day(falls);
        assert_eq!(HolidayDay::Easter(0).of(falls.year()), Some(falls));
    }
    for year in 1583..=4_099 {
        let easter = HolidayDay::Easter(0).of(year).expect("a day");
        assert_eq!(easter.weekday(), 6, "{easter}");
        assert!((Date::new(year, 3, 22)..=Date::new(year, 4, 25)).contains(&Some(easter)), "{easter}");
    }
}

#[test]
fn a_holiday_on_a_weekend_is_kept_as_its_country_says() {
    let of = |moves| usual(vec![holiday(Some("12-25"), &[], moves), holiday(Some("12-26"), &[], moves)]);
    // Friday and Saturday in 2026, Saturday and Sunday in 2027, Sunday and Monday in 2022.
    assert_eq!(kept(&of(HolidayMove::Next), "GB", "", 2026), ["12-25", "12-28"]);
    assert_eq!(kept(&of(HolidayMove::Next), "GB", "", 2027), ["12-27", "12-28"]);
    assert_eq!(kept(&of(HolidayMove::Stays), "GB", "", 2027), [""; 0]);
    assert_eq!(kept(&of(HolidayMove::NextAfterSunday), "GB", "", 2027), ["12-27"]);
    assert_eq!(kept(&of(HolidayMove::Nearest), "GB", "", 2027), ["12-24", "12-27"]);
    let year = usual(vec![holiday(Some("01-01"), &[], HolidayMove::Nearest)]);
    assert_eq!(kept(&year, "GB", "", 2027), ["01-01", "12-31"], "that of 2028 is a Saturday");
}

#[test]
fn a_region_has_its_weekend_and_its_holidays_from_when_they_are_its_own_and_in_every_spelling() {
    let mut own = holiday(Some("03-04"), &[], HolidayMove::Stays);
    own.regions = vec!["Terengganu".to_owned()];
    let weekends = vec![
        weekend(&["Johor"], &[4, 5], (Some("2014-01-01"), Some("2024-12-31"))),
        weekend(&["Kedah", "Pulau Pinang"], &[4, 5], (None, None)),
        weekend(&[], &[5, 6], (None, None)),
    ];
    let calendars = calendars("MY", weekends, vec![own]);
    let works = |region: &str, text: &str| calendars.is_working_day("MY", region, day(text)).expect("a calendar");
    // A Friday and a Sunday, before and after Johor changed.
    assert_eq!(["2024-12-27", "2024-12-29"].map(|text| works("Johor", text)), [false, true]);
    assert_eq!(["2025-01-03", "2025-01-05"].map(|text| works("Johor", text)), [true, false]);
    assert_eq!(["2026-01-02", "2026-01-04"].map(|text| works("Kedah Darul Aman", text)), [false, true]);
    assert_eq!(["2026-01-02", "2026-01-04"].map(|text| works("Penang", text)), [false, true]);
    assert_eq!(["2026-01-02", "2026-01-04"].map(|text| works("Selangor", text)), [true, false]);
    assert_eq!(["Terengganu", "Selangor", ""].map(|region| works(region, "2026-03-04")), [false, true, true]);
    assert_eq!(calendars.is_working_day("FR", "", day("2026-03-04")), None);
}

#[test]
fn working_days_are_counted_without_weekends_and_holidays() {
    let calendars =
        usual(vec![holiday(Some("12-25"), &[], HolidayMove::Next), holiday(Some("12-26"), &[], HolidayMove::Next)]);
    let days = calendars.at("GB", "").expect("a calendar");
    for (from, count, to) in [
        ("2026-12-23", 0, "2026-12-23"),
        ("2026-12-23", 1, "2026-12-24"),
        ("2026-12-23", 2, "2026-12-29"),
        ("2026-12-26", 0, "2026-12-26"),
        ("2026-12-26", 1, "2026-12-29"),
    ] {
        assert_eq!(days.add_working_days(day(from), count), day(to), "{from} + {count}");
    }
    assert_eq!(days.working_day_from(day("2026-12-25")), day("2026-12-29"));
    assert_eq!(days.working_day_from(day("2026-12-29")), day("2026-12-29"));
    assert_eq!(days.add_working_days(day("9999-12-31"), 3), day("9999-12-31"), "there is no later one");
    assert_eq!(
        ["2023-12-31", "2024-01-01", "2027-12-31", "2028-01-01"].map(|text| days.is_known(day(text))),
        [false, true, true, false]
    );
}

#[test]
fn adding_working_days_twice_is_adding_them_together_and_ends_on_one() {
    let mut holidays = vec![holiday(Some("easter-2"), &[], HolidayMove::Stays)];
    holidays
        .extend(["01-01", "05-01", "07-04", "12-25", "12-26"].map(|text| holiday(Some(text), &[], HolidayMove::Next)));
    let weekends = [vec![5, 6], vec![4, 5], vec![6], vec![1, 3, 6]];
    for days in weekends {
        let calendars = calendars("GB", vec![weekend(&[], &days, (None, None))], holidays.clone());
        let working = calendars.at("GB", "").expect("a calendar");
        for at in (0..1_200).step_by(3) {
            let start = day("2025-01-01").plus_days(at);
            for (one, other) in [(0, 0), (0, 3), (1, 0), (1, 1), (2, 5), (7, 4)] {
                let twice = working.add_working_days(working.add_working_days(start, one), other);
                let once = working.add_working_days(start, one + other);
                assert_eq!(twice, once, "{start} + {one} + {other}");
                let is_one = working.is_working_day(once);
                assert!(is_one || one + other == 0, "{once}");
                assert!(!is_one || !working.holidays.contains(&once) && !days.contains(&once.weekday()), "{once}");
            }
        }
    }
}
