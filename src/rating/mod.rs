//! Rating: rate card -> billable weight -> quotes -> choice, each with its reasons.
//!
//! Pure: cards come in as values (`config` reads them from folders of TOML and CSV), dates are arguments, money and
//! weight are exact integers. Every service is either quoted, with the lines its price is made of, or refused, with
//! the rule that refused it. Nothing is served by default: a postcode no table names is not served.
//!
//! How one parcel is rated by one card:
//!
//! ```text
//! parcel -> limits, goods, options --refused--> every reason, with its margin
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

mod allocation;
mod amount;
mod area;
mod availability;
mod billable;
mod british;
mod card;
mod cards;
mod change;
mod decision;
mod explain;
mod json;
mod parcel;
mod policy;
mod postcode;
mod price;
mod prices;
mod record;
mod refused;
mod request;
mod rounding;
mod surcharge;
mod territory;
mod volume;
mod when;
mod zones;

#[cfg(test)]
mod country_tests;
#[cfg(test)]
mod examples_tests;
#[cfg(test)]
mod promises_tests;

pub use allocation::{Allocation, Cap, CountPeriod, CutOff, ParcelCounts, Share, Trial, TrialGuard, TrialState};
pub use amount::{Amount, PriceCell, Rate};
pub use area::{NamePattern, PlaceMap, PlacePattern};
pub use availability::{Availability, DeliveryRecord, MonthlyParcels, Priority, ServiceAvailability, Unavailable};
pub use billable::{Dimensional, SizeRule, WeightRule, WithoutDims};
pub use card::{Card, Cubic, Limit, Maximum, MoneyRule, RefusalRule, Tier};
pub use cards::{Cards, Carrier, Invented, NumberPool, RatedParcel, ServiceCards, ServiceName};
pub use decision::{Basis, Billable, Change, Decision, ExpectedLoss, PriceLine, Quote, Refusal};
pub use explain::explain;
pub use json::json;
pub use parcel::{Dg, Extra, ParcelToRate, Place, Signature, Terms};
pub use policy::{Exchange, Expected, Goal, Policy};
pub use postcode::{Clash, Pattern, PatternError, PostcodeMap};
pub use price::{Offer, OfferLine};
pub use prices::{PriceRow, Prices};
pub use rounding::Rounding;
pub use surcharge::{ByZone, Charge, Fuel, Percent, Surcharge};
pub use volume::{Volume, VolumeUnit};
pub use when::{Band, Condition, Measure, Season, StatedAmount, When};
pub use zones::{ZoneEntry, ZoneMap};
