//! A parcel: one box of an order, from the scan to the receiver's receipt.

use serde::{Deserialize, Serialize};

use crate::ids::{BagId, ParcelId};
use crate::station::event::Job;
use crate::station::fact::{Before, Commitment, Intercept, Weight};
use crate::station::order::OrderId;
use crate::station::volumes::Ended;

/// Where a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its order was scanned.
    Open,
    /// It has a weight, and no service would carry it yet.
    Weighed,
    /// It has a service and a number; no label is out or on its way.
    Committed,
    /// Label bytes are on their way.
    Printing,
    /// The printer has all bytes.
    Sent,
    /// The printer says the label is out.
    Printed,
    /// Nobody knows whether the label is out.
    PrintUncertain,
    /// The label was scanned: closed.
    Verified,
    /// Closed on the printer's word.
    Attested,
    /// On a closed manifest.
    Manifested,
    /// The receiver has that manifest.
    Confirmed,
    /// Put aside.
    Held,
    /// Never to travel under its number.
    Voided,
}

impl State {
    /// All of them, from the first to the last.
    pub const ALL: [Self; 13] = [
        Self::Open,
        Self::Weighed,
        Self::Committed,
        Self::Printing,
        Self::Sent,
        Self::Printed,
        Self::PrintUncertain,
        Self::Verified,
        Self::Attested,
        Self::Manifested,
        Self::Confirmed,
        Self::Held,
        Self::Voided,
    ];

    /// The bare word of the contracts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Weighed => "weighed",
            Self::Committed => "committed",
            Self::Printing => "printing",
            Self::Sent => "sent",
            Self::Printed => "printed",
            Self::PrintUncertain => "print_uncertain",
            Self::Verified => "verified",
            Self::Attested => "attested",
            Self::Manifested => "manifested",
            Self::Confirmed => "confirmed",
            Self::Held => "held",
            Self::Voided => "voided",
        }
    }

    /// Whether the packer is done with it.
    pub const fn closed(self) -> bool {
        matches!(self, Self::Verified | Self::Attested | Self::Manifested | Self::Confirmed)
    }
}

/// A parcel as the facts made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Its identifier.
    pub id: ParcelId,
    /// The order it belongs to.
    pub order: OrderId,
    /// What was said of the order when it was scanned, by the number that the memory gave it: the parcel is packed by that.
    pub version: u64,
    /// The carton that was scanned for it.
    pub box_id: Option<String>,
    /// Its weight.
    pub weight: Option<Weight>,
    /// What it has once it has a number.
    pub(super) numbered: Option<Box<Numbered>>,
    /// Whether it is out of the packer's way.
    pub(super) aside: Option<NotPacked>,
    /// Why it must not travel as it is.
    pub intercepted: Option<Intercept>,
}

/// What a parcel has once it has a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Numbered {
    /// Its service and number.
    pub(super) commitment: Commitment,
    /// Its prints, first to last.
    pub(super) prints: Vec<Print>,
    /// Stickers that are on it.
    pub(super) marks: Vec<String>,
    /// How far it is, once the packer is done with it.
    pub(super) closed: Option<Closed>,
    /// The bag it is in.
    pub(super) bag: Option<BagId>,
    /// The cage it lies in.
    pub(super) cage: Option<Box<str>>,
    /// The manifest it is on, or was on before it was left out.
    pub(super) manifest: Option<Box<str>>,
    /// What became of it, as far as anybody said.
    pub(super) ended: Option<Ended>,
}

/// How far a closed parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Closed {
    Verified,
    Attested,
    Manifested,
    Confirmed,
}

/// Why nobody packs a parcel that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum NotPacked {
    Held,
    Voided,
}

/// One label sent to a printer once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// What became of it.
    pub state: PrintState,
    /// What that is known from.
    pub evidence: String,
    /// What its printer said before, as long as it may be asked what became of the label.
    pub before: Option<Box<Before>>,
}

/// What became of a print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintState {
    /// On its way.
    Started,
    /// The printer has the bytes.
    Sent,
    /// The printer says it is out.
    Printed,
    /// Unknown.
    Doubt,
    /// Not usable, or never came out.
    Spoiled,
    /// Scanned back.
    Verified,
}

impl Parcel {
    /// The parcel as it is when its order is scanned.
    pub fn open(id: ParcelId, order: OrderId, version: u64) -> Self {
        Self { id, order, version, box_id: None, weight: None, numbered: None, aside: None, intercepted: None }
    }

