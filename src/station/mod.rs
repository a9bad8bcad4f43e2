//! The station's rules: event -> decide -> facts -> evolve.
//!
//! [`Station`] is what the facts made; [`live::Live`] is what is only true now (the weight on the pan, which devices
//! answer, the last message). `decide` changes nothing, `evolve` decides nothing, and whoever calls them commits the
//! facts in between: *record, then act*. After a cut nobody knows whether a label came out; that doubt is a state
//! ([`parcels::State::PrintUncertain`]), and it ends with a scan, with the packer's word, or with what the printer says,
//! where that proves it (`prints::evidence`).
//!
//! It opens no file, asks no clock, and knows no device: time and the world come in as arguments.

#![deny(clippy::disallowed_methods)]

pub mod badge;
pub mod clock;
mod command;
pub mod containers;
mod decide;
mod due;
pub mod event;
mod evolve;
pub mod fact;
mod forget;
pub mod live;
mod manifests;
mod numbers;
pub mod order;
mod pairs;
pub mod parcels;
mod people;
mod prints;
pub mod shift;
mod snapshot;
mod view;
mod volumes;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use badge::Supervisor;
use clock::{ClockReading, StationClock};
use containers::{Bag, Containers};
use event::Effect;
use fact::Fact;
pub use forget::Shown;
use live::{Live, Say};
pub use manifests::Manifest;
use manifests::Manifests;
use numbers::NumberPools;
pub use numbers::SSCC_POOL;
use order::{Address, Order, OrderId};
use parcels::marks::Marks;
pub use parcels::{Counted, Uncounted, counted, parcel_size};
use parcels::{Parcel, Parcels, State};
use people::SignedIn;
use prints::Prints;
pub use snapshot::SNAPSHOT_VERSION;
#[cfg(test)]
pub(crate) use view::blames_clock;
use volumes::Volumes;

use serde::{Deserialize, Serialize};

use crate::barcode::Command;
use crate::barcode::gs1::SsccRange;
use crate::calendar::DeadlineBook;
use crate::ids::{BagId, ParcelId};
use crate::label::{Labels, Supplied};
use crate::rating::{Allocation, Cards, Policy};
use crate::units::{Date, Dims, Mass, Timestamp, Uptime};

/// Everything the facts made: a field for each room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    parcels: Parcels,
    prints: Prints,
    containers: Containers,
    manifests: Manifests,
    numbers: NumberPools,
    volumes: Volumes,
    people: SignedIn,
    clock: StationClock,
}

/// What the station is configured to be.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Its identifier.
    pub station: String,
    /// Its warehouse.
    pub warehouse: String,
    /// What others call it in their orders.
    pub warehouse_names: Vec<String>,
    /// The sender on every label; its postcode is the origin of every zone.
    pub ship_from: Address,
    /// Cartons by identifier.
    pub boxes: BTreeMap<String, Carton>,
    /// What the scale is: its protocol and where it is; stands beside each weight as evidence.
    pub scale: String,
    /// A pan with less than this on it is empty.
    pub empty_below: Mass,
    /// A parcel closes when its printed label is scanned back, and on no proof of the printer alone.
    pub verify_scan: bool,
    /// Which service takes a parcel.
    pub policy: Policy,
    /// Who gets how many, whatever they cost.
    pub allocation: Allocation,
    /// How labels look, and what their printer is sent.
    pub labels: Arc<Labels>,
    /// Labels say SPECIMEN.
    pub specimen: bool,
    /// Badges of those who may allow what the packer alone may not.
    pub supervisors: BTreeSet<Supervisor>,
    /// Which stickers parcels must bear.
    pub marks: Marks,
    /// Until when orders must be shipped that do not say it themselves: [`Rules::deadlines_of`].
    pub deadlines: Arc<DeadlineBook>,
    /// The numbers of bags, where the company has a GS1 prefix.
    pub sscc: Option<SsccRange>,
    /// There is a printer for receipts.
    pub receipts: bool,
    /// Languages there are words for.
    pub languages: BTreeSet<String>,
    /// The language of the screen until somebody chooses another.
    pub language: String,
    /// The day on which this program was made: a clock that shows an earlier one is wrong.
    pub released: Date,
}

