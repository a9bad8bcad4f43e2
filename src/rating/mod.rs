//! Rating: rate card -> billable weight -> quotes -> choice, each with its reasons.
//!
//! Pure: cards come in as values (`config` reads them from folders of TOML and CSV), dates are arguments, money and
//! weight are exact integers. Every service is either quoted, with the lines its price is made of, or refused, with
//! the rule that refused it. Nothing is served by default: a postcode no table names is not served.
//!
//! The way of one parcel through one card:
//!
//! ```text
//! parcel -> limits, goods, signature --refused--> every reason, with its margin
//!    |         zone (origin, destination)
//!    v
//! sides rounded -> volume -> dimensional weight -+
//! scale ------------------> rounded weight ------+-> the greater, at least the minimum -> row x zone --+
//! sides rounded down -----> cubic volume ----------------------------> tier x zone -------------------+-> the cheaper
//!                                                                                                          |
//!                                            surcharges that apply + fuel, each rounded by itself <--------+
//! ```
//!
//! Numbers are parsed once, when a card is loaded: what is compared for a parcel are integers (picograms, nanometres,
//! minor units, packed postcodes), and text is made only for the answer.

#![deny(clippy::disallowed_methods)]

mod card;
mod cards;
mod decision;
mod explain;
mod json;
mod parcel;
mod postcode;
mod price;
mod prices;
mod refused;
mod rounding;
mod surcharge;
mod volume;
mod zones;

#[cfg(test)]
mod examples_tests;
#[cfg(test)]
mod promises_tests;

pub use card::{Card, Cubic, Dimensional, Limit, Max, SizeRule, WeightRule, WithoutDims};
pub use cards::{Cards, Carrier, Pool, Service, ServiceName, Unavailable};
pub use decision::{Basis, Billable, Decision, PriceLine, Quote, Refusal};
pub use explain::explain;
pub use json::json;
pub use parcel::{Dg, Parcel, Place, Signature};
pub use postcode::{Clash, Pattern, PatternError, PostcodeMap};
pub use prices::Prices;
pub use rounding::Rounding;
pub use surcharge::{Above, Applies, Fuel, Surcharge};
pub use volume::{Volume, VolumeUnit};
pub use zones::{Target, ZoneMap};
