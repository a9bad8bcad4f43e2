//! What facts are made of beside plain numbers and words: their own disk format too, extended only with defaults.

use serde::{Deserialize, Serialize};

use crate::ids::{BagId, CarrierId, PoolId};
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

/// What vouches for the computer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockVoucher {
    /// It is kept by network time now.
    Synced,
    /// It was right, or a clock with a battery has set it, and it has only gone on since.
    Holdover,
    /// A person said that its date is right.
    Operator,
}

impl ClockVoucher {
    /// The word on disk and in events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Synced => "synced",
            Self::Holdover => "holdover",
            Self::Operator => "operator",
        }
    }
}

/// Why the computer's clock is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockDoubt {
    /// Since the computer was started nothing has vouched for it.
    Unvouched,
    /// It was set to a time that is more than twelve hours from the one it had.
    Leaped,
    /// It shows a day before the last ship date, or before this program was made.
    Behind,
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
    /// It is a backup that was put back.
    Restored,
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
            Self::Restored => "restored",
        }
    }
}

/// From where a pool of numbers may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolNext {
    /// The carrier, or [`SSCC_POOL`](crate::station::SSCC_POOL).
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

/// What a bag is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BagKind {
    /// Parcels are in it.
    #[default]
    Bag,
    /// Bags are on it.
    Pallet,
}

impl BagKind {
    /// Bags and pallets.
    pub const ALL: [Self; 2] = [Self::Bag, Self::Pallet];

    /// Whether it is what it was before there were pallets.
    pub fn is_bag(&self) -> bool {
        *self == Self::Bag
    }

    /// The word of manifests and events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Pallet => "pallet",
        }
    }

    /// What the station calls a container of this kind: `B12`, `PAL13`. Both kinds are counted together.
    pub fn name(self, id: BagId) -> String {
        match self {
            Self::Bag => id.to_string(),
            Self::Pallet => format!("PAL{}", id.0),
        }
    }
}

/// Why a parcel that has been begun must not travel as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intercept {
    /// Its order was cancelled, or its buyer asked for that.
    Cancelled,
    /// Its order waits for something.
    Hold,
    /// Its order says something else than when it was packed: another address, other goods, another service.
    Changed,
    /// Its order was shipped elsewhere.
    Done,
    /// The database was copied after its number was drawn: its label may be on another parcel.
    Copied,
    /// What it holds must not be sent: the item master has blocked it since.
    Blocked,
}

impl Intercept {
    /// The word of events.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Hold => "hold",
            Self::Changed => "changed",
            Self::Done => "done",
            Self::Copied => "copied",
            Self::Blocked => "blocked",
        }
    }
}

/// What became of a parcel, as the seller's records say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It arrived, and nobody complained.
    Delivered,
    /// It came back.
    Returned,
    /// Nobody knows where it is.
    Lost,
    /// It arrived broken.
    Damaged,
    /// It arrived as far as the carrier says, and the buyer complained.
    Complained,
}

impl Ending {
    /// Every word that is read, with what it means.
    pub const WORDS: [(&str, Self); 10] = [
        ("delivered", Self::Delivered),
        ("returned", Self::Returned),
        ("return", Self::Returned),
        ("refused", Self::Returned),
        ("failed", Self::Returned),
        ("lost", Self::Lost),
        ("damaged", Self::Damaged),
        ("complained", Self::Complained),
        ("complaint", Self::Complained),
        ("disputed", Self::Complained),
    ];

    /// Whether something went wrong.
    pub const fn failed(self) -> bool {
        !matches!(self, Self::Delivered)
    }
}
