//! Containers: bags, pallets, and where parcels lie meanwhile.

mod bags;

use crate::ids::{BagId, CarrierId, ParcelId};
use crate::station::fact::BagKind;
use crate::units::Date;

/// A bag or a pallet as the facts made it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bag {
    /// Which of the two.
    pub kind: BagKind,
    /// Carrier and ship date of everything in it; `None` before its first parcel.
    pub goes: Option<(CarrierId, Date)>,
    /// What is in a bag.
    pub parcels: Vec<ParcelId>,
    /// What is on a pallet.
    pub bags: Vec<BagId>,
    /// The pallet that a bag is on.
    pub pallet: Option<BagId>,
    /// Nothing more goes in.
    pub closed: bool,
    /// Its 18 digits.
    pub sscc: Option<String>,
}

/// Every bag and pallet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Containers {
    /// By number; the first is number 1.
    all: Vec<Bag>,
    /// The bag that took the last parcel.
    last: Option<BagId>,
}

impl Containers {
    pub(super) fn get(&self, id: BagId) -> Option<&Bag> {
        self.all.get(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (BagId, &Bag)> {
        self.all.iter().enumerate().map(|(index, bag)| (BagId(index as u64 + 1), bag))
    }

    /// The identifier of the next one.
    fn next(&self) -> BagId {
        BagId(self.all.len() as u64 + 1)
    }

    fn get_mut(&mut self, id: BagId) -> Option<&mut Bag> {
        self.all.get_mut(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    pub(super) fn open(&mut self, kind: BagKind) {
        self.all.push(Bag { kind, ..Bag::default() });
    }

    /// A parcel goes into a bag; `goes` is where it travels.
    pub(super) fn put(&mut self, parcel: ParcelId, bag: BagId, goes: Option<(CarrierId, Date)>) {
        if let Some(into) = self.get_mut(bag) {
            into.goes = into.goes.take().or(goes);
            into.parcels.push(parcel);
        }
        self.last = Some(bag);
    }

    /// A parcel is not in this bag any more.
    pub(super) fn take_out(&mut self, parcel: ParcelId, bag: BagId) {
        if let Some(bag) = self.get_mut(bag) {
            bag.parcels.retain(|other| *other != parcel);
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