    /// Where it is.
    pub fn state(&self) -> State {
        match self.aside {
            Some(NotPacked::Voided) => State::Voided,
            Some(NotPacked::Held) => State::Held,
            None => self.packed_to(),
        }
    }

    /// How far it was packed: where it is once it is taken up again, if it is put aside.
    pub fn packed_to(&self) -> State {
        match &self.numbered {
            Some(numbered) => numbered.state(),
            None if self.weight.is_some() => State::Weighed,
            None => State::Open,
        }
    }

    /// Its service and number.
    pub fn commitment(&self) -> Option<&Commitment> {
        self.numbered.as_ref().map(|numbered| &numbered.commitment)
    }

    /// The number it travels under.
    pub fn tracking(&self) -> Option<&str> {
        self.commitment().map(|commitment| commitment.tracking.as_str())
    }

    /// What people call it: its number, or that of its order before it has one.
    pub fn name(&self) -> &str {
        self.tracking().unwrap_or(&self.order.number)
    }

    /// Whether its number is from a pool of this station: it did not come with a label of its order.
    pub fn drew_its_number(&self) -> bool {
        self.commitment().is_some_and(|commitment| !commitment.is_supplied())
    }

    /// Its prints, first to last.
    pub fn prints(&self) -> &[Print] {
        self.numbered.as_ref().map_or(&[], |numbered| &numbered.prints)
    }

    /// The attempt that was started last; 0 for none.
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.prints().len()).unwrap_or(u32::MAX)
    }

    /// Its print that was started last.
    pub fn last_print(&self) -> Job {
        Job { parcel: self.id, attempt: self.attempt() }
    }

    /// Its next print.
    pub fn next_print(&self) -> Job {
        Job { parcel: self.id, attempt: self.attempt() + 1 }
    }

    /// Stickers that it needs, each with whether it is on it.
    pub fn marks(&self) -> impl Iterator<Item = (&str, bool)> {
        self.numbered.iter().flat_map(|numbered| {
            numbered.commitment.marks.iter().map(|mark| (mark.as_str(), numbered.marks.contains(mark)))
        })
    }

    /// The stickers that are still to be put on it.
    pub fn marks_wanted(&self) -> impl Iterator<Item = &str> {
        self.marks().filter(|(_, on)| !on).map(|(mark, _)| mark)
    }

    /// The bag it is in.
    pub fn bag(&self) -> Option<BagId> {
        self.numbered.as_ref()?.bag
    }

    /// The cage it lies in.
    pub fn cage(&self) -> Option<&str> {
        self.numbered.as_ref()?.cage.as_deref()
    }

    /// The manifest it is on, or was on before it was left out.
    pub fn manifest(&self) -> Option<&str> {
        self.numbered.as_ref()?.manifest.as_deref()
    }

    /// Whether it is on this manifest, and was not left out of it.
    pub fn is_on(&self, manifest: &str) -> bool {
        self.manifest() == Some(manifest) && matches!(self.state(), State::Manifested | State::Confirmed)
    }

    /// What became of it, as far as anybody said.
    pub fn ended(&self) -> Option<Ended> {
        self.numbered.as_ref()?.ended
    }
}

impl Numbered {
    pub(super) const fn new(commitment: Commitment) -> Self {
        Self {
            commitment,
            prints: Vec::new(),
            marks: Vec::new(),
            closed: None,
            bag: None,
            cage: None,
            manifest: None,
            ended: None,
        }
    }

    /// Where the parcel is: as far as its last label is, until it is closed.
    fn state(&self) -> State {
        match self.closed {
            Some(Closed::Verified) => return State::Verified,
            Some(Closed::Attested) => return State::Attested,
            Some(Closed::Manifested) => return State::Manifested,
            Some(Closed::Confirmed) => return State::Confirmed,
            None => {}
        }
        match self.prints.last().map(|print| print.state) {
            None | Some(PrintState::Spoiled) => State::Committed,
            Some(PrintState::Started) => State::Printing,
            Some(PrintState::Sent) => State::Sent,
            // One that was closed and is open again: its label is out, and is to be scanned again.
            Some(PrintState::Printed | PrintState::Verified) => State::Printed,
            Some(PrintState::Doubt) => State::PrintUncertain,
        }
    }
}
