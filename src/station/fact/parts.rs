//! What facts are made of beside plain numbers and words: their own disk format too, extended only with defaults.

use serde::{Deserialize, Serialize};

use crate::rating::Billable;
use crate::units::{Date, Mass, Money};

/// Why a label is printed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It is torn or crumpled.
    Jam,
    /// It is smeared.
    Smear,
    /// No scanner reads it.
    Unreadable,
    /// Nobody knew whether it came out, and the packer has none.
    Uncertain,
    /// It is not there.
    Lost,
    /// The printer is known to have printed nothing.
    NothingOut,
}

impl Cause {
    /// What a packer may give as a reason, as `REPRINT:<reason>` says it.
    pub const WORDS: [(&str, Self); 5] = [
        ("JAM", Self::Jam),
        ("SMEAR", Self::Smear),
        ("UNREADABLE", Self::Unreadable),
        ("UNCERTAIN", Self::Uncertain),
        ("LOST", Self::Lost),
    ];

    /// The cause that a packer names.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, cause)| *cause)
    }

    /// What it says in the record of a print.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Jam => "jammed",
            Self::Smear => "smeared",
            Self::Unreadable => "unreadable",
            Self::Uncertain => "in doubt, and not there",
            Self::Lost => "not there",
            Self::NothingOut => "nothing came out",
        }
    }
}

/// What showed that a database was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopySign {
    /// The mark beside the data folder knows facts that this database has not.
    Behind,
    /// The mark beside the data folder is not there.
    NoMark,
    /// The mark beside the data folder is another database's.
    OtherMark,
    /// It runs on another machine.
    OtherMachine,
    /// The receiver has other events under its numbers, or more than there are here.
    Receiver,
    /// It is new, and the mark beside the data folder knows numbers that another database used.
    Successor,
}

impl CopySign {
    /// The word on disk and in events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Behind => "behind",
            Self::NoMark => "no_mark",
            Self::OtherMark => "other_mark",
            Self::OtherMachine => "other_machine",
            Self::Receiver => "receiver",
            Self::Successor => "successor",
        }
    }
}

/// From where a pool of numbers may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolNext {
    /// The carrier, or [`SSCC_POOL`](crate::station::bag::SSCC_POOL).
    pub carrier: String,
    /// The pool.
    pub pool: String,
    /// The first serial that nothing is known of.
    pub next: u64,
}

/// A Serial Shipping Container Code, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sscc {
    /// The 18 digits.
    pub number: String,
    /// The company prefix.
    pub pool: String,
    /// Its serial.
    pub serial: u64,
}

/// A weight, with what a dispute needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// Exact, in picograms.
    pub mass: Mass,
    /// The digits on the wire.
    pub value: String,
    /// The unit on the wire.
    pub unit: String,
    /// The frame as it came, in hex.
    pub raw_hex: String,
    /// Whether the scale called it stable.
    pub stable: bool,
    /// Which scale.
    pub scale: String,
}

/// What is fixed when a tracking number is consumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// `ontrac.ground`.
    pub service: String,
    /// The number, consumed for ever.
    pub tracking: String,
    /// Which pool it came from.
    pub pool: String,
    /// Its serial in the pool.
    pub serial: u64,
    /// The day of hand-over that the label says.
    pub ship_date: Date,
    /// What it will cost.
    pub total: Money,
    /// Zone of the card.
    pub zone: String,
    /// The weight that is paid for.
    pub billable: Billable,
    /// Hash of the card.
    pub card: String,
    /// Days on the way, where the card says it: what is later is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// Routing code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_code: Option<String>,
    /// What stands beside it on the label, smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_detail: Option<String>,
    /// Stickers that the parcel must bear before it is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// SHA-256 of the first attempt's label bytes.
    pub label_sha256: String,
    /// Country and first three characters of the postcode: all that events say of the address.
    pub destination: (String, String),
    /// The label and its number came with the order: no pool gave it, and the price is only what a card says, 0 where
    /// none does. The service may be the bare carrier.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supplied: bool,
}

impl Commitment {
    /// What it will cost; nobody here knows it of a supplied label that no card prices.
    pub fn price(&self) -> Option<Money> {
        (!self.supplied || self.total.minor != 0).then_some(self.total)
    }

    /// The carrier: what stands before the point of the service.
    pub fn carrier(&self) -> &str {
        self.service.split('.').next().unwrap_or(&self.service)
    }
}
