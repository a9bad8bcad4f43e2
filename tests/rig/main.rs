//! The real program under the worst that a packing bench does to it.
//!
//! `parceld run` is a child process with its own `station.toml` and data folder; the devices and the receiver are
//! virtual and live here, so that they survive it, as real ones do. Everything is driven from outside: bytes of a
//! scanner and a scale, commands, signals. Everything is read from outside: the screen as the page shows it, `--json`
//! of the commands, what the printer printed, what the receiver stored.

mod api;
mod backups;
mod bench;
mod blocks;
mod clock;
mod commands;
mod copies;
mod damage;
mod deadlines;
mod demo;
mod demo_config;
mod devices;
mod exports;
mod files;
mod floods;
mod formats;
mod hands;
mod inbox;
mod items;
mod kill;
mod lists;
mod mistakes;
mod next;
mod once;
mod order;
mod orders;
mod owner;
mod packer;
mod papers;
mod personal;
mod program;
mod rates;
mod readers;
mod readme;
mod receiver;
mod rehearsal;
mod room;
mod screen;
mod setup;
#[path = "../suite/sheet.rs"]
#[expect(dead_code, reason = "the suite uses more of it")]
mod sheet;
mod station;
mod supplied;
mod upgrade;
mod van;
