//! Bags: what parcels of one carrier and ship date travel in; pallets, which closed bags are laid on; and cages, where
//! parcels lie meanwhile.
//!
//! ```text
//!  BAGOPEN -> open, nobody's -> its first parcel closes -> that carrier's, that day's -> ... -> BAGCLOSE -> closed, labelled
//!  PALLETOPEN -> open, nobody's -> its first bag's label is scanned -> that carrier's, that day's -> ... -> PALLETCLOSE
//! ```
//!
//! While a bag is open, every parcel that closes and belongs in it is in it, and the screen says so with the word *done*:
//! there is nothing to scan. A bag is on one manifest, as its parcels have one carrier and one ship date; closing the
//! manifest closes the bag. A parcel that is voided is out of its bag. A bag that has an SSCC keeps it for ever, and one
//! that has none is known by the station's own name for it.
//!
//! A pallet is a bag of another kind: it holds bags where a bag holds parcels, and all else is the same. A bag is laid on
//! one pallet, when it is closed and before it is on a manifest, and stays there. A parcel without a bag is on no pallet.

use crate::ids::{BagId, CarrierId, ParcelId};
use crate::screen::{Sentence, shown};
use crate::station::containers::Bag;
use crate::station::event::{Effect, Printout};
use crate::station::fact::{BagKind, Commitment, Fact, Sscc};
use crate::station::live::Say;
use crate::station::parcels::{Parcel, State};
use crate::station::{Outcome, Rules, SSCC_POOL, Station, World};
use crate::units::{Date, Mass};

impl Station {
    /// What this station calls it: `B12`, `PAL13`.
    pub fn short(&self, id: BagId) -> String {
        self.bag(id).map_or(BagKind::Bag, |bag| bag.kind).name(id)
    }

    /// What the station calls it to others: `US-LAX-1.LAX1-ST03.B12`; `….B1013.7F3A` where a copy opened it.
    pub fn own_name(&self, rules: &Rules, id: BagId) -> String {
        let mut name = format!("{}.{}.{}", rules.warehouse, rules.station, self.short(id));
        if let Some(bag) = self.bag(id).filter(|bag| !bag.life.is_empty()) {
            name.push('.');
            name.push_str(&bag.life);
        }
        name
    }

    /// What everybody calls it: its SSCC, or the station's own name.
    pub fn container(&self, rules: &Rules, id: BagId) -> String {
        let sscc = self.bag(id).and_then(|bag| bag.sscc.clone());
        sscc.unwrap_or_else(|| self.own_name(rules, id))
    }

    /// The parcels in a bag, or in the bags on a pallet.
    pub fn contents<'a>(&'a self, bag: &'a Bag) -> impl Iterator<Item = ParcelId> + 'a {
        self.masses(bag).map(|(id, _)| id)
    }

    /// The bags on a pallet with anything in them.
    pub fn laid<'a>(&'a self, pallet: &'a Bag) -> impl Iterator<Item = BagId> + 'a {
        pallet.bags.iter().copied().filter(|id| self.bag(*id).is_some_and(|bag| !bag.parcels.is_empty()))
    }

    /// What all parcels of a bag or a pallet weigh.
    pub fn bag_mass(&self, bag: &Bag) -> Mass {
        self.masses(bag).fold(Mass::ZERO, |sum, (_, mass)| sum.checked_add(mass).unwrap_or(sum))
    }

    fn masses<'a>(&'a self, bag: &'a Bag) -> impl Iterator<Item = (ParcelId, Mass)> + 'a {
        let laid = bag.bags.iter().filter_map(|id| self.bag(*id)).flat_map(|bag| &bag.parcels);
        bag.parcels.iter().chain(laid).copied()
    }

    pub(in crate::station) fn open_of(&self, kind: BagKind) -> impl Iterator<Item = (BagId, &Bag)> {
        self.bags().filter(move |(_, bag)| bag.kind == kind && !bag.closed)
    }

