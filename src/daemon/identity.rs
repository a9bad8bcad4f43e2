//! Which machine this is, and what a database does that finds itself copied.
//!
//! The table of what is noticed by what stands on the page of [`Store`]'s lives; this is where the machine is asked.

use std::path::Path;

use super::{Core, Moment, Setup, SetupError};
use crate::config::MarkPlace;
use crate::ids::{CarrierId, PoolId};
use crate::station::event::Event;
use crate::station::fact::{CopySign, PoolNext};
use crate::store::{BOARD, Machine, Mark, Recognised, Store, StoreError};
use crate::units::Timestamp;
use crate::uplink::{self, event::renumbered};

/// Numbers left out beyond those that a mark knows: it may be some commits behind.
const BEYOND_MARK: u64 = 100;
/// Numbers left out where nothing tells how far the other history went.
const BEYOND_UNKNOWN: u64 = 1_000;

/// What tells this machine from another.
pub fn machine() -> Machine {
    const KNOWN: [(&str, &str); 3] = [
        ("machine_id", "/etc/machine-id"),
        // A Raspberry Pi, and any other board with a device tree.
        (BOARD, "/proc/device-tree/serial-number"),
        ("product", "/sys/class/dmi/id/product_uuid"),
    ];
    let read = |(name, path): (&str, &str)| {
        let text = std::fs::read_to_string(path).ok()?;
        let value = text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned();
        let known = !value.is_empty() && value != "uninitialized";
        known.then(|| (name.to_owned(), value))
    };
    KNOWN.into_iter().filter_map(read).collect()
}

/// The station of a configuration, with its memory open for writing and recognised as what it is.
///
/// # Errors
/// [`SetupError::Store`].
pub fn open(setup: &Setup, moment: Moment) -> Result<Core, SetupError> {
    let station = &setup.config.station;
    let store = Store::open(&station.data_dir)?;
    let mut core = Core::new(store, setup.rules.clone(), setup.cards.clone())?;
    let mark = open_mark(&station.mark(), &station.data_dir).unwrap_or_else(|why| {
        tracing::error!(why, "without its mark an older copy of the database would not be noticed");
        core.store_mut().miss_mark();
        None
    });
    core.look_at_newest()?;
    core.recognise(moment, &machine(), mark)?;
    core.compare_orders(moment)?;
    Ok(core)
}

/// The mark; `None` where there shall be none. A folder that a person named may be on a medium that is not there: then
/// nothing can be told.
fn open_mark(place: &MarkPlace, data_dir: &Path) -> Result<Option<Mark>, String> {
    let mark = match place {
        MarkPlace::Nowhere => return Ok(None),
        MarkPlace::Beside => Mark::open(&Mark::beside(data_dir)),
        MarkPlace::Folder(dir) if dir.is_dir() => Mark::open_instead(dir, data_dir),
        MarkPlace::Folder(dir) => Err(format!("{}: the folder is not there; put its medium back", dir.display())),
    };
    mark.map(Some)
}

impl Core {
    /// Looks at the newest facts and numbers. Damage is said and stops nothing: what can be packed is packed.
    fn look_at_newest(&mut self) -> Result<(), StoreError> {
        match self.store().check_newest() {
            Err(StoreError::Damaged(damage)) => {
                tracing::error!(
                    %damage,
                    "the database is damaged: stop packing, put a backup back with `parceld restore`, best on another SD card"
                );
                self.live_mut().damaged = true;
                Ok(())
            }
            looked => looked,
        }
    }

    /// Looks whether this is the database that was always here; a copy begins another life.
    pub fn recognise(&mut self, moment: Moment, machine: &Machine, mark: Option<Mark>) -> Result<(), StoreError> {
        let was = self.store().incarnation().to_owned();
        let pools = self.pools();
        let (why, was, next) = match self.store_mut().recognise(machine, mark, &pools)? {
            Recognised::Home => return Ok(()),
            Recognised::Copy { why, next } => {
                let next = self.proposed(why, beyond(why), &next);
                self.store_mut().begin_life(Some((why, &was, &next)))?;
                (why, was, next)
            }
            Recognised::Begun { why, was, next } => (why, was, next),
            Recognised::Successor { was, next } => {
                let next = self.proposed(CopySign::Successor, beyond(CopySign::Successor), &next);
                self.store_mut().note_begun(CopySign::Successor, &was, &next)?;
                (CopySign::Successor, was, next)
            }
        };
        if self.store().announced() > 0 {
            // The first event of the other life says so already; the power went before it was at home here.
            return self.settle(machine);
        }
        tracing::error!(
            why = why.word(),
            was,
            "this database is not the one that was here, or not the newest: no pool gives a number until a person says \
             where it starts; `parceld pool list` proposes it"
        );
        let life = self.store().word_of_life()?;
        self.step(moment, Event::Copied { why, was, next, life, parcels: Vec::new() })?;
        self.settle(machine)
    }

