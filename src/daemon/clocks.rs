//! The computer's clocks, read: what the station's rules make of them is [`crate::station::clock`]'s.

use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::Moment;
use crate::config::ClockTrust;
use crate::config::keys::StationKeys;
use crate::station::clock::{ClockReading, Vouched};
use crate::units::{Date, Timestamp, Uptime};

/// The newest entry of the package's changelog is when this program was made; so the same sources make the same program.
const CHANGELOG: &str = include_str!("../../systemd/debian/changelog");

/// The clocks of the computer, as a station reads them.
#[derive(Debug, Clone)]
pub struct Clocks {
    began: Instant,
    zone: TimeZone,
    trust: ClockTrust,
}

impl Clocks {
    /// Those of this computer; uptimes count from now.
    pub fn new(station: &StationKeys) -> Self {
        Self { began: Instant::now(), zone: station.timezone.clone(), trust: station.clock }
    }

    /// When the program began.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// Now.
    pub fn moment(&self) -> Moment {
        let wall = clock();
        let now = Uptime(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let (today, minute) = (today(&self.zone, wall), minute(&self.zone, wall));
        Moment { now, wall, today, minute, clock: Some(reading(self.trust, wall)) }
    }
}

/// Now, on the station's clock.
pub fn clock() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

/// `at` as the calendar knows it; what it does not reach is its first or its last instant.
fn instant(at: Timestamp) -> jiff::Timestamp {
    let nearest = if at.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(nearest)
}

/// The minute of the day of `at` in the warehouse's zone.
pub fn minute(zone: &TimeZone, at: Timestamp) -> u16 {
    let time = instant(at).to_zoned(zone.clone()).time();
    let part = |number: i8| u16::try_from(number).unwrap_or(0);
    part(time.hour()) * 60 + part(time.minute())
}

/// The day of `at` in the warehouse's zone: the ship date.
pub fn today(zone: &TimeZone, at: Timestamp) -> Date {
    instant(at).to_zoned(zone.clone()).date().into()
}

/// What the computer's clocks say beside the time. Where the kernel names no start of the computer, all are one.
pub(super) fn reading(trust: ClockTrust, wall: Timestamp) -> ClockReading {
    let vouched = match trust {
        ClockTrust::System => Some(Vouched::Network),
        ClockTrust::Vouched if hal::clock::is_synchronised() => Some(Vouched::Network),
        ClockTrust::Vouched => hal::clock::has_battery(wall.0).then_some(Vouched::Battery),
    };
    ClockReading { boot: hal::clock::boot().unwrap_or_default(), since_boot: hal::clock::since_boot_ms(), vouched }
}

/// The clock in a sentence, for a person who looks at the computer. A station's configuration may say that it is right.
pub fn describe(trust: ClockTrust) -> String {
    let wall = clock();
    let at =
        jiff::Timestamp::from_millisecond(wall.0).unwrap_or_default().round(jiff::Unit::Second).unwrap_or_default();
    let behind = today(&TimeZone::UTC, wall).next() < released();
    let says = match reading(trust, wall).vouched {
        _ if behind => "wrong: this program was made later; set it, or connect the network",
        _ if trust == ClockTrust::System => "ok: the configuration says that it is right (clock = \"system\")",
        Some(Vouched::Network) => "ok: kept by network time",
        Some(Vouched::Battery) => "ok: set by a clock with a battery",
        None => {
            "nothing vouches for it, so the screen asks for the date; connect the network, or say clock = \"system\" where \
             it is always right"
        }
    };
    format!("clock {at}: {says}")
}

/// The day on which this program was made.
pub(super) fn released() -> Date {
    let line = CHANGELOG.lines().find(|line| line.starts_with(" -- "));
    let at = line.and_then(|line| line.split_once(">  ")).map(|(_, at)| at.trim());
    let at = at.and_then(|at| jiff::fmt::rfc2822::parse(at).ok());
    at.map_or(Date::EPOCH, |at| at.date().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ship_date_and_the_minute_are_those_of_the_warehouse_on_days_of_23_and_25_hours_too() {
        let at = |zone: &str, utc: &str| {
            let zone = TimeZone::get(zone).unwrap();
            let wall = Timestamp(utc.parse::<jiff::Timestamp>().unwrap().as_millisecond());
            (today(&zone, wall).to_string(), minute(&zone, wall))
        };
        let los_angeles = |utc| at("America/Los_Angeles", utc);
        assert_eq!(los_angeles("2026-11-01T06:59:59Z"), ("2026-10-31".into(), 23 * 60 + 59));
        assert_eq!(los_angeles("2026-11-01T07:00:00Z"), ("2026-11-01".into(), 0));
        assert_eq!(los_angeles("2026-11-02T07:59:00Z"), ("2026-11-01".into(), 23 * 60 + 59), "25 hours later");
        assert_eq!(los_angeles("2026-11-02T08:00:00Z"), ("2026-11-02".into(), 0));
        assert_eq!(los_angeles("2026-03-08T10:00:00Z"), ("2026-03-08".into(), 3 * 60), "there is no 02:00");
        assert_eq!(at("Asia/Manila", "2026-12-31T16:00:00Z"), ("2027-01-01".into(), 0));
        assert_eq!(at("Europe/London", "2026-03-29T00:59:00Z"), ("2026-03-29".into(), 59));
    }

    #[test]
    fn the_changelog_says_when_this_program_was_made() {
        let released = released();
        assert!(released >= "2026-11-29".parse().expect("a day"), "{released}");
    }

    #[test]
    fn a_clock_that_the_configuration_vouches_for_needs_nobody_else() {
        let wall = clock();
        let read = reading(ClockTrust::System, wall);
        assert_eq!(read.vouched, Some(Vouched::Network));
        assert_eq!(reading(ClockTrust::Vouched, wall).boot, read.boot);
        assert_ne!(reading(ClockTrust::Vouched, Timestamp(0)).vouched, Some(Vouched::Battery), "1970");
        assert!(describe(ClockTrust::System).contains(": ok: the configuration says that it is right"));
        assert!(!describe(ClockTrust::Vouched).contains("the configuration"), "nothing is said that is not so");
    }
}
