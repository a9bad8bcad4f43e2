//! What a station forgets, so that it costs the same after ten years as on its first day.
//!
//! What is *here* is kept: the parcel in hand, everything that was packed and not handed over, what was put aside, and the
//! bags and manifests of these. What has gone with its carrier, and what was voided, is forgotten: whoever finds something
//! said of it brings it back first ([`Station::recall`]), from the journal. Everything that is counted over all parcels is
//! kept as a count.
//!
//! No decision may depend on what was forgotten and not brought back. `daemon::Core` brings back what an event names; a
//! station that forgets after every step records the same facts as one that never does, and a test holds it to that.

use super::Station;
use super::containers::Bag;
use super::parcels::{Parcel, State};
use crate::ids::{BagId, ParcelId};

/// What is kept beside what is here: it was just shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown {
    /// The parcel that the next command is about.
    pub parcel: Option<ParcelId>,
    /// The bag or pallet that it is about.
    pub container: Option<BagId>,
}

impl Station {
    /// The bags and pallets that nothing will be said of any more: they are forgotten next, and are to be recorded before.
    pub fn bags_to_forget(&self) -> impl Iterator<Item = (BagId, &Bag)> {
        self.bags().filter(|(_, bag)| !self.needs_bag(bag))
    }

    /// Forgets what is not here any more, except what was just shown.
    pub fn forget(&mut self, shown: Shown) {
        let container = shown.container.map(|id| self.container_group(id)).unwrap_or_default();
        let shown_bag = shown.parcel.and_then(|id| self.parcel(id)?.bag());
        let bag = shown_bag.map(|id| self.container_group(id)).unwrap_or_default();
        let bags: Vec<BagId> = self.bags_to_forget().map(|(id, _)| id).collect();
        let parcels: Vec<ParcelId> = self.parcels().filter(|p| !self.needs(p)).map(|parcel| parcel.id).collect();
        for id in bags.into_iter().filter(|id| !container.contains(id) && !bag.contains(id)) {
            self.containers.remove(id);
        }
        for id in parcels.into_iter().filter(|id| shown.parcel != Some(*id)) {
            self.parcels.remove(id);
        }
        self.manifests.forget_handed_over();
    }

    /// Brings a parcel back that was forgotten; one that is known stays as it is.
    pub fn recall(&mut self, parcel: Parcel) {
        if self.parcel(parcel.id).is_none() {
            self.parcels.insert(parcel);
        }
    }

    /// Brings a bag or a pallet back that was forgotten; one that is known stays as it is.
    pub fn recall_bag(&mut self, id: BagId, bag: Bag) {
        if self.bag(id).is_none() {
            self.containers.insert(id, bag);
        }
    }

    /// How many parcels were ever begun.
    pub fn parcels_begun(&self) -> u64 {
        self.parcels.begun()
    }

    /// How many bags and pallets were ever opened.
    pub fn bags_opened(&self) -> u64 {
        self.containers.opened()
    }

    /// Whether something is still to be done with a parcel.
    fn needs(&self, parcel: &Parcel) -> bool {
        let named = self.parcels.in_hand == Some(parcel.id) || self.prints.last() == Some(parcel.id);
        named || !matches!(parcel.state(), State::Voided) && !self.handed_over(parcel)
    }

    fn needs_bag(&self, bag: &Bag) -> bool {
        let holds = |bag: &Bag| bag.parcels.iter().any(|(id, _)| self.parcel(*id).is_some_and(|p| self.needs(p)));
        let alone = |bag: &Bag| !bag.closed || holds(bag);
        let group = |pallet: &Bag| alone(pallet) || pallet.bags.iter().filter_map(|id| self.bag(*id)).any(alone);
        group(bag) || bag.pallet.and_then(|pallet| self.bag(pallet)).is_some_and(group)
    }

    /// A bag, its pallet, and all that lies on that.
    fn container_group(&self, id: BagId) -> Vec<BagId> {
        let Some(bag) = self.bag(id) else { return Vec::new() };
        let pallet = bag.pallet.and_then(|id| self.bag(id));
        let on = bag.bags.iter().chain(pallet.into_iter().flat_map(|pallet| &pallet.bags)).copied();
        on.chain([id]).chain(bag.pallet).collect()
    }
}
