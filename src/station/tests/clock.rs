//! When the computer's clock is believed, and which day labels say.

use super::*;
use crate::station::clock::{ClockReading, Vouched};
use crate::station::fact::{ClockDoubt, ClockVoucher, Commitment, CopySign};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
const BOOT: ClockReading = ClockReading { boot: 0xB007, since_boot: 60_000, vouched: None };

/// A bench whose program was made some days ago, on a computer that was just started.
fn bench(vouched: Option<Vouched>) -> Bench {
    let mut bench = Bench::new();
    bench.rules.released = Date::new(2026, 11, 20).expect("a day");
    bench.clock = Some(ClockReading { vouched, ..BOOT });
    bench
}

impl Bench {
    /// So many milliseconds later; and the clock is set by so many beside that.
    fn passes(&mut self, ms: i64, set_by: i64) -> Outcome {
        let day = |wall: Timestamp| wall.0.div_euclid(DAY_MS);
        let (was, now) = (self.wall, Timestamp(self.wall.0 + ms + set_by));
        self.wall = now;
        let days = day(now) - day(was);
        self.today = (0..days.abs()).fold(self.today, |today, _| if days > 0 { today.next() } else { before(today) });
        if let Some(clock) = &mut self.clock {
            clock.since_boot += ms;
        }
        self.now = self.now.plus(ms.unsigned_abs());
        self.when(Event::Clock)
    }

    /// The computer is started again, and nobody vouches for its clock.
    fn boots(&mut self) -> Outcome {
        let boot = self.clock.map_or(0, |clock| clock.boot) + 1;
        self.clock = Some(ClockReading { boot, since_boot: 5_000, vouched: None });
        self.when(Event::Clock)
    }

    fn vouched(&mut self, by: Option<Vouched>) {
        if let Some(clock) = &mut self.clock {
            clock.vouched = by;
        }
    }

    /// What is committed of a new parcel.
    fn pack(&mut self, order: &str) -> Option<Commitment> {
        self.scan(order);
        let weighed = self.weigh(500);
        committed(&weighed)
    }

    fn finish(&mut self) {
        self.ready(1);
        self.printer(1, PrinterEvent::Sent);
        let tracking = self.tracking();
        self.scan(&tracking);
        self.later(5_000);
    }
}

fn committed(outcome: &Outcome) -> Option<Commitment> {
    outcome.facts.iter().find_map(|fact| match fact {
        Fact::Committed { commitment, .. } => Some((**commitment).clone()),
        _ => None,
    })
}

fn before(day: Date) -> Date {
    (1..=31).rev().find_map(|d| Date::new(day.year(), day.month(), d).filter(|d| d.next() == day)).unwrap_or_else(
        || {
            let month = if day.month() == 1 { (day.year() - 1, 12) } else { (day.year(), day.month() - 1) };
            Date::new(month.0, month.1, 1).expect("a day").last_of_month()
        },
    )
}

fn by(outcome: &Outcome) -> Option<ClockVoucher> {
    outcome.facts.iter().find_map(|fact| match fact {
        Fact::ClockBelieved { by, .. } => Some(*by),
        _ => None,
    })
}