    /// The receiver showed that this database was copied: it has events that are not ours, and what was told here from
    /// the fork on may be of parcels whose numbers the other history has given too.
    pub fn copied_by_receiver(&self, sign: uplink::CopySign) -> Result<Event, StoreError> {
        let (why, was) = (CopySign::Receiver, self.store().incarnation().to_owned());
        let mut next = self.proposed(why, beyond_receiver(sign), &[]);
        if self.station().copied() == Some(why) {
            // At each look the receiver may show more of the other history; as long as all of that is left out it is no news.
            next.retain(|PoolNext { carrier, pool, next }| {
                !self.station().leaves_out(carrier, pool, next.saturating_sub(BEYOND_MARK))
            });
        }
        let numbers = self.store().numbers_announced_from(sign.fork)?;
        let mut parcels = Vec::new();
        for number in &numbers {
            parcels.extend(self.archive().by_tracking(number)?);
        }
        let life = self.store().word_of_life()?;
        Ok(Event::Copied { why, was, next, life, parcels })
    }

    /// Where the receiver has another history, and a person has said where numbers go on: another life begins, and what
    /// the receiver does not have of the old one is told under new numbers. True when one has begun.
    pub fn leave_fork(&mut self, at: Timestamp, machine: &Machine) -> Result<bool, StoreError> {
        // Also while the uplink tries again: it would find the same.
        let fork = self.store().uplink_stop()?.and_then(|stop| stop.fork);
        let (Some(fork), None) = (fork, self.station().copied()) else { return Ok(false) };
        let was = self.store().incarnation().to_owned();
        self.store_mut().begin_life(None)?;
        self.settle(machine)?;
        self.move_events(&was, fork, at)?;
        Ok(true)
    }

    fn settle(&mut self, machine: &Machine) -> Result<(), StoreError> {
        let pools = self.pools();
        self.store_mut().settle(machine, &pools)
    }

    /// From where each pool goes on, or is proposed to.
    fn pools(&self) -> Vec<PoolNext> {
        let known = self.station().pools().chain(self.station().suspended());
        known.map(|(carrier, pool, next)| PoolNext { carrier: carrier.clone(), pool: pool.clone(), next }).collect()
    }

    /// Gives events of an earlier life new numbers.
    pub fn move_events(&mut self, incarnation: &str, from: u64, at: Timestamp) -> Result<(), StoreError> {
        let moved = self.store_mut().move_events(incarnation, from, at, renumbered)?;
        tracing::warn!(incarnation, from, moved, "events are told under new numbers");
        Ok(())
    }

    /// From where each pool is free as far as anything tells.
    fn proposed(&self, why: CopySign, beyond: u64, marked: &[PoolNext]) -> Vec<PoolNext> {
        let station = self.station();
        let known: Vec<_> = match (why, station.copied()) {
            // It was found before: what is left out since then is not left out twice.
            (CopySign::Receiver, Some(CopySign::Receiver)) => station.pools_before_copy().collect(),
            _ => station.pools().chain(station.suspended()).collect(),
        };
        let known = known.into_iter().map(|(carrier, pool, next)| ((carrier.clone(), pool.clone()), next));
        let marked = marked.iter().map(|next| ((next.carrier.clone(), next.pool.clone()), next.next));
        let mut least = std::collections::BTreeMap::new();
        for (pool, next) in known.chain(marked) {
            let least: &mut u64 = least.entry(pool).or_default();
            *least = next.max(*least);
        }
        let proposed = |((carrier, pool), next): ((CarrierId, PoolId), u64)| PoolNext {
            carrier,
            pool,
            next: next.saturating_add(beyond),
        };
        least.into_iter().map(proposed).collect()
    }
}

/// How many numbers are left out, by what was found.
fn beyond(why: CopySign) -> u64 {
    match why {
        CopySign::Behind | CopySign::OtherMark | CopySign::Successor | CopySign::Receiver => BEYOND_MARK,
        CopySign::NoMark | CopySign::OtherMachine | CopySign::Restored => BEYOND_UNKNOWN,
    }
}

/// The same where the receiver showed it: an event uses one number at most. A life that went on from another copy has left
/// out numbers itself, and nothing tells how many.
fn beyond_receiver(sign: uplink::CopySign) -> u64 {
    let other = if sign.elsewhere > 0 { BEYOND_UNKNOWN } else { 0 };
    [sign.ahead, sign.elsewhere, other].into_iter().fold(beyond(CopySign::Receiver), u64::saturating_add)
}
