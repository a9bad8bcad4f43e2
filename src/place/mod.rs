//! What is known of the addresses of each country: how its postcodes look, which territories share them, and which names
//! mean one place. Rate cards and the import of orders go by the same.
//!
//! What is a list is a table of this folder, and read once:
//!
//! | table | what it says |
//! |---|---|
//! | `postcodes.csv` | how the postcodes of a country look, and whether every address has one |
//! | `territories.csv` | territories whose postcodes are those of another country |
//! | `words.csv` | administrative words that stand with a name or are left out: *Kota*, *Tỉnh*, 省 |
//! | `aliases.csv` | other names of places: *HCMC*, *West Java* |
//!
//! A country that a table does not have is one of which nothing is certain: nothing is refused for it, and its names are
//! compared as they stand.

#![deny(clippy::disallowed_methods)]

mod name;
mod postcode;
mod table;
mod territory;

pub use name::{CityName, city, region};
pub use postcode::{PostcodeLetters, half, has_outward, is_needed, letters, tidied, wrong};
pub use territory::{Territory, nation, territories};
