//! Time, as the computer takes it for.

use parceld::daemon::{Moment, minute, today};
use parceld::station::clock::{ClockReading, Vouched};
use parceld::units::{Date, Timestamp, Uptime};

/// 23 November 2026, eight in the morning in the warehouse's zone, which is UTC here.
const MORNING: i64 = 1_795_420_800_000;
const HOUR_MS: i64 = 3_600_000;

#[derive(Debug)]
pub(crate) struct SimulatedClock {
    now: u64,
    /// What it would show if it were right.
    right: i64,
    /// How far it is off. Where it is not, a server keeps it.
    off: i64,
    /// Which start of the computer, and how long ago that was.
    boot: u128,
    since_boot: i64,
    zone: jiff::tz::TimeZone,
}

impl Default for SimulatedClock {
    fn default() -> Self {
        Self { now: 1_000_000, right: MORNING, off: 0, boot: 1, since_boot: 90_000, zone: jiff::tz::TimeZone::UTC }
    }
}

impl SimulatedClock {
    pub(crate) fn pass(&mut self, ms: u64) {
        self.now += ms;
        let ms = i64::try_from(ms).unwrap_or(0);
        self.right += ms;
        self.since_boot += ms;
    }

    pub(crate) fn pass_hours(&mut self, hours: i64) {
        self.pass(u64::try_from(hours * HOUR_MS).unwrap_or(0));
    }

    /// It jumps so many hours from what is right; `None` is 1970.
    pub(crate) fn jump(&mut self, hours: Option<i64>) {
        self.off = hours.map_or(HOUR_MS - self.right, |hours| hours * HOUR_MS);
    }

    pub(crate) fn set_right(&mut self) {
        self.off = 0;
    }

    /// The computer starts again.
    pub(crate) fn reboot(&mut self) {
        self.boot += 1;
        self.since_boot = 9_000;
    }

    /// The day that it is, whatever the clock shows.
    pub(crate) fn true_day(&self) -> Date {
        today(&self.zone, Timestamp(self.right))
    }

    pub(crate) fn now(&self) -> Uptime {
        Uptime(self.now)
    }

    pub(crate) fn wall(&self) -> Timestamp {
        Timestamp(self.right + self.off)
    }

    pub(crate) fn moment(&self) -> Moment {
        let wall = self.wall();
        let vouched = (self.off == 0).then_some(Vouched::Network);
        let clock = Some(ClockReading { boot: self.boot, since_boot: self.since_boot, vouched });
        Moment { now: self.now(), wall, today: today(&self.zone, wall), minute: minute(&self.zone, wall), clock }
    }
}