    /// The open bag or pallet for a carrier and day: theirs, or else the one that waits for its first.
    fn open_for(&self, kind: BagKind, carrier: &CarrierId, day: Date) -> Option<BagId> {
        let goes = |bag: &Bag| bag.goes.as_ref().map(|(of, on)| of == carrier && *on == day);
        let found = self.open_of(kind).find(|(_, bag)| goes(bag) == Some(true));
        found.or_else(|| self.open_of(kind).find(|(_, bag)| bag.goes.is_none())).map(|(id, _)| id)
    }

    /// The open bag that a parcel belongs in.
    pub(in crate::station) fn bag_for(&self, commitment: &Commitment) -> Option<BagId> {
        self.open_for(BagKind::Bag, commitment.carrier(), commitment.ship_date)
    }

    /// BAGOPEN, PALLETOPEN: a bag for the carrier of the next parcel that closes, a pallet for that of the first bag.
    pub(in crate::station) fn open_bag(&self, kind: BagKind) -> Outcome {
        if let Some((id, _)) = self.open_of(kind).find(|(_, bag)| bag.goes.is_none()) {
            let name = self.short(id);
            return Outcome::say(Say::ask(match kind {
                BagKind::Bag => Sentence::BagWaits { bag: name },
                BagKind::Pallet => Sentence::PalletWaits { pallet: name },
            }));
        }
        let bag = self.containers.next();
        let opened = match kind {
            BagKind::Bag => Sentence::BagOpened { bag: kind.name(bag) },
            BagKind::Pallet => Sentence::PalletOpened { pallet: kind.name(bag) },
        };
        Outcome::say(Say::good(opened)).facts([Fact::BagOpened { bag, kind }])
    }

    /// BAGCLOSE: the bag of the parcel whose label was just scanned, or the one that took the last parcel, or the only one.
    /// PALLETCLOSE: the pallet whose label, or the label of something on it, was just scanned, or the only one.
    pub(in crate::station) fn close_bag(&self, world: &World<'_>, kind: BagKind) -> Outcome {
        let of_kind = |id: BagId| {
            let bag = self.bag(id)?;
            if bag.kind == kind { Some(id) } else { bag.pallet.filter(|_| kind == BagKind::Pallet) }
        };
        let of_parcel = || self.parcel(world.live.shown?)?.bag();
        // Whoever scans a bag's label has it: only its pallet can be meant.
        let shown = world.live.container.filter(|_| kind == BagKind::Pallet).or_else(of_parcel);
        let last = self.containers.last.filter(|id| self.bag(*id).is_some_and(|bag| !bag.closed));
        let mut open = self.open_of(kind);
        let only = open.next().filter(|_| open.next().is_none()).map(|(id, _)| id);
        let Some(id) = shown.and_then(of_kind).or(last.and_then(of_kind)).or(only) else {
            let several = self.open_of(kind).next().is_some();
            return match kind {
                BagKind::Bag if several => Outcome::say(Say::ask(Sentence::BagWhich)),
                BagKind::Pallet if several => Outcome::say(Say::ask(Sentence::PalletWhich)),
                BagKind::Bag => Outcome::stop(Sentence::BagNone),
                BagKind::Pallet => Outcome::stop(Sentence::PalletNone),
            };
        };
        let name = self.short(id);
        match self.bag(id) {
            Some(bag) if bag.closed => {
                let again = match kind {
                    BagKind::Bag => Sentence::BagAgain { bag: name },
                    BagKind::Pallet => Sentence::PalletAgain { pallet: name },
                };
                Outcome::say(Say::good(again)).effect(Effect::Print(Printout::Bag { bag: id }))
            }
            Some(bag) if let Some(stop) = self.take_out(self.contents(bag)) => stop,
            Some(bag) => {
                let closed = match (kind, self.count(bag)) {
                    (BagKind::Bag, 0) => Sentence::BagEmpty { bag: name },
                    (BagKind::Bag, count) => Sentence::BagClosed { bag: name, count },
                    (BagKind::Pallet, 0) => Sentence::PalletEmpty { pallet: name },
                    (BagKind::Pallet, count) => Sentence::PalletClosed { pallet: name, count },
                };
                let mut outcome = Outcome::say(Say::good(closed));
                self.end_bags(world, [id], &mut outcome);
                outcome
            }
            None => Outcome::default(),
        }
    }

