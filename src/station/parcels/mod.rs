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

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::ids::{ParcelId, TrackingNumber};
use crate::station::order::OrderId;

pub(in crate::station) use history::opened;
pub(in crate::station) use intercept::{names, stop, way_out};
pub(in crate::station) use packing::another_in_hand;
pub use packing::parcel_size;
pub use parcel::{Parcel, Print, PrintState, State};
pub use supplied::{Counted, Uncounted, counted};

/// The parcels that are known, and the one in hand. A station that lives long forgets those that are gone
/// ([`Station::forget`](crate::station::Station::forget)), and has them brought back where something is said of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parcels {
    /// How many were ever begun; the first is number 1.
    begun: u64,
    known: BTreeMap<ParcelId, Parcel>,
    #[serde(skip)]
    by_order: HashMap<OrderId, BTreeSet<ParcelId>>,
    #[serde(skip)]
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
        self.known.get(&id)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Parcel> {
        self.known.values()
    }

    pub(super) fn by_tracking(&self, tracking: &str) -> Option<ParcelId> {
        self.by_tracking.get(tracking).copied()
    }

    pub(super) fn of_order(&self, order: &OrderId) -> impl DoubleEndedIterator<Item = &Parcel> {
        self.by_order.get(order).into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// How many were ever begun.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// Finds by order and by number what was read from a snapshot.
    pub(super) fn index(&mut self) {
        for parcel in std::mem::take(&mut self.known).into_values() {
            self.insert(parcel);
        }
    }

    /// The identifier of the next parcel.
    pub(super) fn next(&self) -> ParcelId {
        ParcelId(self.begun + 1)
    }

    /// An order was scanned: its parcel is in hand.
    pub(super) fn open(&mut self, parcel: Parcel) {
        self.begun = self.begun.max(parcel.id.0);
        self.in_hand = Some(parcel.id);
        self.insert(parcel);
    }

    /// A parcel is known.
    pub(super) fn insert(&mut self, parcel: Parcel) {
        self.by_order.entry(parcel.order.clone()).or_default().insert(parcel.id);
        if let Some(commitment) = parcel.commitment() {
            self.by_tracking.insert(commitment.tracking.clone(), parcel.id);
        }
        self.known.insert(parcel.id, parcel);
    }

    /// A parcel is forgotten.
    pub(super) fn remove(&mut self, id: ParcelId) {
        let Some(parcel) = self.known.remove(&id) else { return };
        if let Some(commitment) = parcel.commitment() {
            self.by_tracking.remove(&commitment.tracking);
        }
        if let Some(of_order) = self.by_order.get_mut(&parcel.order) {
            of_order.remove(&id);
            if of_order.is_empty() {
                self.by_order.remove(&parcel.order);
            }
        }
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
        if let Some(parcel) = self.known.get_mut(&id) {
            change(parcel);
        }
    }
}
