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
//! on a guess. *Restart is replay*: the same `evolve` makes the same station. *Only what is
//! here is known*: parcels that have gone are forgotten, and brought back when something is said of them.
//!
//! # Where things are
//!
//! | module | what it is for |
//! |---|---|
//! | [`units`] | mass, length, money, dates: exact integers |
//! | [`ids`] | which carrier, service, number pool, tracking number |
//! | [`place`] | what postcodes of each country look like, which names mean one place |
//! | [`calendar`] | which days are worked on, by country and region; deadlines that count them |
//! | [`barcode`] | scan bytes -> codes, command barcodes, tracking-number rules |
//! | [`rating`] | cards -> quotes and refusals -> the choice by policy and allocation, with its reasons |
//! | [`label`] | layout and content -> one document -> ZPL, TSPL, ESC/POS, pixels |
//! | [`paper`] | manifest slips, bag labels, shift summaries, command sheets -> rows, pages, PDF |
//! | [`screen`] | one view value -> pixels and words |
//! | [`station`] | events, facts, effects; decide, evolve; station -> view |
//! | [`store`] | SQLite: journal, orders, numbers, outbox; what has gone, and the snapshot of what is here |
//! | [`exchange`] | other people's formats: orders and outcomes in, manifests and tracking numbers out; every field of an order has an owner |
//! | [`uplink`] | append with an expected head over HTTP(S); the built-in receiver |
//! | [`devices`] | `hal` <-> events and effects; opening and reopening |
//! | [`web`] | the page and its API |
//! | [`config`] | `station.toml`, rate-card folders, language files; every problem with its line |
//! | [`daemon`] | the loop, the control socket, the documents that commands show, history priced again |
//! | [`demo`] | virtual bench, receiver and robot packer |
//!
//! The crate `hal` (folder `hal/`) has the devices: its words are picograms, bytes, pixels; it knows no order.
//!
//! # How to change it
//!
//! The [`guide`] has the pages: how one event goes through, which module may use which, what always holds and which test
//! keeps it, the words, and recipes for what is added most often.

#![warn(missing_docs)]

pub mod barcode;
pub mod calendar;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod devices;
pub mod exchange;
#[cfg(doc)]
pub mod guide;
pub mod ids;
pub mod label;
pub mod paper;
pub mod place;
pub mod rating;
pub mod screen;
pub mod station;
pub mod store;
pub mod units;
pub mod uplink;
pub mod web;
