//! parceld turns a Raspberry Pi into a packing station: a packer scans an order, puts the parcel on the scale, and a
//! label comes out for the carrier that serves that address best at that weight, with or without a network. What was
//! packed is remembered through power cuts and uploaded when there is a link.
//!
//! # One decider, many drivers
//!
//! ```text
//!  scanners   scale   printer   button   uplink replies   commands and page   clock
//!      \        |        |         |           |                  |             /      drivers: tokio tasks, one for
//!       \_______|________|_________|___________|__________________|____________/       each device, bytes -> events
//!                                   |  bounded channels
//!                                   v
//!         +------------------- daemon::Core::step -------------------+
//!         | 1  live.observe(now, event)         lost in a power cut  |
//!         | 2  station.decide(world, event) -> facts, effects   pure |
//!         | 3  store.commit(facts, events to send)   one transaction |
//!         | 4  station.evolve(fact) for each                    pure |
//!         +-----------------------------------------------------------+
//!                 |  5  drivers.perform(effects); the screen is published
//!                 v
//! ```
//!
//! *Record, then act*: no label byte leaves before its `PrintStarted` is on disk. *Doubt is a state*: after a cut
//! between "sent to the printer" and "it answered", the station says so and asks; it never prints a second live label
//! on a guess. *Restart is replay*: the same `evolve` makes the same station.
//!
//! # Where things are
//!
//! | module | what it is for |
//! |---|---|
//! | [`units`] | mass, length, money, dates: exact integers |
//! | [`ids`] | which carrier, service, number pool, tracking number |
//! | [`barcode`] | scan bytes -> codes, command barcodes, tracking-number rules |
//! | [`rating`] | cards -> quotes and refusals -> the choice by policy and allocation, with its reasons |
//! | [`label`] | layout and content -> one document -> ZPL, TSPL, ESC/POS, pixels |
//! | [`paper`] | manifest slips, bag labels, shift summaries, command sheets -> rows, pages, PDF |
//! | [`screen`] | one view value -> pixels and words |
//! | [`station`] | events, facts, effects; decide, evolve; station -> view |
//! | [`store`] | SQLite: journal, orders, numbers, outbox |
//! | [`exchange`] | other people's formats: orders and outcomes in, manifests out; every field of an order has an owner |
//! | [`uplink`] | append with an expected head over HTTP(S); the built-in receiver |
//! | [`devices`] | `hal` <-> events and effects; opening and reopening |
//! | [`web`] | the page and its API |
//! | [`config`] | `station.toml`, rate-card folders, language files; every problem with its line |
//! | [`daemon`] | the loop, the control socket, the documents that commands show, history priced again |
//! | [`demo`] | virtual bench, receiver and robot packer (feature `demo`, not shipped) |
//!
//! The crate `hal` (folder `hal/`) has the devices: its words are picograms, bytes, pixels; it knows no order.
//!
//! # What holds
//!
//! - `units ids barcode rating label paper station screen` and [`uplink::event`] are pure: no file, socket, thread, clock,
//!   SQL or environment. Time and dates are arguments; identifiers are counted from recorded facts.
//!   `clippy::disallowed_methods` and the tidy test keep it so. `station` makes the [`screen::View`]; `screen` draws it and
//!   knows no station.
//! - Only `store` knows SQL, only `uplink` an HTTP client, only `config` TOML, only `devices` both `hal` and events.
//! - Facts are their own disk format: plain fields, frozen by a golden test, extended only with defaults; the table of
//!   [`station::fact::FactKind`] says the rest of each. There is no second set of types for the disk, and that is
//!   deliberate: two sets that must agree are one more thing to break.
//! - Orders stand beside the journal, not in it: they hold names and addresses, which facts never do. Everything that was
//!   said of an order is a numbered version; a parcel names the one it is packed by, and `daemon::intake` says what a new
//!   one does to parcels that were begun ([`station`]: intercepted, released).
//! - An event keeps the `stationseq` it was given: it is counted once, when its fact is recorded, and stands in the outbox.
//! - A database can be copied. What tells, and what then happens, is a table on the page of `store::lives`.

#![warn(missing_docs)]

pub mod barcode;
pub mod config;
pub mod daemon;
#[cfg(feature = "demo")]
pub mod demo;
pub mod devices;
pub mod exchange;
pub mod ids;
pub mod label;
pub mod paper;
pub mod rating;
pub mod screen;
pub mod station;
pub mod store;
pub mod units;
pub mod uplink;
pub mod web;
