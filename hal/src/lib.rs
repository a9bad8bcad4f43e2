//! Scanners, scales, printers and lamps: bytes in, plain readings out.
//!
//! The words of this crate are picograms, bytes and levels. It knows nothing of orders, carriers or labels'
//! meaning; it decides nothing about parcels. What a weight is good for, or whether a label may be printed again, is
//! settled by its callers.
//!
//! | module | what it does |
//! |---|---|
//! | [`port`] | one byte stream over a tty, a TCP socket or a device node, and errors that say what to do next |
//! | [`scanner`] | bytes to scans |
//! | [`scale`] | bytes to weights, exact to the picogram |
//! | [`printer`] | a job's bytes to the printer, and what the printer says of itself |
//! | [`clock`] | what the kernel says of the computer's clocks |
//! | [`hid`] | what a USB HID device says of itself |
//! | [`gpio`] | lamp, tone and button on lines of the computer itself |
//! | [`framebuffer`] | a display that the kernel shows as `/dev/fb0` |
//! | [`record`] | what passed over a line, written down and played again |
//! | [`usb`] | which USB devices are plugged in, and which of them is meant |
//! | `codes` (feature `codes`) | bar codes read back from a picture of a label |
//! | `sim` (feature `sim`) | virtual devices at the byte edge: ptys and sockets which the code above opens as it opens real ones |
//!
//! Every codec is a plain state machine fed with bytes (`push`), so it is tested without a device; the `async` function
//! beside it owns the waiting. Each of those functions runs until its port is lost and returns why; the caller opens
//! the port again. None of them retries, and none of them ever sends a byte twice.

pub mod clock;
#[cfg(feature = "sim")]
pub mod codes;
pub mod framebuffer;
pub mod gpio;
pub mod hid;
pub mod port;
pub mod printer;
pub mod record;
pub mod scale;
pub mod scanner;
#[cfg(feature = "sim")]
pub mod sim;
pub mod usb;
