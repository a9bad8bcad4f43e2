use super::*;
use crate::units::Timestamp;

fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond())
}

/// Saturday, Sunday and Christmas, known in 2026.
fn calendars() -> Calendars {
    let christmas = HolidayRule {
        name: "Christmas".to_owned(),
        regions: vec!["Kedah".to_owned()],
        every: Some(HolidayDay::Fixed(12, 24)),
        dates: Vec::new(),
        within: (None, None),
        moves: HolidayMove::Stays,
    };
    let weekend = WeekendRule { regions: Vec::new(), days: [5, 6].into(), dates: (None, None) };
    let of = |country: &str| CalendarRules {
        country: country.to_owned(),
        first: day("2026-01-01"),
        last: day("2026-12-31"),
        weekends: vec![weekend.clone()],
        holidays: vec![christmas.clone()],
    };
    Calendars::new([of("MY"), of("US")])
}

fn rule(kind: DeadlineKind, term: DeadlineTerm) -> DeadlineRule {
    DeadlineRule {
        channels: vec!["shop".to_owned()],
        markets: vec!["MY".to_owned(), "FR".to_owned()],
        from: Vec::new(),
        dates: (None, None),
        weekend: None,
        terms: vec![(kind, term)],
        certainty: Certainty::Published,
        source: "a page".to_owned(),
    }
}

fn rules(rules: Vec<DeadlineRule>) -> DeadlineRules {
    let zone = |name: &str| jiff::tz::TimeZone::get(name).expect("a zone");
    let zones = [("MY", zone("Asia/Kuala_Lumpur")), ("FR", zone("Europe/Paris"))];
    DeadlineRules { rules, zones: zones.map(|(country, zone)| (country.to_owned(), zone)).into() }
}

fn derived(rules: &DeadlineRules, order: PlacedOrder<'_>) -> Deadlines {
    let mut deadlines = Deadlines::default();
    rules.derive(&calendars(), order, &mut deadlines);
    deadlines
}

fn placed(text: &str) -> PlacedOrder<'_> {
    PlacedOrder { channel: "Shop", market: "MY", from: ("MY", "Selangor"), at: at(text) }
}

const END: u16 = 23 * 60 + 59;

fn working_days(count: u16, cut_off: Option<u16>) -> DeadlineTerm {
    DeadlineTerm { time: CountedTime::WorkingDays(count), cut_off, until: END }
}

