//! What is done beside the loop at night: the whole database is looked through, and copied where that is configured.
//!
//! A thread of its own with a connection of its own, which only reads. It works a quarter of the time and rests the others,
//! so that packing has the disk. It looks once after each start, because some benches are switched off at night, and then
//! every night; it copies the database where no copy was made since the last night. Every minute it looks what is left on
//! the disk. What it finds goes to the loop, which shows it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};

use super::{Setup, clock};
use crate::config::keys::BackupKeys;
use crate::store::{
    BackupBy, BackupError, Damage, DiskRoom, Gently, Store, StoreError, back_up, backups, prune, same_disk, stamp,
    sweep,
};
use crate::units::Timestamp;

/// The hour of the night, in the warehouse's zone.
const HOUR: i8 = 2;
/// How often it is looked whether something is to be done.
const LOOK: Duration = Duration::from_secs(60);
/// A copy that failed is tried again after this.
const AGAIN: Duration = Duration::from_secs(3600);
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
    /// It was copied, into this file.
    Copied(PathBuf),
    /// It could not be copied, and why.
    NotCopied(String),
    /// Less is left on the disk than is to stay free.
    Short(DiskRoom),
    /// There is room on the disk again.
    Roomy,
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
            station: station.id.clone(),
            backup: setup.config.backup.clone(),
            copied: None,
            failed: None,
            keep_free_mb: station.keep_free_mb,
            short: false,
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
    station: String,
    backup: Option<BackupKeys>,
    /// When it was copied last, as far as is known.
    copied: Option<Timestamp>,
    /// When copying failed last.
    failed: Option<Instant>,
    keep_free_mb: u32,
    /// The loop was told that less is left.
    short: bool,
}

