//! Bytes to weights.
//!
//! One function reads any scale: [`read`]. Weights are exact picograms with the digits, unit and frame they came from. A
//! scale that says nothing, or nonsense, is an event of its own: a frozen weight is never repeated, and no answer is
//! never a weight of zero.

mod a_and_d;
mod adam;
mod cas;
mod codec;
mod fault;
pub mod hid;
mod lines;
mod mt_sics;
mod nci;
mod ohaus;
mod polled;
mod pushed;
mod reading;
mod sbi;
mod steady;
mod toledo_8217;

use std::str::FromStr;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::port::{Port, PortError};

pub use codec::{Key, Questions, ScaleAnswer, ScaleCodec};
pub use fault::{Fault, KeyRefusal};
pub use reading::{RAW_MAX, Reading, Stability, WireUnit};
pub use steady::Steady;

/// A scale that has not answered for this long is asleep, switched off or speaks another language.
pub const SILENCE: Duration = Duration::from_secs(2);

/// What a scale speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleProtocol {
    /// USB HID scale page, over `/dev/hidrawN`.
    Hid,
    /// Mettler-Toledo's standard command set, over a serial line or TCP.
    MtSics,
    /// Toledo 8217 and 8213.
    Toledo8217,
    /// NCI, "SCP-01".
    Nci,
    /// A&D standard format, Kern, Excell.
    AAndD,
    /// CAS, streaming or with its handshake.
    Cas,
    /// OHAUS.
    Ohaus,
    /// Sartorius SBI.
    Sbi,
    /// Adam.
    Adam,
}

impl ScaleProtocol {
    /// All of them, with the names they have in the configuration.
    pub const NAMES: [(&str, Self); 9] = [
        ("hid", Self::Hid),
        ("mt-sics", Self::MtSics),
        ("toledo-8217", Self::Toledo8217),
        ("nci", Self::Nci),
        ("a-and-d", Self::AAndD),
        ("cas", Self::Cas),
        ("ohaus", Self::Ohaus),
        ("sbi", Self::Sbi),
        ("adam", Self::Adam),
    ];

    /// Whether its frames name no unit: it must be configured.
    #[must_use]
    pub fn wants_unit(self) -> bool {
        self == Self::Toledo8217
    }

    /// Whether its frames do not say that the pan rests: so many equal ones do.
    #[must_use]
    pub fn counts_readings(self) -> bool {
        self == Self::Adam
    }

    /// What it is asked; `None` for one that sends by itself and is not asked.
    #[must_use]
    pub fn questions(self) -> Option<Questions> {
        Some(match self {
            Self::Hid => return None,
            Self::MtSics => mt_sics::QUESTIONS,
            Self::Toledo8217 => toledo_8217::QUESTIONS,
            Self::Nci => nci::QUESTIONS,
            Self::AAndD => a_and_d::QUESTIONS,
            Self::Cas => cas::QUESTIONS,
            Self::Ohaus => ohaus::QUESTIONS,
            Self::Sbi => sbi::QUESTIONS,
            Self::Adam => adam::QUESTIONS,
        })
    }
}

/// Not a protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scale protocol")]
pub struct ProtocolError(String);

impl FromStr for ScaleProtocol {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::NAMES.iter().find(|(name, _)| *name == text);
        known.map(|(_, protocol)| *protocol).ok_or_else(|| ProtocolError(text.to_owned()))
    }
}

/// What a scale speaks, and what its protocol leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleSettings {
    /// Its protocol.
    pub protocol: ScaleProtocol,
    /// The unit, where the wire has none.
    pub unit: Option<WireUnit>,
    /// Equal readings in a row that are rest, where the wire does not tell.
    pub equal_readings: u32,
}

impl ScaleSettings {
    /// Equal readings that are taken for rest unless set otherwise: a quarter of a second at the eager pace.
    pub const EQUAL_READINGS: u32 = 5;

    /// A protocol, and nothing else to say.
    #[must_use]
    pub fn new(protocol: ScaleProtocol) -> Self {
        Self { protocol, unit: None, equal_readings: Self::EQUAL_READINGS }
    }

    /// The machine that reads its bytes.
    #[must_use]
    pub fn codec(self) -> Box<dyn ScaleCodec> {
        match self.protocol {
            ScaleProtocol::Hid => Box::new(hid::Hid::default()),
            ScaleProtocol::MtSics => Box::new(lines::ByLine::new(mt_sics::read)),
            ScaleProtocol::Toledo8217 => {
                Box::new(toledo_8217::Toledo8217::new(self.unit.unwrap_or(WireUnit::Kilogram)))
            }
            ScaleProtocol::Nci => Box::new(nci::Nci::default()),
            ScaleProtocol::AAndD => Box::new(lines::ByLine::new(a_and_d::read)),
            ScaleProtocol::Cas => Box::new(cas::Cas::default()),
            ScaleProtocol::Ohaus => Box::new(lines::ByLine::new(ohaus::read)),
            ScaleProtocol::Sbi => Box::new(lines::ByLine::new(sbi::read)),
            ScaleProtocol::Adam => Box::new(lines::ByLine::new(adam::read)),
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
    /// The scale took this key.
    Done(Key),
    /// The scale would not: `busy`, `over`, `under`, `no_answer`, `not_allowed`.
    Refused(Key, KeyRefusal),
}

/// Reads a scale until its port is lost, and returns why it was. Each message on `keys` presses that key once.
pub async fn read(
    port: &mut Port,
    settings: ScaleSettings,
    pace: &mut watch::Receiver<Pace>,
    keys: &mut mpsc::Receiver<Key>,
    emit: impl FnMut(Event),
) -> PortError {
    let lost = match settings.protocol.questions() {
        Some(questions) => {
            let steady = Steady::new(settings.equal_readings);
            polled::Dialog { port, codec: settings.codec(), questions, steady, at_zero: false, emit }
                .run(pace, keys)
                .await
        }
        None => pushed::read(port, keys, emit).await,
    };
    match lost {
        Ok(never) => match never {},
        Err(lost) => lost,
    }
}

#[cfg(test)]
mod tests;
