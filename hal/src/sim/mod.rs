//! Virtual devices at the byte edge.
//!
//! A virtual scanner types into a pty, a virtual scale answers on one, a virtual printer listens on a TCP port and draws
//! what it receives. The shipped code opens them as it opens real devices and cannot tell the difference; nothing above
//! the bytes is simulated. Faults are set from outside, and every one of them happens on real benches: pulled plugs,
//! silence, noise, a pan that never rests, no paper, an open head, a connection that stalls or breaks.
//!
//! All of them need a tokio runtime with I/O and time.

mod cable;
mod code128;
mod printer;
mod scale;
mod scanner;

pub use crate::codes as decode;
pub use printer::{
    DrawnJob, Edge, FaultError, Printed, Printer, PrinterFault, PrinterSettings, Renderer, Report, draw, save_labels,
};
pub use scale::{Scale, ScaleFault};
pub use scanner::Scanner;
