//! What must survive a power cut, in the past tense.
//!
//! Facts are their own disk format: plain fields, tagged with a name, frozen by golden tests. A field is only ever
//! added with a default; a fact whose meaning changes gets a new name. They hold no names, addresses or phones. What else
//! is to be said of each kind of fact stands in the table of [`FactKind`].

mod commitment;
mod kind;
mod parts;
mod printer;

use serde::{Deserialize, Serialize};

pub use commitment::{Commitment, NumberSource};
pub use kind::{AnnouncedWhen, FactKind, Subject};
pub use parts::{BagKind, Cause, ClockDoubt, ClockVoucher, CopySign, Ending, Intercept, PoolNext, Sscc, Weight};
pub use printer::{Before, FeedUnit, Odometer, Testimony};

use crate::ids::{BagId, CarrierId, ParcelId, PoolId, ServiceOrCarrier};
use crate::rating::Decision;
use crate::units::{Date, Timestamp};

/// Something that happened and is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A packer scanned an order; this is a parcel of it.
    ParcelOpened {
        /// Its identifier, counted from 1.
        parcel: ParcelId,
        /// The order's number.
        order_ref: String,
        /// The revision it is packed by, as its sender counts.
        rev: u64,
        /// Where the order was sold.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        channel: String,
        /// Which shop of the channel.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        shop: String,
        /// What was said of the order then, as the memory counts. Facts from before orders were known by their shop have
        /// none: the memory adds it, with channel and shop, when it reads them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<u64>,
        /// Who packs it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    },
    /// A carton was scanned.
    BoxChosen {
        /// For this parcel.
        parcel: ParcelId,
        /// Its identifier in the configuration.
        box_id: String,
    },
    /// A weight was taken from the scale.
    Weighed {
        /// Of this parcel.
        parcel: ParcelId,
        /// The evidence.
        weight: Weight,
    },
    /// The services were rated. Evidence only: nothing is derived from it again.
    Decided {
        /// For this parcel.
        parcel: ParcelId,
        /// Every quote and every refusal.
        decision: Box<Decision>,
    },
    /// The service was chosen and a tracking number consumed; it never goes back.
    Committed {
        /// For this parcel.
        parcel: ParcelId,
        /// Everything the label and the manifest need.
        commitment: Box<Commitment>,
    },
    /// Label bytes are about to go to the printer.
    PrintStarted {
        /// Of this parcel.
        parcel: ParcelId,
        /// 1 for the first.
        attempt: u32,
        /// The printer's name in the configuration.
        printer: String,
        /// What it said of itself before, to be compared with what it says later.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<Before>>,
    },
    /// The transport took all bytes. A hint, never a proof.
    PrintSent {
        /// Of this parcel.
        parcel: ParcelId,
        /// Which attempt.
        attempt: u32,
    },
    /// The printer gave evidence that the label came out.
    PrintConfirmed {
        /// Of this parcel.
        parcel: ParcelId,
        /// Which attempt.
        attempt: u32,
        /// How strong the evidence is: 3 queue empty on the same connection, 4 odometer, 5 peel sensor, 6 scanned.
        rung: u8,
        /// What the printer said.
        evidence: String,
    },
    /// No byte of the label left: it is certain that nothing was printed.
    PrintAborted {
        /// Of this parcel.
        parcel: ParcelId,
        /// Which attempt.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// Nobody knows whether the label came out.
    PrintDoubted {
        /// Of this parcel.
        parcel: ParcelId,
        /// Which attempt.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// This label is not usable, or not there: the packer said so, or the printer is known to have printed none.
    PrintSpoiled {
        /// Of this parcel.
        parcel: ParcelId,
        /// Which attempt.
        attempt: u32,
        /// Why, for a person.
        reason: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
        /// Who was signed in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
        /// Who allowed it, where the packer alone may not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<String>,
    },
    /// A closed parcel was taken up again because its label is to be printed again.
    Reopened {
        /// This parcel.
        parcel: ParcelId,
        /// Who allowed it.
        supervisor: String,
    },
    /// A sticker that the parcel must bear is on it: its code was scanned.
    Marked {
        /// This parcel.
        parcel: ParcelId,
        /// Which: `UN3481`.
        mark: String,
        /// Who was signed in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    },
    /// The printed label was scanned back: the parcel is closed.
    Verified {
        /// This parcel.
        parcel: ParcelId,
        /// With this scanner.
        scanner: String,
    },
    /// The printer proved that the label is out, and this station closes parcels on that proof.
    Attested {
        /// This parcel.
        parcel: ParcelId,
        /// Which attempt.
        attempt: u32,
    },
    /// The parcel must not travel under its number.
    Voided {
        /// This parcel.
        parcel: ParcelId,
        /// Why.
        reason: String,
    },
    /// The parcel was put aside.
    Held {
        /// This parcel.
        parcel: ParcelId,
        /// Why.
        reason: String,
    },
    /// The parcel was taken up again.
    Resumed {
        /// This parcel.
        parcel: ParcelId,
    },
    /// A parcel must not travel as it is: something else was said of its order after it was begun.
    Intercepted {
        /// This parcel.
        parcel: ParcelId,
        /// Why.
        reason: Intercept,
        /// The carrier has it already: nothing can be stopped any more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// The reason to stop a parcel has gone.
    Released {
        /// This parcel.
        parcel: ParcelId,
    },
    /// A parcel on a manifest stays here: its driver refused it, or it was intercepted. It is not handed over with the rest.
    LeftOut {
        /// This parcel.
        parcel: ParcelId,
        /// Why.
        reason: String,
        /// Who was signed in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    },
    /// An order of the receiver cannot be kept.
    OrderRefused {
        /// Its number, as far as it can be read.
        order_ref: String,
        /// Where it was sold.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        channel: String,
        /// Which shop of the channel.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        shop: String,
        /// Why; quotes nothing personal.
        reason: String,
    },
    /// This database is not the only one, or not the newest, of its station: no pool that was begun before gives a number
    /// until a person says where it starts.
    Copied {
        /// What was noticed.
        why: CopySign,
        /// The incarnation that was copied.
        was: String,
        /// From where numbers may still be free, as far as anything tells.
        next: Vec<PoolNext>,
        /// What tells this history from the other in the names that each counts for itself.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        life: String,
    },
    /// A person says that this copy goes on, and no number pool waits for that.
    CopySettled,
    /// A bag or a pallet was opened: the first parcel that closes, or the first bag, says whose it is.
    BagOpened {
        /// Its identifier, counted from 1.
        bag: BagId,
        /// Which of the two.
        #[serde(default, skip_serializing_if = "BagKind::is_bag")]
        kind: BagKind,
    },
    /// A closed bag was laid on a pallet.
    Palleted {
        /// This bag.
        bag: BagId,
        /// The pallet.
        pallet: BagId,
    },
    /// A parcel was closed into a bag.
    Bagged {
        /// This parcel.
        parcel: ParcelId,
        /// The bag.
        bag: BagId,
    },
    /// Nothing more goes into a bag or on a pallet. One with nothing in it is gone.
    BagClosed {
        /// This bag.
        bag: BagId,
        /// Its number, consumed for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sscc: Option<Sscc>,
        /// Who closed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    },
    /// A closed parcel was put into a cage.
    Caged {
        /// This parcel.
        parcel: ParcelId,
        /// The cage, as its barcode says.
        cage: String,
    },
    /// Parcels of one carrier and ship date were put on a manifest. It never changes again.
    ManifestClosed {
        /// `US-LAX-1.LAX1-ST03.20261122.USPS.1`.
        manifest: String,
        /// The carrier.
        carrier: CarrierId,
        /// The ship date of all of them.
        ship_date: Date,
        /// Counts manifests of this carrier and day.
        wave: u32,
        /// The parcels.
        parcels: Vec<ParcelId>,
        /// When the first of them was verified is told by the journal; who closed it:
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    },
    /// The carrier took the parcels of a manifest.
    ManifestHandedOver {
        /// This manifest.
        manifest: String,
        /// What is on it and stays here.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left_out: Vec<ParcelId>,
    },
    /// The receiver has the manifest's event.
    ManifestConfirmed {
        /// This manifest.
        manifest: String,
    },
    /// A person said where a number pool starts for this database.
    PoolStarted {
        /// The carrier.
        carrier: CarrierId,
        /// The pool's identifier in the carrier's folder.
        pool: PoolId,
        /// The first serial to use.
        next: u64,
    },
    /// A carrier was left out of the choice, or let back in.
    OutageSet {
        /// The carrier.
        carrier: CarrierId,
        /// Whether it is out.
        out: bool,
    },
    /// Something was learned of a parcel that has gone out.
    Ended {
        /// This parcel.
        parcel: ParcelId,
        /// What became of it.
        ending: Ending,
        /// When.
        on: Date,
    },
    /// A parcel that has gone out lies here again.
    Returned {
        /// This parcel.
        parcel: ParcelId,
        /// When.
        on: Date,
        /// Who was signed in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
    },
    /// How many parcels the account's other stations have sent with a service in a month: an estimate.
    VolumeStated {
        /// The service.
        service: ServiceOrCarrier,
        /// The first day of the month.
        month: Date,
        /// How many.
        parcels: u64,
        /// The day somebody said so.
        on: Date,
    },
    /// Something, or somebody, vouches for the computer's clock. What was recorded since then is as old as its time says; until
    /// it is doubted, or leaps.
    ClockBelieved {
        /// What.
        by: ClockVoucher,
        /// Which start of the computer: 32 hexadecimal digits.
        boot: String,
        /// What the clock said, in milliseconds since 1970.
        wall: Timestamp,
        /// Milliseconds since that start.
        since_boot: i64,
        /// By how many milliseconds the time was ahead of that when something vouched for it last.
        anchor: i64,
        /// Who was signed in, where a person vouched.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<String>,
        /// Who allowed it, where the packer alone may not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<String>,
    },
    /// The computer's clock is not believed: the times of what is recorded from here on mean nothing.
    ClockDoubted {
        /// Why.
        why: ClockDoubt,
        /// Which start of the computer.
        boot: String,
        /// What the clock said, in milliseconds since 1970.
        wall: Timestamp,
        /// Milliseconds since that start.
        since_boot: i64,
    },
    /// Somebody signed in or out.
    OperatorChanged {
        /// Who, by badge.
        operator: Option<String>,
    },
    /// The screen speaks another language.
    LanguageChanged {
        /// `es`.
        language: String,
    },
}
