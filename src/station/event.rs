//! What happened outside (events) and what is to be done (effects). Neither is ever stored.

use serde::{Deserialize, Serialize};

use crate::ids::{BagId, ParcelId};
use crate::station::fact::{CopySign, Ending, PoolNext, Testimony};
use crate::station::order::{Order, OrderId};

/// Why devices cannot do their work: one enumeration from the device to the screen.
pub use hal::printer::Problem as PrinterProblem;
pub use hal::scale::{Fault as ScaleFault, KeyRefusal};

use crate::barcode::Scan;
use crate::ids::{CarrierId, PoolId, ServiceOrCarrier, TrackingNumber};
use crate::screen::Link;
use crate::units::{Date, Mass, Uptime};

/// What a device, a command or the receiver says. A scanned code becomes an [`Event`] when it has been looked up.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A scanner read a code.
    Scan {
        /// Its name in the configuration.
        scanner: String,
        /// What it read.
        scan: Scan,
    },
    /// Anything else is complete as it is.
    Event(Event),
}

impl From<Event> for Input {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

/// Something happened outside; it says everything that a decision needs of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The station has replayed its journal and begins.
    Started,
    /// A scanner read a code.
    Scanned {
        /// Its name in the configuration.
        scanner: String,
        /// What it read.
        scan: Scan,
        /// The order that this code finds.
        order: Lookup,
    },
    /// A scanner sent bytes that are no code.
    BadScan {
        /// Its name in the configuration.
        scanner: String,
        /// What is wrong with them.
        why: String,
    },
    /// The scale said something.
    Weight {
        /// What.
        reading: Reading,
        /// When its last byte came: a reading that waited for the loop is as old as it is.
        at: Uptime,
    },
    /// There is no weight any more: the last one must not be believed.
    NoWeight(NoWeight),
    /// The scale answered a key that was pressed for the packer.
    ScaleKey {
        /// Which.
        key: ScaleKey,
        /// Why it was refused; `None` when it was taken.
        refused: Option<KeyRefusal>,
    },
    /// A device came or went.
    Device {
        /// Which one.
        device: Device,
        /// Why it is away; `None` when it is there.
        away: Option<String>,
    },
    /// The label printer.
    Printer(Job, PrinterEvent),
    /// The uplink.
    Uplink {
        /// How it is.
        link: Link,
        /// Why, when a person must act.
        why: Option<String>,
    },
    /// The receiver has the events of these manifests, and of everything before them.
    Confirmed {
        /// Their identifiers.
        manifests: Vec<String>,
    },
    /// Something else was said of an order that parcels were begun for.
    OrderChanged {
        /// What is said of it now.
        order: Box<Order>,
        /// Its parcels, each with what was said of the order when it was begun; `None` where that cannot be read any more.
        begun: Vec<(ParcelId, Option<Order>)>,
        /// It holds something that the item master has blocked.
        blocked: bool,
    },
    /// An order of the receiver cannot be kept.
    OrderRefused {
        /// Which, as far as it can be read.
        order: OrderId,
        /// Why; quotes nothing personal.
        reason: String,
    },
    /// The database was copied, or is not the newest of its station.
    Copied {
        /// What showed it.
        why: CopySign,
        /// The incarnation that was copied.
        was: String,
        /// From where numbers may still be free, as far as anything tells.
        next: Vec<PoolNext>,
        /// What tells this history from the other in the names that each counts for itself.
        life: String,
        /// Parcels whose numbers were drawn after the two histories parted, as far as anything tells.
        parcels: Vec<ParcelId>,
    },
    /// An act that needs no packer, from the command line or the page.
    Act(Act),
    /// It is time to look at the clock.
    Clock,
    /// Something that the choice depends on has changed: numbers, an outage, the cards.
    Reconsider,
}

/// What a scanned code finds among the orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Nothing.
    None,
    /// One order.
    One {
        /// As it is now.
        order: Box<Order>,
        /// The number that the memory gave to what was said of it last.
        version: u64,
        /// A SKU of it that the item master has blocked since it came.
        blocked: Option<String>,
    },
    /// One that cannot be read any more, because its key is gone or an older program wrote it: it has to be imported again.
    Unread(OrderId),
    /// Several: never guessed.
    Many(Vec<OrderId>),
}

/// A device of the bench.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Device {
    /// A scanner, by name.
    Scanner(String),
    /// The scale.
    Scale,
    /// The label printer.
    Printer,
    /// The receipt printer: something waits for it.
    Receipts,
    /// The label printer: a bag's label waits for it.
    BagLabels,
    /// The packer's display on the computer itself.
    Panel,
    /// The rate cards: the last good ones are in force, because those of the folder are wrong.
    Cards,
    /// One that is there and sends without end, by name.
    Flood(String),
}

