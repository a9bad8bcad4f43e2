//! Containers: bags, pallets, and where parcels lie meanwhile.

mod bags;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{BagId, CarrierId, ParcelId};
use crate::station::fact::BagKind;
use crate::units::{Date, Mass};

/// Numbers that are left out where another history may be opening bags too.
const BEYOND_COPY: u64 = 1_000;

/// A bag or a pallet as the facts made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bag {
    /// Which of the two.
    pub kind: BagKind,
    /// Carrier and ship date of everything in it; `None` before its first parcel.
    pub goes: Option<(CarrierId, Date)>,
    /// What is in a bag, and what each parcel weighs.
    pub parcels: Vec<(ParcelId, Mass)>,
    /// What is on a pallet.
    pub bags: Vec<BagId>,
    /// The pallet that a bag is on.
    pub pallet: Option<BagId>,
    /// Nothing more goes in.
    pub closed: bool,
    /// Its 18 digits.
    pub sscc: Option<String>,
    /// Of one that a copy opened: a word that its own name has more, as another history may have one of that number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub life: String,
}

/// The bags and pallets that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Containers {
    /// The number of the one that was opened last; the first is number 1.
    opened: u64,
    known: BTreeMap<BagId, Bag>,
    /// The bag that took the last parcel.
    last: Option<BagId>,
    /// Of a copy: the other history opens bags of its own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    life: String,
}

impl Containers {
    pub(super) fn get(&self, id: BagId) -> Option<&Bag> {
        self.known.get(&id)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (BagId, &Bag)> {
        self.known.iter().map(|(id, bag)| (*id, bag))
    }

    /// How many were ever opened.
    pub(super) fn opened(&self) -> u64 {
        self.opened
    }

    /// A bag or a pallet is known.
    pub(super) fn insert(&mut self, id: BagId, bag: Bag) {
        self.known.insert(id, bag);
    }

    /// A bag or a pallet is forgotten.
    pub(super) fn remove(&mut self, id: BagId) {
        self.known.remove(&id);
    }

    /// The identifier of the next one.
    fn next(&self) -> BagId {
        BagId(self.opened + 1)
    }

    /// From now on another history may open bags too: names differ, and numbers, which people read, are not near.
    pub(super) fn begin_life(&mut self, life: &str) {
        life.clone_into(&mut self.life);
        self.opened += BEYOND_COPY;
    }

    fn get_mut(&mut self, id: BagId) -> Option<&mut Bag> {
        self.known.get_mut(&id)
    }

    pub(super) fn open(&mut self, kind: BagKind) {
        self.opened += 1;
        self.known.insert(BagId(self.opened), Bag { kind, life: self.life.clone(), ..Bag::default() });
    }

    /// A parcel goes into a bag; `goes` is where it travels.
    pub(super) fn put(&mut self, parcel: ParcelId, mass: Mass, bag: BagId, goes: Option<(CarrierId, Date)>) {
        if let Some(into) = self.get_mut(bag) {
            into.goes = into.goes.take().or(goes);
            into.parcels.push((parcel, mass));
        }
        self.last = Some(bag);
    }

    /// A parcel is not in this bag any more.
    pub(super) fn take_out(&mut self, parcel: ParcelId, bag: BagId) {
        if let Some(bag) = self.get_mut(bag) {
            bag.parcels.retain(|(other, _)| *other != parcel);
        }
    }

    /// A bag was laid on a pallet.
    pub(super) fn add_to_pallet(&mut self, bag: BagId, pallet: BagId) {
        let goes = self.get_mut(bag).and_then(|bag| {
            bag.pallet = Some(pallet);
            bag.goes.clone()
        });
        if let Some(onto) = self.get_mut(pallet) {
            onto.goes = onto.goes.take().or(goes);
            onto.bags.push(bag);
        }
    }

    pub(super) fn close(&mut self, bag: BagId, sscc: Option<String>) {
        if let Some(bag) = self.get_mut(bag) {
            bag.closed = true;
            bag.sscc = sscc;
        }
    }
}
