//! The running station: the loop, and everything that hangs on it.
//!
//! `core` is one step (observe, decide, commit, evolve); `service` is the loop around it, with its drivers; `answers`
//! are the documents that commands and the page show; `documents` makes papers; `erase` takes out what is personal when it
//! has served; `subject` is one buyer's; `clocks` reads the computer's clocks; `upkeep` looks the database through at
//! night; `inbox` takes order files as they are dropped into a folder, `sent_orders` as they come over HTTP, and
//! `order_reader` starts the program that reads both; `orders_api` is the listener that other programs send orders to;
//! `readiness` is what a good configuration still lacks; `pools` lists numbers; `control` is the socket that commands act
//! through; `items` is the item master, and what orders take from it; `lists` are the long lists, and what was done today;
//! `exports` gives tracking numbers back.

mod announce;
pub mod answers;
pub mod archive;
mod begun;
mod clocks;
pub mod control;
mod core;
pub mod documents;
pub mod erase;
#[cfg(test)]
mod erase_tests;
pub mod exports;
pub mod filling;
pub mod identity;
#[cfg(test)]
mod identity_tests;
mod import;
mod inbox;
pub mod intake;
pub mod items;
pub mod labels;
pub mod lists;
mod order_reader;
pub mod orders;
mod orders_api;
pub mod pools;
pub mod readiness;
pub mod replay;
mod sent_orders;
mod service;
mod setup;
pub mod subject;
mod upkeep;
mod verdicts;

pub use self::core::{Core, Moment};
pub use clocks::{Clocks, clock, describe as describe_clock, minute, today};
pub use erase::PersonalAges;
pub use orders_api::serve_orders_api;
pub use sent_orders::open_door;
pub use service::{ServiceHandle, StationService, ask, listen, serve_page, serve_page_at};
pub use setup::{Setup, SetupError, cannot_listen, devices, panel};
