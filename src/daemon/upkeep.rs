//! What is done beside the loop at night: the whole database is looked through.
//!
//! A thread of its own with a connection of its own, which only reads. It works a quarter of the time and rests the others,
//! so that packing has the disk. It looks once after each start, because some benches are switched off at night, and then
//! every night. What it finds goes to the loop, which shows it.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use super::{Setup, clock};
use crate::store::{Damage, Gently, Store, StoreError};
use crate::units::Timestamp;

/// The hour of the night, in the warehouse's zone.
const HOUR: i8 = 2;
/// How often it is looked whether something is to be done.
const LOOK: Duration = Duration::from_secs(60);
/// What the thread found and the loop has not heard yet.
const FOUND: usize = 4;

/// What was found.
#[derive(Debug)]
pub(super) enum UpkeepFound {
    /// The database is whole.
    Whole,
    /// It is damaged.
    Damaged(Damage),
    /// It could not be looked through, and why.
    NotLooked(String),
}

/// The thread; dropped, it ends.
#[derive(Debug)]
pub(super) struct Upkeep {
    gently: Gently,
    found: tokio::sync::mpsc::Receiver<UpkeepFound>,
    _stop: Sender<()>,
}

impl Upkeep {
    /// Starts the thread.
    pub(super) fn start(setup: &Setup) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let (tell, found) = tokio::sync::mpsc::channel(FOUND);
        let gently = Gently::default();
        let station = &setup.config.station;
        let keeper = Keeper {
            data_dir: station.data_dir.clone(),
            zone: station.timezone.clone(),
            gently: gently.clone(),
            tell,
            looked: None,
        };
        std::thread::Builder::new().name("upkeep".to_owned()).spawn(move || keeper.run(&stopped))?;
        Ok(Self { gently, found, _stop: stop })
    }

    /// The next thing that was found.
    pub(super) async fn found(&mut self) -> Option<UpkeepFound> {
        self.found.recv().await
    }

    /// What the thread does now is broken off, and done again later: its reading keeps what is to be erased from going.
    pub(super) fn give_way(&self) {
        self.gently.give_way();
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.gently.stop();
    }
}

/// What the thread has.
struct Keeper {
    data_dir: PathBuf,
    zone: TimeZone,
    gently: Gently,
    tell: tokio::sync::mpsc::Sender<UpkeepFound>,
    /// When the database was looked through last, since the start.
    looked: Option<Timestamp>,
}

impl Keeper {
    fn run(mut self, stopped: &Receiver<()>) {
        loop {
            let now = clock();
            if self.looked.is_none_or(|looked| looked < last_at(&self.zone, HOUR, now)) {
                self.look(now);
            }
            if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    fn look(&mut self, now: Timestamp) {
        let whole = || -> Result<(), StoreError> {
            let mut store = Store::read(&self.data_dir)?;
            store.be_gentle(&self.gently)?;
            store.check_whole()
        };
        let found = match whole() {
            Ok(()) => UpkeepFound::Whole,
            Err(StoreError::Damaged(damage)) => UpkeepFound::Damaged(damage),
            Err(error) if error.is_broken_off() => return,
            Err(error) => UpkeepFound::NotLooked(error.to_string()),
        };
        self.looked = Some(now);
        self.tell(found);
    }

    /// The loop takes it, or has ended.
    fn tell(&self, found: UpkeepFound) {
        let _ = self.tell.blocking_send(found);
    }
}

/// The last time that it was this hour of the day in this zone, up to now.
fn last_at(zone: &TimeZone, hour: i8, now: Timestamp) -> Timestamp {
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    let today = instant.to_zoned(zone.clone());
    let at = |days: i64| {
        let day = today.date().checked_sub(Span::new().days(days)).ok()?;
        let at = day.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp();
        (at <= instant).then_some(at)
    };
    // On the day when a clock is set forward the hour may be missing, and is the one after it.
    let last = at(0).or_else(|| at(1)).unwrap_or(instant - SignedDuration::from_hours(24));
    Timestamp(last.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_that_of_the_warehouse_and_a_missed_one_is_made_up_for() {
        let last = |utc: &str| {
            let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
            let now = Timestamp(utc.parse::<jiff::Timestamp>().expect("a time").as_millisecond());
            jiff::Timestamp::from_millisecond(last_at(&zone, 2, now).0).expect("a time").to_string()
        };
        assert_eq!(last("2026-11-30T10:00:00Z"), "2026-11-30T10:00:00Z", "two o'clock");
        assert_eq!(last("2026-11-30T09:59:59Z"), "2026-11-29T10:00:00Z");
        assert_eq!(last("2026-11-30T23:00:00Z"), "2026-11-30T10:00:00Z");
        assert_eq!(last("2026-03-08T12:00:00Z"), "2026-03-08T10:00:00Z", "there is no 02:00");
        assert_eq!(last("2026-11-01T12:00:00Z"), "2026-11-01T10:00:00Z");
    }
}
