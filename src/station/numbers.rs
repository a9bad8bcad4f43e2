//! Numbers: which serial each pool gives next, and why a pool gives none.
//!
//! A pool gives nothing before a person has said where it starts. When the database turns out to be a copy, every pool that
//! was begun waits until a person says where it goes on: its numbers may be on parcels that only another history knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::barcode::gs1::SsccRange;
use crate::ids::{CarrierId, ParcelId, PoolId, TrackingNumber};
use crate::screen::Sentence;
use crate::station::event::Effect;
use crate::station::fact::{CopySign, Fact, Intercept, PoolNext};
use crate::station::live::Say;
use crate::station::pairs;
use crate::station::{Outcome, Station, World};

/// Under which carrier's name the pool of SSCCs stands: no carrier's folder has it.
pub const SSCC_POOL: &str = "gs1";

/// A pool of a carrier.
type PoolKey = (CarrierId, PoolId);

/// Every pool that was begun.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NumberPools {
    /// Next serial of each pool that gives numbers.
    #[serde(with = "pairs")]
    next: BTreeMap<PoolKey, u64>,
    /// Pools that wait until a person says where they go on, each with the least that may be said.
    #[serde(with = "pairs")]
    suspended: BTreeMap<PoolKey, u64>,
    /// From where each pool would have gone on if the copy had not been found.
    #[serde(with = "pairs")]
    unfound: BTreeMap<PoolKey, u64>,
    /// Why they wait.
    copied: Option<CopySign>,
}

impl NumberPools {
    /// The next serial of a pool; `None` where nobody has said where it starts.
    pub(super) fn next(&self, carrier: CarrierId, pool: PoolId) -> Option<u64> {
        self.next.get(&(carrier, pool)).copied()
    }

    /// A serial was used.
    pub(super) fn used(&mut self, carrier: CarrierId, pool: PoolId, serial: u64) {
        self.next.insert((carrier, pool), serial + 1);
    }

    /// A person said where a pool starts.
    pub(super) fn start(&mut self, carrier: CarrierId, pool: PoolId, next: u64) {
        let pool = (carrier, pool);
        self.suspended.remove(&pool);
        self.next.insert(pool, next);
        if self.suspended.is_empty() {
            self.copied = None;
        }
    }

    /// The database was copied: no pool that was begun gives a number any more.
    pub(super) fn suspend(&mut self, why: CopySign, next: &[PoolNext]) {
        let again = self.is_found_again(why);
        for (pool, next) in std::mem::take(&mut self.next) {
            let least = self.suspended.entry(pool).or_default();
            *least = next.max(*least);
        }
        if !again {
            self.unfound = self.suspended.clone();
        }
        for PoolNext { carrier, pool, next } in next {
            let least = self.suspended.entry((carrier.clone(), pool.clone())).or_default();
            *least = (*next).max(*least);
        }
        self.copied = Some(why);
    }

    /// A person said that the copy goes on, and no pool waits for that.
    pub(super) fn settle(&mut self) {
        self.copied = None;
    }

    /// Whether this is what is known already. The receiver shows it at each comparison, as long as a person has not said
    /// how to go on; only then another life begins. Whatever else shows a copy has begun another life.
    pub(super) fn is_found_again(&self, why: CopySign) -> bool {
        why == CopySign::Receiver && self.copied == Some(why)
    }
}

impl Station {
    /// Why no pool gives a number before a person has said where it starts.
    pub fn copied(&self) -> Option<CopySign> {
        self.numbers.copied
    }

    /// Pools that wait for a person: carrier, pool, and the least that may be said.
    pub fn suspended(&self) -> impl Iterator<Item = (&CarrierId, &PoolId, u64)> {
        self.numbers.suspended.iter().map(|((carrier, pool), next)| (carrier, pool, *next))
    }

    /// Every pool as it was when the copy was found: carrier, pool, and the next serial.
    pub fn pools_before_copy(&self) -> impl Iterator<Item = (&CarrierId, &PoolId, u64)> {
        self.numbers.unfound.iter().map(|((carrier, pool), next)| (carrier, pool, *next))
    }

    /// Whether a pool gives no number below this one.
    pub fn leaves_out(&self, carrier: &CarrierId, pool: &PoolId, below: u64) -> bool {
        let key = (carrier.clone(), pool.clone());
        let next = self.numbers.suspended.get(&key).or(self.numbers.next.get(&key));
        next.is_some_and(|next| *next >= below)
    }

    /// Pools that give numbers: carrier, pool, and the next serial.
    pub fn pools(&self) -> impl Iterator<Item = (&CarrierId, &PoolId, u64)> {
        self.numbers.next.iter().map(|((carrier, pool), next)| (carrier, pool, *next))
    }

