//! Bytes to weights.
//!
//! One function reads any scale: [`read`]. Weights are exact picograms with the digits, unit and frame they came from. A
//! scale that says nothing, or nonsense, is an event of its own: a frozen weight is never repeated, and no answer is
//! never a weight of zero.

pub mod hid;
pub mod mt_sics;
mod polled;
mod pushed;
mod reading;

use std::str::FromStr;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::port::{Port, PortError};

pub use reading::{RAW_MAX, Reading, State, WireUnit};

/// A scale that has not answered for this long is asleep, switched off or speaks another language.
pub const SILENCE: Duration = Duration::from_secs(2);

/// What a scale speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Mettler-Toledo's standard command set, over a serial line or TCP.
    MtSics,
    /// USB HID scale page, over `/dev/hidrawN`.
    Hid,
}

/// Not a protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scale protocol; write mt-sics or hid")]
pub struct ProtocolError(String);

impl FromStr for Protocol {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mt-sics" => Ok(Self::MtSics),
            "hid" => Ok(Self::Hid),
            _ => Err(ProtocolError(text.to_owned())),
        }
    }
}

/// How often a scale that must be asked is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Somebody waits for a weight: every 50 ms, which at 9600 baud keeps the line half busy.
    Eager,
    /// Nobody does: every second, to notice that the scale is there.
    Calm,
}

impl Pace {
    /// The time from one question to the next.
    #[must_use]
    pub const fn period(self) -> Duration {
        match self {
            Self::Eager => Duration::from_millis(50),
            Self::Calm => Duration::from_secs(1),
        }
    }
}

/// What a scale tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A weight, or the scale's reason for having none.
    Reading(Reading),
    /// Nothing that can be read for [`SILENCE`]. Said once; the next reading ends it.
    Silent,
    /// This many bytes that are not the protocol: wrong baud rate, framing or protocol.
    Garbled(usize),
    /// The scale was set to zero.
    Zeroed,
    /// The scale would not be set to zero: `busy`, `over`, `under`, `no_answer`.
    ZeroRefused(&'static str),
}

/// Reads a scale until its port is lost, and returns why it was. Each message on `zero` sets the scale to zero once.
pub async fn read(
    port: &mut Port,
    protocol: Protocol,
    pace: &mut watch::Receiver<Pace>,
    zero: &mut mpsc::Receiver<()>,
    emit: impl FnMut(Event),
) -> PortError {
    let lost = match protocol {
        Protocol::MtSics => polled::read(port, pace, zero, emit).await,
        Protocol::Hid => pushed::read(port, zero, emit).await,
    };
    match lost {
        Ok(never) => match never {},
        Err(lost) => lost,
    }
}

#[cfg(test)]
mod tests;