    /// What a person counts: parcels in a bag, bags on a pallet.
    fn count(&self, bag: &Bag) -> u64 {
        match bag.kind {
            BagKind::Bag => bag.parcels.len() as u64,
            BagKind::Pallet => self.laid(bag).count() as u64,
        }
    }

    /// The open bags and pallets of a carrier.
    pub(in crate::station) fn bags_of<'a>(&'a self, carrier: &'a CarrierId) -> impl Iterator<Item = BagId> + 'a {
        let of_carrier = move |bag: &Bag| bag.goes.as_ref().is_some_and(|(of, _)| of == carrier);
        let open = BagKind::ALL.into_iter().flat_map(|kind| self.open_of(kind));
        open.filter(move |(_, bag)| of_carrier(bag)).map(|(id, _)| id)
    }

    /// Closes open bags and pallets, with a number for each that has anything in it, as long as there are numbers.
    pub(in crate::station) fn end_bags(
        &self,
        world: &World<'_>,
        bags: impl IntoIterator<Item = BagId>,
        outcome: &mut Outcome,
    ) {
        let mut next = self.next_sscc(world).map(|sscc| sscc.serial);
        for bag in bags {
            let filled = self.bag(bag).is_some_and(|bag| self.contents(bag).next().is_some());
            let sscc = next.filter(|_| filled).and_then(|serial| self.sscc(world, serial));
            next = sscc.as_ref().map_or(next, |sscc| Some(sscc.serial + 1));
            outcome.facts.push(Fact::BagClosed { bag, sscc, operator: self.people.operator.clone() });
            if filled {
                outcome.effects.push(Effect::Print(Printout::Bag { bag }));
            }
        }
    }

    /// The next SSCC; `None` where there is no company prefix, where nobody has said yet where its serials start on this
    /// database, and where they have run out.
    pub(in crate::station) fn next_sscc(&self, world: &World<'_>) -> Option<Sscc> {
        let pool = world.rules.sscc.as_ref()?.prefix().into();
        let serial = self.numbers.next(SSCC_POOL.into(), pool)?;
        self.sscc(world, serial)
    }

    fn sscc(&self, world: &World<'_>, serial: u64) -> Option<Sscc> {
        let range = world.rules.sscc.as_ref()?;
        Some(Sscc { number: range.number(serial)?, pool: range.prefix().into(), serial })
    }

    /// CAGE: where the parcel lies that was just closed, or the one whose label was just scanned.
    pub(in crate::station) fn cage(&self, world: &World<'_>, cage: &str) -> Outcome {
        let target = if self.in_hand().is_some() { None } else { world.live.shown.or(self.parcels.last_closed) };
        let closed = |id: &ParcelId| {
            self.parcel(*id).is_some_and(|parcel| matches!(parcel.state(), State::Verified | State::Attested))
        };
        let stopped = |id: ParcelId| self.stopped(self.parcel(id)?);
        match target.filter(closed) {
            Some(parcel) if let Some(stop) = stopped(parcel) => stop,
            Some(parcel) => {
                let note = Sentence::Caged { cage: shown(cage) };
                Outcome::say(Say::good(note)).facts([Fact::Caged { parcel, cage: cage.to_owned() }])
            }
            None => Outcome::stop(Sentence::NotHere),
        }
    }

