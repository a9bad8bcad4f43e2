//! Locks of a database file and the memory that its connections share: gone when the program is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Slots that a shared memory can be locked by, `SQLITE_SHM_NLOCK`.
pub(super) const SLOTS: usize = 8;

/// One region of shared memory. SQLite reads and writes it through a pointer.
pub(super) type Region = Arc<[AtomicU64]>;

/// How far a connection has a database file, <https://sqlite.org/lockingv3.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LockLevel {
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

impl LockLevel {
    pub(super) fn of(level: i32) -> Self {
        match level {
            0 => Self::None,
            1 => Self::Shared,
            2 => Self::Reserved,
            3 => Self::Pending,
            _ => Self::Exclusive,
        }
    }
}

/// Who has what of one file. A connection is known by its number.
#[derive(Debug, Default)]
pub(super) struct FileLocks {
    levels: BTreeMap<u64, LockLevel>,
    slots: [SlotLock; SLOTS],
    pub(super) regions: Vec<Region>,
    pub(super) mapped: BTreeSet<u64>,
}

#[derive(Debug, Default)]
struct SlotLock {
    shared: BTreeSet<u64>,
    exclusive: Option<u64>,
}

impl FileLocks {
    /// Takes a level; false when another connection is in the way.
    pub(super) fn take(&mut self, who: u64, level: LockLevel) -> bool {
        let mine = self.levels.get(&who).copied().unwrap_or(LockLevel::None);
        if level <= mine {
            return true;
        }
        let others = self.levels.iter().filter(|(other, _)| **other != who).map(|(_, level)| *level);
        let highest = others.max().unwrap_or(LockLevel::None);
        let free = match level {
            LockLevel::None => true,
            LockLevel::Shared => highest < LockLevel::Pending,
            LockLevel::Reserved => highest < LockLevel::Reserved,
            LockLevel::Pending => highest < LockLevel::Pending,
            LockLevel::Exclusive if highest == LockLevel::None => true,
            LockLevel::Exclusive => {
                // Nobody new comes in while the others finish.
                if highest < LockLevel::Reserved {
                    self.levels.insert(who, LockLevel::Pending);
                }
                false
            }
        };
        if free {
            self.levels.insert(who, level);
        }
        free
    }

    pub(super) fn lower(&mut self, who: u64, level: LockLevel) {
        match level {
            LockLevel::None => _ = self.levels.remove(&who),
            level => _ = self.levels.insert(who, level),
        }
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.levels.values().any(|level| *level >= LockLevel::Reserved)
    }

    /// Locks slots of the shared memory, all or none.
    pub(super) fn lock_slots(&mut self, who: u64, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let free = self.slots[slots.clone()].iter().all(|slot| {
            let not_taken = slot.exclusive.is_none_or(|owner| owner == who);
            not_taken && (!exclusive || slot.shared.iter().all(|owner| *owner == who))
        });
        if free {
            for slot in &mut self.slots[slots] {
                if exclusive {
                    slot.exclusive = Some(who);
                } else {
                    slot.shared.insert(who);
                }
            }
        }
        free
    }

    pub(super) fn unlock_slots(&mut self, who: u64, slots: std::ops::Range<usize>) {
        for slot in &mut self.slots[slots] {
            slot.shared.remove(&who);
            slot.exclusive = slot.exclusive.filter(|owner| *owner != who);
        }
    }

    /// A connection lets the shared memory go; the last one ends it.
    pub(super) fn unmap(&mut self, who: u64) {
        self.unlock_slots(who, 0..SLOTS);
        self.mapped.remove(&who);
        if self.mapped.is_empty() {
            self.regions.clear();
        }
    }
}
