//! What facts are made of beside plain numbers and words: their own disk format too, extended only with defaults.

use serde::{Deserialize, Serialize};

use crate::ids::{CarrierId, PoolId};
use crate::units::Mass;

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
    pub carrier: CarrierId,
    /// The pool.
    pub pool: PoolId,
    /// The first serial that nothing is known of.
    pub next: u64,
}

/// A Serial Shipping Container Code, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sscc {
    /// The 18 digits.
    pub number: String,
    /// The company prefix.
    pub pool: PoolId,
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