fn doubt(outcome: &Outcome) -> Option<ClockDoubt> {
    outcome.facts.iter().find_map(|fact| match fact {
        Fact::ClockDoubted { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn a_clock_that_nobody_vouches_for_is_asked_about_once_and_one_scan_answers() {
    for answer in [Command::DateOk, Command::Ok] {
        let mut bench = bench(None);
        assert_eq!(doubt(&bench.when(Event::Clock)), Some(ClockDoubt::Unvouched));
        assert_eq!(bench.headline(), "date_ask");
        let released = Timestamp(bench.rules.released.number() * DAY_MS);
        assert_eq!(
            bench.station.time_floor(&bench.rules),
            Some(released),
            "certificates are judged by no earlier time"
        );
        assert_eq!(bench.pack(LIGHT), None, "no number and no date while nobody knows the day");
        assert_eq!(bench.parcel().state(), State::Weighed);
        assert_eq!(bench.headline(), "date_ask");
        assert!(bench.when(Event::Reconsider).facts.is_empty());

        let answered = bench.command(&answer);
        assert_eq!(by(&answered), Some(ClockVoucher::Operator));
        assert_eq!(bench.station.time_floor(&bench.rules), None);
        assert!(answered.effects.contains(&Effect::Reconsider));
        let commitment = committed(&bench.when(Event::Reconsider)).expect("a number");
        assert_eq!((commitment.ship_date, commitment.chosen_on), (bench.today, Some(bench.today)));
        bench.finish();
        assert_eq!(bench.headline(), "scan_order");
        assert!(bench.passes(HOUR_MS, 0).facts.is_empty(), "it is not asked again");
    }
}

#[test]
fn network_time_and_a_battery_vouch_and_the_clock_goes_on_without_them() {
    let mut bench = bench(Some(Vouched::Network));
    assert_eq!(by(&bench.when(Event::Clock)), Some(ClockVoucher::Synced));
    bench.vouched(None);
    assert_eq!(bench.passes(1_000, 0).facts, [], "what changes little is not recorded every second");
    assert_eq!(by(&bench.passes(HOUR_MS, 0)), Some(ClockVoucher::Holdover));
    assert!(bench.pack(LIGHT).is_some());
    assert_eq!(doubt(&bench.boots()), Some(ClockDoubt::Unvouched), "after a night without power it may be any day");
    bench.vouched(Some(Vouched::Battery));
    assert_eq!(by(&bench.passes(1_000, 0)), Some(ClockVoucher::Holdover));
    bench.boots();
    bench.vouched(Some(Vouched::Battery));
    assert_eq!(by(&bench.passes(1_000, 0)), Some(ClockVoucher::Holdover));
    bench.boots();
    bench.vouched(Some(Vouched::Battery));
    assert_eq!(doubt(&bench.passes(0, 11 * DAY_MS)), Some(ClockDoubt::Unvouched), "so far on it is asked about");
}

#[test]
fn a_leap_of_more_than_twelve_hours_is_asked_about_and_a_way_back_needs_nobody() {
    for (leap, leaps) in [(13, true), (-13, true), (11, false), (-11, false), (10 * 365 * 24, true)] {
        for vouched in [Some(Vouched::Network), None] {
            let mut bench = bench(Some(Vouched::Network));
            // At noon, so that neither eleven nor thirteen hours back is another day.
            bench.wall = Timestamp(bench.wall.0.div_euclid(DAY_MS) * DAY_MS + 14 * HOUR_MS);
            bench.when(Event::Clock);
            bench.vouched(vouched);
            let stepped = bench.passes(1_000, leap * HOUR_MS);
            assert_eq!(doubt(&stepped), leaps.then_some(ClockDoubt::Leaped), "{leap} h, {vouched:?}");
            assert_eq!(bench.pack(LIGHT).is_some(), !leaps, "{leap} h");
            let back = bench.passes(1_000, -leap * HOUR_MS);
            assert_eq!(by(&back).is_some(), leaps, "{leap} h");
            assert_eq!(back.effects, if leaps { vec![Effect::Reconsider] } else { vec![] });
        }
    }
}

#[test]
fn steps_that_are_small_each_are_a_leap_together() {
    let mut bench = bench(Some(Vouched::Network));
    bench.when(Event::Clock);
    bench.vouched(None);
    assert_eq!(doubt(&bench.passes(HOUR_MS, 8 * HOUR_MS)), None);
    assert_eq!(doubt(&bench.passes(HOUR_MS, 8 * HOUR_MS)), Some(ClockDoubt::Leaped));
}

#[test]
fn a_leap_shows_also_when_the_program_was_started_again_meanwhile() {
    let mut bench = bench(Some(Vouched::Network));
    bench.when(Event::Clock);
    bench.station = Station::from_snapshot(&bench.station.to_snapshot().expect("a snapshot")).expect("a station");
    bench.live = Live::default();
    assert_eq!(doubt(&bench.passes(HOUR_MS, 40 * HOUR_MS)), Some(ClockDoubt::Leaped));
}

#[test]
fn ten_years_on_a_supervisors_badge_is_wanted_where_there_is_one() {
    let mut bench = bench(Some(Vouched::Network));
    bench.when(Event::Clock);
    bench.passes(1_000, 3_650 * DAY_MS);
    let asked = bench.command(&Command::DateOk);
    assert!(asked.facts.is_empty() && asked.confirm == Some(Command::DateOk), "{asked:?}");
    assert!(bench.command(&Command::Ok).facts.is_empty(), "OK is no badge");
    let other = bench.command(&Command::Badge("7031".into()));
    assert!(other.wrong_badge && other.facts.is_empty());
    bench.command(&Command::DateOk);
    let answered = bench.command(&Command::Badge("op17".into()));
    assert!(matches!(&answered.facts[..], [Fact::ClockBelieved { supervisor: Some(who), .. }] if who == "op17"));

    bench.passes(1_000, 3_650 * DAY_MS);
    bench.rules.supervisors.clear();
    assert_eq!(by(&bench.command(&Command::DateOk)), Some(ClockVoucher::Operator), "there is nobody else to ask");
}

#[test]
fn a_badge_that_was_asked_for_one_date_allows_no_other() {
    let mut bench = bench(None);
    bench.passes(0, 20 * DAY_MS);
    assert!(bench.command(&Command::DateOk).confirm.is_some());
    assert_eq!(doubt(&bench.passes(5_000, 30 * DAY_MS)), Some(ClockDoubt::Unvouched), "a leap is news in doubt, too");
    let badge = bench.command(&Command::Badge("op17".into()));
    assert!(matches!(&badge.facts[..], [Fact::OperatorChanged { .. }]), "{badge:?}");
    assert_eq!(bench.pack(LIGHT), None);
}

#[test]
fn a_day_before_the_last_ship_date_is_a_wrong_clock_and_no_word_makes_it_right() {
    let mut bench = bench(Some(Vouched::Network));
    bench.when(Event::Clock);
    let first = bench.pack(LIGHT).expect("a number").ship_date;
    bench.finish();
    bench.vouched(None);
    assert_eq!(doubt(&bench.passes(1_000, -24 * HOUR_MS)), Some(ClockDoubt::Behind));
    assert_eq!(bench.headline(), "clock_wrong");
    assert!(bench.command(&Command::DateOk).facts.is_empty());
    assert_eq!(bench.pack(OTHER), None);
    assert_eq!(bench.headline(), "clock_wrong");
    assert_eq!(by(&bench.passes(1_000, 24 * HOUR_MS)), Some(ClockVoucher::Holdover));
    let second = committed(&bench.when(Event::Reconsider)).expect("a number").ship_date;
    assert!(second >= first);
}

#[test]
fn in_1970_the_clock_is_said_to_be_wrong_and_not_the_prices() {
    let mut bench = bench(None);
    (bench.today, bench.wall) = (Date::new(1969, 12, 31).expect("a day"), Timestamp(0));
    assert_eq!(doubt(&bench.when(Event::Clock)), Some(ClockDoubt::Behind));
    assert_eq!(bench.pack(LIGHT), None);
    assert_eq!(bench.headline(), "clock_wrong");
}

#[test]
fn where_the_clock_was_ahead_and_is_right_again_the_day_stays_until_it_has_caught_up() {
    let mut bench = bench(None);
    bench.when(Event::Clock);
    let right = bench.today;
    bench.passes(1_000, 2 * DAY_MS);
    bench.command(&Command::DateOk);
    let ahead = bench.pack(LIGHT).expect("a number").ship_date;
    assert!(ahead > right);
    bench.finish();
    bench.vouched(Some(Vouched::Network));
    assert_eq!(doubt(&bench.passes(1_000, -2 * DAY_MS)), Some(ClockDoubt::Leaped));
    assert_eq!(by(&bench.command(&Command::DateOk)), Some(ClockVoucher::Operator));
    let view = bench.station.view(&bench.world());
    assert!(view.problems.iter().any(|problem| problem.key() == "date_held"), "{:?}", view.problems);
    assert_eq!(bench.pack(OTHER).expect("a number").ship_date, ahead);

    // What another life has put on labels binds this one no more.
    let (why, was) = (CopySign::Restored, "a1".to_owned());
    bench.given([Fact::Copied { why, was, next: Vec::new(), life: "7F3A".into() }]);
    assert_eq!(bench.station.day(&bench.world()), right);
}
