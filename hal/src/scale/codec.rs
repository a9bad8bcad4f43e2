//! What every protocol of a scale has in common: bytes in, answers out.

use super::fault::KeyRefusal;
use super::reading::Reading;

/// A key of the scale, pressed over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// What lies there now is nothing.
    Zero,
    /// What lies there now is the packing: weights are net from here on.
    Tare,
}

/// One thing a scale said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScaleAnswer {
    /// A weight, or the reason there is none.
    Reading(Reading),
    /// The key was taken.
    Done(Key),
    /// The key was refused.
    Refused(Key, KeyRefusal),
    /// It says its weight once it has got these bytes.
    Wants(&'static [u8]),
    /// Neither weight nor error: an identification, an echo.
    Other,
    /// This many bytes that are not its protocol.
    Garbled(usize),
}

/// Cuts bytes into frames and reads them. Holds at most one frame.
pub trait ScaleCodec: std::fmt::Debug + Send {
    /// Takes what arrived.
    fn push(&mut self, bytes: &[u8], emit: &mut dyn FnMut(ScaleAnswer));

    /// The scale fell silent in the middle of a frame: the rest will not come. Says how many bytes are thrown away.
    fn reset(&mut self) -> usize;
}

/// What is sent to a scale that answers when asked.
#[derive(Debug, Clone, Copy)]
pub struct Questions {
    /// For the weight: tried in turn until one is answered, because makers and models differ.
    pub weight: &'static [&'static [u8]],
    /// For [`Key::Zero`]; empty where the protocol has none.
    pub zero: &'static [u8],
    /// For [`Key::Tare`]; empty where the protocol has none.
    pub tare: &'static [u8],
    /// Whether keys are answered; where they are not, only the next weight tells.
    pub answers_keys: bool,
    /// The least time from one question to the next, milliseconds.
    pub gap_ms: u64,
}