/// When an order is to be shipped by one rule, on the clock of Kuala Lumpur.
fn ship_by(term: DeadlineTerm, when: &str) -> String {
    let rules = rules(vec![rule(DeadlineKind::ShipBy, term)]);
    let deadlines = derived(&rules, placed(when));
    let at = deadlines.get(DeadlineKind::ShipBy).expect("a deadline").at;
    let at = jiff::Timestamp::from_millisecond(at.0).expect("a moment");
    at.to_zoned(rules.zones["MY"].clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[test]
fn working_days_are_counted_from_the_day_of_the_order_on_the_clock_of_its_market() {
    for (when, last) in [
        // Wednesday, and the last minute of it in Kuala Lumpur, which is Wednesday afternoon in London.
        ("2026-01-14T02:00:00Z", "2026-01-16 23:59:00"),
        ("2026-01-14T15:59:59Z", "2026-01-16 23:59:00"),
        ("2026-01-14T16:00:00Z", "2026-01-19 23:59:00"),
        // Friday and Saturday.
        ("2026-01-16T02:00:00Z", "2026-01-20 23:59:00"),
        ("2026-01-17T02:00:00Z", "2026-01-20 23:59:00"),
    ] {
        assert_eq!(ship_by(working_days(2, None), when), last, "{when}");
    }
    assert_eq!(ship_by(working_days(0, None), "2026-01-17T02:00:00Z"), "2026-01-19 23:59:00", "no day without work");
}

#[test]
fn an_order_behind_the_cut_off_or_on_a_free_day_is_one_of_the_next_working_day() {
    let term = working_days(0, Some(14 * 60));
    for (when, last) in [
        ("2026-01-14T05:59:59Z", "2026-01-14 23:59:00"),
        ("2026-01-14T06:00:00Z", "2026-01-15 23:59:00"),
        ("2026-01-16T06:00:00Z", "2026-01-19 23:59:00"),
        ("2026-01-17T01:00:00Z", "2026-01-19 23:59:00"),
        ("2026-01-17T12:00:00Z", "2026-01-19 23:59:00"),
    ] {
        assert_eq!(ship_by(term, when), last, "{when}");
    }
    assert_eq!(ship_by(working_days(1, Some(14 * 60)), "2026-01-17T01:00:00Z"), "2026-01-20 23:59:00");
}

#[test]
fn days_and_hours_are_counted_whatever_days_they_are() {
    let days = DeadlineTerm { time: CountedTime::Days(3), cut_off: None, until: 17 * 60 };
    assert_eq!(ship_by(days, "2026-01-16T02:00:00Z"), "2026-01-19 17:00:00");
    let hours = DeadlineTerm { time: CountedTime::Hours(48), cut_off: None, until: END };
    assert_eq!(ship_by(hours, "2026-01-16T02:03:04Z"), "2026-01-18 10:03:04");
}

#[test]
fn a_clock_that_leaps_shows_the_day_all_the_same() {
    let zone = jiff::tz::TimeZone::get("America/Los_Angeles").expect("a zone");
    let mut rule = rule(DeadlineKind::ShipBy, DeadlineTerm { until: 2 * 60 + 30, ..working_days(1, None) });
    rule.markets = vec!["US".to_owned()];
    let mut rules = rules(vec![rule]);
    rules.zones.insert("US".to_owned(), zone);
    let order = PlacedOrder { market: "US", ..placed("2026-10-30T12:00:00Z") };
    assert_eq!(derived(&rules, order).get(DeadlineKind::ShipBy).expect("one").at, at("2026-11-02T10:30:00Z"));
}

#[test]
fn what_the_order_says_itself_stays_and_the_rest_is_derived_with_its_source() {
    let rules = rules(vec![
        rule(DeadlineKind::ShipBy, working_days(1, None)),
        // Of one matter: the channel has given this order more time.
        rule(DeadlineKind::CollectBy, working_days(1, None)),
        rule(DeadlineKind::DeliverBy, working_days(2, None)),
        // A second rule for the same kind does not count.
        rule(DeadlineKind::DeliverBy, working_days(5, None)),
    ]);
    let mut deadlines = Deadlines::default();
    let said = Deadline { at: at("2026-01-30T00:00:00Z"), origin: DeadlineOrigin::Said { derived: false } };
    deadlines.add(DeadlineKind::ShipBy, said.clone());
    rules.derive(&calendars(), placed("2026-01-14T02:00:00Z"), &mut deadlines);
    assert_eq!(deadlines.get(DeadlineKind::ShipBy), Some(&said));
    assert_eq!(deadlines.get(DeadlineKind::CollectBy), None);
    let deliver = deadlines.get(DeadlineKind::DeliverBy).expect("a deadline");
    assert_eq!(deliver.at, at("2026-01-16T15:59:00Z"));
    let (certainty, source) = (Certainty::Published, "a page".to_owned());
    assert_eq!(deliver.origin, DeadlineOrigin::Rule { certainty, source, holidays_known: true });
    assert_eq!([said.origin.is_derived(), deliver.origin.is_derived()], [false, true]);
    assert_eq!((deadlines.leave_by(), deadlines.all().count()), (Some(&said), 2));
    let mut nothing_said = Deadlines::default();
    rules.derive(&calendars(), placed("2026-01-14T02:00:00Z"), &mut nothing_said);
    assert_eq!(nothing_said.all().count(), 3);
    assert_eq!(nothing_said.leave_by().map(|deadline| deadline.at), Some(at("2026-01-15T15:59:00Z")));
}

#[test]
fn a_rule_holds_for_its_channel_market_warehouse_and_days_alone() {
    let mut only = rule(DeadlineKind::ShipBy, working_days(2, None));
    only.from = vec!["MY".to_owned(), "SG".to_owned()];
    only.dates = (Some(day("2026-01-14")), Some(day("2026-01-15")));
    let rules = rules(vec![only]);
    let has = |order| derived(&rules, order).get(DeadlineKind::ShipBy).is_some();
    let order = placed("2026-01-14T02:00:00Z");
    assert!(has(order));
    assert!(has(PlacedOrder { market: "my", ..order }));
    assert!(!has(PlacedOrder { channel: "other", ..order }));
    assert!(!has(PlacedOrder { channel: "", ..order }));
    assert!(!has(PlacedOrder { market: "SG", ..order }), "a market without a clock");
    assert!(!has(PlacedOrder { market: "FR", ..order }), "a market without a calendar");
    assert!(!has(PlacedOrder { from: ("CN", ""), ..order }));
    for (when, holds) in [
        ("2026-01-13T15:59:59Z", false),
        ("2026-01-13T16:00:00Z", true),
        ("2026-01-15T15:59:59Z", true),
        ("2026-01-15T16:00:00Z", false),
    ] {
        assert_eq!(has(placed(when)), holds, "{when}");
    }
}

#[test]
fn the_region_of_the_warehouse_counts_where_it_is_in_the_market() {
    let rules = rules(vec![rule(DeadlineKind::ShipBy, working_days(1, None))]);
    let last = |from| {
        let order = PlacedOrder { from, ..placed("2026-12-23T02:00:00Z") };
        derived(&rules, order).get(DeadlineKind::ShipBy).expect("a deadline").at
    };
    assert_eq!(last(("MY", "Kedah")), at("2026-12-25T15:59:00Z"));
    assert_eq!(last(("MY", "Selangor")), at("2026-12-24T15:59:00Z"));
    assert_eq!(last(("CN", "Kedah")), at("2026-12-24T15:59:00Z"));
}

#[test]
fn a_channel_that_works_on_saturdays_counts_them_and_no_holiday() {
    let mut six = rule(DeadlineKind::ShipBy, working_days(2, None));
    six.weekend = Some([6].into());
    let rules = rules(vec![six]);
    let last = |when, from| {
        let order = PlacedOrder { from, ..placed(when) };
        derived(&rules, order).get(DeadlineKind::ShipBy).expect("a deadline").at
    };
    // Friday; and the day before the holiday of Kedah, which is a Thursday.
    assert_eq!(last("2026-01-16T02:00:00Z", ("MY", "")), at("2026-01-19T15:59:00Z"));
    assert_eq!(last("2026-12-23T02:00:00Z", ("MY", "Kedah")), at("2026-12-26T15:59:00Z"));
}

#[test]
fn a_deadline_beyond_the_calendar_says_so_and_one_of_plain_days_need_not() {
    let known = |term, when| {
        let rules = rules(vec![rule(DeadlineKind::ShipBy, term)]);
        match &derived(&rules, placed(when)).get(DeadlineKind::ShipBy).expect("a deadline").origin {
            DeadlineOrigin::Rule { holidays_known, .. } => *holidays_known,
            DeadlineOrigin::Said { .. } => panic!("it was derived"),
        }
    };
    let term = working_days(2, None);
    assert!(known(term, "2026-12-29T02:00:00Z"));
    assert!(!known(term, "2026-12-30T02:00:00Z"));
    assert!(!known(term, "2025-12-31T02:00:00Z"), "nor before it begins");
    assert!(known(DeadlineTerm { time: CountedTime::Days(3), ..term }, "2026-12-30T02:00:00Z"));
}