/// What the scale said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Exact mass; 0 where the state gives none.
    pub mass: Mass,
    /// Digits on the wire.
    pub value: String,
    /// Unit on the wire.
    pub unit: String,
    /// Whether it may be used.
    pub state: WeightState,
    /// The frame as it came.
    pub raw: Vec<u8>,
}

/// Whether a reading may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightState {
    /// At rest.
    Stable,
    /// In motion.
    Moving,
    /// Below zero.
    Negative,
    /// Above capacity.
    Over,
    /// No weight, and why.
    Fault(ScaleFault),
}

/// Why a scale that is connected gives no weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoWeight {
    /// It says nothing: asleep, or switched off behind its converter.
    Silent,
    /// What it says cannot be read.
    Garbled,
}

/// A key of the scale that a command barcode presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleKey {
    /// An empty pan is zero.
    Zero,
    /// What lies there is packing that is not weighed.
    Tare,
}

/// One print: a parcel and an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The parcel.
    pub parcel: ParcelId,
    /// The attempt, from 1.
    pub attempt: u32,
}

/// How a print goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterEvent {
    /// The printer answered that it can print; nothing was sent.
    Ready {
        /// Its name in the configuration.
        printer: String,
        /// What it says of itself.
        says: Box<Testimony>,
    },
    /// Asked what became of a label, it is at rest; or it does not talk, and never will.
    AtRest {
        /// What it says of itself.
        says: Box<Testimony>,
    },
    /// It cannot; asked again until it can.
    Blocked {
        /// Why.
        problem: PrinterProblem,
    },
    /// The transport took all bytes.
    Sent,
    /// It did not.
    SendFailed {
        /// How many it took.
        accepted: usize,
        /// Why it stopped.
        why: String,
    },
    /// The label is out, as far as the printer can know.
    LabelOut {
        /// Strength of the evidence.
        rung: u8,
        /// What it said.
        evidence: String,
    },
    /// The connection broke after all bytes were sent.
    Lost {
        /// Why.
        why: String,
    },
}

/// An act that needs no packer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Close the manifest of a carrier.
    CloseManifest {
        /// The carrier.
        carrier: CarrierId,
    },
    /// Begin every pool that waits for a person, each from the least that is free.
    StartPools,
    /// Begin a number pool.
    StartPool {
        /// The carrier.
        carrier: CarrierId,
        /// The pool.
        pool: PoolId,
        /// First serial to use.
        next: u64,
    },
    /// Learn what became of parcels.
    LearnOutcomes {
        /// What somebody's records say.
        outcomes: Vec<Learned>,
    },
}

/// What became of a parcel, of this station or another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// Its tracking number.
    pub tracking: TrackingNumber,
    /// What became of it.
    pub ending: Ending,
    /// When.
    pub on: Date,
    /// The service, where the record says it: what another station sent counts toward the account's month.
    #[serde(default)]
    pub service: Option<ServiceOrCarrier>,
}

/// Something to be done; derived again after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask the printer whether it can print, until it can; answered by [`PrinterEvent::Ready`].
    Prepare {
        /// For this print.
        job: Job,
        /// Make it forget what it holds before it is asked: a label that nobody wants any more may still lie in it.
        clear: bool,
    },
    /// Send these bytes; only after `PrintStarted` is on disk.
    Send {
        /// For this print.
        job: Job,
        /// The label.
        bytes: Vec<u8>,
    },
    /// Ask the printer how it is, until it is at rest, and send it nothing; answered by [`PrinterEvent::AtRest`].
    Ask(Job),
    /// Nothing waits for the printer any more, and what it holds must not come out.
    Forget,
    /// Nothing waits for the printer any more: stop asking it.
    Release,
    /// Print a document for people.
    Print(Printout),
    /// Press a key of the scale; answered by [`Event::ScaleKey`].
    Press(ScaleKey),
    /// Tell a scanner whether the station took what it read.
    Verdict {
        /// Its name in the configuration.
        scanner: String,
        /// Whether.
        accepted: bool,
    },
    /// Come back with [`Event::Reconsider`].
    Reconsider,
    /// A sound.
    Sound(Sound),
}

/// A document for people. It is no live label: it may be printed twice, late, or not at all, and nothing waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "printout", rename_all = "snake_case")]
pub enum Printout {
    /// What the driver takes with a manifest.
    Manifest {
        /// Its identifier.
        manifest: String,
    },
    /// What is stuck on a bag.
    Bag {
        /// The bag.
        bag: BagId,
    },
    /// What was done on a day.
    Shift {
        /// The day, in the warehouse's zone.
        day: Date,
        /// By whom; everybody where nobody is named.
        operator: Option<String>,
    },
    /// The sheet of command barcodes.
    Sheet {
        /// In this language; the screen's where none is named.
        language: Option<String>,
        /// More commands than the configuration knows: `CAGE:07`.
        also: Vec<String>,
    },
}

/// What a sound means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// Accepted.
    Good,
    /// Refused.
    Bad,
    /// Asked.
    Ask,
}
