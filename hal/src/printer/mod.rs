//! A job's bytes to the printer, and what the printer says of itself.
//!
//! [`Session`] is one conversation: connect, ask, send, ask again, close. It never sends a byte twice and claims no more
//! than it knows: bytes accepted are not paper, and silence is an answer of its own (a Zebra says nothing while its paper
//! is out or its head is open). Whether a label may be sent again is not decided here.

mod problem;
mod session;
pub mod zpl;

pub use problem::Problem;
pub use session::{SendError, Session, StatusError};
