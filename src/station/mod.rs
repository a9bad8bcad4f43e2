//! The station's rules: event -> decide -> facts -> evolve.
//!
//! [`Station`] is what the facts made; [`live::Live`] is what is only true now (the weight on the pan, which devices
//! answer, the last message). `decide` changes nothing, `evolve` decides nothing, and whoever calls them commits the
//! facts in between: *record, then act*. After a cut nobody knows whether a label came out; that doubt is a state
//! ([`parcel::State::PrintUncertain`]), and it ends with a scan, with the packer's word, or with what the printer says,
//! where that proves it ([`evidence`]).
//!
//! It opens no file, asks no clock, and knows no device: time and the world come in as arguments.

#![deny(clippy::disallowed_methods)]

mod back;
pub mod bag;
mod command;
mod decide;
mod evolve;
mod floor;
mod intercept;
mod manifest;
mod old_label;
mod print;
mod reprint;
mod supplied;
pub mod tally;
mod view;

pub mod event;
pub mod evidence;
pub mod fact;
pub mod live;
pub mod marks;
pub mod order;
pub mod parcel;
pub mod shift;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bag::{Bag, BagId};
use event::{Effect, Job};
use evidence::Meter;
use fact::{CopySign, Fact};
pub use floor::parcel_size;
use live::{Live, Say};
use marks::Marks;
use order::{Address, OrderId};
use parcel::{Parcel, ParcelId, State};
pub use supplied::{Counted, Uncounted, counted};
use tally::Tallies;

use crate::barcode::Command;
use crate::barcode::gs1::SsccRange;
use crate::ids::{CarrierId, PoolId, TrackingNumber};
use crate::label::Labels;
use crate::rating::{Allocation, Cards, Policy};
use crate::units::{Date, Dims, Mass, Timestamp, Uptime};

/// Everything the facts made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Station {
    /// By identifier; the first is number 1.
    parcels: Vec<Parcel>,
    by_order: HashMap<OrderId, Vec<ParcelId>>,
    by_tracking: HashMap<TrackingNumber, ParcelId>,
    /// The parcel in hand.
    bench: Option<ParcelId>,
    manifests: Vec<Manifest>,
    /// By number; the first is number 1.
    bags: Vec<Bag>,
    /// The bag that took the last parcel, and the parcel that closed last.
    last_bag: Option<BagId>,
    last_closed: Option<ParcelId>,
    /// Next serial of each started pool, by carrier and pool.
    pools: BTreeMap<(CarrierId, PoolId), u64>,
    /// Pools that wait until a person says where they start, each with the least that may be said.
    suspended: BTreeMap<(CarrierId, PoolId), u64>,
    /// Why they wait.
    copied: Option<CopySign>,
    /// Parcels that must not travel as they are, and have not gone.
    intercepted: BTreeSet<ParcelId>,
    outages: BTreeSet<CarrierId>,
    tallies: Tallies,
    /// The printer of the last print, and every printer that has ever answered.
    printer: String,
    answering: BTreeSet<String>,
    /// What was learned of that printer's odometer.
    meter: Meter,
    /// The last print, as long as its label is not known to be out: it may still lie in the printer.
    loose: Option<Job>,
    operator: Option<String>,
    language: Option<String>,
}

/// Parcels handed to one carrier in one wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its identifier.
    pub id: String,
    /// The carrier.
    pub carrier: CarrierId,
    /// The ship date of all its parcels.
    pub ship_date: Date,
    /// Counts manifests of this carrier and day.
    pub wave: u32,
    /// What is on it.
    pub parcels: Vec<ParcelId>,
    /// Whether the carrier took it.
    pub handed_over: bool,
    /// Whether the receiver has its event.
    pub confirmed: bool,
}

/// What the station is configured to be.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Its identifier.
    pub station: String,
    /// Its warehouse.
    pub warehouse: String,
    /// The sender on every label; its postcode is the origin of every zone.
    pub ship_from: Address,
    /// Cartons by identifier.
    pub boxes: BTreeMap<String, Carton>,
    /// What the scale is: its protocol and where it is; stands beside each weight as evidence.
    pub scale: String,
    /// A pan with less than this on it is empty.
    pub empty_below: Mass,
    /// Which service takes a parcel.
    pub policy: Policy,
    /// Who gets how many, whatever they cost.
    pub allocation: Allocation,
    /// How labels look, and what their printer is sent.
    pub labels: Arc<Labels>,
    /// Labels say SPECIMEN.
    pub specimen: bool,
    /// Badges of those who may allow what the packer alone may not.
    pub supervisors: BTreeSet<String>,
    /// Which stickers parcels must bear.
    pub marks: Marks,
    /// The numbers of bags, where the company has a GS1 prefix.
    pub sscc: Option<SsccRange>,
    /// There is a printer for receipts.
    pub receipts: bool,
    /// Languages there are words for.
    pub languages: BTreeSet<String>,
    /// The language of the screen until somebody chooses another.
    pub language: String,
}

/// A carton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carton {
    /// Its outside.
    pub outer: Dims,
    /// Its empty mass.
    pub tare: Mass,
}

/// The world at the moment of a decision.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// For waiting.
    pub now: Uptime,
    /// For people.
    pub wall: Timestamp,
    /// The ship date, in the warehouse's zone.
    pub today: Date,
    /// Minute of the day, in the warehouse's zone: cut-off times.
    pub minute: u16,
    /// What is only true now.
    pub live: &'a Live,
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
}

