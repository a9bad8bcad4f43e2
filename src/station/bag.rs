//! Bags: what parcels of one carrier and ship date travel in, and cages, where they lie meanwhile.
//!
//! ```text
//!  BAGOPEN -> open, nobody's -> its first parcel closes -> that carrier's, that day's -> ... -> BAGCLOSE -> closed, labelled
//! ```
//!
//! While a bag is open, every parcel that closes and belongs in it is in it, and the screen says so with the word *done*:
//! there is nothing to scan. A bag is on one manifest, as its parcels have one carrier and one ship date; closing the
//! manifest closes the bag. A parcel that is voided is out of its bag. A bag that has an SSCC keeps it for ever, and one
//! that has none is known by the station's own name for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::event::{Effect, Printout};
use super::fact::{Commitment, Fact, Sscc};
use super::live::Say;
use super::parcel::{Parcel, ParcelId, State};
use super::{Outcome, Rules, Station, World};
use crate::screen::Note;
use crate::units::{Date, Mass};

/// A bag's number on this station, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BagId(pub u64);

/// `B12`.
impl fmt::Display for BagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "B{}", self.0)
    }
}

impl FromStr for BagId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim_start_matches(['B', 'b']).parse().map(Self)
    }
}

/// A bag as the facts made it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bag {
    /// Carrier and ship date of everything in it; `None` before its first parcel.
    pub goes: Option<(String, Date)>,
    /// What is in it.
    pub parcels: Vec<ParcelId>,
    /// Nothing more goes in.
    pub closed: bool,
    /// Its 18 digits.
    pub sscc: Option<String>,
}

/// Under which carrier's name the pool of SSCCs stands: no carrier's folder has it.
pub const SSCC_POOL: &str = "gs1";

impl Station {
    /// A bag.
    pub fn bag(&self, id: BagId) -> Option<&Bag> {
        let index = usize::try_from(id.0.checked_sub(1)?).ok()?;
        self.bags.get(index)
    }

    /// Every bag, oldest first.
    pub fn bags(&self) -> impl DoubleEndedIterator<Item = (BagId, &Bag)> {
        self.bags.iter().enumerate().map(|(index, bag)| (BagId(index as u64 + 1), bag))
    }

    /// What everybody calls a bag: its SSCC, or `US-LAX-1.LAX1-ST03.B12`.
    pub fn container(&self, rules: &Rules, id: BagId) -> String {
        let sscc = self.bag(id).and_then(|bag| bag.sscc.clone());
        sscc.unwrap_or_else(|| format!("{}.{}.{id}", rules.warehouse, rules.station))
    }

    /// What all parcels of a bag weigh.
    pub fn bag_mass(&self, bag: &Bag) -> Mass {
        let masses = bag.parcels.iter().filter_map(|id| self.parcel(*id)?.weight.as_ref()).map(|weight| weight.mass);
        masses.fold(Mass::ZERO, |sum, mass| sum.checked_add(mass).unwrap_or(sum))
    }

    pub(super) fn open_bags(&self) -> impl Iterator<Item = (BagId, &Bag)> {
        self.bags().filter(|(_, bag)| !bag.closed)
    }

    /// The open bag that a parcel belongs in: its carrier's and day's, or else the one that waits for its first parcel.
    pub(super) fn bag_for(&self, commitment: &Commitment) -> Option<BagId> {
        let goes = |bag: &Bag| {
            bag.goes.as_ref().map(|(carrier, day)| carrier == commitment.carrier() && *day == commitment.ship_date)
        };
        let found = self.open_bags().find(|(_, bag)| goes(bag) == Some(true));
        found.or_else(|| self.open_bags().find(|(_, bag)| bag.goes.is_none())).map(|(id, _)| id)
    }

    /// BAGOPEN: a bag for the carrier of the next parcel that closes.
    pub(super) fn open_bag(&self) -> Outcome {
        if let Some((id, _)) = self.open_bags().find(|(_, bag)| bag.goes.is_none()) {
            return Outcome::say(Say::ask(Note::new("bag_waits").with("bag", id.to_string())));
        }
        let bag = BagId(self.bags.len() as u64 + 1);
        Outcome::say(Say::good(Note::new("bag_opened").with("bag", bag.to_string()))).facts([Fact::BagOpened { bag }])
    }