/// A carton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carton {
    /// Its outside.
    pub outer: Dims,
}

/// The world at the moment of a decision.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// For waiting.
    pub now: Uptime,
    /// For people.
    pub wall: Timestamp,
    /// What the clock says of the day, in the warehouse's zone.
    pub today: Date,
    /// Minute of the day, in the warehouse's zone: cut-off times.
    pub minute: u16,
    /// What the computer's clocks say beside it; `None` where nobody looks, and what is known of the clock stands.
    pub clock: Option<ClockReading>,
    /// What is only true now.
    pub live: &'a Live,
    /// The order of the parcel in hand, as it was said when the parcel was begun.
    pub order: Option<&'a Order>,
    /// Its label, where that came with it.
    pub label: Option<&'a Supplied>,
    /// What the station is configured to be.
    pub rules: &'a Rules,
    /// The rate cards in force.
    pub cards: &'a Cards,
}

/// What a decision comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// To be recorded, in this order, all or none.
    pub facts: Vec<Fact>,
    /// To be done once they are recorded.
    pub effects: Vec<Effect>,
    /// To be told the packer.
    pub say: Option<Say>,
    /// A command that waits for its second scan.
    pub confirm: Option<Command>,
    /// The parcel that the message is about, for REPRINT and VOID at rest.
    pub shown: Option<ParcelId>,
    /// The bag or pallet that the message is about, for PALLETCLOSE.
    pub container: Option<BagId>,
    /// Take the weight on the pan although it was not empty since the last parcel.
    pub rearm: bool,
    /// A supervisor's badge was asked for, and it was another.
    pub wrong_badge: bool,
}

impl Station {
    /// The parcel in hand.
    pub fn in_hand(&self) -> Option<&Parcel> {
        self.parcel(self.parcels.in_hand?)
    }

    /// A parcel.
    pub fn parcel(&self, id: ParcelId) -> Option<&Parcel> {
        self.parcels.get(id)
    }

    /// The parcels that are known, oldest first.
    pub fn parcels(&self) -> impl DoubleEndedIterator<Item = &Parcel> {
        self.parcels.iter()
    }

    /// The parcel that travels under a number.
    pub fn by_tracking(&self, tracking: &str) -> Option<ParcelId> {
        self.parcels.by_tracking(tracking)
    }

    /// The parcels of an order, oldest first.
    pub fn of_order(&self, order: &OrderId) -> impl DoubleEndedIterator<Item = &Parcel> {
        self.parcels.of_order(order)
    }

    /// Parcels that must not travel as they are, lie here, and are neither void nor put aside.
    pub fn to_take_out(&self) -> impl Iterator<Item = &Parcel> {
        let here = |parcel: &&Parcel| !matches!(parcel.state(), State::Held | State::Voided);
        self.parcels.intercepted.iter().filter_map(|id| self.parcel(*id)).filter(here)
    }

    /// A bag or a pallet.
    pub fn bag(&self, id: BagId) -> Option<&Bag> {
        self.containers.get(id)
    }

    /// The bags and pallets that are known, oldest first.
    pub fn bags(&self) -> impl DoubleEndedIterator<Item = (BagId, &Bag)> {
        self.containers.iter()
    }

    /// Whether this printer has ever answered: one that has, and is silent, needs a look; one that never has may just not
    /// talk.
    pub fn has_answered(&self, printer: &str) -> bool {
        self.prints.has_answered(printer)
    }

    /// Whether the odometer of the printer that printed last is known to move with each label.
    pub fn counts_labels(&self) -> bool {
        self.prints.counts_labels()
    }
}
