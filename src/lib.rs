//! parceld turns a Raspberry Pi into a packing station.

#![warn(missing_docs)]

pub mod barcode;
pub mod config;
pub mod daemon;
#[cfg(feature = "demo")]
pub mod demo;
pub mod devices;
pub mod exchange;
pub mod label;
pub mod rating;
pub mod screen;
pub mod station;
pub mod store;
pub mod units;
pub mod uplink;
pub mod web;
