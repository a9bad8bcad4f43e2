//! Command barcodes: `%PD:<COMMAND>[:<argument>]:<check>`.

/// What a packer can say with a barcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Yes.
    Ok,
    /// Out of here.
    Cancel,
    /// Another parcel for the same order.
    NextParcel,
    /// Take the weight that lies on the scale now.
    Reweigh,
    /// Zero the scale.
    Zero,
    /// This carton.
    Box(String),
    /// The label is not usable: print it again.
    Reprint,
    /// This label must not travel.
    Void,
    /// Put the parcel aside.
    Hold,
    /// Put it aside, with a reason.
    Problem(String),
    /// A mark has been applied.
    MarkOk(String),
    /// Into this cage.
    Cage(String),
    /// Open a bag.
    BagOpen,
    /// Close the bag.
    BagClose,
    /// Close the manifest of a carrier.
    Manifest(String),
    /// The carrier has taken the parcels.
    Handover(String),
    /// The carrier does not come: leave it out of the choice, or back in.
    Outage(String),
    /// A return.
    Return,
    /// What can I do here?
    Help,
    /// Words in this language.
    Lang(String),
    /// Leave.
    Logout,
    /// I am this operator.
    Badge(String),
}

/// A code that begins like a command and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The check character is wrong or missing.
    #[error("damaged command barcode; print the command sheet again")]
    Check,
    /// No such command.
    #[error("unknown command {0:?}; print the command sheet of this version")]
    Unknown(String),
    /// The argument is missing, not wanted, or not made of 1 to 64 printable characters.
    #[error("command {0:?} has a wrong argument; print the command sheet again")]
    Argument(String),
}

impl Command {
    /// What every command barcode begins with; no SKU and no tracking number does.
    pub const PREFIX: &'static str = "%PD:";
}
