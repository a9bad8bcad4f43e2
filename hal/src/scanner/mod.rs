//! Bytes to scans.
//!
//! Cuts what a scanner sends into scans and hands each over as it came. It does not look inside: symbology
//! identifiers, check digits and text are the caller's. It never drops a scan silently: what is too long or came half is
//! reported. A scanner that can be told hears what became of its scan, so that its beep means taken, not read.

mod feedback;
mod framing;
pub mod hid_pos;
pub mod keyboard;
pub mod ssi;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::port::{Port, PortError};

pub use feedback::{Feedback, ScanVerdict};
pub use framing::{Ending, ScanFraming};

/// The longest scan, bytes: no symbol a packer meets holds more than a QR code's 2,953.
pub const LONGEST: usize = 4096;

/// A scanner sends a scan in one go; at 300 baud characters are 33 ms apart, and no packer scans ten times a second.
pub const GAP_MS: u64 = 100;

/// A scanner that takes no bytes is not waited for: a scan matters more than a beep.
const TAKEN: Duration = Duration::from_millis(200);

/// What a scanner sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// One scan, without its terminator; never empty.
    Scan(Vec<u8>),
    /// More than any code, given up at this many bytes. Said once; the rest of it is thrown away.
    TooLong(usize),
    /// Something that is not a whole scan, and why: `checksum`, `key`, `lost_keys`, `report`.
    Bad(&'static str),
    /// The scanner waits for these bytes.
    Reply(Vec<u8>),
}

/// Turns bytes into scans. Holds at most one.
pub trait ScannerCodec: std::fmt::Debug + Send {
    /// Takes what arrived at `now_ms` (any clock that only rises).
    fn push(&mut self, bytes: &[u8], now_ms: u64, emit: &mut dyn FnMut(Frame));

    /// Nothing came for [`GAP_MS`].
    fn idle(&mut self, emit: &mut dyn FnMut(Frame));

    /// Whether a scan has begun that has no end yet: worth a timer.
    fn pending(&self) -> bool;
}

/// How a scanner is connected and speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScannerProtocol {
    /// Text over a serial line (RS-232, USB CDC).
    #[default]
    Lines,
    /// Zebra's Simple Serial Interface, packets over a serial line.
    Ssi,
    /// Keys of a USB keyboard, over `/dev/input/eventN`.
    Keyboard,
    /// USB HID POS scanner page, over `/dev/hidrawN`.
    HidPos,
}

/// What is set for one scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScannerSettings {
    /// What it speaks.
    pub protocol: ScannerProtocol,
    /// What ends a scan; for lines.
    pub ending: Ending,
    /// How it hears what became of a scan.
    pub feedback: Feedback,
    /// The longest scan that is taken, bytes.
    pub longest: usize,
}

impl Default for ScannerSettings {
    fn default() -> Self {
        Self { protocol: ScannerProtocol::Lines, ending: Ending::Auto, feedback: Feedback::None, longest: LONGEST }
    }
}

impl ScannerSettings {
    /// The machine that reads its bytes, without what a HID device says of itself.
    #[must_use]
    pub fn codec(self) -> Box<dyn ScannerCodec> {
        match self.protocol {
            ScannerProtocol::Lines => Box::new(ScanFraming::new(self.ending, self.longest)),
            ScannerProtocol::Ssi => Box::new(ssi::Ssi::new(self.longest)),
            ScannerProtocol::Keyboard => Box::new(keyboard::Keyboard::new(self.longest)),
            ScannerProtocol::HidPos => Box::new(hid_pos::HidPos::new(hid_pos::ScanLayout::usual(), self.longest)),
        }
    }
}

/// Reads scans until the port is lost, and returns why it was. Sleeps in the kernel while nothing is scanned. A keyboard is
/// grabbed first: what it types goes nowhere else.
pub async fn read(
    port: &mut Port,
    settings: ScannerSettings,
    verdicts: &mut mpsc::Receiver<ScanVerdict>,
    mut emit: impl FnMut(Frame),
) -> PortError {
    let mut codec = settings.codec();
    match settings.protocol {
        ScannerProtocol::Keyboard => {
            if let Err(refused) = port.grab() {
                return refused;
            }
        }
        ScannerProtocol::HidPos => {
            let layout = port.descriptor().and_then(|descriptor| hid_pos::ScanLayout::of(&descriptor));
            codec = Box::new(hid_pos::HidPos::new(layout.unwrap_or(hid_pos::ScanLayout::usual()), settings.longest));
        }
        ScannerProtocol::Lines | ScannerProtocol::Ssi => {}
    }
    match converse(port, codec, settings.feedback, verdicts, &mut emit).await {
        Ok(never) => match never {},
        Err(lost) => lost,
    }
}

async fn converse(
    port: &mut Port,
    mut codec: Box<dyn ScannerCodec>,
    feedback: Feedback,
    verdicts: &mut mpsc::Receiver<ScanVerdict>,
    emit: &mut impl FnMut(Frame),
) -> Result<std::convert::Infallible, PortError> {
    let begin = Instant::now();
    let mut buffer = [0; 1024];
    let mut replies = Vec::new();
    loop {
        let patience = if codec.pending() { Duration::from_millis(GAP_MS) } else { Duration::MAX };
        let mut sort = |frame: Frame| match frame {
            Frame::Reply(bytes) => replies.extend(bytes),
            frame => emit(frame),
        };
        tokio::select! {
            biased;
            received = timeout(patience, port.receive(&mut buffer)) => match received {
                Ok(count) => {
                    let now_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
                    codec.push(&buffer[..count?], now_ms, &mut sort);
                }
                Err(_) => codec.idle(&mut sort),
            },
            Some(verdict) = verdicts.recv() => replies.extend(feedback.bytes(verdict)),
        }
        if !replies.is_empty() {
            say(port, &std::mem::take(&mut replies)).await?;
        }
    }
}

/// Says it if the scanner listens; only a lost line is an error.
async fn say(port: &mut Port, bytes: &[u8]) -> Result<(), PortError> {
    match port.transmit_all(bytes, TAKEN).await {
        Err((_, cause)) if cause.kind() == crate::port::PortErrorKind::Lost => Err(cause),
        Err((_, cause)) => {
            tracing::debug!(device = port.what(), %cause, "the scanner takes no bytes");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
