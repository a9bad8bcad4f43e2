//! A parcel: one box of an order, from the scan to the receiver's receipt.

use serde::{Deserialize, Serialize};

use crate::ids::BagId;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The order it belongs to.
    pub order: OrderId,
    /// What was said of the order when it was scanned, by the number that the memory gave it: the parcel is packed by that.
    pub version: u64,
    /// Where it is.
    pub state: State,
    /// Where it was before it was put aside.
    pub before_hold: Option<State>,
    /// The carton that was scanned for it.
    pub box_id: Option<String>,
    /// Its weight.
    pub weight: Option<Weight>,
    /// Its service and number.
    pub commitment: Option<Box<Commitment>>,
    /// Its prints, first to last.
    pub prints: Vec<Print>,
    /// Stickers that are on it.
    pub marks: Vec<String>,
    /// The bag it is in.
    pub bag: Option<BagId>,
    /// The cage it lies in.
    pub cage: Option<Box<str>>,
    /// The manifest it is on.
    pub manifest: Option<u32>,
    /// What became of it, as far as anybody said.
    pub ended: Option<Ended>,
    /// Why it must not travel as it is.
    pub intercepted: Option<Intercept>,
}

/// One label sent to a printer once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// What became of it.
    pub state: PrintState,
    /// What that is known from.
    pub evidence: String,
    /// What its printer said before, as long as it may be asked what became of the label.
    pub before: Option<Box<Before>>,
}

/// What became of a print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
    pub fn open(order: OrderId, version: u64) -> Self {
        Self {
            order,
            version,
            state: State::Open,
            before_hold: None,
            box_id: None,
            weight: None,
            commitment: None,
            prints: Vec::new(),
            marks: Vec::new(),
            bag: None,
            cage: None,
            manifest: None,
            ended: None,
            intercepted: None,
        }
    }

    /// The number it travels under.
    pub fn tracking(&self) -> Option<&str> {
        self.commitment.as_ref().map(|commitment| commitment.tracking.as_str())
    }

    /// The stickers that are still to be put on it.
    pub fn marks_wanted(&self) -> impl Iterator<Item = &str> {
        let needed = self.commitment.iter().flat_map(|commitment| &commitment.marks);
        needed.filter(|mark| !self.marks.contains(mark)).map(String::as_str)
    }

    /// The attempt that was started last; 0 for none.
    pub fn attempt(&self) -> u32 {
        u32::try_from(self.prints.len()).unwrap_or(u32::MAX)
    }
}