impl Station {
    /// The parcel in hand.
    pub fn bench(&self) -> Option<(ParcelId, &Parcel)> {
        let id = self.bench?;
        self.parcel(id).map(|parcel| (id, parcel))
    }

    /// A parcel.
    pub fn parcel(&self, id: ParcelId) -> Option<&Parcel> {
        let index = usize::try_from(id.0.checked_sub(1)?).ok()?;
        self.parcels.get(index)
    }

    /// Every parcel, oldest first.
    pub fn parcels(&self) -> impl DoubleEndedIterator<Item = (ParcelId, &Parcel)> {
        self.parcels.iter().enumerate().map(|(index, parcel)| (ParcelId(index as u64 + 1), parcel))
    }

    /// The parcel that travels under a number.
    pub fn by_tracking(&self, tracking: &str) -> Option<ParcelId> {
        self.by_tracking.get(tracking).copied()
    }

    /// The parcels of an order, oldest first.
    pub fn of_order(&self, order: &OrderId) -> &[ParcelId] {
        self.by_order.get(order).map_or(&[], Vec::as_slice)
    }

    /// The parcels of a manifest, by its place, that are on it and were not left out.
    pub fn taken(&self, manifest: usize) -> impl Iterator<Item = ParcelId> + '_ {
        let on = move |id: &ParcelId| {
            self.parcel(*id).is_some_and(|parcel| {
                let here = parcel.manifest.and_then(|index| usize::try_from(index).ok()) == Some(manifest);
                here && matches!(parcel.state, State::Manifested | State::Confirmed)
            })
        };
        self.manifests.get(manifest).into_iter().flat_map(|manifest| &manifest.parcels).copied().filter(on)
    }

    /// What is on a manifest and was left out, or ended otherwise.
    pub fn left_out<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = ParcelId> + 'a {
        let gone = |id: &ParcelId| {
            let on = |parcel: &Parcel| self.manifest_of(parcel).is_some_and(|on| on.id == manifest.id);
            let taken = |parcel: &Parcel| matches!(parcel.state, State::Manifested | State::Confirmed) && on(parcel);
            self.parcel(*id).is_some_and(|parcel| !taken(parcel))
        };
        manifest.parcels.iter().copied().filter(gone)
    }

    /// Whether the carrier has taken a parcel.
    pub fn handed_over(&self, parcel: &Parcel) -> bool {
        let gone = matches!(parcel.state, State::Manifested | State::Confirmed);
        gone && self.manifest_of(parcel).is_some_and(|manifest| manifest.handed_over)
    }

    /// Parcels that must not travel as they are, lie here, and are neither void nor put aside.
    pub fn to_take_out(&self) -> impl Iterator<Item = (ParcelId, &Parcel)> {
        let here = |(_, parcel): &(ParcelId, &Parcel)| !matches!(parcel.state, State::Held | State::Voided);
        self.intercepted.iter().filter_map(|id| Some((*id, self.parcel(*id)?))).filter(here)
    }

    /// Why no pool gives a number before a person has said where it starts.
    pub fn copied(&self) -> Option<CopySign> {
        self.copied
    }

    /// Pools that wait for a person: carrier, pool, and the least that may be said.
    pub fn suspended(&self) -> impl Iterator<Item = (&CarrierId, &PoolId, u64)> {
        self.suspended.iter().map(|((carrier, pool), next)| (carrier, pool, *next))
    }

    /// Pools that give numbers: carrier, pool, and the next serial.
    pub fn pools(&self) -> impl Iterator<Item = (&CarrierId, &PoolId, u64)> {
        self.pools.iter().map(|((carrier, pool), next)| (carrier, pool, *next))
    }

    /// Every manifest, oldest first.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }

    /// The manifest a parcel is on.
    pub fn manifest_of(&self, parcel: &Parcel) -> Option<&Manifest> {
        self.manifests.get(usize::try_from(parcel.manifest?).ok()?)
    }

    /// Whether this printer has ever answered: one that has, and is silent, needs a look; one that never has may just not
    /// talk.
    pub fn has_answered(&self, printer: &str) -> bool {
        self.answering.contains(printer)
    }

    /// Whether the odometer of the printer that printed last is known to move with each label.
    pub fn counts_labels(&self) -> bool {
        self.meter.counts()
    }

    /// The language of the screen.
    pub fn language<'a>(&'a self, rules: &'a Rules) -> &'a str {
        self.language.as_deref().unwrap_or(&rules.language)
    }

    /// Who is signed in.
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    /// The next number of a carrier: its pool and serial; `None` when no started pool of this station has one left.
    pub fn next_serial(&self, world: &World<'_>, carrier: &CarrierId) -> Option<(PoolId, u64)> {
        let carrier = world.cards.carrier(carrier)?;
        carrier.pools.iter().filter(|pool| pool.station == world.rules.station).find_map(|pool| {
            let next = *self.pools.get(&(carrier.id.clone(), pool.id.clone()))?;
            (next <= pool.to).then(|| (pool.id.clone(), next))
        })
    }

    fn next_parcel(&self) -> ParcelId {
        ParcelId(self.parcels.len() as u64 + 1)
    }
}