impl Keeper {
    fn run(mut self, stopped: &Receiver<()>) {
        loop {
            let now = clock();
            self.measure_room();
            if self.looked.is_none_or(|looked| looked < last_at(&self.zone, HOUR, now)) {
                self.look(now);
            }
            if let Some(backup) = self.backup.clone() {
                self.copy(&backup, now);
            }
            if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    fn measure_room(&mut self) {
        match DiskRoom::of(&self.data_dir) {
            Ok(room) => {
                let short = room.is_short(self.keep_free_mb);
                if short != std::mem::replace(&mut self.short, short) {
                    self.tell(if short { UpkeepFound::Short(room) } else { UpkeepFound::Roomy });
                }
            }
            Err(error) => tracing::warn!(%error, "what is left on the disk cannot be asked"),
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

    /// Copies the database, unless there is a copy of the last night or one failed a moment ago.
    fn copy(&mut self, backup: &BackupKeys, now: Timestamp) {
        let due = last_at(&self.zone, i8::try_from(backup.at).unwrap_or(HOUR), now);
        let waits = self.failed.is_some_and(|failed| failed.elapsed() < AGAIN);
        if waits || self.copied.is_some_and(|copied| copied >= due) {
            return;
        }
        match self.copied_since(backup, due, now) {
            Ok(None) => self.copied = Some(now),
            Ok(Some(file)) => {
                (self.copied, self.failed) = (Some(now), None);
                self.tell(UpkeepFound::Copied(file));
            }
            Err(BackupError::Store(error)) if error.is_broken_off() => {}
            Err(error) => {
                self.failed = Some(Instant::now());
                self.tell(UpkeepFound::NotCopied(error.to_string()));
            }
        }
    }

    /// The new copy; `None` where one was made since `due`.
    fn copied_since(
        &self,
        backup: &BackupKeys,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<Option<PathBuf>, BackupError> {
        let BackupKeys { dir, keep, .. } = backup;
        has_own_disk(dir, &self.data_dir)?;
        if dir.is_dir() {
            let made = backups(dir, &self.station)?;
            let night = stamp(due)..=stamp(now);
            if made.iter().any(|copy| copy.nightly && night.contains(&copy.time)) {
                return Ok(None);
            }
            sweep(dir, &self.station)?;
        }
        let (file, _) = back_up(&self.data_dir, dir, &self.station, now, BackupBy::Clock, Some(&self.gently))?;
        // The stick may have been pulled meanwhile.
        if let Err(error) = has_own_disk(&file, &self.data_dir) {
            let _ = std::fs::remove_file(file);
            return Err(error);
        }
        prune(dir, &self.station, &file, usize::try_from(*keep).unwrap_or(usize::MAX))?;
        Ok(Some(file))
    }

    /// The loop takes it, or has ended.
    fn tell(&self, found: UpkeepFound) {
        let _ = self.tell.blocking_send(found);
    }
}

/// Whether a folder, or the one that it is to be made in, is on a disk that is neither that of the data nor that of the
/// system: a stick that is not there leaves its empty folder on the card.
fn has_own_disk(dir: &Path, data_dir: &Path) -> Result<(), BackupError> {
    let place = if dir.exists() { dir } else { dir.parent().unwrap_or(dir) };
    let failed = |source| BackupError::File { path: place.to_owned(), source };
    for other in [data_dir, Path::new("/")] {
        if same_disk(place, other).map_err(failed)? {
            return Err(BackupError::NoDisk(dir.to_owned()));
        }
    }
    Ok(())
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

    fn time(utc: &str) -> Timestamp {
        Timestamp(utc.parse::<jiff::Timestamp>().expect("a time").as_millisecond())
    }

    #[test]
    fn a_night_has_one_copy_however_often_the_station_starts() {
        let data = tempfile::tempdir().expect("a folder");
        let stick = tempfile::tempdir_in("/dev/shm").expect("another disk");
        drop(Store::open(data.path()).expect("a store"));
        let keeper = Keeper {
            data_dir: data.path().to_owned(),
            zone: TimeZone::UTC,
            gently: Gently::default(),
            tell: tokio::sync::mpsc::channel(1).0,
            looked: None,
            station: "ST1".into(),
            backup: None,
            copied: None,
            failed: None,
            keep_free_mb: 1,
            short: false,
        };
        let on = |dir: &Path| BackupKeys { dir: dir.to_owned(), at: 2, keep: 2 };
        let made = |now: &str| {
            let now = time(now);
            keeper.copied_since(&on(stick.path()), last_at(&keeper.zone, 2, now), now).expect("no failure").is_some()
        };
        assert!(made("2026-11-30T08:00:00Z") && !made("2026-11-30T09:00:00Z"), "the station was off at two");
        assert!(!made("2026-12-01T01:59:00Z") && made("2026-12-01T02:00:00Z") && made("2026-12-02T02:00:00Z"));
        assert_eq!(backups(stick.path(), "ST1").expect("an answer").len(), 2);
        let (due, now) = (time("2026-12-03T02:00:00Z"), time("2026-12-03T02:00:00Z"));
        let beside = keeper.copied_since(&on(&data.path().join("backups")), due, now);
        assert!(matches!(beside, Err(BackupError::NoDisk(_))), "{beside:?}");
        let gone = keeper.copied_since(&on(Path::new("/nowhere/at/all")), due, now);
        assert!(matches!(gone, Err(BackupError::File { .. })), "{gone:?}");
    }

    #[test]
    fn the_night_is_that_of_the_warehouse_and_a_missed_one_is_made_up_for() {
        let last = |utc: &str| {
            let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
            jiff::Timestamp::from_millisecond(last_at(&zone, 2, time(utc)).0).expect("a time").to_string()
        };
        assert_eq!(last("2026-11-30T10:00:00Z"), "2026-11-30T10:00:00Z", "two o'clock");
        assert_eq!(last("2026-11-30T09:59:59Z"), "2026-11-29T10:00:00Z");
        assert_eq!(last("2026-11-30T23:00:00Z"), "2026-11-30T10:00:00Z");
        assert_eq!(last("2026-03-08T12:00:00Z"), "2026-03-08T10:00:00Z", "there is no 02:00");
        assert_eq!(last("2026-11-01T12:00:00Z"), "2026-11-01T10:00:00Z");
    }
}