    /// BAGCLOSE: the bag of the parcel whose label was just scanned, or the one that took the last parcel, or the only one.
    pub(super) fn close_bag(&self, world: &World<'_>) -> Outcome {
        let shown = world.live.shown.and_then(|id| self.parcel(id)?.bag);
        let last = self.last_bag.filter(|id| self.bag(*id).is_some_and(|bag| !bag.closed));
        let mut open = self.open_bags();
        let only = open.next().filter(|_| open.next().is_none()).map(|(id, _)| id);
        let Some(id) = shown.or(last).or(only) else {
            let several = self.open_bags().next().is_some();
            return if several {
                Outcome::say(Say::ask(Note::new("bag_which")))
            } else {
                Outcome::stop(Note::new("bag_none"))
            };
        };
        let note = |key| Note::new(key).with("bag", id.to_string());
        match self.bag(id) {
            Some(bag) if bag.closed => {
                Outcome::say(Say::good(note("bag_again"))).effect(Effect::Print(Printout::Bag { bag: id }))
            }
            Some(bag) => {
                let (key, count) =
                    if bag.parcels.is_empty() { ("bag_empty", 0) } else { ("bag_closed", bag.parcels.len()) };
                let note = note(key).with("count", count.to_string());
                let mut outcome = Outcome::say(Say::good(note));
                self.end_bags(world, [id], &mut outcome);
                outcome
            }
            None => Outcome::default(),
        }
    }

    /// The open bags of a carrier.
    pub(super) fn bags_of<'a>(&'a self, carrier: &'a str) -> impl Iterator<Item = BagId> + 'a {
        let of_carrier = move |bag: &Bag| bag.goes.as_ref().is_some_and(|(of, _)| of == carrier);
        self.open_bags().filter(move |(_, bag)| of_carrier(bag)).map(|(id, _)| id)
    }

    /// Closes open bags, with a number for each that has anything in it, as long as there are numbers.
    pub(super) fn end_bags(&self, world: &World<'_>, bags: impl IntoIterator<Item = BagId>, outcome: &mut Outcome) {
        let mut next = self.next_sscc(world).map(|sscc| sscc.serial);
        for bag in bags {
            let filled = self.bag(bag).is_some_and(|bag| !bag.parcels.is_empty());
            let sscc = next.filter(|_| filled).and_then(|serial| self.sscc(world, serial));
            next = sscc.as_ref().map_or(next, |sscc| Some(sscc.serial + 1));
            outcome.facts.push(Fact::BagClosed { bag, sscc, operator: self.operator.clone() });
            if filled {
                outcome.effects.push(Effect::Print(Printout::Bag { bag }));
            }
        }
    }

    /// The next SSCC; `None` where there is no company prefix, where nobody has said yet where its serials start on this
    /// database, and where they have run out.
    pub(super) fn next_sscc(&self, world: &World<'_>) -> Option<Sscc> {
        let pool = world.rules.sscc.as_ref()?.prefix().to_owned();
        let serial = *self.pools.get(&(SSCC_POOL.to_owned(), pool))?;
        self.sscc(world, serial)
    }

    fn sscc(&self, world: &World<'_>, serial: u64) -> Option<Sscc> {
        let range = world.rules.sscc.as_ref()?;
        Some(Sscc { number: range.number(serial)?, pool: range.prefix().to_owned(), serial })
    }

    /// CAGE: where the parcel lies that was just closed, or the one whose label was just scanned.
    pub(super) fn cage(&self, world: &World<'_>, cage: &str) -> Outcome {
        let target = if self.bench().is_some() { None } else { world.live.shown.or(self.last_closed) };
        let closed = |id: &ParcelId| {
            self.parcel(*id).is_some_and(|parcel| matches!(parcel.state, State::Verified | State::Attested))
        };
        match target.filter(closed) {
            Some(parcel) => {
                let note = Note::new("caged").with("cage", super::floor::shown(cage));
                Outcome::say(Say::good(note)).facts([Fact::Caged { parcel, cage: cage.to_owned() }])
            }
            None => Outcome::stop(Note::new("not_here")),
        }
    }

    /// A bag's own code was scanned.
    pub(super) fn bag_scanned(&self, world: &World<'_>, keys: &[String]) -> Option<Outcome> {
        let prefix = format!("{}.{}.", world.rules.warehouse, world.rules.station);
        let own = keys.iter().find_map(|key| key.strip_prefix(&prefix)?.parse::<BagId>().ok());
        // A scanner that sends no identifier of the symbology leaves the one of the data before the digits.
        let says = |sscc: &str| keys.iter().any(|key| key == sscc || key.strip_prefix("00") == Some(sscc));
        let by_sscc = || self.bags().rev().find(|(_, bag)| bag.sscc.as_deref().is_some_and(says));
        let id = own.or_else(|| by_sscc().map(|(id, _)| id))?;
        let count = self.bag(id)?.parcels.len();
        let note = Note::new("bag_shown").with("bag", id.to_string()).with("count", count.to_string());
        Some(Outcome::say(Say::ask(note)))
    }

    /// What is said when a parcel closes, and the fact that puts it into its bag.
    pub(super) fn bagged(&self, id: ParcelId, parcel: &Parcel) -> (Note, Option<Fact>) {
        let note = |key| Note::new(key).with("tracking", parcel.tracking().unwrap_or_default());
        match parcel.commitment.as_ref().and_then(|commitment| self.bag_for(commitment)) {
            Some(bag) => (note("done_bag").with("bag", bag.to_string()), Some(Fact::Bagged { parcel: id, bag })),
            None if self.open_bags().next().is_some() => (note("done_loose"), None),
            None => (note("done"), None),
        }
    }
}
