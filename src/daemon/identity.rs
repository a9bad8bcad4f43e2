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
        core.live_mut().no_mark = true;
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
        let (why, was, next) = match self.store_mut().recognise(machine, mark)? {
            Recognised::Home => return Ok(()),
            Recognised::Copy { why, next } => {
                let next = self.proposed(why, 0, &next);
                self.store_mut().begin_life(Some((why, &was, &next)))?;
                (why, was, next)
            }
            Recognised::Begun { why, was, next } => (why, was, next),
            Recognised::Successor { was, next } => {
                (CopySign::Successor, was, self.proposed(CopySign::Successor, 0, &next))
            }
        };
        tracing::error!(
            why = why.word(),
            was,
            "this database is not the one that was here, or not the newest: no pool gives a number until a person says \
             where it starts; `parceld pool list` proposes it"
        );
        self.step(moment, Event::Copied { why, was, next, parcels: Vec::new() })?;
        self.store_mut().settle(machine)
    }

    /// The receiver showed that this database was copied: it has events that are not ours, and what was told here from
    /// the fork on may be of parcels whose numbers the other history has given too.
    pub fn copied_by_receiver(&mut self, moment: Moment, sign: uplink::CopySign) -> Result<(), StoreError> {
        let was = self.store().incarnation().to_owned();
        let next = self.proposed(CopySign::Receiver, sign.ahead, &[]);
        let numbers = self.store().numbers_announced_from(sign.fork)?;
        let parcels = numbers.iter().filter_map(|number| self.station().by_tracking(number)).collect();
        self.step(moment, Event::Copied { why: CopySign::Receiver, was, next, parcels }).map(drop)
    }

    /// Where the receiver has another history, and a person has said where numbers go on: another life begins, and what
    /// the receiver does not have of the old one is told under new numbers. True when one has begun.
    pub fn leave_fork(&mut self, at: Timestamp, machine: &Machine) -> Result<bool, StoreError> {
        let fork = self.store().uplink_stop()?.and_then(|stop| stop.fork);
        let (Some(fork), None) = (fork, self.station().copied()) else { return Ok(false) };
        let was = self.store().incarnation().to_owned();
        self.store_mut().begin_life(None)?;
        self.store_mut().settle(machine)?;
        self.move_events(&was, fork, at)?;
        Ok(true)
    }

    /// Gives events of an earlier life new numbers.
    pub fn move_events(&mut self, incarnation: &str, from: u64, at: Timestamp) -> Result<(), StoreError> {
        let moved = self.store_mut().move_events(incarnation, from, at, renumbered)?;
        tracing::warn!(incarnation, from, moved, "events are told under new numbers");
        Ok(())
    }

    /// From where each pool is free as far as anything tells.
    fn proposed(&self, why: CopySign, ahead: u64, marked: &[PoolNext]) -> Vec<PoolNext> {
        let beyond = match why {
            CopySign::Behind | CopySign::OtherMark | CopySign::Successor => BEYOND_MARK,
            // An event uses one number at most.
            CopySign::Receiver => ahead.saturating_add(BEYOND_MARK),
            CopySign::NoMark | CopySign::OtherMachine | CopySign::Restored => BEYOND_UNKNOWN,
        };
        let known = self.station().pools().chain(self.station().suspended());
        let known = known.map(|(carrier, pool, next)| ((carrier.clone(), pool.clone()), next));
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
