//! Other people's formats: orders, labels and outcomes in, manifests and tracking numbers out. One file per outside format.
//!
//! Wire types are not domain types: each format carries its version, is bounded when read, and is frozen by golden
//! tests when written. Nothing here opens a file or a socket: text and bytes come in as arguments and go out as values.
//! It refuses to guess: an order that cannot be read whole is refused alone, with the reason and its original text.

pub mod canonical;
pub mod exports;
pub mod manifest;
pub mod order;
pub mod outcomes;
pub mod sample;
pub mod sign;
pub mod spreadsheet;
pub mod supplied;
pub mod text;
pub mod workbook;
