//! Scan bytes -> what was scanned: symbology identifiers, GS1, tracking numbers, command codes.
//!
//! Pure, and the first place where a scanner's bytes are believed: bounded, printable, typed. It knows nothing of
//! orders; whether a code means something on this bench is the station's question.

#![deny(clippy::disallowed_methods)]

mod accept;
mod command;
pub mod gs1;
mod number;
mod scan;

pub use accept::{Accept, Symbology};
pub use command::{Command, CommandError};
pub use number::{CheckDigit, NumberError, NumberRule};
pub use scan::{Scan, ScanError};
