//! Scan bytes -> what was scanned: symbology identifiers, GS1, tracking numbers, command codes.
//!
//! Pure, and the first place where a scanner's bytes are believed: bounded, printable, typed. It knows nothing of
//! orders; whether a code means something on this bench is the station's question.

#![deny(clippy::disallowed_methods)]

mod accept;
mod checksum;
mod command;
mod format;
pub mod gs1;
mod number;
mod numbers;
mod scan;
mod shape;

pub use accept::{Accept, Symbology};
pub use checksum::{Checksum, ChecksumError};
pub use command::{ArgumentKind, Command, CommandError, CommandSpec, Confirmation, SheetGroup};
pub use format::{Evidence, Format};
pub use number::{NumberRule, SerialError};
pub use numbers::{Issuer, Lengths, Match, NumberError, Numbers, Why};
pub use scan::{Scan, ScanError};
pub use shape::{Shape, ShapeError};

/// Characters that a tracking number may have: the longest known one, of the GS1-128 codes of carriers, has 34.
pub const LONGEST_NUMBER: usize = 64;
