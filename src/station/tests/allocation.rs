use super::super::event::{Act, Learned};
use super::*;
use crate::rating::{Allocation, Cap, CountPeriod, CutOff, MonthlyParcels};
use crate::station::clock::StationClock;
use crate::station::fact::Ending;

/// A bench where USPS takes one parcel for each van, and the van of today has gone (it is 10:00).
fn capped() -> Bench {
    let mut bench = Bench::new();
    bench.rules.allocation = Allocation {
        caps: vec![Cap { of: "usps".into(), parcels: 1, per: CountPeriod::Day }],
        cut_offs: vec![CutOff { carrier: "usps".into(), minute: 9 * 60, closed: vec![5, 6] }],
        ..Allocation::default()
    };
    bench.orders.get_mut(HAWAII).unwrap().parcels_planned = 9;
    bench
}

#[test]
fn a_cap_counts_the_van_that_takes_the_parcel_not_the_day_it_is_packed() {
    let mut bench = capped();
    bench.bring(HAWAII, State::Verified);
    let commitment = bench.parcel().commitment().cloned().unwrap();
    assert_eq!(commitment.ship_date, Date::new(2026, 11, 24).unwrap());
    bench.scan(HAWAII);
    assert_eq!(said(&bench.weigh(500)), "no_carrier", "tomorrow's van is full");
    bench.today = Date::new(2026, 11, 24).unwrap();
    assert_eq!(names(&bench.when(Event::Reconsider)), ["decided", "committed"], "the van of the day after is not");
}

#[test]
fn a_clock_that_was_wrong_for_a_while_does_not_end_the_counting() {
    let mut bench = capped();
    bench.today = Date::new(2037, 1, 5).unwrap();
    bench.bring(HAWAII, State::Verified);
    // As a journal has it of the time when a clock could still be that wrong.
    bench.station.clock = StationClock::default();
    bench.today = Date::new(2026, 11, 23).unwrap();
    bench.bring(HAWAII, State::Verified);
    bench.scan(HAWAII);
    assert_eq!(said(&bench.weigh(500)), "no_carrier");
}

/// What is believed of the month's parcels of a service.
fn month(bench: &Bench, service: &str) -> MonthlyParcels {
    bench.station.volumes.tallies.month(&service.into(), bench.today)
}

fn learn(bench: &mut Bench, rows: &[(&str, &str)]) {
    let learned = |(at, (tracking, on)): (usize, &(&str, &str))| Learned {
        tracking: format!("{tracking}{at}").into(),
        ending: Ending::Delivered,
        on: on.parse().unwrap(),
        service: Some("usps.ground_advantage".into()),
    };
    let outcomes = rows.iter().enumerate().map(learned).collect();
    bench.when(Event::Act(Act::LearnOutcomes { outcomes }));
}

#[test]
fn what_other_stations_sent_is_not_forgotten_by_the_same_file_an_older_or_a_shorter_one() {
    let mut bench = Bench::new();
    let two_months = [("A", "2026-10-30"), ("B", "2026-11-02"), ("C", "2026-11-03")];
    learn(&mut bench, &two_months);
    let said = Some((2, bench.today));
    assert_eq!(month(&bench, "usps.ground_advantage").elsewhere, said);
    bench.today = bench.today.next();
    for rows in [&two_months[..], &two_months[..1], &two_months[1..2]] {
        learn(&mut bench, rows);
        assert_eq!(month(&bench, "usps.ground_advantage").elsewhere, said, "{rows:?}");
    }
    learn(&mut bench, &[("A", "2026-11-02"); 3]);
    assert_eq!(month(&bench, "usps.ground_advantage").elsewhere, Some((3, bench.today)));
}