    /// The next number of a carrier: its pool and serial; `None` when no started pool of this station has one left.
    pub fn next_serial(&self, world: &World<'_>, carrier: &CarrierId) -> Option<(PoolId, u64)> {
        let carrier = world.cards.carrier(carrier)?;
        carrier.pools.iter().filter(|pool| pool.station == world.rules.station).find_map(|pool| {
            let next = self.numbers.next(carrier.id.clone(), pool.id.clone())?;
            (next <= pool.to).then(|| (pool.id.clone(), next))
        })
    }

    /// The next tracking number of a carrier, with its pool and serial; none that breaks what the carrier says of its numbers.
    pub(super) fn next_number(&self, world: &World<'_>, carrier: &CarrierId) -> Option<(PoolId, u64, TrackingNumber)> {
        let (pool, serial) = self.next_serial(world, carrier)?;
        let tracking = world.cards.carrier(carrier)?.number.as_ref()?.number(serial).ok()?;
        world.cards.numbers().check(carrier, tracking.as_str()).ok()?;
        Some((pool, serial, tracking))
    }

    /// A person says that every pool that waits may go on from the least that is free.
    pub(super) fn start_pools(&self) -> Outcome {
        if self.numbers.suspended.is_empty() && self.numbers.copied.is_none() {
            return Outcome::stop(Sentence::PoolsNone);
        }
        let started = |((carrier, pool), next): (&PoolKey, &u64)| Fact::PoolStarted {
            carrier: carrier.clone(),
            pool: pool.clone(),
            next: *next,
        };
        let note = Sentence::PoolsStarted { count: self.numbers.suspended.len() as u64 };
        // Without a pool of its own the word alone is recorded.
        let settled = self.numbers.suspended.is_empty().then_some(Fact::CopySettled);
        let facts = self.numbers.suspended.iter().map(started).chain(settled);
        Outcome::say(Say::good(note)).facts(facts).effect(Effect::Reconsider)
    }

    /// A person says where a number pool starts.
    pub(super) fn start_pool(&self, world: &World<'_>, carrier: &CarrierId, pool: &PoolId, next: u64) -> Outcome {
        let known = world.cards.carrier(carrier).and_then(|carrier| {
            let pool = carrier.pools.iter().find(|p| p.id == *pool && p.station == world.rules.station)?;
            Some((pool.from, pool.to))
        });
        let sscc = world.rules.sscc.as_ref().filter(|range| *carrier == SSCC_POOL && *pool == range.prefix());
        let Some((from, to)) = known.or(sscc.map(SsccRange::serials)) else {
            return Outcome::stop(Sentence::PoolUnknown { carrier: carrier.to_string(), pool: pool.to_string() });
        };
        let key = (carrier.clone(), pool.clone());
        let used = self.numbers.next.get(&key).or(self.numbers.suspended.get(&key)).copied().unwrap_or(from);
        if next < used || next < from || next > to {
            let range = format!("{used}-{to}");
            return Outcome::stop(Sentence::PoolRefused { pool: pool.to_string(), range });
        }
        let started = Fact::PoolStarted { carrier: carrier.clone(), pool: pool.clone(), next };
        let mut outcome =
            Outcome::say(Say::good(Sentence::PoolStarted { carrier: carrier.to_string(), next: next.to_string() }));
        outcome.facts.push(started);
        outcome.effect(Effect::Reconsider)
    }

    /// The database was copied. What the receiver shows again is told again only where more numbers are to be left out.
    pub(super) fn station_copied(
        &self,
        why: CopySign,
        was: &str,
        next: &[PoolNext],
        life: &str,
        parcels: &[ParcelId],
    ) -> Outcome {
        let left_out = |next: &PoolNext| self.leaves_out(&next.carrier, &next.pool, next.next);
        let told = self.numbers.is_found_again(why) && next.iter().all(left_out);
        // Those that are not closed follow from the fact itself.
        let doubtful = |id: &ParcelId| {
            let parcel = self.parcel(*id)?;
            let news =
                parcel.drew_its_number() && parcel.state().closed() && parcel.intercepted != Some(Intercept::Copied);
            let late = self.handed_over(parcel);
            news.then_some(Fact::Intercepted { parcel: *id, reason: Intercept::Copied, late })
        };
        let copied = Fact::Copied { why, was: was.to_owned(), next: next.to_vec(), life: life.to_owned() };
        let doubtful = parcels.iter().filter_map(doubtful);
        if told {
            return Outcome::default().facts(doubtful);
        }
        Outcome::say(Say::stop(Sentence::StationCopied)).facts([copied]).facts(doubtful)
    }
}
