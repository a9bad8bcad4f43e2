//! The computer's clock: it is kept by a server, or by nobody; it is set forward, back and to 1970; it stands while the
//! computer is off.

use parceld::daemon::Moment;
use parceld::station::clock::{ClockReading, Vouched};
use parceld::units::{Date, Timestamp, Uptime};

use crate::dice::Dice;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// When a history begins: 18 November 2026, 11:06 in UTC, which is the warehouse's zone.
const BEGIN: i64 = 1_795_000_000_000;

pub(crate) struct Clocks {
    /// What time it is, whatever anybody says.
    truth: i64,
    /// By how much the clock is wrong.
    error: i64,
    /// Somebody keeps it.
    kept: bool,
    boot: u128,
    since_boot: i64,
    now: Uptime,
}

impl Clocks {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        Self { truth: BEGIN, error: 0, kept: dice.one_in(2), boot: 1, since_boot: 90_000, now: Uptime(1_000_000) }
    }

    pub(crate) fn moment(&self) -> Moment {
        let wall = self.truth + self.error;
        let minute = u16::try_from(wall.rem_euclid(DAY_MS) / 60_000).unwrap_or(0);
        let vouched = (self.kept && self.error == 0).then_some(Vouched::Network);
        let clock = Some(ClockReading { boot: self.boot, since_boot: self.since_boot, vouched });
        Moment { now: self.now, wall: Timestamp(wall), today: day(wall), minute, clock }
    }

    /// The day that it is.
    pub(crate) fn true_day(&self) -> Date {
        day(self.truth)
    }

    /// How many days the clock is wrong by.
    pub(crate) fn days_wrong(&self) -> i64 {
        day(self.truth + self.error).number() - self.true_day().number()
    }

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now = self.now.plus(ms);
        let ms = i64::try_from(ms).unwrap_or(0);
        self.truth += ms;
        self.since_boot += ms;
    }

    /// What happens to clocks.
    pub(crate) fn trouble(&mut self, dice: &mut Dice) {
        match dice.below(8) {
            // Somebody packs on another day.
            0 | 1 => self.pass(u64::try_from(DAY_MS).unwrap_or(0)),
            2 => (self.kept, self.error) = (true, 0),
            3 => self.kept = false,
            4 => self.set(self.error + [5, -5, 11, -11][dice.below(4)] * HOUR_MS),
            5 => self.set(self.error + [13, -16, 40, -40][dice.below(4)] * HOUR_MS),
            6 => self.set([30, 3_652, -3_652][dice.below(3)] * DAY_MS),
            _ => self.set(-self.truth),
        }
    }

    /// Set by hand: nobody keeps it any more.
    fn set(&mut self, error: i64) {
        (self.kept, self.error) = (false, error);
    }

    /// A person looks at a calendar.
    pub(crate) fn correct(&mut self) {
        self.set(0);
    }

    /// A server is reached again.
    pub(crate) fn keep(&mut self) {
        (self.kept, self.error) = (true, 0);
    }

    /// The computer was off for some hours; its clock stood still.
    pub(crate) fn reboot(&mut self, dice: &mut Dice) {
        let off = [0, 1, 14, 61][dice.below(4)] * HOUR_MS;
        self.truth += off;
        self.set(self.error - off);
        self.boot += 1;
        self.since_boot = 9_000;
    }
}

fn day(wall: i64) -> Date {
    let at = jiff::Timestamp::from_millisecond(wall).expect("a time");
    at.to_zoned(jiff::tz::TimeZone::UTC).date().into()
}
