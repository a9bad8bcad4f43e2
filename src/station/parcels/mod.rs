//! Parcels: from the scan of an order to the receiver's receipt.
//!
//! | file | part |
//! |---|---|
//! | `parcel` | what is known of one parcel |
//! | `history` | how its facts change it |
//! | `packing` | the packer's way with it: scan the order, weigh, choose, scan the label |
//! | `supplied` | a label that came with its order |
//! | `marks` | stickers it must bear |
//! | `aside` | put aside, voided, left |
//! | `intercept` | what was said of its order after it was begun |
//! | `returned` | what comes back |

mod aside;
mod history;
mod intercept;
pub mod marks;
mod packing;
mod parcel;
mod returned;
mod supplied;

use std::collections::{BTreeSet, HashMap};

use crate::ids::{ParcelId, TrackingNumber};
use crate::station::order::OrderId;

pub(in crate::station) use history::opened;
pub(in crate::station) use intercept::{names, stop};
pub(in crate::station) use packing::another_in_hand;
pub use packing::parcel_size;
pub use parcel::{Parcel, Print, PrintState, State};
pub use supplied::{Counted, Uncounted, counted};

/// Every parcel, and the one in hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parcels {
    /// By identifier; the first is number 1.
    all: Vec<Parcel>,
    by_order: HashMap<OrderId, Vec<ParcelId>>,
    by_tracking: HashMap<TrackingNumber, ParcelId>,
    /// The parcel in hand.
    pub(super) in_hand: Option<ParcelId>,
    /// The parcel that closed last.
    pub(super) last_closed: Option<ParcelId>,
    /// Parcels that must not travel as they are, and have not gone.
    pub(super) intercepted: BTreeSet<ParcelId>,
}

impl Parcels {
    pub(super) fn get(&self, id: ParcelId) -> Option<&Parcel> {
        self.all.get(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Parcel> {
        self.all.iter()
    }

    pub(super) fn by_tracking(&self, tracking: &str) -> Option<ParcelId> {
        self.by_tracking.get(tracking).copied()
    }

    pub(super) fn of_order(&self, order: &OrderId) -> &[ParcelId] {
        self.by_order.get(order).map_or(&[], Vec::as_slice)
    }

    /// The identifier of the next parcel.
    pub(super) fn next(&self) -> ParcelId {
        ParcelId(self.all.len() as u64 + 1)
    }

    /// An order was scanned: its parcel is in hand.
    pub(super) fn open(&mut self, parcel: Parcel) {
        self.by_order.entry(parcel.order.clone()).or_default().push(parcel.id);
        self.in_hand = Some(parcel.id);
        self.all.push(parcel);
    }

    /// A parcel has a number.
    pub(super) fn number(&mut self, id: ParcelId, tracking: TrackingNumber) {
        self.by_tracking.insert(tracking, id);
    }

    /// A parcel is not in hand any more.
    pub(super) fn leave(&mut self, id: ParcelId) {
        self.in_hand = self.in_hand.filter(|in_hand| *in_hand != id);
    }

    pub(super) fn change(&mut self, id: ParcelId, change: impl FnOnce(&mut Parcel)) {
        let index = id.0.checked_sub(1).and_then(|n| usize::try_from(n).ok());
        if let Some(parcel) = index.and_then(|index| self.all.get_mut(index)) {
            change(parcel);
        }
    }
}
