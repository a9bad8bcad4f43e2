//! A job's bytes to the printer, and what the printer says of itself.
//!
//! [`Session`] is one conversation: connect, ask, send, ask again, close. It never sends a byte twice and claims no more
//! than it knows: bytes accepted are not paper, and silence is an answer of its own (a Zebra says nothing while its paper
//! is out or its head is open). [`Proof`] weighs what the printer says after a job. Whether a label may be sent again is not
//! decided here.
//!
//! How sure it is that a label is out, by rung:
//!
//! | rung | what is known |
//! |---|---|
//! | 1 | the transport took all bytes |
//! | 2 | and the printer had said that it was ready |
//! | 3 | it has nothing left to print, seen after it was busy or had time to begin, and no error |
//! | 4 | its odometer moved, or it named this very job as done |
//! | 5 | its sensor saw the label hanging out |
//! | 6 | a scanner read the label: above this crate |

pub mod escpos;
pub mod host;
mod known;
mod problem;
mod proof;
mod session;
pub mod tspl;
pub mod zpl;

use std::str::FromStr;

pub use known::Known;
pub use problem::Problem;
pub use proof::{PrintVerdict, Proof};
pub use session::{SendError, Session, StatusError};

/// What a printer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Zebra and most label printers.
    Zpl,
    /// TSC and its many clones.
    Tspl,
    /// Epson and most receipt printers.
    EscPos,
}

impl Language {
    /// All of them, with the names they have in the configuration.
    pub const NAMES: [(&str, Self); 3] = [("zpl", Self::Zpl), ("tspl", Self::Tspl), ("escpos", Self::EscPos)];

    /// What makes it forget every job in its buffer; nothing where no manual promises it.
    #[must_use]
    pub const fn clear(self) -> &'static [u8] {
        match self {
            Self::Zpl => b"~JA",
            Self::Tspl | Self::EscPos => b"",
        }
    }

    /// What leaves one black dot in its memory: [`Status::stored`] counts it for as long as the printer has power.
    #[must_use]
    pub const fn mark(self) -> &'static [u8] {
        match self {
            Self::Zpl => b"~DGR:PARCELD.GRF,1,1,80",
            Self::Tspl | Self::EscPos => b"",
        }
    }
}

/// Not a language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no printer language; write zpl, tspl or escpos")]
pub struct LanguageError(String);

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::NAMES.iter().find(|(name, _)| *name == text);
        known.map(|(_, language)| *language).ok_or_else(|| LanguageError(text.to_owned()))
    }
}

/// What a printer says of itself at one moment, in whatever language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// What keeps it from printing, the nearest to the operator's hand first.
    pub problem: Option<Problem>,
    /// Whether something is left to print; `None` where it does not say.
    pub busy: Option<bool>,
    /// A label hangs out and waits to be taken (peel-off).
    pub presented: bool,
    /// The paper is near its end.
    pub low: bool,
    /// How much was ever fed.
    pub odometer: Option<Odometer>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Pictures in its memory. Those that were left there ([`Language::mark`]) are gone once it was without power.
    pub stored: Option<u32>,
    /// The job that it names as done.
    pub done: Option<[u8; 4]>,
    /// In its own words, for the record.
    pub text: String,
}

/// How much a printer ever fed, in whole units: what a label adds is rounded down or up.
///
/// It may stand lower after the printer was without power: makers save such counters now and then (Epson every two to four
/// minutes, TM-L100 manual p. 25), and say so or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odometer {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: FeedUnit,
}

/// What an odometer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedUnit {
    /// 25.4 mm.
    Inch,
    /// 10 mm.
    Centimetre,
}

impl Status {
    /// Only what the port of a USB printer says: bit 5 paper empty, 4 selected, 3 no error (USB Device Class Definition for
    /// Printing Devices 1.1, section 4.2.2). `None` for a byte that says nothing is wrong, and for what adapters make up.
    #[must_use]
    pub fn of_port(byte: u8) -> Option<Self> {
        let problem = match byte & 0b0011_1000 {
            0b0000_0000 | 0b0001_1000 => return None,
            bits if bits & 0b0010_0000 != 0 => Problem::PaperOut,
            0b0000_1000 => Problem::Offline,
            _ => Problem::Other,
        };
        Some(Self { problem: Some(problem), text: format!("port status {byte:#04x}"), ..Self::default() })
    }
}

/// Collects one answer from the bytes of a connection; bounded.
trait Listener: std::fmt::Debug + Send {
    /// Takes what arrived; `true` once the answer is whole. Bytes after it stay for the next.
    fn push(&mut self, bytes: &mut &[u8]) -> bool;
    /// Whether there may be no more to come: a clone may say less.
    fn may_be_all(&self) -> bool;
    /// Whether nothing was heard.
    fn is_empty(&self) -> bool;
    /// Whether a part has begun that has no end yet.
    fn is_open(&self) -> bool;
    /// What was said.
    ///
    /// # Errors
    /// The bytes, when they are no answer.
    fn finish(&mut self) -> Result<Status, Vec<u8>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_a_usb_printer_says_what_is_wrong() {
        let problem = |byte| Status::of_port(byte).and_then(|status| status.problem);
        assert_eq!([0x18, 0x00].map(problem), [None, None]);
        assert_eq!([0x38, 0x30, 0x20].map(problem), [Some(Problem::PaperOut); 3]);
        assert_eq!([0x08, 0x10].map(problem), [Some(Problem::Offline), Some(Problem::Other)]);
    }
}
