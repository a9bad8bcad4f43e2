//! The guide: for whoever changes parceld, and for whoever runs a station.
//!
//! | page | what it answers |
//! |---|---|
//! | [`architecture`] | how one event becomes facts, effects and a screen; which module may use which; what always holds |
//! | [`glossary`] | what each word means |
//! | [`adding`] | which files a new scale, fact, sentence, carrier or key touches, and which test fails until it is right |
//! | [`durability`] | what is promised; prints in doubt, numbers, copies, the hub |
//! | [`pools`] | where tracking numbers come from, where they start, what follows a restore, several stations |
//! | [`exports`] | how tracking numbers go back to the seller's system: what is given, when, what is remembered of it |
//! | [`moving`] | backups, upgrades and the way back, another card, another Pi, another device: steps |
//! | [`trouble`] | every sentence with which the screen stops a packer or asks something, and what to do |
//! | [`personal`] | where names and addresses lie, what seals them, when they end, what a buyer can ask for |
//! | [`testing`] | what each kind of test claims, how to run one, where the bytes of a bug go |
//! | [`package`] | how the Debian package is built, what it says of itself, how it is signed and checked, how crates are looked at |
//! | [`faults`] | what was done to a station on purpose, what it does, and the test that does it again |
//! | [`days`] | simulated days: what goes wrong, what is promised, how to play them, what they say nothing of |
//! | [`figures`] | what was measured, and where |
//!
//! The pages for whoever runs a station (`pools`, `exports`, `moving`, `trouble`, `personal`, `glossary`, `durability`) are part of the
//! package, and so are the others: they lie below `/usr/share/doc/parceld`. `config/orders/README.md` has the orders, and
//! `config/items/README.md` the item master.
//!
//! The pages are Markdown files beside this one. Every path that they name exists: `tests/suite/guide.rs` looks.

#[doc = include_str!("adding.md")]
pub mod adding {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("days.md")]
pub mod days {}

#[doc = include_str!("durability.md")]
pub mod durability {}

#[doc = include_str!("exports.md")]
pub mod exports {}

#[doc = include_str!("faults.md")]
pub mod faults {}

#[doc = include_str!("figures.md")]
pub mod figures {}

#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("package.md")]
pub mod package {}

#[doc = include_str!("personal.md")]
pub mod personal {}

#[doc = include_str!("pools.md")]
pub mod pools {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("trouble.md")]
pub mod trouble {}
