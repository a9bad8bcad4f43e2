//! Rating: rate card -> billable weight -> quotes -> choice, each with its reasons.
//!
//! Pure: cards come in as values (`config` reads them from folders of TOML and CSV), dates are arguments, money and
//! weight are exact integers. Every service is either quoted, with the lines its price is made of, or refused, with
//! the rule that refused it. Nothing is served by default: a postcode no table names is not served.

#![deny(clippy::disallowed_methods)]

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::units::{Date, Dims, Mass, Money};

/// What is being shipped, as far as a price or a refusal can depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Gross mass.
    pub mass: Mass,
    /// Outside, where known.
    pub dims: Option<Dims>,
    /// Postcode and country it leaves from.
    pub from: Place,
    /// Postcode and country it goes to.
    pub to: Place,
    /// The day it is handed over, in the warehouse's zone.
    pub ship_date: Date,
    /// Dangerous goods inside (without [`Dg::None`]).
    pub dg: BTreeSet<Dg>,
    /// What the recipient must do.
    pub signature: Signature,
    /// Declared value.
    pub value: Option<Money>,
    /// A zone a person gave instead of the one the tables say.
    pub zone: Option<String>,
}

/// One end of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// Upper case, as written otherwise.
    pub postcode: String,
    /// A home.
    pub residential: bool,
}

/// Class of dangerous goods (`dg.class` of an order line).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dg {
    /// Not dangerous.
    #[default]
    None,
    /// Lithium ion cells or batteries.
    LiIon,
    /// Lithium metal cells or batteries.
    LiMetal,
    /// Sodium ion cells or batteries.
    NaIon,
    /// Liquid.
    Liquid,
    /// Powder.
    Powder,
    /// Magnetised material.
    Magnet,
    /// Aerosol.
    Aerosol,
    /// Limited quantity.
    Lq,
    /// Nobody said: refused until somebody does.
    Unknown,
}

/// Signature on delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// None asked.
    #[default]
    None,
    /// Anybody's.
    Any,
    /// An adult's, 18 or older.
    Adult18,
    /// An adult's, 21 or older.
    Adult21,
}

/// The choice with everything it was made from; stored with the parcel, shown by `parceld quote`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The day the prices are for.
    pub ship_date: Date,
    /// Country and postcode, `US:90058`.
    pub from: String,
    /// Country and first three characters of the postcode, `US:902`: a decision record holds no address.
    pub to: String,
    /// The service to use; `None` when every one refused.
    pub choice: Option<String>,
    /// Every service that would carry it: the choice first, then by price.
    pub quotes: Vec<Quote>,
    /// Every service that would not, by name.
    pub refusals: Vec<Refusal>,
}

/// A priced service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// `ontrac.ground`.
    pub service: String,
    /// Sum of the lines.
    pub total: Money,
    /// Zone of the table.
    pub zone: String,
    /// The weight the price was looked up with.
    pub billable: Billable,
    /// What the price is made of.
    pub lines: Vec<PriceLine>,
    /// Hash of the card: the same hash is the same prices and rules.
    pub card: String,
    /// Routing code for the label, where the zone table has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_code: Option<String>,
    /// What a person should know of this price: `invented prices`, `approximate zones`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The weight (or volume) that was paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billable {
    /// Decimal number, as text.
    pub value: String,
    /// `lb`, `oz`, `kg`, `g`, `cuft`.
    pub unit: String,
    /// Where it comes from.
    pub basis: Basis,
}

/// Where a billable weight comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The scale.
    Actual,
    /// Volume over the divisor.
    Dimensional,
    /// A cubic tier.
    Cubic,
    /// The card's minimum.
    Minimum,
}

/// One line of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// `base`, or the surcharge's name.
    pub rule: String,
    /// What it adds.
    pub amount: Money,
}

/// A service that will not carry the parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// `jt.local`.
    pub service: String,
    /// The rule's name: `max_weight`, `dg`, `zone`, `no_card`, `dims_needed`, `outage`.
    pub rule: String,
    /// In words, with the margin: `1.2 kg over the limit of 5 kg`.
    pub reason: String,
}