    /// The bag or pallet of which a code may be the station's own name: another history may have one of that number.
    pub fn bag_called(rules: &Rules, keys: &[String]) -> Option<BagId> {
        let prefix = format!("{}.{}.", rules.warehouse, rules.station);
        let number = |key: &String| key.strip_prefix(&prefix)?.split('.').next()?.parse().ok();
        keys.iter().find_map(number)
    }

    /// The own code of a bag or a pallet was scanned: a closed bag is laid on the open pallet it belongs on.
    pub(in crate::station) fn bag_scanned(&self, world: &World<'_>, keys: &[String]) -> Option<Outcome> {
        // A scanner that sends no identifier of the symbology leaves the one of the data before the digits.
        let says = |sscc: &str| keys.iter().any(|key| key == sscc || key.strip_prefix("00") == Some(sscc));
        let by_sscc = || self.bags().rev().find(|(_, bag)| bag.sscc.as_deref().is_some_and(says));
        let ours = |id: &BagId| keys.contains(&self.own_name(world.rules, *id));
        let own = Self::bag_called(world.rules, keys).filter(ours);
        let id = own.or_else(|| by_sscc().map(|(id, _)| id))?;
        let bag = self.bag(id)?;
        if let Some(stop) = self.take_out(self.contents(bag)) {
            return Some(stop);
        }
        let outcome = match self.lay(id, bag) {
            Some(outcome) => outcome,
            None => {
                let (name, count) = (self.short(id), self.count(bag));
                Outcome::say(Say::ask(match bag.kind {
                    BagKind::Bag => Sentence::BagShown { bag: name, count },
                    BagKind::Pallet => Sentence::PalletShown { pallet: name, count },
                }))
            }
        };
        Some(Outcome { container: Some(id), ..outcome })
    }

    /// A closed bag on its pallet; `None` where no pallet is open for anything, and where it is no closed bag.
    fn lay(&self, id: BagId, bag: &Bag) -> Option<Outcome> {
        let name = self.short(id);
        let on = |pallet: BagId, more: u64| {
            let count = self.bag(pallet).map_or(0, |pallet| self.count(pallet)) + more;
            Sentence::BagOnPallet { bag: self.short(id), pallet: self.short(pallet), count }
        };
        if let Some(pallet) = bag.pallet {
            return Some(Outcome::say(Say::ask(on(pallet, 0))));
        }
        if bag.kind == BagKind::Pallet || !bag.closed || self.open_of(BagKind::Pallet).next().is_none() {
            return None;
        }
        let (Some((carrier, day)), Some((first, _))) = (&bag.goes, bag.parcels.first()) else {
            return Some(Outcome::stop(Sentence::BagEmpty { bag: name }));
        };
        // One that was left out of a manifest lies here again; one that is forgotten has gone.
        let on_manifest = |parcel: &Parcel| matches!(parcel.state(), State::Manifested | State::Confirmed);
        if self.parcel(*first).is_none_or(on_manifest) {
            return Some(Outcome::stop(Sentence::PalletLate { bag: name }));
        }
        Some(match self.open_for(BagKind::Pallet, carrier, *day) {
            Some(pallet) => Outcome::say(Say::good(on(pallet, 1))).facts([Fact::Palleted { bag: id, pallet }]),
            None => Outcome::stop(Sentence::PalletOther { bag: name }),
        })
    }

    /// What is said when a parcel closes, and the fact that puts it into its bag.
    pub(in crate::station) fn bagged(&self, parcel: &Parcel) -> (Sentence, Option<Fact>) {
        let tracking = parcel.tracking().unwrap_or_default().to_owned();
        match parcel.commitment().and_then(|commitment| self.bag_for(commitment)) {
            Some(bag) => {
                (Sentence::DoneBag { tracking, bag: bag.to_string() }, Some(Fact::Bagged { parcel: parcel.id, bag }))
            }
            None if self.open_of(BagKind::Bag).next().is_some() => (Sentence::DoneLoose { tracking }, None),
            None => (Sentence::Done { tracking }, None),
        }
    }
}
